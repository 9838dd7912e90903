//! Hashes: equal numbers of different types hash alike, as in CPython.

use num_traits::ToPrimitive;

use super::MAX_NEST;
use crate::obj::{Exc, Obj, R, exc, intern, type_error};
use crate::rt::Rt;

fn mix(h: u64) -> u64 {
    let h = h.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    h ^ (h >> 32)
}

/// `hash(o)`, where no user code has to decide.
pub fn hash_sync(o: &Obj) -> R<u64> {
    hash_at(o, 0)
}

fn hash_at(o: &Obj, depth: u32) -> R<u64> {
    if depth > MAX_NEST {
        return Err(exc::recursion_error(" while hashing an object"));
    }
    Ok(match o {
        Obj::Str(s) => s.hash(),
        Obj::Int(i) => mix(*i as u64),
        Obj::Bool(b) => mix(u64::from(*b)),
        Obj::Float(f) => hash_float(*f),
        Obj::Complex(c) => hash_float(c.0) ^ if c.1 == 0.0 { 0 } else { hash_float(c.1).rotate_left(7) },
        Obj::Big(b) => match b.to_f64() {
            Some(f) if num_traits::FromPrimitive::from_f64(f) == Some((**b).clone()) => hash_float(f),
            _ => b.iter_u64_digits().fold(7, |h, d| mix(h ^ d)),
        },
        Obj::None => 0x5bd1_e995,
        Obj::Bytes(b) => b.iter().fold(11, |h, d| mix(h ^ u64::from(*d))),
        Obj::Tuple(t) => {
            let mut h = 0x345_678;
            for x in t.iter() {
                h = mix(h ^ hash_at(x, depth + 1)?).rotate_left(5);
            }
            h
        }
        Obj::Set(s) if s.frozen => {
            s.t.borrow().slots().iter().filter(|e| e.key.given()).fold(3, |h, e| h ^ mix(e.hash))
        }
        Obj::Range(r) => mix((r.start ^ r.step.rotate_left(21)) as u64 ^ mix(r.len() as u64)),
        Obj::List(_) | Obj::Dict(_) | Obj::Set(_) | Obj::Slice(_) => return Err(unhashable(o)),
        Obj::Instance(i) => {
            let class = i.class.borrow().clone();
            match class.lookup_user(&intern("__hash__")) {
                Some(Obj::None) => return Err(unhashable(o)),
                Some(_) => return Err(Exc::NeedsVm),
                None if i.base.given() => return hash_at(&i.base, depth + 1),
                None => mix(o.id() as u64),
            }
        }
        Obj::Method(m) => mix(m.this.id() as u64) ^ mix(m.func.id() as u64).rotate_left(9),
        Obj::Native(n) => match n.hash(o)? {
            Some(h) => h,
            None => mix(o.id() as u64),
        },
        o => mix(o.id() as u64 ^ 0x51),
    })
}

fn hash_float(f: f64) -> u64 {
    if f == f.trunc() && f.abs() < 9.2e18 {
        return mix(f as i64 as u64);
    }
    mix(f.to_bits() ^ 0x77)
}

/// `TypeError: unhashable type: 'list'`.
pub fn unhashable(o: &Obj) -> Exc {
    type_error(format!("unhashable type: '{}'", o.type_name()))
}

/// `hash(o)`.
pub async fn hash(rt: &Rt, o: &Obj) -> R<u64> {
    match hash_sync(o) {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    match o {
        Obj::Instance(_) => {
            let h = rt.call_method(o, "__hash__", []).await?;
            match h {
                Obj::Int(i) => Ok(mix(i as u64)),
                Obj::Bool(_) | Obj::Big(_) => hash_sync(&h),
                _ => Err(type_error("__hash__ method should return an integer")),
            }
        }
        Obj::Tuple(t) => {
            let _nest = rt.nest(" while hashing an object")?;
            let mut h = 0x345_678;
            for x in t.iter() {
                h = mix(h ^ Box::pin(hash(rt, x)).await?).rotate_left(5);
            }
            Ok(h)
        }
        _ => Err(unhashable(o)),
    }
}

/// What `object.__hash__` gives: by value for builtin values, by identity for instances.
pub fn plain_hash(o: &Obj) -> R<u64> {
    match o {
        Obj::Instance(i) if i.base.given() => hash_sync(&i.base),
        Obj::Instance(_) => Ok(mix(o.id() as u64)),
        o => hash_sync(o),
    }
}

/// `hash(o)` as Python shows it: integers are their own hash.
pub fn hash_value(o: &Obj, h: u64) -> i64 {
    match o {
        Obj::Int(i) if i.unsigned_abs() < (1 << 61) - 1 => {
            if *i == -1 {
                -2
            } else {
                *i
            }
        }
        Obj::Bool(b) => i64::from(*b),
        Obj::Float(f) if f.fract() == 0.0 && f.abs() < 1e18 => *f as i64,
        _ => (h >> 2) as i64,
    }
}
