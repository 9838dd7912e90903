//! Simplification of Jaxprs before they are lowered or analysed: inlining of calls, folding of
//! literals, common subexpressions, dead code.
//!
//! Every rewrite is exact: no result changes in any bit (`x*0` stays, for it may be NaN). Jaxprs that people see are not
//! put through this; `lower` and the lens work on copies of their own. Weak types may change: an alias keeps the flag of
//! what it stands for.

use gradlens_ir::rows::Effects;
use gradlens_ir::{Array, Atom, ClosedJaxpr, Eqn, Jaxpr, Params, Prim, Var};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Inlining, then folding, common subexpressions and dead code: see the module's text.
pub fn simplify(closed: &ClosedJaxpr) -> ClosedJaxpr {
    crate::dce::dce(&cse(&fold(&inline(closed))))
}

/// The body that a call-like equation runs when nobody differentiates it, and which of its operands that body takes.
pub fn call_body(eqn: &Eqn) -> Option<(&ClosedJaxpr, Vec<&Atom>)> {
    let all = || eqn.ins.iter().collect();
    match &eqn.params {
        Params::Jit { jaxpr, .. } | Params::Remat { jaxpr, .. } => Some((jaxpr, all())),
        Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => {
            Some((call_jaxpr, all()))
        }
        // Operands: the constants of matvec, vecmat, solve and transpose_solve, then the right-hand sides.
        Params::LinearSolve { solve, const_counts: [matvec, vecmat, own, transposed], .. } => {
            let first = matvec + vecmat;
            let rhs = first + own + transposed;
            Some((solve, eqn.ins[first..first + own].iter().chain(&eqn.ins[rhs..]).collect()))
        }
        // A branch known now.
        Params::Cond { branches } => {
            let Atom::Lit(index) = &eqn.ins[0] else { return None };
            let i = index.to_i64s().ok()?[0].clamp(0, branches.len() as i64 - 1) as usize;
            Some((&branches[i], eqn.ins[1..].iter().collect()))
        }
        _ => None,
    }
}

/// The inner Jaxprs of an equation, in the order of its parameters.
pub fn inner_jaxprs(params: &Params) -> Vec<&ClosedJaxpr> {
    match params {
        Params::Jit { jaxpr, .. } | Params::Remat { jaxpr, .. } | Params::Scan { jaxpr, .. } => vec![jaxpr],
        Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => vec![call_jaxpr],
        Params::Cond { branches } => branches.iter().collect(),
        Params::While { cond_jaxpr, body_jaxpr, .. } => vec![cond_jaxpr, body_jaxpr],
        Params::LinearSolve { matvec, solve, .. } => vec![matvec, solve],
        _ => Vec::new(),
    }
}

/// Whether an equation must run although nobody uses its results.
pub fn has_effects(prim: Prim, params: &Params) -> bool {
    match prim.row().effects {
        Effects::Pure => false,
        Effects::Ordered => true,
        Effects::Inner => {
            inner_jaxprs(params).iter().any(|j| j.jaxpr.eqns.iter().any(|e| has_effects(e.prim, &e.params)))
        }
    }
}

/// The operand an equation merely repeats.
fn alias_of<'a>(jaxpr: &Jaxpr, eqn: &'a Eqn) -> Option<&'a Atom> {
    let [x] = &eqn.ins[..] else { return None };
    let ([out], Effects::Pure) = (&eqn.outs[..], eqn.prim.row().effects) else { return None };
    let same = jaxpr.atom_aval(x).same_type(jaxpr.aval(*out));
    let repeats = match &eqn.params {
        Params::ConvertElementType { .. }
        | Params::Reshape { dimensions: None, .. }
        | Params::BroadcastInDim { .. } => same,
        Params::Transpose { permutation } => permutation.iter().enumerate().all(|(i, &p)| i == p),
        Params::None => matches!(eqn.prim, Prim::Copy | Prim::StopGradient),
        _ => false,
    };
    (repeats && same).then_some(x)
}

/// Builds a Jaxpr out of the equations of others, under a substitution.
struct Inliner {
    jaxpr: Jaxpr,
    consts: Vec<Array>,
}

impl Inliner {
    fn fresh(&mut self, from: &Jaxpr, v: Var) -> Var {
        self.jaxpr.new_var(from.aval(v).clone())
    }

    fn body(&mut self, closed: &ClosedJaxpr, args: &[Atom]) -> Vec<Atom> {
        let from = &closed.jaxpr;
        let mut env: Vec<Option<Atom>> = vec![None; from.avals.len()];
        for (&v, c) in from.constvars.iter().zip(closed.consts.iter()) {
            let known = self.consts.iter().position(|k| k.identity() == c.identity() && k.aval() == c.aval());
            let new = match known {
                Some(i) => self.jaxpr.constvars[i],
                None => {
                    let new = self.fresh(from, v);
                    self.jaxpr.constvars.push(new);
                    self.consts.push(c.clone());
                    new
                }
            };
            env[v.0 as usize] = Some(Atom::Var(new));
        }
        for (&v, a) in from.invars.iter().zip(args) {
            env[v.0 as usize] = Some(a.clone());
        }
        let get = |env: &[Option<Atom>], a: &Atom| match a {
            Atom::Var(v) => env[v.0 as usize].clone().unwrap_or_else(|| unreachable!("unbound variable {v:?}")),
            Atom::Lit(_) => a.clone(),
        };
        for eqn in &from.eqns {
            if let Some((inner, args)) = call_body(eqn) {
                let args: Vec<Atom> = args.into_iter().map(|a| get(&env, a)).collect();
                let outs = self.body(inner, &args);
                for (&v, a) in eqn.outs.iter().zip(outs) {
                    env[v.0 as usize] = Some(a);
                }
                continue;
            }
            if let Some(x) = alias_of(from, eqn) {
                env[eqn.outs[0].0 as usize] = Some(get(&env, x));
                continue;
            }
            let ins = eqn.ins.iter().map(|a| get(&env, a)).collect();
            let outs: Vec<Var> = eqn.outs.iter().map(|&v| self.fresh(from, v)).collect();
            for (&v, &new) in eqn.outs.iter().zip(&outs) {
                env[v.0 as usize] = Some(Atom::Var(new));
            }
            self.jaxpr.eqns.push(Eqn {
                prim: eqn.prim,
                params: eqn.params.clone(),
                ins,
                outs,
                span: eqn.span,
                role: eqn.role,
            });
        }
        from.outs.iter().map(|a| get(&env, a)).collect()
    }
}

/// Replaces `jit`, `remat`, `custom_jvp_call`, `custom_vjp_call` and `custom_linear_solve` by their bodies and drops equations that repeat their
/// operand. Bodies of control flow are left as they are. Constants of inner Jaxprs become constants of the whole.
pub fn inline(closed: &ClosedJaxpr) -> ClosedJaxpr {
    let mut b = Inliner { jaxpr: Jaxpr::default(), consts: Vec::new() };
    let args: Vec<Atom> = closed
        .jaxpr
        .invars
        .iter()
        .map(|&v| {
            let new = b.fresh(&closed.jaxpr, v);
            b.jaxpr.invars.push(new);
            Atom::Var(new)
        })
        .collect();
    b.jaxpr.outs = b.body(closed, &args);
    ClosedJaxpr::new(b.jaxpr, b.consts)
}

fn bucket(eqn: &Eqn) -> u64 {
    let mut h = DefaultHasher::new();
    eqn.prim.hash(&mut h);
    for a in &eqn.ins {
        match a {
            Atom::Var(v) => v.hash(&mut h),
            Atom::Lit(l) => l.dtype().hash(&mut h),
        }
    }
    h.finish()
}

/// Replaces scalar equations on literals by their values, exactly.
pub fn fold(closed: &ClosedJaxpr) -> ClosedJaxpr {
    let from = &closed.jaxpr;
    let mut known: HashMap<Var, Array> = HashMap::new();
    let subst = |known: &HashMap<Var, Array>, a: &Atom| match a {
        Atom::Var(v) => known.get(v).map_or_else(|| a.clone(), |l| Atom::Lit(l.clone())),
        Atom::Lit(_) => a.clone(),
    };
    let mut eqns = Vec::with_capacity(from.eqns.len());
    for eqn in &from.eqns {
        let mut eqn = eqn.clone();
        for a in &mut eqn.ins {
            *a = subst(&known, a);
        }
        let literals: Option<Vec<&Array>> = eqn
            .ins
            .iter()
            .map(|a| match a {
                Atom::Lit(l) => Some(l),
                Atom::Var(_) => None,
            })
            .collect();
        let value = match (&literals, &eqn.outs[..]) {
            (Some(ins), [out]) => gradlens_ir::fold::fold(eqn.prim, &eqn.params, ins, from.aval(*out)),
            _ => None,
        };
        match value {
            Some(v) => {
                known.insert(eqn.outs[0], v);
            }
            None => eqns.push(eqn),
        }
    }
    let outs = from.outs.iter().map(|a| subst(&known, a)).collect();
    let jaxpr =
        Jaxpr { avals: from.avals.clone(), constvars: from.constvars.clone(), invars: from.invars.clone(), eqns, outs };
    ClosedJaxpr { jaxpr: jaxpr.into(), consts: closed.consts.clone() }
}

/// Computes equal equations once. Equality is structural (literals by bits); effects are never merged.
pub fn cse(closed: &ClosedJaxpr) -> ClosedJaxpr {
    let from = &closed.jaxpr;
    let mut replaced: HashMap<Var, Var> = HashMap::new();
    let subst = |replaced: &HashMap<Var, Var>, a: &Atom| match a {
        Atom::Var(v) => Atom::Var(*replaced.get(v).unwrap_or(v)),
        Atom::Lit(_) => a.clone(),
    };
    let mut known: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut eqns: Vec<Eqn> = Vec::with_capacity(from.eqns.len());
    for eqn in &from.eqns {
        let mut eqn = eqn.clone();
        for a in &mut eqn.ins {
            *a = subst(&replaced, a);
        }
        if has_effects(eqn.prim, &eqn.params) {
            eqns.push(eqn);
            continue;
        }
        let same = known.entry(bucket(&eqn)).or_default();
        let twin = same.iter().copied().find(|&i| {
            let e = &eqns[i];
            // Equality of equations compares results too; here only their types must agree.
            e.prim == eqn.prim
                && e.ins == eqn.ins
                && e.params == eqn.params
                && e.outs.len() == eqn.outs.len()
                && e.outs.iter().zip(&eqn.outs).all(|(&a, &b)| from.aval(a).same_type(from.aval(b)))
        });
        match twin {
            Some(i) => replaced.extend(eqn.outs.iter().copied().zip(eqns[i].outs.iter().copied())),
            None => {
                same.push(eqns.len());
                eqns.push(eqn);
            }
        }
    }
    let outs = from.outs.iter().map(|a| subst(&replaced, a)).collect();
    let jaxpr =
        Jaxpr { avals: from.avals.clone(), constvars: from.constvars.clone(), invars: from.invars.clone(), eqns, outs };
    ClosedJaxpr { jaxpr: jaxpr.into(), consts: closed.consts.clone() }
}
