//! `jax.tree` and `jax.tree_util`: pytrees taken apart and put together, functions mapped over them.

use crate::arg::{Callable, arg_eq};
use crate::prelude::*;
use crate::tree::{self, Key, KeyObject, Node, TreeDef, TreeDefObject, keystr, keystr_simple};
use gradlens_ir::LocalBoxFuture;
use std::rc::Rc;

fn callable(x: &Arg) -> Result<Rc<dyn Callable>> {
    match x {
        Arg::Callable(f) => Ok(f.clone()),
        other => Err(Error::type_error(format!("'{}' object is not callable", other.type_name()))),
    }
}

/// Flattens with a predicate of the host language, asked at each node from the root down.
fn flatten_async(cx: &Cx, x: Arg, is_leaf: Option<Rc<dyn Callable>>) -> LocalBoxFuture<Result<(Vec<Arg>, TreeDef)>> {
    let cx = cx.clone();
    Box::pin(async move {
        let Some(f) = is_leaf else { return tree::flatten(&x) };
        if cv::truth(&cx, &f.call(&cx, vec![x.clone()], vec![]).await?)? {
            return Ok((vec![x], TreeDef::leaf()));
        }
        let (node, children) = tree::one_level(&x)?;
        if matches!(node, Node::Leaf) {
            return Ok((vec![x], TreeDef::leaf()));
        }
        let (mut leaves, mut defs) = (Vec::new(), Vec::new());
        for c in children {
            let (l, d) = flatten_async(&cx, c, Some(f.clone())).await?;
            leaves.extend(l);
            defs.push(d);
        }
        Ok((leaves, TreeDef { node, children: defs }))
    })
}

fn predicate(b: &Bound) -> Result<Option<Rc<dyn Callable>>> {
    if b["is_leaf"].is_none() { Ok(None) } else { callable(&b["is_leaf"]).map(Some) }
}

/// What a tree function does with the leaves and the structure.
type Finish = fn(Vec<Arg>, TreeDef) -> Result<Arg>;

fn flattened(cx: Cx, b: Bound, finish: Finish) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let (leaves, def) = flatten_async(&cx, b["tree"].clone(), predicate(&b)?).await?;
        finish(leaves, def)
    })
}
fn with_paths(leaves: Vec<Arg>, def: &TreeDef) -> Vec<Arg> {
    def.paths().iter().zip(leaves).map(|(k, l)| Arg::Tuple(vec![KeyObject::path(k), l])).collect()
}

fn map(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    map_over(cx, b, false)
}
fn map_with_path(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    map_over(cx, b, true)
}
fn map_over(cx: Cx, b: Bound, paths: bool) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let f = callable(&b["f"])?;
        let (leaves, def) = flatten_async(&cx, b["tree"].clone(), predicate(&b)?).await?;
        let mut rest = Vec::new();
        for r in b["rest"].sequence().unwrap_or_default() {
            rest.push(def.flatten_up_to(r, "tree_map tree")?);
        }
        let keys = if paths { def.paths() } else { vec![] };
        let mut out = Vec::with_capacity(leaves.len());
        for (i, leaf) in leaves.into_iter().enumerate() {
            let mut args = Vec::with_capacity(2 + rest.len());
            if paths {
                args.push(KeyObject::path(&keys[i]));
            }
            args.push(leaf);
            args.extend(rest.iter().map(|r| r[i].clone()));
            out.push(f.call(&cx, args, vec![]).await?);
        }
        def.unflatten(out)
    })
}

fn reduce(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let f = callable(&b["function"])?;
        let (leaves, _) = flatten_async(&cx, b["tree"].clone(), predicate(&b)?).await?;
        let mut leaves = leaves.into_iter();
        let given = !matches!(b["initializer"], Arg::Ellipsis);
        let mut acc = if given { Some(b["initializer"].clone()) } else { leaves.next() };
        for l in leaves {
            if let Some(a) = acc {
                acc = Some(f.call(&cx, vec![a, l], vec![]).await?);
            }
        }
        acc.ok_or_else(|| Error::type_error("reduce() of empty iterable with no initial value"))
    })
}
fn all(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let (leaves, _) = flatten_async(&cx, b["tree"].clone(), predicate(&b)?).await?;
        for l in &leaves {
            if !cv::truth(&cx, l)? {
                return Ok(Arg::Bool(false));
            }
        }
        Ok(Arg::Bool(true))
    })
}

/// `outer` of `inner` trees into `inner` of `outer` ones.
fn transpose(_: &Cx, b: &Bound) -> Result<Arg> {
    let outer = TreeDefObject::of(&b["outer_treedef"])?;
    let x = &b["pytree_to_transpose"];
    let inner = if b["inner_treedef"].is_none() {
        let first = outer.flatten_up_to(x, "tree_transpose tree")?;
        match first.first() {
            Some(t) => tree::flatten(t)?.1,
            None => TreeDef::leaf(),
        }
    } else {
        TreeDefObject::of(&b["inner_treedef"])?
    };
    let (n, m) = (outer.num_leaves(), inner.num_leaves());
    if n == 0 || m == 0 {
        return Err(Error::value_error(format!("Can't transpose trees with empty treedefs: {n} and {m} leaves")));
    }
    let (leaves, def) = tree::flatten(x)?;
    let want = outer.compose(&inner);
    if def != want {
        return Err(Error::type_error(format!("Mismatch\n  {want}\n  != \n  {def}")));
    }
    let rows: Vec<Arg> =
        (0..m).map(|j| outer.unflatten((0..n).map(|i| leaves[i * m + j].clone()).collect())).collect::<Result<_>>()?;
    inner.unflatten(rows)
}
fn broadcast(_: &Cx, b: &Bound) -> Result<Arg> {
    let (leaves, def) = tree::flatten(&b["prefix_tree"])?;
    let parts = def.flatten_up_to(&b["full_tree"], "tree_broadcast tree")?;
    let out = parts
        .iter()
        .zip(leaves)
        .map(|(p, l)| {
            let (ls, d) = tree::flatten(p)?;
            d.unflatten(vec![l; ls.len()])
        })
        .collect::<Result<Vec<_>>>()?;
    def.unflatten(out)
}
fn unflatten(cx: &Cx, b: &Bound) -> Result<Arg> {
    let def = TreeDefObject::of(&b["treedef"])?;
    let leaves = match &b["leaves"] {
        Arg::Array(v) => crate::methods::iterate(cx, v)?.into_iter().map(Arg::from).collect(),
        l => match l.sequence() {
            Some(v) => v.to_vec(),
            None => return Err(Error::type_error(format!("'{}' object is not iterable", l.type_name()))),
        },
    };
    def.unflatten(leaves)
}
fn keystr_entry(_: &Cx, b: &Bound) -> Result<Arg> {
    let path = KeyObject::path_of(&b["keys"]);
    let simple = matches!(b["simple"], Arg::Bool(true));
    let separator = b["separator"].as_str().unwrap_or("");
    Ok(Arg::str(if simple { keystr_simple(&path, separator) } else { keystr(&path) }))
}
fn key(k: Key) -> Arg {
    Arg::Object(Rc::new(KeyObject(k)))
}
fn all_leaves(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let mut all = true;
        for x in b["iterable"].sequence().unwrap_or_default() {
            let (l, d) = flatten_async(&cx, x.clone(), predicate(&b)?).await?;
            all &= matches!(d.node, Node::Leaf) && l.first().is_some_and(|y| arg_eq(x, y));
        }
        Ok(Arg::Bool(all))
    })
}

macro_rules! both {
    ($($a:literal $b:literal $sig:literal $doc:literal $imp:expr;)*) => {
        /// The table's lines.
        pub(crate) const TABLE: &[Entry] = &[
            $(entry(concat!("jax.tree.", $a), $sig, $doc, $imp), entry(concat!("jax.tree_util.", $b), $sig, $doc, $imp),)*
            entry("jax.tree_util.keystr", "keys, *, simple=False, separator=''", "A key path as text.", Sync(keystr_entry)),
            entry("jax.tree_util.all_leaves", "iterable, is_leaf=None", "Whether every element is a leaf.", Async(all_leaves)),
            entry("jax.tree_util.treedef_tuple", "treedefs", "A tuple of structures.", Sync(|_, b| {
                let defs = b[0].sequence().unwrap_or_default().iter().map(TreeDefObject::of).collect::<Result<Vec<_>>>()?;
                Ok(TreeDefObject::arg(TreeDef::tuple(defs)))
            })),
            entry("jax.tree_util.treedef_children", "treedef", "The structures below the root.", Sync(|_, b| {
                Ok(Arg::List(TreeDefObject::of(&b[0])?.children.into_iter().map(TreeDefObject::arg).collect()))
            })),
            entry("jax.tree_util.treedef_is_leaf", "treedef", "Whether it is a single leaf.", Sync(|_, b| {
                Ok(Arg::Bool(TreeDefObject::of(&b[0])?.num_nodes() == 1))
            })),
            entry("jax.tree_util.DictKey", "key", "A step into a dict.", Sync(|_, b| Ok(key(Key::Dict(b[0].clone()))))),
            entry("jax.tree_util.SequenceKey", "idx", "A step into a list or tuple.", Sync(|cx, b| Ok(key(Key::Sequence(cv::int(cx, &b[0])? as usize))))),
            entry("jax.tree_util.GetAttrKey", "name", "A step to an attribute.", Sync(|_, b| Ok(key(Key::Attr(b[0].as_str().unwrap_or("").into()))))),
            entry("jax.tree_util.FlattenedIndexKey", "key", "A step to a numbered child.", Sync(|cx, b| Ok(key(Key::Flat(cv::int(cx, &b[0])? as usize))))),
        ];
    };
}

both! {
    "flatten" "tree_flatten" "tree, is_leaf=None" "Leaves and structure of a tree."
        Async(|cx, b| flattened(cx, b, |l, d| Ok(Arg::Tuple(vec![Arg::List(l), TreeDefObject::arg(d)]))));
    "leaves" "tree_leaves" "tree, is_leaf=None" "Leaves of a tree." Async(|cx, b| flattened(cx, b, |l, _| Ok(Arg::List(l))));
    "structure" "tree_structure" "tree, is_leaf=None" "Structure of a tree." Async(|cx, b| flattened(cx, b, |_, d| Ok(TreeDefObject::arg(d))));
    "flatten_with_path" "tree_flatten_with_path" "tree, is_leaf=None" "Leaves with their key paths, and structure."
        Async(|cx, b| flattened(cx, b, |l, d| Ok(Arg::Tuple(vec![Arg::List(with_paths(l, &d)), TreeDefObject::arg(d)]))));
    "leaves_with_path" "tree_leaves_with_path" "tree, is_leaf=None" "Leaves with their key paths."
        Async(|cx, b| flattened(cx, b, |l, d| Ok(Arg::List(with_paths(l, &d)))));
    "unflatten" "tree_unflatten" "treedef, leaves" "A tree of a structure from leaves." Sync(unflatten);
    "map" "tree_map" "f, tree, *rest, is_leaf=None" "A function applied to the leaves of trees." Async(map);
    "map_with_path" "tree_map_with_path" "f, tree, *rest, is_leaf=None" "A function applied to key paths and leaves." Async(map_with_path);
    "reduce" "tree_reduce" "function, tree, initializer=..., is_leaf=None" "Leaves combined from the left." Async(reduce);
    "all" "tree_all" "tree, *, is_leaf=None" "Whether all leaves are true." Async(all);
    "transpose" "tree_transpose" "outer_treedef, inner_treedef, pytree_to_transpose" "A tree of trees turned inside out." Sync(transpose);
    "broadcast" "tree_broadcast" "prefix_tree, full_tree, is_leaf=None" "A prefix tree's leaves repeated to a full tree." Sync(broadcast);
}
