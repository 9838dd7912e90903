//! Elementwise primitives, a `static` row each, by family.

pub mod arith;
pub mod shared;
pub mod tmp_rows;
