//! Every elementwise row's forward derivative against central differences of its own scalar code in f64, sampled over the
//! row's smooth domain.

use gradlens_ir::elementwise::convert::register;
use gradlens_ir::elementwise::shared::elementwise_type;
use gradlens_ir::rows::{Jvp, Lower, Site, Typing};
use gradlens_ir::structural::dual::apply_jvp;
use gradlens_ir::value::{Bind, Outs};
use gradlens_ir::{Array, DType, Error, Params, Prim, Result, ShapedArray, Value};
use gradlens_kernel::{BlockBuilder, ScalarType};

/// Evaluates scalars by folding the rows' scalar code.
struct Fold;

impl Bind for Fold {
    fn bind(&self, prim: Prim, params: Params, args: &[Value]) -> Result<Outs> {
        let ins: Vec<&ShapedArray> = args.iter().map(|a| a.aval()).collect();
        let row = prim.row();
        if prim == Prim::BroadcastInDim {
            return Ok(Outs::from_iter([args[0].clone()]));
        }
        let out = match &row.typing {
            Typing::Elementwise(accepts, o) => elementwise_type(row.name, accepts, *o, &ins)?,
            Typing::Rule(rule) => rule(&params, &ins)?.remove(0),
            Typing::Structural => return Err(Error::internal("not a scalar primitive")),
        };
        let Lower::Scalar(rule) = row.lower else { return Err(Error::internal("no scalar code")) };
        let mut b = BlockBuilder::new(0);
        let xs: Vec<_> = args
            .iter()
            .map(|a| {
                let v = a.as_array().expect("concrete").to_f64s().expect("on the host")[0];
                b.lit(register(a.dtype()), v)
            })
            .collect();
        let r = rule(&mut b, &Site { params: &params, ins: &ins, out: &out }, &xs);
        // Code with a loop does not fold.
        let c = b.as_const(r).ok_or_else(|| Error::not_implemented("a loop"))?;
        let v = if c.ty == ScalarType::F64 { c.as_f64() } else { c.as_i128() as f64 };
        Ok(Outs::from_iter([Value::Array(Array::full(&[], out.dtype, v))]))
    }
    fn x64(&self) -> bool {
        true
    }
}

fn scalar(v: f64) -> Value {
    Value::Array(Array::full(&[], DType::F64, v))
}

fn number(v: &Value) -> f64 {
    v.as_array().expect("concrete").to_f64s().expect("on the host")[0]
}

/// Points strictly inside the domain, by a low-discrepancy sequence.
fn points(domain: &[(f64, f64)], k: usize) -> Vec<f64> {
    let ratios = [0.618_033_988_749_894_9, 0.414_213_562_373_095_1, 0.732_050_807_568_877_2];
    domain
        .iter()
        .zip(ratios)
        .map(|(&(lo, hi), r)| lo + (hi - lo) * (0.05 + 0.9 * ((k as f64 + 0.5) * r).fract()))
        .collect()
}

fn params_of(prim: Prim) -> Params {
    match prim {
        Prim::IntegerPow => Params::IntegerPow { y: -3 },
        Prim::Round => Params::Round { rounding_method: gradlens_ir::params::Rounding::ToNearestEven },
        Prim::ConvertElementType => Params::ConvertElementType { new_dtype: DType::F64, weak_type: false },
        _ => Params::None,
    }
}

#[test]
fn rules_agree_with_central_differences() {
    let (mut checked, mut loops) = (Vec::new(), Vec::new());
    for &prim in Prim::ALL {
        let row = prim.row();
        let smooth = matches!(row.jvp, Jvp::Parts(_) | Jvp::Rule(_) | Jvp::Linear);
        if !smooth || !matches!(row.lower, Lower::Scalar(_)) || matches!(prim, Prim::SelectN | Prim::ReducePrecision) {
            continue;
        }
        let params = params_of(prim);
        let call = |xs: &[f64]| -> Result<f64> {
            let xs: Vec<Value> = xs.iter().copied().map(scalar).collect();
            Ok(number(&Fold.bind(prim, params.clone(), &xs)?[0]))
        };
        for k in 0..20 {
            let xs = points(row.domain, k);
            for i in 0..xs.len() {
                let values: Vec<Value> = xs.iter().copied().map(scalar).collect();
                let tangents: Vec<_> = (0..xs.len()).map(|j| (i == j).then(|| scalar(1.0))).collect();
                let got = match apply_jvp(&Fold, prim, &params, &values, &tangents) {
                    Ok((_, t)) => t[0].as_ref().map_or(0.0, number),
                    Err(e) if e.message() == "a loop" => {
                        loops.push(row.name);
                        continue;
                    }
                    // JAX refuses these operands.
                    Err(_) => continue,
                };
                let h = 1e-4 * (1.0 + xs[i].abs());
                let at = |d: f64| {
                    let mut ys = xs.clone();
                    ys[i] += d;
                    call(&ys).expect("evaluated above")
                };
                // Fourth order, so that the step can be large beside rounding.
                let want = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
                let off = (got - want).abs();
                assert!(
                    off <= 1e-7 * (1.0 + want.abs()),
                    "d{i} {} at {xs:?}: rule {got}, differences {want}",
                    row.name
                );
                checked.push(row.name);
            }
        }
    }
    checked.dedup();
    loops.dedup();
    assert!(checked.len() >= 40, "only {checked:?}; with loops: {loops:?}");
}
