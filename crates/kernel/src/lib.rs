//! The waist: scalar IR, loop nests and Programs.
//!
//! A primitive never lowers to WGSL or to wasm. It lowers to a [`Block`] of scalar instructions inside a loop [`Nest`];
//! a [`Program`] is [`Step`]s over buffers. Three things read it: the reference interpreter, the wasm emitter and the WGSL
//! emitter. The mathematics ([`math`]) is written in the scalar IR too, once, so that all three agree.
//!
//! Invariants: this crate depends on nothing, knows no device, and every data structure here is plain, comparable and
//! hashable (constants by bits), so that a structure is its own cache key.

pub mod builder;
pub mod bytes;
pub mod dtype;
pub mod eval;
pub mod fast;
pub mod math;
pub mod nest;
pub mod program;
pub mod scalar;
mod text;
mod validate;

pub use builder::BlockBuilder;
pub use bytes::Bytes;
pub use dtype::{DType, ScalarType};
pub use math::{ErrorBound, MathFn};
pub use nest::{
    Access, Arg, ArgDecl, Combine, Contraction, Map, MapReduce, Nest, NestKind, Scan, Scatter, ScatterOp, Sort,
    SortOperand, Store,
};
pub use program::{BufId, BufferDecl, BufferRole, FftKind, NestCall, Program, Routine, RoutineKind, Step};
pub use scalar::{
    BinOp, Block, CmpOp, Const, IndexExpr, IndexId, Inst, Loop, LoopId, Op, Region, RegionId, UnOp, Value,
};
