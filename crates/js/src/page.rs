//! The page's door: requests in, answers with what is to be drawn out.

use crate::model::Models;
use gradlens_numpy::ir::LocalBoxFuture;
use gradlens_session::protocol::{Answer, Request, Task};
use gradlens_session::{Listener, Session};
use js_sys::{Function, Promise};
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What a page's worker holds: the session and the drawing that its answers add up to.
#[wasm_bindgen]
pub struct Page {
    session: Session,
    models: Rc<RefCell<Models>>,
}

#[wasm_bindgen]
impl Page {
    /// A page that has shown nothing yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Page {
        Page { session: crate::runtime::session(), models: Rc::default() }
    }

    /// Answers one request, plain data as the protocol says. `emit` is called with each update; `breathe` returns a promise,
    /// which is awaited between the stages of the work and says whether to go on; `draw` asks for the drawing too.
    pub async fn handle(
        &mut self,
        request: JsValue,
        draw: bool,
        emit: Function,
        breathe: Function,
    ) -> Result<(), JsError> {
        let request: Request = serde_wasm_bindgen::from_value(request)?;
        let models = if draw { self.models.clone() } else { Rc::default() };
        if let (true, Task::Analyze(task)) = (draw, &request.task) {
            models.borrow_mut().begin(request.id, task);
        }
        self.session.handle(request, &Hears { models, emit, breathe }).await;
        Ok(())
    }
}

/// Passes answers on to JavaScript, with what is to be drawn.
struct Hears {
    models: Rc<RefCell<Models>>,
    emit: Function,
    breathe: Function,
}

impl Listener for Hears {
    fn say(&self, answer: Answer) {
        let update = self.models.borrow_mut().update(answer);
        // What fails here fails in the worker's own code, which has nobody to tell it to but the console.
        if let Ok(update) = plain(&update) {
            let _ = self.emit.call1(&JsValue::NULL, &update);
        }
    }

    fn breathe(&self) -> LocalBoxFuture<bool> {
        let breathe = self.breathe.clone();
        Box::pin(async move {
            let Ok(promise) = breathe.call0(&JsValue::NULL) else { return true };
            let answer = JsFuture::from(Promise::resolve(&promise)).await;
            !answer.is_ok_and(|go_on| go_on.is_falsy())
        })
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
