//! What answers the page's requests: runs the module, draws curves, asks the lens, shows graphs.

use crate::executor::Engine;
use crate::graph;
use crate::listen::Listener;
use crate::module::{Lines, Loaded, Scalar, describe, error_diagnostic, load};
use crate::protocol::*;
use gradlens_ir::{DType, Error, Result};
use gradlens_lens::{Kind, Report, Sample, Settings};
use std::cell::RefCell;
use std::rc::Rc;

/// An engine for a choice of backend, and why it is not the one that was asked for.
pub type Engines = dyn Fn(BackendChoice) -> (Rc<Engine>, Option<String>);

/// A page's session: holds what the last analysis left for inspection.
pub struct Session {
    engines: Box<Engines>,
    clock: fn() -> f64,
    last: RefCell<Option<Kept>>,
}

struct Kept {
    loaded: Rc<Loaded>,
    scalar: Scalar,
    dtype: DType,
}

/// Samples of the first, coarse curves.
const COARSE: usize = 256;
/// The most paths of the user's code that a page follows.
const MAX_PATHS: usize = 48;

struct Run<'a> {
    id: RequestId,
    listener: &'a dyn Listener,
    timings: Vec<Timing>,
    since: f64,
    clock: fn() -> f64,
}

impl Run<'_> {
    /// Says something, and notes how long it took to find out.
    fn say(&mut self, phase: &str, body: Body) {
        let now = (self.clock)();
        self.timings.push(Timing { phase: phase.into(), ms: now - self.since });
        self.since = now;
        self.listener.say(Answer::more(self.id, body));
    }
}

impl Session {
    /// A session that takes its engines from `engines` and the time (milliseconds) from `clock`.
    pub fn new(engines: Box<Engines>, clock: fn() -> f64) -> Session {
        Session { engines, clock, last: RefCell::new(None) }
    }

    /// Answers one request; the last answer is always `Done`.
    pub async fn handle(&self, request: Request, listener: &dyn Listener) {
        let choice = match &request.task {
            Task::Analyze(a) => a.backend,
            Task::Run(r) => r.backend,
            _ => BackendChoice::Auto,
        };
        let (engine, mut reason) = (self.engines)(choice);
        engine.take_fallbacks();
        engine.take_ran();
        let mut run = Run { id: request.id, listener, timings: vec![], since: (self.clock)(), clock: self.clock };
        let stopped = match request.task {
            Task::Analyze(a) => self.analyze(&engine, &a, &mut run).await,
            Task::Inspect(i) => self.inspect(i.x, &mut run).await,
            Task::Run(r) => {
                let loaded = load(&engine, &r.source, r.precision == Precision::X64).await;
                let stopped = loaded.stopped;
                run.say("run", Body::Module(loaded.module));
                stopped
            }
            Task::Library => {
                run.say("library", Body::Library(library()));
                false
            }
        };
        let ran = engine.take_ran();
        let fallbacks = engine.take_fallbacks();
        let ran_on = ran
            .iter()
            .find(|r| **r == engine.backend().name())
            .or(ran.first())
            .copied()
            .unwrap_or(engine.backend().name());
        if reason.is_none() {
            reason = fallbacks.first().cloned();
        }
        let backend = BackendReport { asked: choice, ran: backend_of(ran_on), reason, device: None };
        listener.say(Answer::last(request.id, Body::Done(Done { backend, timings: run.timings, stopped })));
    }

    async fn analyze(&self, engine: &Rc<Engine>, a: &Analyze, run: &mut Run<'_>) -> bool {
        let x64 = a.precision == Precision::X64;
        let lines = Lines::new(&a.source);
        let mut loaded = load(engine, &a.source, x64).await;
        let stopped = loaded.stopped;
        let shown = choose(&loaded.module.functions, a.function.as_deref());
        let axis = shown.as_ref().and_then(|f| {
            let named = a.axis.as_deref().filter(|n| f.params.iter().any(|p| p.name == *n));
            named.map(str::to_string).or(f.params.iter().find(|p| p.scalar).map(|p| p.name.clone()))
        });
        loaded.module.shown = shown.as_ref().map(|f| f.name.clone());
        loaded.module.axis = axis.clone();
        run.say("run", Body::Module(loaded.module.clone()));
        let Some(function) = shown else { return stopped };
        if !run.listener.breathe().await {
            return stopped;
        }
        let dtype = if x64 { DType::F64 } else { DType::F32 };
        let sliders: Vec<(String, f64)> = a.sliders.iter().map(|s| (s.name.clone(), s.value)).collect();
        let scalar = match Scalar::new(&loaded, &function, axis.as_deref(), &sliders, dtype) {
            Ok(s) => s,
            Err(e) => {
                loaded.module.diagnostics.push(error_diagnostic(&e, &lines));
                run.say("run", Body::Module(loaded.module.clone()));
                return stopped;
            }
        };
        let loaded = Rc::new(loaded);
        *self.last.borrow_mut() = Some(Kept { loaded: loaded.clone(), scalar: scalar.clone(), dtype });
        let window = (a.window.lo, a.window.hi);
        let settings = Settings {
            window,
            dtype,
            samples: (a.samples as usize).clamp(64, 4096),
            max_paths: MAX_PATHS,
            certify: true,
        };
        if a.want.plot {
            let coarse = Settings { samples: COARSE.min(settings.samples), certify: false, ..settings };
            let (cx, f) = (loaded.cx.clone(), scalar.clone());
            match loaded.drive(async move { gradlens_lens::curves(&cx, &f, &coarse).await }).await {
                Ok(samples) => run.say("plot", Body::Plot(plot(Stage::Coarse, a.window, &samples, &[]))),
                Err(e) => {
                    let mut module = loaded.module.clone();
                    let (class, message) = describe(&e);
                    let mut d = error_diagnostic(&e, &lines);
                    (d.class, d.message) = (Some(class), message);
                    d.span = d.span.or(function.span);
                    module.diagnostics.push(d);
                    run.say("plot", Body::Module(module));
                    return stopped;
                }
            }
            if !run.listener.breathe().await {
                return stopped;
            }
        }
        if a.want.graphs {
            if let Ok(graphs) = self.graphs(&loaded, &scalar, &lines).await {
                run.say("graphs", Body::Graphs(Box::new(graphs)));
            }
            if !run.listener.breathe().await {
                return stopped;
            }
        }
        if a.want.lens || a.want.plot {
            let (cx, f) = (loaded.cx.clone(), scalar.clone());
            if let Ok(report) = loaded.drive(async move { gradlens_lens::analyze(&cx, &f, &settings).await }).await {
                if a.want.plot {
                    run.say("plot", Body::Plot(plot(Stage::Refined, a.window, &report.samples, &report.events)));
                }
                if a.want.lens {
                    run.say("lens", Body::Lens(lens(&report, a.window, dtype, &lines)));
                }
            }
        }
        stopped
    }

    async fn graphs(&self, loaded: &Rc<Loaded>, scalar: &Scalar, lines: &Lines<'_>) -> Result<Graphs> {
        use gradlens_lens::Source;
        let (f, g) = (scalar.clone(), scalar.clone());
        // Staged where the code allows it, else along the path taken in the middle.
        let function = loaded
            .drive(async move {
                match f.stage().await {
                    Ok(j) => Ok(j),
                    Err(_) => f.record(0.5).await.map(|r| r.closed),
                }
            })
            .await?;
        let gradient = loaded
            .drive(async move {
                match g.stage_gradient().await {
                    Ok(j) => Ok(j),
                    Err(_) => g.record_reverse(0.5).await.map(|r| r.closed),
                }
            })
            .await
            .ok();
        let drawn = graph::graph(&function, lines);
        let gradient_graph = gradient.as_ref().map(|j| {
            let mut g = graph::graph(j, lines);
            graph::link(&mut g, &drawn);
            g
        });
        Ok(Graphs {
            function: drawn,
            gradient: gradient_graph,
            function_jaxpr: gradlens_ir::text::jaxpr_text(&function.jaxpr),
            gradient_jaxpr: gradient.as_ref().map(|j| gradlens_ir::text::jaxpr_text(&j.jaxpr)),
        })
    }

    async fn inspect(&self, x: f64, run: &mut Run<'_>) -> bool {
        let kept = self.last.borrow().as_ref().map(|k| (k.loaded.clone(), k.scalar.clone(), k.dtype));
        let Some((loaded, scalar, dtype)) = kept else { return false };
        let (cx, f) = (loaded.cx.clone(), scalar.clone());
        let values = loaded
            .drive(async move {
                use gradlens_lens::Source;
                let function = match f.stage().await {
                    Ok(j) => j,
                    Err(_) => f.record(x).await?.closed,
                };
                let settings = Settings { window: (x, x), dtype, samples: 16, max_paths: 1, certify: false };
                let at = gradlens_lens::at(&cx, &f, &settings, x).await?;
                graph::values(&cx, &function, dtype, x, &at).await
            })
            .await;
        if let Ok(values) = values {
            run.say("inspect", Body::Values(values));
        }
        false
    }
}

fn backend_of(name: &str) -> Backend {
    match name {
        "webgpu" => Backend::Webgpu,
        "wasm" => Backend::Cpu,
        _ => Backend::Reference,
    }
}

/// The function to show: the one asked for, one called `f`, or the last that takes a scalar.
fn choose(functions: &[Function], asked: Option<&str>) -> Option<Function> {
    let takes_scalar = |f: &&Function| f.params.iter().any(|p| p.scalar);
    functions
        .iter()
        .find(|f| Some(f.name.as_str()) == asked)
        .or_else(|| functions.iter().find(|f| f.name == "f" && takes_scalar(f)))
        .or_else(|| functions.iter().rev().find(takes_scalar))
        .cloned()
}

fn segments(points: impl Iterator<Item = (f64, f64)>, cuts: &[f64]) -> Curve {
    let mut segments: Vec<Segment> = vec![];
    let mut open = Segment::default();
    let mut last = f64::NEG_INFINITY;
    let mut close = |open: &mut Segment| {
        if !open.x.is_empty() {
            segments.push(std::mem::take(open));
        }
    };
    for (x, y) in points {
        if !y.is_finite() || cuts.iter().any(|c| *c > last && *c <= x && last.is_finite()) {
            close(&mut open);
        }
        if y.is_finite() {
            open.x.push(x);
            open.y.push(y);
        }
        last = x;
    }
    close(&mut open);
    Curve { segments }
}

/// The curves, cut where something happens; the limits on both sides are drawn to.
fn plot(stage: Stage, window: Window, samples: &[Sample], events: &[gradlens_lens::Event]) -> Plot {
    let points = |pick: fn(&Sample) -> f64,
                  left: fn(&gradlens_lens::Event) -> f64,
                  right: fn(&gradlens_lens::Event) -> f64,
                  cut: fn(Kind) -> bool| {
        let mut list: Vec<(f64, f64)> = samples.iter().map(|s| (s.x, pick(s))).collect();
        let mut cuts = vec![];
        for e in events.iter().filter(|e| e.x_end.is_none() && cut(e.kind)) {
            list.retain(|p| p.0 != e.x);
            let at = list.partition_point(|p| p.0 < e.x);
            let just_before = e.x.next_down();
            list.insert(at, (e.x.next_up(), right(e)));
            list.insert(at, (just_before, left(e)));
            cuts.push(e.x);
        }
        segments(list.into_iter(), &cuts)
    };
    let value_cuts = |k: Kind| {
        matches!(
            k,
            Kind::Jump
                | Kind::Pole
                | Kind::DomainEdge
                | Kind::Overflow
                | Kind::Removable
                | Kind::IsolatedValue
                | Kind::Oscillation
        )
    };
    let slope_cuts = |k: Kind| !matches!(k, Kind::FlatRegion | Kind::NanGradient | Kind::Undecided);
    Plot {
        stage,
        window,
        value: points(|s| s.value, |e| e.left.value, |e| e.right.value, value_cuts),
        forward: points(|s| s.forward, |e| e.left.slope, |e| e.right.slope, slope_cuts),
        reverse: points(|s| s.reverse, |e| e.left.slope, |e| e.right.slope, slope_cuts),
        precise: None,
        no_derivative: None,
    }
}

fn finite(x: f64) -> Option<f64> {
    (!x.is_nan()).then_some(x)
}

fn kind_of(e: &gradlens_lens::Event) -> EventKind {
    match e.kind {
        Kind::Kink => EventKind::Kink,
        Kind::Jump => EventKind::Jump,
        Kind::Pole => EventKind::Pole,
        Kind::VerticalTangent if e.left.slope * e.right.slope < 0.0 => EventKind::Cusp,
        Kind::VerticalTangent => EventKind::VerticalTangent,
        Kind::DomainEdge => EventKind::DomainEdge,
        Kind::Removable => EventKind::Removable,
        Kind::IsolatedValue => EventKind::IsolatedValue,
        Kind::FlatRegion => EventKind::FlatRegion,
        Kind::Overflow => EventKind::Overflow,
        Kind::NanGradient => EventKind::NanRegion,
        Kind::Oscillation => EventKind::Oscillation,
        Kind::Undecided => EventKind::Undecided,
    }
}

fn lens(report: &Report, window: Window, dtype: DType, lines: &Lines) -> Lens {
    let events = report
        .events
        .iter()
        .enumerate()
        .map(|(i, e)| {
            let (l, r) = (e.left.slope, e.right.slope);
            let clarke = (e.kind == Kind::Kink && l.is_finite() && r.is_finite()).then(|| [l.min(r), l.max(r)]);
            let rule = e.prim.map(|p| format!("{}: {}", p.name(), p.row().doc));
            Event {
                id: i as u32,
                kind: kind_of(e),
                x: e.x,
                x_end: e.x_end,
                x_text: None,
                float_only: e.kind == Kind::Overflow,
                value: Sides { left: finite(e.left.value), at: finite(e.at.value), right: finite(e.right.value) },
                slope: Sides { left: finite(l), at: None, right: finite(r) },
                clarke,
                grad: e.at.reverse.map(|value| Returned { value, rule: rule.clone() }),
                jvp: Some(Returned { value: e.at.forward, rule }),
                order: None,
                span: lines.span(e.span),
                primitive: e.prim.map(|p| p.name().to_string()),
                nodes: vec![],
                cause: e.cause.clone(),
                explanation: e.explanation.clone(),
                fixes: fixes(e, lines.text()),
            }
        })
        .collect();
    let mut ranges: Vec<Range> = vec![];
    let verdicts = |list: &[(f64, f64)], v: Verdict, ranges: &mut Vec<Range>| {
        for (lo, hi) in list {
            // In float32 a derivative can lose its meaning to cancellation without anything being singular: that is not claimed.
            let faithful = if dtype == DType::F64 { v } else { Verdict::Undecided };
            ranges.push(Range { lo: lo.max(window.lo), hi: hi.min(window.hi), smooth: v, finite: v, faithful });
        }
    };
    verdicts(&report.certified, Verdict::Proven, &mut ranges);
    verdicts(&report.undecided, Verdict::Undecided, &mut ranges);
    ranges.sort_by(|a, b| a.lo.total_cmp(&b.lo));
    Lens { finished: true, events, ranges }
}

/// What to write instead: an edit where the text has a form that one is known for, else words.
fn fixes(e: &gradlens_lens::Event, source: &str) -> Vec<Fix> {
    let mut fixes = crate::remedies::edits(e, source);
    if fixes.is_empty() && !e.remedy.is_empty() {
        fixes.push(Fix { title: "What to write instead".into(), note: e.remedy.clone(), edits: vec![] });
    }
    fixes
}

/// The library's table, for completion.
fn library() -> Library {
    let registry = gradlens_numpy::registry();
    let functions = registry
        .paths()
        .iter()
        .filter_map(|p| {
            registry.function(p).map(|f| LibraryFunction {
                path: p.to_string(),
                signature: format!("({})", f.signature),
                doc: f.doc.into(),
            })
        })
        .collect();
    Library { functions }
}

/// What went wrong, for hosts that only want the text.
pub fn message(e: &Error) -> String {
    let (class, text) = describe(e);
    format!("{class}: {text}")
}
