//! Random numbers: keys of the Threefry-2x32 counter generator and the bits they give.

use super::shared::*;
use crate::aval::{Shape, ShapedArray};
use crate::dtype::DType;
use crate::elementwise::shared::broadcast_shapes;
use crate::error::{Error, Result};
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::*;
use crate::value::Bind;

/// Axes of keys come first in every result, so a batch axis stays where it is.
fn vectorized(cx: &dyn Bind, prim: Prim, p: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    Ok(vec![(cx.bind1(prim, p.clone(), &[xs[0].0.clone()])?, xs[0].1)])
}

fn keys(name: &str, x: &ShapedArray) -> Result<()> {
    if x.dtype == DType::Key {
        return Ok(());
    }
    Err(Error::type_error(format!("{name} takes key array operand, got keys.dtype={}", x.dtype)))
}

fn joined(a: &[usize], b: &[usize]) -> Shape {
    a.iter().chain(b).copied().collect()
}

/// A key from an integer.
pub static RANDOM_SEED: Row = Row {
    name: "random_seed",
    doc: "A key from each integer seed.",
    typing: Typing::Rule(|_, xs| {
        if !xs[0].dtype.is_integer() {
            return Err(Error::type_error(format!("PRNG key seed must be an integer; got {}", xs[0])));
        }
        Ok(vec![ShapedArray::new(&xs[0].shape, DType::Key)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| vectorized(cx, Prim::RandomSeed, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// New keys from a key.
pub static RANDOM_SPLIT: Row = Row {
    name: "random_split",
    doc: "An array of new keys of the given shape from each key.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::RandomShape { shape } = p);
        keys("random_split", xs[0])?;
        Ok(vec![ShapedArray::new(joined(&xs[0].shape, shape), DType::Key)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| vectorized(cx, Prim::RandomSplit, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// A key from a key and an integer.
pub static RANDOM_FOLD_IN: Row = Row {
    name: "random_fold_in",
    doc: "A new key from each key and unsigned integer.",
    typing: Typing::Rule(|_, xs| {
        keys("random_fold_in", xs[0])?;
        Ok(vec![ShapedArray::new(broadcast_shapes("random_fold_in", xs)?, DType::Key)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// Uniform bits.
pub static RANDOM_BITS: Row = Row {
    name: "random_bits",
    doc: "Uniformly distributed unsigned integers of `bit_width` bits, an array of `shape` from each key.",
    typing: Typing::Rule(|p, xs| {
        take!(Params::RandomBits { bit_width, shape } = p);
        keys("random_bits", xs[0])?;
        let dtype = match bit_width {
            8 => DType::U8,
            16 => DType::U16,
            32 => DType::U32,
            64 => DType::U64,
            _ => return Err(Error::type_error("requires 8-, 16-, 32- or 64-bit field width.")),
        };
        Ok(vec![ShapedArray::new(joined(&xs[0].shape, shape), dtype)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| vectorized(cx, Prim::RandomBits, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// Words as keys.
pub static RANDOM_WRAP: Row = Row {
    name: "random_wrap",
    doc: "Pairs of uint32 along the last axis, taken as keys.",
    typing: Typing::Rule(|_, xs| {
        let x = xs[0];
        if x.dtype != DType::U32 || x.shape.last() != Some(&2) {
            return Err(Error::type_error(format!(
                "JAX encountered invalid PRNG key data: expected key_data.dtype = uint32; got dtype={}",
                x.dtype
            )));
        }
        Ok(vec![ShapedArray::new(&x.shape[..x.ndim() - 1], DType::Key)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, size, xs| {
        let x = at_front(cx, &xs[0], size)?;
        Ok(vec![(cx.bind1(Prim::RandomWrap, p.clone(), &[x])?, Some(0))])
    }),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// Keys as words.
pub static RANDOM_UNWRAP: Row = Row {
    name: "random_unwrap",
    doc: "The two uint32 words of each key, along a new last axis.",
    typing: Typing::Rule(|_, xs| {
        keys("random_unwrap", xs[0])?;
        Ok(vec![ShapedArray::new(joined(&xs[0].shape, &[2]), DType::U32)])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Rule(|cx, p, _, xs| vectorized(cx, Prim::RandomUnwrap, p, xs)),
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};

/// The generator's block function.
pub static THREEFRY2X32: Row = Row {
    name: "threefry2x32",
    doc: "The Threefry-2x32 block function with 20 rounds: two key words and two counter words to two words.",
    typing: Typing::Rule(|_, xs| {
        if xs.iter().any(|x| x.dtype != DType::U32) {
            let got = xs.iter().map(|x| format!("ShapedArray({x})")).collect::<Vec<_>>().join(", ");
            return Err(Error::type_error(format!("Arguments to threefry2x32 must have uint32 type, got ({got})")));
        }
        let out = ShapedArray::new(broadcast_shapes("threefry2x32", xs)?, DType::U32);
        Ok(vec![out.clone(), out])
    }),
    jvp: Jvp::Zero,
    transpose: Transpose::Nonlinear,
    batch: Batch::Elementwise,
    effects: Effects::Pure,
    lower: Lower::Structural,
    bounds: Bounds::Unknown,
    domain: &[],
    flush: Flush::Keeps,
    switching: &[],
};
