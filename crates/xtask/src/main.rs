//! The developer commands: `cargo xtask help` lists them.

mod app;
mod bench;
mod conformance;
mod lint;
mod metadata;
mod serve;
mod setup;
mod sh;
mod show;
mod test;
mod tidy;

use sh::Result;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  serve [--port N] [--no-watch] [--no-build]
                  build the page, serve it on 127.0.0.1, build again when a source changes
  build           build the page into web/dist
  package         the npm package as a tarball in target/npm
  test [SUITE...] everything: native, build, browser, conformance, page, npm
  conformance [--backend reference|wasm|webgpu] [--json FILE] [--bless] [PATH...]
                  run conformance cases; --bless makes the result the floor
  bench [--backend NAME] [NAME...]
                  timings of the programs in tests/bench
  show jaxpr|program|wgsl|wasm FILE
                  what the engine makes of a source file
  tidy            arrows between crates, file headers, unfinished work, file sizes
  lint            clippy with warnings as errors (native and wasm), rustfmt
  ci              test, tidy and lint
  setup           only the toolchain
  step wasm|page|trunk
                  one step of the build, for Trunk's hooks and for looking into it
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result {
    let (command, rest) = args.split_first().map_or(("help", args), |(first, rest)| (first.as_str(), rest));
    match command {
        "serve" => serve::command(rest),
        "build" => app::build().and_then(|_| app::sizes()),
        "package" => {
            let tarball = app::package()?;
            println!("{}", tarball.display());
            Ok(())
        }
        "test" => test::command(rest),
        "conformance" => conformance::command(rest),
        "bench" => bench::command(rest),
        "show" => show::command(rest),
        "tidy" => tidy::command(),
        "lint" => lint::command(),
        "ci" => ci(),
        "setup" => setup::toolchain().map(drop),
        "step" => match rest {
            [step] if step == "wasm" => app::wasm().map(drop),
            [step] if step == "page" => app::page(),
            [step] if step == "trunk" => app::trunk(),
            _ => Err("usage: cargo xtask step wasm|page|trunk".into()),
        },
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("no command {other}\n\n{HELP}")),
    }
}

/// What has to pass before anything lands.
fn ci() -> Result {
    let mut count = test::Count::default();
    // The suites that every landing is held to so far; `cargo xtask test` and `lint` run the rest as well.
    test::run(&["native", "conformance reference"].map(str::to_string), &mut count)?;
    count.suite("tidy", tidy::check);
    lint::rustfmt(&mut count);
    count.finish()
}
