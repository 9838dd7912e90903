//! What kind of thing a primitive is to the lowering, and which reshapes are index arithmetic.

use crate::random::is_random;
use gradlens_ir::rows::Lower;
use gradlens_ir::{Eqn, Jaxpr, Params, Prim};

/// How an equation is lowered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// Scalar code of a row.
    Pointwise,
    /// An affine change of index.
    View,
    /// An expression that computes indices or chooses by them: pad, iota, gather, a small concatenate,
    /// random bits (functions of the index).
    Indexing,
    /// A concatenate of many parts: each is stored in its place.
    Pieces,
    /// A nest that runs its operands' expressions itself: reductions, running folds, windows, scatters.
    Fold,
    /// A nest that reads buffers through affine indices: contractions, convolutions, sorts.
    Affine,
    /// Reads whole buffers: control flow, routines.
    Whole,
}

/// Parts up to which a concatenate is a chain of selects.
const SELECTED_PARTS: usize = 3;

/// How `e` is lowered.
pub(crate) fn class_of(e: &Eqn) -> Class {
    if matches!(e.prim.row().lower, Lower::Scalar(_) | Lower::Complex) {
        return Class::Pointwise;
    }
    if e.prim == Prim::DynamicUpdateSlice || is_random(e.prim) {
        return Class::Indexing;
    }
    match &e.params {
        Params::BroadcastInDim { .. }
        | Params::Reshape { .. }
        | Params::Transpose { .. }
        | Params::Squeeze { .. }
        | Params::Slice { .. }
        | Params::Rev { .. } => Class::View,
        Params::Concatenate { .. } if e.ins.len() > SELECTED_PARTS => Class::Pieces,
        Params::Concatenate { .. }
        | Params::Pad { .. }
        | Params::Iota { .. }
        | Params::Gather { .. }
        | Params::DynamicSlice { .. } => Class::Indexing,
        Params::Reduce { .. }
        | Params::ArgReduce { .. }
        | Params::Cumulative { .. }
        | Params::ReduceWindow { .. }
        | Params::SelectWindow { .. }
        | Params::LuPivots { .. }
        | Params::Scatter { .. } => Class::Fold,
        Params::DotGeneral { .. } | Params::Conv { .. } | Params::Sort { .. } | Params::TopK { .. } => Class::Affine,
        _ => Class::Whole,
    }
}

/// For each axis of `from`, the axes of `to` that it is split into, outermost first; `None` where axes are merged.
/// Axes of one element belong to nothing.
pub(crate) fn split_axes(from: &[usize], to: &[usize]) -> Option<Vec<Vec<usize>>> {
    let mut out = Vec::with_capacity(from.len());
    let mut j = 0;
    for &n in from {
        let mut axes = Vec::new();
        let mut have = 1;
        while have < n {
            let &m = to.get(j)?;
            if m != 1 {
                axes.push(j);
                have *= m;
            }
            j += 1;
        }
        if have != n {
            return None;
        }
        out.push(axes);
    }
    to[j..].iter().all(|&m| m == 1).then_some(out)
}

/// Whether the result lies in memory as the operand does: reshapes, and broadcasts that only add axes of one element.
pub(crate) fn same_layout(e: &Eqn, jaxpr: &Jaxpr) -> bool {
    match &e.params {
        Params::Reshape { .. } | Params::Squeeze { .. } => true,
        Params::BroadcastInDim { broadcast_dimensions, .. } => {
            jaxpr.atom_aval(&e.ins[0]).size() == jaxpr.aval(e.outs[0]).size()
                && broadcast_dimensions.windows(2).all(|w| w[0] < w[1])
        }
        _ => false,
    }
}

/// Whether a view's index needs no division: all views but reshapes that merge axes, and those of empty arrays.
pub(crate) fn splits_only(e: &Eqn, jaxpr: &Jaxpr) -> bool {
    match &e.params {
        Params::Reshape { .. } => split_axes(&jaxpr.atom_aval(&e.ins[0]).shape, &jaxpr.aval(e.outs[0]).shape).is_some(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_told_from_merges() {
        let rows: &[(&[usize], &[usize], Option<&[&[usize]]>)] = &[
            (&[6], &[2, 3], Some(&[&[0, 1]])),
            (&[2, 3], &[6], None),
            (&[2, 1, 3], &[2, 3], Some(&[&[0], &[], &[1]])),
            (&[4], &[1, 4, 1], Some(&[&[1]])),
            (&[], &[1, 1], Some(&[])),
            (&[4, 6], &[2, 2, 6], Some(&[&[0, 1], &[2]])),
            (&[4, 6], &[6, 4], None),
            (&[4, 6], &[8, 3], None),
        ];
        for (from, to, want) in rows {
            let want = want.map(|w| w.iter().map(|a| a.to_vec()).collect::<Vec<_>>());
            assert_eq!(split_axes(from, to), want, "{from:?} -> {to:?}");
        }
    }
}
