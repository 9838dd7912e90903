//! What elementwise rules share: broadcasting in shapes and back in transposes.

use crate::aval::{Shape, ShapedArray, tuple_text};
use crate::error::{Error, Result};
use crate::ops;
use crate::rows::{Accept, OutDType, Tangent};
use crate::value::{Bind, Value};

/// The shape of an elementwise result: equal ranks with sizes equal or 1, or scalars beside anything.
pub fn broadcast_shapes(name: &str, xs: &[&ShapedArray]) -> Result<Shape> {
    let rank = xs.iter().map(|a| a.ndim()).max().unwrap_or(0);
    let mut out = Shape::from_elem(1, rank);
    for x in xs.iter().filter(|a| a.ndim() > 0) {
        if x.ndim() != rank {
            return Err(Error::type_error(format!(
                "{name}: arrays must have same number of dimensions, got {}.",
                xs.iter().map(|a| tuple_text(&a.shape)).collect::<Vec<_>>().join(", ")
            )));
        }
        for (o, &d) in out.iter_mut().zip(&x.shape) {
            if *o == 1 {
                *o = d;
            } else if d != 1 && d != *o {
                return Err(Error::type_error(format!(
                    "{name} got incompatible shapes for broadcasting: {}.",
                    xs.iter().map(|a| tuple_text(&a.shape)).collect::<Vec<_>>().join(", ")
                )));
            }
        }
    }
    Ok(out)
}

/// Sums a cotangent back to the shape of an operand that was broadcast.
pub fn unbroadcast(cx: &dyn Bind, ct: &Value, to: &ShapedArray) -> Result<Value> {
    if ct.shape() == &to.shape {
        return Ok(ct.clone());
    }
    if to.ndim() == 0 {
        return ops::reduce_sum(cx, ct, &(0..ct.ndim()).collect::<Vec<_>>());
    }
    let axes: Vec<usize> = (0..to.ndim()).filter(|&i| to.shape[i] == 1 && ct.shape()[i] != 1).collect();
    let summed = ops::reduce_sum(cx, ct, &axes)?;
    ops::reshape(cx, &summed, &to.shape)
}

/// `unbroadcast` under an option.
pub fn unbroadcast_tangent(cx: &dyn Bind, ct: Value, to: &ShapedArray) -> Result<Tangent> {
    unbroadcast(cx, &ct, to).map(Some)
}

/// The aval of an elementwise result, with JAX's dtype messages.
pub fn elementwise_type(name: &str, accepts: &[Accept], out: OutDType, xs: &[&ShapedArray]) -> Result<ShapedArray> {
    use crate::dtype::DType;
    for (i, x) in xs.iter().enumerate() {
        let accept = accepts[i.min(accepts.len() - 1)];
        if !accept.accepts(x.dtype) {
            let kinds = accept.kinds();
            return Err(Error::type_error(if xs.len() == 1 {
                format!("{name} does not accept dtype {}. Accepted dtypes are subtypes of {kinds}.", x.dtype)
            } else {
                format!(
                    "{name} does not accept dtype {} at position {i}. Accepted dtypes at position {i} are subtypes of {kinds}.",
                    x.dtype
                )
            }));
        }
    }
    if xs.iter().any(|x| x.dtype != xs[0].dtype) {
        let got = xs.iter().map(|x| x.dtype.name()).collect::<Vec<_>>().join(", ");
        return Err(Error::type_error(format!(
            "lax.{name} requires arguments to have equal dtypes, got {got}. (Tip: jnp.{name} is a similar function that does automatic type promotion on inputs)."
        )));
    }
    let dtype = match out {
        OutDType::Same => xs[0].dtype,
        OutDType::Bool => DType::Bool,
        OutDType::Real => xs[0].dtype.real(),
        OutDType::Complex => xs[0].dtype.to_complex(),
        OutDType::Int => xs[0].dtype,
    };
    let weak = out != OutDType::Bool && xs.iter().all(|x| x.weak_type);
    Ok(ShapedArray { shape: broadcast_shapes(name, xs)?, dtype, weak_type: weak })
}

impl Accept {
    /// Whether a dtype is accepted.
    pub fn accepts(self, d: crate::dtype::DType) -> bool {
        use crate::dtype::DType::*;
        match self {
            Accept::Any => true,
            Accept::Num => d.is_integer() || d.is_inexact(),
            Accept::Float => d.is_floating(),
            Accept::FloatOrComplex => d.is_inexact(),
            Accept::Int => d.is_integer(),
            Accept::IntOrBool => d.is_integer() || d == Bool,
            Accept::Complex => d.is_complex(),
            Accept::FloatComplexOrInt => d.is_integer() || d.is_inexact(),
            Accept::Ordered => !d.is_complex() && !matches!(d, Key | Float0),
            Accept::SignedFloatOrComplex => d.is_signed() || d.is_inexact(),
        }
    }
    /// NumPy's names of the accepted kinds.
    pub fn kinds(self) -> &'static str {
        match self {
            Accept::Any => "generic",
            Accept::Num | Accept::FloatComplexOrInt => "integer, floating, complexfloating",
            Accept::Float => "floating",
            Accept::FloatOrComplex => "floating, complexfloating",
            Accept::Int => "integer",
            Accept::IntOrBool => "integer, bool",
            Accept::Complex => "complexfloating",
            Accept::Ordered => "integer, floating, bool",
            Accept::SignedFloatOrComplex => "signedinteger, floating, complexfloating",
        }
    }
}
