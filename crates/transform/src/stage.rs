//! Staging: applying a function to tracers that write a Jaxpr.

use crate::cx::Cx;
use crate::trace::{Kind, StageTracer, Trace, TraceId, kind};
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{Array, Atom, ClosedJaxpr, Eqn, Jaxpr, Outs, Params, Prim, Result, Role, ShapedArray, Value, Var};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A Jaxpr being written.
pub struct Stager {
    /// Its identity.
    pub id: TraceId,
    /// False once it is finished.
    pub live: Cell<bool>,
    /// The trace that was current when staging began: where named axes are looked up.
    pub outer: Option<Trace>,
    role: Role,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    jaxpr: Jaxpr,
    consts: Vec<Value>,
    const_vars: HashMap<usize, Var>,
}

/// A finished staging: the Jaxpr's first `captured.len()` arguments are the outer tracers it closed over.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The program; captured tracers first, then the arguments.
    pub closed: ClosedJaxpr,
    /// The outer values to pass first.
    pub captured: Vec<Value>,
}

impl Stager {
    /// A fresh stager for equations of this role.
    pub fn new(cx: &Cx, role: Role) -> Rc<Stager> {
        Rc::new(Stager {
            id: cx.fresh_id(),
            live: Cell::new(true),
            outer: Some(cx.current()),
            role,
            state: Default::default(),
        })
    }
    /// A new argument.
    pub fn argument(self: &Rc<Self>, aval: &ShapedArray) -> Value {
        let var = {
            let jaxpr = &mut self.state.borrow_mut().jaxpr;
            let var = jaxpr.new_var(aval.clone());
            jaxpr.invars.push(var);
            var
        };
        self.tracer(var, aval.clone())
    }
    fn tracer(self: &Rc<Self>, var: Var, aval: ShapedArray) -> Value {
        Value::Tracer(Rc::new(StageTracer { stager: self.clone(), var, aval }))
    }
    /// Whether `v` is one of this stager's own tracers.
    pub fn owns(&self, v: &Value) -> bool {
        matches!(kind(v), Kind::Stage(t) if t.stager.id == self.id)
    }
    /// The atom for an operand: its variable, a scalar literal, or a captured constant.
    fn atom(&self, v: &Value) -> Atom {
        match kind(v) {
            Kind::Stage(t) if t.stager.id == self.id => return Atom::Var(t.var),
            Kind::Array(a) if a.aval().ndim() == 0 && a.dtype() != gradlens_ir::DType::Key && a.host().is_ok() => {
                return Atom::Lit(a.clone());
            }
            _ => {}
        }
        let mut state = self.state.borrow_mut();
        let address = address(v);
        if let Some(var) = state.const_vars.get(&address) {
            return Atom::Var(*var);
        }
        let var = state.jaxpr.new_var(v.aval().clone());
        state.jaxpr.constvars.push(var);
        state.consts.push(v.clone());
        state.const_vars.insert(address, var);
        Atom::Var(var)
    }
    /// Writes an equation.
    pub fn emit(self: &Rc<Self>, cx: &Cx, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
        let avals: Vec<&ShapedArray> = args.iter().map(|a| a.aval()).collect();
        let outs = cx.typing(prim, &params, &avals)?;
        Ok(self.emit_typed(cx, prim, params, args, outs))
    }
    /// Writes an equation whose result avals are known.
    pub fn emit_typed(
        self: &Rc<Self>,
        cx: &Cx,
        prim: Prim,
        params: Params,
        args: &[Value],
        outs: Vec<ShapedArray>,
    ) -> Outs {
        let ins: Vec<Atom> = args.iter().map(|a| self.atom(a)).collect();
        let mut state = self.state.borrow_mut();
        let vars: Vec<Var> = outs.iter().map(|a| state.jaxpr.new_var(a.clone())).collect();
        state.jaxpr.eqns.push(Eqn { prim, params, ins, outs: vars.clone(), span: cx.span(), role: self.role });
        drop(state);
        vars.into_iter().zip(outs).map(|(v, a)| self.tracer(v, a)).collect()
    }
    /// Number of equations so far.
    pub fn len(&self) -> usize {
        self.state.borrow().jaxpr.eqns.len()
    }
    /// Whether nothing has been written yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Ends staging: the Jaxpr that returns `outs`, and one value per constvar (concrete or an outer tracer).
    pub fn finish(&self, outs: &[Value]) -> (Jaxpr, Vec<Value>) {
        let outs: Vec<Atom> = outs.iter().map(|v| self.atom(v)).collect();
        self.live.set(false);
        let mut state = std::mem::take(&mut *self.state.borrow_mut());
        state.jaxpr.outs = outs;
        drop_unused_consts(&mut state.jaxpr, &mut state.consts);
        (state.jaxpr, state.consts)
    }
}

/// Identity of a value while it is held: tracers by object, arrays by data.
fn address(v: &Value) -> usize {
    match v {
        Value::Tracer(t) => Rc::as_ptr(t) as *const () as usize,
        Value::Array(a) => a.identity(),
    }
}

fn drop_unused_consts(jaxpr: &mut Jaxpr, consts: &mut Vec<Value>) {
    let mut used = vec![false; jaxpr.avals.len()];
    let mut mark = |a: &Atom| {
        if let Atom::Var(v) = a {
            used[v.0 as usize] = true;
        }
    };
    jaxpr.eqns.iter().for_each(|e| e.ins.iter().for_each(&mut mark));
    jaxpr.outs.iter().for_each(&mut mark);
    let keep: Vec<bool> = jaxpr.constvars.iter().map(|v| used[v.0 as usize]).collect();
    let mut it = keep.iter();
    jaxpr.constvars.retain(|_| *it.next().expect("one flag per constvar"));
    let mut it = keep.iter();
    consts.retain(|_| *it.next().expect("one flag per const"));
}

/// Splits constvars into concrete constants and captured tracers; the latter become leading arguments.
pub fn close(mut jaxpr: Jaxpr, values: Vec<Value>) -> Staged {
    let (mut consts, mut constvars, mut captured, mut lifted) = (vec![], vec![], vec![], vec![]);
    for (var, value) in jaxpr.constvars.iter().zip(values) {
        match value {
            Value::Array(a) => {
                constvars.push(*var);
                consts.push(a);
            }
            tracer => {
                lifted.push(*var);
                captured.push(tracer);
            }
        }
    }
    jaxpr.constvars = constvars;
    lifted.extend_from_slice(&jaxpr.invars);
    jaxpr.invars = lifted;
    crate::check(&jaxpr);
    Staged { closed: ClosedJaxpr::new(jaxpr, consts), captured }
}

/// Stages a Rust function.
pub fn stage_sync(cx: &Cx, avals: &[ShapedArray], f: impl FnOnce(&[Value]) -> Result<Vec<Value>>) -> Result<Staged> {
    stage_sync_role(cx, avals, Role::Primal, f)
}

/// Stages a Rust function whose equations have this role.
pub fn stage_sync_role(
    cx: &Cx,
    avals: &[ShapedArray],
    role: Role,
    f: impl FnOnce(&[Value]) -> Result<Vec<Value>>,
) -> Result<Staged> {
    let stager = Stager::new(cx, role);
    let args: Vec<Value> = avals.iter().map(|a| stager.argument(a)).collect();
    let outs = cx.within(&Trace::Stage(stager.clone()), || f(&args))?;
    let (jaxpr, consts) = stager.finish(&outs);
    Ok(close(jaxpr, consts))
}

/// Stages user code. Its tracers are dead afterwards, so a leaked one is `UnexpectedTracerError`.
pub async fn stage(cx: &Cx, f: &dyn FlatFn, avals: &[ShapedArray]) -> Result<Staged> {
    let stager = Stager::new(cx, Role::Primal);
    let args: Vec<Value> = avals.iter().map(|a| stager.argument(a)).collect();
    let outs = {
        let _guard = cx.enter(Trace::Stage(stager.clone()));
        f.call(args).await
    };
    let outs = match outs {
        Ok(outs) => outs,
        Err(e) => {
            stager.live.set(false);
            return Err(e);
        }
    };
    crate::process::check_live(&outs)?;
    let (jaxpr, consts) = stager.finish(&outs);
    let staged = close(jaxpr, consts);
    Ok(Staged { closed: cx.caches().intern(staged.closed), captured: staged.captured })
}

/// The concrete constants of a staging that captured no tracer.
pub fn concrete(values: Vec<Value>) -> Option<Vec<Array>> {
    values
        .into_iter()
        .map(|v| match v {
            Value::Array(a) => Some(a),
            Value::Tracer(_) => None,
        })
        .collect()
}
