//! Every elementwise row's interval extension against its own scalar code: over random boxes, and points inside them, no
//! value lies outside the range, and no NaN comes where none was announced.

use gradlens_ir::interval::Interval;
use gradlens_ir::params::Rounding;
use gradlens_ir::rows::{Bounds, Lower, Site, Typing};
use gradlens_ir::{DType, Params, Prim, ShapedArray};
use gradlens_kernel::{BlockBuilder, Const, ScalarType};

/// SplitMix64, so that every run sees the same boxes.
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    fn pick<T: Copy>(&mut self, xs: &[T]) -> T {
        xs[self.next() as usize % xs.len()]
    }
}

fn register(d: DType) -> ScalarType {
    gradlens_ir::elementwise::convert::register(d)
}

/// The scalar code on constants, which the builder folds; `None` where it has a loop.
fn evaluate(prim: Prim, at: &Site, xs: &[f64]) -> Option<f64> {
    let Lower::Scalar(rule) = prim.row().lower else { return None };
    let mut b = BlockBuilder::new(0);
    let xs: Vec<_> = xs.iter().zip(at.ins).map(|(&x, a)| b.lit(register(a.dtype), x)).collect();
    let r = rule(&mut b, at, &xs);
    let Const { ty, bits } = b.as_const(r)?;
    Some(match ty {
        ScalarType::F64 => f64::from_bits(bits),
        ScalarType::F32 => f32::from_bits(bits as u32) as f64,
        ScalarType::I32 if at.out.dtype == DType::I8 => bits as u8 as i8 as f64,
        ScalarType::I32 => bits as u32 as i32 as f64,
        ScalarType::U32 if at.out.dtype == DType::U8 => bits as u8 as f64,
        _ => bits as f64,
    })
}

/// Applications to try: parameters, and the dtypes of operands and result.
fn sites(prim: Prim) -> Vec<(Params, Vec<DType>, DType)> {
    let row = prim.row();
    let mut out = Vec::new();
    for d in [DType::F64, DType::I8, DType::U8, DType::Bool] {
        let params: Vec<Params> = match prim {
            Prim::IntegerPow => [-3, -2, -1, 0, 1, 2, 3, 4, 7].map(|y| Params::IntegerPow { y }).into(),
            Prim::Round => [Rounding::AwayFromZero, Rounding::ToNearestEven]
                .map(|rounding_method| Params::Round { rounding_method })
                .into(),
            Prim::ConvertElementType => [DType::F64, DType::I8, DType::U8, DType::Bool, DType::I32]
                .map(|new_dtype| Params::ConvertElementType { new_dtype, weak_type: false })
                .into(),
            Prim::ReducePrecision => vec![Params::ReducePrecision { exponent_bits: 11, mantissa_bits: 7 }],
            _ => vec![Params::None],
        };
        for p in params {
            for n in 1..=3 {
                let mut ins = vec![ShapedArray::scalar(d, false); n];
                if prim == Prim::SelectN {
                    ins[0].dtype = DType::Bool;
                }
                if prim == Prim::AddAny && d == DType::Bool {
                    continue;
                }
                let refs: Vec<&ShapedArray> = ins.iter().collect();
                let typed = match &row.typing {
                    Typing::Elementwise(accepts, o) if accepts.len() == n => {
                        gradlens_ir::elementwise::shared::elementwise_type(row.name, accepts, *o, &refs).ok()
                    }
                    Typing::Rule(rule) if row.domain.len() == n => rule(&p, &refs).ok().map(|mut v| v.remove(0)),
                    _ => None,
                };
                if let Some(a) = typed {
                    out.push((p.clone(), ins.iter().map(|a| a.dtype).collect(), a.dtype));
                }
            }
        }
    }
    out
}

/// A box's side for an operand of this dtype, and how to take a point of it.
fn side(r: &mut Random, d: DType) -> (f64, f64) {
    if d == DType::Bool {
        return r.pick(&[(0.0, 0.0), (1.0, 1.0), (0.0, 1.0)]);
    }
    let scale = r.pick(&[0.1, 1.0, 1.0, 3.0, 10.0, 100.0]);
    let centre = r.pick(&[0.0, 0.0, 1.0, -1.0, 0.5, 2.0, std::f64::consts::FRAC_PI_2]) + scale * (2.0 * r.unit() - 1.0);
    let width = scale * r.pick(&[0.0, 1e-6, 0.01, 0.3, 1.0, 2.0]) * r.unit();
    if d.is_integer() {
        let (lo, hi) = gradlens_ir::elementwise::convert::int_range(d);
        let (a, b) = ((centre - width).round().clamp(lo, hi), (centre + width).round().clamp(lo, hi));
        return (a, b);
    }
    (centre - width, centre + width)
}

fn point(r: &mut Random, d: DType, (lo, hi): (f64, f64)) -> f64 {
    let x = match r.next() % 4 {
        0 => lo,
        1 => hi,
        _ => lo + (hi - lo) * r.unit(),
    };
    if d.is_floating() { x.clamp(lo, hi) } else { x.round().clamp(lo, hi) }
}

#[test]
fn ranges_hold_every_value() {
    let mut r = Random(1);
    let mut wrong = Vec::new();
    let (mut tried, mut rows) = (0, 0);
    for &prim in Prim::ALL {
        let row = prim.row();
        if !matches!((&row.bounds, &row.lower), (Bounds::Rule(_), Lower::Scalar(_))) {
            continue;
        }
        rows += 1;
        for (params, dtypes, out) in sites(prim) {
            let ins: Vec<ShapedArray> = dtypes.iter().map(|&d| ShapedArray::scalar(d, false)).collect();
            let out = ShapedArray::scalar(out, false);
            let at = Site { params: &params, ins: &ins.iter().collect::<Vec<_>>(), out: &out };
            for _ in 0..300 {
                let sides: Vec<(f64, f64)> = dtypes.iter().map(|&d| side(&mut r, d)).collect();
                let boxes: Vec<Interval> = sides.iter().map(|&(lo, hi)| Interval::new(lo, hi)).collect();
                let range = row.range(&at, &boxes);
                for _ in 0..6 {
                    let xs: Vec<f64> = dtypes.iter().zip(&sides).map(|(&d, &s)| point(&mut r, d, s)).collect();
                    let Some(y) = evaluate(prim, &at, &xs) else { continue };
                    tried += 1;
                    // The scalar code's own error is not the interval's business.
                    let slack = if out.dtype.is_floating() { 1e-11 * (1.0 + y.abs()) } else { 0.0 };
                    let ok = if y.is_nan() { range.nan } else { range.lo - slack <= y && y <= range.hi + slack };
                    if !ok {
                        wrong.push(format!(
                            "{} {params:?} {dtypes:?} of {xs:?} in {sides:?}: {y} outside {range:?}",
                            row.name
                        ));
                    }
                }
            }
        }
    }
    assert!(rows > 50 && tried > 100_000, "{rows} rows, {tried} values");
    wrong.truncate(40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_unknown_is_said() {
    let f = ShapedArray::scalar(DType::F64, false);
    let c = ShapedArray::scalar(DType::C128, false);
    let i = ShapedArray::scalar(DType::I32, false);
    let range = |prim: Prim, a: &ShapedArray, xs: &[Interval]| {
        let ins = vec![a; xs.len()];
        prim.row().range(&Site { params: &Params::None, ins: &ins, out: a }, xs)
    };
    let one = Interval::new(1.0, 2.0);
    let big = Interval::new(2e9, 2.1e9);
    let nothing = Interval { lo: f64::INFINITY, hi: f64::NEG_INFINITY, nan: true };
    assert_eq!(range(Prim::Add, &c, &[one, one]), Interval::TOP);
    assert_eq!(range(Prim::Add, &i, &[big, big]), Interval::new(-2147483648.0, 2147483647.0));
    assert_eq!(range(Prim::Div, &f, &[one, Interval::new(-1.0, 1.0)]), Interval::TOP);
    assert_eq!(range(Prim::Log, &f, &[Interval::new(-2.0, -1.0)]), nothing);
    assert!(range(Prim::Sqrt, &f, &[Interval::new(-1.0, 4.0)]).nan);
    assert!(!range(Prim::Sqrt, &f, &[Interval::new(0.0, 4.0)]).nan);
    assert!(range(Prim::Sin, &f, &[Interval::new(0.0, f64::INFINITY)]).nan);
}
