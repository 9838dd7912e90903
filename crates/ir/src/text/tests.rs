//! The text of hand-made Jaxprs against what JAX 0.10.2 prints for the functions named.

use super::*;
use crate::{ShapedArray, params::DotDims};

/// Builds Jaxprs tersely.
struct B(Jaxpr);

impl B {
    fn new(args: &[(&[usize], DType)]) -> B {
        let mut j = Jaxpr::default();
        j.invars = args.iter().map(|(s, d)| j.new_var(ShapedArray::new(s, *d))).collect();
        B(j)
    }
    fn arg(&self, i: usize) -> Atom {
        Atom::Var(self.0.invars[i])
    }
    fn eqns(&mut self, prim: Prim, params: Params, ins: &[Atom], outs: &[(&[usize], DType)]) -> Vec<Atom> {
        let outs: Vec<Var> = outs.iter().map(|(s, d)| self.0.new_var(ShapedArray::new(s, *d))).collect();
        let result = outs.iter().map(|v| Atom::Var(*v)).collect();
        self.0.eqns.push(Eqn {
            prim,
            params,
            ins: ins.to_vec(),
            outs,
            span: Default::default(),
            role: Default::default(),
        });
        result
    }
    fn eqn(&mut self, prim: Prim, params: Params, ins: &[Atom], shape: &[usize], d: DType) -> Atom {
        self.eqns(prim, params, ins, &[(shape, d)]).remove(0)
    }
    fn end(mut self, outs: &[Atom]) -> Jaxpr {
        self.0.outs = outs.to_vec();
        self.0
    }
    fn closed(self, outs: &[Atom]) -> ClosedJaxpr {
        ClosedJaxpr::new(self.end(outs), vec![])
    }
}

use DType::{Bool, F32, I32};
const S: &[usize] = &[];

fn lit(v: f64) -> Atom {
    Atom::Lit(Array::full(&[], F32, v))
}

#[test]
fn lines_and_groups() {
    // lambda x: 3.0
    assert_eq!(B::new(&[(S, F32)]).end(&[lit(3.0)]).to_string(), "{ lambda ; a:f32[]. let  in (3.0:f32[],) }");
    // grad(log)
    let mut b = B::new(&[(S, F32)]);
    let x = b.arg(0);
    b.eqn(Prim::Log, Params::None, std::slice::from_ref(&x), S, F32);
    let r = b.eqn(Prim::Div, Params::None, &[lit(1.0), x], S, F32);
    assert_eq!(b.end(&[r]).to_string(), "{ lambda ; a:f32[]. let _:f32[] = log a; b:f32[] = div 1.0:f32[] a in (b,) }");
    // lambda a, b: a @ b
    let mut b = B::new(&[(&[2, 3], F32), (&[3, 2], F32)]);
    let dims = DotDims { lhs_contract: vec![1], rhs_contract: vec![0], ..Default::default() };
    let ins = [b.arg(0), b.arg(1)];
    let r = b.eqn(Prim::DotGeneral, Params::DotGeneral { dims, preferred_element_type: Some(F32) }, &ins, &[2, 2], F32);
    assert_eq!(
        b.end(&[r]).to_string(),
        "{ lambda ; a:f32[2,3] b:f32[3,2]. let
    c:f32[2,2] = dot_general[
      dimension_numbers=(([1], [0]), ([], []))
      preferred_element_type=float32
    ] a b
  in (c,) }"
    );
    // A list of binders goes past the width by its last word, then breaks before the next.
    let b = B::new(&[(S, F32); 30]);
    let x = b.arg(0);
    let text = b.end(&vec![x; 30]).to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0].split(' ').next_back(), Some("i:f32[]"));
    assert_eq!(lines[3], "    bd:f32[]. let");
    assert_eq!(lines[4], "    ");
    assert_eq!(lines[5], "  in (a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a,");
}

/// `_where(pred, x, y)` on scalars.
fn where_jaxpr() -> ClosedJaxpr {
    let mut b = B::new(&[(S, Bool), (S, F32), (S, F32)]);
    let ins = [b.arg(0), b.arg(2), b.arg(1)];
    let r = b.eqn(Prim::SelectN, Params::None, &ins, S, F32);
    b.closed(&[r])
}

#[test]
fn jit_shows_outer_names_and_shared_jaxprs_come_first() {
    let inner = where_jaxpr();
    let jit = Params::Jit { name: "_where".into(), jaxpr: inner };
    // lambda x: jnp.where(x > 0, x, 0.)
    let mut b = B::new(&[(S, F32)]);
    let x = b.arg(0);
    let p = b.eqn(Prim::Gt, Params::None, &[x.clone(), lit(0.0)], S, Bool);
    let r = b.eqn(Prim::Jit, jit.clone(), &[p.clone(), x.clone(), lit(0.0)], S, F32);
    let once = b.0.clone();
    assert_eq!(
        B(once).end(std::slice::from_ref(&r)).to_string(),
        "{ lambda ; a:f32[]. let
    b:bool[] = gt a 0.0:f32[]
    c:f32[] = jit[
      name=_where
      jaxpr={ lambda ; b:bool[] a:f32[] d:f32[]. let
          c:f32[] = select_n b d a
        in (c,) }
    ] b a 0.0:f32[]
  in (c,) }"
    );
    let r2 = b.eqn(Prim::Jit, jit, &[p, r.clone(), lit(1.0)], S, F32);
    assert_eq!(
        b.end(&[r2]).to_string(),
        "let _where = { lambda ; a:bool[] b:f32[] c:f32[]. let
    d:f32[] = select_n a c b
  in (d,) } in
{ lambda ; e:f32[]. let
    f:bool[] = gt e 0.0:f32[]
    g:f32[] = jit[name=_where jaxpr=_where] f e 0.0:f32[]
    h:f32[] = jit[name=_where jaxpr=_where] f g 1.0:f32[]
  in (h,) }"
    );
}

#[test]
fn control_flow() {
    // lambda x: lax.fori_loop(0, 3, lambda i, v: v * x, 1.0)
    let mut body = B::new(&[(S, F32), (S, I32), (S, F32)]);
    let (x, i, v) = (body.arg(0), body.arg(1), body.arg(2));
    let one = Atom::Lit(Array::full(&[], I32, 1.0));
    let i2 = body.eqn(Prim::Add, Params::None, &[i, one], S, I32);
    let v2 = body.eqn(Prim::Mul, Params::None, &[v, x], S, F32);
    let jaxpr = body.closed(&[i2, v2]);
    let mut b = B::new(&[(S, F32)]);
    let ins = [b.arg(0), Atom::Lit(Array::full(&[], I32, 0.0)), lit(1.0)];
    let scan = Params::Scan { jaxpr, length: 3, reverse: false, unroll: 1, num_consts: 1, num_carry: 2 };
    let outs = b.eqns(Prim::Scan, scan, &ins, &[(S, I32), (S, F32)]);
    assert_eq!(
        b.end(&outs[1..]).to_string(),
        "{ lambda ; a:f32[]. let
    _:i32[] b:f32[] = scan[
      jaxpr={ lambda ; c:f32[] d:i32[] e:f32[]. let
          f:i32[] = add d 1:i32[]
          g:f32[] = mul e c
        in (f, g) }
      length=3
      num_carry=2
      num_consts=1
      reverse=False
      unroll=1
    ] a 0:i32[] 1.0:f32[]
  in (b,) }"
    );
    // lambda a: lax.cond(.., jnp.sin, jnp.cos, a)
    let branch = |prim| {
        let mut b = B::new(&[(S, F32)]);
        let x = b.arg(0);
        let r = b.eqn(prim, Params::None, &[x], S, F32);
        b.closed(&[r])
    };
    let mut b = B::new(&[(S, I32), (S, F32)]);
    let ins = [b.arg(0), b.arg(1)];
    let r = b.eqn(Prim::Cond, Params::Cond { branches: vec![branch(Prim::Cos), branch(Prim::Sin)] }, &ins, S, F32);
    assert_eq!(
        b.end(&[r]).to_string(),
        "{ lambda ; a:i32[] b:f32[]. let
    c:f32[] = cond[
      branches=(
        { lambda ; d:f32[]. let e:f32[] = cos d in (e,) }
        { lambda ; f:f32[]. let g:f32[] = sin f in (g,) }
      )
    ] a b
  in (c,) }"
    );
}

#[test]
fn literals_are_pythons() {
    let weak = |v: f64| Array::full(&[], F32, v).with_weak(true);
    let rows: [(Array, &str); 12] = [
        (weak(0.1), "0.1"),
        (weak(123456.789), "123456.789"),
        (weak(1e20), "1e+20"),
        (weak(1e-10), "1e-10"),
        (weak(f64::INFINITY), "inf"),
        (weak(f64::NAN), "nan"),
        (Array::full(&[], F32, 0.1), "0.10000000149011612"),
        (Array::full(&[], DType::F16, 0.1), "0.0999755859375"),
        (Array::full(&[], Bool, 1.0), "True"),
        (Array::full(&[], I32, -3.0), "-3"),
        (Array::full_complex(&[], DType::C64, 1.0, 2.0), "(1+2j)"),
        (Array::full_complex(&[], DType::C64, 0.0, -0.5), "-0.5j"),
    ];
    for (a, want) in rows {
        assert_eq!(literal(&a), want);
    }
    let names: Vec<String> = [0, 25, 26, 51, 52, 26 * 26].into_iter().map(variable_name).collect();
    assert_eq!(names, ["a", "z", "ba", "bz", "ca", "baa"]);
}

#[test]
fn a_scatter_shows_its_update() {
    let mut b = B::new(&[(&[3], F32), (&[2, 1], I32), (&[2], F32)]);
    let ins = [b.arg(0), b.arg(1), b.arg(2)];
    let params = Params::Scatter {
        dims: crate::params::ScatterDims {
            inserted_window_dims: vec![0],
            scatter_dims_to_operand_dims: vec![0],
            ..Default::default()
        },
        mode: crate::params::IndexMode::FillOrDrop,
        unique_indices: false,
        indices_are_sorted: false,
    };
    let r = b.eqn(Prim::ScatterAdd, params, &ins, &[3], F32);
    assert_eq!(
        b.end(&[r]).to_string(),
        "{ lambda ; a:f32[3] b:i32[2,1] c:f32[2]. let
    d:f32[3] = scatter-add[
      dimension_numbers=ScatterDimensionNumbers(update_window_dims=(), inserted_window_dims=(0,), scatter_dims_to_operand_dims=(0,), operand_batching_dims=(), scatter_indices_batching_dims=())
      indices_are_sorted=False
      mode=GatherScatterMode.FILL_OR_DROP
      unique_indices=False
      update_consts=()
      update_jaxpr={ lambda ; e:f32[] f:f32[]. let g:f32[] = add e f in (g,) }
    ] a b c
  in (d,) }"
    );
}

/// Each family's items, as they stand between name and operands.
#[test]
fn parameters_have_jaxs_names_and_values() {
    use crate::params::*;
    let v = |xs: &[usize]| xs.to_vec();
    let s = crate::Shape::from_slice;
    let window = || Window {
        dimensions: vec![2],
        strides: vec![1],
        padding: vec![(0, 0)],
        base_dilation: vec![1],
        window_dilation: vec![1],
    };
    let rows: Vec<(Prim, Params, &str)> = vec![
        (
            Prim::BroadcastInDim,
            Params::BroadcastInDim { shape: s(&[2, 3]), broadcast_dimensions: v(&[1]) },
            "[broadcast_dimensions=(1,)]",
        ),
        (Prim::BroadcastInDim, Params::BroadcastInDim { shape: s(&[2, 3]), broadcast_dimensions: vec![] }, ""),
        (
            Prim::Reshape,
            Params::Reshape { new_sizes: s(&[6]), dimensions: None },
            "[dimensions=None new_sizes=(6,) sharding=None]",
        ),
        (Prim::Squeeze, Params::Squeeze { dimensions: v(&[0]) }, "[dimensions=(0,)]"),
        (
            Prim::Slice,
            Params::Slice { start_indices: v(&[0, 1]), limit_indices: v(&[2, 3]), strides: Some(v(&[1, 2])) },
            "[limit_indices=(2, 3) start_indices=(0, 1) strides=(1, 2)]",
        ),
        (Prim::DynamicSlice, Params::DynamicSlice { slice_sizes: v(&[1, 2]) }, "[slice_sizes=(1, 2)]"),
        (Prim::Split, Params::Split { sizes: v(&[1, 2]), axis: 1 }, "[axis=1 sizes=(1, 2)]"),
        (Prim::Stack, Params::Stack { axis: 0 }, "[axis=0]"),
        (Prim::Tile, Params::Tile { reps: v(&[2, 1]) }, "[reps=(2, 1)]"),
        (
            Prim::Pad,
            Params::Pad { padding_config: vec![(1, 1, 0), (0, 0, 1)] },
            "[padding_config=((1, 1, 0), (0, 0, 1))]",
        ),
        (Prim::Pad, Params::Pad { padding_config: vec![(0, 0, 1)] }, "[padding_config=((0, 0, 1),)]"),
        (
            Prim::Iota,
            Params::Iota { dtype: I32, shape: s(&[2, 3]), dimension: 1 },
            "[dimension=1 dtype=int32 shape=(2, 3) sharding=None]",
        ),
        (Prim::ReduceSum, Params::Reduce { axes: v(&[0, 1]) }, "[axes=(0, 1) out_sharding=None]"),
        (Prim::ReduceMax, Params::Reduce { axes: v(&[0, 1]) }, "[axes=(0, 1)]"),
        (Prim::Argmax, Params::ArgReduce { axis: 0, index_dtype: I32 }, "[axes=(0,) index_dtype=int32]"),
        (Prim::Cumsum, Params::Cumulative { axis: 0, reverse: false }, "[axis=0 reverse=False]"),
        (
            Prim::Sort,
            Params::Sort { dimension: 0, is_stable: true, num_keys: 1 },
            "[dimension=0 is_stable=True num_keys=1]",
        ),
        (Prim::TopK, Params::TopK { k: 2, axis: 0 }, "[axis=0 k=2]"),
        (Prim::Round, Params::Round { rounding_method: Rounding::ToNearestEven }, "[rounding_method=1]"),
        (
            Prim::ConvertElementType,
            Params::ConvertElementType { new_dtype: I32, weak_type: false },
            "[new_dtype=int32 weak_type=False]",
        ),
        (
            Prim::ReducePrecision,
            Params::ReducePrecision { exponent_bits: 5, mantissa_bits: 10 },
            "[exponent_bits=5 mantissa_bits=10]",
        ),
        (
            Prim::ReduceWindowMax,
            Params::ReduceWindow { window: window() },
            "[base_dilation=(1,) padding=((0, 0),) window_dilation=(1,) window_dimensions=(2,) window_strides=(1,)]",
        ),
        (
            Prim::SelectAndScatterAdd,
            Params::SelectWindow { select_prim: Prim::Ge, window: window() },
            "[padding=((0, 0),) select_prim=ge window_dimensions=(2,) window_strides=(1,)]",
        ),
        (
            Prim::Eigh,
            Params::Linalg { full_matrices: true, compute_vectors: true, lower: true },
            "[algorithm=None lower=True sort_eigenvalues=True subset_by_index=None]",
        ),
        (
            Prim::Svd,
            Params::Linalg { full_matrices: true, compute_vectors: true, lower: true },
            "[algorithm=None compute_uv=True full_matrices=True subset_by_index=None]",
        ),
        (
            Prim::Qr,
            Params::Linalg { full_matrices: true, compute_vectors: true, lower: true },
            "[full_matrices=True pivoting=False use_magma=None]",
        ),
        (Prim::Cholesky, Params::None, ""),
        (
            Prim::TriangularSolve,
            Params::TriangularSolve {
                left_side: true,
                lower: true,
                transpose_a: false,
                conjugate_a: false,
                unit_diagonal: false,
            },
            "[conjugate_a=False left_side=True lower=True transpose_a=False unit_diagonal=False]",
        ),
        (Prim::Fft, Params::Fft { kind: 2, fft_lengths: v(&[3]) }, "[fft_lengths=(3,) fft_type=2]"),
        (Prim::RandomSeed, Params::None, "[impl=fry]"),
        (Prim::RandomBits, Params::RandomBits { bit_width: 32, shape: s(&[2]) }, "[bit_width=32 shape=(2,)]"),
        (Prim::RandomSplit, Params::RandomShape { shape: s(&[2]) }, "[shape=(2,)]"),
        (Prim::Conj, Params::None, "[input_dtype=float32]"),
        (Prim::LuPivotsToPermutation, Params::LuPivots { permutation_size: 3 }, "[permutation_size=3]"),
    ];
    for (prim, params, want) in rows {
        let mut b = B::new(&[(S, F32)]);
        let x = b.arg(0);
        let r = b.eqn(prim, params, &[x], S, F32);
        let text = b.end(&[r]).to_string();
        // However the lines fall: the items are what stands between the name and the operand.
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("[ ", "[").replace(" ]", "]");
        let want = format!("{{ lambda ; a:f32[]. let b:f32[] = {}{want} a in (b,) }}", prim.name());
        assert_eq!(line, want);
    }
}
