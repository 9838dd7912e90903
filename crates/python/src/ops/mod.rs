//! What can be done with any object: arithmetic, comparison, iteration, attributes, items, text.
//!
//! Each operation comes in two forms. `*_sync` never calls Python and answers `Err(Exc::NeedsVm)` where it would have
//! to; the async form of the same name does it all, as a frame of the VM. Nested containers are walked to a fixed depth
//! and then are a `RecursionError`, so that no Rust stack overflows.

mod arith;
mod attr;
mod compare;
mod hash;
mod item;
mod iter;
mod num;
mod text;

pub use arith::*;
pub use attr::*;
pub use compare::*;
pub use hash::*;
pub use item::*;
pub use iter::*;
pub use num::*;
pub use text::*;

/// How deep containers may be nested for comparison, hashing and repr.
pub const MAX_NEST: u32 = 250;

/// The same for the async forms, whose futures are polled one inside the other and take more stack.
pub const MAX_NEST_ASYNC: u32 = 60;

/// The binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
#[repr(u8)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    MatMul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    LShift,
    RShift,
    And,
    Or,
    Xor,
}

/// All binary operators.
pub const BINARY: [BinOp; 13] = [
    BinOp::Add,
    BinOp::Sub,
    BinOp::Mul,
    BinOp::MatMul,
    BinOp::Div,
    BinOp::FloorDiv,
    BinOp::Mod,
    BinOp::Pow,
    BinOp::LShift,
    BinOp::RShift,
    BinOp::And,
    BinOp::Or,
    BinOp::Xor,
];

impl BinOp {
    /// The operator's sign.
    pub fn sign(self) -> &'static str {
        ["+", "-", "*", "@", "/", "//", "%", "** or pow()", "<<", ">>", "&", "|", "^"][self as usize]
    }
    /// `add` of `__add__`, `__radd__`, `__iadd__`.
    pub fn dunder(self) -> &'static str {
        ["add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor"]
            [self as usize]
    }
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
#[repr(u8)]
pub enum CmpOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl CmpOp {
    /// The operator's sign.
    pub fn sign(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
    /// `__lt__`.
    pub fn dunder(self) -> &'static str {
        ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"][self as usize]
    }
    /// What `b op a` is for `a op b`.
    pub fn swapped(self) -> CmpOp {
        use CmpOp::*;
        match self {
            Lt => Gt,
            Le => Ge,
            Gt => Lt,
            Ge => Le,
            Eq | Ne => self,
        }
    }
    /// Whether an ordering satisfies it.
    pub fn holds(self, o: std::cmp::Ordering) -> bool {
        use CmpOp::*;
        match self {
            Lt => o.is_lt(),
            Le => o.is_le(),
            Eq => o.is_eq(),
            Ne => o.is_ne(),
            Gt => o.is_gt(),
            Ge => o.is_ge(),
        }
    }
}

/// The unary operators, and `abs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum UnOp {
    Neg,
    Pos,
    Invert,
    Abs,
}

impl UnOp {
    /// `__neg__`.
    pub fn dunder(self) -> &'static str {
        match self {
            UnOp::Neg => "__neg__",
            UnOp::Pos => "__pos__",
            UnOp::Invert => "__invert__",
            UnOp::Abs => "__abs__",
        }
    }
}
