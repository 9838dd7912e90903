//! What a primitive's row says: one record with no defaults and no `Option`, so that a forgotten rule does not compile.

use crate::aval::ShapedArray;
use crate::error::Result;
use crate::interval::Interval;
use crate::params::Params;
use crate::value::{Bind, Outs, Value};
use gradlens_kernel::{BlockBuilder, Value as ValueId};

/// Behaviour of one primitive: every column must be filled.
pub struct Row {
    /// JAX's name, as Jaxprs print it.
    pub name: &'static str,
    /// One line for people.
    pub doc: &'static str,
    /// Result avals from operand avals.
    pub typing: Typing,
    /// Forward derivative.
    pub jvp: Jvp,
    /// Transposition, for primitives linear in some operand.
    pub transpose: Transpose,
    /// `vmap`.
    pub batch: Batch,
    /// What partial evaluation and DCE may assume.
    pub effects: Effects,
    /// The kernel code.
    pub lower: Lower,
    /// Outward-rounded range of the result from ranges of the operands.
    pub bounds: Bounds,
    /// Where to sample each operand in derived tests: open intervals inside the smooth domain.
    pub domain: &'static [(f64, f64)],
    /// Whether f32 subnormals are flushed by XLA's CPU code for it.
    pub flush: Flush,
    /// The surfaces on which it changes branch or blows up.
    pub switching: &'static [Switch],
}

/// A result tangent, `None` when it is symbolically zero.
pub type Tangent = Option<Value>;
/// `(g, ans, operands) -> contribution` of one operand's tangent `g`, linear in `g`.
pub type TangentRule = fn(cx: &dyn Bind, params: &Params, g: &Value, ans: &Value, xs: &[Value]) -> Result<Value>;
/// Primals and tangents in, primals and tangents out.
pub type JvpRule =
    fn(cx: &dyn Bind, params: &Params, primals: &[Value], tangents: &[Tangent]) -> Result<(Outs, Vec<Tangent>)>;
/// An operand during transposition: a known value, or the aval of a linear one.
#[derive(Clone, Debug)]
pub enum Operand {
    /// Not differentiated here.
    Known(Value),
    /// Wants a cotangent of this aval.
    Linear(ShapedArray),
}
/// Cotangents of the results in, cotangents of the operands out (`None`: zero, or operand known).
pub type TransposeRule = fn(cx: &dyn Bind, params: &Params, cts: &[Tangent], xs: &[Operand]) -> Result<Vec<Tangent>>;
/// Operands with their batch axis (`None`: not batched); results with theirs. `size`: the batch axis's length.
pub type BatchRule = fn(
    cx: &dyn Bind,
    params: &Params,
    size: usize,
    xs: &[(Value, Option<usize>)],
) -> Result<Vec<(Value, Option<usize>)>>;
/// Shape and dtype rule.
pub type TypingRule = fn(params: &Params, xs: &[&ShapedArray]) -> Result<Vec<ShapedArray>>;
/// Scalar code: one result from loaded operands (already of register type).
pub type LowerRule = fn(b: &mut BlockBuilder, params: &Params, out: &ShapedArray, xs: &[ValueId]) -> ValueId;

/// Which dtypes an operand may have, as JAX's messages name them.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Accept {
    Any,
    Num,
    Float,
    FloatOrComplex,
    Int,
    IntOrBool,
    Complex,
    FloatComplexOrInt,
    Ordered,
    SignedFloatOrComplex,
}

/// The dtype of an elementwise result.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum OutDType {
    Same,
    Bool,
    /// The real dtype of a complex operand.
    Real,
    /// The complex dtype of a real operand.
    Complex,
    /// Int32 or as the operand (`population_count`).
    Int,
}

/// Shape and dtype.
pub enum Typing {
    /// Elementwise over operands of equal shape and dtype.
    Elementwise(&'static [Accept], OutDType),
    /// Anything else.
    Rule(TypingRule),
    /// Needs its inner Jaxprs: `transform` knows it.
    Structural,
}

/// One operand's part of an elementwise derivative.
pub enum Part {
    /// This operand never carries a tangent.
    Zero,
    /// Its contribution.
    Rule(TangentRule),
}

/// Forward derivative.
pub enum Jvp {
    /// The result's tangent is symbolically zero: the result is inactive.
    Zero,
    /// Linear in all its operands: apply it to the tangents.
    Linear,
    /// The sum of the operands' contributions.
    Parts(&'static [Part]),
    /// Anything else.
    Rule(JvpRule),
    /// Needs the transformations: `transform` knows it.
    Structural,
}

/// Transposition.
pub enum Transpose {
    /// Linear in no operand.
    Nonlinear,
    /// Linear in some operands.
    Rule(TransposeRule),
    /// Needs the transformations: `transform` knows it.
    Structural,
}

/// Batching.
pub enum Batch {
    /// Elementwise: broadcast what is not batched.
    Elementwise,
    /// Anything else.
    Rule(BatchRule),
    /// Needs the transformations: `transform` knows it.
    Structural,
}

/// Effects.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Effects {
    /// May be dropped when unused and computed again at will.
    Pure,
    /// Must run, once, in order.
    Ordered,
    /// As its inner Jaxprs.
    Inner,
}

/// Lowering.
pub enum Lower {
    /// Elementwise scalar code.
    Scalar(LowerRule),
    /// A loop nest, control step or routine of `lower`.
    Structural,
}

/// Interval extension.
pub enum Bounds {
    /// A rule over the operands' ranges.
    Rule(fn(params: &Params, xs: &[Interval]) -> Interval),
    /// The lens knows the structural ones by their shape.
    Structural,
    /// Nothing is claimed.
    Unknown,
}

/// XLA's treatment of f32 subnormals on the CPU.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Flush {
    /// Operands and results are flushed to zero.
    Flushes,
    /// They pass through.
    Keeps,
}

/// A surface `g = 0` of the operands.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum Surface {
    /// `x_i = c`.
    Operand(usize, f64),
    /// `x_i = x_j`.
    Difference(usize, usize),
    /// `x_i` crosses a value where the result steps: the integer state is the result itself.
    Steps(usize),
    /// `x_i` is an integer at most zero (poles of the gamma family).
    NonPositiveInteger(usize),
    /// `x_i = pi/2 + k pi` (poles of tan).
    HalfPi(usize),
    /// `x_i` selects (predicate or case index).
    Selector(usize),
    /// Two entries of `x_i` that compete (in a maximum, an order) are equal.
    Ties(usize),
}

/// What happens on the surface.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Nature {
    /// The formula changes; value continuous (abs, max).
    Kink,
    /// The value jumps (sign, floor, comparison).
    Jump,
    /// Blows up.
    Pole,
    /// Real values end here.
    DomainEdge,
    /// The slope is infinite (sqrt at 0, asin at 1).
    VerticalTangent,
    /// A choice between other values.
    Branch,
}

/// One entry of a switching set.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Switch {
    /// Where.
    pub surface: Surface,
    /// What.
    pub nature: Nature,
}

/// Shorthand for the tables.
pub const fn switch(surface: Surface, nature: Nature) -> Switch {
    Switch { surface, nature }
}
