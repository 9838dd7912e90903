//! What a primitive's row says: one record with no defaults and no `Option`, so that a forgotten rule does not compile.

use crate::aval::ShapedArray;
use crate::dtype::DType;
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
    /// Where to sample each operand in derived tests: open intervals inside the smooth domain (equal ends: that value only).
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
/// Where a primitive is applied: what scalar code and bounds depend on besides the operands.
#[derive(Copy, Clone, Debug)]
pub struct Site<'a> {
    /// The equation's parameters.
    pub params: &'a Params,
    /// The operands' avals.
    pub ins: &'a [&'a ShapedArray],
    /// The result's aval.
    pub out: &'a ShapedArray,
}
/// Scalar code: one result from loaded operands (of register type, holding values of their dtypes). The caller narrows the
/// result to the result's dtype.
pub type LowerRule = fn(b: &mut BlockBuilder, at: &Site, xs: &[ValueId]) -> ValueId;

/// Which dtypes an operand may have, as JAX's messages name them.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Accept {
    /// Numbers and bools.
    Any,
    /// Numbers, bools and keys.
    AnyOrKey,
    /// Numbers.
    Num,
    /// Integers and floats.
    Real,
    Float,
    FloatOrComplex,
    Int,
    IntOrBool,
    Complex,
    /// What a part of a complex number can be: f32, f64.
    Part,
    PartOrComplex,
    /// All but complex numbers.
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
    /// JAX has no rule: `NotImplementedError` with this message.
    Undefined(&'static str),
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
    /// Elementwise scalar code for real operands; complex ones are pairs, which `lower` computes with.
    Scalar(LowerRule),
    /// Operands or results are always complex: `lower` has it.
    Complex,
    /// A loop nest, control step or routine of `lower`.
    Structural,
}

/// Interval extension.
pub enum Bounds {
    /// A rule over the operands' ranges: holds every value of the function over the reals (of the machine's integers where
    /// the result is an integer), with NaN where the function has none. The rounding of f32 is not in it.
    Rule(fn(at: &Site, xs: &[Interval]) -> Interval),
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
    /// `x_i / x_j` is a whole number other than 0 (jumps of rem).
    Quotient(usize, usize),
    /// `x_i = 0` with `x_j < 0`, or both 0 (the cut of atan2).
    NegativeAxis(usize, usize),
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

impl Row {
    /// The range of an elementwise result from its operands': the row's rule, with what all rules have in common. Complex
    /// numbers and keys have no range; an operand without real values leaves nothing to say; integers may wrap.
    pub fn range(&self, at: &Site, xs: &[Interval]) -> Interval {
        let unordered = |a: &ShapedArray| a.dtype.is_complex() || matches!(a.dtype, DType::Key | DType::Float0);
        let Bounds::Rule(rule) = self.bounds else { return Interval::TOP };
        if unordered(at.out) || at.ins.iter().any(|a| unordered(a)) || xs.iter().any(|x| x.lo > x.hi) {
            return Interval::TOP;
        }
        let r = rule(at, xs);
        match at.out.dtype {
            DType::Bool => Interval { lo: r.lo.max(0.0), hi: r.hi.min(1.0), nan: false },
            d if d.is_integer() => crate::elementwise::bounds::integer(d, r),
            _ => r,
        }
    }

    /// The switching surfaces that an application with these parameters has.
    pub fn switches(&self, at: &Site) -> &'static [Switch] {
        match at.params {
            // Only negative powers have a pole; only a conversion to integers steps.
            Params::IntegerPow { y } if *y >= 0 => &[],
            Params::ConvertElementType { new_dtype, .. } if new_dtype.is_inexact() || !at.ins[0].dtype.is_inexact() => {
                &[]
            }
            _ => self.switching,
        }
    }
}

/// Shorthand for the tables.
pub const fn switch(surface: Surface, nature: Nature) -> Switch {
    Switch { surface, nature }
}
