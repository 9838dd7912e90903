//! What no loop nest does: factorisations, triangular solves and Fourier transforms, as routine steps.

use crate::Unsupported;
use crate::control::atom_buffer;
use crate::level::Def;
use crate::schedule::{Lowerer, Schedule};
use crate::storage::{Vals, storage};
use gradlens_ir::{Eqn, Params, Prim};
use gradlens_kernel::{DType, FftKind, Routine, RoutineKind, Step};

/// Whether a routine does the primitive.
pub(crate) fn is_routine(prim: Prim) -> bool {
    use Prim::*;
    matches!(prim, Fft | Cholesky | Lu | Qr | Eigh | Eig | Svd | TriangularSolve)
}

/// The kind of routine, and how many trailing axes of its first operand are one problem.
fn kind_of(e: &Eqn, first: &[usize], last: &[usize]) -> Option<(RoutineKind, usize)> {
    let (m, n) = match first {
        [.., m, n] => (*m, *n),
        _ => (1, 1),
    };
    Some(match (e.prim, &e.params) {
        (Prim::Cholesky, _) => (RoutineKind::Cholesky { n }, 2),
        (Prim::Lu, _) => (RoutineKind::Lu { m, n }, 2),
        (Prim::Qr, Params::Linalg { full_matrices, .. }) => (RoutineKind::Qr { m, n, full: *full_matrices }, 2),
        (Prim::Eigh, Params::Linalg { lower, .. }) => (RoutineKind::Eigh { n, lower: *lower }, 2),
        (Prim::Eigh, _) => (RoutineKind::Eigh { n, lower: true }, 2),
        (Prim::Eig, Params::Eig { compute_left_eigenvectors, compute_right_eigenvectors }) => {
            let (left, right) = (*compute_left_eigenvectors, *compute_right_eigenvectors);
            (RoutineKind::Eig { n, left, right }, 2)
        }
        (Prim::Svd, Params::Linalg { full_matrices, compute_vectors, .. }) => {
            (RoutineKind::Svd { m, n, full: *full_matrices, vectors: *compute_vectors }, 2)
        }
        (
            Prim::TriangularSolve,
            Params::TriangularSolve { left_side, lower, transpose_a, conjugate_a, unit_diagonal },
        ) => {
            let [.., rows, columns] = *last else { return None };
            let kind = RoutineKind::TriangularSolve {
                n,
                nrhs: if *left_side { columns } else { rows },
                left: *left_side,
                lower: *lower,
                transpose: *transpose_a,
                conjugate: *conjugate_a,
                unit: *unit_diagonal,
            };
            (kind, 2)
        }
        (Prim::Fft, Params::Fft { kind, fft_lengths }) => {
            let kind = match kind {
                0 => FftKind::Fft,
                1 => FftKind::Ifft,
                2 => FftKind::Rfft,
                _ => FftKind::Irfft,
            };
            (RoutineKind::Fft { kind, lens: fft_lengths.clone() }, fft_lengths.len())
        }
        _ => return None,
    })
}

/// Adds the step of a routine.
pub(crate) fn routine(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn) -> Result<(), Unsupported> {
    let first = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let last = e.ins.last().map(|a| s.lv.jaxpr.atom_aval(a).clone()).unwrap_or_else(|| first.clone());
    let Some((kind, axes)) = kind_of(e, &first.shape, &last.shape) else {
        return Err(Unsupported::new(e.prim, "has no routine for its parameters"));
    };
    let (dtype, lanes) = storage(first.dtype);
    if !matches!(dtype, DType::F32 | DType::F64) {
        return Err(Unsupported::new(e.prim, format!("of {}", first.dtype)));
    }
    let batch = first.shape[..first.ndim() - axes].iter().product();
    let inputs = e.ins.iter().map(|a| atom_buffer(lo, s, a)).collect::<Result<Vec<_>, _>>()?;
    let outputs: Vec<_> = e.outs.iter().map(|&v| lo.result_buffer(s, v)).collect();
    for (&v, &b) in e.outs.iter().zip(&outputs) {
        s.lv.defs[v.0 as usize] = Def::Buf(b);
    }
    let step = Routine { kind, batch, dtype, complex: lanes == 2, inputs, outputs: outputs.clone() };
    lo.push_steps(s, vec![Step::Routine(step)], &outputs);
    Ok(())
}

/// `lu_pivots_to_permutation`: where element i of the permutation was before the exchanges, followed backwards.
pub(crate) fn pivots(lo: &mut Lowerer, s: &mut Schedule, e: &Eqn) -> Result<(), Unsupported> {
    let pivots = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let source = atom_buffer(lo, s, &e.ins[0])?;
    let last = pivots.ndim() - 1;
    let n = pivots.shape[last];
    lo.map_result(s, e.outs[0], &[source], |em, ix| {
        let mut at = ix[last].emit(&mut em.cx.b);
        for j in (0..n).rev() {
            let mut index = ix.to_vec();
            index[last] = crate::index::Lin::at(j as i64);
            let other = em.load(source, &pivots, &crate::index::flatten(&index, &pivots.shape)).one();
            let b = &mut em.cx.b;
            let here = b.i32(j as i32);
            let (is_here, is_other) = (b.eq(at, here), b.eq(at, other));
            let back = b.select(is_other, here, at);
            at = b.select(is_here, other, back);
        }
        Ok(Vals::One(at))
    })
}
