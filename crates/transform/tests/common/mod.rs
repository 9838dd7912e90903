//! What the tests of printed Jaxprs share: staging without evaluation.

use gradlens_ir::rule_objects::FlatFn;
use gradlens_ir::{Array, ClosedJaxpr, DType, Error, LocalBoxFuture, Params, Prim, Result, ShapedArray, Value};
use gradlens_transform::{Cx, Executor, stage};
use std::any::Any;
use std::future::Future;
use std::task::{Context, Poll, Waker};

/// Nothing is evaluated here: all is staged.
pub struct NoExecutor;
impl Executor for NoExecutor {
    fn eqn(&self, prim: Prim, _: &Params, _: &[Array], _: &[ShapedArray]) -> Result<Option<Vec<Array>>> {
        Err(Error::internal(format!("{} was evaluated", prim.name())))
    }
    fn jaxpr(&self, _: &ClosedJaxpr, _: &[Array]) -> Result<Option<Vec<Array>>> {
        Ok(None)
    }
}

/// A future that never waits.
pub fn now<T>(f: impl Future<Output = T>) -> T {
    let mut f = Box::pin(f);
    match f.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(x) => x,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// A Rust function as user code.
pub struct Rust<F>(pub F);
impl<F: Fn(Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>>> FlatFn for Rust<F>
where
    F: 'static,
{
    fn name(&self) -> String {
        "f".into()
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        (self.0)(args)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `f32[2,3]`.
pub fn aval(text: &str) -> ShapedArray {
    let (d, shape) = text.trim_end_matches(']').split_once('[').expect("dtype[shape]");
    let dtype = DType::ALL.into_iter().find(|t| t.short_name() == d).expect("a dtype");
    let shape: Vec<usize> = shape.split(',').filter(|s| !s.is_empty()).map(|s| s.parse().expect("a size")).collect();
    ShapedArray::new(shape, dtype)
}

/// What is printed of `f` staged, or its error.
pub fn staged_text(
    cx: &Cx,
    avals: &[ShapedArray],
    f: impl Fn(Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> + 'static,
) -> String {
    match now(stage(cx, &Rust(f), avals)) {
        Ok(s) => s.closed.to_string(),
        Err(e) => format!("ERROR {}", e.to_string().lines().next().unwrap_or_default()),
    }
}
