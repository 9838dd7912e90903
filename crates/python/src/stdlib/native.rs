//! Modules of the host: `math`, `cmath`, `time`, `sys`, and what our own Python modules need of it.

use std::cell::RefCell;
use std::rc::Rc;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::obj::containers::Property;
use crate::obj::native::Def;
use crate::obj::{E, Exc, Imp, Instance, Module, Obj, PyDict, R, intern, mem, type_error, types, value_error};
use crate::ops;
use crate::rt::Rt;
use crate::vm::class;

/// Makes the module of this name.
pub fn module(rt: &Rt, name: &str) -> Rc<Module> {
    let dict = PyDict::new();
    dict.set_name("__name__", Obj::name(name));
    let d = Def::module(name, &dict);
    match name {
        "math" => math(&d),
        "cmath" => cmath(&d),
        "time" => time(&d),
        "sys" => sys(rt, &d),
        "builtins" => {
            for (k, v) in rt.builtins.items() {
                if let Some(k) = k.as_str() {
                    dict.set_str(k, v);
                }
            }
        }
        _ => host(&d),
    }
    Rc::new(Module { name: intern(name), dict })
}

/// Adds a function of one float. What is not finite although its argument is, is an error.
fn unary(d: &Def, name: &'static str, f: fn(f64) -> f64) {
    d.add(
        name,
        "x, /",
        Imp::Closure(Box::new(move |_, a| {
            let x = ops::float_sync(&a[0])?;
            let y = f(x);
            if y.is_nan() && !x.is_nan() {
                return Err(value_error("math domain error"));
            }
            if y.is_infinite() && x.is_finite() {
                // Poles are domain errors, large results are overflows.
                return Err(
                    if matches!(name, "exp" | "expm1" | "sinh" | "cosh" | "gamma" | "lgamma" | "exp2") && x != 0.0 {
                        if name.ends_with("gamma") && x < 0.0 {
                            value_error("math domain error")
                        } else {
                            E::OverflowError.msg("math range error")
                        }
                    } else {
                        value_error("math domain error")
                    },
                );
            }
            Ok(Obj::Float(y))
        })),
    );
}

fn gamma(x: f64) -> f64 {
    if x == x.floor() {
        if x <= 0.0 {
            return f64::NAN;
        }
        if x <= 23.0 {
            return (1..x as u64).fold(1.0, |p, k| p * k as f64);
        }
    }
    libm::tgamma(x)
}

fn math(d: &Def) {
    use std::f64::consts;
    for (n, v) in
        [("pi", consts::PI), ("e", consts::E), ("tau", consts::TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)]
    {
        d.value(n, v);
    }
    let table: &[(&'static str, fn(f64) -> f64)] = &[
        ("sin", f64::sin),
        ("cos", f64::cos),
        ("tan", f64::tan),
        ("asin", f64::asin),
        ("acos", f64::acos),
        ("atan", f64::atan),
        ("sinh", f64::sinh),
        ("cosh", f64::cosh),
        ("tanh", f64::tanh),
        ("asinh", libm::asinh),
        ("acosh", libm::acosh),
        ("atanh", libm::atanh),
        ("exp", f64::exp),
        ("exp2", f64::exp2),
        ("expm1", f64::exp_m1),
        ("log1p", f64::ln_1p),
        ("sqrt", f64::sqrt),
        ("cbrt", f64::cbrt),
        ("fabs", f64::abs),
        ("degrees", f64::to_degrees),
        ("radians", f64::to_radians),
        ("erf", libm::erf),
        ("erfc", libm::erfc),
        ("gamma", gamma),
        ("lgamma", libm::lgamma),
    ];
    for (n, f) in table {
        unary(d, n, *f);
    }
    d.sync("log", "x, base=, /", |_, a| {
        let x = log_of(&a[0], f64::ln)?;
        if !a[1].given() {
            return Ok(Obj::Float(x));
        }
        let b = log_of(&a[1], f64::ln)?;
        if b == 0.0 {
            return Err(E::ZeroDivisionError.msg("float division by zero"));
        }
        Ok(Obj::Float(x / b))
    });
    d.sync("log2", "x, /", |_, a| log_of(&a[0], f64::log2).map(Obj::Float));
    d.sync("log10", "x, /", |_, a| log_of(&a[0], f64::log10).map(Obj::Float));
    let two: &[(&'static str, fn(f64, f64) -> f64)] =
        &[("atan2", f64::atan2), ("copysign", f64::copysign), ("nextafter", libm::nextafter)];
    for (n, f) in two {
        let f = *f;
        d.add(
            n,
            "x, y, /",
            Imp::Closure(Box::new(move |_, a| Ok(Obj::Float(f(ops::float_sync(&a[0])?, ops::float_sync(&a[1])?))))),
        );
    }
    d.sync("pow", "x, y, /", |_, a| {
        let (x, y) = (ops::float_sync(&a[0])?, ops::float_sync(&a[1])?);
        let r = x.powf(y);
        if (r.is_nan() && !x.is_nan() && !y.is_nan()) || (x == 0.0 && y < 0.0 && y.is_finite()) {
            return Err(value_error("math domain error"));
        }
        if r.is_infinite() && x.is_finite() && y.is_finite() {
            return Err(E::OverflowError.msg("math range error"));
        }
        Ok(Obj::Float(r))
    });
    d.sync("fmod", "x, y, /", |_, a| {
        let (x, y) = (ops::float_sync(&a[0])?, ops::float_sync(&a[1])?);
        if y == 0.0 || x.is_infinite() {
            return Err(value_error("math domain error"));
        }
        Ok(Obj::Float(x % y))
    });
    d.sync("remainder", "x, y, /", |_, a| {
        Ok(Obj::Float(libm::remainder(ops::float_sync(&a[0])?, ops::float_sync(&a[1])?)))
    });
    d.sync("ldexp", "x, i, /", |_, a| {
        let r = libm::ldexp(ops::float_sync(&a[0])?, ops::index_i64(&a[1])?.clamp(-5000, 5000) as i32);
        if r.is_infinite() { Err(E::OverflowError.msg("math range error")) } else { Ok(Obj::Float(r)) }
    });
    d.sync("frexp", "x, /", |_, a| {
        let (m, e) = libm::frexp(ops::float_sync(&a[0])?);
        Ok(Obj::tuple(vec![Obj::Float(m), Obj::Int(i64::from(e))]))
    });
    d.sync("modf", "x, /", |_, a| {
        let x = ops::float_sync(&a[0])?;
        let f = if x.is_infinite() { 0.0_f64.copysign(x) } else { (x - x.trunc()).copysign(x) };
        Ok(Obj::tuple(vec![Obj::Float(f), Obj::Float(x.trunc())]))
    });
    d.sync("ulp", "x, /", |_, a| {
        let x = ops::float_sync(&a[0])?.abs();
        Ok(Obj::Float(if x.is_finite() { libm::nextafter(x, f64::INFINITY) - x } else { x }))
    });
    let rounders: &[(&'static str, fn(f64) -> f64)] =
        &[("floor", f64::floor), ("ceil", f64::ceil), ("trunc", f64::trunc)];
    for (n, f) in rounders {
        let (n, f) = (*n, *f);
        d.add(
            n,
            "x, /",
            Imp::Raw(Box::new(move |rt, args| {
                Box::pin(async move {
                    let [x] = &args.pos[..] else {
                        return Err(type_error(format!(
                            "math.{n}() takes exactly one argument ({} given)",
                            args.pos.len()
                        )));
                    };
                    match x.base() {
                        Obj::Int(_) | Obj::Big(_) | Obj::Bool(_) => ops::index_sync(x),
                        _ => {
                            if let Some(m) = x.class().lookup_user(&intern(&format!("__{n}__"))) {
                                return rt.call(&m, [x.clone()]).await;
                            }
                            ops::float_to_int(f(ops::to_float(&rt, x).await?))
                        }
                    }
                })
            })),
        );
    }
    d.sync("isnan", "x, /", |_, a| Ok(Obj::Bool(ops::float_sync(&a[0])?.is_nan())));
    d.sync("isinf", "x, /", |_, a| Ok(Obj::Bool(ops::float_sync(&a[0])?.is_infinite())));
    d.sync("isfinite", "x, /", |_, a| Ok(Obj::Bool(ops::float_sync(&a[0])?.is_finite())));
    d.sync("isclose", "a, b, *, rel_tol=1e-09, abs_tol=0.0", |_, a| {
        let (x, y) = (ops::float_sync(&a[0])?, ops::float_sync(&a[1])?);
        let (r, t) = (ops::float_sync(&a[2])?, ops::float_sync(&a[3])?);
        if r < 0.0 || t < 0.0 {
            return Err(value_error("tolerances must be non-negative"));
        }
        let close = x == y || (x.is_finite() && y.is_finite() && (x - y).abs() <= (r * x.abs().max(y.abs())).max(t));
        Ok(Obj::Bool(close))
    });
    d.asynch("fsum", "seq, /", |rt, a| {
        Box::pin(async move {
            let mut partials: Vec<f64> = Vec::new();
            for x in ops::to_vec(&rt, &a[0]).await? {
                rt.charge(1)?;
                let mut x = ops::to_float(&rt, &x).await?;
                let mut kept = 0;
                for i in 0..partials.len() {
                    let mut y = partials[i];
                    if x.abs() < y.abs() {
                        std::mem::swap(&mut x, &mut y);
                    }
                    let hi = x + y;
                    let lo = y - (hi - x);
                    if lo != 0.0 && lo.is_finite() {
                        partials[kept] = lo;
                        kept += 1;
                    }
                    x = hi;
                }
                partials.truncate(kept);
                partials.push(x);
            }
            Ok(Obj::Float(sum_partials(&partials)))
        })
    });
    d.asynch("prod", "iterable, /, *, start=1", |rt, a| {
        Box::pin(async move {
            let mut p = a[1].clone();
            for x in ops::to_vec(&rt, &a[0]).await? {
                rt.charge(1)?;
                p = ops::binary(&rt, ops::BinOp::Mul, &p, &x).await?;
            }
            Ok(p)
        })
    });
    d.asynch("dist", "p, q, /", |rt, a| {
        Box::pin(async move {
            let (p, q) = (ops::to_vec(&rt, &a[0]).await?, ops::to_vec(&rt, &a[1]).await?);
            if p.len() != q.len() {
                return Err(value_error("both points must have the same number of dimensions"));
            }
            let mut s: f64 = 0.0;
            for (x, y) in p.iter().zip(&q) {
                s = s.hypot(ops::to_float(&rt, x).await? - ops::to_float(&rt, y).await?);
            }
            Ok(Obj::Float(s))
        })
    });
    d.asynch("hypot", "*coordinates", |rt, a| {
        Box::pin(async move {
            let mut s: f64 = 0.0;
            for x in a[0].as_tuple().map(|t| t.to_vec()).unwrap_or_default() {
                s = s.hypot(ops::to_float(&rt, &x).await?);
            }
            Ok(Obj::Float(s))
        })
    });
    d.asynch("sumprod", "p, q, /", |rt, a| {
        Box::pin(async move {
            let mut s = Obj::Int(0);
            for (x, y) in ops::to_vec(&rt, &a[0]).await?.iter().zip(&ops::to_vec(&rt, &a[1]).await?) {
                let t = ops::binary(&rt, ops::BinOp::Mul, x, y).await?;
                s = ops::binary(&rt, ops::BinOp::Add, &s, &t).await?;
            }
            Ok(s)
        })
    });
    integers(d);
}

fn sum_partials(p: &[f64]) -> f64 {
    // From the largest down, stopping where nothing more is lost; half-way cases look one further.
    let mut n = p.len();
    if n == 0 {
        return 0.0;
    }
    n -= 1;
    let mut hi = p[n];
    let mut lo = 0.0;
    while n > 0 {
        let x = hi;
        n -= 1;
        let y = p[n];
        hi = x + y;
        lo = y - (hi - x);
        if lo != 0.0 {
            break;
        }
    }
    if n > 0 && ((lo < 0.0 && p[n - 1] < 0.0) || (lo > 0.0 && p[n - 1] > 0.0)) {
        let y = lo * 2.0;
        let x = hi + y;
        if y == x - hi {
            hi = x;
        }
    }
    hi
}

/// A logarithm of a float or of an integer of any size.
fn log_of(o: &Obj, f: fn(f64) -> f64) -> R<f64> {
    if let Some(b) = ops::to_big(o.base()) {
        if !b.is_positive() {
            return Err(value_error("math domain error"));
        }
        if b.bits() > 1000 {
            let shift = b.bits() - 64;
            let m: BigInt = b >> shift;
            return Ok(f(m.to_f64().unwrap_or(1.0)) + shift as f64 * f(2.0));
        }
    }
    let x = ops::float_sync(o)?;
    if x <= 0.0 {
        return Err(value_error("math domain error"));
    }
    Ok(f(x))
}

fn big(o: &Obj) -> R<BigInt> {
    ops::to_big(&ops::index_sync(o)?).ok_or_else(|| type_error("an integer is required"))
}

fn integers(d: &Def) {
    d.sync("gcd", "*integers", |_, a| {
        let mut g = BigInt::zero();
        for x in a[0].as_tuple().map(|t| t.to_vec()).unwrap_or_default() {
            g = g.gcd(&big(&x)?);
        }
        Ok(Obj::big(g))
    });
    d.sync("lcm", "*integers", |_, a| {
        let mut l = BigInt::one();
        for x in a[0].as_tuple().map(|t| t.to_vec()).unwrap_or_default() {
            l = l.lcm(&big(&x)?);
        }
        Ok(Obj::big(l))
    });
    d.sync("factorial", "n, /", |rt, a| {
        let n = match &a[0] {
            Obj::Float(_) => return Err(type_error("'float' object cannot be interpreted as an integer")),
            o => ops::index_i64(o)?,
        };
        if n < 0 {
            return Err(value_error("factorial() not defined for negative values"));
        }
        rt.charge((n as u64).saturating_mul(n as u64 / 64 + 1))?;
        mem::check((n as usize).saturating_mul(8))?;
        let mut p = BigInt::one();
        for k in 2..=n {
            p *= k;
        }
        Ok(Obj::big(p))
    });
    d.sync("isqrt", "n, /", |rt, a| {
        let n = big(&a[0])?;
        if n.is_negative() {
            return Err(value_error("isqrt() argument must be nonnegative"));
        }
        rt.charge(n.bits())?;
        Ok(Obj::big(n.sqrt()))
    });
    d.sync("comb", "n, k, /", |rt, a| choose(rt, &a[0], &a[1], true));
    d.sync("perm", "n, k=None, /", |rt, a| {
        let k = if a[1].is_none() { a[0].clone() } else { a[1].clone() };
        choose(rt, &a[0], &k, false)
    });
}

fn choose(rt: &Rt, n: &Obj, k: &Obj, divide: bool) -> R<Obj> {
    let (n, k) = (big(n)?, big(k)?);
    let what = |s: &str| Err(value_error(format!("{s} must be a non-negative integer")));
    if n.is_negative() {
        return what("n");
    }
    if k.is_negative() {
        return what("k");
    }
    if k > n {
        return Ok(Obj::Int(0));
    }
    let rest: BigInt = &n - &k;
    let k = if divide && rest < k { rest } else { k };
    let k = k.to_u64().ok_or_else(|| E::OverflowError.msg("k is too large"))?;
    rt.charge(k.saturating_mul(n.bits() / 64 + 1))?;
    let mut p = BigInt::one();
    for i in 0..k {
        p *= &n - i;
        if divide {
            p /= i + 1;
        }
        if i % 64 == 0 {
            rt.charge(p.bits() / 64)?;
        }
    }
    Ok(Obj::big(p))
}

fn cmath(d: &Def) {
    use std::f64::consts;
    for (n, v) in
        [("pi", consts::PI), ("e", consts::E), ("tau", consts::TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)]
    {
        d.value(n, v);
    }
    fn arg(o: &Obj) -> R<(f64, f64)> {
        match o {
            Obj::Complex(c) => Ok(**c),
            o => Ok((ops::float_sync(o)?, 0.0)),
        }
    }
    let table: &[(&'static str, fn(f64, f64) -> (f64, f64))] = &[
        ("exp", |x, y| (x.exp() * y.cos(), x.exp() * y.sin())),
        ("log", |x, y| (x.hypot(y).ln(), y.atan2(x))),
        ("sqrt", csqrt),
        ("sin", |x, y| (x.sin() * y.cosh(), x.cos() * y.sinh())),
        ("cos", |x, y| (x.cos() * y.cosh(), -x.sin() * y.sinh())),
        ("sinh", |x, y| (x.sinh() * y.cos(), x.cosh() * y.sin())),
        ("cosh", |x, y| (x.cosh() * y.cos(), x.sinh() * y.sin())),
        ("tanh", |x, y| {
            let k = (2.0 * x).cosh() + (2.0 * y).cos();
            ((2.0 * x).sinh() / k, (2.0 * y).sin() / k)
        }),
    ];
    for (n, f) in table {
        let f = *f;
        d.add(
            n,
            "z, /",
            Imp::Closure(Box::new(move |_, a| {
                let (x, y) = arg(&a[0])?;
                let (re, im) = f(x, y);
                Ok(Obj::complex(re, im))
            })),
        );
    }
    d.sync("phase", "z, /", |_, a| arg(&a[0]).map(|(x, y)| Obj::Float(y.atan2(x))));
    d.sync("polar", "z, /", |_, a| {
        arg(&a[0]).map(|(x, y)| Obj::tuple(vec![Obj::Float(x.hypot(y)), Obj::Float(y.atan2(x))]))
    });
    d.sync("rect", "r, phi, /", |_, a| {
        let (r, p) = (ops::float_sync(&a[0])?, ops::float_sync(&a[1])?);
        Ok(Obj::complex(r * p.cos(), r * p.sin()))
    });
    d.sync("isnan", "z, /", |_, a| arg(&a[0]).map(|(x, y)| Obj::Bool(x.is_nan() || y.is_nan())));
    d.sync("isfinite", "z, /", |_, a| arg(&a[0]).map(|(x, y)| Obj::Bool(x.is_finite() && y.is_finite())));
}

fn csqrt(x: f64, y: f64) -> (f64, f64) {
    if x == 0.0 && y == 0.0 {
        return (0.0, y);
    }
    let s = ((x.abs() + x.hypot(y)) / 2.0).sqrt();
    let d = y.abs() / (2.0 * s);
    if x >= 0.0 { (s, d.copysign(y)) } else { (d, s.copysign(y)) }
}

fn time(d: &Def) {
    let now = |rt: &Rt| (rt.clock.get())();
    for name in ["time", "perf_counter", "monotonic", "process_time"] {
        d.add(name, "", Imp::Closure(Box::new(move |rt, _| Ok(Obj::Float(now(rt) / 1000.0)))));
    }
    for name in ["time_ns", "perf_counter_ns", "monotonic_ns"] {
        d.add(name, "", Imp::Closure(Box::new(move |rt, _| Ok(Obj::Int((now(rt) * 1e6) as i64)))));
    }
    // Waiting would only stop the page; the time is taken as passed.
    d.sync("sleep", "seconds, /", |rt, a| {
        ops::float_sync(&a[0])?;
        rt.charge(1)?;
        Ok(Obj::None)
    });
}

fn sys(rt: &Rt, d: &Def) {
    d.value("maxsize", i64::MAX);
    d.value("version", "3.11.0 (gradlens)");
    d.value("platform", "gradlens");
    d.value("byteorder", "little");
    d.value("version_info", Obj::tuple(vec![Obj::Int(3), Obj::Int(11), Obj::Int(0), Obj::str("final"), Obj::Int(0)]));
    d.value("argv", Obj::list(vec![Obj::str("")]));
    d.value("path", Obj::list(Vec::new()));
    let modules = PyDict::new();
    for (k, m) in rt.modules.borrow().iter() {
        modules.set_name(k, Obj::Module(m.clone()));
    }
    d.value("modules", Obj::Dict(modules));
    d.sync("getrecursionlimit", "", |_, _| Ok(Obj::Int(crate::vm::MAX_FRAMES as i64)));
    d.sync("setrecursionlimit", "limit, /", |_, _| Ok(Obj::None));
    d.sync("getsizeof", "obj, default=0", |_, a| Ok(Obj::Int(48 + 16 * ops::len_sync(&a[0]).unwrap_or(0) as i64)));
    d.sync("exit", "status=None, /", |_, a| Err(Exc::Py(E::SystemExit.make(vec![a[0].clone()]))));
    let float = PyDict::new();
    float.set_name("max", Obj::Float(f64::MAX));
    float.set_name("min", Obj::Float(f64::MIN_POSITIVE));
    float.set_name("epsilon", Obj::Float(f64::EPSILON));
    float.set_name("dig", Obj::Int(15));
    float.set_name("mant_dig", Obj::Int(53));
    float.set_name("max_exp", Obj::Int(1024));
    float.set_name("min_exp", Obj::Int(-1021));
    let info = Rc::new(Instance::new(types().object.clone(), Obj::Null));
    let _ = info.dict.set(float);
    d.value("float_info", Obj::Instance(info));
    let out = PyDict::new();
    let w = Def::module("sys", &out);
    w.sync("write", "s, /", |rt, a| match a[0].as_str() {
        Some(s) => {
            rt.charge((s.as_str().len() / 16) as u64)?;
            rt.print(s.as_str());
            Ok(Obj::Int(s.len() as i64))
        }
        None => Err(type_error(format!("write() argument must be str, not {}", a[0].type_name()))),
    });
    w.sync("flush", "", |_, _| Ok(Obj::None));
    let stream = Rc::new(Instance::new(types().object.clone(), Obj::Null));
    let _ = stream.dict.set(out);
    d.value("stdout", Obj::Instance(stream.clone()));
    d.value("stderr", Obj::Instance(stream));
}

/// What our Python modules need of the host.
fn host(d: &Def) {
    d.sync("Inert", "text, /", |_, a| match a[0].as_str() {
        Some(s) => Ok(super::inert(s.to_string())),
        None => Err(type_error("a name is needed")),
    });
    d.sync("class_of", "obj, /", |_, a| Ok(Obj::Class(a[0].class())));
    d.asynch("make_class", "name, bases, ns, /", |rt, a| {
        Box::pin(async move {
            let Some(name) = a[0].as_str() else { return Err(type_error("a class name must be a str")) };
            let bases = ops::to_vec(&rt, &a[1]).await?;
            let ns = match a[2].base() {
                Obj::Dict(d) => d.copy()?,
                _ => PyDict::new(),
            };
            class::make(&rt, name, bases, ns, Vec::new()).await
        })
    });
    d.sync("new_tuple", "cls, items, /", |_, a| match (&a[0], &a[1]) {
        (Obj::Class(c), Obj::Tuple(_)) => Ok(Obj::Instance(Rc::new(Instance::new(c.clone(), a[1].clone())))),
        _ => Err(type_error("a class and a tuple are needed")),
    });
    d.asynch("namedtuple_repr", "self, /", |rt, a| {
        Box::pin(async move {
            let class = a[0].class();
            let names = match class.lookup(&intern("_fields")) {
                Some(Obj::Tuple(t)) => t.to_vec(),
                _ => Vec::new(),
            };
            let mut out = format!("{}(", class.name.borrow());
            for (i, (n, v)) in names.iter().zip(ops::to_vec(&rt, a[0].base()).await?).enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                out.push_str(n.as_str().map_or("", |s| s.as_str()));
                out.push('=');
                out.push_str(&ops::repr(&rt, &v).await?);
            }
            Ok(Obj::str(out + ")"))
        })
    });
    if let Some(Obj::Builtin(b)) = d.dict.get_name("namedtuple_repr") {
        // It becomes a method of the classes that are made.
        let mut m = crate::obj::Builtin::new("__repr__", "self, /", Imp::Async(repr_imp(&b)));
        m.is_method = true;
        d.dict.set_name("namedtuple_repr", m.obj());
    }
    d.asynch("set_attr", "obj, name, value, /", |rt, a| {
        Box::pin(async move {
            let Some(n) = a[1].as_str() else { return Err(type_error("attribute name must be string")) };
            match &a[0] {
                Obj::Instance(i) => i.dict().set_str(&intern(n.as_str()), a[2].clone()),
                o => ops::set_attr_plain(&rt, o, &intern(n.as_str()), &a[2]).await?,
            }
            Ok(Obj::None)
        })
    });
    d.sync("make_cached_property", "func, /", |_, a| {
        Ok(Obj::Property(Rc::new(Property {
            get: a[0].clone(),
            set: Obj::None,
            del: Obj::None,
            doc: Obj::None,
            cached: RefCell::new(Some(intern(""))),
        })))
    });
    d.asynch("show_figure", "axes, /", |rt, a| {
        Box::pin(async move {
            rt.figures.borrow_mut().push(a[0].clone());
            let shown = rt.on_figure.borrow().clone();
            if let Some(f) = shown {
                f(&a[0]);
            }
            Ok(Obj::None)
        })
    });
}

fn repr_imp(b: &crate::obj::Builtin) -> fn(Rt, Vec<Obj>) -> crate::obj::Fut {
    match b.imp {
        Imp::Async(f) => f,
        _ => |_, _| Box::pin(std::future::ready(Ok(Obj::None))),
    }
}
