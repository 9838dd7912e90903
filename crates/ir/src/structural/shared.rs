//! What structural rules share: parameter access, axis arithmetic, moving and materialising batch axes.

use crate::aval::ShapedArray;
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::{Operand, Tangent};
use crate::value::{Bind, Outs, Value};

/// Binds the fields of the one `Params` variant a rule expects; anything else is a bug of ours.
macro_rules! take {
    ($pattern:pat = $params:expr) => {
        let $pattern = $params else {
            return Err(crate::error::Error::internal(format!("wrong parameters: {:?}", $params)));
        };
    };
}
pub(crate) use take;

/// An operand's batch axis.
pub type Batched = (Value, Option<usize>);

/// `xs` without the positions in `idx`.
pub fn delete(xs: &[usize], idx: &[usize]) -> Vec<usize> {
    xs.iter().enumerate().filter(|(i, _)| !idx.contains(i)).map(|(_, &x)| x).collect()
}

/// The axes `0..n` that are in none of the lists.
pub fn remaining(n: usize, lists: &[&[usize]]) -> Vec<usize> {
    (0..n).filter(|i| !lists.iter().any(|l| l.contains(i))).collect()
}

/// `xs` with `x` inserted at `at`.
pub fn inserted<T: Clone>(xs: &[T], at: usize, x: T) -> Vec<T> {
    let mut v = xs.to_vec();
    v.insert(at, x);
    v
}

/// The positions that sort `xs` (stable).
pub fn argsort(xs: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..xs.len()).collect();
    order.sort_by_key(|&i| xs[i]);
    order
}

/// Axis numbers after an axis was inserted at `b`.
pub fn bump(dims: &[usize], b: usize) -> Vec<usize> {
    dims.iter().map(|&d| if d >= b { d + 1 } else { d }).collect()
}

/// Moves the axis `from` to `to` (nothing when they are equal).
pub fn moveaxis(cx: &dyn Bind, x: &Value, from: usize, to: usize) -> Result<Value> {
    if from == to {
        return Ok(x.clone());
    }
    let mut permutation: Vec<usize> = (0..x.ndim()).filter(|&i| i != from).collect();
    permutation.insert(to, from);
    ops::transpose(cx, x, &permutation)
}

/// An operand with its batch axis first; one that is not batched is broadcast to `size`.
pub fn at_front(cx: &dyn Bind, x: &Batched, size: usize) -> Result<Value> {
    match x.1 {
        Some(b) => moveaxis(cx, &x.0, b, 0),
        None => ops::broadcast(cx, &x.0, &[size]),
    }
}

/// A scalar zero of this dtype.
pub fn zero(dtype: DType) -> Value {
    ops::scalar(dtype, 0.0)
}

/// The aval of an operand during transposition.
pub fn operand_aval(x: &Operand) -> &ShapedArray {
    match x {
        Operand::Known(v) => v.aval(),
        Operand::Linear(a) => a,
    }
}

/// Zeros where a cotangent is symbolically zero.
pub fn instantiate(cx: &dyn Bind, ct: &Tangent, aval: &ShapedArray) -> Result<Value> {
    match ct {
        Some(v) => Ok(v.clone()),
        None => ops::zeros(cx, aval),
    }
}

/// Transposition of a primitive with one linear operand, from the rule of its cotangent.
pub fn transpose_unary(
    cts: &[Tangent],
    xs: &[Operand],
    rule: impl FnOnce(&Value, &ShapedArray) -> Result<Value>,
) -> Result<Vec<Tangent>> {
    let mut out = vec![None; xs.len()];
    if let (Some(ct), Operand::Linear(aval)) = (&cts[0], &xs[0]) {
        out[0] = Some(rule(ct, aval)?);
    }
    Ok(out)
}

/// The batch axis of an operand that the engine knows to be batched.
pub fn axis_of(x: &Batched) -> Result<usize> {
    x.1.ok_or_else(|| Error::internal("a batching rule met an operand without a batch axis"))
}

/// The forward derivative of a primitive of two operands that is linear in each.
pub fn bilinear_jvp(
    cx: &dyn Bind,
    prim: Prim,
    p: &Params,
    xs: &[Value],
    ts: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let out = cx.bind(prim, p.clone(), xs)?;
    let left = ts[0].as_ref().map(|t| cx.bind1(prim, p.clone(), &[t.clone(), xs[1].clone()])).transpose()?;
    let right = ts[1].as_ref().map(|t| cx.bind1(prim, p.clone(), &[xs[0].clone(), t.clone()])).transpose()?;
    let tangent = match (left, right) {
        (Some(a), Some(b)) => Some(ops::add_any(cx, &a, &b)?),
        (a, b) => a.or(b),
    };
    Ok((out, vec![tangent]))
}
