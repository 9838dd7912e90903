//! Loop nests: scalar blocks run over index spaces.
//!
//! A [`Nest`] names its buffers by slots ([`Arg`]), not by the program's ids, so that equal nests of different programs
//! are equal and share one compiled kernel. Dimensions are outermost first. A dimension of 0 runs nothing (a reduction
//! over nothing still stores its inits through the epilogue).
//!
//! **Aliasing.** The buffers of a call are distinct, but a buffer may fill several [`Access::Read`] slots.
//! [`Access::ReadWrite`] in a map: an iteration loads from the slot only the elements that it alone stores.
//!
//! **Order of float sums** is part of the meaning, so that the CPU backends agree bit for bit: see [`Combine::Each`] and
//! [`Contraction`]. WebGPU may sum in another order.

use crate::dtype::{DType, ScalarType};
use crate::scalar::{BinOp, Block, Const, IndexExpr, IndexId, Value};

/// A buffer slot of a nest: an index into [`Nest::args`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Arg(pub u16);

/// What a nest does to a slot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// Loads only.
    Read,
    /// Stores only; elements not stored keep what they had.
    Write,
    /// Both: see the module's text on aliasing; also the destination of a scatter.
    ReadWrite,
}

/// A slot's declaration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ArgDecl {
    /// Element type.
    pub dtype: DType,
    /// Elements.
    pub len: usize,
    /// What the nest does to it.
    pub access: Access,
}

/// A store of a block's value: narrowed to the slot's type. The index must be inside the buffer if it is affine; with a
/// dynamic part it is clamped into it. No two iterations of a nest store to one element (a scatter apart).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Store {
    /// Where to.
    pub arg: Arg,
    /// Which element: in the block's `indices`.
    pub index: IndexId,
    /// What.
    pub value: Value,
}

/// One kernel: slots and the loops over them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Nest {
    /// The slots.
    pub args: Vec<ArgDecl>,
    /// The loops.
    pub kind: NestKind,
}

/// The shapes a nest can have.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum NestKind {
    /// Element by element.
    Map(Map),
    /// Element by element, then folded over some dimensions.
    MapReduce(MapReduce),
    /// A general matrix product.
    Contraction(Contraction),
    /// A running fold along one dimension.
    Scan(Scan),
    /// Updates at computed places.
    Scatter(Scatter),
    /// A stable sort along one dimension.
    Sort(Sort),
}

/// For every index of `shape`: run `body`, then the stores.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Map {
    /// The dimensions; `body.rank` of them.
    pub shape: Vec<usize>,
    /// Its results are not used; the stores name its values.
    pub body: Block,
    /// Run after the whole body, in order.
    pub stores: Vec<Store>,
}

/// How accumulators are combined. Always associative, with the nest's `init` as an identity.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Combine {
    /// Accumulator k by its own operation (`Add`, `Mul`, `Min`, `Max`, `And`, `Or`, `Xor`), which commutes.
    ///
    /// For a [`MapReduce`] the order is: the elements, in row-major order of the inner dimensions, are cut into blocks of
    /// [`Combine::BLOCK`]; in a block, element j goes to lane `j % 8` of eight that start at `init`; the lanes are folded as
    /// `((0+4)+(2+6)) + ((1+5)+(3+7))`; block totals are added as a binary counter does: total i is merged with the
    /// pending total of equal weight (pending on the left) while bit by bit i's trailing bits are ones, and what is pending
    /// at the end is folded from the lightest (last) to the heaviest, heavier on the left.
    Each(Vec<BinOp>),
    /// A block with parameters `acc_0..acc_n, x_0..x_n` and n results, for what is not independent (argmax, logaddexp).
    /// Folded from the left in row-major order; a parallel backend may fold neighbouring runs first.
    Block(Box<Block>),
}

impl Combine {
    /// Elements of one block of a sum: 64 for each of eight lanes.
    pub const BLOCK: usize = 512;
    /// Lanes within a block.
    pub const LANES: usize = 8;
}

/// For every index of `outer`: fold `body`'s results over `inner`, then run `epilogue` and its stores.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MapReduce {
    /// Dimensions kept.
    pub outer: Vec<usize>,
    /// Dimensions folded away.
    pub inner: Vec<usize>,
    /// Over `outer ++ inner`; one result for each accumulator.
    pub body: Block,
    /// The identity of each accumulator; fixes their types.
    pub init: Vec<Const>,
    /// How two are put together.
    pub combine: Combine,
    /// Over `outer`; parameter k is accumulator k's total.
    pub epilogue: Block,
    /// Stores of the epilogue's values.
    pub stores: Vec<Store>,
}

/// `dot[batch, m, n] = sum over k of lhs * rhs`, each group of dimensions any number of dimensions long.
///
/// Operands are widened to `ty` before the product; products are rounded, then added (no fused operation). k, in
/// row-major order, is cut into blocks of [`Contraction::BLOCK`]: each block's sum starts at zero and runs left to right, and
/// the block sums are added in order, starting with the first.
/// A convolution without padding is one, with overlapping strides.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Contraction {
    /// Dimensions in both operands and the result.
    pub batch: Vec<usize>,
    /// The left operand's own.
    pub m: Vec<usize>,
    /// The right operand's own.
    pub n: Vec<usize>,
    /// Summed over.
    pub k: Vec<usize>,
    /// The left operand, and its element over `batch ++ m ++ n ++ k` (affine; strides over `n` are 0).
    pub lhs: (Arg, IndexExpr),
    /// The right operand, likewise (strides over `m` are 0).
    pub rhs: (Arg, IndexExpr),
    /// The type of products and sums: `F32`, `F64`, or an integer.
    pub ty: ScalarType,
    /// Over `batch ++ m ++ n`; parameter 0 is the sum.
    pub epilogue: Block,
    /// Stores of the epilogue's values.
    pub stores: Vec<Store>,
}

impl Contraction {
    /// Length of one run of k.
    pub const BLOCK: usize = 256;
}

/// For every index of `outer`, along `len`: a running fold of `body`'s results, from the left or (`reverse`) the right, in
/// that order; after each step `epilogue` sees the inclusive totals.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Scan {
    /// Independent dimensions.
    pub outer: Vec<usize>,
    /// The dimension run along.
    pub len: usize,
    /// From the last to the first.
    pub reverse: bool,
    /// Over `outer ++ [len]`; one result for each accumulator.
    pub body: Block,
    /// The identity of each accumulator.
    pub init: Vec<Const>,
    /// How the total so far (left) takes the next element (right). `Each` too is run in order here.
    pub combine: Combine,
    /// Over `outer ++ [len]`; parameter k is accumulator k's inclusive total.
    pub epilogue: Block,
    /// Stores of the epilogue's values.
    pub stores: Vec<Store>,
}

/// How a scatter's update meets what is there.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ScatterOp {
    /// The later update wins.
    Replace,
    /// By an operation, old value on the left, rounded to the destination's type each time.
    Each(BinOp),
    /// By a block: parameters old, update; one result.
    Block(Box<Block>),
}

/// For every index of `shape`, in row-major order: `body` yields a position (`I32`) and an update; a position outside the
/// destination is dropped.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Scatter {
    /// The updates' dimensions.
    pub shape: Vec<usize>,
    /// Two results: position and update.
    pub body: Block,
    /// The destination, a [`Access::ReadWrite`] slot that `body` does not load.
    pub dest: Arg,
    /// How they meet.
    pub op: ScatterOp,
    /// Promises that no two positions are equal.
    pub unique: bool,
}

/// An operand of a sort.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct SortOperand {
    /// Read from, over `outer ++ [len]` (affine).
    pub src: (Arg, IndexExpr),
    /// Written to, over `outer ++ [len]` (affine).
    pub dst: (Arg, IndexExpr),
}

/// For every index of `outer`: a stable sort of `len` tuples by their first `num_keys` operands, lexicographically.
///
/// Floats are ordered `-inf < finite < +inf < NaN`; the zeros are equal to one another, as all NaNs are. `descending`
/// reverses the comparison (NaN first), and stays stable.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Sort {
    /// Independent dimensions.
    pub outer: Vec<usize>,
    /// The dimension sorted along.
    pub len: usize,
    /// Keys first.
    pub operands: Vec<SortOperand>,
    /// How many of them are keys.
    pub num_keys: usize,
    /// Greatest first.
    pub descending: bool,
}
