//! Structural primitives, a file each family with all their rules side by side.

pub mod cumulative;
pub mod dot;
pub mod dual;
pub mod dynamic;
pub mod gather;
pub mod pieces;
pub mod reduce;
pub mod scatter;
pub mod shape;
pub mod shared;
pub mod sort;
pub mod control;
