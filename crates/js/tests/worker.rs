//! The engine in a dedicated worker.
#![cfg(target_arch = "wasm32")]
mod common;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
fn calls_and_gradients() {
    common::calls_and_gradients();
}

#[wasm_bindgen_test]
fn errors() {
    common::errors();
}

#[wasm_bindgen_test]
fn handles_come_back() {
    common::handles_come_back();
}
