//! Pytrees over `Arg`: structure, flattening, rebuilding, key paths.

use crate::arg::{Arg, CustomNode, Object, TypeHandle, arg_eq};
use crate::{Cx, print};
use gradlens_ir::{Error, Result};
use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

/// What a node of a tree is made of, without its children.
#[derive(Clone)]
pub enum Node {
    /// A leaf.
    Leaf,
    /// `None`: a node without children.
    None,
    /// A tuple.
    Tuple,
    /// A list.
    List,
    /// A dict with its keys, sorted.
    Dict(Vec<Arg>),
    /// An `OrderedDict` with its keys in order.
    OrderedDict(Vec<Arg>),
    /// A `defaultdict` with its factory and keys, sorted.
    DefaultDict(Box<Arg>, Vec<Arg>),
    /// A `NamedTuple` class.
    NamedTuple(Rc<TypeHandle>),
    /// A registered class with its static data and the keys of its children.
    Custom(Rc<TypeHandle>, Arg, Option<Vec<Arg>>),
}

/// The structure of a tree.
#[derive(Clone)]
pub struct TreeDef {
    /// The root.
    pub node: Node,
    /// Its children.
    pub children: Vec<TreeDef>,
}

/// One step from a node to a child.
#[derive(Clone)]
pub enum Key {
    /// `DictKey(key)`.
    Dict(Arg),
    /// `SequenceKey(idx)`.
    Sequence(usize),
    /// `GetAttrKey(name)`.
    Attr(Rc<str>),
    /// `FlattenedIndexKey(key)`.
    Flat(usize),
    /// A key the user's class gave.
    Other(Arg),
}

impl PartialEq for Node {
    fn eq(&self, o: &Node) -> bool {
        let all = |a: &[Arg], b: &[Arg]| a.len() == b.len() && a.iter().zip(b).all(|(x, y)| arg_eq(x, y));
        match (self, o) {
            (Node::Leaf, Node::Leaf)
            | (Node::None, Node::None)
            | (Node::Tuple, Node::Tuple)
            | (Node::List, Node::List) => true,
            (Node::Dict(a), Node::Dict(b)) | (Node::OrderedDict(a), Node::OrderedDict(b)) => all(a, b),
            (Node::DefaultDict(f, a), Node::DefaultDict(g, b)) => arg_eq(f, g) && all(a, b),
            (Node::NamedTuple(a), Node::NamedTuple(b)) => a.id == b.id,
            (Node::Custom(a, x, _), Node::Custom(b, y, _)) => a.id == b.id && arg_eq(x, y),
            _ => false,
        }
    }
}

impl PartialEq for TreeDef {
    fn eq(&self, o: &TreeDef) -> bool {
        self.node == o.node && self.children == o.children
    }
}

fn compare_keys(a: &Arg, b: &Arg) -> Option<Ordering> {
    let number = |x: &Arg| match x {
        Arg::Int(i) => Some(*i as f64),
        Arg::Float(f) => Some(*f),
        Arg::Bool(b) => Some(*b as u8 as f64),
        _ => None,
    };
    match (a, b) {
        (Arg::Str(x), Arg::Str(y)) => Some(x.cmp(y)),
        (Arg::Tuple(x), Arg::Tuple(y)) => {
            for (p, q) in x.iter().zip(y) {
                match compare_keys(p, q)? {
                    Ordering::Equal => {}
                    other => return Some(other),
                }
            }
            Some(x.len().cmp(&y.len()))
        }
        _ => number(a)?.partial_cmp(&number(b)?),
    }
}

fn sorted_items(items: &[(Arg, Arg)]) -> Result<(Vec<Arg>, Vec<Arg>)> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    let mut failed = false;
    order.sort_by(|&i, &j| {
        compare_keys(&items[i].0, &items[j].0).unwrap_or_else(|| {
            failed = true;
            Ordering::Equal
        })
    });
    if failed {
        return Err(Error::value_error("Comparator raised exception while sorting pytree dictionary keys."));
    }
    Ok(order.iter().map(|&i| items[i].clone()).unzip())
}

/// Takes one level apart: the node and its children (none for a leaf).
pub fn one_level(x: &Arg) -> Result<(Node, Vec<Arg>)> {
    Ok(match x {
        Arg::None => (Node::None, vec![]),
        Arg::Tuple(v) => (Node::Tuple, v.clone()),
        Arg::List(v) => (Node::List, v.clone()),
        Arg::Dict(v) => {
            let (keys, values) = sorted_items(v)?;
            (Node::Dict(keys), values)
        }
        Arg::OrderedDict(v) => {
            let (keys, values) = v.iter().cloned().unzip();
            (Node::OrderedDict(keys), values)
        }
        Arg::DefaultDict(f, v) => {
            let (keys, values) = sorted_items(v)?;
            (Node::DefaultDict(f.clone(), keys), values)
        }
        Arg::NamedTuple(t, v) => (Node::NamedTuple(t.clone()), v.clone()),
        Arg::Custom(c) => (Node::Custom(c.ty.clone(), c.aux.clone(), c.keys.clone()), c.children.clone()),
        _ => (Node::Leaf, vec![]),
    })
}

/// Puts one level together again.
pub fn rebuild(node: &Node, children: Vec<Arg>) -> Arg {
    let zip = |keys: &[Arg], c: Vec<Arg>| keys.iter().cloned().zip(c).collect();
    match node {
        Node::Leaf => children.into_iter().next().unwrap_or(Arg::None),
        Node::None => Arg::None,
        Node::Tuple => Arg::Tuple(children),
        Node::List => Arg::List(children),
        Node::Dict(k) => Arg::Dict(zip(k, children)),
        Node::OrderedDict(k) => Arg::OrderedDict(zip(k, children)),
        Node::DefaultDict(f, k) => Arg::DefaultDict(f.clone(), zip(k, children)),
        Node::NamedTuple(t) => Arg::NamedTuple(t.clone(), children),
        Node::Custom(ty, aux, keys) => {
            Arg::Custom(Rc::new(CustomNode { ty: ty.clone(), children, keys: keys.clone(), aux: aux.clone() }))
        }
    }
}

/// The leaves of a tree and its structure.
pub fn flatten(x: &Arg) -> Result<(Vec<Arg>, TreeDef)> {
    let mut leaves = Vec::new();
    let def = flatten_into(x, &mut leaves, &|_| false)?;
    Ok((leaves, def))
}

/// The same, stopping where `is_leaf` says so.
pub fn flatten_until(x: &Arg, is_leaf: &dyn Fn(&Arg) -> bool) -> Result<(Vec<Arg>, TreeDef)> {
    let mut leaves = Vec::new();
    let def = flatten_into(x, &mut leaves, is_leaf)?;
    Ok((leaves, def))
}

fn flatten_into(x: &Arg, leaves: &mut Vec<Arg>, is_leaf: &dyn Fn(&Arg) -> bool) -> Result<TreeDef> {
    let (node, children) = if is_leaf(x) { (Node::Leaf, vec![]) } else { one_level(x)? };
    if matches!(node, Node::Leaf) {
        leaves.push(x.clone());
    }
    let children = children.iter().map(|c| flatten_into(c, leaves, is_leaf)).collect::<Result<_>>()?;
    Ok(TreeDef { node, children })
}

impl TreeDef {
    /// A leaf.
    pub fn leaf() -> TreeDef {
        TreeDef { node: Node::Leaf, children: vec![] }
    }
    /// A tuple of these structures.
    pub fn tuple(children: Vec<TreeDef>) -> TreeDef {
        TreeDef { node: Node::Tuple, children }
    }
    /// How many leaves it has.
    pub fn num_leaves(&self) -> usize {
        if matches!(self.node, Node::Leaf) { 1 } else { self.children.iter().map(TreeDef::num_leaves).sum() }
    }
    /// How many nodes it has, leaves included.
    pub fn num_nodes(&self) -> usize {
        1 + self.children.iter().map(TreeDef::num_nodes).sum::<usize>()
    }
    /// A tree of this structure. Errors: too few or too many leaves.
    pub fn unflatten(&self, leaves: Vec<Arg>) -> Result<Arg> {
        let want = self.num_leaves();
        if leaves.len() < want {
            return Err(Error::value_error(format!(
                "Too few leaves for PyTreeDef; expected {want}, got {}",
                leaves.len()
            )));
        }
        if leaves.len() > want {
            return Err(Error::value_error(format!("Too many leaves for PyTreeDef; expected {want}.")));
        }
        Ok(self.build(&mut leaves.into_iter()))
    }
    fn build(&self, leaves: &mut impl Iterator<Item = Arg>) -> Arg {
        if matches!(self.node, Node::Leaf) {
            return leaves.next().unwrap_or(Arg::None);
        }
        let children = self.children.iter().map(|c| c.build(leaves)).collect();
        rebuild(&self.node, children)
    }
    /// The subtrees of `x` where this structure has leaves. `what` names the tree in messages (`tree_map tree`).
    pub fn flatten_up_to(&self, x: &Arg, what: &str) -> Result<Vec<Arg>> {
        let mut out = Vec::new();
        self.up_to(x, what, &mut Vec::new(), &mut out)?;
        Ok(out)
    }
    fn up_to(&self, x: &Arg, what: &str, path: &mut Vec<Key>, out: &mut Vec<Arg>) -> Result<()> {
        if matches!(self.node, Node::Leaf) {
            out.push(x.clone());
            return Ok(());
        }
        let (node, children) = one_level(x)?;
        self.node.check_prefix(
            &node,
            self.children.len(),
            x,
            children.len(),
            &format!("{what}{}", keystr(path)),
            what,
        )?;
        for (i, (c, child)) in self.children.iter().zip(&children).enumerate() {
            path.push(self.node.key(i));
            c.up_to(child, what, path, out)?;
            path.pop();
        }
        Ok(())
    }
    /// The path of every leaf.
    pub fn paths(&self) -> Vec<Vec<Key>> {
        fn go(d: &TreeDef, path: &mut Vec<Key>, out: &mut Vec<Vec<Key>>) {
            if matches!(d.node, Node::Leaf) {
                out.push(path.clone());
            }
            for (i, c) in d.children.iter().enumerate() {
                path.push(d.node.key(i));
                go(c, path, out);
                path.pop();
            }
        }
        let mut out = Vec::new();
        go(self, &mut Vec::new(), &mut out);
        out
    }
    /// This structure with every leaf replaced by `inner`.
    pub fn compose(&self, inner: &TreeDef) -> TreeDef {
        if matches!(self.node, Node::Leaf) {
            return inner.clone();
        }
        TreeDef { node: self.node.clone(), children: self.children.iter().map(|c| c.compose(inner)).collect() }
    }
}

impl Node {
    /// The key of child `i`.
    pub fn key(&self, i: usize) -> Key {
        match self {
            Node::Dict(k) | Node::OrderedDict(k) | Node::DefaultDict(_, k) => Key::Dict(k[i].clone()),
            Node::NamedTuple(t) => Key::Attr(t.fields.get(i).cloned().unwrap_or_else(|| "?".into())),
            Node::Custom(_, _, Some(keys)) => match &keys[i] {
                Arg::Object(o) => match o.as_any().downcast_ref::<KeyObject>() {
                    Some(k) => k.0.clone(),
                    None => Key::Other(keys[i].clone()),
                },
                other => Key::Other(other.clone()),
            },
            Node::Custom(..) => Key::Flat(i),
            _ => Key::Sequence(i),
        }
    }
    fn type_text(&self, x: Option<&Arg>) -> String {
        match self {
            Node::Leaf => x.map_or("leaf".into(), Arg::type_name),
            Node::None => "NoneType".into(),
            Node::Tuple => "tuple".into(),
            Node::List => "list".into(),
            Node::Dict(_) => "dict".into(),
            Node::OrderedDict(_) => "collections.OrderedDict".into(),
            Node::DefaultDict(..) => "collections.defaultdict".into(),
            Node::NamedTuple(t) => format!("__main__.{}", t.name),
            Node::Custom(t, ..) => format!("__main__.{}", t.name),
        }
    }
    fn keys(&self) -> Option<&[Arg]> {
        match self {
            Node::Dict(k) | Node::OrderedDict(k) | Node::DefaultDict(_, k) => Some(k),
            _ => None,
        }
    }
    fn check_prefix(&self, other: &Node, mine: usize, x: &Arg, theirs: usize, at: &str, what: &str) -> Result<()> {
        let head = |kind: &str| {
            format!(
                "pytree structure error: {kind} at key path\n    {at}\nAt that key path, the prefix pytree {what} has a subtree of type"
            )
        };
        if std::mem::discriminant(self) != std::mem::discriminant(other)
            || self.type_text(None) != other.type_text(Some(x)) && !matches!(self, Node::Leaf)
        {
            return Err(Error::value_error(format!(
                "{}\n    <class '{}'>\nbut at the same key path the full pytree has a subtree of different type\n    <class '{}'>.",
                head("different types"),
                self.type_text(None),
                other.type_text(Some(x))
            )));
        }
        if let (Some(a), Some(b)) = (self.keys(), other.keys())
            && a.len() != b.len()
        {
            let text = |k: &[Arg]| k.iter().map(print::str_short).collect::<Vec<_>>().join(" ");
            let odd: Vec<Arg> = a
                .iter()
                .filter(|k| !b.iter().any(|l| arg_eq(k, l)))
                .chain(b.iter().filter(|k| !a.iter().any(|l| arg_eq(k, l))))
                .cloned()
                .collect();
            let keys = |n: usize| if n == 1 { "1 child key".to_string() } else { format!("{n} child keys") };
            return Err(Error::value_error(format!(
                "{}\n    <class '{}'>\nwith {}\n    {}\nbut at the same key path the full pytree has a subtree of the same type but with {}\n    {}\nso the symmetric difference on key sets is\n    {}",
                head("different numbers of pytree children"),
                self.type_text(None),
                keys(a.len()),
                text(a),
                keys(b.len()),
                text(b),
                text(&odd)
            )));
        }
        if mine != theirs {
            let t = self.type_text(None);
            return Err(Error::value_error(format!(
                "pytree structure error: different lengths of {t} at key path\n    {at}\nAt that key path, the prefix pytree {what} has a subtree of type {t} of length {mine}, but the full pytree has a subtree of the same type but of length {theirs}."
            )));
        }
        if self != other {
            let meta = |n: &Node| match n {
                Node::Custom(_, aux, _) => print::repr_short(aux),
                n => print::repr_short(&Arg::Tuple(n.keys().unwrap_or_default().to_vec())),
            };
            return Err(Error::value_error(format!(
                "{}\n    <class '{}'>\nwith metadata\n    {}\nbut at the same key path the full pytree has a subtree of the same type but with metadata\n    {}\nso the diff in the metadata at these pytree nodes is\n    - {}\n    + {}",
                head("different pytree metadata"),
                self.type_text(None),
                meta(self),
                meta(other),
                meta(self),
                meta(other)
            )));
        }
        Ok(())
    }
}

/// `jax.tree_util.keystr`: `['a'][0].x`.
pub fn keystr(path: &[Key]) -> String {
    path.iter()
        .map(|k| match k {
            Key::Dict(key) => format!("[{}]", print::repr_short(key)),
            Key::Sequence(i) => format!("[{i}]"),
            Key::Attr(name) => format!(".{name}"),
            Key::Flat(i) => format!("[<flat index {i}>]"),
            Key::Other(key) => print::str_short(key),
        })
        .collect()
}

/// `keystr(path, simple=True, separator=...)`.
pub fn keystr_simple(path: &[Key], separator: &str) -> String {
    let part = |k: &Key| match k {
        Key::Dict(key) | Key::Other(key) => print::str_short(key),
        Key::Sequence(i) | Key::Flat(i) => i.to_string(),
        Key::Attr(name) => name.to_string(),
    };
    path.iter().map(part).collect::<Vec<_>>().join(separator)
}

impl fmt::Display for TreeDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |c: &[TreeDef]| c.iter().map(TreeDef::to_string).collect::<Vec<_>>().join(", ");
        let keys = |k: &[Arg]| print::repr_short(&Arg::Tuple(k.to_vec()));
        match &self.node {
            Node::Leaf => f.write_str("*"),
            Node::None => f.write_str("None"),
            Node::Tuple if self.children.len() == 1 => write!(f, "({},)", self.children[0]),
            Node::Tuple => write!(f, "({})", list(&self.children)),
            Node::List => write!(f, "[{}]", list(&self.children)),
            Node::Dict(k) => {
                let items: Vec<String> =
                    k.iter().zip(&self.children).map(|(k, c)| format!("{}: {c}", print::repr_short(k))).collect();
                write!(f, "{{{}}}", items.join(", "))
            }
            Node::OrderedDict(k) => write!(f, "CustomNode(OrderedDict[{}], [{}])", keys(k), list(&self.children)),
            Node::DefaultDict(factory, k) => {
                write!(
                    f,
                    "CustomNode(defaultdict[({}, {})], [{}])",
                    print::repr_short(factory),
                    keys(k),
                    list(&self.children)
                )
            }
            Node::NamedTuple(t) => write!(f, "CustomNode(namedtuple[{}], [{}])", t.name, list(&self.children)),
            Node::Custom(t, aux, _) => {
                write!(f, "CustomNode({}[{}], [{}])", t.name, print::str_short(aux), list(&self.children))
            }
        }
    }
}

impl fmt::Debug for TreeDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PyTreeDef({self})")
    }
}

/// A `PyTreeDef` as a value.
pub struct TreeDefObject(pub TreeDef);

impl TreeDefObject {
    /// The structure as an argument.
    pub fn arg(def: TreeDef) -> Arg {
        Arg::Object(Rc::new(TreeDefObject(def)))
    }
    /// The structure behind an argument.
    pub fn of(x: &Arg) -> Result<TreeDef> {
        if let Arg::Object(o) = x
            && let Some(t) = o.as_any().downcast_ref::<TreeDefObject>()
        {
            return Ok(t.0.clone());
        }
        Err(Error::type_error(format!("expected a PyTreeDef, got {}", x.type_name())))
    }
}

impl Object for TreeDefObject {
    fn type_name(&self) -> String {
        "PyTreeDef".into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok(format!("{:?}", self.0))
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        use crate::object::native;
        let def = self.0.clone();
        Ok(Some(match name {
            "num_leaves" => Arg::from(def.num_leaves()),
            "num_nodes" => Arg::from(def.num_nodes()),
            "children" => native("children", move |_, _| {
                Ok(Arg::List(def.children.iter().cloned().map(TreeDefObject::arg).collect()))
            }),
            "unflatten" => native("unflatten", move |_, args| match args.first().and_then(Arg::sequence) {
                Some(l) => def.unflatten(l.to_vec()),
                None => Err(Error::type_error("unflatten() takes an iterable of leaves")),
            }),
            "flatten_up_to" => native("flatten_up_to", move |_, args| match args.first() {
                Some(x) => Ok(Arg::List(def.flatten_up_to(x, "flatten_up_to tree")?)),
                None => Err(Error::type_error("flatten_up_to() takes a tree")),
            }),
            _ => return Ok(None),
        }))
    }
    fn attr_names(&self) -> &'static [&'static str] {
        &["num_leaves", "num_nodes", "children", "unflatten", "flatten_up_to"]
    }
    fn eq(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<TreeDefObject>().is_some_and(|o| o.0 == self.0)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A step of a key path as a value (`DictKey(key='a')`).
pub struct KeyObject(pub Key);

impl KeyObject {
    /// A path as a tuple of keys.
    pub fn path(keys: &[Key]) -> Arg {
        Arg::Tuple(keys.iter().map(|k| Arg::Object(Rc::new(KeyObject(k.clone())))).collect())
    }
    /// The path behind an argument.
    pub fn path_of(x: &Arg) -> Vec<Key> {
        let key = |a: &Arg| match a {
            Arg::Object(o) => o.as_any().downcast_ref::<KeyObject>().map(|k| k.0.clone()),
            _ => None,
        };
        x.sequence().unwrap_or_default().iter().map(|a| key(a).unwrap_or_else(|| Key::Other(a.clone()))).collect()
    }
}

impl Object for KeyObject {
    fn type_name(&self) -> String {
        match self.0 {
            Key::Dict(_) => "DictKey",
            Key::Sequence(_) => "SequenceKey",
            Key::Attr(_) => "GetAttrKey",
            Key::Flat(_) => "FlattenedIndexKey",
            Key::Other(_) => "KeyEntry",
        }
        .into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok(match &self.0 {
            Key::Dict(k) => format!("DictKey(key={})", print::repr_short(k)),
            Key::Sequence(i) => format!("SequenceKey(idx={i})"),
            Key::Attr(n) => format!("GetAttrKey(name='{n}')"),
            Key::Flat(i) => format!("FlattenedIndexKey(key={i})"),
            Key::Other(k) => print::repr_short(k),
        })
    }
    fn str(&self, _: &Cx) -> Result<String> {
        Ok(keystr(std::slice::from_ref(&self.0)))
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        Ok(match (&self.0, name) {
            (Key::Dict(k), "key") => Some(k.clone()),
            (Key::Sequence(i), "idx") | (Key::Flat(i), "key") => Some(Arg::from(*i)),
            (Key::Attr(n), "name") => Some(Arg::Str(n.clone())),
            _ => None,
        })
    }
    fn eq(&self, other: &dyn Object) -> bool {
        let Some(o) = other.as_any().downcast_ref::<KeyObject>() else { return false };
        match (&self.0, &o.0) {
            (Key::Dict(a), Key::Dict(b)) | (Key::Other(a), Key::Other(b)) => arg_eq(a, b),
            (Key::Sequence(a), Key::Sequence(b)) | (Key::Flat(a), Key::Flat(b)) => a == b,
            (Key::Attr(a), Key::Attr(b)) => a == b,
            _ => false,
        }
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
