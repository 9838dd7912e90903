//! Arrays, tracers, dtypes and the library's other objects as Python objects.

use std::cell::RefCell;
use std::rc::Rc;

use gradlens_numpy::ir::{Array, Value};
use gradlens_numpy::methods::{self, BinaryOp, UnaryOp};
use gradlens_numpy::{Arg, Bound, Callable, Cx, Function, Imp, Look, TypeArg, print, registry};

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
    // Only NumPy's arrays change, by item assignment.
    cell: RefCell<Arg>,
    cx: Cx,
}

impl LibObj {
    /// Wraps it.
    pub fn new(cx: &Cx, arg: Arg) -> LibObj {
        LibObj { cell: RefCell::new(arg), cx: cx.clone() }
    }

    /// It.
    pub fn arg(&self) -> Arg {
        self.cell.borrow().clone()
    }

    fn is_array(&self) -> bool {
        matches!(self.arg(), Arg::Array(_) | Arg::NpArray(_) | Arg::NpScalar(_))
    }

    fn ndim(&self) -> usize {
        gradlens_numpy::convert::shape_of(&self.arg()).len()
    }

    /// Its contents, where they are known; JAX's error where not.
    fn concrete(&self, look: Look) -> R<Option<Array>> {
        match &self.arg() {
            Arg::Array(v) => self.cx.concrete(v, look).map(Some).map_err(from_error),
            Arg::NpArray(a) | Arg::NpScalar(a) => Ok(Some(a.clone())),
            _ => Ok(None),
        }
    }

    /// Its only element.
    fn scalar(&self, look: Look) -> R<Option<(Array, f64, f64)>> {
        let Some(a) = self.concrete(look)? else { return Ok(None) };
        let n: usize = a.shape().iter().product();
        if n != 1 || (!a.shape().is_empty() && !matches!(look, Look::Bool)) {
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

    /// `a op b` by the library.
    fn operate(&self, rt: &Rt, op: BinaryOp, a: &Arg, b: &Arg) -> R<Option<Obj>> {
        let j = jax(rt)?;
        match methods::binary(&j.cx, op, a, b).map_err(from_error)? {
            Arg::NotImplemented => Ok(None),
            r => from_arg_sync(rt, r).map(Some),
        }
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

fn binary_op(op: BinOp) -> BinaryOp {
    match op {
        BinOp::Add => BinaryOp::Add,
        BinOp::Sub => BinaryOp::Sub,
        BinOp::Mul => BinaryOp::Mul,
        BinOp::MatMul => BinaryOp::MatMul,
        BinOp::Div => BinaryOp::TrueDiv,
        BinOp::FloorDiv => BinaryOp::FloorDiv,
        BinOp::Mod => BinaryOp::Mod,
        BinOp::Pow => BinaryOp::Pow,
        BinOp::LShift => BinaryOp::LShift,
        BinOp::RShift => BinaryOp::RShift,
        BinOp::And => BinaryOp::And,
        BinOp::Or => BinaryOp::Or,
        BinOp::Xor => BinaryOp::Xor,
    }
}

/// The other operand of an array's operator. Instances of a user's class go first with their own dunders.
fn operand(rt: &Rt, o: &Obj) -> R<Option<Arg>> {
    if matches!(o, Obj::Instance(i) if !i.base.given()) {
        return Ok(None);
    }
    match to_arg_sync(rt, o) {
        Ok(a) => Ok(Some(a)),
        Err(Exc::NeedsVm) => Ok(None),
        Err(e) => Err(e),
    }
}

impl Native for LibObj {
    fn class(&self) -> Rc<Class> {
        class_of(&self.arg())
    }

    fn get_attr(&self, rt: &Rt, _: &Obj, name: &Str) -> R<Option<Obj>> {
        let n = name.as_str();
        jax(rt)?;
        let found = match &self.arg() {
            Arg::NpArray(a) | Arg::NpScalar(a) if n == "dtype" => Some(Arg::DType(a.dtype())),
            // What NumPy's arrays have not of their own is JAX's answer for the same contents.
            x @ (Arg::NpArray(_) | Arg::NpScalar(_)) => match methods::get_attr(&self.cx, x, n).map_err(from_error)? {
                Some(a) => Some(a),
                None => {
                    let v = gradlens_numpy::convert::value(&self.cx, n, x).map_err(from_error)?;
                    methods::get_attr(&self.cx, &Arg::Array(v), n).map_err(from_error)?
                }
            },
            x @ Arg::Array(_) => methods::get_attr(&self.cx, x, n).map_err(from_error)?,
            Arg::Object(o) => o.attr(&self.cx, n).map_err(from_error)?,
            x @ (Arg::DType(_) | Arg::Type(_)) => gradlens_numpy::dtypes::type_attr(x, n),
            _ => None,
        };
        found.map(|a| from_arg_sync(rt, a)).transpose()
    }

    fn attrs(&self) -> Vec<Str> {
        if self.is_array() {
            return registry().members("jax.Array").into_iter().map(intern).collect();
        }
        match &self.arg() {
            Arg::Object(o) => o.attr_names().iter().map(|n| intern(n)).collect(),
            _ => Vec::new(),
        }
    }

    fn is_callable(&self) -> bool {
        match &self.arg() {
            Arg::Type(_) => true,
            Arg::Object(o) => matches!(o.attr(&self.cx, "__call__"), Ok(Some(_))),
            _ => false,
        }
    }

    fn call(&self, rt: &Rt, _: &Obj, args: Args) -> Option<Fut> {
        match &self.arg() {
            Arg::Type(t) => {
                let (rt, t) = (rt.clone(), *t);
                Some(Box::pin(async move {
                    let j = jax(&rt)?;
                    let x = match args.pos.first() {
                        Some(x) => Some(to_arg(&rt, x).await?),
                        None => None,
                    };
                    let call = || gradlens_numpy::dtypes::call_type(&j.cx, t, x.as_ref());
                    let r = j.cx.retrying(call).await.map_err(from_error)?;
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

    fn binary(&self, rt: &Rt, op: BinOp, _: &Obj, other: &Obj, reflected: bool) -> R<Option<Obj>> {
        if !self.is_array() {
            // `jnp.float32 | None` and the like are annotations.
            return Ok(None);
        }
        let Some(x) = operand(rt, other)? else { return Ok(None) };
        let (a, b) = if reflected { (x, self.arg()) } else { (self.arg(), x) };
        self.operate(rt, binary_op(op), &a, &b)
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
        let Some(x) = operand(rt, other)? else { return Ok(None) };
        let op = match op {
            CmpOp::Lt => BinaryOp::Lt,
            CmpOp::Le => BinaryOp::Le,
            CmpOp::Eq => BinaryOp::Eq,
            CmpOp::Ne => BinaryOp::Ne,
            CmpOp::Gt => BinaryOp::Gt,
            CmpOp::Ge => BinaryOp::Ge,
        };
        self.operate(rt, op, &self.arg(), &x)
    }

    fn unary(&self, rt: &Rt, op: UnOp, _: &Obj) -> R<Option<Obj>> {
        if !self.is_array() {
            return Ok(None);
        }
        let op = match op {
            UnOp::Neg => UnaryOp::Neg,
            UnOp::Pos => UnaryOp::Pos,
            UnOp::Invert => UnaryOp::Invert,
            UnOp::Abs => UnaryOp::Abs,
        };
        let j = jax(rt)?;
        from_arg_sync(rt, methods::unary(&j.cx, op, &self.arg()).map_err(from_error)?).map(Some)
    }

    fn truth(&self, _: &Obj) -> R<Option<bool>> {
        Ok(self.scalar(Look::Bool)?.map(|(_, re, im)| re != 0.0 || im != 0.0))
    }

    fn repr(&self, _: &Obj) -> R<Option<String>> {
        print::repr(&self.cx, &self.arg()).map(Some).map_err(from_error)
    }

    fn str(&self, _: &Obj) -> R<Option<String>> {
        print::str(&self.cx, &self.arg()).map(Some).map_err(from_error)
    }

    fn format(&self, this: &Obj, spec: &str) -> R<Option<String>> {
        let tracer = match &self.arg() {
            Arg::Array(v) => gradlens_transform::tracer_class(v).is_some(),
            _ => false,
        };
        // A JAX scalar is formatted as the Python number it equals, also without a spec.
        let scalar = matches!(&self.arg(), Arg::Array(_)) && !tracer && self.ndim() == 0;
        if !self.is_array() || (spec.is_empty() && !scalar) {
            return self.str(this);
        }
        if tracer || self.ndim() > 0 {
            return Err(type_error(format!("unsupported format string passed to {}.__format__", this.type_name())));
        }
        let Some(v) = self.item()? else { return Ok(None) };
        crate::builtins::format::format_value(&v, spec)
    }

    fn len(&self, _: &Obj) -> R<Option<usize>> {
        match &self.arg() {
            Arg::Object(o) => match o.iter(&self.cx) {
                Some(v) => v.map(|v| Some(v.len())).map_err(from_error),
                None => Ok(None),
            },
            _ if self.is_array() => match gradlens_numpy::convert::shape_of(&self.arg()).first() {
                Some(n) => Ok(Some(*n)),
                None => Err(type_error("len() of unsized object")),
            },
            _ => Ok(None),
        }
    }

    fn get_item(&self, rt: &Rt, _: &Obj, key: &Obj) -> R<Option<Obj>> {
        if let Arg::Object(o) = &self.arg() {
            let key = to_arg_sync(rt, key)?;
            jax(rt)?;
            return match o.item(&self.cx, &key) {
                Some(r) => from_arg_sync(rt, r.map_err(from_error)?).map(Some),
                None => Ok(None),
            };
        }
        if !self.is_array() {
            return Ok(None);
        }
        let key = to_arg_sync(rt, key)?;
        let j = jax(rt)?;
        from_arg_sync(rt, methods::get_item(&j.cx, &self.arg(), &key).map_err(from_error)?).map(Some)
    }

    fn set_item(&self, rt: &Rt, _: &Obj, key: &Obj, value: &Obj) -> R<Option<()>> {
        match &self.arg() {
            x @ Arg::Array(_) => Err(from_error(methods::set_item_error(x))),
            Arg::NpArray(a) => {
                let (key, value) = (to_arg_sync(rt, key)?, to_arg_sync(rt, value)?);
                let j = jax(rt)?;
                let new = gradlens_numpy::np::set_item(&j.cx, a, &key, &value).map_err(from_error)?;
                *self.cell.borrow_mut() = Arg::NpArray(new);
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
        if let Arg::Object(o) = &self.arg() {
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
        let Some(n) = gradlens_numpy::convert::shape_of(&self.arg()).first().copied() else {
            return Err(type_error("iteration over a 0-d array"));
        };
        if let Arg::Array(v) = &self.arg() {
            let j = jax(rt)?;
            let rows = methods::iterate(&j.cx, v).map_err(from_error)?;
            let rows = rows.into_iter().map(|r| from_arg_sync(rt, Arg::Array(r))).collect::<R<Vec<_>>>()?;
            return Ok(Some(PyIter::obj("iterator", IterKind::Seq { seq: Obj::tuple(rows), at: 0 })));
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
        match &self.arg() {
            Arg::Array(Value::Array(_)) | Arg::NpArray(_) => {
                Err(type_error(format!("unhashable type: '{}'", this.type_name())))
            }
            Arg::NpScalar(_) => match self.item()? {
                Some(v) => ops::hash_sync(&v).map(Some),
                None => Ok(None),
            },
            Arg::DType(d) => Ok(Some(0xd7 + *d as u64)),
            Arg::Type(_) | Arg::Object(_) => {
                let text = print::repr(&self.cx, &self.arg()).map_err(from_error)?;
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
        let d = match &self.arg() {
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
        call_sync(rt, &f, vec![self.arg(), n]).map(Some)
    }

    fn instance_check(&self, o: &Obj) -> Option<bool> {
        match &self.arg() {
            // `isinstance(x, np.float32)`: NumPy's scalars.
            Arg::Type(t) => {
                let d = match o.downcast::<LibObj>().map(LibObj::arg) {
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
        let same = match (other, &self.arg()) {
            (Obj::Native(_), _) => match other.downcast::<LibObj>() {
                Some(o) => match (&self.arg(), &o.arg()) {
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
        // A range is a leaf to trees and a sequence to functions of arrays.
        let arrays = f
            .as_any()
            .downcast_ref::<gradlens_numpy::LibraryFunction>()
            .is_some_and(|l| ["jax.numpy.", "jax.lax.", "jax.nn.", "numpy."].iter().any(|p| l.0.path.starts_with(p)));
        let listed = |o: &Obj| -> R<Obj> {
            Ok(match o {
                Obj::Range(_) if arrays => Obj::list(ops::to_vec_sync(&rt, o)?),
                o => o.clone(),
            })
        };
        let mut pos = Vec::with_capacity(args.pos.len());
        for a in &args.pos {
            pos.push(to_arg(&rt, &listed(a)?).await?);
        }
        let mut kw: Vec<(Rc<str>, Arg)> = Vec::with_capacity(args.kw.len());
        for (k, v) in &args.kw {
            kw.push((Rc::from(k.as_str()), to_arg(&rt, &listed(v)?).await?));
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
