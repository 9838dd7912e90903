//! Words for what was found: the cause, what it means for a gradient, and what to write instead.

use crate::{Event, Kind};
use gradlens_ir::Prim;

fn number(x: f64) -> String {
    if x.is_nan() {
        "NaN".into()
    } else if x.is_infinite() {
        (if x > 0.0 { "inf" } else { "-inf" }).into()
    } else if x != 0.0 && (x.abs() >= 1e5 || x.abs() < 1e-3) {
        format!("{x:.3e}")
    } else {
        let s = format!("{x:.4}");
        s.trim_end_matches('0').trim_end_matches('.').to_string()
    }
}

fn returned(e: &Event) -> String {
    match e.at.reverse {
        Some(r)
            if r.to_bits() == e.at.forward.to_bits() || r == e.at.forward || (r.is_nan() && e.at.forward.is_nan()) =>
        {
            format!("Exactly there grad returns {}.", number(r))
        }
        Some(r) => format!("Exactly there grad returns {} and jvp {}.", number(r), number(e.at.forward)),
        None => format!("Exactly there jvp returns {}; reverse mode is refused here.", number(e.at.forward)),
    }
}

/// Fills in cause, explanation and remedy.
pub fn explain(events: &mut [Event]) {
    for e in events {
        e.cause = match (e.kind, e.prim) {
            (Kind::FlatRegion, _) => "the derivative is exactly zero".into(),
            (Kind::NanGradient, _) => "the value is a number and its derivative is NaN".into(),
            (_, Some(p)) => format!("{} ({})", p.name(), p.row().doc.trim_end_matches('.').to_lowercase()),
            (_, None) => "a decision of the code: the other branch is taken from here on".into(),
        };
        let (l, r) = (e.left, e.right);
        e.explanation = match e.kind {
            Kind::Kink => format!(
                "The slope is {} on the left and {} on the right; any number between is a subgradient. {}",
                number(l.slope),
                number(r.slope),
                returned(e)
            ),
            Kind::Jump => format!(
                "The value goes from {} to {} at once. No derivative exists there, and the derivative beside it says nothing of the jump. {}",
                number(l.value),
                number(r.value),
                returned(e)
            ),
            Kind::Pole => format!("The value grows to {} on the left and {} on the right, and the gradient with it. {}", number(l.value), number(r.value), returned(e)),
            Kind::VerticalTangent => format!("The value is continuous and its slope grows without bound ({} and {}). {}", number(l.slope), number(r.slope), returned(e)),
            Kind::DomainEdge => {
                let side = if l.value.is_nan() { "left" } else { "right" };
                format!("To the {side} the function has no real value (NaN). {}", returned(e))
            }
            Kind::Removable => format!("Both sides tend to {}, and the formula gives {} at the point itself. {}", number(l.value), number(e.at.value), returned(e)),
            Kind::IsolatedValue => format!("Both sides tend to {}, but the value at the point is {}. {}", number(l.value), number(e.at.value), returned(e)),
            Kind::Overflow => format!("The real function goes on, but its dtype runs out of range here. {}", returned(e)),
            Kind::Oscillation => format!("The values do not settle on approach. {}", returned(e)),
            Kind::FlatRegion => "No descent step moves from here: the gradient carries no information, although the function may not be constant elsewhere.".into(),
            Kind::NanGradient => "One NaN in a gradient spreads to every parameter. A branch that is not taken, or an infinite intermediate, meets a zero on the way back.".into(),
            Kind::Undecided => "What happens here could not be decided.".into(),
        };
        e.remedy = match (e.kind, e.prim) {
            (Kind::NanGradient, _) => "guard the argument, not the result: safe = jnp.where(ok, x, 1.0); jnp.where(ok, f(safe), 0.0)".into(),
            (Kind::Jump, Some(Prim::Sign | Prim::Floor | Prim::Ceil | Prim::Round)) => {
                "a smooth stand-in (jnp.tanh(k * x) for sign, a sigmoid for a step), or a straight-through estimator: x + lax.stop_gradient(f(x) - x)".into()
            }
            (Kind::Jump, _) => "blend the branches with a sigmoid, or accept that the gradient cannot see the jump".into(),
            (Kind::Kink, Some(Prim::Abs)) => "jnp.sqrt(x * x + eps) is smooth; Huber's loss is quadratic near 0".into(),
            (Kind::Kink, Some(Prim::Max | Prim::Min)) => "jax.nn.softplus or logsumexp are smooth stand-ins for max".into(),
            (Kind::Pole, Some(Prim::Log)) => "jnp.log(x + eps), jnp.log1p(x), or jax.scipy.special.xlogy for x * log(x)".into(),
            (Kind::Pole, Some(Prim::Div)) => "keep the denominator away from zero, or use the double where: jnp.where(d == 0, 0, n / jnp.where(d == 0, 1, d))".into(),
            (Kind::VerticalTangent | Kind::DomainEdge, Some(Prim::Sqrt)) => "jnp.sqrt(x + eps), or the double where around sqrt".into(),
            (Kind::Overflow, _) => "a stable form: jax.nn.logsumexp, jax.nn.sigmoid, jnp.expm1, jnp.logaddexp; or jax_enable_x64".into(),
            (Kind::Removable, _) => "jnp.sinc and kin, or the double where with the limit's value".into(),
            (Kind::FlatRegion, _) => "jax.nn.leaky_relu, jax.nn.softplus, or a straight-through estimator keep some slope".into(),
            _ => String::new(),
        };
    }
}
