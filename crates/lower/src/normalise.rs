//! Rewrites that leave fewer primitives to lower: split, stack, unstack, tile and transposing reshapes become slices,
//! concatenates, broadcasts, transposes and plain reshapes.

use gradlens_ir::{Array, Atom, ClosedJaxpr, Eqn, Jaxpr, Params, Prim, Shape, Var};

struct Rewriter {
    jaxpr: Jaxpr,
    consts: Vec<Array>,
}

impl Rewriter {
    /// A new equation like `e`, with a result of this shape and the dtype of `x`.
    fn step(&mut self, e: &Eqn, prim: Prim, params: Params, x: Atom, shape: &[usize]) -> Atom {
        let aval = self.jaxpr.atom_aval(&x).with_shape(shape);
        let out = self.jaxpr.new_var(aval);
        self.push(e, prim, params, vec![x], out);
        Atom::Var(out)
    }

    fn push(&mut self, e: &Eqn, prim: Prim, params: Params, ins: Vec<Atom>, out: Var) {
        self.jaxpr.eqns.push(Eqn { prim, params, ins, outs: vec![out], span: e.span, role: e.role });
    }

    fn shape(&self, a: &Atom) -> Shape {
        self.jaxpr.atom_aval(a).shape.clone()
    }

    fn reshape_into(&mut self, e: &Eqn, x: Atom, out: Var) {
        let new_sizes = self.jaxpr.aval(out).shape.clone();
        self.push(e, Prim::Reshape, Params::Reshape { new_sizes, dimensions: None }, vec![x], out);
    }

    fn part(&self, x: &Atom, axis: usize, start: usize, len: usize) -> (Params, Vec<usize>) {
        let shape = self.shape(x);
        let mut start_indices = vec![0; shape.len()];
        let mut limit_indices = shape.to_vec();
        start_indices[axis] = start;
        limit_indices[axis] = start + len;
        let mut sizes = shape.to_vec();
        sizes[axis] = len;
        (Params::Slice { start_indices, limit_indices, strides: None }, sizes)
    }

    /// A literal whose bytes are still on a device becomes a constant, which a program reads as an input.
    fn atom(&mut self, a: &Atom) -> Atom {
        match a {
            Atom::Lit(l) if l.host().is_err() => {
                let v = self.jaxpr.new_var(l.aval().clone());
                self.jaxpr.constvars.push(v);
                self.consts.push(l.clone());
                Atom::Var(v)
            }
            _ => a.clone(),
        }
    }

    fn rewrite(&mut self, e: &Eqn) {
        let waits = |a: &Atom| matches!(a, Atom::Lit(l) if l.host().is_err());
        if e.ins.iter().any(waits) {
            let ins = e.ins.iter().map(|a| self.atom(a)).collect();
            return self.rewrite(&Eqn { ins, ..e.clone() });
        }
        let x = e.ins.first().cloned();
        match (&e.params, x) {
            (Params::Reshape { dimensions: Some(order), .. }, Some(x)) => {
                let from = self.shape(&x);
                let shape: Vec<usize> = order.iter().map(|&a| from[a]).collect();
                let turned = self.step(e, Prim::Transpose, Params::Transpose { permutation: order.clone() }, x, &shape);
                self.reshape_into(e, turned, e.outs[0]);
            }
            (Params::Split { sizes, axis }, Some(x)) => {
                let mut at = 0;
                for (&n, &out) in sizes.iter().zip(&e.outs) {
                    let (params, _) = self.part(&x, *axis, at, n);
                    self.push(e, Prim::Slice, params, vec![x.clone()], out);
                    at += n;
                }
            }
            (Params::Stack { axis }, Some(x)) if e.prim == Prim::Unstack => {
                for (i, &out) in e.outs.iter().enumerate() {
                    let (params, sizes) = self.part(&x, *axis, i, 1);
                    let row = self.step(e, Prim::Slice, params, x.clone(), &sizes);
                    self.push(e, Prim::Squeeze, Params::Squeeze { dimensions: vec![*axis] }, vec![row], out);
                }
            }
            (Params::Stack { axis }, Some(_)) => {
                let rows = e
                    .ins
                    .iter()
                    .map(|x| {
                        let mut shape = self.shape(x);
                        shape.insert(*axis, 1);
                        let params = Params::Reshape { new_sizes: shape.clone(), dimensions: None };
                        self.step(e, Prim::Reshape, params, x.clone(), &shape)
                    })
                    .collect();
                self.push(e, Prim::Concatenate, Params::Concatenate { dimension: *axis }, rows, e.outs[0]);
            }
            (Params::Tile { reps }, Some(x)) => {
                let from = self.shape(&x);
                let wide: Vec<usize> = reps.iter().zip(&from).flat_map(|(&r, &n)| [r, n]).collect();
                let params = Params::BroadcastInDim {
                    shape: Shape::from_slice(&wide),
                    broadcast_dimensions: (0..from.len()).map(|a| 2 * a + 1).collect(),
                };
                let wide = self.step(e, Prim::BroadcastInDim, params, x, &wide);
                self.reshape_into(e, wide, e.outs[0]);
            }
            _ => self.jaxpr.eqns.push(e.clone()),
        }
    }
}

/// The same program in fewer primitives.
pub(crate) fn normalise(closed: &ClosedJaxpr) -> ClosedJaxpr {
    let from = &closed.jaxpr;
    let mut r = Rewriter {
        jaxpr: Jaxpr {
            avals: from.avals.clone(),
            constvars: from.constvars.clone(),
            invars: from.invars.clone(),
            eqns: Vec::with_capacity(from.eqns.len()),
            outs: Vec::new(),
        },
        consts: closed.consts.to_vec(),
    };
    from.eqns.iter().for_each(|e| r.rewrite(e));
    r.jaxpr.outs = from.outs.iter().map(|a| r.atom(a)).collect();
    ClosedJaxpr::new(r.jaxpr, r.consts)
}
