//! Classes registered as pytree nodes: taken apart on the way into the library, put together on the way out.

use std::rc::Rc;

use gradlens_numpy::{Arg, CustomNode};

use super::convert::{from_arg_sync, handle};
use super::{jax, to_arg};
use crate::obj::{Class, Obj, R, type_error, value_error};
use crate::ops;
use crate::rt::Rt;

/// How a class was registered.
#[derive(Clone)]
pub(crate) struct Registered {
    pub class: Rc<Class>,
    pub how: How,
}

#[derive(Clone)]
pub(crate) enum How {
    /// `flatten(obj) -> (children, aux)`, `unflatten(aux, children)`; whether the children come with keys.
    Functions { flatten: Obj, unflatten: Obj, keys: bool },
    /// `obj.tree_flatten()` and `cls.tree_unflatten(aux, children)`.
    Methods { keys: bool },
    /// The fields of a dataclass.
    Fields { data: Vec<String>, meta: Vec<String> },
}

/// How a class was registered, if it was.
pub(crate) fn registered(rt: &Rt, class: &Rc<Class>) -> R<Option<How>> {
    let host = rt.host.borrow().clone();
    let Some(j) = host.and_then(|h| h.downcast::<super::Jax>().ok()) else { return Ok(None) };
    let nodes = j.nodes.borrow();
    Ok(nodes.iter().find(|r| Rc::ptr_eq(&r.class, class)).map(|r| r.how.clone()))
}

/// Registers a class.
pub(crate) fn register(rt: &Rt, class: &Obj, how: How) -> R<()> {
    let Obj::Class(c) = class else {
        return Err(type_error(format!("a class is needed, not '{}'", class.type_name())));
    };
    let j = jax(rt)?;
    let mut nodes = j.nodes.borrow_mut();
    if nodes.iter().any(|r| Rc::ptr_eq(&r.class, c)) {
        return Err(value_error(format!(
            "Duplicate custom PyTreeDef type registration for <class '{}'>.",
            c.full_name()
        )));
    }
    nodes.push(Registered { class: c.clone(), how });
    Ok(())
}

/// An instance as a node.
pub(crate) async fn take_apart(rt: &Rt, o: &Obj, class: &Rc<Class>, how: &How) -> R<Arg> {
    let (children, aux, keyed) = match how {
        How::Functions { flatten, keys, .. } => {
            let r = rt.call(flatten, [o.clone()]).await?;
            let (c, a) = pair(rt, &r).await?;
            (c, a, *keys)
        }
        How::Methods { keys } => {
            let name = if *keys { "tree_flatten_with_keys" } else { "tree_flatten" };
            let r = rt.call_method(o, name, []).await?;
            let (c, a) = pair(rt, &r).await?;
            (c, a, *keys)
        }
        How::Fields { data, meta } => {
            let mut children = Vec::new();
            let mut keys = Vec::new();
            for f in data {
                let v = ops::get_attr(rt, o, &crate::obj::intern(f)).await?;
                children.push(Box::pin(to_arg(rt, &v)).await?);
                keys.push(Arg::str(format!(".{f}")));
            }
            let mut aux = Vec::new();
            for f in meta {
                let v = ops::get_attr(rt, o, &crate::obj::intern(f)).await?;
                aux.push(Box::pin(to_arg(rt, &v)).await?);
            }
            return Ok(Arg::Custom(Rc::new(CustomNode {
                ty: handle(class),
                children,
                keys: Some(keys),
                aux: Arg::Tuple(aux),
            })));
        }
    };
    let mut args = Vec::new();
    let mut keys = Vec::new();
    for c in children {
        if keyed {
            let (k, v) = pair(rt, &c).await?;
            let v = v;
            args.push(Box::pin(to_arg(rt, &v)).await?);
            let mut it = k.into_iter();
            keys.push(match it.next() {
                Some(k) => to_arg(rt, &k).await?,
                None => Arg::None,
            });
        } else {
            args.push(Box::pin(to_arg(rt, &c)).await?);
        }
    }
    let aux = Box::pin(to_arg(rt, &aux)).await?;
    Ok(Arg::Custom(Rc::new(CustomNode { ty: handle(class), children: args, keys: keyed.then_some(keys), aux })))
}

/// `(children, aux)`; for a keyed child `(key, value)` with the key alone in the list.
async fn pair(rt: &Rt, o: &Obj) -> R<(Vec<Obj>, Obj)> {
    let v = ops::to_vec(rt, o).await?;
    let [a, b] = &v[..] else {
        return Err(value_error("a flatten function must return a pair of children and static data"));
    };
    let children = match a {
        Obj::Tuple(_) | Obj::List(_) | Obj::Iter(_) | Obj::Generator(_) => ops::to_vec(rt, a).await?,
        other => vec![other.clone()],
    };
    Ok((children, b.clone()))
}

/// A node as an instance.
pub(crate) async fn put_together(rt: &Rt, node: &CustomNode, children: Vec<Obj>) -> R<Obj> {
    let Some(this @ Obj::Class(class)) = node.ty.host.downcast_ref::<Obj>() else { return Ok(Obj::tuple(children)) };
    match registered(rt, class)? {
        Some(How::Functions { unflatten, .. }) => {
            let aux = Box::pin(super::from_arg(rt, node.aux.clone())).await?;
            rt.call(&unflatten, [aux, Obj::tuple(children)]).await
        }
        Some(How::Methods { .. }) => {
            let aux = Box::pin(super::from_arg(rt, node.aux.clone())).await?;
            rt.call_method(this, "tree_unflatten", [aux, Obj::tuple(children)]).await
        }
        Some(How::Fields { data, meta }) => {
            let mut kw: Vec<_> = data.iter().map(|n| crate::obj::intern(n)).zip(children).collect();
            if let Arg::Tuple(aux) = &node.aux {
                for (n, a) in meta.iter().zip(aux) {
                    kw.push((crate::obj::intern(n), from_arg_sync(rt, a.clone())?));
                }
            }
            rt.call(this, crate::obj::Args { pos: Vec::new(), kw }).await
        }
        None => Ok(Obj::tuple(children)),
    }
}
