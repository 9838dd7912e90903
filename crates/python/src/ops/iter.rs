//! Iteration, lengths, and the async forms of dict and set access.

use std::rc::Rc;

use super::{eq, hash, truth, truth_sync};
use crate::obj::containers::{IterKind, PyIter, ViewKind};
use crate::obj::{Args, E, Exc, Obj, PyDict, PySet, R, Table, intern, runtime_error, type_error, value_error};
use crate::rt::{Request, Rt};

/// `iter(o)`, where no user code has to decide.
pub fn iter_sync(o: &Obj) -> R<Obj> {
    let dict = |d: &Rc<PyDict>, what| {
        let name = match what {
            ViewKind::Keys => "dict_keyiterator",
            ViewKind::Values => "dict_valueiterator",
            ViewKind::Items => "dict_itemiterator",
        };
        PyIter::obj(name, IterKind::Dict { d: d.clone(), what, at: 0, len: d.len(), back: false })
    };
    Ok(match o {
        Obj::Iter(_) | Obj::Generator(_) => o.clone(),
        Obj::List(_) => PyIter::obj("list_iterator", IterKind::Seq { seq: o.clone(), at: 0 }),
        Obj::Tuple(_) => PyIter::obj("tuple_iterator", IterKind::Seq { seq: o.clone(), at: 0 }),
        Obj::Range(r) => PyIter::obj("range_iterator", IterKind::Range { r: **r, at: 0, len: r.len() }),
        Obj::Str(s) => PyIter::obj("str_iterator", IterKind::Str { s: s.clone(), at: 0 }),
        Obj::Bytes(b) => PyIter::obj("bytes_iterator", IterKind::Bytes { b: b.clone(), at: 0 }),
        Obj::Dict(d) => dict(d, ViewKind::Keys),
        Obj::View(v) => dict(&v.dict, v.what),
        Obj::Set(s) => PyIter::obj("set_iterator", IterKind::Set { s: s.clone(), at: 0, len: s.len() }),
        Obj::Instance(i) => {
            let c = i.class.borrow().clone();
            if c.lookup_user(&intern("__iter__")).is_some() || c.lookup_user(&intern("__getitem__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            if i.base.given() {
                return iter_sync(&i.base);
            }
            return Err(not_iterable(o));
        }
        Obj::Native(_) | Obj::Class(_) => return Err(Exc::NeedsVm),
        _ => return Err(not_iterable(o)),
    })
}

fn not_iterable(o: &Obj) -> Exc {
    type_error(format!("'{}' object is not iterable", o.type_name()))
}

/// `iter(o)`.
pub async fn get_iter(rt: &Rt, o: &Obj) -> R<Obj> {
    match iter_sync(o) {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    if let Obj::Native(n) = o {
        if let Some(it) = rt.retry(|| n.iter(rt, o)).await? {
            return Ok(it);
        }
        return Err(not_iterable(o));
    }
    if let Obj::Class(c) = o {
        // Only enumerations are iterable as classes.
        return match c.lookup_user(&intern("__class_iter__")) {
            Some(_) => rt.call_method(o, "__class_iter__", []).await,
            None => Err(type_error(format!("'{}' object is not iterable", o.type_name()))),
        };
    }
    let c = o.class();
    match c.lookup_user(&intern("__iter__")) {
        Some(Obj::None) => Err(not_iterable(o)),
        Some(f) => {
            let it = rt.call(&f, [o.clone()]).await?;
            let ok = match &it {
                Obj::Iter(_) | Obj::Generator(_) | Obj::Native(_) => true,
                other => other.class().lookup(&intern("__next__")).is_some(),
            };
            if ok {
                Ok(it)
            } else {
                Err(type_error(format!("iter() returned non-iterator of type '{}'", it.type_name())))
            }
        }
        None => Ok(PyIter::obj("iterator", IterKind::GetItem { seq: o.clone(), at: 0 })),
    }
}

/// Whether `next` on it can never call Python.
fn never_calls(o: &Obj) -> bool {
    match o {
        Obj::Iter(i) => match &*i.kind.borrow() {
            IterKind::Enumerate { it, .. } => never_calls(it),
            IterKind::Zip { its, .. } => its.iter().all(never_calls),
            IterKind::Map { .. } | IterKind::Filter { .. } | IterKind::Call { .. } | IterKind::GetItem { .. } => false,
            _ => true,
        },
        _ => false,
    }
}

/// `next(it)`, None at the end, where no user code has to run.
pub fn iter_next_sync(rt: &Rt, it: &Obj) -> R<Option<Obj>> {
    let i = match it {
        Obj::Iter(i) => i,
        Obj::Native(n) => return n.next(rt, it).unwrap_or(Err(Exc::NeedsVm)),
        _ => return Err(Exc::NeedsVm),
    };
    let Ok(mut kind) = i.kind.try_borrow_mut() else {
        return Err(value_error("iterator already executing"));
    };
    let next = match &mut *kind {
        IterKind::Done => None,
        IterKind::Seq { seq, at } => {
            let x = match seq {
                Obj::List(l) => l.v.borrow().get(*at).cloned(),
                Obj::Tuple(t) => t.get(*at).cloned(),
                _ => None,
            };
            *at += 1;
            x
        }
        IterKind::Reversed { seq, left } => {
            if *left == 0 {
                None
            } else {
                *left -= 1;
                match seq {
                    Obj::List(l) => l.v.borrow().get(*left).cloned(),
                    Obj::Tuple(t) => t.get(*left).cloned(),
                    Obj::Str(s) => Some(Obj::str(s.slice(*left, *left + 1))),
                    _ => None,
                }
            }
        }
        IterKind::Range { r, at, len } => {
            if at < len {
                let x = r.at(*at);
                *at += 1;
                Some(Obj::Int(x))
            } else {
                None
            }
        }
        IterKind::Str { s, at } => {
            let rest = &s.as_str()[*at..];
            rest.chars().next().map(|c| {
                *at += c.len_utf8();
                Obj::name(c.encode_utf8(&mut [0; 4]))
            })
        }
        IterKind::Bytes { b, at } => {
            *at += 1;
            b.get(*at - 1).map(|b| Obj::Int(i64::from(*b)))
        }
        IterKind::Dict { d, what, at, len, back } => {
            let t = d.t.borrow();
            if t.len() != *len {
                return Err(runtime_error("dictionary changed size during iteration"));
            }
            step(&t, at, *back).map(|(k, v)| match what {
                ViewKind::Keys => k,
                ViewKind::Values => v,
                ViewKind::Items => Obj::tuple(vec![k, v]),
            })
        }
        IterKind::Set { s, at, len } => {
            let t = s.t.borrow();
            if t.len() != *len {
                return Err(runtime_error("Set changed size during iteration"));
            }
            step(&t, at, false).map(|(k, _)| k)
        }
        IterKind::Enumerate { it, n } => {
            let inner = it.clone();
            if !never_calls(&inner) {
                return Err(Exc::NeedsVm);
            }
            let x = iter_next_sync(rt, &inner)?;
            x.map(|x| {
                *n += 1;
                Obj::tuple(vec![Obj::Int(*n - 1), x])
            })
        }
        IterKind::Zip { its, strict } => {
            if *strict || !its.iter().all(never_calls) {
                return Err(Exc::NeedsVm);
            }
            let mut out = Vec::with_capacity(its.len());
            for it in its.iter() {
                match iter_next_sync(rt, it)? {
                    Some(x) => out.push(x),
                    None => break,
                }
            }
            (out.len() == its.len() && !its.is_empty()).then(|| Obj::tuple(out))
        }
        IterKind::Host(f) => f(rt)?,
        IterKind::Map { .. } | IterKind::Filter { .. } | IterKind::Call { .. } | IterKind::GetItem { .. } => {
            return Err(Exc::NeedsVm);
        }
    };
    if next.is_none() {
        let old = std::mem::replace(&mut *kind, IterKind::Done);
        drop(kind);
        drop(old);
    }
    Ok(next)
}

fn step(t: &Table, at: &mut usize, back: bool) -> Option<(Obj, Obj)> {
    let slots = t.slots();
    loop {
        let i = if back { slots.len().checked_sub(*at + 1)? } else { *at };
        let e = slots.get(i)?;
        *at += 1;
        if e.key.given() {
            return Some((e.key.clone(), e.val.clone()));
        }
    }
}

/// Whether an error is a `StopIteration`.
pub fn is_stop(e: &Exc) -> bool {
    matches!(e, Exc::Py(o) if o.class().is_subclass(E::StopIteration.class()))
}

/// `next(it)`, None at the end.
pub async fn iter_next(rt: &Rt, it: &Obj) -> R<Option<Obj>> {
    match rt.retry(|| iter_next_sync(rt, it)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    match it {
        Obj::Generator(g) => return or_stop(rt.ask(Request::Send(g.clone(), Obj::None)).await),
        Obj::Iter(_) => {}
        _ => {
            let Some(f) = it.class().lookup(&intern("__next__")) else {
                return Err(type_error(format!("'{}' object is not an iterator", it.type_name())));
            };
            return or_stop(rt.call(&f, [it.clone()]).await);
        }
    }
    let Obj::Iter(i) = it else { return Ok(None) };
    let _nest = rt.nest("")?;
    /// What to do, copied out so that nothing is borrowed while Python runs.
    enum Do {
        Enumerate(Obj),
        Zip(Vec<Obj>, bool),
        Map(Obj, Vec<Obj>),
        Filter(Obj, Obj),
        Call(Obj, Obj),
        GetItem(Obj, i64),
    }
    let todo = match &mut *i.kind.borrow_mut() {
        IterKind::Enumerate { it, .. } => Do::Enumerate(it.clone()),
        IterKind::Zip { its, strict } => Do::Zip(its.clone(), *strict),
        IterKind::Map { f, its } => Do::Map(f.clone(), its.clone()),
        IterKind::Filter { f, it } => Do::Filter(f.clone(), it.clone()),
        IterKind::Call { f, sentinel } => Do::Call(f.clone(), sentinel.clone()),
        IterKind::GetItem { seq, at } => {
            *at += 1;
            Do::GetItem(seq.clone(), *at - 1)
        }
        _ => return Ok(None),
    };
    match todo {
        Do::Enumerate(inner) => {
            let Some(x) = Box::pin(iter_next(rt, &inner)).await? else {
                return Ok(None);
            };
            let mut n = 0;
            if let IterKind::Enumerate { n: m, .. } = &mut *i.kind.borrow_mut() {
                n = *m;
                *m += 1;
            }
            Ok(Some(Obj::tuple(vec![Obj::Int(n), x])))
        }
        Do::Zip(its, strict) => {
            let mut out = Vec::with_capacity(its.len());
            for (k, it) in its.iter().enumerate() {
                match Box::pin(iter_next(rt, it)).await? {
                    Some(x) => out.push(x),
                    None if strict && k > 0 => {
                        let plural = if k == 1 { " ".to_string() } else { format!("s 1-{k}").replace("s 1-1", " 1") };
                        let plural = if k == 1 { " 1".to_string() } else { plural };
                        return Err(value_error(format!("zip() argument {} is shorter than argument{plural}", k + 1)));
                    }
                    None => {
                        if strict {
                            for (j, it) in its.iter().enumerate().skip(1) {
                                if Box::pin(iter_next(rt, it)).await?.is_some() {
                                    let plural = if j == 1 { " 1".to_string() } else { format!("s 1-{j}") };
                                    return Err(value_error(format!(
                                        "zip() argument {} is longer than argument{plural}",
                                        j + 1
                                    )));
                                }
                            }
                        }
                        return Ok(None);
                    }
                }
            }
            Ok((!out.is_empty()).then(|| Obj::tuple(out)))
        }
        Do::Map(f, its) => {
            let mut args = Vec::with_capacity(its.len());
            for it in &its {
                match Box::pin(iter_next(rt, it)).await? {
                    Some(x) => args.push(x),
                    None => return Ok(None),
                }
            }
            rt.call(&f, Args::pos(args)).await.map(Some)
        }
        Do::Filter(f, inner) => loop {
            let Some(x) = Box::pin(iter_next(rt, &inner)).await? else {
                return Ok(None);
            };
            rt.charge(1)?;
            let keep = if f.is_none() { x.clone() } else { rt.call(&f, [x.clone()]).await? };
            if truth(rt, &keep).await? {
                return Ok(Some(x));
            }
        },
        Do::Call(f, sentinel) => {
            let x = rt.call(&f, []).await?;
            if eq(rt, &x, &sentinel).await? {
                *i.kind.borrow_mut() = IterKind::Done;
                return Ok(None);
            }
            Ok(Some(x))
        }
        Do::GetItem(seq, at) => match super::get_item(rt, &seq, &Obj::Int(at)).await {
            Ok(x) => Ok(Some(x)),
            Err(Exc::Py(e))
                if e.class().is_subclass(E::IndexError.class()) || e.class().is_subclass(E::StopIteration.class()) =>
            {
                *i.kind.borrow_mut() = IterKind::Done;
                Ok(None)
            }
            Err(e) => Err(e),
        },
    }
}

fn or_stop(r: R<Obj>) -> R<Option<Obj>> {
    match r {
        Ok(x) => Ok(Some(x)),
        Err(e) if is_stop(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

/// All items of an iterable, where no user code has to run.
pub fn to_vec_sync(rt: &Rt, o: &Obj) -> R<Vec<Obj>> {
    match o {
        Obj::List(l) => {
            rt.charge((l.len() / 8) as u64)?;
            Ok(l.items())
        }
        Obj::Tuple(t) => Ok(t.to_vec()),
        Obj::Range(r) => {
            let n = r.len();
            rt.charge(n as u64 / 4)?;
            crate::obj::mem::check((n as usize).saturating_mul(16))?;
            Ok((0..n).map(|i| Obj::Int(r.at(i))).collect())
        }
        _ => {
            let it = iter_sync(o)?;
            if !never_calls(&it) {
                return Err(Exc::NeedsVm);
            }
            let mut out = Vec::new();
            while let Some(x) = iter_next_sync(rt, &it)? {
                rt.charge(1)?;
                out.push(x);
                if out.len() % 4096 == 0 {
                    crate::obj::mem::check(out.len() * 16)?;
                }
            }
            Ok(out)
        }
    }
}

/// All items of an iterable.
pub async fn to_vec(rt: &Rt, o: &Obj) -> R<Vec<Obj>> {
    match to_vec_sync(rt, o) {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let it = get_iter(rt, o).await?;
    let mut out = Vec::new();
    while let Some(x) = iter_next(rt, &it).await? {
        rt.charge(1)?;
        out.push(x);
        if out.len() % 4096 == 0 {
            crate::obj::mem::check(out.len() * 16)?;
        }
    }
    Ok(out)
}

/// `len(o)`, where no user code has to decide.
pub fn len_sync(o: &Obj) -> R<usize> {
    Ok(match o {
        Obj::Str(s) => s.len(),
        Obj::Bytes(b) => b.len(),
        Obj::Tuple(t) => t.len(),
        Obj::List(l) => l.len(),
        Obj::Dict(d) => d.len(),
        Obj::Set(s) => s.len(),
        Obj::Range(r) => r.len() as usize,
        Obj::View(v) => v.dict.len(),
        Obj::Instance(i) => {
            if i.class.borrow().lookup_user(&intern("__len__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            if i.base.given() {
                return len_sync(&i.base);
            }
            return Err(no_len(o));
        }
        Obj::Native(n) => match n.len(o)? {
            Some(n) => n,
            None => return Err(no_len(o)),
        },
        Obj::Class(c) if c.lookup_user(&intern("__class_len__")).is_some() => {
            return Err(Exc::NeedsVm);
        }
        _ => return Err(no_len(o)),
    })
}

fn no_len(o: &Obj) -> Exc {
    type_error(format!("object of type '{}' has no len()", o.type_name()))
}

/// `len(o)`.
pub async fn len(rt: &Rt, o: &Obj) -> R<usize> {
    match rt.retry(|| len_sync(o)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let r = match o {
        Obj::Class(_) => rt.call_method(o, "__class_len__", []).await?,
        _ => {
            let Some(f) = o.class().lookup_user(&intern("__len__")) else {
                return Err(no_len(o));
            };
            rt.call(&f, [o.clone()]).await?
        }
    };
    match r {
        Obj::Int(n) if n >= 0 => Ok(n as usize),
        Obj::Int(_) => Err(value_error("__len__() should return >= 0")),
        Obj::Bool(b) => Ok(usize::from(b)),
        r => Err(type_error(format!("'{}' object cannot be interpreted as an integer", r.type_name()))),
    }
}

/// Where a key is in a table, asking the user's `__eq__` where needed. `get` borrows the table afresh each time.
async fn find(rt: &Rt, t: &std::cell::RefCell<Table>, h: u64, key: &Obj) -> R<Option<usize>> {
    let first = t.borrow().find(h, key);
    match first {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let candidates = t.borrow().candidates(h);
    for i in candidates {
        let k = match t.borrow().slots().get(i) {
            Some(e) if e.key.given() => e.key.clone(),
            _ => continue,
        };
        if k.is(key) || Box::pin(eq(rt, &k, key)).await? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

/// `d.get(key)`.
pub async fn dict_get(rt: &Rt, d: &Rc<PyDict>, key: &Obj) -> R<Option<Obj>> {
    let h = hash(rt, key).await?;
    let i = find(rt, &d.t, h, key).await?;
    Ok(i.and_then(|i| d.t.borrow().slots().get(i).map(|e| e.val.clone())))
}

/// `d[key] = val`.
pub async fn dict_set(rt: &Rt, d: &Rc<PyDict>, key: Obj, val: Obj) -> R<()> {
    let h = hash(rt, &key).await?;
    match find(rt, &d.t, h, &key).await? {
        Some(i) => {
            let old = d.t.borrow_mut().replace(i, val);
            drop(old);
        }
        None => d.t.borrow_mut().push(h, key, val)?,
    }
    Ok(())
}

/// `del d[key]`; what was there.
pub async fn dict_del(rt: &Rt, d: &Rc<PyDict>, key: &Obj) -> R<Option<Obj>> {
    let h = hash(rt, key).await?;
    let i = find(rt, &d.t, h, key).await?;
    Ok(i.map(|i| d.t.borrow_mut().remove(i).1))
}

/// `key in s`.
pub async fn set_has(rt: &Rt, s: &Rc<PySet>, key: &Obj) -> R<bool> {
    let h = hash(rt, key).await?;
    Ok(find(rt, &s.t, h, key).await?.is_some())
}

/// `s.add(key)`; whether it is new.
pub async fn set_add(rt: &Rt, s: &Rc<PySet>, key: Obj) -> R<bool> {
    let h = hash(rt, &key).await?;
    if find(rt, &s.t, h, &key).await?.is_some() {
        return Ok(false);
    }
    s.t.borrow_mut().push(h, key, Obj::Null)?;
    Ok(true)
}

/// `s.discard(key)`; whether it was there.
pub async fn set_discard(rt: &Rt, s: &Rc<PySet>, key: &Obj) -> R<bool> {
    let h = hash(rt, key).await?;
    let i = find(rt, &s.t, h, key).await?;
    if let Some(i) = i {
        let gone = s.t.borrow_mut().remove(i);
        drop(gone);
    }
    Ok(i.is_some())
}

/// `bool(o)` of what is certainly plain.
pub fn plain_truth(o: &Obj) -> bool {
    truth_sync(o).unwrap_or(true)
}

/// At most `limit` items of an iterable, where no user code has to run.
pub fn to_vec_sync_limit(rt: &Rt, o: &Obj, limit: usize) -> R<Vec<Obj>> {
    let it = iter_sync(o)?;
    if !never_calls(&it) {
        return Err(Exc::NeedsVm);
    }
    let mut out = Vec::new();
    while out.len() < limit {
        match iter_next_sync(rt, &it)? {
            Some(x) => out.push(x),
            None => break,
        }
    }
    Ok(out)
}
