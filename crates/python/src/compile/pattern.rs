//! `match` statements. Each pattern is compiled with its subject in a hidden local; a failing test jumps to the next case.

use super::ast::*;
use super::codegen::Compiler;
use crate::obj::{Obj, Str};
use crate::ops::CmpOp;
use crate::vm::code::Op;

impl<'a> Compiler<'a> {
    pub(super) fn match_statement(&mut self, subject: &Expr, cases: &'a [(Pattern, Option<Expr>, Block)]) {
        self.expr(subject);
        let slot = self.hidden();
        self.emit(Op::StoreFast(slot));
        let mut ends = Vec::new();
        for (p, guard, body) in cases {
            let mut fails = Vec::new();
            let mut captures = Vec::new();
            self.pattern(p, slot, &mut fails, &mut captures);
            for (name, from) in captures {
                self.emit(Op::LoadFast(from));
                self.store(&name);
            }
            if let Some(g) = guard {
                fails.extend(self.jump_unless(g));
            }
            self.block(body);
            ends.push(self.emit(Op::Jump(0)));
            fails.into_iter().for_each(|j| self.land(j));
        }
        ends.into_iter().for_each(|j| self.land(j));
    }

    /// Tests the object in `slot`; names are bound only once the whole pattern holds.
    fn pattern(&mut self, p: &Pattern, slot: u32, fails: &mut Vec<usize>, captures: &mut Vec<(Str, u32)>) {
        match p {
            Pattern::Value(e) => {
                self.emit(Op::LoadFast(slot));
                self.expr(e);
                self.emit(Op::Compare(CmpOp::Eq));
                fails.push(self.emit(Op::JumpIfFalse(0)));
            }
            Pattern::Singleton(o) => {
                self.emit(Op::LoadFast(slot));
                self.constant(o.clone());
                self.emit(Op::Is(true));
                fails.push(self.emit(Op::JumpIfFalse(0)));
            }
            Pattern::As(inner, name) => {
                if let Some(p) = inner {
                    self.pattern(p, slot, fails, captures);
                }
                if let Some(n) = name {
                    captures.push((n.clone(), slot));
                }
            }
            Pattern::Star(_) => {}
            Pattern::Or(ps) => {
                // Alternatives bind the same names: each leaves them in slots shared by all.
                let mut shared: Vec<(Str, u32)> = Vec::new();
                let mut done = Vec::new();
                for (i, p) in ps.iter().enumerate() {
                    let mut next = Vec::new();
                    let mut own = Vec::new();
                    self.pattern(p, slot, &mut next, &mut own);
                    for (n, from) in own {
                        let to = match shared.iter().find(|(m, _)| m.as_str() == n.as_str()) {
                            Some((_, s)) => *s,
                            None => {
                                let s = self.hidden();
                                shared.push((n, s));
                                s
                            }
                        };
                        self.emit(Op::LoadFast(from));
                        self.emit(Op::StoreFast(to));
                    }
                    if i + 1 < ps.len() {
                        done.push(self.emit(Op::Jump(0)));
                        next.into_iter().for_each(|j| self.land(j));
                    } else {
                        fails.extend(next);
                    }
                }
                done.into_iter().for_each(|j| self.land(j));
                captures.extend(shared);
            }
            Pattern::Sequence(ps) => {
                let star = ps.iter().position(|p| matches!(p, Pattern::Star(_)));
                let fixed = ps.len() - usize::from(star.is_some());
                self.emit(Op::LoadFast(slot));
                self.emit(Op::MatchSeq(fixed as u16, star.is_none()));
                let yes = self.emit(Op::JumpIfTrue(0));
                self.emit(Op::Pop);
                fails.push(self.emit(Op::Jump(0)));
                self.land(yes);
                match star {
                    Some(i) => self.emit(Op::UnpackEx(i as u16, (ps.len() - i - 1) as u16)),
                    None => self.emit(Op::Unpack(ps.len() as u32)),
                };
                let slots: Vec<u32> = ps
                    .iter()
                    .map(|_| {
                        let s = self.hidden();
                        self.emit(Op::StoreFast(s));
                        s
                    })
                    .collect();
                for (p, s) in ps.iter().zip(slots) {
                    match p {
                        Pattern::Star(Some(n)) => captures.push((n.clone(), s)),
                        Pattern::Star(None) => {}
                        p => self.pattern(p, s, fails, captures),
                    }
                }
            }
            Pattern::Mapping(items, rest) => {
                self.emit(Op::LoadFast(slot));
                self.emit(Op::MatchMap);
                let yes = self.emit(Op::JumpIfTrue(0));
                self.emit(Op::Pop);
                fails.push(self.emit(Op::Jump(0)));
                self.land(yes);
                items.iter().for_each(|(k, _)| self.expr(k));
                self.emit(Op::Tuple(items.len() as u32));
                // subject keys -> values or None
                if rest.is_some() {
                    self.emit(Op::Dup2);
                }
                self.emit(Op::MatchKeys);
                let values = self.hidden();
                self.emit(Op::StoreFast(values));
                if let Some(n) = rest {
                    self.emit(Op::MatchRest);
                    let s = self.hidden();
                    self.emit(Op::StoreFast(s));
                    captures.push((n.clone(), s));
                }
                self.parts(values, items.len(), items.iter().map(|(_, p)| p), fails, captures);
            }
            Pattern::Class(class, pos, kw) => {
                self.emit(Op::LoadFast(slot));
                self.expr(class);
                let names = Obj::tuple(kw.iter().map(|(n, _)| Obj::Str(n.clone())).collect());
                let consts = &mut self.unit().code.consts;
                consts.push(names);
                let i = (consts.len() - 1) as u16;
                self.emit(Op::MatchClass(pos.len() as u16, i));
                let values = self.hidden();
                self.emit(Op::StoreFast(values));
                let all = pos.iter().chain(kw.iter().map(|(_, p)| p));
                self.parts(values, pos.len() + kw.len(), all, fails, captures);
            }
        }
    }

    /// Tests the items of the tuple in `values`, which is None where there was no match.
    fn parts<'p>(
        &mut self,
        values: u32,
        n: usize,
        patterns: impl Iterator<Item = &'p Pattern>,
        fails: &mut Vec<usize>,
        captures: &mut Vec<(Str, u32)>,
    ) {
        self.emit(Op::LoadFast(values));
        self.constant(Obj::None);
        self.emit(Op::Is(true));
        fails.push(self.emit(Op::JumpIfTrue(0)));
        self.emit(Op::LoadFast(values));
        self.emit(Op::Unpack(n as u32));
        let slots: Vec<u32> = (0..n)
            .map(|_| {
                let s = self.hidden();
                self.emit(Op::StoreFast(s));
                s
            })
            .collect();
        for (p, s) in patterns.zip(slots) {
            self.pattern(p, s, fails, captures);
        }
    }
}
