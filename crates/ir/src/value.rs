//! Values that functions are applied to: concrete arrays and tracers; and the trait through which rules apply primitives.

use crate::array::Array;
use crate::aval::{Shape, ShapedArray};
use crate::dtype::DType;
use crate::error::Result;
use crate::params::Params;
use crate::prim::Prim;
use smallvec::SmallVec;
use std::any::Any;
use std::fmt;
use std::rc::Rc;

/// Something a trace put in place of an array. The trace that made it is the only one that looks inside.
pub trait TracerObj: fmt::Debug {
    /// Its aval at its own level (without the axes outer `vmap`s hide).
    fn aval(&self) -> &ShapedArray;
    /// The trace's own type.
    fn as_any(&self) -> &dyn Any;
}

/// A concrete array or a tracer.
#[derive(Clone)]
pub enum Value {
    /// Known now.
    Array(Array),
    /// Stands for an array in some trace.
    Tracer(Rc<dyn TracerObj>),
}

/// The results of a primitive; most have one.
pub type Outs = SmallVec<[Value; 1]>;

impl Value {
    /// Its aval.
    pub fn aval(&self) -> &ShapedArray {
        match self {
            Value::Array(a) => a.aval(),
            Value::Tracer(t) => t.aval(),
        }
    }
    /// Its axis sizes.
    pub fn shape(&self) -> &Shape {
        &self.aval().shape
    }
    /// Its element type.
    pub fn dtype(&self) -> DType {
        self.aval().dtype
    }
    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.aval().shape.len()
    }
    /// The concrete array, unless it is a tracer.
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Value::Array(a) => Some(a),
            Value::Tracer(_) => None,
        }
    }
    /// Whether it is a tracer.
    pub fn is_tracer(&self) -> bool {
        matches!(self, Value::Tracer(_))
    }
    /// The same object (not merely equal).
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Tracer(a), Value::Tracer(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl From<Array> for Value {
    fn from(a: Array) -> Value {
        Value::Array(a)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Array(a) => a.fmt(f),
            Value::Tracer(t) => t.fmt(f),
        }
    }
}

/// What a rule needs of the engine: apply a primitive at the level the rule runs at.
pub trait Bind {
    /// Applies `prim` to `args` in the current trace. Errors: the primitive's shape/dtype rule, the backend's.
    fn bind(&self, prim: Prim, params: Params, args: &[Value]) -> Result<Outs>;
    /// Whether `jax_enable_x64` is on.
    fn x64(&self) -> bool;
    /// Applies a primitive with one result.
    fn bind1(&self, prim: Prim, params: Params, args: &[Value]) -> Result<Value> {
        Ok(self.bind(prim, params, args)?.remove(0))
    }
}
