//! Looks: what happens when user code asks a value for its contents.

use crate::cx::Cx;
use crate::process::unexpected;
use crate::record::LookKind;
use crate::trace::{Kind, is_live, kind};
use gradlens_ir::{Array, Error, ErrorClass, Result, ShapedArray, Value};

/// How a value is looked at.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// `if x`, `bool(x)`.
    Bool,
    /// `int(x)`.
    Int,
    /// `float(x)`, `complex(x)`.
    Float,
    /// `x.item()`, `x.tolist()`.
    Item,
    /// `range(x)`, `some_list[x]`, shapes.
    Index,
    /// `np.asarray(x)` and NumPy functions.
    Array,
    /// A boolean mask as an index.
    Mask,
    /// An argument that must be static (`jnp.arange(x)`, `axis=x`).
    Concrete,
}

const DOCS: &str = "https://docs.jax.dev/en/latest/errors.html#jax.errors.";

fn traced(aval: &ShapedArray) -> String {
    format!("traced array with shape {}", aval.long())
}

/// JAX's error for a look that finds no concrete value.
pub fn look_error(look: Look, v: &Value) -> Error {
    let aval = v.aval();
    let (class, name, first) = match look {
        Look::Bool => (
            ErrorClass::TracerBoolConversionError,
            "TracerBoolConversionError",
            format!("Attempted boolean conversion of {}.", traced(aval)),
        ),
        Look::Index => (
            ErrorClass::TracerIntegerConversionError,
            "TracerIntegerConversionError",
            format!("The __index__() method was called on {}", traced(aval)),
        ),
        Look::Array => (
            ErrorClass::TracerArrayConversionError,
            "TracerArrayConversionError",
            format!("The numpy.ndarray conversion method __array__() was called on {}", traced(aval)),
        ),
        Look::Mask => (
            ErrorClass::NonConcreteBooleanIndexError,
            "NonConcreteBooleanIndexError",
            format!("Array boolean indices must be concrete; got {}", aval.short()),
        ),
        Look::Int | Look::Float | Look::Item | Look::Concrete => (
            ErrorClass::ConcretizationTypeError,
            "ConcretizationTypeError",
            format!("Abstract tracer value encountered where concrete value is expected: {}", traced(aval)),
        ),
    };
    let help = match look {
        Look::Bool => {
            "use jnp.where, lax.cond or lax.while_loop, or mark the argument static (static_argnums) so that the branch is chosen while tracing"
        }
        Look::Index | Look::Int | Look::Concrete => {
            "sizes, axes and Python indices must be known while tracing: pass them as Python ints, or mark the argument static"
        }
        Look::Array => "a NumPy function was given a traced value: use the jax.numpy function of the same name",
        Look::Mask => {
            "the number of selected elements would depend on values: use jnp.where(mask, x, fill) instead of x[mask]"
        }
        Look::Float | Look::Item => {
            "inside a transformation the value is not a number: keep it an array, and take float() outside"
        }
    };
    Error::new(class, format!("{first}\nSee {DOCS}{name}")).with_help(help)
}

impl Cx {
    /// The concrete array behind a value, as user code that looks sees it, or JAX's error. Under `grad` and `jvp` the value is
    /// the primal; a recording notes the look.
    pub fn concrete(&self, v: &Value, look: Look) -> Result<Array> {
        if look == Look::Bool && v.aval().size() != 1 {
            return Err(Error::value_error(if v.aval().size() == 0 {
                "The truth value of an empty array is ambiguous. Use `array.size > 0` to check that an array is not empty."
            } else {
                "The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()"
            })
            .at(self.span()));
        }
        // `float` and array conversion refuse every tracer, although `int`, `bool` and `item` see through `grad`.
        if matches!(look, Look::Float | Look::Array) && self.is_visible_tracer(v) {
            return Err(look_error(look, v).at(self.span()));
        }
        self.shadow(v, look, v)
    }

    /// Whether JAX would show user code a tracer here (a recording is invisible).
    pub fn is_visible_tracer(&self, v: &Value) -> bool {
        crate::trace::tracer_class(v).is_some()
    }

    fn shadow(&self, v: &Value, look: Look, original: &Value) -> Result<Array> {
        if !is_live(v) {
            return Err(unexpected(v).at(self.span()));
        }
        match kind(v) {
            Kind::Array(a) => Ok(a.clone()),
            Kind::Jvp(t) => self.shadow(&t.primal, look, original),
            Kind::Lin(t) => self.shadow(&t.primal, look, original),
            Kind::Record(t) => {
                let noted = match look {
                    Look::Bool | Look::Mask => LookKind::Truth,
                    Look::Int | Look::Index | Look::Concrete if t.value.dtype().is_integer() => LookKind::Integer,
                    Look::Int => LookKind::Integer,
                    _ => LookKind::Escape,
                };
                t.recorder.look(self, t, noted);
                Ok(t.value.clone())
            }
            Kind::Batch(_) | Kind::Stage(_) | Kind::Foreign => Err(look_error(look, original).at(self.span())),
        }
    }

    /// The concrete array behind a value, without noting a look (`None` where there is none): for printing tracers.
    pub fn peek(&self, v: &Value) -> Option<Array> {
        match kind(v) {
            Kind::Array(a) => Some(a.clone()),
            Kind::Record(t) => Some(t.value.clone()),
            Kind::Jvp(t) => self.peek(&t.primal),
            Kind::Lin(t) => self.peek(&t.primal),
            _ => None,
        }
    }
}
