//! The page's door: requests in, answers with what is to be drawn out.

use crate::model::Models;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// Adds what is to be drawn to a stream of answers.
#[wasm_bindgen]
#[derive(Default)]
pub struct Drawing {
    models: Models,
}

#[wasm_bindgen]
impl Drawing {
    /// A drawing of nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Drawing {
        Drawing::default()
    }

    /// The update for an answer, both as plain data.
    pub fn update(&mut self, answer: JsValue) -> Result<JsValue, JsError> {
        let answer = serde_wasm_bindgen::from_value(answer)?;
        Ok(plain(&self.models.update(answer))?)
    }
}

/// Plain JavaScript data: objects rather than maps, `null` for what is absent.
pub fn plain<T: Serialize>(data: &T) -> Result<JsValue, serde_wasm_bindgen::Error> {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    data.serialize(&serializer)
}
