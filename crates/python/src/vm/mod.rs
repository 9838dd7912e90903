//! The virtual machine: code, frames, and the loop that runs them.

pub mod code;
pub mod frame;
