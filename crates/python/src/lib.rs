//! The JAX-flavoured Python front end: parser, bytecode VM, builtins.

pub mod bind;
pub mod builtins;
pub mod compile;
pub mod obj;
pub mod ops;
pub mod program;
pub mod rt;
pub mod stdlib;
pub mod vm;
