//! `jax.vmap` and `jnp.vectorize`'s engine.

use super::support::*;
use crate::arg::{Arg, Callable, Kind};
use crate::table::{Bound, Entry, Imp::*, entry};
use crate::tree::{Key, flatten, keystr};
use crate::{Cx, convert};
use gradlens_ir::{Error, Result, Value};
use gradlens_transform as tf;
use std::rc::Rc;

pub(super) const TABLE: &[Entry] = &[
    entry(
        "jax.vmap",
        "fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None, spmd_axis_name=None",
        "Maps a function over an axis of its arguments.",
        Sync(vmap),
    ),
    entry(
        "jax.pmap",
        "fun, axis_name=None, in_axes=0, out_axes=0",
        "As vmap: one device maps its axis itself.",
        Sync(pmap),
    ),
];

#[derive(Clone)]
struct Spec {
    in_axes: Arg,
    out_axes: Arg,
    axis_name: Option<Rc<str>>,
    axis_size: Option<usize>,
}

fn is_axis(x: &Arg) -> bool {
    matches!(x, Arg::None | Arg::Int(_) | Arg::Bool(_))
}

fn vmap(cx: &Cx, b: &Bound) -> Result<Arg> {
    let f = callable(cx, &b["fun"])?;
    let in_axes = match &b["in_axes"] {
        Arg::List(v) => Arg::Tuple(v.clone()),
        other => other.clone(),
    };
    if !matches!(in_axes, Arg::None | Arg::Int(_) | Arg::Tuple(_) | Arg::Dict(_)) {
        return Err(Error::type_error(format!(
            "vmap in_axes must be an int, None, or a tuple of entries corresponding to the positional arguments passed to the function, but got {}.",
            crate::print::str(cx, &in_axes)?
        )));
    }
    let bad = flatten(&in_axes)?.0.into_iter().any(|l| !is_axis(&l));
    if bad {
        return Err(Error::type_error(format!(
            "vmap in_axes must be an int, None, or (nested) container with those types as leaves, but got {}.",
            crate::print::repr(cx, &in_axes)?
        )));
    }
    let axis_name = match &b["axis_name"] {
        Arg::None => None,
        Arg::Str(s) => Some(s.clone()),
        other => Some(Rc::from(crate::print::repr(cx, other)?)),
    };
    let axis_size = match &b["axis_size"] {
        Arg::None => None,
        n => Some(convert::int(cx, n)? as usize),
    };
    Ok(mapped(f, Spec { in_axes, out_axes: b["out_axes"].clone(), axis_name, axis_size }))
}

fn pmap(cx: &Cx, b: &Bound) -> Result<Arg> {
    let f = callable(cx, &b["fun"])?;
    let axis_name = b["axis_name"].as_str().map(Rc::from);
    Ok(mapped(f, Spec { in_axes: b["in_axes"].clone(), out_axes: b["out_axes"].clone(), axis_name, axis_size: None }))
}

fn mapped(f: Rc<dyn Callable>, spec: Spec) -> Arg {
    let inner = f.clone();
    Transformed::arg(&f, move |cx, args, kwargs| {
        let (f, spec) = (inner.clone(), spec.clone());
        Box::pin(async move { call(&cx, f, &spec, args, kwargs).await })
    })
}

async fn call(cx: &Cx, f: Rc<dyn Callable>, spec: &Spec, args: Vec<Arg>, kwargs: Kwargs) -> Result<Arg> {
    if let Arg::Tuple(axes) = &spec.in_axes
        && axes.len() != args.len()
    {
        return Err(Error::value_error(format!(
            "vmap in_axes must be an int, None, or a tuple of entries corresponding to the positional arguments passed to the function, but got len(in_axes)={}, len(args)={}",
            axes.len(),
            args.len()
        )));
    }
    let packed = Arg::Tuple(args.clone());
    let mut axes = vec![];
    broadcast_prefix(&spec.in_axes, &packed, &is_axis, &mut axes).map_err(|_| {
        Error::value_error("vmap in_axes specification must be a tree prefix of the corresponding value, got a specification that does not match the arguments.")
    })?;
    let (paths, names) = (flatten(&packed)?.1.paths(), f.parameters());
    let positional = axes.len();
    let all = vec![true; args.len()];
    let (call, leaves) = FlatCall::new(cx, f.clone(), args, kwargs, &all, true, false)?;
    // Keyword arguments are mapped along axis 0.
    axes.resize(leaves.len(), Arg::Int(0));
    let mut values = vec![];
    let mut dims: Vec<Option<usize>> = vec![];
    let mut sizes: Vec<(usize, usize)> = vec![];
    for (i, (leaf, axis)) in leaves.iter().zip(&axes).enumerate() {
        let v = value(cx, leaf)?;
        dims.push(match axis {
            Arg::None => None,
            axis => {
                let given = convert::int(cx, axis)?;
                let rank = v.ndim() as i64;
                let at = if given < 0 { given + rank } else { given };
                if at < 0 || at >= rank {
                    let least = if given >= 0 { given + 1 } else { -given };
                    return Err(Error::value_error(format!(
                        "vmap was requested to map its argument along axis {given}, which implies that its rank should be at least {least}, but is only {rank} (its shape is {})",
                        gradlens_ir::aval::tuple_text(v.shape())
                    )));
                }
                sizes.push((i, v.shape()[at as usize]));
                Some(at as usize)
            }
        });
        values.push(v);
    }
    let size = match (sizes.first(), spec.axis_size) {
        (None, None) if leaves.is_empty() => {
            return Err(Error::value_error(
                "vmap wrapped function must be passed at least one argument containing an array or axis_size must be specified, got empty *args=() and **kwargs={}",
            ));
        }
        (None, None) => {
            return Err(Error::value_error(
                "vmap must have at least one non-None value in in_axes or axis_size must be specified",
            ));
        }
        (first, given) => given.or(first.map(|f| f.1)).unwrap_or(0),
    };
    if sizes.iter().any(|s| s.1 != size) {
        let names_of: Vec<String> = paths.iter().map(|p| arg_name(p, names.as_deref())).collect();
        return Err(inconsistent(
            &values,
            &axes,
            &sizes,
            &names_of[..positional.min(names_of.len())],
            spec.axis_size,
            cx,
        )?);
    }
    let out_axes = spec.out_axes.clone();
    let outer = call.clone();
    let cx2 = cx.clone();
    let outs = tf::vmap(cx, &*call, values, &dims, size, spec.axis_name.clone(), move |n| {
        let out = outer.out()?;
        let tree = out.tree.unflatten(vec![Arg::Int(0); n])?;
        let mut axes = vec![];
        let prefix = match &out_axes {
            Arg::List(v) => Arg::Tuple(v.clone()),
            other => other.clone(),
        };
        broadcast_prefix(&prefix, &tree, &is_axis, &mut axes).map_err(|_| {
            Error::value_error("vmap out_axes specification must be a tree prefix of the corresponding value, got a specification that does not match the outputs.")
        })?;
        axes.iter()
            .map(|a| match a {
                Arg::None => Ok(tf::OutAxis::Unmapped),
                a => Ok(tf::OutAxis::At(convert::int(&cx2, a)? as isize)),
            })
            .collect()
    })
    .await?;
    call.out()?.build(&outs)
}

/// `argument x` or `args[0]['w']`, as JAX names what was mapped.
fn arg_name(path: &[Key], names: Option<&[(Rc<str>, Kind)]>) -> String {
    let index = match path.first() {
        Some(Key::Sequence(i)) => *i,
        _ => return format!("args{}", keystr(path)),
    };
    match names.and_then(|n| n.get(index)) {
        Some((name, Kind::Normal | Kind::PositionalOnly)) => {
            let rest = if path.len() > 1 { keystr(&path[1..]) } else { String::new() };
            format!("argument {name}{rest}")
        }
        _ => format!("args{}", keystr(path)),
    }
}

fn inconsistent(
    values: &[Value],
    axes: &[Arg],
    sizes: &[(usize, usize)],
    names: &[String],
    axis_size: Option<usize>,
    cx: &Cx,
) -> Result<Error> {
    let describe = |i: usize| -> String {
        let name = names.get(i).cloned().unwrap_or_else(|| "kwargs".into());
        format!("{name} of type {}", values[i].aval().long())
    };
    let mut text = String::from("vmap got inconsistent sizes for array axes to be mapped:\n");
    let mut distinct: Vec<(usize, Vec<usize>)> = vec![];
    for (i, s) in sizes {
        match distinct.iter_mut().find(|d| d.0 == *s) {
            Some(d) => d.1.push(*i),
            None => distinct.push((*s, vec![*i])),
        }
    }
    // The most common size first, as JAX counts them.
    distinct.sort_by_key(|d| std::cmp::Reverse(d.1.len()));
    for (size, who) in &distinct {
        let ax = |i: usize| crate::print::repr(cx, &axes[i]);
        if let [one] = who[..] {
            text += &format!("  * one axis had size {size}: axis {} of {};\n", ax(one)?, describe(one));
        } else if distinct.len() > 1 && who.len() > 1 {
            text += &format!(
                "  * most axes ({} of them) had size {size}, e.g. axis {} of {};\n",
                who.len(),
                ax(who[0])?,
                describe(who[0])
            );
        }
    }
    if let Some(n) = axis_size {
        text += &format!("  * axis_size was given as {n};\n");
    }
    let text = text.trim_end_matches('\n').trim_end_matches(';').to_string();
    Ok(Error::value_error(text))
}
