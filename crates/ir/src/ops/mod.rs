//! Short names for applying primitives, for rules and library code. Each returns what `lax` of the same name does, and
//! skips what changes nothing where `lax` skips it.

mod elementwise;
mod indexing;
mod structural;

pub use elementwise::*;
pub use indexing::*;
pub use structural::*;

use crate::array::Array;
use crate::aval::ShapedArray;
use crate::dtype::DType;
use crate::error::Result;
use crate::value::{Bind, Value};

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

/// Broadcasts a scalar or size-1 axes to the shape of `aval` (nothing when it has it).
pub fn broadcast_like(cx: &dyn Bind, x: &Value, aval: &ShapedArray) -> Result<Value> {
    if x.shape() == &aval.shape {
        return Ok(x.clone());
    }
    if x.ndim() == 0 {
        return broadcast_in_dim(cx, x, &aval.shape, &[]);
    }
    broadcast_in_dim(cx, x, &aval.shape, &(0..x.ndim()).collect::<Vec<_>>())
}
