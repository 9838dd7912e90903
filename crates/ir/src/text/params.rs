//! The items between brackets after a primitive's name, with JAX's names and values, those we do not store included.

use crate::aval::{ShapedArray, tuple_text};
use crate::dtype::DType;
use crate::jaxpr::{Eqn, Jaxpr};
use crate::params::{ConvDims, DotDims, GatherDims, IndexMode, Params, Rounding, ScatterDims, Window};
use crate::prim::Prim;
use std::rc::Rc;

/// The value of an item.
pub(crate) enum Item {
    /// Printed as it is.
    Text(String),
    /// A Jaxpr.
    Jaxpr(Rc<Jaxpr>),
    /// A tuple of Jaxprs.
    Jaxprs(Vec<Rc<Jaxpr>>),
}

/// Items in the order in which they are printed.
pub(crate) type Items = Vec<(&'static str, Item)>;

fn py_bool(b: bool) -> &'static str {
    if b { "True" } else { "False" }
}

fn list(xs: &[usize]) -> String {
    format!("[{}]", xs.iter().map(|x| x.to_string()).collect::<Vec<_>>().join(", "))
}

/// A tuple of things that print themselves.
fn tuple(xs: impl IntoIterator<Item = String>) -> String {
    let xs: Vec<String> = xs.into_iter().collect();
    match &xs[..] {
        [one] => format!("({one},)"),
        _ => format!("({})", xs.join(", ")),
    }
}

fn pairs(xs: &[(i64, i64)]) -> String {
    tuple(xs.iter().map(|(a, b)| format!("({a}, {b})")))
}

fn dot_dims(d: &DotDims) -> String {
    format!(
        "(({}, {}), ({}, {}))",
        list(&d.lhs_contract),
        list(&d.rhs_contract),
        list(&d.lhs_batch),
        list(&d.rhs_batch)
    )
}

fn gather_dims(d: &GatherDims) -> String {
    format!(
        "GatherDimensionNumbers(offset_dims={}, collapsed_slice_dims={}, start_index_map={}, operand_batching_dims={}, start_indices_batching_dims={})",
        tuple_text(&d.offset_dims),
        tuple_text(&d.collapsed_slice_dims),
        tuple_text(&d.start_index_map),
        tuple_text(&d.operand_batching_dims),
        tuple_text(&d.start_indices_batching_dims)
    )
}

fn scatter_dims(d: &ScatterDims) -> String {
    format!(
        "ScatterDimensionNumbers(update_window_dims={}, inserted_window_dims={}, scatter_dims_to_operand_dims={}, operand_batching_dims={}, scatter_indices_batching_dims={})",
        tuple_text(&d.update_window_dims),
        tuple_text(&d.inserted_window_dims),
        tuple_text(&d.scatter_dims_to_operand_dims),
        tuple_text(&d.operand_batching_dims),
        tuple_text(&d.scatter_indices_batching_dims)
    )
}

fn conv_dims(d: &ConvDims) -> String {
    format!(
        "ConvDimensionNumbers(lhs_spec={}, rhs_spec={}, out_spec={})",
        tuple_text(&d.lhs_spec),
        tuple_text(&d.rhs_spec),
        tuple_text(&d.out_spec)
    )
}

fn mode(m: IndexMode) -> &'static str {
    match m {
        IndexMode::Clip => "GatherScatterMode.CLIP",
        IndexMode::FillOrDrop => "GatherScatterMode.FILL_OR_DROP",
        IndexMode::PromiseInBounds => "GatherScatterMode.PROMISE_IN_BOUNDS",
    }
}

fn dtype_or_none(d: Option<DType>) -> String {
    d.map_or("None".into(), |d| d.name().into())
}

fn window(w: &Window) -> Items {
    texts([
        ("base_dilation", tuple_text(&w.base_dilation)),
        ("padding", pairs(&w.padding)),
        ("window_dilation", tuple_text(&w.window_dilation)),
        ("window_dimensions", tuple_text(&w.dimensions)),
        ("window_strides", tuple_text(&w.strides)),
    ])
}

/// Items that are all text.
fn texts<S: Into<String>>(items: impl IntoIterator<Item = (&'static str, S)>) -> Items {
    items.into_iter().map(|(k, v)| (k, Item::Text(v.into()))).collect()
}

fn int(x: usize) -> String {
    x.to_string()
}

/// The scalar update function of a scatter, which its equation shows; `None` where it has none.
pub(crate) fn update_prim(prim: Prim) -> Option<Prim> {
    Some(match prim {
        Prim::ScatterAdd => Prim::Add,
        Prim::ScatterSub => Prim::Sub,
        Prim::ScatterMul => Prim::Mul,
        Prim::ScatterMin => Prim::Min,
        Prim::ScatterMax => Prim::Max,
        _ => return None,
    })
}

/// What an equation prints between brackets. `of` gives operands' avals, `update` the Jaxpr of a scatter's update, `whole` a
/// Jaxpr's own text (for values that JAX prints by `str`).
pub(crate) fn items(
    e: &Eqn,
    of: &dyn Fn(usize) -> ShapedArray,
    update: &mut dyn FnMut(Prim, DType) -> Rc<Jaxpr>,
    whole: &dyn Fn(&Jaxpr) -> String,
) -> Items {
    let t = tuple_text;
    match &e.params {
        Params::None => match e.prim {
            Prim::Conj => texts([("input_dtype", of(0).dtype.name())]),
            Prim::RandomSeed | Prim::RandomWrap => texts([("impl", "fry")]),
            _ => vec![],
        },
        Params::IntegerPow { y } => texts([("y", y.to_string())]),
        Params::Round { rounding_method } => {
            texts([("rounding_method", if *rounding_method == Rounding::AwayFromZero { "0" } else { "1" })])
        }
        Params::ConvertElementType { new_dtype, weak_type } => {
            texts([("new_dtype", new_dtype.name()), ("weak_type", py_bool(*weak_type))])
        }
        Params::BitcastConvertType { new_dtype } => texts([("new_dtype", new_dtype.name())]),
        Params::ReducePrecision { exponent_bits, mantissa_bits } => {
            texts([("exponent_bits", exponent_bits.to_string()), ("mantissa_bits", mantissa_bits.to_string())])
        }
        Params::BroadcastInDim { broadcast_dimensions, .. } if broadcast_dimensions.is_empty() => vec![],
        Params::BroadcastInDim { broadcast_dimensions, .. } => {
            texts([("broadcast_dimensions", t(broadcast_dimensions))])
        }
        Params::Reshape { new_sizes, dimensions } => texts([
            ("dimensions", dimensions.as_ref().map_or("None".into(), |d| t(d))),
            ("new_sizes", t(new_sizes)),
            ("sharding", "None".into()),
        ]),
        Params::Transpose { permutation } => texts([("permutation", t(permutation))]),
        Params::Squeeze { dimensions } | Params::Rev { dimensions } => texts([("dimensions", t(dimensions))]),
        Params::Slice { start_indices, limit_indices, strides } => texts([
            ("limit_indices", t(limit_indices)),
            ("start_indices", t(start_indices)),
            ("strides", strides.as_ref().map_or("None".into(), |s| t(s))),
        ]),
        Params::DynamicSlice { slice_sizes } => texts([("slice_sizes", t(slice_sizes))]),
        Params::Concatenate { dimension } => texts([("dimension", int(*dimension))]),
        Params::Split { sizes, axis } => texts([("axis", int(*axis)), ("sizes", t(sizes))]),
        Params::Stack { axis } => texts([("axis", int(*axis))]),
        Params::Tile { reps } => texts([("reps", t(reps))]),
        Params::Pad { padding_config } => {
            texts([("padding_config", tuple(padding_config.iter().map(|(l, h, i)| format!("({l}, {h}, {i})"))))])
        }
        Params::Iota { dtype, shape, dimension } => texts([
            ("dimension", int(*dimension)),
            ("dtype", dtype.name().into()),
            ("shape", t(shape)),
            ("sharding", "None".into()),
        ]),
        Params::Reduce { axes } if e.prim == Prim::ReduceSum => {
            texts([("axes", t(axes)), ("out_sharding", "None".into())])
        }
        Params::Reduce { axes } => texts([("axes", t(axes))]),
        Params::ArgReduce { axis, index_dtype } => {
            texts([("axes", t(&[*axis])), ("index_dtype", index_dtype.name().into())])
        }
        Params::Cumulative { axis, reverse } => texts([("axis", int(*axis)), ("reverse", py_bool(*reverse).into())]),
        Params::DotGeneral { dims, preferred_element_type } => {
            let mut items = texts([("dimension_numbers", dot_dims(dims))]);
            if let Some(d) = preferred_element_type {
                items.extend(texts([("preferred_element_type", d.name())]));
            }
            items
        }
        Params::Gather { dims, slice_sizes, mode: m, fill_value, unique_indices, indices_are_sorted } => texts([
            ("dimension_numbers", gather_dims(dims)),
            (
                "fill_value",
                match fill_value {
                    None => "None".into(),
                    // Derivatives fill with Python's integer 0, whatever the dtype.
                    Some(v) if of(0).dtype.is_inexact() && v.0 != 0.0 => super::python_float(v.0),
                    Some(v) => format!("{}", v.0),
                },
            ),
            ("indices_are_sorted", py_bool(*indices_are_sorted).into()),
            ("mode", mode(*m).into()),
            ("slice_sizes", t(slice_sizes)),
            ("unique_indices", py_bool(*unique_indices).into()),
        ]),
        Params::Scatter { dims, mode: m, unique_indices, indices_are_sorted } => {
            let mut items = texts([
                ("dimension_numbers", scatter_dims(dims)),
                ("indices_are_sorted", py_bool(*indices_are_sorted).into()),
                ("mode", mode(*m).into()),
                ("unique_indices", py_bool(*unique_indices).into()),
                ("update_consts", "()".into()),
            ]);
            items.push(match update_prim(e.prim) {
                Some(p) => ("update_jaxpr", Item::Jaxpr(update(p, of(0).dtype))),
                None => ("update_jaxpr", Item::Text("None".into())),
            });
            items
        }
        Params::Sort { dimension, is_stable, num_keys } => texts([
            ("dimension", int(*dimension)),
            ("is_stable", py_bool(*is_stable).into()),
            ("num_keys", int(*num_keys)),
        ]),
        Params::TopK { k, axis } => texts([("axis", int(*axis)), ("k", int(*k))]),
        Params::ReduceWindow { window: w } => window(w),
        Params::SelectWindow { select_prim, window: w } => {
            let mut items = window(w);
            items.retain(|(k, _)| e.prim != Prim::SelectAndScatterAdd || !k.ends_with("dilation"));
            let at = items.iter().position(|(k, _)| *k == "padding").map_or(0, |i| i + 1);
            items.insert(at, ("select_prim", Item::Text(select_prim.name().into())));
            items
        }
        Params::Conv { window: w, dims, feature_group_count, batch_group_count, preferred_element_type } => texts([
            ("batch_group_count", int(*batch_group_count)),
            ("dimension_numbers", conv_dims(dims)),
            ("feature_group_count", int(*feature_group_count)),
            ("lhs_dilation", t(&w.base_dilation)),
            ("out_sharding", "None".into()),
            ("padding", pairs(&w.padding)),
            ("precision", "None".into()),
            ("preferred_element_type", dtype_or_none(*preferred_element_type)),
            ("rhs_dilation", t(&w.window_dilation)),
            ("window_strides", t(&w.strides)),
        ]),
        Params::Linalg { full_matrices, compute_vectors, lower } => match e.prim {
            Prim::Eigh => texts([
                ("algorithm", "None"),
                ("lower", py_bool(*lower)),
                ("sort_eigenvalues", "True"),
                ("subset_by_index", "None"),
            ]),
            Prim::Svd => texts([
                ("algorithm", "None"),
                ("compute_uv", py_bool(*compute_vectors)),
                ("full_matrices", py_bool(*full_matrices)),
                ("subset_by_index", "None"),
            ]),
            Prim::Qr => {
                texts([("full_matrices", py_bool(*full_matrices)), ("pivoting", "False"), ("use_magma", "None")])
            }
            _ => vec![],
        },
        Params::LuPivots { permutation_size } => texts([("permutation_size", int(*permutation_size))]),
        Params::Eig { compute_left_eigenvectors, compute_right_eigenvectors } => texts([
            ("compute_left_eigenvectors", py_bool(*compute_left_eigenvectors)),
            ("compute_right_eigenvectors", py_bool(*compute_right_eigenvectors)),
            ("enable_eigvec_derivs", "False"),
            ("implementation", "None"),
        ]),
        Params::TriangularSolve { left_side, lower, transpose_a, conjugate_a, unit_diagonal } => texts([
            ("conjugate_a", py_bool(*conjugate_a)),
            ("left_side", py_bool(*left_side)),
            ("lower", py_bool(*lower)),
            ("transpose_a", py_bool(*transpose_a)),
            ("unit_diagonal", py_bool(*unit_diagonal)),
        ]),
        Params::Fft { kind, fft_lengths } => texts([("fft_lengths", t(fft_lengths)), ("fft_type", kind.to_string())]),
        Params::RandomBits { bit_width, shape } => texts([("bit_width", bit_width.to_string()), ("shape", t(shape))]),
        Params::RandomShape { shape } => texts([("shape", t(shape))]),
        Params::Cond { branches } => {
            vec![("branches", Item::Jaxprs(branches.iter().map(|b| b.jaxpr.clone()).collect()))]
        }
        Params::While { cond_jaxpr, cond_nconsts, body_jaxpr, body_nconsts } => vec![
            ("body_jaxpr", Item::Jaxpr(body_jaxpr.jaxpr.clone())),
            ("body_nconsts", Item::Text(int(*body_nconsts))),
            ("cond_jaxpr", Item::Jaxpr(cond_jaxpr.jaxpr.clone())),
            ("cond_nconsts", Item::Text(int(*cond_nconsts))),
        ],
        Params::Scan { jaxpr, length, reverse, unroll, num_consts, num_carry } => {
            let mut items = vec![("jaxpr", Item::Jaxpr(jaxpr.jaxpr.clone()))];
            items.extend(texts([
                ("length", int(*length)),
                ("num_carry", int(*num_carry)),
                ("num_consts", int(*num_consts)),
                ("reverse", py_bool(*reverse).into()),
                ("unroll", int(*unroll)),
            ]));
            items
        }
        Params::Jit { name, jaxpr } => {
            vec![("name", Item::Text(name.to_string())), ("jaxpr", Item::Jaxpr(jaxpr.jaxpr.clone()))]
        }
        Params::Remat { jaxpr, prevent_cse, differentiated, policy } => vec![
            ("differentiated", Item::Text(py_bool(*differentiated).into())),
            ("jaxpr", Item::Jaxpr(jaxpr.jaxpr.clone())),
            ("policy", Item::Text(policy.as_ref().map_or("None".into(), |p| p.to_string()))),
            ("prevent_cse", Item::Text(py_bool(*prevent_cse).into())),
        ],
        Params::CustomJvpCall { name, call_jaxpr, rule, symbolic_zeros } => vec![
            ("name", Item::Text(name.to_string())),
            ("call_jaxpr", Item::Jaxpr(call_jaxpr.jaxpr.clone())),
            ("jvp", Item::Text(rule.1.to_string())),
            ("symbolic_zeros", Item::Text(py_bool(*symbolic_zeros).into())),
        ],
        Params::CustomVjpCall { name, call_jaxpr, rules, symbolic_zeros } => vec![
            ("name", Item::Text(name.to_string())),
            ("bwd", Item::Text(rules.2.to_string())),
            ("call_jaxpr", Item::Jaxpr(call_jaxpr.jaxpr.clone())),
            ("fwd", Item::Text(rules.1.to_string())),
            ("symbolic_zeros", Item::Text(py_bool(*symbolic_zeros).into())),
        ],
        Params::CustomLin { rule, .. } => texts([
            ("bwd", rule.1.to_string()),
            ("in_zeros", format!("[{}]", vec!["False"; e.ins.len().saturating_sub(rule.2)].join(", "))),
            ("num_res", int(rule.2)),
            ("symbolic_zeros", "False".into()),
        ]),
        Params::LinearSolve { matvec, vecmat, solve, transpose_solve, const_counts: [m, v, s, ts] } => {
            let opt = |j: &Option<crate::ClosedJaxpr>| j.as_ref().map_or("None".into(), |j| whole(&j.jaxpr));
            texts([
                (
                    "const_lengths",
                    format!("_LinearSolveTuple(matvec={m}, vecmat={v}, solve={s}, transpose_solve={ts})"),
                ),
                (
                    "jaxprs",
                    format!(
                        "_LinearSolveTuple(matvec={}, vecmat={}, solve={}, transpose_solve={})",
                        whole(&matvec.jaxpr),
                        opt(vecmat),
                        whole(&solve.jaxpr),
                        opt(transpose_solve)
                    ),
                ),
            ])
        }
        Params::Collective { axis_name, .. } => match e.prim {
            Prim::AxisIndex => texts([("axis_name", axis_name.to_string())]),
            _ => texts([("axes", format!("('{axis_name}',)")), ("axis_index_groups", "None".into())]),
        },
        Params::Callback { out_avals, .. } if e.prim == Prim::PureCallback => texts([
            ("callback", "<function callback at 0xXXXXXXXXXXXX>".to_string()),
            ("result_avals", tuple(out_avals.iter().map(|a| format!("ShapedArray({})", a.long())))),
            ("sharding", "None".into()),
            ("vmap_method", "None".into()),
        ]),
        Params::Callback { ordered, .. } => texts([
            ("callback", "<function callback at 0xXXXXXXXXXXXX>"),
            ("effect", if *ordered { "OrderedDebug" } else { "Debug" }),
            ("partitioned", "False"),
        ]),
    }
}

/// The Jaxprs inside an equation, in the order in which JAX keeps its parameters; and the name they go by.
pub(crate) fn inner(e: &Eqn, update: &mut dyn FnMut(Prim) -> Option<Rc<Jaxpr>>) -> (Option<Rc<str>>, Vec<Rc<Jaxpr>>) {
    let one = |j: &crate::ClosedJaxpr| vec![j.jaxpr.clone()];
    match &e.params {
        Params::Cond { branches } => (None, branches.iter().map(|b| b.jaxpr.clone()).collect()),
        Params::While { cond_jaxpr, body_jaxpr, .. } => {
            (None, vec![cond_jaxpr.jaxpr.clone(), body_jaxpr.jaxpr.clone()])
        }
        Params::Scan { jaxpr, .. } | Params::Remat { jaxpr, .. } => (None, one(jaxpr)),
        Params::Jit { name, jaxpr } => (Some(name.clone()), one(jaxpr)),
        Params::CustomJvpCall { call_jaxpr, .. } | Params::CustomVjpCall { call_jaxpr, .. } => (None, one(call_jaxpr)),
        Params::Scatter { .. } => (None, update(e.prim).into_iter().collect()),
        // custom_linear_solve keeps its Jaxprs in a named tuple, where JAX's search does find them.
        Params::LinearSolve { matvec, vecmat, solve, transpose_solve, .. } => {
            let parts = [Some(matvec), vecmat.as_ref(), Some(solve), transpose_solve.as_ref()];
            (None, parts.into_iter().flatten().map(|j| j.jaxpr.clone()).collect())
        }
        _ => (None, vec![]),
    }
}
