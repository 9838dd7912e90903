//! Instructions that may call, raise, allocate or wait. Each tries its sync operation; where that would have to call
//! Python or wait for a device, the async one becomes a frame.

use std::rc::Rc;

use super::Vm;
use super::code::{Code, Op};
use super::frame::{ClassParts, Frame, PyFrame, Ret};
use crate::compile::keyword_names;
use crate::obj::containers::{Function, PySlice};
use crate::obj::{
    E, Exc, Fut, Obj, PyDict, PySet, R, Str, intern, mem, name_error, runtime_error, type_error, value_error,
};
use crate::ops;

/// Whether the async form of the operation has to take over.
fn later(e: &Exc) -> bool {
    matches!(e, Exc::NeedsVm | Exc::Read(_))
}

impl Vm {
    pub(super) fn top(&mut self) -> R<&mut PyFrame> {
        match self.frames.last_mut() {
            Some(Frame::Py(f)) => Ok(f),
            _ => Err(runtime_error("no Python frame is running")),
        }
    }

    fn code(&mut self) -> R<Rc<Code>> {
        Ok(self.top()?.code.clone())
    }

    fn pop(&mut self) -> Obj {
        self.stack.pop().unwrap_or_default()
    }

    fn pop_n(&mut self, n: usize) -> Vec<Obj> {
        let at = self.stack.len().saturating_sub(n);
        self.stack.split_off(at)
    }

    /// Pops `n` operands, and pushes the result of a future.
    fn defer(&mut self, n: usize, f: impl FnOnce(crate::rt::Rt, Vec<Obj>) -> Fut) -> R<()> {
        let v = self.pop_n(n);
        let fut = f(self.rt.clone(), v);
        self.spawn(fut, Ret::Push)
    }

    /// Replaces `n` operands by a result, or lets the async form do it.
    fn result(&mut self, n: usize, r: R<Obj>, f: impl FnOnce(crate::rt::Rt, Vec<Obj>) -> Fut) -> R<()> {
        match r {
            Ok(v) => {
                let at = self.stack.len() - n;
                self.stack.truncate(at);
                self.stack.push(v);
                Ok(())
            }
            Err(e) if later(&e) => self.defer(n, f),
            Err(e) => Err(e),
        }
    }

    fn name(&mut self, i: u32) -> R<Str> {
        Ok(self.top()?.code.names[i as usize].clone())
    }

    /// Tells the runtime where in the user's source the running instruction is.
    pub(super) fn note_span(&mut self) {
        let span = match self.frames.last() {
            Some(Frame::Py(f)) if !f.code.source.as_ref().is_some_and(|s| s.internal) => {
                f.code.spans.get(f.pc.wrapping_sub(1)).copied()
            }
            _ => None,
        };
        if let Some(s) = span {
            self.rt.span.set(s);
        }
    }

    pub(super) fn slow(&mut self, op: Op) -> R<()> {
        self.note_span();
        let n = self.stack.len();
        match op {
            Op::Binary(b) => {
                let r = ops::binary_sync(&self.rt, b, &self.stack[n - 2], &self.stack[n - 1]);
                self.result(2, r, |rt, v| Box::pin(async move { ops::binary(&rt, b, &v[0], &v[1]).await }))
            }
            Op::Inplace(b) => {
                let r = ops::inplace_sync(&self.rt, b, &self.stack[n - 2], &self.stack[n - 1]);
                self.result(2, r, |rt, v| Box::pin(async move { ops::inplace(&rt, b, &v[0], &v[1]).await }))
            }
            Op::Unary(u) => {
                let r = ops::unary_sync(&self.rt, u, &self.stack[n - 1]);
                self.result(1, r, |rt, v| Box::pin(async move { ops::unary(&rt, u, &v[0]).await }))
            }
            Op::Compare(c) => {
                let r = ops::compare_sync(&self.rt, c, &self.stack[n - 2], &self.stack[n - 1]);
                self.result(2, r, |rt, v| Box::pin(async move { ops::compare(&rt, c, &v[0], &v[1]).await }))
            }
            Op::In(want) => {
                let r = ops::contains_sync(&self.rt, &self.stack[n - 1], &self.stack[n - 2]);
                let r = r.map(|b| Obj::Bool(b == want));
                self.result(2, r, move |rt, v| {
                    Box::pin(async move { ops::contains(&rt, &v[1], &v[0]).await.map(|b| Obj::Bool(b == want)) })
                })
            }
            Op::Not => {
                let r = ops::truth_sync(&self.stack[n - 1]).map(|b| Obj::Bool(!b));
                self.result(1, r, |rt, v| Box::pin(async move { ops::truth(&rt, &v[0]).await.map(|b| Obj::Bool(!b)) }))
            }
            // The truth value comes back as a bool, and the jump is done again.
            Op::JumpIfFalse(_) | Op::JumpIfTrue(_) => {
                match ops::truth_sync(&self.stack[n - 1]) {
                    Err(e) if !later(&e) => return Err(e),
                    _ => {}
                }
                self.top()?.pc -= 1;
                self.defer(1, |rt, v| Box::pin(async move { ops::truth(&rt, &v[0]).await.map(Obj::Bool) }))
            }
            Op::GetIter => {
                let r = ops::iter_sync(&self.stack[n - 1]);
                self.result(1, r, |rt, v| Box::pin(async move { ops::get_iter(&rt, &v[0]).await }))
            }
            Op::ForIter(exit) => match ops::iter_next_sync(&self.rt, &self.stack[n - 1]) {
                Ok(Some(v)) => {
                    self.stack.push(v);
                    Ok(())
                }
                Ok(None) => {
                    self.stack.pop();
                    self.goto(exit);
                    Ok(())
                }
                Err(e) if later(&e) => {
                    let (rt, it) = (self.rt.clone(), self.stack[n - 1].clone());
                    let fut = Box::pin(async move { Ok(ops::iter_next(&rt, &it).await?.unwrap_or(Obj::Null)) });
                    self.spawn(fut, Ret::ForIterNull(exit))
                }
                Err(e) => Err(e),
            },
            Op::GetItem => {
                let r = ops::get_item_sync(&self.rt, &self.stack[n - 2], &self.stack[n - 1]);
                self.result(2, r, |rt, v| Box::pin(async move { ops::get_item(&rt, &v[0], &v[1]).await }))
            }
            Op::SetItem => {
                let (o, k, x) = (&self.stack[n - 2], &self.stack[n - 1], &self.stack[n - 3]);
                match ops::set_item_sync(&self.rt, o, k, x) {
                    Ok(()) => {
                        self.stack.truncate(n - 3);
                        Ok(())
                    }
                    Err(e) if later(&e) => {
                        self.defer(3, |rt, v| {
                            Box::pin(async move { ops::set_item(&rt, &v[1], &v[2], &v[0]).await.map(|()| Obj::None) })
                        })?;
                        self.discard()
                    }
                    Err(e) => Err(e),
                }
            }
            Op::DelItem => {
                self.defer(2, |rt, v| {
                    Box::pin(async move { ops::del_item(&rt, &v[0], &v[1]).await.map(|()| Obj::None) })
                })?;
                self.discard()
            }
            Op::LoadAttr(i) => {
                let name = self.name(i)?;
                let r = ops::get_attr_sync(&self.rt, &self.stack[n - 1], &name);
                self.result(1, r, |rt, v| Box::pin(async move { ops::get_attr(&rt, &v[0], &name).await }))
            }
            Op::StoreAttr(i) => {
                let name = self.name(i)?;
                match ops::set_attr_sync(&self.rt, &self.stack[n - 1], &name, &self.stack[n - 2]) {
                    Ok(()) => {
                        self.stack.truncate(n - 2);
                        Ok(())
                    }
                    Err(e) if later(&e) => {
                        self.defer(2, |rt, v| {
                            Box::pin(async move { ops::set_attr(&rt, &v[1], &name, &v[0]).await.map(|()| Obj::None) })
                        })?;
                        self.discard()
                    }
                    Err(e) => Err(e),
                }
            }
            Op::DelAttr(i) => {
                let name = self.name(i)?;
                self.defer(1, |rt, v| {
                    Box::pin(async move { ops::del_attr(&rt, &v[0], &name).await.map(|()| Obj::None) })
                })?;
                self.discard()
            }
            Op::LoadMethod(i) => self.load_method(i),
            Op::Call(k) => self.call_op(k as usize, None, false),
            Op::CallKw(k, names) => {
                let names = keyword_names(&self.code()?.consts[names as usize]);
                self.call_op(k as usize, Some(names), false)
            }
            Op::CallMethod(k) => self.call_op(k as usize, None, true),
            Op::CallMethodKw(k, names) => {
                let names = keyword_names(&self.code()?.consts[names as usize]);
                self.call_op(k as usize, Some(names), true)
            }
            Op::CallEx(has_kw) => self.call_spread(has_kw),
            Op::Slice => {
                let v = self.pop_n(3);
                let [start, stop, step] = <[Obj; 3]>::try_from(v).unwrap_or_default();
                self.stack.push(Obj::Slice(Rc::new(PySlice { start, stop, step })));
                Ok(())
            }
            Op::Set(k) => {
                let v = self.pop_n(k as usize);
                let s = PySet::new(false);
                for (i, x) in v.iter().enumerate() {
                    match s.add(x.clone()) {
                        Ok(_) => {}
                        Err(e) if later(&e) => {
                            let (rt, rest) = (self.rt.clone(), v[i..].to_vec());
                            return self.spawn(
                                Box::pin(async move {
                                    for x in rest {
                                        ops::set_add(&rt, &s, x).await?;
                                    }
                                    Ok(Obj::Set(s))
                                }),
                                Ret::Push,
                            );
                        }
                        Err(e) => return Err(e),
                    }
                }
                self.stack.push(Obj::Set(s));
                Ok(())
            }
            Op::Dict(k) => {
                let v = self.pop_n(2 * k as usize);
                let d = PyDict::new();
                for (i, kv) in v.chunks(2).enumerate() {
                    match d.set(kv[0].clone(), kv[1].clone()) {
                        Ok(()) => {}
                        Err(e) if later(&e) => {
                            let (rt, rest) = (self.rt.clone(), v[2 * i..].to_vec());
                            return self.spawn(
                                Box::pin(async move {
                                    for kv in rest.chunks(2) {
                                        ops::dict_set(&rt, &d, kv[0].clone(), kv[1].clone()).await?;
                                    }
                                    Ok(Obj::Dict(d))
                                }),
                                Ret::Push,
                            );
                        }
                        Err(e) => return Err(e),
                    }
                }
                self.stack.push(Obj::Dict(d));
                Ok(())
            }
            Op::SetAdd(under) => {
                let x = self.pop();
                let at = self.stack.len() - under as usize;
                let Obj::Set(s) = self.stack[at].clone() else { return Ok(()) };
                match s.add(x.clone()) {
                    Ok(_) => Ok(()),
                    Err(e) if later(&e) => {
                        let rt = self.rt.clone();
                        self.spawn(
                            Box::pin(async move { ops::set_add(&rt, &s, x).await.map(|_| Obj::None) }),
                            Ret::Push,
                        )?;
                        self.discard()
                    }
                    Err(e) => Err(e),
                }
            }
            Op::DictAdd(under) => {
                let x = self.pop();
                let k = self.pop();
                let at = self.stack.len() - under as usize;
                let Obj::Dict(d) = self.stack[at].clone() else { return Ok(()) };
                match d.set(k.clone(), x.clone()) {
                    Ok(()) => Ok(()),
                    Err(e) if later(&e) => {
                        let rt = self.rt.clone();
                        self.spawn(
                            Box::pin(async move { ops::dict_set(&rt, &d, k, x).await.map(|()| Obj::None) }),
                            Ret::Push,
                        )?;
                        self.discard()
                    }
                    Err(e) => Err(e),
                }
            }
            Op::ListExtend => {
                let it = self.pop();
                let Some(Obj::List(l)) = self.stack.last().cloned() else { return Ok(()) };
                match ops::to_vec_sync(&self.rt, &it) {
                    Ok(v) => {
                        l.v.borrow_mut().extend(v);
                        l.account()
                    }
                    Err(e) if later(&e) => {
                        let rt = self.rt.clone();
                        self.spawn(
                            Box::pin(async move {
                                let v = ops::to_vec(&rt, &it).await?;
                                l.v.borrow_mut().extend(v);
                                l.account()?;
                                Ok(Obj::None)
                            }),
                            Ret::Push,
                        )?;
                        self.discard()
                    }
                    Err(_) => Err(type_error(format!("Value after * must be an iterable, not {}", it.type_name()))),
                }
            }
            Op::SetUpdate => {
                let it = self.pop();
                let Some(Obj::Set(s)) = self.stack.last().cloned() else { return Ok(()) };
                let rt = self.rt.clone();
                self.spawn(
                    Box::pin(async move {
                        for x in ops::to_vec(&rt, &it).await? {
                            ops::set_add(&rt, &s, x).await?;
                        }
                        Ok(Obj::None)
                    }),
                    Ret::Push,
                )?;
                self.discard()
            }
            Op::DictUpdate(as_keywords) => {
                let m = self.pop();
                let Some(Obj::Dict(d)) = self.stack.last().cloned() else { return Ok(()) };
                let rt = self.rt.clone();
                // The function lies under its arguments, unless this is a class statement.
                let callee = n.checked_sub(4).map(|i| function_name(&self.stack[i])).unwrap_or_default();
                let callee = if as_keywords { callee } else { String::new() };
                self.spawn(Box::pin(super::call::merge(rt, d, m, as_keywords, callee)), Ret::Push)?;
                self.discard()
            }
            Op::StarArgs => match ops::to_vec_sync(&self.rt, &self.stack[n - 1]) {
                Err(Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) => Err(type_error(format!(
                    "{}argument after * must be an iterable, not {}",
                    function_name(&self.stack[n - 2]),
                    self.stack[n - 1].type_name()
                ))),
                r => self.result(1, r.map(Obj::tuple), |rt, v| {
                    Box::pin(async move { ops::to_vec(&rt, &v[0]).await.map(Obj::tuple) })
                }),
            },
            Op::ListToTuple => {
                let l = self.pop();
                let items = if let Obj::List(l) = &l { l.items() } else { Vec::new() };
                self.stack.push(Obj::tuple(items));
                Ok(())
            }
            Op::Join(k) => {
                let v = self.pop_n(k as usize);
                let total: usize = v.iter().filter_map(Obj::as_str).map(|s| s.as_str().len()).sum();
                mem::check(total)?;
                self.rt.charge((total / 64) as u64)?;
                let mut s = String::with_capacity(total);
                v.iter().filter_map(Obj::as_str).for_each(|p| s.push_str(p.as_str()));
                self.stack.push(Obj::str(s));
                Ok(())
            }
            Op::Format(conversion, has_spec) => self.format(conversion, has_spec),
            Op::Unpack(k) => {
                let v = self.pop();
                match ops::to_vec_sync_limit(&self.rt, &v, k as usize + 1) {
                    Ok(items) => {
                        let items = unpack(items, k as usize, None)?;
                        self.stack.extend(items.into_iter().rev());
                        Ok(())
                    }
                    Err(e) if later(&e) => {
                        let rt = self.rt.clone();
                        self.top()?.pc -= 1;
                        self.spawn(
                            Box::pin(async move {
                                let items = take(&rt, &v, k as usize + 1).await?;
                                unpack(items, k as usize, None).map(Obj::tuple)
                            }),
                            Ret::Push,
                        )
                    }
                    Err(e) => Err(unpack_error(e, &v)),
                }
            }
            Op::UnpackEx(a, b) => {
                let v = self.pop();
                match ops::to_vec_sync(&self.rt, &v) {
                    Ok(items) => {
                        let items = unpack(items, a as usize, Some(b as usize))?;
                        self.stack.extend(items.into_iter().rev());
                        Ok(())
                    }
                    Err(e) if later(&e) => {
                        let rt = self.rt.clone();
                        self.top()?.pc -= 1;
                        self.spawn(Box::pin(async move { ops::to_vec(&rt, &v).await.map(Obj::tuple) }), Ret::Push)
                    }
                    Err(e) => Err(unpack_error(e, &v)),
                }
            }
            Op::DelFast(i) => {
                let base = self.top()?.base;
                let at = base + i as usize;
                if !self.stack[at].given() {
                    let name = self.code()?.locals[i as usize].clone();
                    return Err(E::UnboundLocalError.msg(format!(
                        "cannot access local variable '{name}' where it is not associated with a value"
                    )));
                }
                self.stack[at] = Obj::Null;
                Ok(())
            }
            Op::DelDeref(i) => {
                let cell = self.top()?.cells[i as usize].clone();
                let old = cell.v.take();
                if !old.given() {
                    let name = self.code()?.cells[i as usize].clone();
                    return Err(name_error(format!("name '{name}' is not defined")));
                }
                Ok(())
            }
            Op::DelGlobal(i) => {
                let name = self.name(i)?;
                match self.top()?.globals.del_str(&name) {
                    Some(_) => Ok(()),
                    None => Err(name_error(format!("name '{name}' is not defined"))),
                }
            }
            Op::LoadName(i) => {
                let name = self.name(i)?;
                let f = self.top()?;
                let own = f.ns.as_ref().and_then(|d| d.get_str(&name));
                let v = own.or_else(|| f.globals.get_str(&name));
                let v = v.or_else(|| self.rt.builtins.get_str(&name));
                match v {
                    Some(v) => self.stack.push(v),
                    None if name.as_str() == "__annotations__" => {
                        let d = Obj::Dict(PyDict::new());
                        if let Some(ns) = &self.top()?.ns {
                            ns.set_str(&name, d.clone());
                        }
                        self.stack.push(d);
                    }
                    None => return Err(name_error(format!("name '{name}' is not defined"))),
                }
                Ok(())
            }
            Op::LoadClassDeref(i, c) => {
                let name = self.name(u32::from(i))?;
                let f = self.top()?;
                let v = match f.ns.as_ref().and_then(|d| d.get_str(&name)) {
                    Some(v) => v,
                    None => f.cells[c as usize].v.borrow().clone(),
                };
                if !v.given() {
                    return Err(name_error(format!(
                        "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
                    )));
                }
                self.stack.push(v);
                Ok(())
            }
            Op::StoreName(i) => {
                let name = self.name(i)?;
                let v = self.pop();
                let f = self.top()?;
                f.ns.as_ref().unwrap_or(&f.globals).set_str(&name, v);
                Ok(())
            }
            Op::DelName(i) => {
                let name = self.name(i)?;
                let f = self.top()?;
                match f.ns.as_ref().unwrap_or(&f.globals).del_str(&name) {
                    Some(_) => Ok(()),
                    None => Err(name_error(format!("name '{name}' is not defined"))),
                }
            }
            Op::Function(c, flags) => self.make_function(c as usize, flags),
            Op::Class(i) => self.class_op(i),
            Op::YieldIter => match &self.stack[n - 1] {
                Obj::Generator(_) => Ok(()),
                o => {
                    let r = ops::iter_sync(o);
                    self.result(1, r, |rt, v| Box::pin(async move { ops::get_iter(&rt, &v[0]).await }))
                }
            },
            Op::Send(exit) => {
                let v = self.pop();
                let it = self.stack[n - 2].clone();
                match it {
                    Obj::Generator(g) => self.resume(&g, v, Ret::Send(exit)),
                    it => {
                        let rt = self.rt.clone();
                        let fut = Box::pin(async move { super::generator::send_to(&rt, &it, v).await });
                        self.spawn(fut, Ret::Send(exit))
                    }
                }
            }
            Op::Raise(k) => self.raise_op(k),
            Op::Reraise => {
                let e = self.top()?.handling.pop().unwrap_or(Obj::None);
                Err(Exc::Py(e))
            }
            Op::RaiseTop => {
                let e = self.pop();
                Err(Exc::Py(e))
            }
            Op::ExcMatch => {
                let classes = self.pop();
                let e = self.top()?.handling.last().cloned().unwrap_or(Obj::None);
                let hit = matches_class(&e, &classes)?;
                self.stack.push(Obj::Bool(hit));
                Ok(())
            }
            Op::ExcInfo => {
                let e = self.top()?.handling.last().cloned().unwrap_or(Obj::None);
                self.stack.push(Obj::Class(e.class()));
                self.stack.push(e);
                self.stack.push(Obj::None);
                Ok(())
            }
            Op::WithPrep => {
                let m = self.pop();
                let class = m.class();
                let (Some(_), Some(_)) = (class.lookup(&intern("__enter__")), class.lookup(&intern("__exit__"))) else {
                    // A host object answers by itself.
                    if let Obj::Native(_) = &m
                        && let (Ok(enter), Ok(exit)) = (
                            ops::get_attr_sync(&self.rt, &m, &intern("__enter__")),
                            ops::get_attr_sync(&self.rt, &m, &intern("__exit__")),
                        )
                    {
                        self.stack.push(exit);
                        self.stack.push(enter);
                        return Ok(());
                    }
                    let missing =
                        if class.lookup(&intern("__enter__")).is_some() { " (missed __exit__ method)" } else { "" };
                    return Err(type_error(format!(
                        "'{}' object does not support the context manager protocol{missing}",
                        m.type_name()
                    )));
                };
                for name in ["__exit__", "__enter__"] {
                    let f = ops::get_attr_sync(&self.rt, &m, &intern(name))?;
                    self.stack.push(f);
                }
                Ok(())
            }
            Op::Import(i) => {
                let name = self.name(i)?;
                self.import(name.as_str(), false)
            }
            Op::ImportFrom(i) => {
                let name = self.name(i)?;
                self.import_from(&name)
            }
            Op::ImportStar => {
                let m = self.pop();
                let Obj::Module(m) = m else { return Ok(()) };
                let globals = self.top()?.globals.clone();
                let listed = m.dict.get_name("__all__");
                for (k, v) in m.dict.items() {
                    let Some(s) = k.as_str().cloned() else { continue };
                    let wanted = match &listed {
                        Some(all) => ops::contains_sync(&self.rt, all, &k)?,
                        None => !s.starts_with('_'),
                    };
                    if wanted {
                        globals.set_str(&s, v);
                    }
                }
                Ok(())
            }
            Op::Globals => {
                let g = self.top()?.globals.clone();
                self.stack.push(Obj::Dict(g));
                Ok(())
            }
            Op::Locals => self.locals(),
            Op::MatchSeq(..) | Op::MatchMap | Op::MatchKeys | Op::MatchClass(..) | Op::MatchRest => self.match_op(op),
            Op::Fail(i) => {
                let m = self.code()?.consts[i as usize].clone();
                Err(runtime_error(m.as_str().map_or("", |s| s.as_str())))
            }
            // The inner loop does all others itself.
            _ => Err(runtime_error("an instruction is missing")),
        }
    }

    /// The result that is still to come is dropped: only its effect counts.
    fn discard(&mut self) -> R<()> {
        if let Some(Frame::Native(f)) = self.frames.last_mut() {
            f.ret = Ret::Discard;
        }
        Ok(())
    }

    fn format(&mut self, conversion: char, has_spec: bool) -> R<()> {
        let spec = if has_spec { self.pop() } else { Obj::Null };
        let v = self.pop();
        let text = spec.as_str().cloned();
        let empty = text.as_ref().is_none_or(|s| s.is_empty());
        if empty && conversion != 'r' && conversion != 'a' {
            let exact = matches!(&v, Obj::Str(_) | Obj::Int(_) | Obj::Float(_));
            if exact && let Ok(s) = ops::str_sync(&v) {
                self.stack.push(Obj::Str(s));
                return Ok(());
            }
        }
        let rt = self.rt.clone();
        self.spawn(
            Box::pin(async move {
                let v = match conversion {
                    'r' => Obj::str(ops::repr(&rt, &v).await?),
                    'a' => Obj::str(ops::ascii(&ops::repr(&rt, &v).await?)),
                    's' => Obj::Str(ops::to_str(&rt, &v).await?),
                    _ => v,
                };
                let spec = text.as_ref().map_or("", |s| s.as_str());
                crate::builtins::format::format(&rt, &v, spec).await.map(Obj::str)
            }),
            Ret::Push,
        )
    }

    fn make_function(&mut self, c: usize, flags: u16) -> R<()> {
        let annotations = if flags & 4 != 0 { self.pop() } else { Obj::Null };
        let kwdefaults = if flags & 2 != 0 { self.pop() } else { Obj::Null };
        let defaults = if flags & 1 != 0 { self.pop() } else { Obj::Null };
        let f = self.top()?;
        let code = f.code.codes[c].clone();
        let closure = code.free_from.iter().map(|i| f.cells[*i as usize].clone()).collect();
        let globals = f.globals.clone();
        let kw = match &kwdefaults {
            Obj::Dict(d) => code.kwonly_names().iter().map(|n| d.get_str(n).unwrap_or_default()).collect(),
            _ => Vec::new(),
        };
        let function = Function {
            name: std::cell::RefCell::new(code.name()),
            qualname: std::cell::RefCell::new(code.qualname.clone().unwrap_or_else(|| code.name())),
            doc: std::cell::RefCell::new(code.doc.clone().map_or(Obj::None, Obj::Str)),
            defaults: std::cell::RefCell::new(defaults.as_tuple().map(|t| t.to_vec()).unwrap_or_default()),
            kwdefaults: kw,
            annotations: std::cell::RefCell::new(annotations),
            dict: std::cell::OnceCell::new(),
            code,
            globals,
            closure,
        };
        mem::check(200)?;
        self.stack.push(Obj::Function(Rc::new(function)));
        Ok(())
    }

    fn class_op(&mut self, i: u32) -> R<()> {
        let name = self.name(i)?;
        let v = self.pop_n(3);
        let [f, bases, kw] = <[Obj; 3]>::try_from(v).unwrap_or_default();
        let Obj::Function(f) = f else { return Err(runtime_error("a class without a body")) };
        let kw = match &kw {
            Obj::Dict(d) => d.items().into_iter().filter_map(|(k, v)| k.as_str().cloned().map(|k| (k, v))).collect(),
            _ => Vec::new(),
        };
        let ns = PyDict::new();
        if let Some(m) = f.globals.get_name("__name__") {
            ns.set_name("__module__", m);
        }
        let bases = bases.as_tuple().map(|t| t.to_vec()).unwrap_or_default();
        let parts = ClassParts { name, bases, kw, ns: ns.clone() };
        self.push_code(f.code.clone(), f.globals.clone(), Ret::Class(Box::new(parts)))?;
        let frame = self.top()?;
        frame.ns = Some(ns);
        frame.cells.extend(f.closure.iter().cloned());
        Ok(())
    }

    fn raise_op(&mut self, k: u32) -> R<()> {
        if k == 0 {
            return Err(match self.handled() {
                Some(e) => Exc::Py(e),
                None => runtime_error("No active exception to reraise"),
            });
        }
        let cause = if k == 2 { self.pop() } else { Obj::Null };
        let e = self.pop();
        let is_exception = |o: &Obj| o.exc().is_some();
        match (&e, &cause) {
            (e, Obj::Null) if is_exception(e) => return Err(Exc::Py(e.clone())),
            (Obj::Class(c), Obj::Null) if c.is_exception && !c.user => {
                return Err(Exc::Py(crate::obj::exc::exception(c.clone(), Vec::new())));
            }
            _ => {}
        }
        let rt = self.rt.clone();
        self.spawn(
            Box::pin(async move {
                let e = instance(&rt, &e, "exceptions must derive from BaseException").await?;
                if cause.given()
                    && let Some(d) = e.exc()
                {
                    let c = if cause.is_none() {
                        Obj::None
                    } else {
                        instance(&rt, &cause, "exception causes must derive from BaseException").await?
                    };
                    *d.cause.borrow_mut() = c;
                    d.suppress.set(true);
                }
                Err(Exc::Py(e))
            }),
            Ret::Push,
        )
    }

    fn locals(&mut self) -> R<()> {
        let f = self.top()?;
        let (code, base) = (f.code.clone(), f.base);
        if code.has_namespace {
            let d = f.ns.clone().unwrap_or_else(|| f.globals.clone());
            self.stack.push(Obj::Dict(d));
            return Ok(());
        }
        let d = PyDict::new();
        let cells = f.cells.clone();
        for (i, n) in code.locals.iter().enumerate() {
            if !n.starts_with('.') && self.stack[base + i].given() {
                d.set_str(n, self.stack[base + i].clone());
            }
        }
        for (n, c) in code.cells.iter().zip(cells) {
            let v = c.v.borrow().clone();
            if v.given() {
                d.set_str(n, v);
            }
        }
        self.stack.push(Obj::Dict(d));
        Ok(())
    }
}

/// `module.name() `, as messages about a call's arguments begin.
fn function_name(o: &Obj) -> String {
    match o {
        Obj::Function(f) => {
            let module = f.globals.get_name("__name__").and_then(|m| m.as_str().map(|s| s.to_string()));
            format!("{}.{}() ", module.unwrap_or_default(), f.qualname.borrow())
        }
        Obj::Builtin(b) => format!("{}() ", b.qualname),
        Obj::Class(c) => format!("{}() ", c.full_name()),
        Obj::Method(m) => function_name(&m.func),
        _ => String::new(),
    }
}

/// An exception from what `raise` was given.
async fn instance(rt: &crate::rt::Rt, o: &Obj, otherwise: &str) -> R<Obj> {
    let made = match o {
        Obj::Class(c) if c.is_exception => rt.call(o, []).await?,
        o => o.clone(),
    };
    if made.exc().is_some() { Ok(made) } else { Err(type_error(otherwise)) }
}

/// Whether an exception is of a class or of one of a tuple of classes.
pub(super) fn matches_class(e: &Obj, classes: &Obj) -> R<bool> {
    match classes {
        Obj::Class(c) if c.is_exception => Ok(e.class().is_subclass(c)),
        Obj::Tuple(t) => {
            for c in t.iter() {
                if matches_class(e, c)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Err(type_error("catching classes that do not inherit from BaseException is not allowed")),
    }
}

fn unpack_error(e: Exc, v: &Obj) -> Exc {
    match &e {
        Exc::Py(o)
            if o.class().is_subclass(E::TypeError.class()) && !matches!(v, Obj::Native(_) | Obj::Instance(_)) =>
        {
            type_error(format!("cannot unpack non-iterable {} object", v.type_name()))
        }
        _ => e,
    }
}

/// Checks the number of items, and gathers the starred ones.
fn unpack(items: Vec<Obj>, before: usize, after: Option<usize>) -> R<Vec<Obj>> {
    let n = items.len();
    match after {
        None if n == before => Ok(items),
        None if n < before => Err(value_error(format!("not enough values to unpack (expected {before}, got {n})"))),
        None => Err(value_error(format!("too many values to unpack (expected {before})"))),
        Some(after) => {
            if n < before + after {
                return Err(value_error(format!(
                    "not enough values to unpack (expected at least {}, got {n})",
                    before + after
                )));
            }
            let mut out = items;
            let tail = out.split_off(n - after);
            let middle = out.split_off(before);
            out.push(Obj::list(middle));
            out.extend(tail);
            Ok(out)
        }
    }
}

/// At most `limit` items of an iterable.
async fn take(rt: &crate::rt::Rt, o: &Obj, limit: usize) -> R<Vec<Obj>> {
    let it = match ops::get_iter(rt, o).await {
        Err(e) => return Err(unpack_error(e, o)),
        it => it?,
    };
    let mut out = Vec::new();
    while out.len() < limit {
        match ops::iter_next(rt, &it).await? {
            Some(x) => out.push(x),
            None => break,
        }
    }
    Ok(out)
}
