//! `jax.jit`, `jax.make_jaxpr` and Jaxprs as objects.

use super::support::*;
use crate::arg::{Arg, Callable, Kind, Object, arg_eq};
use crate::object::native;
use crate::table::{Bound, Entry, Imp::*, entry};
use crate::tree::{TreeDef, flatten};
use crate::{Cx, convert};
use gradlens_ir::{Atom, ClosedJaxpr, Error, LocalBoxFuture, Params, Prim, Result, ShapedArray};
use gradlens_transform as tf;
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

pub(super) const TABLE: &[Entry] = &[
    entry(
        "jax.jit",
        "fun=None, /, *, in_shardings=None, out_shardings=None, static_argnums=None, static_argnames=None, donate_argnums=None, donate_argnames=None, keep_unused=False, device=None, backend=None, inline=False, compiler_options=None",
        "Stages a function once per signature and runs it as one program.",
        Sync(jit),
    ),
    entry(
        "jax.make_jaxpr",
        "fun, static_argnums=(), axis_env=None, return_shape=False",
        "The Jaxpr a function traces to.",
        Sync(make_jaxpr),
    ),
];

/// Most signatures kept for one function.
const CAPACITY: usize = 64;

struct Cached {
    tree: TreeDef,
    avals: Vec<ShapedArray>,
    statics: Vec<Arg>,
    config: tf::Config,
    closed: ClosedJaxpr,
    out: OutTree,
}

struct Jit {
    inner: Rc<dyn Callable>,
    static_argnums: Vec<i64>,
    static_argnames: Vec<Rc<str>>,
    cache: Rc<RefCell<Vec<Rc<Cached>>>>,
}

fn names(cx: &Cx, x: &Arg) -> Result<Vec<Rc<str>>> {
    match x {
        Arg::None => Ok(vec![]),
        Arg::Str(s) => Ok(vec![s.clone()]),
        Arg::Tuple(v) | Arg::List(v) => v
            .iter()
            .map(|n| n.as_str().map(Rc::from).ok_or_else(|| Error::type_error("static_argnames must be strings")))
            .collect(),
        other => Err(Error::type_error(format!(
            "static_argnames must be a str or a collection of str, got {}",
            crate::print::repr(cx, other)?
        ))),
    }
}

fn jit(cx: &Cx, b: &Bound) -> Result<Arg> {
    if b["fun"].is_none() {
        // `@jax.jit(static_argnums=...)`: a decorator.
        let b = b.clone();
        return Ok(native("jit", move |cx, args| {
            let mut b = b.clone();
            b.values[0] = args.first().cloned().unwrap_or(Arg::None);
            jit(cx, &b)
        }));
    }
    let inner = callable(cx, &b["fun"])?;
    let static_argnums = if b["static_argnums"].is_none() { vec![] } else { convert::ints(cx, &b["static_argnums"])? };
    let mut static_argnames = names(cx, &b["static_argnames"])?;
    // JAX infers names from numbers and numbers from names.
    let mut static_argnums = static_argnums;
    if let Some(params) = inner.parameters() {
        for (i, (name, kind)) in params.iter().enumerate() {
            if !matches!(kind, Kind::Normal) {
                continue;
            }
            if static_argnames.contains(name) && !static_argnums.contains(&(i as i64)) {
                static_argnums.push(i as i64);
            } else if static_argnums.contains(&(i as i64)) && !static_argnames.contains(name) {
                static_argnames.push(name.clone());
            }
        }
    }
    Ok(Arg::Callable(Rc::new(Jit { inner, static_argnums, static_argnames, cache: Default::default() })))
}

impl Callable for Jit {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Kwargs) -> LocalBoxFuture<Result<Arg>> {
        if cx.config().disable_jit {
            return self.inner.call(cx, args, kwargs);
        }
        let n = args.len() as i64;
        let is_static = |i: usize| self.static_argnums.iter().any(|s| *s == i as i64 || *s + n == i as i64);
        let marks: Vec<bool> = (0..args.len()).map(|i| !is_static(i)).collect();
        let statics: Vec<Arg> = args.iter().zip(&marks).filter(|(_, d)| !**d).map(|(a, _)| a.clone()).collect();
        let (static_kw, kwargs): (Kwargs, Kwargs) =
            kwargs.into_iter().partition(|(k, _)| self.static_argnames.contains(k));
        let mut statics = statics;
        statics.extend(static_kw.iter().flat_map(|(k, v)| [Arg::Str(k.clone()), v.clone()]));
        for s in &statics {
            if let Arg::Array(_) | Arg::NpArray(_) | Arg::List(_) | Arg::Dict(_) = s {
                let shown = crate::print::str(cx, s).unwrap_or_default();
                return done(Err(Error::value_error(format!(
                    "Non-hashable static arguments are not supported. An error occurred while trying to hash an object of type <class '{}'>, {shown}. \
                     The error was:\nTypeError: unhashable type: '{}'",
                    s.type_name(),
                    s.type_name()
                ))));
            }
        }
        let (inner, cache, cx) = (self.inner.clone(), self.cache.clone(), cx.clone());
        let with_static: Rc<dyn Callable> = if static_kw.is_empty() {
            inner.clone()
        } else {
            Rc::new(WithKeywords { inner: inner.clone(), kwargs: static_kw })
        };
        Box::pin(async move { call(&cx, inner, with_static, cache, args, kwargs, marks, statics).await })
    }
    fn name(&self) -> String {
        self.inner.name()
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        self.inner.parameters()
    }
    fn id(&self) -> usize {
        self as *const Jit as *const u8 as usize
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        Ok(match name {
            "__wrapped__" => Some(Arg::Callable(self.inner.clone())),
            "_cache_size" => {
                let cache = self.cache.clone();
                Some(native("_cache_size", move |_, _| Ok(Arg::Int(cache.borrow().len() as i64))))
            }
            "clear_cache" => {
                let cache = self.cache.clone();
                Some(native("clear_cache", move |_, _| {
                    cache.borrow_mut().clear();
                    Ok(Arg::None)
                }))
            }
            _ => None,
        })
    }
    fn repr(&self) -> String {
        format!("<PjitFunction of {}>", self.inner.repr())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A function with keyword arguments that are static.
struct WithKeywords {
    inner: Rc<dyn Callable>,
    kwargs: Kwargs,
}

impl Callable for WithKeywords {
    fn call(&self, cx: &Cx, args: Vec<Arg>, mut kwargs: Kwargs) -> LocalBoxFuture<Result<Arg>> {
        kwargs.extend(self.kwargs.iter().cloned());
        self.inner.call(cx, args, kwargs)
    }
    fn name(&self) -> String {
        self.inner.name()
    }
    fn id(&self) -> usize {
        self.inner.id()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

async fn call(
    cx: &Cx,
    inner: Rc<dyn Callable>,
    f: Rc<dyn Callable>,
    cache: Rc<RefCell<Vec<Rc<Cached>>>>,
    args: Vec<Arg>,
    kwargs: Kwargs,
    marks: Vec<bool>,
    statics: Vec<Arg>,
) -> Result<Arg> {
    // The structure that keys the cache leaves static arguments out: they are compared by value.
    let shown: Vec<Arg> = args.iter().zip(&marks).map(|(a, d)| if *d { a.clone() } else { Arg::None }).collect();
    let tree = flatten(&pack(shown, kwargs.clone()))?.1;
    let (flat, leaves) = FlatCall::new(cx, f, args, kwargs, &marks, true, false)?;
    let values = leaf_values(cx, &leaves)?;
    let avals = avals(&values);
    let config = cx.config();
    let hit = cache
        .borrow()
        .iter()
        .find(|c| {
            c.avals == avals
                && c.tree == tree
                && c.config == config
                && c.statics.len() == statics.len()
                && c.statics.iter().zip(&statics).all(|(a, b)| arg_eq(a, b) && a.type_name() == b.type_name())
        })
        .cloned();
    let (closed, out, captured) = match hit {
        Some(c) => (c.closed.clone(), c.out.clone(), vec![]),
        None => {
            let staged = tf::stage(cx, &*flat, &avals).await?;
            let out = flat.out()?;
            if staged.captured.is_empty() {
                let mut cache = cache.borrow_mut();
                if cache.len() == CAPACITY {
                    cache.remove(0);
                }
                cache.push(Rc::new(Cached {
                    tree,
                    avals,
                    statics,
                    config,
                    closed: staged.closed.clone(),
                    out: out.clone(),
                }));
            }
            (staged.closed, out, staged.captured)
        }
    };
    let operands = [captured, values].concat();
    let outs = cx.bind_async(Prim::Jit, Params::Jit { name: inner.name().into(), jaxpr: closed }, &operands).await?;
    out.build(&outs)
}

fn make_jaxpr(cx: &Cx, b: &Bound) -> Result<Arg> {
    let f = callable(cx, &b["fun"])?;
    let statics = convert::ints(cx, &b["static_argnums"])?;
    let with_shape = convert::truth(cx, &b["return_shape"])?;
    let inner = f.clone();
    Ok(Transformed::arg(&f, move |cx, args, kwargs| {
        let (f, statics) = (inner.clone(), statics.clone());
        Box::pin(async move {
            let cx = &cx;
            let marks: Vec<bool> = (0..args.len()).map(|i| !statics.contains(&(i as i64))).collect();
            let (call, leaves) = FlatCall::new(cx, f, args, kwargs, &marks, true, false)?;
            let avals = leaves.iter().map(|l| super::shape::leaf_aval(cx, l)).collect::<Result<Vec<_>>>()?;
            let staged = tf::stage(cx, &*call, &avals).await?;
            let object = Arg::Object(Rc::new(JaxprObject { closed: staged.closed.clone(), part: Part::Closed }));
            if !with_shape {
                return Ok(object);
            }
            let structs = staged
                .closed
                .out_avals()
                .into_iter()
                .map(|a| Arg::Object(Rc::new(super::ShapeDtypeStruct(a)) as Rc<dyn Object>))
                .collect();
            Ok(Arg::Tuple(vec![object, call.out()?.tree.unflatten(structs)?]))
        })
    }))
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Closed,
    Open,
    Eqn(usize),
    Var(gradlens_ir::Var),
}

/// A Jaxpr, one of its equations or variables, as user code sees it.
#[derive(Clone)]
pub struct JaxprObject {
    /// The whole program.
    pub closed: ClosedJaxpr,
    part: Part,
}

impl JaxprObject {
    fn at(&self, part: Part) -> Arg {
        Arg::Object(Rc::new(JaxprObject { closed: self.closed.clone(), part }))
    }
    fn atom(&self, a: &Atom) -> Arg {
        match a {
            Atom::Var(v) => self.at(Part::Var(*v)),
            Atom::Lit(l) => Arg::from(l.clone()),
        }
    }
}

/// A record of an aval, a primitive: something that prints.
struct Shown {
    kind: &'static str,
    text: String,
    attrs: Vec<(&'static str, Arg)>,
}

impl Object for Shown {
    fn type_name(&self) -> String {
        self.kind.into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok(self.text.clone())
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        Ok(self.attrs.iter().find(|a| a.0 == name).map(|a| a.1.clone()))
    }
    fn eq(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Shown>().is_some_and(|o| o.kind == self.kind && o.text == self.text)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn aval_object(a: &ShapedArray) -> Arg {
    let weak = if a.weak_type { ", weak_type=True" } else { "" };
    Arg::Object(Rc::new(Shown {
        kind: "ShapedArray",
        text: format!("ShapedArray({}{weak})", a.long()),
        attrs: vec![
            ("shape", Arg::shape(&a.shape)),
            ("dtype", Arg::DType(a.dtype)),
            ("ndim", Arg::Int(a.ndim() as i64)),
            ("size", Arg::Int(a.size() as i64)),
            ("weak_type", Arg::Bool(a.weak_type)),
        ],
    }))
}

fn list<T>(items: &[T], f: impl Fn(&T) -> Arg) -> Arg {
    Arg::List(items.iter().map(f).collect())
}

impl Object for JaxprObject {
    fn type_name(&self) -> String {
        match self.part {
            Part::Closed => "ClosedJaxpr",
            Part::Open => "Jaxpr",
            Part::Eqn(_) => "JaxprEqn",
            Part::Var(_) => "Var",
        }
        .into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok(match self.part {
            Part::Closed | Part::Open => gradlens_ir::text::jaxpr_text(&self.closed.jaxpr),
            Part::Eqn(i) => self.closed.jaxpr.eqns[i].prim.name().into(),
            Part::Var(v) => format!("Var(id={}):{}", v.0, self.closed.jaxpr.aval(v).long()),
        })
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        let j = &self.closed.jaxpr;
        Ok(Some(match (self.part, name) {
            (Part::Closed, "jaxpr") => self.at(Part::Open),
            (Part::Closed, "consts" | "literals") => list(&self.closed.consts, |c| Arg::from(c.clone())),
            (Part::Closed, "in_avals") => list(&j.in_avals(), aval_object),
            (Part::Closed, "out_avals") => list(&j.out_avals(), aval_object),
            (Part::Closed | Part::Open, "eqns") => {
                Arg::List((0..j.eqns.len()).map(|i| self.at(Part::Eqn(i))).collect())
            }
            (Part::Open, "invars") => list(&j.invars, |v| self.at(Part::Var(*v))),
            (Part::Open, "constvars") => list(&j.constvars, |v| self.at(Part::Var(*v))),
            (Part::Open, "outvars") => list(&j.outs, |a| self.atom(a)),
            (Part::Eqn(i), "primitive") => {
                let name = j.eqns[i].prim.name();
                Arg::Object(Rc::new(Shown {
                    kind: "Primitive",
                    text: name.into(),
                    attrs: vec![("name", Arg::str(name))],
                }))
            }
            (Part::Eqn(i), "invars") => list(&j.eqns[i].ins, |a| self.atom(a)),
            (Part::Eqn(i), "outvars") => list(&j.eqns[i].outs, |v| self.at(Part::Var(*v))),
            (Part::Var(v), "aval") => aval_object(j.aval(v)),
            _ => return Ok(None),
        }))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
