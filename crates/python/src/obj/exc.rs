//! Exceptions: what a failed operation carries, the classes of the hierarchy, and short ways to make one.

use std::cell::RefCell;
use std::rc::Rc;

use super::native::Wait;
use super::{Class, Instance, Obj, Str, types};

/// The result of anything that can raise.
pub type R<T> = Result<T, Exc>;

/// Why an operation did not give a value.
pub enum Exc {
    /// A Python exception.
    Py(Obj),
    /// A limit was reached; no `except` sees it.
    Fatal(Box<Fatal>),
    /// Bytes are still on a device: wait, then run the same operation again.
    Read(Wait),
    /// The sync form of an operation would have to call Python; the async form must be used.
    NeedsVm,
}

impl std::fmt::Debug for Exc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Exc::Py(o) => match o.exc() {
                Some(d) => write!(f, "{}{:?}", o.type_name(), d.args.borrow()),
                None => write!(f, "{o:?}"),
            },
            Exc::Fatal(l) => write!(f, "limit: {}", l.message),
            Exc::Read(_) => f.write_str("a pending read"),
            Exc::NeedsVm => f.write_str("needs the VM"),
        }
    }
}

/// Which limit ended the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FatalKind {
    /// Too many steps.
    Fuel,
    /// Too much memory.
    Memory,
    /// Stopped from outside.
    Interrupted,
    /// `sys.exit()`.
    Exit,
}

/// A limit that ended the run.
#[derive(Clone, Debug)]
pub struct Fatal {
    /// Which.
    pub kind: FatalKind,
    /// What to tell the person.
    pub message: String,
}

impl Fatal {
    /// The memory cap.
    pub fn memory(bytes: usize) -> Fatal {
        let size = if bytes >= 1 << 20 { format!(" ({} MB asked for at once)", bytes >> 20) } else { String::new() };
        Fatal { kind: FatalKind::Memory, message: format!("the program needs more memory than it may use here{size}") }
    }
    /// The step limit.
    pub fn fuel() -> Fatal {
        Fatal { kind: FatalKind::Fuel, message: "the program took too many steps and was stopped".into() }
    }
}

/// One line of a traceback.
#[derive(Clone, Debug)]
pub struct TbEntry {
    /// The code's name.
    pub name: Str,
    /// Which source text.
    pub file: Str,
    /// Where in it.
    pub span: gradlens_numpy::ir::Span,
    /// 1-based line.
    pub line: u32,
    /// Its text.
    pub text: Str,
}

/// The part of an exception instance that is not in its `__dict__`.
#[derive(Default)]
pub struct ExcData {
    /// `args`, a tuple.
    pub args: RefCell<Vec<Obj>>,
    /// `__cause__`.
    pub cause: RefCell<Obj>,
    /// `__context__`.
    pub context: RefCell<Obj>,
    /// `__suppress_context__`.
    pub suppress: std::cell::Cell<bool>,
    /// The traceback, innermost first.
    pub tb: RefCell<Vec<TbEntry>>,
    /// Its text, where a user's `__str__` was asked for it.
    pub shown: RefCell<Option<String>>,
    /// Our advice, where the engine gave some.
    pub help: RefCell<Option<String>>,
    /// The place the engine blames, where it knows better than the traceback.
    pub place: std::cell::Cell<Option<gradlens_numpy::ir::Span>>,
    /// `__notes__`.
    pub notes: RefCell<Vec<Obj>>,
}

impl Drop for ExcData {
    fn drop(&mut self) {
        let mut v = std::mem::take(&mut *self.args.borrow_mut());
        v.push(self.cause.take());
        v.push(self.context.take());
        super::mem::trash(v);
    }
}

macro_rules! hierarchy {
    ($($name:ident : $base:ident),* $(,)?) => {
        /// The builtin exception classes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum E { BaseException, $($name),* }
        /// Name and base of each but the root, a base before those that derive from it.
        pub const HIERARCHY: &[(E, &str, E)] = &[$((E::$name, stringify!($name), E::$base)),*];
    };
}

hierarchy! {
    Exception: BaseException, SystemExit: BaseException, KeyboardInterrupt: BaseException, GeneratorExit: BaseException,
    StopIteration: Exception, StopAsyncIteration: Exception,
    ArithmeticError: Exception, FloatingPointError: ArithmeticError, OverflowError: ArithmeticError,
    ZeroDivisionError: ArithmeticError,
    AssertionError: Exception, AttributeError: Exception, BufferError: Exception, EOFError: Exception,
    ImportError: Exception, ModuleNotFoundError: ImportError,
    LookupError: Exception, IndexError: LookupError, KeyError: LookupError,
    MemoryError: Exception, NameError: Exception, UnboundLocalError: NameError,
    OSError: Exception, FileNotFoundError: OSError, FileExistsError: OSError, PermissionError: OSError, TimeoutError: OSError,
    ConnectionError: OSError, IsADirectoryError: OSError, NotADirectoryError: OSError,
    ReferenceError: Exception, RuntimeError: Exception, NotImplementedError: RuntimeError, RecursionError: RuntimeError,
    SyntaxError: Exception, IndentationError: SyntaxError, TabError: IndentationError, SystemError: Exception,
    TypeError: Exception, ValueError: Exception, UnicodeError: ValueError, UnicodeDecodeError: UnicodeError,
    UnicodeEncodeError: UnicodeError,
    Warning: Exception, DeprecationWarning: Warning, UserWarning: Warning, RuntimeWarning: Warning, FutureWarning: Warning,
    PendingDeprecationWarning: Warning, SyntaxWarning: Warning, ImportWarning: Warning, UnicodeWarning: Warning,
    BytesWarning: Warning, ResourceWarning: Warning,
}

impl E {
    /// The class.
    pub fn class(self) -> &'static Rc<Class> {
        &types().exceptions[self as usize]
    }
    /// An instance with `args`.
    pub fn make(self, args: Vec<Obj>) -> Obj {
        exception(self.class().clone(), args)
    }
    /// An error with a message.
    pub fn msg(self, m: impl Into<String>) -> Exc {
        Exc::Py(self.make(vec![Obj::str(m)]))
    }
}

/// An exception instance of any exception class.
pub fn exception(class: Rc<Class>, args: Vec<Obj>) -> Obj {
    let data = ExcData::default();
    data.args.replace(args);
    data.cause.replace(Obj::None);
    data.context.replace(Obj::None);
    Obj::Instance(Rc::new(Instance::with_exc(class, data)))
}

/// `TypeError(m)`.
pub fn type_error(m: impl Into<String>) -> Exc {
    E::TypeError.msg(m)
}
/// `ValueError(m)`.
pub fn value_error(m: impl Into<String>) -> Exc {
    E::ValueError.msg(m)
}
/// `IndexError(m)`.
pub fn index_error(m: impl Into<String>) -> Exc {
    E::IndexError.msg(m)
}
/// `RuntimeError(m)`.
pub fn runtime_error(m: impl Into<String>) -> Exc {
    E::RuntimeError.msg(m)
}
/// `NameError(m)`.
pub fn name_error(m: impl Into<String>) -> Exc {
    E::NameError.msg(m)
}
/// `KeyError(key)`.
pub fn key_error(key: Obj) -> Exc {
    Exc::Py(E::KeyError.make(vec![key]))
}
/// `AttributeError("'T' object has no attribute 'x'")`.
pub fn attribute_error(o: &Obj, name: &str) -> Exc {
    let what = match o {
        Obj::Class(c) => format!("type object '{}'", c.name.borrow()),
        Obj::Module(m) => format!("module '{}'", m.name),
        _ => format!("'{}' object", o.type_name()),
    };
    E::AttributeError.msg(format!("{what} has no attribute '{name}'"))
}
/// `RecursionError("maximum recursion depth exceeded" + more)`.
pub fn recursion_error(more: &str) -> Exc {
    E::RecursionError.msg(format!("maximum recursion depth exceeded{more}"))
}
