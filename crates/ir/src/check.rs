//! The type check of Jaxprs, run after each pass in debug builds: what it finds is a bug of ours.

use crate::aval::ShapedArray;
use crate::elementwise::shared::elementwise_type;
use crate::jaxpr::{Atom, ClosedJaxpr, Eqn, Jaxpr, Var};
use crate::params::Params;
use crate::rows::Typing;

/// Every variable is defined once, before its uses; results have the types their primitives give; inner Jaxprs take what
/// their equation hands them. The message names the equation.
pub fn check_jaxpr(j: &Jaxpr) -> Result<(), String> {
    let mut defined = vec![false; j.avals.len()];
    let mut define = |v: Var| match defined.get_mut(v.0 as usize) {
        None => Err(format!("variable {} has no aval", v.0)),
        Some(true) => Err(format!("variable {} is defined twice", v.0)),
        Some(d) => {
            *d = true;
            Ok(())
        }
    };
    for &v in j.constvars.iter().chain(&j.invars) {
        define(v)?;
    }
    let mut seen = std::collections::HashSet::new();
    seen.extend(j.constvars.iter().chain(&j.invars).copied());
    for (i, e) in j.eqns.iter().enumerate() {
        let place = |m: String| format!("equation {i} ({}): {m}", e.prim.name());
        for a in &e.ins {
            check_atom(a, &seen).map_err(place)?;
        }
        for &v in &e.outs {
            define(v).map_err(place)?;
            seen.insert(v);
        }
        check_eqn(j, e).map_err(place)?;
    }
    j.outs.iter().try_for_each(|a| check_atom(a, &seen).map_err(|m| format!("result: {m}")))
}

fn check_atom(a: &Atom, seen: &std::collections::HashSet<Var>) -> Result<(), String> {
    match a {
        Atom::Var(v) if !seen.contains(v) => Err(format!("variable {} is used before it is defined", v.0)),
        Atom::Lit(l) if l.aval().ndim() > 0 => Err(format!("a literal of type {}", l.aval())),
        _ => Ok(()),
    }
}

fn check_eqn(j: &Jaxpr, e: &Eqn) -> Result<(), String> {
    let ins: Vec<&ShapedArray> = e.ins.iter().map(|a| j.atom_aval(a)).collect();
    let outs: Vec<&ShapedArray> = e.outs.iter().map(|v| j.aval(*v)).collect();
    let row = e.prim.row();
    let want = match &row.typing {
        Typing::Elementwise(accepts, out) => elementwise_type(row.name, accepts, *out, &ins).map(|a| vec![a]),
        Typing::Rule(rule) => rule(&e.params, &ins),
        Typing::Structural => return check_inner(&e.params, &ins, &outs),
    }
    .map_err(|e| e.to_string())?;
    same("results", &want.iter().collect::<Vec<_>>(), &outs)
}

/// The same shapes and dtypes. Weak types are left out: they say how a value was made, and passes may forget them.
fn same(what: &str, want: &[&ShapedArray], got: &[&ShapedArray]) -> Result<(), String> {
    if want.len() == got.len() && want.iter().zip(got).all(|(w, g)| w.same_type(g)) {
        return Ok(());
    }
    let list = |xs: &[&ShapedArray]| xs.iter().map(|a| a.short()).collect::<Vec<_>>().join(" ");
    Err(format!("{what}: expected {}, got {}", list(want), list(got)))
}

/// An inner Jaxpr, itself well typed, that takes `ins` and gives `outs`.
fn call(j: &ClosedJaxpr, ins: &[&ShapedArray], outs: &[&ShapedArray]) -> Result<(), String> {
    check_jaxpr(&j.jaxpr).map_err(|m| format!("inside: {m}"))?;
    let (i, o) = (j.in_avals(), j.out_avals());
    same("arguments of the inner Jaxpr", &i.iter().collect::<Vec<_>>(), ins)?;
    same("results of the inner Jaxpr", &o.iter().collect::<Vec<_>>(), outs)
}

fn check_inner(p: &Params, ins: &[&ShapedArray], outs: &[&ShapedArray]) -> Result<(), String> {
    match p {
        Params::Jit { jaxpr, .. } | Params::Remat { jaxpr, .. } => call(jaxpr, ins, outs),
        Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => {
            call(call_jaxpr, ins, outs)
        }
        Params::Cond { branches } => {
            let Some((_, operands)) = ins.split_first() else { return Err("no index".into()) };
            branches.iter().try_for_each(|b| call(b, operands, outs))
        }
        Params::While { cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts } => {
            if ins.len() < cond_nconsts + body_nconsts {
                return Err("fewer operands than constants".into());
            }
            let (consts, carry) = ins.split_at(cond_nconsts + body_nconsts);
            let (c, b) = consts.split_at(*cond_nconsts);
            let predicate = ShapedArray::scalar(crate::DType::Bool, false);
            call(cond_jaxpr, &[c, carry].concat(), &[&predicate])?;
            call(body_jaxpr, &[b, carry].concat(), outs)
        }
        Params::Scan { jaxpr, length, num_consts, num_carry, .. } => {
            let fixed = num_consts + num_carry;
            if ins.len() < fixed || outs.len() < *num_carry {
                return Err("fewer operands than constants and carry".into());
            }
            let row = |a: &ShapedArray| match a.shape.split_first() {
                Some((n, rest)) if n == length => Ok(a.with_shape(rest)),
                _ => Err(format!("{} scanned over a length of {length}", a.short())),
            };
            let xs = ins[fixed..].iter().map(|a| row(a)).collect::<Result<Vec<_>, _>>()?;
            let ys = outs[*num_carry..].iter().map(|a| row(a)).collect::<Result<Vec<_>, _>>()?;
            let ins: Vec<&ShapedArray> = ins[..fixed].iter().copied().chain(&xs).collect();
            let outs: Vec<&ShapedArray> = outs[..*num_carry].iter().copied().chain(&ys).collect();
            call(jaxpr, &ins, &outs)
        }
        Params::CustomLin { out_avals, .. } | Params::Callback { out_avals, .. } => {
            same("results", &out_avals.iter().collect::<Vec<_>>(), outs)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DType, Prim};

    fn scalar_jaxpr() -> Jaxpr {
        let mut j = Jaxpr::default();
        let f = ShapedArray::scalar(DType::F32, false);
        let (x, y) = (j.new_var(f.clone()), j.new_var(f));
        j.invars = vec![x];
        j.eqns.push(Eqn {
            prim: Prim::Sin,
            params: Params::None,
            ins: vec![Atom::Var(x)],
            outs: vec![y],
            span: Default::default(),
            role: Default::default(),
        });
        j.outs = vec![Atom::Var(y)];
        j
    }

    #[test]
    fn what_is_wrong_is_found() {
        assert_eq!(check_jaxpr(&scalar_jaxpr()), Ok(()));
        let rows: [(fn(&mut Jaxpr), &str); 5] = [
            (|j| j.eqns[0].ins = vec![Atom::Var(Var(1))], "equation 0 (sin): variable 1 is used before it is defined"),
            (|j| j.eqns[0].outs = vec![Var(0)], "equation 0 (sin): variable 0 is defined twice"),
            (|j| j.outs = vec![Atom::Var(Var(7))], "result: variable 7 is used before it is defined"),
            (|j| j.avals[1].dtype = DType::I32, "equation 0 (sin): results: expected f32[], got i32[]"),
            (
                |j| j.avals[0].dtype = DType::I32,
                "equation 0 (sin): TypeError: sin does not accept dtype int32. Accepted dtypes are subtypes of floating, complexfloating.",
            ),
        ];
        for (breaks, message) in rows {
            let mut j = scalar_jaxpr();
            breaks(&mut j);
            assert_eq!(check_jaxpr(&j), Err(message.to_string()));
        }
    }
}
