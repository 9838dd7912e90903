//! Code objects and their instructions.

use std::rc::Rc;

use crate::obj::{Obj, Str};
use crate::ops::{BinOp, CmpOp, UnOp};
use gradlens_numpy::ir::Span;

/// A source text and where its lines start.
pub struct Source {
    /// What tracebacks call it.
    pub name: Str,
    /// The text.
    pub text: String,
    lines: Vec<u32>,
    /// Part of our own library: its frames are left out of tracebacks.
    pub internal: bool,
}

impl Source {
    /// Splits the text into lines.
    pub fn new(name: &str, text: &str, internal: bool) -> Rc<Source> {
        let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Rc::new(Source { name: crate::obj::intern(name), text: text.to_string(), lines, internal })
    }
    /// The 1-based line of a byte offset.
    pub fn line(&self, at: u32) -> u32 {
        self.lines.partition_point(|s| *s <= at) as u32
    }
    /// The text of a 1-based line.
    pub fn line_text(&self, line: u32) -> &str {
        let from = self.lines.get(line as usize - 1).map_or(0, |s| *s as usize);
        self.text.get(from..).and_then(|t| t.lines().next()).unwrap_or("")
    }
}

/// An instruction. The comments give the stack before and after, top at the right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// -> const
    Const(u32),
    /// -> local
    LoadFast(u32),
    /// x ->
    StoreFast(u32),
    /// Unbinds a local.
    DelFast(u32),
    /// -> value of a cell
    LoadDeref(u32),
    /// x ->
    StoreDeref(u32),
    /// Unbinds a cell.
    DelDeref(u32),
    /// In a class body: its own name, else the cell. (name, cell)
    LoadClassDeref(u16, u16),
    /// -> global or builtin
    LoadGlobal(u32),
    /// x ->
    StoreGlobal(u32),
    /// Unbinds a global.
    DelGlobal(u32),
    /// In a class body: own name, global or builtin.
    LoadName(u32),
    /// x ->
    StoreName(u32),
    /// Unbinds a name of a class body.
    DelName(u32),
    /// o -> o.name
    LoadAttr(u32),
    /// x o ->
    StoreAttr(u32),
    /// o ->
    DelAttr(u32),
    /// o -> func self | null bound
    LoadMethod(u32),
    /// o k -> o[k]
    GetItem,
    /// x o k ->
    SetItem,
    /// o k ->
    DelItem,
    /// a b -> a op b
    Binary(BinOp),
    /// a b -> a op= b
    Inplace(BinOp),
    /// a -> op a
    Unary(UnOp),
    /// a -> not a
    Not,
    /// a b -> a op b
    Compare(CmpOp),
    /// a b -> a is b (or is not)
    Is(bool),
    /// a b -> a in b (or not in)
    In(bool),
    /// Goes there.
    Jump(u32),
    /// The same, backwards: costs fuel.
    JumpBack(u32),
    /// a ->
    JumpIfFalse(u32),
    /// a ->
    JumpIfTrue(u32),
    /// a b -> : goes there unless a op b
    CompareJump(CmpOp, u16),
    /// o -> iter(o)
    GetIter,
    /// it -> it next, or: it -> and goes there
    ForIter(u32),
    /// items -> tuple
    Tuple(u32),
    /// items -> list
    List(u32),
    /// items -> set
    Set(u32),
    /// k v k v -> dict
    Dict(u32),
    /// a b c -> slice
    Slice,
    /// texts -> text
    Join(u32),
    /// x [spec] -> text (conversion or '\0', whether there is a spec)
    Format(char, bool),
    /// c .. x -> c .. : appends to the list that is n below
    ListAppend(u32),
    /// As before, a set.
    SetAdd(u32),
    /// d .. k v -> d ..
    DictAdd(u32),
    /// l it -> l
    ListExtend,
    /// s it -> s
    SetUpdate,
    /// d m -> d; (true: as keyword arguments, duplicates are errors)
    DictUpdate(bool),
    /// list -> tuple
    ListToTuple,
    /// f it -> f tuple: the only argument of a call, starred
    StarArgs,
    /// f args -> result
    Call(u32),
    /// f args -> result; the last ones are named by the tuple constant. (args, names)
    CallKw(u16, u16),
    /// func|null self|bound args -> result
    CallMethod(u32),
    /// The same with names.
    CallMethodKw(u16, u16),
    /// f tuple [dict] -> result
    CallEx(bool),
    /// [defaults] [kwdefaults] [annotations] -> function (code, flags 1, 2, 4)
    Function(u16, u16),
    /// function bases-tuple kw-dict -> class
    Class(u32),
    /// Leaves the frame with the top.
    Return,
    /// x -> what was sent
    Yield,
    /// The same inside `yield from`.
    YieldFrom,
    /// it v -> it x (what it yields), or result and goes there
    Send(u32),
    /// o -> iterator for `yield from`
    YieldIter,
    /// a ->
    Pop,
    /// a -> a a
    Dup,
    /// a b -> a b a b
    Dup2,
    /// a b -> b a
    Rot2,
    /// a b c -> c a b
    Rot3,
    /// a b c d -> d a b c
    Rot4,
    /// seq -> items, first on top
    Unpack(u32),
    /// seq -> items with a list in the middle, first on top
    UnpackEx(u16, u16),
    /// Raises: 0 again, 1 exc, 2 exc cause
    Raise(u32),
    /// The handled exception goes on.
    Reraise,
    /// exc -> : raises exactly this, as it is
    RaiseTop,
    /// Handler at...
    SetupTry(u32),
    /// Leaves the protected region.
    PopBlock,
    /// exc -> : now it is being handled
    PushExc,
    /// Handled.
    PopExc,
    /// -> the exception being handled
    LoadExc,
    /// classes -> whether the handled exception is of them
    ExcMatch,
    /// mgr -> exit enter
    WithPrep,
    /// -> type exc None
    ExcInfo,
    /// -> module
    Import(u32),
    /// module -> module attribute
    ImportFrom(u32),
    /// module ->
    ImportStar,
    /// -> globals()
    Globals,
    /// -> locals()
    Locals,
    /// -> the cell itself
    LoadCell(u32),
    /// x -> : shows the value of an expression statement; only in a REPL-like mode
    Nop,
    /// subject -> subject bool: is it a sequence of (at least, exactly) so many
    MatchSeq(u16, bool),
    /// subject -> subject bool
    MatchMap,
    /// subject keys-tuple -> subject keys values-or-None bool... (see `vm::matching`)
    MatchKeys,
    /// subject class -> attributes tuple or None (positional count, keyword names constant)
    MatchClass(u16, u16),
    /// dict keys -> dict without the keys
    MatchRest,
    /// Raises `UnboundLocalError`/`NameError` lazily compiled errors: message constant
    Fail(u32),
}

/// Compiled code.
#[derive(Default)]
pub struct Code {
    /// `__name__`.
    pub name: Option<Str>,
    /// `__qualname__`.
    pub qualname: Option<Str>,
    /// Where it was written.
    pub source: Option<Rc<Source>>,
    /// Instructions.
    pub ops: Vec<Op>,
    /// Where each comes from.
    pub spans: Vec<Span>,
    /// Constants.
    pub consts: Vec<Obj>,
    /// Names of globals and attributes.
    pub names: Vec<Str>,
    /// Inner code.
    pub codes: Vec<Rc<Code>>,
    /// Local slots: parameters (positional, keyword-only, `*args`, `**kw`), then other locals.
    pub locals: Vec<Str>,
    /// How many parameters are positional-only.
    pub n_posonly: usize,
    /// How many are positional, positional-only ones included.
    pub n_pos: usize,
    /// How many are keyword-only.
    pub n_kwonly: usize,
    /// Has `*args`.
    pub vararg: bool,
    /// Has `**kw`.
    pub kwarg: bool,
    /// Names of its own cells, then of free ones.
    pub cells: Vec<Str>,
    /// How many cells are its own.
    pub n_own_cells: usize,
    /// Parameters that live in cells: (slot, cell).
    pub cell_params: Vec<(u32, u32)>,
    /// For each free cell, which of the enclosing code's cells it is.
    pub free_from: Vec<u32>,
    /// Contains `yield`.
    pub is_generator: bool,
    /// Has a namespace instead of slots (module and class bodies).
    pub has_namespace: bool,
    /// Docstring.
    pub doc: Option<Str>,
}

impl Code {
    /// The names of the keyword-only parameters.
    pub fn kwonly_names(&self) -> &[Str] {
        &self.locals[self.n_pos..self.n_pos + self.n_kwonly]
    }
    /// The name, for messages.
    pub fn name(&self) -> Str {
        self.name.clone().unwrap_or_else(|| crate::obj::intern("?"))
    }
    /// A listing, for tests and debugging.
    pub fn listing(&self) -> String {
        let mut s = format!("{}:\n", self.name());
        for (i, op) in self.ops.iter().enumerate() {
            s.push_str(&format!("  {i:4} {op:?}\n"));
        }
        for c in &self.codes {
            s.push_str(&c.listing());
        }
        s
    }
}
