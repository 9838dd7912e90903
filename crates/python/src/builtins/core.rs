//! `object`, `type`, exceptions, `super`, `property` and the other pieces of the object model as Python sees them.

use std::cell::RefCell;
use std::rc::Rc;

use super::maker;
use crate::obj::containers::{Property, Wrapper};
use crate::obj::exc::exception;
use crate::obj::native::Def;
use crate::obj::{Args, Builtin, E, Imp, Instance, Obj, PyDict, R, attribute_error, intern, type_error, types as all};
use crate::ops;
use crate::vm::class;

pub(super) fn types() {
    let t = all();
    object();
    type_();
    exceptions();
    maker(&t.none, "cls, /", Imp::Sync(|_, _| Ok(Obj::None)));
    maker(
        &t.property,
        "cls, /, fget=None, fset=None, fdel=None, doc=None",
        Imp::Sync(|_, a| {
            Ok(Obj::Property(Rc::new(Property {
                get: a[1].clone(),
                set: a[2].clone(),
                del: a[3].clone(),
                doc: a[4].clone(),
                cached: RefCell::new(None),
            })))
        }),
    );
    let d = Def::class(&t.property);
    d.sync("getter", "self, f, /", |_, a| change(&a[0], |p| p.get = a[1].clone()));
    d.sync("setter", "self, f, /", |_, a| change(&a[0], |p| p.set = a[1].clone()));
    d.sync("deleter", "self, f, /", |_, a| change(&a[0], |p| p.del = a[1].clone()));
    maker(&t.staticmethod, "cls, f, /", Imp::Sync(|_, a| Ok(Obj::Static(Rc::new(Wrapper { func: a[1].clone() })))));
    maker(&t.classmethod, "cls, f, /", Imp::Sync(|_, a| Ok(Obj::ClassMethod(Rc::new(Wrapper { func: a[1].clone() })))));
    maker(
        &t.super_,
        "cls, type=, obj=, /",
        Imp::Sync(|_, a| {
            if !a[1].given() {
                return Err(crate::obj::runtime_error("super(): no arguments"));
            }
            ops::make_super(&a[1], &a[2])
        }),
    );
    let d = Def::class(&t.iterator);
    iterator(&d);
    let d = Def::class(&t.function);
    d.sync("__get__", "self, obj, type=None, /", |_, a| {
        Ok(if a[1].is_none() {
            a[0].clone()
        } else {
            Obj::Method(Rc::new(crate::obj::Method { this: a[1].clone(), func: a[0].clone() }))
        })
    });
}

/// `__iter__` and `__next__` of the builtin iterators.
fn iterator(d: &Def) {
    d.sync("__iter__", "self, /", |_, a| Ok(a[0].clone()));
    d.asynch("__next__", "self, /", |rt, a| {
        Box::pin(async move {
            match ops::iter_next(&rt, &a[0]).await? {
                Some(v) => Ok(v),
                None => Err(crate::obj::Exc::Py(E::StopIteration.make(Vec::new()))),
            }
        })
    });
}

fn change(p: &Obj, f: impl FnOnce(&mut Property)) -> R<Obj> {
    let Obj::Property(p) = p else { return Err(type_error("a property is needed")) };
    let mut new = Property {
        get: p.get.clone(),
        set: p.set.clone(),
        del: p.del.clone(),
        doc: p.doc.clone(),
        cached: RefCell::new(None),
    };
    f(&mut new);
    Ok(Obj::Property(Rc::new(new)))
}

fn object() {
    let t = all();
    maker(
        &t.object,
        "cls, /, *args, **kw",
        Imp::Sync(|_, a| match &a[0] {
            Obj::Class(_) if a[1].as_tuple().is_some_and(|t| !t.is_empty()) => {
                Err(type_error("object() takes no arguments"))
            }
            Obj::Class(c) => Ok(Obj::Instance(Rc::new(Instance::new(c.clone(), Obj::Null)))),
            _ => Ok(Obj::None),
        }),
    );
    let d = Def::class(&t.object);
    d.add(
        "__init__",
        "self, /, *args, **kw",
        Imp::Sync(|_, a| {
            let plain = matches!(&a[0], Obj::Instance(i) if i.exc.is_none() && !i.base.given());
            let given = a[1].as_tuple().is_some_and(|t| !t.is_empty());
            if plain && given {
                return Err(type_error(format!(
                    "{}.__init__() takes exactly one argument (the instance to initialize)",
                    a[0].type_name()
                )));
            }
            Ok(Obj::None)
        }),
    );
    let new = Builtin::new(
        "__new__",
        "",
        Imp::Raw(Box::new(|rt, mut args| {
            Box::pin(async move {
                if args.pos.is_empty() {
                    return Err(type_error("object.__new__(): not enough arguments"));
                }
                let cls = args.pos.remove(0);
                match &cls {
                    Obj::Class(c) => class::new_instance(&rt, c, args, true).await,
                    o => Err(type_error(format!("object.__new__(X): X is not a type object ({})", o.type_name()))),
                }
            })
        })),
    );
    d.dict.set_name("__new__", new.obj());
    d.asynch("__repr__", "self, /", |_, a| {
        Box::pin(async move {
            Ok(match &a[0] {
                Obj::Instance(i) if i.exc.is_none() && !i.base.given() => Obj::str(ops::address_repr(&a[0])),
                Obj::Instance(i) if i.base.given() => Obj::str(ops::repr_sync(&i.base)?),
                Obj::Instance(i) => {
                    let args = i.exc.as_ref().map(|e| e.args.borrow().clone()).unwrap_or_default();
                    let inner: R<Vec<String>> = args.iter().map(ops::repr_sync).collect();
                    Obj::str(format!("{}({})", a[0].type_name(), inner?.join(", ")))
                }
                o => Obj::str(ops::repr_sync(o)?),
            })
        })
    });
    d.asynch("__str__", "self, /", |rt, a| {
        Box::pin(async move {
            if let Some(e) = a[0].exc() {
                let args = e.args.borrow().clone();
                return Ok(match &args[..] {
                    [] => Obj::str(""),
                    [x] if !a[0].class().is_subclass(E::KeyError.class()) => Obj::Str(ops::to_str(&rt, x).await?),
                    [x] => Obj::str(ops::repr(&rt, x).await?),
                    many => Obj::str(ops::repr(&rt, &Obj::tuple(many.to_vec())).await?),
                });
            }
            if let Obj::Instance(i) = &a[0]
                && i.base.given()
            {
                return ops::to_str(&rt, &i.base).await.map(Obj::Str);
            }
            ops::repr(&rt, &a[0]).await.map(Obj::str)
        })
    });
    d.sync("__hash__", "self, /", |_, a| Ok(Obj::Int(ops::plain_hash(&a[0])? as i64 >> 2)));
    d.asynch("__eq__", "self, other, /", |rt, a| {
        Box::pin(async move {
            Ok(match (&a[0], &a[1]) {
                (Obj::Instance(i), o) if i.base.given() => Obj::Bool(ops::eq(&rt, &i.base, o.base()).await?),
                (Obj::Instance(_), _) => {
                    if a[0].is(&a[1]) {
                        Obj::Bool(true)
                    } else {
                        Obj::NotImplemented
                    }
                }
                (x, y) => Obj::Bool(ops::eq(&rt, x, y).await?),
            })
        })
    });
    d.asynch("__ne__", "self, other, /", |rt, a| {
        Box::pin(async move { Ok(Obj::Bool(!ops::eq(&rt, &a[0], &a[1]).await?)) })
    });
    for op in [ops::CmpOp::Lt, ops::CmpOp::Le, ops::CmpOp::Gt, ops::CmpOp::Ge] {
        d.add(
            op.dunder(),
            "self, other, /",
            Imp::Closure(Box::new(move |rt, a| {
                let (x, y) = (a[0].base(), a[1].base());
                if matches!(x, Obj::Instance(_)) || matches!(y, Obj::Instance(_)) {
                    return Ok(Obj::NotImplemented);
                }
                match ops::compare_sync(rt, op, x, y) {
                    Err(crate::obj::Exc::Py(_)) => Ok(Obj::NotImplemented),
                    r => r,
                }
            })),
        );
    }
    d.asynch("__setattr__", "self, name, value, /", |rt, a| {
        Box::pin(async move {
            let Some(n) = a[1].as_str() else { return Err(type_error("attribute name must be string")) };
            ops::set_attr_plain(&rt, &a[0], &intern(n.as_str()), &a[2]).await?;
            Ok(Obj::None)
        })
    });
    d.asynch("__delattr__", "self, name, /", |_, a| {
        Box::pin(async move {
            let Some(n) = a[1].as_str() else { return Err(type_error("attribute name must be string")) };
            match &a[0] {
                Obj::Instance(i) if i.dict().del_str(n).is_some() => Ok(Obj::None),
                o => Err(attribute_error(o, n.as_str())),
            }
        })
    });
    d.asynch("__getattribute__", "self, name, /", |rt, a| {
        Box::pin(async move {
            let Some(n) = a[1].as_str() else { return Err(type_error("attribute name must be string")) };
            match ops::find_attr(&rt, &a[0], n)? {
                Some(ops::Found::Value(v)) => Ok(v),
                Some(ops::Found::Call(f, args)) => rt.call(&f, Args::pos(args)).await,
                None => Err(attribute_error(&a[0], n.as_str())),
            }
        })
    });
    d.asynch("__format__", "self, spec, /", |rt, a| {
        Box::pin(async move {
            let spec = a[1].as_str().map_or(String::new(), |s| s.to_string());
            super::format::format_plain(&rt, &a[0], &spec).await.map(Obj::str)
        })
    });
    d.sync("__sizeof__", "self, /", |_, _| Ok(Obj::Int(48)));
    d.sync("__dir__", "self, /", |rt, a| Ok(Obj::list(super::funcs::dir_names(rt, &a[0]))));
    d.dict.set_name(
        "__init_subclass__",
        Obj::ClassMethod(Rc::new(Wrapper {
            func: Builtin::new("__init_subclass__", "cls, /", Imp::Sync(|_, _| Ok(Obj::None))).obj(),
        })),
    );
    // The rest of the protocol, for `super().__getitem__(k)` and the like on subclasses of builtin types.
    for class in [&t.dict, &t.list, &t.tuple, &t.str, &t.set, &t.frozenset, &t.range, &t.bytes] {
        let c = Def::class(class);
        c.sync("__len__", "self, /", |_, a| Ok(Obj::Int(ops::len_sync(a[0].base())? as i64)));
        c.sync("__iter__", "self, /", |_, a| ops::iter_sync(a[0].base()));
        c.asynch("__contains__", "self, x, /", |rt, a| {
            Box::pin(async move { Ok(Obj::Bool(ops::contains(&rt, a[0].base(), &a[1]).await?)) })
        });
    }
    for class in [&t.dict, &t.list, &t.tuple, &t.str, &t.range, &t.bytes] {
        let c = Def::class(class);
        c.asynch("__getitem__", "self, key, /", |rt, a| {
            Box::pin(async move { ops::get_item(&rt, a[0].base(), &a[1]).await })
        });
    }
    for class in [&t.dict, &t.list] {
        let c = Def::class(class);
        c.asynch("__setitem__", "self, key, value, /", |rt, a| {
            Box::pin(async move { ops::set_item(&rt, a[0].base(), &a[1], &a[2]).await.map(|()| Obj::None) })
        });
        c.asynch("__delitem__", "self, key, /", |rt, a| {
            Box::pin(async move { ops::del_item(&rt, a[0].base(), &a[1]).await.map(|()| Obj::None) })
        });
    }
    binary_dunders();
}

/// `int.__add__` and its kin, for `super().__add__(x)` and `operator`-like uses.
fn binary_dunders() {
    let t = all();
    for op in ops::BINARY {
        for class in [&t.int, &t.float, &t.complex, &t.str, &t.list, &t.tuple, &t.set, &t.frozenset, &t.dict] {
            let c = Def::class(class);
            let fits = match op {
                ops::BinOp::Add => true,
                ops::BinOp::Mul => !Rc::ptr_eq(class, &t.dict) && !Rc::ptr_eq(class, &t.set),
                ops::BinOp::MatMul => false,
                ops::BinOp::Or | ops::BinOp::And | ops::BinOp::Xor => {
                    [&t.int, &t.set, &t.frozenset, &t.dict].iter().any(|k| Rc::ptr_eq(class, k))
                }
                ops::BinOp::Sub => ![&t.str, &t.list, &t.tuple, &t.dict].iter().any(|k| Rc::ptr_eq(class, k)),
                ops::BinOp::LShift | ops::BinOp::RShift => Rc::ptr_eq(class, &t.int),
                ops::BinOp::Mod => [&t.int, &t.float, &t.str].iter().any(|k| Rc::ptr_eq(class, k)),
                _ => [&t.int, &t.float, &t.complex].iter().any(|k| Rc::ptr_eq(class, k)),
            };
            if !fits {
                continue;
            }
            c.add(
                &format!("__{}__", op.dunder()),
                "self, other, /",
                Imp::Closure(Box::new(move |rt, a| match ops::binary_sync(rt, op, a[0].base(), a[1].base()) {
                    Err(crate::obj::Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) => {
                        Ok(Obj::NotImplemented)
                    }
                    r => r,
                })),
            );
            c.add(
                &format!("__r{}__", op.dunder()),
                "self, other, /",
                Imp::Closure(Box::new(move |rt, a| match ops::binary_sync(rt, op, a[1].base(), a[0].base()) {
                    Err(crate::obj::Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) => {
                        Ok(Obj::NotImplemented)
                    }
                    r => r,
                })),
            );
        }
    }
    for op in [ops::UnOp::Neg, ops::UnOp::Pos, ops::UnOp::Abs, ops::UnOp::Invert] {
        for class in [&t.int, &t.float, &t.complex] {
            if op == ops::UnOp::Invert && !Rc::ptr_eq(class, &t.int) {
                continue;
            }
            Def::class(class).add(
                op.dunder(),
                "self, /",
                Imp::Closure(Box::new(move |rt, a| ops::unary_sync(rt, op, a[0].base()))),
            );
        }
    }
    for class in [&t.int, &t.float] {
        let d = Def::class(class);
        d.sync("__float__", "self, /", |_, a| ops::float_sync(a[0].base()).map(Obj::Float));
        d.sync("__int__", "self, /", |_, a| super::numbers::int_of(a[0].base()));
        d.sync("__bool__", "self, /", |_, a| ops::truth_sync(a[0].base()).map(Obj::Bool));
    }
    Def::class(&t.int).sync("__index__", "self, /", |_, a| ops::index_sync(a[0].base()));
}

fn type_() {
    let t = all();
    maker(
        &t.type_,
        "cls, object, bases=, dict=, /, **kw",
        Imp::Async(|rt, a| {
            Box::pin(async move {
                if !a[2].given() {
                    return Ok(Obj::Class(a[1].class()));
                }
                let Some(name) = a[1].as_str() else {
                    return Err(type_error(format!("type.__new__() argument 1 must be str, not {}", a[1].type_name())));
                };
                let bases = a[2].as_tuple().map(|t| t.to_vec()).unwrap_or_default();
                let ns = match &a[3] {
                    Obj::Dict(d) => d.copy()?,
                    _ => PyDict::new(),
                };
                class::make(&rt, name, bases, ns, Vec::new()).await
            })
        }),
    );
    let d = Def::class(&t.type_);
    d.sync("mro", "self, /", |_, a| match &a[0] {
        Obj::Class(c) => {
            Ok(Obj::list(std::iter::once(c.clone()).chain(c.mro.iter().cloned()).map(Obj::Class).collect()))
        }
        _ => Ok(Obj::None),
    });
    d.sync("__subclasses__", "self, /", |rt, a| {
        let Obj::Class(c) = &a[0] else { return Ok(Obj::None) };
        Ok(Obj::list(
            rt.tracked().into_iter().filter(|k| k.bases.iter().any(|b| Rc::ptr_eq(b, c))).map(Obj::Class).collect(),
        ))
    });
    d.sync("__instancecheck__", "self, o, /", |_, a| class::is_instance(&a[1], &a[0]).map(Obj::Bool));
    d.asynch("__call__", "self, /, *args, **kw", |rt, a| {
        Box::pin(async move {
            let kw = match &a[2] {
                Obj::Dict(d) => {
                    d.items().into_iter().filter_map(|(k, v)| k.as_str().cloned().map(|k| (k, v))).collect()
                }
                _ => Vec::new(),
            };
            let pos = a[1].as_tuple().map(|t| t.to_vec()).unwrap_or_default();
            rt.call(&a[0], Args { pos, kw }).await
        })
    });
}

fn exceptions() {
    let base = E::BaseException.class();
    maker(
        base,
        "cls, /, *args, **kw",
        Imp::Sync(|_, a| {
            let Obj::Class(c) = &a[0] else { return Err(type_error("an exception class is needed")) };
            let args = a[1].as_tuple().map(|t| t.to_vec()).unwrap_or_default();
            let e = exception(c.clone(), args);
            if let (Obj::Dict(d), Obj::Instance(i)) = (&a[2], &e)
                && !d.is_empty()
            {
                let takes: &[&str] = if c.is_subclass(E::ImportError.class()) {
                    &["name", "path"]
                } else if c.is_subclass(E::AttributeError.class()) || c.is_subclass(E::NameError.class()) {
                    &["name", "obj"]
                } else {
                    &[]
                };
                for (k, v) in d.items() {
                    let Some(k) = k.as_str() else { continue };
                    if !takes.contains(&k.as_str()) {
                        return Err(type_error(format!("{}() takes no keyword arguments", c.name.borrow())));
                    }
                    i.dict().set_str(k, v);
                }
            }
            Ok(e)
        }),
    );
    let d = Def::class(base);
    d.sync("__init__", "self, /, *args, **kw", |_, a| {
        if let (Some(e), Some(t)) = (a[0].exc(), a[1].as_tuple()) {
            let old = e.args.replace(t.to_vec());
            drop(old);
        }
        Ok(Obj::None)
    });
    d.sync("with_traceback", "self, tb, /", |_, a| Ok(a[0].clone()));
    d.sync("add_note", "self, note, /", |_, a| {
        if a[1].as_str().is_none() {
            return Err(type_error(format!("note must be a str, not '{}'", a[1].type_name())));
        }
        if let Some(e) = a[0].exc() {
            e.notes.borrow_mut().push(a[1].clone());
        }
        Ok(Obj::None)
    });
    Def::class(E::StopIteration.class()).dict.set_name("__module__", Obj::name("builtins"));
}
