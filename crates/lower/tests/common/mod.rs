//! A builder of small Jaxprs, and a run on the reference interpreter.
#![allow(dead_code)]

pub mod engine;

use gradlens_backend::Interpreter;
use gradlens_backend::{Backend, Buffer};
use gradlens_ir::elementwise::shared::elementwise_type;
use gradlens_ir::rows::Typing;
use gradlens_ir::{Array, Atom, ClosedJaxpr, DType, Eqn, HostBuf, Jaxpr, Params, Prim, Role, ShapedArray, Span};
use gradlens_kernel::{Bytes, Program};
use gradlens_lower::{Lowered, Options, lower};
use std::rc::Rc;
use std::sync::Arc;

/// A Jaxpr being written.
#[derive(Default)]
pub struct Builder {
    pub jaxpr: Jaxpr,
    pub consts: Vec<Array>,
}

impl Builder {
    pub fn input(&mut self, dtype: DType, shape: &[usize]) -> Atom {
        let v = self.jaxpr.new_var(ShapedArray::new(shape, dtype));
        self.jaxpr.invars.push(v);
        Atom::Var(v)
    }

    pub fn f32(&mut self, shape: &[usize]) -> Atom {
        self.input(DType::F32, shape)
    }

    pub fn constant(&mut self, a: Array) -> Atom {
        let v = self.jaxpr.new_var(a.aval().clone());
        self.jaxpr.constvars.push(v);
        self.consts.push(a);
        Atom::Var(v)
    }

    /// An equation whose results' types come from the primitive's row.
    pub fn eqn(&mut self, prim: Prim, params: Params, ins: &[&Atom]) -> Vec<Atom> {
        let avals: Vec<ShapedArray> = ins.iter().map(|a| self.jaxpr.atom_aval(a).clone()).collect();
        let refs: Vec<&ShapedArray> = avals.iter().collect();
        let outs = match &prim.row().typing {
            Typing::Elementwise(accepts, out) => {
                vec![elementwise_type(prim.name(), accepts, *out, &refs).expect("types")]
            }
            Typing::Rule(rule) => rule(&params, &refs).expect("types"),
            Typing::Structural => panic!("{} has no type rule here", prim.name()),
        };
        self.typed(prim, params, ins, &outs)
    }

    /// An equation with results of these types.
    pub fn typed(&mut self, prim: Prim, params: Params, ins: &[&Atom], outs: &[ShapedArray]) -> Vec<Atom> {
        let outs: Vec<_> = outs.iter().map(|a| self.jaxpr.new_var(a.clone())).collect();
        self.jaxpr.eqns.push(Eqn {
            prim,
            params,
            ins: ins.iter().map(|&a| a.clone()).collect(),
            outs: outs.clone(),
            span: Span::NONE,
            role: Role::Primal,
        });
        outs.into_iter().map(Atom::Var).collect()
    }

    pub fn op(&mut self, prim: Prim, ins: &[&Atom]) -> Atom {
        self.eqn(prim, Params::None, ins).remove(0)
    }

    pub fn op1(&mut self, prim: Prim, params: Params, ins: &[&Atom]) -> Atom {
        self.eqn(prim, params, ins).remove(0)
    }

    pub fn finish(mut self, outs: &[&Atom]) -> ClosedJaxpr {
        self.jaxpr.outs = outs.iter().map(|&a| a.clone()).collect();
        ClosedJaxpr::new(self.jaxpr, self.consts)
    }
}

pub fn lit(x: f64) -> Atom {
    Atom::Lit(Array::full(&[], DType::F32, x))
}

pub fn f32s(shape: &[usize], xs: &[f32]) -> Array {
    Array::from_slice(shape, DType::F32, xs)
}

pub fn i32s(shape: &[usize], xs: &[i32]) -> Array {
    Array::from_slice(shape, DType::I32, xs)
}

/// 0, 1, 2, ... plus `first`.
pub fn ramp(shape: &[usize], first: f32) -> Array {
    let n: usize = shape.iter().product();
    f32s(shape, &(0..n).map(|i| i as f32 + first).collect::<Vec<_>>())
}

/// Runs a program on arrays and gives its results' bytes.
pub fn run_program(program: &Program, inputs: &[Array]) -> Vec<Bytes> {
    program.validate().expect("a valid program");
    let interp = Interpreter::new();
    let exe = interp.compile(&Arc::new(program.clone())).expect("compiles");
    let buffers: Vec<Buffer> = inputs
        .iter()
        .zip(&program.inputs)
        .map(|(a, &b)| Buffer::host(program.buffer(b).dtype, Bytes::copy_from(a.host().expect("on host").bytes())))
        .collect();
    let outs = interp.run(&exe, &buffers).unwrap_or_else(|e| panic!("{e}\n{program}"));
    outs.iter().map(|b| b.host_bytes().expect("on host").clone()).collect()
}

pub fn lowered(closed: &ClosedJaxpr, options: &Options) -> Lowered {
    lower(closed, options).unwrap_or_else(|e| panic!("{e}"))
}

/// Lowers and runs, fused.
pub fn run(closed: &ClosedJaxpr, inputs: &[Array]) -> Vec<Array> {
    run_with(closed, inputs, &Options::default())
}

pub fn run_with(closed: &ClosedJaxpr, inputs: &[Array], options: &Options) -> Vec<Array> {
    let l = lowered(closed, options);
    let all: Vec<Array> = inputs.iter().chain(&l.consts).cloned().collect();
    run_program(&l.program, &all)
        .iter()
        .zip(closed.out_avals())
        .map(|(b, aval)| Array::from_host(aval, Rc::new(HostBuf::from_bytes(b.as_slice()))))
        .collect()
}

/// How many nests a program has.
pub fn nests(closed: &ClosedJaxpr) -> usize {
    lowered(closed, &Options::default()).program.steps.len()
}

/// Runs fused and not, wants the same bits, and gives the values.
pub fn both(closed: &ClosedJaxpr, inputs: &[Array]) -> Vec<Vec<f64>> {
    let fused = run(closed, inputs);
    let plain = run_with(closed, inputs, &Options { fuse: false, ..Options::default() });
    for (a, b) in fused.iter().zip(&plain) {
        assert_eq!(a.host().expect("host").bytes(), b.host().expect("host").bytes(), "fusion changed a result");
    }
    fused.iter().map(|a| a.to_f64s().expect("host")).collect()
}
