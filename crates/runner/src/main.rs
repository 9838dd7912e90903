//! `gradlens-run`: reads requests as JSON lines and writes outcomes as JSON lines, for the conformance suites. A case that
//! brings the engine down brings this process down, and whoever reads the answers starts it again.

use std::io::{BufRead, Write};
use std::process::ExitCode;

/// Frames of a debug build are large; the stack in a browser is not what is being tested here.
const STACK: usize = 256 << 20;

fn main() -> ExitCode {
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(answer_all).expect("a thread can be started");
    match worker.join() {
        Ok(Ok(())) => ExitCode::SUCCESS,
        // A closed pipe: nobody is listening any more.
        Ok(Err(_)) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_all() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?))?;
        out.flush()?;
    }
    Ok(())
}

/// The outcome of one request.
fn answer(request: &str) -> String {
    let id = request.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("");
    format!("{{\"id\":\"{id}\",\"error\":{{\"type\":\"NotImplementedError\",\"msg\":\"no session yet\"}}}}")
}
