//! The mathematics, written once in scalar IR for all backends.

mod bessel;
mod coef;
mod erf;
mod exp;
mod gamma;
mod igamma;
mod kit;
mod log;
mod root;
mod trig;

use crate::builder::BlockBuilder;
use crate::dtype::ScalarType;
use crate::scalar::Value;

/// A function of the library, defined for `F32` and `F64`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MathFn {
    /// e to the x.
    Exp,
    /// 2 to the x.
    Exp2,
    /// `exp(x) - 1`.
    Expm1,
    /// Natural logarithm.
    Log,
    /// `log(1 + x)`.
    Log1p,
    /// Binary logarithm.
    Log2,
    /// Sine, of any magnitude.
    Sin,
    /// Cosine, of any magnitude.
    Cos,
    /// Tangent, of any magnitude.
    Tan,
    /// Arc sine.
    Asin,
    /// Arc cosine.
    Acos,
    /// Arc tangent.
    Atan,
    /// `(y, x)`: the angle of the point x, y.
    Atan2,
    /// Hyperbolic sine.
    Sinh,
    /// Hyperbolic cosine.
    Cosh,
    /// Hyperbolic tangent.
    Tanh,
    /// Inverse hyperbolic sine.
    Asinh,
    /// Inverse hyperbolic cosine.
    Acosh,
    /// Inverse hyperbolic tangent.
    Atanh,
    /// `1 / (1 + exp(-x))`.
    Logistic,
    /// `(x, y)`: x to the y, with IEEE's special cases.
    Pow,
    /// Cube root.
    Cbrt,
    /// `1 / sqrt(x)`.
    Rsqrt,
    /// The error function.
    Erf,
    /// `1 - erf(x)`.
    Erfc,
    /// The inverse of erf.
    ErfInv,
    /// `log(|gamma(x)|)`.
    Lgamma,
    /// The derivative of lgamma.
    Digamma,
    /// `(n, x)`: the n-th derivative of digamma.
    Polygamma,
    /// `(s, q)`: Hurwitz zeta.
    Zeta,
    /// `(a, x)`: regularized lower incomplete gamma.
    Igamma,
    /// `(a, x)`: regularized upper incomplete gamma.
    Igammac,
    /// `(a, x)`: the derivative of igamma by a.
    IgammaGradA,
    /// `(a, x)`: the derivative of a gamma sample x by a.
    RandomGammaGrad,
    /// `(a, b, x)`: regularized incomplete beta.
    RegularizedIncompleteBeta,
    /// `exp(-|x|) I0(x)`.
    BesselI0e,
    /// `exp(-|x|) I1(x)`.
    BesselI1e,
    /// `(x, y)`: the next float after x towards y.
    NextAfter,
    /// -1, 0, 1; zero keeps its sign and NaN stays.
    Sign,
}

impl MathFn {
    /// All of them, in declaration order.
    pub const ALL: [MathFn; 39] = {
        use MathFn::*;
        [
            Exp,
            Exp2,
            Expm1,
            Log,
            Log1p,
            Log2,
            Sin,
            Cos,
            Tan,
            Asin,
            Acos,
            Atan,
            Atan2,
            Sinh,
            Cosh,
            Tanh,
            Asinh,
            Acosh,
            Atanh,
            Logistic,
            Pow,
            Cbrt,
            Rsqrt,
            Erf,
            Erfc,
            ErfInv,
            Lgamma,
            Digamma,
            Polygamma,
            Zeta,
            Igamma,
            Igammac,
            IgammaGradA,
            RandomGammaGrad,
            RegularizedIncompleteBeta,
            BesselI0e,
            BesselI1e,
            NextAfter,
            Sign,
        ]
    };

    /// How many arguments it takes.
    pub fn arity(self) -> usize {
        match self {
            MathFn::RegularizedIncompleteBeta => 3,
            MathFn::Atan2
            | MathFn::Pow
            | MathFn::Polygamma
            | MathFn::Zeta
            | MathFn::Igamma
            | MathFn::Igammac
            | MathFn::IgammaGradA
            | MathFn::RandomGammaGrad
            | MathFn::NextAfter => 2,
            _ => 1,
        }
    }
}

/// How far a result may be from the truth.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ErrorBound {
    /// Units in the last place of the greater of the true result's magnitude and `floor`.
    pub ulp: f64,
    /// Below this the error is absolute: functions with zeros that they do not hit on the digit.
    pub floor: f64,
}

impl MathFn {
    /// The bound that the tests hold each function to, for arguments whose result is finite and normal.
    ///
    /// On a GPU add what its division and square root lack. The incomplete functions hold theirs for parameters up to
    /// about 50; beyond, the error grows with the cancellation in `a log x - x - lgamma(a)`, as JAX's does.
    pub fn error_bound(self, ty: ScalarType) -> ErrorBound {
        use MathFn::*;
        let (f32, f64) = match self {
            Exp | Cbrt => ((1.0, 0.0), (2.5, 0.0)),
            Exp2 | Rsqrt => ((1.5, 0.0), (2.5, 0.0)),
            Expm1 | Log | Log2 => ((2.0, 0.0), (2.5, 0.0)),
            Sin | Cos => ((3.0, 0.0), (3.0, 0.0)),
            Log1p | Asin | Acos | Atan | Sinh | Cosh | Tanh | Logistic => ((2.5, 0.0), (2.5, 0.0)),
            Tan => ((5.0, 0.0), (4.0, 0.0)),
            Atan2 => ((3.0, 0.0), (2.5, 0.0)),
            Asinh | Acosh | Atanh => ((3.5, 0.0), (4.0, 0.0)),
            Pow => ((2.0, 0.0), (6.0, 0.0)),
            Erf => ((2.5, 0.0), (4.0, 0.0)),
            Erfc => ((6.0, 0.0), (6.0, 0.0)),
            ErfInv => ((4.0, 0.0), (6.0, 0.0)),
            BesselI0e | BesselI1e => ((6.0, 0.0), (6.0, 0.0)),
            Lgamma => ((20.0, 1.0), (6.0, 1.0)),
            Digamma => ((10.0, 1.0), (9.0, 1.0)),
            Polygamma | Zeta => ((16.0, 0.0), (450.0, 0.0)),
            Igamma => ((200.0, 1e-2), (450.0, 0.1)),
            Igammac => ((600.0, 1e-2), (450.0, 0.1)),
            RegularizedIncompleteBeta => ((200.0, 1e-2), (1000.0, 1e-3)),
            IgammaGradA => ((400.0, 0.1), (4500.0, 1e-2)),
            RandomGammaGrad => ((400.0, 1.0), (4500.0, 1e-2)),
            Sign | NextAfter => ((0.0, 0.0), (0.0, 0.0)),
        };
        let (ulp, floor) = if ty == ScalarType::F32 { f32 } else { f64 };
        ErrorBound { ulp, floor }
    }
}

/// Emits `f(args)`, each argument of type `ty` (`F32` or `F64`), and gives the result, of type `ty`.
///
/// The code is raw inside (see [`crate::scalar`]): every special result is chosen on bits. Arguments keep their subnormals;
/// each function says what it makes of them.
pub fn emit(b: &mut BlockBuilder, f: MathFn, ty: ScalarType, args: &[Value]) -> Value {
    assert!(ty.is_float(), "{f:?} of {ty}");
    assert_eq!(args.len(), f.arity(), "arguments of {f:?}");
    kit::write(b, ty, args, |k, x| match f {
        MathFn::Exp => exp::exp(k, x[0]),
        MathFn::Exp2 => exp::exp2(k, x[0]),
        MathFn::Expm1 => exp::expm1(k, x[0]),
        MathFn::Log => log::log(k, x[0]),
        MathFn::Log1p => log::log1p(k, x[0]),
        MathFn::Log2 => log::log2(k, x[0]),
        MathFn::Sin => trig::sin(k, x[0]),
        MathFn::Cos => trig::cos(k, x[0]),
        MathFn::Tan => trig::tan(k, x[0]),
        MathFn::Asin => trig::asin(k, x[0]),
        MathFn::Acos => trig::acos(k, x[0]),
        MathFn::Atan => trig::atan(k, x[0]),
        MathFn::Atan2 => trig::atan2(k, x[0], x[1]),
        MathFn::Sinh => exp::sinh(k, x[0]),
        MathFn::Cosh => exp::cosh(k, x[0]),
        MathFn::Tanh => exp::tanh(k, x[0]),
        MathFn::Asinh => log::asinh(k, x[0]),
        MathFn::Acosh => log::acosh(k, x[0]),
        MathFn::Atanh => log::atanh(k, x[0]),
        MathFn::Logistic => exp::logistic(k, x[0]),
        MathFn::Pow => log::pow(k, x[0], x[1]),
        MathFn::Cbrt => root::cbrt(k, x[0]),
        MathFn::Rsqrt => root::rsqrt(k, x[0]),
        MathFn::Erf => erf::erf(k, x[0]),
        MathFn::Erfc => erf::erfc(k, x[0]),
        MathFn::ErfInv => erf::erf_inv(k, x[0]),
        MathFn::Lgamma => gamma::lgamma(k, x[0]),
        MathFn::Digamma => gamma::digamma(k, x[0]),
        MathFn::Polygamma => gamma::polygamma(k, x[0], x[1]),
        MathFn::Zeta => gamma::zeta(k, x[0], x[1]),
        MathFn::Igamma => igamma::igamma(k, x[0], x[1]),
        MathFn::Igammac => igamma::igammac(k, x[0], x[1]),
        MathFn::IgammaGradA => igamma::igamma_grad_a(k, x[0], x[1]),
        MathFn::RandomGammaGrad => igamma::random_gamma_grad(k, x[0], x[1]),
        MathFn::RegularizedIncompleteBeta => igamma::betainc(k, x[0], x[1], x[2]),
        MathFn::BesselI0e => bessel::i0e(k, x[0]),
        MathFn::BesselI1e => bessel::i1e(k, x[0]),
        MathFn::NextAfter => root::next_after(k, x[0], x[1]),
        MathFn::Sign => root::sign(k, x[0]),
    })
}
