//! The rows' scalar code on edge values (wrapping, saturation, shifts past the width, ties, NaN, infinities, signed zeros,
//! 16-bit floats) against JAX, bit for bit. The mathematics is `kernel`'s and tested there.

use gradlens_ir::elementwise::convert::register;
use gradlens_ir::params::Rounding;
use gradlens_ir::rows::{Lower, Site};
use gradlens_ir::{DType, Params, Prim, ShapedArray};
use gradlens_kernel::{self as kernel, BlockBuilder, Const};

fn dtype(name: &str) -> DType {
    DType::ALL.into_iter().find(|d| d.short_name() == name).expect("a dtype")
}

fn stored(d: DType) -> kernel::DType {
    kernel::DType::ALL.into_iter().find(|k| k.name() == d.short_name()).expect("a storage type")
}

/// `f32:3f800000` as a dtype and bits.
fn value(text: &str) -> (DType, u64) {
    let (d, bits) = text.split_once(':').expect("dtype:bits");
    (dtype(d), u64::from_str_radix(bits, 16).expect("bits"))
}

/// What a load of these bits puts into a register.
fn load((d, bits): (DType, u64)) -> Const {
    let bits = match d {
        DType::I8 => bits as u8 as i8 as i32 as u32 as u64,
        DType::I16 => bits as u16 as i16 as i32 as u32 as u64,
        DType::F16 => kernel::dtype::f16_to_f32(bits as u16).to_bits() as u64,
        DType::BF16 => kernel::dtype::bf16_to_f32(bits as u16).to_bits() as u64,
        _ => bits,
    };
    Const { ty: register(d), bits }
}

/// What a store of this register leaves.
fn store(d: DType, c: Const) -> u64 {
    match d {
        DType::I8 | DType::U8 => c.bits as u8 as u64,
        DType::I16 | DType::U16 => c.bits as u16 as u64,
        DType::F16 => kernel::dtype::f32_to_f16(c.as_f32()) as u64,
        DType::BF16 => kernel::dtype::f32_to_bf16(c.as_f32()) as u64,
        _ => c.bits,
    }
}

fn is_nan(d: DType, bits: u64) -> bool {
    match d {
        DType::F16 => bits & 0x7fff > 0x7c00,
        DType::BF16 => bits & 0x7fff > 0x7f80,
        DType::F32 => f32::from_bits(bits as u32).is_nan(),
        DType::F64 => f64::from_bits(bits).is_nan(),
        _ => false,
    }
}

fn params(prim: Prim, items: &[&str]) -> Params {
    let get = |k: &str| items.iter().find_map(|i| i.strip_prefix(k)?.strip_prefix('=')).expect("the parameter");
    let number = |k: &str| get(k).parse().expect("a number");
    let new_dtype = || DType::from_name(get("new_dtype")).expect("a dtype");
    match prim {
        Prim::IntegerPow => Params::IntegerPow { y: get("y").parse().expect("a number") },
        Prim::Round if get("rounding_method") == "0" => Params::Round { rounding_method: Rounding::AwayFromZero },
        Prim::Round => Params::Round { rounding_method: Rounding::ToNearestEven },
        Prim::ConvertElementType => Params::ConvertElementType { new_dtype: new_dtype(), weak_type: false },
        Prim::BitcastConvertType => Params::BitcastConvertType { new_dtype: new_dtype() },
        Prim::ReducePrecision => {
            Params::ReducePrecision { exponent_bits: number("exponent_bits"), mantissa_bits: number("mantissa_bits") }
        }
        _ => Params::None,
    }
}

#[test]
fn edge_values_are_jaxs() {
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for line in include_str!("values.txt").lines().filter(|l| !l.starts_with('#')) {
        let (call, want) = line.split_once(" -> ").expect("an arrow");
        let (head, args) = call.split_once(" | ").expect("operands");
        let mut words = head.split(' ');
        let prim = Prim::from_name(words.next().expect("a name")).expect("a primitive");
        let params = params(prim, &words.collect::<Vec<_>>());
        let args: Vec<(DType, u64)> = args.split(' ').map(value).collect();
        let (out, want) = value(want);
        let Lower::Scalar(rule) = prim.row().lower else { panic!("{line}: no scalar code") };
        let ins: Vec<ShapedArray> = args.iter().map(|a| ShapedArray::scalar(a.0, false)).collect();
        let aval = ShapedArray::scalar(out, false);
        let mut b = BlockBuilder::new(0);
        let xs: Vec<_> = args.iter().map(|&a| b.constant(load(a))).collect();
        let r = rule(&mut b, &Site { params: &params, ins: &ins.iter().collect::<Vec<_>>(), out: &aval }, &xs);
        let r = b.narrow(stored(out), r);
        let got = store(out, b.as_const(r).expect("folded"));
        tried += 1;
        if got != want && !(is_nan(out, got) && is_nan(out, want)) {
            wrong.push(format!("{line}, ours {got:x}"));
        }
    }
    assert!(tried > 1000, "{tried} values");
    let n = wrong.len();
    wrong.truncate(100);
    assert!(wrong.is_empty(), "{n} differ:\n{}", wrong.join("\n"));
}
