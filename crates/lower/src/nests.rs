//! Which file lowers which equation that is no expression.

use crate::Unsupported;
use crate::contract::dot;
use crate::control::control;
use crate::conv::conv;
use crate::reduce::{arg_reduce, cumulative, reduce};
use crate::routine::{is_routine, pivots, routine};
use crate::scatter::scatter;
use crate::schedule::{Lowerer, Schedule};
use crate::sort::{sort, top_k};
use crate::window::{reduce_window, select_window};
use gradlens_ir::{Eqn, Params, Prim};

/// Adds the units of an equation that makes buffers.
pub(crate) fn equation(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn) -> Result<(), Unsupported> {
    match &e.params {
        Params::Reduce { axes } => reduce(lo, s, e, axes),
        Params::ArgReduce { axis, .. } => arg_reduce(lo, s, e, *axis, e.prim == Prim::Argmax),
        Params::Cumulative { axis, reverse } => cumulative(lo, s, e, *axis, *reverse),
        Params::DotGeneral { dims, .. } => dot(lo, s, e, dims),
        Params::Scatter { dims, mode, unique_indices, .. } => scatter(lo, s, e, dims, *mode, *unique_indices),
        Params::Sort { dimension, num_keys, .. } => sort(lo, s, e, *dimension, *num_keys),
        Params::TopK { axis, .. } => top_k(lo, s, e, *axis),
        Params::Cond { .. } | Params::While { .. } | Params::Scan { .. } => control(lo, s, e),
        Params::ReduceWindow { window } => reduce_window(lo, s, e, window),
        Params::SelectWindow { select_prim, window } => select_window(lo, s, e, *select_prim, window),
        Params::Conv { window, dims, feature_group_count, batch_group_count, .. } => {
            conv(lo, s, e, window, dims, *feature_group_count, *batch_group_count)
        }
        _ if e.prim == Prim::LuPivotsToPermutation => pivots(lo, s, e),
        _ if is_routine(e.prim) => routine(lo, s, e),
        _ => Err(Unsupported::new(e.prim, "has no lowering")),
    }
}
