//! Comparison, truth and membership.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, Zero};

use super::{CmpOp, MAX_NEST, get_iter, iter_next};
use crate::obj::{Exc, Obj, R, Table, exc, intern, type_error, types};
use crate::rt::Rt;

/// `a == b`, where no user code has to decide.
pub fn eq_sync(a: &Obj, b: &Obj) -> R<bool> {
    eq_at(a, b, 0)
}

/// Whether the class of an instance, written in Python, says how it compares.
fn overrides(o: &Obj, name: &str) -> bool {
    match o {
        Obj::Instance(i) => i.class.borrow().lookup_user(&intern(name)).is_some(),
        _ => false,
    }
}

fn same(a: &Obj, b: &Obj, depth: u32) -> R<bool> {
    if a.is(b) { Ok(true) } else { eq_at(a, b, depth) }
}

fn eq_at(a: &Obj, b: &Obj, depth: u32) -> R<bool> {
    use Obj::{Bytes, Complex, Dict, Float, Instance, Int, List, Method, Native, Range, Set, Slice, Str, Tuple, View};
    if depth > MAX_NEST {
        return Err(exc::recursion_error(" in comparison"));
    }
    match (a, b) {
        (Int(a), Int(b)) => Ok(a == b),
        (Str(a), Str(b)) => Ok(std::rc::Rc::ptr_eq(a, b) || a.as_str() == b.as_str()),
        (Native(n), _) | (_, Native(n)) => {
            if a.is(b) && n.compare(None, CmpOp::Eq, a, b)?.is_none() {
                return Ok(true);
            }
            let r = match a {
                Native(n) => n.compare(None, CmpOp::Eq, a, b)?,
                _ => None,
            };
            let r = match (r, b) {
                (None, Native(n)) => n.compare(None, CmpOp::Eq, b, a)?,
                (r, _) => r,
            };
            r.map_or(Ok(false), |o| truth_sync(&o))
        }
        (Instance(_), _) | (_, Instance(_)) => {
            if overrides(a, "__eq__") || overrides(b, "__eq__") {
                return Err(Exc::NeedsVm);
            }
            match (a.base(), b.base()) {
                (Instance(_), _) | (_, Instance(_)) => Ok(a.is(b)),
                (x, y) => eq_at(x, y, depth + 1),
            }
        }
        (Tuple(x), Tuple(y)) => {
            if x.len() != y.len() {
                return Ok(false);
            }
            for (x, y) in x.iter().zip(y.iter()) {
                if !same(x, y, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (List(x), List(y)) => {
            if std::rc::Rc::ptr_eq(x, y) {
                return Ok(true);
            }
            let (x, y) = (x.v.borrow(), y.v.borrow());
            if x.len() != y.len() {
                return Ok(false);
            }
            for (x, y) in x.iter().zip(y.iter()) {
                if !same(x, y, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Dict(x), Dict(y)) => {
            if x.len() != y.len() {
                return Ok(false);
            }
            let (x, y) = (x.t.borrow(), y.t.borrow());
            for e in x.slots().iter().filter(|e| e.key.given()) {
                match y.find(e.hash, &e.key)? {
                    Some(i) if same(&e.val, &y.slots()[i].val, depth + 1)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Set(x), Set(y)) => Ok(x.len() == y.len() && subset(&x.t.borrow(), &y.t.borrow())?),
        (Range(x), Range(y)) => {
            let n = x.len();
            Ok(n == y.len() && (n == 0 || (x.start == y.start && (n == 1 || x.step == y.step))))
        }
        (Slice(x), Slice(y)) => Ok(eq_at(&x.start, &y.start, depth + 1)?
            && eq_at(&x.stop, &y.stop, depth + 1)?
            && eq_at(&x.step, &y.step, depth + 1)?),
        (Bytes(x), Bytes(y)) => Ok(x == y),
        (Method(x), Method(y)) => Ok(x.this.is(&y.this) && x.func.is(&y.func)),
        (View(_), Set(_)) | (Set(_), View(_)) => match (as_set(a)?, as_set(b)?) {
            (Some(p), Some(q)) => eq_at(&p, &q, depth + 1),
            _ => Ok(false),
        },
        (View(x), View(y)) if x.what != crate::obj::ViewKind::Values => {
            let (x, y) = (super::iter_sync(a).and_then(|_| view_items(x))?, view_items(y)?);
            Ok(x.len() == y.len() && {
                let mut all = true;
                for k in &x {
                    let mut hit = false;
                    for l in &y {
                        hit = hit || same(k, l, depth + 1)?;
                    }
                    all = all && hit;
                }
                all
            })
        }
        (Complex(c), _) | (_, Complex(c)) => {
            let other = if matches!(a, Complex(_)) { b } else { a };
            Ok(match other {
                Complex(d) => c.0 == d.0 && c.1 == d.1,
                o => c.1 == 0.0 && number_order(&Float(c.0), o) == Some(Some(Ordering::Equal)),
            })
        }
        _ => Ok(match number_order(a, b) {
            Some(o) => o == Some(Ordering::Equal),
            None => a.is(b),
        }),
    }
}

fn view_items(v: &crate::obj::DictView) -> R<Vec<Obj>> {
    Ok(match v.what {
        crate::obj::ViewKind::Keys => v.dict.keys(),
        crate::obj::ViewKind::Values => v.dict.values(),
        crate::obj::ViewKind::Items => v.dict.items().into_iter().map(|(k, v)| Obj::tuple(vec![k, v])).collect(),
    })
}

/// Whether every key of `x` is in `y`.
pub fn subset(x: &Table, y: &Table) -> R<bool> {
    for e in x.slots().iter().filter(|e| e.key.given()) {
        if y.find(e.hash, &e.key)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// How two real numbers compare; the outer None: not both numbers, the inner: a NaN.
pub fn number_order(a: &Obj, b: &Obj) -> Option<Option<Ordering>> {
    use Obj::{Big, Bool, Float, Int};
    let int = |o: &Obj| match o {
        Bool(b) => Some(i64::from(*b)),
        Int(i) => Some(*i),
        _ => None,
    };
    Some(match (a, b) {
        (Float(x), Float(y)) => x.partial_cmp(y),
        (Float(x), _) => match (int(b), b) {
            (Some(i), _) => float_int(*x, i),
            (_, Big(b)) => float_big(*x, b),
            _ => return None,
        },
        (_, Float(y)) => match (int(a), a) {
            (Some(i), _) => float_int(*y, i).map(Ordering::reverse),
            (_, Big(a)) => float_big(*y, a).map(Ordering::reverse),
            _ => return None,
        },
        (Big(x), Big(y)) => Some(x.cmp(y)),
        (Big(x), _) => int(b).map(|_| if x.is_negative() { Ordering::Less } else { Ordering::Greater })?.into(),
        (_, Big(y)) => int(a).map(|_| if y.is_negative() { Ordering::Greater } else { Ordering::Less })?.into(),
        _ => Some(int(a)?.cmp(&int(b)?)),
    })
}

fn float_int(x: f64, i: i64) -> Option<Ordering> {
    if i.unsigned_abs() < 1 << 53 {
        return x.partial_cmp(&(i as f64));
    }
    float_big(x, &BigInt::from(i))
}

fn float_big(x: f64, b: &BigInt) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let whole = BigInt::from_f64(x.trunc()).unwrap_or_else(BigInt::zero);
    Some(whole.cmp(b).then(x.fract().partial_cmp(&0.0)?))
}

/// `a op b`, where no user code has to decide.
pub fn compare_sync(rt: &Rt, op: CmpOp, a: &Obj, b: &Obj) -> R<Obj> {
    compare_at(rt, op, a, b, 0)
}

fn compare_at(rt: &Rt, op: CmpOp, a: &Obj, b: &Obj, depth: u32) -> R<Obj> {
    use Obj::{Bool, Bytes, Instance, Int, List, Native, Set, Str, Tuple, View};
    if let (Int(x), Int(y)) = (a, b) {
        return Ok(Bool(op.holds(x.cmp(y))));
    }
    if matches!(a, Native(_)) || matches!(b, Native(_)) {
        if let Native(n) = a
            && let Some(r) = n.compare(Some(rt), op, a, b)?
        {
            return Ok(r);
        }
        if overrides(a, op.dunder()) || overrides(b, op.swapped().dunder()) {
            return Err(Exc::NeedsVm);
        }
        if let Native(n) = b
            && let Some(r) = n.compare(Some(rt), op.swapped(), b, a)?
        {
            return Ok(r);
        }
        return match op {
            CmpOp::Eq => Ok(Bool(a.is(b))),
            CmpOp::Ne => Ok(Bool(!a.is(b))),
            _ => Err(unordered(op, a, b)),
        };
    }
    if matches!(a, Instance(_)) || matches!(b, Instance(_)) {
        if overrides(a, op.dunder()) || overrides(b, op.swapped().dunder()) {
            return Err(Exc::NeedsVm);
        }
        if op == CmpOp::Ne && (overrides(a, "__eq__") || overrides(b, "__eq__")) {
            return Err(Exc::NeedsVm);
        }
    }
    match op {
        CmpOp::Eq => return eq_at(a, b, depth).map(Bool),
        CmpOp::Ne => return eq_at(a, b, depth).map(|r| Bool(!r)),
        _ => {}
    }
    if depth > MAX_NEST {
        return Err(exc::recursion_error(" in comparison"));
    }
    let (x, y) = (a.base(), b.base());
    if let Some(o) = number_order(x, y) {
        return Ok(Bool(o.is_some_and(|o| op.holds(o))));
    }
    match (x, y) {
        (Str(x), Str(y)) => Ok(Bool(op.holds(x.as_str().cmp(y.as_str())))),
        (Bytes(x), Bytes(y)) => Ok(Bool(op.holds(x.cmp(y)))),
        (Tuple(x), Tuple(y)) => sequence(rt, op, x, y, depth),
        (List(x), List(y)) => {
            let (x, y) = (x.items(), y.items());
            sequence(rt, op, &x, &y, depth)
        }
        (View(_), Set(_) | View(_)) | (Set(_), View(_)) => match (as_set(x)?, as_set(y)?) {
            (Some(p), Some(q)) => compare_at(rt, op, &p, &q, depth + 1),
            _ => Err(unordered(op, a, b)),
        },
        (Set(x), Set(y)) => {
            let (p, q) = (x.t.borrow(), y.t.borrow());
            Ok(Bool(match op {
                CmpOp::Le => subset(&p, &q)?,
                CmpOp::Lt => p.len() < q.len() && subset(&p, &q)?,
                CmpOp::Ge => subset(&q, &p)?,
                _ => q.len() < p.len() && subset(&q, &p)?,
            }))
        }
        _ => Err(unordered(op, a, b)),
    }
}

/// A set, or a view of keys or items as one.
fn as_set(o: &Obj) -> R<Option<Obj>> {
    let items = match o {
        Obj::Set(_) => return Ok(Some(o.clone())),
        Obj::View(v) if v.what != crate::obj::ViewKind::Values => view_items(v)?,
        _ => return Ok(None),
    };
    let s = crate::obj::PySet::new(false);
    for x in items {
        s.add(x)?;
    }
    Ok(Some(Obj::Set(s)))
}

fn sequence(rt: &Rt, op: CmpOp, x: &[Obj], y: &[Obj], depth: u32) -> R<Obj> {
    for (a, b) in x.iter().zip(y) {
        if !same(a, b, depth + 1)? {
            return compare_at(rt, op, a, b, depth + 1);
        }
    }
    Ok(Obj::Bool(op.holds(x.len().cmp(&y.len()))))
}

fn unordered(op: CmpOp, a: &Obj, b: &Obj) -> Exc {
    type_error(format!(
        "'{}' not supported between instances of '{}' and '{}'",
        op.sign(),
        a.type_name(),
        b.type_name()
    ))
}

/// `a op b`.
pub async fn compare(rt: &Rt, op: CmpOp, a: &Obj, b: &Obj) -> R<Obj> {
    match rt.retry(|| compare_sync(rt, op, a, b)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    if matches!(a, Obj::Instance(_)) || matches!(b, Obj::Instance(_)) {
        let (ca, cb) = (a.class(), b.class());
        // The right operand goes first where its class derives from the left one's.
        let reflected_first =
            !std::rc::Rc::ptr_eq(&ca, &cb) && cb.is_subclass(&ca) && overrides(b, op.swapped().dunder());
        for turn in [reflected_first, !reflected_first] {
            let (x, y, o) = if turn { (b, a, op.swapped()) } else { (a, b, op) };
            if let Some(f) = dunder(x, o.dunder()) {
                let r = rt.call(&f, [x.clone(), y.clone()]).await?;
                if !matches!(r, Obj::NotImplemented) {
                    return Ok(r);
                }
            } else if o == CmpOp::Ne
                && let Some(f) = dunder(x, "__eq__")
            {
                let r = rt.call(&f, [x.clone(), y.clone()]).await?;
                if !matches!(r, Obj::NotImplemented) {
                    return Ok(Obj::Bool(!truth(rt, &r).await?));
                }
            }
            if let Obj::Native(n) = x
                && let Some(r) = n.compare(Some(rt), o, x, y)?
            {
                return Ok(r);
            }
        }
        let (x, y) = (a.base(), b.base());
        if !matches!(x, Obj::Instance(_)) && !matches!(y, Obj::Instance(_)) {
            return Box::pin(compare(rt, op, &x.clone(), &y.clone())).await;
        }
        return match op {
            CmpOp::Eq => Ok(Obj::Bool(a.is(b))),
            CmpOp::Ne => Ok(Obj::Bool(!a.is(b))),
            _ => Err(unordered(op, a, b)),
        };
    }
    let _nest = rt.nest(" in comparison")?;
    match (a, b) {
        (Obj::Tuple(_) | Obj::List(_), Obj::Tuple(_) | Obj::List(_)) => {
            let (x, y) = (items_of(a), items_of(b));
            if matches!(op, CmpOp::Eq | CmpOp::Ne) && x.len() != y.len() {
                return Ok(Obj::Bool(op == CmpOp::Ne));
            }
            for (p, q) in x.iter().zip(&y) {
                if p.is(q) || Box::pin(eq(rt, p, q)).await? {
                    continue;
                }
                return match op {
                    CmpOp::Eq => Ok(Obj::Bool(false)),
                    CmpOp::Ne => Ok(Obj::Bool(true)),
                    _ => Box::pin(compare(rt, op, p, q)).await,
                };
            }
            Ok(Obj::Bool(op.holds(x.len().cmp(&y.len()))))
        }
        (Obj::Dict(x), Obj::Dict(y)) => {
            let mut same = x.len() == y.len();
            for (k, v) in x.items() {
                if !same {
                    break;
                }
                same = match super::dict_get(rt, y, &k).await? {
                    Some(w) => v.is(&w) || Box::pin(eq(rt, &v, &w)).await?,
                    None => false,
                };
            }
            Ok(Obj::Bool(same == (op == CmpOp::Eq)))
        }
        (Obj::Set(x), Obj::Set(y)) => {
            let (small, large) = if matches!(op, CmpOp::Ge | CmpOp::Gt) { (y, x) } else { (x, y) };
            let mut inside = true;
            for k in small.items() {
                inside = inside && super::set_has(rt, large, &k).await?;
            }
            let (m, n) = (small.len(), large.len());
            Ok(Obj::Bool(match op {
                CmpOp::Eq => inside && m == n,
                CmpOp::Ne => !(inside && m == n),
                CmpOp::Lt | CmpOp::Gt => inside && m < n,
                CmpOp::Le | CmpOp::Ge => inside,
            }))
        }
        _ => Ok(Obj::Bool(a.is(b) == (op == CmpOp::Eq))),
    }
}

fn items_of(o: &Obj) -> Vec<Obj> {
    match o {
        Obj::Tuple(t) => t.to_vec(),
        Obj::List(l) => l.items(),
        _ => Vec::new(),
    }
}

fn dunder(o: &Obj, name: &str) -> Option<Obj> {
    match o {
        Obj::Instance(i) => i.class.borrow().lookup_user(&intern(name)),
        _ => None,
    }
}

/// `a == b` as a truth value.
pub async fn eq(rt: &Rt, a: &Obj, b: &Obj) -> R<bool> {
    let r = compare(rt, CmpOp::Eq, a, b).await?;
    truth(rt, &r).await
}

/// `a is b or a == b`: what membership means.
pub async fn same_or_eq(rt: &Rt, a: &Obj, b: &Obj) -> R<bool> {
    if a.is(b) { Ok(true) } else { eq(rt, a, b).await }
}

/// `bool(o)`, where no user code has to decide.
pub fn truth_sync(o: &Obj) -> R<bool> {
    Ok(match o {
        Obj::Bool(b) => *b,
        Obj::None | Obj::Null => false,
        Obj::Int(i) => *i != 0,
        Obj::Float(f) => *f != 0.0,
        Obj::Big(_) => true,
        Obj::Complex(c) => c.0 != 0.0 || c.1 != 0.0,
        Obj::Str(s) => !s.is_empty(),
        Obj::Bytes(b) => !b.is_empty(),
        Obj::Tuple(t) => !t.is_empty(),
        Obj::List(l) => !l.is_empty(),
        Obj::Dict(d) => !d.is_empty(),
        Obj::Set(s) => !s.is_empty(),
        Obj::Range(r) => !r.is_empty(),
        Obj::View(v) => !v.dict.is_empty(),
        Obj::Instance(i) => {
            let c = i.class.borrow();
            if c.user && (c.lookup_user(&intern("__bool__")).is_some() || c.lookup_user(&intern("__len__")).is_some()) {
                return Err(Exc::NeedsVm);
            }
            if i.base.given() { truth_sync(&i.base)? } else { true }
        }
        Obj::Native(n) => match n.truth(o)? {
            Some(b) => b,
            None => n.len(o)?.is_none_or(|n| n > 0),
        },
        _ => true,
    })
}

/// `bool(o)`.
pub async fn truth(rt: &Rt, o: &Obj) -> R<bool> {
    match rt.retry(|| truth_sync(o)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    if let Some(f) = dunder(o, "__bool__") {
        return match rt.call(&f, [o.clone()]).await? {
            Obj::Bool(b) => Ok(b),
            r => Err(type_error(format!("__bool__ should return bool, returned {}", r.type_name()))),
        };
    }
    Ok(super::len(rt, o).await? > 0)
}

/// `x in o`, where no user code has to decide.
pub fn contains_sync(rt: &Rt, o: &Obj, x: &Obj) -> R<bool> {
    match o {
        Obj::Dict(d) => Ok(d.get(x)?.is_some()),
        Obj::Set(s) => match x {
            // A set may be looked up in a set of frozensets.
            Obj::Set(k) if !k.frozen => {
                let f = crate::obj::PySet { t: std::cell::RefCell::new(k.t.borrow().copy()?), frozen: true };
                s.has(&Obj::Set(std::rc::Rc::new(f)))
            }
            x => s.has(x),
        },
        Obj::Str(s) => match x.as_str() {
            Some(t) => {
                rt.charge((s.as_str().len() / 16) as u64)?;
                Ok(s.as_str().contains(t.as_str()))
            }
            None => Err(type_error(format!("'in <string>' requires string as left operand, not {}", x.type_name()))),
        },
        Obj::Tuple(t) => {
            rt.charge((t.len() / 4) as u64)?;
            for y in t.iter() {
                if same(y, x, 0)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Obj::List(l) => {
            rt.charge((l.len() / 4) as u64)?;
            for y in l.v.borrow().iter() {
                if same(y, x, 0)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Obj::Range(r) => match x {
            Obj::Int(_) | Obj::Bool(_) => {
                let i = if let Obj::Int(i) = x { *i } else { i64::from(truth_sync(x)?) };
                let (lo, hi) = if r.step > 0 { (r.start, r.stop) } else { (r.stop + 1, r.start + 1) };
                Ok(i >= lo && i < hi && (i - r.start) % r.step == 0)
            }
            Obj::Float(f) if f.fract() == 0.0 => contains_sync(rt, o, &Obj::Int(*f as i64)),
            _ => Ok(false),
        },
        Obj::Bytes(b) => match x {
            Obj::Int(i) => Ok(b.iter().any(|c| i64::from(*c) == *i)),
            Obj::Bytes(n) => Ok(n.is_empty() || b.windows(n.len()).any(|w| w == n.as_slice())),
            _ => Err(type_error(format!("a bytes-like object is required, not '{}'", x.type_name()))),
        },
        Obj::View(v) if v.what == crate::obj::ViewKind::Keys => Ok(v.dict.get(x)?.is_some()),
        Obj::View(v) => {
            for y in view_items(v)? {
                if same(&y, x, 0)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Obj::Native(n) => n.contains(rt, o, x)?.ok_or(Exc::NeedsVm),
        Obj::Instance(i) if i.base.given() && !overrides(o, "__contains__") && !overrides(o, "__iter__") => {
            contains_sync(rt, &i.base, x)
        }
        _ => Err(Exc::NeedsVm),
    }
}

/// `x in o`.
pub async fn contains(rt: &Rt, o: &Obj, x: &Obj) -> R<bool> {
    match rt.retry(|| contains_sync(rt, o, x)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    if let Some(f) = dunder(o, "__contains__") {
        let r = rt.call(&f, [o.clone(), x.clone()]).await?;
        return truth(rt, &r).await;
    }
    match o {
        Obj::Dict(d) => return Ok(super::dict_get(rt, d, x).await?.is_some()),
        Obj::Set(s) => return super::set_has(rt, s, x).await,
        _ => {}
    }
    let it = match get_iter(rt, o).await {
        Err(Exc::Py(e)) if e.class().is_subclass(&types().exceptions[exc::E::TypeError as usize]) => {
            return Err(type_error(format!("argument of type '{}' is not iterable", o.type_name())));
        }
        r => r?,
    };
    while let Some(y) = iter_next(rt, &it).await? {
        rt.charge(1)?;
        if same_or_eq(rt, &y, x).await? {
            return Ok(true);
        }
    }
    Ok(false)
}
