//! `jax.grad`, `value_and_grad`, `jvp`, `vjp`, `linearize`, Jacobians and Hessians.

use super::support::*;
use crate::arg::{Arg, Callable};
use crate::table::{Bound, Entry, Imp::*, entry};
use crate::tree::{TreeDef, flatten};
use crate::{Cx, convert};
use gradlens_ir::rows::Tangent;
use gradlens_ir::{Array, DType, Error, LocalBoxFuture, Result, ShapedArray, Value, ops};
use gradlens_transform as tf;
use std::rc::Rc;

pub(super) const TABLE: &[Entry] = &[
    entry(
        "jax.grad",
        "fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False, reduce_axes=()",
        "The gradient of a scalar function.",
        Sync(grad),
    ),
    entry(
        "jax.value_and_grad",
        "fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False, reduce_axes=()",
        "A scalar function's value and gradient.",
        Sync(value_and_grad),
    ),
    entry(
        "jax.jvp",
        "fun, primals, tangents, has_aux=False",
        "Forward mode: value and directional derivative.",
        Async(jvp),
    ),
    entry("jax.vjp", "fun, *primals, has_aux=False, reduce_axes=()", "Reverse mode: value and pullback.", Async(vjp)),
    entry("jax.linearize", "fun, *primals, has_aux=False", "Value and the linear map at a point.", Async(linearize)),
    entry(
        "jax.jacfwd",
        "fun, argnums=0, has_aux=False, holomorphic=False",
        "The Jacobian, column by column (forward mode).",
        Sync(jacfwd),
    ),
    entry(
        "jax.jacrev",
        "fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False",
        "The Jacobian, row by row (reverse mode).",
        Sync(jacrev),
    ),
    entry(
        "jax.jacobian",
        "fun, argnums=0, has_aux=False, holomorphic=False, allow_int=False",
        "The Jacobian, row by row (reverse mode).",
        Sync(jacrev),
    ),
    entry(
        "jax.hessian",
        "fun, argnums=0, has_aux=False, holomorphic=False",
        "The Hessian: forward over reverse.",
        Sync(hessian),
    ),
    entry(
        "jax.linear_transpose",
        "fun, *primals, reduce_axes=()",
        "The transpose of a linear function.",
        Async(linear_transpose),
    ),
];

#[derive(Clone)]
struct Options {
    argnums: Arg,
    has_aux: bool,
    holomorphic: bool,
    allow_int: bool,
}

fn options(cx: &Cx, b: &Bound) -> Result<Options> {
    let allow_int = b.params.iter().any(|p| &*p.name == "allow_int") && convert::truth(cx, &b["allow_int"])?;
    Ok(Options {
        argnums: b["argnums"].clone(),
        has_aux: convert::truth(cx, &b["has_aux"])?,
        holomorphic: convert::truth(cx, &b["holomorphic"])?,
        allow_int,
    })
}

fn check_input(name: &str, o: &Options, dtype: DType) -> Result<()> {
    if o.holomorphic && !dtype.is_complex() {
        return Err(Error::type_error(format!(
            "{name} with holomorphic=True requires inputs with complex dtype, but got {dtype}."
        )));
    }
    if name == "jacfwd" {
        if !o.holomorphic && !dtype.is_floating() {
            return Err(Error::type_error(format!(
                "jacfwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got {dtype}. For holomorphic differentiation, \
                 pass holomorphic=True. For differentiation of non-holomorphic functions involving complex inputs or integer inputs, use jax.jvp directly."
            )));
        }
    } else if !dtype.is_inexact() && !o.allow_int {
        return Err(Error::type_error(format!(
            "{name} requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got {dtype}. \
             If you want to use Boolean- or integer-valued inputs, use vjp or set allow_int to True."
        ))
        .with_help("write the number with a decimal point (2.0 instead of 2), or convert it with .astype(float)"));
    }
    Ok(())
}

fn check_output(name: &str, holomorphic: bool, dtype: DType) -> Result<()> {
    let directly = if name == "jacfwd" { "jax.jvp" } else { "jax.vjp" };
    let message = if holomorphic {
        if dtype.is_complex() {
            return Ok(());
        }
        format!("{name} with holomorphic=True requires outputs with complex dtype, but got {dtype}.")
    } else if dtype.is_complex() {
        format!(
            "{name} requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got {dtype}. For holomorphic differentiation, \
             pass holomorphic=True. For differentiation of non-holomorphic functions involving complex outputs, use {directly} directly."
        )
    } else if !dtype.is_floating() {
        format!(
            "{name} requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got {dtype}. \
             For differentiation of functions with integer outputs, use {directly} directly."
        )
    } else {
        return Ok(());
    };
    Err(Error::type_error(message))
}

fn grad(cx: &Cx, b: &Bound) -> Result<Arg> {
    gradient(cx, b, false)
}

fn value_and_grad(cx: &Cx, b: &Bound) -> Result<Arg> {
    gradient(cx, b, true)
}

fn gradient(cx: &Cx, b: &Bound, with_value: bool) -> Result<Arg> {
    let (f, o) = (callable(cx, &b["fun"])?, options(cx, b)?);
    let inner = f.clone();
    Ok(Transformed::arg(&f, move |cx, args, kwargs| {
        let (f, o) = (inner.clone(), o.clone());
        Box::pin(async move {
            let (value, aux, grads) = value_and_gradient(&cx, f, &o, args, kwargs).await?;
            Ok(match (with_value, o.has_aux) {
                (false, false) => grads,
                (false, true) => Arg::Tuple(vec![grads, aux]),
                (true, false) => Arg::Tuple(vec![value, grads]),
                (true, true) => Arg::Tuple(vec![Arg::Tuple(vec![value, aux]), grads]),
            })
        })
    }))
}

/// The arguments that are differentiated: their leaves and the structure of each.
struct Active {
    leaves: Vec<Arg>,
    trees: Vec<TreeDef>,
    /// For each of `argnums`, which of `trees` it is.
    order: Vec<usize>,
    call: Rc<FlatCall>,
    single: bool,
}

fn activate(
    cx: &Cx,
    f: Rc<dyn Callable>,
    given: &Arg,
    args: Vec<Arg>,
    kwargs: Kwargs,
    has_aux: bool,
    context: &str,
) -> Result<Active> {
    let nums = argnums(cx, given, args.len(), context)?;
    let marks: Vec<bool> = (0..args.len()).map(|i| nums.positions.contains(&i)).collect();
    // Leaves come in the order of the arguments, each once; `argnums` may name them in another order, and more than once.
    let mut sorted = nums.positions.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let trees = sorted.iter().map(|i| Ok(flatten(&args[*i])?.1)).collect::<Result<Vec<_>>>()?;
    let order = nums.positions.iter().map(|p| sorted.iter().position(|s| s == p).unwrap_or(0)).collect();
    let (call, leaves) = FlatCall::new(cx, f, args, kwargs, &marks, false, has_aux)?;
    Ok(Active { leaves, trees, order, call, single: nums.single })
}

/// Flat results per leaf put back into the structure of the differentiated arguments.
fn regroup(active: &Active, leaves: Vec<Arg>) -> Result<Arg> {
    let mut leaves = leaves.into_iter();
    let mut parts = vec![];
    for t in &active.trees {
        parts.push(t.unflatten(leaves.by_ref().take(t.num_leaves()).collect())?);
    }
    Ok(if active.single {
        parts.remove(0)
    } else {
        Arg::Tuple(active.order.iter().map(|i| parts[*i].clone()).collect())
    })
}

/// A cotangent result made explicit: zeros where it is symbolic, `float0` for integers.
fn explicit(cx: &Cx, ct: Tangent, aval: &ShapedArray) -> Result<Arg> {
    let want = aval.tangent();
    if want.dtype == DType::Float0 {
        return Ok(Arg::NpArray(Array::full(&want.shape, DType::Float0, 0.0)));
    }
    match ct {
        Some(v) => Ok(Arg::Array(v)),
        None => ops::zeros(cx, &want).map(Arg::Array),
    }
}

async fn value_and_gradient(
    cx: &Cx,
    f: Rc<dyn Callable>,
    o: &Options,
    args: Vec<Arg>,
    kwargs: Kwargs,
) -> Result<(Arg, Arg, Arg)> {
    let active = activate(cx, f, &o.argnums, args, kwargs, o.has_aux, "grad")?;
    let primals = input_values(cx, &active.leaves)?;
    for p in &primals {
        check_input("grad", o, p.dtype())?;
    }
    let in_avals = avals(&primals);
    let wanted = vec![true; primals.len()];
    let (outs, lin) = tf::linearize(cx, &*active.call, primals, &wanted).await?;
    let out = active.call.out()?;
    let result = out.build(&outs)?;
    let Arg::Array(y) = &result else {
        return Err(Error::type_error(format!(
            "Gradient only defined for scalar-output functions. Output was {}.",
            crate::print::str(cx, &result)?
        ))
        .with_help(
            "return one number: sum or average the outputs, return extra values with has_aux=True, or use jax.jacobian",
        ));
    };
    if y.ndim() != 0 {
        return Err(Error::type_error(format!(
            "Gradient only defined for scalar-output functions. Output had shape: {}.",
            gradlens_ir::aval::tuple_text(y.shape())
        ))
        .with_help("sum or average the output, or use jax.jacfwd / jax.jacrev for all derivatives, jax.vjp for one combination"));
    }
    check_output("grad", o.holomorphic, y.dtype())?;
    let one = Value::Array(Array::full(&[], y.dtype(), 1.0).with_weak(y.aval().weak_type));
    let mut cts = vec![None; outs.len()];
    cts[0] = Some(one);
    let grads = lin.transpose(cx, &cts).await?;
    let grads = grads.into_iter().zip(&in_avals).map(|(g, a)| explicit(cx, g, a)).collect::<Result<Vec<_>>>()?;
    Ok((result.clone(), out.build_aux(&outs)?, regroup(&active, grads)?))
}

fn jvp(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let f = callable(cx, &b["fun"])?;
        let (primals, tangents) = (&b["primals"], &b["tangents"]);
        let both = (primals.sequence(), tangents.sequence());
        let (Some(ps), Some(_)) = both else {
            return Err(Error::type_error(format!(
                "primal and tangent arguments to jax.jvp must be tuples or lists; found {} and {}.",
                primals.type_name(),
                tangents.type_name()
            )));
        };
        let (p_leaves, p_tree) = flatten(&Arg::Tuple(ps.to_vec()))?;
        let (t_leaves, t_tree) = flatten(&Arg::Tuple(tangents.sequence().unwrap_or(&[]).to_vec()))?;
        if p_tree != t_tree {
            return Err(Error::type_error(format!(
                "primal and tangent arguments to jax.jvp must have the same tree structure; primals have tree structure {p_tree} whereas tangents have tree structure {t_tree}."
            )));
        }
        let (p, t) = (leaf_values(cx, &p_leaves)?, leaf_values(cx, &t_leaves)?);
        for (p, t) in p.iter().zip(&t) {
            if p.dtype().tangent() != t.dtype() {
                return Err(Error::type_error(format!(
                    "primal and tangent arguments to jax.jvp do not match; dtypes must be equal, or in case of int/bool primal dtype the tangent dtype must be float0.\
                     Got primal dtype {} and so expected tangent dtype {}, but got tangent dtype {} instead.",
                    p.dtype(),
                    tangent_dtype_text(p.dtype()),
                    t.dtype()
                )));
            }
            if p.shape() != t.shape() {
                return Err(Error::value_error(format!(
                    "jvp called with different primal and tangent shapes;Got primal shape {} and tangent shape as {}",
                    gradlens_ir::aval::tuple_text(p.shape()),
                    gradlens_ir::aval::tuple_text(t.shape())
                )));
            }
        }
        let has_aux = convert::truth(cx, &b["has_aux"])?;
        let all = vec![true; ps.len()];
        let (call, _) = FlatCall::new(cx, f, ps.to_vec(), vec![], &all, true, has_aux)?;
        let (outs, tans) = tf::jvp(cx, &*call, p, t.into_iter().map(Some).collect()).await?;
        let out = call.out()?;
        let mut tangent_leaves = vec![];
        for (o, t) in outs[..out.count].iter().zip(tans) {
            tangent_leaves.push(explicit(cx, t, o.aval())?);
        }
        let mut result = vec![out.build(&outs)?, out.tree.unflatten(tangent_leaves)?];
        if has_aux {
            result.push(out.build_aux(&outs)?);
        }
        Ok(Arg::Tuple(result))
    })
}

fn tangent_dtype_text(d: DType) -> String {
    if d.is_inexact() { d.name().into() } else { "[('float0', 'V')]".into() }
}

/// The pullback of `jax.vjp`.
fn pullback(name: &Rc<dyn Callable>, lin: Rc<tf::Linearized>, out_tree: TreeDef, in_tree: TreeDef) -> Arg {
    Transformed::arg(name, move |cx, args, _| {
        let (lin, out_tree, in_tree) = (lin.clone(), out_tree.clone(), in_tree.clone());
        Box::pin(async move {
            let cx = &cx;
            if args.len() != 1 {
                return Err(Error::type_error(format!(
                    "The function returned by `jax.vjp` applied to a function expects exactly one argument (the cotangent), but got {}.",
                    args.len()
                )));
            }
            let (leaves, tree) = flatten(&args[0])?;
            if tree != out_tree {
                return Err(Error::value_error(format!(
                    "unexpected tree structure of argument to VJP function: got {tree}, but expected to match {out_tree}"
                )));
            }
            let cts = leaf_values(cx, &leaves)?;
            let n = cts.len();
            for (ct, aval) in cts.iter().zip(&lin.out_avals) {
                let want = aval.tangent();
                if ct.dtype() != want.dtype || ct.shape() != &want.shape {
                    return Err(Error::value_error(format!(
                        "unexpected JAX type (e.g. shape/dtype) for argument to VJP function: got {}, but expected {} because the corresponding output of the differentiated function had JAX type {}",
                        ct.aval().long(),
                        want.long(),
                        aval.long()
                    )));
                }
            }
            let mut all: Vec<Tangent> = cts.into_iter().map(Some).collect();
            all.resize(lin.out_avals.len().max(n), None);
            let got = lin.transpose(cx, &all).await?;
            let grads =
                got.into_iter().zip(&lin.in_avals).map(|(g, a)| explicit(cx, g, a)).collect::<Result<Vec<_>>>()?;
            in_tree.unflatten(grads)
        })
    })
}

fn vjp(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let f = callable(cx, &b["fun"])?;
        let has_aux = convert::truth(cx, &b["has_aux"])?;
        let args = b["primals"].sequence().unwrap_or(&[]).to_vec();
        let in_tree = flatten(&Arg::Tuple(args.clone()))?.1;
        let all = vec![true; args.len()];
        let (call, leaves) = FlatCall::new(cx, f.clone(), args, vec![], &all, true, has_aux)?;
        let primals = leaf_values(cx, &leaves)?;
        let wanted = vec![true; primals.len()];
        let (outs, lin) = tf::linearize(cx, &*call, primals, &wanted).await?;
        let out = call.out()?;
        let mut result = vec![out.build(&outs)?, pullback(&f, Rc::new(lin), out.tree.clone(), in_tree)];
        if has_aux {
            result.push(out.build_aux(&outs)?);
        }
        Ok(Arg::Tuple(result))
    })
}

fn linearize(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let f = callable(cx, &b["fun"])?;
        let has_aux = convert::truth(cx, &b["has_aux"])?;
        let args = b["primals"].sequence().unwrap_or(&[]).to_vec();
        let in_tree = flatten(&Arg::Tuple(args.clone()))?.1;
        let all = vec![true; args.len()];
        let (call, leaves) = FlatCall::new(cx, f.clone(), args, vec![], &all, true, has_aux)?;
        let primals = leaf_values(cx, &leaves)?;
        let wanted = vec![true; primals.len()];
        let (outs, lin) = tf::linearize(cx, &*call, primals, &wanted).await?;
        let out = call.out()?;
        let (lin, tree) = (Rc::new(lin), out.tree.clone());
        let apply = Transformed::arg(&f, move |cx, args, _| {
            let (lin, tree, in_tree) = (lin.clone(), tree.clone(), in_tree.clone());
            Box::pin(async move {
                let cx = &cx;
                let (leaves, got) = flatten(&Arg::Tuple(args))?;
                if got != in_tree {
                    return Err(Error::type_error(format!(
                        "tree structures of primal and tangent inputs to linearized function do not match: expected {in_tree}, got {got}"
                    )));
                }
                let tangents = leaf_values(cx, &leaves)?;
                for (t, aval) in tangents.iter().zip(&lin.in_avals) {
                    let want = aval.tangent();
                    if t.dtype() != want.dtype || t.shape() != &want.shape {
                        return Err(Error::value_error(format!(
                            "linearized function called on tangent values inconsistent with the original primal values:\ngot tangent aval {} for primal aval {} but expected {}",
                            t.aval().long(),
                            aval.long(),
                            want.long()
                        )));
                    }
                }
                let outs = lin.apply(cx, &tangents).await?;
                let leaves = outs
                    .into_iter()
                    .zip(&lin.out_avals)
                    .take(tree.num_leaves())
                    .map(|(t, a)| explicit(cx, t, a))
                    .collect::<Result<Vec<_>>>()?;
                tree.unflatten(leaves)
            })
        });
        let mut result = vec![out.build(&outs)?, apply];
        if has_aux {
            result.push(out.build_aux(&outs)?);
        }
        Ok(Arg::Tuple(result))
    })
}

fn linear_transpose(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let f = callable(cx, &b["fun"])?;
        let mut args = vec![];
        let given = b["primals"].sequence().unwrap_or(&[]);
        let (leaves, tree) = flatten(&Arg::Tuple(given.to_vec()))?;
        for leaf in leaves {
            let aval = match super::shape::aval_of(&leaf) {
                Some(aval) => aval,
                None => value(cx, &leaf)?.aval().clone(),
            };
            args.push(Arg::Array(ops::zeros(cx, &aval)?));
        }
        let Arg::Tuple(args) = tree.unflatten(args)? else { return Err(Error::internal("arguments are a tuple")) };
        let all = vec![true; args.len()];
        let (call, leaves) = FlatCall::new(cx, f.clone(), args, vec![], &all, true, false)?;
        let primals = leaf_values(cx, &leaves)?;
        let wanted = vec![true; primals.len()];
        let (_, lin) = tf::linearize(cx, &*call, primals, &wanted).await?;
        Ok(pullback(&f, Rc::new(lin), call.out()?.tree, tree))
    })
}

/// The rows of the identity over all leaves, cut per leaf: shape `(n, *leaf)` each.
fn standard_basis(cx: &Cx, avals: &[ShapedArray]) -> Result<Vec<Value>> {
    let n: usize = avals.iter().map(|a| a.size()).sum();
    let mut first = 0;
    avals
        .iter()
        .map(|a| {
            let size = a.size();
            let mut dense = vec![0f64; n * size];
            for i in 0..size {
                dense[(first + i) * size + i] = 1.0;
            }
            first += size;
            let shape = [&[n], a.shape.as_slice()].concat();
            let basis = convert::from_f64s(&shape, a.dtype, &dense);
            let _ = cx;
            Ok(Value::Array(basis))
        })
        .collect()
}

fn jacfwd(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (f, o) = (callable(cx, &b["fun"])?, options(cx, b)?);
    let inner = f.clone();
    Ok(Transformed::arg(&f, move |cx, args, kwargs| {
        let (f, o) = (inner.clone(), o.clone());
        Box::pin(async move { jacobian_forward(&cx, f, &o, args, kwargs).await })
    }))
}

async fn jacobian_forward(cx: &Cx, f: Rc<dyn Callable>, o: &Options, args: Vec<Arg>, kwargs: Kwargs) -> Result<Arg> {
    let active = activate(cx, f, &o.argnums, args, kwargs, o.has_aux, "jacfwd")?;
    let primals = input_values(cx, &active.leaves)?;
    for p in &primals {
        check_input("jacfwd", o, p.dtype())?;
    }
    let in_avals = avals(&primals);
    let basis = standard_basis(cx, &in_avals)?;
    let n: usize = in_avals.iter().map(|a| a.size()).sum();
    let push = Push { cx: cx.clone(), call: active.call.clone(), primals };
    let dims = vec![Some(0); basis.len()];
    let counts = push.call.clone();
    let outs = tf::vmap(cx, &push, basis, &dims, n, None, move |total| {
        let count = counts.out()?.count;
        Ok((0..total)
            .map(|i| if (count..2 * count).contains(&i) { tf::OutAxis::At(-1) } else { tf::OutAxis::Unmapped })
            .collect())
    })
    .await?;
    let out = active.call.out()?;
    let count = out.count;
    let (ys, rest) = outs.split_at(count);
    let (columns, aux_values) = rest.split_at(count);
    for y in ys {
        check_output("jacfwd", o.holomorphic, y.dtype())?;
    }
    let mut leaves = vec![];
    for (y, jac) in ys.iter().zip(columns) {
        let mut parts = vec![];
        let mut first = 0;
        for a in &in_avals {
            let axis = jac.ndim() - 1;
            let piece = ops::slice_in_dim(cx, jac, first, first + a.size(), 1, axis)?;
            first += a.size();
            let shape = [y.shape().as_slice(), a.shape.as_slice()].concat();
            parts.push(Arg::Array(ops::reshape(cx, &piece, &shape)?));
        }
        leaves.push(regroup(&active, parts)?);
    }
    let jacobian = out.tree.unflatten(leaves)?;
    if !o.has_aux {
        return Ok(jacobian);
    }
    let all = [ys, aux_values].concat();
    Ok(Arg::Tuple(vec![jacobian, out.build_aux(&all)?]))
}

/// The pushforward at fixed primals: tangents in; results, their explicit tangents, then auxiliary arrays out.
struct Push {
    cx: Cx,
    call: Rc<FlatCall>,
    primals: Vec<Value>,
}

impl gradlens_ir::rule_objects::FlatFn for Push {
    fn name(&self) -> String {
        self.call.name()
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
    fn call(&self, tangents: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let (cx, call, primals) = (self.cx.clone(), self.call.clone(), self.primals.clone());
        Box::pin(async move {
            let (outs, tans) = tf::jvp(&cx, &*call, primals, tangents.into_iter().map(Some).collect()).await?;
            let count = call.out()?.count;
            let mut explicit = vec![];
            for (o, t) in outs[..count].iter().zip(tans) {
                explicit.push(match t {
                    Some(t) => t,
                    None => {
                        ops::zeros(&cx, &if o.dtype().is_inexact() { o.aval().tangent() } else { o.aval().clone() })?
                    }
                });
            }
            Ok([&outs[..count], &explicit, &outs[count..]].concat())
        })
    }
}

fn jacrev(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (f, o) = (callable(cx, &b["fun"])?, options(cx, b)?);
    Ok(jacrev_of(f, o))
}

fn jacrev_of(f: Rc<dyn Callable>, o: Options) -> Arg {
    let inner = f.clone();
    Transformed::arg(&f, move |cx, args, kwargs| {
        let (f, o) = (inner.clone(), o.clone());
        Box::pin(async move { jacobian_reverse(&cx, f, &o, args, kwargs).await })
    })
}

/// The pullback over flat values, every cotangent explicit.
struct Pull {
    cx: Cx,
    lin: Rc<tf::Linearized>,
}

impl gradlens_ir::rule_objects::FlatFn for Pull {
    fn name(&self) -> String {
        "vjp".into()
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
    fn call(&self, cts: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let (cx, lin) = (self.cx.clone(), self.lin.clone());
        Box::pin(async move {
            let mut all: Vec<Tangent> = cts.into_iter().map(Some).collect();
            all.resize(lin.out_avals.len(), None);
            let got = lin.transpose(&cx, &all).await?;
            got.into_iter()
                .zip(&lin.in_avals)
                .map(|(g, a)| match g {
                    Some(v) => Ok(v),
                    None => ops::zeros(&cx, &a.tangent()),
                })
                .collect()
        })
    }
}

async fn jacobian_reverse(cx: &Cx, f: Rc<dyn Callable>, o: &Options, args: Vec<Arg>, kwargs: Kwargs) -> Result<Arg> {
    let active = activate(cx, f, &o.argnums, args, kwargs, o.has_aux, "jacrev")?;
    let primals = input_values(cx, &active.leaves)?;
    for p in &primals {
        check_input("jacrev", o, p.dtype())?;
    }
    let in_avals = avals(&primals);
    let wanted = vec![true; primals.len()];
    let (outs, lin) = tf::linearize(cx, &*active.call, primals, &wanted).await?;
    let out = active.call.out()?;
    let y_avals: Vec<ShapedArray> = outs[..out.count].iter().map(|y| y.aval().clone()).collect();
    for a in &y_avals {
        check_output("jacrev", o.holomorphic, a.dtype)?;
    }
    let basis = standard_basis(cx, &y_avals)?;
    let n: usize = y_avals.iter().map(|a| a.size()).sum();
    let pull = Pull { cx: cx.clone(), lin: Rc::new(lin) };
    let dims = vec![Some(0); basis.len()];
    let rows = tf::vmap(cx, &pull, basis, &dims, n, None, |total| Ok(vec![tf::OutAxis::At(0); total])).await?;
    let mut leaves = vec![];
    let mut first = 0;
    for y in &y_avals {
        let mut parts = vec![];
        for (row, a) in rows.iter().zip(&in_avals) {
            let piece = ops::slice_in_dim(cx, row, first, first + y.size(), 1, 0)?;
            let shape = [y.shape.as_slice(), a.shape.as_slice()].concat();
            parts.push(Arg::Array(ops::reshape(cx, &piece, &shape)?));
        }
        first += y.size();
        leaves.push(regroup(&active, parts)?);
    }
    let jacobian = out.tree.unflatten(leaves)?;
    if !o.has_aux {
        return Ok(jacobian);
    }
    Ok(Arg::Tuple(vec![jacobian, out.build_aux(&outs)?]))
}

fn hessian(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (f, o) = (callable(cx, &b["fun"])?, options(cx, b)?);
    let Arg::Callable(gradient) = jacrev_of(f.clone(), o.clone()) else {
        return Err(Error::internal("a Jacobian is callable"));
    };
    Ok(Transformed::arg(&f, move |cx, args, kwargs| {
        let (g, o) = (gradient.clone(), o.clone());
        Box::pin(async move { jacobian_forward(&cx, g, &o, args, kwargs).await })
    }))
}
