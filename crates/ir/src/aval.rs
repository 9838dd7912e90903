//! Abstract values: shape, dtype and weak type of an array.

use crate::dtype::DType;
use smallvec::SmallVec;
use std::fmt;

/// Sizes of an array's axes; `[]` is a scalar.
pub type Shape = SmallVec<[usize; 4]>;

/// What is known of an array before it is computed (JAX `ShapedArray`).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ShapedArray {
    /// Axis sizes.
    pub shape: Shape,
    /// Element type.
    pub dtype: DType,
    /// Python scalars are weakly typed: they take their partner's dtype.
    pub weak_type: bool,
}

impl ShapedArray {
    /// A strongly typed aval.
    pub fn new(shape: impl AsRef<[usize]>, dtype: DType) -> Self {
        ShapedArray { shape: Shape::from_slice(shape.as_ref()), dtype, weak_type: false }
    }
    /// A scalar aval.
    pub fn scalar(dtype: DType, weak_type: bool) -> Self {
        ShapedArray { shape: Shape::new(), dtype, weak_type }
    }
    /// The same with this weak flag.
    pub fn with_weak(mut self, weak_type: bool) -> Self {
        self.weak_type = weak_type;
        self
    }
    /// The same shape and weak flag with another dtype.
    pub fn with_dtype(&self, dtype: DType) -> Self {
        ShapedArray { shape: self.shape.clone(), dtype, weak_type: self.weak_type }
    }
    /// The same dtype with another shape.
    pub fn with_shape(&self, shape: impl AsRef<[usize]>) -> Self {
        ShapedArray { shape: Shape::from_slice(shape.as_ref()), dtype: self.dtype, weak_type: self.weak_type }
    }
    /// Number of axes.
    pub fn ndim(&self) -> usize {
        self.shape.len()
    }
    /// Number of elements.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
    /// The aval of its tangents: same shape, inexact dtype or `float0`.
    pub fn tangent(&self) -> Self {
        ShapedArray { shape: self.shape.clone(), dtype: self.dtype.tangent(), weak_type: self.weak_type }
    }
    /// Equal up to weak type.
    pub fn same_type(&self, other: &ShapedArray) -> bool {
        self.shape == other.shape && self.dtype == other.dtype
    }
    /// `f32[2,3]`: the form Jaxprs print.
    pub fn short(&self) -> String {
        format!("{}[{}]", self.dtype.short_name(), join(&self.shape))
    }
    /// `float32[2,3]`: the form messages print (without the weak mark).
    pub fn long(&self) -> String {
        format!("{}[{}]", self.dtype.name(), join(&self.shape))
    }
}

/// Axis sizes separated by commas.
pub fn join(shape: &[usize]) -> String {
    shape.iter().map(|d| d.to_string()).collect::<Vec<_>>().join(",")
}

/// A shape as Python prints a tuple: `()`, `(3,)`, `(2, 3)`.
pub fn tuple_text(shape: &[usize]) -> String {
    match shape {
        [one] => format!("({one},)"),
        _ => format!("({})", shape.iter().map(|d| d.to_string()).collect::<Vec<_>>().join(", ")),
    }
}

/// `~float32[2,3]` when weak: JAX's `str(aval)`.
impl fmt::Display for ShapedArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.weak_type {
            f.write_str("~")?;
        }
        f.write_str(&self.long())
    }
}
