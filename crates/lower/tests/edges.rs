//! Empty arrays, scalars, arguments that are results, narrow integers, integer overflow, every dtype through a copy.

mod common;
use common::*;
use gradlens_ir::params::DotDims;
use gradlens_ir::{Array, Atom, DType, DeviceData, HostBuf, LocalBoxFuture, Params, Prim, Result, Shape, ShapedArray};
use gradlens_lower::{Options, lower_eqn};
use std::rc::Rc;

#[test]
fn folds_over_nothing_are_identities() {
    let mut b = Builder::default();
    let x = b.f32(&[0, 3]);
    let i = b.input(DType::I8, &[0]);
    let reduce = |axes: &[usize]| Params::Reduce { axes: axes.to_vec() };
    let sum = b.op1(Prim::ReduceSum, reduce(&[0]), &[&x]);
    let most = b.op1(Prim::ReduceMax, reduce(&[0]), &[&x]);
    let prod = b.op1(Prim::ReduceProd, reduce(&[0, 1]), &[&x]);
    let none = b.op1(Prim::ReduceSum, reduce(&[1]), &[&x]);
    let low = b.op1(Prim::ReduceMax, reduce(&[0]), &[&i]);
    let high = b.op1(Prim::ReduceMin, reduce(&[0]), &[&i]);
    let dims = DotDims { lhs_contract: vec![0], rhs_contract: vec![0], ..DotDims::default() };
    let dot = b.op1(Prim::DotGeneral, Params::DotGeneral { dims, preferred_element_type: None }, &[&x, &x]);
    let joined = b.op1(Prim::Concatenate, Params::Concatenate { dimension: 0 }, &[&x, &x]);
    let j = b.finish(&[&sum, &most, &prod, &none, &low, &high, &dot, &joined]);
    let got = both(&j, &[f32s(&[0, 3], &[]), Array::from_slice::<i8>(&[0], DType::I8, &[])]);
    let least = f64::NEG_INFINITY;
    assert_eq!(
        got,
        [vec![0.0; 3], vec![least; 3], vec![1.0], vec![], vec![-128.0], vec![127.0], vec![0.0; 9], vec![],]
    );
}

#[test]
fn arguments_literals_and_repeats_may_be_results() {
    let mut b = Builder::default();
    let x = b.f32(&[2]);
    let y = b.op(Prim::Neg, &[&x]);
    let same = b.op1(Prim::Reshape, Params::Reshape { new_sizes: Shape::from_slice(&[1, 2]), dimensions: None }, &[&y]);
    let j = b.finish(&[&x, &lit(4.0), &y, &y, &same, &x]);
    let (x, y) = (vec![1.0, 2.0], vec![-1.0, -2.0]);
    assert_eq!(both(&j, &[ramp(&[2], 1.0)]), [x.clone(), vec![4.0], y.clone(), y.clone(), y, x]);
}

#[test]
fn integers_wrap_at_their_width() {
    for (dtype, x, y, sum, product) in [
        (DType::I8, 127.0, 2.0, -127.0, -2.0),
        (DType::U8, 255.0, 2.0, 1.0, 254.0),
        (DType::I16, 32767.0, 2.0, -32767.0, -2.0),
        (DType::I32, 2147483647.0, 2.0, -2147483647.0, -2.0),
        (DType::U32, 4294967295.0, 2.0, 1.0, 4294967294.0),
    ] {
        let mut b = Builder::default();
        let (p, q) = (b.input(dtype, &[]), b.input(dtype, &[]));
        let s = b.op(Prim::Add, &[&p, &q]);
        let m = b.op(Prim::Mul, &[&p, &q]);
        let j = b.finish(&[&s, &m]);
        let got = both(&j, &[Array::full(&[], dtype, x), Array::full(&[], dtype, y)]);
        assert_eq!(got, [vec![sum], vec![product]], "{dtype}");
    }
}

#[test]
fn one_equation_of_any_dtype() {
    for dtype in DType::ALL {
        let from = ShapedArray::new([2, 3], dtype);
        let to = ShapedArray::new([3, 2], dtype);
        let turn = Params::Transpose { permutation: vec![1, 0] };
        let l = lower_eqn(Prim::Transpose, &turn, &[from], &[to], &Options::default()).expect("lowers");
        let n = dtype.size();
        let bytes: Vec<u8> = (0..6).flat_map(|i| vec![if dtype == DType::Bool { i & 1 } else { i }; n]).collect();
        let x = Array::from_host(
            ShapedArray::new([2, 3], dtype),
            std::rc::Rc::new(gradlens_ir::HostBuf::from_bytes(&bytes)),
        );
        let want: Vec<u8> = [0, 3, 1, 4, 2, 5].iter().flat_map(|&i| bytes[i * n..(i + 1) * n].to_vec()).collect();
        assert_eq!(run_program(&l.program, &[x])[0].as_slice(), want, "{dtype}");
    }
}

#[test]
fn what_has_no_lowering_is_named() {
    let aval = ShapedArray::new([2], DType::F32);
    let params = Params::Collective { axis_name: "i".into() };
    let e =
        lower_eqn(Prim::Psum, &params, std::slice::from_ref(&aval), std::slice::from_ref(&aval), &Options::default());
    assert_eq!(e.expect_err("unsupported").to_string(), "psum has no lowering");
}

#[test]
fn calls_are_inlined_and_dead_code_dropped() {
    let mut inner = Builder::default();
    let x = inner.f32(&[3]);
    let c = inner.constant(f32s(&[3], &[1.0, 2.0, 3.0]));
    let y = inner.op(Prim::Mul, &[&x, &c]);
    let unused = inner.op(Prim::Exp, &[&x]);
    let inner = inner.finish(&[&y, &unused]);
    let mut b = Builder::default();
    let x = b.f32(&[3]);
    let aval = ShapedArray::new([3], DType::F32);
    let call = |b: &mut Builder, x: &Atom| {
        let params = Params::Jit { name: "f".into(), jaxpr: inner.clone() };
        b.typed(Prim::Jit, params, &[x], &[aval.clone(), aval.clone()]).remove(0)
    };
    let (p, q) = (call(&mut b, &x), call(&mut b, &x));
    let s = b.op(Prim::Add, &[&p, &q]);
    let j = b.finish(&[&s]);
    assert_eq!(both(&j, &[ramp(&[3], 1.0)]), [vec![2.0, 8.0, 18.0]]);
    let simple = gradlens_transform::simplify::simplify(&j);
    let names: Vec<&str> = simple.jaxpr.eqns.iter().map(|e| e.prim.name()).collect();
    assert_eq!(names, ["mul", "add"]);
    assert_eq!(simple.consts.len(), 1);
}

#[test]
fn literals_are_folded_and_known_branches_taken() {
    let mut inner = Builder::default();
    let x = inner.f32(&[]);
    let y = inner.op(Prim::Neg, &[&x]);
    let minus = inner.finish(&[&y]);
    let mut inner = Builder::default();
    let x = inner.f32(&[]);
    let same = inner.finish(&[&x]);
    let mut b = Builder::default();
    let x = b.f32(&[]);
    let k = b.op(Prim::Add, &[&lit(1.0), &lit(2.0)]);
    let k = b.op(Prim::Mul, &[&k, &lit(2.0)]);
    let y = b.op(Prim::Add, &[&x, &k]);
    let one = Atom::Lit(i32s(&[], &[1]));
    let aval = ShapedArray::new([], DType::F32);
    let z = b.typed(Prim::Cond, Params::Cond { branches: vec![same, minus] }, &[&one, &y], &[aval]);
    let j = b.finish(&[&z[0], &k]);
    let simple = gradlens_transform::simplify::simplify(&j);
    let names: Vec<&str> = simple.jaxpr.eqns.iter().map(|e| e.prim.name()).collect();
    assert_eq!(names, ["add", "neg"]);
    assert_eq!(both(&j, &[f32s(&[], &[1.0])]), [vec![-7.0], vec![6.0]]);
}

/// Bytes that are not there yet.
struct OnDevice;

impl DeviceData for OnDevice {
    fn peek(&self) -> Option<Rc<HostBuf>> {
        None
    }
    fn read(&self) -> LocalBoxFuture<Result<Rc<HostBuf>>> {
        Box::pin(async { Ok(Rc::new(HostBuf::zeroed(4))) })
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

#[test]
fn a_literal_on_a_device_is_read_as_an_input() {
    let far = Atom::Lit(Array::from_device(ShapedArray::new([], DType::F32), Rc::new(OnDevice)));
    let mut b = Builder::default();
    let x = b.f32(&[2]);
    let y = b.op(Prim::Mul, &[&x, &far]);
    let l = lowered(&b.finish(&[&y]), &Options::default());
    assert_eq!((l.program.inputs.len(), l.consts.len()), (2, 1));
    let got = run_program(&l.program, &[ramp(&[2], 1.0), f32s(&[], &[3.0])]);
    assert_eq!(got[0].as_slice_of::<f32>(), [3.0, 6.0]);
}

#[test]
fn products_of_truth_values_and_of_complex_numbers() {
    let dims = || DotDims { lhs_contract: vec![1], rhs_contract: vec![0], ..DotDims::default() };
    let params = || Params::DotGeneral { dims: dims(), preferred_element_type: None };
    let mut b = Builder::default();
    let (p, q) = (b.input(DType::Bool, &[2, 2]), b.input(DType::Bool, &[2, 1]));
    let (x, y) = (b.input(DType::C64, &[1, 2]), b.input(DType::C64, &[2, 1]));
    let truth = b.op1(Prim::DotGeneral, params(), &[&p, &q]);
    let dot = b.op1(Prim::DotGeneral, params(), &[&x, &y]);
    let j = b.finish(&[&truth, &dot]);
    let bools = |shape: &[usize], xs: &[u8]| Array::from_slice(shape, DType::Bool, xs);
    let complexes = |shape: &[usize], xs: [(f32, f32); 2]| {
        let words = xs.map(|(a, b)| a.to_bits() as u64 | (b.to_bits() as u64) << 32);
        Array::from_slice(shape, DType::C64, &words)
    };
    let inputs = [
        bools(&[2, 2], &[1, 0, 0, 1]),
        bools(&[2, 1], &[1, 0]),
        complexes(&[1, 2], [(1.0, 2.0), (0.0, 1.0)]),
        complexes(&[2, 1], [(3.0, -1.0), (2.0, 2.0)]),
    ];
    let got = run(&j, &inputs);
    assert_eq!(got[0].to_f64s().expect("host"), [1.0, 0.0]);
    // (1 + 2i)(3 - i) + i (2 + 2i) = 5 + 5i - 2 + 2i.
    assert_eq!(got[1].to_complexes().expect("host"), [(3.0, 7.0)]);
}
