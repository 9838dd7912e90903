//! The tests of `match` statements.

use super::Vm;
use super::code::Op;
use super::frame::Ret;
use crate::obj::{Obj, PyDict, R, Str, intern, type_error, types};
use crate::ops;
use crate::rt::Rt;

impl Vm {
    pub(super) fn match_op(&mut self, op: Op) -> R<()> {
        match op {
            Op::MatchSeq(n, exact) => {
                let len = match self.stack.last().map(Obj::base) {
                    Some(Obj::List(l)) => Some(l.len()),
                    Some(Obj::Tuple(t)) => Some(t.len()),
                    Some(Obj::Range(r)) => Some(r.len() as usize),
                    _ => None,
                };
                let hit = len.is_some_and(|l| if exact { l == n as usize } else { l >= n as usize });
                self.stack.push(Obj::Bool(hit));
                Ok(())
            }
            Op::MatchMap => {
                let hit = matches!(self.stack.last().map(Obj::base), Some(Obj::Dict(_)));
                self.stack.push(Obj::Bool(hit));
                Ok(())
            }
            Op::MatchKeys => {
                let keys = self.stack.pop().unwrap_or_default();
                let subject = self.stack.pop().unwrap_or_default();
                let rt = self.rt.clone();
                self.spawn(Box::pin(async move { match_keys(&rt, &subject, &keys).await }), Ret::Push)
            }
            Op::MatchRest => {
                let keys = self.stack.pop().unwrap_or_default();
                let subject = self.stack.pop().unwrap_or_default();
                let rt = self.rt.clone();
                self.spawn(
                    Box::pin(async move {
                        let d = match subject.base() {
                            Obj::Dict(d) => d.copy()?,
                            _ => PyDict::new(),
                        };
                        for k in keys.as_tuple().map(|t| t.to_vec()).unwrap_or_default() {
                            ops::dict_del(&rt, &d, &k).await?;
                        }
                        Ok(Obj::Dict(d))
                    }),
                    Ret::Push,
                )
            }
            Op::MatchClass(n, names) => {
                let names = crate::compile::keyword_names(&self.top()?.code.consts[names as usize]);
                let class = self.stack.pop().unwrap_or_default();
                let subject = self.stack.pop().unwrap_or_default();
                let rt = self.rt.clone();
                self.spawn(
                    Box::pin(async move { match_class(&rt, &subject, &class, n as usize, names).await }),
                    Ret::Push,
                )
            }
            _ => Ok(()),
        }
    }
}

/// The values under the keys, or None where one is missing.
async fn match_keys(rt: &Rt, subject: &Obj, keys: &Obj) -> R<Obj> {
    let Obj::Dict(d) = subject.base() else { return Ok(Obj::None) };
    let mut out = Vec::new();
    for k in keys.as_tuple().map(|t| t.to_vec()).unwrap_or_default() {
        match ops::dict_get(rt, d, &k).await? {
            Some(v) => out.push(v),
            None => return Ok(Obj::None),
        }
    }
    Ok(Obj::tuple(out))
}

/// The attributes a class pattern asks for, or None where there is no match.
async fn match_class(rt: &Rt, subject: &Obj, class: &Obj, n: usize, names: Vec<Str>) -> R<Obj> {
    let Obj::Class(c) = class else { return Err(type_error("called match pattern must be a class")) };
    if !subject.class().is_subclass(c) {
        return Ok(Obj::None);
    }
    let mut out = Vec::new();
    let t = types();
    let whole = [&t.bool, &t.bytes, &t.dict, &t.float, &t.frozenset, &t.int, &t.list, &t.set, &t.str, &t.tuple];
    if n > 0 {
        if whole.into_iter().any(|w| std::rc::Rc::ptr_eq(w, c)) {
            if n > 1 {
                return Err(type_error(format!("{}() accepts 1 positional sub-pattern ({n} given)", c.name.borrow())));
            }
            out.push(subject.clone());
        } else {
            let args = match c.lookup(&intern("__match_args__")) {
                Some(Obj::Tuple(t)) => t.to_vec(),
                _ => Vec::new(),
            };
            if n > args.len() {
                return Err(type_error(format!(
                    "{}() accepts {} positional sub-pattern{} ({n} given)",
                    c.name.borrow(),
                    args.len(),
                    if args.len() == 1 { "" } else { "s" }
                )));
            }
            for a in &args[..n] {
                let Some(a) = a.as_str() else { return Ok(Obj::None) };
                match ops::get_attr_opt(rt, subject, a).await? {
                    Some(v) => out.push(v),
                    None => return Ok(Obj::None),
                }
            }
        }
    }
    for a in &names {
        match ops::get_attr_opt(rt, subject, a).await? {
            Some(v) => out.push(v),
            None => return Ok(Obj::None),
        }
    }
    Ok(Obj::tuple(out))
}
