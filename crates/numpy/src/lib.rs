//! The library people call, in one table of signatures: `jax.numpy`, `jax.lax`, `jax.nn`, `jax.scipy`, `jax.random`, trees.

pub mod aliases;
pub mod api;
pub mod arg;
pub mod constants;
pub mod convert;
pub mod host;
pub mod object;
pub mod prims;
pub mod print;
pub mod table;
pub mod tree;

pub use arg::{AbstractType, Arg, Callable, CustomNode, HostObject, Kind, Object, PyType, TypeArg, TypeHandle, arg_eq};
/// The types that arguments are made of, for bindings, which see this crate and not the ones below it.
pub use gradlens_ir as ir;
pub use gradlens_transform::{Cx, Look};
pub use table::{Bound, Entry, Function, Imp, Item, LibraryFunction, Method, Param, Registry, registry};

/// The tables of all families.
pub(crate) fn families() -> Vec<&'static [Entry]> {
    api::tables()
}
