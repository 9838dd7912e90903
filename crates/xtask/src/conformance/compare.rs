//! Whether an outcome agrees with what a conformance case expects: the rules of `tests/conformance/README.md`, exactly.

use serde_json::Value;

/// Relative and absolute tolerance.
#[derive(Clone, Copy, Debug)]
pub struct Tol {
    /// Relative to the expected value.
    pub rel: f64,
    /// Absolute.
    pub abs: f64,
}

impl Tol {
    /// Single precision, for cases that name none.
    pub const SINGLE: Self = Self { rel: 2e-5, abs: 2e-6 };

    fn agrees(self, got: f64, want: f64, extra: f64) -> bool {
        if got.is_nan() || want.is_nan() {
            return got.is_nan() && want.is_nan();
        }
        if got.is_infinite() || want.is_infinite() {
            return got == want;
        }
        (got - want).abs() <= self.abs + self.rel * want.abs() + extra
    }
}

/// Compares the whole outcome with the case; the error says where they part.
pub fn outcome(case: &Value, outcome: &Value) -> Result<(), String> {
    let tol = tolerance(case);
    let (kind, want) = (text(&case["kind"]), &case["expect"]);
    let raised = &outcome["error"];
    if kind == "error" {
        return error(raised, want);
    }
    if !raised.is_null() {
        return Err(format!("raised {}: {}", text(&raised["type"]), first_line(text(&raised["msg"]))));
    }
    match kind {
        "value" if outcome["result"].is_null() && !want.is_null() => Err("no result".into()),
        "value" => value(&outcome["result"], want, tol, case["check_weak"] == true).map_err(|e| format!("result{e}")),
        "stdout" => {
            let exact = case["exact"] == true;
            stdout(text(&outcome["stdout"]), text(want), tol, exact)
        }
        other => Err(format!("no such kind of case: {other}")),
    }
}

fn tolerance(case: &Value) -> Tol {
    match (case["tol"][0].as_f64(), case["tol"][1].as_f64()) {
        (Some(rel), Some(abs)) => Tol { rel, abs },
        _ => Tol::SINGLE,
    }
}

/// The exception's type and, where given, the first line of its message.
fn error(got: &Value, want: &Value) -> Result<(), String> {
    let (got_type, want_type) = (text(&got["type"]), text(&want["type"]));
    if got.is_null() {
        return Err(format!("raised nothing, expected {want_type}"));
    }
    let got_msg = first_line(text(&got["msg"]));
    if got_type != want_type {
        return Err(format!("raised {got_type} ({got_msg}), expected {want_type}"));
    }
    match want["msg"].as_str() {
        Some(msg) if first_line(msg) != got_msg => Err(format!("message {got_msg:?}, expected {:?}", first_line(msg))),
        _ => Ok(()),
    }
}

/// Compares encoded values; the error starts with the path to where they part.
pub fn value(got: &Value, want: &Value, tol: Tol, weak: bool) -> Result<(), String> {
    let Some(want_map) = want.as_object() else {
        return if got == want { Ok(()) } else { Err(format!(": {got}, expected {want}")) };
    };
    if want_map.contains_key("dtype") {
        return array(got, want, tol, weak);
    }
    if let Some(kind) = want_map.get("py") {
        if got["py"] != *kind {
            return Err(format!(": {}, expected {want}", brief(got)));
        }
        return match text(kind) {
            "float" | "complex" => leaf(&got["v"], &want["v"], tol, ""),
            _ if got["v"] == want["v"] => Ok(()),
            _ => Err(format!(": {}, expected {want}", brief(got))),
        };
    }
    for container in ["tuple", "list"] {
        if let Some(want_items) = want_map.get(container) {
            return items(&got[container], want_items, container, |got, want| value(got, want, tol, weak));
        }
    }
    if want_map.contains_key("namedtuple") {
        if got["namedtuple"] != want["namedtuple"] {
            return Err(format!(": {}, expected namedtuple {}", brief(got), want["namedtuple"]));
        }
        return items(&got["fields"], &want["fields"], "namedtuple", |got, want| {
            if got[0] != want[0] {
                return Err(format!(": field {}, expected {}", got[0], want[0]));
            }
            value(&got[1], &want[1], tol, weak)
        });
    }
    if let Some(pairs) = want_map.get("dict").and_then(Value::as_array) {
        return dict(got, pairs, tol, weak);
    }
    Err(format!(": cannot read the expectation {}", brief(want)))
}

fn items(
    got: &Value,
    want: &Value,
    container: &str,
    each: impl Fn(&Value, &Value) -> Result<(), String>,
) -> Result<(), String> {
    let (Some(got), Some(want)) = (got.as_array(), want.as_array()) else {
        return Err(format!(": not a {container}"));
    };
    if got.len() != want.len() {
        return Err(format!(": {container} of {}, expected {}", got.len(), want.len()));
    }
    got.iter().zip(want).enumerate().try_for_each(|(i, (got, want))| each(got, want).map_err(|e| format!("[{i}]{e}")))
}

/// Dicts agree whatever their order.
fn dict(got: &Value, want: &[Value], tol: Tol, weak: bool) -> Result<(), String> {
    let Some(got) = got["dict"].as_array() else {
        return Err(": not a dict".into());
    };
    if got.len() != want.len() {
        return Err(format!(": dict of {}, expected {}", got.len(), want.len()));
    }
    for pair in want {
        let key = &pair[0];
        let found = got.iter().find(|pair| pair[0] == *key).ok_or_else(|| format!(": no key {key}"))?;
        value(&found[1], &pair[1], tol, weak).map_err(|e| format!("[{key}]{e}"))?;
    }
    Ok(())
}

fn array(got: &Value, want: &Value, tol: Tol, weak: bool) -> Result<(), String> {
    let dtype = text(&want["dtype"]);
    if got["dtype"] != want["dtype"] {
        return Err(format!(": {}, expected {}", kind_of(got), kind_of(want)));
    }
    if got["shape"] != want["shape"] {
        return Err(format!(": {}, expected {}", kind_of(got), kind_of(want)));
    }
    if weak && (got["weak"] == true) != (want["weak"] == true) {
        return Err(format!(": weak is {}, expected {}", got["weak"] == true, want["weak"] == true));
    }
    let tol = if dtype.contains("float") || dtype.contains("complex") { Some(tol) } else { None };
    data(&got["data"], &want["data"], want["shape"].as_array().map_or(0, Vec::len), tol)
}

/// Nested lists `depth` deep whose entries are numbers (or pairs of them, for complex dtypes).
fn data(got: &Value, want: &Value, depth: usize, tol: Option<Tol>) -> Result<(), String> {
    if depth > 0 && want.is_array() {
        return items(got, want, "list", |got, want| data(got, want, depth - 1, tol));
    }
    match tol {
        Some(tol) => leaf(got, want, tol, ""),
        None if got == want => Ok(()),
        None => Err(format!(": {}, expected {want}", brief(got))),
    }
}

/// One float, or the real and imaginary parts of one complex number.
fn leaf(got: &Value, want: &Value, tol: Tol, part: &str) -> Result<(), String> {
    if want.is_array() {
        leaf(&got[0], &want[0], tol, " (real part)")?;
        return leaf(&got[1], &want[1], tol, " (imaginary part)");
    }
    if want.is_null() && got.is_null() {
        return Ok(());
    }
    match (number(got), number(want)) {
        (Some(g), Some(w)) if tol.agrees(g, w, 0.0) => Ok(()),
        _ => Err(format!("{part}: {}, expected {want}", brief(got))),
    }
}

/// A number of the encoding, in which non-finite ones are strings.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => match s.as_str() {
            "nan" => Some(f64::NAN),
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn stdout(got: &str, want: &str, tol: Tol, exact: bool) -> Result<(), String> {
    let told = |what: String| Err(format!("{what}; printed {got:?}, expected {want:?}"));
    if exact {
        return if got == want { Ok(()) } else { told("text differs".into()) };
    }
    let ((got_rest, got_tokens), (want_rest, want_tokens)) = (split(got), split(want));
    if got_tokens.len() != want_tokens.len() || normal(&got_rest) != normal(&want_rest) {
        return told("text differs".into());
    }
    for (g, w) in got_tokens.iter().zip(&want_tokens) {
        if !token(g, w, tol) {
            return told(format!("number {g}, expected {w}"));
        }
    }
    Ok(())
}

/// Number tokens agree when identical or, for those printed as floats, within the tolerance and one unit of the
/// expected one's last printed place.
fn token(got: &str, want: &str, tol: Tol) -> bool {
    let float = want.contains(['.', 'e', 'E']);
    if !float {
        return got == want;
    }
    match (got.parse::<f64>(), want.parse::<f64>()) {
        (Ok(g), Ok(w)) => tol.agrees(g, w, last_place(want)),
        _ => false,
    }
}

/// One unit of the last printed place; 0 for a token that ends in a point.
fn last_place(token: &str) -> f64 {
    let (mantissa, exponent) = token.split_once(['e', 'E']).unwrap_or((token, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    match mantissa.split_once('.') {
        Some((_, "")) => 0.0,
        Some((_, places)) => 10f64.powi(exponent - places.len() as i32),
        None => 10f64.powi(exponent),
    }
}

/// Splits a text into its number tokens and the rest, in which each token leaves a mark.
fn split(text: &str) -> (String, Vec<String>) {
    let chars: Vec<char> = text.chars().collect();
    let (mut rest, mut tokens, mut i) = (String::new(), Vec::new(), 0);
    while i < chars.len() {
        let after_letter = i > 0 && (chars[i - 1].is_alphabetic() || chars[i - 1] == '_');
        match if after_letter { 0 } else { token_length(&chars[i..]) } {
            0 => {
                rest.push(chars[i]);
                i += 1;
            }
            n => {
                tokens.push(chars[i..i + n].iter().collect());
                rest.push('\u{0}');
                i += n;
            }
        }
    }
    (rest, tokens)
}

/// The length of `[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?|inf\b|nan\b)` at the start, or 0.
fn token_length(s: &[char]) -> usize {
    let digits = |from: usize| s[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let sign = usize::from(matches!(s.first(), Some('-' | '+')));
    let whole = digits(sign);
    let mut end = sign + whole;
    if whole > 0 {
        if s.get(end) == Some(&'.') {
            end += 1 + digits(end + 1);
        }
    } else if s.get(end) == Some(&'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    } else {
        let word = |w: &str| {
            let n = w.len();
            s.len() >= end + n
                && s[end..end + n].iter().copied().eq(w.chars())
                && !s.get(end + n).is_some_and(|c| c.is_alphanumeric() || *c == '_')
        };
        return if word("inf") || word("nan") { end + 3 } else { 0 };
    }
    if matches!(s.get(end), Some('e' | 'E')) {
        let sign = usize::from(matches!(s.get(end + 1), Some('-' | '+')));
        let power = if s.len() > end + 1 + sign { digits(end + 1 + sign) } else { 0 };
        if power > 0 {
            end += 1 + sign + power;
        }
    }
    end
}

/// Runs of whitespace become one space, and none stays beside a bracket, parenthesis or comma.
fn normal(rest: &str) -> String {
    let glue = |c: char| matches!(c, '[' | ']' | '(' | ')' | ',');
    let mut out = String::new();
    for c in rest.chars() {
        if c.is_whitespace() {
            if !out.ends_with(|last: char| last == ' ' || glue(last)) {
                out.push(' ');
            }
            continue;
        }
        if glue(c) && out.ends_with(' ') {
            out.pop();
        }
        out.push(c);
    }
    out
}

fn kind_of(value: &Value) -> String {
    match value["dtype"].as_str() {
        Some(dtype) => format!("{dtype}{}", value["shape"]),
        None => brief(value),
    }
}

fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(120) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn f32s(data: Value, shape: Value) -> Value {
        json!({"dtype": "float32", "shape": shape, "data": data})
    }

    #[test]
    fn values_agree_or_not() {
        let tuple = |items: Value| json!({ "tuple": items });
        let rows = [
            (f32s(json!(1.0), json!([])), f32s(json!(1.00001), json!([])), true),
            (f32s(json!(1.0), json!([])), f32s(json!(1.0001), json!([])), false),
            (f32s(json!("nan"), json!([])), f32s(json!("nan"), json!([])), true),
            (f32s(json!("nan"), json!([])), f32s(json!(0.0), json!([])), false),
            (f32s(json!("inf"), json!([])), f32s(json!("-inf"), json!([])), false),
            (f32s(json!(-0.0), json!([])), f32s(json!(0.0), json!([])), true),
            (f32s(json!([1.0]), json!([1])), f32s(json!(1.0), json!([])), false),
            (f32s(json!([1, 2]), json!([2])), f32s(json!([1.0, 2.0]), json!([2])), true),
            (f32s(json!([[], []]), json!([2, 0])), f32s(json!([[], []]), json!([2, 0])), true),
            (
                json!({"dtype": "int32", "shape": [], "data": 3}),
                json!({"dtype": "int32", "shape": [], "data": 3}),
                true,
            ),
            (
                json!({"dtype": "int32", "shape": [], "data": 3}),
                json!({"dtype": "int32", "shape": [], "data": 4}),
                false,
            ),
            (
                json!({"dtype": "int32", "shape": [], "data": 3}),
                json!({"dtype": "int64", "shape": [], "data": 3}),
                false,
            ),
            (
                json!({"dtype": "complex64", "shape": [1], "data": [[1.0, 2.0]]}),
                json!({"dtype": "complex64", "shape": [1], "data": [[1.0, 2.0]]}),
                true,
            ),
            (
                json!({"dtype": "complex64", "shape": [1], "data": [[1.0, 2.0]]}),
                json!({"dtype": "complex64", "shape": [1], "data": [[1.0, 2.5]]}),
                false,
            ),
            (
                json!({"dtype": "float0", "shape": [2], "data": null}),
                json!({"dtype": "float0", "shape": [2], "data": null}),
                true,
            ),
            (json!({"py": "float", "v": 0.5}), json!({"py": "float", "v": 0.5}), true),
            (json!({"py": "int", "v": 3}), json!({"py": "float", "v": 3.0}), false),
            (json!({"py": "treedef", "v": "PyTreeDef(*)"}), json!({"py": "treedef", "v": "PyTreeDef(None)"}), false),
            (json!(true), json!(true), true),
            (json!(null), json!(false), false),
            (tuple(json!([null, "a"])), tuple(json!([null, "a"])), true),
            (tuple(json!([null])), json!({"list": [null]}), false),
            (json!({"dict": [["a", 1], ["b", true]]}), json!({"dict": [["b", true], ["a", 1]]}), true),
            (json!({"dict": [["a", true]]}), json!({"dict": [["b", true]]}), false),
            (
                json!({"namedtuple": "P", "fields": [["x", true]]}),
                json!({"namedtuple": "P", "fields": [["x", true]]}),
                true,
            ),
            (
                json!({"namedtuple": "P", "fields": [["x", true]]}),
                json!({"namedtuple": "P", "fields": [["y", true]]}),
                false,
            ),
        ];
        for (got, want, agree) in rows {
            let result = value(&got, &want, Tol::SINGLE, false);
            assert_eq!(result.is_ok(), agree, "{got} against {want}: {result:?}");
        }
    }

    #[test]
    fn weak_types_count_only_when_asked() {
        let strong = f32s(json!(1.0), json!([]));
        let mut weak = strong.clone();
        weak["weak"] = json!(true);
        assert!(value(&weak, &strong, Tol::SINGLE, false).is_ok());
        assert!(value(&weak, &strong, Tol::SINGLE, true).is_err());
    }

    #[test]
    fn printed_text_agrees_or_not() {
        let rows = [
            ("loss 0.1234\n", "loss 0.1235\n", true),
            ("loss 0.12\n", "loss 0.14\n", false),
            ("step 3 x\n", "step 4 x\n", false),
            ("[ 1.  2.]", "[1. 2.]", true),
            ("[1. 2.]", "[1. 3.]", false),
            ("[1., 2.]", "[1.,2.]", true),
            ("x32 inf", "x32 inf", true),
            ("x32 inf", "x32 -inf", false),
            ("x33", "x32", false),
            ("1.5e-05", "1.4e-05", true),
            ("0.00002", "1.e-05", false),
            ("a  b\n\nc", "a b c", true),
            ("ab", "a b", false),
            ("nan", "1.0", false),
        ];
        for (got, want, agree) in rows {
            let result = stdout(got, want, Tol::SINGLE, false);
            assert_eq!(result.is_ok(), agree, "{got:?} against {want:?}: {result:?}");
        }
        assert!(stdout("a b", "a  b", Tol::SINGLE, true).is_err());
    }

    #[test]
    fn tokens_are_cut_as_the_corpus_says() {
        let rows: [(&str, &[&str]); 8] = [
            ("a1 b", &[]),
            ("x12", &["2"]),
            ("1.5e-3,-.5 +2", &["1.5e-3", "-.5", "+2"]),
            ("inf nan info -inf", &["inf", "nan", "-inf"]),
            ("1e 2.e5", &["1", "2.e5"]),
            ("3-2", &["3", "-2"]),
            ("_7", &[]),
            ("f32[3]", &["2", "3"]),
        ];
        for (text, tokens) in rows {
            assert_eq!(split(text).1, tokens, "{text:?}");
        }
    }

    #[test]
    fn errors_need_type_and_message() {
        let want = json!({"type": "TypeError", "msg": "no"});
        let rows = [
            (json!({"type": "TypeError", "msg": "no\nmore"}), true),
            (json!({"type": "TypeError", "msg": "yes"}), false),
            (json!({"type": "ValueError", "msg": "no"}), false),
            (json!(null), false),
        ];
        for (got, agree) in rows {
            let case = json!({"kind": "error", "expect": want});
            assert_eq!(outcome(&case, &json!({ "error": got })).is_ok(), agree, "{got}");
        }
        assert!(error(&json!({"type": "TypeError", "msg": "x"}), &json!({"type": "TypeError"})).is_ok());
        let case = json!({"kind": "stdout", "expect": "a", "exact": true});
        assert!(outcome(&case, &json!({"stdout": "a", "error": {"type": "X", "msg": ""}})).is_err());
        assert!(outcome(&case, &json!({"stdout": "a", "error": null})).is_ok());
    }
}
