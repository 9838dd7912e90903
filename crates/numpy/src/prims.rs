//! One short name for each primitive, and the few `lax` helpers every family uses.

use crate::Cx;
use gradlens_ir::params::{Bits, DotDims, GatherDims, IndexMode, Rounding, ScatterDims};
use gradlens_ir::{Array, Bind, DType, Params, Prim, Result, Shape, Value};

/// A row of unary elementwise primitives without parameters.
macro_rules! unary { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &Cx, x: &Value) -> Result<Value> { cx.bind1(Prim::$p, Params::None, std::slice::from_ref(x)) }
)* } }
macro_rules! binary { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &Cx, x: &Value, y: &Value) -> Result<Value> { cx.bind1(Prim::$p, Params::None, &[x.clone(), y.clone()]) }
)* } }
macro_rules! reduction { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "` over `axes`.")]
    pub fn $f(cx: &Cx, x: &Value, axes: &[usize]) -> Result<Value> {
        cx.bind1(Prim::$p, Params::Reduce { axes: axes.to_vec() }, std::slice::from_ref(x))
    }
)* } }
macro_rules! cumulative { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &Cx, x: &Value, axis: usize, reverse: bool) -> Result<Value> {
        cx.bind1(Prim::$p, Params::Cumulative { axis, reverse }, std::slice::from_ref(x))
    }
)* } }

unary!(
    neg Neg, exp Exp, exp2 Exp2, log Log, log1p Log1p, expm1 Expm1, sin Sin, cos Cos, tan Tan, asin Asin, acos Acos, atan Atan,
    sinh Sinh, cosh Cosh, tanh Tanh, asinh Asinh, acosh Acosh, atanh Atanh, sqrt Sqrt, rsqrt Rsqrt, cbrt Cbrt,
    logistic Logistic, erf Erf, erfc Erfc, erf_inv ErfInv, lgamma Lgamma, digamma Digamma, bessel_i0e BesselI0e,
    bessel_i1e BesselI1e, abs Abs, sign Sign, floor Floor, ceil Ceil, is_finite IsFinite, square Square, not Not,
    population_count PopulationCount, clz Clz, real Real, imag Imag, conj_p Conj,
);
binary!(
    add Add, sub Sub, mul Mul, div Div, rem Rem, pow Pow, max Max, min Min, atan2 Atan2, nextafter Nextafter, eq Eq, ne Ne, lt Lt,
    le Le, gt Gt, ge Ge, and And, or Or, xor Xor, shift_left ShiftLeft, shift_right_logical ShiftRightLogical,
    shift_right_arithmetic ShiftRightArithmetic, complex Complex, igamma Igamma, igammac Igammac, polygamma Polygamma, zeta Zeta,
    random_gamma_grad RandomGammaGrad, igamma_grad_a IgammaGradA,
);
reduction!(
    reduce_sum ReduceSum, reduce_prod ReduceProd, reduce_max ReduceMax, reduce_min ReduceMin, reduce_and ReduceAnd,
    reduce_or ReduceOr, reduce_xor ReduceXor,
);
cumulative!(cumsum Cumsum, cumprod Cumprod, cummax Cummax, cummin Cummin, cumlogsumexp Cumlogsumexp);

/// A strongly typed scalar of `x`'s dtype.
pub fn like(x: &Value, v: f64) -> Value {
    scalar(x.dtype(), v)
}
/// A strongly typed scalar.
pub fn scalar(dtype: DType, v: f64) -> Value {
    Value::Array(Array::full(&[], dtype, v))
}
/// A weakly typed scalar, as a Python number is.
pub fn weak_scalar(dtype: DType, v: f64) -> Value {
    Value::Array(Array::full(&[], dtype, v).with_weak(true))
}
/// An int32 scalar.
pub fn int(v: i64) -> Value {
    Value::Array(Array::int_scalar(DType::I32, v))
}
/// `lax.full`.
pub fn full(cx: &Cx, shape: &[usize], dtype: DType, v: f64) -> Result<Value> {
    broadcast_in_dim(cx, &scalar(dtype, v), shape, &[])
}
/// `lax.full_like`: weakly typed where `x` is.
pub fn full_like(cx: &Cx, x: &Value, v: f64) -> Result<Value> {
    let c = Array::full(&[], x.dtype(), v).with_weak(x.aval().weak_type);
    broadcast_in_dim(cx, &Value::Array(c), x.shape(), &[])
}
/// `lax.conj`; real values stay as they are.
pub fn conj(cx: &Cx, x: &Value) -> Result<Value> {
    if x.dtype().is_complex() { conj_p(cx, x) } else { Ok(x.clone()) }
}
/// `lax.broadcast_in_dim`; nothing when the shape stays.
pub fn broadcast_in_dim(cx: &Cx, x: &Value, shape: &[usize], dims: &[usize]) -> Result<Value> {
    if x.shape().as_slice() == shape {
        return Ok(x.clone());
    }
    let params = Params::BroadcastInDim { shape: Shape::from_slice(shape), broadcast_dimensions: dims.to_vec() };
    cx.bind1(Prim::BroadcastInDim, params, std::slice::from_ref(x))
}
/// NumPy's broadcasting to `shape`: new axes on the left.
pub fn broadcast_to(cx: &Cx, x: &Value, shape: &[usize]) -> Result<Value> {
    let lead = shape.len() - x.ndim();
    broadcast_in_dim(cx, x, shape, &(lead..shape.len()).collect::<Vec<_>>())
}
/// `lax.expand_dims` at these axes of the result.
pub fn expand_dims(cx: &Cx, x: &Value, axes: &[usize]) -> Result<Value> {
    let rank = x.ndim() + axes.len();
    let dims: Vec<usize> = (0..rank).filter(|i| !axes.contains(i)).collect();
    let mut shape = vec![1; rank];
    for (&d, &n) in dims.iter().zip(x.shape()) {
        shape[d] = n;
    }
    broadcast_in_dim(cx, x, &shape, &dims)
}
/// `lax.reshape`; nothing when the shape stays.
pub fn reshape(cx: &Cx, x: &Value, sizes: &[usize]) -> Result<Value> {
    if x.shape().as_slice() == sizes {
        return Ok(x.clone());
    }
    cx.bind1(
        Prim::Reshape,
        Params::Reshape { new_sizes: Shape::from_slice(sizes), dimensions: None },
        std::slice::from_ref(x),
    )
}
/// `lax.transpose`; nothing when it is the identity.
pub fn transpose(cx: &Cx, x: &Value, permutation: &[usize]) -> Result<Value> {
    if permutation.iter().enumerate().all(|(i, &p)| i == p) {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Transpose, Params::Transpose { permutation: permutation.to_vec() }, std::slice::from_ref(x))
}
/// `lax.squeeze`; nothing for no axes.
pub fn squeeze(cx: &Cx, x: &Value, dimensions: &[usize]) -> Result<Value> {
    if dimensions.is_empty() {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Squeeze, Params::Squeeze { dimensions: dimensions.to_vec() }, std::slice::from_ref(x))
}
/// `lax.rev`; nothing for no axes.
pub fn rev(cx: &Cx, x: &Value, dimensions: &[usize]) -> Result<Value> {
    if dimensions.is_empty() {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Rev, Params::Rev { dimensions: dimensions.to_vec() }, std::slice::from_ref(x))
}
/// `lax.slice`.
pub fn slice(cx: &Cx, x: &Value, start: &[usize], limit: &[usize], strides: Option<&[usize]>) -> Result<Value> {
    let params = Params::Slice {
        start_indices: start.to_vec(),
        limit_indices: limit.to_vec(),
        strides: strides.map(<[usize]>::to_vec),
    };
    cx.bind1(Prim::Slice, params, std::slice::from_ref(x))
}
/// `lax.slice_in_dim`; nothing when the whole axis stays.
pub fn slice_in_dim(cx: &Cx, x: &Value, start: usize, limit: usize, stride: usize, axis: usize) -> Result<Value> {
    let mut starts = vec![0; x.ndim()];
    let mut limits = x.shape().to_vec();
    let mut strides = vec![1; x.ndim()];
    (starts[axis], limits[axis], strides[axis]) = (start, limit, stride);
    slice(cx, x, &starts, &limits, Some(&strides))
}
/// `x[lo:hi]` along an axis, as indexing writes it.
pub fn cut(cx: &Cx, x: &Value, lo: usize, hi: usize, axis: usize) -> Result<Value> {
    let mut starts = vec![0; x.ndim()];
    let mut limits = x.shape().to_vec();
    (starts[axis], limits[axis]) = (lo, hi);
    slice(cx, x, &starts, &limits, None)
}
/// `lax.index_in_dim` without the axis.
pub fn index_in_dim(cx: &Cx, x: &Value, index: usize, axis: usize) -> Result<Value> {
    let s = slice_in_dim(cx, x, index, index + 1, 1, axis)?;
    squeeze(cx, &s, &[axis])
}
/// `lax.concatenate`; nothing for one operand.
pub fn concatenate(cx: &Cx, xs: &[Value], dimension: usize) -> Result<Value> {
    if let [x] = xs {
        return Ok(x.clone());
    }
    cx.bind1(Prim::Concatenate, Params::Concatenate { dimension }, xs)
}
/// `lax.pad`.
pub fn pad(cx: &Cx, x: &Value, value: &Value, config: &[(i64, i64, i64)]) -> Result<Value> {
    cx.bind1(Prim::Pad, Params::Pad { padding_config: config.to_vec() }, &[x.clone(), value.clone()])
}
/// `lax.broadcasted_iota`.
pub fn iota(cx: &Cx, dtype: DType, shape: &[usize], dimension: usize) -> Result<Value> {
    cx.bind1(Prim::Iota, Params::Iota { dtype, shape: Shape::from_slice(shape), dimension }, &[])
}
/// `lax.convert_element_type` to this dtype and weak flag; nothing when both stay.
pub fn convert(cx: &Cx, x: &Value, new_dtype: DType, weak_type: bool) -> Result<Value> {
    if x.dtype() == new_dtype && x.aval().weak_type == weak_type {
        return Ok(x.clone());
    }
    // A concrete scalar is a constant: converting it is no equation.
    if let Value::Array(a) = x
        && a.dtype() == new_dtype
    {
        return Ok(Value::Array(a.with_weak(weak_type)));
    }
    cx.bind1(Prim::ConvertElementType, Params::ConvertElementType { new_dtype, weak_type }, std::slice::from_ref(x))
}
/// `x.astype(dtype)`, strongly typed; complex to real drops the imaginary part, to bool compares with zero.
pub fn astype(cx: &Cx, x: &Value, dtype: DType) -> Result<Value> {
    if x.dtype().is_complex() && dtype.is_floating() {
        let r = real(cx, x)?;
        return convert(cx, &r, dtype, false);
    }
    convert(cx, x, dtype, false)
}
/// `lax.bitcast_convert_type`.
pub fn bitcast(cx: &Cx, x: &Value, new_dtype: DType) -> Result<Value> {
    if x.dtype() == new_dtype {
        return Ok(x.clone());
    }
    cx.bind1(Prim::BitcastConvertType, Params::BitcastConvertType { new_dtype }, std::slice::from_ref(x))
}
/// `lax.select(pred, on_true, on_false)`.
pub fn select(cx: &Cx, pred: &Value, on_true: &Value, on_false: &Value) -> Result<Value> {
    cx.bind1(Prim::SelectN, Params::None, &[pred.clone(), on_false.clone(), on_true.clone()])
}
/// `lax.integer_pow`.
pub fn integer_pow(cx: &Cx, x: &Value, y: i32) -> Result<Value> {
    cx.bind1(Prim::IntegerPow, Params::IntegerPow { y }, std::slice::from_ref(x))
}
/// `lax.round`.
pub fn round(cx: &Cx, x: &Value, rounding_method: Rounding) -> Result<Value> {
    cx.bind1(Prim::Round, Params::Round { rounding_method }, std::slice::from_ref(x))
}
/// `lax.clamp(lo, x, hi)`.
pub fn clamp(cx: &Cx, lo: &Value, x: &Value, hi: &Value) -> Result<Value> {
    cx.bind1(Prim::Clamp, Params::None, &[lo.clone(), x.clone(), hi.clone()])
}
/// `lax.regularized_incomplete_beta`.
pub fn betainc(cx: &Cx, a: &Value, b: &Value, x: &Value) -> Result<Value> {
    cx.bind1(Prim::RegularizedIncompleteBeta, Params::None, &[a.clone(), b.clone(), x.clone()])
}
/// `lax.dot_general`.
pub fn dot_general(cx: &Cx, x: &Value, y: &Value, dims: DotDims, preferred: Option<DType>) -> Result<Value> {
    cx.bind1(Prim::DotGeneral, Params::DotGeneral { dims, preferred_element_type: preferred }, &[x.clone(), y.clone()])
}
/// `lax.argmax`.
pub fn argmax(cx: &Cx, x: &Value, axis: usize, index_dtype: DType) -> Result<Value> {
    cx.bind1(Prim::Argmax, Params::ArgReduce { axis, index_dtype }, std::slice::from_ref(x))
}
/// `lax.argmin`.
pub fn argmin(cx: &Cx, x: &Value, axis: usize, index_dtype: DType) -> Result<Value> {
    cx.bind1(Prim::Argmin, Params::ArgReduce { axis, index_dtype }, std::slice::from_ref(x))
}
/// `lax.sort` of several operands by the first `num_keys`.
pub fn sort(cx: &Cx, xs: &[Value], dimension: usize, num_keys: usize) -> Result<Vec<Value>> {
    Ok(cx.bind(Prim::Sort, Params::Sort { dimension, is_stable: true, num_keys }, xs)?.into_vec())
}
/// `lax.dynamic_slice`: one scalar index per axis.
pub fn dynamic_slice(cx: &Cx, x: &Value, starts: &[Value], slice_sizes: &[usize]) -> Result<Value> {
    let mut args = vec![x.clone()];
    args.extend_from_slice(starts);
    cx.bind1(Prim::DynamicSlice, Params::DynamicSlice { slice_sizes: slice_sizes.to_vec() }, &args)
}
/// `lax.dynamic_update_slice`.
pub fn dynamic_update_slice(cx: &Cx, x: &Value, update: &Value, starts: &[Value]) -> Result<Value> {
    let mut args = vec![x.clone(), update.clone()];
    args.extend_from_slice(starts);
    cx.bind1(Prim::DynamicUpdateSlice, Params::None, &args)
}
/// The flags of a gather or scatter.
#[derive(Clone, Copy, Debug)]
pub struct IndexFlags {
    /// What happens out of range.
    pub mode: IndexMode,
    /// No index occurs twice.
    pub unique: bool,
    /// Indices ascend.
    pub sorted: bool,
}
/// `lax.gather`.
pub fn gather(
    cx: &Cx,
    x: &Value,
    indices: &Value,
    dims: GatherDims,
    slice_sizes: Vec<usize>,
    flags: IndexFlags,
    fill_value: Option<f64>,
) -> Result<Value> {
    let params = Params::Gather {
        dims,
        slice_sizes,
        mode: flags.mode,
        fill_value: fill_value.map(Bits),
        unique_indices: flags.unique,
        indices_are_sorted: flags.sorted,
    };
    cx.bind1(Prim::Gather, params, &[x.clone(), indices.clone()])
}
/// `lax.scatter` and its combining kin.
pub fn scatter(
    cx: &Cx,
    prim: Prim,
    x: &Value,
    indices: &Value,
    updates: &Value,
    dims: ScatterDims,
    flags: IndexFlags,
) -> Result<Value> {
    let params =
        Params::Scatter { dims, mode: flags.mode, unique_indices: flags.unique, indices_are_sorted: flags.sorted };
    cx.bind1(prim, params, &[x.clone(), indices.clone(), updates.clone()])
}
