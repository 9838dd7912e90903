//! Exact evaluation of scalar equations on literals, by the rows' own scalar code.

use crate::array::{Array, HostBuf};
use crate::aval::ShapedArray;
use crate::dtype::DType;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::{Lower, Site};
use gradlens_kernel::{self as kernel, BlockBuilder, Const, ScalarType, Value};
use std::rc::Rc;

/// How a real dtype is stored by kernels; `None` for pairs.
fn storage(d: DType) -> Option<kernel::DType> {
    use kernel::DType as K;
    Some(match d {
        DType::Bool => K::Bool,
        DType::U8 => K::U8,
        DType::U16 => K::U16,
        DType::U32 => K::U32,
        DType::U64 => K::U64,
        DType::I8 => K::I8,
        DType::I16 => K::I16,
        DType::I32 => K::I32,
        DType::I64 => K::I64,
        DType::BF16 => K::BF16,
        DType::F16 => K::F16,
        DType::F32 => K::F32,
        DType::F64 => K::F64,
        DType::C64 | DType::C128 | DType::Key | DType::Float0 => return None,
    })
}

fn constant(b: &mut BlockBuilder, a: &Array) -> Option<Value> {
    let stored = storage(a.dtype())?;
    let host = a.host().ok()?;
    let mut word = [0u8; 8];
    word[..stored.size()].copy_from_slice(&host.bytes()[..stored.size()]);
    let raw = u64::from_le_bytes(word);
    Some(match stored {
        kernel::DType::I8 => b.i32(raw as u8 as i8 as i32),
        kernel::DType::I16 => b.i32(raw as u16 as i16 as i32),
        kernel::DType::F16 => b.f32(kernel::dtype::f16_to_f32(raw as u16)),
        kernel::DType::BF16 => b.f32(kernel::dtype::bf16_to_f32(raw as u16)),
        d => b.constant(Const { ty: d.register(), bits: raw }),
    })
}

/// The value of an elementwise equation whose operands are scalars known now, if its code folds to a constant: the same bits
/// that running it would give.
pub fn fold(prim: Prim, params: &Params, ins: &[&Array], out: &ShapedArray) -> Option<Array> {
    let Lower::Scalar(rule) = prim.row().lower else { return None };
    let stored = storage(out.dtype)?;
    if out.ndim() != 0 || ins.is_empty() || ins.iter().any(|a| a.aval().ndim() != 0) {
        return None;
    }
    let mut b = BlockBuilder::new(0);
    let xs = ins.iter().map(|a| constant(&mut b, a)).collect::<Option<Vec<_>>>()?;
    let avals: Vec<&ShapedArray> = ins.iter().map(|a| a.aval()).collect();
    let v = rule(&mut b, &Site { params, ins: &avals, out }, &xs);
    let v = b.narrow(stored, v);
    let c = b.as_const(v)?;
    let bits = match stored {
        kernel::DType::F16 => kernel::dtype::f32_to_f16(c.as_f32()) as u64,
        kernel::DType::BF16 => kernel::dtype::f32_to_bf16(c.as_f32()) as u64,
        _ if c.ty == ScalarType::Bool => (c.bits != 0) as u64,
        _ => c.bits,
    };
    let bytes = &bits.to_le_bytes()[..stored.size()];
    Some(Array::from_host(out.clone(), Rc::new(HostBuf::from_bytes(bytes))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_fold_to_what_running_gives() {
        let scalar = |d, x| Array::full(&[], d, x);
        let rows: &[(Prim, DType, &[f64], f64)] = &[
            (Prim::Add, DType::F32, &[0.1, 0.2], (0.1f32 + 0.2f32) as f64),
            (Prim::Add, DType::I8, &[127.0, 1.0], -128.0),
            (Prim::Mul, DType::BF16, &[1.0078125, 1.0078125], 1.015625),
            (Prim::Neg, DType::F16, &[0.5], -0.5),
            (Prim::Max, DType::I32, &[3.0, -4.0], 3.0),
        ];
        for (prim, dtype, xs, want) in rows {
            let ins: Vec<Array> = xs.iter().map(|&x| scalar(*dtype, x)).collect();
            let refs: Vec<&Array> = ins.iter().collect();
            let out = fold(*prim, &Params::None, &refs, &ShapedArray::new([], *dtype));
            assert_eq!(out.map(|a| a.to_f64s().expect("host")), Some(vec![*want]), "{prim:?} {xs:?}");
        }
    }
}
