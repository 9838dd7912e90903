//! Dtypes, avals, arrays, values, primitives and their rows, Jaxprs and their text: what every other crate speaks of.

pub mod array;
pub mod aval;
pub mod check;
pub mod dtype;
pub mod elementwise;
pub mod error;
pub mod fold;
pub mod interval;
pub mod jaxpr;
pub mod ops;
pub mod params;
pub mod prim;
pub mod rows;
pub mod rule_objects;
pub mod span;
pub mod structural;
pub mod text;
pub mod value;

pub use array::{Array, DeviceData, HostBuf, LocalBoxFuture};
pub use aval::{Shape, ShapedArray};
pub use dtype::DType;
pub use error::{Error, ErrorClass, Result};
pub use jaxpr::{Atom, ClosedJaxpr, Eqn, Jaxpr, Role, Var};
pub use params::Params;
pub use prim::Prim;
pub use span::Span;
pub use value::{Bind, Outs, TracerObj, Value};
