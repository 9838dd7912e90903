//! The request protocol: the plain data that goes into a session and comes out of it.
//!
//! This is the house's public face. The page, the tests and anyone who embeds the lens speak it, and TypeScript's
//! types are generated from it (`cargo test -p gradlens-session --features ts`). It has no behaviour beyond small
//! constructors: whatever computes lives behind it.
//!
//! Conventions:
//! - Numbers are `f64`, NaN and the infinities included; a transport must carry those.
//! - A [`Span`] is in UTF-8 byte offsets of the request's source, with 1-based line and column (in characters).
//! - A request is answered by a stream of [`Answer`]s with its id: what is known early comes early, a later answer of
//!   the same kind replaces the earlier one, and the one with `last` set ends the stream. Whoever holds a newer
//!   request drops the older one's answers.
//! - Names of kinds are snake_case strings, field names are camelCase, absent things are `null`.

use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

/// A number that names a request; the page counts up.
pub type RequestId = u32;

/// One question to the session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Request {
    /// Every answer carries it back.
    pub id: RequestId,
    /// What to do.
    pub task: Task,
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Task {
    /// Run the module and show one of its functions.
    Analyze(Analyze),
    /// The value and cotangent of every graph node at one x, in the function of the last analysis that wanted graphs.
    Inspect(Inspect),
    /// Run the module for its output alone.
    Run(Run),
    /// The library's functions, for completion and hover help.
    Library,
}

/// Run the module, plot one of its functions and its derivatives over a window, and look for what is not smooth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Analyze {
    /// The Python module's text.
    pub source: String,
    /// The function to show, by its name in the module; `None` for the default (a function called `f`, else the last
    /// top-level one that takes a scalar).
    pub function: Option<String>,
    /// The parameter that moves along x; `None` for the first scalar one.
    pub axis: Option<String>,
    /// Values of the other parameters; one that is not named keeps its default.
    pub sliders: Vec<Slider>,
    /// The stretch of the x axis in view.
    pub window: Window,
    /// Evenly spaced samples over the window; the session adds more where the curve needs them.
    pub samples: u32,
    /// Where to run.
    pub backend: BackendChoice,
    /// JAX's default precision, or `jax_enable_x64`.
    pub precision: Precision,
    /// What the asker will look at; the rest is not computed.
    pub want: Want,
}

/// Which parts of an analysis are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Want {
    /// Curves of value and derivatives.
    pub plot: bool,
    /// Events and certified ranges.
    pub lens: bool,
    /// Graphs and Jaxpr texts.
    pub graphs: bool,
}

/// Ask for node values at one x, in the function of the last analysis that wanted graphs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Inspect {
    /// Where.
    pub x: f64,
}

/// Run a module for its output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Run {
    /// The Python module's text.
    pub source: String,
    /// Where to run.
    pub backend: BackendChoice,
    /// JAX's default precision, or `jax_enable_x64`.
    pub precision: Precision,
}

/// The value that a slider holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Slider {
    /// The parameter's name.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// A stretch of the x axis, `lo < hi`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Window {
    /// Left end.
    pub lo: f64,
    /// Right end.
    pub hi: f64,
}

/// Where a person wants the work done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum BackendChoice {
    /// The session chooses.
    #[default]
    Auto,
    /// WebGPU.
    Webgpu,
    /// wasm kernels generated at run time.
    Cpu,
    /// The reference interpreter.
    Reference,
}

/// Where the work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Backend {
    /// WebGPU.
    Webgpu,
    /// wasm kernels generated at run time.
    Cpu,
    /// The reference interpreter.
    Reference,
}

/// The default float and integer width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Precision {
    /// float32 and int32, JAX's defaults.
    #[default]
    F32,
    /// float64 and int64, as under `jax_enable_x64`.
    X64,
}

/// One answer in the stream that a request gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Answer {
    /// The request answered.
    pub id: RequestId,
    /// No more answers to this request will come.
    pub last: bool,
    /// What is said.
    pub body: Body,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Body {
    /// The module was read and run (or not: see its diagnostics).
    Module(Module),
    /// Curves; the refined ones replace the coarse ones.
    Plot(Plot),
    /// Events and ranges; later ones replace earlier ones.
    Lens(Lens),
    /// The function and its gradient as graphs and as Jaxpr text.
    Graphs(Box<Graphs>),
    /// Node values at the x that was asked for.
    Values(Values),
    /// The library's functions.
    Library(Library),
    /// The end, with where it ran and how long it took.
    Done(Done),
}

/// A piece of the source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Line of `start`, from 1.
    pub line: u32,
    /// Column of `start` in characters, from 1.
    pub column: u32,
}

/// What came of reading and running the module.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Module {
    /// Syntax errors, refusals, the uncaught exception, warnings: in source order.
    pub diagnostics: Vec<Diagnostic>,
    /// What the module printed.
    pub output: Vec<Output>,
    /// What it drew with `matplotlib.pyplot`.
    pub figures: Vec<Figure>,
    /// Functions that can be shown, in source order.
    pub functions: Vec<Function>,
    /// The one that is shown, by name.
    pub shown: Option<String>,
    /// The parameter that moves along x.
    pub axis: Option<String>,
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Severity {
    /// It did not run, or stopped here.
    Error,
    /// It ran, but this is likely not what was meant.
    Warning,
    /// Something worth knowing.
    Note,
}

/// Something to say about a place in the source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Diagnostic {
    /// How bad.
    pub severity: Severity,
    /// Where, if it has a place.
    pub span: Option<Span>,
    /// The exception's class as Python would print it (`TypeError`, `jax.errors.TracerBoolConversionError`), or
    /// `None` for a remark of our own.
    pub class: Option<String>,
    /// What is wrong, in one or a few lines.
    pub message: String,
    /// What would work.
    pub help: Option<String>,
    /// The calls that led there, outermost first.
    pub trace: Vec<Frame>,
    /// Edits that would cure it.
    pub fixes: Vec<Fix>,
}

/// One call in a traceback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Frame {
    /// The function, `<module>` for the top level.
    pub name: String,
    /// The place in it.
    pub span: Span,
}

/// A piece of printed text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Output {
    /// Whether it went to standard error.
    pub stderr: bool,
    /// The text, line ends included.
    pub text: String,
}

/// A figure drawn with `matplotlib.pyplot`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Figure {
    /// Its title, if it has one.
    pub title: Option<String>,
    /// Label of the x axis.
    pub x_label: Option<String>,
    /// Label of the y axis.
    pub y_label: Option<String>,
    /// Whether the x axis is logarithmic.
    pub x_log: bool,
    /// Whether the y axis is logarithmic.
    pub y_log: bool,
    /// What is drawn, first to last.
    pub series: Vec<FigureSeries>,
}

/// How a series of a figure is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum FigureMark {
    /// A line through the points.
    Line,
    /// The points.
    Points,
    /// Upright bars from zero.
    Bars,
}

/// One series of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct FigureSeries {
    /// How it is drawn.
    pub mark: FigureMark,
    /// Its name in the legend.
    pub label: Option<String>,
    /// matplotlib's colour name or `#rrggbb`, if one was given.
    pub color: Option<String>,
    /// x of each point.
    pub x: Vec<f64>,
    /// y of each point; NaN leaves a gap.
    pub y: Vec<f64>,
}

/// A function of the module that can be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Function {
    /// Its name in the module.
    pub name: String,
    /// Its parameters, in order.
    pub params: Vec<Param>,
    /// Where it is defined.
    pub span: Option<Span>,
    /// First line of its docstring.
    pub doc: Option<String>,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its default as a number, if that is what it has.
    pub default: Option<f64>,
    /// Whether a scalar can be put in: such a one can move along x or get a slider.
    pub scalar: bool,
}

/// How far the curves have got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Stage {
    /// Evenly spaced samples; gaps are guesses.
    Coarse,
    /// Cut exactly at the events, with samples added beside them.
    Refined,
}

/// The curves of a function over the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Plot {
    /// How far they have got.
    pub stage: Stage,
    /// The window they cover.
    pub window: Window,
    /// The function's value.
    pub value: Curve,
    /// Its derivative by forward mode (`jax.jvp`).
    pub forward: Curve,
    /// Its derivative by reverse mode (`jax.grad`).
    pub reverse: Curve,
    /// Value and reverse derivative computed in float64, where float32 was asked for and departs from it visibly.
    pub precise: Option<Precise>,
    /// Why there is no derivative, when the function cannot be differentiated (an integer output, an error).
    pub no_derivative: Option<Diagnostic>,
}

/// What the curves would be in float64.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Precise {
    /// The value.
    pub value: Curve,
    /// The derivative.
    pub reverse: Curve,
}

/// A curve in pieces: nothing is drawn between one piece and the next (a jump, a pole, a NaN).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Curve {
    /// The pieces, left to right.
    pub segments: Vec<Segment>,
}

/// One connected piece of a curve. All of its numbers are finite.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Segment {
    /// x, ascending.
    pub x: Vec<f64>,
    /// y, as many.
    pub y: Vec<f64>,
}

/// What the lens found in the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Lens {
    /// Whether the search is over; while it is not, events may still be added or change kind.
    pub finished: bool,
    /// Where the function is not smooth or its numbers go wrong, by x.
    pub events: Vec<Event>,
    /// What is proven, refuted or undecided between them: together they cover the window.
    pub ranges: Vec<Range>,
}

/// What kind of place an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum EventKind {
    /// Continuous, and the slope jumps.
    Kink,
    /// The value jumps.
    Jump,
    /// The value goes to infinity.
    Pole,
    /// The slope goes to infinity, with one sign.
    VerticalTangent,
    /// The slope goes to infinity, with opposite signs.
    Cusp,
    /// The function ends here: NaN beyond.
    DomainEdge,
    /// Both limits agree; the value there is missing or wrong.
    Removable,
    /// The value at this one point differs from the limits.
    IsolatedValue,
    /// The gradient is zero over a range where the function that was meant is not constant.
    FlatRegion,
    /// The code switches here and the function does not notice.
    Masked,
    /// A number leaves the float's range.
    Overflow,
    /// A number is flushed to zero.
    Underflow,
    /// The value or a derivative is NaN over a range.
    NanRegion,
    /// It oscillates without limit.
    Oscillation,
    /// Only a higher derivative breaks.
    WeakKink,
    /// Forward and reverse mode disagree, or the derivative that AD returns is not the function's.
    AdMismatch,
    /// Something may happen here; it could not be decided.
    Undecided,
}

/// A place where the function is not smooth, or where its numbers go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Event {
    /// Its number within the analysis.
    pub id: u32,
    /// What it is.
    pub kind: EventKind,
    /// Where it is, or begins.
    pub x: f64,
    /// Where it ends, if it is a range.
    pub x_end: Option<f64>,
    /// The place in words where it has a name (`pi/2`, `ln 2`).
    pub x_text: Option<String>,
    /// Whether it exists for the real function, or in the float type alone.
    pub float_only: bool,
    /// The function's value on both sides and there.
    pub value: Sides,
    /// Its slope on both sides, and what the derivative would be there if it has one.
    pub slope: Sides,
    /// The Clarke interval: all slopes that could be meant at a kink.
    pub clarke: Option<[f64; 2]>,
    /// What `jax.grad` returns exactly there.
    pub grad: Option<Returned>,
    /// What `jax.jvp` returns exactly there.
    pub jvp: Option<Returned>,
    /// Order of a pole.
    pub order: Option<f64>,
    /// The expression at fault.
    pub span: Option<Span>,
    /// Its primitive, if it is one.
    pub primitive: Option<String>,
    /// Graph nodes of the function that it touches.
    pub nodes: Vec<u32>,
    /// The cause in one line: `abs(x - 1): its argument is zero`.
    pub cause: String,
    /// What happens there and what it means for whoever uses the gradient: paragraphs of plain text, in which
    /// backquotes mark code.
    pub explanation: String,
    /// What to write instead.
    pub fixes: Vec<Fix>,
}

/// Something on both sides of a place, and at it. Missing where there is no such limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Sides {
    /// Limit from the left.
    pub left: Option<f64>,
    /// At the place.
    pub at: Option<f64>,
    /// Limit from the right.
    pub right: Option<f64>,
}

/// What a derivative function returned, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Returned {
    /// The number.
    pub value: f64,
    /// The rule that decided it: `abs: +1 where x >= 0`.
    pub rule: Option<String>,
}

/// A change to the source that would cure something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Fix {
    /// What it does: `Use logaddexp`.
    pub title: String,
    /// What changes by it, and what does not.
    pub note: String,
    /// The edits, not overlapping, all against the request's source.
    pub edits: Vec<Edit>,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Edit {
    /// First byte replaced.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// What comes instead.
    pub text: String,
}

/// How sure a claim is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Verdict {
    /// Proven true, by interval arithmetic with outward rounding.
    Proven,
    /// Known to be false.
    Refuted,
    /// Neither.
    Undecided,
}

/// Three separate claims about a stretch of the window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Range {
    /// Left end.
    pub lo: f64,
    /// Right end.
    pub hi: f64,
    /// The function is smooth over the reals.
    pub smooth: Verdict,
    /// Every number on the way is finite in the float type.
    pub finite: Verdict,
    /// What AD returns is the derivative.
    pub faithful: Verdict,
}

/// A function and its gradient, to be read and to be drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Graphs {
    /// The function.
    pub function: Graph,
    /// Its gradient; `None` if it has none.
    pub gradient: Option<Graph>,
    /// `jax.make_jaxpr(f)`.
    pub function_jaxpr: String,
    /// `jax.make_jaxpr(jax.grad(f))`.
    pub gradient_jaxpr: Option<String>,
}

/// A Jaxpr as a graph.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Graph {
    /// In the order of the Jaxpr: inputs, then equations, then outputs.
    pub nodes: Vec<Node>,
    /// From the node that makes a value to the one that takes it.
    pub edges: Vec<Edge>,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum NodeKind {
    /// An argument.
    Input,
    /// A captured array or literal.
    Constant,
    /// An equation.
    Equation,
    /// A result.
    Output,
}

/// What a node computes, in the gradient's graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub enum Role {
    /// The function itself.
    Primal,
    /// A linear coefficient: what forward mode carries along.
    Tangent,
    /// What reverse mode carries back.
    Cotangent,
}

/// A node of a graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Node {
    /// Its number within the graph.
    pub id: u32,
    /// Stays the same across edits that leave the node alone, so that a drawing can keep it in place.
    pub key: String,
    /// What it stands for.
    pub kind: NodeKind,
    /// JAX's name of the primitive; empty for inputs and outputs.
    pub primitive: String,
    /// What to write on it: `sin`, `x`, `2.0`, `pow 3`.
    pub label: String,
    /// `f32[3]`.
    pub aval: String,
    /// The expression it came from.
    pub span: Option<Span>,
    /// What it computes.
    pub role: Role,
    /// The node of the function's graph it belongs to.
    pub primal: Option<u32>,
    /// Text of the inner Jaxpr, for `cond`, `scan`, `jit` and their kin.
    pub inner: Option<String>,
}

/// A value going from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Edge {
    /// The node that makes it.
    pub from: u32,
    /// The node that takes it.
    pub to: u32,
    /// As its how-manieth operand, from 0.
    pub operand: u32,
}

/// What every node of the function's graph holds at one x.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Values {
    /// Where.
    pub x: f64,
    /// The function's value.
    pub value: Option<f64>,
    /// Its forward derivative.
    pub forward: Option<f64>,
    /// Its reverse derivative.
    pub reverse: Option<f64>,
    /// One entry per node that has something to show.
    pub nodes: Vec<NodeValue>,
    /// The first node whose value is not finite, on the way forward.
    pub first_bad_value: Option<u32>,
    /// The first node whose cotangent is not finite, on the way back.
    pub first_bad_cotangent: Option<u32>,
    /// The first node on the way back whose cotangent is zero: where the gradient dies.
    pub dies_at: Option<u32>,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct NodeValue {
    /// The node of the function's graph.
    pub node: u32,
    /// Its value if it is a scalar.
    pub value: Option<f64>,
    /// Its value as text, shortened if it is large.
    pub value_text: String,
    /// Its cotangent if it is a scalar.
    pub cotangent: Option<f64>,
    /// Its cotangent as text; empty if none reaches it.
    pub cotangent_text: String,
}

/// The library's functions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Library {
    /// By path.
    pub functions: Vec<LibraryFunction>,
}

/// A function of the library.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct LibraryFunction {
    /// Its full path: `jax.numpy.sin`.
    pub path: String,
    /// Its signature: `(a, axis=None, keepdims=False)`.
    pub signature: String,
    /// One line about it.
    pub doc: String,
}

/// The end of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Done {
    /// Where it ran, and why not where it was asked to.
    pub backend: BackendReport,
    /// How long each part took, in the order they ran.
    pub timings: Vec<Timing>,
    /// Whether a limit (fuel, memory, frames) ended it early.
    pub stopped: bool,
}

/// Where something ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct BackendReport {
    /// What was asked for.
    pub asked: BackendChoice,
    /// What ran.
    pub ran: Backend,
    /// Why it is not what was asked for; `None` where it is.
    pub reason: Option<String>,
    /// The device's name, if it has one.
    pub device: Option<String>,
}

/// How long something took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/protocol.ts"))]
pub struct Timing {
    /// What: `parse`, `run`, `trace`, `plot`, `lens`.
    pub phase: String,
    /// Milliseconds.
    pub ms: f64,
}

impl Answer {
    /// An answer after which more will come.
    pub fn more(id: RequestId, body: Body) -> Self {
        Answer { id, last: false, body }
    }

    /// The last answer to a request.
    pub fn last(id: RequestId, body: Body) -> Self {
        Answer { id, last: true, body }
    }
}
