//! What the library asks of its host language: printing, and formatting with a format spec.

use crate::{Arg, Cx};
use gradlens_ir::{Error, Result};
use std::rc::Rc;

/// The host language. A binding puts one into the context with `install`.
pub trait Host {
    /// Writes to standard output.
    fn print(&self, text: &str);
    /// `format(x, spec)`.
    fn format(&self, x: &Arg, spec: &str) -> Result<String>;
}

struct Handle(Rc<dyn Host>);

/// Makes `host` the context's host.
pub fn install(cx: &Cx, host: Rc<dyn Host>) {
    cx.set_extension(Rc::new(Handle(host)));
}

/// Writes to the host's standard output; nowhere when there is none.
pub fn print(cx: &Cx, text: &str) {
    if let Some(h) = cx.extension::<Handle>() {
        h.0.print(text);
    }
}

fn format_one(cx: &Cx, x: &Arg, spec: &str) -> Result<String> {
    match cx.extension::<Handle>() {
        Some(h) if !spec.is_empty() => h.0.format(x, spec),
        _ => crate::print::str(cx, x),
    }
}

/// `template.format(*values)` with names: `{}`, `{0}`, `{name}`, `{x:.3f}`, `{x!r}`, `{{`.
pub fn format_fields(cx: &Cx, template: &str, values: &[Arg], names: &[Option<Rc<str>>]) -> Result<String> {
    let mut out = String::new();
    let mut next = 0;
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let doubled = rest[at..].len() > 1 && rest.as_bytes()[at] == rest.as_bytes()[at + 1];
        if doubled {
            out.push(rest.as_bytes()[at] as char);
            rest = &rest[at + 2..];
            continue;
        }
        if rest.as_bytes()[at] == b'}' {
            return Err(Error::value_error("Single '}' encountered in format string"));
        }
        let Some(end) = rest[at..].find('}').map(|e| at + e) else {
            return Err(Error::value_error("Single '{' encountered in format string"));
        };
        let field = &rest[at + 1..end];
        let (field, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = field.split_once('!').unwrap_or((field, ""));
        let x = if name.is_empty() {
            next += 1;
            values.get(next - 1)
        } else if let Ok(i) = name.parse::<usize>() {
            values.get(i)
        } else {
            names.iter().position(|n| n.as_deref() == Some(name)).and_then(|i| values.get(i))
        };
        let Some(x) = x else {
            return Err(match name.parse::<usize>() {
                Err(_) if !name.is_empty() => Error::new(gradlens_ir::ErrorClass::KeyError, format!("'{name}'")),
                _ => Error::new(
                    gradlens_ir::ErrorClass::IndexError,
                    format!("Replacement index {} out of range for positional args tuple", next.saturating_sub(1)),
                ),
            });
        };
        out.push_str(&if conversion == "r" { crate::print::repr(cx, x)? } else { format_one(cx, x, spec)? });
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}
