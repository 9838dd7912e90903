//! NumPy as JAX code sees it: host arrays. Its functions are those of `jax.numpy`, run at once with 64-bit dtypes; a tracer
//! handed to them is JAX's error, unless NumPy would call the array's own method.

use crate::methods::{BinaryOp, UnaryOp};
use crate::prelude::*;
use crate::table::Function;
use gradlens_transform::Trace;

/// Functions of `jax.numpy` that `numpy` has too.
pub(crate) const NAMES: &[&str] = &[
    "abs",
    "absolute",
    "add",
    "all",
    "allclose",
    "any",
    "append",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argsort",
    "argwhere",
    "array_equal",
    "array_split",
    "asarray",
    "atleast_1d",
    "atleast_2d",
    "average",
    "bincount",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "broadcast_arrays",
    "broadcast_shapes",
    "broadcast_to",
    "cbrt",
    "ceil",
    "clip",
    "column_stack",
    "concatenate",
    "conj",
    "conjugate",
    "convolve",
    "copy",
    "copysign",
    "corrcoef",
    "cos",
    "cosh",
    "count_nonzero",
    "cov",
    "cross",
    "cumprod",
    "cumsum",
    "deg2rad",
    "degrees",
    "diag",
    "diagonal",
    "diff",
    "digitize",
    "divide",
    "divmod",
    "dot",
    "dstack",
    "einsum",
    "empty",
    "empty_like",
    "equal",
    "exp",
    "exp2",
    "expand_dims",
    "expm1",
    "eye",
    "fabs",
    "flatnonzero",
    "flip",
    "fliplr",
    "flipud",
    "float_power",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "full",
    "full_like",
    "gcd",
    "geomspace",
    "gradient",
    "greater",
    "greater_equal",
    "heaviside",
    "histogram",
    "hstack",
    "hypot",
    "identity",
    "imag",
    "indices",
    "inner",
    "interp",
    "intersect1d",
    "invert",
    "isclose",
    "isfinite",
    "isin",
    "isinf",
    "isnan",
    "isneginf",
    "isposinf",
    "isreal",
    "kron",
    "lcm",
    "less",
    "less_equal",
    "linspace",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logaddexp2",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
    "matmul",
    "max",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mod",
    "moveaxis",
    "multiply",
    "nan_to_num",
    "nanargmax",
    "nanargmin",
    "nanmax",
    "nanmean",
    "nanmin",
    "nanprod",
    "nanstd",
    "nansum",
    "nanvar",
    "ndim",
    "negative",
    "nextafter",
    "nonzero",
    "not_equal",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "percentile",
    "piecewise",
    "polyfit",
    "polyval",
    "positive",
    "power",
    "prod",
    "ptp",
    "quantile",
    "rad2deg",
    "radians",
    "ravel",
    "real",
    "reciprocal",
    "remainder",
    "repeat",
    "reshape",
    "rint",
    "roll",
    "rot90",
    "round",
    "searchsorted",
    "select",
    "setdiff1d",
    "shape",
    "sign",
    "signbit",
    "sin",
    "sinc",
    "sinh",
    "size",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tensordot",
    "tile",
    "trace",
    "transpose",
    "trapezoid",
    "tri",
    "tril",
    "triu",
    "true_divide",
    "trunc",
    "union1d",
    "unique",
    "vander",
    "var",
    "vdot",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
    "linalg.det",
    "linalg.eigh",
    "linalg.eigvalsh",
    "linalg.inv",
    "linalg.norm",
    "linalg.qr",
    "linalg.solve",
    "linalg.svd",
    "linalg.cholesky",
    "linalg.matrix_power",
    "linalg.matrix_rank",
    "linalg.pinv",
    "linalg.slogdet",
    "linalg.lstsq",
    "fft.fft",
    "fft.ifft",
    "fft.rfft",
    "fft.irfft",
];

/// Methods and properties of JAX arrays that host arrays have too.
pub(crate) const METHODS: &[&str] = &[
    "shape",
    "dtype",
    "ndim",
    "size",
    "itemsize",
    "nbytes",
    "T",
    "mT",
    "real",
    "imag",
    "reshape",
    "transpose",
    "astype",
    "flatten",
    "item",
    "tolist",
    "copy",
    "clip",
];

/// Functions that NumPy hands to the array's own method: these differentiate.
const DELEGATED: &[&str] = &[
    "sum",
    "prod",
    "max",
    "min",
    "mean",
    "std",
    "var",
    "all",
    "any",
    "argmax",
    "argmin",
    "cumsum",
    "cumprod",
    "clip",
    "round",
    "reshape",
    "ravel",
    "transpose",
    "squeeze",
    "swapaxes",
    "diagonal",
    "trace",
    "take",
    "repeat",
    "argsort",
    "nonzero",
    "ptp",
    "searchsorted",
];

/// 64-bit mode and plain evaluation until dropped.
struct HostMode {
    cx: Cx,
    x64: bool,
    _eval: gradlens_transform::cx::TraceGuard,
}
impl HostMode {
    fn enter(cx: &Cx) -> HostMode {
        let x64 = cx.x64();
        cx.configure(|c| c.x64 = true);
        HostMode { cx: cx.clone(), x64, _eval: cx.enter(Trace::Eval) }
    }
}
impl Drop for HostMode {
    fn drop(&mut self) {
        let x64 = self.x64;
        self.cx.configure(|c| c.x64 = x64);
    }
}

/// An argument with every array on the host; tracers are an error.
fn to_host(cx: &Cx, x: &Arg) -> Result<Arg> {
    let all = |v: &[Arg]| v.iter().map(|x| to_host(cx, x)).collect::<Result<Vec<_>>>();
    Ok(match x {
        Arg::Array(v) => Arg::from(cx.concrete(v, Look::Array)?.with_weak(false)),
        Arg::NpArray(a) | Arg::NpScalar(a) => Arg::from(a.clone()),
        Arg::Tuple(v) => Arg::Tuple(all(v)?),
        Arg::List(v) => Arg::List(all(v)?),
        other => other.clone(),
    })
}

/// A result as NumPy gives it: arrays, and scalars for shape `()`.
fn from_host(x: Arg) -> Result<Arg> {
    Ok(match x {
        Arg::Array(Value::Array(a)) if a.shape().is_empty() => Arg::NpScalar(a.with_weak(false)),
        Arg::Array(Value::Array(a)) => Arg::NpArray(a.with_weak(false)),
        Arg::Tuple(v) => Arg::Tuple(v.into_iter().map(from_host).collect::<Result<_>>()?),
        Arg::List(v) => Arg::List(v.into_iter().map(from_host).collect::<Result<_>>()?),
        other => other,
    })
}

/// Runs a function of `jax.numpy` as NumPy's function of the same name.
pub fn run(cx: &Cx, f: &Function, inner: fn(&Cx, &Bound) -> Result<Arg>, b: &Bound) -> Result<Arg> {
    if DELEGATED.contains(&f.name()) && matches!(b.values.first(), Some(Arg::Array(_))) {
        return inner(cx, b);
    }
    let values = b.values.iter().map(|x| to_host(cx, x)).collect::<Result<Vec<_>>>()?;
    let b = Bound { params: b.params.clone(), values };
    let out = {
        let _mode = HostMode::enter(cx);
        inner(cx, &b)?
    };
    from_host(out)
}

/// `a op b` of host arrays and numbers.
pub fn binary(cx: &Cx, op: BinaryOp, a: &Arg, b: &Arg) -> Result<Arg> {
    let (a, b) = (to_host(cx, a)?, to_host(cx, b)?);
    let (a, b) = if matches!(a, Arg::Array(_)) || matches!(b, Arg::Array(_)) {
        (a, b)
    } else {
        (val(cx, op.symbol(), &a)?.into(), b)
    };
    let out = {
        let _mode = HostMode::enter(cx);
        crate::methods::binary(cx, op, &a, &b)?
    };
    from_host(out)
}

/// `-x` and kin of host arrays.
pub fn unary(cx: &Cx, op: UnaryOp, x: &Arg) -> Result<Arg> {
    let x = to_host(cx, x)?;
    if !matches!(x, Arg::Array(_)) {
        return Ok(Arg::NotImplemented);
    }
    let out = {
        let _mode = HostMode::enter(cx);
        crate::methods::unary(cx, op, &x)?
    };
    from_host(out)
}

/// `x[index]` of a host array; an index out of range is an error here.
pub fn get_item(cx: &Cx, x: &Arg, index: &Arg) -> Result<Arg> {
    let (x, index) = (to_host(cx, x)?, to_host(cx, index)?);
    let Arg::Array(v) = &x else { return Err(Error::type_error("not an array")) };
    let ints: Vec<&Arg> = match &index {
        Arg::Tuple(t) => t.iter().collect(),
        one => vec![one],
    };
    for (axis, i) in ints.iter().enumerate() {
        if let (Arg::Int(i), Some(&n)) = (i, v.shape().get(axis))
            && (*i >= n as i64 || *i < -(n as i64))
        {
            return Err(Error::new(
                ErrorClass::IndexError,
                format!("index {i} is out of bounds for axis {axis} with size {n}"),
            ));
        }
    }
    let index = match index {
        // NumPy takes lists as index arrays.
        Arg::List(_) => Arg::from(crate::creation::asarray(cx, &index, None)?),
        other => other,
    };
    let out = {
        let _mode = HostMode::enter(cx);
        crate::indexing::get_item(cx, v, &index)?
    };
    from_host(out.into())
}

/// `x[index] = value`: the new contents of a host array.
pub fn set_item(cx: &Cx, x: &Array, index: &Arg, value: &Arg) -> Result<Array> {
    if let Arg::Array(v) = value
        && cx.is_visible_tracer(v)
    {
        return Err(Error::value_error("setting an array element with a sequence.")
            .with_help("a NumPy array cannot hold a traced value: use jnp and x.at[i].set(y)"));
    }
    let (index, value) = (to_host(cx, index)?, to_host(cx, value)?);
    let _mode = HostMode::enter(cx);
    let index = match index {
        Arg::List(_) => Arg::from(crate::creation::asarray(cx, &index, None)?),
        other => other,
    };
    let value = crate::creation::asarray(cx, &value, Some(x.dtype()))?;
    let out = crate::indexing::scatter(
        cx,
        &Value::Array(x.clone()),
        &index,
        &Arg::from(value),
        gradlens_ir::Prim::Scatter,
        Default::default(),
    )?;
    match out {
        Value::Array(a) => Ok(a.with_weak(false)),
        Value::Tracer(_) => Err(Error::internal("a host array became a tracer")),
    }
}

/// The rows of a host array.
pub fn iterate(cx: &Cx, x: &Array) -> Result<Vec<Arg>> {
    let rows = {
        let _mode = HostMode::enter(cx);
        crate::methods::iterate(cx, &Value::Array(x.clone()))?
    };
    rows.into_iter().map(|r| from_host(r.into())).collect()
}

fn array(cx: &Cx, b: &Bound) -> Result<Arg> {
    let x = to_host(cx, &b["object"])?;
    let d = match &b["dtype"] {
        Arg::None => None,
        d => Some(cv::dtype_named(d)?.0),
    };
    let _mode = HostMode::enter(cx);
    let v = crate::creation::asarray(cx, &x, d)?;
    match v {
        Value::Array(a) => Ok(Arg::NpArray(a.with_weak(false))),
        Value::Tracer(_) => Err(Error::internal("a host array became a tracer")),
    }
}

/// The table's lines that are NumPy's own.
pub(crate) const TABLE: &[Entry] = &[entry(
    "numpy.array",
    "object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, like=None",
    "A host array: a constant to JAX.",
    Sync(array),
)];
