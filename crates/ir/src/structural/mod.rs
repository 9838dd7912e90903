//! Structural primitives, a file each family with all their rules side by side.

pub mod dot;
pub mod reduce;
pub mod shape;
pub mod shared;
