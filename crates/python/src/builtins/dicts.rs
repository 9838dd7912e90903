//! `dict`: making it, its methods, and its views.

use std::rc::Rc;

use super::maker;
use crate::obj::containers::{DictView, IterKind, PyIter, ViewKind};
use crate::obj::native::Def;
use crate::obj::{Imp, Obj, PyDict, R, intern, key_error, type_error, types as all, value_error};
use crate::ops;
use crate::rt::Rt;

/// The dict of a `dict` or of an instance of a subclass.
pub fn dict(o: &Obj) -> R<&Rc<PyDict>> {
    match o.base() {
        Obj::Dict(d) => Ok(d),
        _ => Err(type_error("descriptor requires a 'dict' object")),
    }
}

pub(super) fn types() {
    let t = all();
    maker(
        &t.dict,
        "cls, iterable=, /, **kw",
        Imp::Async(|rt, a| {
            Box::pin(async move {
                let d = PyDict::new();
                update(&rt, &d, &a[1], &a[2]).await?;
                Ok(Obj::Dict(d))
            })
        }),
    );
    let d = Def::class(&t.dict);
    for name in ["__init__", "update"] {
        d.asynch(name, "self, iterable=, /, **kw", |rt, a| {
            Box::pin(async move { update(&rt, dict(&a[0])?, &a[1], &a[2]).await.map(|()| Obj::None) })
        });
    }
    let view = |a: &[Obj], what| Ok(Obj::View(Rc::new(DictView { dict: dict(&a[0])?.clone(), what })));
    d.add("keys", "self, /", Imp::Closure(Box::new(move |_, a| view(a, ViewKind::Keys))));
    d.add("values", "self, /", Imp::Closure(Box::new(move |_, a| view(a, ViewKind::Values))));
    d.add("items", "self, /", Imp::Closure(Box::new(move |_, a| view(a, ViewKind::Items))));
    d.both(
        "get",
        "self, key, default=None, /",
        |_, a| Ok(dict(&a[0])?.get(&a[1])?.unwrap_or_else(|| a[2].clone())),
        |rt, a| {
            Box::pin(async move { Ok(ops::dict_get(&rt, dict(&a[0])?, &a[1]).await?.unwrap_or_else(|| a[2].clone())) })
        },
    );
    d.asynch("setdefault", "self, key, default=None, /", |rt, a| {
        Box::pin(async move {
            let d = dict(&a[0])?;
            if let Some(v) = ops::dict_get(&rt, d, &a[1]).await? {
                return Ok(v);
            }
            ops::dict_set(&rt, d, a[1].clone(), a[2].clone()).await?;
            Ok(a[2].clone())
        })
    });
    d.asynch("pop", "self, key, default=, /", |rt, a| {
        Box::pin(async move {
            match ops::dict_del(&rt, dict(&a[0])?, &a[1]).await? {
                Some(v) => Ok(v),
                None if a[2].given() => Ok(a[2].clone()),
                None => Err(key_error(a[1].clone())),
            }
        })
    });
    d.sync("popitem", "self, /", |_, a| {
        let d = dict(&a[0])?;
        let last = d.t.borrow().slots().iter().rposition(|e| e.key.given());
        match last {
            Some(i) => {
                let (k, v) = d.t.borrow_mut().remove(i);
                Ok(Obj::tuple(vec![k, v]))
            }
            None => Err(key_error(Obj::str("popitem(): dictionary is empty"))),
        }
    });
    d.sync("clear", "self, /", |_, a| {
        dict(&a[0])?.clear();
        Ok(Obj::None)
    });
    d.sync("copy", "self, /", |_, a| dict(&a[0])?.copy().map(Obj::Dict));
    let from_keys = crate::obj::Builtin::new(
        "fromkeys",
        "cls, iterable, value=None, /",
        Imp::Async(|rt, a| {
            Box::pin(async move {
                let d = PyDict::new();
                for k in ops::to_vec(&rt, &a[1]).await? {
                    ops::dict_set(&rt, &d, k, a[2].clone()).await?;
                }
                Ok(Obj::Dict(d))
            })
        }),
    );
    d.dict.set_name("fromkeys", Obj::ClassMethod(Rc::new(crate::obj::Wrapper { func: from_keys.obj() })));
    d.asynch("__ior__", "self, other, /", |rt, a| {
        Box::pin(async move {
            update(&rt, dict(&a[0])?, &a[1], &Obj::Null).await?;
            Ok(a[0].clone())
        })
    });
    d.asynch("__reversed__", "self, /", |_, a| {
        Box::pin(async move {
            let d = dict(&a[0])?;
            let kind = IterKind::Dict { d: d.clone(), what: ViewKind::Keys, at: 0, len: d.len(), back: true };
            Ok(PyIter::obj("dict_reversekeyiterator", kind))
        })
    });
    for class in [&t.dict_keys, &t.dict_values, &t.dict_items] {
        let d = Def::class(class);
        d.sync("__len__", "self, /", |_, a| Ok(Obj::Int(ops::len_sync(&a[0])? as i64)));
        d.sync("__iter__", "self, /", |_, a| ops::iter_sync(&a[0]));
    }
    Def::class(&t.dict_keys).asynch("isdisjoint", "self, other, /", |rt, a| {
        Box::pin(async move {
            for x in ops::to_vec(&rt, &a[1]).await? {
                if ops::contains(&rt, &a[0], &x).await? {
                    return Ok(Obj::Bool(false));
                }
            }
            Ok(Obj::Bool(true))
        })
    });
}

/// `d.update(other, **kw)`.
pub async fn update(rt: &Rt, d: &Rc<PyDict>, other: &Obj, kw: &Obj) -> R<()> {
    if other.given() {
        match other.base() {
            Obj::Dict(o) => {
                rt.charge(o.len() as u64)?;
                for (k, v) in o.items() {
                    ops::dict_set(rt, d, k, v).await?;
                }
            }
            _ => match ops::get_attr_opt(rt, other, &intern("keys")).await? {
                Some(keys) => {
                    let keys = rt.call(&keys, []).await?;
                    for k in ops::to_vec(rt, &keys).await? {
                        let v = ops::get_item(rt, other, &k).await?;
                        ops::dict_set(rt, d, k, v).await?;
                    }
                }
                None => {
                    let it = ops::get_iter(rt, other).await?;
                    let mut i = 0;
                    while let Some(x) = ops::iter_next(rt, &it).await? {
                        let pair = match ops::to_vec(rt, &x).await {
                            Ok(p) => p,
                            Err(_) => {
                                return Err(type_error(format!(
                                    "cannot convert dictionary update sequence element #{i} to a sequence"
                                )));
                            }
                        };
                        let [k, v] = &pair[..] else {
                            return Err(value_error(format!(
                                "dictionary update sequence element #{i} has length {}; 2 is required",
                                pair.len()
                            )));
                        };
                        ops::dict_set(rt, d, k.clone(), v.clone()).await?;
                        i += 1;
                    }
                }
            },
        }
    }
    if let Obj::Dict(kw) = kw {
        for (k, v) in kw.items() {
            ops::dict_set(rt, d, k, v).await?;
        }
    }
    Ok(())
}
