//! Where the signature changes: bisection over the floats, all brackets in one batch, and a search for roots that only touch.

use crate::piece::{Pieces, Probe, Watch};
use gradlens_ir::rows::Nature;
use gradlens_ir::{Prim, Result, Span};

/// A place where something changes.
#[derive(Clone, Debug)]
pub struct Place {
    /// The last float before the change.
    pub left: f64,
    /// The place itself: the float where a surface vanishes, or the first one after the change.
    pub x: f64,
    /// The first float after it.
    pub right: f64,
    /// What changes, and which expressions.
    pub causes: Vec<Cause>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// What the primitive does there.
    pub nature: Nature,
    /// The primitive; `None` for a decision of the user's own code.
    pub prim: Option<Prim>,
    /// The source expression.
    pub span: Span,
    /// Whether only the class of a value (finite or not) changed.
    pub class: bool,
}

/// The most brackets followed at once; a window with more changes than this is not resolvable anyway.
const MAX_BRACKETS: usize = 2000;
/// The most of them in one cell of the grid.
const PER_CELL: usize = 6;

fn same(a: &Probe, b: &Probe) -> bool {
    a.path == b.path && a.states == b.states
}

fn causes(pieces: &Pieces, a: &Probe, b: &Probe) -> Vec<Cause> {
    let mut out: Vec<Cause> = vec![];
    let mut push = |c: Cause| {
        if !out.contains(&c) {
            out.push(c);
        }
    };
    match (a.path, b.path) {
        (Some(p), Some(q)) if p == q => {
            for (i, (s, t)) in a.states.iter().zip(&b.states).enumerate() {
                if s != t {
                    let c = pieces.component(p, a.owners[i]);
                    push(Cause {
                        nature: c.nature,
                        prim: c.prim,
                        span: c.span,
                        class: matches!(c.watch, Watch::Class(_)),
                    });
                }
            }
        }
        (Some(p), Some(q)) => {
            // The first decision that differs between the two paths.
            let (c, d) = (&pieces.list[p].value.conditions, &pieces.list[q].value.conditions);
            let first = c.iter().zip(d).find(|(c, d)| c.seen != d.seen).map(|(c, _)| c.span);
            let span = first.or(c.get(d.len()).or(d.get(c.len())).map(|c| c.span)).unwrap_or(Span::NONE);
            push(Cause { nature: Nature::Branch, prim: None, span, class: false });
        }
        _ => {}
    }
    out
}

/// Finds the places between neighbouring samples that differ, and those where a surface only touches zero.
pub async fn locate(pieces: &mut Pieces<'_>, grid: &[f64], probes: &[Probe]) -> Result<Vec<Place>> {
    // Each bracket knows the cell it came from: one crowded cell (steps of 1/x at 0) may not use up what the others need.
    let mut brackets: Vec<(Probe, Probe, usize)> = probes
        .windows(2)
        .enumerate()
        .filter(|(_, w)| !same(&w[0], &w[1]) && w[0].path.is_some() && w[1].path.is_some())
        .map(|(i, w)| (w[0].clone(), w[1].clone(), i))
        .collect();
    let mut found: Vec<(Probe, Probe)> = vec![];
    for _ in 0..80 {
        if brackets.is_empty() {
            break;
        }
        let middles: Vec<f64> = brackets.iter().map(|(a, b, _)| pieces.middle(a.x, b.x)).collect();
        let probed = pieces.probe(&middles).await?;
        let mut next = vec![];
        let mut used: std::collections::HashMap<usize, usize> = Default::default();
        for ((a, b, cell), m) in brackets.into_iter().zip(probed) {
            for (l, r) in [(&a, &m), (&m, &b)] {
                if same(l, r) || l.x >= r.x || l.path.is_none() || r.path.is_none() {
                    continue;
                }
                if pieces.adjacent(l.x, r.x) {
                    found.push((l.clone(), r.clone()));
                } else {
                    let count = used.entry(cell).or_insert(0);
                    *count += 1;
                    if *count <= PER_CELL && next.len() < MAX_BRACKETS {
                        next.push((l.clone(), r.clone(), cell));
                    }
                }
            }
        }
        brackets = next;
    }
    found.extend(touching(pieces, grid, probes).await?);
    found.sort_by(|a, b| a.0.x.total_cmp(&b.0.x));
    // A surface that vanishes at a float gives two pairs, before and after it: one place.
    let mut places: Vec<Place> = vec![];
    for (a, b) in found {
        let list = causes(pieces, &a, &b);
        let vanishes = |p: &Probe| p.states.iter().zip(&p.raw).any(|(s, g)| *s == 0 && *g == 0.0);
        match places.last_mut() {
            Some(last) if a.x <= last.right => {
                last.right = b.x;
                if vanishes(&a) {
                    last.x = a.x;
                }
                for c in list {
                    if !last.causes.contains(&c) {
                        last.causes.push(c);
                    }
                }
            }
            _ => places.push(Place { left: a.x, x: if vanishes(&a) { a.x } else { b.x }, right: b.x, causes: list }),
        }
    }
    Ok(places)
}

/// Local minima of `|g|` that reach zero without a change of sign: `sqrt(x**2)`, `1/x**2`.
async fn touching(pieces: &mut Pieces<'_>, grid: &[f64], probes: &[Probe]) -> Result<Vec<(Probe, Probe)>> {
    let mut candidates: Vec<(f64, f64, usize, f64)> = vec![];
    for w in probes.windows(3) {
        let [a, b, c] = w else { continue };
        if !(same(a, b) && same(b, c)) {
            continue;
        }
        let Some(path) = b.path else { continue };
        for k in 0..b.raw.len() {
            let component = pieces.component(path, b.owners[k]);
            if !matches!(component.nature, Nature::Pole | Nature::VerticalTangent | Nature::DomainEdge | Nature::Kink) {
                continue;
            }
            let (p, q, r) = (a.raw[k].abs(), b.raw[k].abs(), c.raw[k].abs());
            let scale = p.max(r);
            if q <= p && q <= r && (q < p || q < r) && scale.is_finite() && scale > 0.0 && candidates.len() < 64 {
                candidates.push((a.x, c.x, k, scale));
            }
        }
    }
    let _ = grid;
    let mut found = vec![];
    for (mut lo, mut hi, k, scale) in candidates {
        // Golden-section search, sixteen points at a time.
        let mut best: Option<Probe> = None;
        for _ in 0..24 {
            let xs: Vec<f64> = (0..=16).map(|i| pieces.round(lo + (hi - lo) * i as f64 / 16.0)).collect();
            let probed = pieces.probe(&xs).await?;
            let Some(at) = (0..probed.len())
                .filter(|i| probed[*i].raw.len() > k)
                .min_by(|i, j| probed[*i].raw[k].abs().total_cmp(&probed[*j].raw[k].abs()))
            else {
                break;
            };
            best = Some(probed[at].clone());
            (lo, hi) = (xs[at.saturating_sub(1)], xs[(at + 1).min(16)]);
            if probed[at].raw[k] == 0.0 || pieces.adjacent(lo, hi) {
                break;
            }
        }
        let Some(best) = best else { continue };
        let reached =
            best.raw[k].abs() <= scale * if pieces.settings.dtype == gradlens_ir::DType::F64 { 1e-18 } else { 1e-9 };
        if reached {
            let (l, r) = pieces.neighbours(best.x);
            let around = pieces.probe(&[l, r]).await?;
            if let [l, r] = &around[..] {
                if !same(l, &best) {
                    found.push((l.clone(), best.clone()));
                }
                if !same(&best, r) {
                    found.push((best.clone(), r.clone()));
                }
            }
        }
    }
    Ok(found)
}
