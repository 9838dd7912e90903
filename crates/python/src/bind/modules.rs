//! `jax`, `jax.numpy`, `numpy` and the rest as modules: their members are the paths of the table.

use std::rc::Rc;

use gradlens_numpy::{Arg, Item, LibraryFunction, registry};

use super::classes::classes;
use super::convert::from_arg_sync;
use super::object::LibCallable;
use super::pytree::{self, How};
use super::{errors, jax};
use crate::obj::native::Def;
use crate::obj::{Module, Obj, PyDict, R, intern, type_error};
use crate::ops;
use crate::rt::Rt;

/// Modules that exist although the table has no path below them.
const EXTRA: &[&str] =
    &["jax", "jax.errors", "jax.dtypes", "jax.tree_util", "jax.typing", "jax.core", "jax.experimental"];

/// Whether the library has a module of this name.
pub fn known(name: &str) -> bool {
    EXTRA.contains(&name)
        || (matches!(name.split('.').next(), Some("jax" | "numpy"))
            && name != "jax.Array"
            && matches!(registry().get(name), Some(Item::Module)))
}

/// The module of this name, with everything in it.
pub fn load(rt: &Rt, name: &str) -> R<Option<Rc<Module>>> {
    if !known(name) {
        return Ok(None);
    }
    if rt.host.borrow().is_none() {
        return Ok(None);
    }
    if let Some(m) = rt.modules.borrow().get(name) {
        return Ok(Some(m.clone()));
    }
    let dict = PyDict::new();
    dict.set_name("__name__", Obj::name(name));
    let module = Rc::new(Module { name: intern(name), dict: dict.clone() });
    rt.modules.borrow_mut().insert(name.to_string(), module.clone());
    jax(rt)?;
    let r = registry();
    for member in r.members(name) {
        let path = format!("{name}.{member}");
        match r.get(&path) {
            Some(Item::Function(f)) => {
                dict.set_name(member, Obj::native(LibCallable { f: Rc::new(LibraryFunction(f.clone())) }));
            }
            Some(Item::Constant(a)) => dict.set_name(member, constant(rt, a)?),
            Some(Item::Module) if path != "jax.Array" => {
                if let Some(m) = load(rt, &path)? {
                    dict.set_name(member, Obj::Module(m));
                }
            }
            _ => {}
        }
    }
    for extra in EXTRA {
        if let Some(member) = extra.strip_prefix(name).and_then(|m| m.strip_prefix('.'))
            && !member.contains('.')
            && let Some(m) = load(rt, extra)?
        {
            dict.set_name(member, Obj::Module(m));
        }
    }
    add_own(name, &dict);
    Ok(Some(module))
}

fn constant(rt: &Rt, a: &Arg) -> R<Obj> {
    from_arg_sync(rt, a.clone())
}

/// What the binding itself puts into modules: classes, and the registration of pytree nodes.
fn add_own(name: &str, dict: &Rc<PyDict>) {
    let k = classes();
    let class = |n: &str, c: &Rc<crate::obj::Class>| dict.set_name(n, Obj::Class(c.clone()));
    match name {
        "jax" => {
            class("Array", &k.array);
            dict.set_name("__version__", Obj::str("0.10.2"));
        }
        "jax.numpy" => class("ndarray", &k.array),
        "jax.core" => class("Tracer", &k.tracer),
        "jax.typing" => {
            class("ArrayLike", &k.array);
            class("DTypeLike", &k.dtype);
        }
        "jax.errors" | "jax.dtypes" => {
            for c in errors::exception_classes(name) {
                class(c.name.borrow().as_str(), &c);
            }
        }
        "numpy" => {
            class("ndarray", &k.ndarray);
            if dict.get_name("dtype").is_none() {
                class("dtype", &k.dtype);
            }
        }
        "jax.tree_util" => registration(dict),
        _ => {}
    }
}

fn registration(dict: &Rc<PyDict>) {
    let d = Def::module("jax.tree_util", dict);
    d.sync("register_pytree_node", "nodetype, flatten_func, unflatten_func, flatten_with_keys_func=None", |rt, a| {
        let how = How::Functions { flatten: a[1].clone(), unflatten: a[2].clone(), keys: false };
        pytree::register(rt, &a[0], how).map(|()| Obj::None)
    });
    d.sync("register_pytree_with_keys", "nodetype, flatten_with_keys, unflatten_func, flatten_func=None", |rt, a| {
        let how = How::Functions { flatten: a[1].clone(), unflatten: a[2].clone(), keys: true };
        pytree::register(rt, &a[0], how).map(|()| Obj::None)
    });
    d.sync("register_pytree_node_class", "cls", |rt, a| {
        pytree::register(rt, &a[0], How::Methods { keys: false })?;
        Ok(a[0].clone())
    });
    d.sync("register_pytree_with_keys_class", "cls", |rt, a| {
        pytree::register(rt, &a[0], How::Methods { keys: true })?;
        Ok(a[0].clone())
    });
    d.asynch("register_dataclass", "nodetype, data_fields=None, meta_fields=None, drop_fields=()", |rt, a| {
        Box::pin(async move {
            let names = |v: Vec<Obj>| v.iter().filter_map(Obj::as_str).map(|s| s.to_string()).collect::<Vec<_>>();
            let (data, meta) = if a[1].is_none() {
                let (mut data, mut meta) = (Vec::new(), Vec::new());
                let Obj::Class(c) = &a[0] else { return Err(type_error("a dataclass is needed")) };
                let Some(fields) = c.lookup(&intern("__dataclass_fields__")) else {
                    return Err(type_error(
                        "data_fields and meta_fields are required when nodetype is not a dataclass.",
                    ));
                };
                if let Obj::Dict(d) = &fields {
                    for (k, f) in d.items() {
                        let m = ops::get_attr(&rt, &f, &intern("metadata")).await?;
                        let is_static = match m.base() {
                            Obj::Dict(m) => m.get_name("static").is_some_and(|s| ops::plain_truth(&s)),
                            _ => false,
                        };
                        if let Some(s) = k.as_str() {
                            if is_static { meta.push(s.to_string()) } else { data.push(s.to_string()) }
                        }
                    }
                }
                (data, meta)
            } else {
                let meta = if a[2].is_none() { Vec::new() } else { ops::to_vec(&rt, &a[2]).await? };
                (names(ops::to_vec(&rt, &a[1]).await?), names(meta))
            };
            pytree::register(&rt, &a[0], How::Fields { data, meta })?;
            Ok(a[0].clone())
        })
    });
}
