//! A document layouter (Wadler's groups, as JAX's printer uses them): each group is set flat if it alone fits on the rest
//! of the line, else its own breaks become line ends.

/// A document.
#[derive(Clone, Debug)]
pub enum Doc {
    /// Nothing.
    Nil,
    /// Literal text.
    Text(String),
    /// One after the other.
    Concat(Vec<Doc>),
    /// A line end, or this text when its group is flat.
    Break(&'static str),
    /// Breaks inside are all flat or all line ends.
    Group(Box<Doc>),
    /// Line ends inside are indented by so much more.
    Nest(usize, Box<Doc>),
}

/// Literal text.
pub fn text(s: impl Into<String>) -> Doc {
    Doc::Text(s.into())
}

/// A group.
pub fn group(d: Doc) -> Doc {
    Doc::Group(Box::new(d))
}

/// More indentation.
pub fn nest(n: usize, d: Doc) -> Doc {
    Doc::Nest(n, Box::new(d))
}

/// The documents with `sep` between them.
pub fn join(sep: Doc, docs: Vec<Doc>) -> Doc {
    let mut out = Vec::with_capacity(docs.len() * 2);
    for (i, d) in docs.into_iter().enumerate() {
        if i > 0 {
            out.push(sep.clone());
        }
        out.push(d);
    }
    if out.is_empty() { Doc::Nil } else { Doc::Concat(out) }
}

/// Whether `doc`, set flat, fits into `width` columns.
fn fits(doc: &Doc, width: usize) -> bool {
    let mut left = width as i64;
    let mut agenda = vec![doc];
    while left >= 0 {
        let Some(doc) = agenda.pop() else { return true };
        match doc {
            Doc::Nil => {}
            Doc::Text(s) => left -= s.chars().count() as i64,
            Doc::Break(s) => left -= s.len() as i64,
            Doc::Concat(ds) => agenda.extend(ds.iter().rev()),
            Doc::Group(d) | Doc::Nest(_, d) => agenda.push(d),
        }
    }
    false
}

/// The document on lines of at most `width` columns where its breaks allow.
pub fn format(doc: &Doc, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    let mut agenda = vec![(0usize, false, doc)];
    while let Some((indent, flat, doc)) = agenda.pop() {
        match doc {
            Doc::Nil => {}
            Doc::Text(s) => {
                out.push_str(s);
                column += s.chars().count();
            }
            Doc::Concat(ds) => agenda.extend(ds.iter().rev().map(|d| (indent, flat, d))),
            Doc::Break(s) if flat => {
                out.push_str(s);
                column += s.len();
            }
            Doc::Break(_) => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            }
            Doc::Group(d) => {
                let flat = flat || (column <= width && fits(d, width - column));
                agenda.push((indent, flat, d));
            }
            Doc::Nest(n, d) => agenda.push((indent + n, flat, d)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_breaks_as_a_whole_and_only_when_it_must() {
        let list = group(Doc::Concat(vec![
            text("["),
            nest(2, Doc::Concat(vec![Doc::Break(""), join(Doc::Break(" "), vec![text("aaaa"), text("bbbb")])])),
            Doc::Break(""),
            text("]"),
        ]));
        assert_eq!(format(&list, 11), "[aaaa bbbb]");
        assert_eq!(format(&list, 10), "[\n  aaaa\n  bbbb\n]");
    }
}
