//! Short names of elementwise primitives.

use crate::dtype::DType;
use crate::error::Result;
use crate::params::Params;
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

unary!(neg Neg, not Not, log1p Log1p, exp Exp, abs Abs);
binary!(add Add, mul Mul, add_any AddAny, sub Sub, div Div, eq Eq, ne Ne, or Or, max Max, min Min);

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
