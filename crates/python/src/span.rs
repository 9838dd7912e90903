//! Where in the source something is.
#![allow(missing_docs)]

/// Byte offsets into the source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}
