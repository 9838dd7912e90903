//! The inner loop: instructions that only need the top frame. Everything else goes to `slow`.

use std::rc::Rc;

use super::Vm;
use super::code::Op;
use super::frame::{Block, Frame, Ret};
use crate::obj::containers::{IterKind, PyIter};
use crate::obj::{E, Obj, R, name_error};
use crate::ops::{self, BinOp, CmpOp};

impl Vm {
    /// Runs the top frame, a Python one, until frames change.
    pub(super) fn exec(&mut self) -> R<()> {
        let depth = self.frames.len();
        let Some(Frame::Py(f)) = self.frames.last_mut() else { return Ok(()) };
        let code: Rc<_> = f.code.clone();
        let ops: &[Op] = &code.ops;
        let base = f.base;
        let stack = &mut self.stack;
        let mut pc = f.pc;
        /// Puts `pc` back and leaves with an error.
        macro_rules! fail {
            ($e:expr) => {{
                f.pc = pc;
                return Err($e);
            }};
        }
        macro_rules! pop {
            () => {
                stack.pop().unwrap_or_default()
            };
        }
        loop {
            let op = ops[pc];
            pc += 1;
            match op {
                Op::LoadFast(i) => {
                    let v = stack[base + i as usize].clone();
                    if !v.given() {
                        let name = &code.locals[i as usize];
                        fail!(E::UnboundLocalError.msg(format!(
                            "cannot access local variable '{name}' where it is not associated with a value"
                        )));
                    }
                    stack.push(v);
                }
                Op::StoreFast(i) => {
                    let v = pop!();
                    stack[base + i as usize] = v;
                }
                Op::Const(i) => stack.push(code.consts[i as usize].clone()),
                Op::LoadGlobal(i) => {
                    let name = &code.names[i as usize];
                    let v = f.globals.get_str(name).or_else(|| self.rt.builtins.get_str(name));
                    match v {
                        Some(v) => stack.push(v),
                        None => fail!(name_error(format!("name '{name}' is not defined"))),
                    }
                }
                Op::StoreGlobal(i) => {
                    let v = pop!();
                    f.globals.set_str(&code.names[i as usize], v);
                }
                Op::LoadDeref(i) => {
                    let v = f.cells[i as usize].v.borrow().clone();
                    if !v.given() {
                        let name = &code.cells[i as usize];
                        fail!(if (i as usize) < code.n_own_cells {
                            E::UnboundLocalError.msg(format!(
                                "cannot access local variable '{name}' where it is not associated with a value"
                            ))
                        } else {
                            name_error(format!(
                                "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
                            ))
                        });
                    }
                    stack.push(v);
                }
                Op::StoreDeref(i) => {
                    let v = pop!();
                    let old = f.cells[i as usize].v.replace(v);
                    drop(old);
                }
                Op::Pop => drop(stack.pop()),
                Op::Dup => {
                    let v = stack[stack.len() - 1].clone();
                    stack.push(v);
                }
                Op::Dup2 => {
                    let n = stack.len();
                    let (a, b) = (stack[n - 2].clone(), stack[n - 1].clone());
                    stack.push(a);
                    stack.push(b);
                }
                Op::Rot2 => {
                    let n = stack.len();
                    stack.swap(n - 1, n - 2);
                }
                Op::Rot3 => {
                    let n = stack.len();
                    stack[n - 3..].rotate_right(1);
                }
                Op::Rot4 => {
                    let n = stack.len();
                    stack[n - 4..].rotate_right(1);
                }
                Op::Jump(t) => pc = t as usize,
                Op::JumpBack(t) => {
                    let steps = (pc - t as usize) as u64;
                    pc = t as usize;
                    self.slice -= steps as i64;
                    if let Err(e) = self.rt.charge(steps) {
                        fail!(e);
                    }
                    if self.slice <= 0 {
                        f.pc = pc;
                        return Ok(());
                    }
                }
                Op::JumpIfFalse(t) => match &stack[stack.len() - 1] {
                    Obj::Bool(b) => {
                        if !b {
                            pc = t as usize;
                        }
                        stack.pop();
                    }
                    o => match ops::truth_sync(o) {
                        Ok(b) => {
                            if !b {
                                pc = t as usize;
                            }
                            stack.pop();
                        }
                        Err(_) => {
                            f.pc = pc;
                            return self.slow(op);
                        }
                    },
                },
                Op::JumpIfTrue(t) => match ops::truth_sync(&stack[stack.len() - 1]) {
                    Ok(b) => {
                        if b {
                            pc = t as usize;
                        }
                        stack.pop();
                    }
                    Err(_) => {
                        f.pc = pc;
                        return self.slow(op);
                    }
                },
                Op::Binary(b) | Op::Inplace(b) => {
                    let n = stack.len();
                    let r = match (&stack[n - 2], &stack[n - 1]) {
                        (Obj::Int(x), Obj::Int(y)) => match b {
                            BinOp::Add => x.checked_add(*y).map(Obj::Int),
                            BinOp::Sub => x.checked_sub(*y).map(Obj::Int),
                            BinOp::Mul => x.checked_mul(*y).map(Obj::Int),
                            _ => None,
                        },
                        (Obj::Float(x), Obj::Float(y)) => match b {
                            BinOp::Add => Some(Obj::Float(x + y)),
                            BinOp::Sub => Some(Obj::Float(x - y)),
                            BinOp::Mul => Some(Obj::Float(x * y)),
                            BinOp::Div if *y != 0.0 => Some(Obj::Float(x / y)),
                            _ => None,
                        },
                        _ => None,
                    };
                    match r {
                        Some(v) => {
                            stack.pop();
                            stack[n - 2] = v;
                        }
                        None => {
                            f.pc = pc;
                            self.slow(op)?;
                            if self.frames.len() != depth {
                                return Ok(());
                            }
                            return Ok(());
                        }
                    }
                }
                Op::Compare(c) => {
                    let n = stack.len();
                    let r = match (&stack[n - 2], &stack[n - 1]) {
                        (Obj::Int(x), Obj::Int(y)) => Some(c.holds(x.cmp(y))),
                        (Obj::Float(x), Obj::Float(y)) => Some(match c {
                            CmpOp::Lt => x < y,
                            CmpOp::Le => x <= y,
                            CmpOp::Eq => x == y,
                            CmpOp::Ne => x != y,
                            CmpOp::Gt => x > y,
                            CmpOp::Ge => x >= y,
                        }),
                        (Obj::Str(x), Obj::Str(y)) if c == CmpOp::Eq => Some(x.as_str() == y.as_str()),
                        _ => None,
                    };
                    match r {
                        Some(b) => {
                            stack.pop();
                            stack[n - 2] = Obj::Bool(b);
                        }
                        None => {
                            f.pc = pc;
                            return self.slow(op);
                        }
                    }
                }
                Op::Is(want) => {
                    let b = pop!();
                    let a = pop!();
                    stack.push(Obj::Bool(a.is(&b) == want));
                }
                Op::Not => match ops::truth_sync(&stack[stack.len() - 1]) {
                    Ok(b) => {
                        let n = stack.len();
                        stack[n - 1] = Obj::Bool(!b);
                    }
                    Err(_) => {
                        f.pc = pc;
                        return self.slow(op);
                    }
                },
                Op::GetIter => match ops::iter_sync(&stack[stack.len() - 1]) {
                    Ok(it) => {
                        let n = stack.len();
                        stack[n - 1] = it;
                    }
                    Err(_) => {
                        f.pc = pc;
                        return self.slow(op);
                    }
                },
                Op::ForIter(exit) => {
                    let next = match &stack[stack.len() - 1] {
                        Obj::Iter(i) => fast_next(i),
                        _ => None,
                    };
                    match next {
                        Some(Some(v)) => stack.push(v),
                        Some(None) => {
                            stack.pop();
                            pc = exit as usize;
                        }
                        None => {
                            f.pc = pc;
                            if let Obj::Generator(g) = &stack[stack.len() - 1] {
                                let g = g.clone();
                                return self.resume(&g, Obj::None, Ret::ForIter(exit));
                            }
                            return self.slow(op);
                        }
                    }
                }
                Op::GetItem => {
                    let n = stack.len();
                    let r = match (&stack[n - 2], &stack[n - 1]) {
                        (Obj::List(l), Obj::Int(i)) => {
                            let v = l.v.borrow();
                            let k = if *i < 0 { *i + v.len() as i64 } else { *i };
                            usize::try_from(k).ok().and_then(|k| v.get(k).cloned())
                        }
                        (Obj::Tuple(t), Obj::Int(i)) => {
                            let k = if *i < 0 { *i + t.len() as i64 } else { *i };
                            usize::try_from(k).ok().and_then(|k| t.get(k).cloned())
                        }
                        (Obj::Dict(d), Obj::Str(s)) => d.get_str(s),
                        _ => None,
                    };
                    match r {
                        Some(v) => {
                            stack.pop();
                            stack[n - 2] = v;
                        }
                        None => {
                            f.pc = pc;
                            return self.slow(op);
                        }
                    }
                }
                Op::LoadAttr(i) => {
                    let n = stack.len();
                    let r = match &stack[n - 1] {
                        // The instance's own, where no data descriptor can come before it.
                        Obj::Instance(o) => {
                            let name = &code.names[i as usize];
                            match o.get(name) {
                                Some(v) if o.class.borrow().lookup(name).is_none() => Some(v),
                                _ => None,
                            }
                        }
                        Obj::Module(m) => m.dict.get_str(&code.names[i as usize]),
                        _ => None,
                    };
                    match r {
                        Some(v) => stack[n - 1] = v,
                        None => {
                            f.pc = pc;
                            return self.slow(op);
                        }
                    }
                }
                Op::Tuple(k) => {
                    let at = stack.len() - k as usize;
                    let items = stack.split_off(at);
                    stack.push(Obj::tuple(items));
                }
                Op::List(k) => {
                    let at = stack.len() - k as usize;
                    let items = stack.split_off(at);
                    stack.push(Obj::list(items));
                }
                Op::ListAppend(under) => {
                    let v = pop!();
                    let at = stack.len() - under as usize;
                    if let Obj::List(l) = &stack[at]
                        && let Err(e) = l.push(v)
                    {
                        fail!(e);
                    }
                }
                Op::Unpack(k) => {
                    let n = stack.len();
                    let items = match &stack[n - 1] {
                        Obj::Tuple(t) if t.len() == k as usize => t.to_vec(),
                        Obj::List(l) if l.len() == k as usize => l.items(),
                        _ => {
                            f.pc = pc;
                            return self.slow(op);
                        }
                    };
                    stack.pop();
                    stack.extend(items.into_iter().rev());
                }
                Op::SetupTry(t) => {
                    let height = (stack.len() - base) as u32;
                    f.blocks.push(Block { handler: t, height, handling: f.handling.len() as u32 });
                }
                Op::PopBlock => drop(f.blocks.pop()),
                Op::PushExc => {
                    let e = pop!();
                    f.handling.push(e);
                }
                Op::PopExc => drop(f.handling.pop()),
                Op::LoadExc => {
                    let e = f.handling.last().cloned().unwrap_or(Obj::None);
                    stack.push(e);
                }
                Op::LoadCell(i) => {
                    let c = f.cells[i as usize].clone();
                    stack.push(Obj::Cell(c));
                }
                Op::Nop => {}
                Op::Return => {
                    let v = pop!();
                    f.pc = pc;
                    return self.finish(Ok(v));
                }
                Op::Yield | Op::YieldFrom => {
                    let v = pop!();
                    f.pc = pc;
                    return self.yield_value(v);
                }
                _ => {
                    f.pc = pc;
                    return self.slow(op);
                }
            }
        }
    }
}

/// The next item of the iterators that loops mostly go over; the outer None: another kind.
fn fast_next(i: &PyIter) -> Option<Option<Obj>> {
    let mut kind = i.kind.try_borrow_mut().ok()?;
    let next = match &mut *kind {
        IterKind::Range { r, at, len } => {
            if at < len {
                let x = r.at(*at);
                *at += 1;
                return Some(Some(Obj::Int(x)));
            }
            None
        }
        IterKind::Seq { seq: Obj::List(l), at } => {
            *at += 1;
            l.v.borrow().get(*at - 1).cloned()
        }
        IterKind::Seq { seq: Obj::Tuple(t), at } => {
            *at += 1;
            t.get(*at - 1).cloned()
        }
        _ => return None,
    };
    if next.is_none() {
        let old = std::mem::replace(&mut *kind, IterKind::Done);
        drop(kind);
        drop(old);
    }
    Some(next)
}
