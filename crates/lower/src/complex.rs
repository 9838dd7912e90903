//! Pointwise code on pairs: complex numbers, and keys.

use crate::Unsupported;
use crate::storage::Vals;
use gradlens_ir::{Params, Prim, ShapedArray};
use gradlens_kernel::BlockBuilder;

/// An equation of which an operand or the result is a pair.
pub(crate) fn apply(
    b: &mut BlockBuilder,
    prim: Prim,
    _params: &Params,
    _ins: &[&ShapedArray],
    _out: &ShapedArray,
    xs: &[Vals],
) -> Result<Vals, Unsupported> {
    let _ = (b, xs);
    Err(Unsupported::new(prim, "of complex numbers"))
}
