//! `cargo xtask conformance`: runs the corpora of `tests/conformance` (or other files of that format) on a backend and
//! says which cases agree with JAX.
//!
//! The cases are answered by children (`pool`): the native runner for the reference interpreter and for WebGPU, Node with
//! the built npm package for the wasm backend. A request is
//! `{"id","src","x64","kind","backend"}`, its outcome `{"id","stdout","result","error":{"type","msg"},"backend":{"asked",
//! "ran","fallbacks"}}`; for a function of the singularities `{"id","kind":"analyze","src","interval","dtype","backend"}`
//! and `{"id","events","certified","undecided","error"?}`. Everything is compared here and nothing in the runners.

mod compare;
mod pool;
mod singular;

use crate::sh::{self, Result};
use crate::{app, setup};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the floors are.
const FLOORS: &str = "tests/conformance/floors.json";

/// Where a case runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The reference interpreter, native.
    Reference,
    /// The CPU backend, in Node.
    Wasm,
    /// WebGPU's code on Vulkan, native.
    Webgpu,
}

impl Backend {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reference, Self::Wasm, Self::Webgpu];

    /// The name on the command line and in floors and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Wasm => "wasm",
            Self::Webgpu => "webgpu",
        }
    }

    /// The backend of that name.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|b| b.name() == name)
            .ok_or_else(|| format!("no backend {name}: reference, wasm or webgpu"))
    }
}

/// What a file scored.
#[derive(Clone, Debug)]
pub struct Report {
    /// The file, as given.
    pub path: PathBuf,
    /// Cases (or functions) that agree.
    pub passed: usize,
    /// Cases that were asked.
    pub total: usize,
    /// Cases that this backend is not asked.
    pub skipped: usize,
    /// Cases that do not agree, with the reason.
    pub failed: Vec<(String, String)>,
    /// The scores of a file of singularities.
    pub scores: Option<Value>,
}

impl Report {
    fn json(&self, backend: Backend) -> Value {
        let failed: Vec<Value> = self.failed.iter().map(|(id, why)| json!({"id": id, "why": why})).collect();
        let mut object = json!({
            "path": self.path, "backend": backend.name(), "passed": self.passed, "total": self.total, "failed": failed,
        });
        if self.skipped > 0 {
            object["skipped"] = json!(self.skipped);
        }
        if let Some(scores) = &self.scores {
            object["scores"] = scores.clone();
        }
        object
    }
}

/// `cargo xtask conformance [--backend NAME] [--json FILE] [--bless] [PATH...]`.
pub fn command(args: &[String]) -> Result {
    let (mut backend, mut json_to, mut bless, mut paths) = (Backend::Reference, None, false, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--backend" => backend = Backend::named(args.next().ok_or("--backend needs a name")?)?,
            "--json" => json_to = Some(PathBuf::from(args.next().ok_or("--json needs a file")?)),
            "--bless" => bless = true,
            flag if flag.starts_with('-') => return Err(format!("no option {flag}")),
            path => paths.push(PathBuf::from(path)),
        }
    }
    if paths.is_empty() {
        paths = corpora()?;
    }
    // The person's paths are relative to where they stand.
    let here = std::env::current_dir().map_err(|e| e.to_string())?;
    let paths: Vec<PathBuf> = paths.iter().map(|path| here.join(path)).collect();

    let children = Children::ready(backend, &setup::toolchain()?)?;
    let reports = paths.iter().map(|path| children.file(path)).collect::<Result<Vec<_>>>()?;
    for report in &reports {
        print(report, backend);
    }
    let (passed, total) = (sum(&reports, |r| r.passed), sum(&reports, |r| r.total));
    println!("{}: {passed} of {total} agree", backend.name());
    if let Some(path) = json_to {
        let files: Vec<Value> = reports.iter().map(|report| report.json(backend)).collect();
        sh::write(&here.join(path), format!("{:#}\n", json!({ "files": files })))?;
    }
    if bless {
        write_floors(backend, &reports)?;
    }
    if passed == total { Ok(()) } else { Err(format!("{} cases do not agree", total - passed)) }
}

/// The whole corpus on one backend against its floors, for `cargo xtask test`: what counts as passed and as failed. A
/// case that has never passed is in the floors and counts as neither; one that passed and does not any more has failed.
pub fn against_floors(backend: Backend, toolchain: &setup::Toolchain) -> Result<(usize, usize)> {
    let floors = read_floors()?;
    let children = Children::ready(backend, toolchain)?;
    let (mut passed, mut failed) = (0, 0);
    for path in corpora()? {
        let report = children.file(&path)?;
        let name = file_name(&path);
        let floor = &floors[backend.name()][&name];
        let known: BTreeSet<&str> =
            floor["failing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let (gaps, broken): (Vec<_>, Vec<_>) = report.failed.iter().partition(|(id, _)| known.contains(id.as_str()));
        println!(
            "{} {name}: {} of {} agree, {} known gaps, {} broken",
            backend.name(),
            report.passed,
            report.total,
            gaps.len(),
            broken.len()
        );
        for (id, why) in &broken {
            println!("  {id}: {why}");
        }
        let closed = known.len() - gaps.len();
        if closed > 0 {
            println!(
                "  {closed} known gaps closed: raise the floor with `cargo xtask conformance --backend {} --bless`",
                backend.name()
            );
        }
        let lower = floor["scores"].as_object().into_iter().flatten().filter(|(name, floor)| {
            let now = report.scores.as_ref().and_then(|scores| scores[name.as_str()].as_f64());
            below(name, now, floor.as_f64())
        });
        for (name, floor) in lower.clone() {
            println!("  {name} is worse than {floor}");
        }
        passed += report.passed;
        failed += broken.len() + lower.count();
    }
    Ok((passed, failed))
}

/// Whether a score fell below its floor. Errors count downwards; small wobbles of shares do not count.
fn below(name: &str, now: Option<f64>, floor: Option<f64>) -> bool {
    let (Some(now), Some(floor)) = (now, floor) else { return floor.is_some() };
    match name {
        "wrong_certificates" => now > floor,
        "median_location_error" => now > floor * 10.0 + 1e-12,
        _ => now < floor - 1e-3,
    }
}

fn read_floors() -> Result<Value> {
    let path = sh::root().join(FLOORS);
    if !path.exists() {
        return Ok(json!({}));
    }
    serde_json::from_str(&sh::read(&path)?).map_err(|e| format!("{FLOORS}: {e}"))
}

/// Makes what was just measured the floor.
fn write_floors(backend: Backend, reports: &[Report]) -> Result {
    let mut floors = read_floors()?;
    for report in reports {
        let mut failing: Vec<&str> = report.failed.iter().map(|(id, _)| id.as_str()).collect();
        failing.sort_unstable();
        let mut floor = json!({"passed": report.passed, "total": report.total, "failing": failing});
        if let Some(scores) = &report.scores {
            floor["scores"] = scores.clone();
        }
        floors[backend.name()][file_name(&report.path)] = floor;
    }
    sh::write(&sh::root().join(FLOORS), format!("{floors:#}\n"))
}

fn corpora() -> Result<Vec<PathBuf>> {
    let dir = sh::root().join("tests/conformance");
    let entries = std::fs::read_dir(&dir).map_err(|e| format!("cannot list {}: {e}", dir.display()))?;
    let mut paths: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "jsonl")).collect();
    paths.sort();
    Ok(paths)
}

/// How to start what answers the cases of a backend.
pub struct Children {
    backend: Backend,
    program: PathBuf,
    args: Vec<PathBuf>,
    count: usize,
}

impl Children {
    /// Builds what is needed.
    pub fn ready(backend: Backend, toolchain: &setup::Toolchain) -> Result<Self> {
        let count = std::thread::available_parallelism().map_or(2, usize::from);
        let root = sh::root();
        if backend == Backend::Wasm {
            app::wasm()?;
            let args = vec![root.join("tests/conformance/run.mjs")];
            return Ok(Self { backend, program: "node".into(), args, count });
        }
        if backend == Backend::Webgpu {
            setup::vulkan()?;
            let args = vec!["--backend".into(), "webgpu".into()];
            return Ok(Self { backend, program: runner(toolchain, &["--features", "webgpu"])?, args, count });
        }
        Ok(Self { backend, program: runner(toolchain, &[])?, args: Vec::new(), count })
    }

    fn start(&self) -> Command {
        let mut command = sh::command(&self.program, &sh::root());
        command.args(&self.args).env("RUST_BACKTRACE", "0");
        command
    }

    /// The answer to one request, from a child of its own that is given time.
    pub fn answer(&self, request: &Value) -> Value {
        pool::answer(request, self.start())
    }

    /// Runs one file.
    fn file(&self, path: &Path) -> Result<Report> {
        let text = sh::read(path)?;
        let mut cases = Vec::new();
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let case = serde_json::from_str(line).map_err(|e| format!("{} line {}: {e}", path.display(), i + 1))?;
            cases.push(case);
        }
        let all = cases.len();
        let cases: Vec<Value> =
            cases.into_iter().filter(|case| self.backend != Backend::Webgpu || single(case)).collect();
        let requests: Vec<Value> = cases.iter().map(|case| request(case, self.backend)).collect();
        let answers = pool::answers(&requests, self.count, &|| self.start());

        let mut report = Report {
            path: path.to_path_buf(),
            passed: 0,
            total: cases.len(),
            skipped: all - cases.len(),
            failed: Vec::new(),
            scores: None,
        };
        let mut scores = Vec::new();
        for (case, answer) in cases.iter().zip(&answers) {
            let verdict = if is_singular(case) {
                let score = singular::score(case, answer);
                let verdict = if score.right() { Ok(()) } else { Err(score.faults.join("; ")) };
                scores.push(score);
                verdict
            } else {
                compare::outcome(case, answer)
            };
            match verdict.and_then(|()| ran_where_asked(answer, self.backend)) {
                Ok(()) => report.passed += 1,
                Err(why) => report.failed.push((case["id"].as_str().unwrap_or("?").to_owned(), why)),
            }
        }
        report.scores = (!scores.is_empty()).then(|| singular::summary(&scores));
        Ok(report)
    }
}

/// The native runner, built.
pub fn runner(toolchain: &setup::Toolchain, features: &[&str]) -> Result<PathBuf> {
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--quiet", "-p", "gradlens-runner"]).args(features);
    sh::step("building the native runner", || sh::run(&mut cargo))?;
    Ok(toolchain.target_dir().join("debug/gradlens-run"))
}

fn is_singular(case: &Value) -> bool {
    case.get("interval").is_some()
}

fn request(case: &Value, backend: Backend) -> Value {
    let backend = backend.name();
    if is_singular(case) {
        return json!({
            "id": case["id"], "kind": "analyze", "src": case["source"], "interval": case["interval"],
            "dtype": case["dtype"], "backend": backend,
        });
    }
    json!({"id": case["id"], "src": case["src"], "x64": case["x64"], "kind": case["kind"], "backend": backend})
}

/// WebGPU has no double precision: a case that turns it on or expects it is not asked there.
fn single(case: &Value) -> bool {
    fn has_double(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.iter().any(has_double),
            Value::Object(map) => {
                let dtype = map.get("dtype").and_then(Value::as_str);
                dtype.is_some_and(|d| matches!(d, "float64" | "int64" | "uint64" | "complex128"))
                    || map.values().any(has_double)
            }
            _ => false,
        }
    }
    case["x64"] != true && case["dtype"] != "f64" && !has_double(&case["expect"])
}

/// A result that another backend computed does not count.
fn ran_where_asked(answer: &Value, asked: Backend) -> std::result::Result<(), String> {
    let backend = &answer["backend"];
    let fallbacks = backend["fallbacks"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    if let Some(first) = fallbacks.first() {
        return Err(format!("fell back: {}", first.as_str().map_or_else(|| first.to_string(), str::to_owned)));
    }
    match backend["ran"].as_str() {
        // The names that backends give themselves.
        Some("cpu") if asked == Backend::Wasm => Ok(()),
        Some("interpreter") if asked == Backend::Reference => Ok(()),
        Some(ran) if ran != asked.name() => Err(format!("ran on {ran}, asked for {}", asked.name())),
        _ => Ok(()),
    }
}

fn print(report: &Report, backend: Backend) {
    let skipped = if report.skipped > 0 { format!(", {} skipped", report.skipped) } else { String::new() };
    println!("{} {}: {} of {} agree{skipped}", backend.name(), file_name(&report.path), report.passed, report.total);
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, why) in &report.failed {
        println!("  {id}: {why}");
        *groups.entry(id.split('.').nth(1).unwrap_or(id)).or_default() += 1;
    }
    if report.failed.len() > 20 && report.scores.is_none() {
        let groups: Vec<String> = groups.iter().map(|(group, n)| format!("{group} {n}")).collect();
        println!("  by group: {}", groups.join(", "));
    }
    if let Some(scores) = report.scores.as_ref().and_then(Value::as_object) {
        print_scores(scores);
    }
}

fn print_scores(scores: &Map<String, Value>) {
    for (name, score) in scores {
        println!("  {name} {score}");
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn sum(reports: &[Report], f: fn(&Report) -> usize) -> usize {
    reports.iter().map(f).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webgpu_is_asked_only_single_precision() {
        let rows = [
            (json!({"x64": false, "expect": {"dtype": "float32"}}), true),
            (json!({"x64": true, "expect": {"dtype": "float32"}}), false),
            (json!({"x64": false, "expect": {"tuple": [{"dtype": "complex128"}]}}), false),
            (json!({"dtype": "f64", "interval": [0, 1]}), false),
            (json!({"dtype": "f32", "interval": [0, 1]}), true),
        ];
        for (case, asked) in rows {
            assert_eq!(single(&case), asked, "{case}");
        }
    }

    /// The answer that a row of a corpus asks for.
    fn perfect(case: &Value) -> Value {
        if is_singular(case) {
            return case.clone();
        }
        let expect = &case["expect"];
        match case["kind"].as_str() {
            Some("value") => json!({ "result": expect }),
            Some("stdout") => json!({ "stdout": expect }),
            _ => json!({ "error": {"type": expect["type"], "msg": expect["msg"].as_str().unwrap_or("anything")} }),
        }
    }

    #[test]
    fn every_row_of_the_corpora_can_be_answered_and_an_empty_answer_is_none() {
        let agrees = |case: &Value, answer: &Value| match is_singular(case) {
            true => singular::score(case, answer).right(),
            false => compare::outcome(case, answer).is_ok(),
        };
        let mut rows = 0;
        for path in corpora().unwrap() {
            for line in sh::read(&path).unwrap().lines() {
                let case: Value = serde_json::from_str(line).unwrap();
                assert!(agrees(&case, &perfect(&case)), "{}", case["id"]);
                // A smooth function is rightly answered by silence.
                assert!(is_singular(&case) || !agrees(&case, &json!({})), "{}", case["id"]);
                rows += 1;
            }
        }
        assert_eq!(rows, 982);
    }

    #[test]
    fn a_fallback_is_a_failure() {
        let rows = [
            (json!({"backend": {"asked": "webgpu", "ran": "webgpu", "fallbacks": []}}), Ok(())),
            (json!({"backend": {"ran": "webgpu", "fallbacks": ["no f64"]}}), Err("fell back: no f64".to_owned())),
            (json!({"backend": {"ran": "reference"}}), Err("ran on reference, asked for webgpu".to_owned())),
        ];
        for (answer, verdict) in rows {
            assert_eq!(ran_where_asked(&answer, Backend::Webgpu), verdict);
        }
    }

    #[test]
    fn floors_only_bite_downwards() {
        let rows = [
            ("recall", 0.9, 0.95, true),
            ("recall", 0.95, 0.9, false),
            ("wrong_certificates", 1.0, 0.0, true),
            ("wrong_certificates", 0.0, 1.0, false),
            ("median_location_error", 1e-9, 1e-16, true),
            ("median_location_error", 1e-16, 1e-9, false),
        ];
        for (name, now, floor, bites) in rows {
            assert_eq!(below(name, Some(now), Some(floor)), bites, "{name} {now} {floor}");
        }
    }
}
