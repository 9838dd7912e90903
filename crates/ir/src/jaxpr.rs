//! Jaxprs: typed, single-assignment programs over primitives, and the builder that makes them.

use crate::array::Array;
use crate::aval::ShapedArray;
use crate::params::Params;
use crate::prim::Prim;
use crate::span::Span;
use std::rc::Rc;

/// A variable: an index into its Jaxpr's `avals`.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Var(pub u32);

/// An operand: a variable or a scalar literal.
#[derive(Clone, PartialEq, Debug)]
pub enum Atom {
    /// A variable of the same Jaxpr.
    Var(Var),
    /// A scalar written into the Jaxpr.
    Lit(Array),
}

/// What an equation computes in the program the user wrote.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, Default)]
pub enum Role {
    /// A value of the function itself.
    #[default]
    Primal,
    /// A directional derivative going forward.
    Tangent,
    /// A derivative going backward.
    Cotangent,
}

/// One application of a primitive.
#[derive(Clone, Debug)]
pub struct Eqn {
    /// Which primitive.
    pub prim: Prim,
    /// Its parameters.
    pub params: Params,
    /// Operands.
    pub ins: Vec<Atom>,
    /// Results.
    pub outs: Vec<Var>,
    /// The source expression it came from.
    pub span: Span,
    /// Value, tangent or cotangent.
    pub role: Role,
}

/// Spans and roles say where an equation came from, not what it computes: they are left out of equality.
impl PartialEq for Eqn {
    fn eq(&self, o: &Eqn) -> bool {
        self.prim == o.prim && self.ins == o.ins && self.outs == o.outs && self.params == o.params
    }
}

/// A program without its constants' values.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Jaxpr {
    /// The aval of each variable.
    pub avals: Vec<ShapedArray>,
    /// Variables bound to constants.
    pub constvars: Vec<Var>,
    /// Arguments.
    pub invars: Vec<Var>,
    /// Equations in order.
    pub eqns: Vec<Eqn>,
    /// Results.
    pub outs: Vec<Atom>,
}

impl Jaxpr {
    /// The aval of a variable.
    pub fn aval(&self, v: Var) -> &ShapedArray {
        &self.avals[v.0 as usize]
    }
    /// The aval of an atom.
    pub fn atom_aval<'a>(&'a self, a: &'a Atom) -> &'a ShapedArray {
        match a {
            Atom::Var(v) => self.aval(*v),
            Atom::Lit(l) => l.aval(),
        }
    }
    /// Argument avals.
    pub fn in_avals(&self) -> Vec<ShapedArray> {
        self.invars.iter().map(|v| self.aval(*v).clone()).collect()
    }
    /// Result avals.
    pub fn out_avals(&self) -> Vec<ShapedArray> {
        self.outs.iter().map(|a| self.atom_aval(a).clone()).collect()
    }
    /// A new variable of this aval.
    pub fn new_var(&mut self, aval: ShapedArray) -> Var {
        self.avals.push(aval);
        Var(self.avals.len() as u32 - 1)
    }
}

/// A Jaxpr with the values of its constants.
#[derive(Clone, Debug)]
pub struct ClosedJaxpr {
    /// The program.
    pub jaxpr: Rc<Jaxpr>,
    /// One array per `constvars`.
    pub consts: Rc<[Array]>,
}

impl ClosedJaxpr {
    /// Closes `jaxpr` over `consts` (one per constvar).
    pub fn new(jaxpr: Jaxpr, consts: Vec<Array>) -> ClosedJaxpr {
        debug_assert_eq!(jaxpr.constvars.len(), consts.len());
        ClosedJaxpr { jaxpr: Rc::new(jaxpr), consts: consts.into() }
    }
    /// Argument avals.
    pub fn in_avals(&self) -> Vec<ShapedArray> {
        self.jaxpr.in_avals()
    }
    /// Result avals.
    pub fn out_avals(&self) -> Vec<ShapedArray> {
        self.jaxpr.out_avals()
    }
}

impl PartialEq for ClosedJaxpr {
    fn eq(&self, o: &ClosedJaxpr) -> bool {
        (Rc::ptr_eq(&self.jaxpr, &o.jaxpr) || self.jaxpr == o.jaxpr)
            && (Rc::ptr_eq(&self.consts, &o.consts) || self.consts == o.consts)
    }
}
