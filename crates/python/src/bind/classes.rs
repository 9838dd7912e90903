//! The Python classes of the library's objects, for `type(x)`, `isinstance` and messages.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use gradlens_numpy::Arg;
use gradlens_numpy::ir::Value;

use crate::obj::{Class, intern, types};

/// The fixed classes.
pub struct Classes {
    /// `jax.Array`: concrete arrays and tracers.
    pub array: Rc<Class>,
    /// `jaxlib._jax.ArrayImpl`.
    pub array_impl: Rc<Class>,
    /// `jax.core.Tracer`.
    pub tracer: Rc<Class>,
    /// `numpy.ndarray`.
    pub ndarray: Rc<Class>,
    /// `numpy.dtype`.
    pub dtype: Rc<Class>,
    others: RefCell<HashMap<String, Rc<Class>>>,
}

impl Classes {
    fn new() -> Classes {
        let named = |name: &str, module: &str, base: &Rc<Class>| {
            let c = Class::builtin(name, Some(base));
            *c.module.borrow_mut() = intern(module);
            c
        };
        let object = &types().object;
        let array = named("Array", "jax", object);
        Classes {
            array_impl: named("ArrayImpl", "jaxlib._jax", &array),
            tracer: named("Tracer", "jax._src.core", &array),
            ndarray: named("ndarray", "numpy", object),
            dtype: named("dtype", "numpy", object),
            array,
            others: RefCell::default(),
        }
    }

    /// A class by its dotted name, made when it is first asked for.
    fn other(&self, full: &str, base: &Rc<Class>) -> Rc<Class> {
        if let Some(c) = self.others.borrow().get(full) {
            return c.clone();
        }
        let (module, name) = full.rsplit_once('.').unwrap_or(("jax", full));
        let c = Class::builtin(name, Some(base));
        *c.module.borrow_mut() = intern(module);
        self.others.borrow_mut().insert(full.to_string(), c.clone());
        c
    }
}

thread_local! {
    static CLASSES: &'static Classes = Box::leak(Box::new(Classes::new()));
}

/// The classes of this thread.
pub fn classes() -> &'static Classes {
    CLASSES.with(|c| *c)
}

/// The class of a library object.
pub fn class_of(a: &Arg) -> Rc<Class> {
    let k = classes();
    match a {
        Arg::Array(Value::Array(_)) => k.array_impl.clone(),
        Arg::Array(v) => match gradlens_transform::tracer_class(v) {
            Some(name) => {
                let module = match name {
                    "VmapTracer" => "batching",
                    "JitTracer" => "partial_eval",
                    _ => "ad",
                };
                k.other(&format!("jax._src.interpreters.{module}.{name}"), &k.tracer)
            }
            None => k.array_impl.clone(),
        },
        Arg::NpArray(_) => k.ndarray.clone(),
        Arg::DType(_) => k.dtype.clone(),
        Arg::Type(_) => types().type_.clone(),
        a => k.other(&a.type_name(), &types().object),
    }
}
