//! The facade: source and settings in, plain data out.
pub mod protocol;
