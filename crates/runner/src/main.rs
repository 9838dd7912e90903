//! `gradlens-run`: reads requests as JSON lines and writes outcomes as JSON lines, for the conformance suites. A case that
//! brings the engine down brings this process down, and whoever reads the answers starts it again.

use gradlens_session::{Engine, run_case};
use std::future::Future;
use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

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
    let engine = Engine::reference();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        writeln!(out, "{}", block_on(run_case(&engine, &line?)))?;
        out.flush()?;
    }
    Ok(())
}

/// Polls work to its end: natively nothing waits for long.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        if let Poll::Ready(v) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return v;
        }
        std::thread::yield_now();
    }
}
