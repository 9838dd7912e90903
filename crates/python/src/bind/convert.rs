//! Python objects to the library's arguments, and back.

use std::rc::Rc;

use gradlens_numpy::{Arg, PyType, TypeArg, TypeHandle};

use super::callable::{PyCallable, PyOpaque};
use super::object::{LibCallable, LibObj};
use super::{jax, pytree};
use crate::obj::containers::PySlice;
use crate::obj::{Class, Exc, Instance, Obj, PyDict, R, exc, intern, types};
use crate::ops::{self, MAX_NEST};
use crate::rt::Rt;

/// A Python object as an argument, where no user code has to run.
pub fn to_arg_sync(rt: &Rt, o: &Obj) -> R<Arg> {
    plain(rt, o, 0)
}

fn too_deep() -> Exc {
    exc::recursion_error(" while converting an argument")
}

fn plain(rt: &Rt, o: &Obj, depth: u32) -> R<Arg> {
    if depth > MAX_NEST {
        return Err(too_deep());
    }
    let all = |v: &[Obj]| v.iter().map(|x| plain(rt, x, depth + 1)).collect::<R<Vec<Arg>>>();
    Ok(match o {
        Obj::None | Obj::Null => Arg::None,
        Obj::NotImplemented => Arg::NotImplemented,
        Obj::Ellipsis => Arg::Ellipsis,
        Obj::Bool(b) => Arg::Bool(*b),
        Obj::Int(i) => Arg::Int(*i),
        Obj::Big(b) => Arg::BigInt(Rc::from(ops::big_repr(b)?)),
        Obj::Float(f) => Arg::Float(*f),
        Obj::Complex(c) => Arg::Complex(c.0, c.1),
        Obj::Str(s) => Arg::Str(Rc::from(s.as_str())),
        Obj::Tuple(t) => Arg::Tuple(all(t)?),
        Obj::List(l) => {
            rt.charge((l.len() / 4) as u64)?;
            Arg::List(all(&l.items())?)
        }
        Obj::Dict(d) => Arg::Dict(pairs(rt, d, depth)?),
        Obj::Slice(s) => {
            let part = |o: &Obj| plain(rt, o, depth + 1);
            Arg::Slice(Box::new([part(&s.start)?, part(&s.stop)?, part(&s.step)?]))
        }
        Obj::Range(_) => {
            // A range is a sequence of ints to JAX's functions of arrays, and opaque to trees.
            Arg::Opaque(Rc::new(PyOpaque { obj: o.clone() }))
        }
        Obj::Native(_) => {
            if let Some(l) = o.downcast::<LibObj>() {
                l.arg()
            } else if let Some(c) = o.downcast::<LibCallable>() {
                Arg::Callable(c.f.clone())
            } else {
                opaque(o)
            }
        }
        Obj::Class(c) => class_arg(rt, o, c),
        Obj::Function(_) | Obj::Builtin(_) | Obj::Method(_) | Obj::Static(_) => callable(rt, o),
        Obj::Instance(i) => return instance(rt, o, i, depth),
        _ => opaque(o),
    })
}

fn opaque(o: &Obj) -> Arg {
    Arg::Opaque(Rc::new(PyOpaque { obj: o.clone() }))
}

fn callable(rt: &Rt, o: &Obj) -> Arg {
    Arg::Callable(Rc::new(PyCallable { obj: o.clone(), rt: rt.downgrade() }))
}

/// `float` and its kin stand for dtypes; other classes are callables.
fn class_arg(rt: &Rt, o: &Obj, c: &Rc<Class>) -> Arg {
    let t = types();
    for (k, p) in
        [(&t.bool, PyType::Bool), (&t.int, PyType::Int), (&t.float, PyType::Float), (&t.complex, PyType::Complex)]
    {
        if Rc::ptr_eq(k, c) {
            return Arg::Type(TypeArg::Python(p));
        }
    }
    callable(rt, o)
}

fn pairs(rt: &Rt, d: &Rc<PyDict>, depth: u32) -> R<Vec<(Arg, Arg)>> {
    d.items().into_iter().map(|(k, v)| Ok((plain(rt, &k, depth + 1)?, plain(rt, &v, depth + 1)?))).collect()
}

/// Which of the `collections` classes an instance is of.
fn collection(c: &Rc<Class>) -> Option<&'static str> {
    let known = |c: &Rc<Class>| {
        let m = c.module.borrow();
        if m.as_str() != "collections" {
            return None;
        }
        match c.name.borrow().as_str() {
            "OrderedDict" => Some("OrderedDict"),
            "defaultdict" => Some("defaultdict"),
            "Counter" => Some("Counter"),
            _ => None,
        }
    };
    known(c).or_else(|| c.mro.iter().find_map(known))
}

/// The handle of a class.
pub fn handle(class: &Rc<Class>) -> Rc<TypeHandle> {
    let fields = match class.lookup(&intern("_fields")) {
        Some(Obj::Tuple(t)) => t.iter().filter_map(Obj::as_str).map(|s| Rc::from(s.as_str())).collect(),
        _ => Vec::new(),
    };
    Rc::new(TypeHandle {
        name: Rc::from(class.name.borrow().as_str()),
        fields,
        id: Rc::as_ptr(class) as usize,
        host: Rc::new(Obj::Class(class.clone())),
    })
}

fn instance(rt: &Rt, o: &Obj, i: &Rc<Instance>, depth: u32) -> R<Arg> {
    let class = i.class.borrow().clone();
    if pytree::registered(rt, &class)?.is_some() {
        return Err(Exc::NeedsVm);
    }
    match &i.base {
        Obj::Tuple(t) if class.lookup(&intern("_fields")).is_some() => {
            let v = t.iter().map(|x| plain(rt, x, depth + 1)).collect::<R<Vec<Arg>>>()?;
            return Ok(Arg::NamedTuple(handle(&class), v));
        }
        Obj::Dict(d) => {
            if let Some(kind) = collection(&class) {
                let j = jax(rt)?;
                let items = pairs(rt, d, depth)?;
                return Ok(match kind {
                    "OrderedDict" => {
                        *j.ordered_dict.borrow_mut() = Obj::Class(class);
                        Arg::OrderedDict(items)
                    }
                    "defaultdict" => {
                        *j.default_dict.borrow_mut() = Obj::Class(class);
                        let f = i.get(&intern("default_factory")).unwrap_or(Obj::None);
                        Arg::DefaultDict(Box::new(plain(rt, &f, depth + 1)?), items)
                    }
                    _ => opaque(o),
                });
            }
        }
        // An instance of a subclass of a number or a text is one.
        b @ (Obj::Int(_) | Obj::Float(_) | Obj::Str(_) | Obj::Big(_) | Obj::Complex(_)) => {
            return plain(rt, b, depth + 1);
        }
        _ => {}
    }
    if class.lookup_user(&intern("__jax_array__")).is_some() || class.lookup_user(&intern("__array__")).is_some() {
        return Err(Exc::NeedsVm);
    }
    if class.lookup(&intern("__call__")).is_some() {
        return Ok(callable(rt, o));
    }
    Ok(opaque(o))
}

/// A Python object as an argument: registered classes are taken apart, `__jax_array__` is asked.
pub async fn to_arg(rt: &Rt, o: &Obj) -> R<Arg> {
    match to_arg_sync(rt, o) {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let _nest = rt.nest(" while converting an argument")?;
    match o {
        Obj::Tuple(t) => Ok(Arg::Tuple(many(rt, t).await?)),
        Obj::List(l) => Ok(Arg::List(many(rt, &l.items()).await?)),
        Obj::Dict(d) => Ok(Arg::Dict(pairs_async(rt, d).await?)),
        Obj::Instance(i) => {
            let class = i.class.borrow().clone();
            if let Some(r) = pytree::registered(rt, &class)? {
                return Box::pin(pytree::take_apart(rt, o, &class, &r)).await;
            }
            match &i.base {
                Obj::Tuple(t) if class.lookup(&intern("_fields")).is_some() => {
                    return Ok(Arg::NamedTuple(handle(&class), many(rt, t).await?));
                }
                Obj::Dict(d) => {
                    let items = pairs_async(rt, d).await?;
                    let j = jax(rt)?;
                    match collection(&class) {
                        Some("OrderedDict") => {
                            *j.ordered_dict.borrow_mut() = Obj::Class(class);
                            return Ok(Arg::OrderedDict(items));
                        }
                        Some("defaultdict") => {
                            *j.default_dict.borrow_mut() = Obj::Class(class);
                            let f = i.get(&intern("default_factory")).unwrap_or(Obj::None);
                            return Ok(Arg::DefaultDict(Box::new(to_arg_sync(rt, &f)?), items));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
            for name in ["__jax_array__", "__array__"] {
                if let Some(f) = class.lookup_user(&intern(name)) {
                    let r = rt.call(&f, [o.clone()]).await?;
                    return to_arg_sync(rt, &r);
                }
            }
            Ok(opaque(o))
        }
        o => Ok(opaque(o)),
    }
}

async fn many(rt: &Rt, v: &[Obj]) -> R<Vec<Arg>> {
    let mut out = Vec::with_capacity(v.len());
    for x in v {
        out.push(Box::pin(to_arg(rt, x)).await?);
    }
    Ok(out)
}

async fn pairs_async(rt: &Rt, d: &Rc<PyDict>) -> R<Vec<(Arg, Arg)>> {
    let mut out = Vec::new();
    for (k, v) in d.items() {
        out.push((to_arg_sync(rt, &k)?, Box::pin(to_arg(rt, &v)).await?));
    }
    Ok(out)
}

/// An argument as a Python object, where no user code has to run.
pub fn from_arg_sync(rt: &Rt, a: Arg) -> R<Obj> {
    let all = |v: Vec<Arg>| v.into_iter().map(|x| from_arg_sync(rt, x)).collect::<R<Vec<Obj>>>();
    Ok(match a {
        Arg::None => Obj::None,
        Arg::NotImplemented => Obj::NotImplemented,
        Arg::Bool(b) => Obj::Bool(b),
        Arg::Int(i) => Obj::Int(i),
        Arg::BigInt(s) => s.parse().map_or(Obj::Int(0), Obj::big),
        Arg::Float(f) => Obj::Float(f),
        Arg::Complex(re, im) => Obj::complex(re, im),
        Arg::Str(s) => Obj::str(&*s),
        Arg::Tuple(v) => Obj::tuple(all(v)?),
        Arg::List(v) => Obj::list(all(v)?),
        Arg::Dict(v) => Obj::Dict(dict(rt, v)?),
        Arg::OrderedDict(v) => {
            let d = dict(rt, v)?;
            with_class(&jax(rt)?.ordered_dict.borrow(), d)
        }
        Arg::DefaultDict(f, v) => {
            let d = dict(rt, v)?;
            let o = with_class(&jax(rt)?.default_dict.borrow(), d);
            if let Obj::Instance(i) = &o {
                i.dict().set_name("default_factory", from_arg_sync(rt, *f)?);
            }
            o
        }
        Arg::NamedTuple(t, v) => {
            let items = Obj::tuple(all(v)?);
            match t.host.downcast_ref::<Obj>() {
                Some(Obj::Class(c)) => Obj::Instance(Rc::new(Instance::new(c.clone(), items))),
                _ => items,
            }
        }
        Arg::Custom(_) => return Err(Exc::NeedsVm),
        Arg::Slice(s) => {
            let [a, b, c] = *s;
            Obj::Slice(Rc::new(PySlice {
                start: from_arg_sync(rt, a)?,
                stop: from_arg_sync(rt, b)?,
                step: from_arg_sync(rt, c)?,
            }))
        }
        Arg::Ellipsis => Obj::Ellipsis,
        Arg::Callable(c) => match c.as_any().downcast_ref::<PyCallable>() {
            Some(p) => p.obj.clone(),
            None => Obj::native(LibCallable { f: c }),
        },
        Arg::Type(TypeArg::Python(p)) => {
            let t = types();
            Obj::Class(
                match p {
                    PyType::Bool => &t.bool,
                    PyType::Int => &t.int,
                    PyType::Float => &t.float,
                    PyType::Complex => &t.complex,
                }
                .clone(),
            )
        }
        Arg::Opaque(o) => match o.as_any().downcast_ref::<PyOpaque>() {
            Some(p) => p.obj.clone(),
            None => Obj::None,
        },
        a @ (Arg::Array(_) | Arg::NpArray(_) | Arg::NpScalar(_) | Arg::DType(_) | Arg::Type(_) | Arg::Object(_)) => {
            Obj::native(LibObj::new(&jax(rt)?.cx, a))
        }
    })
}

fn dict(rt: &Rt, v: Vec<(Arg, Arg)>) -> R<Rc<PyDict>> {
    let d = PyDict::new();
    for (k, v) in v {
        d.set(from_arg_sync(rt, k)?, from_arg_sync(rt, v)?)?;
    }
    Ok(d)
}

fn with_class(class: &Obj, d: Rc<PyDict>) -> Obj {
    match class {
        Obj::Class(c) => Obj::Instance(Rc::new(Instance::new(c.clone(), Obj::Dict(d)))),
        _ => Obj::Dict(d),
    }
}

/// Whether a registered class is somewhere inside.
fn has_custom(a: &Arg) -> bool {
    match a {
        Arg::Custom(_) => true,
        Arg::Tuple(v) | Arg::List(v) | Arg::NamedTuple(_, v) => v.iter().any(has_custom),
        Arg::Dict(v) | Arg::OrderedDict(v) | Arg::DefaultDict(_, v) => v.iter().any(|(_, x)| has_custom(x)),
        _ => false,
    }
}

/// An argument as a Python object: registered classes are put together again.
pub async fn from_arg(rt: &Rt, a: Arg) -> R<Obj> {
    if !has_custom(&a) {
        return from_arg_sync(rt, a);
    }
    async fn all(rt: &Rt, v: Vec<Arg>) -> R<Vec<Obj>> {
        let mut out = Vec::with_capacity(v.len());
        for x in v {
            out.push(Box::pin(from_arg(rt, x)).await?);
        }
        Ok(out)
    }
    match a {
        Arg::Custom(c) => {
            let children = all(rt, c.children.clone()).await?;
            pytree::put_together(rt, &c, children).await
        }
        Arg::Tuple(v) => Ok(Obj::tuple(all(rt, v).await?)),
        Arg::List(v) => Ok(Obj::list(all(rt, v).await?)),
        Arg::NamedTuple(t, v) => {
            let items = Obj::tuple(all(rt, v).await?);
            Ok(match t.host.downcast_ref::<Obj>() {
                Some(Obj::Class(c)) => Obj::Instance(Rc::new(Instance::new(c.clone(), items))),
                _ => items,
            })
        }
        Arg::Dict(v) => {
            let d = PyDict::new();
            for (k, v) in v {
                let v = Box::pin(from_arg(rt, v)).await?;
                d.set(from_arg_sync(rt, k)?, v)?;
            }
            Ok(Obj::Dict(d))
        }
        Arg::OrderedDict(v) | Arg::DefaultDict(_, v) => {
            let d = PyDict::new();
            for (k, v) in v {
                let v = Box::pin(from_arg(rt, v)).await?;
                d.set(from_arg_sync(rt, k)?, v)?;
            }
            Ok(with_class(&jax(rt)?.ordered_dict.borrow(), d))
        }
        a => from_arg_sync(rt, a),
    }
}
