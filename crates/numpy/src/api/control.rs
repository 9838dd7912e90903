//! `lax.cond`, `switch`, `while_loop`, `fori_loop`, `scan`, `map`, `associative_scan`.

use super::support::*;
use crate::arg::{Arg, Callable};
use crate::table::{Bound, Entry, Imp::*, entry};
use crate::tree::{TreeDef, flatten};
use crate::{Cx, Look, convert};
use gradlens_ir::{
    Array, Bind, ClosedJaxpr, DType, Error, LocalBoxFuture, Params, Prim, Result, ShapedArray, Value, ops,
};
use gradlens_transform as tf;
use std::any::Any;
use std::rc::Rc;

pub(super) const TABLE: &[Entry] = &[
    entry(
        "jax.lax.cond",
        "pred, *args, operand=None, linear=None, **kwargs",
        "Runs one of two functions, chosen by a scalar predicate.",
        Async(cond),
    ),
    entry(
        "jax.lax.switch",
        "index, branches, *operands, operand=None",
        "Runs one of several functions, chosen by an index.",
        Async(switch),
    ),
    entry(
        "jax.lax.while_loop",
        "cond_fun, body_fun, init_val",
        "Repeats a function while a predicate holds.",
        Async(while_loop),
    ),
    entry("jax.lax.fori_loop", "lower, upper, body_fun, init_val, *, unroll=None", "A counted loop.", Async(fori_loop)),
    entry(
        "jax.lax.scan",
        "f, init, xs=None, length=None, reverse=False, unroll=1, _split_transpose=False",
        "Threads a carry through leading slices, stacking results.",
        Async(scan),
    ),
    entry(
        "jax.lax.map",
        "f, xs, *, batch_size=None",
        "Applies a function to leading slices, one after another.",
        Async(map),
    ),
    entry(
        "jax.lax.associative_scan",
        "fn, elems, reverse=False, axis=0",
        "A scan by an associative function, in logarithmic depth.",
        Async(associative_scan),
    ),
];

/// A staged user function: its Jaxpr takes captured values, then the leaves.
struct Traced {
    closed: ClosedJaxpr,
    captured: Vec<Value>,
    tree: TreeDef,
}

async fn trace(cx: &Cx, f: Rc<dyn Callable>, args: Vec<Arg>, avals: &[ShapedArray]) -> Result<Traced> {
    let (call, _) = FlatCall::positional(cx, f, args)?;
    let staged = tf::stage(cx, &*call, avals).await?;
    Ok(Traced { closed: staged.closed, captured: staged.captured, tree: call.out()?.tree })
}

/// Makes several Jaxprs take the union of their captured values, in order of first use.
fn common_captures(cx: &Cx, traced: Vec<Traced>) -> Result<(Vec<ClosedJaxpr>, Vec<Value>)> {
    let mut union: Vec<Value> = vec![];
    for t in &traced {
        for v in &t.captured {
            if !union.iter().any(|u| u.same(v)) {
                union.push(v.clone());
            }
        }
    }
    let mut jaxprs = vec![];
    for t in traced {
        let own: Vec<usize> = t.captured.iter().map(|v| union.iter().position(|u| u.same(v)).unwrap_or(0)).collect();
        if own.len() == union.len() && own.iter().enumerate().all(|(i, o)| i == *o) {
            jaxprs.push(t.closed);
            continue;
        }
        let mut avals = self::avals(&union);
        avals.extend(t.closed.in_avals().into_iter().skip(own.len()));
        let staged = tf::stage_sync(cx, &avals, |args| {
            let mut ins: Vec<Value> = own.iter().map(|i| args[*i].clone()).collect();
            ins.extend_from_slice(&args[union.len()..]);
            tf::eval_jaxpr(cx, &t.closed, &ins)
        })?;
        jaxprs.push(staged.closed);
    }
    Ok((jaxprs, union))
}

fn display_types(avals: &[ShapedArray]) -> String {
    avals.iter().map(|a| a.long()).collect::<Vec<_>>().join(", ")
}

/// JAX's `_check_branch_outputs` messages.
fn check_branches(name: &str, traced: &[Traced]) -> Result<()> {
    let first = &traced[0];
    for (i, t) in traced.iter().enumerate().skip(1) {
        if t.tree != first.tree {
            return Err(Error::type_error(format!(
                "{name} branch outputs must have the same pytree structure, but they differ:\n\nThe output of branch0 has pytree structure {} but the output of branch{i} has pytree structure {}.\n",
                first.tree, t.tree
            )));
        }
        let (a, b) = (first.closed.out_avals(), t.closed.out_avals());
        if a.iter().zip(&b).any(|(a, b)| !a.same_type(b)) {
            return Err(Error::type_error(format!(
                "{name} branches must have equal output types but they differ.\n\nThe output of branch0 has type {} but the output of branch{i} has type {}.",
                display_types(&a),
                display_types(&b)
            ))
            .with_help("make every branch return the same shapes and dtypes: convert with .astype, or add axes"));
        }
    }
    Ok(())
}

/// Branch results that differ in weak type only are made strong.
fn strengthen(cx: &Cx, jaxprs: Vec<ClosedJaxpr>) -> Result<Vec<ClosedJaxpr>> {
    let outs: Vec<Vec<ShapedArray>> = jaxprs.iter().map(|j| j.out_avals()).collect();
    let weak: Vec<bool> = (0..outs[0].len()).map(|k| outs.iter().all(|o| o[k].weak_type)).collect();
    jaxprs
        .into_iter()
        .zip(&outs)
        .map(|(j, own)| {
            if own.iter().zip(&weak).all(|(a, w)| a.weak_type == *w) {
                return Ok(j);
            }
            let staged = tf::stage_sync(cx, &j.in_avals(), |args| {
                let outs = tf::eval_jaxpr(cx, &j, args)?;
                outs.iter().zip(&weak).map(|(o, w)| ops::convert(cx, o, o.dtype(), *w)).collect()
            })?;
            Ok(staged.closed)
        })
        .collect()
}

async fn bind_cond(cx: &Cx, name: &str, index: Value, fs: Vec<Rc<dyn Callable>>, operands: Vec<Arg>) -> Result<Arg> {
    let leaves = flatten(&Arg::Tuple(operands.clone()))?.0;
    let values = leaf_values(cx, &leaves)?;
    let in_avals = avals(&values);
    let mut traced = vec![];
    for f in fs {
        traced.push(trace(cx, f, operands.clone(), &in_avals).await?);
    }
    check_branches(name, &traced)?;
    let tree = traced[0].tree.clone();
    let (jaxprs, captured) = common_captures(cx, traced)?;
    let branches = strengthen(cx, jaxprs)?;
    let args = [vec![index], captured, values].concat();
    let outs = cx.bind_async(Prim::Cond, Params::Cond { branches }, &args).await?;
    tree.unflatten(outs.into_iter().map(Arg::Array).collect())
}

fn cond(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let mut args = b["args"].sequence().unwrap_or(&[]).to_vec();
        let mut kwargs = super::misc::keywords(&b["kwargs"]);
        let mut take = |name: &str| kwargs.iter().position(|k| &*k.0 == name).map(|i| kwargs.remove(i).1);
        for (at, name) in [(0, "true_fun"), (1, "false_fun")] {
            if let Some(f) = take(name) {
                args.insert(at.min(args.len()), f);
            }
        }
        if !b["operand"].is_none() {
            args.push(b["operand"].clone());
        }
        // The older form: cond(pred, true_operand, true_fun, false_operand, false_fun).
        if args.len() == 4
            && matches!(args[1], Arg::Callable(_))
            && matches!(args[3], Arg::Callable(_))
            && !matches!(args[0], Arg::Callable(_))
        {
            let (x, f, y, g) = (args[0].clone(), args[1].clone(), args[2].clone(), args[3].clone());
            let (f, g) = (callable(cx, &f)?, callable(cx, &g)?);
            let f: Rc<dyn Callable> = Rc::new(OfPair { f, second: false });
            let g: Rc<dyn Callable> = Rc::new(OfPair { f: g, second: true });
            let index = predicate(cx, &b["pred"])?;
            return bind_cond(cx, "cond", index, vec![g, f], vec![Arg::Tuple(vec![x, y])]).await;
        }
        if args.len() < 2 {
            return Err(Error::type_error(format!(
                "cond() missing {} required positional argument{}",
                2 - args.len(),
                if args.is_empty() { "s" } else { "" }
            )));
        }
        let (t, f) = (args.remove(0), args.remove(0));
        let (Arg::Callable(t), Arg::Callable(f)) = (&t, &f) else {
            return Err(Error::type_error("lax.cond: true_fun and false_fun arguments should be callable."));
        };
        let index = predicate(cx, &b["pred"])?;
        bind_cond(cx, "cond", index, vec![f.clone(), t.clone()], args).await
    })
}

/// A function of one element of a pair.
struct OfPair {
    f: Rc<dyn Callable>,
    second: bool,
}

impl Callable for OfPair {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Kwargs) -> LocalBoxFuture<Result<Arg>> {
        let pair =
            args.first().and_then(|a| a.sequence()).map(|s| s[self.second as usize].clone()).unwrap_or(Arg::None);
        self.f.call(cx, vec![pair], kwargs)
    }
    fn name(&self) -> String {
        self.f.name()
    }
    fn id(&self) -> usize {
        self.f.id()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The branch index of a predicate, as `lax.cond` computes it.
fn predicate(cx: &Cx, pred: &Arg) -> Result<Value> {
    let Ok(p) = value(cx, pred) else {
        return Err(Error::type_error(format!(
            "Pred must be a scalar, got {} of type {}.",
            crate::print::str(cx, pred)?,
            pred.type_name()
        )));
    };
    if p.ndim() != 0 {
        return Err(Error::type_error(format!(
            "Pred must be a scalar, got {} of shape {}.",
            crate::print::str(cx, &Arg::Array(p.clone()))?,
            gradlens_ir::aval::tuple_text(p.shape())
        )));
    }
    let p = match p.dtype() {
        DType::Bool => p,
        d if d.is_complex() => {
            return Err(Error::type_error(format!("Pred type must be either boolean or number, got {d}.")));
        }
        _ => ops::ne(cx, &p, &ops::scalar_like(&p, 0.0))?,
    };
    if let Some(a) = p.as_array() {
        return Ok(Value::Array(Array::int_scalar(DType::I32, a.to_i64s()?[0])));
    }
    ops::convert(cx, &p, DType::I32, false)
}

fn switch(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let fs = match &b["branches"] {
            Arg::Tuple(v) | Arg::List(v) => v
                .iter()
                .map(|f| match f {
                    Arg::Callable(f) => Ok(f.clone()),
                    _ => Err(Error::type_error("lax.switch: branches argument should be a sequence of callables.")),
                })
                .collect::<Result<Vec<_>>>()?,
            _ => return Err(Error::type_error("lax.switch: branches argument should be a sequence of callables.")),
        };
        let index = value(cx, &b["index"])?;
        if index.ndim() != 0 {
            return Err(Error::type_error(format!(
                "Branch index must be scalar, got {} of shape {}.",
                crate::print::str(cx, &b["index"])?,
                gradlens_ir::aval::tuple_text(index.shape())
            )));
        }
        if !index.dtype().is_integer() {
            return Err(Error::type_error(format!("Index type must be an integer, got {}.", index.dtype())));
        }
        let mut operands = b["operands"].sequence().unwrap_or(&[]).to_vec();
        if !b["operand"].is_none() {
            operands.push(b["operand"].clone());
        }
        match fs.len() {
            0 => return Err(Error::value_error("Empty branch sequence")),
            1 => return fs[0].call(cx, operands, vec![]).await,
            _ => {}
        }
        let index = match index.as_array() {
            Some(a) => Value::Array(Array::int_scalar(DType::I32, a.to_i64s()?[0].clamp(0, fs.len() as i64 - 1))),
            None => {
                let index = ops::convert(cx, &index, DType::I32, false)?;
                let (lo, hi) = (Array::int_scalar(DType::I32, 0), Array::int_scalar(DType::I32, fs.len() as i64 - 1));
                cx.bind1(Prim::Clamp, Params::None, &[lo.into(), index, hi.into()])?
            }
        };
        bind_cond(cx, "switch", index, fs, operands).await
    })
}

/// The carry that a body maps to its own types: weakly typed leaves take the dtype that comes out.
struct Carry {
    leaves: Vec<Value>,
    tree: TreeDef,
}

impl Carry {
    fn new(cx: &Cx, init: &Arg) -> Result<Carry> {
        let (leaves, tree) = flatten(init)?;
        Ok(Carry { leaves: leaf_values(cx, &leaves)?, tree })
    }
    fn arg(&self) -> Result<Arg> {
        self.tree.unflatten(self.leaves.iter().cloned().map(Arg::Array).collect())
    }
    /// Whether weak leaves had to be converted to what came out (then the body is traced again).
    fn promote(&mut self, cx: &Cx, outs: &[ShapedArray]) -> Result<bool> {
        let mut changed = false;
        for (leaf, out) in self.leaves.iter_mut().zip(outs) {
            let aval = leaf.aval().clone();
            if !aval.weak_type || (aval.dtype == out.dtype && out.weak_type) || aval.shape != out.shape {
                continue;
            }
            if let Some((d, w)) =
                gradlens_ir::dtype::result_type(&[(aval.dtype, true), (out.dtype, out.weak_type)], cx.x64())
                && (d, w) != (aval.dtype, aval.weak_type)
            {
                *leaf = match leaf.as_array() {
                    Some(a) if a.aval().ndim() == 0 => Value::Array(Array::full(&[], d, a.to_f64s()?[0]).with_weak(w)),
                    _ => ops::convert(cx, leaf, d, w)?,
                };
                changed = true;
            }
        }
        Ok(changed)
    }
    /// JAX's `_check_carry_type`.
    fn check(&self, what: &str, out_tree: &TreeDef, outs: &[ShapedArray]) -> Result<()> {
        if *out_tree != self.tree {
            return Err(Error::type_error(format!(
                "{what} function carry input and carry output must have the same pytree structure, but they differ:\n\n\
                 The input carry has pytree structure {} but the corresponding component of the carry output has pytree structure {}.\n\n\
                 Revise the function so that the carry output has the same pytree structure as the carry input.",
                self.tree, out_tree
            )));
        }
        let paths = self.tree.paths();
        let mut differences = String::new();
        for ((leaf, out), path) in self.leaves.iter().zip(outs).zip(paths) {
            if !leaf.aval().same_type(out) {
                let at = crate::tree::keystr(&path);
                differences += &format!(
                    "The input carry{} has type {} but the corresponding output carry component has type {}, so the {} do not match.\n",
                    if at.is_empty() { String::new() } else { format!(" component {at}") },
                    leaf.aval().long(),
                    out.long(),
                    if leaf.shape() == &out.shape { "dtypes" } else { "shapes" }
                );
            }
        }
        if differences.is_empty() {
            return Ok(());
        }
        Err(Error::type_error(format!(
            "{what} function carry input and carry output must have equal types, but they differ:\n\n{differences}\n\
             Revise the function so that all output types match the corresponding input types."
        ))
        .with_help("start the carry with the dtype and shape that the body returns (for example 0.0 instead of 0)"))
    }
}

fn while_loop(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let (Arg::Callable(cond), Arg::Callable(body)) = (&b["cond_fun"], &b["body_fun"]) else {
            return Err(Error::type_error("lax.while_loop: body_fun and cond_fun arguments should be callable."));
        };
        run_while(cx, cond.clone(), body.clone(), Carry::new(cx, &b["init_val"])?).await
    })
}

async fn run_while(cx: &Cx, cond: Rc<dyn Callable>, body: Rc<dyn Callable>, mut carry: Carry) -> Result<Arg> {
    let mut traced = trace(cx, body.clone(), vec![carry.arg()?], &avals(&carry.leaves)).await?;
    if traced.tree == carry.tree && carry.promote(cx, &traced.closed.out_avals())? {
        traced = trace(cx, body, vec![carry.arg()?], &avals(&carry.leaves)).await?;
    }
    let test = trace(cx, cond, vec![carry.arg()?], &avals(&carry.leaves)).await?;
    let preds = test.closed.out_avals();
    if test.tree != TreeDef::leaf() {
        return Err(Error::type_error(format!("cond_fun must return a boolean scalar, but got pytree {}.", test.tree)));
    }
    if preds[0].dtype != DType::Bool || preds[0].ndim() != 0 {
        return Err(Error::type_error(format!(
            "cond_fun must return a boolean scalar, but got output type(s) [ShapedArray({})].",
            preds[0].long()
        )));
    }
    let outs = traced.closed.out_avals();
    carry.check("while_loop body", &traced.tree, &outs)?;
    let body_jaxpr = match_weak(cx, traced.closed, &carry.leaves)?;
    let params = Params::While {
        cond_jaxpr: test.closed,
        cond_nconsts: test.captured.len(),
        body_jaxpr,
        body_nconsts: traced.captured.len(),
    };
    let args = [test.captured, traced.captured, carry.leaves.clone()].concat();
    let outs = cx.bind_async(Prim::While, params, &args).await?;
    carry.tree.unflatten(outs.into_iter().map(Arg::Array).collect())
}

/// Makes the carry results' weak flags those of the carry.
fn match_weak(cx: &Cx, closed: ClosedJaxpr, carry: &[Value]) -> Result<ClosedJaxpr> {
    let outs = closed.out_avals();
    if outs.iter().zip(carry).all(|(o, c)| o.weak_type == c.aval().weak_type) {
        return Ok(closed);
    }
    let staged = tf::stage_sync(cx, &closed.in_avals(), |args| {
        let mut outs = tf::eval_jaxpr(cx, &closed, args)?;
        for (o, c) in outs.iter_mut().zip(carry) {
            *o = ops::convert(cx, o, o.dtype(), c.aval().weak_type)?;
        }
        Ok(outs)
    })?;
    Ok(staged.closed)
}

/// A function from a Rust closure over arguments, calling user code.
struct Wrap<F> {
    name: String,
    f: F,
}

impl<F: Fn(Cx, Vec<Arg>) -> LocalBoxFuture<Result<Arg>> + 'static> Callable for Wrap<F> {
    fn call(&self, cx: &Cx, args: Vec<Arg>, _: Kwargs) -> LocalBoxFuture<Result<Arg>> {
        (self.f)(cx.clone(), args)
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn id(&self) -> usize {
        self as *const Self as *const u8 as usize
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn wrap(name: String, f: impl Fn(Cx, Vec<Arg>) -> LocalBoxFuture<Result<Arg>> + 'static) -> Rc<dyn Callable> {
    Rc::new(Wrap { name, f })
}

fn fori_loop(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let Arg::Callable(body) = &b["body_fun"] else {
            return Err(Error::type_error("lax.fori_loop: body_fun argument should be callable."));
        };
        let (lower, upper) = (value(cx, &b["lower"])?, value(cx, &b["upper"])?);
        if !lower.dtype().is_integer() || !upper.dtype().is_integer() {
            return Err(Error::type_error(format!(
                "lower and upper arguments to fori_loop must have integer types, got {} and {}",
                lower.dtype(),
                upper.dtype()
            )));
        }
        let (dtype, _) = gradlens_ir::dtype::result_type(
            &[(lower.dtype(), lower.aval().weak_type), (upper.dtype(), upper.aval().weak_type)],
            cx.x64(),
        )
        .ok_or_else(|| Error::type_error("lower and upper arguments to fori_loop must have equal types"))?;
        let start = ops::convert(cx, &lower, dtype, false)?;
        let counts = match (cx.peek_concrete(&lower), cx.peek_concrete(&upper)) {
            (Some(l), Some(u)) => Some((l, u)),
            _ => None,
        };
        if let Some((l, u)) = counts {
            let length = (u - l).max(0) as usize;
            let body = body.clone();
            let step = wrap(body.name(), move |cx, args| {
                let (i, x) = (pair_of(&args[0], 0), pair_of(&args[0], 1));
                let body = body.clone();
                Box::pin(async move {
                    let i_value = value(&cx, &i)?;
                    let next = ops::add(&cx, &i_value, &ops::scalar_like(&i_value, 1.0))?;
                    let out = body.call(&cx, vec![i, x], vec![]).await?;
                    Ok(Arg::Tuple(vec![Arg::Tuple(vec![Arg::Array(next), out]), Arg::None]))
                })
            });
            let init = Arg::Tuple(vec![Arg::Array(start), b["init_val"].clone()]);
            let unroll = if b["unroll"].is_none() { 1 } else { convert::int(cx, &b["unroll"])?.max(1) as usize };
            let out = run_scan(cx, step, init, Arg::None, Some(length), false, unroll).await?;
            return Ok(pair_of(&pair_of(&out, 0), 1));
        }
        let end = ops::convert(cx, &upper, dtype, false)?;
        let body = body.clone();
        let cond = wrap("cond".into(), |cx, args| {
            done((|| {
                let (i, n) = (value(&cx, &pair_of(&args[0], 0))?, value(&cx, &pair_of(&args[0], 1))?);
                ops::lt(&cx, &i, &n).map(Arg::Array)
            })())
        });
        let step = wrap(body.name(), move |cx, args| {
            let (i, n, x) = (pair_of(&args[0], 0), pair_of(&args[0], 1), pair_of(&args[0], 2));
            let body = body.clone();
            Box::pin(async move {
                let i_value = value(&cx, &i)?;
                let next = ops::add(&cx, &i_value, &ops::scalar_like(&i_value, 1.0))?;
                let out = body.call(&cx, vec![i, x], vec![]).await?;
                Ok(Arg::Tuple(vec![Arg::Array(next), n, out]))
            })
        });
        let init = Arg::Tuple(vec![Arg::Array(start), Arg::Array(end), b["init_val"].clone()]);
        let out = run_while(cx, cond, step, Carry::new(cx, &init)?).await?;
        Ok(pair_of(&out, 2))
    })
}

fn pair_of(x: &Arg, i: usize) -> Arg {
    x.sequence().and_then(|s| s.get(i)).cloned().unwrap_or(Arg::None)
}

fn scan(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let Arg::Callable(f) = &b["f"] else {
            return Err(Error::type_error("lax.scan: f argument should be a callable."));
        };
        let length = match &b["length"] {
            Arg::None => None,
            n => Some(convert::int(cx, n)?.max(0) as usize),
        };
        let reverse = convert::truth(cx, &b["reverse"])?;
        let unroll = match &b["unroll"] {
            Arg::Bool(all) => {
                if *all {
                    length.unwrap_or(1).max(1)
                } else {
                    1
                }
            }
            n => convert::int(cx, n)?.max(1) as usize,
        };
        run_scan(cx, f.clone(), b["init"].clone(), b["xs"].clone(), length, reverse, unroll).await
    })
}

async fn run_scan(
    cx: &Cx,
    f: Rc<dyn Callable>,
    init: Arg,
    xs: Arg,
    length: Option<usize>,
    reverse: bool,
    unroll: usize,
) -> Result<Arg> {
    let (x_leaves, x_tree) = flatten(&xs)?;
    let x_values = leaf_values(cx, &x_leaves)?;
    let mut lengths = vec![];
    for (v, leaf) in x_values.iter().zip(&x_leaves) {
        match v.shape().first() {
            Some(n) => lengths.push(*n),
            None => {
                return Err(Error::value_error(format!(
                    "scan got value with no leading axis to scan over: {}.",
                    crate::print::str(cx, leaf)?
                )));
            }
        }
    }
    let n = match (length, lengths.first()) {
        (Some(n), _) => {
            if lengths.iter().any(|l| *l != n) {
                return Err(Error::value_error(format!(
                    "scan got `length` argument of {n} which disagrees with leading axis sizes {lengths:?}."
                )));
            }
            n
        }
        (None, None) => return Err(Error::value_error("scan got no values to scan over and `length` not provided.")),
        (None, Some(n)) => {
            if lengths.iter().any(|l| l != n) {
                let list = lengths.iter().map(|l| l.to_string()).collect::<Vec<_>>().join(", ");
                return Err(Error::value_error(format!("scan got values with different leading axis sizes: {list}.")));
            }
            *n
        }
    };
    let slice_avals: Vec<ShapedArray> = x_values.iter().map(|v| v.aval().with_shape(&v.shape()[1..])).collect();
    let slices = x_tree.unflatten(x_leaves.clone())?;
    let mut carry = Carry::new(cx, &init)?;
    let body = |carry: &Carry| -> Result<(Vec<Arg>, Vec<ShapedArray>)> {
        Ok((vec![carry.arg()?, slices.clone()], [avals(&carry.leaves), slice_avals.clone()].concat()))
    };
    let (args, in_avals) = body(&carry)?;
    let mut traced = trace(cx, f.clone(), args, &in_avals).await?;
    let (mut carry_tree, mut y_tree) = split_pair(&traced.tree)?;
    if carry_tree == carry.tree && carry.promote(cx, &traced.closed.out_avals()[..carry.leaves.len()])? {
        let (args, in_avals) = body(&carry)?;
        traced = trace(cx, f, args, &in_avals).await?;
        (carry_tree, y_tree) = split_pair(&traced.tree)?;
    }
    let out_avals = traced.closed.out_avals();
    carry.check("scan body", &carry_tree, &out_avals[..carry_tree.num_leaves()])?;
    let jaxpr = match_weak(cx, traced.closed, &carry.leaves)?;
    let num_carry = carry.leaves.len();
    let params = Params::Scan { jaxpr, length: n, reverse, unroll, num_consts: traced.captured.len(), num_carry };
    let operands = [traced.captured, carry.leaves.clone(), x_values].concat();
    let mut outs = cx.bind_async(Prim::Scan, params, &operands).await?.into_vec();
    let ys: Vec<Arg> = outs.drain(num_carry..).map(Arg::Array).collect();
    let last = carry.tree.unflatten(outs.into_iter().map(Arg::Array).collect())?;
    Ok(Arg::Tuple(vec![last, y_tree.unflatten(ys)?]))
}

/// The structures of the two halves of a body's result.
fn split_pair(tree: &TreeDef) -> Result<(TreeDef, TreeDef)> {
    match (&tree.node, &tree.children[..]) {
        (crate::tree::Node::Tuple | crate::tree::Node::List, [a, b]) => Ok((a.clone(), b.clone())),
        _ => Err(Error::type_error(format!("scan body output must be a pair, got {tree}."))),
    }
}

fn map(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let f = callable(cx, &b["f"])?;
        let step = wrap(f.name(), move |cx, args| {
            let f = f.clone();
            Box::pin(async move {
                let y = f.call(&cx, vec![args[1].clone()], vec![]).await?;
                Ok(Arg::Tuple(vec![Arg::Tuple(vec![]), y]))
            })
        });
        let out = run_scan(cx, step, Arg::Tuple(vec![]), b["xs"].clone(), None, false, 1).await?;
        Ok(pair_of(&out, 1))
    })
}

fn associative_scan(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let Arg::Callable(f) = &b["fn"] else {
            return Err(Error::type_error("lax.associative_scan: fn argument should be callable."));
        };
        let (leaves, tree) = flatten(&b["elems"])?;
        let mut elems = leaf_values(cx, &leaves)?;
        let Some(first) = elems.first() else { return Ok(b["elems"].clone()) };
        let axis = convert::axis(convert::int(cx, &b["axis"])?, first.ndim())?;
        let n = first.shape()[axis];
        if elems.iter().any(|e| e.shape().get(axis) != Some(&n)) {
            return Err(Error::value_error("Array inputs to associative_scan must have the same first dimension."));
        }
        let reverse = convert::truth(cx, &b["reverse"])?;
        if reverse {
            elems = elems.iter().map(|e| ops::rev(cx, e, &[axis])).collect::<Result<_>>()?;
        }
        let mut out = prefix(cx.clone(), f.clone(), tree.clone(), elems, axis).await?;
        if reverse {
            out = out.iter().map(|e| ops::rev(cx, e, &[axis])).collect::<Result<_>>()?;
        }
        tree.unflatten(out.into_iter().map(Arg::Array).collect())
    })
}

async fn combine(cx: &Cx, f: &Rc<dyn Callable>, tree: &TreeDef, a: Vec<Value>, b: Vec<Value>) -> Result<Vec<Value>> {
    let pack = |v: Vec<Value>| tree.unflatten(v.into_iter().map(Arg::Array).collect());
    let out = f.call(cx, vec![pack(a)?, pack(b)?], vec![]).await?;
    leaf_values(cx, &flatten(&out)?.0)
}

/// Prefix combinations by pairs: half the length at each level (depth is logarithmic in the length).
fn prefix(
    cx: Cx,
    f: Rc<dyn Callable>,
    tree: TreeDef,
    elems: Vec<Value>,
    axis: usize,
) -> LocalBoxFuture<Result<Vec<Value>>> {
    Box::pin(async move {
        let n = elems[0].shape()[axis];
        if n < 2 {
            return Ok(elems);
        }
        let cut = |from: usize, to: usize, step: usize, v: &[Value]| -> Result<Vec<Value>> {
            v.iter().map(|e| ops::slice_in_dim(&cx, e, from, to, step, axis)).collect()
        };
        let reduced = combine(&cx, &f, &tree, cut(0, n - 1, 2, &elems)?, cut(1, n, 2, &elems)?).await?;
        let odd = prefix(cx.clone(), f.clone(), tree.clone(), reduced, axis).await?;
        let m = odd[0].shape()[axis];
        let before = if n.is_multiple_of(2) { cut(0, m - 1, 1, &odd)? } else { odd.clone() };
        let even_tail = combine(&cx, &f, &tree, before, cut(2, n.max(2), 2, &elems)?).await?;
        let heads = cut(0, 1, 1, &elems)?;
        let mut out = vec![];
        for ((head, tail), odd) in heads.iter().zip(&even_tail).zip(&odd) {
            let even = ops::concatenate(&cx, &[head.clone(), tail.clone()], axis)?;
            out.push(interleave(&cx, &even, odd, axis)?);
        }
        Ok(out)
    })
}

/// `a0 b0 a1 b1 ...` along an axis, where `a` is as long as `b` or one longer.
fn interleave(cx: &Cx, a: &Value, b: &Value, axis: usize) -> Result<Value> {
    let m = b.shape()[axis];
    let common = ops::slice_in_dim(cx, a, 0, m, 1, axis)?;
    let expand = |x: &Value| {
        let mut shape = x.shape().to_vec();
        shape.insert(axis + 1, 1);
        ops::reshape(cx, x, &shape)
    };
    let pairs = ops::concatenate(cx, &[expand(&common)?, expand(b)?], axis + 1)?;
    let mut shape = b.shape().to_vec();
    shape[axis] = 2 * m;
    let flat = ops::reshape(cx, &pairs, &shape)?;
    if a.shape()[axis] == m {
        return Ok(flat);
    }
    let last = ops::slice_in_dim(cx, a, m, m + 1, 1, axis)?;
    ops::concatenate(cx, &[flat, last], axis)
}

/// Helper on the context: an integer that is concrete without looking through a transformation.
trait Peek {
    fn peek_concrete(&self, v: &Value) -> Option<i64>;
}

impl Peek for Cx {
    fn peek_concrete(&self, v: &Value) -> Option<i64> {
        match v.as_array() {
            Some(a) => a.to_i64s().ok().map(|v| v[0]),
            None if self.is_visible_tracer(v) => None,
            None => self.concrete(v, Look::Index).ok().and_then(|a| a.to_i64s().ok()).map(|v| v[0]),
        }
    }
}
