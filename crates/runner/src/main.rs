//! `gradlens-run`: reads requests as JSON lines and writes outcomes as JSON lines, for the conformance suites. A case that
//! brings the engine down brings this process down, and whoever reads the answers starts it again.
//!
//! `--backend webgpu` (in a build with the feature `webgpu`) runs them on the GPU, the interpreter behind it.

use gradlens_session::{Engine, run_case};
use std::future::Future;
use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::rc::Rc;
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
    let engine = match engine() {
        Ok(engine) => engine,
        Err(why) => {
            eprintln!("gradlens-run: {why}");
            std::process::exit(2);
        }
    };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        writeln!(out, "{}", block_on(run_case(&engine, &line?)))?;
        out.flush()?;
    }
    Ok(())
}

/// The engine that the arguments ask for.
fn engine() -> Result<Rc<Engine>, String> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["--backend", "reference"] => Ok(Engine::reference()),
        ["--backend", "webgpu"] => webgpu(),
        _ => Err(format!("arguments {args:?}; known: --backend reference|webgpu")),
    }
}

#[cfg(feature = "webgpu")]
fn webgpu() -> Result<Rc<Engine>, String> {
    let backend = gradlens_backend_webgpu::WebGpuBackend::new_native().map_err(|e| e.to_string())?;
    eprintln!("gradlens-run: WebGPU on {}", backend.adapter());
    Ok(Engine::new(Rc::new(backend), Rc::new(gradlens_backend::Interpreter::new())))
}

#[cfg(not(feature = "webgpu"))]
fn webgpu() -> Result<Rc<Engine>, String> {
    Err("built without the feature webgpu".to_owned())
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
