//! What to write instead, as edits of the source: found from the text of the expression that is to blame, and offered only
//! where the text has exactly the form that the edit is for.

use crate::protocol::{Edit, Fix};
use gradlens_lens::{Event, Kind};

/// A call in the source: `name(arguments)`.
struct Call<'a> {
    start: usize,
    end: usize,
    name: &'a str,
    args: Vec<(usize, usize)>,
}

/// The fixes for an event.
pub fn edits(event: &Event, source: &str) -> Vec<Fix> {
    let span = (event.span.start as usize, event.span.end as usize);
    if event.span.is_none() {
        return anywhere(event.kind, source);
    }
    if source.get(span.0..span.1).is_none() {
        return Vec::new();
    }
    let mut fixes = Vec::new();
    let replace = |start: usize, end: usize, text: String| vec![Edit { start: start as u32, end: end as u32, text }];
    let text = |range: (usize, usize)| &source[range.0..range.1];
    let call = call_at(source, span);
    let last = |c: &Call| c.name.rsplit('.').next().unwrap_or_default().to_string();
    if let Some(c) = &call {
        let prefix = c.name.rsplit_once('.').map_or(String::new(), |(p, _)| format!("{p}."));
        let whole = text((c.start, c.end));
        let first = c.args.first().map(|a| text(*a));
        match (event.kind, last(c).as_str(), first) {
            (Kind::Kink, "abs", Some(u)) => fixes.push(Fix {
                title: "Use a smooth stand-in".into(),
                note: "`sqrt(u**2 + eps)` differs from `abs(u)` by at most `sqrt(eps)`, and has one slope everywhere.".into(),
                edits: replace(c.start, c.end, format!("{prefix}sqrt(({u}) ** 2 + 1e-2)")),
            }),
            (Kind::Kink, "maximum", Some(u)) if c.args.len() == 2 => fixes.push(Fix {
                title: "Use a soft maximum".into(),
                note: "`logaddexp(k*a, k*b) / k` lies above `maximum(a, b)` by at most `log(2) / k`.".into(),
                edits: replace(c.start, c.end, format!("{prefix}logaddexp(8 * ({u}), 8 * ({})) / 8", text(c.args[1]).trim())),
            }),
            (Kind::Kink, "minimum", Some(u)) if c.args.len() == 2 => fixes.push(Fix {
                title: "Use a soft minimum".into(),
                note: "`-logaddexp(-k*a, -k*b) / k` lies below `minimum(a, b)` by at most `log(2) / k`.".into(),
                edits: replace(c.start, c.end, format!("(-{prefix}logaddexp(-8 * ({u}), -8 * ({})) / 8)", text(c.args[1]).trim())),
            }),
            (Kind::Kink, "relu", Some(u)) => fixes.push(Fix {
                title: "Use softplus".into(),
                note: "`softplus(k*u) / k` lies above `relu(u)` by at most `log(2) / k`.".into(),
                edits: replace(c.start, c.end, format!("({prefix}softplus(8 * ({u})) / 8)")),
            }),
            (Kind::Jump | Kind::FlatRegion, "round" | "floor" | "ceil" | "sign", Some(u)) => fixes.push(Fix {
                title: "Straight-through estimator".into(),
                note: "The value stays what it is; the gradient is that of the argument, so that an optimiser has something to follow."
                    .into(),
                edits: straight_through(source, c, u, whole),
            }),
            (Kind::Pole | Kind::DomainEdge, "log", Some(u)) => fixes.push(Fix {
                title: "Keep the argument positive".into(),
                note: "Below the bound the value is that of the bound and the gradient is 0.".into(),
                edits: replace(c.args[0].0, c.args[0].1, format!("{prefix}maximum({u}, 1e-6)")),
            }),
            _ => {}
        }
    }
    // A branch that was not taken: guard its argument with the same condition.
    if let (Kind::NanGradient, Some(fix)) = (event.kind, double_where(source, span)) {
        fixes.push(fix);
    }
    if let (Kind::Overflow | Kind::NanGradient, Some(fix)) = (event.kind, log_sum_exp(source, span)) {
        fixes.push(fix);
    }
    fixes
}

/// Where nothing is blamed: whatever in the source has one of the forms that are known to do this.
fn anywhere(kind: Kind, source: &str) -> Vec<Fix> {
    let calls = |name: &'static str| source.match_indices(name).map(|(at, _)| (at, at));
    match kind {
        Kind::NanGradient => {
            let wheres = calls("where(").filter_map(|at| double_where(source, at));
            wheres.chain(calls("log(").filter_map(|at| log_sum_exp(source, at))).collect()
        }
        Kind::Overflow => calls("log(").filter_map(|at| log_sum_exp(source, at)).collect(),
        _ => Vec::new(),
    }
}

/// `u + stop_gradient(f(u) - u)`, with the import that it needs.
fn straight_through(source: &str, call: &Call, u: &str, whole: &str) -> Vec<Edit> {
    let name = if source.contains("import lax") { "lax" } else { "jax.lax" };
    let text = format!("(({u}) + {name}.stop_gradient({whole} - ({u})))");
    let mut edits = vec![Edit { start: call.start as u32, end: call.end as u32, text }];
    if name == "jax.lax" && !source.lines().any(|l| l.trim() == "import jax") {
        let at = import_line(source) as u32;
        edits.push(Edit { start: at, end: at, text: "import jax\n".into() });
    }
    edits
}

/// Where the first import stands.
fn import_line(source: &str) -> usize {
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        if line.starts_with("import ") || line.starts_with("from ") {
            return at;
        }
        at += line.len();
    }
    0
}

/// In `where(c, f(u), z)` the argument of the branch that is not taken becomes `where(c, u, 1.0)`.
fn double_where(source: &str, span: (usize, usize)) -> Option<Fix> {
    let outer = enclosing(source, span, "where")?;
    let [condition, yes, no] = outer.args[..] else { return None };
    let c = source[condition.0..condition.1].trim();
    // What is infinite or NaN, or has an infinite slope, where its argument is out of its domain.
    let bad = ["sqrt", "log", "power", "arccos", "arcsin", "divide", "log1p", "rsqrt", "reciprocal"];
    for (branch, taken) in [(yes, true), (no, false)] {
        let Some(inner) = call_at(source, trimmed(source, branch)) else { continue };
        let short = inner.name.rsplit('.').next().unwrap_or_default();
        if !bad.contains(&short) || inner.args.is_empty() || source[inner.args[0].0..inner.args[0].1].contains("where(")
        {
            continue;
        }
        let (a, b) = trimmed(source, inner.args[0]);
        let (u, name) = (&source[a..b], outer.name);
        let text = if taken { format!("{name}({c}, {u}, 1.0)") } else { format!("{name}({c}, 1.0, {u})") };
        return Some(Fix {
            title: "Use the double where".into(),
            note: format!(
                "The value stays the same. `{short}` now sees a harmless argument where its branch is not taken, so that the zero which comes back meets a finite slope."
            ),
            edits: vec![Edit { start: a as u32, end: b as u32, text }],
        });
    }
    None
}

/// `log(sum(exp(z)))` becomes `logsumexp(z)`.
fn log_sum_exp(source: &str, span: (usize, usize)) -> Option<Fix> {
    let log = enclosing(source, span, "log")?;
    let sum = call_at(source, trimmed(source, *log.args.first()?))?;
    let exp = call_at(source, trimmed(source, *sum.args.first()?))?;
    let fits = sum.name.ends_with("sum") && exp.name.ends_with("exp") && sum.args.len() == 1 && exp.args.len() == 1;
    if !fits {
        return None;
    }
    let z = &source[exp.args[0].0..exp.args[0].1];
    let at = import_line(source) as u32;
    let mut edits = vec![Edit { start: log.start as u32, end: log.end as u32, text: format!("logsumexp({z})") }];
    if !source.contains("import logsumexp") {
        edits.push(Edit { start: at, end: at, text: "from jax.scipy.special import logsumexp\n".into() });
    }
    Some(Fix {
        title: "Use logsumexp".into(),
        note: "The same function, computed from the largest entry on: no power is ever above 1.".into(),
        edits,
    })
}

fn trimmed(source: &str, (mut a, mut b): (usize, usize)) -> (usize, usize) {
    let text = &source[a..b];
    a += text.len() - text.trim_start().len();
    b -= text.len() - text.trim_end().len();
    (a, b.max(a))
}

/// The call that the text of a span is, whole.
fn call_at(source: &str, span: (usize, usize)) -> Option<Call<'_>> {
    let text = source.get(span.0..span.1)?;
    let open = text.find('(')?;
    let name = text[..open].trim();
    if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') {
        return None;
    }
    let (args, close) = arguments(source, span.0 + open)?;
    (close + 1 == span.1).then_some(Call { start: span.0, end: span.1, name, args })
}

/// The nearest call of a function of this name around (or at) a span.
fn enclosing<'a>(source: &'a str, span: (usize, usize), short: &str) -> Option<Call<'a>> {
    let pattern = format!("{short}(");
    let mut best: Option<Call> = None;
    for (at, _) in source.match_indices(&pattern) {
        let start = source[..at].rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).map_or(0, |i| i + 1);
        let name = &source[start..at + short.len()];
        if name.rsplit('.').next() != Some(short) {
            continue;
        }
        let Some((args, close)) = arguments(source, at + short.len()) else { continue };
        let holds = start <= span.0 && span.1 <= close + 1;
        if holds && best.as_ref().is_none_or(|b| start > b.start) {
            best = Some(Call { start, end: close + 1, name, args });
        }
    }
    best
}

/// The arguments after an opening parenthesis, and where it closes. Keyword arguments end it: an edit could not say what
/// becomes of them.
fn arguments(source: &str, open: usize) -> Option<(Vec<(usize, usize)>, usize)> {
    let (mut depth, mut quote, mut start) = (0usize, None, open + 1);
    let mut args = Vec::new();
    for (i, c) in source[open..].char_indices().map(|(i, c)| (i + open, c)) {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') => return None,
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    if !source[start..i].trim().is_empty() {
                        args.push((start, i));
                    }
                    return Some((args, i));
                }
            }
            (None, ',') if depth == 1 => {
                args.push((start, i));
                start = i + 1;
            }
            (None, '=') if depth == 1 => {
                let around = (source[..i].chars().next_back(), source[i + 1..].chars().next());
                if !matches!(around, (Some('=' | '<' | '>' | '!'), _) | (_, Some('='))) {
                    return None;
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradlens_ir::Span;
    use gradlens_lens::{AtPoint, Side};

    /// The source after the first fix for an event of this kind at `blamed`.
    fn fixed(kind: Kind, source: &str, blamed: &str) -> Option<String> {
        let start = source.find(blamed).expect("the blamed text");
        let side = Side { value: 0.0, slope: 0.0 };
        let event = Event {
            kind,
            x: 0.0,
            x_end: None,
            left: side,
            right: side,
            at: AtPoint { value: 0.0, forward: 0.0, reverse: None },
            span: Span::new(start as u32, (start + blamed.len()) as u32),
            prim: None,
            ad_only: false,
            cause: String::new(),
            explanation: String::new(),
            remedy: String::new(),
        };
        let fix = edits(&event, source).into_iter().next()?;
        let mut edits = fix.edits;
        edits.sort_by_key(|e| std::cmp::Reverse(e.start));
        let mut out = source.to_string();
        for e in edits {
            out.replace_range(e.start as usize..e.end as usize, &e.text);
        }
        Some(out)
    }

    #[test]
    fn edits_fit_the_text() {
        let rows = [
            (Kind::Kink, "jnp.abs(x - 1)", "jnp.abs(x - 1)", Some("jnp.sqrt((x - 1) ** 2 + 1e-2)")),
            (
                Kind::Kink,
                "y = jnp.maximum(x, 0.0)",
                "jnp.maximum(x, 0.0)",
                Some("y = jnp.logaddexp(8 * (x), 8 * (0.0)) / 8"),
            ),
            (Kind::Kink, "jax.nn.relu(f(x, 2))", "jax.nn.relu(f(x, 2))", Some("(jax.nn.softplus(8 * (f(x, 2))) / 8)")),
            (
                Kind::NanGradient,
                "jnp.where(x > 0, jnp.sqrt(x), 0.0)",
                "jnp.sqrt(x)",
                Some("jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), 0.0)"),
            ),
            (
                Kind::NanGradient,
                "jnp.where(x < 0, 0.0, jnp.log(x))",
                "jnp.where(x < 0, 0.0, jnp.log(x))",
                Some("jnp.where(x < 0, 0.0, jnp.log(jnp.where(x < 0, 1.0, x)))"),
            ),
            (
                Kind::Overflow,
                "import jax.numpy as jnp\njnp.log(jnp.sum(jnp.exp(z * x)))",
                "jnp.exp(z * x)",
                Some("from jax.scipy.special import logsumexp\nimport jax.numpy as jnp\nlogsumexp(z * x)"),
            ),
            (
                Kind::Jump,
                "import jax\njnp.round(x)",
                "jnp.round(x)",
                Some("import jax\n((x) + jax.lax.stop_gradient(jnp.round(x) - (x)))"),
            ),
            // Forms that no edit is for.
            (Kind::Kink, "abs(x) + 1", "abs(x) + 1", None),
            (Kind::Jump, "jnp.round(x, decimals=2)", "jnp.round(x, decimals=2)", None),
            (Kind::Kink, "x if x > 0 else -x", "x > 0", None),
        ];
        for (kind, source, blamed, want) in rows {
            assert_eq!(fixed(kind, source, blamed).as_deref(), want, "{source}");
        }
    }
}
