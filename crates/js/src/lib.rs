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

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(text: &str);
}

/// A panic is a bug of ours: what it says goes to the console before the instance is given up.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|info| console_error(&info.to_string())));
}
