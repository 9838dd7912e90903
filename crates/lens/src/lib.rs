//! Where a function of one real variable is not smooth, where its numbers go wrong, and why.
//!
//! A function is seen through its recordings: straight-line Jaxprs along the paths its code takes (`gradlens_transform::record`).
//! Every switching surface of every primitive, every decision of the code and every change between finite and not is a component
//! of the *signature*; where neighbouring samples differ in it, the place is found by bisection over the floats themselves, and
//! classified by one-sided limits. Between such places interval arithmetic may prove that nothing happens. See the module docs.

mod certify;
mod classify;
mod explain;
mod locate;
mod piece;

pub use piece::{Piece, Source};

use gradlens_ir::{DType, Prim, Result, Span};
use gradlens_transform::Cx;

/// What happens at a place.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Kink,
    Jump,
    Pole,
    VerticalTangent,
    DomainEdge,
    Removable,
    IsolatedValue,
    FlatRegion,
    Overflow,
    NanGradient,
    Oscillation,
    Undecided,
}

impl Kind {
    /// The name that data files and the page use.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Kink => "kink",
            Kind::Jump => "jump",
            Kind::Pole => "pole",
            Kind::VerticalTangent => "vertical_tangent",
            Kind::DomainEdge => "domain_edge",
            Kind::Removable => "removable",
            Kind::IsolatedValue => "isolated_value",
            Kind::FlatRegion => "flat_region",
            Kind::Overflow => "overflow",
            Kind::NanGradient => "nan_region",
            Kind::Oscillation => "oscillation",
            Kind::Undecided => "undecided",
        }
    }
}

/// One side of a place.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Side {
    /// The limit of the value (NaN where there is none).
    pub value: f64,
    /// The limit of the slope (NaN where there is none, infinite at a vertical tangent or pole).
    pub slope: f64,
}

/// What the transformations return at a place.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct AtPoint {
    /// The value.
    pub value: f64,
    /// `jax.jvp`'s derivative.
    pub forward: f64,
    /// `jax.grad`'s, `None` where reverse mode is refused.
    pub reverse: Option<f64>,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub struct Event {
    /// What.
    pub kind: Kind,
    /// Where it is, or begins.
    pub x: f64,
    /// Where it ends, for stretches.
    pub x_end: Option<f64>,
    /// The limits from the left.
    pub left: Side,
    /// The limits from the right.
    pub right: Side,
    /// What is returned exactly there.
    pub at: AtPoint,
    /// The source expression to blame.
    pub span: Span,
    /// The primitive to blame, if one is.
    pub prim: Option<Prim>,
    /// Whether only derivatives show it: the function itself is fine.
    pub ad_only: bool,
    /// The cause, in a few words.
    pub cause: String,
    /// What it means, for people.
    pub explanation: String,
    /// What to write instead.
    pub remedy: String,
}

/// What the lens found on a window.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Places and stretches, from left to right.
    pub events: Vec<Event>,
    /// Ranges proven smooth, finite and rightly differentiated.
    pub certified: Vec<(f64, f64)>,
    /// Ranges of which neither is known: nothing was seen and nothing is proven.
    pub undecided: Vec<(f64, f64)>,
    /// The samples: x, value, forward derivative, reverse derivative.
    pub samples: Vec<Sample>,
}

/// One sample of the curves.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Sample {
    /// Where.
    pub x: f64,
    /// The function.
    pub value: f64,
    /// Forward mode.
    pub forward: f64,
    /// Reverse mode (NaN where it is refused).
    pub reverse: f64,
}

/// Settings of an analysis.
#[derive(Copy, Clone, Debug)]
pub struct Settings {
    /// The window.
    pub window: (f64, f64),
    /// The dtype the function is evaluated in.
    pub dtype: DType,
    /// Samples over the window.
    pub samples: usize,
    /// The most paths of the user's code that are followed.
    pub max_paths: usize,
    /// Whether to prove ranges smooth.
    pub certify: bool,
}

/// Only the curves, on an even grid.
///
/// Errors: what the function raises at a sample where nothing else is known.
pub async fn curves(cx: &Cx, source: &dyn Source, settings: &Settings) -> Result<Vec<Sample>> {
    let mut pieces = piece::Pieces::new(cx, source, settings);
    let (lo, hi) = settings.window;
    let n = settings.samples.max(16);
    let grid: Vec<f64> = (0..=n).map(|i| pieces.round(lo + (hi - lo) * i as f64 / n as f64)).collect();
    pieces.curves(&grid).await
}

/// Value and derivatives at one point.
pub async fn at(cx: &Cx, source: &dyn Source, settings: &Settings, x: f64) -> Result<Sample> {
    let mut pieces = piece::Pieces::new(cx, source, settings);
    let x = pieces.round(x);
    let samples = pieces.curves(&[x]).await?;
    samples.first().copied().ok_or_else(|| pieces.nothing())
}

/// Analyses a function on a window.
///
/// Errors: what the function raises at a sample where nothing else is known.
pub async fn analyze(cx: &Cx, source: &dyn Source, settings: &Settings) -> Result<Report> {
    let mut pieces = piece::Pieces::new(cx, source, settings);
    let (lo, hi) = settings.window;
    let n = settings.samples.max(16);
    let grid: Vec<f64> = (0..=n).map(|i| pieces.round(lo + (hi - lo) * i as f64 / n as f64)).collect();
    let probes = pieces.probe(&grid).await?;
    let places = locate::locate(&mut pieces, &grid, &probes).await?;
    let mut events = vec![];
    for place in &places {
        if let Some(e) = classify::classify(&mut pieces, place).await? {
            events.push(e);
        }
    }
    let events = classify::merge(events, hi - lo);
    let samples = pieces.curves(&grid).await?;
    let mut all = events;
    all.extend(classify::stretches(&pieces, &samples, &all));
    explain::explain(&mut all);
    all.sort_by(|a, b| a.x.total_cmp(&b.x));
    let (certified, undecided) =
        if settings.certify { certify::certify(&pieces, &all, &grid) } else { (vec![], vec![]) };
    Ok(Report { events: all, certified, undecided, samples })
}
