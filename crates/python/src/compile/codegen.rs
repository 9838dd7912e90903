//! From the syntax tree to bytecode: statements and functions. Expressions are in `expr`, patterns in `pattern`.

use std::rc::Rc;

use super::ast::*;
use super::parse::Diagnostic;
use super::scope::{Key, Kind, Place, Scopes, key};
use crate::obj::{Obj, Str, intern};
use crate::vm::code::{Code, Op, Source};
use gradlens_numpy::ir::Span;

/// What `break`, `continue` and `return` have to leave on their way.
pub(super) enum Leave<'a> {
    /// A loop: where `continue` goes, the jumps of `break`, whether an iterator is on the stack.
    Loop { start: usize, breaks: Vec<usize>, iterator: bool },
    /// A protected region.
    Try,
    /// A handler: the exception is put down.
    Handler,
    /// A handler's `as` name is unbound.
    Name(Str),
    /// A `finally` body is run.
    Finally(&'a Block),
    /// A `with`'s exit is called; its slot.
    With(u32),
}

/// One code object under construction.
pub(super) struct Unit<'a> {
    pub code: Code,
    pub scope: Key,
    pub leave: Vec<Leave<'a>>,
    pub span: Span,
    temps: usize,
}

/// The compiler.
pub struct Compiler<'a> {
    pub(super) scopes: Scopes,
    pub(super) units: Vec<Unit<'a>>,
    source: Rc<Source>,
    errors: Vec<Diagnostic>,
    /// Class names around, for qualified names.
    path: Vec<(Str, bool)>,
    /// Inside `try: import x / except ImportError`.
    import_guard: usize,
}

/// Compiles a module.
pub fn compile(body: &Block, scopes: Scopes, source: Rc<Source>) -> Result<Rc<Code>, Vec<Diagnostic>> {
    let root = scopes.root;
    let mut c = Compiler { scopes, units: Vec::new(), source, errors: Vec::new(), path: Vec::new(), import_guard: 0 };
    c.enter(root, "<module>");
    if let Some(d) = docstring(body) {
        c.constant(Obj::Str(d));
        c.store(&intern("__doc__"));
    }
    c.block(body);
    c.constant(Obj::None);
    c.emit(Op::Return);
    let code = c.leave();
    if c.errors.is_empty() { Ok(code) } else { Err(c.errors) }
}

fn docstring(b: &Block) -> Option<Str> {
    match &b.first()?.kind {
        StmtKind::Expr(Expr { kind: ExprKind::Const(Obj::Str(s)), .. }) => Some(s.clone()),
        _ => None,
    }
}

impl<'a> Compiler<'a> {
    pub(super) fn unit(&mut self) -> &mut Unit<'a> {
        let last = self.units.len() - 1;
        &mut self.units[last]
    }

    pub(super) fn error(&mut self, message: &str, span: Span) {
        self.errors.push(Diagnostic { class: "SyntaxError", message: message.into(), span });
    }

    fn unsupported(&mut self, message: String, span: Span) {
        self.errors.push(Diagnostic { class: "Unsupported", message, span });
    }

    /// Starts the code of a scope.
    pub(super) fn enter(&mut self, k: Key, name: &str) {
        let mut code = Code { name: Some(intern(name)), source: Some(self.source.clone()), ..Code::default() };
        let mut q = String::new();
        for (n, is_class) in &self.path {
            q.push_str(n.as_str());
            q.push_str(if *is_class { "." } else { ".<locals>." });
        }
        q.push_str(name);
        code.qualname = Some(intern(&q));
        let mut free_from = Vec::new();
        if let Some(s) = self.scopes.map.get(&k) {
            code.is_generator = s.is_generator;
            code.has_namespace = matches!(s.kind, Kind::Module | Kind::Class);
            code.n_own_cells = s.own_cells.len();
            code.cells = s.own_cells.iter().chain(&s.free).map(|n| intern(n)).collect();
            if !code.has_namespace {
                for n in &s.order {
                    code.locals.push(n.clone());
                    if let Some(c) = s.own_cells.iter().position(|o| o == n.as_str()) {
                        code.cell_params.push((code.locals.len() as u32 - 1, c as u32));
                    }
                }
            }
            let free = s.free.clone();
            for n in free {
                let i = self.units.last().and_then(|u| u.code.cells.iter().position(|c| c.as_str() == n));
                free_from.push(i.unwrap_or(0) as u32);
            }
        }
        code.free_from = free_from;
        self.units.push(Unit { code, scope: k, leave: Vec::new(), span: Span::default(), temps: 0 });
    }

    /// Finishes the code at hand.
    pub(super) fn leave(&mut self) -> Rc<Code> {
        let Some(mut u) = self.units.pop() else { return Rc::default() };
        // Only parameters need to be moved to their cells.
        let n_params = u.code.n_pos + u.code.n_kwonly + usize::from(u.code.vararg) + usize::from(u.code.kwarg);
        u.code.cell_params.retain(|(slot, _)| (*slot as usize) < n_params);
        Rc::new(u.code)
    }

    pub(super) fn emit(&mut self, op: Op) -> usize {
        let u = self.unit();
        let span = u.span;
        u.code.ops.push(op);
        u.code.spans.push(span);
        u.code.ops.len() - 1
    }

    /// Sets the source range of what is emitted next; gives back the one before.
    pub(super) fn at(&mut self, span: Span) -> Span {
        std::mem::replace(&mut self.unit().span, span)
    }

    pub(super) fn here(&mut self) -> usize {
        self.unit().code.ops.len()
    }

    /// Makes a forward jump go to here.
    pub(super) fn land(&mut self, jump: usize) {
        let to = self.here() as u32;
        self.patch(jump, to);
    }

    pub(super) fn patch(&mut self, jump: usize, to: u32) {
        let op = &mut self.unit().code.ops[jump];
        *op = match *op {
            Op::Jump(_) => Op::Jump(to),
            Op::JumpIfFalse(_) => Op::JumpIfFalse(to),
            Op::JumpIfTrue(_) => Op::JumpIfTrue(to),
            Op::ForIter(_) => Op::ForIter(to),
            Op::SetupTry(_) => Op::SetupTry(to),
            Op::Send(_) => Op::Send(to),
            op => op,
        };
    }

    pub(super) fn constant(&mut self, o: Obj) {
        let consts = &mut self.unit().code.consts;
        let same = |c: &Obj| match (c, &o) {
            (Obj::None, Obj::None) | (Obj::Ellipsis, Obj::Ellipsis) => true,
            (Obj::Bool(a), Obj::Bool(b)) => a == b,
            (Obj::Int(a), Obj::Int(b)) => a == b,
            (Obj::Float(a), Obj::Float(b)) => a.to_bits() == b.to_bits(),
            (Obj::Str(a), Obj::Str(b)) => a.as_str() == b.as_str(),
            _ => false,
        };
        let i = match consts.iter().rposition(same).filter(|_| consts.len() < 256) {
            Some(i) => i,
            None => {
                consts.push(o);
                consts.len() - 1
            }
        };
        self.emit(Op::Const(i as u32));
    }

    pub(super) fn name_index(&mut self, n: &Str) -> u32 {
        let names = &mut self.unit().code.names;
        match names.iter().position(|m| Rc::ptr_eq(m, n) || m.as_str() == n.as_str()) {
            Some(i) => i as u32,
            None => {
                names.push(intern(n.as_str()));
                names.len() as u32 - 1
            }
        }
    }

    pub(super) fn place(&mut self, n: &Str) -> Place {
        let k = self.unit().scope;
        self.scopes.map.get(&k).map_or(Place::Global, |s| s.place(n.as_str()))
    }

    fn slot(&mut self, n: &Str) -> u32 {
        let locals = &mut self.unit().code.locals;
        match locals.iter().position(|l| l.as_str() == n.as_str()) {
            Some(i) => i as u32,
            None => {
                locals.push(n.clone());
                locals.len() as u32 - 1
            }
        }
    }

    /// A hidden local.
    fn temp(&mut self) -> u32 {
        self.unit().temps += 1;
        let n = format!(".t{}", self.unit().temps);
        self.unit().code.locals.push(intern(&n));
        self.unit().code.locals.len() as u32 - 1
    }

    pub(super) fn cell(&mut self, n: &Str) -> u32 {
        self.unit().code.cells.iter().position(|c| c.as_str() == n.as_str()).unwrap_or(0) as u32
    }

    pub(super) fn load(&mut self, n: &Str) {
        let op = match self.place(n) {
            Place::Local => Op::LoadFast(self.slot(n)),
            Place::Cell => {
                let c = self.cell(n);
                if self.in_class() { Op::LoadClassDeref(self.name_index(n) as u16, c as u16) } else { Op::LoadDeref(c) }
            }
            Place::Global => Op::LoadGlobal(self.name_index(n)),
            Place::Name => Op::LoadName(self.name_index(n)),
        };
        self.emit(op);
    }

    fn in_class(&mut self) -> bool {
        let k = self.unit().scope;
        self.scopes.map.get(&k).is_some_and(|s| s.kind == Kind::Class)
    }

    pub(super) fn store(&mut self, n: &Str) {
        let op = match self.place(n) {
            Place::Local => Op::StoreFast(self.slot(n)),
            Place::Cell => Op::StoreDeref(self.cell(n)),
            Place::Global => Op::StoreGlobal(self.name_index(n)),
            Place::Name => Op::StoreName(self.name_index(n)),
        };
        self.emit(op);
    }

    fn delete(&mut self, n: &Str) {
        let op = match self.place(n) {
            Place::Local => Op::DelFast(self.slot(n)),
            Place::Cell => Op::DelDeref(self.cell(n)),
            Place::Global => Op::DelGlobal(self.name_index(n)),
            Place::Name => Op::DelName(self.name_index(n)),
        };
        self.emit(op);
    }

    /// Stores the top of the stack into a target.
    pub(super) fn assign(&mut self, t: &Expr) {
        let before = self.at(t.span);
        match &t.kind {
            ExprKind::Name(n) => self.store(n),
            ExprKind::Attr(o, n, _) => {
                self.expr(o);
                let i = self.name_index(n);
                self.at(t.span);
                self.emit(Op::StoreAttr(i));
            }
            ExprKind::Item(o, k) => {
                self.expr(o);
                self.expr(k);
                self.at(t.span);
                self.emit(Op::SetItem);
            }
            ExprKind::Tuple(v) | ExprKind::List(v) => {
                let stars: Vec<usize> = v
                    .iter()
                    .enumerate()
                    .filter(|(_, e)| matches!(e.kind, ExprKind::Starred(_)))
                    .map(|(i, _)| i)
                    .collect();
                match stars[..] {
                    [] => {
                        self.emit(Op::Unpack(v.len() as u32));
                    }
                    [i] => {
                        self.emit(Op::UnpackEx(i as u16, (v.len() - i - 1) as u16));
                    }
                    _ => self.error("multiple starred expressions in assignment", t.span),
                }
                for e in v {
                    match &e.kind {
                        ExprKind::Starred(e) => self.assign(e),
                        _ => self.assign(e),
                    }
                }
            }
            ExprKind::Starred(_) => self.error("starred assignment target must be in a list or tuple", t.span),
            _ => self.error("cannot assign to expression here. Maybe you meant '==' instead of '='?", t.span),
        }
        self.at(before);
    }

    fn del(&mut self, t: &Expr) {
        self.at(t.span);
        match &t.kind {
            ExprKind::Name(n) => self.delete(n),
            ExprKind::Attr(o, n, _) => {
                self.expr(o);
                let i = self.name_index(n);
                self.emit(Op::DelAttr(i));
            }
            ExprKind::Item(o, k) => {
                self.expr(o);
                self.expr(k);
                self.at(t.span);
                self.emit(Op::DelItem);
            }
            ExprKind::Tuple(v) | ExprKind::List(v) => v.iter().for_each(|t| self.del(t)),
            _ => self.error("cannot delete expression", t.span),
        }
    }

    pub(super) fn block(&mut self, b: &'a Block) {
        for s in b {
            self.stmt(s);
        }
    }

    fn stmt(&mut self, s: &'a Stmt) {
        self.at(s.span);
        match &s.kind {
            StmtKind::Expr(e) => {
                if !matches!(e.kind, ExprKind::Const(_)) {
                    self.expr(e);
                    self.emit(Op::Pop);
                }
            }
            StmtKind::Assign(targets, v) => {
                self.expr(v);
                for (i, t) in targets.iter().enumerate() {
                    if i + 1 < targets.len() {
                        self.emit(Op::Dup);
                    }
                    self.assign(t);
                }
            }
            StmtKind::Aug(op, t, v) => self.augmented(*op, t, v, s.span),
            StmtKind::Ann { target, annotation, value, simple } => {
                if let Some(v) = value {
                    self.expr(v);
                    self.assign(target);
                }
                let namespace = self.unit().code.has_namespace;
                if let (true, true, ExprKind::Name(n)) = (namespace, *simple, &target.kind) {
                    self.expr(annotation);
                    let a = intern("__annotations__");
                    let i = self.name_index(&a);
                    let class = self.in_class();
                    self.emit(if class { Op::LoadName(i) } else { Op::LoadGlobal(i) });
                    self.constant(Obj::Str(n.clone()));
                    self.emit(Op::SetItem);
                }
            }
            StmtKind::Return(v) => {
                let in_function = {
                    let k = self.unit().scope;
                    self.scopes.map.get(&k).is_some_and(|s| s.kind == Kind::Function)
                };
                if !in_function {
                    self.error("'return' outside function", s.span);
                    return;
                }
                match v {
                    Some(e) => self.expr(e),
                    None => self.constant(Obj::None),
                }
                self.unwind(0, false);
                self.at(s.span);
                self.emit(Op::Return);
            }
            StmtKind::Del(t) => t.iter().for_each(|t| self.del(t)),
            StmtKind::Pass => {}
            StmtKind::Break | StmtKind::Continue => self.jump_out(matches!(s.kind, StmtKind::Break), s.span),
            StmtKind::If(arms) => self.if_statement(arms),
            StmtKind::While(test, body, orelse) => {
                let start = self.here();
                let exit = match &test.kind {
                    ExprKind::Const(c) if crate::ops::plain_truth(c) => Vec::new(),
                    _ => self.jump_unless(test),
                };
                self.unit().leave.push(Leave::Loop { start, breaks: Vec::new(), iterator: false });
                self.block(body);
                self.at(s.span);
                self.emit(Op::JumpBack(start as u32));
                let left = self.unit().leave.pop();
                exit.into_iter().for_each(|j| self.land(j));
                self.block(orelse);
                if let Some(Leave::Loop { breaks, .. }) = left {
                    breaks.into_iter().for_each(|j| self.land(j));
                }
            }
            StmtKind::For(t, it, body, orelse) => {
                self.expr(it);
                self.at(it.span);
                self.emit(Op::GetIter);
                let start = self.here();
                let exit = self.emit(Op::ForIter(0));
                self.assign(t);
                self.unit().leave.push(Leave::Loop { start, breaks: Vec::new(), iterator: true });
                self.block(body);
                self.at(it.span);
                self.emit(Op::JumpBack(start as u32));
                let left = self.unit().leave.pop();
                self.land(exit);
                self.block(orelse);
                if let Some(Leave::Loop { breaks, .. }) = left {
                    breaks.into_iter().for_each(|j| self.land(j));
                }
            }
            StmtKind::With(items, body) => self.with(items, body),
            StmtKind::Raise(e, cause) => {
                let n = match (e, cause) {
                    (None, _) => 0,
                    (Some(e), None) => {
                        self.expr(e);
                        1
                    }
                    (Some(e), Some(c)) => {
                        self.expr(e);
                        self.expr(c);
                        2
                    }
                };
                self.at(s.span);
                self.emit(Op::Raise(n));
            }
            StmtKind::Try { body, handlers, orelse, finally } => self.try_statement(body, handlers, orelse, finally),
            StmtKind::Assert(test, msg) => {
                let ok = self.jump_if(test);
                self.at(s.span);
                self.constant(Obj::Class(crate::obj::E::AssertionError.class().clone()));
                if let Some(m) = msg {
                    self.expr(m);
                    self.at(s.span);
                    self.emit(Op::Call(1));
                }
                self.emit(Op::Raise(1));
                ok.into_iter().for_each(|j| self.land(j));
            }
            StmtKind::Import(names) => {
                for (m, a, span) in names {
                    self.check_module(m, *span);
                    self.at(*span);
                    let i = self.name_index(m);
                    self.emit(Op::Import(i));
                    match a {
                        Some(a) => self.store(a),
                        None => match m.as_str().split_once('.') {
                            None => self.store(m),
                            Some((top, _)) => {
                                self.emit(Op::Pop);
                                let top = intern(top);
                                let i = self.name_index(&top);
                                self.emit(Op::Import(i));
                                self.store(&top);
                            }
                        },
                    }
                }
            }
            StmtKind::ImportFrom(m, names) => {
                self.check_module(m, s.span);
                if m.as_str() == "__future__" {
                    return;
                }
                let i = self.name_index(m);
                self.emit(Op::Import(i));
                if names.is_empty() {
                    self.emit(Op::ImportStar);
                    return;
                }
                for (n, a, span) in names {
                    self.at(*span);
                    let i = self.name_index(n);
                    self.emit(Op::ImportFrom(i));
                    self.store(a.as_ref().unwrap_or(n));
                }
                self.emit(Op::Pop);
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => {}
            StmtKind::Def(f) => self.function_def(f),
            StmtKind::Class(c) => self.class_def(c),
            StmtKind::Match(subject, cases) => self.match_statement(subject, cases),
        }
    }

    /// Refuses a module that does not exist here, unless the import is guarded by `except ImportError`.
    fn check_module(&mut self, m: &Str, span: Span) {
        if self.import_guard == 0 && !crate::stdlib::known(m.as_str()) {
            self.unsupported(format!("the module '{m}' is not available here"), span);
        }
    }

    fn augmented(&mut self, op: crate::ops::BinOp, t: &Expr, v: &Expr, span: Span) {
        match &t.kind {
            ExprKind::Name(n) => {
                self.at(t.span);
                self.load(n);
                self.expr(v);
                self.at(span);
                self.emit(Op::Inplace(op));
                self.store(n);
            }
            ExprKind::Attr(o, n, _) => {
                self.expr(o);
                self.emit(Op::Dup);
                let i = self.name_index(n);
                self.at(t.span);
                self.emit(Op::LoadAttr(i));
                self.expr(v);
                self.at(span);
                self.emit(Op::Inplace(op));
                self.emit(Op::Rot2);
                self.emit(Op::StoreAttr(i));
            }
            ExprKind::Item(o, k) => {
                self.expr(o);
                self.expr(k);
                self.emit(Op::Dup2);
                self.at(t.span);
                self.emit(Op::GetItem);
                self.expr(v);
                self.at(span);
                self.emit(Op::Inplace(op));
                self.emit(Op::Rot3);
                self.emit(Op::SetItem);
            }
            _ => self.error("illegal expression for augmented assignment", t.span),
        }
    }

    fn if_statement(&mut self, arms: &'a [(Option<Expr>, Block)]) {
        let mut ends = Vec::new();
        for (i, (test, body)) in arms.iter().enumerate() {
            let next = test.as_ref().map(|t| self.jump_unless(t)).unwrap_or_default();
            self.block(body);
            if i + 1 < arms.len() {
                ends.push(self.emit(Op::Jump(0)));
            }
            next.into_iter().for_each(|j| self.land(j));
        }
        ends.into_iter().for_each(|j| self.land(j));
    }

    /// What lies between here and the `down_to`-th entry is left, from the inside out. For loops, an iterator under way
    /// is dropped where `pop_iterators`.
    fn unwind(&mut self, down_to: usize, pop_iterators: bool) {
        let mut taken = Vec::new();
        while self.unit().leave.len() > down_to {
            let Some(l) = self.unit().leave.pop() else { break };
            match &l {
                Leave::Loop { iterator, .. } => {
                    if *iterator && pop_iterators {
                        self.emit(Op::Pop);
                    }
                }
                Leave::Try => {
                    self.emit(Op::PopBlock);
                }
                Leave::Handler => {
                    self.emit(Op::PopExc);
                }
                Leave::Name(n) => {
                    let n = n.clone();
                    self.constant(Obj::None);
                    self.store(&n);
                    self.delete(&n);
                }
                Leave::Finally(b) => {
                    let b: &'a Block = b;
                    self.block(b);
                }
                Leave::With(slot) => {
                    let slot = *slot;
                    self.call_exit(slot);
                    self.emit(Op::Pop);
                }
            }
            taken.push(l);
        }
        while let Some(l) = taken.pop() {
            self.unit().leave.push(l);
        }
    }

    fn call_exit(&mut self, slot: u32) {
        self.emit(Op::LoadFast(slot));
        for _ in 0..3 {
            self.constant(Obj::None);
        }
        self.emit(Op::Call(3));
    }

    fn jump_out(&mut self, is_break: bool, span: Span) {
        let Some(at) = self.unit().leave.iter().rposition(|l| matches!(l, Leave::Loop { .. })) else {
            let m = if is_break { "'break' outside loop" } else { "'continue' not properly in loop" };
            self.error(m, span);
            return;
        };
        self.unwind(at + 1, true);
        if is_break {
            if matches!(self.unit().leave[at], Leave::Loop { iterator: true, .. }) {
                self.emit(Op::Pop);
            }
            let j = self.emit(Op::Jump(0));
            if let Leave::Loop { breaks, .. } = &mut self.unit().leave[at] {
                breaks.push(j);
            }
        } else if let Leave::Loop { start, .. } = self.unit().leave[at] {
            self.emit(Op::JumpBack(start as u32));
        }
    }

    fn try_statement(&mut self, body: &'a Block, handlers: &'a [Handler], orelse: &'a Block, finally: &'a Block) {
        let guarded = handlers.iter().any(|h| match &h.class {
            None => true,
            Some(c) => mentions(c, &["ImportError", "ModuleNotFoundError", "Exception"]),
        });
        if finally.is_empty() {
            self.import_guard += usize::from(guarded);
            self.try_except(body, handlers, orelse, guarded);
            return;
        }
        let setup = self.emit(Op::SetupTry(0));
        self.unit().leave.push(Leave::Finally(finally));
        self.unit().leave.push(Leave::Try);
        if handlers.is_empty() {
            self.block(body);
        } else {
            self.import_guard += usize::from(guarded);
            self.try_except(body, handlers, orelse, guarded);
        }
        self.unit().leave.pop();
        self.unit().leave.pop();
        self.emit(Op::PopBlock);
        self.block(finally);
        let end = self.emit(Op::Jump(0));
        self.land(setup);
        self.emit(Op::PushExc);
        self.unit().leave.push(Leave::Handler);
        self.block(finally);
        self.unit().leave.pop();
        self.emit(Op::Reraise);
        self.land(end);
    }

    fn try_except(&mut self, body: &'a Block, handlers: &'a [Handler], orelse: &'a Block, guarded: bool) {
        let setup = self.emit(Op::SetupTry(0));
        self.unit().leave.push(Leave::Try);
        self.block(body);
        self.import_guard -= usize::from(guarded);
        self.unit().leave.pop();
        self.emit(Op::PopBlock);
        self.block(orelse);
        let mut ends = vec![self.emit(Op::Jump(0))];
        self.land(setup);
        self.emit(Op::PushExc);
        self.unit().leave.push(Leave::Handler);
        for (i, h) in handlers.iter().enumerate() {
            self.at(h.span);
            let next = match &h.class {
                Some(c) => {
                    self.expr(c);
                    self.at(c.span);
                    self.emit(Op::ExcMatch);
                    Some(self.emit(Op::JumpIfFalse(0)))
                }
                None => {
                    if i + 1 < handlers.len() {
                        self.error("default 'except:' must be last", h.span);
                    }
                    None
                }
            };
            match &h.name {
                Some(n) => {
                    self.emit(Op::LoadExc);
                    self.store(n);
                    let cleanup = self.emit(Op::SetupTry(0));
                    self.unit().leave.push(Leave::Name(n.clone()));
                    self.unit().leave.push(Leave::Try);
                    self.block(&h.body);
                    self.unit().leave.pop();
                    self.unit().leave.pop();
                    self.emit(Op::PopBlock);
                    self.constant(Obj::None);
                    self.store(n);
                    self.delete(n);
                    self.emit(Op::PopExc);
                    ends.push(self.emit(Op::Jump(0)));
                    self.land(cleanup);
                    self.constant(Obj::None);
                    self.store(n);
                    self.delete(n);
                    self.emit(Op::RaiseTop);
                }
                None => {
                    self.block(&h.body);
                    self.emit(Op::PopExc);
                    ends.push(self.emit(Op::Jump(0)));
                }
            }
            if let Some(j) = next {
                self.land(j);
            }
        }
        self.unit().leave.pop();
        self.emit(Op::Reraise);
        ends.into_iter().for_each(|j| self.land(j));
    }

    fn with(&mut self, items: &'a [(Expr, Option<Expr>)], body: &'a Block) {
        let Some(((mgr, target), rest)) = items.split_first() else {
            self.block(body);
            return;
        };
        self.expr(mgr);
        self.at(mgr.span);
        self.emit(Op::WithPrep);
        self.emit(Op::Call(0));
        self.emit(Op::Rot2);
        let slot = self.temp();
        self.emit(Op::StoreFast(slot));
        let setup = self.emit(Op::SetupTry(0));
        self.unit().leave.push(Leave::With(slot));
        self.unit().leave.push(Leave::Try);
        match target {
            Some(t) => self.assign(t),
            None => {
                self.emit(Op::Pop);
            }
        }
        self.with(rest, body);
        self.unit().leave.pop();
        self.unit().leave.pop();
        self.at(mgr.span);
        self.emit(Op::PopBlock);
        self.call_exit(slot);
        self.emit(Op::Pop);
        let end = self.emit(Op::Jump(0));
        self.land(setup);
        self.emit(Op::PushExc);
        self.emit(Op::LoadFast(slot));
        self.emit(Op::ExcInfo);
        self.emit(Op::Call(3));
        let suppress = self.emit(Op::JumpIfTrue(0));
        self.emit(Op::Reraise);
        self.land(suppress);
        self.emit(Op::PopExc);
        self.land(end);
    }

    /// An annotation: evaluated; where it fails under `from __future__ import annotations` it would be a text anyway.
    fn annotation(&mut self, e: &Expr) {
        self.expr(e);
    }

    /// Emits a function object for a scope whose code is built by `body`.
    pub(super) fn function(
        &mut self,
        k: Key,
        name: &str,
        params: &Params,
        returns: Option<&Expr>,
        body: &mut dyn FnMut(&mut Self),
    ) {
        let mut flags = 0;
        let defaults: Vec<&Expr> =
            params.pos_only.iter().chain(&params.args).filter_map(|p| p.default.as_ref()).collect();
        if !defaults.is_empty() {
            defaults.iter().for_each(|e| self.expr(e));
            self.emit(Op::Tuple(defaults.len() as u32));
            flags |= 1;
        }
        if params.kwonly.iter().any(|p| p.default.is_some()) {
            let mut n = 0;
            for p in &params.kwonly {
                if let Some(d) = &p.default {
                    self.constant(Obj::Str(p.name.clone()));
                    self.expr(d);
                    n += 1;
                }
            }
            self.emit(Op::Dict(n));
            flags |= 2;
        }
        let annotated: Vec<(&Str, &Expr)> =
            params.all().filter_map(|p| p.annotation.as_ref().map(|a| (&p.name, a))).collect();
        if !annotated.is_empty() || returns.is_some() {
            for (n, a) in &annotated {
                self.constant(Obj::Str((*n).clone()));
                self.annotation(a);
            }
            if let Some(r) = returns {
                self.constant(Obj::name("return"));
                self.annotation(r);
            }
            self.emit(Op::Dict((annotated.len() + usize::from(returns.is_some())) as u32));
            flags |= 4;
        }
        self.enter(k, name);
        let outer = self.units.len() - 2;
        let span = self.units[outer].span;
        {
            let c = &mut self.unit().code;
            c.n_posonly = params.pos_only.len();
            c.n_pos = params.pos_only.len() + params.args.len();
            c.n_kwonly = params.kwonly.len();
            c.vararg = params.vararg.is_some();
            c.kwarg = params.kwarg.is_some();
        }
        self.at(span);
        self.path.push((intern(name), false));
        body(self);
        self.path.pop();
        let code = self.leave();
        let codes = &mut self.unit().code.codes;
        codes.push(code);
        let i = codes.len() - 1;
        self.emit(Op::Function(i as u16, flags));
    }

    fn function_def(&mut self, f: &'a FuncDef) {
        f.decorators.iter().for_each(|d| self.expr(d));
        self.at(f.name_span);
        let doc = docstring(&f.body);
        self.function(key(f), f.name.as_str(), &f.params, f.returns.as_ref(), &mut |c| {
            c.unit().code.doc = doc.clone();
            c.block(&f.body);
            c.constant(Obj::None);
            c.emit(Op::Return);
        });
        for d in f.decorators.iter().rev() {
            self.at(d.span);
            self.emit(Op::Call(1));
        }
        self.at(f.name_span);
        self.store(&f.name);
    }

    fn class_def(&mut self, d: &'a ClassDef) {
        d.decorators.iter().for_each(|e| self.expr(e));
        self.at(d.name_span);
        let k = key(d);
        self.function(k, d.name.as_str(), &Params::default(), None, &mut |c| {
            // The body is no function: names inside are qualified by the class.
            if let Some(last) = c.path.last_mut() {
                last.1 = true;
            }
            let q = c.unit().code.qualname.clone().unwrap_or_else(|| intern(""));
            c.constant(Obj::Str(q));
            let i = c.name_index(&intern("__qualname__"));
            c.emit(Op::StoreName(i));
            if let Some(s) = docstring(&d.body) {
                c.constant(Obj::Str(s));
                let i = c.name_index(&intern("__doc__"));
                c.emit(Op::StoreName(i));
            }
            c.block(&d.body);
            // The class body gives back its `__class__` cell, if methods need it.
            if c.unit().code.n_own_cells > 0 {
                c.emit(Op::LoadCell(0));
            } else {
                c.constant(Obj::None);
            }
            c.emit(Op::Return);
        });
        self.tuple(&d.bases);
        self.dict_of_keywords(&d.keywords);
        let i = self.name_index(&d.name);
        self.emit(Op::Class(i));
        for e in d.decorators.iter().rev() {
            self.at(e.span);
            self.emit(Op::Call(1));
        }
        self.at(d.name_span);
        self.store(&d.name);
    }

    /// A slot for what a statement has to keep.
    pub(super) fn hidden(&mut self) -> u32 {
        self.temp()
    }
}

fn mentions(e: &Expr, names: &[&str]) -> bool {
    match &e.kind {
        ExprKind::Name(n) => names.contains(&n.as_str()),
        ExprKind::Tuple(v) => v.iter().any(|e| mentions(e, names)),
        _ => false,
    }
}
