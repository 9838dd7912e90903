//! Views as index maps, and the expressions that compute indices: pad, iota, concatenate, gather, dynamic slices.

use crate::Unsupported;
use crate::class::split_axes;
use crate::emit::{Emitter, Step, ready};
use crate::index::{Lin, dense_strides};
use crate::storage::{Vals, storage};
use gradlens_ir::params::{GatherDims, IndexMode};
use gradlens_ir::{Atom, DType, Eqn, Params, Prim};
use gradlens_kernel::{BlockBuilder, ScalarType, Value};

/// Where in the operand (of shape `from`) a view finds what its result (of shape `to`) shows at `ix`; `None` for a
/// reshape that merges axes.
pub(crate) fn view_index(params: &Params, from: &[usize], to: &[usize], ix: &[Lin]) -> Option<Vec<Lin>> {
    Some(match params {
        Params::BroadcastInDim { broadcast_dimensions, .. } => broadcast_dimensions
            .iter()
            .zip(from)
            .map(|(&d, &n)| if n == 1 { Lin::at(0) } else { ix[d].clone() })
            .collect(),
        Params::Transpose { permutation } => {
            let mut inner = vec![Lin::at(0); from.len()];
            for (i, &p) in ix.iter().zip(permutation) {
                inner[p] = i.clone();
            }
            inner
        }
        Params::Squeeze { dimensions } => {
            let mut rest = ix.iter();
            (0..from.len())
                .map(|a| if dimensions.contains(&a) { Lin::at(0) } else { rest.next().cloned().unwrap_or_default() })
                .collect()
        }
        Params::Slice { start_indices, strides, .. } => ix
            .iter()
            .enumerate()
            .map(|(a, i)| {
                let step = strides.as_ref().map_or(1, |s| s[a]);
                i.scaled(step as i64).shifted(start_indices[a] as i64)
            })
            .collect(),
        Params::Rev { dimensions } => ix
            .iter()
            .zip(from)
            .enumerate()
            .map(|(a, (i, &n))| if dimensions.contains(&a) { i.scaled(-1).shifted(n as i64 - 1) } else { i.clone() })
            .collect(),
        Params::Reshape { .. } => split_axes(from, to)?
            .iter()
            .map(|axes| {
                let lens: Vec<usize> = axes.iter().map(|&a| to[a]).collect();
                axes.iter().zip(dense_strides(&lens)).fold(Lin::at(0), |acc, (&a, s)| acc.plus(&ix[a].scaled(s)))
            })
            .collect(),
        _ => return None,
    })
}

/// `clamp(x, 0, max)` as an `I32`, for an index of any integer type.
pub(crate) fn clamp_index(b: &mut BlockBuilder, x: Value, max: usize) -> Value {
    let ty = b.ty(x);
    let hi = b.int(ty, max as i64);
    let x = b.min(x, hi);
    let x = if ty.is_signed_int() {
        let zero = b.int(ty, 0);
        b.max(x, zero)
    } else {
        x
    };
    b.cast(ScalarType::I32, x)
}

/// `0 <= x <= max`, for an index of any integer type.
pub(crate) fn index_within(b: &mut BlockBuilder, x: Value, max: usize) -> Value {
    let ty = b.ty(x);
    let hi = b.int(ty, max as i64);
    let below = b.le(x, hi);
    if !ty.is_signed_int() {
        return below;
    }
    let zero = b.int(ty, 0);
    let above = b.ge(x, zero);
    b.and(above, below)
}

/// What JAX fills in for an index out of range when it is told nothing.
fn default_fill(b: &mut BlockBuilder, dtype: DType) -> Vals {
    let (stored, lanes) = storage(dtype);
    let ty = stored.register();
    let one = if ty.is_float() {
        b.lit(ty, f64::NAN)
    } else if dtype == DType::Bool {
        b.bool(true)
    } else if dtype.is_signed() {
        let low = -1i64 << (stored.size() * 8 - 1);
        b.int(ty, low)
    } else {
        let high = u64::MAX >> (64 - stored.size() * 8);
        b.int(ty, high as i64)
    };
    if lanes == 1 { Vals::One(one) } else { Vals::Two(one, one) }
}

/// A fill value or other constant of an array's dtype.
pub(crate) fn constant(b: &mut BlockBuilder, dtype: DType, x: f64) -> Vals {
    let (stored, lanes) = storage(dtype);
    let re = b.lit(stored.register(), x);
    let re = b.narrow(stored, re);
    if lanes == 1 {
        return Vals::One(re);
    }
    let im = b.lit(stored.register(), 0.0);
    Vals::Two(re, im)
}

impl Emitter<'_> {
    /// An [`crate::class::Class::Indexing`] equation's result number `out` at `ix`.
    pub(crate) fn indexing(&mut self, e: &Eqn, out: usize, ix: &[Lin]) -> Step<Vals> {
        if crate::random::is_random(e.prim) {
            return self.random(e, out, ix);
        }
        match &e.params {
            Params::Pad { padding_config } => self.pad(e, padding_config, ix),
            Params::Concatenate { dimension } => self.concatenate(e, *dimension, ix),
            Params::Iota { dtype, dimension, .. } => {
                let i = ix[*dimension].emit(&mut self.cx.b);
                let (stored, lanes) = storage(*dtype);
                let i = self.cx.b.cast(stored.register(), i);
                let i = self.cx.b.narrow(stored, i);
                if lanes == 1 {
                    return Ok(Some(Vals::One(i)));
                }
                let zero = self.cx.b.lit(stored.register(), 0.0);
                Ok(Some(Vals::Two(i, zero)))
            }
            Params::Gather { dims, slice_sizes, mode, fill_value, .. } => {
                let fill = fill_value.map(|f| f.0);
                self.gather(e, dims, slice_sizes, *mode, fill, ix)
            }
            Params::DynamicSlice { slice_sizes } => self.dynamic_slice(e, slice_sizes, ix),
            _ if e.prim == Prim::DynamicUpdateSlice => self.dynamic_update_slice(e, ix),
            _ => Err(Unsupported::new(e.prim, "is no indexing expression")),
        }
    }

    fn and(&mut self, all: Option<Value>, c: Value) -> Option<Value> {
        Some(match all {
            Some(a) => self.cx.b.and(a, c),
            None => c,
        })
    }

    pub(crate) fn select(&mut self, c: Value, x: Vals, y: Vals) -> Vals {
        x.zip(y, |x, y| self.cx.b.select(c, x, y))
    }

    fn pad(&mut self, e: &Eqn, config: &[(i64, i64, i64)], ix: &[Lin]) -> Step<Vals> {
        let from = self.lv.jaxpr.atom_aval(&e.ins[0]).shape.clone();
        if from.contains(&0) {
            return self.want(&e.ins[1], &[]);
        }
        let (inner, inside) = self.unpad(&from, config, ix);
        let got = ready!(self.want_all(&[(&e.ins[0], inner), (&e.ins[1], Vec::new())]));
        Ok(Some(match inside {
            Some(c) => self.select(c, got[0], got[1]),
            None => got[0],
        }))
    }

    /// Where an element of a padded array is in the array itself, and whether it is there at all (`None`: always).
    pub(crate) fn unpad(
        &mut self,
        from: &[usize],
        config: &[(i64, i64, i64)],
        ix: &[Lin],
    ) -> (Vec<Lin>, Option<Value>) {
        let mut inside = None;
        let mut inner = Vec::with_capacity(ix.len());
        for ((i, &n), &(low, high, interior)) in ix.iter().zip(from).zip(config) {
            let t = i.shifted(-low);
            let span = (n as i64 - 1) * (interior + 1) + 1;
            let mut conditions = Vec::new();
            let range = t.range(&self.cx.shape);
            let b = &mut self.cx.b;
            if low > 0 && range.is_none_or(|r| r.0 < 0) {
                let (tv, zero) = (t.emit(b), b.i32(0));
                conditions.push(b.ge(tv, zero));
            }
            if high > 0 && range.is_none_or(|r| r.1 >= span) {
                let (tv, end) = (t.emit(b), b.i32(span as i32));
                conditions.push(b.lt(tv, end));
            }
            if interior == 0 {
                inner.push(t);
            } else {
                let (tv, step, zero) = (t.emit(b), b.i32(interior as i32 + 1), b.i32(0));
                let r = b.rem(tv, step);
                conditions.push(b.eq(r, zero));
                let q = b.div(tv, step);
                inner.push(Lin::value(q));
            }
            for c in conditions {
                inside = self.and(inside, c);
            }
        }
        (inner, inside)
    }

    fn concatenate(&mut self, e: &Eqn, axis: usize, ix: &[Lin]) -> Step<Vals> {
        let mut wanted = Vec::new();
        let mut starts = Vec::new();
        let mut at = 0;
        for a in &e.ins {
            let n = self.lv.jaxpr.atom_aval(a).shape[axis];
            if n > 0 {
                let mut inner = ix.to_vec();
                inner[axis] = ix[axis].shifted(-at);
                wanted.push((a, inner));
                starts.push(at);
            }
            at += n as i64;
        }
        if wanted.is_empty() {
            // Nothing to read: the result is empty, and no iteration comes here.
            let dtype = self.lv.aval(e.outs[0]).dtype;
            return Ok(Some(constant(&mut self.cx.b, dtype, 0.0)));
        }
        let got = ready!(self.want_all(&wanted));
        let mut out = got[got.len() - 1];
        for k in (0..got.len() - 1).rev() {
            let b = &mut self.cx.b;
            let (i, end) = (ix[axis].emit(b), b.i32(starts[k + 1] as i32));
            let c = b.lt(i, end);
            out = self.select(c, got[k], out);
        }
        Ok(Some(out))
    }

    fn dynamic_slice(&mut self, e: &Eqn, sizes: &[usize], ix: &[Lin]) -> Step<Vals> {
        let from = self.lv.jaxpr.atom_aval(&e.ins[0]).shape.clone();
        let wanted: Vec<_> = e.ins[1..].iter().map(|a| (a, Vec::new())).collect();
        let starts = ready!(self.want_all(&wanted));
        let inner: Vec<Lin> = (0..from.len())
            .map(|a| {
                let s = clamp_index(&mut self.cx.b, starts[a].one(), from[a] - sizes[a]);
                self.dynamic_axis(s).plus(&ix[a])
            })
            .collect();
        self.want(&e.ins[0], &inner)
    }

    /// The update where it lies, the operand elsewhere.
    fn dynamic_update_slice(&mut self, e: &Eqn, ix: &[Lin]) -> Step<Vals> {
        let from = self.lv.jaxpr.atom_aval(&e.ins[0]).shape.clone();
        let sizes = self.lv.jaxpr.atom_aval(&e.ins[1]).shape.clone();
        if sizes.contains(&0) {
            return self.want(&e.ins[0], ix);
        }
        let wanted: Vec<_> = e.ins[2..].iter().map(|a| (a, Vec::new())).collect();
        let starts = ready!(self.want_all(&wanted));
        let mut inside = None;
        let mut inner = Vec::with_capacity(ix.len());
        for (a, i) in ix.iter().enumerate() {
            let s = clamp_index(&mut self.cx.b, starts[a].one(), from[a] - sizes[a]);
            let t = i.plus(&self.dynamic_axis(s).scaled(-1));
            if sizes[a] < from[a] {
                let b = &mut self.cx.b;
                let (tv, zero, end) = (t.emit(b), b.i32(0), b.i32(sizes[a] as i32));
                let (low, high) = (b.ge(tv, zero), b.lt(tv, end));
                let c = b.and(low, high);
                inside = self.and(inside, c);
            }
            inner.push(t);
        }
        let got = ready!(self.want_all(&[(&e.ins[1], inner), (&e.ins[0], ix.to_vec())]));
        Ok(Some(match inside {
            Some(c) => self.select(c, got[0], got[1]),
            None => got[0],
        }))
    }

    /// A computed index, or the constant it turned out to be.
    fn dynamic_axis(&self, s: Value) -> Lin {
        match self.cx.b.as_const(s) {
            Some(c) => Lin::at(c.as_i128() as i64),
            None => Lin::value(s),
        }
    }

    fn gather(
        &mut self,
        e: &Eqn,
        dims: &GatherDims,
        sizes: &[usize],
        mode: IndexMode,
        fill: Option<f64>,
        ix: &[Lin],
    ) -> Step<Vals> {
        let (operand, indices) = (&e.ins[0], &e.ins[1]);
        let from = self.lv.jaxpr.atom_aval(operand).shape.clone();
        let batch: Vec<Lin> = (0..ix.len()).filter(|a| !dims.offset_dims.contains(a)).map(|a| ix[a].clone()).collect();
        let wanted: Vec<(&Atom, Vec<Lin>)> = (0..dims.start_index_map.len())
            .map(|k| {
                let mut at = batch.clone();
                at.push(Lin::at(k as i64));
                (indices, at)
            })
            .collect();
        let starts = ready!(self.want_all(&wanted));
        let mut offsets = dims.offset_dims.iter();
        let mut inside = None;
        let mut inner = Vec::with_capacity(from.len());
        for (a, (&n, &size)) in from.iter().zip(sizes).enumerate() {
            let windowless = dims.collapsed_slice_dims.contains(&a) || dims.operand_batching_dims.contains(&a);
            let offset = if windowless { None } else { offsets.next() };
            let mut at = offset.map_or(Lin::at(0), |&d| ix[d].clone());
            if let Some(k) = dims.start_index_map.iter().position(|&d| d == a) {
                let s = starts[k].one();
                if mode == IndexMode::FillOrDrop {
                    let c = index_within(&mut self.cx.b, s, n - size);
                    inside = self.and(inside, c);
                }
                let s = clamp_index(&mut self.cx.b, s, n - size);
                at = self.dynamic_axis(s).plus(&at);
            }
            if let Some(k) = dims.operand_batching_dims.iter().position(|&d| d == a) {
                at = batch[dims.start_indices_batching_dims[k]].plus(&at);
            }
            inner.push(at);
        }
        let x = ready!(self.want(operand, &inner));
        let Some(c) = inside else { return Ok(Some(x)) };
        let dtype = self.lv.aval(e.outs[0]).dtype;
        let fill = match fill {
            Some(f) => constant(&mut self.cx.b, dtype, f),
            None => default_fill(&mut self.cx.b, dtype),
        };
        Ok(Some(self.select(c, x, fill)))
    }
}
