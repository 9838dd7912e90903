//! An engine for tests: transformations over the reference interpreter, and the checks that every rule must pass.
#![allow(dead_code)]

use super::{lowered, run};
use gradlens_ir::rows::Tangent;
use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{
    Array, Atom, Bind, ClosedJaxpr, DType, Eqn, Jaxpr, LocalBoxFuture, Params, Prim, Result, Role, ShapedArray, Span,
    Value,
};
use gradlens_transform::{Cx, Executor, OutAxis, jvp, linearize, vmap};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

struct OnInterpreter;

impl Executor for OnInterpreter {
    fn eqn(&self, prim: Prim, params: &Params, args: &[Array], outs: &[ShapedArray]) -> Result<Option<Vec<Array>>> {
        let mut jaxpr = Jaxpr::default();
        let mut var = |a: &ShapedArray| jaxpr.new_var(a.clone());
        let invars: Vec<_> = args.iter().map(|a| var(a.aval())).collect();
        let outvars: Vec<_> = outs.iter().map(&mut var).collect();
        jaxpr.eqns.push(Eqn {
            prim,
            params: params.clone(),
            ins: invars.iter().map(|&v| Atom::Var(v)).collect(),
            outs: outvars.clone(),
            span: Span::NONE,
            role: Role::Primal,
        });
        jaxpr.invars = invars;
        jaxpr.outs = outvars.into_iter().map(Atom::Var).collect();
        self.jaxpr(&ClosedJaxpr::new(jaxpr, vec![]), args)
    }
    fn jaxpr(&self, closed: &ClosedJaxpr, args: &[Array]) -> Result<Option<Vec<Array>>> {
        let _ = lowered(closed, &gradlens_lower::Options::default());
        Ok(Some(run(closed, args)))
    }
}

/// A context with 64-bit types.
pub fn engine() -> Cx {
    let cx = Cx::new(Rc::new(OnInterpreter));
    cx.configure(|c| c.x64 = true);
    cx
}

/// Runs what never has to wait.
pub fn now<T>(f: impl Future<Output = T>) -> T {
    match pin!(f).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(v) => v,
        Poll::Pending => panic!("a test waits for something"),
    }
}

/// A function of arrays, written with `ops`.
pub type Fun = fn(&dyn Bind, &[Value]) -> Result<Vec<Value>>;

struct Flat(Cx, Fun);

impl FlatFn for Flat {
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let out = (self.1)(&self.0, &args);
        Box::pin(async move { out })
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
    fn name(&self) -> String {
        "f".into()
    }
}

/// One row of a table: a name, a function, its arguments, and which of them it is differentiated by.
pub struct Case {
    pub name: &'static str,
    pub f: Fun,
    pub args: Vec<Array>,
}

pub fn case(name: &'static str, args: Vec<Array>, f: Fun) -> Case {
    Case { name, f, args }
}

/// Numbers between -1 and 1, different for every seed.
pub fn noise(shape: &[usize], seed: u64) -> Array {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1;
    let n: usize = shape.iter().product();
    let xs: Vec<f64> = (0..n)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect();
    Array::from_slice(shape, DType::F64, &xs)
}

fn host(v: &Value) -> Vec<f64> {
    let a = v.as_array().expect("concrete");
    match a.dtype() {
        d if d.is_complex() => a.to_complexes().expect("host").into_iter().flat_map(|(r, i)| [r, i]).collect(),
        DType::Key => a.host().expect("host").bytes().iter().map(|&b| b as f64).collect(),
        _ => a.to_f64s().expect("host"),
    }
}

fn differentiable(a: &Array) -> bool {
    a.dtype() == DType::F64
}

fn close(got: &[f64], want: &[f64], tol: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}: sizes");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        let same = g == w || (g.is_nan() && w.is_nan()) || (g - w).abs() <= tol * (1.0 + w.abs());
        assert!(same, "{what}: element {i} is {g}, should be {w}\n got {got:?}\nwant {want:?}");
    }
}

fn values(args: &[Array]) -> Vec<Value> {
    args.iter().cloned().map(Value::Array).collect()
}

/// The arguments moved by `h` along directions (floats only).
fn moved(args: &[Array], directions: &[Array], h: f64) -> Vec<Value> {
    args.iter()
        .zip(directions)
        .map(|(a, d)| {
            if !differentiable(a) {
                return Value::Array(a.clone());
            }
            let (x, d) = (a.to_f64s().expect("host"), d.to_f64s().expect("host"));
            let y: Vec<f64> = x.iter().zip(&d).map(|(x, d)| x + h * d).collect();
            Value::Array(Array::from_slice(a.shape(), DType::F64, &y))
        })
        .collect()
}

/// Forward mode against central differences.
pub fn check_jvp(c: &Case) {
    let cx = engine();
    let directions: Vec<Array> = c.args.iter().enumerate().map(|(i, a)| noise(a.shape(), 91 + i as u64)).collect();
    let tangents: Vec<Tangent> =
        c.args.iter().zip(&directions).map(|(a, d)| differentiable(a).then(|| Value::Array(d.clone()))).collect();
    let (outs, dots) =
        now(jvp(&cx, &Flat(cx.clone(), c.f), values(&c.args), tangents)).unwrap_or_else(|e| panic!("{}: {e}", c.name));
    let h = 1e-5;
    let plus = (c.f)(&cx, &moved(&c.args, &directions, h)).expect("runs");
    let minus = (c.f)(&cx, &moved(&c.args, &directions, -h)).expect("runs");
    let plain = (c.f)(&cx, &values(&c.args)).expect("runs");
    for (k, (out, dot)) in outs.iter().zip(&dots).enumerate() {
        let what = format!("{} result {k}", c.name);
        close(&host(out), &host(&plain[k]), 1e-12, &format!("{what}: value under jvp"));
        if !out.dtype().is_inexact() {
            assert!(dot.is_none(), "{what}: an integer has no tangent");
            continue;
        }
        let want: Vec<f64> = host(&plus[k]).iter().zip(host(&minus[k])).map(|(p, m)| (p - m) / (2.0 * h)).collect();
        let got = dot.as_ref().map_or(vec![0.0; want.len()], host);
        close(&got, &want, 1e-7, &format!("{what}: jvp against differences"));
    }
}

/// The transposed linear map against the linear map: `<ct, J t> = <J^T ct, t>`.
pub fn check_transpose(c: &Case) {
    let cx = engine();
    let wanted = vec![true; c.args.len()];
    let (outs, linear) = now(linearize(&cx, &Flat(cx.clone(), c.f), values(&c.args), &wanted))
        .unwrap_or_else(|e| panic!("{}: {e}", c.name));
    let tangents: Vec<Array> = c.args.iter().enumerate().map(|(i, a)| noise(a.shape(), 17 + i as u64)).collect();
    let dots = now(linear.apply(&cx, &values(&tangents))).unwrap_or_else(|e| panic!("{}: {e}", c.name));
    let cts: Vec<Tangent> = outs
        .iter()
        .zip(&linear.active_outs)
        .enumerate()
        .map(|(i, (o, active))| active.then(|| Value::Array(noise(o.shape(), 55 + i as u64))))
        .collect();
    let back = now(linear.transpose(&cx, &cts)).unwrap_or_else(|e| panic!("{}: {e}", c.name));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let left: f64 =
        cts.iter().zip(&dots).filter_map(|(ct, d)| Some(dot(&host(ct.as_ref()?), &host(d.as_ref()?)))).sum();
    let right: f64 = back
        .iter()
        .zip(&tangents)
        .filter_map(|(ct, t)| Some(dot(&host(ct.as_ref()?), &t.to_f64s().expect("host"))))
        .sum();
    for (b, a) in back.iter().zip(&c.args) {
        if let Some(b) = b {
            assert_eq!(b.shape(), a.shape(), "{}: a cotangent has its primal's shape", c.name);
        }
    }
    close(&[right], &[left], 1e-9, &format!("{}: transpose", c.name));
}

/// An array of `size` variants of `a`, stacked along `axis`: floats are disturbed, integers counted on and off.
fn variants(a: &Array, size: usize, axis: usize) -> (Array, Vec<Array>) {
    let each: Vec<Array> = (0..size)
        .map(|k| match a.dtype() {
            DType::F64 => {
                let d = noise(a.shape(), 300 + k as u64).to_f64s().expect("host");
                let x: Vec<f64> = a.to_f64s().expect("host").iter().zip(d).map(|(x, d)| x + 0.1 * d).collect();
                Array::from_slice(a.shape(), DType::F64, &x)
            }
            DType::I32 => {
                let x: Vec<i32> = a
                    .to_i64s()
                    .expect("host")
                    .iter()
                    .map(|&x| if k % 2 == 0 { x as i32 } else { (x - 1).max(0) as i32 })
                    .collect();
                Array::from_slice(a.shape(), DType::I32, &x)
            }
            _ => a.clone(),
        })
        .collect();
    let mut shape = a.shape().to_vec();
    shape.insert(axis, size);
    let unit = a.dtype().size();
    let inner: usize = a.shape()[axis..].iter().product::<usize>() * unit;
    let outer: usize = a.shape()[..axis].iter().product();
    let hosts: Vec<_> = each.iter().map(|e| e.host().expect("host")).collect();
    let mut bytes = Vec::new();
    for o in 0..outer {
        for h in &hosts {
            bytes.extend_from_slice(&h.bytes()[o * inner..(o + 1) * inner]);
        }
    }
    let stacked =
        Array::from_host(ShapedArray::new(&shape, a.dtype()), Rc::new(gradlens_ir::HostBuf::from_bytes(&bytes)));
    (stacked, each)
}

/// `vmap` against a loop, for every choice of which arguments are batched, along their first and last axis.
pub fn check_vmap(c: &Case) {
    let cx = engine();
    let size = 3;
    let n = c.args.len();
    for choice in 1..3usize.pow(n as u32) {
        let mut rest = choice;
        let axes: Vec<Option<usize>> = c
            .args
            .iter()
            .map(|a| {
                let pick = rest % 3;
                rest /= 3;
                match pick {
                    0 => None,
                    1 => Some(0),
                    _ => Some(a.shape().len()),
                }
            })
            .collect();
        let mut batched = Vec::new();
        let mut each: Vec<Vec<Value>> = vec![Vec::new(); size];
        for (a, axis) in c.args.iter().zip(&axes) {
            match axis {
                None => {
                    batched.push(Value::Array(a.clone()));
                    each.iter_mut().for_each(|e| e.push(Value::Array(a.clone())));
                }
                Some(axis) => {
                    let (stacked, parts) = variants(a, size, *axis);
                    batched.push(Value::Array(stacked));
                    each.iter_mut().zip(parts).for_each(|(e, p)| e.push(Value::Array(p)));
                }
            }
        }
        let what = format!("{} with axes {axes:?}", c.name);
        let got = now(vmap(&cx, &Flat(cx.clone(), c.f), batched, &axes, size, None, |n| Ok(vec![OutAxis::At(0); n])))
            .unwrap_or_else(|e| panic!("{what}: {e}"));
        let loops: Vec<Vec<Value>> =
            each.iter().map(|args| (c.f)(&cx, args).unwrap_or_else(|e| panic!("{what}: {e}"))).collect();
        for (k, g) in got.iter().enumerate() {
            assert_eq!(&g.shape()[1..], loops[0][k].shape().as_slice(), "{what}: shape of result {k}");
            assert_eq!(g.dtype(), loops[0][k].dtype(), "{what}: dtype of result {k}");
            let want: Vec<f64> = loops.iter().flat_map(|l| host(&l[k])).collect();
            close(&host(g), &want, 1e-9, &format!("{what}: result {k} of vmap against a loop"));
        }
    }
}

/// All three for a table; derivatives only of what has float arguments.
pub fn check_all(cases: &[Case]) {
    for c in cases {
        check_vmap(c);
        if c.args.iter().any(differentiable) {
            check_jvp(c);
            check_transpose(c);
        }
    }
}
