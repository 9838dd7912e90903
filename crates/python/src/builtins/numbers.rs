//! `int`, `float`, `complex`, `bool`, `range`, `slice`: making them, and their methods.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{Num, One, Signed, ToPrimitive, Zero};

use super::maker;
use crate::obj::containers::{PyRange, PySlice};
use crate::obj::native::Def;
use crate::obj::{E, Exc, Imp, Obj, R, intern, type_error, types as all, value_error};
use crate::ops;
use crate::rt::Rt;

pub(super) fn types() {
    let t = all();
    maker(
        &t.int,
        "cls, x=0, /, base=",
        Imp::Both(int_sync, |rt, a| {
            Box::pin(async move {
                if let Obj::Native(n) = &a[1] {
                    if let Some(i) = rt.retry(|| n.int(&a[1])).await? {
                        return Ok(i);
                    }
                    return ops::index(&rt, &a[1]).await;
                }
                for name in ["__int__", "__index__", "__trunc__"] {
                    if let Some(f) = a[1].class().lookup_user(&intern(name)) {
                        let r = rt.call(&f, [a[1].clone()]).await?;
                        return match r {
                            Obj::Int(_) | Obj::Big(_) => Ok(r),
                            Obj::Bool(b) => Ok(Obj::Int(i64::from(b))),
                            r => Err(type_error(format!("{name} returned non-int (type {})", r.type_name()))),
                        };
                    }
                }
                Err(not_int(&a[1]))
            })
        }),
    );
    maker(
        &t.float,
        "cls, x=0.0, /",
        Imp::Both(float_sync, |rt, a| Box::pin(async move { ops::to_float(&rt, &a[1]).await.map(Obj::Float) })),
    );
    maker(
        &t.bool,
        "cls, x=False, /",
        Imp::Both(
            |_, a| ops::truth_sync(&a[1]).map(Obj::Bool),
            |rt, a| Box::pin(async move { ops::truth(&rt, &a[1]).await.map(Obj::Bool) }),
        ),
    );
    maker(&t.complex, "cls, real=0, imag=", Imp::Async(|rt, a| Box::pin(complex(rt, a))));
    maker(
        &t.range,
        "cls, start, stop=, step=, /",
        Imp::Both(range_sync, |rt, a| {
            Box::pin(async move {
                let mut v = vec![a[0].clone()];
                for x in &a[1..] {
                    v.push(if x.given() { ops::index(&rt, x).await? } else { Obj::Null });
                }
                range_sync(&rt, &v)
            })
        }),
    );
    maker(
        &t.slice,
        "cls, start, stop=, step=None, /",
        Imp::Sync(|_, a| {
            let (start, stop) = if a[2].given() { (a[1].clone(), a[2].clone()) } else { (Obj::None, a[1].clone()) };
            Ok(Obj::Slice(Rc::new(PySlice { start, stop, step: a[3].clone() })))
        }),
    );
    let d = Def::class(&t.slice);
    d.sync("indices", "self, len, /", |_, a| {
        let Obj::Slice(s) = &a[0] else { return Ok(Obj::None) };
        let n = ops::index_i64(&a[1])?;
        let (start, step, count) = ops::slice_range(s, n.max(0) as usize)?;
        let stop = match (s.stop.is_none(), step > 0) {
            (true, true) => n,
            (true, false) => -1,
            _ if count == 0 => start,
            _ => {
                let Obj::Int(i) = ops::index_sync(&s.stop)? else { return Ok(Obj::None) };
                let i = if i < 0 { i + n } else { i };
                if step > 0 { i.clamp(0, n) } else { i.clamp(-1, n - 1) }
            }
        };
        Ok(Obj::tuple(vec![Obj::Int(start), Obj::Int(stop), Obj::Int(step)]))
    });
    let d = Def::class(&t.range);
    d.asynch("index", "self, value, /", |rt, a| {
        Box::pin(async move {
            let Obj::Range(r) = &a[0] else { return Ok(Obj::None) };
            match &a[1] {
                Obj::Int(i) if ops::contains(&rt, &a[0], &a[1]).await? => Ok(Obj::Int((i - r.start) / r.step)),
                x => Err(value_error(format!("{} is not in range", ops::repr(&rt, x).await?))),
            }
        })
    });
    d.sync("count", "self, value, /", |rt, a| Ok(Obj::Int(i64::from(ops::contains_sync(rt, &a[0], &a[1])?))));
    let d = Def::class(&t.int);
    d.sync("bit_length", "self, /", |_, a| Ok(Obj::Int(big(&a[0]).bits() as i64)));
    d.sync("bit_count", "self, /", |_, a| {
        Ok(Obj::Int(big(&a[0]).abs().iter_u64_digits().map(|d| i64::from(d.count_ones())).sum()))
    });
    d.sync("conjugate", "self, /", |_, a| ops::index_sync(&a[0]));
    d.sync("is_integer", "self, /", |_, _| Ok(Obj::Bool(true)));
    d.sync("as_integer_ratio", "self, /", |_, a| Ok(Obj::tuple(vec![ops::index_sync(&a[0])?, Obj::Int(1)])));
    d.sync("to_bytes", "self, length=1, byteorder='big', *, signed=False", |_, a| {
        let n = ops::index_i64(&a[1])?.max(0) as usize;
        let b = big(&a[0]);
        if b.is_negative() && !ops::plain_truth(&a[3]) {
            return Err(E::OverflowError.msg("can't convert negative int to unsigned"));
        }
        let mut le = b.to_signed_bytes_le();
        let fill = if b.is_negative() { 0xff } else { 0 };
        while le.len() > n && le.last() == Some(&fill) {
            le.pop();
        }
        if le.len() > n {
            return Err(E::OverflowError.msg("int too big to convert"));
        }
        le.resize(n, fill);
        if a[2].as_str().is_some_and(|s| s.as_str() == "big") {
            le.reverse();
        }
        Ok(Obj::Bytes(Rc::new(le)))
    });
    d.dict.set_name(
        "from_bytes",
        Obj::Static(Rc::new(crate::obj::Wrapper {
            func: crate::obj::Builtin::new(
                "from_bytes",
                "bytes, byteorder='big', *, signed=False",
                Imp::Sync(|_, a| {
                    let Obj::Bytes(b) = &a[0] else { return Err(type_error("cannot convert to bytes")) };
                    let mut le = (**b).clone();
                    if a[1].as_str().is_some_and(|s| s.as_str() == "big") {
                        le.reverse();
                    }
                    Ok(Obj::big(if ops::plain_truth(&a[2]) {
                        BigInt::from_signed_bytes_le(&le)
                    } else {
                        BigInt::from_bytes_le(Sign::Plus, &le)
                    }))
                }),
            )
            .obj(),
        })),
    );
    let d = Def::class(&t.float);
    d.sync("is_integer", "self, /", |_, a| Ok(Obj::Bool(float(&a[0]).fract() == 0.0)));
    d.sync("conjugate", "self, /", |_, a| Ok(Obj::Float(float(&a[0]))));
    d.sync("as_integer_ratio", "self, /", |_, a| {
        let f = float(&a[0]);
        if !f.is_finite() {
            return Err(if f.is_nan() {
                value_error("cannot convert NaN to integer ratio")
            } else {
                E::OverflowError.msg("cannot convert Infinity to integer ratio")
            });
        }
        let (m, e) = decode(f);
        let (mut n, mut d) = (BigInt::from(m), BigInt::one());
        if e >= 0 {
            n <<= e as usize;
        } else {
            d <<= (-e) as usize;
        }
        let g = n.gcd(&d);
        Ok(Obj::tuple(vec![Obj::big(n / &g), Obj::big(d / &g)]))
    });
    d.sync("hex", "self, /", |_, a| Ok(Obj::str(float_hex(float(&a[0])))));
    d.dict.set_name(
        "fromhex",
        Obj::Static(Rc::new(crate::obj::Wrapper {
            func: crate::obj::Builtin::new("fromhex", "s, /", Imp::Sync(|_, a| from_hex(&a[0]))).obj(),
        })),
    );
    let d = Def::class(&t.complex);
    d.sync("conjugate", "self, /", |_, a| match &a[0] {
        Obj::Complex(c) => Ok(Obj::complex(c.0, -c.1)),
        o => Ok(o.clone()),
    });
    Def::class(&t.bytes).sync("decode", "self, encoding='utf-8', errors='strict'", |_, a| match a[0].base() {
        Obj::Bytes(b) => match String::from_utf8((**b).clone()) {
            Ok(s) => Ok(Obj::str(s)),
            Err(_) => Err(E::UnicodeDecodeError.msg("'utf-8' codec can't decode: invalid bytes")),
        },
        o => Ok(o.clone()),
    });
    Def::class(&t.bytes).sync("hex", "self, /", |_, a| match a[0].base() {
        Obj::Bytes(b) => Ok(Obj::str(b.iter().map(|b| format!("{b:02x}")).collect::<String>())),
        o => Ok(o.clone()),
    });
    maker(
        &t.bytes,
        "cls, source=, encoding=, errors=",
        Imp::Async(|rt, a| {
            Box::pin(async move {
                Ok(match &a[1] {
                    Obj::Null => Obj::Bytes(Rc::new(Vec::new())),
                    Obj::Bytes(_) => a[1].clone(),
                    Obj::Str(_) if !a[2].given() => return Err(type_error("string argument without an encoding")),
                    Obj::Str(s) => Obj::Bytes(Rc::new(s.as_bytes().to_vec())),
                    Obj::Int(n) => {
                        let n = usize::try_from(*n).map_err(|_| value_error("negative count"))?;
                        crate::obj::mem::check(n)?;
                        Obj::Bytes(Rc::new(vec![0; n]))
                    }
                    o => {
                        let mut b = Vec::new();
                        for x in ops::to_vec(&rt, o).await? {
                            match ops::index_i64(&x)? {
                                i if (0..256).contains(&i) => b.push(i as u8),
                                _ => return Err(value_error("bytes must be in range(0, 256)")),
                            }
                        }
                        Obj::Bytes(Rc::new(b))
                    }
                })
            })
        }),
    );
}

fn big(o: &Obj) -> BigInt {
    ops::to_big(o.base()).unwrap_or_default()
}

fn float(o: &Obj) -> f64 {
    ops::as_float(o).ok().flatten().unwrap_or(f64::NAN)
}

fn not_int(o: &Obj) -> Exc {
    type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{}'",
        o.type_name()
    ))
}

/// `int(o)` of a plain number.
pub fn int_of(o: &Obj) -> R<Obj> {
    match o {
        Obj::Float(f) => ops::float_to_int(*f),
        o => ops::index_sync(o),
    }
}

fn int_sync(_: &Rt, a: &[Obj]) -> R<Obj> {
    if a[2].given() {
        let Some(s) = a[1].as_str() else {
            return Err(type_error("int() can't convert non-string with explicit base"));
        };
        let base = ops::index_i64(&a[2])?;
        return parse_int(s.as_str(), base);
    }
    match &a[1] {
        Obj::Float(f) => ops::float_to_int(*f),
        Obj::Str(s) => parse_int(s.as_str(), 10),
        Obj::Int(_) | Obj::Big(_) => Ok(a[1].clone()),
        Obj::Bool(b) => Ok(Obj::Int(i64::from(*b))),
        Obj::Instance(i) => {
            let c = i.class.borrow();
            if ["__int__", "__index__", "__trunc__"].iter().any(|n| c.lookup_user(&intern(n)).is_some()) {
                return Err(Exc::NeedsVm);
            }
            match &i.base {
                Obj::Null => Err(not_int(&a[1])),
                Obj::Str(s) => parse_int(s.as_str(), 10),
                b => int_of(b).map_err(|_| not_int(&a[1])),
            }
        }
        Obj::Native(_) => Err(Exc::NeedsVm),
        o => Err(not_int(o)),
    }
}

fn parse_int(text: &str, base: i64) -> R<Obj> {
    let bad = || value_error(format!("invalid literal for int() with base {base}: {}", ops::str_repr(text)));
    if base != 0 && !(2..=36).contains(&base) {
        return Err(value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    let s = text.trim();
    let (sign, digits) = match s.as_bytes().first() {
        Some(b'-') => ("-", &s[1..]),
        Some(b'+') => ("", &s[1..]),
        _ => ("", s),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixed = |p: &str, b: i64| lower.starts_with(p) && (base == b || base == 0);
    let (radix, digits) = if prefixed("0x", 16) {
        (16, &lower[2..])
    } else if prefixed("0o", 8) {
        (8, &lower[2..])
    } else if prefixed("0b", 2) {
        (2, &lower[2..])
    } else {
        (if base == 0 { 10 } else { base as u32 }, lower.as_str())
    };
    if digits.is_empty()
        || digits.starts_with('_') && digits == lower
        || digits.ends_with('_')
        || digits.contains("__")
        || digits.starts_with(['+', '-'])
    {
        return Err(bad());
    }
    let clean = digits.replace('_', "");
    if clean.len() > 4300 && !radix.is_power_of_two() {
        return Err(value_error(format!(
            "Exceeds the limit (4300 digits) for integer string conversion: value has {} digits; use sys.set_int_max_str_digits() to increase the limit",
            clean.len()
        )));
    }
    BigInt::from_str_radix(&format!("{sign}{clean}"), radix).map(Obj::big).map_err(|_| bad())
}

fn float_sync(_: &Rt, a: &[Obj]) -> R<Obj> {
    match a[1].base() {
        Obj::Str(s) => parse_float(s.as_str()).map(Obj::Float),
        Obj::Float(f) => Ok(Obj::Float(*f)),
        _ => match ops::float_sync(&a[1]) {
            Err(Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) && !matches!(a[1], Obj::Native(_)) => Err(
                type_error(format!("float() argument must be a string or a real number, not '{}'", a[1].type_name())),
            ),
            r => r.map(Obj::Float),
        },
    }
}

/// `float("...")`.
pub fn parse_float(text: &str) -> R<f64> {
    let bad = || value_error(format!("could not convert string to float: {}", ops::str_repr(text)));
    let s = text.trim().to_ascii_lowercase();
    let body = s.trim_start_matches(['+', '-']);
    let negative = s.starts_with('-');
    if s.len() - body.len() > 1 {
        return Err(bad());
    }
    match body {
        "inf" | "infinity" => return Ok(if negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        "nan" => return Ok(f64::NAN),
        _ => {}
    }
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') || body.contains("__") || body.ends_with('_') {
        return Err(bad());
    }
    s.replace('_', "").parse().map_err(|_| bad())
}

async fn complex(rt: Rt, a: Vec<Obj>) -> R<Obj> {
    if let Some(s) = a[1].as_str() {
        return parse_complex(s.as_str());
    }
    let mut parts = Vec::new();
    for x in &a[1..] {
        parts.push(match x.base() {
            Obj::Null => (0.0, 0.0),
            Obj::Complex(c) => **c,
            Obj::Native(n) => match rt.retry(|| n.complex(x)).await? {
                Some(c) => c,
                None => (ops::to_float(&rt, x).await?, 0.0),
            },
            _ => match x.class().lookup_user(&intern("__complex__")) {
                Some(f) => match rt.call(&f, [x.clone()]).await? {
                    Obj::Complex(c) => *c,
                    o => return Err(type_error(format!("__complex__ returned non-complex (type {})", o.type_name()))),
                },
                None => match ops::to_float(&rt, x).await {
                    Ok(f) => (f, 0.0),
                    Err(_) => {
                        return Err(type_error(format!(
                            "complex() first argument must be a string or a number, not '{}'",
                            x.type_name()
                        )));
                    }
                },
            },
        });
    }
    Ok(Obj::complex(parts[0].0 - parts[1].1, parts[0].1 + parts[1].0))
}

fn parse_complex(text: &str) -> R<Obj> {
    let bad = || value_error("complex() arg is a malformed string");
    let s = text.trim().trim_start_matches('(').trim_end_matches(')').trim();
    let Some(body) = s.strip_suffix(['j', 'J']) else {
        return parse_float(s).map(|f| Obj::complex(f, 0.0)).map_err(|_| bad());
    };
    let split = body
        .char_indices()
        .rev()
        .find(|(i, c)| matches!(c, '+' | '-') && *i > 0 && !matches!(body.as_bytes()[i - 1], b'e' | b'E'))
        .map_or(0, |(i, _)| i);
    let (re, im) = body.split_at(split);
    let re = if re.is_empty() { 0.0 } else { parse_float(re).map_err(|_| bad())? };
    let im = match im {
        "" | "+" => 1.0,
        "-" => -1.0,
        s => parse_float(s).map_err(|_| bad())?,
    };
    Ok(Obj::complex(re, im))
}

fn range_sync(_: &Rt, a: &[Obj]) -> R<Obj> {
    let get = |o: &Obj| -> R<i64> {
        match ops::index_sync(o)? {
            Obj::Int(i) => Ok(i),
            _ => Err(E::OverflowError.msg("Python int too large to convert to C ssize_t")),
        }
    };
    let (start, stop) = if a[2].given() { (get(&a[1])?, get(&a[2])?) } else { (0, get(&a[1])?) };
    let step = if a[3].given() { get(&a[3])? } else { 1 };
    if step == 0 {
        return Err(value_error("range() arg 3 must not be zero"));
    }
    Ok(Obj::Range(Rc::new(PyRange { start, stop, step })))
}

/// `pow(x, y, m)`.
pub fn pow_mod(rt: &Rt, x: &Obj, y: &Obj, m: &Obj) -> R<Obj> {
    let (Some(x), Some(y), Some(m)) = (ops::to_big(x.base()), ops::to_big(y.base()), ops::to_big(m.base())) else {
        return Err(type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    };
    if m.is_zero() {
        return Err(value_error("pow() 3rd argument cannot be 0"));
    }
    rt.charge((m.bits() / 64 + 1).pow(2) * (y.bits() + 1) / 8)?;
    let (x, y) = if y.is_negative() {
        let e = x.extended_gcd(&m);
        if !e.gcd.abs().is_one() {
            return Err(value_error("base is not invertible for the given modulus"));
        }
        ((e.x * e.gcd.signum()).mod_floor(&m), -y)
    } else {
        (x, y)
    };
    let r = x.modpow(&y, &m);
    Ok(Obj::big(r.mod_floor(&m)))
}

/// `round(x, n)` of plain numbers: half to even, on the decimal digits.
pub fn round(x: &Obj, n: &Obj) -> R<Obj> {
    match x {
        Obj::Float(f) => {
            if n.is_none() {
                let r = f.round_ties_even();
                return ops::float_to_int(r);
            }
            let n = ops::index_i64(n)?;
            if !f.is_finite() || n > 323 {
                return Ok(x.clone());
            }
            if n >= 0 {
                let s = format!("{:.*}", n as usize, f);
                return Ok(Obj::Float(s.parse().unwrap_or(*f)));
            }
            if n < -308 {
                return Ok(Obj::Float(0.0_f64.copysign(*f)));
            }
            let p = 10f64.powi(-n as i32);
            Ok(Obj::Float((f / p).round_ties_even() * p))
        }
        Obj::Int(_) | Obj::Big(_) | Obj::Bool(_) => {
            let i = ops::index_sync(x)?;
            if n.is_none() {
                return Ok(i);
            }
            let n = ops::index_i64(n)?;
            if n >= 0 {
                return Ok(i);
            }
            let b = ops::to_big(&i).unwrap_or_default();
            if -n > 4300 {
                return Ok(Obj::Int(0));
            }
            let p = num_traits::Pow::pow(&BigInt::from(10), (-n) as u64);
            let (q, r) = b.div_mod_floor(&p);
            let twice: BigInt = &r * 2;
            let up = twice > p || (twice == p && q.is_odd());
            Ok(Obj::big((if up { q + 1 } else { q }) * p))
        }
        o => Err(type_error(format!("type {} doesn't define __round__ method", o.type_name()))),
    }
}

/// `bin`, `oct`, `hex`.
pub fn radix(o: &Obj, radix: u32, prefix: &str) -> R<Obj> {
    let i = ops::index_sync(o)?;
    let b = ops::to_big(&i).unwrap_or_default();
    let sign = if b.is_negative() { "-" } else { "" };
    Ok(Obj::str(format!("{sign}{prefix}{}", b.abs().to_str_radix(radix))))
}

/// Mantissa and exponent: `f == m * 2**e`.
fn decode(f: f64) -> (i64, i32) {
    if f == 0.0 {
        return (0, 0);
    }
    let bits = f.to_bits();
    let e = ((bits >> 52) & 0x7ff) as i32;
    let m = bits & ((1 << 52) - 1);
    let (m, e) = if e == 0 { (m, -1074) } else { (m | 1 << 52, e - 1075) };
    let m = m as i64;
    (if f < 0.0 { -m } else { m }, e)
}

fn float_hex(f: f64) -> String {
    if !f.is_finite() {
        return ops::float_repr(f);
    }
    let sign = if f.is_sign_negative() { "-" } else { "" };
    if f == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = f.to_bits();
    let e = ((bits >> 52) & 0x7ff) as i32;
    let m = bits & ((1 << 52) - 1);
    let (lead, e) = if e == 0 { (0, -1022) } else { (1, e - 1023) };
    format!("{sign}0x{lead}.{m:013x}p{}{}", if e < 0 { "-" } else { "+" }, e.abs())
}

fn from_hex(o: &Obj) -> R<Obj> {
    let bad = || value_error("invalid hexadecimal floating-point string");
    let Some(s) = o.as_str() else { return Err(type_error("fromhex() argument must be str")) };
    let t = s.as_str().trim().to_ascii_lowercase();
    let (sign, t) = match t.strip_prefix('-') {
        Some(r) => (-1.0, r.to_string()),
        None => (1.0, t.trim_start_matches('+').to_string()),
    };
    if matches!(t.as_str(), "inf" | "infinity" | "nan") {
        return parse_float(&t).map(|f| Obj::Float(sign * f));
    }
    let t = t.strip_prefix("0x").unwrap_or(&t).to_string();
    let (m, e) = t.split_once('p').unwrap_or((&t, "0"));
    let e: i32 = e.parse().map_err(|_| bad())?;
    let (whole, frac) = m.split_once('.').unwrap_or((m, ""));
    let digits = format!("{whole}{frac}");
    let b = BigInt::from_str_radix(&digits, 16).map_err(|_| bad())?;
    let f = b.to_f64().unwrap_or(f64::INFINITY) * 2f64.powi(e - 4 * frac.len() as i32);
    Ok(Obj::Float(sign * f))
}
