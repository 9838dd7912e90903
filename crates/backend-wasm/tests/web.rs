//! The real path, in a browser: kernels compiled at once and called through our own function table.
#![cfg(target_arch = "wasm32")]

use gradlens_backend::{Backend, Buffer, Interpreter};
use gradlens_backend_wasm::WasmBackend;
use gradlens_kernel::*;
use std::sync::Arc;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// `f(x, y)` over dense columns.
fn program(n: usize, f: impl FnOnce(&mut BlockBuilder, Value, Value) -> Value) -> Arc<Program> {
    let mut b = BlockBuilder::new(1);
    let dense = IndexExpr::dense(&[n]);
    let x = b.load(Arg(0), DType::F32, dense.clone());
    let y = b.load(Arg(1), DType::F32, dense.clone());
    let value = f(&mut b, x, y);
    let value = b.cast(ScalarType::F32, value);
    let index = b.index_expr(dense);
    let mut stores = vec![Store { arg: Arg(2), index, value }];
    let body = b.finish(vec![]).without_dead(&mut stores);
    let decl = |access| ArgDecl { dtype: DType::F32, len: n, access };
    let args = vec![decl(Access::Read), decl(Access::Read), decl(Access::Write)];
    let nest = Nest { args, kind: NestKind::Map(Map { shape: vec![n], body, stores }) };
    let buffer = |role| BufferDecl { dtype: DType::F32, len: n, role };
    Arc::new(Program {
        buffers: vec![buffer(BufferRole::Input), buffer(BufferRole::Input), buffer(BufferRole::Temp)],
        inputs: vec![BufId(0), BufId(1)],
        outputs: vec![BufId(2)],
        steps: vec![Step::Nest(NestCall { nest: Arc::new(nest), args: (0..3).map(BufId).collect() })],
    })
}

fn run(on: &dyn Backend, program: &Arc<Program>, inputs: &[Buffer]) -> Vec<f32> {
    let exe = on.compile(program).expect("compiles");
    let out = on.run(&exe, inputs).expect("runs");
    on.try_read(&out[0]).expect("sync").expect("reads").as_slice_of::<f32>().to_vec()
}

#[wasm_bindgen_test]
fn compiled_kernels_agree_with_the_interpreter() {
    let edges =
        [0.0, -0.0, 1.0, -1.5, 2.5, 0.1, -0.49, 3e9, 1e-40, 1e30, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, -7.0];
    let n = edges.len() * edges.len();
    let x: Vec<f32> = (0..n).map(|i| edges[i / edges.len()]).collect();
    let y: Vec<f32> = (0..n).map(|i| edges[i % edges.len()]).collect();
    let inputs = [Buffer::host(DType::F32, Bytes::of(&x)), Buffer::host(DType::F32, Bytes::of(&y))];
    let (ours, theirs) = (WasmBackend::compiling_after(0), Interpreter::new());
    let agree = |what: &str, p: Arc<Program>| {
        let (got, want) = (run(&ours, &p, &inputs), run(&theirs, &p, &inputs));
        for (i, (g, w)) in got.iter().zip(&want).enumerate() {
            let same = g.to_bits() == w.to_bits() || (g.is_nan() && w.is_nan());
            assert!(same, "{what} of {} and {} is {g}, not {w}", x[i], y[i]);
        }
    };
    for op in [BinOp::Add, BinOp::Sub, BinOp::Mul, BinOp::Div, BinOp::Rem, BinOp::Min, BinOp::Max] {
        agree(&format!("{op:?}"), program(n, |b, x, y| b.bin(op, x, y)));
    }
    for op in [CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::Le, CmpOp::Gt, CmpOp::Ge] {
        agree(&format!("{op:?}"), program(n, |b, x, y| b.cmp(op, x, y)));
    }
    for f in MathFn::ALL {
        agree(&format!("{f:?}"), program(n, |b, x, y| b.math(f, &[x, y, x][..f.arity()])));
    }
    assert!(ours.compiled() > 30, "{} nests were compiled", ours.compiled());
}
