//! Every elementwise primitive's forward and reverse derivative, equation by equation, against what JAX 0.10.2 prints.

mod common;
use common::*;
use gradlens_ir::params::{Params, Rounding};
use gradlens_ir::rows::{Effects, Jvp, Tangent, Typing};
use gradlens_ir::value::Bind;
use gradlens_ir::{DType, LocalBoxFuture, Prim, Result, ShapedArray, Value, ops};
use gradlens_transform::{Cx, jvp, linearize};
use std::rc::Rc;

const GOLDEN: &str = include_str!("derivatives.txt");

#[derive(Clone)]
struct Case {
    header: String,
    prim: Prim,
    params: Params,
    args: Vec<ShapedArray>,
    diff: Vec<usize>,
    jvp: String,
    vjp: String,
}

fn params(prim: Prim, items: &[&str]) -> Params {
    let get = |k: &str| items.iter().find_map(|i| i.strip_prefix(k)?.strip_prefix('=')).expect("the parameter");
    let dtype = || DType::from_name(get("new_dtype")).expect("a dtype");
    match prim {
        Prim::IntegerPow => Params::IntegerPow { y: get("y").parse().expect("an integer") },
        Prim::Round if get("rounding_method") == "0" => Params::Round { rounding_method: Rounding::AwayFromZero },
        Prim::Round => Params::Round { rounding_method: Rounding::ToNearestEven },
        Prim::ConvertElementType => Params::ConvertElementType { new_dtype: dtype(), weak_type: false },
        Prim::BitcastConvertType => Params::BitcastConvertType { new_dtype: dtype() },
        Prim::ReducePrecision => Params::ReducePrecision { exponent_bits: 5, mantissa_bits: 10 },
        _ => Params::None,
    }
}

fn cases() -> Vec<Case> {
    GOLDEN
        .split("\n## ")
        .skip(1)
        .map(|block| {
            let (header, rest) = block.split_once('\n').expect("a header");
            let (jvp, vjp) = rest.split_once("\n--\n").expect("two parts");
            let parts: Vec<&str> = header.split(" | ").collect();
            let mut words = parts[0].split(' ');
            let prim = Prim::from_name(words.next().expect("a name")).expect("a primitive");
            Case {
                header: header.into(),
                prim,
                params: params(prim, &words.collect::<Vec<_>>()),
                args: parts[1].split(' ').map(aval).collect(),
                diff: parts[2].split(' ').map(|i| i.parse().expect("an index")).collect(),
                jvp: jvp.trim().into(),
                vjp: vjp.trim().into(),
            }
        })
        .collect()
}

/// The primitive as a function of the differentiated arguments alone.
fn function(
    cx: &Cx,
    case: &Case,
    all: &[Value],
) -> Rust<impl Fn(Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> + 'static> {
    let (cx, case, all) = (cx.clone(), case.clone(), all.to_vec());
    Rust(move |xs: Vec<Value>| {
        let mut args = all.clone();
        for (&i, x) in case.diff.iter().zip(xs) {
            args[i] = x;
        }
        let r = cx.bind(case.prim, case.params.clone(), &args);
        let done: LocalBoxFuture<Result<Vec<Value>>> = Box::pin(async move { Ok(r?.into_vec()) });
        done
    })
}

fn explicit(cx: &Cx, t: Tangent, like: &ShapedArray) -> Result<Value> {
    t.map_or_else(|| ops::zeros(cx, like), Ok)
}

fn forward(cx: &Cx, case: &Case) -> String {
    let mut avals = case.args.clone();
    avals.extend(case.diff.iter().map(|&i| case.args[i].tangent()));
    let (cx2, case) = (cx.clone(), case.clone());
    staged_text(cx, &avals, move |all| {
        let (cx, case) = (cx2.clone(), case.clone());
        Box::pin(async move {
            let (args, tangents) = all.split_at(case.args.len());
            let f = function(&cx, &case, args);
            let primals = case.diff.iter().map(|&i| args[i].clone()).collect();
            let (mut outs, ts) = jvp(&cx, &f, primals, tangents.iter().cloned().map(Some).collect()).await?;
            if outs[0].dtype().is_inexact() {
                let t = explicit(&cx, ts[0].clone(), outs[0].aval())?;
                outs.push(t);
            } else {
                assert!(ts[0].is_none(), "{}", case.header);
            }
            Ok(outs)
        })
    })
}

fn reverse(cx: &Cx, case: &Case) -> String {
    let ins: Vec<&ShapedArray> = case.args.iter().collect();
    let out = match cx.typing(case.prim, &case.params, &ins) {
        Ok(out) => out[0].clone(),
        Err(e) => return e.to_string(),
    };
    let mut avals = case.args.clone();
    avals.push(out);
    let (cx2, case) = (cx.clone(), case.clone());
    staged_text(cx, &avals, move |all| {
        let (cx, case) = (cx2.clone(), case.clone());
        Box::pin(async move {
            let (args, ct) = all.split_at(case.args.len());
            let f = function(&cx, &case, args);
            let primals: Vec<Value> = case.diff.iter().map(|&i| args[i].clone()).collect();
            let avals: Vec<ShapedArray> = primals.iter().map(|p| p.aval().clone()).collect();
            let (mut outs, lin) = linearize(&cx, &f, primals, &vec![true; avals.len()]).await?;
            let cts = lin.transpose(&cx, &[Some(ct[0].clone())]).await?;
            for (ct, a) in cts.into_iter().zip(&avals) {
                outs.push(explicit(&cx, ct, a)?);
            }
            Ok(outs)
        })
    })
}

#[test]
fn derivatives_are_jaxs_equation_by_equation() {
    let cx = Cx::new(Rc::new(NoExecutor));
    let mut wrong = Vec::new();
    for case in cases() {
        for (what, got, want) in [("jvp", forward(&cx, &case), &case.jvp), ("vjp", reverse(&cx, &case), &case.vjp)] {
            if want != "no tangent" && got != *want {
                wrong.push(format!("{what} of {}\n--- JAX\n{want}\n--- ours\n{got}\n", case.header));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every elementwise row that has a derivative is in the golden file.
#[test]
fn no_row_is_forgotten() {
    let seen: Vec<Prim> = cases().iter().map(|c| c.prim).collect();
    for &p in Prim::ALL {
        let row = p.row();
        let elementwise = matches!(row.typing, Typing::Elementwise(..)) && row.effects == Effects::Pure;
        let has_rule = matches!(row.jvp, Jvp::Parts(_) | Jvp::Rule(_) | Jvp::Linear);
        assert!(!elementwise || !has_rule || seen.contains(&p), "{}", row.name);
    }
}
