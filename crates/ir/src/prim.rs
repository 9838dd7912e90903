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

use crate::elementwise::{
    arith, comparison, convert, exponential, hyperbolic, logical, parts, rounding, select, special, trigonometric,
};
use crate::structural::{
    control, conv, cumulative, dot, dynamic, fft, gather, linalg, pieces, random, reduce, scatter, shape, sort, window,
};

primitives! {
    // --- elementwise ---
    Neg => arith::NEG,
    Add => arith::ADD,
    AddAny => arith::ADD_ANY,
    Sub => arith::SUB,
    Mul => arith::MUL,
    Div => arith::DIV,
    Rem => arith::REM,
    Square => arith::SQUARE,
    IntegerPow => arith::INTEGER_POW,
    Pow => arith::POW,
    Abs => arith::ABS,
    Sign => arith::SIGN,
    Max => arith::MAX,
    Min => arith::MIN,
    Nextafter => arith::NEXTAFTER,
    Exp => exponential::EXP,
    Exp2 => exponential::EXP2,
    Expm1 => exponential::EXPM1,
    Log => exponential::LOG,
    Log1p => exponential::LOG1P,
    Sqrt => exponential::SQRT,
    Rsqrt => exponential::RSQRT,
    Cbrt => exponential::CBRT,
    Logistic => exponential::LOGISTIC,
    Sin => trigonometric::SIN,
    Cos => trigonometric::COS,
    Tan => trigonometric::TAN,
    Asin => trigonometric::ASIN,
    Acos => trigonometric::ACOS,
    Atan => trigonometric::ATAN,
    Atan2 => trigonometric::ATAN2,
    Sinh => hyperbolic::SINH,
    Cosh => hyperbolic::COSH,
    Tanh => hyperbolic::TANH,
    Asinh => hyperbolic::ASINH,
    Acosh => hyperbolic::ACOSH,
    Atanh => hyperbolic::ATANH,
    Floor => rounding::FLOOR,
    Ceil => rounding::CEIL,
    Round => rounding::ROUND,
    IsFinite => rounding::IS_FINITE,
    Eq => comparison::EQ,
    Ne => comparison::NE,
    Lt => comparison::LT,
    Le => comparison::LE,
    Gt => comparison::GT,
    Ge => comparison::GE,
    EqTo => comparison::EQ_TO,
    LeTo => comparison::LE_TO,
    LtTo => comparison::LT_TO,
    Not => logical::NOT,
    And => logical::AND,
    Or => logical::OR,
    Xor => logical::XOR,
    PopulationCount => logical::POPULATION_COUNT,
    Clz => logical::CLZ,
    ShiftLeft => logical::SHIFT_LEFT,
    ShiftRightLogical => logical::SHIFT_RIGHT_LOGICAL,
    ShiftRightArithmetic => logical::SHIFT_RIGHT_ARITHMETIC,
    SelectN => select::SELECT_N,
    Clamp => select::CLAMP,
    ConvertElementType => convert::CONVERT_ELEMENT_TYPE,
    BitcastConvertType => convert::BITCAST_CONVERT_TYPE,
    ReducePrecision => convert::REDUCE_PRECISION,
    Real => parts::REAL,
    Imag => parts::IMAG,
    Complex => parts::COMPLEX,
    Conj => parts::CONJ,
    Copy => parts::COPY,
    StopGradient => parts::STOP_GRADIENT,
    Erf => special::ERF,
    Erfc => special::ERFC,
    ErfInv => special::ERF_INV,
    Lgamma => special::LGAMMA,
    Digamma => special::DIGAMMA,
    Polygamma => special::POLYGAMMA,
    Zeta => special::ZETA,
    BesselI0e => special::BESSEL_I0E,
    BesselI1e => special::BESSEL_I1E,
    Igamma => special::IGAMMA,
    Igammac => special::IGAMMAC,
    IgammaGradA => special::IGAMMA_GRAD_A,
    RandomGammaGrad => special::RANDOM_GAMMA_GRAD,
    RegularizedIncompleteBeta => special::REGULARIZED_INCOMPLETE_BETA,

    // --- structural ---
    BroadcastInDim => shape::BROADCAST_IN_DIM,
    Reshape => shape::RESHAPE,
    Transpose => shape::TRANSPOSE,
    Squeeze => shape::SQUEEZE,
    Rev => shape::REV,
    Tile => shape::TILE,
    Iota => shape::IOTA,
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
    ReduceWindowSum => window::REDUCE_WINDOW_SUM,
    ReduceWindowMax => window::REDUCE_WINDOW_MAX,
    ReduceWindowMin => window::REDUCE_WINDOW_MIN,
    SelectAndScatterAdd => window::SELECT_AND_SCATTER_ADD,
    SelectAndGatherAdd => window::SELECT_AND_GATHER_ADD,
    ConvGeneralDilated => conv::CONV_GENERAL_DILATED,
    Fft => fft::FOURIER,
    RandomSeed => random::RANDOM_SEED,
    RandomSplit => random::RANDOM_SPLIT,
    RandomFoldIn => random::RANDOM_FOLD_IN,
    RandomBits => random::RANDOM_BITS,
    RandomWrap => random::RANDOM_WRAP,
    RandomUnwrap => random::RANDOM_UNWRAP,
    Threefry2x32 => random::THREEFRY2X32,
    Cholesky => linalg::CHOLESKY,
    Lu => linalg::LU,
    LuPivotsToPermutation => linalg::LU_PIVOTS_TO_PERMUTATION,
    Qr => linalg::QR,
    Eigh => linalg::EIGH,
    Eig => linalg::EIG,
    Svd => linalg::SVD,
    TriangularSolve => linalg::TRIANGULAR_SOLVE,
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
