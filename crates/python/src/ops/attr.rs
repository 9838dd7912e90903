//! Attributes: descriptors, classes, instances, `super`, and what builtin objects have.

use std::rc::Rc;

use crate::obj::containers::{Method, Super};
use crate::obj::{Class, Exc, Obj, PyDict, R, Str, attribute_error, exc, intern, type_error, types};
use crate::rt::Rt;

/// What a class attribute becomes when it is read from an instance.
enum Bound {
    Value(Obj),
    /// A property or descriptor whose getter must be called.
    Getter(Obj, Vec<Obj>),
}

/// Binds a class attribute to an object of that class.
fn bind(attr: &Obj, this: &Obj, class: &Rc<Class>) -> Bound {
    match attr {
        Obj::Function(_) => Bound::Value(Obj::Method(Rc::new(Method { this: this.clone(), func: attr.clone() }))),
        Obj::Builtin(b) if b.is_method => {
            Bound::Value(Obj::Method(Rc::new(Method { this: this.clone(), func: attr.clone() })))
        }
        Obj::Static(w) => Bound::Value(w.func.clone()),
        Obj::ClassMethod(w) => bind_class(&w.func, class),
        Obj::Property(p) => Bound::Getter(p.get.clone(), vec![this.clone()]),
        Obj::Instance(i) => match i.class.borrow().lookup_user(&intern("__get__")) {
            Some(f) => Bound::Getter(f, vec![attr.clone(), this.clone(), Obj::Class(class.clone())]),
            None => Bound::Value(attr.clone()),
        },
        Obj::Native(n) if n.is_callable() && n.class().dict.get_name("__get__").is_some() => {
            Bound::Value(Obj::Method(Rc::new(Method { this: this.clone(), func: attr.clone() })))
        }
        _ => Bound::Value(attr.clone()),
    }
}

fn bind_class(f: &Obj, class: &Rc<Class>) -> Bound {
    match f {
        Obj::Property(p) => Bound::Getter(p.get.clone(), vec![Obj::Class(class.clone())]),
        f => Bound::Value(Obj::Method(Rc::new(Method { this: Obj::Class(class.clone()), func: f.clone() }))),
    }
}

/// A found attribute, or what must be called for it.
pub enum Found {
    /// The value.
    Value(Obj),
    /// Call this with these.
    Call(Obj, Vec<Obj>),
}

/// Looks an attribute up without calling anything. None: there is none.
pub fn find_attr(rt: &Rt, o: &Obj, name: &Str) -> R<Option<Found>> {
    let bound = |attr: &Obj, class: &Rc<Class>| match bind(attr, o, class) {
        Bound::Value(v) => Found::Value(v),
        Bound::Getter(f, a) => Found::Call(f, a),
    };
    match o {
        Obj::Instance(i) => {
            let class = i.class.borrow().clone();
            let attr = class.lookup(name);
            if let Some(a) = &attr {
                match a {
                    Obj::Property(p) => {
                        if let Some(slot) = &*p.cached.borrow()
                            && let Some(v) = i.get(slot)
                        {
                            return Ok(Some(Found::Value(v)));
                        }
                        return Ok(Some(bound(a, &class)));
                    }
                    Obj::Instance(d) if d.class.borrow().lookup_user(&intern("__set__")).is_some() => {
                        return Ok(Some(bound(a, &class)));
                    }
                    _ => {}
                }
            }
            if let Some(v) = i.get(name) {
                return Ok(Some(Found::Value(v)));
            }
            if let Some(a) = &attr {
                return Ok(Some(bound(a, &class)));
            }
            if let Some(v) = special(o, &class, name)? {
                return Ok(Some(Found::Value(v)));
            }
            if i.base.given()
                && let Some(v) = find_attr(rt, &i.base, name)?
            {
                return Ok(Some(v));
            }
            Ok(class
                .lookup_user(&intern("__getattr__"))
                .map(|f| Found::Call(f, vec![o.clone(), Obj::Str(name.clone())])))
        }
        Obj::Class(c) => {
            if let Some(a) = c.lookup(name) {
                return Ok(Some(match &a {
                    Obj::Static(w) => Found::Value(w.func.clone()),
                    Obj::ClassMethod(w) => match bind_class(&w.func, c) {
                        Bound::Value(v) => Found::Value(v),
                        Bound::Getter(f, a) => Found::Call(f, a),
                    },
                    Obj::Instance(i) => match i.class.borrow().lookup_user(&intern("__get__")) {
                        Some(f) => Found::Call(f, vec![a.clone(), Obj::None, o.clone()]),
                        None => Found::Value(a.clone()),
                    },
                    _ => Found::Value(a),
                }));
            }
            if let Some(v) = special(o, c, name)? {
                return Ok(Some(Found::Value(v)));
            }
            Ok(types().type_.lookup(name).map(|a| bound(&a, &types().type_)))
        }
        Obj::Module(m) => {
            if let Some(v) = m.dict.get_str(name) {
                return Ok(Some(Found::Value(v)));
            }
            if name.as_str() == "__dict__" {
                return Ok(Some(Found::Value(Obj::Dict(m.dict.clone()))));
            }
            if let Some(f) = m.dict.get_name("__getattr__") {
                return Ok(Some(Found::Call(f, vec![Obj::Str(name.clone())])));
            }
            special(o, &types().module, name).map(|v| v.map(Found::Value))
        }
        Obj::Super(s) => {
            let class = match &s.this {
                Obj::Class(c) => c.clone(),
                t => t.class(),
            };
            let chain: Vec<Rc<Class>> = std::iter::once(class.clone()).chain(class.mro.iter().cloned()).collect();
            let from = chain.iter().position(|c| Rc::ptr_eq(c, &s.after)).map_or(0, |i| i + 1);
            for c in &chain[from..] {
                if let Some(a) = c.dict.get_str(name) {
                    let b = match (&s.this, &a) {
                        (Obj::Class(c), Obj::ClassMethod(w)) => bind_class(&w.func, c),
                        (Obj::Class(_), Obj::Static(w)) => Bound::Value(w.func.clone()),
                        (Obj::Class(_), _) => Bound::Value(a.clone()),
                        (t, _) => bind(&a, t, &class),
                    };
                    return Ok(Some(match b {
                        Bound::Value(v) => Found::Value(v),
                        Bound::Getter(f, a) => Found::Call(f, a),
                    }));
                }
            }
            Ok(None)
        }
        Obj::Native(n) => {
            if let Some(v) = n.get_attr(rt, o, name)? {
                return Ok(Some(Found::Value(v)));
            }
            let class = n.class();
            if let Some(a) = class.lookup(name) {
                return Ok(Some(bound(&a, &class)));
            }
            special(o, &class, name).map(|v| v.map(Found::Value))
        }
        Obj::Function(f) => {
            if let Some(v) = f.dict.get().and_then(|d| d.get_str(name)) {
                return Ok(Some(Found::Value(v)));
            }
            special(o, &types().function, name).map(|v| v.map(Found::Value))
        }
        Obj::Method(m) => {
            if let Some(v) = special(o, &o.class(), name)? {
                return Ok(Some(Found::Value(v)));
            }
            find_attr(rt, &m.func, name)
        }
        _ => {
            let class = o.class();
            if let Some(a) = class.lookup(name) {
                return Ok(Some(bound(&a, &class)));
            }
            special(o, &class, name).map(|v| v.map(Found::Value))
        }
    }
}

/// Attributes that are not in any dict.
fn special(o: &Obj, class: &Rc<Class>, name: &Str) -> R<Option<Obj>> {
    let n = name.as_str();
    if !n.starts_with('_') {
        return Ok(match (o, n) {
            (Obj::Complex(c), "real") => Some(Obj::Float(c.0)),
            (Obj::Complex(c), "imag") => Some(Obj::Float(c.1)),
            (Obj::Bool(b), "real" | "numerator") => Some(Obj::Int(i64::from(*b))),
            (Obj::Int(_) | Obj::Big(_), "real" | "numerator") | (Obj::Float(_), "real") => Some(o.clone()),
            (Obj::Int(_) | Obj::Big(_) | Obj::Bool(_), "imag") => Some(Obj::Int(0)),
            (Obj::Int(_) | Obj::Big(_) | Obj::Bool(_), "denominator") => Some(Obj::Int(1)),
            (Obj::Float(_), "imag") => Some(Obj::Float(0.0)),
            (Obj::Slice(s), "start") => Some(s.start.clone()),
            (Obj::Slice(s), "stop") => Some(s.stop.clone()),
            (Obj::Slice(s), "step") => Some(s.step.clone()),
            (Obj::Range(r), "start") => Some(Obj::Int(r.start)),
            (Obj::Range(r), "stop") => Some(Obj::Int(r.stop)),
            (Obj::Range(r), "step") => Some(Obj::Int(r.step)),
            (Obj::Property(p), "fget") => Some(p.get.clone()),
            (Obj::Property(p), "fset") => Some(p.set.clone()),
            (Obj::Property(p), "fdel") => Some(p.del.clone()),
            (Obj::Instance(i), _) => match (&i.exc, n) {
                (Some(e), "args") => Some(Obj::tuple(e.args.borrow().clone())),
                (Some(e), "value" | "code") => Some(e.args.borrow().first().cloned().unwrap_or(Obj::None)),
                _ => None,
            },
            _ => None,
        });
    }
    Ok(Some(match (o, n) {
        (_, "__class__") => Obj::Class(o.class()),
        (Obj::Instance(i), "__dict__") => Obj::Dict(i.dict().clone()),
        (Obj::Instance(i), _) if i.exc.is_some() && exception_attr(i.exc.as_deref(), n).is_some() => {
            return Ok(exception_attr(i.exc.as_deref(), n));
        }
        (Obj::Class(c), "__name__") => Obj::Str(c.name.borrow().clone()),
        (Obj::Class(c), "__qualname__") => Obj::Str(c.qualname.borrow().clone()),
        (_, "__module__") if matches!(o, Obj::Class(_) | Obj::Instance(_)) => Obj::Str(class.module.borrow().clone()),
        (Obj::Class(c), "__bases__") => Obj::tuple(c.bases.iter().cloned().map(Obj::Class).collect()),
        (Obj::Class(c), "__base__") => c.bases.first().cloned().map_or(Obj::None, Obj::Class),
        (Obj::Class(c), "__mro__") => {
            Obj::tuple(std::iter::once(c.clone()).chain(c.mro.iter().cloned()).map(Obj::Class).collect())
        }
        (Obj::Class(c), "__dict__") => Obj::Dict(c.dict.copy()?),
        (Obj::Class(_), "__doc__") | (Obj::Instance(_), "__doc__") => Obj::None,
        (Obj::Class(c), "__annotations__") if c.user => {
            let d = Obj::Dict(PyDict::new());
            c.dict.set_str(name, d.clone());
            d
        }
        (Obj::Function(f), "__name__") => Obj::Str(f.name.borrow().clone()),
        (Obj::Function(f), "__qualname__") => Obj::Str(f.qualname.borrow().clone()),
        (Obj::Function(f), "__doc__") => f.doc.borrow().clone(),
        (Obj::Function(f), "__module__") => f.globals.get_name("__name__").unwrap_or(Obj::None),
        (Obj::Function(f), "__defaults__") => {
            let d = f.defaults.borrow();
            if d.is_empty() { Obj::None } else { Obj::tuple(d.clone()) }
        }
        (Obj::Function(f), "__kwdefaults__") => {
            let d = PyDict::new();
            for (n, v) in f.code.kwonly_names().iter().zip(&f.kwdefaults) {
                if v.given() {
                    d.set_str(n, v.clone());
                }
            }
            if d.is_empty() { Obj::None } else { Obj::Dict(d) }
        }
        (Obj::Function(f), "__annotations__") => {
            let mut a = f.annotations.borrow_mut();
            if !a.given() {
                *a = Obj::Dict(PyDict::new());
            }
            a.clone()
        }
        (Obj::Function(f), "__dict__") => Obj::Dict(f.dict.get_or_init(PyDict::new).clone()),
        (Obj::Function(f), "__globals__") => Obj::Dict(f.globals.clone()),
        (Obj::Function(f), "__closure__") => {
            if f.closure.is_empty() {
                Obj::None
            } else {
                Obj::tuple(f.closure.iter().cloned().map(Obj::Cell).collect())
            }
        }
        (Obj::Cell(c), "cell_contents") => c.v.borrow().clone(),
        (Obj::Builtin(b), "__name__") => Obj::Str(b.name.clone()),
        (Obj::Builtin(b), "__qualname__") => Obj::Str(b.qualname.clone()),
        (Obj::Builtin(b), "__module__") => Obj::Str(b.module.clone()),
        (Obj::Builtin(b), "__doc__") => Obj::Str(b.doc.clone()),
        (Obj::Method(m), "__self__") => m.this.clone(),
        (Obj::Method(m), "__func__") => m.func.clone(),
        (Obj::Static(w) | Obj::ClassMethod(w), "__func__" | "__wrapped__") => w.func.clone(),
        (Obj::Module(m), "__name__") => Obj::Str(m.name.clone()),
        (Obj::Generator(g), "__name__" | "__qualname__") => Obj::Str(g.name.clone()),
        (Obj::Property(p), "__doc__") => p.doc.clone(),
        (_, "__doc__") => Obj::None,
        _ => return Ok(None),
    }))
}

fn exception_attr(e: Option<&crate::obj::ExcData>, n: &str) -> Option<Obj> {
    let e = e?;
    Some(match n {
        "__cause__" => e.cause.borrow().clone(),
        "__context__" => e.context.borrow().clone(),
        "__suppress_context__" => Obj::Bool(e.suppress.get()),
        "__traceback__" if !e.tb.borrow().is_empty() => crate::stdlib::inert("<traceback object>".into()),
        "__traceback__" => Obj::None,
        "__notes__" if !e.notes.borrow().is_empty() => Obj::list(e.notes.borrow().clone()),
        _ => return None,
    })
}

/// `o.name`, where no user code has to run.
pub fn get_attr_sync(rt: &Rt, o: &Obj, name: &Str) -> R<Obj> {
    match find_attr(rt, o, name)? {
        Some(Found::Value(v)) => Ok(v),
        Some(Found::Call(..)) => Err(Exc::NeedsVm),
        None => Err(no_attr(o, name)),
    }
}

/// The `AttributeError` for a missing attribute.
pub fn no_attr(o: &Obj, name: &Str) -> Exc {
    match o {
        Obj::Super(_) => crate::obj::E::AttributeError.msg(format!("'super' object has no attribute '{name}'")),
        o => attribute_error(o, name),
    }
}

/// `o.name`.
pub async fn get_attr(rt: &Rt, o: &Obj, name: &Str) -> R<Obj> {
    match rt.retry(|| find_attr(rt, o, name)).await? {
        Some(Found::Value(v)) => Ok(v),
        Some(Found::Call(f, args)) => {
            if f.is_none() {
                return Err(exc::E::AttributeError
                    .msg(format!("property '{name}' of '{}' object has no getter", o.type_name())));
            }
            let first = rt.call(&f, crate::obj::Args::pos(args)).await;
            match first {
                // A property that fails with AttributeError falls back to `__getattr__`, as in CPython.
                Err(Exc::Py(e)) if e.class().is_subclass(exc::E::AttributeError.class()) => {
                    let own = o.class().lookup_user(&intern("__getattr__"));
                    match own {
                        Some(g) if !g.is(&f) => rt.call(&g, [o.clone(), Obj::Str(name.clone())]).await,
                        _ => Err(Exc::Py(e)),
                    }
                }
                Ok(v) => {
                    if let (Obj::Instance(i), Some(Obj::Property(p))) = (o, o.class().lookup(name))
                        && let Some(slot) = &*p.cached.borrow()
                    {
                        i.dict().set_str(slot, v.clone());
                    }
                    Ok(v)
                }
                r => r,
            }
        }
        None => Err(no_attr(o, name)),
    }
}

/// The attribute, or None where there is none (any other error stays one).
pub async fn get_attr_opt(rt: &Rt, o: &Obj, name: &Str) -> R<Option<Obj>> {
    match get_attr(rt, o, name).await {
        Ok(v) => Ok(Some(v)),
        Err(Exc::Py(e)) if e.class().is_subclass(exc::E::AttributeError.class()) => Ok(None),
        Err(e) => Err(e),
    }
}

/// `o.name = value`, where no user code has to run.
pub fn set_attr_sync(rt: &Rt, o: &Obj, name: &Str, value: &Obj) -> R<()> {
    match o {
        Obj::Instance(i) => {
            let class = i.class.borrow().clone();
            if class.lookup_user(&intern("__setattr__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            set_instance(o, i, &class, name, value)
        }
        Obj::Class(c) => {
            if !c.user {
                return Err(type_error(format!(
                    "cannot set '{name}' attribute of immutable type '{}'",
                    c.name.borrow()
                )));
            }
            let text = |v: &Obj| v.as_str().cloned();
            match (name.as_str(), text(value)) {
                ("__name__", Some(s)) => *c.name.borrow_mut() = s,
                ("__qualname__", Some(s)) => *c.qualname.borrow_mut() = s,
                ("__module__", Some(s)) => *c.module.borrow_mut() = s,
                _ => c.dict.set_str(name, value.clone()),
            }
            Class::touch();
            Ok(())
        }
        Obj::Module(m) => {
            m.dict.set_str(name, value.clone());
            Ok(())
        }
        Obj::Function(f) => {
            match (name.as_str(), value.as_str()) {
                ("__name__", Some(s)) => *f.name.borrow_mut() = s.clone(),
                ("__qualname__", Some(s)) => *f.qualname.borrow_mut() = s.clone(),
                ("__doc__", _) => *f.doc.borrow_mut() = value.clone(),
                ("__annotations__", _) => *f.annotations.borrow_mut() = value.clone(),
                ("__defaults__", _) => {
                    *f.defaults.borrow_mut() = value.as_tuple().map(|t| t.to_vec()).unwrap_or_default();
                }
                _ => f.dict.get_or_init(PyDict::new).set_str(name, value.clone()),
            }
            Ok(())
        }
        Obj::Native(n) => {
            if n.set_attr(rt, name, value)? {
                return Ok(());
            }
            let has = find_attr(rt, o, name)?.is_some();
            Err(read_only(o, name, has))
        }
        _ => {
            let has = find_attr(rt, o, name)?.is_some();
            Err(read_only(o, name, has))
        }
    }
}

fn read_only(o: &Obj, name: &Str, has: bool) -> Exc {
    if has {
        return exc::E::AttributeError.msg(format!("'{}' object attribute '{name}' is read-only", o.type_name()));
    }
    attribute_error(o, name)
}

fn set_instance(o: &Obj, i: &Rc<crate::obj::Instance>, class: &Rc<Class>, name: &Str, value: &Obj) -> R<()> {
    match class.lookup(name) {
        Some(Obj::Property(p)) => {
            if p.cached.borrow().is_some() {
                i.dict().set_str(name, value.clone());
                return Ok(());
            }
            if p.set.is_none() && matches!(&i.base, Obj::Tuple(_)) {
                return Err(exc::E::AttributeError.msg("can't set attribute"));
            }
            if p.set.is_none() {
                return Err(exc::E::AttributeError
                    .msg(format!("property '{name}' of '{}' object has no setter", class.name.borrow())));
            }
            return Err(Exc::NeedsVm);
        }
        Some(Obj::Instance(d)) if d.class.borrow().lookup_user(&intern("__set__")).is_some() => {
            return Err(Exc::NeedsVm);
        }
        _ => {}
    }
    let n = name.as_str();
    if n == "__class__" {
        if let Obj::Class(c) = value {
            *i.class.borrow_mut() = c.clone();
            return Ok(());
        }
        return Err(type_error(format!("__class__ must be set to a class, not '{}' object", value.type_name())));
    }
    if n == "__dict__"
        && let Obj::Dict(d) = value
    {
        i.dict().clear();
        for (k, v) in d.items() {
            i.dict().set(k, v)?;
        }
        return Ok(());
    }
    if let Some(e) = &i.exc {
        match n {
            "__cause__" => {
                *e.cause.borrow_mut() = value.clone();
                e.suppress.set(true);
                return Ok(());
            }
            "__context__" => {
                *e.context.borrow_mut() = value.clone();
                return Ok(());
            }
            "__suppress_context__" => {
                e.suppress.set(super::plain_truth(value));
                return Ok(());
            }
            "__traceback__" => return Ok(()),
            "args" => {
                *e.args.borrow_mut() = value.as_tuple().map(|t| t.to_vec()).unwrap_or_default();
                return Ok(());
            }
            _ => {}
        }
    }
    let outside_slots = match class.dict.get_name("__slots__") {
        Some(Obj::Tuple(slots)) if class.mro.iter().all(|c| !c.user) => {
            !slots.iter().any(|s| s.as_str().is_some_and(|s| s.as_str() == n))
        }
        _ => false,
    };
    let is_record = matches!(&i.base, Obj::Tuple(_)) && class.dict.get_name("_fields").is_some();
    if outside_slots || is_record {
        if class.lookup(name).is_some() {
            return Err(exc::E::AttributeError.msg("can't set attribute"));
        }
        return Err(attribute_error(o, name));
    }
    i.dict().set_str(name, value.clone());
    Ok(())
}

/// `o.name = value`.
pub async fn set_attr(rt: &Rt, o: &Obj, name: &Str, value: &Obj) -> R<()> {
    match rt.retry(|| set_attr_sync(rt, o, name, value)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let class = o.class();
    if let Some(f) = class.lookup_user(&intern("__setattr__")) {
        rt.call(&f, [o.clone(), Obj::Str(name.clone()), value.clone()]).await?;
        return Ok(());
    }
    set_by_descriptor(rt, o, name, value).await
}

async fn set_by_descriptor(rt: &Rt, o: &Obj, name: &Str, value: &Obj) -> R<()> {
    match o.class().lookup(name) {
        Some(Obj::Property(p)) => {
            rt.call(&p.set, [o.clone(), value.clone()]).await?;
        }
        Some(d) => {
            rt.call_method(&d, "__set__", [o.clone(), value.clone()]).await?;
        }
        None => {}
    }
    Ok(())
}

/// `object.__setattr__(o, name, value)`: past the class's own `__setattr__`.
pub async fn set_attr_plain(rt: &Rt, o: &Obj, name: &Str, value: &Obj) -> R<()> {
    let Obj::Instance(i) = o else {
        return set_attr(rt, o, name, value).await;
    };
    let class = i.class.borrow().clone();
    match set_instance(o, i, &class, name, value) {
        Err(Exc::NeedsVm) => set_by_descriptor(rt, o, name, value).await,
        r => r,
    }
}

/// `del o.name`.
pub async fn del_attr(rt: &Rt, o: &Obj, name: &Str) -> R<()> {
    match o {
        Obj::Instance(i) => {
            if let Some(f) = o.class().lookup_user(&intern("__delattr__")) {
                rt.call(&f, [o.clone(), Obj::Str(name.clone())]).await?;
                return Ok(());
            }
            if let Some(Obj::Property(p)) = o.class().lookup(name)
                && p.cached.borrow().is_none()
            {
                if p.del.is_none() {
                    return Err(exc::E::AttributeError
                        .msg(format!("property '{name}' of '{}' object has no deleter", o.type_name())));
                }
                rt.call(&p.del, [o.clone()]).await?;
                return Ok(());
            }
            match i.dict().del_str(name) {
                Some(_) => Ok(()),
                None => Err(exc::E::AttributeError.msg(name.to_string())),
            }
        }
        Obj::Class(c) if c.user => {
            Class::touch();
            c.dict.del_str(name).map(|_| ()).ok_or_else(|| exc::E::AttributeError.msg(name.to_string()))
        }
        Obj::Module(m) => m.dict.del_str(name).map(|_| ()).ok_or_else(|| no_attr(o, name)),
        Obj::Function(f) => f.dict.get().and_then(|d| d.del_str(name)).map(|_| ()).ok_or_else(|| no_attr(o, name)),
        _ => Err(no_attr(o, name)),
    }
}

/// `super(after, this)`.
pub fn make_super(after: &Obj, this: &Obj) -> R<Obj> {
    let Obj::Class(c) = after else {
        return Err(type_error(format!("super() argument 1 must be a type, not {}", after.type_name())));
    };
    let ok = match this {
        Obj::Class(k) => k.is_subclass(c),
        o => o.class().is_subclass(c),
    };
    if !ok {
        return Err(type_error("super(type, obj): obj must be an instance or subtype of type"));
    }
    Ok(Obj::Super(Rc::new(Super { after: c.clone(), this: this.clone() })))
}

/// `isinstance(o, n)` for a host object in the place of a class (`int | None`, `jax.Array`); None: it is no class.
pub fn instance_check(n: &Rc<Box<dyn crate::obj::Native>>, o: &Obj) -> Option<bool> {
    n.instance_check(o)
}
