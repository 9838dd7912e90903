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
use crate::structural::{dot, reduce, shape};

primitives! {
    Neg => arith::NEG,
    Add => arith::ADD,
    AddAny => arith::ADD_ANY,
    Mul => arith::MUL,

    BroadcastInDim => shape::BROADCAST_IN_DIM,
    Reshape => shape::RESHAPE,
    Transpose => shape::TRANSPOSE,
    Squeeze => shape::SQUEEZE,
    ReduceSum => reduce::REDUCE_SUM,
    DotGeneral => dot::DOT_GENERAL,
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
