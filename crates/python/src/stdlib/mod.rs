//! The modules that can be imported besides the library itself.

use std::rc::Rc;

use crate::obj::{Class, Native, Obj, R, types};

/// What annotations such as `int | None` and `list[int]` are: text to read.
pub struct Union {
    text: String,
}

impl Native for Union {
    fn class(&self) -> Rc<Class> {
        types().object.clone()
    }
    fn repr(&self, _: &Obj) -> R<Option<String>> {
        Ok(Some(self.text.clone()))
    }
}

fn shown(o: &Obj) -> String {
    match o {
        Obj::Class(c) => c.full_name(),
        Obj::Tuple(t) => t.iter().map(shown).collect::<Vec<_>>().join(", "),
        o => crate::ops::repr_sync(o).unwrap_or_default(),
    }
}

/// `a | b` of types.
pub fn union_of(a: &Obj, b: &Obj) -> Obj {
    Obj::native(Union { text: format!("{} | {}", shown(a), shown(b)) })
}

/// `list[int]`.
pub fn subscripted(o: &Obj, key: &Obj) -> Obj {
    Obj::native(Union { text: format!("{}[{}]", shown(o), shown(key)) })
}

/// Whether a module of this name can be imported.
pub fn known(_name: &str) -> bool {
    true
}

/// What a module is before it has run.
pub enum Loaded {
    /// Made by the host.
    Module(Rc<crate::obj::Module>),
    /// Written in Python: this text is compiled and run once.
    Source(&'static str),
}

/// The module of this name; None: there is none.
pub fn load(_rt: &crate::rt::Rt, _name: &str) -> R<Option<Loaded>> {
    Ok(None)
}
