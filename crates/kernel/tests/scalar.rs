//! Scalar operations, storage conversions, the builder's folding and the checks, as rows of data.

use gradlens_kernel::dtype::{bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use gradlens_kernel::*;

#[test]
fn binary16_is_exact_both_ways() {
    for h in 0..=u16::MAX {
        let x = f16_to_f32(h);
        if x.is_nan() {
            assert!(f16_to_f32(f32_to_f16(x)).is_nan());
        } else {
            assert_eq!(f32_to_f16(x), h, "{h:#x}");
        }
        let y = bf16_to_f32(h);
        if !y.is_nan() {
            assert_eq!(f32_to_bf16(y), h, "{h:#x}");
        }
    }
    // Neighbours, ties and overflow: a float between two halves goes to the nearer, a tie to the even one.
    for h in 0..0x7bffu16 {
        let (a, b) = (f16_to_f32(h) as f64, f16_to_f32(h + 1) as f64);
        let mid = ((a + b) / 2.0) as f32;
        let even = if h & 1 == 0 { h } else { h + 1 };
        assert_eq!(f32_to_f16(mid), even, "tie after {h:#x}");
        assert_eq!(f32_to_f16(f32::from_bits(mid.to_bits() - 1)), h);
        assert_eq!(f32_to_f16(f32::from_bits(mid.to_bits() + 1)), h + 1);
        assert_eq!(f32_to_f16(-mid), even | 0x8000);
    }
    assert_eq!(f32_to_f16(65519.99), 0x7bff);
    assert_eq!(f32_to_f16(65520.0), 0x7c00);
    assert_eq!(f32_to_bf16(f32::MAX), 0x7f80);
}

/// What JAX 0.10.2 gives on the CPU.
#[test]
fn integers_as_xla_has_them() {
    use BinOp::*;
    let rows: [(BinOp, i32, i32, i32); 20] = [
        (Div, 5, 0, -1),
        (Div, -5, 0, -1),
        (Div, i32::MIN, -1, i32::MIN),
        (Div, 7, -2, -3),
        (Rem, 5, 0, 5),
        (Rem, -5, 0, -5),
        (Rem, i32::MIN, -1, 0),
        (Rem, -7, 2, -1),
        (Shl, 1, 31, i32::MIN),
        (Shl, 1, 32, 0),
        (Shl, 1, -1, 0),
        (Shr, -8, 1, -4),
        (Shr, -8, 32, -1),
        (Shr, 7, 33, 0),
        (Shr, i32::MAX, 40, 0),
        (Shr, i32::MIN, 32, -1),
        (Shr, -1, -1, -1),
        (Mul, i32::MAX, 2, -2),
        (Min, -1, 1, -1),
        (Max, -1, 1, 1),
    ];
    for (op, a, b, want) in rows {
        let got = eval::binary(op, ScalarType::I32, a as u32 as u64, b as u32 as u64);
        assert_eq!(got, Some(want as u32 as u64), "{op:?} {a} {b}");
        let wide = eval::binary(Div, ScalarType::U64, 5, 0);
        assert_eq!(wide, Some(u64::MAX));
    }
    let casts: [(f32, i32, u32); 6] = [
        (f32::NAN, 0, 0),
        (f32::INFINITY, i32::MAX, u32::MAX),
        (f32::NEG_INFINITY, i32::MIN, 0),
        (3.9, 3, 3),
        (-3.9, -3, 0),
        (2_147_483_648.0, i32::MAX, 2_147_483_648),
    ];
    for (x, i, u) in casts {
        let bits = x.to_bits() as u64;
        assert_eq!(eval::cast(ScalarType::F32, ScalarType::I32, bits), i as u32 as u64, "{x}");
        assert_eq!(eval::cast(ScalarType::F32, ScalarType::U32, bits), u as u64, "{x}");
        assert_eq!(eval::cast(ScalarType::F32, ScalarType::Bool, bits), 1, "{x}");
    }
}

#[test]
fn floats_as_xla_has_them() {
    let nan = f32::NAN;
    let rows: [(BinOp, f32, f32, f32); 12] = [
        (BinOp::Min, 0.0, -0.0, -0.0),
        (BinOp::Min, -0.0, 0.0, -0.0),
        (BinOp::Max, 0.0, -0.0, 0.0),
        (BinOp::Max, -0.0, 0.0, 0.0),
        (BinOp::Min, 1.0, nan, nan),
        (BinOp::Max, nan, 1.0, nan),
        (BinOp::Rem, -5.0, 3.0, -2.0),
        (BinOp::Rem, -6.0, 3.0, -0.0),
        (BinOp::Rem, 1.0, 0.0, nan),
        (BinOp::Rem, f32::INFINITY, 1.0, nan),
        (BinOp::Rem, 1.0, f32::INFINITY, 1.0),
        (BinOp::Div, 1.0, -0.0, f32::NEG_INFINITY),
    ];
    for (op, a, b, want) in rows {
        let got = eval::binary(op, ScalarType::F32, a.to_bits() as u64, b.to_bits() as u64);
        let got = f32::from_bits(got.expect("defined") as u32);
        assert!(got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan()), "{op:?} {a} {b} = {got}");
    }
    let rounds: [(f32, f32, f32); 5] =
        [(0.5, 1.0, 0.0), (1.5, 2.0, 2.0), (-2.5, -3.0, -2.0), (0.499_999_97, 0.0, 0.0), (-0.3, -0.0, -0.0)];
    for (x, away, even) in rounds {
        let un = |op| eval::unary(op, ScalarType::F32, x.to_bits() as u64).expect("defined") as u32;
        assert_eq!(un(UnOp::RoundAway), away.to_bits(), "{x}");
        assert_eq!(un(UnOp::RoundEven), even.to_bits(), "{x}");
    }
}

/// The text of a block of one f32 parameter.
fn text(f: impl FnOnce(&mut BlockBuilder, Value) -> Value) -> String {
    let mut b = BlockBuilder::new(0);
    let x = b.param(ScalarType::F32);
    let r = f(&mut b, x);
    let block = b.finish(vec![r]).without_dead(&mut []);
    block.validate(&[]).expect("valid");
    let lines = block.to_string();
    let inner: Vec<&str> =
        lines.lines().map(str::trim).filter(|l| l.starts_with('%') || l.starts_with("yield")).collect();
    inner.join("; ")
}

#[test]
fn folding_is_exact() {
    let c = |b: &mut BlockBuilder, x: f32| b.f32(x);
    // x * 0 and x + 0 are not folded (NaN, -0); x * 1, x - 0 and x + -0 are, IEEE.
    let rows: [(&str, String); 8] = [
        (
            "%0: f32 = param 0; %1: f32 = 0.0f32; %2: f32 = Mul %0 %1; yield %2",
            text(|b, x| {
                b.ieee(|b| {
                    let z = c(b, 0.0);
                    b.mul(x, z)
                })
            }),
        ),
        (
            "%0: f32 = param 0; %1: f32 = 0.0f32; %2: f32 = Add %0 %1; yield %2",
            text(|b, x| {
                b.ieee(|b| {
                    let z = c(b, 0.0);
                    b.add(z, x)
                })
            }),
        ),
        (
            "%0: f32 = param 0; yield %0",
            text(|b, x| {
                b.ieee(|b| {
                    let o = c(b, 1.0);
                    b.mul(o, x)
                })
            }),
        ),
        (
            "%0: f32 = param 0; yield %0",
            text(|b, x| {
                b.ieee(|b| {
                    let z = c(b, 0.0);
                    b.sub(x, z)
                })
            }),
        ),
        (
            "%0: f32 = param 0; yield %0",
            text(|b, x| {
                b.ieee(|b| {
                    let z = c(b, -0.0);
                    b.add(x, z)
                })
            }),
        ),
        (
            "%0: f32 = param 0; yield %0",
            text(|b, x| {
                let y = b.neg(x);
                b.neg(y)
            }),
        ),
        (
            "%0: f32 = 7.5f32; yield %0",
            text(|b, _| {
                let (p, q) = (c(b, 2.5), c(b, 3.0));
                b.mul(p, q)
            }),
        ),
        // The policy: operands flushed, results flushed, nothing flushed twice; a sign change flushes nothing.
        (
            "%0: f32 = param 0; %1: f32 = Flush %0; %2: f32 = Add %1 %1; %3: f32 = Flush %2; \
             %4: f32 = Mul %1 %3; %5: f32 = Flush %4; %6: f32 = Neg %5; yield %6",
            text(|b, x| {
                let y = b.add(x, x);
                let z = b.mul(y, x);
                b.neg(z)
            }),
        ),
    ];
    for (want, got) in rows {
        assert_eq!(got, want);
    }
}

#[test]
fn common_subexpressions_are_shared_within_their_region() {
    let mut b = BlockBuilder::new(1);
    let i = b.index(0);
    let one = b.i32(1);
    let (x, y) = (b.add(i, one), b.add(one, i));
    assert_eq!(x, y);
    let mut inside = Vec::new();
    let r = b.loop_(
        &[i],
        3,
        |b, c| b.lt(c[0], x),
        |b, c| {
            inside.push(b.add(i, one));
            inside.push(b.mul(c[0], one));
            vec![b.add(c[0], x)]
        },
    );
    assert_eq!(inside[0], x);
    let after = b.add(r[0], x);
    assert_ne!(after, r[0]);
    let block = b.finish(vec![after]);
    block.validate(&[]).expect("valid");
}

#[test]
fn what_is_wrong_is_found() {
    let good = || {
        let mut b = BlockBuilder::new(1);
        let x = b.load(Arg(0), DType::F32, IndexExpr::dense(&[4]));
        let two = b.f32(2.0);
        let value = b.mul(x, two);
        let index = b.index_expr(IndexExpr::dense(&[4]));
        let decl = |access| ArgDecl { dtype: DType::F32, len: 4, access };
        Nest {
            args: vec![decl(Access::Read), decl(Access::Write)],
            kind: NestKind::Map(Map {
                shape: vec![4],
                body: b.finish(vec![]),
                stores: vec![Store { arg: Arg(1), index, value }],
            }),
        }
    };
    good().validate().expect("valid");
    let rows: [(&str, fn(&mut Nest)); 7] = [
        ("store out of bounds", |n| n.args[1].len = 3),
        ("load from write-only", |n| n.args[0].access = Access::Write),
        ("store to read-only", |n| n.args[1].access = Access::Read),
        ("store of f32 into i32", |n| n.args[1].dtype = DType::I32),
        ("where f64 is due", |n| n.args[0].dtype = DType::F64),
        ("is not defined here", |n| {
            if let NestKind::Map(m) = &mut n.kind {
                m.body.regions[0].code.reverse();
            }
        }),
        ("a block of rank 1", |n| {
            if let NestKind::Map(m) = &mut n.kind {
                m.shape.push(2);
            }
        }),
    ];
    for (message, breakage) in rows {
        let mut nest = good();
        breakage(&mut nest);
        let e = nest.validate().expect_err(message);
        assert!(e.contains(message), "{e:?} does not say {message:?}");
    }
}

#[test]
fn a_nest_prints() {
    let mut b = BlockBuilder::new(2);
    let i = b.index(1);
    let x = b.load(Arg(0), DType::I32, IndexExpr { offset: -1, strides: vec![3, 0], dynamic: Some(i) });
    let zero = b.i32(0);
    let count = b.loop_(
        &[x, zero],
        8,
        |b, c| b.gt(c[0], zero),
        |b, c| {
            let one = b.i32(1);
            vec![b.shr_by(c[0], 1), b.add(c[1], one)]
        },
    );
    let nest = Nest {
        args: vec![ArgDecl { dtype: DType::I32, len: 6, access: Access::Read }],
        kind: NestKind::Map(Map { shape: vec![2, 3], body: b.finish(vec![count[1]]), stores: vec![] }),
    };
    nest.validate().expect("valid");
    let want = "\
nest(Read i32[6]) map [2, 3] {
  body() {
    %0: i32 = i1
    %1: i32 = load a0[3*i0 + %0 + -1]
    %2: i32 = 0i32
    %11 = loop 0 (%1, %2) at most 8 while {
      %3: i32 = carried 0 of loop 0
      %4: i32 = carried 1 of loop 0
      %5: bool = Gt %3 %2
      %5
    } do {
      %6: i32 = carried 0 of loop 0
      %7: i32 = carried 1 of loop 0
      %8: i32 = 1i32
      %9: i32 = Shr %6 %8
      %10: i32 = Add %7 %8
      %9, %10
    }
    %12: i32 = result 0 of %11
    %13: i32 = result 1 of %11
    yield %13
  }
}";
    assert_eq!(nest.to_string(), want);
}
