//! Errors as values: JAX's class and first line, our help after them, the place in the source.

use crate::array::LocalBoxFuture;
use crate::span::Span;
use std::any::Any;
use std::fmt;
use std::rc::Rc;

/// The exception class a user sees. `Display` gives its qualified name (`TypeError`, `jax.errors.ConcretizationTypeError`).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum ErrorClass {
    TypeError,
    ValueError,
    IndexError,
    KeyError,
    AttributeError,
    NameError,
    NotImplementedError,
    ZeroDivisionError,
    OverflowError,
    RuntimeError,
    AssertionError,
    FloatingPointError,
    MemoryError,
    StopIteration,
    /// `jax.errors.JAXTypeError`.
    JaxTypeError,
    /// `jax.errors.JAXIndexError`.
    JaxIndexError,
    ConcretizationTypeError,
    TracerBoolConversionError,
    TracerArrayConversionError,
    TracerIntegerConversionError,
    UnexpectedTracerError,
    NonConcreteBooleanIndexError,
    /// `jax.errors.KeyReuseError`.
    KeyReuseError,
    /// `jax.dtypes.TypePromotionError`.
    TypePromotionError,
    /// A hard limit of ours (fuel, memory): no `except` catches it.
    Limit,
    /// A bug of ours.
    Internal,
    /// An exception object of the host language on its way through (see `Error::host`).
    Host,
    /// Not an error: something must be awaited first (see `Error::pending`).
    Suspend,
}

impl ErrorClass {
    /// The name `type(e)` shows, with its module unless builtin.
    pub fn qualified_name(self) -> &'static str {
        use ErrorClass::*;
        match self {
            TypeError => "TypeError",
            ValueError => "ValueError",
            IndexError => "IndexError",
            KeyError => "KeyError",
            AttributeError => "AttributeError",
            NameError => "NameError",
            NotImplementedError => "NotImplementedError",
            ZeroDivisionError => "ZeroDivisionError",
            OverflowError => "OverflowError",
            RuntimeError => "RuntimeError",
            AssertionError => "AssertionError",
            FloatingPointError => "FloatingPointError",
            MemoryError => "MemoryError",
            StopIteration => "StopIteration",
            JaxTypeError => "jax.errors.JAXTypeError",
            JaxIndexError => "jax.errors.JAXIndexError",
            ConcretizationTypeError => "jax.errors.ConcretizationTypeError",
            TracerBoolConversionError => "jax.errors.TracerBoolConversionError",
            TracerArrayConversionError => "jax.errors.TracerArrayConversionError",
            TracerIntegerConversionError => "jax.errors.TracerIntegerConversionError",
            UnexpectedTracerError => "jax.errors.UnexpectedTracerError",
            NonConcreteBooleanIndexError => "jax.errors.NonConcreteBooleanIndexError",
            KeyReuseError => "jax.errors.KeyReuseError",
            TypePromotionError => "jax.dtypes.TypePromotionError",
            Limit => "gradlens.LimitError",
            Internal => "gradlens.InternalError",
            Host => "host exception",
            Suspend => "gradlens.Suspend",
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.qualified_name())
    }
}

#[derive(Clone)]
struct Repr {
    class: ErrorClass,
    message: String,
    help: Option<String>,
    span: Option<Span>,
    host: Option<Rc<dyn Any>>,
    pending: Option<Rc<dyn Pending>>,
}

/// Work that must be awaited before a synchronous call can go on: bytes on their way from a device, a user's derivative rule
/// that has to be traced. The call that reported it has had no effect; after `resolve`, make the same call again.
pub trait Pending {
    /// Does the work. What it may do: call back into the host language.
    fn resolve(&self) -> LocalBoxFuture<Result<()>>;
}

/// An error a user can act on. Cheap to move (one pointer).
#[derive(Clone)]
pub struct Error(Box<Repr>);

/// `Result` with our error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of this class with JAX's (or CPython's) message.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Error {
        Error(Box::new(Repr { class, message: message.into(), help: None, span: None, host: None, pending: None }))
    }
    /// A `TypeError`.
    pub fn type_error(message: impl Into<String>) -> Error {
        Error::new(ErrorClass::TypeError, message)
    }
    /// A `ValueError`.
    pub fn value_error(message: impl Into<String>) -> Error {
        Error::new(ErrorClass::ValueError, message)
    }
    /// A bug of ours, reported rather than panicked.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(ErrorClass::Internal, message)
    }
    /// Something JAX has and we do not: says so.
    pub fn not_implemented(message: impl Into<String>) -> Error {
        Error::new(ErrorClass::NotImplementedError, message)
    }
    /// "Something must be awaited first": await `pending().resolve()`, then make the same call again.
    pub fn suspend(pending: Rc<dyn Pending>) -> Error {
        let mut e = Error::new(ErrorClass::Suspend, "a value is still being computed");
        e.0.pending = Some(pending);
        e
    }
    /// An exception object of the host language passing through.
    pub fn host(object: Rc<dyn Any>, message: impl Into<String>) -> Error {
        let mut e = Error::new(ErrorClass::Host, message);
        e.0.host = Some(object);
        e
    }
    /// Our own advice, shown after JAX's message.
    pub fn with_help(mut self, help: impl Into<String>) -> Error {
        self.0.help = Some(help.into());
        self
    }
    /// The place in the source, unless one is known already.
    pub fn at(mut self, span: Span) -> Error {
        if self.0.span.is_none() && !span.is_none() {
            self.0.span = Some(span);
        }
        self
    }
    /// Its class.
    pub fn class(&self) -> ErrorClass {
        self.0.class
    }
    /// The whole message (`str(e)`).
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// Our advice.
    pub fn help(&self) -> Option<&str> {
        self.0.help.as_deref()
    }
    /// The place in the source.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }
    /// The host exception object, for `ErrorClass::Host`.
    pub fn host_object(&self) -> Option<&Rc<dyn Any>> {
        self.0.host.as_ref()
    }
    /// What to wait for, for `ErrorClass::Suspend`.
    pub fn pending(&self) -> Option<&Rc<dyn Pending>> {
        self.0.pending.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.class, self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}
