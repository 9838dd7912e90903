//! `gradlens-bindgen IN.wasm OUT_DIR NAME [TARGET]`: the JavaScript and types for a built wasm, through wasm-bindgen's own
//! library, so that nobody has to install its command. TARGET is `web` unless said otherwise.

use std::process::ExitCode;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (input, out, name, target) = match args.as_slice() {
        [input, out, name] => (input, out, name, "web"),
        [input, out, name, target] => (input, out, name, target.as_str()),
        _ => {
            eprintln!("usage: gradlens-bindgen IN.wasm OUT_DIR NAME [TARGET]");
            return ExitCode::FAILURE;
        }
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(input).out_name(name).typescript(true).remove_name_section(true).remove_producers_section(true);
    let done = match target {
        "web" => bindgen.web(true).map(drop),
        "bundler" => bindgen.bundler(true).map(drop),
        "nodejs" => bindgen.nodejs(true).map(drop),
        other => {
            eprintln!("no target named {other}");
            return ExitCode::FAILURE;
        }
    }
    .and_then(|()| bindgen.generate(out));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
