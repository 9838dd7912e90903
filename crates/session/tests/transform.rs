//! The transformations over real programs: eager, staged, nested, on the reference interpreter.

use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{Array, Bind, DType, LocalBoxFuture, Params, Prim, Result, Value, ops};
use gradlens_session::{Engine, context};
use gradlens_transform::{self as tf, Cx};
use std::any::Any;
use std::rc::Rc;

type Body = dyn Fn(&Cx, &[Value]) -> Result<Vec<Value>>;

/// A Rust closure as a flat function.
#[derive(Clone)]
struct F(Cx, Rc<Body>);

impl FlatFn for F {
    fn name(&self) -> String {
        "f".into()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        Box::pin(std::future::ready((self.1)(&self.0, &args)))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn f(cx: &Cx, body: impl Fn(&Cx, &[Value]) -> Result<Vec<Value>> + 'static) -> F {
    F(cx.clone(), Rc::new(body))
}

fn scalar(x: f64) -> Value {
    Value::Array(Array::full(&[], DType::F32, x))
}

fn number(v: &Value) -> f64 {
    v.as_array().expect("concrete").to_f64s().expect("on the host")[0]
}

fn grad(cx: &Cx, g: &F, x: f64) -> f64 {
    tf::backward::ready(async {
        let (outs, lin) = tf::linearize(cx, g, vec![scalar(x)], &[true]).await?;
        let one = Value::Array(Array::full(&[], outs[0].dtype(), 1.0));
        let ct = lin.transpose(cx, &[Some(one)]).await?;
        Result::Ok(ct[0].as_ref().map_or(0.0, number))
    })
    .unwrap()
}

fn jvp(cx: &Cx, g: &F, x: f64) -> f64 {
    let (_, t) = tf::backward::ready(tf::jvp(cx, g, vec![scalar(x)], vec![Some(scalar(1.0))])).unwrap();
    t[0].as_ref().map_or(0.0, number)
}

/// Stages `g` once and gives it as a `jit` call.
fn jitted(cx: &Cx, g: &F) -> F {
    let aval = scalar(0.0).aval().clone();
    let staged = tf::backward::ready(tf::stage(cx, g, &[aval])).unwrap();
    f(cx, move |cx, xs| {
        Ok(cx.bind(Prim::Jit, Params::Jit { name: "g".into(), jaxpr: staged.closed.clone() }, xs)?.into_vec())
    })
}

#[test]
fn forward_and_reverse_agree_with_the_formula_eagerly_and_staged() {
    let cx = context(&Engine::reference());
    type Row = (&'static str, fn(&Cx, &Value) -> Result<Value>, fn(f64) -> f64);
    let rows: &[Row] = &[
        ("sin(x) * x", |cx, x| ops::mul(cx, &ops::sin(cx, x)?, x), |x| x.cos() * x + x.sin()),
        ("tanh(x)", |cx, x| ops::tanh(cx, x), |x| 1.0 - x.tanh().powi(2)),
        ("x ** 3", |cx, x| ops::integer_pow(cx, x, 3), |x| 3.0 * x * x),
        ("exp(x) / x", |cx, x| ops::div(cx, &ops::exp(cx, x)?, x), |x| x.exp() * (x - 1.0) / (x * x)),
        ("sum of a broadcast", |cx, x| ops::reduce_sum(cx, &ops::broadcast_in_dim(cx, x, &[4], &[])?, &[0]), |_| 4.0),
    ];
    for (name, body, derivative) in rows {
        let body = *body;
        let g = f(&cx, move |cx, xs| Ok(vec![body(cx, &xs[0])?]));
        for x in [0.3, 1.7] {
            let want = derivative(x);
            for (how, got) in [
                ("grad", grad(&cx, &g, x)),
                ("jvp", jvp(&cx, &g, x)),
                ("grad of jit", grad(&cx, &jitted(&cx, &g), x)),
                ("jvp of jit", jvp(&cx, &jitted(&cx, &g), x)),
            ] {
                assert!((got - want).abs() < 2e-5 * want.abs().max(1.0), "{how} of {name} at {x}: {got}, not {want}");
            }
        }
    }
}
