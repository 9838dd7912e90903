//! From source text to code objects.

pub mod ast;
mod codegen;
mod expr;
pub mod parse;
mod pattern;
mod scan;
mod scope;

use std::rc::Rc;

pub use expr::keyword_names;
pub use parse::{Diagnostic, MAX_SOURCE};

use crate::vm::code::{Code, Source};

/// Compiles a module. Everything wrong with it is reported at once, before anything runs.
pub fn compile(source: &Rc<Source>) -> Result<Rc<Code>, Vec<Diagnostic>> {
    let body = parse::parse(&source.text)?;
    let scopes = scope::scopes(&body)?;
    codegen::compile(&body, scopes, source.clone())
}
