//! Imports: modules of the host, and modules of ours written in Python.

use std::rc::Rc;

use super::Vm;
use super::code::Source;
use super::frame::Ret;
use crate::obj::{E, Module, Obj, PyDict, R, Str, intern};
use crate::stdlib::{self, Loaded};

impl Vm {
    /// Pushes (or answers with) the module of this name.
    pub(super) fn import(&mut self, name: &str, response: bool) -> R<()> {
        let ret = if response { Ret::Response } else { Ret::Push };
        let known = self.rt.modules.borrow().get(name).cloned();
        if let Some(m) = known {
            return self.deliver(ret, Ok(Obj::Module(m)));
        }
        match stdlib::load(&self.rt, name)? {
            Some(Loaded::Module(m)) => {
                self.rt.modules.borrow_mut().insert(name.to_string(), m.clone());
                self.deliver(ret, Ok(Obj::Module(m)))
            }
            Some(Loaded::Source(text)) => {
                let source = Source::new(name, text, true);
                let code = crate::compile::compile(&source).map_err(|d| {
                    let m = d.first().map_or(String::new(), |d| d.message.clone());
                    E::ImportError.msg(format!("{name}: {m}"))
                })?;
                let dict = PyDict::new();
                dict.set_name("__name__", Obj::name(name));
                let m = Rc::new(Module { name: intern(name), dict: dict.clone() });
                self.rt.modules.borrow_mut().insert(name.to_string(), m.clone());
                self.push_code(code, dict, Ret::Module(Obj::Module(m), response))
            }
            None => {
                let e = E::ModuleNotFoundError.make(vec![Obj::str(format!("No module named '{name}'"))]);
                if let Obj::Instance(i) = &e {
                    i.dict().set_name("name", Obj::str(name));
                }
                Err(crate::obj::Exc::Py(e))
            }
        }
    }

    /// `module` -> `module attribute`.
    pub(super) fn import_from(&mut self, name: &Str) -> R<()> {
        let Some(Obj::Module(m)) = self.stack.last().cloned() else { return Ok(()) };
        if let Some(v) = m.dict.get_str(name) {
            self.stack.push(v);
            return Ok(());
        }
        let full = format!("{}.{name}", m.name);
        if stdlib::known(&full) {
            return self.import(&full, false);
        }
        Err(E::ImportError.msg(format!("cannot import name '{name}' from '{}' (unknown location)", m.name)))
    }
}
