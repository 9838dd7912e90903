//! A look at the source before it is parsed: nesting that would overflow a browser's stack is refused here, in one pass.

use super::parse::Diagnostic;
use gradlens_numpy::ir::Span;

/// Brackets within brackets, as CPython.
const MAX_BRACKETS: usize = 200;
/// Indentation levels, as CPython.
const MAX_INDENT: usize = 100;
/// Prefix operators, `lambda`s, `**` and conditional expressions one after another nest to the right.
const MAX_RIGHT: usize = 150;
/// Operators and trailers in a row nest to the left.
const MAX_LEFT: usize = 2000;

/// Refuses what is nested too deeply.
pub fn check(source: &str) -> Result<(), Diagnostic> {
    let b = source.as_bytes();
    let refuse = |message: &str, at: usize| {
        Err(Diagnostic {
            class: if message.contains("indentation") { "IndentationError" } else { "SyntaxError" },
            message: message.into(),
            span: Span { start: at as u32, end: (at + 1).min(b.len()) as u32 },
        })
    };
    let mut i = 0;
    // Per open bracket: how many right-nesting and left-nesting operators the expression at hand has.
    let mut open: Vec<(usize, usize)> = vec![(0, 0)];
    let mut indents = vec![0];
    let mut line_start = true;
    while i < b.len() {
        if line_start && open.len() == 1 {
            let from = i;
            let mut width = 0;
            while i < b.len() && (b[i] == b' ' || b[i] == b'\t') {
                width += if b[i] == b'\t' { 8 - width % 8 } else { 1 };
                i += 1;
            }
            line_start = false;
            if i < b.len() && !matches!(b[i], b'\n' | b'\r' | b'#') {
                while indents.last().is_some_and(|l| *l > width) {
                    indents.pop();
                }
                if indents.last().is_some_and(|l| *l < width) {
                    indents.push(width);
                    if indents.len() > MAX_INDENT {
                        return refuse("too many levels of indentation", from);
                    }
                }
            }
            continue;
        }
        let top = open.len() - 1;
        match b[i] {
            b'#' => {
                while i < b.len() && b[i] != b'\n' {
                    i += 1;
                }
                continue;
            }
            q @ (b'\'' | b'"') => {
                i = skip_string(b, i, q);
                continue;
            }
            b'(' | b'[' | b'{' => {
                open[top].1 += 1;
                let right = open[top].0;
                open.push((right, 0));
                if open.len() > MAX_BRACKETS {
                    return refuse("too many nested parentheses", i);
                }
            }
            b')' | b']' | b'}' if open.len() > 1 => {
                open.pop();
            }
            b'\n' => {
                line_start = true;
                if open.len() == 1 {
                    open[0] = (0, 0);
                }
            }
            b'\\' => i += 1,
            // A colon belongs to a lambda or a slice as well: what nests to the right goes on there.
            b',' | b';' | b'=' if b.get(i + 1) != Some(&b'=') => {
                let inherited = if top > 0 { open[top - 1].0 } else { 0 };
                open[top] = (inherited, 0);
            }
            b'-' | b'+' | b'~' => {
                open[top].1 += 1;
                let next = b[i + 1..].iter().find(|c| **c != b' ');
                if b[i] == b'~' || matches!(next, Some(b'-' | b'+' | b'~')) {
                    open[top].0 += 1;
                }
            }
            b'*' => {
                open[top].1 += 1;
                if b.get(i + 1) == Some(&b'*') {
                    open[top].0 += 1;
                    i += 1;
                }
            }
            b'/' | b'%' | b'&' | b'|' | b'^' | b'@' | b'<' | b'>' | b'.' => open[top].1 += 1,
            c if c.is_ascii_alphabetic() || c == b'_' => {
                let from = i;
                while i < b.len() && (b[i].is_ascii_alphanumeric() || b[i] == b'_' || b[i] >= 0x80) {
                    i += 1;
                }
                match &b[from..i] {
                    b"not" | b"lambda" | b"else" | b"await" | b"yield" => open[top].0 += 1,
                    _ => {}
                }
                if open[top].0 > MAX_RIGHT {
                    return refuse("the expression is nested too deeply", from);
                }
                continue;
            }
            _ => {}
        }
        let top = open.len() - 1;
        if open[top].0 > MAX_RIGHT || open[top].1 > MAX_LEFT {
            return refuse("the expression is nested too deeply", i);
        }
        i += 1;
    }
    Ok(())
}

/// The position after a string literal that starts at `i`.
fn skip_string(b: &[u8], i: usize, q: u8) -> usize {
    let triple = b.get(i + 1) == Some(&q) && b.get(i + 2) == Some(&q);
    let mut j = i + if triple { 3 } else { 1 };
    while j < b.len() {
        match b[j] {
            b'\\' => j += 1,
            b'\n' if !triple => return j,
            c if c == q => {
                if !triple {
                    return j + 1;
                }
                if b.get(j + 1) == Some(&q) && b.get(j + 2) == Some(&q) {
                    return j + 3;
                }
            }
            _ => {}
        }
        j += 1;
    }
    b.len()
}
