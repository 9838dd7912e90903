//! Subscripts: `o[key]`, `o[key] = value`, `del o[key]`.

use std::rc::Rc;

use super::{dict_del, dict_get, dict_set, index_i64, index_sync};
use crate::obj::{E, Exc, Obj, PyRange, PySlice, R, index_error, intern, key_error, mem, type_error, value_error};
use crate::rt::Rt;

/// The position a subscript means in a sequence of length `n`; None: out of range.
fn position(key: &Obj, n: usize, what: &str) -> R<Option<usize>> {
    let i = match key {
        Obj::Int(i) => *i,
        k => match index_sync(k) {
            Ok(Obj::Int(i)) => i,
            Ok(_) => {
                return Err(index_error("cannot fit 'int' into an index-sized integer"));
            }
            Err(Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) && !matches!(k, Obj::Native(_)) => {
                return Err(type_error(format!("{what} indices must be integers or slices, not {}", k.type_name())));
            }
            Err(e) => return Err(e),
        },
    };
    let i = if i < 0 { i + n as i64 } else { i };
    Ok((0..n as i64).contains(&i).then_some(i as usize))
}

/// The positions a slice takes from a sequence of length `n`: first, step, how many.
pub fn slice_range(s: &PySlice, n: usize) -> R<(i64, i64, usize)> {
    let get = |o: &Obj| -> R<Option<i64>> {
        match o {
            Obj::None => Ok(None),
            o => match index_sync(o) {
                Ok(Obj::Int(i)) => Ok(Some(i)),
                Ok(Obj::Big(b)) => {
                    Ok(Some(if num_traits::Signed::is_negative(&*b) { i64::MIN / 2 } else { i64::MAX / 2 }))
                }
                Err(Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) && !matches!(o, Obj::Native(_)) => {
                    Err(type_error("slice indices must be integers or None or have an __index__ method"))
                }
                Ok(_) => Ok(None),
                Err(e) => Err(e),
            },
        }
    };
    let step = get(&s.step)?.unwrap_or(1);
    if step == 0 {
        return Err(value_error("slice step cannot be zero"));
    }
    let n = n as i64;
    let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
    let clamp = |i: i64| (if i < 0 { i + n } else { i }).clamp(low, high);
    let start = get(&s.start)?.map_or(if step > 0 { low } else { high }, clamp);
    let stop = get(&s.stop)?.map_or(if step > 0 { high } else { low }, clamp);
    let span = i128::from(stop) - i128::from(start);
    let step128 = i128::from(step);
    let count =
        if step > 0 { (span + step128 - 1).div_euclid(step128) } else { (-span - step128 - 1).div_euclid(-step128) };
    Ok((start, step, count.max(0) as usize))
}

fn take(v: &[Obj], (start, step, count): (i64, i64, usize)) -> Vec<Obj> {
    if step == 1 {
        return v[start as usize..start as usize + count].to_vec();
    }
    (0..count as i64).map(|k| v[(start + k * step) as usize].clone()).collect()
}

/// `o[key]`, where no user code has to decide.
pub fn get_item_sync(rt: &Rt, o: &Obj, key: &Obj) -> R<Obj> {
    match (o, key) {
        (Obj::List(l), Obj::Slice(s)) => {
            let r = slice_range(s, l.len())?;
            rt.charge((r.2 / 8) as u64)?;
            mem::check(r.2 * 16)?;
            Ok(Obj::list(take(&l.v.borrow(), r)))
        }
        (Obj::List(l), _) => {
            let v = l.v.borrow();
            match position(key, v.len(), "list")? {
                Some(i) => Ok(v[i].clone()),
                None => Err(index_error("list index out of range")),
            }
        }
        (Obj::Tuple(t), Obj::Slice(s)) => {
            let r = slice_range(s, t.len())?;
            mem::check(r.2 * 16)?;
            Ok(Obj::tuple(take(t, r)))
        }
        (Obj::Tuple(t), _) => match position(key, t.len(), "tuple")? {
            Some(i) => Ok(t[i].clone()),
            None => Err(index_error("tuple index out of range")),
        },
        (Obj::Dict(d), _) => match d.get(key)? {
            Some(v) => Ok(v),
            None => Err(key_error(key.clone())),
        },
        (Obj::Str(s), Obj::Slice(sl)) => {
            let (start, step, count) = slice_range(sl, s.len())?;
            mem::check(count)?;
            rt.charge((s.as_str().len() / 64) as u64)?;
            if step == 1 {
                return Ok(Obj::str(s.slice(start as usize, start as usize + count)));
            }
            let chars: Vec<char> = s.as_str().chars().collect();
            Ok(Obj::str((0..count as i64).map(|k| chars[(start + k * step) as usize]).collect::<String>()))
        }
        (Obj::Str(s), _) => match position(key, s.len(), "string")? {
            Some(i) => Ok(Obj::name(s.slice(i, i + 1))),
            None => Err(index_error("string index out of range")),
        },
        (Obj::Bytes(b), Obj::Slice(s)) => {
            let (start, step, count) = slice_range(s, b.len())?;
            Ok(Obj::Bytes(Rc::new((0..count as i64).map(|k| b[(start + k * step) as usize]).collect())))
        }
        (Obj::Bytes(b), _) => match position(key, b.len(), "byte")? {
            Some(i) => Ok(Obj::Int(i64::from(b[i]))),
            None => Err(index_error("index out of range")),
        },
        (Obj::Range(r), Obj::Slice(s)) => {
            let (start, step, count) = slice_range(s, r.len() as usize)?;
            let first = r.at(start);
            let by = r.step * step;
            Ok(Obj::Range(Rc::new(PyRange { start: first, stop: first + by * count as i64, step: by })))
        }
        (Obj::Range(r), _) => match position(key, r.len() as usize, "range")? {
            Some(i) => Ok(Obj::Int(r.at(i as i64))),
            None => Err(index_error("range object index out of range")),
        },
        (Obj::Native(n), _) => n.get_item(rt, o, key)?.ok_or_else(|| not_subscriptable(o)),
        (Obj::Instance(i), _) => {
            let c = i.class.borrow();
            if c.lookup_user(&intern("__getitem__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            match &i.base {
                Obj::Dict(d) => match d.get(key)? {
                    Some(v) => Ok(v),
                    None if c.lookup(&intern("__missing__")).is_some() => Err(Exc::NeedsVm),
                    None => Err(key_error(key.clone())),
                },
                b if b.given() => get_item_sync(rt, b, key),
                _ => Err(not_subscriptable(o)),
            }
        }
        (Obj::Class(_), _) => Err(Exc::NeedsVm),
        _ => Err(not_subscriptable(o)),
    }
}

fn not_subscriptable(o: &Obj) -> Exc {
    match o {
        Obj::Class(c) => type_error(format!("type '{}' is not subscriptable", c.name.borrow())),
        o => type_error(format!("'{}' object is not subscriptable", o.type_name())),
    }
}

/// `o[key]`.
pub async fn get_item(rt: &Rt, o: &Obj, key: &Obj) -> R<Obj> {
    match rt.retry(|| get_item_sync(rt, o, key)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    match o {
        Obj::Class(c) => {
            if let Some(f) = c.lookup_user(&intern("__class_getitem__")) {
                let f = match f {
                    Obj::ClassMethod(w) => w.func.clone(),
                    f => f,
                };
                return rt.call(&f, [o.clone(), key.clone()]).await;
            }
            if c.lookup_user(&intern("__class_iter__")).is_some() {
                return rt.call_method(o, "__class_item__", [key.clone()]).await;
            }
            // `list[int]`, `dict[str, int]`: annotations only.
            if !c.user {
                return Ok(crate::stdlib::subscripted(o, key));
            }
            Err(not_subscriptable(o))
        }
        Obj::Instance(i) => {
            let c = i.class.borrow().clone();
            if let Some(f) = c.lookup_user(&intern("__getitem__")) {
                return rt.call(&f, [o.clone(), key.clone()]).await;
            }
            if let Obj::Dict(d) = &i.base {
                if let Some(v) = dict_get(rt, d, key).await? {
                    return Ok(v);
                }
                if let Some(f) = c.lookup(&intern("__missing__")) {
                    return rt.call(&f, [o.clone(), key.clone()]).await;
                }
                return Err(key_error(key.clone()));
            }
            with_index(rt, &i.base, key).await
        }
        Obj::Dict(d) => match dict_get(rt, d, key).await? {
            Some(v) => Ok(v),
            None => Err(key_error(key.clone())),
        },
        _ => with_index(rt, o, key).await,
    }
}

/// A sequence subscripted by an object with a user's `__index__`.
async fn with_index(rt: &Rt, o: &Obj, key: &Obj) -> R<Obj> {
    let key = plain_key(rt, key).await?;
    rt.retry(|| get_item_sync(rt, o, &key)).await
}

async fn plain_key(rt: &Rt, key: &Obj) -> R<Obj> {
    Ok(match key {
        Obj::Slice(s) => {
            let mut parts = Vec::new();
            for p in [&s.start, &s.stop, &s.step] {
                parts.push(if p.is_none() { Obj::None } else { super::index(rt, p).await? });
            }
            let [start, stop, step] = <[Obj; 3]>::try_from(parts).unwrap_or_default();
            Obj::Slice(Rc::new(PySlice { start, stop, step }))
        }
        k => super::index(rt, k).await?,
    })
}

/// `o[key] = value`, where no user code has to decide.
pub fn set_item_sync(rt: &Rt, o: &Obj, key: &Obj, value: &Obj) -> R<()> {
    match (o, key) {
        (Obj::List(l), Obj::Slice(s)) => {
            let new = if let Obj::Native(_) = value {
                return Err(Exc::NeedsVm);
            } else {
                super::to_vec_sync(rt, value)
            };
            let new = match new {
                Err(Exc::Py(_)) => return Err(type_error("can only assign an iterable")),
                r => r?,
            };
            set_slice(l, s, new)
        }
        (Obj::List(l), _) => {
            let n = l.len();
            match position(key, n, "list")? {
                Some(i) => {
                    let old = std::mem::replace(&mut l.v.borrow_mut()[i], value.clone());
                    drop(old);
                    Ok(())
                }
                None => Err(index_error("list assignment index out of range")),
            }
        }
        (Obj::Dict(d), _) => d.set(key.clone(), value.clone()),
        (Obj::Native(n), _) => n.set_item(rt, o, key, value)?.ok_or_else(|| no_assign(o)),
        (Obj::Instance(i), _) => {
            if i.class.borrow().lookup_user(&intern("__setitem__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            if i.base.given() { set_item_sync(rt, &i.base, key, value) } else { Err(no_assign(o)) }
        }
        _ => Err(no_assign(o)),
    }
}

fn no_assign(o: &Obj) -> Exc {
    type_error(format!("'{}' object does not support item assignment", o.type_name()))
}

fn set_slice(l: &Rc<crate::obj::PyList>, s: &PySlice, new: Vec<Obj>) -> R<()> {
    let (start, step, count) = slice_range(s, l.len())?;
    let old: Vec<Obj>;
    {
        let mut v = l.v.borrow_mut();
        if step == 1 {
            old = v.splice(start as usize..start as usize + count, new).collect();
        } else {
            if new.len() != count {
                return Err(value_error(format!(
                    "attempt to assign sequence of size {} to extended slice of size {count}",
                    new.len()
                )));
            }
            old = new
                .into_iter()
                .enumerate()
                .map(|(k, x)| std::mem::replace(&mut v[(start + k as i64 * step) as usize], x))
                .collect();
        }
    }
    drop(old);
    l.account()
}

/// `o[key] = value`.
pub async fn set_item(rt: &Rt, o: &Obj, key: &Obj, value: &Obj) -> R<()> {
    match rt.retry(|| set_item_sync(rt, o, key, value)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let own = match o {
        Obj::Instance(i) => i.class.borrow().lookup_user(&intern("__setitem__")),
        _ => None,
    };
    if let Some(f) = own {
        return rt.call(&f, [o.clone(), key.clone(), value.clone()]).await.map(|_| ());
    }
    match (o.base(), key) {
        (Obj::Dict(d), _) => dict_set(rt, d, key.clone(), value.clone()).await,
        (Obj::List(l), Obj::Slice(_)) => {
            let Obj::Slice(s) = plain_key(rt, key).await? else {
                return Ok(());
            };
            let new = super::to_vec(rt, value).await?;
            set_slice(l, &s, new)
        }
        (b, _) => {
            let key = super::index(rt, key).await?;
            set_item_sync(rt, b, &key, value)
        }
    }
}

/// `del o[key]`.
pub async fn del_item(rt: &Rt, o: &Obj, key: &Obj) -> R<()> {
    if let Obj::Instance(_) = o
        && let Some(f) = o.class().lookup_user(&intern("__delitem__"))
    {
        return rt.call(&f, [o.clone(), key.clone()]).await.map(|_| ());
    }
    match (o.base(), key) {
        (Obj::Dict(d), _) => match dict_del(rt, d, key).await? {
            Some(_) => Ok(()),
            None => Err(key_error(key.clone())),
        },
        (Obj::List(l), Obj::Slice(s)) => {
            let (start, step, count) = slice_range(s, l.len())?;
            let mut gone: Vec<usize> = (0..count as i64).map(|k| (start + k * step) as usize).collect();
            gone.sort_unstable();
            let old = l.items();
            let mut skip = gone.into_iter().peekable();
            let kept =
                old.iter().enumerate().filter(|(i, _)| skip.next_if_eq(i).is_none()).map(|(_, x)| x.clone()).collect();
            *l.v.borrow_mut() = kept;
            l.account()
        }
        (Obj::List(l), _) => {
            let key = super::index(rt, key)
                .await
                .map_err(|_| type_error(format!("list indices must be integers or slices, not {}", key.type_name())))?;
            let at =
                position(&key, l.len(), "list")?.ok_or_else(|| index_error("list assignment index out of range"))?;
            let gone = l.v.borrow_mut().remove(at);
            drop(gone);
            Ok(())
        }
        _ => Err(type_error(format!("'{}' object doesn't support item deletion", o.type_name()))),
    }
}

/// A length or count given as an argument.
pub fn count_arg(o: &Obj) -> R<i64> {
    index_i64(o)
}
