//! `list` and `tuple`: making them, their methods, and sorting.

use super::maker;
use crate::obj::native::Def;
use crate::obj::{Exc, Imp, Obj, PyList, R, index_error, types as all, value_error};
use crate::ops::{self, CmpOp};
use crate::rt::Rt;
use std::rc::Rc;

fn list(o: &Obj) -> R<&Rc<PyList>> {
    match o.base() {
        Obj::List(l) => Ok(l),
        _ => Err(crate::obj::type_error("descriptor requires a 'list' object")),
    }
}

pub(super) fn types() {
    let t = all();
    maker(
        &t.list,
        "cls, iterable=(), /",
        Imp::Both(
            |rt, a| ops::to_vec_sync(rt, &a[1]).map(Obj::list),
            |rt, a| Box::pin(async move { ops::to_vec(&rt, &a[1]).await.map(Obj::list) }),
        ),
    );
    maker(
        &t.tuple,
        "cls, iterable=(), /",
        Imp::Both(
            |rt, a| match &a[1] {
                Obj::Tuple(_) => Ok(a[1].clone()),
                o => ops::to_vec_sync(rt, o).map(Obj::tuple),
            },
            |rt, a| Box::pin(async move { ops::to_vec(&rt, &a[1]).await.map(Obj::tuple) }),
        ),
    );
    let d = Def::class(&t.list);
    d.asynch("__init__", "self, iterable=(), /", |rt, a| {
        Box::pin(async move {
            let v = ops::to_vec(&rt, &a[1]).await?;
            let l = list(&a[0])?;
            let old = l.v.replace(v);
            drop(old);
            l.account().map(|()| Obj::None)
        })
    });
    d.sync("append", "self, object, /", |_, a| list(&a[0])?.push(a[1].clone()).map(|()| Obj::None));
    d.both(
        "extend",
        "self, iterable, /",
        |rt, a| {
            let v = ops::to_vec_sync(rt, &a[1])?;
            let l = list(&a[0])?;
            crate::obj::mem::check(v.len() * 16)?;
            l.v.borrow_mut().extend(v);
            l.account().map(|()| Obj::None)
        },
        |rt, a| {
            Box::pin(async move {
                let v = ops::to_vec(&rt, &a[1]).await?;
                let l = list(&a[0])?;
                l.v.borrow_mut().extend(v);
                l.account().map(|()| Obj::None)
            })
        },
    );
    d.sync("pop", "self, index=-1, /", |_, a| {
        let l = list(&a[0])?;
        let mut v = l.v.borrow_mut();
        let n = v.len() as i64;
        if n == 0 {
            return Err(index_error("pop from empty list"));
        }
        let i = ops::index_i64(&a[1])?;
        let i = if i < 0 { i + n } else { i };
        if !(0..n).contains(&i) {
            return Err(index_error("pop index out of range"));
        }
        Ok(v.remove(i as usize))
    });
    d.sync("insert", "self, index, object, /", |rt, a| {
        let l = list(&a[0])?;
        let n = l.len() as i64;
        rt.charge(n as u64 / 16)?;
        let i = ops::index_i64(&a[1])?;
        let i = (if i < 0 { i + n } else { i }).clamp(0, n);
        l.v.borrow_mut().insert(i as usize, a[2].clone());
        l.account().map(|()| Obj::None)
    });
    d.sync("clear", "self, /", |_, a| {
        let l = list(&a[0])?;
        let old = l.v.take();
        crate::obj::mem::trash(old);
        l.account().map(|()| Obj::None)
    });
    d.sync("copy", "self, /", |_, a| Ok(Obj::list(list(&a[0])?.items())));
    d.sync("reverse", "self, /", |_, a| {
        list(&a[0])?.v.borrow_mut().reverse();
        Ok(Obj::None)
    });
    d.asynch("remove", "self, value, /", |rt, a| {
        Box::pin(async move {
            match position(&rt, &list(&a[0])?.items(), &a[1]).await? {
                Some(i) => {
                    let gone = list(&a[0])?.v.borrow_mut().remove(i);
                    drop(gone);
                    Ok(Obj::None)
                }
                None => Err(value_error("list.remove(x): x not in list")),
            }
        })
    });
    d.asynch("sort", "self, /, *, key=None, reverse=False", |rt, a| {
        Box::pin(async move {
            let l = list(&a[0])?.clone();
            let reverse = ops::truth(&rt, &a[2]).await?;
            let v = l.items();
            let n = v.len();
            let sorted = sort(&rt, v, &a[1], reverse).await?;
            if l.len() != n {
                return Err(value_error("list modified during sort"));
            }
            *l.v.borrow_mut() = sorted;
            Ok(Obj::None)
        })
    });
    for class in [&t.list, &t.tuple] {
        let d = Def::class(class);
        d.asynch("index", "self, value, start=0, stop=, /", |rt, a| {
            Box::pin(async move {
                let (v, what) = match a[0].base() {
                    Obj::List(l) => (l.items(), "list"),
                    Obj::Tuple(t) => (t.to_vec(), "tuple"),
                    _ => (Vec::new(), "list"),
                };
                let n = v.len() as i64;
                let at = |i: i64| (if i < 0 { i + n } else { i }).clamp(0, n) as usize;
                let start = at(ops::index_i64(&a[2])?);
                let stop = if a[3].given() { at(ops::index_i64(&a[3])?) } else { v.len() };
                let found = if start < stop { position(&rt, &v[start..stop], &a[1]).await? } else { None };
                match found {
                    Some(i) => Ok(Obj::Int((start + i) as i64)),
                    None if what == "list" => {
                        Err(value_error(format!("{} is not in list", ops::repr(&rt, &a[1]).await?)))
                    }
                    None => Err(value_error("tuple.index(x): x not in tuple")),
                }
            })
        });
        d.asynch("count", "self, value, /", |rt, a| {
            Box::pin(async move {
                let mut n = 0;
                for x in ops::to_vec(&rt, a[0].base()).await? {
                    rt.charge(1)?;
                    n += i64::from(ops::same_or_eq(&rt, &x, &a[1]).await?);
                }
                Ok(Obj::Int(n))
            })
        });
    }
}

/// Where an equal item is.
async fn position(rt: &Rt, v: &[Obj], x: &Obj) -> R<Option<usize>> {
    for (i, y) in v.iter().enumerate() {
        rt.charge(1)?;
        if ops::same_or_eq(rt, y, x).await? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

async fn less(rt: &Rt, a: &Obj, b: &Obj) -> R<bool> {
    let r = match ops::compare_sync(rt, CmpOp::Lt, a, b) {
        Err(Exc::NeedsVm | Exc::Read(_)) => ops::compare(rt, CmpOp::Lt, a, b).await?,
        r => r?,
    };
    match ops::truth_sync(&r) {
        Ok(b) => Ok(b),
        Err(_) => ops::truth(rt, &r).await,
    }
}

/// A stable sort that only asks whether one key is less than another, as CPython's does.
pub async fn sort(rt: &Rt, mut v: Vec<Obj>, key: &Obj, reverse: bool) -> R<Vec<Obj>> {
    let n = v.len() as u64;
    rt.charge(n * (64 - n.leading_zeros() as u64).max(1) / 4)?;
    // Stability under `reverse`: reverse, sort, reverse.
    if reverse {
        v.reverse();
    }
    let mut keyed: Vec<(Obj, Obj)> = Vec::with_capacity(v.len());
    for x in v {
        let k = if key.is_none() { x.clone() } else { rt.call(key, [x.clone()]).await? };
        keyed.push((k, x));
    }
    let plain = keyed.iter().all(|(k, _)| matches!(k, Obj::Int(_) | Obj::Bool(_)))
        || keyed.iter().all(|(k, _)| matches!(k, Obj::Str(_)))
        || keyed.iter().all(|(k, _)| matches!(k, Obj::Float(f) if !f.is_nan()));
    if plain {
        keyed.sort_by(|(a, _), (b, _)| match (a, b) {
            (Obj::Str(x), Obj::Str(y)) => x.as_str().cmp(y.as_str()),
            (a, b) => ops::number_order(a, b).flatten().unwrap_or(std::cmp::Ordering::Equal),
        });
    } else {
        keyed = merge_sort(rt, keyed).await?;
    }
    let mut out: Vec<Obj> = keyed.into_iter().map(|(_, x)| x).collect();
    if reverse {
        out.reverse();
    }
    Ok(out)
}

/// Bottom-up: no recursion, so that the comparisons may call Python.
async fn merge_sort(rt: &Rt, mut v: Vec<(Obj, Obj)>) -> R<Vec<(Obj, Obj)>> {
    // Runs of eight by insertion, then merges.
    for run in 0..v.len().div_ceil(8) {
        let (from, to) = (run * 8, (run * 8 + 8).min(v.len()));
        for i in from + 1..to {
            let mut j = i;
            while j > from && less(rt, &v[j].0, &v[j - 1].0).await? {
                v.swap(j, j - 1);
                j -= 1;
            }
        }
    }
    let mut width = 8;
    while width < v.len() {
        let mut out = Vec::with_capacity(v.len());
        let mut rest = v.into_iter().peekable();
        while rest.peek().is_some() {
            let a: Vec<_> = rest.by_ref().take(width).collect();
            let b: Vec<_> = rest.by_ref().take(width).collect();
            let (mut a, mut b) = (a.into_iter().peekable(), b.into_iter().peekable());
            loop {
                let from_b = match (a.peek(), b.peek()) {
                    (Some(x), Some(y)) => {
                        rt.charge(1)?;
                        less(rt, &y.0, &x.0).await?
                    }
                    (None, Some(_)) => true,
                    (Some(_), None) => false,
                    (None, None) => break,
                };
                out.extend(if from_b { b.next() } else { a.next() });
            }
        }
        v = out;
        width *= 2;
    }
    Ok(v)
}
