//! wasm-bindgen bindings: what the npm package ships and the page uses.
//!
//! `page` is the page's door (requests in, answers with what is to be drawn out).
mod model;
mod page;
