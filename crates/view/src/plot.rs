//! The plot's model: which range of y to show, which marks an event puts on the two panels, where forward and reverse
//! mode part, and which stretches are shaded.

use serde::{Deserialize, Serialize};
#[cfg(feature = "ts")]
use ts_rs::TS;

/// One connected piece of a curve, x ascending, all numbers finite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// x of each point.
    pub x: Vec<f64>,
    /// y of each point.
    pub y: Vec<f64>,
}

/// What kind of place a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Continuous, and the slope jumps.
    Kink,
    /// The value jumps.
    Jump,
    /// The value goes to infinity.
    Pole,
    /// The slope goes to infinity on one or both sides.
    Steep,
    /// NaN on one side.
    Edge,
    /// Both limits agree; the value there is missing or wrong.
    Hole,
    /// The code switches, the function does not notice.
    Masked,
    /// A stretch without gradient.
    Flat,
    /// A stretch of NaN.
    Nan,
    /// A number leaves the float's range.
    Range,
    /// A stretch or place where AD returns something else than the derivative.
    Mismatch,
    /// A stretch or place that could not be decided.
    Undecided,
}

/// What the plot needs to know about an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The event's number.
    pub id: u32,
    /// Its kind.
    pub kind: Kind,
    /// Where it is or begins.
    pub x: f64,
    /// Where it ends.
    pub x_end: Option<f64>,
    /// Value from the left, there, from the right.
    pub value: [Option<f64>; 3],
    /// Slope from the left, there, from the right.
    pub slope: [Option<f64>; 3],
    /// What grad returns there.
    pub grad: Option<f64>,
    /// What jvp returns there.
    pub jvp: Option<f64>,
}

/// Everything that the plot's model is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// The window.
    pub window: [f64; 2],
    /// The value.
    pub value: Vec<Piece>,
    /// Forward derivative.
    pub forward: Vec<Piece>,
    /// Reverse derivative.
    pub reverse: Vec<Piece>,
    /// The events.
    pub marks: Vec<Mark>,
}

/// The two panels of the plot, over one x axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct PlotModel {
    /// The function.
    pub value: Panel,
    /// Its derivatives.
    pub slope: Panel,
    /// Shaded stretches, through both panels.
    pub bands: Vec<Band>,
    /// Stretches on which forward and reverse mode disagree.
    pub disagree: Vec<[f64; 2]>,
}

/// One panel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct Panel {
    /// The y range to show.
    pub range: [f64; 2],
    /// Whether curves leave that range (a pole, an overflow), so that it is a choice.
    pub clipped: bool,
    /// Points of note.
    pub dots: Vec<Dot>,
    /// Short lines that show a one-sided slope.
    pub whiskers: Vec<Whisker>,
    /// Upright lines that the curve runs along.
    pub asymptotes: Vec<Upright>,
    /// Upright bars between two values: the slopes that could be meant at a kink.
    pub spans: Vec<UprightSpan>,
}

/// How a dot is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub enum DotShape {
    /// A value that is taken.
    Closed,
    /// A limit that is not.
    Open,
    /// A switch that the function does not notice.
    Diamond,
    /// What grad returns there.
    Grad,
    /// What jvp returns there, where that differs.
    Jvp,
}

/// A point of note.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct Dot {
    /// x.
    pub x: f64,
    /// y.
    pub y: f64,
    /// How it is drawn.
    pub shape: DotShape,
    /// Its event.
    pub event: u32,
}

/// A short line from a point, to show a slope on one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct Whisker {
    /// x of the point.
    pub x: f64,
    /// y of the point.
    pub y: f64,
    /// The slope.
    pub slope: f64,
    /// -1 to the left, 1 to the right.
    pub side: i32,
    /// Its event.
    pub event: u32,
}

/// An upright line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct Upright {
    /// x.
    pub x: f64,
    /// Its event.
    pub event: u32,
}

/// An upright bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct UprightSpan {
    /// x.
    pub x: f64,
    /// Lower end.
    pub lo: f64,
    /// Upper end.
    pub hi: f64,
    /// Its event.
    pub event: u32,
}

/// Why a stretch is shaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub enum BandKind {
    /// The gradient is zero and should not be.
    Flat,
    /// NaN.
    Nan,
    /// Out of the float's range.
    Range,
    /// AD returns something else than the derivative.
    Mismatch,
    /// Could not be decided.
    Undecided,
}

/// A shaded stretch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(TS), ts(export, export_to = "../../../web/src/model.ts"))]
pub struct Band {
    /// Left end.
    pub lo: f64,
    /// Right end.
    pub hi: f64,
    /// Why.
    pub kind: BandKind,
    /// Whether it concerns the value; if not, the value is fine there and only its derivative is not.
    pub value: bool,
    /// Its event.
    pub event: u32,
}

/// The plot's model.
pub fn plot(input: &Input) -> PlotModel {
    let mut model = PlotModel::default();
    for m in &input.marks {
        mark(m, input, &mut model);
    }
    let blows = |p: &Panel| !p.asymptotes.is_empty();
    let (value_blows, slope_blows) = (blows(&model.value), blows(&model.slope));
    let dots = |p: &Panel| p.dots.iter().map(|d| d.y).collect::<Vec<_>>();
    (model.value.range, model.value.clipped) = y_range(&[&input.value], &dots(&model.value), value_blows);
    (model.slope.range, model.slope.clipped) =
        y_range(&[&input.forward, &input.reverse], &dots(&model.slope), slope_blows);
    let height = model.slope.range[1] - model.slope.range[0];
    model.disagree = disagreements(&input.forward, &input.reverse, height);
    model
}

/// What one event puts on the panels.
fn mark(m: &Mark, input: &Input, model: &mut PlotModel) {
    let window = input.window;
    let (x, event) = (m.x, m.id);
    let [left, at, right] = m.value.map(|v| v.filter(|v| v.is_finite()));
    let [sleft, _, sright] = m.slope.map(|v| v.filter(|v| v.is_finite()));
    let band = |kind| {
        let (lo, hi) = (x.max(window[0]), m.x_end?.min(window[1]));
        // A value that is there all through is not what the stretch is about.
        let covered: f64 = input
            .value
            .iter()
            .filter_map(|p| Some((*p.x.first()?, *p.x.last()?)))
            .map(|(a, b)| (b.min(hi) - a.max(lo)).max(0.0))
            .sum();
        let value = !matches!(kind, BandKind::Flat | BandKind::Mismatch) && covered < 0.9 * (hi - lo);
        (hi > lo).then_some(Band { lo, hi, kind, value, event })
    };
    let closed = |y| Dot { x, y, shape: DotShape::Closed, event };
    let open = |y| Dot { x, y, shape: DotShape::Open, event };
    match m.kind {
        Kind::Kink => {
            if let Some(y) = at.or(left).or(right) {
                model.value.dots.push(closed(y));
                for (slope, side) in [(sleft, -1), (sright, 1)] {
                    if let Some(slope) = slope {
                        model.value.whiskers.push(Whisker { x, y, slope, side, event });
                    }
                }
            }
        }
        Kind::Jump | Kind::Hole => {
            for y in [left, right].into_iter().flatten() {
                let dot = if at == Some(y) { closed(y) } else { open(y) };
                if model.value.dots.last() != Some(&dot) {
                    model.value.dots.push(dot);
                }
            }
            if let Some(y) = at.filter(|_| at != left && at != right) {
                model.value.dots.push(closed(y));
            }
        }
        Kind::Pole => {
            model.value.asymptotes.push(Upright { x, event });
            model.slope.asymptotes.push(Upright { x, event });
            model.value.dots.extend(at.map(closed));
        }
        Kind::Steep => {
            model.value.dots.extend(at.or(left).or(right).map(closed));
            model.slope.asymptotes.push(Upright { x, event });
        }
        Kind::Edge => {
            if let Some(y) = left.or(right) {
                model.value.dots.push(if at == Some(y) { closed(y) } else { open(y) });
            } else {
                model.value.asymptotes.push(Upright { x, event });
            }
            if m.slope.iter().flatten().any(|s| s.is_infinite()) {
                model.slope.asymptotes.push(Upright { x, event });
            }
        }
        Kind::Masked => {
            let dot = |y| Dot { x, y, shape: DotShape::Diamond, event };
            model.value.dots.extend(at.or(left).or(right).map(dot));
        }
        Kind::Flat => model.bands.extend(band(BandKind::Flat)),
        Kind::Nan => model.bands.extend(band(BandKind::Nan)),
        Kind::Range => model.bands.extend(band(BandKind::Range)),
        Kind::Mismatch => model.bands.extend(band(BandKind::Mismatch)),
        Kind::Undecided => model.bands.extend(band(BandKind::Undecided)),
    }
    if m.x_end.is_some() {
        return;
    }
    // On the slope's panel: open dots for the one-sided slopes, a bar over what could be meant, and what AD says.
    for y in [sleft, sright].into_iter().flatten() {
        if matches!(m.kind, Kind::Kink | Kind::Jump | Kind::Edge | Kind::Steep) {
            model.slope.dots.push(Dot { x, y, shape: DotShape::Open, event });
        }
    }
    if let (Kind::Kink, Some(a), Some(b)) = (m.kind, sleft, sright) {
        model.slope.spans.push(UprightSpan { x, lo: a.min(b), hi: a.max(b), event });
    }
    let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
    model.slope.dots.extend(finite(m.grad).map(|y| Dot { x, y, shape: DotShape::Grad, event }));
    if finite(m.jvp).is_some() && m.jvp != m.grad {
        model.slope.dots.extend(m.jvp.map(|y| Dot { x, y, shape: DotShape::Jvp, event }));
    }
}

/// The y range to show, and whether it leaves some of the curve out. `blows` says that a curve is known to run off to
/// infinity, so that its extremes say nothing.
fn y_range(curves: &[&Vec<Piece>], dots: &[f64], blows: bool) -> ([f64; 2], bool) {
    let mut ys: Vec<f64> = curves.iter().flat_map(|c| c.iter()).flat_map(|p| p.y.iter().copied()).collect();
    ys.retain(|y| y.is_finite());
    ys.sort_by(f64::total_cmp);
    let (Some(&min), Some(&max)) = (ys.first(), ys.last()) else {
        let (lo, hi) = dots.iter().fold((0.0f64, 0.0f64), |(lo, hi), &y| (lo.min(y), hi.max(y)));
        return (padded(lo, hi), false);
    };
    let quantile = |q: f64| ys[((ys.len() - 1) as f64 * q).round() as usize];
    // The middle of the curve, by a spread that a thin peak does not move.
    let cut = if blows { 0.12 } else { 0.02 };
    let (low, high) = (quantile(cut), quantile(1.0 - cut));
    let spread = high - low;
    let reach = if blows { 1.5 } else { 20.0 };
    let (mut lo, mut hi) = (min, max);
    let mut clipped = false;
    if spread > 0.0 && lo < low - reach * spread {
        (lo, clipped) = (low - 0.6 * spread, true);
    }
    if spread > 0.0 && hi > high + reach * spread {
        (hi, clipped) = (high + 0.6 * spread, true);
    }
    for &y in dots {
        if y > lo - 2.0 * (hi - lo) && y < hi + 2.0 * (hi - lo) {
            (lo, hi) = (lo.min(y), hi.max(y));
        }
    }
    (padded(lo, hi), clipped)
}

/// A range with room around it, zero taken in where it is near, widened to round numbers so that it keeps still while
/// the window moves a little.
fn padded(mut lo: f64, mut hi: f64) -> [f64; 2] {
    if hi - lo <= 1e-12 * lo.abs().max(hi.abs()) {
        let room = if lo == 0.0 { 1.0 } else { 0.5 * lo.abs() };
        (lo, hi) = (lo - room, hi + room);
    }
    let height = hi - lo;
    if lo > 0.0 && lo < 0.5 * height {
        lo = 0.0;
    }
    if hi < 0.0 && hi > -0.5 * height {
        hi = 0.0;
    }
    let (lo, hi) = (lo - 0.07 * height, hi + 0.07 * height);
    let raw = (hi - lo) / 20.0;
    let step = 10f64.powf(raw.log10().floor());
    let step = if step.is_finite() && step > 0.0 {
        step
    } else {
        return [lo, hi];
    };
    [(lo / step).floor() * step, (hi / step).ceil() * step]
}

/// Stretches on which two derivatives differ by more than a hair's breadth of the panel, or only one of them exists.
fn disagreements(forward: &[Piece], reverse: &[Piece], height: f64) -> Vec<[f64; 2]> {
    let mut points: Vec<f64> = forward.iter().chain(reverse).flat_map(|p| p.x.iter().copied()).collect();
    points.sort_by(f64::total_cmp);
    points.dedup();
    let mut out: Vec<[f64; 2]> = Vec::new();
    let mut since: Option<[f64; 2]> = None;
    for &x in &points {
        let differs = match (at(forward, x), at(reverse, x)) {
            (Some(a), Some(b)) => (a - b).abs() > 4e-3 * height,
            (None, None) => false,
            _ => true,
        };
        match (&mut since, differs) {
            (Some(run), true) => run[1] = x,
            (None, true) => since = Some([x, x]),
            (Some(run), false) => {
                if run[1] > run[0] {
                    out.push(*run);
                }
                since = None;
            }
            (None, false) => {}
        }
    }
    out.extend(since.filter(|run| run[1] > run[0]));
    out
}

/// The curve's y at x, interpolated; `None` where it has a gap.
fn at(curve: &[Piece], x: f64) -> Option<f64> {
    let piece = curve.iter().find(|p| p.x.first().is_some_and(|&a| a <= x) && p.x.last().is_some_and(|&b| x <= b))?;
    let i = piece.x.partition_point(|&v| v < x);
    if piece.x[i] == x || i == 0 {
        return Some(piece.y[i]);
    }
    let t = (x - piece.x[i - 1]) / (piece.x[i] - piece.x[i - 1]);
    Some(piece.y[i - 1] + t * (piece.y[i] - piece.y[i - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(lo: f64, hi: f64, f: impl Fn(f64) -> f64) -> Vec<Piece> {
        let x: Vec<f64> = (0..=200).map(|i| lo + (hi - lo) * f64::from(i) / 200.0).collect();
        let y = x.iter().map(|&x| f(x)).collect();
        vec![Piece { x, y }]
    }

    fn event(kind: Kind, x: f64, value: [Option<f64>; 3], slope: [Option<f64>; 3], grad: Option<f64>) -> Mark {
        Mark { id: 7, kind, x, x_end: None, value, slope, grad, jvp: grad }
    }

    #[test]
    fn ranges_hold_the_curve_and_round_numbers() {
        // (curve, blows, expected range, clipped)
        let rows: [(Vec<Piece>, bool, [f64; 2], bool); 5] = [
            (curve(-3.0, 3.0, f64::abs), false, [-0.3, 3.3], false),
            (curve(-3.0, 3.0, |_| 2.0), false, [0.8, 3.2], false),
            (curve(-3.0, 3.0, |_| 0.0), false, [-1.2, 1.2], false),
            (Vec::new(), false, [-1.2, 1.2], false),
            (curve(0.001, 3.0, |x| 1.0 / x), true, [-0.3, 4.6], true),
        ];
        for (c, blows, [lo, hi], clipped) in rows {
            let ([a, b], cut) = y_range(&[&c], &[], blows);
            assert!((a - lo).abs() < 0.25 && (b - hi).abs() < 0.25, "[{a}, {b}] for [{lo}, {hi}]");
            assert_eq!(cut, clipped);
        }
    }

    #[test]
    fn a_kink_has_whiskers_and_what_grad_returns() {
        let m = event(Kind::Kink, 0.0, [Some(0.0); 3], [Some(-1.0), None, Some(1.0)], Some(1.0));
        let input =
            Input { window: [-1.0, 1.0], value: curve(-1.0, 1.0, f64::abs), marks: vec![m], ..Input::default() };
        let model = plot(&input);
        assert_eq!(model.value.dots, [Dot { x: 0.0, y: 0.0, shape: DotShape::Closed, event: 7 }]);
        let sides: Vec<_> = model.value.whiskers.iter().map(|w| (w.side, w.slope)).collect();
        assert_eq!(sides, [(-1, -1.0), (1, 1.0)]);
        assert_eq!(model.slope.spans, [UprightSpan { x: 0.0, lo: -1.0, hi: 1.0, event: 7 }]);
        let shapes: Vec<_> = model.slope.dots.iter().map(|d| (d.shape, d.y)).collect();
        assert_eq!(shapes, [(DotShape::Open, -1.0), (DotShape::Open, 1.0), (DotShape::Grad, 1.0)]);
    }

    #[test]
    fn ends_are_open_or_closed() {
        // (kind, [left, at, right], dots)
        use DotShape::{Closed, Open};
        type Row = (Kind, [Option<f64>; 3], Vec<(DotShape, f64)>);
        let nan = Some(f64::NAN);
        let rows: [Row; 7] = [
            (Kind::Jump, [Some(0.0), Some(1.0), Some(1.0)], vec![(Open, 0.0), (Closed, 1.0)]),
            (Kind::Jump, [Some(0.0), Some(0.0), Some(1.0)], vec![(Closed, 0.0), (Open, 1.0)]),
            (Kind::Jump, [Some(-1.0), Some(0.0), Some(1.0)], vec![(Open, -1.0), (Open, 1.0), (Closed, 0.0)]),
            (Kind::Hole, [Some(1.0), nan, Some(1.0)], vec![(Open, 1.0)]),
            (Kind::Hole, [Some(1.0), Some(3.0), Some(1.0)], vec![(Open, 1.0), (Closed, 3.0)]),
            (Kind::Edge, [None, Some(0.0), Some(0.0)], vec![(Closed, 0.0)]),
            (Kind::Edge, [Some(0.0), nan, None], vec![(Open, 0.0)]),
        ];
        for (kind, value, want) in rows {
            let input = Input {
                window: [-1.0, 1.0],
                marks: vec![event(kind, 0.0, value, [None; 3], None)],
                ..Input::default()
            };
            let got: Vec<_> = plot(&input).value.dots.iter().map(|d| (d.shape, d.y)).collect();
            assert_eq!(got, want, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn poles_stand_in_both_panels_and_stretches_are_cut_to_the_window() {
        let mut flat = event(Kind::Flat, -9.0, [None; 3], [None; 3], None);
        flat.x_end = Some(0.5);
        let pole = event(Kind::Pole, 0.0, [None; 3], [None; 3], None);
        let input = Input { window: [-1.0, 1.0], marks: vec![flat, pole], ..Input::default() };
        let model = plot(&input);
        assert_eq!(model.bands, [Band { lo: -1.0, hi: 0.5, kind: BandKind::Flat, value: false, event: 7 }]);
        assert_eq!((model.value.asymptotes.len(), model.slope.asymptotes.len()), (1, 1));
    }

    #[test]
    fn a_stretch_without_value_is_shaded_in_both_panels() {
        for (value, shaded) in [(curve(-1.0, 1.0, |x| x), false), (curve(0.0, 1.0, f64::sqrt), true)] {
            let mut nan = event(Kind::Nan, -1.0, [None; 3], [None; 3], None);
            nan.x_end = Some(0.0);
            let input = Input { window: [-1.0, 1.0], value, marks: vec![nan], ..Input::default() };
            assert_eq!(plot(&input).bands[0].value, shaded);
        }
    }

    #[test]
    fn forward_and_reverse_part_where_one_is_missing() {
        let mut input = Input {
            window: [-1.0, 1.0],
            forward: curve(-1.0, 1.0, |x| if x > 0.0 { 1.0 } else { 0.0 }),
            reverse: curve(0.01, 1.0, |_| 1.0),
            ..Input::default()
        };
        let parts = plot(&input).disagree;
        assert_eq!(parts.len(), 1);
        assert!(parts[0][0] == -1.0 && parts[0][1].abs() < 0.02, "{parts:?}");
        input.reverse = input.forward.clone();
        assert!(plot(&input).disagree.is_empty());
    }
}
