//! `set` and `frozenset`.

use std::rc::Rc;

use super::maker;
use crate::obj::native::Def;
use crate::obj::{Imp, Obj, PySet, R, key_error, type_error, types as all};
use crate::ops::{self, BinOp};
use crate::rt::Rt;

fn set(o: &Obj) -> R<&Rc<PySet>> {
    match o.base() {
        Obj::Set(s) => Ok(s),
        _ => Err(type_error("descriptor requires a 'set' object")),
    }
}

/// A set of the items of an iterable.
async fn collect(rt: &Rt, o: &Obj, frozen: bool) -> R<Rc<PySet>> {
    let s = PySet::new(frozen);
    if let Obj::Set(t) = o.base() {
        s.t.replace(t.t.borrow().copy()?);
        return Ok(s);
    }
    for x in ops::to_vec(rt, o).await? {
        rt.charge(1)?;
        ops::set_add(rt, &s, x).await?;
    }
    Ok(s)
}

pub(super) fn types() {
    let t = all();
    maker(
        &t.set,
        "cls, iterable=(), /",
        Imp::Async(|rt, a| Box::pin(async move { collect(&rt, &a[1], false).await.map(Obj::Set) })),
    );
    maker(
        &t.frozenset,
        "cls, iterable=(), /",
        Imp::Async(|rt, a| Box::pin(async move { collect(&rt, &a[1], true).await.map(Obj::Set) })),
    );
    for class in [&t.set, &t.frozenset] {
        let d = Def::class(class);
        d.sync("copy", "self, /", |_, a| {
            let s = set(&a[0])?;
            let c = PySet { t: std::cell::RefCell::new(s.t.borrow().copy()?), frozen: s.frozen };
            Ok(Obj::Set(Rc::new(c)))
        });
        d.asynch("union", "self, /, *others", |rt, a| Box::pin(fold(rt, a, BinOp::Or)));
        d.asynch("intersection", "self, /, *others", |rt, a| Box::pin(fold(rt, a, BinOp::And)));
        d.asynch("difference", "self, /, *others", |rt, a| Box::pin(fold(rt, a, BinOp::Sub)));
        d.asynch("symmetric_difference", "self, other, /", |rt, a| {
            Box::pin(fold(rt, vec![a[0].clone(), Obj::tuple(vec![a[1].clone()])], BinOp::Xor))
        });
        d.asynch("issubset", "self, other, /", |rt, a| {
            Box::pin(async move {
                let other = Obj::Set(collect(&rt, &a[1], false).await?);
                ops::compare(&rt, ops::CmpOp::Le, a[0].base(), &other).await
            })
        });
        d.asynch("issuperset", "self, other, /", |rt, a| {
            Box::pin(async move {
                let other = Obj::Set(collect(&rt, &a[1], false).await?);
                ops::compare(&rt, ops::CmpOp::Ge, a[0].base(), &other).await
            })
        });
        d.asynch("isdisjoint", "self, other, /", |rt, a| {
            Box::pin(async move {
                for x in ops::to_vec(&rt, &a[1]).await? {
                    if ops::set_has(&rt, set(&a[0])?, &x).await? {
                        return Ok(Obj::Bool(false));
                    }
                }
                Ok(Obj::Bool(true))
            })
        });
    }
    let d = Def::class(&t.set);
    d.asynch("__init__", "self, iterable=(), /", |rt, a| {
        Box::pin(async move {
            let s = collect(&rt, &a[1], false).await?;
            set(&a[0])?.t.swap(&s.t);
            Ok(Obj::None)
        })
    });
    d.both(
        "add",
        "self, elem, /",
        |_, a| set(&a[0])?.add(a[1].clone()).map(|_| Obj::None),
        |rt, a| Box::pin(async move { ops::set_add(&rt, set(&a[0])?, a[1].clone()).await.map(|_| Obj::None) }),
    );
    d.asynch("discard", "self, elem, /", |rt, a| {
        Box::pin(async move { ops::set_discard(&rt, set(&a[0])?, &a[1]).await.map(|_| Obj::None) })
    });
    d.asynch("remove", "self, elem, /", |rt, a| {
        Box::pin(async move {
            if ops::set_discard(&rt, set(&a[0])?, &a[1]).await? { Ok(Obj::None) } else { Err(key_error(a[1].clone())) }
        })
    });
    d.sync("pop", "self, /", |_, a| {
        let s = set(&a[0])?;
        let first = s.t.borrow().slots().iter().position(|e| e.key.given());
        match first {
            Some(i) => Ok(s.t.borrow_mut().remove(i).0),
            None => Err(key_error(Obj::str("pop from an empty set"))),
        }
    });
    d.sync("clear", "self, /", |_, a| {
        let old = set(&a[0])?.t.take();
        drop(old);
        Ok(Obj::None)
    });
    for (name, op) in [
        ("update", BinOp::Or),
        ("intersection_update", BinOp::And),
        ("difference_update", BinOp::Sub),
        ("symmetric_difference_update", BinOp::Xor),
    ] {
        let imp: fn(Rt, Vec<Obj>) -> crate::obj::Fut = match op {
            BinOp::Or => |rt, a| Box::pin(in_place(rt, a, BinOp::Or)),
            BinOp::And => |rt, a| Box::pin(in_place(rt, a, BinOp::And)),
            BinOp::Sub => |rt, a| Box::pin(in_place(rt, a, BinOp::Sub)),
            _ => |rt, a| Box::pin(in_place(rt, a, BinOp::Xor)),
        };
        d.asynch(name, "self, /, *others", imp);
    }
}

async fn in_place(rt: Rt, a: Vec<Obj>, op: BinOp) -> R<Obj> {
    let this = a[0].clone();
    if let Obj::Set(r) = fold(rt, a, op).await? {
        set(&this)?.t.swap(&r.t);
    }
    Ok(Obj::None)
}

/// `s op a op b ...`, over any iterables.
async fn fold(rt: Rt, a: Vec<Obj>, op: BinOp) -> R<Obj> {
    let s = set(&a[0])?;
    let copy = PySet { t: std::cell::RefCell::new(s.t.borrow().copy()?), frozen: s.frozen };
    let mut out = Obj::Set(Rc::new(copy));
    for o in a[1].as_tuple().map(|t| t.to_vec()).unwrap_or_default() {
        let other = Obj::Set(collect(&rt, &o, false).await?);
        out = ops::binary(&rt, op, &out, &other).await?;
    }
    Ok(out)
}
