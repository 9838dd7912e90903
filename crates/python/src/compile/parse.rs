//! The parser's tree turned into ours: the only file that knows `ruff`'s types. What is outside the subset is refused
//! here, by name, at its place; so are sources too large or too deeply nested for the browser's stack.

use num_bigint::BigInt;
use num_traits::Num;
use ruff_python_ast as r;
use ruff_python_ast::PySourceType;
use ruff_python_parser::{ParseErrorType, parse_unchecked_source};
use ruff_text_size::{Ranged, TextRange};

use super::ast::*;
use super::scan;
use crate::obj::{Obj, Str, intern};
use crate::ops::{BinOp, CmpOp, UnOp};
use gradlens_numpy::ir::Span;

/// Something wrong with the source, before anything runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `SyntaxError`, `IndentationError`, or `Unsupported` for what Python has and this subset has not.
    pub class: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// At most this many bytes of source.
pub const MAX_SOURCE: usize = 1 << 20;

/// The statements of a module.
pub fn parse(source: &str) -> Result<Block, Vec<Diagnostic>> {
    if source.len() > MAX_SOURCE {
        return Err(vec![Diagnostic {
            class: "SyntaxError",
            message: format!(
                "the source is too large: {:.1} MB, at most {} MB",
                source.len() as f64 / (1 << 20) as f64,
                MAX_SOURCE >> 20
            ),
            span: Span { start: 0, end: 0 },
        }]);
    }
    scan::check(source).map_err(|d| vec![d])?;
    let parsed = parse_unchecked_source(source, PySourceType::Python);
    if !parsed.errors().is_empty() {
        let mut out: Vec<Diagnostic> = Vec::new();
        for e in parsed.errors() {
            let span = span(e.location);
            // One mistake often makes several errors on its line: the first says most.
            let line =
                |s: u32| source.as_bytes()[..(s as usize).min(source.len())].iter().filter(|b| **b == b'\n').count();
            if out.iter().any(|d| line(d.span.start) == line(span.start)) {
                continue;
            }
            let (class, message) = syntax_message(&e.error, source, span);
            out.push(Diagnostic { class, message, span });
            if out.len() == 20 {
                break;
            }
        }
        return Err(out);
    }
    let mut c = Convert { source, errors: Vec::new() };
    let block = c.block(&parsed.syntax().body);
    if c.errors.is_empty() { Ok(block) } else { Err(c.errors) }
}

/// CPython's words where they are simple.
fn syntax_message(e: &ParseErrorType, source: &str, at: Span) -> (&'static str, String) {
    let text = e.to_string();
    let indentation = |m: &str| ("IndentationError", m.to_string());
    if text.starts_with("Unexpected indentation") {
        return indentation("unexpected indent");
    }
    if text.contains("indented block") {
        return ("IndentationError", lower_first(&text));
    }
    if text.contains("unindent") {
        return indentation("unindent does not match any outer indentation level");
    }
    let message = match e {
        ParseErrorType::ExpectedToken { expected, .. } => {
            let name = format!("{expected}");
            let expected = name.trim_matches('`').trim_matches('\'');
            match expected {
                ":" => "expected ':'".to_string(),
                "," | "newline" | "Newline" => "invalid syntax".to_string(),
                "=" => "invalid syntax".to_string(),
                ")" | "]" | "}" => {
                    let open = match expected {
                        ")" => '(',
                        "]" => '[',
                        _ => '{',
                    };
                    if (at.start as usize) >= source.trim_end().len() {
                        format!("'{open}' was never closed")
                    } else {
                        "invalid syntax. Perhaps you forgot a comma?".to_string()
                    }
                }
                _ => lower_first(&text),
            }
        }
        ParseErrorType::ExpectedExpression | ParseErrorType::SimpleStatementsOnSameLine => "invalid syntax".to_string(),
        _ => lower_first(&text),
    };
    ("SyntaxError", message)
}

fn lower_first(s: &str) -> String {
    let mut c = s.chars();
    match c.next() {
        Some(f) => f.to_lowercase().collect::<String>() + c.as_str(),
        None => String::new(),
    }
}

fn span(r: TextRange) -> Span {
    Span { start: r.start().to_u32(), end: r.end().to_u32() }
}

struct Convert<'a> {
    source: &'a str,
    errors: Vec<Diagnostic>,
}

impl Convert<'_> {
    fn refuse(&mut self, what: &str, at: TextRange) {
        if self.errors.len() < 20 {
            self.errors.push(Diagnostic {
                class: "Unsupported",
                message: format!("{what} is not supported here"),
                span: span(at),
            });
        }
    }

    fn invalid(&mut self, message: &str, at: TextRange) {
        self.errors.push(Diagnostic { class: "SyntaxError", message: message.into(), span: span(at) });
    }

    fn block(&mut self, b: &[r::Stmt]) -> Block {
        b.iter().filter_map(|s| self.stmt(s)).collect()
    }

    fn stmt(&mut self, s: &r::Stmt) -> Option<Stmt> {
        use r::Stmt as S;
        let at = s.range();
        let kind = match s {
            S::Expr(x) => StmtKind::Expr(self.expr(&x.value)),
            S::Assign(x) => StmtKind::Assign(self.exprs(&x.targets), self.expr(&x.value)),
            S::AugAssign(x) => StmtKind::Aug(bin_op(x.op), self.expr(&x.target), self.expr(&x.value)),
            S::AnnAssign(x) => StmtKind::Ann {
                target: self.expr(&x.target),
                annotation: self.expr(&x.annotation),
                value: x.value.as_ref().map(|v| self.expr(v)),
                simple: x.simple,
            },
            S::Return(x) => StmtKind::Return(x.value.as_ref().map(|v| self.expr(v))),
            S::Delete(x) => StmtKind::Del(self.exprs(&x.targets)),
            S::Pass(_) => StmtKind::Pass,
            S::Break(_) => StmtKind::Break,
            S::Continue(_) => StmtKind::Continue,
            S::If(x) => {
                let mut arms = vec![(Some(self.expr(&x.test)), self.block(&x.body))];
                for c in &x.elif_else_clauses {
                    let test = c.test.as_ref().map(|t| self.expr(t));
                    let body = self.block(&c.body);
                    arms.push((test, body));
                }
                StmtKind::If(arms)
            }
            S::While(x) => StmtKind::While(self.expr(&x.test), self.block(&x.body), self.block(&x.orelse)),
            S::For(x) => {
                if x.is_async {
                    self.refuse("'async for'", at);
                }
                StmtKind::For(self.expr(&x.target), self.expr(&x.iter), self.block(&x.body), self.block(&x.orelse))
            }
            S::With(x) => {
                if x.is_async {
                    self.refuse("'async with'", at);
                }
                let items = x
                    .items
                    .iter()
                    .map(|i| (self.expr(&i.context_expr), i.optional_vars.as_ref().map(|v| self.expr(v))))
                    .collect();
                StmtKind::With(items, self.block(&x.body))
            }
            S::Raise(x) => {
                StmtKind::Raise(x.exc.as_ref().map(|v| self.expr(v)), x.cause.as_ref().map(|v| self.expr(v)))
            }
            S::Try(x) => {
                if x.is_star {
                    self.refuse("'except*'", at);
                }
                let handlers = x
                    .handlers
                    .iter()
                    .map(|h| {
                        let r::ExceptHandler::ExceptHandler(h) = h;
                        Handler {
                            span: span(h.range),
                            class: h.type_.as_ref().map(|t| self.expr(t)),
                            name: h.name.as_ref().map(|n| intern(n.id.as_str())),
                            body: self.block(&h.body),
                        }
                    })
                    .collect();
                StmtKind::Try {
                    body: self.block(&x.body),
                    handlers,
                    orelse: self.block(&x.orelse),
                    finally: self.block(&x.finalbody),
                }
            }
            S::Assert(x) => StmtKind::Assert(self.expr(&x.test), x.msg.as_ref().map(|m| self.expr(m))),
            S::Import(x) => StmtKind::Import(x.names.iter().map(alias).collect()),
            S::ImportFrom(x) => {
                let module = x.module.as_ref().map_or("", |m| m.id.as_str());
                if x.level > 0 {
                    self.refuse("a relative import", at);
                }
                let star = x.names.iter().any(|a| a.name.id.as_str() == "*");
                let names = if star { Vec::new() } else { x.names.iter().map(alias).collect() };
                StmtKind::ImportFrom(intern(module), names)
            }
            S::Global(x) => StmtKind::Global(x.names.iter().map(|n| intern(n.id.as_str())).collect()),
            S::Nonlocal(x) => StmtKind::Nonlocal(x.names.iter().map(|n| intern(n.id.as_str())).collect()),
            S::FunctionDef(x) => {
                if x.is_async {
                    self.refuse("'async def'", at);
                }
                if let Some(t) = &x.type_params {
                    self.refuse("a type parameter list", t.range);
                }
                StmtKind::Def(Box::new(FuncDef {
                    name: intern(x.name.id.as_str()),
                    name_span: span(x.name.range),
                    decorators: x.decorator_list.iter().map(|d| self.expr(&d.expression)).collect(),
                    params: self.params(&x.parameters),
                    returns: x.returns.as_ref().map(|t| self.expr(t)),
                    body: self.block(&x.body),
                }))
            }
            S::ClassDef(x) => {
                if let Some(t) = &x.type_params {
                    self.refuse("a type parameter list", t.range);
                }
                let (bases, keywords) = match &x.arguments {
                    Some(a) => (self.exprs(&a.args), self.keywords(&a.keywords)),
                    None => (Vec::new(), Vec::new()),
                };
                if let Some(a) = &x.arguments {
                    for k in a.keywords.iter().filter(|k| k.arg.as_ref().is_some_and(|n| n.id.as_str() == "metaclass"))
                    {
                        if !matches!(&k.value, r::Expr::Name(n) if matches!(n.id.as_str(), "ABCMeta" | "type"))
                            && !matches!(&k.value, r::Expr::Attribute(n) if n.attr.id.as_str() == "ABCMeta")
                        {
                            self.refuse("a metaclass", k.range);
                        }
                    }
                }
                StmtKind::Class(Box::new(ClassDef {
                    name: intern(x.name.id.as_str()),
                    name_span: span(x.name.range),
                    decorators: x.decorator_list.iter().map(|d| self.expr(&d.expression)).collect(),
                    bases,
                    keywords,
                    body: self.block(&x.body),
                }))
            }
            S::Match(x) => {
                let cases = x
                    .cases
                    .iter()
                    .map(|c| (self.pattern(&c.pattern), c.guard.as_ref().map(|g| self.expr(g)), self.block(&c.body)))
                    .collect();
                StmtKind::Match(self.expr(&x.subject), cases)
            }
            S::TypeAlias(_) => {
                self.refuse("a 'type' statement", at);
                return None;
            }
            S::IpyEscapeCommand(_) => {
                self.refuse("an IPython command", at);
                return None;
            }
        };
        Some(Stmt { span: span(at), kind })
    }

    fn pattern(&mut self, p: &r::Pattern) -> Pattern {
        use r::Pattern as P;
        let name = |n: &Option<r::Identifier>| n.as_ref().map(|n| intern(n.id.as_str()));
        match p {
            P::MatchValue(x) => Pattern::Value(self.expr(&x.value)),
            P::MatchSingleton(x) => Pattern::Singleton(match x.value {
                r::Singleton::None => Obj::None,
                r::Singleton::True => Obj::Bool(true),
                r::Singleton::False => Obj::Bool(false),
            }),
            P::MatchSequence(x) => Pattern::Sequence(x.patterns.iter().map(|p| self.pattern(p)).collect()),
            P::MatchStar(x) => Pattern::Star(name(&x.name)),
            P::MatchMapping(x) => Pattern::Mapping(
                x.keys.iter().zip(&x.patterns).map(|(k, p)| (self.expr(k), self.pattern(p))).collect(),
                name(&x.rest),
            ),
            P::MatchClass(x) => Pattern::Class(
                self.expr(&x.cls),
                x.arguments.patterns.iter().map(|p| self.pattern(p)).collect(),
                x.arguments.keywords.iter().map(|k| (intern(k.attr.id.as_str()), self.pattern(&k.pattern))).collect(),
            ),
            P::MatchAs(x) => Pattern::As(x.pattern.as_ref().map(|p| Box::new(self.pattern(p))), name(&x.name)),
            P::MatchOr(x) => Pattern::Or(x.patterns.iter().map(|p| self.pattern(p)).collect()),
        }
    }

    fn params(&mut self, p: &r::Parameters) -> Params {
        let mut one = |p: &r::ParameterWithDefault| Param {
            name: intern(p.parameter.name.id.as_str()),
            span: span(p.parameter.range),
            annotation: p.parameter.annotation.as_ref().map(|a| self.expr(a)),
            default: p.default.as_ref().map(|d| self.expr(d)),
        };
        let pos_only = p.posonlyargs.iter().map(&mut one).collect();
        let args = p.args.iter().map(&mut one).collect();
        let kwonly = p.kwonlyargs.iter().map(&mut one).collect();
        let mut star = |p: &r::Parameter| Param {
            name: intern(p.name.id.as_str()),
            span: span(p.range),
            annotation: p.annotation.as_ref().map(|a| self.expr(a)),
            default: None,
        };
        let vararg = p.vararg.as_ref().map(|p| star(p));
        let kwarg = p.kwarg.as_ref().map(|p| star(p));
        Params { pos_only, args, vararg, kwonly, kwarg }
    }

    fn keywords(&mut self, k: &[r::Keyword]) -> Vec<(Option<Str>, Expr)> {
        k.iter().map(|k| (k.arg.as_ref().map(|n| intern(n.id.as_str())), self.expr(&k.value))).collect()
    }

    fn exprs(&mut self, e: &[r::Expr]) -> Exprs {
        e.iter().map(|e| self.expr(e)).collect()
    }

    fn boxed(&mut self, e: &r::Expr) -> Box<Expr> {
        Box::new(self.expr(e))
    }

    fn opt(&mut self, e: &Option<Box<r::Expr>>) -> Option<Box<Expr>> {
        e.as_ref().map(|e| self.boxed(e))
    }

    fn expr(&mut self, e: &r::Expr) -> Expr {
        use r::Expr as X;
        let at = e.range();
        let kind = match e {
            X::BinOp(_) => return self.chain(e),
            X::BoolOp(x) => {
                let v = self.exprs(&x.values);
                if x.op == r::BoolOp::And { ExprKind::And(v) } else { ExprKind::Or(v) }
            }
            X::Named(x) => match &*x.target {
                X::Name(n) => ExprKind::Walrus(intern(n.id.as_str()), self.boxed(&x.value)),
                t => {
                    self.invalid("cannot use assignment expressions with this target", t.range());
                    ExprKind::Const(Obj::None)
                }
            },
            X::UnaryOp(x) => {
                let v = self.boxed(&x.operand);
                match (x.op, &v.kind) {
                    (r::UnaryOp::Not, _) => ExprKind::Not(v),
                    (r::UnaryOp::USub, ExprKind::Const(Obj::Int(i))) if *i != i64::MIN => ExprKind::Const(Obj::Int(-i)),
                    (r::UnaryOp::USub, ExprKind::Const(Obj::Float(f))) => ExprKind::Const(Obj::Float(-f)),
                    (r::UnaryOp::USub, _) => ExprKind::Unary(UnOp::Neg, v),
                    (r::UnaryOp::UAdd, _) => ExprKind::Unary(UnOp::Pos, v),
                    (r::UnaryOp::Invert, _) => ExprKind::Unary(UnOp::Invert, v),
                }
            }
            X::Lambda(x) => {
                let p = x.parameters.as_ref().map(|p| self.params(p)).unwrap_or_default();
                ExprKind::Lambda(Box::new(p), self.boxed(&x.body))
            }
            X::If(x) => ExprKind::If(self.boxed(&x.test), self.boxed(&x.body), self.boxed(&x.orelse)),
            X::Dict(x) => ExprKind::Dict(
                x.items.iter().map(|i| (i.key.as_ref().map(|k| self.expr(k)), self.expr(&i.value))).collect(),
            ),
            X::Set(x) => ExprKind::Set(self.exprs(&x.elts)),
            X::ListComp(x) => ExprKind::Comp(CompKind::List, self.boxed(&x.elt), None, self.generators(&x.generators)),
            X::SetComp(x) => ExprKind::Comp(CompKind::Set, self.boxed(&x.elt), None, self.generators(&x.generators)),
            X::Generator(x) => ExprKind::Comp(CompKind::Gen, self.boxed(&x.elt), None, self.generators(&x.generators)),
            X::DictComp(x) => match &x.key {
                Some(k) => {
                    let key = self.boxed(k);
                    ExprKind::Comp(CompKind::Dict, key, Some(self.boxed(&x.value)), self.generators(&x.generators))
                }
                None => {
                    self.refuse("unpacking in a dict comprehension", at);
                    ExprKind::Const(Obj::None)
                }
            },
            X::Await(_) => {
                self.refuse("'await'", at);
                ExprKind::Const(Obj::None)
            }
            X::Yield(x) => ExprKind::Yield(self.opt(&x.value)),
            X::YieldFrom(x) => ExprKind::YieldFrom(self.boxed(&x.value)),
            X::Compare(x) => {
                let left = self.boxed(&x.left);
                let rest = x.ops.iter().zip(&x.comparators).map(|(o, e)| (test(*o), self.expr(e))).collect();
                ExprKind::Compare(left, rest)
            }
            X::Call(x) => {
                let f = self.boxed(&x.func);
                let args = self.exprs(&x.arguments.args);
                let kw = self.keywords(&x.arguments.keywords);
                let mut seen: Vec<&Str> = Vec::new();
                for (k, e) in &kw {
                    if let Some(k) = k {
                        if seen.iter().any(|s| s.as_str() == k.as_str()) {
                            self.errors.push(Diagnostic {
                                class: "SyntaxError",
                                message: format!("keyword argument repeated: {k}"),
                                span: e.span,
                            });
                        }
                        seen.push(k);
                    }
                }
                ExprKind::Call(f, args, kw)
            }
            X::FString(x) => {
                let mut parts = Vec::new();
                for p in x.value.iter() {
                    match p {
                        r::FStringPart::Literal(s) => push_text(&mut parts, &s.value),
                        r::FStringPart::FString(f) => self.fstring(&mut parts, &f.elements),
                    }
                }
                ExprKind::FString(parts)
            }
            X::TString(_) => {
                self.refuse("a t-string", at);
                ExprKind::Const(Obj::None)
            }
            X::StringLiteral(x) => ExprKind::Const(Obj::str(x.value.to_str())),
            X::BytesLiteral(x) => {
                let b: Vec<u8> = x.value.bytes().collect();
                ExprKind::Const(Obj::Bytes(std::rc::Rc::new(b)))
            }
            X::NumberLiteral(x) => ExprKind::Const(match &x.value {
                r::Number::Int(i) => match i.as_i64() {
                    Some(i) => Obj::Int(i),
                    None => {
                        let text =
                            self.source[at.start().to_usize()..at.end().to_usize()].replace('_', "").to_lowercase();
                        let (digits, radix) = match text.get(..2) {
                            Some("0x") => (&text[2..], 16),
                            Some("0o") => (&text[2..], 8),
                            Some("0b") => (&text[2..], 2),
                            _ => (text.as_str(), 10),
                        };
                        if digits.len() > 4300 && radix == 10 {
                            self.invalid(
                                "Exceeds the limit (4300 digits) for integer string conversion - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
                                at,
                            );
                            Obj::Int(0)
                        } else {
                            BigInt::from_str_radix(digits, radix).map_or(Obj::Int(0), Obj::big)
                        }
                    }
                },
                r::Number::Float(f) => Obj::Float(*f),
                r::Number::Complex { real, imag } => Obj::complex(*real, *imag),
            }),
            X::BooleanLiteral(x) => ExprKind::Const(Obj::Bool(x.value)),
            X::NoneLiteral(_) => ExprKind::Const(Obj::None),
            X::EllipsisLiteral(_) => ExprKind::Const(Obj::Ellipsis),
            X::Attribute(x) => ExprKind::Attr(self.boxed(&x.value), intern(x.attr.id.as_str()), span(x.attr.range)),
            X::Subscript(x) => ExprKind::Item(self.boxed(&x.value), self.boxed(&x.slice)),
            X::Starred(x) => ExprKind::Starred(self.boxed(&x.value)),
            X::Name(x) => ExprKind::Name(intern(x.id.as_str())),
            X::List(x) => ExprKind::List(self.exprs(&x.elts)),
            X::Tuple(x) => ExprKind::Tuple(self.exprs(&x.elts)),
            X::Slice(x) => ExprKind::Slice(self.opt(&x.lower), self.opt(&x.upper), self.opt(&x.step)),
            X::IpyEscapeCommand(_) => {
                self.refuse("an IPython command", at);
                ExprKind::Const(Obj::None)
            }
        };
        Expr { span: span(at), kind }
    }

    /// `a + b + c + ...`: a left spine of any length, without recursion along it.
    fn chain(&mut self, e: &r::Expr) -> Expr {
        let mut spine = Vec::new();
        let mut at = e;
        while let r::Expr::BinOp(x) = at {
            spine.push(x);
            at = &x.left;
        }
        let mut out = self.expr(at);
        for x in spine.into_iter().rev() {
            let right = self.boxed(&x.right);
            out = Expr { span: span(x.range), kind: ExprKind::Bin(bin_op(x.op), Box::new(out), right) };
        }
        out
    }

    fn generators(&mut self, g: &[r::Comprehension]) -> Vec<CompFor> {
        g.iter()
            .map(|g| {
                if g.is_async {
                    self.refuse("an asynchronous comprehension", g.range);
                }
                CompFor { target: self.expr(&g.target), iter: self.expr(&g.iter), ifs: self.exprs(&g.ifs) }
            })
            .collect()
    }

    fn fstring(&mut self, out: &mut Vec<FPart>, elements: &r::InterpolatedStringElements) {
        for e in elements.iter() {
            match e {
                r::InterpolatedStringElement::Literal(l) => push_text(out, &l.value),
                r::InterpolatedStringElement::Interpolation(i) => {
                    let spec = i.format_spec.as_ref().map(|s| {
                        let mut parts = Vec::new();
                        self.fstring(&mut parts, &s.elements);
                        parts
                    });
                    let mut conversion = match i.conversion {
                        r::ConversionFlag::None => None,
                        r::ConversionFlag::Str => Some('s'),
                        r::ConversionFlag::Ascii => Some('a'),
                        r::ConversionFlag::Repr => Some('r'),
                    };
                    if let Some(d) = &i.debug_text {
                        push_text(out, &format!("{}{}{}", d.leading(), d.expression(), d.trailing()));
                        if conversion.is_none() && spec.is_none() {
                            conversion = Some('r');
                        }
                    }
                    let value = self.expr(&i.expression);
                    out.push(FPart::Value { value, conversion, spec });
                }
            }
        }
    }
}

fn push_text(out: &mut Vec<FPart>, s: &str) {
    match out.last_mut() {
        Some(FPart::Text(t)) => t.push_str(s),
        _ => out.push(FPart::Text(s.to_string())),
    }
}

fn alias(a: &r::Alias) -> (Str, Option<Str>, Span) {
    (intern(a.name.id.as_str()), a.asname.as_ref().map(|n| intern(n.id.as_str())), span(a.range))
}

fn bin_op(o: r::Operator) -> BinOp {
    use r::Operator as O;
    match o {
        O::Add => BinOp::Add,
        O::Sub => BinOp::Sub,
        O::Mult => BinOp::Mul,
        O::MatMult => BinOp::MatMul,
        O::Div => BinOp::Div,
        O::Mod => BinOp::Mod,
        O::Pow => BinOp::Pow,
        O::LShift => BinOp::LShift,
        O::RShift => BinOp::RShift,
        O::BitOr => BinOp::Or,
        O::BitXor => BinOp::Xor,
        O::BitAnd => BinOp::And,
        O::FloorDiv => BinOp::FloorDiv,
    }
}

fn test(o: r::CmpOp) -> Test {
    use r::CmpOp as C;
    match o {
        C::Eq => Test::Cmp(CmpOp::Eq),
        C::NotEq => Test::Cmp(CmpOp::Ne),
        C::Lt => Test::Cmp(CmpOp::Lt),
        C::LtE => Test::Cmp(CmpOp::Le),
        C::Gt => Test::Cmp(CmpOp::Gt),
        C::GtE => Test::Cmp(CmpOp::Ge),
        C::Is => Test::Is,
        C::IsNot => Test::IsNot,
        C::In => Test::In,
        C::NotIn => Test::NotIn,
    }
}
