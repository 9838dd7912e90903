//! The library people call, in one table of signatures: `jax.numpy`, `jax.lax`, `jax.nn`, `jax.scipy`, `jax.random`, trees.

pub mod aliases;
pub mod api;
pub mod arg;
pub mod constants;
pub mod convert;
pub mod creation;
pub mod dtypes;
pub mod expr;
pub mod fft;
pub mod host;
pub mod indexing;
pub mod lax;
pub mod linalg;
pub mod mapped;
pub mod methods;
pub mod nn;
pub mod np;
pub mod numerics;
pub mod object;
mod prelude;
pub mod prims;
pub mod print;
pub mod products;
pub mod random;
pub mod reductions;
pub mod sets;
pub mod shaping;
pub mod sorting;
pub mod special;
pub mod special_integrals;
pub mod stats;
pub mod table;
pub mod tree;
pub mod treefns;
pub mod ufuncs;
pub mod windows;

pub use arg::{AbstractType, Arg, Callable, CustomNode, HostObject, Kind, Object, PyType, TypeArg, TypeHandle, arg_eq};
/// The types that arguments are made of, for bindings, which see this crate and not the ones below it.
pub use gradlens_ir as ir;
pub use gradlens_transform::{Cx, Look};
pub use table::{Bound, Entry, Function, Imp, Item, LibraryFunction, Method, Param, Registry, registry};

/// The tables of all families.
pub(crate) fn families() -> Vec<&'static [Entry]> {
    let mut all = api::tables();
    all.extend([
        ufuncs::UNARY,
        ufuncs::BINARY,
        ufuncs::WRAPPED,
        ufuncs::OTHERS,
        reductions::TABLE,
        creation::TABLE,
        shaping::TABLE,
        indexing::TABLE,
        products::TABLE,
        fft::TABLE,
        windows::TABLE,
        special::TABLE,
        nn::TABLE,
        lax::TABLE,
        methods::TABLE,
        np::TABLE,
        dtypes::TABLE,
        numerics::TABLE,
        sorting::TABLE,
        treefns::TABLE,
        linalg::TABLE,
        random::TABLE,
        stats::TABLE,
        sets::TABLE,
        mapped::TABLE,
    ]);
    all
}
