//! Code objects.

use crate::obj::Str;

/// Compiled code.
#[derive(Default)]
pub struct Code {
    /// Parameter names: positional-only, positional-or-keyword, keyword-only, then `*args` and `**kw`.
    pub params: Vec<Str>,
    /// How many positional ones.
    pub n_pos: usize,
    /// How many keyword-only ones.
    pub n_kwonly: usize,
}

impl Code {
    /// The names of the keyword-only parameters.
    pub fn kwonly_names(&self) -> &[Str] {
        &self.params[self.n_pos..self.n_pos + self.n_kwonly]
    }
}
