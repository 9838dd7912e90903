//! Structural primitives, a file each family with all their rules side by side.

pub mod control;
pub mod conv;
pub mod cumulative;
pub mod dot;
pub mod dual;
pub mod dynamic;
pub mod fft;
pub mod gather;
pub mod linalg;
pub mod matrix;
pub mod pieces;
pub mod random;
pub mod reduce;
pub mod scatter;
pub mod shape;
pub mod shared;
pub mod sort;
pub mod window;
