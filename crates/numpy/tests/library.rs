//! The library against JAX: rows of calls with what JAX answered, `tests/data/library.jsonl`. A row that disagrees prints itself.

// The executor alone: the facade it belongs to would bring the Python front end along.
#[allow(dead_code)]
#[path = "../../session/src/executor.rs"]
mod executor;

use gradlens_ir::{Array, DType, Error, Result, Value};
use gradlens_numpy::arg::{AbstractType, TypeArg};
use gradlens_numpy::{Arg, Callable, Cx, LibraryFunction, convert, print, registry};
use serde_json::Value as Json;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

fn now<T>(f: impl Future<Output = T>) -> T {
    match pin!(f).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(v) => v,
        Poll::Pending => panic!("a test waits for something"),
    }
}

fn float(j: &Json) -> f64 {
    match j {
        Json::String(s) => s.parse().expect("a float"),
        _ => j.as_f64().expect("a number"),
    }
}

fn list(j: &Json) -> &[Json] {
    j.as_array().expect("a list")
}

fn decode(cx: &Cx, j: &Json) -> Arg {
    match j {
        Json::Null => Arg::None,
        Json::Bool(b) => Arg::Bool(*b),
        Json::String(s) => Arg::str(s),
        Json::Number(n) if n.is_i64() => Arg::Int(n.as_i64().expect("an int")),
        Json::Number(_) => Arg::Float(float(j)),
        Json::Array(_) => panic!("a bare list"),
        Json::Object(o) => {
            let (kind, v) = o.iter().find(|(k, _)| !matches!(k.as_str(), "shape" | "w" | "v")).expect("a kind");
            let all = || list(v).iter().map(|e| decode(cx, e)).collect::<Vec<_>>();
            match kind.as_str() {
                "f" => Arg::Float(float(v)),
                "c" => Arg::Complex(float(&list(v)[0]), float(&list(v)[1])),
                "t" => Arg::Tuple(all()),
                "l" => Arg::List(all()),
                "s" => Arg::Slice(Box::new(all().try_into().unwrap_or_else(|_| panic!("three parts")))),
                "e" => Arg::Ellipsis,
                "dt" => Arg::Type(TypeArg::Jnp(DType::from_name(v.as_str().expect("a name")).expect("a dtype"))),
                "ab" => Arg::Type(TypeArg::Abstract(AbstractType::Floating)),
                "key" => {
                    let words: Vec<u32> = list(v).iter().map(|w| w.as_u64().expect("a word") as u32).collect();
                    let shape = if words.len() == 2 { vec![2] } else { vec![words.len() / 2, 2] };
                    let raw = Array::from_slice(&shape, DType::U32, &words);
                    let wrap = registry().function("jax.random.wrap_key_data").expect("wrap_key_data");
                    now(wrap.call(cx, vec![Arg::from(raw)], vec![])).expect("a key")
                }
                "a" => {
                    let d = DType::from_name(v.as_str().expect("a name")).expect("a dtype");
                    let shape: Vec<usize> =
                        list(&o["shape"]).iter().map(|d| d.as_u64().expect("a size") as usize).collect();
                    let data = list(&o["v"]);
                    let a = if d.is_complex() {
                        let mut bytes = Vec::new();
                        for c in data {
                            let e = gradlens_ir::array::encode(d, float(&list(c)[0]), float(&list(c)[1]));
                            bytes.extend_from_slice(&e[..d.size()]);
                        }
                        Array::from_host(
                            gradlens_ir::ShapedArray::new(&shape, d),
                            Rc::new(gradlens_ir::HostBuf::from_bytes(&bytes)),
                        )
                    } else if d.is_integer() || d == DType::Bool {
                        let ints: Vec<i64> = data.iter().map(|i| i.as_i64().expect("an int")).collect();
                        convert::from_i64s(&shape, d, &ints).expect("ints")
                    } else {
                        convert::from_f64s(&shape, d, &data.iter().map(float).collect::<Vec<_>>())
                    };
                    Arg::from(a.with_weak(o["w"].as_bool().unwrap_or(false)))
                }
                other => panic!("unknown kind {other}"),
            }
        }
    }
}

fn close(got: f64, want: f64, tol: f64) -> bool {
    (got.is_nan() && want.is_nan()) || got == want || (got - want).abs() <= tol * (want.abs() + 0.1)
}

/// What is wrong with `got`, if anything.
fn compare(cx: &Cx, got: &Arg, want: &Json, tol: f64, weak: bool) -> std::result::Result<(), String> {
    let wanted = decode(cx, want);
    let shown = || format!("got {}", print::repr(cx, got).unwrap_or_else(|e| e.to_string()));
    match (got, &wanted) {
        (Arg::Array(g), Arg::Array(w)) => {
            let (ga, wa) = (g.aval(), w.aval());
            // A gradient's weak flag depends on which zeros JAX writes out: left alone.
            if !ga.same_type(wa) || (weak && ga.weak_type != wa.weak_type) {
                return Err(format!("{} where {wa} was wanted: {}", ga, shown()));
            }
            let (Value::Array(g), Value::Array(w)) = (g, w) else { return Err("a tracer".into()) };
            if g.dtype() == DType::Key {
                return if g == w { Ok(()) } else { Err(shown()) };
            }
            let (a, b) = (g.to_complexes().map_err(|e| e.to_string())?, w.to_complexes().map_err(|e| e.to_string())?);
            if a.iter().zip(&b).all(|(x, y)| close(x.0, y.0, tol) && close(x.1, y.1, tol)) {
                Ok(())
            } else {
                Err(shown())
            }
        }
        (Arg::Tuple(g) | Arg::List(g) | Arg::NamedTuple(_, g), Arg::Tuple(w) | Arg::List(w)) => {
            if g.len() != w.len() {
                return Err(shown());
            }
            let parts = want.as_object().and_then(|o| o.values().next()).expect("parts");
            g.iter().zip(list(parts)).try_for_each(|(a, b)| compare(cx, a, b, tol, weak))
        }
        (Arg::Float(a), Arg::Float(b)) if close(*a, *b, tol) => Ok(()),
        (Arg::DType(a), Arg::Type(TypeArg::Jnp(b))) if a == b => Ok(()),
        (a, b) if gradlens_numpy::arg_eq(a, b) => Ok(()),
        _ => Err(shown()),
    }
}

fn function(path: &str) -> Option<Rc<dyn Callable>> {
    Some(Rc::new(LibraryFunction(registry().function(path)?)))
}

fn call(cx: &Cx, path: &str, args: Vec<Arg>, kwargs: Vec<(Rc<str>, Arg)>) -> Result<Arg> {
    match path {
        "op.getitem" => gradlens_numpy::methods::get_item(cx, &args[0], &args[1]),
        _ => match function(path) {
            Some(f) => now(f.call(cx, args, kwargs)),
            None => Err(Error::internal(format!("{path} is missing"))),
        },
    }
}

fn run(cx: &Cx, row: &Json) -> Result<Arg> {
    let path = row["fn"].as_str().expect("a path");
    let args: Vec<Arg> = list(&row["args"]).iter().map(|a| decode(cx, a)).collect();
    let kwargs: Vec<(Rc<str>, Arg)> = row["kw"]
        .as_object()
        .map(|o| o.iter().map(|(k, v)| (Rc::from(k.as_str()), decode(cx, v))).collect())
        .unwrap_or_default();
    let f = || Arg::Callable(function(path).expect("a function"));
    let transformed = |name: &str, extra: Vec<(Rc<str>, Arg)>, args: Vec<Arg>| -> Result<Arg> {
        let g = call(cx, name, vec![f()], extra)?;
        let Arg::Callable(g) = g else { return Err(Error::internal("no function")) };
        now(g.call(cx, args, vec![]))
    };
    match row["mode"].as_str().expect("a mode") {
        "value" => call(cx, path, args, kwargs),
        "grad" => {
            let all = (0..args.len() as i64).map(Arg::Int).collect();
            transformed("jax.grad", vec![("argnums".into(), Arg::Tuple(all))], args)
        }
        "hess" => {
            let g = call(cx, "jax.grad", vec![f()], vec![])?;
            let h = call(cx, "jax.grad", vec![g], vec![])?;
            let Arg::Callable(h) = h else { return Err(Error::internal("no function")) };
            now(h.call(cx, args, vec![]))
        }
        "jvp" => {
            let ones = args
                .iter()
                .map(|a| call(cx, "jax.numpy.ones_like", vec![a.clone()], vec![]))
                .collect::<Result<Vec<_>>>()?;
            match call(cx, "jax.jvp", vec![f(), Arg::Tuple(args), Arg::Tuple(ones)], vec![])? {
                Arg::Tuple(v) if v.len() == 2 => Ok(v[1].clone()),
                _ => Err(Error::internal("jvp gives a pair")),
            }
        }
        "jaxpr" => {
            let j = transformed("jax.make_jaxpr", vec![], args)?;
            Ok(Arg::str(print::str(cx, &j)?))
        }
        other => panic!("unknown mode {other}"),
    }
}

/// One row: `None` when it agrees.
fn disagreement(cx: &Cx, row: &Json) -> Option<String> {
    let got = run(cx, row);
    let tol =
        if row["fn"].as_str().is_some_and(|f| f.contains("linalg") || f.contains("special")) { 2e-4 } else { 3e-5 };
    match (got, row.get("error")) {
        (Ok(g), None) => compare(cx, &g, &row["want"], tol, row["mode"] == "value").err(),
        (Err(e), Some(w)) => {
            let first = e.message().lines().next().unwrap_or("").to_string();
            let same =
                e.class().qualified_name() == w[0].as_str().unwrap_or("") && Some(first.as_str()) == w[1].as_str();
            if same { None } else { Some(format!("{e}")) }
        }
        (Ok(g), Some(w)) => Some(format!("{} where {w} was wanted", print::repr(cx, &g).unwrap_or_default())),
        (Err(e), None) => Some(format!("{e}")),
    }
}

#[test]
fn library_agrees_with_jax() {
    let rows = include_str!("data/library.jsonl");
    let only = std::env::var("ROWS").unwrap_or_default();
    let (mut wrong, mut n) = (0, 0);
    for line in rows.lines().filter(|l| l.contains(&only)) {
        let row: Json = serde_json::from_str(line).expect("a row");
        n += 1;
        let cx = Cx::new(Rc::new(executor::Shared(executor::Engine::reference())));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| disagreement(&cx, &row)))
            .unwrap_or_else(|_| Some("panicked".into()));
        if let Some(why) = outcome {
            wrong += 1;
            let shown: String = line.chars().take(700).collect();
            eprintln!("{shown}\n    {}\n", why.replace('\n', "\n    "));
        }
    }
    assert_eq!(wrong, 0, "of {n} rows");
}

#[test]
fn functions_are_mapped_over_arrays() {
    let cx = Cx::new(Rc::new(executor::Shared(executor::Engine::reference())));
    let f = |path: &str| Arg::Callable(function(path).expect("a function"));
    let grid = call(&cx, "jax.numpy.arange", vec![Arg::Float(6.0)], vec![])
        .and_then(|x| call(&cx, "jax.numpy.reshape", vec![x, Arg::shape(&[2, 3])], vec![]))
        .expect("a grid");
    let text = |a: Result<Arg>| print::str(&cx, &a.expect("a value")).expect("text");
    let apply = |axis: i64| {
        call(&cx, "jax.numpy.apply_along_axis", vec![f("jax.numpy.sum"), Arg::Int(axis), grid.clone()], vec![])
    };
    assert_eq!(text(apply(0)), "[3. 5. 7.]");
    assert_eq!(text(apply(1)), "[ 3. 12.]");
    let sorted = call(&cx, "jax.numpy.apply_along_axis", vec![f("jax.numpy.flip"), Arg::Int(0), grid.clone()], vec![]);
    assert_eq!(text(sorted), "[[3. 4. 5.]\n [0. 1. 2.]]");
    let inner = call(
        &cx,
        "jax.numpy.vectorize",
        vec![f("jax.numpy.vdot")],
        vec![("signature".into(), Arg::str("(n),(n)->()"))],
    );
    let Ok(Arg::Callable(inner)) = inner else { panic!("a function") };
    let row = call(&cx, "jax.numpy.ones", vec![Arg::Int(3)], vec![]).expect("ones");
    assert_eq!(text(now(inner.call(&cx, vec![grid, row], vec![]))), "[ 3. 12.]");
    let made = call(&cx, "jax.numpy.fromfunction", vec![f("jax.numpy.add"), Arg::shape(&[2, 2])], vec![]);
    assert_eq!(text(made), "[[0. 1.]\n [1. 2.]]");
}

#[test]
fn host_arrays_have_numpys_attributes() {
    let cx = Cx::new(Rc::new(executor::Shared(executor::Engine::reference())));
    let x = call(&cx, "numpy.arange", vec![Arg::Float(4.0)], vec![]).expect("an array");
    let attr = |name: &str| gradlens_numpy::methods::get_attr(&cx, &x, name).expect("no error").expect("an attribute");
    let shown = |a: &Arg| print::repr(&cx, a).expect("text");
    assert_eq!(shown(&x), "array([0., 1., 2., 3.])");
    assert_eq!(shown(&attr("dtype")), "dtype('float64')");
    assert_eq!(shown(&attr("shape")), "(4,)");
    let method = |name: &str, args: Vec<Arg>| match attr(name) {
        Arg::Callable(f) => shown(&now(f.call(&cx, args, vec![])).expect("a value")),
        other => panic!("{other:?}"),
    };
    assert_eq!(method("sum", vec![]), "np.float64(6.0)");
    assert_eq!(method("reshape", vec![Arg::Int(2), Arg::Int(2)]), "array([[0., 1.],\n       [2., 3.]])");
    assert_eq!(method("astype", vec![Arg::str("int32")]), "array([0, 1, 2, 3], dtype=int32)");
    assert_eq!(method("tolist", vec![]), "[0.0, 1.0, 2.0, 3.0]");
}
