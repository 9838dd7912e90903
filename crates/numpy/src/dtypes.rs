//! Dtypes as values: promotion, casting rules, `finfo`, `iinfo`, and calling a scalar type.

use crate::arg::{AbstractType, Object, PyType, TypeArg};
use crate::object::Record;
use crate::prelude::*;
use std::rc::Rc;

/// Calls a type: `jnp.float32(x)` is a JAX array, `np.float32(x)` a NumPy scalar.
pub fn call_type(cx: &Cx, t: TypeArg, x: Option<&Arg>) -> Result<Arg> {
    let zero = Arg::Int(0);
    let x = x.unwrap_or(&zero);
    match t {
        TypeArg::Jnp(d) => Ok(crate::creation::asarray(cx, x, Some(d.canonicalize(cx.x64())))?.into()),
        TypeArg::Np(d) => {
            let a = match x {
                Arg::NpArray(a) | Arg::NpScalar(a) => cv::host_cast(a, d)?,
                Arg::Array(v) => cv::host_cast(&cx.concrete(v, Look::Array)?, d)?,
                n => match cv::number(n, d, false)? {
                    Some(a) => a,
                    None => {
                        return Err(Error::type_error(format!(
                            "float() argument must be a string or a real number, not '{}'",
                            n.type_name()
                        )));
                    }
                },
            };
            Ok(if a.shape().is_empty() { Arg::NpScalar(a) } else { Arg::NpArray(a) })
        }
        TypeArg::Python(p) => crate::methods::to_python(cx, x, p),
        TypeArg::Abstract(_) => Err(Error::type_error("cannot create instances of an abstract numeric type")),
    }
}

/// Attributes of dtypes and scalar types: `name`, `kind`, `itemsize`, `dtype`, `type`.
pub fn type_attr(x: &Arg, name: &str) -> Option<Arg> {
    let d = cv::dtype_named(x).ok()?.0;
    Some(match name {
        "name" => Arg::str(d.name()),
        "__name__" if !matches!(x, Arg::DType(_)) => Arg::str(d.name()),
        "dtype" if matches!(x, Arg::Type(_)) => Arg::DType(d),
        "type" => Arg::Type(TypeArg::Np(d)),
        "itemsize" => Arg::from(d.size()),
        "kind" => Arg::str(match d {
            DType::Bool => "b",
            d if d.is_signed() => "i",
            d if d.is_unsigned() => "u",
            DType::BF16 | DType::Key | DType::Float0 => "V",
            d if d.is_floating() => "f",
            _ => "c",
        }),
        "shape" => Arg::Tuple(vec![]),
        _ => return None,
    })
}

/// `np.dtype(x) == y`: dtypes, scalar types and names mean the same thing.
pub fn dtype_eq(a: &Arg, b: &Arg) -> Option<bool> {
    let is = |x: &Arg| matches!(x, Arg::DType(_) | Arg::Type(TypeArg::Jnp(_) | TypeArg::Np(_) | TypeArg::Python(_)));
    if !(is(a) || is(b)) {
        return None;
    }
    match (cv::dtype_named(a), cv::dtype_named(b)) {
        (Ok(x), Ok(y)) if !matches!(a, Arg::Array(_) | Arg::NpArray(_)) => Some(x.0 == y.0),
        _ => Some(false),
    }
}

fn is_sub(d: DType, t: AbstractType) -> bool {
    match t {
        AbstractType::Generic => !matches!(d, DType::Key),
        AbstractType::Number => d.is_integer() || d.is_inexact(),
        AbstractType::Integer => d.is_integer(),
        AbstractType::SignedInteger => d.is_signed(),
        AbstractType::UnsignedInteger => d.is_unsigned(),
        AbstractType::Inexact => d.is_inexact(),
        AbstractType::Floating => d.is_floating(),
        AbstractType::ComplexFloating => d.is_complex(),
        AbstractType::Extended | AbstractType::PrngKey => d == DType::Key,
    }
}
/// Whether one abstract type is below another.
fn below(a: AbstractType, b: AbstractType) -> bool {
    use AbstractType::*;
    a == b
        || match a {
            Generic | Extended => false,
            Number => b == Generic,
            PrngKey => matches!(b, Extended),
            Integer | Inexact => matches!(b, Number | Generic),
            SignedInteger | UnsignedInteger => matches!(b, Integer | Number | Generic),
            Floating | ComplexFloating => matches!(b, Inexact | Number | Generic),
        }
}
fn issubdtype(_: &Cx, b: &Bound) -> Result<Arg> {
    let python = |x: &Arg| match x {
        Arg::Type(TypeArg::Python(p)) => Some(match p {
            PyType::Bool => Arg::DType(DType::Bool),
            PyType::Int => Arg::Type(TypeArg::Abstract(AbstractType::SignedInteger)),
            PyType::Float => Arg::Type(TypeArg::Abstract(AbstractType::Floating)),
            PyType::Complex => Arg::Type(TypeArg::Abstract(AbstractType::ComplexFloating)),
        }),
        _ => None,
    };
    let y = python(&b[1]).unwrap_or(b[1].clone());
    Ok(Arg::Bool(match (&b[0], &y) {
        (Arg::Type(TypeArg::Abstract(x)), Arg::Type(TypeArg::Abstract(y))) => below(*x, *y),
        (x, Arg::Type(TypeArg::Abstract(y))) => is_sub(cv::dtype_named(x)?.0, *y),
        (Arg::Type(TypeArg::Abstract(_)), _) => false,
        (x, y) => cv::dtype_named(x)?.0 == cv::dtype_named(y)?.0,
    }))
}
fn isdtype(_: &Cx, b: &Bound) -> Result<Arg> {
    let d = cv::dtype_named(&b["dtype"])?.0;
    let one = |k: &Arg| -> Result<bool> {
        Ok(match k.as_str() {
            Some("bool") => d == DType::Bool,
            Some("signed integer") => d.is_signed(),
            Some("unsigned integer") => d.is_unsigned(),
            Some("integral") => d.is_integer(),
            Some("real floating") => d.is_floating(),
            Some("complex floating") => d.is_complex(),
            Some("numeric") => d.is_integer() || d.is_inexact(),
            Some(other) => {
                return Err(Error::value_error(format!(
                    "Unrecognized kind='{other}' expected one of ['bool', 'signed integer', 'unsigned integer', 'integral', 'real floating', 'complex floating', 'numeric'], or a compatible input for jnp.dtype()"
                )));
            }
            None => cv::dtype_named(k)?.0 == d,
        })
    };
    let kinds = match &b["kind"] {
        Arg::Tuple(v) => v.clone(),
        k => vec![k.clone()],
    };
    for k in &kinds {
        if one(k)? {
            return Ok(Arg::Bool(true));
        }
    }
    Ok(Arg::Bool(false))
}

/// The dtype and weak flag of a value or of something that names a dtype.
fn type_of(cx: &Cx, x: &Arg) -> Result<(DType, bool)> {
    if let Some(t) = cv::dtype_of(cx, x) {
        return Ok(t);
    }
    if let Arg::Object(o) = x
        && let Some(d) = o.attr(cx, "dtype")?
    {
        return cv::dtype_named(&d);
    }
    let (d, w) = cv::dtype_named(x)?;
    Ok((d.canonicalize(cx.x64()), w))
}
fn promote_types(cx: &Cx, b: &Bound) -> Result<Arg> {
    let named = |x: &Arg| -> Result<(DType, bool)> {
        let (d, w) = cv::dtype_named(x)?;
        Ok((d.canonicalize(true), w))
    };
    let types = [named(&b[0])?, named(&b[1])?];
    match gradlens_ir::dtype::result_type(&types, true) {
        Some((d, _)) => Ok(Arg::DType(d.canonicalize(cx.x64() || types.iter().any(|t| t.0.is_x64() && !t.1)))),
        None => cv::common_dtype(cx, &types).map(|t| Arg::DType(t.0)),
    }
}
fn result_type(cx: &Cx, b: &Bound) -> Result<Arg> {
    let types = b["args"].sequence().unwrap_or_default().iter().map(|x| type_of(cx, x)).collect::<Result<Vec<_>>>()?;
    if types.is_empty() {
        return Err(Error::value_error("at least one array or dtype is required"));
    }
    Ok(Arg::DType(cv::common_dtype(cx, &types)?.0))
}
fn can_cast(_: &Cx, b: &Bound) -> Result<Arg> {
    let (from, to) = (cv::dtype_named(&b["from_"])?.0, cv::dtype_named(&b["to"])?.0);
    let rank = |d: DType| match d {
        DType::Bool => 0,
        d if d.is_unsigned() => 1,
        d if d.is_signed() => 2,
        d if d.is_floating() => 3,
        _ => 4,
    };
    // Bits of the significand: an integer fits a float that can hold it exactly (NumPy's table).
    let safe = from == to
        || match (from, to) {
            (DType::Bool, _) => true,
            (f, t) if f.is_unsigned() && t.is_unsigned() => f.bits() <= t.bits(),
            (f, t) if f.is_unsigned() && t.is_signed() => f.bits() < t.bits(),
            (f, t) if f.is_signed() && t.is_signed() => f.bits() <= t.bits(),
            (f, t) if f.is_integer() && t.is_inexact() => f.bits() < t.bits() || t.bits() == 64,
            (f, t) if f.is_floating() && t.is_inexact() => f.bits() <= t.bits() && !(f.bits() == 16 && t.bits() == 16),
            (f, t) if f.is_complex() && t.is_complex() => f.bits() <= t.bits(),
            _ => false,
        };
    Ok(Arg::Bool(match b["casting"].as_str() {
        Some("unsafe") => true,
        Some("no" | "equiv") => from == to,
        Some("same_kind") => safe || rank(from) <= rank(to),
        _ => safe,
    }))
}

/// `finfo` of a float dtype.
fn finfo(cx: &Cx, x: &Arg) -> Result<Arg> {
    let d = type_of(cx, x)?.0.real();
    // (mantissa bits, exponent bits, decimal digits)
    let (m, e, digits) = match d {
        DType::F16 => (10, 5, 3),
        DType::BF16 => (7, 8, 2),
        DType::F32 => (23, 8, 6),
        DType::F64 => (52, 11, 15),
        other => return Err(Error::value_error(format!("data type <class 'numpy.{other}'> not inexact"))),
    };
    let emax = (1 << (e - 1)) - 1;
    let max = (2.0 - 2f64.powi(-m)) * 2f64.powi(emax);
    let scalar = |v: f64| Arg::NpScalar(Array::full(&[], d, v));
    let fields = vec![
        ("bits", Arg::from(d.bits() as usize)),
        ("dtype", Arg::DType(d)),
        ("eps", scalar(2f64.powi(-m))),
        ("epsneg", scalar(2f64.powi(-m - 1))),
        ("max", scalar(max)),
        ("min", scalar(-max)),
        ("tiny", scalar(2f64.powi(1 - emax))),
        ("smallest_normal", scalar(2f64.powi(1 - emax))),
        ("smallest_subnormal", scalar(if d == DType::F64 { 5e-324 } else { 2f64.powi(1 - emax - m) })),
        ("resolution", scalar(10f64.powi(-digits))),
        ("precision", Arg::Int(digits as i64)),
        ("nmant", Arg::Int(m as i64)),
        ("nexp", Arg::Int(e as i64)),
        ("maxexp", Arg::Int(emax as i64 + 1)),
        ("minexp", Arg::Int(1 - emax as i64)),
        ("machep", Arg::Int(-m as i64)),
    ];
    let t = |v: f64| crate::print::float_text(Array::full(&[], d, v).to_f64s().map(|v| v[0]).unwrap_or(v), d);
    let text = format!("finfo(resolution={}, min={}, max={}, dtype={d})", t(10f64.powi(-digits)), t(-max), t(max));
    Ok(Arg::Object(Rc::new(Record { type_name: "finfo", fields, text }) as Rc<dyn Object>))
}
fn iinfo(cx: &Cx, x: &Arg) -> Result<Arg> {
    let d = type_of(cx, x)?.0;
    if !d.is_integer() {
        return Err(Error::value_error(format!(
            "Invalid integer data type '{}'.",
            if d.is_floating() { "f" } else { "c" }
        )));
    }
    let bits = d.bits();
    let (lo, hi): (Arg, Arg) = match d {
        DType::U64 => (Arg::Int(0), Arg::BigInt(u64::MAX.to_string().into())),
        d if d.is_unsigned() => (Arg::Int(0), Arg::Int((1i64 << bits) - 1)),
        DType::I64 => (Arg::Int(i64::MIN), Arg::Int(i64::MAX)),
        _ => (Arg::Int(-(1i64 << (bits - 1))), Arg::Int((1i64 << (bits - 1)) - 1)),
    };
    let text =
        format!("iinfo(min={}, max={}, dtype={d})", crate::print::repr_short(&lo), crate::print::repr_short(&hi));
    let fields = vec![("bits", Arg::from(bits as usize)), ("dtype", Arg::DType(d)), ("min", lo), ("max", hi)];
    Ok(Arg::Object(Rc::new(Record { type_name: "iinfo", fields, text }) as Rc<dyn Object>))
}
fn is_complex_object(cx: &Cx, x: &Arg) -> Result<bool> {
    Ok(crate::creation::asarray(cx, x, None).map(|v| v.dtype().is_complex()).unwrap_or(false))
}
fn elementwise_imag(cx: &Cx, b: &Bound, zero: bool) -> Result<Arg> {
    let x = val(cx, "isreal", &b[0])?;
    let i = crate::ufuncs::imag(cx, &x)?;
    Ok(if zero { p::eq(cx, &i, &p::like(&i, 0.0))? } else { p::ne(cx, &i, &p::like(&i, 0.0))? }.into())
}

/// The table's lines.
pub(crate) const TABLE: &[Entry] = &[
    entry(
        "jax.numpy.dtype",
        "dtype, /",
        "The dtype of a name or type.",
        Sync(|_, b| Ok(Arg::DType(cv::dtype_named(&b[0])?.0))),
    ),
    entry(
        "numpy.dtype",
        "dtype, /",
        "The dtype of a name or type.",
        Sync(|_, b| Ok(Arg::DType(cv::dtype_named(&b[0])?.0))),
    ),
    entry("jax.numpy.finfo", "dtype", "Limits of a float dtype.", Sync(|cx, b| finfo(cx, &b[0]))),
    entry("jax.numpy.iinfo", "int_type", "Limits of an integer dtype.", Sync(|cx, b| iinfo(cx, &b[0]))),
    entry("jax.numpy.issubdtype", "arg1, arg2", "Whether a dtype is of a kind.", Sync(issubdtype)),
    entry("jax.numpy.isdtype", "dtype, kind", "Whether a dtype is of a kind (array API).", Sync(isdtype)),
    entry("jax.numpy.promote_types", "a, b", "The common dtype of two dtypes.", Sync(promote_types)),
    entry("jax.numpy.result_type", "*args", "The common dtype of values and dtypes.", Sync(result_type)),
    entry("jax.numpy.can_cast", "from_, to, casting='safe'", "Whether a cast keeps values.", Sync(can_cast)),
    entry(
        "jax.numpy.iscomplexobj",
        "x",
        "Whether the dtype is complex.",
        Sync(|cx, b| Ok(Arg::Bool(is_complex_object(cx, &b[0])?))),
    ),
    entry(
        "jax.numpy.isrealobj",
        "x",
        "Whether the dtype is not complex.",
        Sync(|cx, b| Ok(Arg::Bool(!is_complex_object(cx, &b[0])?))),
    ),
    entry("jax.numpy.isreal", "x", "Where the imaginary part is zero.", Sync(|cx, b| elementwise_imag(cx, b, true))),
    entry(
        "jax.numpy.iscomplex",
        "x",
        "Where the imaginary part is not zero.",
        Sync(|cx, b| elementwise_imag(cx, b, false)),
    ),
    entry(
        "jax.numpy.isscalar",
        "element",
        "Whether it is a scalar.",
        Sync(|_, b| {
            Ok(Arg::Bool(
                b[0].is_number()
                    || matches!(&b[0], Arg::NpScalar(_))
                    || matches!(&b[0], Arg::Array(v) if v.ndim() == 0)
                    || matches!(&b[0], Arg::Str(_)),
            ))
        }),
    ),
];
