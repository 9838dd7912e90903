//! What has to be on the machine before anything can be built or tested: a Rust toolchain with the wasm target, Debian
//! packages, npm packages and wasm-bindgen's test runner. Every function here is quick when there is nothing to do.
//!
//! Ordinarily the toolchain is rustup's. Where `RUSTUP_AUTO_INSTALL=0` forbids downloading one, Debian's compiler is used
//! and the standard library for wasm is built from Debian's sources, once, into the cache.

use crate::sh::{self, Result};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target everything for the browser is built for.
pub const WASM: &str = "wasm32-unknown-unknown";
const HOST: &str = "x86_64-unknown-linux-gnu";
/// Debian's Rust, its sources and the linker for wasm.
const DEBIAN_RUST: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];
/// Clippy for that Rust.
const DEBIAN_LINT: [&str; 1] = ["rust-web-clippy"];
/// A headless browser with its driver.
const DEBIAN_BROWSER: [&str; 2] = ["chromium", "chromium-driver"];
/// Vulkan in software, for WebGPU outside a browser.
const DEBIAN_VULKAN: [&str; 1] = ["mesa-vulkan-drivers"];
const LLD: &str = "/usr/lib/llvm-19/bin/lld";

/// How to call cargo so that both native and wasm builds work.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The folder that goes first on PATH, where the toolchain is one we built.
    bin: Option<PathBuf>,
}

impl Toolchain {
    /// `cargo` in the repository, with this toolchain for itself and for whatever it calls.
    pub fn cargo(&self) -> Command {
        self.command("cargo")
    }

    /// Any program in the repository, which sees this toolchain first on PATH.
    pub fn command(&self, program: &str) -> Command {
        let found = match &self.bin {
            Some(bin) if bin.join(program).is_file() => bin.join(program),
            _ => PathBuf::from(program),
        };
        let mut command = sh::command(found, &sh::root());
        if let Some(bin) = &self.bin {
            let old = std::env::var_os("PATH").unwrap_or_default();
            let all = std::iter::once(bin.clone()).chain(std::env::split_paths(&old));
            command.env("PATH", std::env::join_paths(all).expect("PATH has no stray colon"));
        }
        // Sharing target/ with another compiler's artefacts would rebuild everything at each change of hands.
        command.env("CARGO_TARGET_DIR", self.target_dir());
        command
    }

    /// `cargo clippy` of this toolchain.
    pub fn clippy(&self) -> Command {
        let Some(bin) = &self.bin else {
            let mut command = self.cargo();
            command.arg("clippy");
            return command;
        };
        // By its path, because cargo would find rustup's first; its driver wants the sysroot itself, not our wrapper.
        let mut command = self.command("/usr/bin/cargo-clippy");
        command.arg("clippy").env("CARGO", bin.join("cargo")).env("SYSROOT", bin.parent().unwrap_or(bin));
        command
    }

    /// Where this toolchain's builds go.
    pub fn target_dir(&self) -> PathBuf {
        // CI works in a fresh clone each time and keeps what it built of other people's crates elsewhere.
        if let Some(dir) = std::env::var_os("GRADLENS_TARGET_DIR") {
            return PathBuf::from(dir);
        }
        let target = sh::root().join("target");
        if self.bin.is_some() { target.join("xtask") } else { target }
    }
}

/// Where things that outlive a clone are kept.
pub fn cache() -> Result<PathBuf> {
    if let Some(dir) = std::env::var_os("GRADLENS_CACHE") {
        return Ok(PathBuf::from(dir));
    }
    let home = std::env::var_os("HOME").ok_or("neither GRADLENS_CACHE nor HOME is set")?;
    Ok(PathBuf::from(home).join(".cache").join("gradlens"))
}

/// The toolchain with the wasm target, made ready if need be.
pub fn toolchain() -> Result<Toolchain> {
    if std::env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0") {
        let dir = debian_toolchain()?;
        return Ok(Toolchain { bin: Some(dir.join("bin")) });
    }
    let sysroot = sh::run_quietly(sh::command("rustc", &sh::root()).args(["--print", "sysroot"]))?;
    if !Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).is_dir() {
        sh::step("adding the wasm target", || {
            sh::run(sh::command("rustup", &sh::root()).args(["target", "add", WASM]))
        })?;
    }
    Ok(Toolchain { bin: None })
}

/// Debian's compiler with a standard library for wasm beside it.
fn debian_toolchain() -> Result<PathBuf> {
    debian_packages(&DEBIAN_RUST)?;
    let version = sh::run_quietly(sh::command("/usr/bin/rustc", Path::new("/")).arg("--version"))?;
    let version = version.split_whitespace().nth(1).ok_or("rustc --version says no version")?.to_owned();
    let dir = cache()?.join(format!("toolchain-{version}"));
    if dir.join("READY").is_file() {
        return Ok(dir);
    }
    sh::step("building the standard library for wasm (once, about a minute)", || sysroot(&dir, &[]))?;
    sh::step("checking the toolchain with a small crate", || check(&dir))?;
    sh::write(&dir.join("READY"), version)?;
    Ok(dir)
}

/// Builds std for wasm with `flags` (none: no threads) and lays out a sysroot in `dir`.
fn sysroot(dir: &Path, flags: &[&str]) -> Result {
    let _ = fs::remove_dir_all(dir);
    let host = dir.join("lib/rustlib").join(HOST);
    for sub in ["bin", "build/src"] {
        make_dir(&dir.join(sub))?;
    }
    make_dir(&host.join("bin"))?;
    link(&Path::new("/usr/lib/rustlib").join(HOST).join("lib"), &host.join("lib"))?;
    link(Path::new("/usr/lib/rustlib/src"), &dir.join("lib/rustlib/src"))?;
    link(Path::new(LLD), &host.join("bin/rust-lld"))?;

    let build = dir.join("build");
    sh::write(&build.join("Cargo.toml"), "[package]\nname = \"std-for-wasm\"\nedition = \"2024\"\n[workspace]\n")?;
    sh::write(&build.join("src/lib.rs"), "//! Empty: built only so that cargo builds std for it.\n")?;
    let mut cargo = sh::command("/usr/bin/cargo", &build);
    cargo
        .args(["build", "--quiet", "--release", "--target", WASM])
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort,panic_unwind,proc_macro,test")
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", host.join("bin/rust-lld"))
        // Without the bitcode, builds with LTO fail.
        .env("RUSTFLAGS", ["-Cembed-bitcode=yes"].iter().chain(flags).copied().collect::<Vec<_>>().join(" "));
    sh::run(&mut cargo)?;

    let lib = dir.join("lib/rustlib").join(WASM).join("lib");
    make_dir(&lib)?;
    let deps = build.join("target").join(WASM).join("release/deps");
    let entries = fs::read_dir(&deps).map_err(|e| format!("cannot list {}: {e}", deps.display()))?;
    for file in entries.flatten().map(|entry| entry.path()) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.starts_with("libstd_for_wasm") {
            sh::copy(&file, &lib.join(name))?;
        }
    }
    fs::remove_dir_all(&build).map_err(|e| format!("cannot remove {}: {e}", build.display()))?;

    let shown = dir.display();
    // Wrappers, because a link to rustc finds the sysroot of what it links to.
    script(&dir.join("bin/rustc"), &format!("exec /usr/bin/rustc --sysroot {shown} \"$@\""))?;
    script(&dir.join("bin/rustdoc"), &format!("exec /usr/bin/rustdoc --sysroot {shown} \"$@\""))?;
    script(
        &dir.join("bin/cargo"),
        &format!("export RUSTC={shown}/bin/rustc RUSTDOC={shown}/bin/rustdoc\nexec /usr/bin/cargo \"$@\""),
    )
}

/// Builds a crate for wasm with LTO: the first thing that a half-made sysroot cannot do.
fn check(dir: &Path) -> Result {
    let probe = dir.join("probe");
    let manifest = "[package]\nname = \"probe\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
                    [profile.release]\nlto = true\n[workspace]\n";
    let source = "//! Uses std enough to need most of it.\nuse std::collections::HashMap;\n\
                  #[unsafe(no_mangle)]\npub extern \"C\" fn probe(n: u32) -> u32 {\n    \
                  let m: HashMap<u32, String> = (0..n).map(|i| (i, format!(\"{i}\"))).collect();\n    \
                  m.values().map(|s| s.len() as u32).sum()\n}\n";
    sh::write(&probe.join("Cargo.toml"), manifest)?;
    sh::write(&probe.join("src/lib.rs"), source)?;
    sh::run(sh::command(dir.join("bin/cargo"), &probe).args(["build", "--quiet", "--release", "--target", WASM]))?;
    fs::remove_dir_all(&probe).map_err(|e| format!("cannot remove {}: {e}", probe.display()))
}

/// A Chromium with its driver; their paths.
pub fn browser() -> Result<(PathBuf, PathBuf)> {
    let there = || sh::which("chromium").zip(sh::which("chromedriver"));
    if there().is_none() {
        debian_packages(&DEBIAN_BROWSER)?;
    }
    there().ok_or_else(|| "chromium and chromedriver are needed on PATH".into())
}

/// A Vulkan driver, in software where there is no other.
pub fn vulkan() -> Result {
    debian_packages(&DEBIAN_VULKAN)
}

/// Clippy that goes with the toolchain.
pub fn clippy(toolchain: &Toolchain) -> Result {
    if toolchain.bin.is_some() { debian_packages(&DEBIAN_LINT) } else { Ok(()) }
}

/// wasm-bindgen's test runner in the version of the wasm-bindgen that Cargo.lock has, installed into the cache once.
pub fn wasm_test_runner(toolchain: &Toolchain) -> Result<PathBuf> {
    let version = locked_version("wasm-bindgen")?;
    let dir = cache()?.join(format!("wasm-bindgen-{version}"));
    let runner = dir.join("bin/wasm-bindgen-test-runner");
    if runner.is_file() {
        return Ok(runner);
    }
    sh::step("installing wasm-bindgen's test runner (once, some minutes)", || {
        let mut cargo = toolchain.cargo();
        cargo.args([
            "install",
            "--quiet",
            "wasm-bindgen-cli",
            "--bin",
            "wasm-bindgen-test-runner",
            "--version",
            &version,
        ]);
        cargo.arg("--root").arg(&dir).arg("--target-dir").arg(dir.join("build"));
        // It runs for seconds; what costs is building it.
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        sh::run(&mut cargo)
    })?;
    let _ = fs::remove_dir_all(dir.join("build"));
    Ok(runner)
}

/// The version of a package in Cargo.lock.
fn locked_version(name: &str) -> Result<String> {
    let lock = sh::read(&sh::root().join("Cargo.lock"))?;
    let at = format!("name = \"{name}\"\nversion = \"");
    let rest = lock.split(&at).nth(1).ok_or_else(|| format!("Cargo.lock has no {name}"))?;
    Ok(rest.split('"').next().unwrap_or("").to_owned())
}

/// The npm packages of the project in `dir`, installed when its lock file is newer than what is there.
pub fn npm_packages(dir: &Path) -> Result {
    let (lock, stamp) = (dir.join("package-lock.json"), dir.join("node_modules/.gradlens-lock"));
    let wanted = sh::read(&lock)?;
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    sh::step("installing npm packages", || {
        sh::run_quietly(sh::command("npm", dir).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
    })?;
    sh::write(&stamp, wanted)
}

/// Installs the Debian packages that are missing; elsewhere they are taken to be there.
fn debian_packages(names: &[&str]) -> Result {
    if sh::which("apt-get").is_none() {
        return Ok(());
    }
    let missing: Vec<&str> = names.iter().copied().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    sh::step(&format!("installing {}", missing.join(" ")), || {
        let install = |missing: &[&str]| {
            let mut apt = sh::command("apt-get", Path::new("/"));
            apt.args(["install", "-y", "-qq", "--no-install-recommends"]).args(missing);
            sh::run_quietly(apt.env("DEBIAN_FRONTEND", "noninteractive"))
        };
        // The lists may be missing or old: fetch them only when the install fails without.
        if install(&missing).is_err() {
            sh::run_quietly(sh::command("apt-get", Path::new("/")).args(["update", "-qq"]))?;
            install(&missing)?;
        }
        Ok(())
    })
}

fn installed(package: &str) -> bool {
    let mut query = sh::command("dpkg-query", Path::new("/"));
    query.args(["-W", "-f", "${db:Status-Status}", package]);
    sh::run_quietly(&mut query).is_ok_and(|status| status.trim() == "installed")
}

fn make_dir(dir: &Path) -> Result {
    fs::create_dir_all(dir).map_err(|e| format!("cannot make {}: {e}", dir.display()))
}

fn link(to: &Path, at: &Path) -> Result {
    symlink(to, at).map_err(|e| format!("cannot link {} to {}: {e}", at.display(), to.display()))
}

fn script(path: &Path, body: &str) -> Result {
    sh::write(path, format!("#!/bin/sh\n# A wrapper that puts this sysroot in front.\n{body}\n"))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|e| format!("cannot chmod {}: {e}", path.display()))
}
