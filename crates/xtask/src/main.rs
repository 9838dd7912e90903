//! The developer commands: `cargo xtask help` lists them.

mod setup;
mod sh;

use sh::Result;
use std::process::ExitCode;

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
    match args.first().map(String::as_str) {
        Some("setup") => setup::toolchain().map(drop),
        _ => Err("usage: cargo xtask setup".into()),
    }
}
