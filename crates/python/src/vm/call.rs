//! Calls: who is called, and which argument goes where.

use std::rc::Rc;

use super::Vm;
use super::frame::{Frame, PyFrame, Ret};
use crate::obj::containers::{Function, Generator};
use crate::obj::{Args, Exc, Imp, Instance, Obj, PyDict, R, Str, intern, type_error, types};
use crate::ops;
use crate::ops::Found;
use crate::rt::Rt;

impl Vm {
    /// `f args` -> result, for the call instructions.
    pub(super) fn call_op(&mut self, n: usize, names: Option<Vec<Str>>, method: bool) -> R<()> {
        self.slice -= 2;
        self.rt.charge(2)?;
        let floor = self.stack.len() - n - if method { 2 } else { 1 };
        let at = if method && !self.stack[floor].given() { floor + 1 } else { floor };
        self.invoke(floor, at, names.as_deref().unwrap_or(&[]), Ret::Push)
    }

    /// `o` -> `func self` or `null bound`.
    pub(super) fn load_method(&mut self, i: u32) -> R<()> {
        let name = self.top()?.code.names[i as usize].clone();
        let n = self.stack.len() - 1;
        let found = match ops::find_attr(&self.rt, &self.stack[n], &name) {
            Ok(Some(Found::Value(v))) => v,
            Ok(None) => return Err(ops::no_attr(&self.stack[n], &name)),
            Ok(Some(Found::Call(..))) | Err(Exc::Read(_) | Exc::NeedsVm) => {
                let o = std::mem::take(&mut self.stack[n]);
                let rt = self.rt.clone();
                return self.spawn(Box::pin(async move { ops::get_attr(&rt, &o, &name).await }), Ret::Push);
            }
            Err(e) => return Err(e),
        };
        match found {
            Obj::Method(m) => {
                self.stack[n] = m.func.clone();
                self.stack.push(m.this.clone());
            }
            v => {
                self.stack[n] = Obj::Null;
                self.stack.push(v);
            }
        }
        Ok(())
    }

    /// `f tuple [dict]` -> result.
    pub(super) fn call_spread(&mut self, has_kw: bool) -> R<()> {
        self.rt.charge(2)?;
        let kw = if has_kw { self.stack.pop() } else { None };
        let args = self.stack.pop().unwrap_or_default();
        let floor = self.stack.len() - 1;
        if let Obj::Tuple(t) = &args {
            self.rt.charge((t.len() / 8) as u64)?;
            self.stack.extend(t.iter().cloned());
        }
        let mut names = Vec::new();
        if let Some(Obj::Dict(d)) = kw {
            for (k, v) in d.items() {
                match k.as_str() {
                    Some(s) => names.push(s.clone()),
                    None => return Err(type_error("keywords must be strings")),
                }
                self.stack.push(v);
            }
        }
        self.invoke(floor, floor, &names, Ret::Push)
    }

    /// Calls something with arguments that are not on the stack.
    pub(crate) fn push_call(&mut self, f: &Obj, args: Args, ret: Ret) -> R<()> {
        self.slice -= 2;
        self.rt.charge(2)?;
        let floor = self.stack.len();
        self.stack.push(f.clone());
        self.stack.extend(args.pos);
        let names: Vec<Str> = args.kw.iter().map(|(n, _)| n.clone()).collect();
        self.stack.extend(args.kw.into_iter().map(|(_, v)| v));
        let r = self.invoke(floor, floor, &names, ret);
        if r.is_err() {
            self.stack.truncate(floor);
        }
        r
    }

    /// Calls what is at `at`; its arguments are above it, the last ones named. The stack is cut at `floor`.
    fn invoke(&mut self, floor: usize, at: usize, names: &[Str], ret: Ret) -> R<()> {
        loop {
            match &self.stack[at] {
                Obj::Function(f) => {
                    let f = f.clone();
                    return self.call_function(&f, floor, at + 1, names, ret);
                }
                Obj::Method(m) => {
                    let (this, func) = (m.this.clone(), m.func.clone());
                    self.stack[at] = func;
                    self.stack.insert(at + 1, this);
                }
                Obj::Builtin(b) => {
                    let b = b.clone();
                    return self.call_builtin(&b, floor, at + 1, names, ret);
                }
                Obj::Class(c) => {
                    let c = c.clone();
                    return self.call_class(&c, floor, at, names, ret);
                }
                Obj::Static(w) => {
                    let f = w.func.clone();
                    self.stack[at] = f;
                }
                Obj::Instance(i) => {
                    let found = i.class.borrow().lookup(&intern("__call__"));
                    match found {
                        Some(Obj::Static(w)) => self.stack[at] = w.func.clone(),
                        Some(Obj::Instance(inner)) => self.stack[at] = Obj::Instance(inner),
                        Some(f) => {
                            let this = std::mem::replace(&mut self.stack[at], f);
                            self.stack.insert(at + 1, this);
                        }
                        None => return Err(not_callable(&self.stack[at])),
                    }
                }
                Obj::Native(n) => {
                    let n = n.clone();
                    let this = self.stack[at].clone();
                    if !n.is_callable() {
                        return Err(not_callable(&this));
                    }
                    self.note_span();
                    let args = self.take_args(floor, at + 1, names);
                    let rt = self.rt.clone();
                    return match n.call(&rt, &this, args) {
                        Some(fut) => self.spawn(fut, ret),
                        None => Err(not_callable(&this)),
                    };
                }
                o => return Err(not_callable(o)),
            }
        }
    }

    /// Takes the arguments off the stack.
    fn take_args(&mut self, floor: usize, first: usize, names: &[Str]) -> Args {
        let mut pos = self.stack.split_off(first);
        self.stack.truncate(floor);
        let kw = pos.split_off(pos.len() - names.len());
        Args { pos, kw: names.iter().cloned().zip(kw).collect() }
    }

    pub(super) fn call_builtin(
        &mut self,
        b: &Rc<crate::obj::Builtin>,
        floor: usize,
        first: usize,
        names: &[Str],
        ret: Ret,
    ) -> R<()> {
        self.note_span();
        let rt = self.rt.clone();
        match &b.imp {
            Imp::Raw(f) => {
                let args = self.take_args(floor, first, names);
                return self.spawn(f(rt, args), ret);
            }
            Imp::RawSync(f) => {
                let args = self.take_args(floor, first, names);
                return match f(&rt, args.clone()) {
                    Ok(v) => self.deliver(ret, Ok(v)),
                    Err(Exc::Read(_)) => {
                        let b = b.clone();
                        let fut = async move {
                            let Imp::RawSync(f) = &b.imp else { return Ok(Obj::None) };
                            rt.retry(|| f(&rt, args.clone())).await
                        };
                        self.spawn(Box::pin(fut), ret)
                    }
                    Err(e) => Err(e),
                };
            }
            _ => {}
        }
        // Where the arguments are as the signature has them, they are passed as they lie.
        let n = self.stack.len() - first;
        let direct = names.is_empty() && b.sig.simple && n == b.sig.params.len();
        if !direct {
            let split = self.stack.len() - names.len();
            let kw: Vec<(Str, Obj)> = names.iter().cloned().zip(self.stack[split..].iter().cloned()).collect();
            let bound = b.sig.bind(&b.qualname, &self.stack[first..split], &kw)?;
            self.stack.truncate(first);
            self.stack.extend(bound);
        }
        let r = match &b.imp {
            Imp::Sync(f) | Imp::Both(f, _) => f(&rt, &self.stack[first..]),
            Imp::Closure(f) => f(&rt, &self.stack[first..]),
            _ => Err(Exc::NeedsVm),
        };
        match r {
            Ok(v) => {
                self.stack.truncate(floor);
                self.deliver(ret, Ok(v))
            }
            Err(e @ (Exc::NeedsVm | Exc::Read(_))) => {
                let args = self.stack.split_off(first);
                self.stack.truncate(floor);
                match &b.imp {
                    Imp::Async(f) | Imp::Both(_, f) => self.spawn(f(rt, args), ret),
                    Imp::Sync(f) if matches!(e, Exc::Read(_)) => {
                        let f = *f;
                        self.spawn(Box::pin(async move { rt.retry(|| f(&rt, &args)).await }), ret)
                    }
                    Imp::Closure(_) if matches!(e, Exc::Read(_)) => {
                        let b = b.clone();
                        let fut = async move {
                            let Imp::Closure(f) = &b.imp else { return Ok(Obj::None) };
                            rt.retry(|| f(&rt, &args)).await
                        };
                        self.spawn(Box::pin(fut), ret)
                    }
                    _ => Err(type_error(format!("{}() cannot take an object of this class", b.name))),
                }
            }
            Err(e) => Err(e),
        }
    }

    fn call_class(&mut self, c: &Rc<crate::obj::Class>, floor: usize, at: usize, names: &[Str], ret: Ret) -> R<()> {
        if !c.user {
            // A builtin type: what makes it gets the class first, which is where it lies already.
            let Some(b) = c.maker() else {
                return Err(type_error(format!("cannot create '{}' instances", c.name.borrow())));
            };
            return self.call_builtin(&b, floor, at, names, ret);
        }
        let new = c.lookup_user(&intern("__new__"));
        let init = c.lookup(&intern("__init__"));
        let plain = new.is_none() && c.maker().is_none_or(|m| Rc::ptr_eq(&m, &object_maker()));
        if let (true, Some(Obj::Function(f)), Ret::Push | Ret::Response) = (plain, &init, &ret)
            && c.lookup(&intern("__abstractmethods__")).is_none()
        {
            let f = f.clone();
            let o = Obj::Instance(Rc::new(Instance::new(c.clone(), Obj::Null)));
            self.stack[at] = o.clone();
            return match ret {
                Ret::Push => self.call_function(&f, floor, at, names, Ret::Init(o)),
                ret => {
                    let args = self.take_args(floor, at, names);
                    let rt = self.rt.clone();
                    let fut = async move {
                        let r = rt.call(&Obj::Function(f), args).await?;
                        if r.is_none() {
                            return Ok(o);
                        }
                        Err(type_error(format!("__init__() should return None, not '{}'", r.type_name())))
                    };
                    self.spawn(Box::pin(fut), ret)
                }
            };
        }
        let args = self.take_args(floor, at + 1, names);
        let (rt, c) = (self.rt.clone(), c.clone());
        self.spawn(Box::pin(async move { super::class::construct(&rt, &c, args).await }), ret)
    }

    /// Pushes the frame of a Python function whose arguments lie on the stack from `first` on.
    pub(super) fn call_function(
        &mut self,
        f: &Rc<Function>,
        floor: usize,
        first: usize,
        names: &[Str],
        ret: Ret,
    ) -> R<()> {
        let code = f.code.clone();
        self.check_depth()?;
        let n = self.stack.len() - first;
        let simple = names.is_empty() && n == code.n_pos && code.n_kwonly == 0 && !code.vararg && !code.kwarg;
        if !simple {
            let split = self.stack.len() - names.len();
            let kw = self.stack.split_off(split);
            let pos = self.stack.split_off(first);
            let bound = bind(f, pos, names, kw)?;
            self.stack.extend(bound);
        }
        self.stack.resize(first + code.locals.len(), Obj::Null);
        let cells = if code.cells.is_empty() {
            Vec::new()
        } else {
            let mut cells: Vec<Rc<crate::obj::PyCell>> = (0..code.n_own_cells).map(|_| Rc::default()).collect();
            cells.extend(f.closure.iter().cloned());
            for (slot, cell) in &code.cell_params {
                let v = std::mem::take(&mut self.stack[first + *slot as usize]);
                *cells[*cell as usize].v.borrow_mut() = v;
            }
            cells
        };
        let mut frame = PyFrame {
            code,
            pc: 0,
            base: first,
            floor,
            cells,
            globals: f.globals.clone(),
            ns: None,
            blocks: Vec::new(),
            handling: Vec::new(),
            ret,
            generator: None,
        };
        if frame.code.is_generator {
            let stack = self.stack.split_off(first);
            self.stack.truncate(floor);
            let ret = std::mem::replace(&mut frame.ret, Ret::Push);
            let g = Rc::new(Generator {
                frame: Default::default(),
                running: false.into(),
                started: false.into(),
                name: f.qualname.borrow().clone(),
            });
            frame.generator = Some(g.clone());
            *g.frame.borrow_mut() = Some(Box::new(super::frame::Saved { frame, stack }));
            return self.deliver(ret, Ok(Obj::Generator(g)));
        }
        self.frames.push(Frame::Py(frame));
        Ok(())
    }
}

fn not_callable(o: &Obj) -> Exc {
    type_error(format!("'{}' object is not callable", o.type_name()))
}

/// What makes plain objects.
pub(super) fn object_maker() -> Rc<crate::obj::Builtin> {
    let made = types().object.make.borrow().clone();
    made.unwrap_or_else(|| Rc::new(crate::obj::Builtin::new("object", "cls, /", Imp::Sync(|_, _| Ok(Obj::None)))))
}

/// Puts arguments where the parameters of a Python function are, with CPython's messages.
fn bind(f: &Function, mut pos: Vec<Obj>, names: &[Str], kw: Vec<Obj>) -> R<Vec<Obj>> {
    let code = &f.code;
    let name = f.qualname.borrow();
    let (n_pos, n_kwonly) = (code.n_pos, code.n_kwonly);
    let total = n_pos + n_kwonly + usize::from(code.vararg) + usize::from(code.kwarg);
    let given = pos.len();
    let extra = if given > n_pos { pos.split_off(n_pos) } else { Vec::new() };
    let mut out = pos;
    out.resize(total, Obj::Null);
    let rest = code.kwarg.then(PyDict::new);
    let mut stray = None;
    let mut misplaced: Vec<String> = Vec::new();
    for (k, v) in names.iter().zip(kw) {
        let params = &code.locals[code.n_posonly..n_pos + n_kwonly];
        match params.iter().position(|p| Rc::ptr_eq(p, k) || p.as_str() == k.as_str()) {
            Some(i) if out[code.n_posonly + i].given() => {
                return Err(type_error(format!("{name}() got multiple values for argument '{k}'")));
            }
            Some(i) => out[code.n_posonly + i] = v,
            None => match &rest {
                Some(d) => d.set_str(k, v),
                None if code.locals[..code.n_posonly].iter().any(|p| p.as_str() == k.as_str()) => {
                    misplaced.push(k.to_string());
                }
                None => stray = stray.or(Some(k.clone())),
            },
        }
    }
    if !misplaced.is_empty() {
        return Err(type_error(format!(
            "{name}() got some positional-only arguments passed as keyword arguments: '{}'",
            misplaced.join(", ")
        )));
    }
    if let Some(k) = stray {
        return Err(type_error(format!("{name}() got an unexpected keyword argument '{k}'")));
    }
    let defaults = f.defaults.borrow();
    if !extra.is_empty() && !code.vararg {
        let kwonly_given = (0..n_kwonly).filter(|i| out[n_pos + i].given()).count();
        let plural = if n_pos == 1 { "" } else { "s" };
        let takes = if defaults.is_empty() {
            format!("{n_pos} positional argument{plural}")
        } else {
            format!("from {} to {n_pos} positional arguments", n_pos - defaults.len())
        };
        let and = if kwonly_given > 0 {
            let p = if given == 1 { "" } else { "s" };
            let q = if kwonly_given == 1 { "" } else { "s" };
            format!("{given} positional argument{p} (and {kwonly_given} keyword-only argument{q}) were given")
        } else if given == 1 {
            "1 was given".to_string()
        } else {
            format!("{given} were given")
        };
        return Err(type_error(format!("{name}() takes {takes} but {and}")));
    }
    let first_default = n_pos - defaults.len().min(n_pos);
    let mut missing = Vec::new();
    for i in 0..n_pos {
        if !out[i].given() {
            if i >= first_default {
                out[i] = defaults[i - first_default].clone();
            } else {
                missing.push(format!("'{}'", code.locals[i]));
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing_error(&name, "positional", &missing));
    }
    for i in 0..n_kwonly {
        if !out[n_pos + i].given() {
            match f.kwdefaults.get(i) {
                Some(d) if d.given() => out[n_pos + i] = d.clone(),
                _ => missing.push(format!("'{}'", code.locals[n_pos + i])),
            }
        }
    }
    if !missing.is_empty() {
        return Err(missing_error(&name, "keyword-only", &missing));
    }
    if code.vararg {
        out[n_pos + n_kwonly] = Obj::tuple(extra);
    }
    if let Some(d) = rest {
        out[total - 1] = Obj::Dict(d);
    }
    Ok(out)
}

fn missing_error(name: &Str, kind: &str, missing: &[String]) -> Exc {
    let n = missing.len();
    let list = match missing {
        [a] => a.clone(),
        [a, b] => format!("{a} and {b}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
        [] => String::new(),
    };
    type_error(format!("{name}() missing {n} required {kind} argument{}: {list}", if n == 1 { "" } else { "s" }))
}

/// `**m` in a call or a display.
pub(super) async fn merge(rt: Rt, d: Rc<PyDict>, m: Obj, as_keywords: bool, callee: String) -> R<Obj> {
    let items = match m.base() {
        Obj::Dict(m) => m.items(),
        _ => {
            let Some(keys) = ops::get_attr_opt(&rt, &m, &intern("keys")).await? else {
                return Err(type_error(if as_keywords {
                    format!("{callee}argument after ** must be a mapping, not {}", m.type_name())
                } else {
                    format!("'{}' object is not a mapping", m.type_name())
                }));
            };
            let keys = rt.call(&keys, []).await?;
            let mut items = Vec::new();
            for k in ops::to_vec(&rt, &keys).await? {
                let v = ops::get_item(&rt, &m, &k).await?;
                items.push((k, v));
            }
            items
        }
    };
    for (k, v) in items {
        if as_keywords {
            let Some(s) = k.as_str() else { return Err(type_error("keywords must be strings")) };
            if d.get_str(s).is_some() {
                return Err(type_error(format!("{callee}got multiple values for keyword argument '{s}'")));
            }
        }
        ops::dict_set(&rt, &d, k, v).await?;
    }
    Ok(Obj::None)
}
