//! What elementwise rules share: broadcasting in shapes and back in transposes.

use crate::array::Array;
use crate::aval::{Shape, ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::ops;
use crate::rows::{Accept, OutDType};
use crate::value::{Bind, Value};

/// The shape of an elementwise result: equal ranks with sizes equal or 1, or scalars beside anything.
pub fn broadcast_shapes(name: &str, xs: &[&ShapedArray]) -> Result<Shape> {
    let mut ranks: Vec<usize> = xs.iter().map(|a| a.ndim()).filter(|&n| n > 0).collect();
    ranks.sort_unstable();
    ranks.dedup();
    if ranks.len() > 1 {
        let ranks = ranks.iter().map(|r| r.to_string()).collect::<Vec<_>>().join(", ");
        return Err(Error::type_error(format!(
            "{name}: arrays must have the same number of dimensions, got {{{ranks}}}"
        )));
    }
    let mut out = Shape::from_elem(1, ranks.first().copied().unwrap_or(0));
    for x in xs.iter().filter(|a| a.ndim() > 0) {
        for (o, &d) in out.iter_mut().zip(&x.shape) {
            if *o == 1 {
                *o = d;
            } else if d != 1 && d != *o {
                let shapes = xs.iter().filter(|a| a.ndim() > 0).map(|a| tuple_text(&a.shape)).collect::<Vec<_>>();
                return Err(Error::type_error(format!(
                    "{name} got incompatible shapes for broadcasting: {}.",
                    shapes.join(", ")
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
    let axes: Vec<usize> = (0..to.ndim()).filter(|&i| to.shape[i] != ct.shape()[i]).collect();
    let summed = if axes.is_empty() { ct.clone() } else { ops::reduce_sum(cx, ct, &axes)? };
    ops::reshape(cx, &summed, &to.shape)
}

/// `x` broadcast to `shape` as derivative rules do it: size-1 axes are dropped by a reshape first.
pub fn maybe_broadcast(cx: &dyn Bind, x: &Value, shape: &[usize]) -> Result<Value> {
    if x.shape().as_slice() == shape {
        return Ok(x.clone());
    }
    if x.ndim() == 0 {
        return ops::broadcast_in_dim(cx, x, shape, &[]);
    }
    let dims: Vec<usize> = (0..shape.len()).filter(|&i| x.shape()[i] == shape[i]).collect();
    let kept: Vec<usize> = dims.iter().map(|&i| shape[i]).collect();
    ops::broadcast_in_dim(cx, &ops::reshape(cx, x, &kept)?, shape, &dims)
}

/// A scalar of `x`'s dtype, weakly typed beside a weakly typed scalar (`lax._const`).
pub fn const_like(x: &Value, v: f64) -> Value {
    let weak = x.aval().weak_type && x.ndim() == 0;
    Value::Array(Array::full(&[], x.dtype(), v).with_weak(weak))
}

/// The scalar 1 of `x`'s dtype and weak type (`lax._one`).
pub fn one_like(x: &Value) -> Value {
    Value::Array(Array::full(&[], x.dtype(), 1.0).with_weak(x.aval().weak_type))
}

/// `v` in the shape, dtype and weak type of `x` (`lax.full_like`).
pub fn full_like(cx: &dyn Bind, x: &Value, v: f64) -> Result<Value> {
    let scalar = Value::Array(Array::full(&[], x.dtype(), v).with_weak(x.aval().weak_type));
    ops::broadcast(cx, &scalar, x.shape())
}

/// The operands' dtypes against the accepted ones, with JAX's messages.
pub fn check_accepts(name: &str, accepts: &[Accept], xs: &[&ShapedArray]) -> Result<()> {
    for (i, x) in xs.iter().enumerate() {
        let accept = accepts[i.min(accepts.len() - 1)];
        if accept.accepts(x.dtype) {
            continue;
        }
        let kinds = accept.kinds();
        let unary = xs.len() == 1;
        return Err(Error::type_error(if x.dtype == DType::Float0 {
            format!(
                "Called {name} with a float0 {}. float0s do not support any operations by design, because they are not compatible with non-trivial vector spaces. No implicit dtype conversion is done. You can use np.zeros_like(arr, dtype=np.float) to cast a float0 array to a regular zeros array. \nIf you didn't expect to get a float0 you might have accidentally taken a gradient with respect to an integer argument.",
                if unary { "array".to_string() } else { format!("at position {i}") }
            )
        } else if unary {
            format!("{name} does not accept dtype {}. Accepted dtypes are subtypes of {kinds}.", x.dtype)
        } else {
            format!(
                "{name} does not accept dtype {} at position {i}. Accepted dtypes at position {i} are subtypes of {kinds}.",
                x.dtype
            )
        }));
    }
    Ok(())
}

/// The operands must have one dtype.
pub fn same_dtypes(name: &str, xs: &[&ShapedArray]) -> Result<()> {
    if xs.iter().all(|x| x.dtype == xs[0].dtype) || xs.iter().any(|x| x.dtype == DType::Key) {
        return Ok(());
    }
    let got = xs.iter().map(|x| x.dtype.name()).collect::<Vec<_>>().join(", ");
    let tip = match jnp_equivalent(name) {
        Some(f) => format!(" (Tip: jnp.{f} is a similar function that does automatic type promotion on inputs)."),
        None => String::new(),
    };
    Err(Error::type_error(format!("lax.{name} requires arguments to have the same dtypes, got {got}.{tip}")))
}

/// The promoting function that JAX's message recommends.
fn jnp_equivalent(name: &str) -> Option<&'static str> {
    Some(match name {
        "add" => "add",
        "atan2" => "arctan2",
        "div" => "divide",
        "eq" => "equal",
        "max" => "maximum",
        "min" => "minimum",
        "mul" => "multiply",
        "ne" => "not_equal",
        "nextafter" => "nextafter",
        "pow" => "float_power",
        "select" => "where",
        "shift_left" => "left_shift",
        "shift_right_logical" | "shift_right_arithmetic" => "right_shift",
        "sub" => "subtract",
        _ => return None,
    })
}

/// The aval of an elementwise result, with JAX's messages.
pub fn elementwise_type(name: &str, accepts: &[Accept], out: OutDType, xs: &[&ShapedArray]) -> Result<ShapedArray> {
    // JAX looks at shapes before dtypes.
    let shape = broadcast_shapes(name, xs)?;
    check_accepts(name, accepts, xs)?;
    same_dtypes(name, xs)?;
    let first = xs[0].dtype;
    let dtype = match out {
        OutDType::Same => first,
        OutDType::Bool => DType::Bool,
        OutDType::Real => first.real(),
        OutDType::Complex => first.to_complex(),
    };
    Ok(ShapedArray { shape, dtype, weak_type: xs.iter().all(|x| x.weak_type) })
}

impl Accept {
    /// Whether a dtype is accepted.
    pub fn accepts(self, d: DType) -> bool {
        let int = d.is_integer();
        match self {
            Accept::Any => int || d.is_inexact() || d == DType::Bool,
            Accept::AnyOrKey => d != DType::Float0,
            Accept::Num => int || d.is_inexact(),
            Accept::Real => int || d.is_floating(),
            Accept::Float => d.is_floating(),
            Accept::FloatOrComplex => d.is_inexact(),
            Accept::Int => int,
            Accept::IntOrBool => int || d == DType::Bool,
            Accept::Complex => d.is_complex(),
            Accept::Part => matches!(d, DType::F32 | DType::F64),
            Accept::PartOrComplex => matches!(d, DType::F32 | DType::F64) || d.is_complex(),
            Accept::Ordered => int || d.is_floating() || d == DType::Bool,
            Accept::SignedFloatOrComplex => d.is_signed() || d.is_inexact(),
        }
    }
    /// NumPy's names of the accepted kinds, in the order in which JAX's sets list them.
    pub fn kinds(self) -> &'static str {
        match self {
            Accept::Any | Accept::AnyOrKey => "integer, floating, complexfloating, bool",
            Accept::Num => "integer, floating, complexfloating",
            Accept::Real => "integer, floating",
            Accept::Float => "floating",
            Accept::FloatOrComplex => "floating, complexfloating",
            Accept::Int => "integer",
            Accept::IntOrBool => "integer, bool",
            Accept::Complex => "complexfloating",
            Accept::Part => "float32, float64",
            Accept::PartOrComplex => "float32, float64, complexfloating",
            Accept::Ordered => "integer, floating, bool",
            Accept::SignedFloatOrComplex => "signedinteger, floating, complexfloating",
        }
    }
}
