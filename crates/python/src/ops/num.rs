//! Numbers: what counts as an integer or a float, and how floats are written.

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use crate::obj::{Exc, Obj, R, exc, intern, type_error, value_error};
use crate::rt::Rt;

/// `o.__index__()`, where no user code has to run.
pub fn index_sync(o: &Obj) -> R<Obj> {
    match o {
        Obj::Int(_) | Obj::Big(_) => Ok(o.clone()),
        Obj::Bool(b) => Ok(Obj::Int(i64::from(*b))),
        Obj::Native(n) => n.index(o)?.ok_or_else(|| not_int(o)),
        Obj::Instance(i) => {
            if i.class.borrow().lookup_user(&intern("__index__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            if i.base.given() { index_sync(&i.base) } else { Err(not_int(o)) }
        }
        _ => Err(not_int(o)),
    }
}

fn not_int(o: &Obj) -> Exc {
    type_error(format!("'{}' object cannot be interpreted as an integer", o.type_name()))
}

/// `o.__index__()`.
pub async fn index(rt: &Rt, o: &Obj) -> R<Obj> {
    match rt.retry(|| index_sync(o)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let r = rt.call_method(o, "__index__", []).await?;
    match index_sync(&r) {
        Ok(i) => Ok(i),
        Err(_) => Err(type_error(format!("__index__ returned non-int (type {})", r.type_name()))),
    }
}

/// An integer that must fit: a count, a position.
pub fn index_i64(o: &Obj) -> R<i64> {
    match index_sync(o)? {
        Obj::Int(i) => Ok(i),
        _ => Err(exc::E::OverflowError.msg("Python int too large to convert to C ssize_t")),
    }
}

/// The big form of an integer object.
pub fn to_big(o: &Obj) -> Option<BigInt> {
    match o {
        Obj::Int(i) => Some(BigInt::from(*i)),
        Obj::Bool(b) => Some(BigInt::from(i64::from(*b))),
        Obj::Big(b) => Some((**b).clone()),
        _ => None,
    }
}

/// A real number as a float; None: not a plain real number. An integer that is too large is an `OverflowError`.
pub fn as_float(o: &Obj) -> R<Option<f64>> {
    Ok(Some(match o.base() {
        Obj::Float(f) => *f,
        Obj::Int(i) => *i as f64,
        Obj::Bool(b) => f64::from(u8::from(*b)),
        Obj::Big(b) => match b.to_f64() {
            Some(f) if f.is_finite() => f,
            _ => return Err(exc::E::OverflowError.msg("int too large to convert to float")),
        },
        _ => return Ok(None),
    }))
}

/// `float(o)` of a number (not of a string), where no user code has to run.
pub fn float_sync(o: &Obj) -> R<f64> {
    if let Some(f) = as_float(o)? {
        return Ok(f);
    }
    match o {
        Obj::Native(n) => n.float(o)?.ok_or_else(|| not_real(o)),
        Obj::Instance(i) => {
            let c = i.class.borrow();
            if c.lookup_user(&intern("__float__")).is_some() || c.lookup_user(&intern("__index__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            Err(not_real(o))
        }
        _ => Err(not_real(o)),
    }
}

fn not_real(o: &Obj) -> Exc {
    type_error(format!("must be real number, not {}", o.type_name()))
}

/// `float(o)` of a number.
pub async fn to_float(rt: &Rt, o: &Obj) -> R<f64> {
    match rt.retry(|| float_sync(o)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let name = if o.class().lookup_user(&intern("__float__")).is_some() { "__float__" } else { "__index__" };
    let r = rt.call_method(o, name, []).await?;
    match as_float(&r)? {
        Some(f) => Ok(f),
        None => Err(type_error(format!("{}.{name} returned non-float (type {})", o.type_name(), r.type_name()))),
    }
}

/// `int(f)`.
pub fn float_to_int(f: f64) -> R<Obj> {
    if f.is_nan() {
        return Err(value_error("cannot convert float NaN to integer"));
    }
    if f.is_infinite() {
        return Err(exc::E::OverflowError.msg("cannot convert float infinity to integer"));
    }
    if f.abs() < 9.2e18 {
        return Ok(Obj::Int(f as i64));
    }
    Ok(BigInt::from_f64(f.trunc()).map_or(Obj::Int(0), Obj::big))
}

/// `repr(f)`: the shortest digits that read back to the same float, in CPython's layout.
pub fn float_repr(f: f64) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "inf".into() } else { "-inf".into() };
    }
    if f == 0.0 {
        return if f.is_sign_negative() { "-0.0".into() } else { "0.0".into() };
    }
    let s = format!("{f:e}");
    let (mantissa, exponent) = s.split_once('e').unwrap_or((&s, "0"));
    let exp: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exp) {
        let s = format!("{f}");
        return if s.contains('.') { s } else { format!("{s}.0") };
    }
    format!("{mantissa}e{}{:02}", if exp < 0 { '-' } else { '+' }, exp.abs())
}

/// A part of a complex number's repr: a float without `.0`.
fn part(f: f64) -> String {
    let s = float_repr(f);
    s.strip_suffix(".0").map_or(s.clone(), str::to_string)
}

/// `repr(complex(re, im))`.
pub fn complex_repr(re: f64, im: f64) -> String {
    if re == 0.0 && re.is_sign_positive() {
        return format!("{}j", part(im));
    }
    let sign = if im.is_sign_negative() && !im.is_nan() { "" } else { "+" };
    format!("({}{sign}{}j)", part(re), part(im))
}
