//! Programs: steps over buffers.
//!
//! Steps nested in loops and branches use the same buffers as the rest (one arena), so that a device backend binds all
//! of them once and can encode several guarded iterations in one submit before it reads a predicate.

use crate::bytes::Bytes;
use crate::dtype::DType;
use crate::nest::Nest;
use std::sync::Arc;

/// A buffer of a program: an index into [`Program::buffers`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct BufId(pub u32);

/// Where a buffer's first contents come from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum BufferRole {
    /// Given by the caller; never written.
    Input,
    /// Undefined until written.
    Temp,
    /// Part of the program; never written.
    Const(Bytes),
}

/// A buffer's declaration.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BufferDecl {
    /// Element type.
    pub dtype: DType,
    /// Elements (a complex array has two for each of its own).
    pub len: usize,
    /// First contents.
    pub role: BufferRole,
}

impl BufferDecl {
    /// Bytes in all.
    pub fn size(&self) -> usize {
        self.len * self.dtype.size()
    }
}

/// A nest with its slots filled.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct NestCall {
    /// The kernel.
    pub nest: Arc<Nest>,
    /// A buffer for each of `nest.args`, of its type and length.
    pub args: Vec<BufId>,
}

/// One step of a program.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// Runs a kernel.
    Nest(NestCall),
    /// Copies `len` elements between buffers of one type that are not the same buffer.
    Copy {
        /// From.
        src: BufId,
        /// First element read.
        src_at: usize,
        /// To.
        dst: BufId,
        /// First element written.
        dst_at: usize,
        /// How many.
        len: usize,
    },
    /// `counter = 0; loop { cond; if !predicate { break } body; carries; counter += 1 }`; with `trips` the condition is
    /// not run and the body runs that often.
    Loop {
        /// Computes `predicate`; empty when `trips` is known.
        cond: Vec<Step>,
        /// A `Bool` buffer of one element; `None` when `trips` is known.
        predicate: Option<BufId>,
        /// One iteration.
        body: Vec<Step>,
        /// `(to, from)`: after the body each `to` gets `from`'s contents, all at once (no `to` is a `from` of another).
        /// A backend may exchange the two buffers instead: `from` is undefined at the start of the next iteration and
        /// after the loop.
        carries: Vec<(BufId, BufId)>,
        /// The number of iterations, if known.
        trips: Option<u64>,
        /// An `I32` temp of one element that holds the iteration's number, kept by the backend.
        counter: Option<BufId>,
    },
    /// Runs one of the cases.
    Branch {
        /// An `I32` buffer of one element, clamped to the cases.
        selector: BufId,
        /// The cases; at least one.
        cases: Vec<Vec<Step>>,
    },
    /// Runs what is no loop nest, on the CPU.
    Routine(Routine),
}

/// A whole computation.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Program {
    /// All buffers.
    pub buffers: Vec<BufferDecl>,
    /// The inputs, in the order the caller gives them; each has the role `Input`, once.
    pub inputs: Vec<BufId>,
    /// The outputs, in order. Any role; a buffer may occur twice.
    pub outputs: Vec<BufId>,
    /// What to do.
    pub steps: Vec<Step>,
}

impl Program {
    /// A buffer's declaration.
    pub fn buffer(&self, b: BufId) -> &BufferDecl {
        &self.buffers[b.0 as usize]
    }
}

/// A call of a CPU routine. Matrices are row-major and dense, batches outermost; `complex` buffers are interleaved.
/// Inputs and outputs are distinct buffers, in the order stated at the kind.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Routine {
    /// Which.
    pub kind: RoutineKind,
    /// How many independent problems.
    pub batch: usize,
    /// `F32` or `F64`: the type of (the parts of) the elements.
    pub dtype: DType,
    /// Whether elements are complex.
    pub complex: bool,
    /// Buffers read.
    pub inputs: Vec<BufId>,
    /// Buffers written.
    pub outputs: Vec<BufId>,
}

/// The transforms of [`RoutineKind::Fft`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FftKind {
    /// Complex to complex, exp(-i).
    Fft,
    /// Complex to complex, exp(+i), divided by the length.
    Ifft,
    /// Real to the first n/2+1 complex.
    Rfft,
    /// n/2+1 complex to n real, divided by the length.
    Irfft,
}

/// The routines, as JAX's primitives of these names define them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum RoutineKind {
    /// In: a[n,n] (lower triangle read). Out: l[n,n], zeros above; NaN throughout the lower triangle if not positive definite.
    Cholesky {
        /// Order.
        n: usize,
    },
    /// In: a[m,n]. Out: lu[m,n], pivots i32[min(m,n)], permutation i32[m].
    Lu {
        /// Rows.
        m: usize,
        /// Columns.
        n: usize,
    },
    /// In: a[m,n]. Out: q[m,m] and r[m,n] if `full`, else q[m,k] and r[k,n], k = min(m,n). Householder signs as LAPACK's.
    Qr {
        /// Rows.
        m: usize,
        /// Columns.
        n: usize,
        /// Square q.
        full: bool,
    },
    /// In: a[m,n]. Out: the packed reflectors and r as LAPACK's geqrf, a[m,n], taus[min(m,n)].
    Geqrf {
        /// Rows.
        m: usize,
        /// Columns.
        n: usize,
    },
    /// In: packed reflectors a[m,n], taus[k]. Out: the first n columns of q, [m,n] (LAPACK's orgqr).
    HouseholderProduct {
        /// Rows.
        m: usize,
        /// Columns.
        n: usize,
        /// Reflectors.
        k: usize,
    },
    /// In: symmetric or Hermitian a[n,n] (one triangle read). Out: vectors v[n,n] in columns, values w[n] (real), ascending.
    Eigh {
        /// Order.
        n: usize,
        /// Read the lower triangle.
        lower: bool,
    },
    /// In: a[n,n]. Out: values w[n], then left and right vectors [n,n] if asked for; all outputs are complex.
    Eig {
        /// Order.
        n: usize,
        /// Left vectors.
        left: bool,
        /// Right vectors.
        right: bool,
    },
    /// In: a[m,n]. Out: s[k] (real, descending); with `vectors` also u[m,m or k] and vh[n or k,n], k = min(m,n).
    Svd {
        /// Rows.
        m: usize,
        /// Columns.
        n: usize,
        /// Square u and vh.
        full: bool,
        /// Compute u and vh.
        vectors: bool,
    },
    /// In: a[n,n] triangular, b[n,nrhs] (or [nrhs,n] if not `left`). Out: x with op(a) x = b (or x op(a) = b).
    TriangularSolve {
        /// Order of a.
        n: usize,
        /// Number of right-hand sides.
        nrhs: usize,
        /// a stands on the left.
        left: bool,
        /// Lower triangle.
        lower: bool,
        /// op transposes.
        transpose: bool,
        /// op conjugates.
        conjugate: bool,
        /// The diagonal is taken as ones.
        unit: bool,
    },
    /// In: dl[n], d[n], du[n], b[n,nrhs]. Out: x[n,nrhs].
    TridiagonalSolve {
        /// Order.
        n: usize,
        /// Number of right-hand sides.
        nrhs: usize,
    },
    /// Over the last `lens.len()` dimensions; for the real kinds the last is real of that length. `complex` tells whether
    /// the input is.
    Fft {
        /// Which.
        kind: FftKind,
        /// Lengths of the transformed dimensions (of the real side).
        lens: Vec<usize>,
    },
}
