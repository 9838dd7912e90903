//! `cargo xtask lint`: clippy with warnings as errors, native and for wasm, and rustfmt.

use crate::metadata;
use crate::setup::{self, Toolchain};
use crate::sh::{self, Result};
use crate::test::Count;

/// Crates that are never built for wasm.
const NATIVE_ONLY: [&str; 3] = ["xtask", "gradlens-bindgen", "gradlens-runner"];

/// Runs them all and counts each as one.
pub fn command() -> Result {
    let mut count = Count::default();
    run(&mut count)?;
    count.finish()
}

/// Runs them into `count`.
pub fn run(count: &mut Count) -> Result {
    let toolchain = &setup::toolchain()?;
    setup::clippy(toolchain)?;
    let one = |result: Result| result.map(|()| Count { passed: 1, failed: 0 });
    count.suite("clippy", || one(clippy(toolchain, &["--workspace", "--all-targets"])));
    let packages = metadata::packages(toolchain)?;
    let wasm: Vec<&str> = packages.iter().map(|p| p.name.as_str()).filter(|name| !NATIVE_ONLY.contains(name)).collect();
    let mut args = vec!["--target", setup::WASM];
    args.extend(wasm.iter().flat_map(|name| ["-p", name]));
    count.suite("clippy for wasm", || one(clippy(toolchain, &args)));
    rustfmt(count);
    Ok(())
}

/// Checks the formatting. rustfmt comes with whatever cargo was called: the Debian packages have none that is needed.
pub fn rustfmt(count: &mut Count) {
    let mut fmt = sh::command("cargo", &sh::root());
    count.suite("rustfmt", || sh::run(fmt.args(["fmt", "--all", "--check"])).map(|()| Count { passed: 1, failed: 0 }));
}

fn clippy(toolchain: &Toolchain, args: &[&str]) -> Result {
    sh::run(toolchain.clippy().arg("--quiet").args(args).args(["--", "-D", "warnings"]))
}
