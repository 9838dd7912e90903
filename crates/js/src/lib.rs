//! wasm-bindgen bindings: what the npm package ships and the page uses.
//!
//! `page` is the page's door (requests in, answers with what is to be drawn out); `library` is the package's (the library's
//! functions by path, JavaScript functions as what they transform).
mod convert;
mod handles;
pub mod library;
mod model;
pub mod page;
mod runtime;
