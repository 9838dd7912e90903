//! Every scalar operation on every type over edge values: the interpreter's lanes against `eval`, bit for bit.

use gradlens_backend::{Backend, Buffer, Interpreter};
use gradlens_kernel::*;
use std::sync::Arc;

/// Edge values of a type, by bits.
fn edges(ty: ScalarType) -> Vec<u64> {
    let ints = [0i64, 1, -1, 2, 7, -8, 31, 32, 33, 63, 64, 100, 0x7fff_ffff, -0x8000_0000, i64::MAX, i64::MIN];
    let floats = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        2.5,
        0.1,
        -0.49,
        3e9,
        -3e9,
        1e19,
        -1e30,
        1e-40,
        -1e-310,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
    ];
    match ty {
        ScalarType::Bool => vec![0, 1],
        t if t.is_int() => ints.iter().map(|&x| eval::cast(ScalarType::I64, t, x as u64)).collect(),
        t => floats.iter().map(|x| eval::cast(ScalarType::F64, t, x.to_bits())).collect(),
    }
}

fn pack(ty: ScalarType, bits: &[u64]) -> Buffer {
    let bytes = match ty {
        ScalarType::Bool => Bytes::of(&bits.iter().map(|&b| b as u8).collect::<Vec<u8>>()),
        t if t.bits() == 32 => Bytes::of(&bits.iter().map(|&b| b as u32).collect::<Vec<u32>>()),
        _ => Bytes::of(bits),
    };
    Buffer::host(ty.storage(), bytes)
}

fn unpack(ty: ScalarType, bytes: &Bytes) -> Vec<u64> {
    match ty {
        ScalarType::Bool => bytes.as_slice().iter().map(|&b| b as u64).collect(),
        t if t.bits() == 32 => bytes.as_slice_of::<u32>().iter().map(|&b| b as u64).collect(),
        _ => bytes.as_slice_of::<u64>().to_vec(),
    }
}

/// Runs `f` over columns of one type.
fn run(
    it: &Interpreter,
    ty: ScalarType,
    columns: &[Vec<u64>],
    f: impl FnOnce(&mut BlockBuilder, &[Value]) -> Value,
) -> (ScalarType, Vec<u64>) {
    let n = columns[0].len();
    let mut b = BlockBuilder::new(1);
    let dense = IndexExpr::dense(&[n]);
    let xs: Vec<Value> = (0..columns.len()).map(|k| b.load(Arg(k as u16), ty.storage(), dense.clone())).collect();
    let value = b.ieee(|b| f(b, &xs));
    let out = b.ty(value);
    let index = b.index_expr(dense);
    let stores = vec![Store { arg: Arg(columns.len() as u16), index, value }];
    let decl = |ty: ScalarType, access| ArgDecl { dtype: ty.storage(), len: n, access };
    let mut args = vec![decl(ty, Access::Read); columns.len()];
    args.push(decl(out, Access::Write));
    let nest = Nest { args: args.clone(), kind: NestKind::Map(Map { shape: vec![n], body: b.finish(vec![]), stores }) };
    let ids: Vec<BufId> = (0..args.len() as u32).map(BufId).collect();
    let last = ids.len() - 1;
    let program = Program {
        buffers: args
            .iter()
            .enumerate()
            .map(|(i, a)| BufferDecl {
                dtype: a.dtype,
                len: n,
                role: if i == last { BufferRole::Temp } else { BufferRole::Input },
            })
            .collect(),
        inputs: ids[..last].to_vec(),
        outputs: vec![ids[last]],
        steps: vec![Step::Nest(NestCall { nest: Arc::new(nest), args: ids })],
    };
    let exe = it.compile(&Arc::new(program)).expect("compiles");
    let inputs: Vec<Buffer> = columns.iter().map(|c| pack(ty, c)).collect();
    let got = it.run(&exe, &inputs).expect("runs");
    (out, unpack(out, &it.try_read(&got[0]).expect("sync").expect("reads")))
}

fn same(ty: ScalarType, a: u64, b: u64) -> bool {
    let nan = |x| eval::unary(UnOp::IsNan, ty, x) == Some(1);
    a == b || (nan(a) && nan(b))
}

#[test]
fn lanes_agree_with_eval() {
    use BinOp::*;
    let it = Interpreter::new();
    let uns = [
        UnOp::Neg,
        UnOp::Abs,
        UnOp::Not,
        UnOp::Sqrt,
        UnOp::Floor,
        UnOp::Ceil,
        UnOp::Trunc,
        UnOp::RoundEven,
        UnOp::RoundAway,
        UnOp::Popcount,
        UnOp::Clz,
        UnOp::Flush,
        UnOp::IsNan,
        UnOp::IsInf,
        UnOp::IsFinite,
        UnOp::Narrow(DType::I8),
        UnOp::Narrow(DType::U16),
        UnOp::Narrow(DType::F16),
        UnOp::Narrow(DType::BF16),
    ];
    let bins = [Add, Sub, Mul, Div, Rem, Min, Max, And, Or, Xor, Shl, Shr, MulHi];
    let cmps = [CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge];
    for ty in ScalarType::ALL {
        let xs = edges(ty);
        for op in uns {
            if eval::unary(op, ty, 0).is_none() {
                continue;
            }
            let (out, got) = run(&it, ty, std::slice::from_ref(&xs), |b, v| b.un(op, v[0]));
            for (x, g) in xs.iter().zip(got) {
                let want = eval::unary(op, ty, *x).expect("defined");
                assert!(same(out, g, want), "{op:?} {ty} {x:#x} = {g:#x}, not {want:#x}");
            }
        }
        for to in ScalarType::ALL {
            let (_, got) = run(&it, ty, std::slice::from_ref(&xs), |b, v| b.cast(to, v[0]));
            for (x, g) in xs.iter().zip(got) {
                let want = eval::cast(ty, to, *x);
                assert!(same(to, g, want), "{ty} to {to} {x:#x} = {g:#x}, not {want:#x}");
            }
        }
        let pairs: Vec<(u64, u64)> = xs.iter().flat_map(|&x| xs.iter().map(move |&y| (x, y))).collect();
        let columns = [pairs.iter().map(|p| p.0).collect(), pairs.iter().map(|p| p.1).collect()];
        for op in bins {
            if eval::binary(op, ty, 1, 1).is_none() {
                continue;
            }
            let (out, got) = run(&it, ty, &columns, |b, v| b.bin(op, v[0], v[1]));
            for (&(x, y), g) in pairs.iter().zip(got) {
                let want = eval::binary(op, ty, x, y).expect("defined");
                assert!(same(out, g, want), "{op:?} {ty} {x:#x} {y:#x} = {g:#x}, not {want:#x}");
            }
        }
        for op in cmps {
            let (_, got) = run(&it, ty, &columns, |b, v| b.cmp(op, v[0], v[1]));
            for (&(x, y), g) in pairs.iter().zip(got) {
                let want = eval::compare(op, ty, x, y) as u64;
                assert_eq!(g, want, "{op:?} {ty} {x:#x} {y:#x}");
            }
        }
    }
}
