//! The CPU routines of `Step::Routine`: factorisations, solves, transforms. Shared by the interpreter and the wasm backend.

mod fourier;
mod general;
mod number;
mod orthogonal;
mod singular;
mod solve;
mod symmetric;
#[cfg(test)]
mod tests;

use crate::BackendError;
use gradlens_kernel::{BufId, Bytes, DType, FftKind, Routine, RoutineKind};
use number::{Complex, Matrix, Number};

/// What a routine costs, in fuel.
pub fn work(r: &Routine) -> u64 {
    let n = match r.kind {
        RoutineKind::Cholesky { n } | RoutineKind::Eigh { n, .. } | RoutineKind::Eig { n, .. } => n * n * n,
        RoutineKind::Lu { m, n }
        | RoutineKind::Qr { m, n, .. }
        | RoutineKind::Geqrf { m, n }
        | RoutineKind::HouseholderProduct { m, n, .. }
        | RoutineKind::Svd { m, n, .. } => m * n * m.max(n),
        RoutineKind::TriangularSolve { n, nrhs, .. } => n * n * nrhs,
        RoutineKind::TridiagonalSolve { n, nrhs } => n * nrhs,
        RoutineKind::Fft { ref lens, .. } => 16 * lens.iter().product::<usize>(),
    };
    1 + (n * r.batch.max(1)) as u64 / 16
}

/// Reads and writes a routine's buffers, one problem of its batch at a time.
struct Problem<'a> {
    routine: &'a Routine,
    bufs: &'a mut [Bytes],
    index: usize,
}

impl Problem<'_> {
    fn take(&self, bytes: &Bytes, parts: usize) -> Vec<f64> {
        let range = self.index * parts..(self.index + 1) * parts;
        match self.routine.dtype {
            DType::F64 => bytes.as_slice_of::<f64>()[range].to_vec(),
            _ => bytes.as_slice_of::<f32>()[range].iter().map(|&x| x as f64).collect(),
        }
    }
    fn buffer(&mut self, output: usize) -> &mut Bytes {
        let BufId(i) = self.routine.outputs[output];
        &mut self.bufs[i as usize]
    }
    fn reals(&self, input: usize, len: usize) -> Vec<f64> {
        self.take(&self.bufs[self.routine.inputs[input].0 as usize], len)
    }
    fn numbers<S: Number>(&self, input: usize, len: usize) -> Vec<S> {
        let flat = self.reals(input, len * S::PARTS);
        flat.chunks_exact(S::PARTS).map(|c| S::new(c[0], c.get(1).copied().unwrap_or(0.0))).collect()
    }
    fn matrix<S: Number>(&self, input: usize, rows: usize, cols: usize) -> Matrix<S> {
        Matrix::over(rows, cols, self.numbers(input, rows * cols))
    }
    fn put_reals(&mut self, output: usize, values: &[f64]) {
        let start = self.index * values.len();
        let dtype = self.routine.dtype;
        let bytes = self.buffer(output);
        match dtype {
            DType::F64 => bytes.as_mut_slice_of::<f64>()[start..start + values.len()].copy_from_slice(values),
            _ => {
                let to = &mut bytes.as_mut_slice_of::<f32>()[start..start + values.len()];
                to.iter_mut().zip(values).for_each(|(t, &v)| *t = v as f32);
            }
        }
    }
    fn put<S: Number>(&mut self, output: usize, values: &[S]) {
        let flat: Vec<f64> = values.iter().flat_map(|v| [v.re(), v.im()].into_iter().take(S::PARTS)).collect();
        self.put_reals(output, &flat);
    }
    fn put_ints(&mut self, output: usize, values: &[i32]) {
        let start = self.index * values.len();
        self.buffer(output).as_mut_slice_of::<i32>()[start..start + values.len()].copy_from_slice(values);
    }
}

fn factor<S: Number>(p: &mut Problem<'_>) -> Result<(), BackendError> {
    match p.routine.kind {
        RoutineKind::Cholesky { n } => {
            let l = solve::cholesky(&p.matrix::<S>(0, n, n));
            p.put(0, &l.data);
        }
        RoutineKind::Lu { m, n } => {
            let mut a = p.matrix::<S>(0, m, n);
            let (pivots, permutation) = solve::lu(&mut a);
            p.put(0, &a.data);
            p.put_ints(1, &pivots);
            p.put_ints(2, &permutation);
        }
        RoutineKind::Qr { m, n, full } => {
            let (q, r) = orthogonal::qr(p.matrix::<S>(0, m, n), full);
            p.put(0, &q.data);
            p.put(1, &r.data);
        }
        RoutineKind::Geqrf { m, n } => {
            let mut a = p.matrix::<S>(0, m, n);
            let taus = orthogonal::geqrf(&mut a);
            p.put(0, &a.data);
            p.put(1, &taus);
        }
        RoutineKind::HouseholderProduct { m, n, k } => {
            let q = orthogonal::householder_product(&p.matrix::<S>(0, m, n), &p.numbers::<S>(1, k), n);
            p.put(0, &q.data);
        }
        RoutineKind::Eigh { n, lower } => {
            let (v, w) = symmetric::eigh(&p.matrix::<S>(0, n, n), lower);
            p.put(0, &v.data);
            p.put_reals(1, &w);
        }
        RoutineKind::Eig { n, left, right } => {
            let a = p.matrix::<S>(0, n, n);
            let wide = Matrix::over(n, n, a.data.iter().map(|x| Complex::new(x.re(), x.im())).collect());
            let (w, l, r) = general::eig(&wide, S::PARTS == 1);
            p.put(0, &w);
            if left {
                p.put(1, &l.data);
            }
            if right {
                p.put(1 + left as usize, &r.data);
            }
        }
        RoutineKind::Svd { m, n, full, vectors } => {
            let (s, u, vh) = singular::svd(&p.matrix::<S>(0, m, n), full && vectors);
            p.put_reals(0, &s);
            if vectors {
                p.put(1, &u.data);
                p.put(2, &vh.data);
            }
        }
        RoutineKind::TriangularSolve { n, nrhs, left, lower, transpose, conjugate, unit } => {
            let a = p.matrix::<S>(0, n, n);
            let mut b = if left { p.matrix::<S>(1, n, nrhs) } else { p.matrix::<S>(1, nrhs, n) };
            solve::triangular_solve(&a, &mut b, solve::Triangular { left, lower, transpose, conjugate, unit });
            p.put(0, &b.data);
        }
        RoutineKind::TridiagonalSolve { n, nrhs } => {
            let mut b = p.matrix::<S>(3, n, nrhs);
            let (l, d, u) = (p.numbers::<S>(0, n), p.numbers::<S>(1, n), p.numbers::<S>(2, n));
            solve::tridiagonal_solve(&l, &d, &u, &mut b);
            p.put(0, &b.data);
        }
        RoutineKind::Fft { .. } => return Err(BackendError::Invalid("a transform among the factorisations".into())),
    }
    Ok(())
}

fn fourier(p: &mut Problem<'_>, kind: FftKind, lens: &[usize]) -> Result<(), BackendError> {
    let (Some(&last), total) = (lens.last(), lens.iter().product::<usize>()) else {
        return Err(BackendError::Invalid("a transform over no axes".into()));
    };
    if total == 0 {
        return Ok(());
    }
    match kind {
        FftKind::Fft | FftKind::Ifft => {
            let mut x = p.numbers::<Complex>(0, total);
            fourier::complex(&mut x, lens, if kind == FftKind::Fft { -1.0 } else { 1.0 });
            p.put(0, &x);
        }
        FftKind::Rfft => {
            let x = p.reals(0, total);
            p.put(0, &fourier::forward_real(&x, lens));
        }
        FftKind::Irfft => {
            let half = p.numbers::<Complex>(0, total / last * (last / 2 + 1));
            p.put_reals(0, &fourier::inverse_real(&half, lens));
        }
    }
    Ok(())
}

/// Runs a routine on a program's buffers.
pub fn run(r: &Routine, bufs: &mut [Bytes]) -> Result<(), BackendError> {
    for index in 0..r.batch {
        let mut p = Problem { routine: r, bufs, index };
        match &r.kind {
            RoutineKind::Fft { kind, lens } => fourier(&mut p, *kind, lens)?,
            _ if r.complex => factor::<Complex>(&mut p)?,
            _ => factor::<f64>(&mut p)?,
        }
    }
    Ok(())
}
