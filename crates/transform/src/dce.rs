//! Dead code: equations, constants, and the carries, slices and results of control flow that nothing needs.

use crate::simplify::has_effects;
use gradlens_ir::{Array, Atom, ClosedJaxpr, Eqn, Jaxpr, Params, Var};

/// Drops equations whose results nobody uses, unless they have effects, and constants nobody uses. Control flow loses the
/// results nobody uses and what was computed for them alone. Arguments stay.
pub fn dce(closed: &ClosedJaxpr) -> ClosedJaxpr {
    dce_for(closed, &vec![true; closed.jaxpr.outs.len()]).0
}

/// The same for some of the results; also tells which arguments are still used.
fn dce_for(closed: &ClosedJaxpr, wanted: &[bool]) -> (ClosedJaxpr, Vec<bool>) {
    let from = &closed.jaxpr;
    let outs = kept(&from.outs, wanted);
    let mut live = vec![false; from.avals.len()];
    let mark = |live: &mut [bool], a: &Atom| {
        if let Atom::Var(v) = a {
            live[v.0 as usize] = true;
        }
    };
    outs.iter().for_each(|a| mark(&mut live, a));
    let mut eqns = Vec::with_capacity(from.eqns.len());
    for eqn in from.eqns.iter().rev() {
        let effects = has_effects(eqn.prim, &eqn.params);
        let used: Vec<bool> = eqn.outs.iter().map(|v| live[v.0 as usize]).collect();
        if !effects && !used.contains(&true) {
            continue;
        }
        let eqn = if effects { eqn.clone() } else { narrowed(eqn, &used) };
        eqn.ins.iter().for_each(|a| mark(&mut live, a));
        eqns.push(eqn);
    }
    eqns.reverse();
    let used: Vec<bool> = from.constvars.iter().map(|v| live[v.0 as usize]).collect();
    let consts: Vec<Array> = kept(&closed.consts, &used);
    let jaxpr = Jaxpr {
        avals: from.avals.clone(),
        constvars: kept(&from.constvars, &used),
        invars: from.invars.clone(),
        eqns,
        outs,
    };
    let args = jaxpr.invars.iter().map(|v| live[v.0 as usize]).collect();
    (ClosedJaxpr::new(jaxpr, consts), args)
}

fn kept<T: Clone>(xs: &[T], keep: &[bool]) -> Vec<T> {
    xs.iter().zip(keep).filter(|(_, k)| **k).map(|(x, _)| x.clone()).collect()
}

fn without_args(closed: &ClosedJaxpr, keep: &[bool]) -> ClosedJaxpr {
    let from = &closed.jaxpr;
    let jaxpr = Jaxpr { invars: kept(&from.invars, keep), ..(**from).clone() };
    ClosedJaxpr { jaxpr: jaxpr.into(), consts: closed.consts.clone() }
}

fn either(a: &[bool], b: &[bool]) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| a | b).collect()
}

fn count(keep: &[bool]) -> usize {
    keep.iter().filter(|k| **k).count()
}

/// An equation without the results that are not used.
fn narrowed(eqn: &Eqn, used: &[bool]) -> Eqn {
    let (params, ins, outs) = match &eqn.params {
        Params::Cond { branches } => cond(branches, &eqn.ins, used),
        Params::Scan { jaxpr, num_consts, num_carry, length, reverse, unroll } => {
            let (body, keep) = carried(used, *num_carry, |wanted| {
                let (body, args) = dce_for(jaxpr, wanted);
                let carry = args[*num_consts..num_consts + num_carry].to_vec();
                ((body, args), carry)
            });
            let (body, mut args) = body;
            args[*num_consts..num_consts + num_carry].copy_from_slice(&keep[..*num_carry]);
            let params = Params::Scan {
                jaxpr: without_args(&body, &args),
                num_consts: count(&args[..*num_consts]),
                num_carry: count(&keep[..*num_carry]),
                length: *length,
                reverse: *reverse,
                unroll: *unroll,
            };
            (params, kept(&eqn.ins, &args), keep)
        }
        Params::While { cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts } => {
            let (test, tested) = dce_for(cond_jaxpr, &[true]);
            let first = either(used, &tested[*cond_nconsts..]);
            let (body, keep) = carried(&first, first.len(), |wanted| {
                let (body, args) = dce_for(body_jaxpr, wanted);
                let carry = args[*body_nconsts..].to_vec();
                ((body, args), carry)
            });
            let (body, args) = body;
            let cond_args = [&tested[..*cond_nconsts], &keep].concat();
            let body_args = [&args[..*body_nconsts], &keep].concat();
            let params = Params::While {
                cond_jaxpr: without_args(&test, &cond_args),
                cond_nconsts: count(&cond_args[..*cond_nconsts]),
                body_jaxpr: without_args(&body, &body_args),
                body_nconsts: count(&body_args[..*body_nconsts]),
            };
            let ins = [&cond_args[..*cond_nconsts], &body_args].concat();
            (params, kept(&eqn.ins, &ins), keep)
        }
        _ => return eqn.clone(),
    };
    let outs: Vec<Var> = kept(&eqn.outs, &outs);
    Eqn { prim: eqn.prim, params, ins, outs, span: eqn.span, role: eqn.role }
}

fn cond(branches: &[ClosedJaxpr], ins: &[Atom], used: &[bool]) -> (Params, Vec<Atom>, Vec<bool>) {
    let narrow: Vec<_> = branches.iter().map(|b| dce_for(b, used)).collect();
    let args = narrow.iter().fold(vec![false; ins.len() - 1], |all, (_, args)| either(&all, args));
    let branches = narrow.iter().map(|(b, _)| without_args(b, &args)).collect();
    let mut kept_ins = vec![ins[0].clone()];
    kept_ins.extend(kept(&ins[1..], &args));
    (Params::Cond { branches }, kept_ins, used.to_vec())
}

/// The least set of results (the first `num_carry` of them carries) that holds those used and the carries they need.
/// `body` narrows the body to some results, and tells which carries that reads.
fn carried<B>(used: &[bool], num_carry: usize, body: impl Fn(&[bool]) -> (B, Vec<bool>)) -> (B, Vec<bool>) {
    let mut keep = used.to_vec();
    loop {
        let (b, reads) = body(&keep);
        let more = (0..num_carry).filter(|&i| reads[i] && !keep[i]).collect::<Vec<_>>();
        if more.is_empty() {
            return (b, keep);
        }
        more.into_iter().for_each(|i| keep[i] = true);
    }
}
