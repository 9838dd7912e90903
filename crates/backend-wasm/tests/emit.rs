//! Emitted modules, validated and run on a wasm interpreter, against the reference interpreter: the same bits.
#![cfg(not(target_arch = "wasm32"))]

use gradlens_backend::{Backend, Buffer, Interpreter};
use gradlens_backend_wasm::{Helper, emit};
use gradlens_kernel::dtype::{f16_to_f32, f32_to_bf16, f32_to_f16};
use gradlens_kernel::*;
use std::sync::Arc;

/// Runs a nest's module on copies of `buffers`, one for each slot; gives the bytes of all of them afterwards.
fn run_wasm(nest: &Nest, buffers: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let kernel = emit(nest).expect("a nest that is compiled");
    wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::WASM2)
        .validate_all(&kernel.bytes)
        .expect("a valid module");
    let mut config = wasmi::Config::default();
    config.wasm_simd(true);
    let engine = wasmi::Engine::new(&config);
    let module = wasmi::Module::new(&engine, &kernel.bytes).expect("a module");
    let mut store = wasmi::Store::new(&engine, ());
    let scratch = 4096usize;
    let mut at = (scratch + kernel.scratch + 15) & !15;
    let mut places = Vec::new();
    for b in buffers {
        places.push(at);
        at = (at + b.len() + 15) & !15;
    }
    let pages = at / 65536 + 1;
    let memory = wasmi::Memory::new(&mut store, wasmi::MemoryType::new(pages as u32, None)).expect("memory");
    for (k, (b, &p)) in buffers.iter().zip(&places).enumerate() {
        memory.write(&mut store, p, b).expect("inside");
        memory.write(&mut store, 4 * k, &(p as u32).to_le_bytes()).expect("inside");
    }
    let mut linker = <wasmi::Linker<()>>::new(&engine);
    linker.define("m", "memory", memory).expect("new");
    for h in Helper::ALL {
        match h {
            Helper::FmodF32 => linker.func_wrap("m", h.name(), |a: f32, b: f32| a % b),
            Helper::FmodF64 => linker.func_wrap("m", h.name(), |a: f64, b: f64| a % b),
            Helper::F16ToF32 => linker.func_wrap("m", h.name(), |a: u32| f16_to_f32(a as u16)),
            Helper::F32ToF16 => linker.func_wrap("m", h.name(), |a: f32| f32_to_f16(a) as u32),
            Helper::F32ToBf16 => linker.func_wrap("m", h.name(), |a: f32| f32_to_bf16(a) as u32),
        }
        .expect("new");
    }
    let instance = linker.instantiate_and_start(&mut store, &module).expect("instantiates");
    let f = instance.get_typed_func::<(u32, u32), ()>(&store, "f").expect("the export");
    f.call(&mut store, (0, scratch as u32)).expect("no trap");
    buffers
        .iter()
        .zip(&places)
        .map(|(b, &p)| {
            let mut out = vec![0; b.len()];
            memory.read(&store, p, &mut out).expect("inside");
            out
        })
        .collect()
}

/// Runs a nest on the reference interpreter; written slots start at zero. Gives the written slots' bytes.
fn run_reference(nest: &Nest, inputs: &[Vec<u8>]) -> Vec<(usize, Vec<u8>)> {
    let ids: Vec<BufId> = (0..nest.args.len() as u32).map(BufId).collect();
    let read = |a: &ArgDecl| a.access == Access::Read;
    let role = |a: &ArgDecl| if read(a) { BufferRole::Input } else { BufferRole::Temp };
    let pick =
        |want: bool| -> Vec<BufId> { ids.iter().copied().filter(|b| read(&nest.args[b.0 as usize]) == want).collect() };
    let program = Program {
        buffers: nest.args.iter().map(|a| BufferDecl { dtype: a.dtype, len: a.len, role: role(a) }).collect(),
        inputs: pick(true),
        outputs: pick(false),
        steps: vec![Step::Nest(NestCall { nest: Arc::new(nest.clone()), args: ids.clone() })],
    };
    let it = Interpreter::new();
    let exe = it.compile(&Arc::new(program.clone())).expect("compiles");
    let given: Vec<Buffer> = program
        .inputs
        .iter()
        .map(|b| Buffer::host(nest.args[b.0 as usize].dtype, Bytes::of(&inputs[b.0 as usize])))
        .collect();
    let got = it.run(&exe, &given).expect("runs");
    program
        .outputs
        .iter()
        .zip(got)
        .map(|(b, g)| (b.0 as usize, it.try_read(&g).expect("sync").expect("reads").as_slice().to_vec()))
        .collect()
}

fn is_nan(dtype: DType, bytes: &[u8]) -> bool {
    match dtype {
        DType::F32 => f32::from_le_bytes(bytes.try_into().expect("4")).is_nan(),
        DType::F64 => f64::from_le_bytes(bytes.try_into().expect("8")).is_nan(),
        DType::F16 => f16_to_f32(u16::from_le_bytes(bytes.try_into().expect("2"))).is_nan(),
        DType::BF16 => f32::from_bits((u16::from_le_bytes(bytes.try_into().expect("2")) as u32) << 16).is_nan(),
        _ => false,
    }
}

/// Both must agree on every written slot.
fn agree(what: &str, nest: &Nest, inputs: &[Vec<u8>]) {
    let ours = run_wasm(nest, inputs);
    for (k, want) in run_reference(nest, inputs) {
        let dtype = nest.args[k].dtype;
        for (i, (g, w)) in ours[k].chunks(dtype.size()).zip(want.chunks(dtype.size())).enumerate() {
            let same = g == w || (is_nan(dtype, g) && is_nan(dtype, w));
            assert!(same, "{what}: element {i} of slot {k} ({dtype}) is {g:02x?}, not {w:02x?}");
        }
    }
}

fn pack(dtype: DType, bits: impl IntoIterator<Item = u64>) -> Vec<u8> {
    bits.into_iter().flat_map(|b| b.to_le_bytes()[..dtype.size()].to_vec()).collect()
}

/// Edge values of a type, by bits.
fn edges(ty: ScalarType) -> Vec<u64> {
    let ints = [0i64, 1, -1, 2, 7, -8, 31, 32, 33, 63, 64, 100, 0x7fff_ffff, -0x8000_0000, i64::MAX, i64::MIN, 12345];
    let floats = [
        0.0,
        -0.0,
        1.0,
        -1.5,
        2.5,
        0.5,
        -0.5,
        3.5,
        0.1,
        -0.49,
        0.499_999_97,
        1e-3,
        -20.25,
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
        ScalarType::Bool => vec![0, 1, 1],
        t if t.is_int() => ints.iter().map(|&x| eval::cast(ScalarType::I64, t, x as u64)).collect(),
        t => floats.iter().map(|x: &f64| eval::cast(ScalarType::F64, t, x.to_bits())).collect(),
    }
}

/// Pairs of edges, as two columns. Their number is not a multiple of four.
fn pairs(ty: ScalarType) -> Vec<Vec<u64>> {
    let e = edges(ty);
    let mut columns = vec![Vec::new(), Vec::new()];
    for &x in &e {
        for &y in &e {
            columns[0].push(x);
            columns[1].push(y);
        }
    }
    columns
}

/// A map of `f` over columns, dense along one dimension.
fn map(dtypes: &[DType], n: usize, flush: bool, f: impl FnOnce(&mut BlockBuilder, &[Value]) -> Value) -> Nest {
    let mut b = BlockBuilder::new(1);
    let dense = IndexExpr::dense(&[n]);
    let xs: Vec<Value> = dtypes.iter().enumerate().map(|(k, &d)| b.load(Arg(k as u16), d, dense.clone())).collect();
    let value = if flush { f(&mut b, &xs) } else { b.ieee(|b| f(b, &xs)) };
    let out = b.ty(value);
    let index = b.index_expr(dense);
    let mut stores = vec![Store { arg: Arg(dtypes.len() as u16), index, value }];
    let mut args: Vec<ArgDecl> = dtypes.iter().map(|&dtype| ArgDecl { dtype, len: n, access: Access::Read }).collect();
    args.push(ArgDecl { dtype: out.storage(), len: n, access: Access::Write });
    let body = b.finish(vec![]).without_dead(&mut stores);
    Nest { args, kind: NestKind::Map(Map { shape: vec![n], body, stores }) }
}

fn check(what: &str, dtypes: &[DType], columns: &[Vec<u64>], f: impl FnOnce(&mut BlockBuilder, &[Value]) -> Value) {
    let n = columns[0].len();
    let nest = map(dtypes, n, true, f);
    let mut buffers: Vec<Vec<u8>> = dtypes.iter().zip(columns).map(|(&d, c)| pack(d, c.iter().copied())).collect();
    buffers.push(vec![0; n * nest.args[dtypes.len()].dtype.size()]);
    agree(what, &nest, &buffers);
}

#[test]
fn operations_agree() {
    use BinOp::*;
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
        UnOp::Narrow(DType::I16),
        UnOp::Narrow(DType::U8),
        UnOp::Narrow(DType::U16),
        UnOp::Narrow(DType::F16),
        UnOp::Narrow(DType::BF16),
    ];
    let bins = [Add, Sub, Mul, Div, Rem, Min, Max, And, Or, Xor, Shl, Shr, MulHi];
    let cmps = [CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge];
    for ty in ScalarType::ALL {
        let d = ty.storage();
        let xs = vec![edges(ty)];
        for op in uns {
            if eval::unary(op, ty, 0).is_some() {
                check(&format!("{op:?} {ty}"), &[d], &xs, |b, v| b.ieee(|b| b.un(op, v[0])));
            }
        }
        for to in ScalarType::ALL {
            check(&format!("{ty} to {to}"), &[d], &xs, |b, v| b.cast(to, v[0]));
            if to.bits() == ty.bits() && ty != ScalarType::Bool {
                check(&format!("{ty} as {to}"), &[d], &xs, |b, v| b.bitcast(to, v[0]));
            }
        }
        let xy = pairs(ty);
        for op in bins {
            if eval::binary(op, ty, 1, 1).is_some() {
                check(&format!("{op:?} {ty}"), &[d, d], &xy, |b, v| b.ieee(|b| b.bin(op, v[0], v[1])));
            }
        }
        for op in [Shl, Shr] {
            for by in [1, 5, 31, 32, 63, 70] {
                if ty.is_int() {
                    let c = eval::cast(ScalarType::I64, ty, by);
                    check(&format!("{op:?} {ty} by {by}"), &[d], &xs, |b, v| {
                        let c = b.constant(Const { ty, bits: c });
                        b.bin(op, v[0], c)
                    });
                }
            }
        }
        for op in cmps {
            check(&format!("{op:?} {ty}"), &[d, d], &xy, |b, v| b.cmp(op, v[0], v[1]));
            check(&format!("select by {op:?} {ty}"), &[d, d], &xy, |b, v| {
                let c = b.cmp(op, v[0], v[1]);
                b.select(c, v[1], v[0])
            });
        }
    }
}

#[test]
fn storage_types_agree() {
    for d in DType::ALL {
        let ty = d.register();
        let bits: Vec<u64> = match d {
            DType::Bool => vec![0, 1, 0, 0, 1, 1, 0],
            DType::F16 => vec![0, 0x8000, 1, 0x3c00, 0x7bff, 0x7c00, 0x7e01, 0xfc00, 0x1234],
            DType::BF16 => vec![0, 0x8000, 1, 0x3f80, 0x7f7f, 0x7f80, 0x7fc1, 0xff80, 0x1234],
            _ if d.size() < 4 => vec![0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 12],
            _ => edges(ty),
        };
        check(&format!("{d} to f64"), &[d], &[bits.clone()], |b, v| b.cast(ScalarType::F64, v[0]));
        check(&format!("{d} to f32"), &[d], &[bits.clone()], |b, v| b.cast(ScalarType::F32, v[0]));
        // Copied to its own type, through a stride, backwards and broadcast.
        let n = bits.len();
        for (offset, stride) in [(0, 1), (n as i64 - 1, -1), (2, 0)] {
            let mut b = BlockBuilder::new(1);
            let value = b.load(Arg(0), d, IndexExpr::affine(offset, vec![stride]));
            let index = b.index_expr(IndexExpr::dense(&[n]));
            let args = vec![
                ArgDecl { dtype: d, len: n, access: Access::Read },
                ArgDecl { dtype: d, len: n, access: Access::Write },
            ];
            let stores = vec![Store { arg: Arg(1), index, value }];
            let nest = Nest { args, kind: NestKind::Map(Map { shape: vec![n], body: b.finish(vec![]), stores }) };
            let input = pack(d, bits.iter().copied());
            let size = input.len();
            agree(&format!("{d} by {stride}"), &nest, &[input, vec![0; size]]);
        }
    }
}

#[test]
fn mathematics_agrees() {
    for f in MathFn::ALL {
        for ty in [ScalarType::F32, ScalarType::F64] {
            let d = ty.storage();
            let more = (0..40).map(|i| eval::cast(ScalarType::F64, ty, (i as f64 * 0.77 - 13.0).to_bits()));
            let xs: Vec<u64> = edges(ty).into_iter().chain(more).collect();
            let n = xs.len();
            let columns: Vec<Vec<u64>> =
                (0..f.arity()).map(|k| (0..n).map(|i| xs[(i * (1 + 4 * k) + 3 * k) % n]).collect()).collect();
            check(&format!("{f:?} {ty}"), &vec![d; f.arity()], &columns, |b, v| b.math(f, v));
        }
    }
}

fn floats(n: usize, seed: u32) -> Vec<f32> {
    let mut s = seed.wrapping_mul(2_654_435_761).wrapping_add(12345);
    (0..n)
        .map(|_| {
            s = s.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((s >> 8) as f32 / 8_388_608.0 - 1.0) * 10f32.powi((s % 7) as i32 - 3)
        })
        .collect()
}

#[test]
fn shapes_and_strides_agree() {
    // out[i, j, k] = x[i, j, k] + y[j] * z[k, i] + index, gathered from w at a computed place, in parts out of bounds.
    for shape in [vec![3, 5, 9], vec![1, 1, 1], vec![4, 1, 8], vec![2, 6, 3], vec![0, 2, 3], vec![7, 1, 1]] {
        let n: usize = shape.iter().product();
        let (a, j, k) = (shape[0], shape[1], shape[2]);
        for (ty, d) in [(ScalarType::F32, DType::F32), (ScalarType::F64, DType::F64)] {
            let mut b = BlockBuilder::new(3);
            let x = b.load(Arg(0), d, IndexExpr::dense(&shape));
            let y = b.load(Arg(1), d, IndexExpr::affine(0, vec![0, 1, 0]));
            let z = b.load(Arg(2), d, IndexExpr::affine(0, vec![1, 0, a as i64]));
            let i0 = b.index(0);
            let i2 = b.index(2);
            let t = b.int(ScalarType::I32, 3);
            let i2 = b.bin(BinOp::Mul, i2, t);
            let at = b.bin(BinOp::Sub, i2, i0);
            let w = b.load(Arg(3), d, IndexExpr { offset: -1, strides: vec![0, 1, 0], dynamic: Some(at) });
            let yz = b.bin(BinOp::Mul, y, z);
            let s = b.bin(BinOp::Add, x, yz);
            let i = b.cast(ty, i0);
            let s = b.bin(BinOp::Add, s, i);
            let value = b.bin(BinOp::Add, s, w);
            let index = b.index_expr(IndexExpr::dense(&shape));
            let lens = [n, j, a * k, 6, n];
            let args: Vec<ArgDecl> = lens
                .iter()
                .enumerate()
                .map(|(i, &len)| ArgDecl { dtype: d, len, access: if i == 4 { Access::Write } else { Access::Read } })
                .collect();
            let stores = vec![Store { arg: Arg(4), index, value }];
            let nest = Nest { args, kind: NestKind::Map(Map { shape: shape.clone(), body: b.finish(vec![]), stores }) };
            if n == 0 {
                assert!(emit(&nest).is_none(), "an empty nest is left to the interpreter");
                continue;
            }
            let buffers: Vec<Vec<u8>> = lens
                .iter()
                .enumerate()
                .map(|(i, &len)| {
                    let v = floats(len, i as u32);
                    pack(d, v.iter().map(|&x| eval::cast(ScalarType::F32, ty, x.to_bits() as u64)))
                })
                .collect();
            agree(&format!("{shape:?} {ty}"), &nest, &buffers);
        }
    }
}

/// A fold of `x[outer ++ inner]` with given strides, by `op`, its total doubled by the epilogue.
fn reduction(ty: ScalarType, outer: &[usize], inner: &[usize], strides: Vec<i64>, op: Option<BinOp>) -> Nest {
    let len: usize = outer.iter().chain(inner).product();
    let mut b = BlockBuilder::new(outer.len() + inner.len());
    let x = b.load(Arg(0), ty.storage(), IndexExpr::affine(0, strides));
    let body = b.finish(vec![x]);
    let init = match op {
        Some(BinOp::Mul) => eval::cast(ScalarType::I32, ty, 1),
        Some(BinOp::Min) => eval::cast(ScalarType::F64, ty, f64::INFINITY.to_bits()),
        Some(BinOp::Max) => eval::cast(ScalarType::F64, ty, f64::NEG_INFINITY.to_bits()),
        _ => 0,
    };
    let combine = match op {
        Some(op) => Combine::Each(vec![op]),
        None => {
            let mut c = BlockBuilder::new(0);
            let (p, x) = (c.param(ty), c.param(ty));
            let half = c.lit(ty, 0.5);
            let h = c.bin(BinOp::Mul, p, half);
            let s = c.bin(BinOp::Add, h, x);
            Combine::Block(Box::new(c.finish(vec![s])))
        }
    };
    let mut e = BlockBuilder::new(outer.len());
    let p = e.param(ty);
    let value = e.bin(BinOp::Add, p, p);
    let index = e.index_expr(IndexExpr::dense(outer));
    let n: usize = outer.iter().product();
    Nest {
        args: vec![
            ArgDecl { dtype: ty.storage(), len, access: Access::Read },
            ArgDecl { dtype: ty.storage(), len: n, access: Access::Write },
        ],
        kind: NestKind::MapReduce(MapReduce {
            outer: outer.to_vec(),
            inner: inner.to_vec(),
            body,
            init: vec![Const { ty, bits: init }],
            combine,
            epilogue: e.finish(vec![]),
            stores: vec![Store { arg: Arg(1), index, value }],
        }),
    }
}

#[test]
fn folds_agree() {
    let cases: &[(&[usize], &[usize], &[i64])] = &[
        (&[], &[1], &[1]),
        (&[], &[7], &[1]),
        (&[], &[100], &[1]),
        (&[], &[512], &[1]),
        (&[], &[515], &[1]),
        (&[], &[5000], &[1]),
        (&[3], &[1030], &[1030, 1]),
        (&[9], &[33], &[1, 9]),
        (&[9], &[600], &[1, 9]),
        (&[6], &[20], &[20, 1]),
        (&[5], &[4, 30], &[4, 20, 1]),
        (&[2, 6], &[3, 5, 70], &[6, 1, 12, 2520, 36]),
        (&[], &[20, 30], &[1, 20]),
    ];
    for ty in [ScalarType::F32, ScalarType::F64, ScalarType::I32, ScalarType::I64] {
        for &(outer, inner, strides) in cases {
            for op in [Some(BinOp::Add), Some(BinOp::Mul), Some(BinOp::Min), Some(BinOp::Max), None] {
                let nest = reduction(ty, outer, inner, strides.to_vec(), op);
                let mut x = floats(nest.args[0].len, 5);
                if ty.is_float() {
                    // Above the slots' end every index is clamped, as the interpreter does.
                    x[0] = -0.0;
                }
                let bits = x.iter().map(|&x| eval::cast(ScalarType::F32, ty, x.to_bits() as u64));
                let out = vec![0; nest.args[1].len * nest.args[1].dtype.size()];
                agree(&format!("{op:?} {ty} {outer:?} {inner:?}"), &nest, &[pack(ty.storage(), bits), out]);
            }
        }
    }
}

#[test]
fn loops_agree() {
    // Collatz steps, each lane stopping by itself.
    let n = 23;
    for ty in [ScalarType::I32, ScalarType::I64] {
        let columns = vec![(1..=n as u64).collect::<Vec<u64>>()];
        check(&format!("loop {ty}"), &[ty.storage()], &columns, |b, v| {
            let zero = b.int(ty, 0);
            let one = b.int(ty, 1);
            let two = b.int(ty, 2);
            let three = b.int(ty, 3);
            b.loop_(
                &[v[0], zero],
                200,
                |b, c| b.cmp(CmpOp::Gt, c[0], one),
                |b, c| {
                    let odd = b.bin(BinOp::And, c[0], one);
                    let odd = b.cmp(CmpOp::Eq, odd, one);
                    let half = b.bin(BinOp::Div, c[0], two);
                    let t = b.bin(BinOp::Mul, c[0], three);
                    let t = b.bin(BinOp::Add, t, one);
                    let next = b.select(odd, t, half);
                    let count = b.bin(BinOp::Add, c[1], one);
                    vec![next, count]
                },
            )[1]
        });
    }
}
