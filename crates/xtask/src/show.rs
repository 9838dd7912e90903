//! `cargo xtask show jaxpr|program|wgsl|wasm FILE`: what the engine makes of a source file, at each stage.

use crate::sh::{self, Result};
use crate::{conformance, setup};

/// Passes on to the native runner.
pub fn command(args: &[String]) -> Result {
    let [what, file] = args else {
        return Err("usage: cargo xtask show jaxpr|program|wgsl|wasm FILE".into());
    };
    let runner = conformance::runner(&setup::toolchain()?, &[])?;
    let here = std::env::current_dir().map_err(|e| e.to_string())?;
    sh::run(sh::command(runner, &here).args(["show", what, file]))
}
