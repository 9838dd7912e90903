//! `vmap` of elementwise primitives, equation by equation, against what JAX 0.10.2 prints.

mod common;
use common::*;
use gradlens_ir::value::Bind;
use gradlens_ir::{LocalBoxFuture, Params, Prim, Result, ShapedArray, Value};
use gradlens_transform::{Cx, OutAxis, vmap};
use std::rc::Rc;

fn batched_text(cx: &Cx, prim: Prim, args: &[ShapedArray], dims: &[Option<usize>]) -> String {
    let size = args.iter().zip(dims).find_map(|(a, d)| d.map(|d| a.shape[d])).expect("a mapped axis");
    let (cx2, dims) = (cx.clone(), dims.to_vec());
    staged_text(cx, args, move |xs: Vec<Value>| {
        let (cx, dims) = (cx2.clone(), dims.clone());
        Box::pin(async move {
            let params = if prim == Prim::IntegerPow { Params::IntegerPow { y: 2 } } else { Params::None };
            let inner = cx.clone();
            let f = Rust(move |xs: Vec<Value>| {
                let r = inner.bind(prim, params.clone(), &xs);
                let done: LocalBoxFuture<Result<Vec<Value>>> = Box::pin(async move { Ok(r?.into_vec()) });
                done
            });
            vmap(&cx, &f, xs, &dims, size, None, |n| Ok(vec![OutAxis::At(0); n])).await
        })
    })
}

#[test]
fn batching_is_jaxs_equation_by_equation() {
    let cx = Cx::new(Rc::new(NoExecutor));
    let mut wrong = Vec::new();
    for block in include_str!("batching.txt").split("\n## ").skip(1) {
        let (header, want) = block.split_once('\n').expect("a header");
        let parts: Vec<&str> = header.split(" | ").collect();
        let prim = Prim::from_name(parts[0]).expect("a primitive");
        let args: Vec<ShapedArray> = parts[1].split(' ').map(aval).collect();
        let dims: Vec<Option<usize>> = parts[2].split(' ').map(|d| d.parse().ok()).collect();
        let got = batched_text(&cx, prim, &args, &dims);
        // Lines fall elsewhere where NumPy's integers are printed as such.
        let words = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ").replace("[ ", "[").replace(" ]", "]");
        if words(&got) != words(want) {
            wrong.push(format!("vmap of {header}\n--- JAX\n{}\n--- ours\n{got}\n", want.trim()));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
