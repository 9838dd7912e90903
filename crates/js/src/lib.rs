//! wasm-bindgen bindings: what the npm package ships and the page uses.
