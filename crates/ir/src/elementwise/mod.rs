//! Elementwise primitives, a `static` row each, by family.

pub mod arith;
pub mod bounds;
pub mod comparison;
pub mod convert;
pub mod exponential;
pub mod hyperbolic;
pub mod logical;
pub mod parts;
pub mod rounding;
pub mod select;
pub mod shared;
pub mod special;
pub mod trigonometric;
