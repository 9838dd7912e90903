//! Elementwise functions of `jax.numpy`: one line each where a primitive does it, a formula below where it takes several.

use crate::prelude::*;
use gradlens_ir::params::Rounding;

/// Functions of one argument: `name: promotion, doc, formula`. Each is a Rust function of a value and a line of the table.
macro_rules! unary {
    ($table:ident; $($name:ident($arg:literal): $how:ident, $doc:literal, |$cx:ident, $x:ident| $body:expr;)*) => {
        $(#[doc = concat!("`jnp.", stringify!($name), "`: ", $doc)]
        pub fn $name($cx: &Cx, x: impl Into<Arg>) -> Result<Value> {
            let v = promote($cx, stringify!($name), Promote::$how, &[&x.into()])?;
            let $x = &v[0];
            $body
        })*
        /// The table's lines.
        pub(crate) const $table: &[Entry] = &[
            $(entry(concat!("jax.numpy.", stringify!($name)), $arg, $doc, Sync(|cx, b| Ok($name(cx, &b[0])?.into()))),)*
        ];
    };
}

/// The same for two arguments.
macro_rules! binary {
    ($table:ident; $($name:ident($args:literal): $how:ident, $doc:literal, |$cx:ident, $x:ident, $y:ident| $body:expr;)*) => {
        $(#[doc = concat!("`jnp.", stringify!($name), "`: ", $doc)]
        pub fn $name($cx: &Cx, x: impl Into<Arg>, y: impl Into<Arg>) -> Result<Value> {
            let v = promote($cx, stringify!($name), Promote::$how, &[&x.into(), &y.into()])?;
            let ($x, $y) = (&v[0], &v[1]);
            $body
        })*
        /// The table's lines.
        pub(crate) const $table: &[Entry] = &[
            $(entry(concat!("jax.numpy.", stringify!($name)), $args, $doc, Sync(|cx, b| Ok($name(cx, &b[0], &b[1])?.into()))),)*
        ];
    };
}

unary! { UNARY;
    sin("x, /"): Inexact, "Sine.", |cx, x| p::sin(cx, x);
    cos("x, /"): Inexact, "Cosine.", |cx, x| p::cos(cx, x);
    tan("x, /"): Inexact, "Tangent.", |cx, x| p::tan(cx, x);
    arcsin("x, /"): Inexact, "Inverse sine.", |cx, x| p::asin(cx, x);
    arccos("x, /"): Inexact, "Inverse cosine.", |cx, x| p::acos(cx, x);
    arctan("x, /"): Inexact, "Inverse tangent.", |cx, x| p::atan(cx, x);
    sinh("x, /"): Inexact, "Hyperbolic sine.", |cx, x| p::sinh(cx, x);
    cosh("x, /"): Inexact, "Hyperbolic cosine.", |cx, x| p::cosh(cx, x);
    tanh("x, /"): Inexact, "Hyperbolic tangent.", |cx, x| p::tanh(cx, x);
    arcsinh("x, /"): Inexact, "Inverse hyperbolic sine.", |cx, x| p::asinh(cx, x);
    arccosh("x, /"): Plain, "Inverse hyperbolic cosine.", |cx, x| jit1(cx, "arccosh", std::slice::from_ref(x), |cx, v| {
        let x = inexact(cx, &v[0])?;
        p::acosh(cx, &x)
    });
    arctanh("x, /"): Inexact, "Inverse hyperbolic tangent.", |cx, x| p::atanh(cx, x);
    exp("x, /"): Inexact, "Exponential.", |cx, x| p::exp(cx, x);
    exp2("x, /"): Inexact, "Two to the power x.", |cx, x| p::exp2(cx, x);
    expm1("x, /"): Inexact, "exp(x) - 1, accurate near 0.", |cx, x| p::expm1(cx, x);
    log("x, /"): Inexact, "Natural logarithm.", |cx, x| p::log(cx, x);
    log1p("x, /"): Inexact, "log(1 + x), accurate near 0.", |cx, x| p::log1p(cx, x);
    log2("x, /"): Inexact, "Logarithm to base 2.", |cx, x| {
        let (l, two) = (p::log(cx, x)?, p::log(cx, &p::like(x, 2.0))?);
        p::div(cx, &l, &two)
    };
    log10("x, /"): Inexact, "Logarithm to base 10.", |cx, x| {
        let l = p::log(cx, x)?;
        p::mul(cx, &l, &p::like(x, std::f64::consts::LOG10_E))
    };
    sqrt("x, /"): Inexact, "Square root.", |cx, x| p::sqrt(cx, x);
    cbrt("x, /"): Inexact, "Cube root.", |cx, x| p::cbrt(cx, x);
    square("x, /"): Numeric, "x times x.", |cx, x| p::square(cx, x);
    reciprocal("x, /"): Inexact, "1 / x.", |cx, x| p::integer_pow(cx, x, -1);
    negative("x, /"): Plain, "-x.", |cx, x| p::neg(cx, x);
    positive("x, /"): Plain, "+x.", |_cx, x| Ok(x.clone());
    abs("x, /"): Plain, "Absolute value.", |cx, x| {
        if x.dtype() == DType::Bool || x.dtype().is_unsigned() { Ok(x.clone()) } else { p::abs(cx, x) }
    };
    fabs("x, /"): Inexact, "Absolute value, as a float.", |cx, x| p::abs(cx, x);
    sign("x, /"): Plain, "-1, 0 or 1 by the sign of x.", |cx, x| p::sign(cx, x);
    floor("x, /"): Plain, "Largest integer not above x.", |cx, x| stays_or(x, |x| p::floor(cx, x));
    ceil("x, /"): Plain, "Smallest integer not below x.", |cx, x| stays_or(x, |x| p::ceil(cx, x));
    trunc("x"): Plain, "x without its fraction, towards zero.", |cx, x| jit1(cx, "trunc", std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        stays_or(x, |x| {
            let neg = p::lt(cx, x, &p::like(x, 0.0))?;
            let (c, f) = (p::ceil(cx, x)?, p::floor(cx, x)?);
            where_(cx, &neg, &c, &f)
        })
    });
    rint("x, /"): Plain, "Nearest integer, ties to even.", |cx, x| jit1(cx, "rint", std::slice::from_ref(x), |cx, v| {
        let x = inexact(cx, &v[0])?;
        p::round(cx, &x, Rounding::ToNearestEven)
    });
    isfinite("x, /"): Plain, "Neither infinite nor NaN.", |cx, x| match x.dtype() {
        d if d.is_floating() => p::is_finite(cx, x),
        d if d.is_complex() => {
            let (re, im) = (p::real(cx, x)?, p::imag(cx, x)?);
            let (a, b) = (p::is_finite(cx, &re)?, p::is_finite(cx, &im)?);
            p::and(cx, &a, &b)
        }
        _ => p::full(cx, x.shape(), DType::Bool, 1.0),
    };
    isnan("x, /"): Plain, "Not a number.", |cx, x| p::ne(cx, x, x);
    isinf("x, /"): Plain, "Infinite.", |cx, x| jit1(cx, "isinf", std::slice::from_ref(x), |cx, v| is_infinite(cx, &v[0]));
    isposinf("x, /, out=None"): Plain, "Positive infinity.", |cx, x| equals_infinity(cx, x, f64::INFINITY);
    isneginf("x, /, out=None"): Plain, "Negative infinity.", |cx, x| equals_infinity(cx, x, f64::NEG_INFINITY);
    signbit("x, /"): Plain, "Whether the sign bit is set (true for -0.0).", |cx, x| jit1(cx, "signbit", std::slice::from_ref(x), |cx, v| sign_bit(cx, &v[0]));
    logical_not("x, /"): Plain, "not x.", |cx, x| {
        let b = boolean(cx, x)?;
        p::not(cx, &b)
    };
    invert("x, /"): Plain, "Bitwise not.", |cx, x| p::not(cx, x);
    bitwise_count("x, /"): Numeric, "Number of one bits of |x|.", |cx, x| jit1(cx, "bitwise_count", std::slice::from_ref(x), |cx, v| {
        let a = abs(cx, &v[0])?;
        let n = p::population_count(cx, &a)?;
        p::convert(cx, &n, DType::U8, false)
    });
    conjugate("x, /"): Plain, "Complex conjugate.", |cx, x| p::conj(cx, x);
    real("val, /"): Plain, "Real part.", |cx, x| if x.dtype().is_complex() { p::real(cx, x) } else { Ok(x.clone()) };
    imag("val, /"): Plain, "Imaginary part.", |cx, x| if x.dtype().is_complex() { p::imag(cx, x) } else { p::full_like(cx, x, 0.0) };
    deg2rad("x, /"): Inexact, "Degrees to radians.", |cx, x| p::mul(cx, x, &p::like(x, std::f64::consts::PI / 180.0));
    rad2deg("x, /"): Inexact, "Radians to degrees.", |cx, x| p::mul(cx, x, &p::like(x, 180.0 / std::f64::consts::PI));
    sinc("x, /"): Inexact, "sin(pi x) / (pi x), 1 at 0.", |cx, x| jit1(cx, "sinc", std::slice::from_ref(x), |cx, v| sinc_(cx, &v[0]));
    i0("x"): Inexact, "Modified Bessel function of order 0.", |cx, x| jit1(cx, "i0", std::slice::from_ref(x), |cx, v| crate::special::i0_(cx, &v[0]));
    spacing("x, /"): Inexact, "Distance to the next float away from zero.", |cx, x| {
        let next = copysign(cx, f64::INFINITY, x)?;
        let gap = p::nextafter(cx, x, &next)?;
        let gap = p::sub(cx, &gap, x)?;
        let zero = p::eq(cx, &gap, &p::like(x, 0.0))?;
        let tiny = if x.dtype() == DType::F64 { 5e-324 } else { 1.401_298_464_324_817e-45 };
        let least = copysign(cx, p::like(x, tiny), x)?;
        where_(cx, &zero, &least, &gap)
    };
}

binary! { BINARY;
    add("x, y, /"): Plain, "x + y.", |cx, x, y| if x.dtype() == DType::Bool { p::or(cx, x, y) } else { p::add(cx, x, y) };
    subtract("x, y, /"): Plain, "x - y.", |cx, x, y| p::sub(cx, x, y);
    multiply("x, y, /"): Plain, "x * y.", |cx, x, y| if x.dtype() == DType::Bool { p::and(cx, x, y) } else { p::mul(cx, x, y) };
    true_divide("x1, x2, /"): Inexact, "x1 / x2.", |cx, x, y| p::div(cx, x, y);
    maximum("x, y, /"): Plain, "The larger of two; NaN wins; at a tie the gradient is shared.", |cx, x, y| p::max(cx, x, y);
    minimum("x, y, /"): Plain, "The smaller of two; NaN wins; at a tie the gradient is shared.", |cx, x, y| p::min(cx, x, y);
    arctan2("x1, x2, /"): Inexact, "Angle of the point (x2, x1).", |cx, x, y| p::atan2(cx, x, y);
    nextafter("x, y, /"): Inexact, "The next float from x towards y.", |cx, x, y| p::nextafter(cx, x, y);
    float_power("x, y, /"): Inexact, "x to the power y, as floats.", |cx, x, y| p::pow(cx, x, y);
    equal("x, y, /"): Plain, "x == y.", |cx, x, y| p::eq(cx, x, y);
    not_equal("x, y, /"): Plain, "x != y.", |cx, x, y| p::ne(cx, x, y);
    less("x, y, /"): Plain, "x < y.", |cx, x, y| ordered(cx, x, y, p::lt);
    less_equal("x, y, /"): Plain, "x <= y.", |cx, x, y| ordered(cx, x, y, p::le);
    greater("x, y, /"): Plain, "x > y.", |cx, x, y| ordered(cx, x, y, p::gt);
    greater_equal("x, y, /"): Plain, "x >= y.", |cx, x, y| ordered(cx, x, y, p::ge);
    logical_and("x, y, /"): Plain, "x and y.", |cx, x, y| logical(cx, x, y, p::and);
    logical_or("x, y, /"): Plain, "x or y.", |cx, x, y| logical(cx, x, y, p::or);
    logical_xor("x, y, /"): Plain, "Exactly one of x and y.", |cx, x, y| logical(cx, x, y, p::xor);
    bitwise_and("x, y, /"): Plain, "x & y.", |cx, x, y| p::and(cx, x, y);
    bitwise_or("x, y, /"): Plain, "x | y.", |cx, x, y| p::or(cx, x, y);
    bitwise_xor("x, y, /"): Plain, "x ^ y.", |cx, x, y| p::xor(cx, x, y);
    left_shift("x, y, /"): Numeric, "x << y.", |cx, x, y| p::shift_left(cx, x, y);
    right_shift("x1, x2, /"): Numeric, "x1 >> x2.", |cx, x, y| {
        if x.dtype().is_unsigned() { p::shift_right_logical(cx, x, y) } else { p::shift_right_arithmetic(cx, x, y) }
    };
    logaddexp("x1, x2, /"): Inexact, "log(exp(x1) + exp(x2)) without overflow.", |cx, x, y| crate::special::logaddexp_(cx, x, y, false);
    logaddexp2("x1, x2, /"): Inexact, "log2(2**x1 + 2**x2) without overflow.", |cx, x, y| crate::special::logaddexp_(cx, x, y, true);
}

/// Functions that JAX wraps in a jit, whose arguments are promoted inside it: `name: promotion, doc, formula`.
macro_rules! wrapped {
    ($table:ident; $($name:ident($args:literal): $how:ident, $doc:literal, |$cx:ident, $x:ident, $y:ident| $body:expr;)*) => {
        $(#[doc = concat!("`jnp.", stringify!($name), "`: ", $doc)]
        pub fn $name(cx: &Cx, x: impl Into<Arg>, y: impl Into<Arg>) -> Result<Value> {
            let v = cv::values(cx, stringify!($name), &[&x.into(), &y.into()])?;
            jit1(cx, stringify!($name), &v, |$cx, v| {
                let v = promote_values($cx, stringify!($name), Promote::$how, v)?;
                let ($x, $y) = (&v[0], &v[1]);
                $body
            })
        })*
        /// The table's lines.
        pub(crate) const $table: &[Entry] = &[
            $(entry(concat!("jax.numpy.", stringify!($name)), $args, $doc, Sync(|cx, b| Ok($name(cx, &b[0], &b[1])?.into()))),)*
        ];
    };
}

wrapped! { WRAPPED;
    floor_divide("x1, x2, /"): Numeric, "x1 // x2.", |cx, x, y| match x.dtype() {
        d if d.is_unsigned() => p::div(cx, x, y),
        d if d.is_integer() => {
            let q = p::div(cx, x, y)?;
            let (sx, sy) = (p::sign(cx, x)?, p::sign(cx, y)?);
            let differ = p::ne(cx, &sx, &sy)?;
            let r = p::rem(cx, x, y)?;
            let rest = p::ne(cx, &r, &p::like(x, 0.0))?;
            let down = p::and(cx, &differ, &rest)?;
            let less = p::sub(cx, &q, &p::like(x, 1.0))?;
            where_(cx, &down, &less, &q)
        }
        d if d.is_complex() => Err(Error::type_error("floor_divide does not support complex-valued inputs")),
        _ => Ok(float_divmod(cx, x, y)?.0),
    };
    remainder("x1, x2, /"): Numeric, "x1 % x2, with the sign of x2.", |cx, x, y| {
        let zero = p::like(x, 0.0);
        let y = if y.dtype().is_integer() {
            let none = p::eq(cx, y, &zero)?;
            let one = p::full_like(cx, y, 1.0)?;
            &where_(cx, &none, &one, y)?
        } else {
            y
        };
        let r = p::rem(cx, x, y)?;
        let rest = p::ne(cx, &r, &zero)?;
        let (a, b) = (p::lt(cx, &r, &zero)?, p::lt(cx, y, &zero)?);
        let differ = p::ne(cx, &a, &b)?;
        let fix = p::and(cx, &differ, &rest)?;
        let up = p::add(cx, &r, y)?;
        p::select(cx, &fix, &up, &r)
    };
    fmod("x1, x2, /"): Numeric, "Remainder with the sign of x1.", |cx, x, y| {
        let y = if y.dtype().is_integer() {
            let none = p::eq(cx, y, &p::like(y, 0.0))?;
            let one = p::full_like(cx, y, 1.0)?;
            &where_(cx, &none, &one, y)?
        } else {
            y
        };
        p::rem(cx, x, y)
    };
    fmax("x1, x2"): Plain, "The larger of two, ignoring NaN; at a tie all gradient goes to the second.", |cx, x, y| first_unless_nan(cx, x, y, p::gt);
    fmin("x1, x2"): Plain, "The smaller of two, ignoring NaN; at a tie all gradient goes to the second.", |cx, x, y| first_unless_nan(cx, x, y, p::lt);
    heaviside("x1, x2, /"): Inexact, "0 below 0, 1 above, x2 at 0.", |cx, x, y| {
        let zero = p::like(x, 0.0);
        let (neg, pos, nan) = (p::lt(cx, x, &zero)?, p::gt(cx, x, &zero)?, p::ne(cx, x, x)?);
        let rest = where_(cx, &nan, x, y)?;
        let rest = where_(cx, &pos, &p::like(x, 1.0), &rest)?;
        where_(cx, &neg, &zero, &rest)
    };
    hypot("x1, x2, /"): Inexact, "sqrt(x1**2 + x2**2) without overflow.", |cx, x, y| {
        let (x, y) = (p::abs(cx, x)?, p::abs(cx, y)?);
        let inf = p::like(&x, f64::INFINITY);
        let (a, b) = (p::eq(cx, &x, &inf)?, p::eq(cx, &y, &inf)?);
        let infinite = p::or(cx, &a, &b)?;
        let (hi, lo) = (p::max(cx, &x, &y)?, p::min(cx, &x, &y)?);
        let zero = p::eq(cx, &hi, &p::like(&hi, 0.0))?;
        let again = p::eq(cx, &hi, &p::like(&hi, 0.0))?;
        let ones = p::full_like(cx, &hi, 1.0)?;
        let safe = where_(cx, &again, &ones, &hi)?;
        let q = p::div(cx, &lo, &safe)?;
        let s = p::square(cx, &q)?;
        let s = p::add(cx, &p::like(&s, 1.0), &s)?;
        let s = p::sqrt(cx, &s)?;
        let s = p::mul(cx, &hi, &s)?;
        let s = where_(cx, &zero, &hi, &s)?;
        where_(cx, &infinite, &inf, &s)
    };
    copysign("x1, x2, /"): Inexact, "|x1| with the sign of x2.", |cx, x, y| {
        let s = signbit(cx, y)?;
        let a = p::abs(cx, x)?;
        let neg = p::neg(cx, &a)?;
        let pos = p::abs(cx, x)?;
        where_(cx, &s, &neg, &pos)
    };
}

/// Values promoted together.
pub fn promote_values(cx: &Cx, name: &str, how: Promote, v: &[Value]) -> Result<Vec<Value>> {
    let args: Vec<Arg> = v.iter().map(Arg::from).collect();
    promote(cx, name, how, &args.iter().collect::<Vec<_>>())
}

/// A value in an inexact dtype.
pub fn inexact(cx: &Cx, x: &Value) -> Result<Value> {
    Ok(promote_values(cx, "promote_dtypes_inexact", Promote::Inexact, std::slice::from_ref(x))?.remove(0))
}

fn stays_or(x: &Value, f: impl FnOnce(&Value) -> Result<Value>) -> Result<Value> {
    if x.dtype().is_integer() || x.dtype() == DType::Bool { Ok(x.clone()) } else { f(x) }
}

/// `x != 0` unless it is boolean already.
pub fn boolean(cx: &Cx, x: &Value) -> Result<Value> {
    if x.dtype() == DType::Bool { Ok(x.clone()) } else { p::ne(cx, x, &p::like(x, 0.0)) }
}

type Op = fn(&Cx, &Value, &Value) -> Result<Value>;

fn logical(cx: &Cx, x: &Value, y: &Value, op: Op) -> Result<Value> {
    let (a, b) = (boolean(cx, x)?, boolean(cx, y)?);
    op(cx, &a, &b)
}

/// Comparisons; complex numbers compare by real, then imaginary part.
fn ordered(cx: &Cx, x: &Value, y: &Value, op: Op) -> Result<Value> {
    if !x.dtype().is_complex() {
        return op(cx, x, y);
    }
    let (rx, ry, ix, iy) = (p::real(cx, x)?, p::real(cx, y)?, p::imag(cx, x)?, p::imag(cx, y)?);
    let (same, im, re) = (p::eq(cx, &rx, &ry)?, op(cx, &ix, &iy)?, op(cx, &rx, &ry)?);
    p::select(cx, &same, &im, &re)
}

fn is_infinite(cx: &Cx, x: &Value) -> Result<Value> {
    let one = |x: &Value| {
        let a = p::abs(cx, x)?;
        p::eq(cx, &a, &p::like(&a, f64::INFINITY))
    };
    match x.dtype() {
        d if d.is_floating() => one(x),
        d if d.is_complex() => {
            let (re, im) = (p::real(cx, x)?, p::imag(cx, x)?);
            let (a, b) = (one(&re)?, one(&im)?);
            p::or(cx, &a, &b)
        }
        _ => p::full(cx, x.shape(), DType::Bool, 0.0),
    }
}

fn equals_infinity(cx: &Cx, x: &Value, inf: f64) -> Result<Value> {
    match x.dtype() {
        d if d.is_floating() => p::eq(cx, x, &p::like(x, inf)),
        d if d.is_complex() => Err(Error::value_error("isposinf/isneginf are not well defined for complex types")),
        _ => p::full(cx, x.shape(), DType::Bool, 0.0),
    }
}

/// The signed integer dtype as wide as a float dtype.
pub fn int_of_width(d: DType) -> DType {
    match d.bits() {
        16 => DType::I16,
        64 => DType::I64,
        _ => DType::I32,
    }
}

fn sign_bit(cx: &Cx, x: &Value) -> Result<Value> {
    match x.dtype() {
        d if d.is_integer() => p::lt(cx, x, &p::like(x, 0.0)),
        DType::Bool => p::full(cx, x.shape(), DType::Bool, 0.0),
        d if d.is_complex() => Err(Error::value_error(format!("jax.numpy.signbit is not well defined for {d}"))),
        d => {
            let i = p::bitcast(cx, x, int_of_width(d))?;
            let s = p::shift_right_arithmetic(cx, &i, &p::like(&i, d.bits() as f64 - 1.0))?;
            p::convert(cx, &s, DType::Bool, false)
        }
    }
}

fn first_unless_nan(cx: &Cx, x: &Value, y: &Value, op: Op) -> Result<Value> {
    let (better, nan) = (op(cx, x, y)?, p::ne(cx, y, y)?);
    let first = p::or(cx, &better, &nan)?;
    where_(cx, &first, x, y)
}

/// Quotient rounded down and remainder with the divisor's sign, for floats.
pub fn float_divmod(cx: &Cx, x: &Value, y: &Value) -> Result<(Value, Value)> {
    let r = p::rem(cx, x, y)?;
    let zero = p::eq(cx, y, &p::like(y, 0.0))?;
    let less = p::sub(cx, x, &r)?;
    let top = where_(cx, &zero, x, &less)?;
    let q = p::div(cx, &top, y)?;
    let rest = p::ne(cx, &r, &p::like(&r, 0.0))?;
    let (sy, sr) = (p::sign(cx, y)?, p::sign(cx, &r)?);
    let differ = p::ne(cx, &sy, &sr)?;
    let fix = p::and(cx, &rest, &differ)?;
    let up = p::add(cx, &r, y)?;
    let r = p::select(cx, &fix, &up, &r)?;
    let down = p::sub(cx, &q, &p::like(&q, 1.0))?;
    let q = p::select(cx, &fix, &down, &q)?;
    Ok((p::round(cx, &q, Rounding::AwayFromZero)?, r))
}

/// `jnp.where(c, x, y)`.
pub fn where_(cx: &Cx, c: &Value, x: &Value, y: &Value) -> Result<Value> {
    jit1(cx, "_where", &[c.clone(), x.clone(), y.clone()], |cx, v| {
        let c = boolean(cx, &v[0])?;
        let xy = {
            let types = [(v[1].dtype(), v[1].aval().weak_type), (v[2].dtype(), v[2].aval().weak_type)];
            let (d, w) = cv::common_dtype(cx, &types)?;
            [p::convert(cx, &v[1], d, w)?, p::convert(cx, &v[2], d, w)?]
        };
        if c.ndim() == 0 {
            let xy = cv::broadcast_arrays(cx, &xy)?;
            return p::select(cx, &c, &xy[0], &xy[1]);
        }
        let [x, y] = xy;
        let all = cv::broadcast_arrays(cx, &[c, x, y])?;
        if all[1].aval().size() == 0 { Ok(all[1].clone()) } else { p::select(cx, &all[0], &all[1], &all[2]) }
    })
}

/// `sin(pi x) / (pi x)`: at 0 a Maclaurin series whose derivatives are those of the function, to every order.
fn sinc_(cx: &Cx, x: &Value) -> Result<Value> {
    let zero = p::eq(cx, x, &p::like(x, 0.0))?;
    let pix = p::mul(cx, &p::like(x, std::f64::consts::PI), x)?;
    let safe = where_(cx, &zero, &p::like(x, 1.0), &pix)?;
    let series = maclaurin(cx, &pix, 0)?;
    let s = p::sin(cx, &safe)?;
    let q = p::div(cx, &s, &safe)?;
    where_(cx, &zero, &series, &q)
}

/// The `k`-th derivative of `sin(x)/x` at 0 as a function of `x`: constant, with the next one as its derivative.
fn maclaurin(cx: &Cx, x: &Value, k: u32) -> Result<Value> {
    // sin(x)/x = 1 - x^2/3! + x^4/5! ...: the k-th derivative at 0 is 0 for odd k, (-1)^(k/2) / (k+1) for even k.
    let at_zero = if k % 2 == 1 { 0.0 } else { (if k.is_multiple_of(4) { 1.0 } else { -1.0 }) / (k as f64 + 1.0) };
    let f = move |cx: &Cx, v: &[Value]| {
        let z = p::mul(cx, &v[0], &p::like(&v[0], 0.0))?;
        Ok(vec![p::add(cx, &z, &p::like(&v[0], at_zero))?])
    };
    let out = cx.custom_jvp("_sinc_maclaurin", std::slice::from_ref(x), f, move |cx, primals, tangents| {
        let out = maclaurin(cx, &primals[0], k)?;
        let Some(t) = &tangents[0] else { return Ok((vec![out], vec![None])) };
        let slope = maclaurin(cx, &primals[0], k + 1)?;
        Ok((vec![out], vec![Some(p::mul(cx, &slope, t)?)]))
    })?;
    Ok(out[0].clone())
}

/// `jnp.power`: a Python int is `integer_pow`; an integer array leaves the base differentiable at 0.
pub fn power(cx: &Cx, x: &Arg, y: &Arg) -> Result<Value> {
    cv::check_arraylike("power", &[x, y])?;
    let static_int = match y {
        Arg::Int(i) => Some(*i),
        Arg::Bool(b) => Some(*b as i64),
        Arg::NpScalar(a) | Arg::NpArray(a) if a.shape().is_empty() && a.dtype().is_integer() => Some(a.to_i64s()?[0]),
        Arg::Array(Value::Array(a)) if a.shape().is_empty() && a.dtype().is_integer() => Some(a.to_i64s()?[0]),
        _ => None,
    };
    if let Some(n) = static_int.and_then(|n| i32::try_from(n).ok()) {
        let x = promote(cx, "power", Promote::Numeric, &[x])?.remove(0);
        if n < 0 && x.dtype().is_integer() {
            return Err(Error::type_error(format!(
                "Integers cannot be raised to negative powers, got integer_pow({}, {n})",
                x.aval().long()
            )));
        }
        return p::integer_pow(cx, &x, n);
    }
    let plain = cv::promote_shapes(cx, "power", cv::values(cx, "power", &[x, y])?)?;
    let both = promote(cx, "power", Promote::Numeric, &[x, y])?;
    if both[0].dtype().is_integer() {
        return int_power(cx, &both[0], &both[1]);
    }
    if plain[0].dtype().is_inexact() && plain[1].dtype().is_integer() {
        return p::pow(cx, &plain[0], &plain[1]);
    }
    p::pow(cx, &both[0], &both[1])
}

/// Integer powers by squaring, six binary digits of the exponent.
fn int_power(cx: &Cx, x: &Value, y: &Value) -> Result<Value> {
    let (zero, one) = (p::like(x, 0.0), p::like(x, 1.0));
    let (a, b) = (p::eq(cx, x, &zero)?, p::ne(cx, y, &zero)?);
    let none = p::and(cx, &a, &b)?;
    let weak = |v: f64| p::weak_scalar(DType::I32, v);
    let mut acc = where_(cx, &none, &weak(0.0), &weak(1.0))?;
    let (mut x, mut y) = (x.clone(), y.clone());
    for _ in 0..6 {
        let bit = p::and(cx, &y, &one)?;
        let with = multiply(cx, &acc, &x)?;
        acc = where_(cx, &bit, &with, &acc)?;
        x = p::mul(cx, &x, &x)?;
        y = p::shift_right_logical(cx, &y, &one)?;
    }
    Ok(acc)
}

/// `jnp.divmod`.
pub fn divmod(cx: &Cx, x: &Arg, y: &Arg) -> Result<(Value, Value)> {
    let v = cv::values(cx, "divmod", &[x, y])?;
    let mut out = cx.jit_named("divmod", &v, |cx, v| {
        let v = promote_values(cx, "divmod", Promote::Numeric, v)?;
        if v[0].dtype().is_integer() {
            return Ok(vec![floor_divide(cx, &v[0], &v[1])?, remainder(cx, &v[0], &v[1])?]);
        }
        let (q, r) = float_divmod(cx, &v[0], &v[1])?;
        Ok(vec![q, r])
    })?;
    let r = out.remove(1);
    Ok((out.remove(0), r))
}

/// `jnp.clip`: `min(max(x, lo), hi)`; either bound may be `None`.
pub fn clip(cx: &Cx, x: impl Into<Arg>, lo: impl Into<Arg>, hi: impl Into<Arg>) -> Result<Value> {
    let (x, lo, hi) = (x.into(), lo.into(), hi.into());
    if x.is_none() {
        return Err(Error::value_error("No input was provided to the clip function."));
    }
    cv::check_arraylike("clip", &[&x])?;
    let given: Vec<&Arg> = [&lo, &hi].into_iter().filter(|a| !a.is_none()).collect();
    let mut args = vec![cv::value(cx, "clip", &x)?];
    for g in &given {
        args.push(cv::value(cx, "clip", g)?);
    }
    if args.iter().any(|a| a.dtype().is_complex()) {
        return Err(Error::value_error(
            "Clip received a complex value either through the input or the min/max keywords. Complex values have no ordering and cannot be clipped. Please convert to a real value or array by taking the real or imaginary components via jax.numpy.real/imag respectively.",
        ));
    }
    jit1(cx, "clip", &args, |cx, v| {
        let mut out = v[0].clone();
        let mut rest = v[1..].iter();
        if let (false, Some(lo)) = (lo.is_none(), rest.clone().next()) {
            rest.next();
            out = maximum(cx, lo, &out)?;
        }
        if let Some(hi) = rest.next() {
            out = minimum(cx, hi, &out)?;
        }
        Ok(out)
    })
}

/// `jnp.round`.
pub fn round(cx: &Cx, x: &Value, decimals: i64) -> Result<Value> {
    jit1(cx, "round", std::slice::from_ref(x), |cx, v| {
        let x = &v[0];
        let d = x.dtype();
        if d.is_integer() || d == DType::Bool {
            if decimals < 0 {
                return Err(Error::not_implemented("integer np.round not implemented for decimals < 0"));
            }
            return Ok(x.clone());
        }
        let one = |x: &Value| -> Result<Value> {
            if decimals == 0 {
                return p::round(cx, x, Rounding::ToNearestEven);
            }
            let half = x.dtype() == DType::F16;
            let x = if half { p::convert(cx, x, DType::F32, false)? } else { x.clone() };
            let factor = p::like(&x, 10f64.powi(decimals as i32));
            let m = p::mul(cx, &x, &factor)?;
            let r = p::round(cx, &m, Rounding::ToNearestEven)?;
            let q = p::div(cx, &r, &factor)?;
            if half { p::convert(cx, &q, DType::F16, false) } else { Ok(q) }
        };
        let digits = if d.real() == DType::F64 { 308 } else { 38 };
        if decimals > digits {
            return Ok(x.clone());
        }
        if d.is_complex() {
            let (re, im) = (p::real(cx, x)?, p::imag(cx, x)?);
            return p::complex(cx, &one(&re)?, &one(&im)?);
        }
        one(x)
    })
}

fn clip_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    Ok(clip(cx, &b[0], &b["min"], &b["max"])?.into())
}
fn round_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    unsupported("round", b, &["out"])?;
    let x = val(cx, "round", &b[0])?;
    Ok(round(cx, &x, cv::static_int(cx, &b["decimals"])?)?.into())
}
fn where_entry(cx: &Cx, b: &Bound) -> Result<Arg> {
    if b["x"].is_none() && b["y"].is_none() {
        return crate::indexing::nonzero_entry(cx, b);
    }
    cv::check_arraylike("where", &[&b[0], &b["x"], &b["y"]])?;
    if !b["size"].is_none() || !b["fill_value"].is_none() {
        return Err(Error::value_error("size and fill_value arguments cannot be used in three-term where function."));
    }
    let v = cv::values(cx, "where", &[&b[0], &b["x"], &b["y"]])?;
    Ok(where_(cx, &v[0], &v[1], &v[2])?.into())
}

/// The lines that fit none of the patterns above.
pub(crate) const OTHERS: &[Entry] = &[
    entry(
        "jax.numpy.power",
        "x1, x2, /",
        "x1 to the power x2; a Python int exponent is exact.",
        Sync(|cx, b| Ok(power(cx, &b[0], &b[1])?.into())),
    ),
    entry(
        "jax.numpy.divmod",
        "x1, x2, /",
        "Quotient and remainder.",
        Sync(|cx, b| {
            let (q, r) = divmod(cx, &b[0], &b[1])?;
            Ok(Arg::Tuple(vec![q.into(), r.into()]))
        }),
    ),
    entry(
        "jax.numpy.clip",
        "arr=None, /, min=None, max=None",
        "min(max(x, lo), hi); at a bound half the gradient passes.",
        Sync(clip_entry),
    ),
    entry("jax.numpy.round", "a, decimals=0, out=None", "Rounds to decimals, ties to even.", Sync(round_entry)),
    entry(
        "jax.numpy.where",
        "condition, x=None, y=None, /, *, size=None, fill_value=None",
        "x where the condition holds, else y; with one argument, the indices where it holds.",
        Sync(where_entry),
    ),
];
