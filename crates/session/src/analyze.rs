//! The lens on a function given as source: the `"analyze"` requests of the singularities corpus.

use crate::executor::Engine;
use crate::module::{Scalar, describe, load};
use gradlens_ir::DType;
use gradlens_lens::{Settings, analyze};
use serde_json::{Value as Json, json};
use std::rc::Rc;

/// What the corpus's sources take for granted.
const PRELUDE: &str = "import jax, jax.numpy as jnp\nimport numpy as np\nfrom jax import lax\n";

/// Analyses `f` of the request's source on its interval.
pub async fn run(engine: &Rc<Engine>, request: &Json) -> Json {
    let id = &request["id"];
    let source = format!("{PRELUDE}{}\n", request["src"].as_str().unwrap_or_default());
    let x64 = request["dtype"] == "f64";
    let fail = |class: &str, message: &str| json!({ "id": id, "events": [], "certified": [], "undecided": [], "error": { "type": class, "msg": message } });
    let interval = request["interval"]
        .as_array()
        .map(|a| a.iter().filter_map(Json::as_f64).collect::<Vec<_>>())
        .unwrap_or_default();
    let [lo, hi] = interval[..] else { return fail("ValueError", "an interval has two ends") };
    let loaded = load(engine, &source, x64).await;
    if let Some(d) = loaded.module.diagnostics.first() {
        return fail(d.class.as_deref().unwrap_or("Error"), &d.message);
    }
    let dtype = if x64 { DType::F64 } else { DType::F32 };
    let Some(function) = loaded.module.functions.iter().find(|f| f.name == "f").cloned() else {
        return fail("NameError", "the source defines no function f");
    };
    let scalar = match Scalar::new(&loaded, &function, None, &[], dtype) {
        Ok(s) => s,
        Err(e) => return fail(e.class().qualified_name(), e.message()),
    };
    let settings = Settings { window: (lo, hi), dtype, samples: 1024, max_paths: 64, certify: true };
    let cx = loaded.cx.clone();
    let report = loaded.drive(async move { analyze(&cx, &scalar, &settings).await }).await;
    match report {
        Err(e) => {
            let (class, message) = describe(&e);
            fail(&class, &message)
        }
        Ok(r) => {
            let events: Vec<Json> = r
                .events
                .iter()
                .map(|e| {
                    let mut o = json!({ "x": e.x, "kind": e.kind.name(), "ad_only": e.ad_only });
                    if let Some(end) = e.x_end {
                        o["x_end"] = json!(end);
                    }
                    o
                })
                .collect();
            json!({ "id": id, "events": events, "certified": r.certified, "undecided": r.undecided, "error": null })
        }
    }
}
