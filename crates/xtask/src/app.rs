//! Building the page: the engine to wasm, its JavaScript by wasm-bindgen, the shell by the page's own npm script.
//!
//! One order of things, which the npm package and Trunk's hooks share: `crates/js` is built for wasm, wasm-bindgen's output
//! (`gradlens.js`, `gradlens_bg.wasm` and types, for the web) goes to `web/npm/wasm/`, and `npm run build` in `web/` bundles
//! the shell with it into `web/dist/`.

use crate::setup::{self, Toolchain};
use crate::sh::{self, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the whole engine with its front end may weigh, compressed by brotli.
const BUDGET_WASM: u64 = 1_200_000;
/// What the page's own scripts and styles may weigh, compressed by brotli.
const BUDGET_SHELL: u64 = 300_000;

/// The built page.
pub fn dist() -> PathBuf {
    sh::root().join("web/dist")
}

/// wasm-bindgen's output.
pub fn bindings() -> PathBuf {
    sh::root().join("web/npm/wasm")
}

/// Builds everything that is served, and the toolchain for it if need be.
pub fn build() -> Result<Toolchain> {
    let toolchain = std::thread::scope(|scope| {
        // On a fresh machine the page's packages can come while the compiler works.
        let packages = scope.spawn(|| setup::npm_packages(&sh::root().join("web")));
        let toolchain = wasm()?;
        packages.join().map_err(|_| "installing npm packages panicked")??;
        Ok::<_, String>(toolchain)
    })?;
    page()?;
    Ok(toolchain)
}

/// Builds the engine to wasm with its JavaScript and types; returns at once when nothing has changed.
pub fn wasm() -> Result<Toolchain> {
    std::thread::scope(|scope| {
        // Building std for wasm keeps one core busy at most: this fits beside it.
        let bindgen = scope.spawn(bindgen);
        let toolchain = setup::toolchain()?;
        let mut cargo = toolchain.cargo();
        cargo.args(["build", "--quiet", "--profile", "wasm", "--target", setup::WASM, "-p", "gradlens-js"]);
        sh::step("building the engine for wasm", || sh::run(&mut cargo))?;
        let built = toolchain.target_dir().join(setup::WASM).join("wasm/gradlens_js.wasm");
        let out = bindings();
        let bindgen = bindgen.join().map_err(|_| "building wasm-bindgen panicked")??;
        if newer(&out.join("gradlens_bg.wasm"), &built) {
            return Ok(toolchain);
        }
        sh::step("running wasm-bindgen", || {
            sh::run(sh::command(bindgen, &sh::root()).arg(&built).arg(&out).arg("gradlens"))
        })?;
        Ok(toolchain)
    })
}

/// Our wasm-bindgen, built by whatever cargo was called: it needs nothing of the toolchain that is being set up.
fn bindgen() -> Result<PathBuf> {
    let dir = sh::root().join("target/tools");
    let mut cargo = sh::command("cargo", &sh::root());
    cargo.args(["build", "--quiet", "--profile", "tool", "-p", "gradlens-bindgen", "--target-dir"]).arg(&dir);
    let program = dir.join("tool/gradlens-bindgen");
    if program.is_file() {
        sh::run(&mut cargo)?;
    } else {
        sh::step("building wasm-bindgen", || sh::run(&mut cargo))?;
    }
    Ok(program)
}

/// Bundles the shell into `web/dist`.
pub fn page() -> Result {
    let web = sh::root().join("web");
    setup::npm_packages(&web)?;
    sh::step("bundling the page", || sh::run(sh::command("npm", &web).args(["run", "--silent", "build"])))
}

/// The last step under Trunk, which has put `web/index.html` with its live reload into the folder it serves from: adds
/// the rest of the page, and lets the reload run, which the page's own security policy would not.
pub fn trunk() -> Result {
    let staging =
        std::env::var_os("TRUNK_STAGING_DIR").ok_or("TRUNK_STAGING_DIR is not set: this is a hook of Trunk")?;
    let (staging, dist) = (PathBuf::from(staging), dist());
    let mut files = Vec::new();
    files_below(&dist, &mut files)?;
    for file in files {
        let name = file.strip_prefix(&dist).map_err(|e| e.to_string())?;
        if name != Path::new("index.html") {
            sh::copy(&file, &staging.join(name))?;
        }
    }
    let index = staging.join("index.html");
    let text = sh::read(&index)?;
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains("Content-Security-Policy")).collect();
    sh::write(&index, lines.join("\n"))
}

/// Prints what the page weighs; an error if it is over a budget.
pub fn sizes() -> Result {
    let wasm = bindings().join("gradlens_bg.wasm");
    let mut shell = Vec::new();
    files_below(&dist(), &mut shell)?;
    shell.retain(|file| file.extension().is_some_and(|e| e == "js" || e == "css" || e == "html"));
    let over = |what: &str, files: &[PathBuf], budget: u64| -> Result<bool> {
        let (raw, packed) = weigh(files)?;
        println!("{what}: {raw} bytes, {packed} in brotli (budget {budget})");
        Ok(packed > budget)
    };
    let wasm_over = over("engine", &[wasm], BUDGET_WASM)?;
    let shell_over = over("page shell", &shell, BUDGET_SHELL)?;
    if wasm_over || shell_over { Err("over the size budget".into()) } else { Ok(()) }
}

/// Bytes as they are and compressed, by Node's own brotli.
fn weigh(files: &[PathBuf]) -> Result<(u64, u64)> {
    let script = "const fs = require('fs'), zlib = require('zlib'); let raw = 0, packed = 0;\
                  for (const file of process.argv.slice(1)) { const bytes = fs.readFileSync(file); raw += bytes.length;\
                  packed += zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9,\
                  [zlib.constants.BROTLI_PARAM_LGWIN]: 24 } }).length; } console.log(raw, packed);";
    let out = sh::run_quietly(sh::command("node", &sh::root()).args(["-e", script]).args(files))?;
    let mut numbers = out.split_whitespace().filter_map(|n| n.parse().ok());
    numbers.next().zip(numbers.next()).ok_or_else(|| format!("cannot read the sizes: {out}"))
}

/// Every file in a folder and below.
pub fn files_below(dir: &Path, files: &mut Vec<PathBuf>) -> Result {
    let entries = std::fs::read_dir(dir).map_err(|e| format!("cannot list {}: {e}", dir.display()))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files_below(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether `a` exists and is no older than `b`.
pub fn newer(a: &Path, b: &Path) -> bool {
    let time = |path: &Path| path.metadata().and_then(|m| m.modified()).ok();
    time(a).zip(time(b)).is_some_and(|(a, b)| a >= b)
}

/// `cargo xtask package`: the npm package as a tarball in `target/npm`; returns its path.
pub fn package() -> Result<PathBuf> {
    wasm()?;
    let root = sh::root();
    let (npm, out) = (root.join("web/npm"), root.join("target/npm"));
    let _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir_all(&out).map_err(|e| format!("cannot make {}: {e}", out.display()))?;
    let mut pack: Command = sh::command("npm", &npm);
    pack.args(["pack", "--silent", "--pack-destination"]).arg(&out);
    let name = sh::run_quietly(&mut pack)?;
    let name = name.lines().last().ok_or("npm pack named no tarball")?.trim().to_owned();
    Ok(out.join(name))
}
