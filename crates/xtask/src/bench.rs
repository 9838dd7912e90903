//! `cargo xtask bench`: timings, as ratios within one run where that says more. The benchmarks are Python programs in
//! `tests/bench` that print what they measured, so that real JAX can run them too.

use crate::conformance::{Backend, Children};
use crate::setup;
use crate::sh::{self, Result};
use serde_json::json;

/// `bench [--backend NAME] [NAME...]`: the benchmarks whose names start so, or all; on wasm unless said otherwise.
pub fn command(args: &[String]) -> Result {
    let (backend, names) = match args {
        [flag, backend, names @ ..] if flag == "--backend" => (Backend::named(backend)?, names),
        names => (Backend::Wasm, names),
    };
    let mut files = Vec::new();
    crate::app::files_below(&sh::root().join("tests/bench"), &mut files)?;
    let children = Children::ready(backend, &setup::toolchain()?)?;
    let mut failed = 0;
    for file in files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !names.is_empty() && !names.iter().any(|wanted| name.starts_with(wanted.as_str())) {
            continue;
        }
        let request =
            json!({"id": name, "src": sh::read(&file)?, "x64": false, "kind": "stdout", "backend": backend.name()});
        let answer = children.answer(&request);
        println!("{name} ({})", backend.name());
        for line in answer["stdout"].as_str().unwrap_or("").lines() {
            println!("  {line}");
        }
        if let Some(error) = answer["error"].as_object() {
            println!("  failed: {}", serde_json::Value::from(error.clone()));
            failed += 1;
        }
    }
    if failed == 0 { Ok(()) } else { Err(format!("{failed} benchmarks failed")) }
}
