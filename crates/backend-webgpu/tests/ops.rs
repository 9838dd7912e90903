//! Every scalar operation of 32 bits over edge values on the device, bit for bit as `eval` (NaN as a class), and the
//! mathematics within a few ulp of the interpreter. Without a Vulkan adapter a notice is printed and nothing is tested.

use gradlens_backend::{Backend, Buffer, Interpreter};
use gradlens_backend_webgpu::WebGpuBackend;
use gradlens_kernel::*;
use std::sync::Arc;

/// Edge values of a type, by bits.
fn edges(ty: ScalarType) -> Vec<u64> {
    let ints = [0i64, 1, -1, 2, 7, -8, 31, 32, 33, 63, 64, 100, 0x7fff_ffff, -0x8000_0000, i64::MAX, i64::MIN];
    // Both signs of: zero, subnormals, the least normal and its neighbours, ties, what overflows when added, infinity, NaN.
    let magnitudes = [
        0u64,
        1,
        3,
        0x0040_0000,
        0x007f_ffff,
        0x0080_0000,
        0x0080_0001,
        0x0100_0000,
        0x1234_5678,
        0x1f80_0001,
        0x2000_0000,
        0x3300_0000,
        0x3380_0001,
        0x3eff_ffff,
        0x3f00_0000,
        0x3f00_0001,
        0x3f80_0000,
        0x3f80_0001,
        0x3fc0_0000,
        0x4020_0000,
        0x4049_0fdb,
        0x4060_0000,
        0x42f0_1234,
        0x477f_efff,
        0x477f_f000,
        0x4b00_0001,
        0x4eff_ffff,
        0x4f00_0000,
        0x4f80_0000,
        0x5f00_0001,
        0x7e80_0000,
        0x7f00_0000,
        0x7f7f_ffff,
        0x7f80_0000,
        0x7fc0_0000,
        0x7f80_0001,
    ];
    let floats: Vec<u64> = magnitudes.iter().flat_map(|&m| [m, m | 0x8000_0000]).collect();
    match ty {
        ScalarType::Bool => vec![0, 1],
        t if t.is_int() => ints.iter().map(|&x| eval::cast(ScalarType::I64, t, x as u64)).collect(),
        _ => floats,
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
    it: &dyn Backend,
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

/// The device, or nothing where there is none.
fn device() -> Option<WebGpuBackend> {
    match WebGpuBackend::new_native() {
        Ok(backend) => Some(backend),
        Err(e) => {
            eprintln!("no adapter, so nothing is tested: {e}");
            None
        }
    }
}

const TYPES: [ScalarType; 4] = [ScalarType::Bool, ScalarType::I32, ScalarType::U32, ScalarType::F32];

#[test]
fn operations_agree_with_eval() {
    use BinOp::*;
    let Some(it) = device() else {
        return;
    };
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
    for ty in TYPES {
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
        for to in TYPES {
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

/// A map of one function over `n` elements of its arguments.
fn mathematics(f: MathFn, n: usize) -> Arc<Program> {
    let dtype = DType::F32;
    let mut b = BlockBuilder::new(1);
    let xs: Vec<Value> = (0..f.arity()).map(|k| b.load(Arg(k as u16), dtype, IndexExpr::dense(&[n]))).collect();
    let value = b.math(f, &xs);
    let index = b.index_expr(IndexExpr::dense(&[n]));
    let out = f.arity();
    let mut args = vec![ArgDecl { dtype, len: n, access: Access::Read }; out];
    args.push(ArgDecl { dtype, len: n, access: Access::Write });
    let mut stores = vec![Store { arg: Arg(out as u16), index, value }];
    let body = b.finish(vec![]).without_dead(&mut stores);
    let nest = Nest { args, kind: NestKind::Map(Map { shape: vec![n], body, stores }) };
    let mut buffers = vec![BufferDecl { dtype, len: n, role: BufferRole::Input }; out];
    buffers.push(BufferDecl { dtype, len: n, role: BufferRole::Temp });
    let ids: Vec<BufId> = (0..=out as u32).map(BufId).collect();
    Arc::new(Program {
        buffers,
        inputs: ids[..out].to_vec(),
        outputs: vec![ids[out]],
        steps: vec![Step::Nest(NestCall { nest: Arc::new(nest), args: ids })],
    })
}

#[test]
fn mathematics_is_close_to_the_interpreter() {
    let Some(gpu) = device() else {
        return;
    };
    let cpu = Interpreter::new();
    let mut xs: Vec<f32> = (-400..400).map(|i| i as f32 * 0.0371).collect();
    xs.extend([0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, 1e-30, 1e30, -1e30, 88.8, -104.0, 1e5, f32::MAX]);
    for name in ["Exp", "Log", "Sin", "Cos", "Tanh", "Log1p", "Atan", "Erf"] {
        let Some(&f) = MathFn::ALL.iter().find(|f| format!("{f:?}") == name) else {
            panic!("no function {name}");
        };
        let program = mathematics(f, xs.len());
        let inputs = vec![Buffer::host(DType::F32, Bytes::of(&xs)); f.arity()];
        let [got, want] = [&gpu as &dyn Backend, &cpu].map(|b| {
            let exe = b.compile(&program).expect("compiles");
            let out = b.run(&exe, &inputs).expect("runs");
            b.try_read(&out[0]).expect("sync").expect("reads").as_slice_of::<f32>().to_vec()
        });
        for ((x, g), w) in xs.iter().zip(&got).zip(&want) {
            let near = (g.to_bits() as i64 - w.to_bits() as i64).abs() <= 4;
            assert!(near || (g.is_nan() && w.is_nan()), "{name}({x:e}) = {g:e}, not {w:e}");
        }
    }
}
