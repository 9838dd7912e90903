//! Shapes, dtypes, weak types and messages of elementwise primitives against JAX's.

use gradlens_ir::elementwise::shared::elementwise_type;
use gradlens_ir::params::Rounding;
use gradlens_ir::rows::Typing;
use gradlens_ir::{DType, Params, Prim, Result, ShapedArray};

fn aval(text: &str) -> ShapedArray {
    let (weak, text) = text.strip_prefix('~').map_or((false, text), |t| (true, t));
    let (d, shape) = text.trim_end_matches(']').split_once('[').expect("dtype[shape]");
    let dtype = DType::ALL.into_iter().find(|t| t.short_name() == d).expect("a dtype");
    let shape: Vec<usize> = shape.split(',').filter(|s| !s.is_empty()).map(|s| s.parse().expect("a size")).collect();
    ShapedArray::new(shape, dtype).with_weak(weak)
}

fn result(prim: Prim, ins: &[&ShapedArray]) -> Result<ShapedArray> {
    let params = match prim {
        Prim::IntegerPow => Params::IntegerPow { y: 2 },
        Prim::Round => Params::Round { rounding_method: Rounding::AwayFromZero },
        Prim::ReducePrecision => Params::ReducePrecision { exponent_bits: 5, mantissa_bits: 10 },
        _ => Params::None,
    };
    match &prim.row().typing {
        Typing::Elementwise(accepts, out) => elementwise_type(prim.name(), accepts, *out, ins),
        Typing::Rule(rule) => Ok(rule(&params, ins)?.remove(0)),
        Typing::Structural => panic!("{} is not elementwise", prim.name()),
    }
}

/// JAX lists accepted kinds in the order of a hash set, which differs from run to run.
fn kinds_sorted(message: &str) -> String {
    let Some((head, kinds)) = message.split_once("are subtypes of ") else { return message.into() };
    let mut kinds: Vec<&str> = kinds.trim_end_matches('.').split(", ").collect();
    kinds.sort_unstable();
    format!("{head}are subtypes of {}.", kinds.join(", "))
}

#[test]
fn types_and_messages_are_jaxs() {
    let mut wrong = Vec::new();
    for line in include_str!("typing.txt").lines().filter(|l| !l.starts_with('#')) {
        let (call, want) = line.split_once(" -> ").expect("an arrow");
        let mut words = call.split(' ');
        let prim = Prim::from_name(words.next().expect("a name")).expect("a primitive");
        let ins: Vec<ShapedArray> = words.map(aval).collect();
        let got = match result(prim, &ins.iter().collect::<Vec<_>>()) {
            Ok(a) => format!("{}{}", if a.weak_type { "~" } else { "" }, a.short()),
            Err(e) => e.to_string().lines().next().unwrap_or_default().to_string(),
        };
        if kinds_sorted(&got) != kinds_sorted(want) {
            wrong.push(format!("{call}\n  JAX:  {want}\n  ours: {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
