//! Arrays, tracers, dtypes and the library's other objects as Python objects.

use std::rc::Rc;

use gradlens_numpy::ir::{Array, Value};
use gradlens_numpy::{Arg, Bound, Callable, Cx, Function, Imp, Look, Method, TypeArg, print, registry};

use super::classes::class_of;
use super::convert::{from_arg, from_arg_sync, to_arg, to_arg_sync};
use super::errors::from_error;
use super::jax;
use crate::obj::containers::{IterKind, PyIter};
use crate::obj::{Args, Class, Exc, Fut, Native, Obj, R, Str, index_error, intern, type_error, types, value_error};
use crate::ops::{self, BinOp, CmpOp, UnOp};
use crate::rt::Rt;

/// A value or object of the library.
pub struct LibObj {
    /// It.
    pub arg: Arg,
    cx: Cx,
}

impl LibObj {
    /// Wraps it.
    pub fn new(cx: &Cx, arg: Arg) -> LibObj {
        LibObj { arg, cx: cx.clone() }
    }

    fn is_array(&self) -> bool {
        matches!(self.arg, Arg::Array(_) | Arg::NpArray(_) | Arg::NpScalar(_))
    }

    fn ndim(&self) -> usize {
        gradlens_numpy::convert::shape_of(&self.arg).len()
    }

    /// Its contents, where they are known; JAX's error where not.
    fn concrete(&self, look: Look) -> R<Option<Array>> {
        match &self.arg {
            Arg::Array(v) => self.cx.concrete(v, look).map(Some).map_err(from_error),
            Arg::NpArray(a) | Arg::NpScalar(a) => Ok(Some(a.clone())),
            _ => Ok(None),
        }
    }

    /// Its only element.
    fn scalar(&self, look: Look) -> R<Option<(Array, f64, f64)>> {
        let Some(a) = self.concrete(look)? else { return Ok(None) };
        let n: usize = a.shape().iter().product();
        if n != 1 || (a.shape().len() > 0 && !matches!(look, Look::Bool)) {
            return Err(match look {
                Look::Bool if n == 0 => value_error(
                    "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty.",
                ),
                Look::Bool => value_error(
                    "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()",
                ),
                Look::Index => type_error("Only integer scalar arrays can be converted to a scalar index."),
                _ => type_error(format!(
                    "Only scalar arrays can be converted to Python scalars; got arr.ndim={}",
                    a.shape().len()
                )),
            });
        }
        let v = a.to_complexes().map_err(from_error)?;
        let (re, im) = v.first().copied().unwrap_or((0.0, 0.0));
        Ok(Some((a, re, im)))
    }

    /// The array's method or property of this name.
    fn method(&self, name: &str) -> Option<Rc<Function>> {
        self.is_array().then(|| registry().function(&format!("jax.Array.{name}"))).flatten()
    }
}

/// Calls a library function that does not call Python.
fn call_sync(rt: &Rt, f: &Function, args: Vec<Arg>) -> R<Obj> {
    let j = jax(rt)?;
    let bound: Bound = f.bind(args, Vec::new()).map_err(from_error)?;
    match f.imp {
        Imp::Sync(g) => from_arg_sync(rt, g(&j.cx, &bound).map_err(from_error)?),
        Imp::Async(_) => Err(Exc::NeedsVm),
    }
}

/// What an operator is in the table: the array's own dunder, or the function it stands for.
fn operator(dunder: &str, function: &str) -> Option<Rc<Function>> {
    let r = registry();
    r.function(&format!("jax.Array.{dunder}")).or_else(|| r.function(&format!("jax.numpy.{function}")))
}

fn binary_function(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "add",
        BinOp::Sub => "subtract",
        BinOp::Mul => "multiply",
        BinOp::MatMul => "matmul",
        BinOp::Div => "true_divide",
        BinOp::FloorDiv => "floor_divide",
        BinOp::Mod => "remainder",
        BinOp::Pow => "power",
        BinOp::LShift => "left_shift",
        BinOp::RShift => "right_shift",
        BinOp::And => "bitwise_and",
        BinOp::Or => "bitwise_or",
        BinOp::Xor => "bitwise_xor",
    }
}

/// Arrays and numbers: what an array's operators accept. JAX refuses lists here.
fn operand(rt: &Rt, o: &Obj) -> R<Option<Arg>> {
    if matches!(o, Obj::Instance(i) if !i.base.given()) {
        return Ok(None);
    }
    match to_arg_sync(rt, o) {
        Ok(a) if a.is_arraylike() => Ok(Some(a)),
        Ok(_) | Err(Exc::NeedsVm) => Ok(None),
        Err(e) => Err(e),
    }
}

/// JAX's operators give `NotImplemented` for what they do not know, and name the type where it is a list or the like.
fn refuse(op: &str, a: &Obj, o: &Obj) -> R<Option<Obj>> {
    match o {
        Obj::List(_) | Obj::Tuple(_) | Obj::Dict(_) | Obj::Set(_) => Err(type_error(format!(
            "unsupported operand type(s) for {op}: '{}' and '{}'",
            a.type_name(),
            o.type_name()
        ))),
        _ => Ok(None),
    }
}

impl Native for LibObj {
    fn class(&self) -> Rc<Class> {
        class_of(&self.arg)
    }

    fn get_attr(&self, rt: &Rt, _: &Obj, name: &Str) -> R<Option<Obj>> {
        let n = name.as_str();
        if let Some(f) = self.method(n) {
            if f.property {
                return call_sync(rt, &f, vec![self.arg.clone()]).map(Some);
            }
            let m = Method { function: f, receiver: self.arg.clone() };
            return Ok(Some(Obj::native(LibCallable { f: Rc::new(m) })));
        }
        match &self.arg {
            Arg::Array(_) | Arg::NpArray(_) | Arg::NpScalar(_) => {
                let shape = gradlens_numpy::convert::shape_of(&self.arg);
                Ok(match n {
                    "shape" => Some(Obj::tuple(shape.iter().map(|d| Obj::Int(*d as i64)).collect())),
                    "ndim" => Some(Obj::Int(shape.len() as i64)),
                    "size" => Some(Obj::Int(shape.iter().product::<usize>() as i64)),
                    "dtype" => {
                        let d = match &self.arg {
                            Arg::Array(v) => v.dtype(),
                            Arg::NpArray(a) | Arg::NpScalar(a) => a.dtype(),
                            _ => return Ok(None),
                        };
                        Some(from_arg_sync(rt, Arg::DType(d))?)
                    }
                    _ => None,
                })
            }
            Arg::Object(o) => match o.attr(&self.cx, n).map_err(from_error)? {
                Some(a) => from_arg_sync(rt, a).map(Some),
                None => Ok(None),
            },
            Arg::DType(d) => Ok(match n {
                "name" => Some(Obj::str(d.name())),
                "itemsize" => Some(Obj::Int(d.size() as i64)),
                "type" => Some(from_arg_sync(rt, Arg::Type(TypeArg::Np(*d)))?),
                "kind" => Some(Obj::str(kind(*d))),
                _ => None,
            }),
            Arg::Type(t) => Ok(match (t, n) {
                (TypeArg::Jnp(d) | TypeArg::Np(d), "__name__" | "__qualname__") => Some(Obj::str(d.name())),
                (TypeArg::Jnp(d) | TypeArg::Np(d), "dtype") => Some(from_arg_sync(rt, Arg::DType(*d))?),
                _ => None,
            }),
            _ => Ok(None),
        }
    }

    fn attrs(&self) -> Vec<Str> {
        if self.is_array() {
            return registry().members("jax.Array").into_iter().map(intern).collect();
        }
        match &self.arg {
            Arg::Object(o) => o.attr_names().iter().map(|n| intern(n)).collect(),
            _ => Vec::new(),
        }
    }

    fn is_callable(&self) -> bool {
        match &self.arg {
            Arg::Type(_) => true,
            Arg::Object(o) => matches!(o.attr(&self.cx, "__call__"), Ok(Some(_))),
            _ => false,
        }
    }

    fn call(&self, rt: &Rt, _: &Obj, args: Args) -> Option<Fut> {
        match &self.arg {
            Arg::Type(t) => {
                let path = if matches!(t, TypeArg::Np(_)) { "numpy.asarray" } else { "jax.numpy.asarray" };
                let f = registry().function(path).or_else(|| registry().function("jax.numpy.asarray"))?;
                let (rt, t) = (rt.clone(), *t);
                Some(Box::pin(async move {
                    if let TypeArg::Abstract(_) = t {
                        return Err(type_error("an abstract type cannot be called"));
                    }
                    let j = jax(&rt)?;
                    let x = match args.pos.first() {
                        Some(x) => to_arg(&rt, x).await?,
                        None => Arg::Int(0),
                    };
                    let named = vec![(Rc::from("dtype"), Arg::Type(t))];
                    let r = f.call(&j.cx, vec![x], named).await.map_err(from_error)?;
                    from_arg(&rt, r).await
                }))
            }
            Arg::Object(o) => match o.attr(&self.cx, "__call__") {
                Ok(Some(Arg::Callable(f))) => Some(call(rt, f, args)),
                _ => None,
            },
            _ => None,
        }
    }

    fn binary(&self, rt: &Rt, op: BinOp, this: &Obj, other: &Obj, reflected: bool) -> R<Option<Obj>> {
        if !self.is_array() {
            // `jnp.float32 | None` and the like are annotations.
            return Ok(None);
        }
        let Some(x) = operand(rt, other)? else {
            return if reflected { refuse(op.sign(), other, this) } else { refuse(op.sign(), this, other) };
        };
        let dunder = if reflected { format!("__r{}__", op.dunder()) } else { format!("__{}__", op.dunder()) };
        let own = registry().function(&format!("jax.Array.{dunder}"));
        if let Some(f) = own {
            let r = call_sync(rt, &f, vec![self.arg.clone(), x])?;
            return Ok((!matches!(r, Obj::NotImplemented)).then_some(r));
        }
        let Some(f) = registry().function(&format!("jax.numpy.{}", binary_function(op))) else { return Ok(None) };
        let args = if reflected { vec![x, self.arg.clone()] } else { vec![self.arg.clone(), x] };
        call_sync(rt, &f, args).map(Some)
    }

    fn compare(&self, rt: Option<&Rt>, op: CmpOp, this: &Obj, other: &Obj) -> R<Option<Obj>> {
        if !self.is_array() {
            return self.equal(op, other);
        }
        let Some(rt) = rt else {
            // Inside containers: without an engine at hand, only identity is certain.
            if this.is(other) {
                return Ok(Some(Obj::Bool(true)));
            }
            return Err(Exc::NeedsVm);
        };
        let Some(x) = operand(rt, other)? else {
            return match op {
                CmpOp::Eq | CmpOp::Ne => Ok(None),
                _ => refuse(op.sign(), this, other),
            };
        };
        let name = match op {
            CmpOp::Lt => "less",
            CmpOp::Le => "less_equal",
            CmpOp::Eq => "equal",
            CmpOp::Ne => "not_equal",
            CmpOp::Gt => "greater",
            CmpOp::Ge => "greater_equal",
        };
        let Some(f) = operator(op.dunder(), name) else { return Ok(None) };
        call_sync(rt, &f, vec![self.arg.clone(), x]).map(Some)
    }

    fn unary(&self, rt: &Rt, op: UnOp, _: &Obj) -> R<Option<Obj>> {
        if !self.is_array() {
            return Ok(None);
        }
        let name = match op {
            UnOp::Neg => "negative",
            UnOp::Pos => "positive",
            UnOp::Invert => "invert",
            UnOp::Abs => "abs",
        };
        match operator(op.dunder(), name) {
            Some(f) => call_sync(rt, &f, vec![self.arg.clone()]).map(Some),
            None => Ok(None),
        }
    }

    fn truth(&self, _: &Obj) -> R<Option<bool>> {
        Ok(self.scalar(Look::Bool)?.map(|(_, re, im)| re != 0.0 || im != 0.0))
    }

    fn repr(&self, _: &Obj) -> R<Option<String>> {
        print::repr(&self.cx, &self.arg).map(Some).map_err(from_error)
    }

    fn str(&self, _: &Obj) -> R<Option<String>> {
        print::str(&self.cx, &self.arg).map(Some).map_err(from_error)
    }

    fn format(&self, this: &Obj, spec: &str) -> R<Option<String>> {
        if !self.is_array() || spec.is_empty() {
            return self.str(this);
        }
        let tracer = match &self.arg {
            Arg::Array(v) => gradlens_transform::tracer_class(v).is_some(),
            _ => false,
        };
        if tracer || self.ndim() > 0 {
            return Err(type_error(format!("unsupported format string passed to {}.__format__", this.type_name())));
        }
        let Some(v) = self.item()? else { return Ok(None) };
        crate::builtins::format::format_value(&v, spec)
    }

    fn len(&self, _: &Obj) -> R<Option<usize>> {
        match &self.arg {
            Arg::Object(o) => match o.iter(&self.cx) {
                Some(v) => v.map(|v| Some(v.len())).map_err(from_error),
                None => Ok(None),
            },
            _ if self.is_array() => match gradlens_numpy::convert::shape_of(&self.arg).first() {
                Some(n) => Ok(Some(*n)),
                None => Err(type_error("len() of unsized object")),
            },
            _ => Ok(None),
        }
    }

    fn get_item(&self, rt: &Rt, _: &Obj, key: &Obj) -> R<Option<Obj>> {
        if let Arg::Object(o) = &self.arg {
            let key = to_arg_sync(rt, key)?;
            jax(rt)?;
            return match o.item(&self.cx, &key) {
                Some(r) => from_arg_sync(rt, r.map_err(from_error)?).map(Some),
                None => Ok(None),
            };
        }
        let Some(f) = self.method("__getitem__") else { return Ok(None) };
        let key = to_arg_sync(rt, key)?;
        call_sync(rt, &f, vec![self.arg.clone(), key]).map(Some)
    }

    fn set_item(&self, rt: &Rt, this: &Obj, key: &Obj, value: &Obj) -> R<Option<()>> {
        match &self.arg {
            Arg::Array(_) => Err(type_error(
                "JAX arrays are immutable and do not support in-place item assignment. Instead of x[idx] = y, use x = x.at[idx].set(y) or another .at[] method: https://docs.jax.dev/en/latest/_autosummary/jax.numpy.ndarray.at.html",
            )),
            Arg::NpArray(_) => {
                let Some(f) = registry().function("numpy.ndarray.__setitem__") else { return Ok(None) };
                let args = vec![self.arg.clone(), to_arg_sync(rt, key)?, to_arg_sync(rt, value)?];
                call_sync(rt, &f, args)?;
                let _ = this;
                Ok(Some(()))
            }
            _ => Ok(None),
        }
    }

    fn contains(&self, rt: &Rt, this: &Obj, x: &Obj) -> R<Option<bool>> {
        if !self.is_array() {
            return Ok(None);
        }
        let Some(eq) = self.compare(Some(rt), CmpOp::Eq, this, x)? else { return Ok(None) };
        let Some(f) = registry().function("jax.numpy.any") else { return Ok(None) };
        let r = call_sync(rt, &f, vec![to_arg_sync(rt, &eq)?])?;
        ops::truth_sync(&r).map(Some)
    }

    fn iter(&self, rt: &Rt, this: &Obj) -> R<Option<Obj>> {
        if let Arg::Object(o) = &self.arg {
            return match o.iter(&self.cx) {
                Some(v) => {
                    let v = v.map_err(from_error)?;
                    let items = v.into_iter().map(|a| from_arg_sync(rt, a)).collect::<R<Vec<_>>>()?;
                    Ok(Some(PyIter::obj("iterator", IterKind::Seq { seq: Obj::tuple(items), at: 0 })))
                }
                None => Ok(None),
            };
        }
        if !self.is_array() {
            return Ok(None);
        }
        let Some(n) = gradlens_numpy::convert::shape_of(&self.arg).first().copied() else {
            return Err(type_error("iteration over a 0-d array"));
        };
        if let Some(f) = self.method("__iter__") {
            let all = call_sync(rt, &f, vec![self.arg.clone()])?;
            return ops::iter_sync(&all).map(Some);
        }
        let (o, mut i) = (this.clone(), 0);
        Ok(Some(PyIter::obj(
            "iterator",
            IterKind::Host(Box::new(move |rt| {
                if i >= n {
                    return Ok(None);
                }
                let x = ops::get_item_sync(rt, &o, &Obj::Int(i as i64))?;
                i += 1;
                Ok(Some(x))
            })),
        )))
    }

    fn hash(&self, this: &Obj) -> R<Option<u64>> {
        match &self.arg {
            Arg::Array(Value::Array(_)) | Arg::NpArray(_) => {
                Err(type_error(format!("unhashable type: '{}'", this.type_name())))
            }
            Arg::NpScalar(_) => match self.item()? {
                Some(v) => ops::hash_sync(&v).map(Some),
                None => Ok(None),
            },
            Arg::DType(d) => Ok(Some(0xd7 + *d as u64)),
            Arg::Type(_) | Arg::Object(_) => {
                let text = print::repr(&self.cx, &self.arg).map_err(from_error)?;
                Ok(Some(intern(&text).hash()))
            }
            _ => Ok(None),
        }
    }

    fn int(&self, _: &Obj) -> R<Option<Obj>> {
        match self.scalar(Look::Int)? {
            Some((a, re, im)) => {
                if a.dtype().is_complex() && im != 0.0 {
                    return Err(type_error("can't convert complex to int"));
                }
                if a.dtype().is_integer() {
                    return Ok(Some(exact(&a)?));
                }
                ops::float_to_int(re).map(Some)
            }
            None => Ok(None),
        }
    }

    fn index(&self, _: &Obj) -> R<Option<Obj>> {
        if !self.is_array() {
            return Ok(None);
        }
        let d = match &self.arg {
            Arg::Array(v) => v.dtype(),
            Arg::NpArray(a) | Arg::NpScalar(a) => a.dtype(),
            _ => return Ok(None),
        };
        if !d.is_integer() {
            return Err(type_error("Only integer scalar arrays can be converted to a scalar index."));
        }
        match self.scalar(Look::Index)? {
            Some((a, _, _)) => exact(&a).map(Some),
            None => Ok(None),
        }
    }

    fn float(&self, _: &Obj) -> R<Option<f64>> {
        match self.scalar(Look::Float)? {
            Some((a, re, _)) => {
                if a.dtype().is_complex() {
                    return Err(type_error("can't convert complex to float"));
                }
                Ok(Some(re))
            }
            None => Ok(None),
        }
    }

    fn complex(&self, _: &Obj) -> R<Option<(f64, f64)>> {
        Ok(self.scalar(Look::Float)?.map(|(_, re, im)| (re, im)))
    }

    fn round(&self, rt: &Rt, _: &Obj, n: &Obj) -> R<Option<Obj>> {
        let Some(f) = registry().function("jax.numpy.round").filter(|_| self.is_array()) else { return Ok(None) };
        let n = if n.is_none() { Arg::Int(0) } else { to_arg_sync(rt, n)? };
        call_sync(rt, &f, vec![self.arg.clone(), n]).map(Some)
    }

    fn instance_check(&self, o: &Obj) -> Option<bool> {
        match &self.arg {
            // `isinstance(x, np.float32)`: NumPy's scalars.
            Arg::Type(t) => {
                let d = match o.downcast::<LibObj>().map(|l| &l.arg) {
                    Some(Arg::NpScalar(a)) => a.dtype(),
                    _ => return Some(false),
                };
                Some(match t {
                    TypeArg::Np(e) => *e == d,
                    TypeArg::Abstract(_) => true,
                    _ => false,
                })
            }
            _ => None,
        }
    }
}

impl LibObj {
    /// Equality of dtypes, tree definitions and the like.
    fn equal(&self, op: CmpOp, other: &Obj) -> R<Option<Obj>> {
        if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
            return Ok(None);
        }
        let same = match (other, &self.arg) {
            (Obj::Native(_), _) => match other.downcast::<LibObj>() {
                Some(o) => match (&self.arg, &o.arg) {
                    (Arg::DType(d), Arg::Type(TypeArg::Jnp(e) | TypeArg::Np(e)))
                    | (Arg::Type(TypeArg::Jnp(e) | TypeArg::Np(e)), Arg::DType(d)) => d == e,
                    (Arg::Type(TypeArg::Jnp(d)), Arg::Type(TypeArg::Np(e)))
                    | (Arg::Type(TypeArg::Np(d)), Arg::Type(TypeArg::Jnp(e))) => d == e,
                    (a, b) => gradlens_numpy::arg_eq(a, b),
                },
                None => false,
            },
            (Obj::Str(s), Arg::DType(d)) => d.name() == s.as_str(),
            (Obj::Class(c), Arg::DType(d)) => {
                let t = types();
                let is = |k: &Rc<Class>| Rc::ptr_eq(k, c);
                match d.name() {
                    "float64" => is(&t.float),
                    "int64" => is(&t.int),
                    "bool" => is(&t.bool),
                    "complex128" => is(&t.complex),
                    _ => false,
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(Obj::Bool(same == (op == CmpOp::Eq))))
    }

    /// The only element as a Python number.
    fn item(&self) -> R<Option<Obj>> {
        let Some((a, re, im)) = self.scalar(Look::Item)? else { return Ok(None) };
        let d = a.dtype();
        Ok(Some(if d.is_complex() {
            Obj::complex(re, im)
        } else if d.name() == "bool" {
            Obj::Bool(re != 0.0)
        } else if d.is_integer() {
            exact(&a)?
        } else {
            Obj::Float(re)
        }))
    }
}

/// The integer in an array of one element, all 64 bits of it.
fn exact(a: &Array) -> R<Obj> {
    let v = a.to_i64s().map_err(from_error)?;
    let i = *v.first().ok_or_else(|| index_error("an empty array has no element"))?;
    if a.dtype().is_unsigned() && i < 0 {
        return Ok(Obj::big(num_bigint::BigInt::from(i as u64)));
    }
    Ok(Obj::Int(i))
}

fn kind(d: gradlens_numpy::ir::DType) -> &'static str {
    if d.name() == "bool" {
        "b"
    } else if d.is_unsigned() {
        "u"
    } else if d.is_integer() {
        "i"
    } else if d.is_complex() {
        "c"
    } else {
        "f"
    }
}

/// A callable of the library.
pub struct LibCallable {
    /// It.
    pub f: Rc<dyn Callable>,
}

/// Calls a callable of the library, as a frame.
pub fn call(rt: &Rt, f: Rc<dyn Callable>, args: Args) -> Fut {
    let rt = rt.clone();
    let span = rt.span.get();
    Box::pin(async move {
        let j = jax(&rt)?;
        let mut pos = Vec::with_capacity(args.pos.len());
        for a in &args.pos {
            pos.push(to_arg(&rt, a).await?);
        }
        let mut kw: Vec<(Rc<str>, Arg)> = Vec::with_capacity(args.kw.len());
        for (k, v) in &args.kw {
            kw.push((Rc::from(k.as_str()), to_arg(&rt, v).await?));
        }
        rt.span.set(span);
        j.cx.set_span(span);
        let r = f.call(&j.cx, pos, kw).await.map_err(from_error)?;
        from_arg(&rt, r).await
    })
}

impl Native for LibCallable {
    fn class(&self) -> Rc<Class> {
        types().function.clone()
    }
    fn is_callable(&self) -> bool {
        true
    }
    fn call(&self, rt: &Rt, _: &Obj, args: Args) -> Option<Fut> {
        Some(call(rt, self.f.clone(), args))
    }
    fn get_attr(&self, rt: &Rt, _: &Obj, name: &Str) -> R<Option<Obj>> {
        let j = jax(rt)?;
        if let Some(a) = self.f.attr(&j.cx, name.as_str()).map_err(from_error)? {
            return from_arg_sync(rt, a).map(Some);
        }
        Ok(match name.as_str() {
            "__name__" | "__qualname__" => Some(Obj::str(self.f.name())),
            "__doc__" => Some(doc(&*self.f)),
            "__module__" => Some(Obj::name("jax")),
            _ => None,
        })
    }
    fn repr(&self, this: &Obj) -> R<Option<String>> {
        let r = self.f.repr();
        // Functions show where they are, as CPython's do.
        Ok(Some(if r.starts_with("<function ") && !r.contains(" at ") {
            let address = crate::ops::address_repr(this);
            let at = address.split(" at ").nth(1).unwrap_or("0x0>").to_string();
            format!("{} at {at}", r.trim_end_matches('>'))
        } else {
            r
        }))
    }
    fn hash(&self, _: &Obj) -> R<Option<u64>> {
        Ok(Some((self.f.id() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }
    fn compare(&self, _: Option<&Rt>, op: CmpOp, _: &Obj, other: &Obj) -> R<Option<Obj>> {
        let same = other.downcast::<LibCallable>().is_some_and(|o| o.f.id() == self.f.id());
        Ok(match op {
            CmpOp::Eq => Some(Obj::Bool(same)),
            CmpOp::Ne => Some(Obj::Bool(!same)),
            _ => None,
        })
    }
}

fn doc(f: &dyn Callable) -> Obj {
    match f.as_any().downcast_ref::<gradlens_numpy::LibraryFunction>() {
        Some(l) => Obj::str(l.0.doc),
        None => Obj::None,
    }
}
