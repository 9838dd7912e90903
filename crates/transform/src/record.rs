//! Recording: evaluation and staging at once. The Jaxpr holds wherever its path conditions do; that is what the lens and the plots
//! evaluate over a whole window, and how they know where the user's Python took another branch.

use crate::cx::Cx;
use crate::interp::eval_jaxpr;
use crate::trace::{Kind, RecordTracer, Trace, TraceId, kind};
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{
    Array, Atom, ClosedJaxpr, Eqn, Error, ErrorClass, Jaxpr, Outs, Params, Prim, Result, Role, Span, Value, Var, ops,
};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// The most operations one path may have.
const MAX_EQNS: usize = 20_000;

/// How user code looked at a value.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum LookKind {
    /// As a truth value (`if`, `while`, `and`, `max`).
    Truth,
    /// As an integer (`int`, `range`, an index).
    Integer,
    /// Whole: printed, converted to a host array or float; the trace is valid at its point alone.
    Escape,
}

/// A look: the Jaxpr holds only where `atom` has this value again (an ordered decision list).
#[derive(Clone, Debug)]
pub struct Condition {
    /// How it was looked at.
    pub kind: LookKind,
    /// What was looked at.
    pub atom: Atom,
    /// What was seen.
    pub seen: Array,
    /// How many equations stood before the look.
    pub position: usize,
    /// The source expression that looked.
    pub span: Span,
}

/// A recording in progress.
pub struct Recorder {
    /// Its identity.
    pub id: TraceId,
    /// False once it has ended.
    pub live: Cell<bool>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    jaxpr: Jaxpr,
    consts: Vec<Array>,
    conditions: Vec<Condition>,
}

/// A finished recording.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The program along the path taken.
    pub closed: ClosedJaxpr,
    /// Where it holds.
    pub conditions: Vec<Condition>,
    /// The results at the point of the recording.
    pub values: Vec<Array>,
}

impl Recorder {
    /// The atom of a value: own variable, literal or constant.
    fn atom(&self, v: &Value, a: &Array) -> Atom {
        match kind(v) {
            Kind::Record(t) if t.recorder.id == self.id => return Atom::Var(t.var),
            _ => {}
        }
        if a.aval().ndim() == 0 && a.host().is_ok() {
            return Atom::Lit(a.clone());
        }
        let mut state = self.state.borrow_mut();
        let var = state.jaxpr.new_var(a.aval().clone());
        state.jaxpr.constvars.push(var);
        state.consts.push(a.clone());
        Atom::Var(var)
    }
    /// Evaluates and writes an equation. An equation none of whose operands is recorded is a constant: only evaluated.
    pub(crate) fn process(self: &Rc<Self>, cx: &Cx, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
        if args.iter().any(|a| matches!(kind(a), Kind::Record(t) if t.recorder.id == self.id))
            && let Some(outs) = self.unfold(cx, &params, args)?
        {
            return Ok(outs);
        }
        let mut arrays = Vec::with_capacity(args.len());
        let mut own = false;
        for a in args {
            arrays.push(match kind(a) {
                Kind::Record(t) => {
                    own = true;
                    t.value.clone()
                }
                Kind::Array(a) => a.clone(),
                _ => return Err(crate::process::unexpected(a)),
            });
        }
        let values: Vec<Value> = arrays.iter().cloned().map(Value::Array).collect();
        let outs = crate::process::bind(cx, &Trace::Eval, prim, params.clone(), &values)?;
        if !own {
            return Ok(outs);
        }
        let ins: Vec<Atom> = args.iter().zip(&arrays).map(|(v, a)| self.atom(v, a)).collect();
        let mut state = self.state.borrow_mut();
        let vars: Vec<Var> = outs.iter().map(|o| state.jaxpr.new_var(o.aval().clone())).collect();
        state.jaxpr.eqns.push(Eqn { prim, params, ins, outs: vars.clone(), span: cx.span(), role: Role::Primal });
        drop(state);
        Ok(vars.into_iter().zip(outs).map(|(var, o)| self.tracer(var, o)).collect())
    }
    /// Control flow on recorded values is unfolded along the path taken, each decision a condition, so that what a recording
    /// holds is straight-line code: its switches are all in sight.
    fn unfold(self: &Rc<Self>, cx: &Cx, params: &Params, args: &[Value]) -> Result<Option<Outs>> {
        if self.state.borrow().jaxpr.eqns.len() > MAX_EQNS {
            return Err(Error::new(
                ErrorClass::NotImplementedError,
                format!(
                    "the function takes more than {MAX_EQNS} operations along one path: too many to look at one by one"
                ),
            ));
        }
        Ok(Some(match params {
            Params::Jit { jaxpr, .. } | Params::Remat { jaxpr, .. } => eval_jaxpr(cx, jaxpr, args)?.into(),
            Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => {
                eval_jaxpr(cx, call_jaxpr, args)?.into()
            }
            Params::Cond { branches } => {
                let index = cx.concrete(&args[0], crate::Look::Index)?;
                let branch = crate::control::cond::chosen(&index, branches.len())?;
                eval_jaxpr(cx, &branches[branch], &args[1..])?.into()
            }
            Params::While { cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts } => {
                let (cond_consts, rest) = args.split_at(*cond_nconsts);
                let (body_consts, init) = rest.split_at(*body_nconsts);
                let mut carry = init.to_vec();
                loop {
                    let pred = eval_jaxpr(cx, cond_jaxpr, &[cond_consts, &carry].concat())?.remove(0);
                    if pred.ndim() != 0 {
                        return Ok(None);
                    }
                    if cx.concrete(&pred, crate::Look::Bool)?.to_i64s()?[0] == 0 {
                        break carry.into();
                    }
                    carry = eval_jaxpr(cx, body_jaxpr, &[body_consts, &carry].concat())?;
                    if self.state.borrow().jaxpr.eqns.len() > MAX_EQNS {
                        return self.unfold(cx, params, args);
                    }
                }
            }
            Params::Scan { jaxpr, length, reverse, num_consts, num_carry, .. } => {
                let (consts, rest) = args.split_at(*num_consts);
                let (init, xs) = rest.split_at(*num_carry);
                let mut carry = init.to_vec();
                let mut rows: Vec<Vec<Value>> = vec![vec![]; jaxpr.jaxpr.outs.len() - num_carry];
                for step in 0..*length {
                    let i = if *reverse { length - 1 - step } else { step };
                    let mut ins = [consts, &carry].concat();
                    for x in xs {
                        let row = ops::slice_in_dim(cx, x, i, i + 1, 1, 0)?;
                        ins.push(ops::squeeze(cx, &row, &[0])?);
                    }
                    let mut outs = eval_jaxpr(cx, jaxpr, &ins)?;
                    for (y, column) in outs.drain(*num_carry..).zip(&mut rows) {
                        let shape = [&[1], y.shape().as_slice()].concat();
                        column.push(ops::reshape(cx, &y, &shape)?);
                    }
                    carry = outs;
                }
                let y_avals = crate::control::scan::out_avals(jaxpr, *length, *num_carry).split_off(*num_carry);
                for (mut column, aval) in rows.into_iter().zip(y_avals) {
                    if *reverse {
                        column.reverse();
                    }
                    carry.push(if column.is_empty() {
                        ops::zeros(cx, &aval)?
                    } else {
                        ops::concatenate(cx, &column, 0)?
                    });
                }
                carry.into()
            }
            _ => return Ok(None),
        }))
    }
    fn tracer(self: &Rc<Self>, var: Var, v: Value) -> Value {
        match v {
            Value::Array(value) => Value::Tracer(Rc::new(RecordTracer { recorder: self.clone(), var, value })),
            tracer => tracer,
        }
    }
    /// Notes a look at `t`.
    pub(crate) fn look(&self, cx: &Cx, t: &RecordTracer, kind: LookKind) {
        let mut state = self.state.borrow_mut();
        let position = state.jaxpr.eqns.len();
        state.conditions.push(Condition {
            kind,
            atom: Atom::Var(t.var),
            seen: t.value.clone(),
            position,
            span: cx.span(),
        });
    }
}

/// Runs `f` at `args`, recording every operation that depends on the first `active` arguments (the others are constants).
pub async fn record(cx: &Cx, f: &dyn FlatFn, args: &[Array], active: usize) -> Result<Recorded> {
    let recorder = Rc::new(Recorder { id: cx.fresh_id(), live: Cell::new(true), state: Default::default() });
    let values: Vec<Value> = args
        .iter()
        .enumerate()
        .map(|(i, a)| {
            if i >= active {
                return Value::Array(a.clone());
            }
            let var = {
                let jaxpr = &mut recorder.state.borrow_mut().jaxpr;
                let var = jaxpr.new_var(a.aval().clone());
                jaxpr.invars.push(var);
                var
            };
            recorder.tracer(var, Value::Array(a.clone()))
        })
        .collect();
    let outs = {
        let _guard = cx.enter(Trace::Record(recorder.clone()));
        f.call(values).await
    };
    recorder.live.set(false);
    let outs = outs?;
    let mut results = vec![];
    let mut atoms = vec![];
    for o in &outs {
        let a = match kind(o) {
            Kind::Record(t) => t.value.clone(),
            Kind::Array(a) => a.clone(),
            _ => return Err(crate::process::unexpected(o)),
        };
        atoms.push(recorder.atom(o, &a));
        results.push(a);
    }
    let mut state = std::mem::take(&mut *recorder.state.borrow_mut());
    state.jaxpr.outs = atoms;
    crate::check(&state.jaxpr);
    Ok(Recorded { closed: ClosedJaxpr::new(state.jaxpr, state.consts), conditions: state.conditions, values: results })
}
