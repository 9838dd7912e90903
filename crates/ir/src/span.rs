//! Source ranges.

/// A half-open byte range of the user's source; `Span::NONE` where there is no source.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// No place in the source.
    pub const NONE: Span = Span { start: 0, end: 0 };
    /// The range `start..end`.
    pub fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }
    /// Whether this is `NONE`.
    pub fn is_none(self) -> bool {
        self == Span::NONE
    }
}
