//! The modules that can be imported besides the library itself.

use std::rc::Rc;

use crate::obj::{Class, Native, Obj, R, Str, types};
use crate::ops::{BinOp, CmpOp};
use crate::rt::Rt;

mod native;

/// What annotations such as `int | None`, `list[int]` and `typing.Any` are: things to read. A union also answers
/// `isinstance`.
pub struct Union {
    text: String,
    classes: Vec<Obj>,
}

impl Native for Union {
    fn class(&self) -> Rc<Class> {
        types().object.clone()
    }
    fn repr(&self, _: &Obj) -> R<Option<String>> {
        Ok(Some(self.text.clone()))
    }
    fn get_item(&self, _: &Rt, _: &Obj, key: &Obj) -> R<Option<Obj>> {
        Ok(Some(inert(format!("{}[{}]", self.text, shown(key)))))
    }
    fn get_attr(&self, _: &Rt, _: &Obj, name: &Str) -> R<Option<Obj>> {
        Ok(match name.as_str() {
            "__name__" | "__qualname__" => Some(Obj::str(self.text.trim_start_matches("typing.").to_string())),
            "args" | "kwargs" => Some(inert(format!("{}.{name}", self.text))),
            _ => None,
        })
    }
    fn binary(&self, _: &Rt, op: BinOp, this: &Obj, other: &Obj, reflected: bool) -> R<Option<Obj>> {
        if op != BinOp::Or {
            return Ok(None);
        }
        Ok(Some(if reflected { union_of(other, this) } else { union_of(this, other) }))
    }
    fn compare(&self, _: Option<&Rt>, op: CmpOp, _: &Obj, other: &Obj) -> R<Option<Obj>> {
        let same = other.downcast::<Union>().is_some_and(|o| o.text == self.text);
        Ok(match op {
            CmpOp::Eq => Some(Obj::Bool(same)),
            CmpOp::Ne => Some(Obj::Bool(!same)),
            _ => None,
        })
    }
    fn hash(&self, _: &Obj) -> R<Option<u64>> {
        Ok(Some(crate::obj::intern(&self.text).hash()))
    }
    fn instance_check(&self, o: &Obj) -> Option<bool> {
        if self.classes.is_empty() {
            return None;
        }
        Some(self.classes.iter().any(|c| crate::vm::class::is_instance(o, c).unwrap_or(false)))
    }
}

fn shown(o: &Obj) -> String {
    match o {
        Obj::Class(c) => c.full_name(),
        Obj::Tuple(t) => t.iter().map(shown).collect::<Vec<_>>().join(", "),
        Obj::List(l) => format!("[{}]", l.items().iter().map(shown).collect::<Vec<_>>().join(", ")),
        o => crate::ops::repr_sync(o).unwrap_or_default(),
    }
}

/// A thing to read.
pub fn inert(text: String) -> Obj {
    Obj::native(Union { text, classes: Vec::new() })
}

/// `a | b` of types.
pub fn union_of(a: &Obj, b: &Obj) -> Obj {
    let mut classes = Vec::new();
    for o in [a, b] {
        match o.downcast::<Union>() {
            Some(u) => classes.extend(u.classes.iter().cloned()),
            None => classes.push(o.clone()),
        }
    }
    Obj::native(Union { text: format!("{} | {}", shown(a), shown(b)), classes })
}

/// `list[int]`.
pub fn subscripted(o: &Obj, key: &Obj) -> Obj {
    inert(format!("{}[{}]", shown(o), shown(key)))
}

/// What a module is before it has run.
pub enum Loaded {
    /// Made by the host.
    Module(Rc<crate::obj::Module>),
    /// Written in Python: this text is compiled and run once.
    Source(&'static str),
}

/// Whether a module of this name can be imported.
pub fn known(name: &str) -> bool {
    SOURCES.iter().any(|(n, _)| *n == name) || NATIVE.contains(&name) || crate::bind::known(name)
}

/// Modules made by the host.
const NATIVE: &[&str] = &["math", "cmath", "time", "sys", "builtins", "_host", "__future__"];

/// Modules written in Python.
const SOURCES: &[(&str, &str)] = &[
    ("functools", include_str!("py/functools.py")),
    ("itertools", include_str!("py/itertools.py")),
    ("operator", include_str!("py/operator.py")),
    ("collections", include_str!("py/collections.py")),
    ("collections.abc", include_str!("py/abc_collections.py")),
    ("typing", include_str!("py/typing.py")),
    ("typing_extensions", include_str!("py/typing.py")),
    ("types", include_str!("py/types.py")),
    ("abc", include_str!("py/abc.py")),
    ("dataclasses", include_str!("py/dataclasses.py")),
    ("contextlib", include_str!("py/contextlib.py")),
    ("enum", include_str!("py/enum.py")),
    ("copy", include_str!("py/copy.py")),
    ("string", include_str!("py/string.py")),
    ("warnings", include_str!("py/warnings.py")),
    ("statistics", include_str!("py/statistics.py")),
    ("textwrap", include_str!("py/textwrap.py")),
    ("pprint", include_str!("py/pprint.py")),
    ("heapq", include_str!("py/heapq.py")),
    ("bisect", include_str!("py/bisect.py")),
    ("numbers", include_str!("py/numbers.py")),
    ("timeit", include_str!("py/timeit.py")),
    ("matplotlib", include_str!("py/matplotlib.py")),
    ("matplotlib.pyplot", include_str!("py/pyplot.py")),
];

/// The module of this name; None: there is none.
pub fn load(rt: &Rt, name: &str) -> R<Option<Loaded>> {
    if let Some((_, text)) = SOURCES.iter().find(|(n, _)| *n == name) {
        return Ok(Some(Loaded::Source(text)));
    }
    if NATIVE.contains(&name) {
        return Ok(Some(Loaded::Module(native::module(rt, name))));
    }
    Ok(crate::bind::load(rt, name)?.map(Loaded::Module))
}
