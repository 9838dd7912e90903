//! The one engine context that JavaScript's calls share.

use gradlens_numpy::ir::{Error, Result};
use gradlens_numpy::{Arg, Cx, host};
use gradlens_session::protocol::BackendChoice;
use gradlens_session::{Engine, Session, context};
use js_sys::{Object, Reflect};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

thread_local! {
    static ENGINE: RefCell<Option<Rc<Engine>>> = const { RefCell::new(None) };
    static CX: RefCell<Option<Cx>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    fn console_log(text: &str);
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn js_performance_now() -> f64;
}

fn performance_now() -> f64 {
    js_performance_now()
}

/// The engine for a choice of backend, and why it is another than the one asked for.
pub fn engine(choice: BackendChoice) -> (Rc<Engine>, Option<String>) {
    let engine = ENGINE.with_borrow_mut(|held| held.get_or_insert_with(Engine::reference).clone());
    let reason = match choice {
        BackendChoice::Auto | BackendChoice::Reference => None,
        BackendChoice::Cpu | BackendChoice::Webgpu => Some("this build has the reference interpreter alone".into()),
    };
    (engine, reason)
}

/// A session on this engine.
pub fn session() -> Session {
    Session::new(Box::new(engine), performance_now)
}

/// Sets JAX's configuration (`x64`).
#[wasm_bindgen]
pub fn configure(options: &Object) -> std::result::Result<(), JsError> {
    let cx = cx().map_err(|e| JsError::new(e.message()))?;
    if let Some(x64) = Reflect::get(options, &"x64".into()).ok().and_then(|v| v.as_bool()) {
        cx.configure(|c| c.x64 = x64);
    }
    Ok(())
}

/// Runs a Python module: what it printed, its diagnostics, whether it ran to its end. Options: `x64`.
#[wasm_bindgen(js_name = runPython)]
pub async fn run_python(source: String, options: Object) -> std::result::Result<JsValue, JsError> {
    let x64 = Reflect::get(&options, &"x64".into()).ok().and_then(|v| v.as_bool()).unwrap_or(false);
    let (engine, _) = engine(BackendChoice::Auto);
    let loaded = gradlens_session::module::load(&engine, &source, x64).await;
    let result = RunResult {
        ok: !loaded.stopped && loaded.module.diagnostics.is_empty(),
        stdout: loaded.module.output.iter().map(|o| o.text.as_str()).collect(),
        diagnostics: loaded.module.diagnostics.clone(),
    };
    Ok(crate::page::plain(&result)?)
}

/// Answers one conformance case: JSON in, JSON out.
#[wasm_bindgen(js_name = runCase)]
pub async fn run_case(line: String) -> String {
    let (engine, _) = engine(BackendChoice::Auto);
    gradlens_session::run_case(&engine, &line).await
}

/// What came of running a module.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct RunResult {
    ok: bool,
    stdout: String,
    diagnostics: Vec<gradlens_session::protocol::Diagnostic>,
}

/// What the library asks of JavaScript.
struct Console;

impl host::Host for Console {
    fn print(&self, text: &str) {
        console_log(text.strip_suffix('\n').unwrap_or(text));
    }
    fn format(&self, _: &Arg, spec: &str) -> Result<String> {
        Err(Error::not_implemented(format!("the format specification '{spec}' is Python's")))
    }
}

/// The context, made when it is first used.
pub fn cx() -> Result<Cx> {
    Ok(CX.with_borrow_mut(|held| held.get_or_insert_with(fresh).clone()))
}

fn fresh() -> Cx {
    let cx = context(&Engine::reference());
    host::install(&cx, Rc::new(Console));
    cx
}
