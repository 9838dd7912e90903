//! Tracing and the transformations: the context `Cx`, the tower of traces, jvp, linearize, transpose, vmap, and the rules of
//! primitives that hold Jaxprs.

pub mod api;
pub mod backward;
pub mod cache;
pub mod control;
pub mod cx;
pub mod dce;
pub mod interp;
pub mod look;
pub mod process;
pub mod record;
pub mod simplify;
pub mod stage;
pub mod trace;

pub use api::{Linearized, OutAxis, jvp, linearize, vmap};
pub use control::custom::{Forward, VjpFns, custom_jvp_call, custom_vjp_call};
pub use cx::{Config, Cx, Executor, RankPromotion};
pub use interp::{Axis, eval_jaxpr};
pub use look::Look;
pub use record::{Condition, LookKind, Recorded, record};
pub use stage::{Staged, stage, stage_sync};
pub use trace::{Trace, tracer_class};

/// Type-checks a Jaxpr after a pass, in debug builds.
pub(crate) fn check(jaxpr: &gradlens_ir::Jaxpr) {
    #[cfg(debug_assertions)]
    if let Err(why) = gradlens_ir::check::check_jaxpr(jaxpr) {
        panic!("a pass made an ill-typed Jaxpr: {why}");
    }
    let _ = jaxpr;
}
