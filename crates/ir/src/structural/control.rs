//! Primitives that hold Jaxprs, user rules or callbacks: their rules need the transformations and live in `transform`.

use crate::rows::*;

macro_rules! control_rows {
    ($($(#[$doc:meta])* $id:ident, $name:literal, $text:literal, $effects:ident;)*) => { $(
        $(#[$doc])*
        pub static $id: Row = Row {
            name: $name,
            doc: $text,
            typing: Typing::Structural,
            jvp: Jvp::Structural,
            transpose: Transpose::Structural,
            batch: Batch::Structural,
            effects: Effects::$effects,
            lower: Lower::Structural,
            bounds: Bounds::Structural,
            domain: &[],
            flush: Flush::Keeps,
            switching: &[],
        };
    )* };
}

control_rows! {
    /// `jit`.
    JIT, "jit", "A function staged once and run as one program.", Inner;
    /// `cond` and `switch`.
    COND, "cond", "Runs the branch that an index selects.", Inner;
    /// `while`.
    WHILE, "while", "Repeats a body while a predicate of the carry holds.", Inner;
    /// `scan`.
    SCAN, "scan", "Threads a carry through the slices of arrays.", Inner;
    /// `remat2` (`jax.checkpoint`).
    REMAT, "remat2", "Recomputed, not stored, for the backward pass.", Inner;
    /// `custom_jvp_call`.
    CUSTOM_JVP_CALL, "custom_jvp_call", "A function with a forward-mode rule of its own.", Inner;
    /// `custom_vjp_call`.
    CUSTOM_VJP_CALL, "custom_vjp_call", "A function with a reverse-mode rule of its own.", Inner;
    /// `custom_lin`.
    CUSTOM_LIN, "custom_lin", "The linear map whose transpose a custom_vjp rule gives.", Pure;
    /// `custom_linear_solve`.
    LINEAR_SOLVE, "custom_linear_solve", "Solves A x = b for a linear function A given as code.", Inner;
    /// `psum`.
    PSUM, "psum", "Sum over a named axis.", Pure;
    /// `pmax`.
    PMAX, "pmax", "Maximum over a named axis.", Pure;
    /// `pmin`.
    PMIN, "pmin", "Minimum over a named axis.", Pure;
    /// `all_gather`.
    ALL_GATHER, "all_gather", "All values along a named axis, stacked in front.", Pure;
    /// `axis_index`.
    AXIS_INDEX, "axis_index", "The position along a named axis.", Pure;
    /// `debug_callback`.
    DEBUG_CALLBACK, "debug_callback", "Calls the host for its effect.", Ordered;
    /// `pure_callback`.
    PURE_CALLBACK, "pure_callback", "Calls the host for its result.", Pure;
}
