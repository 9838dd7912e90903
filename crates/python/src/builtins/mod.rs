//! The `builtins` module and the methods of the builtin types.

mod core;
pub mod dicts;
pub mod format;
mod funcs;
mod lists;
mod numbers;
mod sets;
mod strings;

use std::cell::Cell;
use std::rc::Rc;

use crate::obj::native::Def;
use crate::obj::{Builtin, Class, Imp, Obj, types};
use crate::rt::Rt;

thread_local! {
    static TYPES_READY: Cell<bool> = const { Cell::new(false) };
}

/// Fills `rt.builtins`, and once per thread the dicts of the builtin types.
pub fn install(rt: &Rt) {
    if !TYPES_READY.replace(true) {
        core::types();
        numbers::types();
        strings::types();
        lists::types();
        dicts::types();
        sets::types();
        crate::vm::generator::install();
    }
    let d = Def::module("builtins", &rt.builtins);
    let t = types();
    let named = [
        &t.object,
        &t.type_,
        &t.int,
        &t.bool,
        &t.float,
        &t.complex,
        &t.str,
        &t.bytes,
        &t.tuple,
        &t.list,
        &t.dict,
        &t.set,
        &t.frozenset,
        &t.range,
        &t.slice,
        &t.property,
        &t.staticmethod,
        &t.classmethod,
        &t.super_,
    ];
    for c in named.into_iter().chain(&t.exceptions) {
        d.dict.set_name(c.name.borrow().as_str(), Obj::Class(c.clone()));
    }
    d.value("NotImplemented", Obj::NotImplemented);
    d.value("Ellipsis", Obj::Ellipsis);
    d.value("__debug__", true);
    d.value("__name__", "builtins");
    funcs::install(&d);
}

/// Sets what makes the values of a builtin type; the first parameter is the class.
pub(crate) fn maker(class: &Rc<Class>, sig: &str, imp: Imp) {
    let mut b = Builtin::new(class.name.borrow().as_str(), sig, imp);
    b.doc = crate::obj::intern("");
    *class.make.borrow_mut() = Some(Rc::new(b));
}
