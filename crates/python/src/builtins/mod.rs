//! The `builtins` module and the methods of the builtin types.

pub mod format;

use crate::rt::Rt;

/// Fills `rt.builtins`, and once per thread the dicts of the builtin types.
pub fn install(_rt: &Rt) {}
