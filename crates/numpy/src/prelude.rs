//! What every family's file starts with.

pub use crate::arg::Arg;
pub use crate::convert::{self as cv, Promote, promote};
pub use crate::prims as p;
pub use crate::table::Imp::{Async, Sync};
pub use crate::table::{Bound, Entry, entry};
pub use crate::{Cx, Look};
pub use gradlens_ir::{Array, Bind, DType, Error, ErrorClass, Result, Value};

/// One result of a named jit (`lax` functions that JAX wraps: `_where`, `clip`, `relu`).
pub fn jit1(cx: &Cx, name: &str, args: &[Value], f: impl FnOnce(&Cx, &[Value]) -> Result<Value>) -> Result<Value> {
    Ok(cx.jit_named(name, args, |cx, xs| Ok(vec![f(cx, xs)?]))?.remove(0))
}

/// An array-like argument as a value, Python numbers weakly typed.
pub fn val(cx: &Cx, name: &str, x: impl Into<Arg>) -> Result<Value> {
    cv::value(cx, name, &x.into())
}

/// The error of an argument that JAX accepts and we do not.
pub fn unsupported(name: &str, b: &Bound, params: &[&str]) -> Result<()> {
    for p in params {
        if !b[*p].is_none() {
            return Err(Error::not_implemented(format!("The '{p}' argument to jnp.{name} is not supported.")));
        }
    }
    Ok(())
}
