//! The closed set of primitives: one line here and one row in a family's file for each.

use crate::rows::Row;

macro_rules! primitives {
    ($($name:ident => $row:path,)*) => {
        /// Identity of a primitive.
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Prim { $($name,)* }

        impl Prim {
            /// Every primitive, in the order of the list.
            pub const ALL: &'static [Prim] = &[$(Prim::$name,)*];
            /// Its row.
            pub fn row(self) -> &'static Row {
                match self { $(Prim::$name => &$row,)* }
            }
        }
    };
}

use crate::elementwise::arith;
use crate::structural::{cumulative, dot, dynamic, gather, pieces, reduce, scatter, shape, sort};
use crate::structural::control;

primitives! {
    Neg => arith::NEG,
    Add => arith::ADD,
    AddAny => arith::ADD_ANY,
    Mul => arith::MUL,
    Sub => crate::elementwise::tmp_rows::SUB,
    Div => crate::elementwise::tmp_rows::DIV,
    Eq => crate::elementwise::tmp_rows::EQ,
    Ne => crate::elementwise::tmp_rows::NE,
    Or => crate::elementwise::tmp_rows::OR,
    Not => crate::elementwise::tmp_rows::NOT,
    Max => crate::elementwise::tmp_rows::MAX,
    Min => crate::elementwise::tmp_rows::MIN,
    Log1p => crate::elementwise::tmp_rows::LOG1P,
    Exp => crate::elementwise::tmp_rows::EXP,
    Abs => crate::elementwise::tmp_rows::ABS,
    SelectN => crate::elementwise::tmp_rows::SELECT_N,
    IntegerPow => crate::elementwise::tmp_rows::INTEGER_POW,
    ConvertElementType => crate::elementwise::tmp_rows::CONVERT,

    BroadcastInDim => shape::BROADCAST_IN_DIM,
    Reshape => shape::RESHAPE,
    Transpose => shape::TRANSPOSE,
    Squeeze => shape::SQUEEZE,
    Rev => shape::REV,
    Tile => shape::TILE,
    Iota => shape::IOTA,
    Copy => shape::COPY,
    StopGradient => shape::STOP_GRADIENT,
    Slice => pieces::SLICE,
    Pad => pieces::PAD,
    Concatenate => pieces::CONCATENATE,
    Split => pieces::SPLIT,
    Stack => pieces::STACK,
    Unstack => pieces::UNSTACK,
    ReduceSum => reduce::REDUCE_SUM,
    ReduceProd => reduce::REDUCE_PROD,
    ReduceMax => reduce::REDUCE_MAX,
    ReduceMin => reduce::REDUCE_MIN,
    ReduceAnd => reduce::REDUCE_AND,
    ReduceOr => reduce::REDUCE_OR,
    ReduceXor => reduce::REDUCE_XOR,
    Argmax => reduce::ARGMAX,
    Argmin => reduce::ARGMIN,
    Cumsum => cumulative::CUMSUM,
    Cumprod => cumulative::CUMPROD,
    Cummax => cumulative::CUMMAX,
    Cummin => cumulative::CUMMIN,
    Cumlogsumexp => cumulative::CUMLOGSUMEXP,
    DotGeneral => dot::DOT_GENERAL,
    Gather => gather::GATHER,
    Scatter => scatter::SCATTER,
    ScatterAdd => scatter::SCATTER_ADD,
    ScatterSub => scatter::SCATTER_SUB,
    ScatterMul => scatter::SCATTER_MUL,
    ScatterMin => scatter::SCATTER_MIN,
    ScatterMax => scatter::SCATTER_MAX,
    DynamicSlice => dynamic::DYNAMIC_SLICE,
    DynamicUpdateSlice => dynamic::DYNAMIC_UPDATE_SLICE,
    Sort => sort::SORT,
    TopK => sort::TOP_K,
    // Control: rules in `transform`.
    Jit => control::JIT,
    Cond => control::COND,
    While => control::WHILE,
    Scan => control::SCAN,
    Remat => control::REMAT,
    CustomJvpCall => control::CUSTOM_JVP_CALL,
    CustomVjpCall => control::CUSTOM_VJP_CALL,
    CustomLin => control::CUSTOM_LIN,
    LinearSolve => control::LINEAR_SOLVE,
    Psum => control::PSUM,
    Pmax => control::PMAX,
    Pmin => control::PMIN,
    AllGather => control::ALL_GATHER,
    AxisIndex => control::AXIS_INDEX,
    DebugCallback => control::DEBUG_CALLBACK,
    PureCallback => control::PURE_CALLBACK,
}

impl Prim {
    /// JAX's name.
    pub fn name(self) -> &'static str {
        self.row().name
    }
    /// The primitive of this JAX name.
    pub fn from_name(name: &str) -> Option<Prim> {
        Prim::ALL.iter().copied().find(|p| p.name() == name)
    }
}
