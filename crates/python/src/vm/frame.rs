//! Frames.

/// A generator's frame while it is put aside.
#[derive(Default)]
pub struct Saved {}
