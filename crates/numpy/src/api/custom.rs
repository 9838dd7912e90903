//! `jax.custom_jvp`, `jax.custom_vjp`, `jax.custom_gradient`, `jax.checkpoint`.

use super::support::*;
use crate::arg::{Arg, Callable, Kind};
use crate::object::native;
use crate::table::{Bound, Entry, Imp::*, entry};
use crate::tree::{TreeDef, flatten};
use crate::{Cx, convert};
use gradlens_ir::rows::Tangent;
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{DType, Error, ErrorClass, LocalBoxFuture, Params, Prim, Result, Value, ops};
use gradlens_transform as tf;
use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

pub(super) const TABLE: &[Entry] = &[
    entry(
        "jax.custom_jvp",
        "fun, nondiff_argnums=(), nondiff_argnames=()",
        "A function whose forward-mode rule you define.",
        Sync(custom_jvp),
    ),
    entry(
        "jax.custom_vjp",
        "fun, nondiff_argnums=(), nondiff_argnames=()",
        "A function whose reverse-mode rule you define.",
        Sync(custom_vjp),
    ),
    entry("jax.custom_gradient", "fun", "A function that returns its value and its pullback.", Sync(custom_gradient)),
    entry(
        "jax.checkpoint",
        "fun, *, prevent_cse=True, policy=None, static_argnums=()",
        "Recomputes the function in the backward pass instead of storing its residuals.",
        Sync(checkpoint),
    ),
    entry(
        "jax.remat",
        "fun, *, prevent_cse=True, policy=None, static_argnums=()",
        "Recomputes the function in the backward pass instead of storing its residuals.",
        Sync(checkpoint),
    ),
];

/// Positional arguments, with keywords moved to their places by the signature.
fn positional(f: &Rc<dyn Callable>, mut args: Vec<Arg>, kwargs: Kwargs) -> Result<Vec<Arg>> {
    let mut kwargs = kwargs;
    if let Some(params) = f.parameters() {
        for (name, kind) in params.iter().skip(args.len()) {
            if !matches!(kind, Kind::Normal | Kind::PositionalOnly) {
                break;
            }
            match kwargs.iter().position(|k| k.0 == *name) {
                Some(i) => args.push(kwargs.remove(i).1),
                None => break,
            }
        }
    }
    match kwargs.first() {
        None => Ok(args),
        Some((k, _)) => {
            Err(Error::type_error(format!("The following keyword arguments could not be resolved to positions: {k}")))
        }
    }
}

/// Which arguments are not differentiated.
struct NonDiff {
    positions: Vec<i64>,
}

impl NonDiff {
    fn new(cx: &Cx, f: &Rc<dyn Callable>, b: &Bound) -> Result<NonDiff> {
        let mut positions = convert::ints(cx, &b["nondiff_argnums"])?;
        for n in b["nondiff_argnames"].sequence().unwrap_or(&[]) {
            let at = f.parameters().and_then(|p| p.iter().position(|p| Some(&*p.0) == n.as_str()));
            positions.extend(at.map(|i| i as i64));
        }
        positions.sort_unstable();
        Ok(NonDiff { positions })
    }
    fn marks(&self, n: usize) -> Vec<bool> {
        (0..n).map(|i| !self.positions.iter().any(|p| *p == i as i64 || *p + n as i64 == i as i64)).collect()
    }
}

/// A decorated function with its rule.
struct CustomJvp {
    inner: Rc<dyn Callable>,
    nondiff: NonDiff,
    rule: RefCell<Option<Rule>>,
}

#[derive(Clone)]
enum Rule {
    Whole(Rc<dyn Callable>),
    /// One function per argument (`defjvps`), `None` for no contribution.
    Each(Vec<Option<Rc<dyn Callable>>>),
}

fn custom_jvp(cx: &Cx, b: &Bound) -> Result<Arg> {
    let inner = callable(cx, &b["fun"])?;
    let nondiff = NonDiff::new(cx, &inner, b)?;
    let object = Rc::new(CustomJvp { inner, nondiff, rule: RefCell::new(None) });
    Ok(Arg::Callable(Rc::new(Shared(object))))
}

/// `Callable` over shared decorated functions, so that `defjvp` can reach the object.
struct Shared<T>(Rc<T>);

macro_rules! shared_callable {
    ($t:ident) => {
        impl Callable for Shared<$t> {
            fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Kwargs) -> LocalBoxFuture<Result<Arg>> {
                let (this, cx) = (self.0.clone(), cx.clone());
                Box::pin(async move { this.run(&cx, args, kwargs).await })
            }
            fn name(&self) -> String {
                self.0.inner.name()
            }
            fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
                self.0.inner.parameters()
            }
            fn id(&self) -> usize {
                Rc::as_ptr(&self.0) as *const u8 as usize
            }
            fn attr(&self, cx: &Cx, name: &str) -> Result<Option<Arg>> {
                if name == "__wrapped__" || name == "fun" {
                    return Ok(Some(Arg::Callable(self.0.inner.clone())));
                }
                $t::attr(&self.0, cx, name)
            }
            fn repr(&self) -> String {
                format!(
                    "<jax._src.custom_derivatives.{} object>",
                    stringify!($t).to_lowercase().replace("custom", "custom_")
                )
            }
            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    };
}

shared_callable!(CustomJvp);
shared_callable!(CustomVjp);

impl CustomJvp {
    fn attr(this: &Rc<CustomJvp>, _: &Cx, name: &str) -> Result<Option<Arg>> {
        let this = this.clone();
        Ok(match name {
            "defjvp" => Some(native("defjvp", move |cx, args| {
                let rule = args.first().cloned().unwrap_or(Arg::None);
                *this.rule.borrow_mut() = Some(Rule::Whole(callable(cx, &rule)?));
                Ok(rule)
            })),
            "defjvps" => Some(native("defjvps", move |cx, args| {
                let each = args
                    .iter()
                    .map(|a| if a.is_none() { Ok(None) } else { callable(cx, a).map(Some) })
                    .collect::<Result<Vec<_>>>()?;
                *this.rule.borrow_mut() = Some(Rule::Each(each));
                Ok(Arg::None)
            })),
            _ => None,
        })
    }

    async fn run(self: &Rc<Self>, cx: &Cx, args: Vec<Arg>, kwargs: Kwargs) -> Result<Arg> {
        let args = positional(&self.inner, args, kwargs)?;
        let Some(rule) = self.rule.borrow().clone() else {
            return Err(Error::new(
                ErrorClass::AttributeError,
                format!("No JVP defined for custom_jvp function {} using defjvp.", self.inner.name()),
            ));
        };
        // Where nothing is being transformed, the function's own result, whatever it is.
        if matches!(cx.current(), tf::Trace::Eval) {
            return self.inner.call(cx, args, vec![]).await;
        }
        let marks = self.nondiff.marks(args.len());
        let nondiff: Vec<Arg> = args.iter().zip(&marks).filter(|(_, d)| !**d).map(|(a, _)| a.clone()).collect();
        let diff: Vec<Arg> = args.iter().zip(&marks).filter(|(_, d)| **d).map(|(a, _)| a.clone()).collect();
        let tree = flatten(&Arg::Tuple(diff))?.1;
        let (call, leaves) = FlatCall::new(cx, self.inner.clone(), args, vec![], &marks, true, false)?;
        let values = leaf_values(cx, &leaves)?;
        let rule_call = Rc::new(JvpRuleCall {
            cx: cx.clone(),
            rule,
            tree,
            nondiff,
            function: self.inner.name(),
            decorated: Rc::new(Shared(self.clone())),
            out: Rc::default(),
        });
        let outs = tf::custom_jvp_call(cx, self.inner.name().into(), call.clone(), rule_call.clone(), values).await?;
        let out_tree = rule_call.out.borrow().clone();
        match out_tree {
            Some(tree) => tree.unflatten(outs.into_iter().map(Arg::Array).collect()),
            None => call.out()?.build(&outs),
        }
    }
}

/// A user's JVP rule as a flat function: primals, then tangents, to results, then their tangents.
struct JvpRuleCall {
    cx: Cx,
    rule: Rule,
    tree: TreeDef,
    nondiff: Vec<Arg>,
    function: String,
    decorated: Rc<dyn Callable>,
    out: Rc<RefCell<Option<TreeDef>>>,
}

impl FlatFn for JvpRuleCall {
    fn name(&self) -> String {
        self.function.clone()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let decorated = self.decorated.clone();
        let (cx, rule, tree, nondiff, name, out) = (
            self.cx.clone(),
            self.rule.clone(),
            self.tree.clone(),
            self.nondiff.clone(),
            self.function.clone(),
            self.out.clone(),
        );
        Box::pin(async move {
            let half = args.len() / 2;
            let pack = |v: &[Value]| tree.unflatten(v.iter().cloned().map(Arg::Array).collect());
            let (primals, tangents) = (pack(&args[..half])?, pack(&args[half..])?);
            let (main, tangent) = match rule {
                Rule::Whole(f) => {
                    let mut call = nondiff;
                    call.extend([primals, tangents]);
                    let result = f.call(&cx, call, vec![]).await?;
                    match &result {
                        Arg::Tuple(p) | Arg::List(p) if p.len() == 2 => (p[0].clone(), p[1].clone()),
                        _ => {
                            return Err(Error::type_error(format!(
                                "Custom JVP rule {} for function {name} must produce a pair (list or tuple of length two) representing primal and tangent outputs, but got {}.",
                                f.name(),
                                crate::print::str(&cx, &result)?
                            )));
                        }
                    }
                }
                Rule::Each(fs) => each(&cx, &decorated, fs, primals, tangents).await?,
            };
            let (p_leaves, p_tree) = flatten(&main)?;
            let (t_leaves, t_tree) = flatten(&tangent)?;
            if p_tree != t_tree {
                return Err(Error::type_error(format!(
                    "Custom JVP rule for function {name} must produce primal and tangent outputs with equal container (pytree) structures, but got {p_tree} and {t_tree} respectively."
                )));
            }
            *out.borrow_mut() = Some(p_tree);
            let (mut p, t) = (leaf_values(&cx, &p_leaves)?, leaf_values(&cx, &t_leaves)?);
            for (p, t) in p.iter().zip(t) {
                let want = p.aval().tangent();
                // A weak tangent (a Python number) takes the primal's dtype.
                if t.aval().weak_type
                    && t.dtype() != want.dtype
                    && want.dtype != DType::Float0
                    && t.shape() == &want.shape
                {
                    return finish(&cx, p_leaves, t_leaves);
                }
            }
            p.extend(leaf_values(&cx, &t_leaves)?);
            Ok(p)
        })
    }
}

fn finish(cx: &Cx, p_leaves: Vec<Arg>, t_leaves: Vec<Arg>) -> Result<Vec<Value>> {
    let mut p = leaf_values(cx, &p_leaves)?;
    let t = leaf_values(cx, &t_leaves)?;
    let converted = p
        .iter()
        .zip(&t)
        .map(|(p, t)| {
            if t.aval().weak_type {
                ops::convert(cx, t, p.aval().tangent().dtype, p.aval().weak_type)
            } else {
                Ok(t.clone())
            }
        })
        .collect::<Result<Vec<_>>>()?;
    p.extend(converted);
    Ok(p)
}

/// `defjvps`: the answer is the decorated function's own value; the tangent the sum of `jvp_i(tangent_i, answer, *primals)`.
async fn each(
    cx: &Cx,
    decorated: &Rc<dyn Callable>,
    fs: Vec<Option<Rc<dyn Callable>>>,
    primals: Arg,
    tangents: Arg,
) -> Result<(Arg, Arg)> {
    let (ps, ts) = (primals.sequence().unwrap_or(&[]).to_vec(), tangents.sequence().unwrap_or(&[]).to_vec());
    let answer = decorated.call(cx, ps.clone(), vec![]).await?;
    let mut sum: Option<Value> = None;
    for (f, t) in fs.iter().zip(ts) {
        let Some(f) = f else { continue };
        let mut args = vec![t, answer.clone()];
        args.extend(ps.iter().cloned());
        let term = value(cx, &f.call(cx, args, vec![]).await?)?;
        sum = Some(match sum {
            None => term,
            Some(s) => ops::add(cx, &s, &term)?,
        });
    }
    let tangent = match sum {
        Some(v) => v,
        None => ops::zeros(cx, &value(cx, &answer)?.aval().tangent())?,
    };
    Ok((answer, Arg::Array(tangent)))
}

/// A decorated function with its forward and backward rules.
struct CustomVjp {
    inner: Rc<dyn Callable>,
    nondiff: NonDiff,
    rules: RefCell<Option<(Rc<dyn Callable>, Rc<dyn Callable>)>>,
}

fn custom_vjp(cx: &Cx, b: &Bound) -> Result<Arg> {
    let inner = callable(cx, &b["fun"])?;
    let nondiff = NonDiff::new(cx, &inner, b)?;
    Ok(Arg::Callable(Rc::new(Shared(Rc::new(CustomVjp { inner, nondiff, rules: RefCell::new(None) })))))
}

impl CustomVjp {
    fn attr(this: &Rc<CustomVjp>, _: &Cx, name: &str) -> Result<Option<Arg>> {
        let this = this.clone();
        Ok(match name {
            "defvjp" => Some(native("defvjp", move |cx, args| {
                let (Some(fwd), Some(bwd)) = (args.first(), args.get(1)) else {
                    return Err(Error::type_error(
                        "custom_vjp.defvjp() missing 2 required positional arguments: 'fwd' and 'bwd'",
                    ));
                };
                *this.rules.borrow_mut() = Some((callable(cx, fwd)?, callable(cx, bwd)?));
                Ok(Arg::None)
            })),
            _ => None,
        })
    }

    async fn run(self: &Rc<Self>, cx: &Cx, args: Vec<Arg>, kwargs: Kwargs) -> Result<Arg> {
        let args = positional(&self.inner, args, kwargs)?;
        let Some((fwd, bwd)) = self.rules.borrow().clone() else {
            return Err(Error::new(
                ErrorClass::AttributeError,
                format!("No VJP defined for custom_vjp function {} using defvjp.", self.inner.name()),
            ));
        };
        // Where nothing is being transformed, the function's own result, whatever it is.
        if matches!(cx.current(), tf::Trace::Eval) {
            return self.inner.call(cx, args, vec![]).await;
        }
        let marks = self.nondiff.marks(args.len());
        let nondiff: Vec<Arg> = args.iter().zip(&marks).filter(|(_, d)| !**d).map(|(a, _)| a.clone()).collect();
        let diff: Vec<Arg> = args.iter().zip(&marks).filter(|(_, d)| **d).map(|(a, _)| a.clone()).collect();
        let tree = flatten(&Arg::Tuple(diff))?.1;
        let (call, leaves) = FlatCall::new(cx, self.inner.clone(), args.clone(), vec![], &marks, true, false)?;
        let values = leaf_values(cx, &leaves)?;
        let (forward, _) = FlatCall::new(cx, Rc::new(Residuals { fwd }), args, vec![], &marks, true, false)?;
        let rule = Rc::new(VjpRuleCall {
            cx: cx.clone(),
            name: self.inner.name(),
            call,
            forward,
            bwd,
            tree,
            nondiff,
            out: Rc::default(),
        });
        let outs = tf::custom_vjp_call(cx, rule.clone(), values).await?;
        let tree = rule.out.borrow().clone().ok_or_else(|| Error::internal("a custom_vjp function was not called"))?;
        tree.unflatten(outs.into_iter().map(Arg::Array).collect())
    }
}

/// The forward rule with its pair checked: `(out, residuals)`, the residuals' leaves that are no arrays left as they are.
struct Residuals {
    fwd: Rc<dyn Callable>,
}

/// A tree whose leaves may be anything: arrays are taken out, the rest stays.
struct Kept {
    tree: TreeDef,
    leaves: Vec<Option<Arg>>,
}

thread_local! {
    /// The residual structure of the forward rule that returned last; taken up at once by its caller.
    static LAST_RESIDUALS: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

impl Callable for Residuals {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Kwargs) -> LocalBoxFuture<Result<Arg>> {
        let (future, cx) = (self.fwd.call(cx, args, kwargs), cx.clone());
        let name = self.fwd.name();
        Box::pin(async move {
            let result = future.await?;
            let (out, residuals) = match &result {
                Arg::Tuple(p) | Arg::List(p) if p.len() == 2 => (p[0].clone(), p[1].clone()),
                _ => {
                    return Err(Error::type_error(format!(
                        "Custom VJP fwd rule {name} must produce a pair (list or tuple of length two) where the first element represents the primal output \
                         and the second element represents residuals (i.e. values stored from the forward pass for use on the backward pass), but got {}.",
                        crate::print::str(&cx, &result)?
                    )));
                }
            };
            let (leaves, tree) = flatten(&residuals)?;
            let arrays: Vec<Arg> = leaves.iter().filter(|l| l.is_arraylike()).cloned().collect();
            let kept = leaves.into_iter().map(|l| if l.is_arraylike() { None } else { Some(l) }).collect();
            LAST_RESIDUALS.with(|slot| *slot.borrow_mut() = Some(Kept { tree, leaves: kept }));
            Ok(Arg::Tuple(vec![out, Arg::Tuple(arrays)]))
        })
    }
    fn name(&self) -> String {
        self.fwd.name()
    }
    fn id(&self) -> usize {
        self.fwd.id()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A `custom_vjp` call over flat values.
struct VjpRuleCall {
    cx: Cx,
    name: String,
    call: Rc<FlatCall>,
    forward: Rc<FlatCall>,
    bwd: Rc<dyn Callable>,
    tree: TreeDef,
    nondiff: Vec<Arg>,
    out: Rc<RefCell<Option<TreeDef>>>,
}

impl tf::VjpFns for VjpRuleCall {
    fn name(&self) -> Rc<str> {
        self.name.as_str().into()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let (call, out) = (self.call.clone(), self.out.clone());
        Box::pin(async move {
            let outs = call.call(args).await?;
            *out.borrow_mut() = Some(call.out()?.tree);
            Ok(outs)
        })
    }
    fn fwd(&self, args: Vec<Value>) -> LocalBoxFuture<Result<tf::Forward>> {
        let (forward, out) = (self.forward.clone(), self.out.clone());
        Box::pin(async move {
            let mut outs = forward.call(args).await?;
            let kept = LAST_RESIDUALS
                .with(|slot| slot.borrow_mut().take())
                .ok_or_else(|| Error::internal("a forward rule kept nothing"))?;
            let tree = forward.out()?.tree;
            let [main, _] = &tree.children[..] else { return Err(Error::internal("a forward rule returns a pair")) };
            let residuals = outs.split_off(main.num_leaves());
            *out.borrow_mut() = Some(main.clone());
            Ok(tf::Forward { outs, residuals, token: Rc::new(Token { kept, out: main.clone() }) })
        })
    }
    fn bwd(&self, token: Rc<dyn Any>, residuals: Vec<Value>, cts: Vec<Value>) -> LocalBoxFuture<Result<Vec<Tangent>>> {
        let (cx, bwd, tree, nondiff, name) =
            (self.cx.clone(), self.bwd.clone(), self.tree.clone(), self.nondiff.clone(), self.name.clone());
        Box::pin(async move {
            let token = token.downcast::<Token>().map_err(|_| Error::internal("residuals of another rule"))?;
            let mut arrays = residuals.into_iter().map(Arg::Array);
            let leaves =
                token.kept.leaves.iter().map(|l| l.clone().or_else(|| arrays.next()).unwrap_or(Arg::None)).collect();
            let residuals = token.kept.tree.unflatten(leaves)?;
            let ct = token.out.unflatten(cts.into_iter().map(Arg::Array).collect())?;
            let mut args = nondiff;
            args.extend([residuals, ct]);
            let result = bwd.call(&cx, args, vec![]).await?;
            let parts = match &result {
                Arg::Tuple(v) => v.clone(),
                Arg::List(v) => v.clone(),
                _ => {
                    return Err(Error::type_error(format!(
                        "Custom VJP bwd rule {} for function {name} must produce a tuple of cotangents, one for each differentiable argument, but got {}.",
                        bwd.name(),
                        crate::print::str(&cx, &result)?
                    )));
                }
            };
            if parts.len() != tree.children.len() {
                return Err(Error::type_error(format!(
                    "Custom VJP bwd rule {} must produce an output with the same container (pytree) structure as the args tuple of the primal function, \
                     and in particular must produce a tuple of length equal to the number of arguments to the primal function, but got bwd output structure {} for primal input structure {tree}.",
                    bwd.name(),
                    flatten(&result)?.1
                )));
            }
            let mut out = vec![];
            for (part, want) in parts.iter().zip(&tree.children) {
                if part.is_none() {
                    out.extend(std::iter::repeat_n(None, want.num_leaves()));
                    continue;
                }
                for leaf in want.flatten_up_to(part, "bwd output")? {
                    if leaf.is_none() {
                        out.push(None);
                        continue;
                    }
                    let v = value(&cx, &leaf)?;
                    out.push((v.dtype() != DType::Float0).then_some(v));
                }
            }
            Ok(out)
        })
    }
}

/// What the backward rule needs besides arrays.
struct Token {
    kept: Kept,
    out: TreeDef,
}

/// `f(x)` returns `(answer, pullback)`: a `custom_vjp` whose residual is the pullback itself.
fn custom_gradient(cx: &Cx, b: &Bound) -> Result<Arg> {
    let f = callable(cx, &b["fun"])?;
    let (value_of, forward) = (f.clone(), f.clone());
    let primal = Transformed::arg(&f, move |cx, args, kwargs| {
        let f = value_of.clone();
        Box::pin(async move {
            Ok(f.call(&cx, args, kwargs).await?.sequence().and_then(|s| s.first()).cloned().unwrap_or(Arg::None))
        })
    });
    let fwd = Transformed::arg(&f, move |cx, args, kwargs| {
        let f = forward.clone();
        Box::pin(async move { f.call(&cx, args, kwargs).await })
    });
    let bwd = Transformed::arg(&f, |cx, args, _| {
        Box::pin(async move {
            let pullback = callable(&cx, &args[0])?;
            let cts = pullback.call(&cx, vec![args[1].clone()], vec![]).await?;
            Ok(if matches!(cts, Arg::Tuple(_)) { cts } else { Arg::Tuple(vec![cts]) })
        })
    });
    let object = CustomVjp {
        inner: callable(cx, &primal)?,
        nondiff: NonDiff { positions: vec![] },
        rules: RefCell::new(Some((callable(cx, &fwd)?, callable(cx, &bwd)?))),
    };
    Ok(Arg::Callable(Rc::new(Shared(Rc::new(object)))))
}

fn checkpoint(cx: &Cx, b: &Bound) -> Result<Arg> {
    let f = callable(cx, &b["fun"])?;
    let prevent_cse = convert::truth(cx, &b["prevent_cse"])?;
    let statics = convert::ints(cx, &b["static_argnums"])?;
    let policy: Option<Rc<str>> = match &b["policy"] {
        Arg::None => None,
        Arg::Callable(c) => Some(c.name().into()),
        other => Some(crate::print::str(cx, other)?.into()),
    };
    let inner = f.clone();
    Ok(Transformed::arg(&f, move |cx, args, kwargs| {
        let (f, statics, policy) = (inner.clone(), statics.clone(), policy.clone());
        Box::pin(async move {
            let cx = &cx;
            let n = args.len() as i64;
            let marks: Vec<bool> = (0..n).map(|i| !statics.iter().any(|s| *s == i || *s + n == i)).collect();
            let (call, leaves) = FlatCall::new(cx, f, args, kwargs, &marks, true, false)?;
            let values = leaf_values(cx, &leaves)?;
            let staged = tf::stage(cx, &*call, &avals(&values)).await?;
            let params = Params::Remat { jaxpr: staged.closed, prevent_cse, differentiated: false, policy };
            let outs = cx.bind_async(Prim::Remat, params, &[staged.captured, values].concat()).await?;
            call.out()?.build(&outs)
        })
    }))
}
