//! Python functions as callables of the library, and callables of the library as Python objects.

use std::any::Any;
use std::rc::Rc;

use gradlens_numpy::ir::{LocalBoxFuture, Result};
use gradlens_numpy::{Arg, Callable, Cx, HostObject, Kind};

use super::{errors::to_error, from_arg, to_arg};
use crate::obj::{Args, Obj, Str, intern};
use crate::rt::WeakRt;

/// A Python callable as the library sees it. Its calls are frames of the machine that runs the library's call.
pub struct PyCallable {
    /// The object.
    pub obj: Obj,
    pub(super) rt: WeakRt,
}

impl Callable for PyCallable {
    fn call(&self, _cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        let (f, rt) = (self.obj.clone(), self.rt.clone());
        Box::pin(async move {
            let Some(rt) = rt.upgrade() else {
                return Err(gradlens_numpy::ir::Error::internal("the program has ended"));
            };
            let run = async {
                let mut pos = Vec::with_capacity(args.len());
                for a in args {
                    pos.push(from_arg(&rt, a).await?);
                }
                let mut kw: Vec<(Str, Obj)> = Vec::with_capacity(kwargs.len());
                for (k, v) in kwargs {
                    kw.push((intern(&k), from_arg(&rt, v).await?));
                }
                let r = rt.call(&f, Args { pos, kw }).await?;
                to_arg(&rt, &r).await
            };
            run.await.map_err(to_error)
        })
    }
    fn name(&self) -> String {
        name_of(&self.obj)
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        parameters(&self.obj)
    }
    fn id(&self) -> usize {
        match &self.obj {
            // Each access makes a new bound method: it is the same one where object and function are.
            Obj::Method(m) => m.this.id().rotate_left(7) ^ m.func.id(),
            o => o.id(),
        }
    }
    fn repr(&self) -> String {
        crate::ops::repr_sync(&self.obj).unwrap_or_else(|_| crate::ops::address_repr(&self.obj))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn name_of(o: &Obj) -> String {
    match o {
        Obj::Function(f) => f.name.borrow().to_string(),
        Obj::Builtin(b) => b.name.to_string(),
        Obj::Method(m) => name_of(&m.func),
        Obj::Class(c) => c.name.borrow().to_string(),
        Obj::Static(w) => name_of(&w.func),
        Obj::Instance(i) => match i.get(&intern("func")) {
            // `functools.partial`.
            Some(f) if i.class.borrow().name.borrow().as_str() == "partial" => name_of(&f),
            _ => match i.get(&intern("__name__")) {
                Some(Obj::Str(s)) => s.to_string(),
                _ => i.class.borrow().name.borrow().to_string(),
            },
        },
        o => o.type_name(),
    }
}

fn parameters(o: &Obj) -> Option<Vec<(Rc<str>, Kind)>> {
    match o {
        Obj::Function(f) => {
            if let Some(w) = f.dict.get().and_then(|d| d.get_name("__wrapped__")) {
                return parameters(&w);
            }
            let c = &f.code;
            let mut out = Vec::new();
            for (i, n) in c.locals.iter().take(c.n_pos).enumerate() {
                out.push((Rc::from(n.as_str()), if i < c.n_posonly { Kind::PositionalOnly } else { Kind::Normal }));
            }
            let rest = c.n_pos + c.n_kwonly;
            if c.vararg {
                out.push((Rc::from(c.locals[rest].as_str()), Kind::VarArgs));
            }
            for n in c.kwonly_names() {
                out.push((Rc::from(n.as_str()), Kind::KeywordOnly));
            }
            if c.kwarg {
                out.push((Rc::from(c.locals[rest + usize::from(c.vararg)].as_str()), Kind::VarKeywords));
            }
            Some(out)
        }
        Obj::Method(m) => parameters(&m.func).map(|p| p.into_iter().skip(1).collect()),
        Obj::Static(w) => parameters(&w.func),
        Obj::Instance(i) if i.class.borrow().name.borrow().as_str() == "partial" => {
            let bound = match i.get(&intern("args")) {
                Some(Obj::Tuple(t)) => t.len(),
                _ => 0,
            };
            let named = match i.get(&intern("keywords")) {
                Some(Obj::Dict(d)) => d.keys(),
                _ => Vec::new(),
            };
            let inner = parameters(&i.get(&intern("func"))?)?;
            let is_named = |n: &str| named.iter().any(|k| k.as_str().is_some_and(|k| k.as_str() == n));
            let mut by_name = false;
            Some(
                inner
                    .into_iter()
                    .skip(bound)
                    .map(|(n, k)| {
                        by_name |= is_named(&n);
                        if by_name && k == Kind::Normal { (n, Kind::KeywordOnly) } else { (n, k) }
                    })
                    .collect(),
            )
        }
        Obj::Instance(i) => {
            let call = i.class.borrow().lookup(&intern("__call__"))?;
            parameters(&call).map(|p| p.into_iter().skip(1).collect())
        }
        _ => None,
    }
}

/// Any other Python object that the library only passes along.
pub struct PyOpaque {
    /// The object.
    pub obj: Obj,
}

impl HostObject for PyOpaque {
    fn type_name(&self) -> String {
        self.obj.class().full_name()
    }
    fn repr(&self) -> String {
        crate::ops::repr_sync(&self.obj).unwrap_or_else(|_| crate::ops::address_repr(&self.obj))
    }
    fn eq(&self, other: &dyn HostObject) -> bool {
        match other.as_any().downcast_ref::<PyOpaque>() {
            Some(o) => self.obj.is(&o.obj) || crate::ops::eq_sync(&self.obj, &o.obj).unwrap_or(false),
            None => false,
        }
    }
    fn id(&self) -> usize {
        self.obj.id()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
