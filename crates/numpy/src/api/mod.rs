//! `jax.*`: transformations, control flow with user functions, custom rules: written once against `Arg`, for every binding.

mod control;
mod custom;
mod grad;
mod jit;
mod map;
mod misc;
mod shape;
mod support;

use crate::table::Entry;

/// The tables of this family.
pub(crate) fn tables() -> Vec<&'static [Entry]> {
    vec![grad::TABLE, map::TABLE, jit::TABLE, control::TABLE, custom::TABLE, misc::TABLE, shape::TABLE]
}

pub use jit::JaxprObject;
pub use shape::ShapeDtypeStruct;
pub use support::{FlatCall, Kwargs};
