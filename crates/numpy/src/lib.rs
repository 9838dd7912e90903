//! The library people call, in one table of signatures: `jax.numpy`, `jax.lax`, `jax.nn`, `jax.scipy`, `jax.random`, trees.

pub mod aliases;
pub mod arg;
pub mod constants;
pub mod engine;
pub mod table;

pub use arg::{AbstractType, Arg, Callable, CustomNode, HostObject, Kind, Object, PyType, TypeArg, TypeHandle, arg_eq};
pub use engine::{Config, Cx, Engine, Look};
pub use table::{Bound, Entry, Function, Imp, Item, LibraryFunction, Method, Param, Registry, registry};

/// The tables of all families.
pub(crate) fn families() -> Vec<&'static [Entry]> {
    vec![]
}

/// Does the work an `Error::suspend` asks for.
pub(crate) async fn await_pending(e: &gradlens_ir::Error) -> gradlens_ir::Result<()> {
    match e.pending() {
        Some(p) => p.resolve().await,
        None => Ok(()),
    }
}
