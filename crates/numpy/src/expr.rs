//! Formulas: a value with the operators of `jnp` arrays, so that library code reads like mathematics. Errors travel inside.

use crate::prelude::*;
use crate::{reductions as red, ufuncs as u};
use std::ops;

/// A value in a formula, or the first error of it.
#[derive(Clone)]
pub struct X<'a> {
    cx: &'a Cx,
    value: Result<Value>,
}

/// Starts a formula.
pub fn ex<'a>(cx: &'a Cx, v: &Value) -> X<'a> {
    X { cx, value: Ok(v.clone()) }
}

/// What stands beside an operator: another formula or a Python number.
pub enum Side {
    /// An array.
    Array(Result<Value>),
    /// A number, weakly typed.
    Number(f64),
}
impl From<X<'_>> for Side {
    fn from(x: X<'_>) -> Side {
        Side::Array(x.value)
    }
}
impl From<&X<'_>> for Side {
    fn from(x: &X<'_>) -> Side {
        Side::Array(x.value.clone())
    }
}
impl From<f64> for Side {
    fn from(x: f64) -> Side {
        Side::Number(x)
    }
}
impl From<&Value> for Side {
    fn from(x: &Value) -> Side {
        Side::Array(Ok(x.clone()))
    }
}
impl Side {
    fn arg(self, beside: &Value) -> Result<Arg> {
        match self {
            Side::Array(v) => Ok(v?.into()),
            Side::Number(x) if beside.dtype().is_integer() && x.fract() == 0.0 => Ok(Arg::Int(x as i64)),
            Side::Number(x) => Ok(Arg::Float(x)),
        }
    }
}

impl<'a> X<'a> {
    /// The engine it runs in.
    pub fn context(&self) -> &'a Cx {
        self.cx
    }
    /// The result of the formula.
    pub fn get(self) -> Result<Value> {
        self.value
    }
    /// The result as an argument.
    pub fn arg(self) -> Result<Arg> {
        Ok(self.value?.into())
    }
    /// Any function of the value.
    pub fn map(&self, f: impl FnOnce(&Cx, &Value) -> Result<Value>) -> X<'a> {
        X { cx: self.cx, value: self.value.clone().and_then(|v| f(self.cx, &v)) }
    }
    fn with(&self, other: impl Into<Side>, f: impl FnOnce(&Cx, Arg, Arg) -> Result<Value>) -> X<'a> {
        let value = self.value.clone().and_then(|v| {
            let o = other.into().arg(&v)?;
            f(self.cx, v.into(), o)
        });
        X { cx: self.cx, value }
    }
    /// `number op self`.
    fn flipped(&self, number: f64, f: impl FnOnce(&Cx, Arg, Arg) -> Result<Value>) -> X<'a> {
        self.with(number, |cx, a, b| f(cx, b, a))
    }
    /// `number - self`.
    pub fn rsub(&self, number: f64) -> X<'a> {
        self.flipped(number, u::subtract)
    }
    /// `number / self`.
    pub fn rdiv(&self, number: f64) -> X<'a> {
        self.flipped(number, u::true_divide)
    }
    /// `jnp.maximum`.
    pub fn max(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::maximum)
    }
    /// `jnp.minimum`.
    pub fn min(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::minimum)
    }
    /// `self > o`.
    pub fn gt(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::greater)
    }
    /// `self >= o`.
    pub fn ge(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::greater_equal)
    }
    /// `self < o`.
    pub fn lt(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::less)
    }
    /// `self <= o`.
    pub fn le(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::less_equal)
    }
    /// `self == o`.
    pub fn eq(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::equal)
    }
    /// `self != o`.
    pub fn ne(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::not_equal)
    }
    /// `self & o`.
    pub fn and(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::bitwise_and)
    }
    /// `self | o`.
    pub fn or(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::bitwise_or)
    }
    /// `self % o`.
    pub fn modulo(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, u::remainder)
    }
    /// `self ** n` for an integer.
    pub fn powi(&self, n: i32) -> X<'a> {
        self.map(|cx, v| p::integer_pow(cx, v, n))
    }
    /// `self ** y`.
    pub fn pow(&self, o: impl Into<Side>) -> X<'a> {
        self.with(o, |cx, a, b| u::power(cx, &a, &b))
    }
    /// `jnp.where(self, a, b)`.
    pub fn choose(&self, a: impl Into<Side>, b: impl Into<Side>) -> X<'a> {
        let scalar = |s: Side| match s {
            Side::Array(v) => v,
            Side::Number(x) => cv::value(self.cx, "where", &Arg::Float(x)),
        };
        let (a, b) = (a.into(), b.into());
        let value = self.value.clone().and_then(|c| u::where_(self.cx, &c, &scalar(a)?, &scalar(b)?));
        X { cx: self.cx, value }
    }
    /// `lax.select(self, a, b)`.
    pub fn select(&self, a: &X<'a>, b: &X<'a>) -> X<'a> {
        let value = self.value.clone().and_then(|c| p::select(self.cx, &c, &a.clone().get()?, &b.clone().get()?));
        X { cx: self.cx, value }
    }
    /// `jnp.full_like(self, v)`.
    pub fn full_like(&self, v: f64) -> X<'a> {
        self.map(|cx, x| p::full_like(cx, x, v))
    }
    /// A strongly typed constant of this dtype.
    pub fn constant(&self, v: f64) -> X<'a> {
        self.map(|_, x| Ok(p::like(x, v)))
    }
    /// `self.sum(axes)`.
    pub fn sum(&self, axes: &[usize]) -> X<'a> {
        self.map(|cx, x| red::sum(cx, x, &red::Options::along(axes)))
    }
    /// `self.sum(axes, keepdims=True)`.
    pub fn sum_keep(&self, axes: &[usize]) -> X<'a> {
        self.map(|cx, x| red::sum(cx, x, &red::Options::keep(axes)))
    }
    /// `jnp.expand_dims`.
    pub fn expand(&self, axes: &[usize]) -> X<'a> {
        self.map(|cx, x| p::expand_dims(cx, x, axes))
    }
    /// `self.reshape`.
    pub fn reshape(&self, shape: &[usize]) -> X<'a> {
        self.map(|cx, x| p::reshape(cx, x, shape))
    }
    /// `self.astype`.
    pub fn astype(&self, d: DType) -> X<'a> {
        self.map(|cx, x| p::astype(cx, x, d))
    }
    /// `self[..., i]`.
    pub fn last(&self, i: usize) -> X<'a> {
        self.map(|cx, x| p::index_in_dim(cx, x, i, x.ndim().saturating_sub(1)))
    }
    /// `jnp.polyval(coefficients, self)` unrolled, highest power first.
    pub fn poly(&self, coefficients: &[f64]) -> X<'a> {
        let mut acc = self.full_like(coefficients.first().copied().unwrap_or(0.0));
        for &c in coefficients.iter().skip(1) {
            acc = &acc * self + c;
        }
        acc
    }
}

macro_rules! methods { ($($name:ident $f:path, $doc:literal;)*) => {
    impl<'a> X<'a> { $(#[doc = $doc] pub fn $name(&self) -> X<'a> { self.map(|cx, v| $f(cx, v)) })* }
} }
methods! {
    exp p::exp, "`jnp.exp`.";
    log p::log, "`jnp.log`.";
    log1p p::log1p, "`jnp.log1p`.";
    expm1 p::expm1, "`jnp.expm1`.";
    sqrt p::sqrt, "`jnp.sqrt`.";
    rsqrt p::rsqrt, "`lax.rsqrt`.";
    square p::square, "`jnp.square`.";
    abs p::abs, "`jnp.abs`.";
    floor p::floor, "`jnp.floor`.";
    sign p::sign, "`jnp.sign`.";
    sin p::sin, "`jnp.sin`.";
    cos p::cos, "`jnp.cos`.";
    tan p::tan, "`jnp.tan`.";
    tanh p::tanh, "`jnp.tanh`.";
    erf p::erf, "`lax.erf`.";
    erfc p::erfc, "`lax.erfc`.";
    erf_inv p::erf_inv, "`lax.erf_inv`.";
    logistic p::logistic, "`lax.logistic`.";
    lgamma p::lgamma, "`lax.lgamma`.";
    digamma p::digamma, "`lax.digamma`.";
    not p::not, "`~self`.";
    is_finite p::is_finite, "`lax.is_finite`.";
    stop crate::lax::stop_gradient, "`lax.stop_gradient`.";
}
impl<'a> X<'a> {
    /// `jnp.isnan`.
    pub fn is_nan(&self) -> X<'a> {
        self.map(|cx, v| p::ne(cx, v, v))
    }
}

macro_rules! operator { ($($trait:ident $method:ident $f:ident;)*) => { $(
    impl<'a, S: Into<Side>> ops::$trait<S> for &X<'a> {
        type Output = X<'a>;
        fn $method(self, o: S) -> X<'a> { self.with(o, |cx, a, b| u::$f(cx, a, b)) }
    }
    impl<'a, S: Into<Side>> ops::$trait<S> for X<'a> {
        type Output = X<'a>;
        fn $method(self, o: S) -> X<'a> { self.with(o, |cx, a, b| u::$f(cx, a, b)) }
    }
    impl<'a> ops::$trait<&X<'a>> for f64 {
        type Output = X<'a>;
        fn $method(self, o: &X<'a>) -> X<'a> { o.flipped(self, |cx, a, b| u::$f(cx, a, b)) }
    }
    impl<'a> ops::$trait<X<'a>> for f64 {
        type Output = X<'a>;
        fn $method(self, o: X<'a>) -> X<'a> { o.flipped(self, |cx, a, b| u::$f(cx, a, b)) }
    }
)* } }
operator! { Add add add; Sub sub subtract; Mul mul multiply; Div div true_divide; }

impl<'a> ops::Neg for &X<'a> {
    type Output = X<'a>;
    fn neg(self) -> X<'a> {
        self.map(p::neg)
    }
}
impl<'a> ops::Neg for X<'a> {
    type Output = X<'a>;
    fn neg(self) -> X<'a> {
        self.map(p::neg)
    }
}
