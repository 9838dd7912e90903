//! The CPU routines of `Step::Routine`: factorisations, solves, transforms. Shared by the interpreter and the wasm backend.

use crate::BackendError;
use gradlens_kernel::{Bytes, Routine, RoutineKind};

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

/// Runs a routine on a program's buffers.
pub fn run(r: &Routine, _bufs: &mut [Bytes]) -> Result<(), BackendError> {
    Err(BackendError::Unsupported(format!("the routine {:?}", r.kind)))
}
