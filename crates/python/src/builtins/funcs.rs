//! The builtin functions.

use crate::obj::containers::{IterKind, PyIter, ViewKind};
use crate::obj::native::Def;
use crate::obj::{Args, E, Exc, Obj, R, intern, mem, type_error, value_error};
use crate::ops::{self, BinOp, CmpOp, UnOp};
use crate::rt::Rt;
use crate::vm::class;

pub(super) fn install(d: &Def) {
    d.asynch("print", "*args, sep=' ', end='\\n', file=None, flush=False", |rt, a| {
        Box::pin(async move {
            let text = |o: &Obj, name: &str| match o {
                Obj::None => Ok(None),
                o => match o.as_str() {
                    Some(s) => Ok(Some(s.to_string())),
                    None => Err(type_error(format!("{name} must be None or a string, not {}", o.type_name()))),
                },
            };
            let sep = text(&a[1], "sep")?.unwrap_or_else(|| " ".into());
            let end = text(&a[2], "end")?.unwrap_or_else(|| "\n".into());
            let mut out = String::new();
            for (i, x) in a[0].as_tuple().map(|t| t.to_vec()).unwrap_or_default().iter().enumerate() {
                if i > 0 {
                    out.push_str(&sep);
                }
                out.push_str(ops::to_str(&rt, x).await?.as_str());
            }
            out.push_str(&end);
            rt.charge(1 + (out.len() / 16) as u64)?;
            if a[3].given() && !a[3].is_none() {
                return rt.call_method(&a[3], "write", [Obj::str(out)]).await.map(|_| Obj::None);
            }
            rt.print(&out);
            Ok(Obj::None)
        })
    });
    d.both(
        "len",
        "obj, /",
        |_, a| Ok(Obj::Int(ops::len_sync(&a[0])? as i64)),
        |rt, a| Box::pin(async move { Ok(Obj::Int(ops::len(&rt, &a[0]).await? as i64)) }),
    );
    d.both(
        "abs",
        "x, /",
        |rt, a| ops::unary_sync(rt, UnOp::Abs, &a[0]),
        |rt, a| Box::pin(async move { ops::unary(&rt, UnOp::Abs, &a[0]).await }),
    );
    d.both(
        "repr",
        "obj, /",
        |_, a| ops::repr_sync(&a[0]).map(Obj::str),
        |rt, a| Box::pin(async move { ops::repr(&rt, &a[0]).await.map(Obj::str) }),
    );
    d.asynch("ascii", "obj, /", |rt, a| {
        Box::pin(async move { Ok(Obj::str(ops::ascii(&ops::repr(&rt, &a[0]).await?))) })
    });
    d.asynch("hash", "obj, /", |rt, a| {
        Box::pin(async move {
            let h = ops::hash(&rt, &a[0]).await?;
            Ok(Obj::Int(ops::hash_value(&a[0], h)))
        })
    });
    d.sync("id", "obj, /", |_, a| {
        Ok(Obj::Int(match &a[0] {
            Obj::None => 0x9000_0000,
            Obj::Bool(b) => 0x9000_0100 + i64::from(*b) * 32,
            Obj::Int(i) => 0x9100_0000_i64.wrapping_add(i.wrapping_mul(32)),
            Obj::Float(f) => (f.to_bits() >> 1) as i64,
            o => 0x7f00_0000_0000 + o.id() as i64,
        }))
    });
    d.sync("callable", "obj, /", |_, a| Ok(Obj::Bool(is_callable(&a[0]))));
    d.sync("isinstance", "obj, class_or_tuple, /", |_, a| class::is_instance(&a[0], &a[1]).map(Obj::Bool));
    d.sync("issubclass", "cls, class_or_tuple, /", |_, a| {
        let Obj::Class(c) = &a[0] else { return Err(type_error("issubclass() arg 1 must be a class")) };
        let of = |o: &Obj| match o {
            Obj::Class(k) => Ok(c.is_subclass(k)),
            _ => Err(type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union")),
        };
        match &a[1] {
            Obj::Tuple(t) => {
                for k in t.iter() {
                    if of(k)? {
                        return Ok(Obj::Bool(true));
                    }
                }
                Ok(Obj::Bool(false))
            }
            k => of(k).map(Obj::Bool),
        }
    });
    d.both(
        "iter",
        "obj, sentinel=, /",
        |_, a| {
            if a[1].given() {
                let kind = IterKind::Call { f: a[0].clone(), sentinel: a[1].clone() };
                return Ok(PyIter::obj("callable_iterator", kind));
            }
            ops::iter_sync(&a[0])
        },
        |rt, a| Box::pin(async move { ops::get_iter(&rt, &a[0]).await }),
    );
    d.asynch("next", "it, default=, /", |rt, a| {
        Box::pin(async move {
            // A generator's `StopIteration` keeps its value.
            if let (Obj::Generator(g), Obj::Null) = (&a[0], &a[1]) {
                return rt.ask(crate::rt::Request::Send(g.clone(), Obj::None)).await;
            }
            match ops::iter_next(&rt, &a[0]).await? {
                Some(v) => Ok(v),
                None if a[1].given() => Ok(a[1].clone()),
                None => Err(Exc::Py(E::StopIteration.make(Vec::new()))),
            }
        })
    });
    d.asynch("getattr", "obj, name, default=, /", |rt, a| {
        Box::pin(async move {
            let name = attr_name(&a[1], "getattr")?;
            if a[2].given() {
                return Ok(ops::get_attr_opt(&rt, &a[0], &name).await?.unwrap_or_else(|| a[2].clone()));
            }
            ops::get_attr(&rt, &a[0], &name).await
        })
    });
    d.asynch("hasattr", "obj, name, /", |rt, a| {
        Box::pin(async move {
            let name = attr_name(&a[1], "hasattr")?;
            Ok(Obj::Bool(ops::get_attr_opt(&rt, &a[0], &name).await?.is_some()))
        })
    });
    d.asynch("setattr", "obj, name, value, /", |rt, a| {
        Box::pin(async move {
            let name = attr_name(&a[1], "setattr")?;
            ops::set_attr(&rt, &a[0], &name, &a[2]).await.map(|()| Obj::None)
        })
    });
    d.asynch("delattr", "obj, name, /", |rt, a| {
        Box::pin(async move {
            let name = attr_name(&a[1], "delattr")?;
            ops::del_attr(&rt, &a[0], &name).await.map(|()| Obj::None)
        })
    });
    d.asynch("sum", "iterable, /, start=0", |rt, a| {
        Box::pin(async move {
            if a[1].as_str().is_some() {
                return Err(type_error("sum() can't sum strings [use ''.join(seq) instead]"));
            }
            let mut total = a[1].clone();
            let it = ops::get_iter(&rt, &a[0]).await?;
            while let Some(x) = ops::iter_next(&rt, &it).await? {
                rt.charge(1)?;
                total = match ops::binary_sync(&rt, BinOp::Add, &total, &x) {
                    Err(Exc::NeedsVm | Exc::Read(_)) => ops::binary(&rt, BinOp::Add, &total, &x).await,
                    r => r,
                }?;
            }
            Ok(total)
        })
    });
    d.asynch("max", "*args, key=None, default=", |rt, a| Box::pin(extreme(rt, a, CmpOp::Gt, "max")));
    d.asynch("min", "*args, key=None, default=", |rt, a| Box::pin(extreme(rt, a, CmpOp::Lt, "min")));
    d.asynch("all", "iterable, /", |rt, a| Box::pin(every(rt, a, true)));
    d.asynch("any", "iterable, /", |rt, a| Box::pin(every(rt, a, false)));
    d.asynch("sorted", "iterable, /, *, key=None, reverse=False", |rt, a| {
        Box::pin(async move {
            let v = ops::to_vec(&rt, &a[0]).await?;
            let reverse = ops::truth(&rt, &a[2]).await?;
            Ok(Obj::list(super::lists::sort(&rt, v, &a[1], reverse).await?))
        })
    });
    d.asynch("reversed", "seq, /", |rt, a| {
        Box::pin(async move {
            let o = a[0].base();
            Ok(match o {
                Obj::List(l) => {
                    PyIter::obj("list_reverseiterator", IterKind::Reversed { seq: o.clone(), left: l.len() })
                }
                Obj::Tuple(t) => PyIter::obj("reversed", IterKind::Reversed { seq: o.clone(), left: t.len() }),
                Obj::Str(s) => {
                    let chars = s.as_str().chars().rev().map(|c| Obj::str(c.to_string())).collect();
                    PyIter::obj("reversed", IterKind::Seq { seq: Obj::tuple(chars), at: 0 })
                }
                Obj::Range(r) => {
                    let n = r.len();
                    let back = crate::obj::PyRange { start: r.at(n - 1), stop: r.start - r.step, step: -r.step };
                    PyIter::obj("range_iterator", IterKind::Range { r: back, at: 0, len: n })
                }
                Obj::Dict(d) => PyIter::obj(
                    "dict_reversekeyiterator",
                    IterKind::Dict { d: d.clone(), what: ViewKind::Keys, at: 0, len: d.len(), back: true },
                ),
                Obj::View(v) => PyIter::obj(
                    "dict_reverseitemiterator",
                    IterKind::Dict { d: v.dict.clone(), what: v.what, at: 0, len: v.dict.len(), back: true },
                ),
                o => {
                    if let Some(f) = o.class().lookup_user(&intern("__reversed__")) {
                        return rt.call(&f, [o.clone()]).await;
                    }
                    let n = match ops::len(&rt, o).await {
                        Ok(n) => n,
                        Err(_) => return Err(type_error(format!("'{}' object is not reversible", o.type_name()))),
                    };
                    let mut items = Vec::with_capacity(n);
                    for i in (0..n).rev() {
                        items.push(ops::get_item(&rt, o, &Obj::Int(i as i64)).await?);
                    }
                    PyIter::obj("reversed", IterKind::Seq { seq: Obj::tuple(items), at: 0 })
                }
            })
        })
    });
    d.asynch("enumerate", "iterable, start=0", |rt, a| {
        Box::pin(async move {
            let it = ops::get_iter(&rt, &a[0]).await?;
            Ok(PyIter::obj("enumerate", IterKind::Enumerate { it, n: ops::index_i64(&a[1])? }))
        })
    });
    d.asynch("zip", "*iterables, strict=False", |rt, a| {
        Box::pin(async move {
            let its = iterators(&rt, &a[0], "zip").await?;
            let strict = ops::truth(&rt, &a[1]).await?;
            Ok(PyIter::obj("zip", IterKind::Zip { its, strict }))
        })
    });
    d.asynch("map", "func, /, *iterables", |rt, a| {
        Box::pin(async move {
            let its = iterators(&rt, &a[1], "map").await?;
            if its.is_empty() {
                return Err(type_error("map() must have at least two arguments."));
            }
            Ok(PyIter::obj("map", IterKind::Map { f: a[0].clone(), its }))
        })
    });
    d.asynch("filter", "function, iterable, /", |rt, a| {
        Box::pin(async move {
            let it = ops::get_iter(&rt, &a[1]).await?;
            Ok(PyIter::obj("filter", IterKind::Filter { f: a[0].clone(), it }))
        })
    });
    d.asynch("divmod", "x, y, /", |rt, a| {
        Box::pin(async move {
            if let (Some(x), Some(y)) = (ops::as_float(&a[0])?, ops::as_float(&a[1])?)
                && (matches!(a[0], Obj::Float(_)) || matches!(a[1], Obj::Float(_)))
            {
                if y == 0.0 {
                    return Err(E::ZeroDivisionError.msg("float divmod()"));
                }
                let (q, m) = ops::float_divmod(x, y);
                return Ok(Obj::tuple(vec![Obj::Float(q), Obj::Float(m)]));
            }
            if let Some(f) = a[0].class().lookup_user(&intern("__divmod__")) {
                return rt.call(&f, [a[0].clone(), a[1].clone()]).await;
            }
            let q = match ops::binary(&rt, BinOp::FloorDiv, &a[0], &a[1]).await {
                Err(Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) => {
                    return Err(type_error(format!(
                        "unsupported operand type(s) for divmod(): '{}' and '{}'",
                        a[0].type_name(),
                        a[1].type_name()
                    )));
                }
                r => r?,
            };
            let m = ops::binary(&rt, BinOp::Mod, &a[0], &a[1]).await?;
            Ok(Obj::tuple(vec![q, m]))
        })
    });
    d.asynch("pow", "base, exp, mod=None", |rt, a| {
        Box::pin(async move {
            if a[2].is_none() {
                return ops::binary(&rt, BinOp::Pow, &a[0], &a[1]).await;
            }
            super::numbers::pow_mod(&rt, &a[0], &a[1], &a[2])
        })
    });
    d.asynch("round", "number, ndigits=None", |rt, a| {
        Box::pin(async move {
            if let Some(f) = a[0].class().lookup_user(&intern("__round__")) {
                let mut args = vec![a[0].clone()];
                if !a[1].is_none() {
                    args.push(a[1].clone());
                }
                return rt.call(&f, Args::pos(args)).await;
            }
            if let Obj::Native(n) = &a[0]
                && let Some(r) = rt.retry(|| n.round(&rt, &a[0], &a[1])).await?
            {
                return Ok(r);
            }
            super::numbers::round(a[0].base(), &a[1])
        })
    });
    d.sync("bin", "number, /", |_, a| super::numbers::radix(&a[0], 2, "0b"));
    d.sync("oct", "number, /", |_, a| super::numbers::radix(&a[0], 8, "0o"));
    d.sync("hex", "number, /", |_, a| super::numbers::radix(&a[0], 16, "0x"));
    d.sync("chr", "i, /", |_, a| match ops::index_i64(&a[0])? {
        i if (0..0x11_0000).contains(&i) => match char::from_u32(i as u32) {
            Some(c) => Ok(Obj::str(c.to_string())),
            None => Err(value_error("surrogates are not supported here")),
        },
        _ => Err(value_error("chr() arg not in range(0x110000)")),
    });
    d.sync("ord", "c, /", |_, a| match &a[0] {
        Obj::Str(s) if s.len() == 1 => Ok(Obj::Int(s.chars().next().map_or(0, |c| c as i64))),
        Obj::Bytes(b) if b.len() == 1 => Ok(Obj::Int(i64::from(b[0]))),
        Obj::Str(s) => Err(type_error(format!("ord() expected a character, but string of length {} found", s.len()))),
        o => Err(type_error(format!("ord() expected string of length 1, but {} found", o.type_name()))),
    });
    d.asynch("format", "value, format_spec='', /", |rt, a| {
        Box::pin(async move {
            let spec = match a[1].as_str() {
                Some(s) => s.to_string(),
                None => return Err(type_error(format!("format() argument 2 must be str, not {}", a[1].type_name()))),
            };
            super::format::format(&rt, &a[0], &spec).await.map(Obj::str)
        })
    });
    d.asynch("vars", "obj, /", |rt, a| {
        Box::pin(async move {
            match ops::get_attr_opt(&rt, &a[0], &intern("__dict__")).await? {
                Some(d) => Ok(d),
                None => Err(type_error("vars() argument must have __dict__ attribute")),
            }
        })
    });
    d.sync("dir", "obj, /", |rt, a| {
        if let Obj::Dict(d) = &a[0] {
            // `dir()` without arguments: the local names.
            let mut names: Vec<Obj> = d.keys();
            names.sort_by_key(|n| n.as_str().map(|s| s.to_string()));
            return Ok(Obj::list(names));
        }
        Ok(Obj::list(dir_names(rt, &a[0])))
    });
    for name in ["open", "input", "eval", "exec", "compile", "__import__", "breakpoint", "help", "memoryview"] {
        let message = match name {
            "open" => "open() is not available here: there are no files",
            "input" => "input() is not available here: there is nobody to ask",
            _ => "",
        };
        let message = if message.is_empty() { format!("{name}() is not available here") } else { message.into() };
        d.add(
            name,
            "*args, **kw",
            crate::obj::Imp::Closure(Box::new(move |_, _| Err(E::NotImplementedError.msg(message.clone())))),
        );
    }
}

fn attr_name(o: &Obj, f: &str) -> R<crate::obj::Str> {
    match o.as_str() {
        Some(s) => Ok(intern(s.as_str())),
        None => Err(type_error(format!("{f}(): attribute name must be string"))),
    }
}

/// `callable(o)`.
pub fn is_callable(o: &Obj) -> bool {
    match o {
        Obj::Function(_) | Obj::Builtin(_) | Obj::Method(_) | Obj::Class(_) | Obj::Static(_) => true,
        Obj::Instance(i) => i.class.borrow().lookup(&intern("__call__")).is_some(),
        Obj::Native(n) => n.is_callable(),
        _ => false,
    }
}

async fn iterators(rt: &Rt, args: &Obj, what: &str) -> R<Vec<Obj>> {
    let mut its = Vec::new();
    for o in &args.as_tuple().map(|t| t.to_vec()).unwrap_or_default() {
        let it = match ops::get_iter(rt, o).await {
            Err(Exc::Py(e))
                if what == "zip" && e.class().is_subclass(E::TypeError.class()) && !matches!(o, Obj::Native(_)) =>
            {
                return Err(type_error(format!("'{}' object is not iterable", o.type_name())));
            }
            r => r?,
        };
        its.push(it);
    }
    Ok(its)
}

async fn every(rt: Rt, a: Vec<Obj>, want: bool) -> R<Obj> {
    let it = ops::get_iter(&rt, &a[0]).await?;
    while let Some(x) = ops::iter_next(&rt, &it).await? {
        rt.charge(1)?;
        let b = match ops::truth_sync(&x) {
            Ok(b) => b,
            Err(_) => ops::truth(&rt, &x).await?,
        };
        if b != want {
            return Ok(Obj::Bool(!want));
        }
    }
    Ok(Obj::Bool(want))
}

async fn extreme(rt: Rt, a: Vec<Obj>, op: CmpOp, name: &'static str) -> R<Obj> {
    let args = a[0].as_tuple().map(|t| t.to_vec()).unwrap_or_default();
    let single = args.len() == 1;
    let items = match &args[..] {
        [] => return Err(type_error(format!("{name} expected at least 1 argument, got 0"))),
        [it] => ops::to_vec(&rt, it).await?,
        _ => args,
    };
    if a[2].given() && !single {
        return Err(type_error(format!("Cannot specify a default for {name}() with multiple positional arguments")));
    }
    let mut best: Option<(Obj, Obj)> = None;
    for x in items {
        rt.charge(1)?;
        let k = if a[1].is_none() { x.clone() } else { rt.call(&a[1], [x.clone()]).await? };
        let better = match &best {
            None => true,
            Some((b, _)) => {
                let r = match ops::compare_sync(&rt, op, &k, b) {
                    Err(Exc::NeedsVm | Exc::Read(_)) => ops::compare(&rt, op, &k, b).await?,
                    r => r?,
                };
                match ops::truth_sync(&r) {
                    Ok(b) => b,
                    Err(_) => ops::truth(&rt, &r).await?,
                }
            }
        };
        if better {
            best = Some((k, x));
        }
    }
    match best {
        Some((_, x)) => Ok(x),
        None if a[2].given() => Ok(a[2].clone()),
        None => Err(value_error(format!("{name}() arg is an empty sequence"))),
    }
}

/// The names `dir(o)` lists, sorted.
pub fn dir_names(_rt: &Rt, o: &Obj) -> Vec<Obj> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |d: &crate::obj::PyDict| {
        for k in d.keys() {
            if let Some(s) = k.as_str() {
                names.push(s.to_string());
            }
        }
    };
    match o {
        Obj::Module(m) => add(&m.dict),
        Obj::Class(c) => {
            add(&c.dict);
            c.mro.iter().for_each(|c| add(&c.dict));
        }
        o => {
            if let Obj::Instance(i) = o {
                add(i.dict());
            }
            let c = o.class();
            add(&c.dict);
            c.mro.iter().for_each(|c| add(&c.dict));
        }
    }
    if let Obj::Native(n) = o {
        names.extend(n.attrs().iter().map(|s| s.to_string()));
    }
    names.sort();
    names.dedup();
    let _ = mem::check(names.len() * 32);
    names.into_iter().map(Obj::str).collect()
}
