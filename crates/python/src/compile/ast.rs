//! The syntax tree between the parser and the bytecode: Python's, with what is refused already gone.

use crate::obj::{Obj, Str};
use crate::ops::{BinOp, CmpOp, UnOp};
use gradlens_numpy::ir::Span;

/// An expression.
pub struct Expr {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ExprKind,
}

/// Comparisons, membership and identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Test {
    Cmp(CmpOp),
    Is,
    IsNot,
    In,
    NotIn,
}

/// What an element of a display or an argument list is.
pub type Exprs = Vec<Expr>;

/// The kinds of comprehensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CompKind {
    List,
    Set,
    Dict,
    Gen,
}

/// `for target in iter if ...`.
pub struct CompFor {
    /// Target.
    pub target: Expr,
    /// Over what.
    pub iter: Expr,
    /// Conditions.
    pub ifs: Exprs,
}

/// A piece of an f-string.
#[allow(missing_docs)]
pub enum FPart {
    Text(String),
    Value { value: Expr, conversion: Option<char>, spec: Option<Vec<FPart>> },
}

/// The expressions.
#[allow(missing_docs)]
pub enum ExprKind {
    Const(Obj),
    Name(Str),
    Tuple(Exprs),
    List(Exprs),
    Set(Exprs),
    Dict(Vec<(Option<Expr>, Expr)>),
    Attr(Box<Expr>, Str, Span),
    Item(Box<Expr>, Box<Expr>),
    Slice(Option<Box<Expr>>, Option<Box<Expr>>, Option<Box<Expr>>),
    Starred(Box<Expr>),
    Call(Box<Expr>, Exprs, Vec<(Option<Str>, Expr)>),
    Bin(BinOp, Box<Expr>, Box<Expr>),
    Unary(UnOp, Box<Expr>),
    Not(Box<Expr>),
    And(Exprs),
    Or(Exprs),
    Compare(Box<Expr>, Vec<(Test, Expr)>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Lambda(Box<Params>, Box<Expr>),
    Comp(CompKind, Box<Expr>, Option<Box<Expr>>, Vec<CompFor>),
    Walrus(Str, Box<Expr>),
    FString(Vec<FPart>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
}

/// A parameter.
pub struct Param {
    /// Its name.
    pub name: Str,
    /// Where.
    pub span: Span,
    /// `: T`.
    pub annotation: Option<Expr>,
    /// `= x`.
    pub default: Option<Expr>,
}

/// A parameter list.
#[derive(Default)]
#[allow(missing_docs)]
pub struct Params {
    pub pos_only: Vec<Param>,
    pub args: Vec<Param>,
    pub vararg: Option<Param>,
    pub kwonly: Vec<Param>,
    pub kwarg: Option<Param>,
}

impl Params {
    /// All of them, in the order of their slots.
    pub fn all(&self) -> impl Iterator<Item = &Param> {
        self.pos_only.iter().chain(&self.args).chain(&self.kwonly).chain(&self.vararg).chain(&self.kwarg)
    }
}

/// A statement.
pub struct Stmt {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: StmtKind,
}

/// Statements in a row.
pub type Block = Vec<Stmt>;

/// `except T as name:`.
pub struct Handler {
    /// Where.
    pub span: Span,
    /// Which classes; None: all.
    pub class: Option<Expr>,
    /// `as name`.
    pub name: Option<Str>,
    /// Body.
    pub body: Block,
}

/// A function definition.
pub struct FuncDef {
    /// Name.
    pub name: Str,
    /// Where the name is.
    pub name_span: Span,
    /// Parameters.
    pub params: Params,
    /// Body.
    pub body: Block,
    /// Decorators, outermost first.
    pub decorators: Exprs,
    /// `-> T`.
    pub returns: Option<Expr>,
}

/// A class definition.
pub struct ClassDef {
    /// Name.
    pub name: Str,
    /// Where the name is.
    pub name_span: Span,
    /// Bases.
    pub bases: Exprs,
    /// Keyword arguments.
    pub keywords: Vec<(Option<Str>, Expr)>,
    /// Body.
    pub body: Block,
    /// Decorators, outermost first.
    pub decorators: Exprs,
}

/// A pattern of `match`.
#[allow(missing_docs)]
pub enum Pattern {
    Value(Expr),
    /// `None`, `True`, `False`: by identity.
    Singleton(Obj),
    Sequence(Vec<Pattern>),
    Star(Option<Str>),
    Mapping(Vec<(Expr, Pattern)>, Option<Str>),
    Class(Expr, Vec<Pattern>, Vec<(Str, Pattern)>),
    As(Option<Box<Pattern>>, Option<Str>),
    Or(Vec<Pattern>),
}

/// The statements.
#[allow(missing_docs)]
pub enum StmtKind {
    Expr(Expr),
    Assign(Exprs, Expr),
    Aug(BinOp, Expr, Expr),
    Ann {
        target: Expr,
        annotation: Expr,
        value: Option<Expr>,
        simple: bool,
    },
    Return(Option<Expr>),
    Del(Exprs),
    Pass,
    Break,
    Continue,
    If(Vec<(Option<Expr>, Block)>),
    While(Expr, Block, Block),
    For(Expr, Expr, Block, Block),
    With(Vec<(Expr, Option<Expr>)>, Block),
    Raise(Option<Expr>, Option<Expr>),
    Try {
        body: Block,
        handlers: Vec<Handler>,
        orelse: Block,
        finally: Block,
    },
    Assert(Expr, Option<Expr>),
    /// (module, `as` name).
    Import(Vec<(Str, Option<Str>, Span)>),
    /// module, (name, `as` name); an empty list: `*`.
    ImportFrom(Str, Vec<(Str, Option<Str>, Span)>),
    Global(Vec<Str>),
    Nonlocal(Vec<Str>),
    Def(Box<FuncDef>),
    Class(Box<ClassDef>),
    Match(Expr, Vec<(Pattern, Option<Expr>, Block)>),
}
