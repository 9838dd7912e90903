//! Collectives over named `vmap` axes, and callbacks under `vmap`.

use super::Batched;
use crate::cx::Cx;
use crate::interp::{Axis, to_front};
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::{Bind, DType, Error, ErrorClass, Outs, Params, Prim, Result, ShapedArray, Value, ops};
use std::rc::Rc;

/// JAX's error for an axis nobody named.
pub fn unbound(prim: Prim, name: &Rc<str>) -> Error {
    let _ = prim;
    Error::new(ErrorClass::NameError, format!("unbound axis name: {name}")).with_help(
        "the name is given by vmap(..., axis_name=...); collectives work only inside a function mapped with that name",
    )
}

/// As the operands; `axis_index` is an int32.
pub fn typing(prim: Prim, avals: &[&ShapedArray]) -> Result<Vec<ShapedArray>> {
    Ok(match prim {
        Prim::AxisIndex => vec![ShapedArray::scalar(DType::I32, false)],
        Prim::AllGather => return Err(Error::internal("all_gather is resolved where its axis is mapped")),
        _ => avals.iter().map(|a| (*a).clone()).collect(),
    })
}

/// `psum` is linear; the others pick one element and are differentiated where their axis is mapped.
pub fn jvp(
    cx: &Cx,
    prim: Prim,
    params: &Params,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let outs = cx.bind(prim, params.clone(), primals)?;
    if prim != Prim::Psum && prim != Prim::AllGather {
        return Ok((outs, vec![None; primals.len()]));
    }
    let mut out_tangents = vec![];
    for t in tangents {
        out_tangents.push(match t {
            Some(t) => Some(cx.bind1(prim, params.clone(), std::slice::from_ref(t))?),
            None => None,
        });
    }
    Ok((outs, out_tangents))
}

/// The transpose of a sum over an axis is the sum of the cotangents over it.
pub fn transpose(cx: &Cx, prim: Prim, params: &Params, cts: &[Tangent], _: &[Operand]) -> Result<Vec<Tangent>> {
    cts.iter()
        .map(|ct| match ct {
            Some(ct) => cx.bind1(prim, params.clone(), std::slice::from_ref(ct)).map(Some),
            None => Ok(None),
        })
        .collect()
}

/// An axis mapped further out: the operands stay batched where they are.
pub fn pass_through(cx: &Cx, prim: Prim, params: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    let values: Vec<Value> = xs.iter().map(|x| x.0.clone()).collect();
    let outs = cx.bind(prim, params.clone(), &values)?;
    Ok(outs.into_iter().zip(xs).map(|(o, x)| (o, x.1)).collect())
}

/// The collective itself, over the batch axis.
pub fn over_batch(cx: &Cx, size: usize, prim: Prim, xs: &[Batched]) -> Result<Vec<Batched>> {
    if prim == Prim::AxisIndex {
        let params = Params::Iota { dtype: DType::I32, shape: [size].as_slice().into(), dimension: 0 };
        return Ok(vec![(cx.bind1(Prim::Iota, params, &[])?, Some(0))]);
    }
    xs.iter()
        .map(|(v, d)| {
            let out = match (prim, d) {
                (Prim::Psum, Some(d)) => ops::reduce_sum(cx, v, &[*d])?,
                (Prim::Psum, None) => ops::mul(cx, v, &ops::scalar_like(v, size as f64))?,
                (Prim::Pmax, Some(d)) => ops::reduce_max(cx, v, &[*d])?,
                (Prim::Pmin, Some(d)) => ops::reduce_min(cx, v, &[*d])?,
                (Prim::AllGather, d) => to_front(cx, v, *d, size)?,
                (_, None) => v.clone(),
                _ => return Err(Error::internal(format!("{} over a mapped axis", prim.name()))),
            };
            Ok((out, None))
        })
        .collect()
}

/// A callback under `vmap` is called once per element, in order.
pub fn batched_callback(cx: &Cx, axis: &Axis, prim: Prim, params: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    let mut results: Vec<Vec<Value>> = vec![];
    for i in 0..axis.size {
        let args = xs
            .iter()
            .map(|(v, d)| match d {
                Some(d) => {
                    let front = ops::move_axis(cx, v, *d, 0)?;
                    let mut limit = front.shape().to_vec();
                    let mut start = vec![0; limit.len()];
                    (start[0], limit[0]) = (i, i + 1);
                    let row = ops::slice(cx, &front, &start, &limit, None)?;
                    ops::squeeze(cx, &row, &[0])
                }
                None => Ok(v.clone()),
            })
            .collect::<Result<Vec<_>>>()?;
        results.push(cx.bind(prim, params.clone(), &args)?.into_vec());
    }
    let n = results.first().map_or(0, Vec::len);
    (0..n)
        .map(|k| {
            let rows = results.iter().map(|r| to_front(cx, &r[k], None, 1)).collect::<Result<Vec<_>>>()?;
            Ok((ops::concatenate(cx, &rows, 0)?, Some(0)))
        })
        .collect()
}
