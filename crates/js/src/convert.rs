//! Between JavaScript's values and the library's.
//!
//! A JavaScript number does not say whether it is an int or a float. What goes to a function of the library is an int
//! where it is whole (`zeros([2, 3])`, `sum(x, { axis: 0 })`), as in Python; what goes to a function that the library made
//! (`grad(f)(3)`) or comes back from a JavaScript one is a float, because that is what is meant. A bigint is always an int.
//! JavaScript's arrays are tuples, plain objects are dicts, typed arrays are NumPy arrays of their type.

use crate::handles::{self, Held};
use gradlens_numpy::ir::{Array, DType, Error, ErrorClass, LocalBoxFuture, Result, ShapedArray};
use gradlens_numpy::{Arg, Callable, Cx, HostObject};
use js_sys::{BigInt, Function, Object, Promise, Reflect, Uint8Array};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// How whole numbers are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// As ints.
    Ints,
    /// As floats.
    Floats,
}

/// The property by which a wrapper carries its number.
const ID: &str = "__gradlens";

thread_local! {
    /// `wrap(kind, id)`: makes JavaScript's wrapper.
    static WRAP: RefCell<Option<Function>> = const { RefCell::new(None) };
    static FUNCTIONS: js_sys::WeakMap = js_sys::WeakMap::new();
    static NEXT: Cell<u32> = const { Cell::new(1) };
}

/// Says how wrappers are made.
pub fn set_wrap(wrap: Function) {
    WRAP.with_borrow_mut(|held| *held = Some(wrap));
}

fn wrap(kind: &str, held: Held) -> std::result::Result<JsValue, JsValue> {
    let id = handles::keep(held);
    let make = WRAP.with_borrow(Clone::clone);
    make.ok_or_else(|| JsError::new("init() has not been awaited"))?.call2(&JsValue::NULL, &kind.into(), &id.into())
}

/// What JavaScript is given for a value.
pub fn to_js(arg: &Arg) -> std::result::Result<JsValue, JsValue> {
    Ok(match arg {
        Arg::None => JsValue::NULL,
        Arg::Bool(b) => (*b).into(),
        Arg::Int(i) if i.unsigned_abs() <= 1 << 53 => (*i as f64).into(),
        Arg::Int(i) => BigInt::from(*i).into(),
        Arg::BigInt(digits) => BigInt::new(&JsValue::from_str(digits))?.into(),
        Arg::Float(x) => (*x).into(),
        Arg::Str(s) => JsValue::from_str(s),
        Arg::Array(v) => wrap("array", Held::Value(v.clone()))?,
        Arg::NpArray(a) | Arg::NpScalar(a) => wrap("array", Held::Value(a.clone().into()))?,
        Arg::Tuple(items) | Arg::List(items) | Arg::NamedTuple(_, items) => {
            let out = js_sys::Array::new();
            for item in items {
                out.push(&to_js(item)?);
            }
            out.into()
        }
        Arg::Dict(items) | Arg::OrderedDict(items) | Arg::DefaultDict(_, items) => {
            let out = Object::new();
            for (key, value) in items {
                let key = match key {
                    Arg::Str(s) => JsValue::from_str(s),
                    other => JsValue::from_str(&format!("{other:?}")),
                };
                Reflect::set(&out, &key, &to_js(value)?)?;
            }
            out.into()
        }
        Arg::Callable(c) => match c.as_any().downcast_ref::<JsFunction>() {
            Some(own) => own.function.clone().into(),
            None => wrap("function", Held::Callable(c.clone()))?,
        },
        Arg::Opaque(o) => match o.as_any().downcast_ref::<JsObject>() {
            Some(own) => own.0.clone(),
            None => wrap("other", Held::Other(arg.clone()))?,
        },
        Arg::Object(o) => wrap("object", Held::Object(o.clone()))?,
        other => wrap("other", Held::Other(other.clone()))?,
    })
}

/// What the library is given for a JavaScript value.
pub fn from_js(value: &JsValue, numbers: Numbers) -> Result<Arg> {
    if value.is_null() || value.is_undefined() {
        return Ok(Arg::None);
    }
    if let Some(b) = value.as_bool() {
        return Ok(Arg::Bool(b));
    }
    if let Some(x) = value.as_f64() {
        let whole = numbers == Numbers::Ints && x.fract() == 0.0 && x.abs() <= 2f64.powi(53);
        return Ok(if whole && !(x == 0.0 && x.is_sign_negative()) { Arg::Int(x as i64) } else { Arg::Float(x) });
    }
    if let Some(s) = value.as_string() {
        return Ok(if s == "..." { Arg::Ellipsis } else { Arg::str(s) });
    }
    if let Some(big) = value.dyn_ref::<BigInt>() {
        let digits = String::from(big.to_string(10).map_err(thrown_range)?);
        return Ok(digits.parse().map(Arg::Int).unwrap_or_else(|_| Arg::BigInt(digits.into())));
    }
    if let Some(id) = handle(value) {
        return Ok(handles::get(id).ok_or_else(|| Error::internal("a handle that was let go"))?.arg());
    }
    if let Some(f) = value.dyn_ref::<Function>() {
        return Ok(Arg::Callable(Rc::new(JsFunction { id: identity(f), function: f.clone() })));
    }
    if let Some(list) = value.dyn_ref::<js_sys::Array>() {
        return Ok(Arg::Tuple(list.iter().map(|v| from_js(&v, numbers)).collect::<Result<_>>()?));
    }
    if let Some(array) = typed_array(value) {
        return Ok(Arg::NpArray(array));
    }
    if let Some(object) = plain_object(value) {
        return Ok(Arg::Dict(entries(&object, numbers)?.into_iter().map(|(k, v)| (Arg::Str(k), v)).collect()));
    }
    Ok(Arg::Opaque(Rc::new(JsObject(value.clone()))))
}

/// The entries of a plain object, in order.
pub fn entries(object: &Object, numbers: Numbers) -> Result<Vec<(Rc<str>, Arg)>> {
    Object::entries(object)
        .iter()
        .map(|pair| {
            let pair: js_sys::Array = pair.unchecked_into();
            let key = pair.get(0).as_string().unwrap_or_default();
            Ok((Rc::from(key.as_str()), from_js(&pair.get(1), numbers)?))
        })
        .collect()
}

/// The number that a wrapper carries.
pub fn handle(value: &JsValue) -> Option<u32> {
    if !value.is_object() && !value.is_function() {
        return None;
    }
    Reflect::get(value, &JsValue::from_str(ID)).ok()?.as_f64().map(|id| id as u32)
}

fn plain_object(value: &JsValue) -> Option<Object> {
    let object = value.dyn_ref::<Object>()?;
    let prototype = Object::get_prototype_of(object);
    let plain =
        prototype.is_null() || JsValue::from(prototype) == JsValue::from(Object::get_prototype_of(&Object::new()));
    plain.then(|| object.clone())
}

/// Typed arrays by the name of their class.
const TYPED: [(&str, DType); 10] = [
    ("Float32Array", DType::F32),
    ("Float64Array", DType::F64),
    ("Int8Array", DType::I8),
    ("Int16Array", DType::I16),
    ("Int32Array", DType::I32),
    ("BigInt64Array", DType::I64),
    ("Uint8Array", DType::U8),
    ("Uint16Array", DType::U16),
    ("Uint32Array", DType::U32),
    ("BigUint64Array", DType::U64),
];

fn typed_array(value: &JsValue) -> Option<Array> {
    if !js_sys::ArrayBuffer::is_view(value) {
        return None;
    }
    let name = value.dyn_ref::<Object>()?.constructor().name().as_string()?;
    let dtype = TYPED.iter().find(|t| t.0 == name)?.1;
    let field = |name: &str| Reflect::get(value, &JsValue::from_str(name)).ok();
    let buffer = field("buffer")?;
    let (offset, length) = (field("byteOffset")?.as_f64()? as u32, field("byteLength")?.as_f64()? as u32);
    let bytes = Uint8Array::new_with_byte_offset_and_length(&buffer, offset, length).to_vec();
    let shape = [bytes.len() / dtype.size()];
    let data = Rc::new(gradlens_numpy::ir::HostBuf::from_bytes(&bytes));
    Some(Array::from_host(ShapedArray::new(shape, dtype), data))
}

/// An array's elements as a typed array, row-major; floats that JavaScript has no type for are widened, complex numbers
/// are (re, im) pairs, bools are bytes.
pub fn elements(array: &Array) -> Result<JsValue> {
    let dtype = array.dtype();
    if let Some((name, _)) = TYPED.iter().find(|t| t.1 == dtype || (dtype == DType::Bool && t.1 == DType::U8)) {
        let bytes = Uint8Array::from(array.host()?.bytes());
        let class = Reflect::get(&js_sys::global(), &JsValue::from_str(name)).map_err(thrown)?;
        let class: Function = class.unchecked_into();
        return Reflect::construct(&class, &js_sys::Array::of1(&bytes.buffer().into())).map_err(thrown);
    }
    if dtype.is_complex() {
        let pairs: Vec<f64> = array.to_complexes()?.into_iter().flat_map(|(re, im)| [re, im]).collect();
        return Ok(js_sys::Float64Array::from(pairs.as_slice()).into());
    }
    Ok(js_sys::Float64Array::from(array.to_f64s()?.as_slice()).into())
}

/// A JavaScript function as the library calls it.
pub struct JsFunction {
    function: Function,
    id: u32,
}

fn identity(f: &Function) -> u32 {
    FUNCTIONS.with(|known| {
        let held = known.get(f);
        if let Some(id) = held.as_f64() {
            return id as u32;
        }
        let id = NEXT.get();
        NEXT.set(id + 1);
        known.set(f, &id.into());
        id
    })
}

impl Callable for JsFunction {
    fn call(&self, _: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        // The call itself happens now: a tracer must be seen while its trace is the current one.
        let function = self.function.clone();
        Box::pin(async move {
            let list = js_sys::Array::new();
            for arg in &args {
                list.push(&to_js(arg).map_err(thrown)?);
            }
            if !kwargs.is_empty() {
                let named = kwargs.into_iter().map(|(k, v)| (Arg::Str(k), v)).collect();
                list.push(&to_js(&Arg::Dict(named)).map_err(thrown)?);
            }
            let mut result = function.apply(&JsValue::NULL, &list).map_err(thrown)?;
            if let Some(promise) = result.dyn_ref::<Promise>() {
                result = wasm_bindgen_futures::JsFuture::from(promise.clone()).await.map_err(thrown)?;
            }
            from_js(&result, Numbers::Floats)
        })
    }
    fn name(&self) -> String {
        let name = self.function.name().as_string().unwrap_or_default();
        if name.is_empty() { "<lambda>".into() } else { name }
    }
    fn id(&self) -> usize {
        self.id as usize
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Any other JavaScript object, passed along.
pub struct JsObject(pub JsValue);

impl HostObject for JsObject {
    fn type_name(&self) -> String {
        let class = self.0.dyn_ref::<Object>().and_then(|o| o.constructor().name().as_string());
        class.unwrap_or_else(|| "object".into())
    }
    fn repr(&self) -> String {
        format!("<{} object>", self.type_name())
    }
    fn eq(&self, other: &dyn HostObject) -> bool {
        other.as_any().downcast_ref::<JsObject>().is_some_and(|o| o.0 == self.0)
    }
    fn id(&self) -> usize {
        self.0.dyn_ref::<Function>().map_or(0, |f| identity(f) as usize)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What JavaScript threw, on its way through the library.
pub fn thrown(error: JsValue) -> Error {
    let message = error.dyn_ref::<js_sys::Error>().map(|e| String::from(e.message()));
    let message = message.or_else(|| error.as_string()).unwrap_or_else(|| "an exception in JavaScript".into());
    Error::host(Rc::new(error), message)
}

fn thrown_range(error: js_sys::RangeError) -> Error {
    thrown(error.into())
}

/// What JavaScript sees of an error: its own exception if it threw one, else an `Error` with JAX's class as its name.
pub fn to_throw(error: &Error) -> JsValue {
    if let Some(own) = error.host_object().and_then(|o| o.downcast_ref::<JsValue>()) {
        return own.clone();
    }
    let class = error.class();
    let (message, name) = if class == ErrorClass::Suspend {
        let text =
            "a value is still on its way from the device: await its data(), or call this function's `async` form";
        (text.to_string(), "gradlens.Suspend")
    } else {
        let help = error.help().map(|h| format!("\n\n{h}")).unwrap_or_default();
        (format!("{}{help}", error.message()), class.qualified_name())
    };
    let out = js_sys::Error::new(&message);
    out.set_name(name.rsplit('.').next().unwrap_or(name));
    // The qualified name too, where there is one: `jax.errors.TracerBoolConversionError`.
    let _ = Reflect::set(&out, &JsValue::from_str("className"), &JsValue::from_str(name));
    out.into()
}
