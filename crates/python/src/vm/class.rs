//! Making classes and instances.

use std::rc::Rc;

use super::frame::ClassParts;
use crate::obj::{Args, Class, Exc, Instance, Obj, PyDict, R, Str, intern, type_error, types};
use crate::ops;
use crate::rt::Rt;

/// A class whose body has run. `cell` is the `__class__` cell of its methods, if they need it.
pub async fn build(rt: &Rt, parts: ClassParts, cell: Obj) -> R<Obj> {
    let class = build_class(rt, parts).await?;
    if let Obj::Cell(c) = &cell {
        *c.v.borrow_mut() = class.clone();
    }
    Ok(class)
}

async fn build_class(rt: &Rt, parts: ClassParts) -> R<Obj> {
    let ClassParts { name, bases, mut kw, ns } = parts;
    kw.retain(|(n, _)| n.as_str() != "metaclass");
    // A base may make the class itself (named tuples, enumerations).
    let hook_name = intern("__class_hook__");
    for b in &bases {
        let hook = match b {
            Obj::Class(c) => c.lookup(&hook_name),
            Obj::Function(f) => f.dict.get().and_then(|d| d.get_str(&hook_name)),
            _ => None,
        };
        let Some(hook) = hook else { continue };
        let hook = match hook {
            Obj::Static(w) => w.func.clone(),
            h => h,
        };
        let pos = vec![Obj::Str(name), Obj::tuple(bases.clone()), Obj::Dict(ns)];
        return rt.call(&hook, Args { pos, kw }).await;
    }
    make(rt, &name, bases, ns, kw).await
}

/// `type(name, bases, namespace)`, without asking the bases' hooks.
pub async fn make(rt: &Rt, name: &Str, bases: Vec<Obj>, ns: Rc<PyDict>, kw: Vec<(Str, Obj)>) -> R<Obj> {
    let mut classes: Vec<Rc<Class>> = Vec::new();
    for b in &bases {
        match b {
            Obj::Class(c) => {
                if c.is_final.get() || Rc::ptr_eq(c, &types().type_) {
                    return Err(type_error(format!("type '{}' is not an acceptable base type", c.name.borrow())));
                }
                if classes.iter().any(|d| Rc::ptr_eq(c, d)) {
                    return Err(type_error(format!("duplicate base class {}", c.name.borrow())));
                }
                classes.push(c.clone());
            }
            // `Generic[T]` and the like are there to be read.
            Obj::Native(_) if b.downcast::<crate::stdlib::Union>().is_some() => {}
            b => {
                return Err(type_error(format!("cannot derive from '{}'", b.type_name())));
            }
        }
    }
    if classes.is_empty() {
        classes.push(types().object.clone());
    }
    let class = Class::new(name, classes, true)?;
    let set_name = intern("__set_name__");
    let mut named = Vec::new();
    for (k, v) in ns.items() {
        let Some(k) = k.as_str().cloned() else { continue };
        match (k.as_str(), &v) {
            ("__qualname__", Obj::Str(q)) => {
                *class.qualname.borrow_mut() = q.clone();
                continue;
            }
            ("__module__", Obj::Str(m)) => {
                *class.module.borrow_mut() = m.clone();
                continue;
            }
            ("__slots__", Obj::List(l)) => {
                class.dict.set_str(&k, Obj::tuple(l.items()));
                continue;
            }
            ("__slots__", Obj::Str(s)) => {
                class.dict.set_str(&k, Obj::tuple(vec![Obj::Str(s.clone())]));
                continue;
            }
            // These two are class methods without being said to be.
            ("__init_subclass__" | "__class_getitem__", Obj::Function(_)) => {
                let w = crate::obj::Wrapper { func: v.clone() };
                class.dict.set_str(&k, Obj::ClassMethod(Rc::new(w)));
                continue;
            }
            ("__new__", Obj::Function(_)) => {
                let w = crate::obj::Wrapper { func: v.clone() };
                class.dict.set_str(&k, Obj::Static(Rc::new(w)));
                continue;
            }
            _ => {}
        }
        if let Obj::Instance(i) = &v
            && i.class.borrow().lookup(&set_name).is_some()
        {
            named.push((k.clone(), v.clone()));
        }
        if let Obj::Property(p) = &v
            && let Some(slot) = &mut *p.cached.borrow_mut()
        {
            *slot = k.clone();
        }
        class.dict.set_str(&k, v);
    }
    // Equality of one's own makes instances unhashable, unless a hash is given too.
    let own = |n: &str| class.dict.get_name(n).is_some();
    if own("__eq__") && !own("__hash__") {
        class.dict.set_name("__hash__", Obj::None);
    }
    Class::touch();
    rt.track(&class);
    let this = Obj::Class(class.clone());
    for (k, v) in named {
        rt.call_method(&v, "__set_name__", [this.clone(), Obj::Str(k)]).await?;
    }
    let init = intern("__init_subclass__");
    let inherited = class.mro.iter().find_map(|c| c.dict.get_str(&init));
    match inherited {
        Some(Obj::ClassMethod(w)) => {
            rt.call(&w.func, Args { pos: vec![this.clone()], kw }).await?;
        }
        _ if !kw.is_empty() => {
            return Err(type_error(format!("{name}.__init_subclass__() takes no keyword arguments")));
        }
        _ => {}
    }
    Ok(this)
}

/// `cls(*args)` where it is not a plain Python class with a Python `__init__`.
pub async fn construct(rt: &Rt, class: &Rc<Class>, args: Args) -> R<Obj> {
    let this = Obj::Class(class.clone());
    if let Some(Obj::Tuple(left)) = class.lookup(&intern("__abstractmethods__"))
        && !left.is_empty()
    {
        let names: Vec<String> = left.iter().filter_map(Obj::as_str).map(|s| s.to_string()).collect();
        let plural = if names.len() == 1 { "" } else { "s" };
        return Err(type_error(format!(
            "Can't instantiate abstract class {} with abstract method{plural} {}",
            class.name.borrow(),
            names.join(", ")
        )));
    }
    let made = match class.lookup_user(&intern("__new__")) {
        Some(f) => {
            let f = match f {
                Obj::Static(w) => w.func.clone(),
                f => f,
            };
            let mut a = args.clone();
            a.pos.insert(0, this);
            rt.call(&f, a).await?
        }
        None => new_instance(rt, class, args.clone(), false).await?,
    };
    if !made.class().is_subclass(class) {
        return Ok(made);
    }
    match class.lookup(&intern("__init__")) {
        Some(f @ Obj::Function(_)) => {
            let mut a = args;
            a.pos.insert(0, made.clone());
            let r = rt.call(&f, a).await?;
            if !r.is_none() {
                return Err(type_error(format!("__init__() should return None, not '{}'", r.type_name())));
            }
        }
        Some(f @ Obj::Builtin(_)) => {
            // Mutable builtins are filled by their own `__init__`; exceptions and values have what they need.
            if matches!(made.base(), Obj::Dict(_) | Obj::List(_) | Obj::Set(_)) {
                let mut a = args;
                a.pos.insert(0, made.clone());
                rt.call(&f, a).await?;
            }
        }
        Some(f @ (Obj::Instance(_) | Obj::Native(_))) => {
            let mut a = args;
            a.pos.insert(0, made.clone());
            rt.call(&f, a).await?;
        }
        _ => {}
    }
    Ok(made)
}

/// `object.__new__(cls, *args)` and that of the builtin types: an instance that is not initialised yet.
pub async fn new_instance(rt: &Rt, class: &Rc<Class>, args: Args, explicit: bool) -> R<Obj> {
    let init = class.lookup(&intern("__init__"));
    let maker = class.maker().filter(|m| !Rc::ptr_eq(m, &super::call::object_maker()));
    let Some(maker) = maker else {
        let own_init = matches!(&init, Some(Obj::Function(_) | Obj::Instance(_) | Obj::Native(_)));
        let given = !args.pos.is_empty() || !args.kw.is_empty();
        if given && !own_init && !explicit {
            return Err(type_error(format!("{}() takes no arguments", class.name.borrow())));
        }
        return Ok(Obj::Instance(Rc::new(Instance::new(class.clone(), Obj::Null))));
    };
    let mut a = args;
    if class.is_exception {
        // The class itself: exceptions are instances already.
        a.pos.insert(0, Obj::Class(class.clone()));
        if matches!(init, Some(Obj::Function(_))) {
            a.kw.clear();
        }
        return rt.call(&Obj::Builtin(maker), a).await;
    }
    let builtin = class.mro.iter().find(|c| c.make.borrow().is_some()).cloned();
    let first = Obj::Class(builtin.unwrap_or_else(|| class.clone()));
    let t = types();
    let mutable = [&t.dict, &t.list, &t.set].into_iter().any(|m| class.is_subclass(m));
    let base = if mutable {
        // Filled by `__init__`.
        rt.call(&Obj::Builtin(maker), Args::pos(vec![first])).await?
    } else {
        a.pos.insert(0, first);
        rt.call(&Obj::Builtin(maker), a).await?
    };
    if !class.user {
        return Ok(base);
    }
    let base = base.base().clone();
    Ok(Obj::Instance(Rc::new(Instance::new(class.clone(), base))))
}

/// Whether `o` is an instance of a class or of one of a tuple of classes; `isinstance`'s messages.
pub fn is_instance(o: &Obj, classes: &Obj) -> R<bool> {
    match classes {
        Obj::Class(c) => Ok(o.class().is_subclass(c)),
        Obj::Tuple(t) => {
            for c in t.iter() {
                if is_instance(o, c)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Obj::None => Ok(o.is_none()),
        Obj::Native(n) => match ops::instance_check(n, o) {
            Some(b) => Ok(b),
            None => Err(isinstance_error()),
        },
        _ => Err(isinstance_error()),
    }
}

fn isinstance_error() -> Exc {
    type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")
}
