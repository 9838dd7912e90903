//! Arithmetic: numbers of all sizes, sequences, sets, and the dunder protocol.

use std::rc::Rc;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::{BinOp, UnOp, as_float, to_big};
use crate::obj::{E, Exc, Obj, PyList, PySet, R, Table, intern, mem, type_error, value_error};
use crate::rt::Rt;

/// `a op b`, where no user code has to decide.
pub fn binary_sync(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Obj> {
    use Obj::{Float, Instance, Int, Native};
    match (a, b) {
        (Int(x), Int(y)) => {
            if let Some(r) = small(op, *x, *y) {
                return Ok(Int(r));
            }
        }
        (Float(x), Float(y)) => return float_op(op, *x, *y, a, b),
        (Native(_), _) | (_, Native(_)) => {
            if matches!(a, Instance(_)) || matches!(b, Instance(_)) {
                return Err(Exc::NeedsVm);
            }
            return native(rt, op, a, b)?.ok_or_else(|| unsupported(op, a, b));
        }
        (Instance(_), _) | (_, Instance(_)) => {
            if overrides(a, op) || overrides(b, op) {
                return Err(Exc::NeedsVm);
            }
            return match builtin_op(rt, op, a.base(), b.base())? {
                Some(r) => Ok(r),
                None => Err(unsupported(op, a, b)),
            };
        }
        _ => {}
    }
    match builtin_op(rt, op, a, b)? {
        Some(r) => Ok(r),
        None => Err(unsupported(op, a, b)),
    }
}

fn overrides(o: &Obj, op: BinOp) -> bool {
    let Obj::Instance(i) = o else { return false };
    let c = i.class.borrow();
    c.lookup_user(&intern(&format!("__{}__", op.dunder()))).is_some()
        || c.lookup_user(&intern(&format!("__r{}__", op.dunder()))).is_some()
}

fn native(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Option<Obj>> {
    if let Obj::Native(n) = a
        && let Some(r) = n.binary(rt, op, a, b, false)?
    {
        return Ok(Some(r));
    }
    if let Obj::Native(n) = b
        && let Some(r) = n.binary(rt, op, b, a, true)?
    {
        return Ok(Some(r));
    }
    Ok(None)
}

fn unsupported(op: BinOp, a: &Obj, b: &Obj) -> Exc {
    match (op, a, b) {
        (BinOp::Add, Obj::Str(_), _) => {
            return type_error(format!("can only concatenate str (not \"{}\") to str", b.type_name()));
        }
        (BinOp::Add, Obj::List(_), _) => {
            return type_error(format!("can only concatenate list (not \"{}\") to list", b.type_name()));
        }
        (BinOp::Add, Obj::Tuple(_), _) => {
            return type_error(format!("can only concatenate tuple (not \"{}\") to tuple", b.type_name()));
        }
        (BinOp::Mul, Obj::Str(_) | Obj::List(_) | Obj::Tuple(_) | Obj::Bytes(_), _) => {
            return type_error(format!("can't multiply sequence by non-int of type '{}'", b.type_name()));
        }
        (BinOp::Mul, _, Obj::Str(_) | Obj::List(_) | Obj::Tuple(_) | Obj::Bytes(_)) => {
            return type_error(format!("can't multiply sequence by non-int of type '{}'", a.type_name()));
        }
        _ => {}
    }
    type_error(format!("unsupported operand type(s) for {}: '{}' and '{}'", op.sign(), a.type_name(), b.type_name()))
}

/// Small integers whose result is small; None: overflow, or an operation that needs more care.
fn small(op: BinOp, x: i64, y: i64) -> Option<i64> {
    match op {
        BinOp::Add => x.checked_add(y),
        BinOp::Sub => x.checked_sub(y),
        BinOp::Mul => x.checked_mul(y),
        BinOp::FloorDiv if y != 0 && y != -1 => Some(Integer::div_floor(&x, &y)),
        BinOp::Mod if y != 0 && y != -1 => Some(x.mod_floor(&y)),
        BinOp::And => Some(x & y),
        BinOp::Or => Some(x | y),
        BinOp::Xor => Some(x ^ y),
        BinOp::LShift if (0..63).contains(&y) => {
            let r = x << y;
            (r >> y == x).then_some(r)
        }
        BinOp::RShift if y >= 0 => Some(x >> y.min(63)),
        BinOp::Pow if y >= 0 => x.checked_pow(u32::try_from(y).ok()?),
        _ => None,
    }
}

fn zero_division(op: BinOp, float: bool) -> Exc {
    E::ZeroDivisionError.msg(match (op, float) {
        (BinOp::Div, false) => "division by zero",
        (BinOp::Div, true) => "float division by zero",
        (BinOp::FloorDiv, true) => "float floor division by zero",
        (BinOp::Mod, true) => "float modulo",
        (BinOp::Mod, false) => "integer modulo by zero",
        _ => "integer division or modulo by zero",
    })
}

fn float_op(op: BinOp, x: f64, y: f64, a: &Obj, b: &Obj) -> R<Obj> {
    Ok(Obj::Float(match op {
        BinOp::Add => x + y,
        BinOp::Sub => x - y,
        BinOp::Mul => x * y,
        BinOp::Div | BinOp::FloorDiv | BinOp::Mod if y == 0.0 => {
            return Err(zero_division(op, true));
        }
        BinOp::Div => x / y,
        BinOp::FloorDiv => float_divmod(x, y).0,
        BinOp::Mod => float_divmod(x, y).1,
        BinOp::Pow => return float_pow(x, y),
        _ => return Err(unsupported(op, a, b)),
    }))
}

/// Python's `divmod` of floats, `y != 0`.
pub fn float_divmod(x: f64, y: f64) -> (f64, f64) {
    let mut m = x % y;
    let mut d = (x - m) / y;
    if m != 0.0 {
        if (y < 0.0) != (m < 0.0) {
            m += y;
            d -= 1.0;
        }
    } else {
        m = 0.0_f64.copysign(y);
    }
    let q = if d != 0.0 {
        let f = d.floor();
        if d - f > 0.5 { f + 1.0 } else { f }
    } else {
        0.0_f64.copysign(x / y)
    };
    (q, m)
}

/// `x ** y` of floats.
pub fn float_pow(x: f64, y: f64) -> R<Obj> {
    if x == 0.0 && y < 0.0 {
        return Err(E::ZeroDivisionError.msg("0.0 cannot be raised to a negative power"));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y.fract() != 0.0 {
        return complex_pow((x, 0.0), (y, 0.0));
    }
    let r = x.powf(y);
    if r.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(Exc::Py(E::OverflowError.make(vec![Obj::Int(34), Obj::str("Numerical result out of range")])));
    }
    Ok(Obj::Float(r))
}

fn complex_pow(x: (f64, f64), y: (f64, f64)) -> R<Obj> {
    if y == (0.0, 0.0) {
        return Ok(Obj::complex(1.0, 0.0));
    }
    if x == (0.0, 0.0) {
        if y.0 < 0.0 || y.1 != 0.0 {
            return Err(E::ZeroDivisionError.msg("0.0 to a negative or complex power"));
        }
        return Ok(Obj::complex(0.0, 0.0));
    }
    // Small integer powers by multiplication, as CPython does.
    if y.1 == 0.0 && y.0.fract() == 0.0 && y.0.abs() <= 100.0 {
        let (mut r, mut p, mut n) = ((1.0, 0.0), x, y.0.abs() as u32);
        while n > 0 {
            if n & 1 == 1 {
                r = cmul(r, p);
            }
            p = cmul(p, p);
            n >>= 1;
        }
        let r = if y.0 < 0.0 { cdiv((1.0, 0.0), r) } else { r };
        return Ok(Obj::complex(r.0, r.1));
    }
    let (len, angle) = (x.0.hypot(x.1), x.1.atan2(x.0));
    let (mut l, mut at) = (len.powf(y.0), angle * y.0);
    if y.1 != 0.0 {
        l *= (-angle * y.1).exp();
        at += y.1 * len.ln();
    }
    Ok(Obj::complex(l * at.cos(), l * at.sin()))
}

fn cmul(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// Smith's division, as CPython's.
fn cdiv(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    if b.0.abs() >= b.1.abs() {
        let r = b.1 / b.0;
        let d = b.0 + b.1 * r;
        ((a.0 + a.1 * r) / d, (a.1 - a.0 * r) / d)
    } else {
        let r = b.0 / b.1;
        let d = b.0 * r + b.1;
        ((a.0 * r + a.1) / d, (a.1 * r - a.0) / d)
    }
}

fn as_complex(o: &Obj) -> R<Option<(f64, f64)>> {
    match o {
        Obj::Complex(c) => Ok(Some(**c)),
        o => Ok(as_float(o)?.map(|f| (f, 0.0))),
    }
}

fn is_int(o: &Obj) -> bool {
    matches!(o, Obj::Int(_) | Obj::Bool(_) | Obj::Big(_))
}

/// An operation on plain values; None: not supported between these types.
fn builtin_op(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Option<Obj>> {
    use Obj::{Bool, Complex, Float};
    if let (Bool(x), Bool(y)) = (a, b) {
        match op {
            BinOp::And => return Ok(Some(Bool(x & y))),
            BinOp::Or => return Ok(Some(Bool(x | y))),
            BinOp::Xor => return Ok(Some(Bool(x ^ y))),
            _ => {}
        }
    }
    if is_int(a) && is_int(b) {
        return int_op(rt, op, a, b).map(Some);
    }
    if matches!(a, Complex(_)) || matches!(b, Complex(_)) {
        let (Some(x), Some(y)) = (as_complex(a)?, as_complex(b)?) else {
            return Ok(None);
        };
        let (re, im) = match op {
            BinOp::Add => (x.0 + y.0, x.1 + y.1),
            BinOp::Sub => (x.0 - y.0, x.1 - y.1),
            BinOp::Mul => cmul(x, y),
            BinOp::Div if y == (0.0, 0.0) => {
                return Err(E::ZeroDivisionError.msg("complex division by zero"));
            }
            BinOp::Div => cdiv(x, y),
            BinOp::Pow => return complex_pow(x, y).map(Some),
            BinOp::FloorDiv => return Err(unsupported(op, a, b)),
            _ => return Ok(None),
        };
        return Ok(Some(Obj::complex(re, im)));
    }
    if (matches!(a, Float(_)) || matches!(b, Float(_)))
        && !matches!(op, BinOp::MatMul | BinOp::LShift | BinOp::RShift | BinOp::And | BinOp::Or | BinOp::Xor)
    {
        let (Some(x), Some(y)) = (as_float(a)?, as_float(b)?) else {
            return sequence_op(rt, op, a, b);
        };
        return float_op(op, x, y, a, b).map(Some);
    }
    sequence_op(rt, op, a, b)
}

fn sequence_op(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Option<Obj>> {
    use Obj::{Bytes, Dict, List, Set, Str, Tuple};
    match op {
        BinOp::Add => Ok(Some(match (a, b) {
            (Str(x), Str(y)) => {
                let n = x.as_str().len() + y.as_str().len();
                rt.charge((n / 64) as u64)?;
                mem::check(n)?;
                let mut s = String::with_capacity(n);
                s.push_str(x.as_str());
                s.push_str(y.as_str());
                Obj::str(s)
            }
            (List(x), List(y)) => {
                rt.charge(((x.len() + y.len()) / 8) as u64)?;
                mem::check((x.len() + y.len()) * 16)?;
                let mut v = x.items();
                v.extend(y.v.borrow().iter().cloned());
                Obj::list(v)
            }
            (Tuple(x), Tuple(y)) => {
                rt.charge(((x.len() + y.len()) / 8) as u64)?;
                mem::check((x.len() + y.len()) * 16)?;
                Obj::tuple(x.iter().chain(y.iter()).cloned().collect())
            }
            (Bytes(x), Bytes(y)) => {
                mem::check(x.len() + y.len())?;
                Bytes(Rc::new([&x[..], &y[..]].concat()))
            }
            _ => return Ok(None),
        })),
        BinOp::Mul => {
            let (seq, n) = match (a, b) {
                (Str(_) | List(_) | Tuple(_) | Bytes(_), n) if is_int(n) => (a, n),
                (n, Str(_) | List(_) | Tuple(_) | Bytes(_)) if is_int(n) => (b, n),
                _ => return Ok(None),
            };
            repeat(rt, seq, n).map(Some)
        }
        // The formatting of a text asks for reprs.
        BinOp::Mod if matches!(a, Str(_)) => Err(Exc::NeedsVm),
        BinOp::Or | BinOp::And | BinOp::Xor | BinOp::Sub => {
            if let (Dict(x), Dict(y), BinOp::Or) = (a, b, op) {
                let d = x.copy()?;
                for (k, v) in y.items() {
                    d.set(k, v)?;
                }
                return Ok(Some(Dict(d)));
            }
            let (Some(x), Some(y)) = (set_like(a)?, set_like(b)?) else {
                return Ok(class_union(op, a, b));
            };
            rt.charge((x.len() + y.len()) as u64)?;
            let frozen = matches!(a, Set(s) if s.frozen);
            Ok(Some(set_op(op, &x, &y, frozen)?))
        }
        _ => Ok(None),
    }
}

/// `int | None` in annotations: it stays what it is, a thing to read.
fn class_union(op: BinOp, a: &Obj, b: &Obj) -> Option<Obj> {
    let ok = |o: &Obj| matches!(o, Obj::Class(_) | Obj::None) || o.downcast::<crate::stdlib::Union>().is_some();
    if op == BinOp::Or && ok(a) && ok(b) && !(a.is_none() && b.is_none()) {
        return Some(crate::stdlib::union_of(a, b));
    }
    None
}

/// Sets and key views as tables.
fn set_like(o: &Obj) -> R<Option<Table>> {
    Ok(match o {
        Obj::Set(s) => Some(s.t.borrow().copy()?),
        Obj::View(v) if v.what == crate::obj::ViewKind::Keys => Some(v.dict.t.borrow().copy()?),
        Obj::View(v) if v.what == crate::obj::ViewKind::Items => {
            let s = PySet::default();
            for (k, v) in v.dict.items() {
                s.add(Obj::tuple(vec![k, v]))?;
            }
            Some(s.t.take())
        }
        _ => None,
    })
}

/// Union, intersection, difference, symmetric difference.
pub fn set_op(op: BinOp, x: &Table, y: &Table, frozen: bool) -> R<Obj> {
    let mut t = Table::default();
    let live = |t: &Table| t.slots().iter().filter(|e| e.key.given()).cloned().collect::<Vec<_>>();
    for e in live(x) {
        let in_y = y.find(e.hash, &e.key)?.is_some();
        let keep = match op {
            BinOp::Or => true,
            BinOp::And => in_y,
            _ => !in_y,
        };
        if keep {
            t.push(e.hash, e.key, Obj::Null)?;
        }
    }
    if matches!(op, BinOp::Or | BinOp::Xor) {
        for e in live(y) {
            if x.find(e.hash, &e.key)?.is_none() {
                t.push(e.hash, e.key, Obj::Null)?;
            }
        }
    }
    Ok(Obj::Set(Rc::new(PySet { t: std::cell::RefCell::new(t), frozen })))
}

/// `seq * n`.
fn repeat(rt: &Rt, seq: &Obj, n: &Obj) -> R<Obj> {
    let n = match n {
        Obj::Int(i) => (*i).max(0) as usize,
        Obj::Bool(b) => usize::from(*b),
        Obj::Big(b) if b.is_negative() => 0,
        _ => return Err(E::OverflowError.msg("cannot fit 'int' into an index-sized integer")),
    };
    let (len, each) = match seq {
        Obj::Str(s) => (s.as_str().len(), 1),
        Obj::Bytes(b) => (b.len(), 1),
        Obj::List(l) => (l.len(), 16),
        Obj::Tuple(t) => (t.len(), 16),
        _ => (0, 1),
    };
    let total = len.saturating_mul(n);
    mem::check(total.saturating_mul(each))?;
    rt.charge((total / 16) as u64)?;
    let many = |v: &[Obj]| {
        let mut out = Vec::with_capacity(total);
        if !v.is_empty() {
            (0..n).for_each(|_| out.extend_from_slice(v));
        }
        out
    };
    Ok(match seq {
        Obj::Str(s) => Obj::str(s.as_str().repeat(n)),
        Obj::Bytes(b) => Obj::Bytes(Rc::new(b.repeat(n))),
        Obj::List(l) => Obj::List(PyList::new(many(&l.v.borrow()))),
        Obj::Tuple(t) => Obj::tuple(many(t)),
        _ => Obj::None,
    })
}

fn int_op(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Obj> {
    let small_of = |o: &Obj| match o {
        Obj::Int(i) => Some(*i),
        Obj::Bool(b) => Some(i64::from(*b)),
        _ => None,
    };
    if let (Some(x), Some(y)) = (small_of(a), small_of(b)) {
        if let Some(r) = small(op, x, y) {
            return Ok(Obj::Int(r));
        }
        if op == BinOp::Div && x.unsigned_abs() < 1 << 53 && y.unsigned_abs() < 1 << 53 && y != 0 {
            return Ok(Obj::Float(x as f64 / y as f64));
        }
    }
    let (Some(x), Some(y)) = (to_big(a), to_big(b)) else {
        return Err(unsupported(op, a, b));
    };
    let words = (x.bits() / 64 + 1) * (y.bits() / 64 + 1);
    rt.charge(words / 8)?;
    Ok(match op {
        BinOp::Add => Obj::big(x + y),
        BinOp::Sub => Obj::big(x - y),
        BinOp::Mul => {
            mem::check(((x.bits() + y.bits()) / 8) as usize)?;
            Obj::big(x * y)
        }
        BinOp::Div | BinOp::FloorDiv | BinOp::Mod if y.is_zero() => {
            return Err(zero_division(op, false));
        }
        BinOp::Div => Obj::Float(big_div(&x, &y)?),
        BinOp::FloorDiv => Obj::big(Integer::div_floor(&x, &y)),
        BinOp::Mod => Obj::big(x.mod_floor(&y)),
        BinOp::And => Obj::big(x & y),
        BinOp::Or => Obj::big(x | y),
        BinOp::Xor => Obj::big(x ^ y),
        BinOp::LShift | BinOp::RShift if y.is_negative() => {
            return Err(value_error("negative shift count"));
        }
        BinOp::LShift => {
            let n = y.to_usize().unwrap_or(usize::MAX);
            if x.is_zero() {
                return Ok(Obj::Int(0));
            }
            mem::check(n / 8)?;
            rt.charge((n / 512) as u64)?;
            Obj::big(x << n)
        }
        BinOp::RShift => match y.to_usize() {
            Some(n) => Obj::big(x >> n),
            None => Obj::Int(if x.is_negative() { -1 } else { 0 }),
        },
        BinOp::Pow => {
            if y.is_negative() {
                if x.is_zero() {
                    return Err(E::ZeroDivisionError.msg("0.0 cannot be raised to a negative power"));
                }
                let (x, y) = (as_float(a)?.unwrap_or(0.0), as_float(b)?.unwrap_or(0.0));
                return float_pow(x, y);
            }
            if x.is_zero() || x.is_one() {
                return Ok(Obj::big(if y.is_zero() { BigInt::one() } else { x }));
            }
            if (-&x).is_one() {
                return Ok(Obj::Int(if y.is_even() { 1 } else { -1 }));
            }
            let n = y.to_u64().unwrap_or(u64::MAX);
            let bits = x.bits().saturating_mul(n);
            mem::check((bits / 8) as usize)?;
            let w = bits / 64;
            rt.charge((w / 8).saturating_mul(w / 64 + 1))?;
            Obj::big(num_traits::Pow::pow(&x, n))
        }
        BinOp::MatMul => return Err(unsupported(op, a, b)),
    })
}

/// True division of integers, correctly rounded.
fn big_div(x: &BigInt, y: &BigInt) -> R<f64> {
    let too_large = || E::OverflowError.msg("integer division result too large for a float");
    if x.is_zero() {
        return Ok(0.0);
    }
    let negative = x.is_negative() != y.is_negative();
    let (x, y) = (x.abs(), y.abs());
    // Scale the quotient to at least 66 bits; a sticky bit keeps the rounding right.
    let shift = 66 - (x.bits() as i64 - y.bits() as i64);
    let (n, d) = if shift >= 0 { (x << shift as usize, y) } else { (x, y << (-shift) as usize) };
    let (mut q, r) = n.div_rem(&d);
    if !r.is_zero() {
        q |= BigInt::one();
    }
    let m = q.to_f64().ok_or_else(too_large)?;
    // In two steps, so that subnormal results are reached.
    let half = (-shift / 2) as i32;
    let f = m * 2f64.powi(half) * 2f64.powi((-shift) as i32 - half);
    if f.is_infinite() {
        return Err(too_large());
    }
    Ok(if negative { -f } else { f })
}

/// `a op b`.
pub async fn binary(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Obj> {
    match rt.retry(|| binary_sync(rt, op, a, b)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    if let (Obj::Str(s), BinOp::Mod) = (a, op) {
        return crate::builtins::format::percent(rt, s, b).await;
    }
    let forward = intern(&format!("__{}__", op.dunder()));
    let reflected = intern(&format!("__r{}__", op.dunder()));
    let (ca, cb) = (a.class(), b.class());
    let first = !Rc::ptr_eq(&ca, &cb) && cb.is_subclass(&ca) && cb.lookup_user(&reflected).is_some();
    for turn in [first, !first] {
        let (x, y, name) = if turn { (b, a, &reflected) } else { (a, b, &forward) };
        if turn && Rc::ptr_eq(&ca, &cb) && ca.lookup_user(&forward).is_some() {
            continue;
        }
        if let Some(f) = x.class().lookup_user(name) {
            let r = rt.call(&f, [x.clone(), y.clone()]).await?;
            if !matches!(r, Obj::NotImplemented) {
                return Ok(r);
            }
        }
        if let Obj::Native(n) = x
            && let Some(r) = rt.retry(|| n.binary(rt, op, x, y, turn)).await?
        {
            return Ok(r);
        }
    }
    let (x, y) = (a.base(), b.base());
    if let (Obj::Dict(p), Obj::Dict(q), BinOp::Or) = (x, y, op) {
        let d = p.copy()?;
        for (k, v) in q.items() {
            super::dict_set(rt, &d, k, v).await?;
        }
        return Ok(Obj::Dict(d));
    }
    if let (Obj::Set(p), Obj::Set(q)) = (x, y)
        && matches!(op, BinOp::Or | BinOp::And | BinOp::Sub | BinOp::Xor)
    {
        return set_op_async(rt, op, p, q).await;
    }
    if !matches!(x, Obj::Instance(_)) && !matches!(y, Obj::Instance(_)) {
        match builtin_op(rt, op, x, y) {
            Ok(Some(r)) => return Ok(r),
            Ok(None) | Err(Exc::NeedsVm) => {}
            Err(e) => return Err(e),
        }
    }
    Err(unsupported(op, a, b))
}

async fn set_op_async(rt: &Rt, op: BinOp, p: &Rc<PySet>, q: &Rc<PySet>) -> R<Obj> {
    let out = PySet::new(p.frozen);
    for k in p.items() {
        let there = super::set_has(rt, q, &k).await?;
        let keep = match op {
            BinOp::Or => true,
            BinOp::And => there,
            _ => !there,
        };
        if keep {
            super::set_add(rt, &out, k).await?;
        }
    }
    if matches!(op, BinOp::Or | BinOp::Xor) {
        for k in q.items() {
            if !super::set_has(rt, p, &k).await? {
                super::set_add(rt, &out, k).await?;
            }
        }
    }
    Ok(Obj::Set(out))
}

/// `a op= b`, where no user code has to decide: lists, sets and dicts change in place.
pub fn inplace_sync(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Obj> {
    match (a, op) {
        (Obj::List(l), BinOp::Add) => {
            let more = super::to_vec_sync(rt, b)?;
            mem::check(more.len() * 16)?;
            l.v.borrow_mut().extend(more);
            l.account()?;
            Ok(a.clone())
        }
        (Obj::List(l), BinOp::Mul) if is_int(b) => {
            let Obj::List(r) = repeat(rt, a, b)? else {
                return Ok(a.clone());
            };
            *l.v.borrow_mut() = r.items();
            l.account()?;
            Ok(a.clone())
        }
        (Obj::Set(s), BinOp::Or | BinOp::And | BinOp::Sub | BinOp::Xor) if !s.frozen => {
            let (Some(x), Some(y)) = (set_like(a)?, set_like(b)?) else {
                return Err(inplace_unsupported(op, a, b));
            };
            rt.charge((x.len() + y.len()) as u64)?;
            if let Obj::Set(r) = set_op(op, &x, &y, false)? {
                let t = r.t.take();
                s.t.replace(t);
            }
            Ok(a.clone())
        }
        (Obj::Dict(d), BinOp::Or) if matches!(b, Obj::Dict(_)) => {
            if let Obj::Dict(e) = b {
                for (k, v) in e.items() {
                    d.set(k, v)?;
                }
            }
            Ok(a.clone())
        }
        (Obj::Instance(i), _) => {
            let c = i.class.borrow();
            if c.lookup_user(&intern(&format!("__i{}__", op.dunder()))).is_some() {
                return Err(Exc::NeedsVm);
            }
            match &i.base {
                Obj::List(_) | Obj::Set(_) | Obj::Dict(_) if !overrides(a, op) => {
                    inplace_sync(rt, op, &i.base, b)?;
                    Ok(a.clone())
                }
                _ => binary_sync(rt, op, a, b),
            }
        }
        _ => binary_sync(rt, op, a, b),
    }
    .map_err(|e| inplace_error(e, op, a, b))
}

/// In-place operators name themselves in the message.
fn inplace_error(e: Exc, op: BinOp, a: &Obj, b: &Obj) -> Exc {
    if let Exc::Py(o) = &e
        && let Some(d) = o.exc()
        && d.args
            .borrow()
            .first()
            .and_then(Obj::as_str)
            .is_some_and(|s| s.starts_with("unsupported operand type(s) for"))
    {
        return inplace_unsupported(op, a, b);
    }
    e
}

fn inplace_unsupported(op: BinOp, a: &Obj, b: &Obj) -> Exc {
    let sign = if op == BinOp::Pow { "**" } else { op.sign() };
    type_error(format!("unsupported operand type(s) for {sign}=: '{}' and '{}'", a.type_name(), b.type_name()))
}

/// `a op= b`.
pub async fn inplace(rt: &Rt, op: BinOp, a: &Obj, b: &Obj) -> R<Obj> {
    match rt.retry(|| inplace_sync(rt, op, a, b)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    match a {
        Obj::List(l) if op == BinOp::Add => {
            let more = super::to_vec(rt, b).await?;
            l.v.borrow_mut().extend(more);
            l.account()?;
            return Ok(a.clone());
        }
        Obj::Set(s) if !s.frozen => {
            if let (Obj::Set(q), BinOp::Or | BinOp::And | BinOp::Sub | BinOp::Xor) = (b, op) {
                if let Obj::Set(r) = set_op_async(rt, op, s, q).await? {
                    let t = r.t.take();
                    s.t.replace(t);
                }
                return Ok(a.clone());
            }
        }
        _ => {}
    }
    if let Some(f) = a.class().lookup_user(&intern(&format!("__i{}__", op.dunder()))) {
        let r = rt.call(&f, [a.clone(), b.clone()]).await?;
        if !matches!(r, Obj::NotImplemented) {
            return Ok(r);
        }
    }
    binary(rt, op, a, b).await.map_err(|e| inplace_error(e, op, a, b))
}

/// `-a`, `+a`, `~a`, `abs(a)`, where no user code has to decide.
pub fn unary_sync(rt: &Rt, op: UnOp, a: &Obj) -> R<Obj> {
    let bad = || {
        type_error(match op {
            UnOp::Abs => format!("bad operand type for abs(): '{}'", a.type_name()),
            UnOp::Neg => format!("bad operand type for unary -: '{}'", a.type_name()),
            UnOp::Pos => format!("bad operand type for unary +: '{}'", a.type_name()),
            UnOp::Invert => format!("bad operand type for unary ~: '{}'", a.type_name()),
        })
    };
    Ok(match (op, a) {
        (UnOp::Neg, Obj::Int(i)) if *i != i64::MIN => Obj::Int(-i),
        (UnOp::Abs, Obj::Int(i)) if *i != i64::MIN => Obj::Int(i.abs()),
        (UnOp::Pos, Obj::Int(_) | Obj::Float(_) | Obj::Big(_) | Obj::Complex(_)) => a.clone(),
        (UnOp::Neg, Obj::Float(f)) => Obj::Float(-f),
        (UnOp::Abs, Obj::Float(f)) => Obj::Float(f.abs()),
        (UnOp::Neg, Obj::Complex(c)) => Obj::complex(-c.0, -c.1),
        (UnOp::Abs, Obj::Complex(c)) => Obj::Float(c.0.hypot(c.1)),
        (_, Obj::Int(_) | Obj::Bool(_) | Obj::Big(_)) => {
            let Some(b) = to_big(a) else {
                return Err(bad());
            };
            match op {
                UnOp::Neg => Obj::big(-b),
                UnOp::Pos => Obj::big(b),
                UnOp::Abs => Obj::big(b.abs()),
                UnOp::Invert => Obj::big(-b - 1),
            }
        }
        (_, Obj::Native(n)) => n.unary(rt, op, a)?.ok_or_else(bad)?,
        (_, Obj::Instance(i)) => {
            if i.class.borrow().lookup_user(&intern(op.dunder())).is_some() {
                return Err(Exc::NeedsVm);
            }
            if i.base.given() {
                return unary_sync(rt, op, &i.base);
            }
            return Err(bad());
        }
        _ => return Err(bad()),
    })
}

/// `-a`, `+a`, `~a`, `abs(a)`.
pub async fn unary(rt: &Rt, op: UnOp, a: &Obj) -> R<Obj> {
    match rt.retry(|| unary_sync(rt, op, a)).await {
        Err(Exc::NeedsVm) => rt.call_method(a, op.dunder(), []).await,
        r => r,
    }
}
