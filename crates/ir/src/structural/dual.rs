//! Forward derivatives of rules that are themselves written with primitives (a product as a tree of products, a
//! cumulative maximum as a parallel scan): the function runs on pairs of primal and tangent.

use crate::aval::ShapedArray;
use crate::error::{Error, Result};
use crate::ops;
use crate::params::Params;
use crate::prim::Prim;
use crate::rows::{Jvp, Part, Tangent};
use crate::value::{Bind, Outs, TracerObj, Value};
use std::any::Any;
use std::rc::Rc;

/// A primal with its tangent, known only to the `Dual` context of one call.
#[derive(Debug)]
struct Pair {
    primal: Value,
    tangent: Value,
    owner: usize,
}

impl TracerObj for Pair {
    fn aval(&self) -> &ShapedArray {
        self.primal.aval()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Applies primitives to pairs; calls may nest, so each knows its own pairs.
pub struct Dual<'a> {
    inner: &'a dyn Bind,
    id: usize,
}

impl Dual<'_> {
    fn parts(&self, x: &Value) -> (Value, Tangent) {
        if let Value::Tracer(t) = x
            && let Some(pair) = t.as_any().downcast_ref::<Pair>()
            && pair.owner == self.id
        {
            return (pair.primal.clone(), Some(pair.tangent.clone()));
        }
        (x.clone(), None)
    }

    /// Applies a function with a derivative of its own: `f` to the primals, `rule` to primals, tangents (zeros where there
    /// are none) and the result.
    pub fn with_rule(
        &self,
        args: &[&Value],
        f: impl FnOnce(&dyn Bind, &[Value]) -> Result<Value>,
        rule: impl FnOnce(&dyn Bind, &[Value], &[Value], &Value) -> Result<Value>,
    ) -> Result<Value> {
        let (primals, tangents): (Vec<Value>, Vec<Tangent>) = args.iter().map(|x| self.parts(x)).unzip();
        let out = f(self.inner, &primals)?;
        if tangents.iter().all(|t| t.is_none()) {
            return Ok(out);
        }
        let tangents = tangents
            .into_iter()
            .zip(&primals)
            .map(|(t, x)| t.map_or_else(|| ops::zeros(self.inner, &x.aval().tangent()), Ok))
            .collect::<Result<Vec<_>>>()?;
        let tangent = rule(self.inner, &primals, &tangents, &out)?;
        Ok(self.join(out, Some(tangent)))
    }

    fn join(&self, primal: Value, tangent: Tangent) -> Value {
        match tangent {
            None => primal,
            Some(tangent) => Value::Tracer(Rc::new(Pair { primal, tangent, owner: self.id })),
        }
    }
}

impl Bind for Dual<'_> {
    fn bind(&self, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
        let (primals, tangents): (Vec<Value>, Vec<Tangent>) = args.iter().map(|x| self.parts(x)).unzip();
        if tangents.iter().all(|t| t.is_none()) {
            return self.inner.bind(prim, params, &primals);
        }
        let (outs, tangents) = apply_jvp(self.inner, prim, &params, &primals, &tangents)?;
        Ok(outs.into_iter().zip(tangents).map(|(x, t)| self.join(x, t)).collect())
    }
    fn x64(&self) -> bool {
        self.inner.x64()
    }
}

/// One primitive's forward derivative, from its row.
pub fn apply_jvp(
    cx: &dyn Bind,
    prim: Prim,
    params: &Params,
    xs: &[Value],
    ts: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    match &prim.row().jvp {
        Jvp::Rule(rule) => rule(cx, params, xs, ts),
        Jvp::Zero => {
            let outs = cx.bind(prim, params.clone(), xs)?;
            let none = vec![None; outs.len()];
            Ok((outs, none))
        }
        Jvp::Linear => {
            let outs = cx.bind(prim, params.clone(), xs)?;
            let ts = ts
                .iter()
                .zip(xs)
                .map(|(t, x)| match t {
                    Some(t) => Ok(t.clone()),
                    None => ops::zeros(cx, &x.aval().tangent()),
                })
                .collect::<Result<Vec<_>>>()?;
            Ok((outs, cx.bind(prim, params.clone(), &ts)?.into_iter().map(Some).collect()))
        }
        Jvp::Parts(parts) => {
            let outs = cx.bind(prim, params.clone(), xs)?;
            let mut total: Tangent = None;
            for (i, part) in parts.iter().enumerate() {
                if let (Part::Rule(rule), Some(g)) = (part, &ts[i]) {
                    let term = rule(cx, params, g, &outs[0], xs)?;
                    total = Some(match total {
                        None => term,
                        Some(sum) => ops::add_any(cx, &sum, &term)?,
                    });
                }
            }
            Ok((outs, vec![total]))
        }
        Jvp::Undefined(message) => Err(Error::not_implemented(*message)),
        Jvp::Structural => Err(Error::internal(format!("{} inside a rule written with primitives", prim.name()))),
    }
}

/// A function over primitives.
pub type Function<'a> = dyn Fn(&Dual<'_>, &[Value]) -> Result<Vec<Value>> + 'a;

/// The results of `f` and their tangents.
pub fn jvp_of(
    cx: &dyn Bind,
    f: &Function<'_>,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Vec<Value>, Vec<Tangent>)> {
    thread_local! { static NEXT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) }; }
    let id = NEXT.with(|n| n.replace(n.get().wrapping_add(1)));
    let dual = Dual { inner: cx, id };
    let args: Vec<Value> = primals.iter().zip(tangents).map(|(x, t)| dual.join(x.clone(), t.clone())).collect();
    Ok(f(&dual, &args)?.iter().map(|x| dual.parts(x)).unzip())
}
