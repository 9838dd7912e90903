//! Constants: `jnp.pi`, `jnp.inf`, dtypes as scalar types, `jnp.newaxis`.

use crate::arg::{AbstractType, Arg, TypeArg};
use gradlens_ir::DType;

/// Every constant with its full path.
pub(crate) fn constants() -> Vec<(String, Arg)> {
    use std::f64::consts;
    let numbers = [
        ("pi", consts::PI),
        ("e", consts::E),
        ("euler_gamma", 0.577_215_664_901_532_9),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ];
    let mut out = Vec::new();
    for module in ["jax.numpy", "numpy"] {
        out.extend(numbers.iter().map(|&(n, v)| (format!("{module}.{n}"), Arg::Float(v))));
        out.push((format!("{module}.newaxis"), Arg::None));
        let of = |d| if module == "numpy" { TypeArg::Np(d) } else { TypeArg::Jnp(d) };
        for d in DType::ALL {
            let name = if d == DType::Bool { "bool_" } else { d.name() };
            if !(module == "numpy" && d == DType::BF16) {
                out.push((format!("{module}.{name}"), Arg::Type(of(d))));
            }
        }
        for (name, d) in [
            ("bool", DType::Bool),
            ("double", DType::F64),
            ("single", DType::F32),
            ("half", DType::F16),
            ("csingle", DType::C64),
            ("cdouble", DType::C128),
            ("int_", DType::I64),
            ("float_", DType::F64),
            ("complex_", DType::C128),
            ("uint", DType::U64),
        ] {
            if module == "jax.numpy" || !matches!(name, "float_" | "complex_") {
                out.push((format!("{module}.{name}"), Arg::Type(of(d))));
            }
        }
        for (name, t) in [
            ("generic", AbstractType::Generic),
            ("number", AbstractType::Number),
            ("integer", AbstractType::Integer),
            ("signedinteger", AbstractType::SignedInteger),
            ("unsignedinteger", AbstractType::UnsignedInteger),
            ("inexact", AbstractType::Inexact),
            ("floating", AbstractType::Floating),
            ("complexfloating", AbstractType::ComplexFloating),
        ] {
            out.push((format!("{module}.{name}"), Arg::Type(TypeArg::Abstract(t))));
        }
    }
    out.extend(crate::sets::tricks());
    out.push(("jax.dtypes.float0".into(), Arg::DType(DType::Float0)));
    out.push(("jax.dtypes.bfloat16".into(), Arg::Type(TypeArg::Jnp(DType::BF16))));
    out.push(("jax.dtypes.prng_key".into(), Arg::Type(TypeArg::Abstract(AbstractType::PrngKey))));
    out.push(("jax.dtypes.extended".into(), Arg::Type(TypeArg::Abstract(AbstractType::Extended))));
    out
}
