//! Short names of elementwise primitives.

use crate::dtype::DType;
use crate::error::Result;
use crate::params::{Params, Rounding};
use crate::prim::Prim;
use crate::value::{Bind, Value};
use std::slice::from_ref;

macro_rules! unary { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &dyn Bind, x: &Value) -> Result<Value> { cx.bind1(Prim::$p, Params::None, from_ref(x)) }
)* } }
macro_rules! binary { ($($f:ident $p:ident),* $(,)?) => { $(
    #[doc = concat!("`lax.", stringify!($f), "`.")]
    pub fn $f(cx: &dyn Bind, x: &Value, y: &Value) -> Result<Value> { cx.bind1(Prim::$p, Params::None, &[x.clone(), y.clone()]) }
)* } }

unary!(
    neg Neg, square Square, abs Abs, sign Sign, exp Exp, exp2 Exp2, expm1 Expm1, log Log, log1p Log1p, sqrt Sqrt,
    rsqrt Rsqrt, cbrt Cbrt, logistic Logistic, sin Sin, cos Cos, tan Tan, asin Asin, acos Acos, atan Atan, sinh Sinh,
    cosh Cosh, tanh Tanh, asinh Asinh, acosh Acosh, atanh Atanh, floor Floor, ceil Ceil, is_finite IsFinite, not Not,
    population_count PopulationCount, clz Clz, real Real, imag Imag, copy Copy, stop_gradient StopGradient, erf Erf,
    erfc Erfc, erf_inv ErfInv, lgamma Lgamma, digamma Digamma, bessel_i0e BesselI0e, bessel_i1e BesselI1e, conj Conj,
);
binary!(
    add Add, sub Sub, mul Mul, div Div, rem Rem, add_any AddAny, pow Pow, max Max, min Min, nextafter Nextafter,
    atan2 Atan2, eq Eq, ne Ne, lt Lt, le Le, gt Gt, ge Ge, and And, or Or, xor Xor, shift_left ShiftLeft,
    shift_right_logical ShiftRightLogical, shift_right_arithmetic ShiftRightArithmetic, complex Complex,
    polygamma Polygamma, zeta Zeta, igamma Igamma, igammac Igammac, igamma_grad_a IgammaGradA,
    random_gamma_grad RandomGammaGrad,
);

/// `lax.round`.
pub fn round(cx: &dyn Bind, x: &Value, rounding_method: Rounding) -> Result<Value> {
    cx.bind1(Prim::Round, Params::Round { rounding_method }, from_ref(x))
}

/// `lax.clamp`: operands in its order.
pub fn clamp(cx: &dyn Bind, lo: &Value, x: &Value, hi: &Value) -> Result<Value> {
    cx.bind1(Prim::Clamp, Params::None, &[lo.clone(), x.clone(), hi.clone()])
}

/// `lax.bitcast_convert_type`.
pub fn bitcast(cx: &dyn Bind, x: &Value, new_dtype: DType) -> Result<Value> {
    cx.bind1(Prim::BitcastConvertType, Params::BitcastConvertType { new_dtype }, from_ref(x))
}

/// `lax.convert_element_type` with the weak flag of the result.
pub fn convert(cx: &dyn Bind, x: &Value, new_dtype: DType, weak_type: bool) -> Result<Value> {
    if x.dtype() == new_dtype && x.aval().weak_type == weak_type {
        return Ok(x.clone());
    }
    // A constant scalar takes another weak flag without an equation, as JAX folds it.
    if let Value::Array(a) = x
        && a.dtype() == new_dtype
        && a.aval().ndim() == 0
    {
        return Ok(Value::Array(a.with_weak(weak_type)));
    }
    cx.bind1(Prim::ConvertElementType, Params::ConvertElementType { new_dtype, weak_type }, from_ref(x))
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
    cx.bind1(Prim::IntegerPow, Params::IntegerPow { y }, from_ref(x))
}
