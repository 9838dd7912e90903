//! The page's door: requests in, answers with what is to be drawn out.

use crate::model::Models;
use gradlens_session::protocol::{Answer, BackendChoice, BackendReport, Body, Done, Request};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// What a page's worker holds: the session and the drawing that its answers add up to.
#[wasm_bindgen]
#[derive(Default)]
pub struct Page {
    models: Models,
}

#[wasm_bindgen]
impl Page {
    /// A page that has shown nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Page {
        Page::default()
    }

    /// Answers one request, plain data as the protocol says. `emit` is called with each update and returns whether to
    /// go on; `draw` asks for the drawing too.
    pub async fn handle(&mut self, request: JsValue, draw: bool, emit: js_sys::Function) -> Result<(), JsError> {
        let request: Request = serde_wasm_bindgen::from_value(request)?;
        let backend = BackendReport {
            asked: BackendChoice::Auto,
            ran: gradlens_session::protocol::Backend::Reference,
            reason: None,
            device: None,
        };
        let answer = Answer::last(request.id, Body::Done(Done { backend, timings: Vec::new(), stopped: false }));
        let update = if draw { self.models.update(answer) } else { Models::default().update(answer) };
        emit.call1(&JsValue::NULL, &plain(&update)?).map_err(|e| JsError::new(&format!("{e:?}")))?;
        Ok(())
    }
}

/// Adds what is to be drawn to answers that come from elsewhere: recorded ones, in the shell's own tests.
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
