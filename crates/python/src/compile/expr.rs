//! Expressions to bytecode.

use std::rc::Rc;

use super::ast::*;
use super::codegen::Compiler;
use super::scope::{Place, key};
use crate::obj::{Obj, Str, intern};
use crate::vm::code::Op;

impl<'a> Compiler<'a> {
    pub(super) fn exprs(&mut self, v: &[Expr]) {
        v.iter().for_each(|e| self.expr(e));
    }

    /// Pushes the value of an expression.
    pub(super) fn expr(&mut self, e: &Expr) {
        let before = self.at(e.span);
        self.expr_kind(e);
        self.at(before);
    }

    fn expr_kind(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Const(c) => self.constant(c.clone()),
            ExprKind::Name(n) => self.load(n),
            ExprKind::Tuple(v) => self.tuple(v),
            ExprKind::List(v) => {
                if has_star(v) {
                    self.spread(v);
                } else {
                    self.exprs(v);
                    self.emit(Op::List(v.len() as u32));
                }
            }
            ExprKind::Set(v) => {
                if has_star(v) {
                    self.emit(Op::Set(0));
                    for x in v {
                        if let ExprKind::Starred(x) = &x.kind {
                            self.expr(x);
                        } else {
                            self.expr(x);
                            self.emit(Op::Tuple(1));
                        }
                        self.emit(Op::SetUpdate);
                    }
                } else {
                    self.exprs(v);
                    self.emit(Op::Set(v.len() as u32));
                }
            }
            ExprKind::Dict(items) => {
                if items.iter().all(|(k, _)| k.is_some()) && items.len() < 1000 {
                    for (k, v) in items {
                        if let Some(k) = k {
                            self.expr(k);
                        }
                        self.expr(v);
                    }
                    self.emit(Op::Dict(items.len() as u32));
                } else {
                    self.emit(Op::Dict(0));
                    for (k, v) in items {
                        match k {
                            Some(k) => {
                                self.expr(k);
                                self.expr(v);
                                self.emit(Op::DictAdd(1));
                            }
                            None => {
                                self.expr(v);
                                self.at(v.span);
                                self.emit(Op::DictUpdate(false));
                            }
                        }
                    }
                }
            }
            ExprKind::Attr(o, n, _) => {
                self.expr(o);
                let i = self.name_index(n);
                self.emit(Op::LoadAttr(i));
            }
            ExprKind::Item(o, k) => {
                self.expr(o);
                self.expr(k);
                self.emit(Op::GetItem);
            }
            ExprKind::Slice(a, b, c) => {
                for e in [a, b, c] {
                    match e {
                        Some(e) => self.expr(e),
                        None => self.constant(Obj::None),
                    }
                }
                self.emit(Op::Slice);
            }
            ExprKind::Starred(_) => self.error("can't use starred expression here", e.span),
            ExprKind::Call(f, args, kw) => self.call(f, args, kw),
            ExprKind::Bin(..) => {
                let mut spine = Vec::new();
                let mut at = e;
                while let ExprKind::Bin(op, l, r) = &at.kind {
                    spine.push((*op, r, at.span));
                    at = l;
                }
                self.expr(at);
                for (op, r, span) in spine.into_iter().rev() {
                    self.expr(r);
                    self.at(span);
                    self.emit(Op::Binary(op));
                }
            }
            ExprKind::Unary(op, x) => {
                self.expr(x);
                self.emit(Op::Unary(*op));
            }
            ExprKind::Not(x) => {
                self.expr(x);
                self.at(x.span);
                self.emit(Op::Not);
            }
            ExprKind::And(v) | ExprKind::Or(v) => {
                let and = matches!(e.kind, ExprKind::And(_));
                let mut ends = Vec::new();
                for (i, x) in v.iter().enumerate() {
                    self.expr(x);
                    if i + 1 < v.len() {
                        self.at(x.span);
                        self.emit(Op::Dup);
                        ends.push(self.emit(if and { Op::JumpIfFalse(0) } else { Op::JumpIfTrue(0) }));
                        self.emit(Op::Pop);
                    }
                }
                ends.into_iter().for_each(|j| self.land(j));
            }
            ExprKind::Compare(l, rest) => {
                self.expr(l);
                let mut ends = Vec::new();
                for (i, (t, r)) in rest.iter().enumerate() {
                    self.expr(r);
                    let last = i + 1 == rest.len();
                    if !last {
                        self.emit(Op::Dup);
                        self.emit(Op::Rot3);
                    }
                    self.at(e.span);
                    self.emit(test_op(*t));
                    if !last {
                        self.emit(Op::Dup);
                        ends.push(self.emit(Op::JumpIfFalse(0)));
                        self.emit(Op::Pop);
                    }
                }
                if !ends.is_empty() {
                    let done = self.emit(Op::Jump(0));
                    ends.into_iter().for_each(|j| self.land(j));
                    // The kept right operand lies under the result.
                    self.emit(Op::Rot2);
                    self.emit(Op::Pop);
                    self.land(done);
                }
            }
            ExprKind::If(test, a, b) => {
                let no = self.jump_unless(test);
                self.expr(a);
                let end = self.emit(Op::Jump(0));
                no.into_iter().for_each(|j| self.land(j));
                self.expr(b);
                self.land(end);
            }
            ExprKind::Lambda(p, body) => {
                self.function(key(e), "<lambda>", p, None, &mut |c| {
                    c.expr(body);
                    c.at(body.span);
                    c.emit(Op::Return);
                });
            }
            ExprKind::Comp(kind, a, b, gens) => self.comprehension(e, *kind, a, b.as_deref(), gens),
            ExprKind::Walrus(n, v) => {
                self.expr(v);
                self.emit(Op::Dup);
                self.store(n);
            }
            ExprKind::FString(parts) => self.fstring(parts),
            ExprKind::Yield(v) => {
                match v {
                    Some(v) => self.expr(v),
                    None => self.constant(Obj::None),
                }
                self.emit(Op::Yield);
            }
            ExprKind::YieldFrom(v) => {
                self.expr(v);
                self.emit(Op::YieldIter);
                self.constant(Obj::None);
                let start = self.here();
                let done = self.emit(Op::Send(0));
                self.emit(Op::YieldFrom);
                self.emit(Op::JumpBack(start as u32));
                self.land(done);
            }
        }
    }

    pub(super) fn tuple(&mut self, v: &[Expr]) {
        if has_star(v) {
            self.spread(v);
            self.emit(Op::ListToTuple);
        } else if v.iter().all(|e| matches!(&e.kind, ExprKind::Const(_))) && !v.is_empty() {
            let items =
                v.iter().map(|e| if let ExprKind::Const(c) = &e.kind { c.clone() } else { Obj::None }).collect();
            self.constant(Obj::tuple(items));
        } else {
            self.exprs(v);
            self.emit(Op::Tuple(v.len() as u32));
        }
    }

    /// A list of items some of which are starred.
    fn spread(&mut self, v: &[Expr]) {
        let plain = v.iter().take_while(|e| !matches!(e.kind, ExprKind::Starred(_))).count();
        self.exprs(&v[..plain]);
        self.emit(Op::List(plain as u32));
        for e in &v[plain..] {
            if let ExprKind::Starred(x) = &e.kind {
                self.expr(x);
                self.at(x.span);
                self.emit(Op::ListExtend);
            } else {
                self.expr(e);
                self.emit(Op::ListAppend(1));
            }
        }
    }

    pub(super) fn dict_of_keywords(&mut self, kw: &[(Option<Str>, Expr)]) {
        self.emit(Op::Dict(0));
        for (n, e) in kw {
            match n {
                Some(n) => {
                    self.constant(Obj::Str(n.clone()));
                    self.expr(e);
                    self.emit(Op::DictAdd(1));
                }
                None => {
                    self.expr(e);
                    self.emit(Op::DictUpdate(true));
                }
            }
        }
    }

    fn call(&mut self, f: &Expr, args: &[Expr], kw: &[(Option<Str>, Expr)]) {
        let span = self.unit().span;
        if let ExprKind::Name(n) = &f.kind
            && args.is_empty()
            && kw.is_empty()
            && matches!(self.place(n), Place::Global | Place::Name)
        {
            let own = self.scopes.map.get(&self.scopes.root).is_some_and(|s| s.binds(n.as_str()));
            match n.as_str() {
                "globals" if !own => {
                    self.emit(Op::Globals);
                    return;
                }
                "locals" | "vars" if !own => {
                    self.emit(Op::Locals);
                    return;
                }
                "dir" if !own => {
                    self.load(n);
                    self.emit(Op::Locals);
                    self.emit(Op::Call(1));
                    return;
                }
                "super" if !own => {
                    let class = intern("__class__");
                    if self.place(&class) == Place::Cell && !self.unit().code.locals.is_empty() {
                        self.load(n);
                        let c = self.cell(&class);
                        self.emit(Op::LoadDeref(c));
                        let first = self.unit().code.locals[0].clone();
                        self.load(&first);
                        self.emit(Op::Call(2));
                        return;
                    }
                }
                _ => {}
            }
        }
        let simple = !has_star(args) && kw.iter().all(|(n, _)| n.is_some()) && args.len() + kw.len() < 200;
        if !simple {
            self.expr(f);
            match args {
                [Expr { kind: ExprKind::Starred(x), .. }] => {
                    self.expr(x);
                    self.at(span);
                    self.emit(Op::StarArgs);
                }
                _ => self.tuple(args),
            }
            if !kw.is_empty() {
                self.dict_of_keywords(kw);
            }
            self.at(span);
            self.emit(Op::CallEx(!kw.is_empty()));
            return;
        }
        let method = match &f.kind {
            ExprKind::Attr(o, n, _) => {
                self.expr(o);
                let i = self.name_index(n);
                self.at(f.span);
                self.emit(Op::LoadMethod(i));
                true
            }
            _ => {
                self.expr(f);
                false
            }
        };
        self.exprs(args);
        for (_, e) in kw {
            self.expr(e);
        }
        self.at(span);
        let n = args.len() + kw.len();
        if kw.is_empty() {
            self.emit(if method { Op::CallMethod(n as u32) } else { Op::Call(n as u32) });
            return;
        }
        let names = Obj::tuple(kw.iter().filter_map(|(n, _)| n.clone()).map(Obj::Str).collect());
        let consts = &mut self.unit().code.consts;
        consts.push(names);
        let i = (consts.len() - 1) as u16;
        self.emit(if method { Op::CallMethodKw(n as u16, i) } else { Op::CallKw(n as u16, i) });
    }

    fn fstring(&mut self, parts: &[FPart]) {
        let mut n = 0;
        for p in parts {
            match p {
                FPart::Text(s) => self.constant(Obj::str(s.clone())),
                FPart::Value { value, conversion, spec } => {
                    self.expr(value);
                    if let Some(s) = spec {
                        self.fstring(s);
                    }
                    self.at(value.span);
                    self.emit(Op::Format(conversion.unwrap_or('\0'), spec.is_some()));
                }
            }
            n += 1;
        }
        self.emit(Op::Join(n));
    }

    fn comprehension(&mut self, e: &Expr, kind: CompKind, a: &Expr, b: Option<&Expr>, gens: &[CompFor]) {
        let name = match kind {
            CompKind::List => "<listcomp>",
            CompKind::Set => "<setcomp>",
            CompKind::Dict => "<dictcomp>",
            CompKind::Gen => "<genexpr>",
        };
        let params = Params {
            args: vec![Param { name: intern(".0"), span: e.span, annotation: None, default: None }],
            ..Params::default()
        };
        self.function(key(e), name, &params, None, &mut |c| {
            match kind {
                CompKind::List => drop(c.emit(Op::List(0))),
                CompKind::Set => drop(c.emit(Op::Set(0))),
                CompKind::Dict => drop(c.emit(Op::Dict(0))),
                CompKind::Gen => {}
            }
            c.comp_for(kind, a, b, gens, 0);
            if kind == CompKind::Gen {
                c.constant(Obj::None);
            }
            c.emit(Op::Return);
        });
        if let Some(g) = gens.first() {
            self.expr(&g.iter);
            self.at(g.iter.span);
            self.emit(Op::GetIter);
        }
        self.at(e.span);
        self.emit(Op::Call(1));
    }

    fn comp_for(&mut self, kind: CompKind, a: &Expr, b: Option<&Expr>, gens: &[CompFor], depth: usize) {
        let Some(g) = gens.get(depth) else {
            self.expr(a);
            if let Some(b) = b {
                self.expr(b);
            }
            self.at(a.span);
            let under = gens.len() as u32 + 1;
            match kind {
                CompKind::List => self.emit(Op::ListAppend(under)),
                CompKind::Set => self.emit(Op::SetAdd(under)),
                CompKind::Dict => self.emit(Op::DictAdd(under)),
                CompKind::Gen => {
                    self.emit(Op::Yield);
                    self.emit(Op::Pop)
                }
            };
            return;
        };
        if depth == 0 {
            self.emit(Op::LoadFast(0));
        } else {
            self.expr(&g.iter);
            self.at(g.iter.span);
            self.emit(Op::GetIter);
        }
        let start = self.here();
        self.at(g.iter.span);
        let exit = self.emit(Op::ForIter(0));
        self.assign(&g.target);
        for i in &g.ifs {
            for j in self.jump_unless(i) {
                self.patch(j, start as u32);
            }
        }
        self.comp_for(kind, a, b, gens, depth + 1);
        self.emit(Op::JumpBack(start as u32));
        self.land(exit);
    }

    /// Jumps, still to land, that are taken where the test fails.
    pub(super) fn jump_unless(&mut self, test: &Expr) -> Vec<usize> {
        match &test.kind {
            ExprKind::Not(x) => self.jump_if(x),
            ExprKind::And(v) => v.iter().flat_map(|x| self.jump_unless(x)).collect(),
            ExprKind::Or(v) => {
                let mut yes = Vec::new();
                for x in &v[..v.len() - 1] {
                    yes.extend(self.jump_if(x));
                }
                let no = self.jump_unless(&v[v.len() - 1]);
                yes.into_iter().for_each(|j| self.land(j));
                no
            }
            _ => {
                self.expr(test);
                let before = self.at(test.span);
                let j = self.emit(Op::JumpIfFalse(0));
                self.at(before);
                vec![j]
            }
        }
    }

    /// Jumps, still to land, that are taken where the test holds.
    pub(super) fn jump_if(&mut self, test: &Expr) -> Vec<usize> {
        match &test.kind {
            ExprKind::Not(x) => self.jump_unless(x),
            ExprKind::Or(v) => v.iter().flat_map(|x| self.jump_if(x)).collect(),
            ExprKind::And(v) => {
                let mut no = Vec::new();
                for x in &v[..v.len() - 1] {
                    no.extend(self.jump_unless(x));
                }
                let yes = self.jump_if(&v[v.len() - 1]);
                no.into_iter().for_each(|j| self.land(j));
                yes
            }
            _ => {
                self.expr(test);
                let before = self.at(test.span);
                let j = self.emit(Op::JumpIfTrue(0));
                self.at(before);
                vec![j]
            }
        }
    }
}

fn has_star(v: &[Expr]) -> bool {
    v.iter().any(|e| matches!(e.kind, ExprKind::Starred(_)))
}

fn test_op(t: Test) -> Op {
    match t {
        Test::Cmp(c) => Op::Compare(c),
        Test::Is => Op::Is(true),
        Test::IsNot => Op::Is(false),
        Test::In => Op::In(true),
        Test::NotIn => Op::In(false),
    }
}

/// The names of keyword arguments, from the tuple constant of a call.
pub fn keyword_names(o: &Obj) -> Vec<Str> {
    match o {
        Obj::Tuple(t) => t.iter().filter_map(|n| if let Obj::Str(s) = n { Some(Rc::clone(s)) } else { None }).collect(),
        _ => Vec::new(),
    }
}
