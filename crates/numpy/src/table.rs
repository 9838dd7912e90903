//! The table: every function the library has, with its signature, its documentation line and its implementation.
//!
//! # How to add a function
//! 1. Write `fn name(cx: &Cx, b: &Bound) -> Result<Arg>` in its family's file. `b["axis"]` is the argument of that name with
//!    its default filled in; `*args` is a tuple, `**kwargs` a dict. `crate::convert` turns arguments into
//!    values, ints, axes, shapes and dtypes with JAX's messages; write the mathematics with `crate::prims` (one short name for each
//!    primitive), so that `make_jaxpr` shows the equations that JAX shows. What JAX wraps in a named jit: `cx.jit_named`.
//! 2. Add a line to the family's `TABLE`: full dotted path, signature as Python writes it, one line of documentation, `Sync(name)`.
//!    A function that calls the host language is `Async`.
//! 3. Other names for it go into `aliases.rs`.
//! 4. Add rows to the tests: what JAX answers.
//!
//! Array methods are entries whose path starts with `jax.Array.`, `self` first; properties have the signature `"@"`.
//! The bindings, completion and the coverage page read this table and nothing else.

use crate::arg::{Arg, Callable, Kind};
use crate::{Cx, families};
use gradlens_ir::{Error, LocalBoxFuture, Result};
use std::any::Any;
use std::collections::HashMap;
use std::ops::Index;
use std::rc::Rc;

/// An implementation.
#[derive(Clone, Copy)]
pub enum Imp {
    /// Runs at once; may ask to be run again after a device read (`Error::suspend`), so reads come before effects.
    Sync(fn(&Cx, &Bound) -> Result<Arg>),
    /// Calls the host language.
    Async(fn(Cx, Bound) -> LocalBoxFuture<Result<Arg>>),
}

/// One line of the table.
pub struct Entry {
    /// Full dotted path: `jax.numpy.sum`.
    pub path: &'static str,
    /// Parameters as Python writes them: `a, axis=None, *, where=None`. `"@"` for a property of arrays.
    pub signature: &'static str,
    /// One line for people.
    pub doc: &'static str,
    /// What runs.
    pub imp: Imp,
}

/// An entry of a family's table.
pub const fn entry(path: &'static str, signature: &'static str, doc: &'static str, imp: Imp) -> Entry {
    Entry { path, signature, doc, imp }
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name (without stars).
    pub name: Rc<str>,
    /// How it may be given.
    pub kind: Kind,
    /// Its default; `None` when it must be given (or is `*args`, `**kwargs`).
    pub default: Option<Arg>,
    /// The default as written.
    pub default_text: Option<Rc<str>>,
}

/// A function of the library.
pub struct Function {
    /// Full dotted path.
    pub path: &'static str,
    /// Its parameters.
    pub params: Rc<[Param]>,
    /// The signature as written.
    pub signature: &'static str,
    /// One line for people.
    pub doc: &'static str,
    /// What runs.
    pub imp: Imp,
    /// Whether it is a property of arrays.
    pub property: bool,
    /// Whether it runs on host arrays, as NumPy's function of the name.
    pub host: bool,
}

/// Arguments bound to the parameters of a function, defaults filled in.
#[derive(Clone)]
pub struct Bound {
    /// The function's parameters.
    pub params: Rc<[Param]>,
    /// One value per parameter.
    pub values: Vec<Arg>,
}

impl Index<&str> for Bound {
    type Output = Arg;
    fn index(&self, name: &str) -> &Arg {
        let at = self.params.iter().position(|p| &*p.name == name);
        debug_assert!(at.is_some(), "no parameter {name}");
        at.map_or(&Arg::None, |i| &self.values[i])
    }
}
impl Index<usize> for Bound {
    type Output = Arg;
    fn index(&self, i: usize) -> &Arg {
        &self.values[i]
    }
}

/// Splits `a, b=(1, 2), *, c='x,y'` at its outer commas.
fn split_outer(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut quoted, mut start) = (Vec::new(), 0, false, 0);
    for (i, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(text[start..i].trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|p| !p.is_empty());
    parts
}

/// A Python literal as an argument; anything else is bound as `None`.
fn literal(text: &str) -> Arg {
    match text {
        "None" => Arg::None,
        "True" => Arg::Bool(true),
        "False" => Arg::Bool(false),
        "..." => Arg::Ellipsis,
        "inf" => Arg::Float(f64::INFINITY),
        "-inf" => Arg::Float(f64::NEG_INFINITY),
        "nan" => Arg::Float(f64::NAN),
        _ => {
            if let Some(s) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
                Arg::str(s)
            } else if let Some(s) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
                Arg::Tuple(split_outer(s).into_iter().map(literal).collect())
            } else if let Ok(i) = text.parse::<i64>() {
                Arg::Int(i)
            } else if let Ok(x) = text.parse::<f64>() {
                Arg::Float(x)
            } else {
                Arg::None
            }
        }
    }
}

/// Parses a signature as Python writes it.
pub fn parse_signature(text: &str) -> Vec<Param> {
    let mut out: Vec<Param> = Vec::new();
    let mut kind = Kind::Normal;
    for part in split_outer(text) {
        match part {
            "/" => out.iter_mut().for_each(|p| p.kind = Kind::PositionalOnly),
            "*" => kind = Kind::KeywordOnly,
            _ => {
                let (name, default) = match part.split_once('=') {
                    Some((n, d)) => (n.trim(), Some(d.trim())),
                    None => (part, None),
                };
                let (name, this) = if let Some(n) = name.strip_prefix("**") {
                    (n, Kind::VarKeywords)
                } else if let Some(n) = name.strip_prefix('*') {
                    kind = Kind::KeywordOnly;
                    (n, Kind::VarArgs)
                } else {
                    (name, kind)
                };
                out.push(Param {
                    name: name.into(),
                    kind: this,
                    default: default.map(literal),
                    default_text: default.map(Rc::from),
                });
            }
        }
    }
    out
}

/// `'a', 'b', and 'c'`, as CPython lists missing arguments.
fn listed(names: &[&str]) -> String {
    let q: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
    match q.len() {
        1 => q[0].clone(),
        2 => format!("{} and {}", q[0], q[1]),
        n => format!("{}, and {}", q[..n - 1].join(", "), q[n - 1]),
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// Binds arguments to parameters with CPython's rules and messages.
pub fn bind(name: &str, params: &Rc<[Param]>, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> Result<Bound> {
    let positional: Vec<usize> =
        (0..params.len()).filter(|&i| matches!(params[i].kind, Kind::PositionalOnly | Kind::Normal)).collect();
    let var = params.iter().position(|p| p.kind == Kind::VarArgs);
    let var_kw = params.iter().position(|p| p.kind == Kind::VarKeywords);
    let mut slots: Vec<Option<Arg>> = vec![None; params.len()];
    let given = args.len();
    let mut rest = Vec::new();
    for (i, a) in args.into_iter().enumerate() {
        match positional.get(i) {
            Some(&p) => slots[p] = Some(a),
            None => rest.push(a),
        }
    }
    let mut extra: Vec<(Arg, Arg)> = Vec::new();
    let mut by_name_only: Vec<&str> = Vec::new();
    for (k, v) in kwargs {
        match params.iter().position(|p| p.name == k && matches!(p.kind, Kind::Normal | Kind::KeywordOnly)) {
            Some(p) if slots[p].is_some() => {
                return Err(Error::type_error(format!("{name}() got multiple values for argument '{k}'")));
            }
            Some(p) => slots[p] = Some(v),
            None if var_kw.is_some() => extra.push((Arg::Str(k), v)),
            None => match params.iter().find(|p| p.name == k && p.kind == Kind::PositionalOnly) {
                Some(p) => by_name_only.push(&p.name),
                None => return Err(Error::type_error(format!("{name}() got an unexpected keyword argument '{k}'"))),
            },
        }
    }
    if !by_name_only.is_empty() {
        let names = by_name_only.join(", ");
        return Err(Error::type_error(format!(
            "{name}() got some positional-only arguments passed as keyword arguments: '{names}'"
        )));
    }
    if !rest.is_empty() && var.is_none() {
        let required = positional.iter().filter(|&&p| params[p].default.is_none()).count();
        let most = positional.len();
        let takes = if required == most {
            format!("{most} positional argument{}", plural(most))
        } else {
            format!("from {required} to {most} positional arguments")
        };
        let was = if given == 1 { "was" } else { "were" };
        return Err(Error::type_error(format!("{name}() takes {takes} but {given} {was} given")));
    }
    let missing = |kinds: &[Kind], slots: &[Option<Arg>]| -> Vec<usize> {
        (0..params.len())
            .filter(|&i| slots[i].is_none() && kinds.contains(&params[i].kind) && params[i].default.is_none())
            .collect()
    };
    for (kinds, what) in
        [(&[Kind::PositionalOnly, Kind::Normal][..], "positional"), (&[Kind::KeywordOnly][..], "keyword-only")]
    {
        let m = missing(kinds, &slots);
        if !m.is_empty() {
            let names: Vec<&str> = m.iter().map(|&i| &*params[i].name).collect();
            let s = plural(m.len());
            return Err(Error::type_error(format!(
                "{name}() missing {} required {what} argument{s}: {}",
                m.len(),
                listed(&names)
            )));
        }
    }
    if let Some(v) = var {
        slots[v] = Some(Arg::Tuple(rest));
    }
    if let Some(v) = var_kw {
        slots[v] = Some(Arg::Dict(extra));
    }
    let values = slots
        .into_iter()
        .zip(params.iter())
        .map(|(s, p)| s.or_else(|| p.default.clone()).unwrap_or(Arg::None))
        .collect();
    Ok(Bound { params: params.clone(), values })
}

impl Function {
    /// The last part of its path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }
    /// Binds arguments.
    pub fn bind(&self, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> Result<Bound> {
        bind(self.name(), &self.params, args, kwargs)
    }
    /// Runs a function that calls no host language; `None` when it is `Async`. `Error::suspend` asks to be run again.
    pub fn run(&self, cx: &Cx, bound: &Bound) -> Option<Result<Arg>> {
        match self.imp {
            Imp::Sync(f) if self.host => Some(crate::np::run(cx, self, f, bound)),
            Imp::Sync(f) => Some(f(cx, bound)),
            Imp::Async(_) => None,
        }
    }
    /// Calls it. A `Sync` function is ready at the first poll unless it waits for a device.
    pub fn call(self: &Rc<Self>, cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        let bound = match self.bind(args, kwargs) {
            Ok(b) => b,
            Err(e) => return Box::pin(std::future::ready(Err(e))),
        };
        match self.imp {
            Imp::Async(f) => f(cx.clone(), bound),
            Imp::Sync(_) => {
                let (cx, this) = (cx.clone(), self.clone());
                Box::pin(async move {
                    cx.retrying(|| this.run(&cx, &bound).unwrap_or_else(|| Err(Error::internal("not a sync function"))))
                        .await
                })
            }
        }
    }
}

/// A function of the library as a value (`jax.grad(jnp.sin)`).
pub struct LibraryFunction(pub Rc<Function>);

impl Callable for LibraryFunction {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        self.0.call(cx, args, kwargs)
    }
    fn name(&self) -> String {
        self.0.name().into()
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        Some(self.0.params.iter().map(|p| (p.name.clone(), p.kind)).collect())
    }
    fn id(&self) -> usize {
        Rc::as_ptr(&self.0) as *const u8 as usize
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A function with its first argument given: an array method.
pub struct Method {
    /// The entry `jax.Array.name`.
    pub function: Rc<Function>,
    /// `self`.
    pub receiver: Arg,
}

impl Callable for Method {
    fn call(&self, cx: &Cx, mut args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        args.insert(0, self.receiver.clone());
        self.function.call(cx, args, kwargs)
    }
    fn name(&self) -> String {
        self.function.name().into()
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        Some(self.function.params.iter().skip(1).map(|p| (p.name.clone(), p.kind)).collect())
    }
    fn id(&self) -> usize {
        self as *const Method as usize
    }
    fn repr(&self) -> String {
        format!("<bound method Array.{}>", self.name())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What a dotted path names.
#[derive(Clone)]
pub enum Item {
    /// A function.
    Function(Rc<Function>),
    /// A constant (`jnp.pi`, `jnp.float32`, `jnp.newaxis`).
    Constant(Arg),
    /// A module: its members are the paths below it.
    Module,
}

/// All names of the library.
pub struct Registry {
    items: HashMap<Rc<str>, Item>,
    paths: Vec<Rc<str>>,
}

impl Registry {
    fn build() -> Registry {
        let mut r = Registry { items: HashMap::new(), paths: Vec::new() };
        for e in families().into_iter().flatten() {
            let property = e.signature == "@";
            let params: Rc<[Param]> = parse_signature(if property { "self, /" } else { e.signature }).into();
            let f = Function {
                path: e.path,
                params,
                signature: e.signature,
                doc: e.doc,
                imp: e.imp,
                property,
                host: false,
            };
            r.insert(e.path.into(), Item::Function(Rc::new(f)));
        }
        for name in crate::np::METHODS {
            if let Some(f) = r.function(&format!("jax.Array.{name}")) {
                let f = Function { params: f.params.clone(), host: true, ..*f };
                r.insert(format!("numpy.ndarray.{name}").as_str().into(), Item::Function(Rc::new(f)));
            }
        }
        for name in crate::np::NAMES {
            let path = format!("numpy.{name}");
            if let (Some(f), false) = (r.function(&format!("jax.numpy.{name}")), r.items.contains_key(path.as_str())) {
                let f = Function { params: f.params.clone(), host: true, ..*f };
                r.insert(path.as_str().into(), Item::Function(Rc::new(f)));
            }
        }
        for (path, value) in crate::constants::constants() {
            r.insert(path.into(), Item::Constant(value));
        }
        for (alias, path) in crate::aliases::aliases() {
            if let Some(item) = r.items.get(path.as_str()).cloned() {
                r.insert(alias.into(), item);
            }
        }
        for path in r.paths.clone() {
            let mut end = path.len();
            while let Some(dot) = path[..end].rfind('.') {
                end = dot;
                if !r.items.contains_key(&path[..dot]) {
                    r.insert(path[..dot].into(), Item::Module);
                }
            }
        }
        r.paths.sort();
        r
    }
    fn insert(&mut self, path: Rc<str>, item: Item) {
        if self.items.insert(path.clone(), item).is_none() {
            self.paths.push(path);
        }
    }
    /// What a full dotted path names.
    pub fn get(&self, path: &str) -> Option<&Item> {
        self.items.get(path)
    }
    /// The function at a path.
    pub fn function(&self, path: &str) -> Option<Rc<Function>> {
        match self.items.get(path) {
            Some(Item::Function(f)) => Some(f.clone()),
            _ => None,
        }
    }
    /// Every path, sorted.
    pub fn paths(&self) -> &[Rc<str>] {
        &self.paths
    }
    /// The names directly below a module, sorted.
    pub fn members(&self, module: &str) -> Vec<&str> {
        let below = self.paths.iter().filter_map(|p| p.strip_prefix(module)?.strip_prefix('.'));
        below.filter(|rest| !rest.contains('.')).collect()
    }
}

thread_local! {
    static REGISTRY: Rc<Registry> = Rc::new(Registry::build());
}

/// The library's names.
pub fn registry() -> Rc<Registry> {
    REGISTRY.with(Rc::clone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binding_speaks_cpythons_words() {
        let rows: &[(&str, usize, &[&str], &str)] = &[
            ("x, y, /", 1, &[], "f() missing 1 required positional argument: 'y'"),
            ("x, y, z", 0, &[], "f() missing 3 required positional arguments: 'x', 'y', and 'z'"),
            ("x, y=None", 3, &[], "f() takes from 1 to 2 positional arguments but 3 were given"),
            ("x", 2, &[], "f() takes 1 positional argument but 2 were given"),
            ("x", 1, &["q"], "f() got an unexpected keyword argument 'q'"),
            ("x", 1, &["x"], "f() got multiple values for argument 'x'"),
            ("x, *, k", 1, &[], "f() missing 1 required keyword-only argument: 'k'"),
            ("x, /", 1, &["x"], "f() got some positional-only arguments passed as keyword arguments: 'x'"),
        ];
        for (sig, n, kw, want) in rows {
            let params: Rc<[Param]> = parse_signature(sig).into();
            let kwargs = kw.iter().map(|k| (Rc::from(*k), Arg::None)).collect();
            let got = bind("f", &params, vec![Arg::None; *n], kwargs).err().map(|e| e.message().to_string());
            assert_eq!(got.as_deref(), Some(*want), "{sig}");
        }
        let params: Rc<[Param]> = parse_signature("a, b=(1, 'x,y'), *rest, k=-inf, **kw").into();
        let b = bind("f", &params, vec![Arg::Int(1)], vec![("z".into(), Arg::Int(2))]).unwrap();
        assert!(arg_is(&b["b"], "tuple[1, \"x,y\"]") && arg_is(&b["k"], "-inf") && arg_is(&b["kw"], "{\"z\": 2}"));
    }

    fn arg_is(a: &Arg, text: &str) -> bool {
        format!("{a:?}") == text
    }
}
