//! Errors of the engine as Python exceptions, and back.

use std::cell::RefCell;
use std::rc::Rc;

use gradlens_numpy::ir::{Error, ErrorClass};

use crate::obj::exc::{FatalKind, exception};
use crate::obj::{Class, E, Exc, Fatal, Obj, intern};
use crate::vm::trace;

thread_local! {
    static CLASSES: Vec<(ErrorClass, Rc<Class>)> = classes();
    static OTHERS: RefCell<Vec<Rc<Class>>> = const { RefCell::new(Vec::new()) };
}

/// The classes of `jax.errors` (and `jax.dtypes.TypePromotionError`), each after its base.
fn classes() -> Vec<(ErrorClass, Rc<Class>)> {
    use ErrorClass as C;
    let mut v: Vec<(ErrorClass, Rc<Class>)> = Vec::new();
    let rows = [
        (C::JaxTypeError, Err(E::TypeError)),
        (C::JaxIndexError, Err(E::IndexError)),
        (C::ConcretizationTypeError, Ok(C::JaxTypeError)),
        (C::TracerBoolConversionError, Ok(C::ConcretizationTypeError)),
        (C::TracerArrayConversionError, Ok(C::JaxTypeError)),
        (C::TracerIntegerConversionError, Ok(C::JaxTypeError)),
        (C::UnexpectedTracerError, Ok(C::JaxTypeError)),
        (C::NonConcreteBooleanIndexError, Ok(C::JaxIndexError)),
        (C::KeyReuseError, Err(E::RuntimeError)),
        (C::TypePromotionError, Err(E::ValueError)),
    ];
    for (class, base) in rows {
        let base = match base {
            Err(e) => e.class().clone(),
            Ok(b) => match v.iter().find(|(c, _)| *c == b) {
                Some((_, c)) => c.clone(),
                None => E::TypeError.class().clone(),
            },
        };
        let (module, name) = class.qualified_name().rsplit_once('.').unwrap_or(("jax.errors", "Error"));
        let c = Class::builtin(name, Some(&base));
        *c.module.borrow_mut() = intern(module);
        v.push((class, c));
    }
    v
}

/// The exception classes that belong to a module.
pub fn exception_classes(module: &str) -> Vec<Rc<Class>> {
    CLASSES.with(|v| v.iter().map(|(_, c)| c.clone()).filter(|c| c.module.borrow().as_str() == module).collect())
}

fn builtin(c: ErrorClass) -> Option<E> {
    use ErrorClass as C;
    Some(match c {
        C::TypeError => E::TypeError,
        C::ValueError => E::ValueError,
        C::IndexError => E::IndexError,
        C::KeyError => E::KeyError,
        C::AttributeError => E::AttributeError,
        C::NameError => E::NameError,
        C::NotImplementedError => E::NotImplementedError,
        C::ZeroDivisionError => E::ZeroDivisionError,
        C::OverflowError => E::OverflowError,
        C::RuntimeError => E::RuntimeError,
        C::AssertionError => E::AssertionError,
        C::FloatingPointError => E::FloatingPointError,
        C::MemoryError => E::MemoryError,
        C::StopIteration => E::StopIteration,
        _ => return None,
    })
}

/// An error of the engine as Python sees it.
pub fn from_error(e: Error) -> Exc {
    match e.class() {
        ErrorClass::Suspend => {
            let Some(p) = e.pending().cloned() else { return E::RuntimeError.msg("a value is still being computed") };
            Exc::Read(Box::pin(async move { p.resolve().await.map_err(from_error) }))
        }
        ErrorClass::Host => {
            if let Some(h) = e.host_object() {
                if let Some(o) = h.downcast_ref::<Obj>() {
                    return Exc::Py(o.clone());
                }
                if let Some(f) = h.downcast_ref::<Fatal>() {
                    return Exc::Fatal(Box::new(f.clone()));
                }
            }
            E::RuntimeError.msg(e.message())
        }
        ErrorClass::Limit => Exc::Fatal(Box::new(Fatal { kind: FatalKind::Memory, message: e.message().to_string() })),
        class => {
            let c = match builtin(class) {
                Some(b) => b.class().clone(),
                None => CLASSES
                    .with(|v| v.iter().find(|(c, _)| *c == class).map(|(_, c)| c.clone()))
                    .unwrap_or_else(|| E::SystemError.class().clone()),
            };
            let o = exception(c, vec![Obj::str(e.message())]);
            if let Some(d) = o.exc() {
                *d.help.borrow_mut() = e.help().map(str::to_string);
                d.place.set(e.span());
            }
            Exc::Py(o)
        }
    }
}

/// An error of Python on its way through the engine.
pub fn to_error(e: Exc) -> Error {
    match e {
        Exc::Py(o) => {
            let message = trace::last_line(&o);
            Error::host(Rc::new(o), message)
        }
        Exc::Fatal(f) => {
            let message = f.message.clone();
            Error::host(Rc::new(*f), message)
        }
        Exc::Read(_) => Error::internal("a value that is still being computed cannot be used here"),
        Exc::NeedsVm => Error::internal("this object cannot be used here"),
    }
}
