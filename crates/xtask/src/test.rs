//! `cargo xtask test`: every suite, one after the other, and one count at the end.

use crate::conformance::{self, Backend};
use crate::setup::{self, Toolchain};
use crate::sh::{self, Result};
use crate::{app, metadata};
use std::process::Command;

/// What the suites have passed and failed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
}

impl Count {
    /// Runs one suite; one that cannot run at all has failed once.
    pub fn suite(&mut self, name: &str, suite: impl FnOnce() -> Result<Count>) {
        sh::say(format!("== {name}"));
        let start = std::time::Instant::now();
        let count = suite().unwrap_or_else(|message| {
            println!("{name}: {message}");
            Count { passed: 0, failed: 1 }
        });
        println!("{name}: {} passed, {} failed ({:.0} s)", count.passed, count.failed, start.elapsed().as_secs_f64());
        self.passed += count.passed;
        self.failed += count.failed;
    }

    /// The last line, and whether all is well.
    pub fn finish(self) -> Result {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 { Ok(()) } else { Err(format!("{} failed", self.failed)) }
    }
}

/// The suites by name, in the order in which they run.
const SUITES: [&str; 8] =
    ["native", "build", "browser", "conformance reference", "conformance wasm", "conformance webgpu", "page", "npm"];

/// `test [NAME...]`: only the suites whose names start so, or all.
pub fn command(args: &[String]) -> Result {
    let mut count = Count::default();
    run(args, &mut count)?;
    count.finish()
}

/// Runs the suites into `count`.
pub fn run(args: &[String], count: &mut Count) -> Result {
    let wanted = |suite: &str| args.is_empty() || args.iter().any(|arg| suite.starts_with(arg.as_str()));
    if let Some(unknown) = args.iter().find(|arg| !SUITES.iter().any(|suite| suite.starts_with(arg.as_str()))) {
        return Err(format!("no suite {unknown}: {}", SUITES.join(", ")));
    }
    let toolchain = &setup::toolchain()?;
    for suite in SUITES.into_iter().filter(|suite| wanted(suite)) {
        count.suite(suite, || match suite {
            "native" => native(toolchain),
            "build" => app::build().and_then(|_| app::sizes()).map(|()| Count { passed: 1, failed: 0 }),
            "browser" => browser(toolchain),
            "page" => page(),
            "npm" => npm(),
            other => {
                let backend = Backend::named(other.trim_start_matches("conformance "))?;
                conformance::against_floors(backend, toolchain).map(|(passed, failed)| Count { passed, failed })
            }
        });
    }
    Ok(())
}

/// Every crate's own tests.
fn native(toolchain: &Toolchain) -> Result<Count> {
    setup::vulkan()?;
    let mut cargo = toolchain.cargo();
    // wasm-bindgen's library has no tests of ours and takes a minute to build.
    counted(cargo.args(["test", "--workspace", "--exclude", "gradlens-bindgen", "--no-fail-fast"]))
}

/// The tests that need a browser, in headless Chromium: crates with a dev-dependency on wasm-bindgen-test have some.
fn browser(toolchain: &Toolchain) -> Result<Count> {
    let crates = metadata::packages(toolchain)?;
    let crates: Vec<_> =
        crates.into_iter().filter(|p| p.dev_dependencies.iter().any(|d| d == "wasm-bindgen-test")).collect();
    if crates.is_empty() {
        return Ok(Count::default());
    }
    let (_, driver) = setup::browser()?;
    let runner = setup::wasm_test_runner(toolchain)?;
    let mut cargo = toolchain.cargo();
    cargo.args(["test", "--tests", "--no-fail-fast", "--target", setup::WASM]);
    for package in &crates {
        cargo.args(["-p", &package.name]);
    }
    cargo.env("CHROMEDRIVER", driver).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    cargo.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", sh::root().join("webdriver.json"));
    cargo.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    counted(&mut cargo)
}

/// The page itself, in headless Chromium.
fn page() -> Result<Count> {
    app::build()?;
    let (chromium, _) = setup::browser()?;
    let web = sh::root().join("web");
    counted(
        sh::command("npm", &web).args(["test", "--silent"]).env("CHROMIUM", chromium).env("GRADLENS_DIST", app::dist()),
    )
}

/// The npm package as somebody gets it: packed, installed in an empty project, and used in Node.
fn npm() -> Result<Count> {
    let tarball = app::package()?;
    let dir = sh::root().join("target/npm/installed");
    sh::write(&dir.join("package.json"), "{ \"name\": \"installed\", \"private\": true, \"type\": \"module\" }\n")?;
    let mut install = sh::command("npm", &dir);
    sh::run_quietly(install.args(["install", "--no-audit", "--no-fund", "--loglevel=error"]).arg(tarball))?;
    let tests = sh::root().join("tests/npm");
    let mut files = Vec::new();
    app::files_below(&tests, &mut files)?;
    for file in &files {
        let name = file.file_name().ok_or("a file has a name")?;
        sh::copy(file, &dir.join("tests").join(name))?;
    }
    counted(sh::command("node", &dir).args(["--test", "tests/"]))
}

/// Runs a suite with its output shown and adds up what its summaries say.
fn counted(command: &mut Command) -> Result<Count> {
    let (ok, output) = sh::run_and_keep(command)?;
    let mut count = tally(&output);
    // A crash, or a suite that does not build, has no summary of its own.
    if !ok && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// Adds up the summaries of Rust's test harness, wasm-bindgen-test and Node's test runner.
fn tally(output: &str) -> Count {
    let mut count = Count::default();
    for line in output.lines() {
        let line = line.trim();
        if let Some(summary) = line.strip_prefix("test result: ") {
            for part in summary.split([';', '.']) {
                let mut words = part.split_whitespace();
                let number = words.next().and_then(|n| n.parse::<usize>().ok());
                match (number, words.next()) {
                    (Some(n), Some("passed")) => count.passed += n,
                    (Some(n), Some("failed")) => count.failed += n,
                    _ => {}
                }
            }
        }
        let mut words = line.split_whitespace();
        if matches!(words.next(), Some("#" | "\u{2139}")) {
            match (words.next(), words.next().and_then(|n| n.parse::<usize>().ok())) {
                (Some("pass"), Some(n)) => count.passed += n,
                (Some("fail" | "cancelled"), Some(n)) => count.failed += n,
                _ => {}
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_add_up() {
        let rows = [
            ("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s", (3, 0)),
            ("test result: FAILED. 1 passed; 2 failed; 0 ignored\ntest result: ok. 4 passed; 0 failed;", (5, 2)),
            ("# tests 5\n# pass 4\n# fail 1\n# cancelled 0", (4, 1)),
            ("\u{2139} pass 2\n\u{2139} fail 0\n\u{2139} cancelled 1", (2, 1)),
            ("nothing", (0, 0)),
        ];
        for (output, (passed, failed)) in rows {
            assert_eq!(tally(output), Count { passed, failed }, "{output:?}");
        }
    }

    #[test]
    fn a_suite_that_cannot_run_has_failed() {
        let mut count = Count::default();
        count.suite("broken", || Err("no compiler".into()));
        count.suite("fine", || Ok(Count { passed: 2, failed: 0 }));
        assert_eq!(count, Count { passed: 2, failed: 1 });
        assert!(count.finish().is_err());
    }
}
