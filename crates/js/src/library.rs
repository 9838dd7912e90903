//! The library's door for JavaScript: calls by path, read off the one table that Python's binding reads.

use crate::convert::{self, Numbers, elements, entries, from_js, to_js, to_throw};
use crate::handles::{self, Held};
use crate::page::plain;
use crate::runtime;
use gradlens_numpy::ir::{Error, LocalBoxFuture, Result, Value};
use gradlens_numpy::{Arg, Callable, Item, Kind, Method, print, registry};
use serde::Serialize;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::prelude::*;

type Js = std::result::Result<JsValue, JsValue>;

/// Says how JavaScript's wrappers are made: `wrap(kind, id)` with kind `array`, `function`, `object` or `other`.
#[wasm_bindgen(js_name = setWrap)]
pub fn set_wrap(wrap: js_sys::Function) {
    convert::set_wrap(wrap);
}

/// Lets go of what a wrapper stood for.
#[wasm_bindgen]
pub fn release(id: u32) {
    handles::release(id);
}

/// How many wrappers are alive, for tests.
#[wasm_bindgen(js_name = heldCount)]
pub fn held_count() -> usize {
    handles::count()
}

/// One name of the library, for the JavaScript binding and its TypeScript types.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    path: String,
    /// `function`, `property` (of arrays) or `constant`.
    kind: &'static str,
    doc: &'static str,
    params: Vec<DescribedParam>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedParam {
    name: String,
    /// `positional`, `normal`, `rest`, `keyword` or `keywords`.
    kind: &'static str,
    default: Option<String>,
}

/// The whole table, as plain data.
#[wasm_bindgen(js_name = describeLibrary)]
pub fn describe_library() -> std::result::Result<JsValue, JsError> {
    let registry = registry();
    let mut all = Vec::new();
    for path in registry.paths() {
        let described = match registry.get(path) {
            Some(Item::Function(f)) => Described {
                path: path.to_string(),
                kind: if f.property { "property" } else { "function" },
                doc: f.doc,
                params: f
                    .params
                    .iter()
                    .map(|p| DescribedParam {
                        name: p.name.to_string(),
                        kind: match p.kind {
                            Kind::PositionalOnly => "positional",
                            Kind::Normal => "normal",
                            Kind::VarArgs => "rest",
                            Kind::KeywordOnly => "keyword",
                            Kind::VarKeywords => "keywords",
                        },
                        default: p.default_text.as_ref().map(|d| d.to_string()),
                    })
                    .collect(),
            },
            Some(Item::Constant(_)) => {
                Described { path: path.to_string(), kind: "constant", doc: "", params: Vec::new() }
            }
            Some(Item::Module) | None => continue,
        };
        all.push(described);
    }
    Ok(plain(&all)?)
}

/// What a path names: `function`, `property`, `constant`, `module`, or nothing.
#[wasm_bindgen(js_name = kindOf)]
pub fn kind_of(path: &str) -> Option<String> {
    let kind = match registry().get(path)? {
        Item::Function(f) if f.property => "property",
        Item::Function(_) => "function",
        Item::Constant(_) => "constant",
        Item::Module => "module",
    };
    Some(kind.into())
}

/// A constant of the library.
#[wasm_bindgen]
pub fn constant(path: &str) -> Js {
    match registry().get(path) {
        Some(Item::Constant(value)) => to_js(value),
        Some(Item::Function(f)) => to_js(&Arg::Callable(Rc::new(gradlens_numpy::LibraryFunction(f.clone())))),
        _ => Err(JsError::new(&format!("no constant {path}")).into()),
    }
}

/// Functions some of whose arguments are data: whole numbers in those are floats, as JavaScript means them. The path, and
/// the first and last position of data.
const TAKES_DATA: [(&str, usize, usize); 15] = [
    ("jax.numpy.array", 0, 0),
    ("jax.numpy.asarray", 0, 0),
    ("jax.numpy.full", 1, 1),
    ("jax.numpy.full_like", 1, 1),
    ("jax.jvp", 1, 2),
    ("jax.vjp", 1, usize::MAX),
    ("jax.linearize", 1, usize::MAX),
    ("jax.tree.map", 1, usize::MAX),
    ("jax.lax.scan", 1, 2),
    ("jax.lax.map", 1, 1),
    ("jax.lax.associative_scan", 1, 1),
    ("jax.lax.while_loop", 2, 2),
    ("jax.lax.fori_loop", 3, 3),
    ("jax.lax.cond", 3, usize::MAX),
    ("jax.lax.switch", 2, usize::MAX),
];

/// No position: an empty range.
const NO_DATA: (usize, usize) = (1, 0);

/// A call that has been understood.
struct Call {
    target: Rc<dyn Callable>,
    args: Vec<Arg>,
    kwargs: Vec<(Rc<str>, Arg)>,
}

impl Call {
    /// Reads the arguments. A last plain object whose keys all name parameters is the keyword arguments; keys may be in
    /// camel case.
    fn read(target: Rc<dyn Callable>, args: &js_sys::Array, numbers: Numbers, data: (usize, usize)) -> Result<Call> {
        let mut list: Vec<JsValue> = args.iter().collect();
        let mut kwargs = Vec::new();
        if let (Some(last), Some(params)) = (list.last(), target.parameters())
            && let Some(named) = keywords(last, &params)?
        {
            kwargs = named;
            list.pop();
        }
        let args = list
            .iter()
            .enumerate()
            .map(|(i, v)| from_js(v, if (data.0..=data.1).contains(&i) { Numbers::Floats } else { numbers }))
            .collect::<Result<_>>()?;
        Ok(Call { target, args, kwargs })
    }

    fn start(self) -> Result<LocalBoxFuture<Result<Arg>>> {
        Ok(self.target.call(&runtime::cx()?, self.args, self.kwargs))
    }

    /// Runs it now; an error if it has to wait for a device.
    fn now(self) -> Js {
        let mut future = self.start().map_err(|e| to_throw(&e))?;
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(value)) => to_js(&value),
            Poll::Ready(Err(e)) => Err(to_throw(&e)),
            Poll::Pending => Err(to_throw(&Error::new(gradlens_numpy::ir::ErrorClass::Suspend, ""))),
        }
    }

    async fn later(self) -> Js {
        let future = self.start().map_err(|e| to_throw(&e))?;
        to_js(&future.await.map_err(|e| to_throw(&e))?)
    }
}

fn keywords(value: &JsValue, params: &[(Rc<str>, Kind)]) -> Result<Option<Vec<(Rc<str>, Arg)>>> {
    let Some(object) = value.dyn_ref::<js_sys::Object>() else { return Ok(None) };
    if convert::handle(value).is_some() || value.is_function() || js_sys::Array::is_array(value) {
        return Ok(None);
    }
    let named = entries(object, Numbers::Ints)?;
    let known =
        |name: &str| params.iter().any(|(p, kind)| &**p == name && matches!(kind, Kind::Normal | Kind::KeywordOnly));
    let named: Vec<(Rc<str>, Arg)> =
        named.into_iter().map(|(k, v)| if known(&k) { (k, v) } else { (Rc::from(snake(&k).as_str()), v) }).collect();
    Ok((!named.is_empty() && named.iter().all(|(k, _)| known(k))).then_some(named))
}

/// `hasAux` to `has_aux`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn by_path(path: &str, args: &js_sys::Array) -> std::result::Result<Call, JsValue> {
    let Some(function) = registry().function(path) else {
        return Err(JsError::new(&format!("the library has no function {path}")).into());
    };
    let data = TAKES_DATA.iter().find(|row| row.0 == path).map_or(NO_DATA, |row| (row.1, row.2));
    let target = Rc::new(gradlens_numpy::LibraryFunction(function));
    Call::read(target, args, Numbers::Ints, data).map_err(|e| to_throw(&e))
}

/// Calls the library's function at a path.
#[wasm_bindgen]
pub fn call(path: &str, args: &js_sys::Array) -> Js {
    by_path(path, args)?.now()
}

/// The same where it may have to wait for a device, or for an `async` function of JavaScript's.
#[wasm_bindgen(js_name = callAsync)]
pub async fn call_async(path: String, args: js_sys::Array) -> Js {
    by_path(&path, &args)?.later().await
}

fn held(id: u32) -> std::result::Result<Held, JsValue> {
    handles::get(id).ok_or_else(|| JsError::new("this object has been let go").into())
}

fn by_id(id: u32, args: &js_sys::Array) -> std::result::Result<Call, JsValue> {
    let Held::Callable(target) = held(id)? else { return Err(JsError::new("this object is not a function").into()) };
    let numbers = if target.as_any().is::<gradlens_numpy::LibraryFunction>() { Numbers::Ints } else { Numbers::Floats };
    Call::read(target, args, numbers, NO_DATA).map_err(|e| to_throw(&e))
}

/// Calls a function that the library made.
#[wasm_bindgen]
pub fn invoke(id: u32, args: &js_sys::Array) -> Js {
    by_id(id, args)?.now()
}

/// The same where it may have to wait.
#[wasm_bindgen(js_name = invokeAsync)]
pub async fn invoke_async(id: u32, args: js_sys::Array) -> Js {
    by_id(id, &args)?.later().await
}

/// An attribute: a property or a bound method of an array, whatever an object of the library has.
#[wasm_bindgen]
pub fn attribute(id: u32, name: &str) -> Js {
    let cx = runtime::cx().map_err(|e| to_throw(&e))?;
    let missing = || JsValue::UNDEFINED;
    match held(id)? {
        Held::Value(value) => {
            let names = [name.to_string(), snake(name)];
            let Some(function) = names.iter().find_map(|n| registry().function(&format!("jax.Array.{n}"))) else {
                return Ok(missing());
            };
            let receiver = Arg::Array(value);
            if function.property {
                let target = Rc::new(gradlens_numpy::LibraryFunction(function));
                return Call { target, args: vec![receiver], kwargs: Vec::new() }.now();
            }
            to_js(&Arg::Callable(Rc::new(Method { function, receiver })))
        }
        Held::Callable(c) => match c.attr(&cx, name).map_err(|e| to_throw(&e))? {
            Some(value) => to_js(&value),
            None => Ok(missing()),
        },
        Held::Object(o) => match o.attr(&cx, name).map_err(|e| to_throw(&e))? {
            Some(value) => to_js(&value),
            None => Ok(missing()),
        },
        Held::Other(_) => Ok(missing()),
    }
}

/// Calls a method of an array.
#[wasm_bindgen]
pub fn method(id: u32, name: &str, args: &js_sys::Array) -> Js {
    let Held::Value(value) = held(id)? else { return Err(JsError::new("this object is not an array").into()) };
    let names = [name.to_string(), snake(name)];
    let Some(function) = names.iter().find_map(|n| registry().function(&format!("jax.Array.{n}"))) else {
        return Err(JsError::new(&format!("arrays have no method {name}")).into());
    };
    let target = Rc::new(Method { function, receiver: Arg::Array(value) });
    Call::read(target, args, Numbers::Ints, NO_DATA).map_err(|e| to_throw(&e))?.now()
}

/// `x[index]` of an object of the library (`x.at[0]`).
#[wasm_bindgen]
pub fn item(id: u32, index: &JsValue) -> Js {
    let cx = runtime::cx().map_err(|e| to_throw(&e))?;
    let Held::Object(object) = held(id)? else { return Err(JsError::new("this object has no items").into()) };
    let index = from_js(index, Numbers::Ints).map_err(|e| to_throw(&e))?;
    match object.item(&cx, &index) {
        Some(value) => to_js(&value.map_err(|e| to_throw(&e))?),
        None => Err(JsError::new(&format!("a {} has no items", object.type_name())).into()),
    }
}

/// `start:stop:step` for an index.
#[wasm_bindgen(js_name = makeSlice)]
pub fn make_slice(start: &JsValue, stop: &JsValue, step: &JsValue) -> Js {
    let part = |v: &JsValue| from_js(v, Numbers::Ints).map_err(|e| to_throw(&e));
    to_js(&Arg::Slice(Box::new([part(start)?, part(stop)?, part(step)?])))
}

fn value(id: u32) -> std::result::Result<Value, JsValue> {
    match held(id)? {
        Held::Value(v) => Ok(v),
        _ => Err(JsError::new("this object is not an array").into()),
    }
}

/// An array's axis sizes.
#[wasm_bindgen(js_name = shapeOf)]
pub fn shape_of(id: u32) -> std::result::Result<Vec<u32>, JsValue> {
    Ok(value(id)?.shape().iter().map(|&d| d as u32).collect())
}

/// The name of an array's dtype.
#[wasm_bindgen(js_name = dtypeOf)]
pub fn dtype_of(id: u32) -> std::result::Result<String, JsValue> {
    Ok(value(id)?.dtype().name().into())
}

/// Whether it stands for an array in a trace.
#[wasm_bindgen(js_name = isTracer)]
pub fn is_tracer(id: u32) -> std::result::Result<bool, JsValue> {
    Ok(value(id)?.is_tracer())
}

/// What a look at a value without data says, in JAX's words.
fn concrete(id: u32) -> std::result::Result<gradlens_numpy::ir::Array, JsValue> {
    match value(id)? {
        Value::Array(array) => Ok(array),
        tracer => {
            let cx = runtime::cx().map_err(|e| to_throw(&e))?;
            cx.concrete(&tracer, gradlens_numpy::Look::Array).map_err(|e| to_throw(&e))
        }
    }
}

/// An array's elements, row-major.
#[wasm_bindgen(js_name = dataSync)]
pub fn data_sync(id: u32) -> Js {
    elements(&concrete(id)?).map_err(|e| to_throw(&e))
}

/// The same, waiting for a device.
#[wasm_bindgen]
pub async fn data(id: u32) -> Js {
    let array = concrete(id)?;
    let cx = runtime::cx().map_err(|e| to_throw(&e))?;
    cx.retrying(|| elements(&array)).await.map_err(|e| to_throw(&e))
}

/// `str(x)`, or `repr(x)`.
#[wasm_bindgen]
pub fn text(id: u32, repr: bool) -> std::result::Result<String, JsValue> {
    let cx = runtime::cx().map_err(|e| to_throw(&e))?;
    let arg = held(id)?.arg();
    let text = if repr { print::repr(&cx, &arg) } else { print::str(&cx, &arg) };
    text.map_err(|e| to_throw(&e))
}
