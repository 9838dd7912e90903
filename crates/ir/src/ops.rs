//! Short names for applying primitives, for rules and library code. Each returns what `lax` of the same name does, and
//! skips what changes nothing (a reduction over no axes, a reshape to the same shape), as `lax` does.

use crate::array::Array;
use crate::aval::{Shape, ShapedArray};
use crate::dtype::DType;
use crate::error::Result;
use crate::params::{DotDims, Params};
use crate::prim::Prim;
use crate::value::{Bind, Value};

macro_rules! unary { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &dyn Bind, x: &Value) -> Result<Value> { cx.bind1(Prim::$p, Params::None, &[x.clone()]) }
)* } }
macro_rules! binary { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &dyn Bind, x: &Value, y: &Value) -> Result<Value> { cx.bind1(Prim::$p, Params::None, &[x.clone(), y.clone()]) }
)* } }

unary!(neg Neg);
binary!(add Add, mul Mul, add_any AddAny);

/// A strongly typed scalar of `x`'s dtype.
pub fn scalar_like(x: &Value, v: f64) -> Value {
    Value::Array(Array::full(&[], x.dtype(), v))
}

/// A scalar of this dtype.
pub fn scalar(dtype: DType, v: f64) -> Value {
    Value::Array(Array::full(&[], dtype, v))
}

/// Zeros of this aval (a broadcast scalar where the aval has axes).
pub fn zeros(cx: &dyn Bind, aval: &ShapedArray) -> Result<Value> {
    full(cx, &aval.shape, aval.dtype, 0.0)
}

/// An array filled with `v`: a scalar literal, broadcast.
pub fn full(cx: &dyn Bind, shape: &[usize], dtype: DType, v: f64) -> Result<Value> {
    broadcast_in_dim(cx, &scalar(dtype, v), shape, &[])
}

/// `lax.broadcast_in_dim`.
pub fn broadcast_in_dim(cx: &dyn Bind, x: &Value, shape: &[usize], dims: &[usize]) -> Result<Value> {
    if x.shape().as_slice() == shape {
        return Ok(x.clone());
    }
    cx.bind1(Prim::BroadcastInDim, Params::BroadcastInDim { shape: Shape::from_slice(shape), broadcast_dimensions: dims.to_vec() }, &[x.clone()])
}

/// Broadcasts a scalar or size-1 axes to the shape of `aval`.
pub fn broadcast_like(cx: &dyn Bind, x: &Value, aval: &ShapedArray) -> Result<Value> {
    if x.ndim() == 0 {
        return broadcast_in_dim(cx, x, &aval.shape, &[]);
    }
    broadcast_in_dim(cx, x, &aval.shape, &(0..x.ndim()).collect::<Vec<_>>())
}

/// `lax.reshape`.
pub fn reshape(cx: &dyn Bind, x: &Value, sizes: &[usize]) -> Result<Value> {
    if x.shape().as_slice() == sizes {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Reshape, Params::Reshape { new_sizes: Shape::from_slice(sizes) }, &[x.clone()])
}

/// `lax.transpose`.
pub fn transpose(cx: &dyn Bind, x: &Value, permutation: &[usize]) -> Result<Value> {
    if permutation.iter().enumerate().all(|(i, &p)| i == p) {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Transpose, Params::Transpose { permutation: permutation.to_vec() }, &[x.clone()])
}

/// `lax.squeeze`.
pub fn squeeze(cx: &dyn Bind, x: &Value, dimensions: &[usize]) -> Result<Value> {
    if dimensions.is_empty() {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Squeeze, Params::Squeeze { dimensions: dimensions.to_vec() }, &[x.clone()])
}

fn reduce(cx: &dyn Bind, prim: Prim, x: &Value, axes: &[usize]) -> Result<Value> {
    if axes.is_empty() {
        return Ok(x.clone());
    }
    cx.bind1(prim, Params::Reduce { axes: axes.to_vec() }, &[x.clone()])
}

/// `lax.reduce_sum`.
pub fn reduce_sum(cx: &dyn Bind, x: &Value, axes: &[usize]) -> Result<Value> {
    reduce(cx, Prim::ReduceSum, x, axes)
}

/// `lax.convert_element_type` with the weak flag of the result.
pub fn convert(cx: &dyn Bind, x: &Value, new_dtype: DType, weak_type: bool) -> Result<Value> {
    if x.dtype() == new_dtype && x.aval().weak_type == weak_type {
        return Ok(x.clone());
    }
    cx.bind1(Prim::ConvertElementType, Params::ConvertElementType { new_dtype, weak_type }, &[x.clone()])
}

/// `lax.select_n(which, cases...)`.
pub fn select_n(cx: &dyn Bind, which: &Value, cases: &[Value]) -> Result<Value> {
    let mut args = vec![which.clone()];
    args.extend_from_slice(cases);
    cx.bind1(Prim::SelectN, Params::None, &args)
}

/// `lax.select(pred, on_true, on_false)`.
pub fn select(cx: &dyn Bind, pred: &Value, on_true: &Value, on_false: &Value) -> Result<Value> {
    select_n(cx, pred, &[on_false.clone(), on_true.clone()])
}

/// `lax.integer_pow`.
pub fn integer_pow(cx: &dyn Bind, x: &Value, y: i32) -> Result<Value> {
    cx.bind1(Prim::IntegerPow, Params::IntegerPow { y }, &[x.clone()])
}

/// `lax.dot_general`.
pub fn dot_general(cx: &dyn Bind, x: &Value, y: &Value, dims: DotDims, preferred_element_type: Option<DType>) -> Result<Value> {
    cx.bind1(Prim::DotGeneral, Params::DotGeneral { dims, preferred_element_type }, &[x.clone(), y.clone()])
}
