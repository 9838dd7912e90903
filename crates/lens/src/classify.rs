//! What happens at a place: one-sided limits of value and slope, and the kind that follows from them.

use crate::locate::{Cause, Place};
use crate::piece::Pieces;
use crate::{AtPoint, Event, Kind, Sample, Side};
use gradlens_ir::rows::Nature;
use gradlens_ir::{DType, Result, Span};

/// How the value behaves on one side.
#[derive(Copy, Clone, PartialEq, Debug)]
enum Limit {
    /// Converges.
    Finite(f64),
    /// Grows without bound.
    Infinite(f64),
    /// Is NaN all the way.
    Nan,
    /// Does not settle.
    Wild,
}

impl Limit {
    fn number(self) -> f64 {
        match self {
            Limit::Finite(v) => v,
            Limit::Infinite(s) => s * f64::INFINITY,
            Limit::Nan | Limit::Wild => f64::NAN,
        }
    }
}

/// One side as it was measured.
struct Measured {
    value: Limit,
    slope: Limit,
    /// How well the slope is known.
    error: f64,
    /// The largest finite value seen near.
    scale: f64,
}

/// Distances from the place, as parts of the window, from far to near.
fn distances(dtype: DType, width: f64, x: f64) -> Vec<f64> {
    let (first, last, eps) =
        if dtype == DType::F64 { (-10, -44, f64::EPSILON) } else { (-6, -20, f32::EPSILON as f64) };
    let least = x.abs() * eps * 8.0;
    (last..=first).rev().step_by(2).map(|k| width * (k as f64).exp2()).filter(|h| *h > least).collect()
}

async fn measure(pieces: &mut Pieces<'_>, x: f64, direction: f64) -> Result<Measured> {
    let (lo, hi) = pieces.settings.window;
    let width = hi - lo;
    let hs = distances(pieces.settings.dtype, width, x);
    let xs: Vec<f64> = hs.iter().map(|h| pieces.round(x + direction * h)).collect();
    let samples = pieces.curves(&xs).await?;
    let values: Vec<f64> = samples.iter().map(|s| s.value).collect();
    let slopes: Vec<f64> = samples.iter().map(|s| s.forward).collect();
    let scale = values.iter().filter(|v| v.is_finite()).fold(0.0f64, |m, v| m.max(v.abs()));
    let value = limit(&hs, &values, scale);
    // AD's slopes on this side, if they are what differences of values say; else those differences.
    let differences: Vec<f64> = samples.windows(2).map(|w| (w[0].value - w[1].value) / (w[0].x - w[1].x)).collect();
    let eps = if pieces.settings.dtype == DType::F64 { f64::EPSILON } else { f32::EPSILON as f64 };
    let mid = hs.len() / 3;
    let trusted = match (slopes.get(mid), differences.get(mid)) {
        (Some(s), Some(d)) => {
            let noise = 16.0 * eps * scale / hs[mid].max(f64::MIN_POSITIVE);
            let near = slopes.get(mid + 1).map_or(0.0, |n| (n - s).abs());
            (s - d).abs() <= noise + 2.0 * near + 1e-3 * s.abs().max(d.abs()) || !d.is_finite()
        }
        _ => true,
    };
    let (slope, error) = if trusted {
        let l = limit(&hs, &slopes, slopes.iter().filter(|v| v.is_finite()).fold(0.0f64, |m, v| m.max(v.abs())));
        // What is left of the way to the place itself is known no better than the last step.
        let rest = match slopes[..] {
            [.., a, b] if a.is_finite() && b.is_finite() => (b - a).abs(),
            _ => 0.0,
        };
        (l, 64.0 * eps * l.number().abs().max(1e-300) + rest)
    } else {
        // Differences are clean where the step is neither too wide nor lost in rounding.
        let upto = hs.len() / 2;
        let clean = &differences[..upto.min(differences.len())];
        let l = limit(&hs[..clean.len()], clean, clean.iter().fold(0.0f64, |m, v| m.max(v.abs())));
        (l, 1e-4 * l.number().abs().max(scale / width))
    };
    Ok(Measured { value, slope, error, scale })
}

/// Where a sequence over shrinking distances goes.
fn limit(hs: &[f64], vs: &[f64], scale: f64) -> Limit {
    let near: Vec<f64> = vs.iter().rev().take(6).rev().copied().collect();
    let Some(last) = near.last().copied() else { return Limit::Wild };
    if near.iter().all(|v| v.is_nan()) {
        return Limit::Nan;
    }
    if near.iter().rev().take(3).all(|v| v.is_nan()) {
        return Limit::Nan;
    }
    if near.iter().rev().take(2).all(|v| v.is_infinite() && *v == last) {
        return Limit::Infinite(last.signum());
    }
    if near.iter().any(|v| v.is_nan()) {
        return Limit::Wild;
    }
    // Growth: a power of the distance, or a logarithm (equal steps that do not shrink).
    let all: Vec<f64> = vs.iter().copied().filter(|v| v.is_finite()).collect();
    let n = all.len();
    if n >= 6 {
        let steps: Vec<f64> = all.windows(2).map(|w| w[1] - w[0]).collect();
        let tail = &steps[steps.len().saturating_sub(5)..];
        let sign = tail[0].signum();
        let steady = tail.iter().all(|s| s.signum() == sign && *s != 0.0);
        let ratio = tail[tail.len() - 1] / tail[0];
        let outward = steady && sign == all[n - 1].signum();
        if outward && ratio > 0.6 && tail[0].abs() > 1e-9 * scale.max(1e-300) {
            return Limit::Infinite(sign);
        }
        // Steps that neither shrink nor keep a direction.
        let (early, late) = (
            steps[..steps.len() / 2].iter().fold(0.0f64, |m, s| m.max(s.abs())),
            tail.iter().fold(0.0f64, |m, s| m.max(s.abs())),
        );
        if !steady && late > 1e-3 * scale && late > 0.3 * early {
            return Limit::Wild;
        }
    }
    let _ = hs;
    Limit::Finite(last)
}

/// Classifies a place; `None` where the code switches but the function does not notice.
pub async fn classify(pieces: &mut Pieces<'_>, place: &Place) -> Result<Option<Event>> {
    let (lo, hi) = pieces.settings.window;
    let width = hi - lo;
    let x = place.x;
    if x <= lo + 1e-12 * width || x >= hi - 1e-12 * width {
        return Ok(None);
    }
    let left = measure(pieces, place.left, -1.0).await?;
    let right = measure(pieces, place.right, 1.0).await?;
    let at = pieces.curves(&[x]).await?;
    let reverse = pieces.has_reverse().then(|| at[0].reverse);
    let at = AtPoint { value: at[0].value, forward: at[0].forward, reverse };
    let kind = kind_of(&left, &right, &at, place, width, pieces.settings.dtype);
    let Some(kind) = kind else { return Ok(None) };
    let cause = blame(&place.causes, kind);
    Ok(Some(Event {
        kind,
        x,
        x_end: None,
        left: Side { value: left.value.number(), slope: left.slope.number() },
        right: Side { value: right.value.number(), slope: right.slope.number() },
        at,
        span: cause.map_or(Span::NONE, |c| c.span),
        prim: cause.and_then(|c| c.prim),
        ad_only: false,
        cause: String::new(),
        explanation: String::new(),
        remedy: String::new(),
    }))
}

fn kind_of(l: &Measured, r: &Measured, at: &AtPoint, place: &Place, width: f64, dtype: DType) -> Option<Kind> {
    use Limit::*;
    let eps = if dtype == DType::F64 { 1e-9 } else { 1e-4 };
    let scale = l.scale.max(r.scale).max(1e-300);
    match (l.value, r.value) {
        (Nan, Nan) => None,
        (Nan, other) | (other, Nan) => {
            if dtype != DType::F64 && matches!(other, Finite(_)) && place.causes.iter().all(|c| c.class) {
                return Some(Kind::Overflow);
            }
            Some(match other {
                Infinite(_) => Kind::Pole,
                _ => Kind::DomainEdge,
            })
        }
        (Wild, _) | (_, Wild) => Some(Kind::Oscillation),
        (Infinite(_), Infinite(_)) => Some(Kind::Pole),
        (Infinite(_), Finite(_)) | (Finite(_), Infinite(_)) => {
            // Infinite at once, from an ordinary value: the dtype ran out, not the function.
            let only_class = place.causes.iter().all(|c| c.class);
            Some(if only_class && dtype != DType::F64 { Kind::Overflow } else { Kind::Pole })
        }
        (Finite(a), Finite(b)) => {
            let slope_room = |m: &Measured| match m.slope {
                Finite(s) => s.abs() * width * if dtype == DType::F64 { 2f64.powi(-40) } else { 2f64.powi(-16) },
                _ => 0.0,
            };
            let steep = matches!(l.slope, Infinite(_)) || matches!(r.slope, Infinite(_));
            let room = eps * scale + slope_room(l) + slope_room(r) + if steep { 1e-3 * scale } else { 0.0 };
            if (a - b).abs() > room {
                return Some(Kind::Jump);
            }
            if at.value.is_nan() || at.value.is_infinite() {
                return Some(Kind::Removable);
            }
            if (at.value - a).abs() > room.max(eps * scale) && (at.value - b).abs() > room.max(eps * scale) {
                return Some(Kind::IsolatedValue);
            }
            if steep {
                return Some(Kind::VerticalTangent);
            }
            match (l.slope, r.slope) {
                (Finite(p), Finite(q)) => {
                    let tolerance = 4.0 * (l.error + r.error)
                        + if dtype == DType::F64 { 1e-8 } else { 1e-3 } * p.abs().max(q.abs())
                        + 1e-12 * scale / width;
                    ((p - q).abs() > tolerance).then_some(Kind::Kink)
                }
                (Nan, _) | (_, Nan) => None,
                _ => Some(Kind::Undecided),
            }
        }
    }
}

/// The cause that fits the kind best: a decision of the user's code first, then the primitive whose nature it is.
fn blame(causes: &[Cause], kind: Kind) -> Option<&Cause> {
    let wanted: &[Nature] = match kind {
        Kind::Kink => &[Nature::Kink, Nature::Branch, Nature::Jump],
        Kind::Jump => &[Nature::Jump, Nature::Branch, Nature::Pole],
        Kind::Pole | Kind::Overflow | Kind::Removable | Kind::Oscillation => &[Nature::Pole, Nature::DomainEdge],
        Kind::VerticalTangent => &[Nature::VerticalTangent, Nature::Pole],
        Kind::DomainEdge => &[Nature::DomainEdge, Nature::VerticalTangent, Nature::Pole],
        _ => &[],
    };
    wanted
        .iter()
        .find_map(|n| causes.iter().find(|c| c.nature == *n && !c.class))
        .or_else(|| causes.iter().find(|c| !c.class))
        .or(causes.first())
}

/// Places that are the same for the eye and the arithmetic become one, the graver kind winning.
pub fn merge(events: Vec<Event>, width: f64) -> Vec<Event> {
    let gravity = |k: Kind| match k {
        Kind::Pole => 9,
        Kind::DomainEdge => 8,
        Kind::Jump => 7,
        Kind::VerticalTangent => 6,
        Kind::Kink => 5,
        Kind::Oscillation => 4,
        Kind::Overflow => 3,
        _ => 1,
    };
    let mut out: Vec<Event> = vec![];
    for e in events {
        match out.last_mut() {
            Some(last) if (e.x - last.x).abs() <= 1e-10 * width + 4.0 * f64::EPSILON * e.x.abs() => {
                if gravity(e.kind) > gravity(last.kind) {
                    *last = e;
                }
            }
            _ => out.push(e),
        }
    }
    out
}

/// Stretches that the samples show: the gradient is exactly zero, or NaN although the value is a number.
pub fn stretches(pieces: &Pieces, samples: &[Sample], points: &[Event]) -> Vec<Event> {
    let mut out = vec![];
    let reverse = pieces.has_reverse();
    type Test = fn(&Sample, bool) -> bool;
    let tests: [(Kind, Test); 2] = [
        (Kind::FlatRegion, |s, rev| s.value.is_finite() && s.forward == 0.0 && (!rev || s.reverse == 0.0)),
        (Kind::NanGradient, |s, rev| s.value.is_finite() && (s.forward.is_nan() || (rev && s.reverse.is_nan()))),
    ];
    for (kind, test) in tests {
        let mut i = 0;
        while i < samples.len() {
            if !test(&samples[i], reverse) {
                i += 1;
                continue;
            }
            let mut j = i;
            while j + 1 < samples.len() && test(&samples[j + 1], reverse) {
                j += 1;
            }
            if j - i >= 3 {
                // The ends are at the nearest place that was found, when there is one within a sample.
                let step = samples[1].x - samples[0].x;
                let snap = |x: f64| {
                    points
                        .iter()
                        .map(|e| e.x)
                        .filter(|p| (p - x).abs() <= 1.5 * step)
                        .min_by(|a, b| (a - x).abs().total_cmp(&(b - x).abs()))
                        .unwrap_or(x)
                };
                let (s, e) = (&samples[i], &samples[j]);
                let side = |s: &Sample| Side { value: s.value, slope: s.forward };
                out.push(Event {
                    kind,
                    x: if i == 0 { s.x } else { snap(s.x) },
                    x_end: Some(if j + 1 == samples.len() { e.x } else { snap(e.x) }),
                    left: side(s),
                    right: side(e),
                    at: AtPoint { value: s.value, forward: s.forward, reverse: reverse.then_some(s.reverse) },
                    span: Span::NONE,
                    prim: None,
                    ad_only: kind == Kind::NanGradient,
                    cause: String::new(),
                    explanation: String::new(),
                    remedy: String::new(),
                });
            }
            i = j + 1;
        }
    }
    out
}
