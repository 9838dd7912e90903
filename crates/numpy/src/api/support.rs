//! What the transformations share: user functions as flat functions of values, and functions made by transformations.

use crate::Cx;
use crate::arg::{Arg, Callable, Kind};
use crate::convert;
use crate::tree::{TreeDef, flatten};
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{Error, LocalBoxFuture, Result, ShapedArray, Value};
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

/// Keyword arguments.
pub type Kwargs = Vec<(Rc<str>, Arg)>;

/// The callable behind an argument. Errors: JAX's `check_callable`.
pub fn callable(cx: &Cx, f: &Arg) -> Result<Rc<dyn Callable>> {
    match f {
        Arg::Callable(c) => Ok(c.clone()),
        other => Err(Error::type_error(format!("Expected a callable value, got {}", crate::print::str(cx, other)?))),
    }
}

/// An argument as a value: arrays, tracers, NumPy arrays, Python numbers. Errors: not a JAX type.
pub fn value(cx: &Cx, x: &Arg) -> Result<Value> {
    if x.is_arraylike() {
        return convert::value(cx, "", x);
    }
    Err(Error::type_error(format!(
        "Argument '{}' of type <class '{}'> is not a valid JAX type",
        crate::print::str(cx, x)?,
        x.type_name()
    ))
    .with_help("only arrays and numbers (in tuples, lists, dicts) can be transformed; mark other arguments static"))
}

/// Arguments of a transformed function as values, refused with the words JAX has for arguments.
pub fn input_values(cx: &Cx, leaves: &[Arg]) -> Result<Vec<Value>> {
    leaves
        .iter()
        .map(|l| {
            if l.is_arraylike() {
                return value(cx, l);
            }
            Err(Error::type_error(format!(
                "Argument '{}' of type <class '{}'> is not a valid JAX type.",
                crate::print::str(cx, l)?,
                l.type_name()
            )))
        })
        .collect()
}

/// Leaves as values.
pub fn leaf_values(cx: &Cx, leaves: &[Arg]) -> Result<Vec<Value>> {
    leaves.iter().map(|l| value(cx, l)).collect()
}

/// Positional and keyword arguments as one tree.
pub fn pack(args: Vec<Arg>, kwargs: Kwargs) -> Arg {
    Arg::Tuple(vec![Arg::Tuple(args), Arg::Dict(kwargs.into_iter().map(|(k, v)| (Arg::Str(k), v)).collect())])
}

/// The inverse of `pack`.
pub fn unpack(packed: Arg) -> Result<(Vec<Arg>, Kwargs)> {
    let Arg::Tuple(mut both) = packed else { return Err(Error::internal("packed arguments are a tuple")) };
    let (Some(Arg::Dict(kw)), Some(Arg::Tuple(args))) = (both.pop(), both.pop()) else {
        return Err(Error::internal("packed arguments are a tuple and a dict"));
    };
    let kwargs = kw
        .into_iter()
        .map(|(k, v)| match k {
            Arg::Str(k) => Ok((k, v)),
            _ => Err(Error::internal("keyword names are strings")),
        })
        .collect::<Result<_>>()?;
    Ok((args, kwargs))
}

/// How a call's results came out.
#[derive(Clone)]
pub struct OutTree {
    /// Structure of the results.
    pub tree: TreeDef,
    /// How many of the flat results belong to it; the rest are arrays of `aux`.
    pub count: usize,
    /// Structure and leaves of the auxiliary output, with the flat position of those that are arrays.
    pub aux: Option<(TreeDef, Vec<(Arg, Option<usize>)>)>,
}

impl OutTree {
    /// The results from flat values.
    pub fn build(&self, values: &[Value]) -> Result<Arg> {
        self.tree.unflatten(values[..self.count].iter().cloned().map(Arg::Array).collect())
    }
    /// The auxiliary output from flat values.
    pub fn build_aux(&self, values: &[Value]) -> Result<Arg> {
        let Some((tree, leaves)) = &self.aux else { return Ok(Arg::None) };
        tree.unflatten(
            leaves
                .iter()
                .map(|(leaf, at)| match at {
                    Some(i) => Arg::Array(values[*i].clone()),
                    None => leaf.clone(),
                })
                .collect(),
        )
    }
}

/// A user function of trees as a flat function of the values at some leaves of its arguments.
pub struct FlatCall {
    cx: Cx,
    f: Rc<dyn Callable>,
    tree: TreeDef,
    leaves: Vec<Arg>,
    dynamic: Vec<usize>,
    has_aux: bool,
    out: Rc<RefCell<Option<OutTree>>>,
}

impl FlatCall {
    /// `f` applied to `args`, as a function of the leaves of the arguments marked in `dynamic_args` (positional) and of all
    /// keyword arguments if `dynamic_kwargs`. Returns the flat function and the values at those leaves.
    pub fn new(
        cx: &Cx,
        f: Rc<dyn Callable>,
        args: Vec<Arg>,
        kwargs: Kwargs,
        dynamic_args: &[bool],
        dynamic_kwargs: bool,
        has_aux: bool,
    ) -> Result<(Rc<FlatCall>, Vec<Arg>)> {
        let mut marks = vec![];
        for (a, dynamic) in args.iter().zip(dynamic_args) {
            let n = flatten(a)?.0.len();
            marks.extend(std::iter::repeat_n(*dynamic, n));
        }
        let (leaves, tree) = flatten(&pack(args, kwargs))?;
        marks.resize(leaves.len(), dynamic_kwargs);
        let dynamic: Vec<usize> = (0..leaves.len()).filter(|i| marks[*i]).collect();
        let picked = dynamic.iter().map(|i| leaves[*i].clone()).collect();
        Ok((Rc::new(FlatCall { cx: cx.clone(), f, tree, leaves, dynamic, has_aux, out: Default::default() }), picked))
    }
    /// A function of positional arguments that are all dynamic.
    pub fn positional(cx: &Cx, f: Rc<dyn Callable>, args: Vec<Arg>) -> Result<(Rc<FlatCall>, Vec<Arg>)> {
        let all = vec![true; args.len()];
        FlatCall::new(cx, f, args, vec![], &all, true, false)
    }
    /// The structure of the results of the last call.
    pub fn out(&self) -> Result<OutTree> {
        self.out.borrow().clone().ok_or_else(|| Error::internal("the function was not called"))
    }
}

impl FlatFn for FlatCall {
    fn name(&self) -> String {
        self.f.name()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn call(&self, values: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let mut leaves = self.leaves.clone();
        for (i, v) in self.dynamic.iter().zip(values) {
            leaves[*i] = Arg::Array(v);
        }
        let started =
            self.tree.unflatten(leaves).and_then(unpack).map(|(args, kwargs)| self.f.call(&self.cx, args, kwargs));
        let (cx, has_aux) = (self.cx.clone(), self.has_aux);
        let out_slot = self.out.clone();
        Box::pin(async move {
            let result = started?.await?;
            let (main, aux) = if has_aux { split_aux(result)? } else { (result, None) };
            let (out_leaves, tree) = flatten(&main)?;
            let mut values = leaf_values(&cx, &out_leaves)?;
            let count = values.len();
            let aux = match aux {
                None => None,
                Some(aux) => {
                    let (aux_leaves, aux_tree) = flatten(&aux)?;
                    let mut kept = vec![];
                    for leaf in aux_leaves {
                        if leaf.is_arraylike() {
                            kept.push((leaf.clone(), Some(values.len())));
                            values.push(value(&cx, &leaf)?);
                        } else {
                            kept.push((leaf, None));
                        }
                    }
                    Some((aux_tree, kept))
                }
            };
            *out_slot.borrow_mut() = Some(OutTree { tree, count, aux });
            Ok(values)
        })
    }
}

fn split_aux(result: Arg) -> Result<(Arg, Option<Arg>)> {
    match result {
        Arg::Tuple(mut pair) if pair.len() == 2 => {
            let aux = pair.pop();
            Ok((pair.remove(0), aux))
        }
        Arg::Tuple(other) => Err(Error::type_error(format!(
            "expected function with aux output to return a two-element tuple, but got type <class 'tuple'> with value of length {}",
            other.len()
        ))),
        other => Err(Error::type_error(format!(
            "expected function with aux output to return a two-element tuple, but got type <class '{}'> with value {other:?}",
            other.type_name()
        ))),
    }
}

type Imp = dyn Fn(Cx, Vec<Arg>, Kwargs) -> LocalBoxFuture<Result<Arg>>;

/// A function made by a transformation: `grad(f)`, `vmap(f)`, ...
pub struct Transformed {
    /// What it was made of.
    pub inner: Rc<dyn Callable>,
    /// What runs.
    pub imp: Box<Imp>,
    /// `repr`.
    pub repr: String,
    /// Arrays it closes over.
    pub children: Vec<Arg>,
}

impl Transformed {
    /// A function with the name and parameters of `inner`.
    pub fn arg(
        inner: &Rc<dyn Callable>,
        imp: impl Fn(Cx, Vec<Arg>, Kwargs) -> LocalBoxFuture<Result<Arg>> + 'static,
    ) -> Arg {
        Arg::Callable(Rc::new(Transformed {
            inner: inner.clone(),
            imp: Box::new(imp),
            repr: format!("<function {}>", inner.name()),
            children: vec![],
        }))
    }
}

impl Callable for Transformed {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Kwargs) -> LocalBoxFuture<Result<Arg>> {
        (self.imp)(cx.clone(), args, kwargs)
    }
    fn name(&self) -> String {
        self.inner.name()
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        self.inner.parameters()
    }
    fn id(&self) -> usize {
        self as *const Transformed as *const u8 as usize
    }
    fn attr(&self, _cx: &Cx, name: &str) -> Result<Option<Arg>> {
        Ok((name == "__wrapped__").then(|| Arg::Callable(self.inner.clone())))
    }
    fn children(&self) -> Vec<Arg> {
        self.children.clone()
    }
    fn repr(&self) -> String {
        self.repr.clone()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A future that is ready.
pub fn done<T: 'static>(r: Result<T>) -> LocalBoxFuture<Result<T>> {
    Box::pin(std::future::ready(r))
}

/// Spreads a prefix tree (`in_axes`, `out_axes`) over the leaves of `tree`. `what` names it in messages.
pub fn broadcast_prefix(prefix: &Arg, tree: &Arg, is_leaf: &dyn Fn(&Arg) -> bool, out: &mut Vec<Arg>) -> Result<()> {
    use crate::tree::one_level;
    if is_leaf(prefix) {
        let n = flatten(tree)?.0.len();
        out.extend(std::iter::repeat_n(prefix.clone(), n));
        return Ok(());
    }
    let (pn, pc) = one_level(prefix)?;
    let (tn, tc) = one_level(tree)?;
    if pn != tn || pc.len() != tc.len() {
        return Err(Error::value_error("pytree structure error: the prefix does not match the tree"));
    }
    for (p, t) in pc.iter().zip(&tc) {
        broadcast_prefix(p, t, is_leaf, out)?;
    }
    Ok(())
}

/// Avals of values.
pub fn avals(values: &[Value]) -> Vec<ShapedArray> {
    values.iter().map(|v| v.aval().clone()).collect()
}

/// `argnums` as given: one number or several.
pub struct ArgNums {
    /// Resolved positions.
    pub positions: Vec<usize>,
    /// Whether one number was given (the result is then not a tuple).
    pub single: bool,
}

/// Resolves `argnums` against the arguments of a call. Errors: JAX's.
pub fn argnums(cx: &Cx, given: &Arg, n_args: usize, context: &str) -> Result<ArgNums> {
    let single = given.sequence().is_none();
    let list = match given.sequence() {
        Some(s) => s.iter().map(|a| convert::int(cx, a)).collect::<Result<Vec<_>>>()?,
        None => vec![convert::int(cx, given)?],
    };
    let largest = list.iter().copied().max().unwrap_or(0);
    if largest >= n_args as i64 {
        let text = crate::print::repr(cx, given)?;
        return Err(Error::type_error(match context {
            "grad" => format!(
                "differentiating with respect to argnums={text} requires at least {} positional arguments to be passed by the caller, but got only {n_args} positional arguments.",
                largest + 1
            ),
            _ => format!("argnums={text} is out of range for a call with {n_args} positional arguments"),
        }));
    }
    let positions = list
        .iter()
        .map(|i| {
            let at = if *i < 0 { *i + n_args as i64 } else { *i };
            usize::try_from(at).map_err(|_| {
                Error::value_error(format!(
                    "Positional argument indices {} are out of range for {n_args} arguments",
                    list.len()
                ))
            })
        })
        .collect::<Result<_>>()?;
    Ok(ArgNums { positions, single })
}
