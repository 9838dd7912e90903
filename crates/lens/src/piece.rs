//! Pieces of a function: its recordings along each path, evaluated on many points at once.

use crate::{Sample, Settings};
use gradlens_ir::rows::{Nature, Site, Surface};
use gradlens_ir::{Array, Atom, ClosedJaxpr, DType, Error, LocalBoxFuture, Prim, Result, ShapedArray, Span, Var};
use gradlens_transform::interp::{Axis, OutDims, batch_jaxpr};
use gradlens_transform::{Condition, Cx, LookKind, Recorded};

/// What the lens asks of a function: its recording at a point, and those of its derivatives.
pub trait Source {
    /// Records the function at `x`.
    fn record(&self, x: f64) -> LocalBoxFuture<Result<Recorded>>;
    /// Records value and forward derivative at `x`.
    fn record_forward(&self, x: f64) -> LocalBoxFuture<Result<Recorded>>;
    /// Records the reverse derivative at `x`. Errors where reverse mode is refused.
    fn record_reverse(&self, x: f64) -> LocalBoxFuture<Result<Recorded>>;
}

/// One component of a signature.
#[derive(Clone, Debug)]
pub struct Component {
    /// What is watched.
    pub watch: Watch,
    /// What happens when it changes.
    pub nature: Nature,
    /// The primitive.
    pub prim: Option<Prim>,
    /// The source expression.
    pub span: Span,
}

/// How a component's integer state comes from the values of a piece's variables.
#[derive(Clone, Debug)]
pub enum Watch {
    /// The sign of `a - c`.
    Against(Atom, f64),
    /// The sign of `a - b`.
    Between(Atom, Atom),
    /// The value itself, an integer.
    State(Atom),
    /// `floor(a)` where `a` is at most zero, for poles of the gamma family.
    Poles(Atom),
    /// `floor(a / pi - 1/2)`, for poles of `tan`.
    HalfPi(Atom),
    /// `trunc(a / b)`.
    Quotient(Atom, Atom),
    /// The sign of `a` where `b` is negative.
    Cut(Atom, Atom),
    /// How many other entries of `a` are smaller.
    Rank(Atom),
    /// Finite, which infinity, or NaN.
    Class(Atom),
}

/// One path: the recordings, and what to watch along it.
pub struct Piece {
    /// The function.
    pub value: Recorded,
    /// Signature components.
    pub components: Vec<Component>,
    /// The variables whose values are wanted, in the order of the probing program's results.
    wanted: Vec<Var>,
    probing: ClosedJaxpr,
    forward: Option<Recorded>,
    reverse: Option<Recorded>,
}

/// What is known of a point.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Where.
    pub x: f64,
    /// The path that holds there; `None` when there were too many.
    pub path: Option<usize>,
    /// The function's value.
    pub value: f64,
    /// Integer states, one per element of each component.
    pub states: Vec<i64>,
    /// The raw value that each state was read off (for the search of touching roots).
    pub raw: Vec<f64>,
    /// The component of each state.
    pub owners: Vec<u32>,
}

/// All paths found so far.
pub struct Pieces<'a> {
    /// The context that evaluates.
    pub cx: &'a Cx,
    source: &'a dyn Source,
    /// What was asked.
    pub settings: Settings,
    /// The paths.
    pub list: Vec<Piece>,
}

/// Points evaluated at once.
const BATCH: usize = 512;
/// Results watched for being finite, beyond which only the output is.
const MAX_CLASSES: usize = 300;

fn watch_list(r: &Recorded) -> Vec<Component> {
    let jaxpr = &r.closed.jaxpr;
    let mut out = vec![];
    for c in &r.conditions {
        if c.kind != LookKind::Escape {
            out.push(Component {
                watch: Watch::State(c.atom.clone()),
                nature: Nature::Branch,
                prim: None,
                span: c.span,
            });
        }
    }
    let floats = jaxpr.eqns.len() <= MAX_CLASSES;
    for e in &jaxpr.eqns {
        let ins: Vec<&ShapedArray> = e.ins.iter().map(|a| jaxpr.atom_aval(a)).collect();
        let Some(result) = e.outs.first() else { continue };
        let site = Site { params: &e.params, ins: &ins, out: jaxpr.aval(*result) };
        for s in e.prim.row().switches(&site) {
            let operand = |i: usize| e.ins.get(i).cloned();
            let watch = match s.surface {
                Surface::Operand(i, c) => operand(i).map(|a| Watch::Against(a, c)),
                Surface::Difference(i, j) => operand(i).zip(operand(j)).map(|(a, b)| Watch::Between(a, b)),
                Surface::Steps(_) => e.outs.first().map(|v| Watch::State(Atom::Var(*v))),
                Surface::NonPositiveInteger(i) => operand(i).map(Watch::Poles),
                Surface::HalfPi(i) => operand(i).map(Watch::HalfPi),
                Surface::Selector(i) => operand(i).map(Watch::State),
                Surface::Quotient(i, j) => operand(i).zip(operand(j)).map(|(a, b)| Watch::Quotient(a, b)),
                Surface::NegativeAxis(i, j) => operand(i).zip(operand(j)).map(|(a, b)| Watch::Cut(a, b)),
                Surface::Ties(i) => operand(i).filter(|a| jaxpr.atom_aval(a).size() <= 64).map(Watch::Rank),
            };
            if let Some(watch) = watch
                && !matches!(
                    &watch,
                    Watch::Against(Atom::Lit(_), _)
                        | Watch::State(Atom::Lit(_))
                        | Watch::Poles(Atom::Lit(_))
                        | Watch::HalfPi(Atom::Lit(_))
                )
            {
                out.push(Component { watch, nature: s.nature, prim: Some(e.prim), span: e.span });
            }
        }
        if floats {
            for v in &e.outs {
                if jaxpr.aval(*v).dtype.is_floating() {
                    out.push(Component {
                        watch: Watch::Class(Atom::Var(*v)),
                        nature: Nature::Pole,
                        prim: Some(e.prim),
                        span: e.span,
                    });
                }
            }
        }
        // Integers made from data (argmax, argsort, searchsorted) choose: their change is a branch.
        for v in &e.outs {
            let aval = jaxpr.aval(*v);
            let from_float = e.ins.iter().any(|a| jaxpr.atom_aval(a).dtype.is_floating());
            if aval.dtype.is_integer() && from_float && aval.size() <= 64 {
                out.push(Component {
                    watch: Watch::State(Atom::Var(*v)),
                    nature: Nature::Branch,
                    prim: Some(e.prim),
                    span: e.span,
                });
            }
        }
    }
    if let Some(a @ Atom::Var(_)) = jaxpr.outs.first() {
        let last = jaxpr.eqns.last();
        out.push(Component {
            watch: Watch::Class(a.clone()),
            nature: Nature::Pole,
            prim: last.map(|e| e.prim),
            span: last.map_or(Span::NONE, |e| e.span),
        });
    }
    out
}

fn atoms(w: &Watch) -> [Option<&Atom>; 2] {
    match w {
        Watch::Against(a, _)
        | Watch::State(a)
        | Watch::Poles(a)
        | Watch::HalfPi(a)
        | Watch::Class(a)
        | Watch::Rank(a) => [Some(a), None],
        Watch::Between(a, b) | Watch::Quotient(a, b) | Watch::Cut(a, b) => [Some(a), Some(b)],
    }
}

impl Piece {
    fn new(value: Recorded, forward: Option<Recorded>, reverse: Option<Recorded>) -> Piece {
        let components = watch_list(&value);
        let mut wanted: Vec<Var> = vec![];
        let mut want = |a: &Atom| {
            if let Atom::Var(v) = a
                && !wanted.contains(v)
            {
                wanted.push(*v);
            }
        };
        components.iter().for_each(|c| atoms(&c.watch).into_iter().flatten().for_each(&mut want));
        value.conditions.iter().for_each(|c| want(&c.atom));
        let mut jaxpr = (*value.closed.jaxpr).clone();
        jaxpr.outs.truncate(1);
        jaxpr.outs.extend(wanted.iter().map(|v| Atom::Var(*v)));
        let probing = ClosedJaxpr { jaxpr: jaxpr.into(), consts: value.closed.consts.clone() };
        Piece { value, components, wanted, probing, forward, reverse }
    }
}

/// Evaluates a Jaxpr of one scalar on many points: one array of `n` rows per result.
fn on_points(cx: &Cx, closed: &ClosedJaxpr, dtype: DType, xs: &[f64]) -> Result<Vec<Rows>> {
    let mut padded = xs.to_vec();
    let n = if xs.len() <= 64 { 64 } else { BATCH };
    padded.resize(n, xs.last().copied().unwrap_or(0.0));
    let array = match dtype {
        DType::F64 => Array::from_slice(&[n], dtype, &padded),
        _ => Array::from_slice(&[n], dtype, &padded.iter().map(|x| *x as f32).collect::<Vec<_>>()),
    };
    let axis = Axis { size: n, name: None };
    let (batched, dims) = batch_jaxpr(cx, closed, &axis, &[Some(0)], &OutDims::Natural)?;
    let outs = cx.run(&batched, &[array])?;
    outs.iter()
        .zip(dims)
        .map(|(o, d)| {
            let values = o.to_f64s()?;
            let per = if d.is_some() { o.aval().size() / n } else { o.aval().size() };
            // The batch axis may not be the first: rows are gathered with a stride.
            let inner = d.map_or(1, |d| o.shape()[d + 1..].iter().product::<usize>());
            Ok(Rows { values, per, inner, n: d.map(|_| n) })
        })
        .collect()
}

/// Results of many points.
struct Rows {
    values: Vec<f64>,
    per: usize,
    inner: usize,
    n: Option<usize>,
}

impl Rows {
    /// Element `k` of the result at point `i`.
    fn at(&self, i: usize, k: usize) -> f64 {
        match self.n {
            None => self.values[k],
            Some(n) => {
                let (outer, inner) = (k / self.inner, k % self.inner);
                self.values[(outer * n + i) * self.inner + inner]
            }
        }
    }
}

fn sign(g: f64) -> i64 {
    if g.is_nan() {
        2
    } else if g > 0.0 {
        1
    } else if g < 0.0 {
        -1
    } else {
        0
    }
}

fn class(v: f64) -> i64 {
    if v.is_nan() {
        3
    } else if v == f64::INFINITY {
        1
    } else if v == f64::NEG_INFINITY {
        2
    } else {
        0
    }
}

impl<'a> Pieces<'a> {
    /// No path yet.
    pub fn new(cx: &'a Cx, source: &'a dyn Source, settings: &Settings) -> Pieces<'a> {
        Pieces { cx, source, settings: *settings, list: vec![] }
    }

    /// `x` as the function's dtype holds it.
    pub fn round(&self, x: f64) -> f64 {
        if self.settings.dtype == DType::F64 { x } else { x as f32 as f64 }
    }

    /// The float next to `x`, by ordinal, halfway between `a` and `b`.
    pub fn middle(&self, a: f64, b: f64) -> f64 {
        if self.settings.dtype == DType::F64 {
            let (i, j) = (ordinal(a), ordinal(b));
            from_ordinal(i + (j - i) / 2)
        } else {
            let (i, j) = (ordinal32(a as f32), ordinal32(b as f32));
            from_ordinal32(i + (j - i) / 2) as f64
        }
    }

    /// The neighbouring floats.
    pub fn neighbours(&self, x: f64) -> (f64, f64) {
        if self.settings.dtype == DType::F64 {
            (x.next_down(), x.next_up())
        } else {
            ((x as f32).next_down() as f64, (x as f32).next_up() as f64)
        }
    }

    /// Whether no float lies between.
    pub fn adjacent(&self, a: f64, b: f64) -> bool {
        self.neighbours(a).1 >= b
    }

    async fn add(&mut self, x: f64) -> Result<()> {
        let value = self.source.record(x).await?;
        let forward = self.source.record_forward(x).await.ok();
        let reverse = self.source.record_reverse(x).await.ok();
        self.list.push(Piece::new(value, forward, reverse));
        Ok(())
    }

    /// Evaluates the signature at points, following new paths as they turn up (up to the cap).
    pub async fn probe(&mut self, xs: &[f64]) -> Result<Vec<Probe>> {
        let mut out: Vec<Option<Probe>> = vec![None; xs.len()];
        let mut tried = 0;
        loop {
            let open: Vec<usize> = (0..xs.len()).filter(|i| out[*i].is_none()).collect();
            if open.is_empty() {
                break;
            }
            if tried == self.list.len() {
                if self.list.len() >= self.settings.max_paths {
                    for i in open {
                        out[i] = Some(Probe {
                            x: xs[i],
                            path: None,
                            value: f64::NAN,
                            states: vec![],
                            raw: vec![],
                            owners: vec![],
                        });
                    }
                    break;
                }
                self.add(xs[open[0]]).await?;
            }
            for chunk in open.chunks(BATCH) {
                let points: Vec<f64> = chunk.iter().map(|i| xs[*i]).collect();
                for (i, p) in chunk.iter().zip(self.probe_path(tried, &points)?) {
                    out[*i] = p;
                }
            }
            tried += 1;
            // A recording that does not hold at its own point is an escape: it stands for that point alone.
            if tried == self.list.len()
                && let Some(i) = open.first().filter(|i| {
                    out[**i].is_none()
                        && self.list[tried - 1].value.conditions.iter().any(|c| c.kind == LookKind::Escape)
                })
            {
                out[*i] =
                    Some(Probe { x: xs[*i], path: None, value: f64::NAN, states: vec![], raw: vec![], owners: vec![] });
            }
        }
        Ok(out.into_iter().flatten().collect())
    }

    /// The probes at points where path `k` holds.
    fn probe_path(&self, k: usize, xs: &[f64]) -> Result<Vec<Option<Probe>>> {
        let piece = &self.list[k];
        let rows = on_points(self.cx, &piece.probing, self.settings.dtype, xs)?;
        let row_of = |v: Var| piece.wanted.iter().position(|w| *w == v).map(|i| &rows[i + 1]);
        let read = |a: &Atom, i: usize, e: usize| -> f64 {
            match a {
                Atom::Lit(l) => l.to_f64s().ok().and_then(|v| v.get(e).or(v.first()).copied()).unwrap_or(f64::NAN),
                Atom::Var(v) => row_of(*v).map_or(f64::NAN, |r| r.at(i, if r.per == 1 { 0 } else { e.min(r.per - 1) })),
            }
        };
        let size = |a: &Atom| match a {
            Atom::Lit(_) => 1,
            Atom::Var(v) => row_of(*v).map_or(1, |r| r.per),
        };
        let mut out = vec![];
        for (i, x) in xs.iter().enumerate() {
            if !piece.value.conditions.iter().all(|c| holds(c, |e| read(&c.atom, i, e), *x, self.settings.dtype)) {
                out.push(None);
                continue;
            }
            let (mut states, mut raw, mut owners) = (vec![], vec![], vec![]);
            for (c, component) in piece.components.iter().enumerate() {
                let n = atoms(&component.watch).into_iter().flatten().map(size).max().unwrap_or(1);
                for e in 0..n {
                    let (state, g) = match &component.watch {
                        Watch::Against(a, c) => {
                            let g = read(a, i, e) - c;
                            (sign(g), g)
                        }
                        Watch::Between(a, b) => {
                            let (p, q) = (read(a, i, e), read(b, i, e));
                            // Equal infinities are a tie, not a NaN.
                            let g = if p == q { 0.0 } else { p - q };
                            (sign(g), g)
                        }
                        Watch::State(a) => {
                            let v = read(a, i, e);
                            (if v.is_nan() { i64::MIN } else { v as i64 }, f64::NAN)
                        }
                        Watch::Poles(a) => {
                            let v = read(a, i, e);
                            let at_pole = v <= 0.0 && v == v.floor();
                            (
                                if v > 0.0 { 1 } else { 2 * v.floor() as i64 - at_pole as i64 },
                                if v <= 0.5 { v - v.round() } else { f64::NAN },
                            )
                        }
                        Watch::HalfPi(a) => {
                            let v = read(a, i, e) / std::f64::consts::PI - 0.5;
                            (v.floor() as i64, f64::NAN)
                        }
                        Watch::Quotient(a, b) => {
                            let q = read(a, i, e) / read(b, i, e);
                            (if q.is_nan() { i64::MIN } else { q.trunc() as i64 }, f64::NAN)
                        }
                        Watch::Cut(a, b) => (if read(b, i, e) < 0.0 { sign(read(a, i, e)) } else { 4 }, f64::NAN),
                        Watch::Rank(a) => {
                            let v = read(a, i, e);
                            ((0..n).filter(|o| read(a, i, *o) < v).count() as i64, f64::NAN)
                        }
                        Watch::Class(a) => (class(read(a, i, e)), f64::NAN),
                    };
                    states.push(state);
                    raw.push(g);
                    owners.push(c as u32);
                }
            }
            out.push(Some(Probe { x: *x, path: Some(k), value: rows[0].at(i, 0), states, raw, owners }));
        }
        Ok(out)
    }

    /// Values and derivatives at points.
    pub async fn curves(&mut self, xs: &[f64]) -> Result<Vec<Sample>> {
        let probes = self.probe(xs).await?;
        let mut out: Vec<Sample> =
            probes.iter().map(|p| Sample { x: p.x, value: p.value, forward: f64::NAN, reverse: f64::NAN }).collect();
        for k in 0..self.list.len() {
            let mine: Vec<usize> = (0..probes.len()).filter(|i| probes[*i].path == Some(k)).collect();
            for chunk in mine.chunks(BATCH) {
                let points: Vec<f64> = chunk.iter().map(|i| xs[*i]).collect();
                if let Some(f) = &self.list[k].forward {
                    let rows = on_points(self.cx, &f.closed, self.settings.dtype, &points)?;
                    for (j, i) in chunk.iter().enumerate() {
                        out[*i].forward = rows.get(1).map_or(0.0, |r| r.at(j, 0));
                    }
                }
                if let Some(r) = &self.list[k].reverse {
                    let rows = on_points(self.cx, &r.closed, self.settings.dtype, &points)?;
                    for (j, i) in chunk.iter().enumerate() {
                        out[*i].reverse = rows.first().map_or(0.0, |r| r.at(j, 0));
                    }
                }
            }
        }
        Ok(out)
    }

    /// Whether reverse mode works on every path seen.
    pub fn has_reverse(&self) -> bool {
        self.list.iter().all(|p| p.reverse.is_some())
    }

    /// The component that a state belongs to.
    pub fn component(&self, path: usize, owner: u32) -> &Component {
        &self.list[path].components[owner as usize]
    }

    /// What goes wrong when nothing can be recorded.
    pub fn nothing(&self) -> Error {
        Error::value_error("the function could not be evaluated anywhere in the window")
    }
}

fn holds(c: &Condition, read: impl Fn(usize) -> f64, x: f64, dtype: DType) -> bool {
    let _ = (x, dtype);
    let Ok(seen) = c.seen.to_f64s() else { return false };
    match c.kind {
        LookKind::Truth => seen.iter().enumerate().all(|(e, s)| (read(e) != 0.0) == (*s != 0.0)),
        LookKind::Integer => seen.iter().enumerate().all(|(e, s)| read(e).trunc() == s.trunc()),
        LookKind::Escape => seen.iter().enumerate().all(|(e, s)| {
            let v = read(e);
            v == *s || (v.is_nan() && s.is_nan())
        }),
    }
}

fn ordinal(x: f64) -> i64 {
    let b = x.to_bits() as i64;
    if b < 0 { i64::MIN.wrapping_sub(b) } else { b }
}

fn from_ordinal(i: i64) -> f64 {
    f64::from_bits(if i < 0 { i64::MIN.wrapping_sub(i) as u64 } else { i as u64 })
}

fn ordinal32(x: f32) -> i64 {
    let b = x.to_bits() as i32;
    (if b < 0 { i32::MIN.wrapping_sub(b) } else { b }) as i64
}

fn from_ordinal32(i: i64) -> f32 {
    let i = i as i32;
    f32::from_bits(if i < 0 { i32::MIN.wrapping_sub(i) as u32 } else { i as u32 })
}
