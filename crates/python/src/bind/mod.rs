//! The library as Python modules: everything is read off its table.

mod callable;
mod classes;
mod convert;
mod errors;
mod modules;
mod object;
mod pytree;

use std::cell::RefCell;
use std::rc::Rc;

use gradlens_numpy::host::{self, Host};
use gradlens_numpy::ir::{Error, ErrorClass, Result};
use gradlens_numpy::{Arg, Cx};

pub use callable::PyCallable;
pub use convert::{from_arg, from_arg_sync, to_arg, to_arg_sync};
pub use errors::{from_error, to_error};
pub use modules::{known, load};

use crate::rt::Rt;

/// What the binding keeps in the runtime.
pub struct Jax {
    /// The engine.
    pub cx: Cx,
    pub(crate) nodes: RefCell<Vec<pytree::Registered>>,
    /// The `collections` classes that have been seen, to build them again.
    pub(crate) ordered_dict: RefCell<crate::obj::Obj>,
    pub(crate) default_dict: RefCell<crate::obj::Obj>,
}

/// Connects an engine to a runtime: from here on `import jax` works.
pub fn install(rt: &Rt, cx: Cx) {
    host::install(&cx, Rc::new(Output { rt: rt.downgrade() }));
    let jax = Jax { cx, nodes: RefCell::default(), ordered_dict: RefCell::default(), default_dict: RefCell::default() };
    *rt.host.borrow_mut() = Some(Rc::new(jax));
}

/// The engine of a runtime, its span set to the instruction that runs.
pub(crate) fn jax(rt: &Rt) -> crate::obj::R<Rc<Jax>> {
    let host = rt.host.borrow().clone();
    match host.and_then(|h| h.downcast::<Jax>().ok()) {
        Some(j) => {
            j.cx.set_span(rt.span.get());
            Ok(j)
        }
        None => Err(crate::obj::runtime_error("there is no engine here")),
    }
}

/// Where `jax.debug.print` writes.
struct Output {
    rt: crate::rt::WeakRt,
}

impl Host for Output {
    fn print(&self, text: &str) {
        if let Some(rt) = self.rt.upgrade() {
            rt.print(text);
        }
    }
    fn format(&self, x: &Arg, spec: &str) -> Result<String> {
        let Some(rt) = self.rt.upgrade() else { return Ok(String::new()) };
        let text = || -> crate::obj::R<String> {
            let o = from_arg_sync(&rt, x.clone())?;
            if let crate::obj::Obj::Native(n) = &o
                && let Some(s) = n.format(&o, spec)?
            {
                return Ok(s);
            }
            match crate::builtins::format::format_value(o.base(), spec)? {
                Some(s) => Ok(s),
                None => Ok(crate::ops::str_sync(&o)?.to_string()),
            }
        };
        text().map_err(|e| match to_error(e) {
            e if e.class() == ErrorClass::Internal => Error::type_error("this value cannot be formatted here"),
            e => e,
        })
    }
}
