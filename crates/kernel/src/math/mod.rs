//! The mathematics, written once in scalar IR for all backends.

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

/// Emits `f(args)`, each argument of type `ty` (`F32` or `F64`), and gives the result, of type `ty`.
pub fn emit(b: &mut BlockBuilder, f: MathFn, ty: ScalarType, args: &[Value]) -> Value {
    assert!(ty.is_float(), "{f:?} of {ty}");
    assert_eq!(args.len(), f.arity(), "arguments of {f:?}");
    match f {
        MathFn::Sign => sign(b, ty, args[0]),
        _ => panic!("{f:?} is not written yet"),
    }
}

/// `sign(x)`: by comparison, so that a subnormal counts as zero, whose sign it keeps.
fn sign(b: &mut BlockBuilder, ty: ScalarType, x: Value) -> Value {
    let (zero, one, minus) = (b.lit(ty, 0.0), b.lit(ty, 1.0), b.lit(ty, -1.0));
    b.flushing(|b| {
        let x = b.flush(x);
        let (pos, neg) = (b.gt(x, zero), b.lt(x, zero));
        let r = b.select(neg, minus, x);
        b.select(pos, one, r)
    })
}
