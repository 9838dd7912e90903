//! Running other programs: one place that prints what runs, scrubs what the calling cargo put into the environment and
//! turns a non-zero exit into an error that says which command it was.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// An error is a sentence for the person at the terminal.
pub type Result<T = ()> = std::result::Result<T, String>;

/// Variables of the calling cargo and rustup that would leak into the cargo we call.
const SCRUBBED: [&str; 9] = [
    "CARGO",
    "RUSTC",
    "RUSTDOC",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET",
    "RUSTUP_TOOLCHAIN",
    "LD_LIBRARY_PATH",
];

/// A command in `dir`, free of the variables that the calling cargo has set.
pub fn command(program: impl AsRef<OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).stdin(Stdio::null());
    for name in SCRUBBED {
        command.env_remove(name);
    }
    command
}

/// Prints a progress line.
pub fn say(text: impl AsRef<str>) {
    eprintln!("xtask: {}", text.as_ref());
}

/// Runs to the end with the output shown; an exit other than 0 is an error.
pub fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|e| format!("cannot start {}: {e}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", shown(command))) }
}

/// Runs to the end with the output kept and shown only when it fails.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| format!("cannot start {}: {e}", shown(command)))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("{} ended with {}\n{text}{errors}", shown(command), output.status))
}

/// Runs to the end with the output shown and kept: whether it exited with 0, and what it printed.
pub fn run_and_keep(command: &mut Command) -> Result<(bool, String)> {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|e| format!("cannot start {}: {e}", shown(command)))?;
    let mut kept = String::new();
    for line in BufReader::new(child.stdout.take().expect("piped above")).split(b'\n') {
        let line = line.map_err(|e| format!("cannot read what {} prints: {e}", shown(command)))?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        kept.push_str(&line);
        kept.push('\n');
    }
    let status = child.wait().map_err(|e| format!("{}: {e}", shown(command)))?;
    Ok((status.success(), kept))
}

/// Says what a long step does before it starts and how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(format!("{what} ..."));
    let start = Instant::now();
    let result = work()?;
    say(format!("{what}: {:.1} s", start.elapsed().as_secs_f64()));
    Ok(result)
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("xtask lies in crates/xtask").to_path_buf()
}

/// Where a program is on PATH.
pub fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// Reads a text file, naming it when that fails.
pub fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

/// Writes a file and the folders above it, naming it when that fails.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> Result {
    let parent = path.parent().ok_or("a file needs a folder")?;
    std::fs::create_dir_all(parent).map_err(|e| format!("cannot make {}: {e}", parent.display()))?;
    std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// Copies one file, naming both when that fails.
pub fn copy(from: &Path, to: &Path) -> Result {
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(|e| format!("cannot make {}: {e}", parent.display()))?;
    }
    std::fs::copy(from, to).map(drop).map_err(|e| format!("cannot copy {} to {}: {e}", from.display(), to.display()))
}

fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for arg in command.get_args() {
        text.push(' ');
        text.push_str(&arg.to_string_lossy());
    }
    text
}
