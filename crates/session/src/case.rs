//! One conformance case: a request and its outcome, both JSON. The format is that of `tests/conformance/README.md`.

use crate::{Engine, context, encode};
use gradlens_python::program::{Limits, Program};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::rc::Rc;

/// Work that the kernels of one case may do.
const KERNEL_FUEL: u64 = 100_000_000;

/// Runs a case on an engine and gives its outcome: `{"id", "stdout", "result", "error", "backend"}`; for `"kind": "analyze"` the
/// lens's findings.
pub async fn run_case(engine: &Rc<Engine>, request: &str) -> String {
    let outcome = match serde_json::from_str::<Json>(request) {
        Ok(request) if request["kind"] == "analyze" => crate::analyze::run(engine, &request).await,
        Ok(request) => run(engine, &request).await,
        Err(e) => json!({ "id": "", "error": { "type": "ValueError", "msg": format!("the request is no JSON: {e}") } }),
    };
    outcome.to_string()
}

async fn run(engine: &Rc<Engine>, request: &Json) -> Json {
    engine.take_fallbacks();
    engine.take_ran();
    engine.refuel(KERNEL_FUEL);
    let source = request["src"].as_str().unwrap_or_default();
    let stdout = Rc::new(RefCell::new(String::new()));
    let sink = stdout.clone();
    let mut outcome = json!({ "id": request["id"], "result": null, "error": null });
    let cx = context(engine);
    match Program::new("<case>", source, Limits::default(), Box::new(move |text| sink.borrow_mut().push_str(text))) {
        Err(diagnostics) => {
            let first = diagnostics.first();
            outcome["error"] =
                json!({ "type": "SyntaxError", "msg": first.map_or(String::new(), |d| d.message.clone()) });
        }
        Ok(program) => {
            gradlens_python::bind::install(&program.rt, cx.clone());
            match program.run().await {
                Err(failure) => outcome["error"] = json!({ "type": failure.class, "msg": failure.message }),
                Ok(()) if request["kind"] == "value" => match result_of(&cx, &program).await {
                    Ok(value) => outcome["result"] = value,
                    Err(e) => outcome["error"] = json!({ "type": e.class().qualified_name(), "msg": e.message() }),
                },
                Ok(()) => {}
            }
        }
    }
    outcome["stdout"] = json!(&*stdout.borrow());
    // A case that asked nothing of a backend ran where it was asked to.
    let asked = engine.backend().name();
    let ran = engine.take_ran();
    let elsewhere = ran.iter().find(|name| **name != asked);
    outcome["backend"] =
        json!({ "asked": asked, "ran": elsewhere.unwrap_or(&asked), "fallbacks": engine.take_fallbacks() });
    outcome
}

/// The module's `result`, encoded.
async fn result_of(cx: &gradlens_transform::Cx, program: &Program) -> gradlens_ir::Result<Json> {
    let Some(object) = program.globals.get_name("result") else {
        return Err(gradlens_ir::Error::new(gradlens_ir::ErrorClass::NameError, "the case leaves no `result`"));
    };
    let arg = gradlens_python::bind::to_arg_sync(&program.rt, &object).map_err(gradlens_python::bind::to_error)?;
    cx.retrying(|| encode::value(cx, &arg)).await
}
