//! Runs a Python file: `cargo run -p gradlens-python --example py -- file.py`.

use gradlens_python::program::{Limits, Program};

fn main() {
    let path = std::env::args().nth(1).unwrap_or_else(|| "-".into());
    let text = if path == "-" {
        std::io::read_to_string(std::io::stdin()).unwrap_or_default()
    } else {
        std::fs::read_to_string(&path).unwrap_or_default()
    };
    let out = Box::new(|s: &str| print!("{s}"));
    match Program::new(&path, &text, Limits::default(), out) {
        Err(found) => {
            for d in found {
                println!("{}: {} at {}..{}", d.class, d.message, d.span.start, d.span.end);
            }
        }
        Ok(p) => {
            if std::env::var_os("GRADLENS_LISTING").is_some() {
                println!("{}", p.listing());
            }
            if let Err(f) = p.run_blocking() {
                print!("{}", f.traceback);
            }
        }
    }
}
