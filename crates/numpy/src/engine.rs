//! What the library needs of the engine, beyond applying primitives.

use gradlens_ir::{Array, Bind, Result, Value};
use std::rc::Rc;

/// Why somebody looks at the number behind a value: decides which of JAX's errors a tracer raises.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// `if x`, `bool(x)`: `TracerBoolConversionError`.
    Bool,
    /// `int(x)`, `x.__index__()`: `TracerIntegerConversionError`.
    Index,
    /// `float(x)`, `complex(x)`: `ConcretizationTypeError`.
    Float,
    /// `x.item()`, `x.tolist()`: `ConcretizationTypeError`.
    Item,
    /// `np.asarray(x)`: `TracerArrayConversionError`.
    Array,
    /// A mask used as an index: `NonConcreteBooleanIndexError`.
    Mask,
    /// A shape, axis or size: `ConcretizationTypeError`.
    Static,
}

/// Settings that change what library functions do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// `jax_enable_x64`.
    pub x64: bool,
    /// `jax_numpy_dtype_promotion = 'strict'`.
    pub strict_promotion: bool,
}

/// A function of values, written in primitives.
pub type ValueFn<'a> = dyn Fn(&dyn Engine, &[Value]) -> Result<Vec<Value>> + 'a;
/// `(cx, primals, tangents) -> (outs, tangents)` of a library function with its own derivative.
pub type ValueJvp = dyn Fn(&dyn Engine, &[Value], &[Value]) -> Result<(Vec<Value>, Vec<Value>)>;

/// What the library needs of the engine.
pub trait Engine: Bind {
    /// The concrete array behind a value, or JAX's error for looking at a tracer.
    fn concrete(&self, x: &Value, look: Look) -> Result<Array>;
    /// The settings.
    fn config(&self) -> Config;
    /// Applies a function that JAX wraps in a jit of this name: one `jit` equation when staged, straight through else.
    fn jit_named(&self, name: &str, args: &[Value], f: &ValueFn) -> Result<Vec<Value>>;
    /// Applies `f` with `rule` as its derivative.
    fn custom_jvp(&self, name: &str, args: &[Value], f: &ValueFn, rule: Rc<ValueJvp>) -> Result<Vec<Value>>;
}

/// The engine as library code sees it.
pub type Cx = dyn Engine;
