//! Frames: of Python code, and of natives that call Python or wait.

use std::rc::Rc;

use super::code::Code;
use crate::obj::{Fut, Generator, Obj, PyCell, PyDict, mem};

/// What becomes of a frame's result.
pub enum Ret {
    /// It is pushed on the caller's stack.
    Push,
    /// It is dropped: only the effect counts.
    Discard,
    /// It must be None; the new instance is pushed.
    Init(Obj),
    /// A generator in a `for`: what it yields is pushed, its end goes there.
    ForIter(u32),
    /// A native iterator in a `for`: null means the end.
    ForIterNull(u32),
    /// A generator in a `yield from`: its end goes there, with the value.
    Send(u32),
    /// It answers the request of the native frame below.
    Response,
    /// A class body: the class is made next.
    Class(Box<ClassParts>),
    /// A module's body: the module is pushed (or answers the request).
    Module(Obj, bool),
}

/// What a class is made of, besides its namespace.
pub struct ClassParts {
    /// Name.
    pub name: crate::obj::Str,
    /// Bases.
    pub bases: Vec<Obj>,
    /// Keyword arguments.
    pub kw: Vec<(crate::obj::Str, Obj)>,
    /// Namespace.
    pub ns: Rc<PyDict>,
}

/// A protected region.
#[derive(Clone, Copy)]
pub struct Block {
    /// The handler.
    pub handler: u32,
    /// Height of the stack above the frame's base.
    pub height: u32,
    /// How many exceptions are being handled outside.
    pub handling: u32,
}

/// A frame of Python code. Its locals lie on the stack from `base` on, its operands above them.
pub struct PyFrame {
    /// Code.
    pub code: Rc<Code>,
    /// Next instruction.
    pub pc: usize,
    /// Where its locals start.
    pub base: usize,
    /// Where the stack is cut when it ends.
    pub floor: usize,
    /// Its own cells, then free ones.
    pub cells: Vec<Rc<PyCell>>,
    /// Globals.
    pub globals: Rc<PyDict>,
    /// The namespace of a class body.
    pub ns: Option<Rc<PyDict>>,
    /// Protected regions, innermost last.
    pub blocks: Vec<Block>,
    /// Exceptions being handled, innermost last.
    pub handling: Vec<Obj>,
    /// What becomes of the result.
    pub ret: Ret,
    /// The generator it belongs to.
    pub generator: Option<Rc<Generator>>,
}

/// A native whose future is under way.
pub struct NativeFrame {
    /// The future.
    pub fut: Fut,
    /// What becomes of the result.
    pub ret: Ret,
}

/// A frame.
pub enum Frame {
    /// Of Python code.
    Py(PyFrame),
    /// Of a native.
    Native(NativeFrame),
}

/// A generator's frame while it is put aside, with its part of the stack.
pub struct Saved {
    /// The frame.
    pub frame: PyFrame,
    /// Its locals and operands.
    pub stack: Vec<Obj>,
}

impl Drop for Saved {
    fn drop(&mut self) {
        let mut v = std::mem::take(&mut self.stack);
        v.append(&mut self.frame.handling);
        mem::trash(v);
    }
}
