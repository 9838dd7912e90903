//! Second names: `jnp.concat` is `jnp.concatenate`, `jax.nn.logsumexp` is `jax.scipy.special.logsumexp`.

/// `jnp` functions under other names.
const SECOND_NAMES: &[(&str, &str)] = &[
    ("absolute", "abs"),
    ("acos", "arccos"),
    ("acosh", "arccosh"),
    ("amax", "max"),
    ("amin", "min"),
    ("around", "round"),
    ("asin", "arcsin"),
    ("asinh", "arcsinh"),
    ("atan", "arctan"),
    ("atan2", "arctan2"),
    ("atanh", "arctanh"),
    ("bitwise_invert", "invert"),
    ("bitwise_left_shift", "left_shift"),
    ("bitwise_not", "invert"),
    ("bitwise_right_shift", "right_shift"),
    ("conj", "conjugate"),
    ("degrees", "rad2deg"),
    ("divide", "true_divide"),
    ("mod", "remainder"),
    ("pow", "power"),
    ("radians", "deg2rad"),
];

/// Methods of arrays that are the `jnp` function of the name.
const METHODS: &[&str] = &[
    "all",
    "any",
    "argmax",
    "argmin",
    "argpartition",
    "argsort",
    "choose",
    "compress",
    "conj",
    "conjugate",
    "cumprod",
    "cumsum",
    "diagonal",
    "dot",
    "max",
    "mean",
    "min",
    "nonzero",
    "prod",
    "ptp",
    "ravel",
    "repeat",
    "round",
    "searchsorted",
    "sort",
    "squeeze",
    "std",
    "sum",
    "swapaxes",
    "take",
    "trace",
    "var",
];

/// Other aliases, by full path.
const PATHS: &[(&str, &str)] = &[
    ("jax.nn.logsumexp", "jax.scipy.special.logsumexp"),
    ("jax.nn.swish", "jax.nn.silu"),
    ("jax.nn.hard_swish", "jax.nn.hard_silu"),
    ("jax.numpy.ndarray", "jax.Array"),
    ("jax.lax.tie_in", "jax.lax.stop_gradient"),
];

/// `(alias, path)`.
pub(crate) fn aliases() -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    for m in ["jax.numpy", "numpy"] {
        out.extend(SECOND_NAMES.iter().map(|(a, p)| (format!("{m}.{a}"), format!("{m}.{p}"))));
    }
    out.extend(METHODS.iter().map(|m| (format!("jax.Array.{m}"), format!("jax.numpy.{m}"))));
    out.extend(METHODS.iter().map(|m| (format!("numpy.ndarray.{m}"), format!("numpy.{m}"))));
    out.extend(PATHS.iter().map(|(a, p)| (a.to_string(), p.to_string())));
    out
}
