//! Values as the conformance corpus writes them: JSON that keeps dtypes, shapes, containers and non-finite numbers apart.

use gradlens_ir::{Array, DType, Error, Result, Value};
use gradlens_numpy::{Arg, TypeArg};
use serde_json::{Value as Json, json};

fn number(x: f64) -> Json {
    if x.is_nan() {
        json!("nan")
    } else if x.is_infinite() {
        json!(if x > 0.0 { "inf" } else { "-inf" })
    } else {
        json!(x)
    }
}

fn element(dtype: DType, re: f64, im: f64, int: i64) -> Json {
    match dtype {
        DType::Bool => json!(int != 0),
        DType::U64 => json!(int as u64),
        d if d.is_integer() => json!(int),
        DType::F32 => short(re as f32),
        d if d.is_floating() => number(re),
        DType::C64 => json!([short(re as f32), short(im as f32)]),
        _ => json!([number(re), number(im)]),
    }
}

/// The shortest decimal that reads back as this float32.
fn short(x: f32) -> Json {
    if x.is_finite() { json!(format!("{x:e}").parse::<f64>().unwrap_or(x as f64)) } else { number(x as f64) }
}

fn nested(flat: &mut impl Iterator<Item = Json>, shape: &[usize]) -> Json {
    match shape {
        [] => flat.next().unwrap_or(Json::Null),
        [n, rest @ ..] => Json::Array((0..*n).map(|_| nested(flat, rest)).collect()),
    }
}

/// An array: dtype, shape, nested data, and whether it is weakly typed.
pub fn array(a: &Array) -> Result<Json> {
    let mut out = json!({ "dtype": a.dtype().name(), "shape": a.shape().to_vec() });
    if a.dtype() == DType::Float0 {
        out["data"] = Json::Null;
        return Ok(out);
    }
    let (parts, ints) = (a.to_complexes()?, if a.dtype().is_inexact() { vec![] } else { a.to_i64s()? });
    let mut flat =
        parts.iter().enumerate().map(|(i, (re, im))| element(a.dtype(), *re, *im, ints.get(i).copied().unwrap_or(0)));
    out["data"] = nested(&mut flat, a.shape());
    if a.aval().weak_type {
        out["weak"] = json!(true);
    }
    Ok(out)
}

/// Any value a case may leave in `result`. `host` encodes objects of the host language that are no `Arg` of their own.
pub fn value(cx: &gradlens_transform::Cx, x: &Arg) -> Result<Json> {
    let list = |items: &[Arg]| items.iter().map(|i| value(cx, i)).collect::<Result<Vec<_>>>();
    let pairs = |items: &[(Arg, Arg)]| {
        items.iter().map(|(k, v)| Ok(json!([value(cx, k)?, value(cx, v)?]))).collect::<Result<Vec<_>>>()
    };
    Ok(match x {
        Arg::None => Json::Null,
        Arg::Bool(b) => json!(b),
        Arg::Int(i) => json!({ "py": "int", "v": i }),
        Arg::BigInt(s) => json!({ "py": "int", "v": serde_json::from_str::<Json>(s).unwrap_or(Json::Null) }),
        Arg::Float(f) => json!({ "py": "float", "v": number(*f) }),
        Arg::Complex(re, im) => json!({ "py": "complex", "v": [number(*re), number(*im)] }),
        Arg::Str(s) => json!(&**s),
        Arg::Array(Value::Array(a)) => array(a)?,
        Arg::Array(tracer) => array(&cx.concrete(tracer, gradlens_transform::Look::Item)?)?,
        Arg::NpArray(a) | Arg::NpScalar(a) => array(a)?,
        Arg::DType(d) => json!({ "py": "dtype", "v": d.name() }),
        Arg::Type(TypeArg::Jnp(d) | TypeArg::Np(d)) => json!({ "py": "dtype", "v": d.name() }),
        Arg::Tuple(v) => json!({ "tuple": list(v)? }),
        Arg::List(v) => json!({ "list": list(v)? }),
        Arg::Dict(v) | Arg::OrderedDict(v) | Arg::DefaultDict(_, v) => json!({ "dict": pairs(v)? }),
        Arg::NamedTuple(ty, v) => {
            let fields =
                ty.fields.iter().zip(v).map(|(k, v)| Ok(json!([&**k, value(cx, v)?]))).collect::<Result<Vec<_>>>()?;
            json!({ "namedtuple": &*ty.name, "fields": fields })
        }
        Arg::Object(o) if o.type_name().contains("PyTreeDef") => json!({ "py": "treedef", "v": o.str(cx)? }),
        Arg::Object(o) => match o.attr(cx, "_fields")? {
            // Results with named fields (`slogdet`, `eigh`) are named tuples to JAX.
            Some(Arg::Tuple(names)) => {
                let mut fields = vec![];
                for n in &names {
                    let name = n.as_str().unwrap_or_default();
                    fields.push(json!([name, value(cx, &o.attr(cx, name)?.unwrap_or(Arg::None))?]));
                }
                json!({ "namedtuple": o.type_name(), "fields": fields })
            }
            _ => json!({ "py": o.type_name(), "v": o.str(cx)? }),
        },
        other => return Err(Error::type_error(format!("a result of type {} has no encoding", other.type_name()))),
    })
}
