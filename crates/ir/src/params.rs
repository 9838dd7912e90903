//! Parameters of primitives, with JAX's names and values.

use crate::aval::{Shape, ShapedArray};
use crate::dtype::DType;
use crate::jaxpr::ClosedJaxpr;
use crate::prim::Prim;
use crate::rule_objects::{CallbackObj, CustomJvpRule, CustomVjpRules, PullbackRule};
use std::rc::Rc;

/// A float parameter compared and hashed by its bits.
#[derive(Copy, Clone, Debug)]
pub struct Bits(pub f64);
impl PartialEq for Bits {
    fn eq(&self, o: &Bits) -> bool {
        self.0.to_bits() == o.0.to_bits()
    }
}
impl Eq for Bits {}
impl std::hash::Hash for Bits {
    fn hash<H: std::hash::Hasher>(&self, h: &mut H) {
        self.0.to_bits().hash(h);
    }
}

/// How `round` breaks ties.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Rounding {
    /// Away from zero (`AWAY_FROM_ZERO`).
    AwayFromZero,
    /// To the even neighbour (`TO_NEAREST_EVEN`).
    ToNearestEven,
}

/// What indexing does with indices out of range (`lax.GatherScatterMode`).
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum IndexMode {
    /// Clamp into range.
    Clip,
    /// Gather: fill value; scatter: dropped.
    FillOrDrop,
    /// The caller promises they are in range.
    PromiseInBounds,
}

/// `lax.DotDimensionNumbers`: contracting and batch axes of both sides.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct DotDims {
    /// Contracting axes of the left side.
    pub lhs_contract: Vec<usize>,
    /// Contracting axes of the right side.
    pub rhs_contract: Vec<usize>,
    /// Batch axes of the left side.
    pub lhs_batch: Vec<usize>,
    /// Batch axes of the right side.
    pub rhs_batch: Vec<usize>,
}

/// `lax.GatherDimensionNumbers`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct GatherDims {
    /// Output axes that are slices of the operand.
    pub offset_dims: Vec<usize>,
    /// Operand axes of slice size 1 left out of the output.
    pub collapsed_slice_dims: Vec<usize>,
    /// Operand axis that each index component addresses.
    pub start_index_map: Vec<usize>,
    /// Operand axes batched with `start_indices_batching_dims`.
    pub operand_batching_dims: Vec<usize>,
    /// Index axes batched with `operand_batching_dims`.
    pub start_indices_batching_dims: Vec<usize>,
}

/// `lax.ScatterDimensionNumbers`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ScatterDims {
    /// Update axes that are windows of the operand.
    pub update_window_dims: Vec<usize>,
    /// Operand axes of window size 1 not in the updates.
    pub inserted_window_dims: Vec<usize>,
    /// Operand axis that each index component addresses.
    pub scatter_dims_to_operand_dims: Vec<usize>,
    /// Operand axes batched with `scatter_indices_batching_dims`.
    pub operand_batching_dims: Vec<usize>,
    /// Index axes batched with `operand_batching_dims`.
    pub scatter_indices_batching_dims: Vec<usize>,
}

/// Window of a convolution or `reduce_window`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Window {
    /// Window sizes (reduce_window) or empty (convolution: the kernel's).
    pub dimensions: Vec<usize>,
    /// Steps between windows.
    pub strides: Vec<usize>,
    /// Low and high padding (may be negative).
    pub padding: Vec<(i64, i64)>,
    /// Dilation of the operand.
    pub base_dilation: Vec<usize>,
    /// Dilation of the window.
    pub window_dilation: Vec<usize>,
}

/// `lax.ConvDimensionNumbers` as axis permutations: (batch, feature, spatial...) positions.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct ConvDims {
    /// Axis order of the input.
    pub lhs_spec: Vec<usize>,
    /// Axis order of the kernel (out feature, in feature, spatial...).
    pub rhs_spec: Vec<usize>,
    /// Axis order of the output.
    pub out_spec: Vec<usize>,
}

/// The parameters of an equation.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Params {
    /// The primitive has none.
    None,
    IntegerPow {
        y: i32,
    },
    Round {
        rounding_method: Rounding,
    },
    ConvertElementType {
        new_dtype: DType,
        weak_type: bool,
    },
    BitcastConvertType {
        new_dtype: DType,
    },
    ReducePrecision {
        exponent_bits: u32,
        mantissa_bits: u32,
    },
    BroadcastInDim {
        shape: Shape,
        broadcast_dimensions: Vec<usize>,
    },
    /// `dimensions`: the order in which the operand's axes are read, when not their own.
    Reshape {
        new_sizes: Shape,
        dimensions: Option<Vec<usize>>,
    },
    Transpose {
        permutation: Vec<usize>,
    },
    Squeeze {
        dimensions: Vec<usize>,
    },
    Slice {
        start_indices: Vec<usize>,
        limit_indices: Vec<usize>,
        strides: Option<Vec<usize>>,
    },
    DynamicSlice {
        slice_sizes: Vec<usize>,
    },
    Concatenate {
        dimension: usize,
    },
    Split {
        sizes: Vec<usize>,
        axis: usize,
    },
    /// `stack`, `unstack`.
    Stack {
        axis: usize,
    },
    Tile {
        reps: Vec<usize>,
    },
    /// `(low, high, interior)` per axis.
    Pad {
        padding_config: Vec<(i64, i64, i64)>,
    },
    Iota {
        dtype: DType,
        shape: Shape,
        dimension: usize,
    },
    Rev {
        dimensions: Vec<usize>,
    },
    /// Reductions over `axes`.
    Reduce {
        axes: Vec<usize>,
    },
    /// `argmax`, `argmin`.
    ArgReduce {
        axis: usize,
        index_dtype: DType,
    },
    /// Cumulative operations along `axis`.
    Cumulative {
        axis: usize,
        reverse: bool,
    },
    DotGeneral {
        dims: DotDims,
        preferred_element_type: Option<DType>,
    },
    Gather {
        dims: GatherDims,
        slice_sizes: Vec<usize>,
        mode: IndexMode,
        fill_value: Option<Bits>,
        unique_indices: bool,
        indices_are_sorted: bool,
    },
    Scatter {
        dims: ScatterDims,
        mode: IndexMode,
        unique_indices: bool,
        indices_are_sorted: bool,
    },
    Sort {
        dimension: usize,
        is_stable: bool,
        num_keys: usize,
    },
    TopK {
        k: usize,
        axis: usize,
    },
    ReduceWindow {
        window: Window,
    },
    /// `select_and_scatter_add`, `select_and_gather_add`: `ge` follows the maximum, `le` the minimum.
    SelectWindow {
        select_prim: Prim,
        window: Window,
    },
    Conv {
        window: Window,
        dims: ConvDims,
        feature_group_count: usize,
        batch_group_count: usize,
        preferred_element_type: Option<DType>,
    },
    /// `eigh`, `svd`, `qr`, `lu`, `cholesky` and kin: which parts are wanted.
    Linalg {
        full_matrices: bool,
        compute_vectors: bool,
        lower: bool,
    },
    LuPivots {
        permutation_size: usize,
    },
    Eig {
        compute_left_eigenvectors: bool,
        compute_right_eigenvectors: bool,
    },
    TriangularSolve {
        left_side: bool,
        lower: bool,
        transpose_a: bool,
        conjugate_a: bool,
        unit_diagonal: bool,
    },
    /// `kind`: 0 fft, 1 ifft, 2 rfft, 3 irfft.
    Fft {
        kind: u8,
        fft_lengths: Vec<usize>,
    },
    RandomBits {
        bit_width: u32,
        shape: Shape,
    },
    RandomShape {
        shape: Shape,
    },
    Cond {
        branches: Vec<ClosedJaxpr>,
    },
    While {
        cond_jaxpr: ClosedJaxpr,
        cond_nconsts: usize,
        body_jaxpr: ClosedJaxpr,
        body_nconsts: usize,
    },
    Scan {
        jaxpr: ClosedJaxpr,
        length: usize,
        reverse: bool,
        unroll: usize,
        num_consts: usize,
        num_carry: usize,
    },
    Jit {
        name: Rc<str>,
        jaxpr: ClosedJaxpr,
    },
    Remat {
        jaxpr: ClosedJaxpr,
        prevent_cse: bool,
        differentiated: bool,
        policy: Option<Rc<str>>,
    },
    CustomJvpCall {
        name: Rc<str>,
        call_jaxpr: ClosedJaxpr,
        rule: CustomJvpRule,
        symbolic_zeros: bool,
    },
    CustomVjpCall {
        name: Rc<str>,
        call_jaxpr: ClosedJaxpr,
        rules: CustomVjpRules,
        symbolic_zeros: bool,
    },
    /// A linear call whose transpose is given (`bwd` of a custom vjp under linearization).
    CustomLin {
        out_avals: Vec<ShapedArray>,
        rule: PullbackRule,
    },
    LinearSolve {
        matvec: ClosedJaxpr,
        vecmat: Option<ClosedJaxpr>,
        solve: ClosedJaxpr,
        transpose_solve: Option<ClosedJaxpr>,
        const_counts: [usize; 4],
    },
    /// `psum`, `pmax`, `axis_index` ... over a named axis.
    Collective {
        axis_name: Rc<str>,
    },
    /// Host callbacks and prints.
    Callback {
        callback: CallbackObj,
        out_avals: Vec<ShapedArray>,
        ordered: bool,
    },
}
