//! `cargo xtask tidy`: what a compiler does not check. The arrows between crates, a header on every file, words that
//! mark unfinished work, files that have grown too long.

use crate::metadata::{self, Package};
use crate::setup;
use crate::sh::{self, Result};
use crate::test::Count;

/// Where the table of crates and their arrows is.
const MAP: &str = "crates/README.md";

/// What each crate may import, as the map has it.
type Arrows = Vec<(String, Vec<String>)>;

/// Crates from outside that only some of ours may see.
const ABSENCES: [(&str, &[&str]); 6] = [
    ("web-sys", &["js", "backend-wasm", "backend-webgpu"]),
    ("js-sys", &["js", "backend-wasm", "backend-webgpu"]),
    ("wasm-bindgen", &["js", "backend-wasm", "backend-webgpu"]),
    ("wasm-bindgen-futures", &["js", "backend-wasm", "backend-webgpu"]),
    ("wgpu", &["backend-webgpu"]),
    ("ruff_python_parser", &["python"]),
];

/// Past this a file is asked to split by family; past `LONGEST` it must.
const LONG: usize = 600;
const LONGEST: usize = 1500;

/// Words that say that something is not done. Spelt in halves so that this file may name them.
const UNFINISHED: [(&str, &str); 7] = [
    ("todo", "!("),
    ("unimplemented", "!("),
    ("TO", "DO"),
    ("FIX", "ME"),
    ("#[ig", "nore]"),
    ("dbg", "!("),
    ("#[ig", "nore ="),
];

/// Checks everything and prints what is wrong.
pub fn command() -> Result {
    let mut count = Count::default();
    count.suite("tidy", check);
    count.finish()
}

/// One check per file and per crate.
pub fn check() -> Result<Count> {
    let packages = metadata::packages(&setup::toolchain()?)?;
    let map = map(&sh::read(&sh::root().join(MAP))?);
    let mut faults: Vec<String> = packages.iter().flat_map(|package| arrows(package, &map)).collect();
    let files = sh::run_quietly(sh::command("git", &sh::root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut checked = packages.len();
    let mut long = Vec::new();
    for name in files.lines().filter(|name| has_header(name)) {
        let Ok(text) = std::fs::read_to_string(sh::root().join(name)) else { continue };
        checked += 1;
        faults.extend(file(name, &text));
        let lines = text.lines().count();
        if lines > LONG && !generated(name, &text) {
            long.push(format!("{name} ({lines})"));
        }
    }
    if !long.is_empty() {
        println!("long files, to be split by family some day: {}", long.join(", "));
    }
    for fault in &faults {
        println!("{fault}");
    }
    Ok(Count { passed: checked.saturating_sub(faults.len()), failed: faults.len() })
}

/// Reads the map's table: rows of crate, contents, imports; "all of the above" means the rows before.
fn map(text: &str) -> Arrows {
    let mut arrows: Arrows = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, imports] = cells[..] else { continue };
        let Some(name) = name.strip_prefix('`').and_then(|n| n.strip_suffix('`')) else { continue };
        let above = if imports.contains("all of the above") {
            arrows.iter().map(|(name, _)| name.clone()).collect()
        } else {
            imports.split('`').skip(1).step_by(2).map(str::to_owned).collect()
        };
        arrows.push((name.to_owned(), above));
    }
    arrows
}

/// Dependencies of a crate that the map does not allow.
fn arrows(package: &Package, map: &Arrows) -> Vec<String> {
    let name = package.name.trim_start_matches("gradlens-");
    let Some((_, allowed)) = map.iter().find(|(known, _)| *known == name) else {
        return vec![format!("crate {name} is not in the table of {MAP}")];
    };
    let mut faults = Vec::new();
    for dependency in &package.dependencies {
        if let Some(ours) = dependency.strip_prefix("gradlens-")
            && !allowed.iter().any(|name| name == ours)
        {
            faults.push(format!("{name} may not depend on {ours}"));
        }
        if let Some((_, only)) = ABSENCES.iter().find(|(outside, _)| outside == dependency)
            && !only.contains(&name)
        {
            faults.push(format!("{name} may not see {dependency}: only {} may", only.join(", ")));
        }
    }
    faults
}

/// Whether files of that name open with a comment saying what they are for.
fn has_header(name: &str) -> bool {
    [".rs", ".ts", ".tsx", ".mjs", ".js", ".wgsl", ".css", ".html", ".sh"].iter().any(|end| name.ends_with(end))
}

fn generated(name: &str, text: &str) -> bool {
    name.ends_with(".js") && name.contains("/wasm/") || text.lines().take(3).any(|line| line.contains("generated"))
}

/// What is wrong with one file.
fn file(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let first = text.lines().map(str::trim).find(|line| {
        !line.is_empty() && !line.starts_with("#!") && !line.to_ascii_lowercase().starts_with("<!doctype")
    });
    let first = first.unwrap_or("");
    let starts: &[&str] = match name.rsplit('.').next().unwrap_or("") {
        "rs" => &["//!", "// "],
        "css" => &["/*"],
        "html" => &["<!--"],
        "sh" => &["#"],
        _ => &["//", "/*"],
    };
    if !starts.iter().any(|start| first.starts_with(start)) {
        faults.push(format!("{name}: the first line should be a comment that says what the file is for"));
    }
    for (i, line) in text.lines().enumerate() {
        for (head, tail) in UNFINISHED {
            if line.contains(&format!("{head}{tail}")) {
                faults.push(format!("{name}:{}: {head}{tail} marks unfinished work", i + 1));
            }
        }
    }
    let lines = text.lines().count();
    if lines > LONGEST && !generated(name, text) {
        faults.push(format!("{name}: {lines} lines; split it by family (at most {LONGEST})"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        Package {
            name: format!("gradlens-{name}"),
            dependencies: dependencies.iter().map(|d| d.to_string()).collect(),
            dev_dependencies: Vec::new(),
        }
    }

    #[test]
    fn arrows_and_absences() {
        let rows: [(&str, &[&str], &str); 6] = [
            ("ir", &["gradlens-kernel", "serde"], ""),
            ("ir", &["gradlens-transform"], "ir may not depend on transform"),
            ("ir", &["web-sys"], "ir may not see web-sys: only js, backend-wasm, backend-webgpu may"),
            ("backend-wasm", &["wgpu"], "backend-wasm may not see wgpu: only backend-webgpu may"),
            ("backend-webgpu", &["wgpu", "web-sys"], ""),
            ("new", &[], "crate new is not in the table of crates/README.md"),
        ];
        let map = map(
            "| crate | holds | may import |\n|---|---|---|\n| `kernel` | x | \u{2013} |\n| `ir` | `y` | `kernel` |\n\
                       | `backend-wasm` | z | `kernel` |\n| `backend-webgpu` | z | all of the above |\n",
        );
        assert_eq!(map[3].1, ["kernel", "ir", "backend-wasm"]);
        for (name, dependencies, fault) in rows {
            assert_eq!(arrows(&package(name, dependencies), &map).join("; "), fault, "{name} {dependencies:?}");
        }
    }

    #[test]
    fn files_are_finished_and_say_what_they_are_for() {
        let unfinished = format!("//! Fine.\nfn f() {{ {}{}) }}\n", UNFINISHED[0].0, UNFINISHED[0].1);
        let long = "//! Long.\n".to_owned() + &"// x\n".repeat(LONGEST);
        let rows = [
            ("a.rs", "//! What it is.\n", 0),
            ("a.rs", "use std::fs;\n", 1),
            ("a.ts", "// What it is.\n", 0),
            ("a.css", "/* What it is. */\n", 0),
            ("a.html", "<!doctype html>\n<!-- What it is. -->\n", 0),
            ("a.html", "<!doctype html>\n<html>\n", 1),
            ("a.sh", "#!/bin/sh\n# What it is.\n", 0),
            ("a.sh", "#!/bin/sh\nset -e\n", 1),
            ("a.rs", unfinished.as_str(), 1),
            ("a.rs", long.as_str(), 1),
        ];
        for (name, text, faults) in rows {
            assert_eq!(file(name, text).len(), faults, "{name}: {:?}", file(name, text));
        }
    }
}
