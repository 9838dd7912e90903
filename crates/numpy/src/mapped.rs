//! Functions of the host language mapped over arrays: `vectorize`, `apply_along_axis`, `fromfunction`.

use crate::arg::{Callable, Kind};
use crate::prelude::*;
use crate::shaping;
use crate::table::registry;
use gradlens_ir::LocalBoxFuture;
use std::any::Any;
use std::rc::Rc;

fn callable(x: &Arg) -> Result<Rc<dyn Callable>> {
    match x {
        Arg::Callable(f) => Ok(f.clone()),
        other => Err(Error::type_error(format!("'{}' object is not callable", other.type_name()))),
    }
}

/// `jax.vmap(f, in_axes=...)`, called.
async fn vmapped(cx: &Cx, f: Arg, in_axes: Arg, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> Result<Arg> {
    let vmap = registry().function("jax.vmap").ok_or_else(|| Error::internal("vmap is in the table"))?;
    let g = vmap.call(cx, vec![f], vec![("in_axes".into(), in_axes)]).await?;
    callable(&g)?.call(cx, args, kwargs).await
}

/// The names of the core axes of each argument (or result) in `(m,n),(n)->(m)`.
fn core_axes(text: &str) -> Vec<Vec<String>> {
    text.split('(')
        .skip(1)
        .map(|t| {
            let inner = t.split(')').next().unwrap_or("");
            inner.split(',').map(|d| d.trim().to_string()).filter(|d| !d.is_empty()).collect()
        })
        .collect()
}

/// What `jnp.vectorize` gives.
struct Vectorized {
    f: Rc<dyn Callable>,
    signature: Option<Vec<Vec<String>>>,
    excluded: Vec<i64>,
}

impl Callable for Vectorized {
    fn call(&self, cx: &Cx, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> LocalBoxFuture<Result<Arg>> {
        let (cx, f) = (cx.clone(), self.f.clone());
        let (signature, excluded) = (self.signature.clone(), self.excluded.clone());
        Box::pin(async move {
            let prepared = cx.retrying(|| prepare(&cx, &args, signature.as_deref(), &excluded)).await?;
            let (batch, args, mapped) = prepared;
            if batch.is_empty() {
                return f.call(&cx, args, kwargs).await;
            }
            let axes = Arg::Tuple(mapped.iter().map(|m| if *m { Arg::Int(0) } else { Arg::None }).collect());
            let out = vmapped(&cx, Arg::Callable(f), axes, args, kwargs).await?;
            cx.retrying(|| {
                let (leaves, def) = crate::tree::flatten(&out)?;
                let leaves = leaves
                    .iter()
                    .map(|l| {
                        let v = val(&cx, "vectorize", l)?;
                        let shape: Vec<usize> = batch.iter().chain(&v.shape()[1..]).copied().collect();
                        Ok(Arg::from(p::reshape(&cx, &v, &shape)?))
                    })
                    .collect::<Result<Vec<_>>>()?;
                def.unflatten(leaves)
            })
            .await
        })
    }
    fn name(&self) -> String {
        self.f.name()
    }
    fn parameters(&self) -> Option<Vec<(Rc<str>, Kind)>> {
        self.f.parameters()
    }
    fn id(&self) -> usize {
        self as *const Vectorized as usize
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The batch shape, the arguments with their batch axes merged into the first, and which of them are mapped.
fn prepare(
    cx: &Cx,
    args: &[Arg],
    signature: Option<&[Vec<String>]>,
    excluded: &[i64],
) -> Result<(Vec<usize>, Vec<Arg>, Vec<bool>)> {
    let free = |i: usize| excluded.contains(&(i as i64));
    let positions: Vec<usize> = (0..args.len()).filter(|&i| !free(i)).collect();
    if let Some(s) = signature
        && s.len() != positions.len()
    {
        return Err(Error::type_error(format!(
            "wrong number of positional arguments: expected {}, got {}",
            s.len(),
            positions.len()
        )));
    }
    let mut values = Vec::new();
    let mut batches = Vec::new();
    for (k, &i) in positions.iter().enumerate() {
        let v = crate::creation::asarray(cx, &args[i], None)?;
        let core = signature.map_or(0, |s| s[k].len());
        if v.ndim() < core {
            return Err(Error::value_error(format!(
                "input with shape {} does not have enough dimensions for all core dimensions of its signature",
                gradlens_ir::aval::tuple_text(v.shape())
            )));
        }
        batches.push(v.shape()[..v.ndim() - core].to_vec());
        values.push((i, v, core));
    }
    let refs: Vec<&[usize]> = batches.iter().map(Vec::as_slice).collect();
    let batch = cv::broadcast_shapes("vectorize", &refs)?.to_vec();
    let mut out = args.to_vec();
    let mut mapped = vec![false; args.len()];
    let n: usize = batch.iter().product();
    for (i, v, core) in values {
        if v.ndim() == core {
            out[i] = v.into();
            continue;
        }
        let inner = v.shape()[v.ndim() - core..].to_vec();
        let full: Vec<usize> = batch.iter().chain(&inner).copied().collect();
        let flat: Vec<usize> = std::iter::once(n).chain(inner).collect();
        let v = p::broadcast_to(cx, &v, &full)?;
        out[i] = p::reshape(cx, &v, &flat)?.into();
        mapped[i] = true;
    }
    Ok((batch, out, mapped))
}

fn vectorize(cx: &Cx, b: &Bound) -> Result<Arg> {
    let f = callable(&b["pyfunc"])?;
    let signature = match b["signature"].as_str() {
        Some(s) => {
            let Some((inputs, _)) = s.split_once("->") else {
                return Err(Error::value_error(format!("not a valid gufunc signature: {s}")));
            };
            Some(core_axes(inputs))
        }
        None => None,
    };
    let excluded = if b["excluded"].is_none() { vec![] } else { cv::ints(cx, &b["excluded"])? };
    Ok(Arg::Callable(Rc::new(Vectorized { f, signature, excluded })))
}

fn apply_along_axis(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let f = callable(&b["func1d"])?;
        let (rows, outer, axis) = cx
            .retrying(|| {
                let x = val(&cx, "apply_along_axis", &b["arr"])?;
                let axis = cv::axis(cv::static_int(&cx, &b["axis"])?, x.ndim())?;
                let x = shaping::moveaxis(&cx, &x, &[axis], &[x.ndim() - 1])?;
                let outer = x.shape()[..x.ndim() - 1].to_vec();
                let flat = [outer.iter().product(), x.shape()[x.ndim() - 1]];
                Ok((p::reshape(&cx, &x, &flat)?, outer, axis))
            })
            .await?;
        let extra = b["args"].sequence().unwrap_or_default().to_vec();
        let kwargs: Vec<(Rc<str>, Arg)> = match &b["kwargs"] {
            Arg::Dict(d) => d.iter().filter_map(|(k, v)| Some((Rc::from(k.as_str()?), v.clone()))).collect(),
            _ => vec![],
        };
        let mut axes = vec![Arg::Int(0)];
        axes.extend(extra.iter().map(|_| Arg::None));
        let mut args = vec![Arg::from(rows)];
        args.extend(extra);
        let out = vmapped(&cx, Arg::Callable(f), Arg::Tuple(axes), args, kwargs).await?;
        cx.retrying(|| {
            let v = val(&cx, "apply_along_axis", &out)?;
            let shape: Vec<usize> = outer.iter().chain(&v.shape()[1..]).copied().collect();
            let v = p::reshape(&cx, &v, &shape)?;
            // What the function made of the axis stands where the axis stood.
            let made: Vec<usize> = (outer.len()..v.ndim()).collect();
            let places: Vec<usize> = (axis..axis + made.len()).collect();
            Ok(shaping::moveaxis(&cx, &v, &made, &places)?.into())
        })
        .await
    })
}

fn fromfunction(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let f = callable(&b["function"])?;
        let shape = cv::shape(&cx, &b["shape"])?;
        let d = cv::dtype_arg(&cx, &b["dtype"])?.unwrap_or(crate::creation::float_dtype(&cx));
        let kwargs: Vec<(Rc<str>, Arg)> = match &b["kwargs"] {
            Arg::Dict(d) => d.iter().filter_map(|(k, v)| Some((Rc::from(k.as_str()?), v.clone()))).collect(),
            _ => vec![],
        };
        let args = (0..shape.len()).map(|i| p::iota(&cx, d, &shape, i).map(Arg::from)).collect::<Result<Vec<_>>>()?;
        f.call(&cx, args, kwargs).await
    })
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.vectorize",
        "pyfunc, *, excluded=None, signature=None",
        "A function mapped over broadcast arrays.",
        Sync(vectorize),
    ),
    entry(
        "jax.numpy.apply_along_axis",
        "func1d, axis, arr, *args, **kwargs",
        "A function applied to the vectors along an axis.",
        Async(apply_along_axis),
    ),
    entry(
        "jax.numpy.fromfunction",
        "function, shape, *, dtype=None, **kwargs",
        "A function of index grids.",
        Async(fromfunction),
    ),
];
