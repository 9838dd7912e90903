//! Text of values: arrays as NumPy and JAX print them, and everything else an `Arg` can be.

use crate::Cx;
use crate::arg::{AbstractType, Arg, PyType, TypeArg};
use gradlens_ir::aval::tuple_text;
use gradlens_ir::{Array, DType, Result, Value};

const PRECISION: usize = 8;
const LINE_WIDTH: usize = 75;
const THRESHOLD: usize = 1000;
const EDGE: usize = 3;

/// Shortest digits that read back to the same value: `(digits, exponent)` with the value `0.d1d2d3... * 10^exponent`.
fn shortest(x: f64, dtype: DType) -> (Vec<u8>, i32) {
    let text = match dtype {
        DType::F32 | DType::C64 => format!("{:e}", x as f32),
        DType::F16 => short_half(x, |s| half::f16::from_f64(s).to_f64()),
        DType::BF16 => short_half(x, |s| half::bf16::from_f64(s).to_f64()),
        _ => format!("{x:e}"),
    };
    let (mantissa, exp) = text.split_once('e').unwrap_or((&text, "0"));
    let digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    (digits, exp.parse::<i32>().unwrap_or(0) + 1)
}

fn short_half(x: f64, round: impl Fn(f64) -> f64) -> String {
    for p in 0..8 {
        let s = format!("{x:.p$e}");
        if s.parse::<f64>().is_ok_and(|v| round(v) == x) {
            return s;
        }
    }
    format!("{x:e}")
}

/// `dragon4_positional`: unique digits, at most `precision` after the point; (integer part with sign, fraction).
fn positional(x: f64, dtype: DType, precision: Option<usize>, plus: bool) -> (String, String) {
    let sign = if x.is_sign_negative() {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    };
    let a = x.abs();
    let (digits, e) = shortest(a, dtype);
    let digits = std::str::from_utf8(&digits).unwrap_or("0");
    let (mut int, mut frac) = if a == 0.0 {
        ("0".to_string(), String::new())
    } else if e <= 0 {
        ("0".to_string(), format!("{}{digits}", "0".repeat((-e) as usize)))
    } else if (e as usize) >= digits.len() {
        (format!("{digits}{}", "0".repeat(e as usize - digits.len())), String::new())
    } else {
        (digits[..e as usize].to_string(), digits[e as usize..].to_string())
    };
    if let Some(p) = precision
        && frac.len() > p
    {
        let cut = format!("{a:.p$}");
        let (i, f) = cut.split_once('.').unwrap_or((&cut, ""));
        (int, frac) = (i.to_string(), f.to_string());
    }
    let frac = frac.trim_end_matches('0').to_string();
    (format!("{sign}{int}"), frac)
}

/// `dragon4_scientific`: (integer part with sign, fraction, exponent such as `+10`).
fn scientific(x: f64, dtype: DType, precision: Option<usize>, plus: bool) -> (String, String, String) {
    let sign = if x.is_sign_negative() {
        "-"
    } else if plus {
        "+"
    } else {
        ""
    };
    let a = x.abs();
    let (digits, e) = shortest(a, dtype);
    let digits = String::from_utf8(digits).unwrap_or_default();
    let (mut int, mut frac, mut exp) =
        (digits[..1].to_string(), digits[1..].to_string(), if a == 0.0 { 0 } else { e - 1 });
    if let Some(p) = precision
        && frac.len() > p
    {
        let cut = format!("{a:.p$e}");
        let (m, ex) = cut.split_once('e').unwrap_or((&cut, "0"));
        let (i, f) = m.split_once('.').unwrap_or((m, ""));
        (int, frac, exp) = (i.to_string(), f.to_string(), ex.parse().unwrap_or(exp));
    }
    let frac = frac.trim_end_matches('0').to_string();
    let exp = format!("{}{:02}", if exp < 0 { '-' } else { '+' }, exp.abs());
    (format!("{sign}{int}"), frac, exp)
}

/// Digits of decimal precision of a dtype (`finfo.precision`).
fn decimal_precision(dtype: DType) -> i32 {
    match dtype {
        DType::F16 => 3,
        DType::BF16 => 2,
        DType::F32 | DType::C64 => 6,
        _ => 15,
    }
}

/// NumPy's `FloatingFormat` over the elements of an array.
struct FloatFormat {
    dtype: DType,
    exp: bool,
    plus: bool,
    pad_left: usize,
    pad_right: usize,
    precision: usize,
    exp_size: usize,
    any: bool,
}

impl FloatFormat {
    fn new(data: &[f64], dtype: DType, plus: bool) -> FloatFormat {
        let finite: Vec<f64> = data.iter().copied().filter(|x| x.is_finite()).collect();
        let nonzero: Vec<f64> = finite.iter().map(|x| x.abs()).filter(|&x| x != 0.0).collect();
        let mut f = FloatFormat {
            dtype,
            exp: false,
            plus,
            pad_left: 0,
            pad_right: 0,
            precision: PRECISION,
            exp_size: 0,
            any: !finite.is_empty(),
        };
        if !nonzero.is_empty() {
            let hi = nonzero.iter().copied().fold(0.0, f64::max);
            let lo = nonzero.iter().copied().fold(f64::INFINITY, f64::min);
            let ratio = if matches!(dtype, DType::F32 | DType::C64) { (hi as f32 / lo as f32) as f64 } else { hi / lo };
            let small = if matches!(dtype, DType::F32 | DType::C64) { 0.0001f32 as f64 } else { 0.0001 };
            f.exp = hi >= 10f64.powi(decimal_precision(dtype).min(8)) || lo < small || ratio > 1000.0;
        }
        if f.exp {
            let parts: Vec<_> = finite.iter().map(|&x| scientific(x, dtype, Some(PRECISION), plus)).collect();
            f.exp_size = parts.iter().map(|p| p.2.len()).max().unwrap_or(3) - 1;
            f.precision = parts.iter().map(|p| p.1.len()).max().unwrap_or(0);
            f.pad_left = parts.iter().map(|p| p.0.len()).max().unwrap_or(0);
            f.pad_right = f.exp_size + 2 + f.precision;
        } else {
            let parts: Vec<_> = finite.iter().map(|&x| positional(x, dtype, Some(PRECISION), plus)).collect();
            f.pad_left = parts.iter().map(|p| p.0.len()).max().unwrap_or(0);
            f.pad_right = parts.iter().map(|p| p.1.len()).max().unwrap_or(0);
        }
        if finite.len() != data.len() {
            let negative = plus || data.iter().any(|x| x.is_infinite() && *x < 0.0);
            let offset = f.pad_right + 1;
            f.pad_left =
                f.pad_left.max(3usize.saturating_sub(offset)).max((3 + negative as usize).saturating_sub(offset));
        }
        f
    }
    fn format(&self, x: f64) -> String {
        if !x.is_finite() {
            let sign = if x == f64::NEG_INFINITY {
                "-"
            } else if self.plus {
                "+"
            } else {
                ""
            };
            let text = format!("{sign}{}", if x.is_nan() { "nan" } else { "inf" });
            return format!("{text:>w$}", w = self.pad_left + self.pad_right + 1);
        }
        if self.exp {
            let (int, frac, exp) = scientific(x, self.dtype, Some(self.precision.max(1)), self.plus);
            let frac = format!("{frac:0<p$}", p = self.precision);
            let frac = if self.precision == 0 { String::new() } else { frac };
            let digits = &exp[1..];
            return format!("{int:>l$}.{frac}e{}{digits:0>n$}", &exp[..1], l = self.pad_left, n = self.exp_size);
        }
        debug_assert!(self.any);
        let (int, frac) = positional(x, self.dtype, Some(PRECISION), self.plus);
        format!("{int:>l$}.{frac:<r$}", l = self.pad_left, r = self.pad_right)
    }
}

/// One formatted element per position, as NumPy's format functions pad them.
fn elements(a: &Array, picked: &[usize]) -> Result<Vec<String>> {
    let d = a.dtype();
    if d == DType::Bool {
        let v = a.to_i64s()?;
        let pad = if a.shape().is_empty() { 4 } else { 5 };
        return Ok(picked.iter().map(|&i| format!("{:>pad$}", if v[i] != 0 { "True" } else { "False" })).collect());
    }
    if d.is_integer() || d == DType::Key || d == DType::Float0 {
        let v = a.to_i64s()?;
        let text: Vec<String> = picked
            .iter()
            .map(|&i| if d == DType::U64 { (v[i] as u64).to_string() } else { v[i].to_string() })
            .collect();
        let width = text.iter().map(String::len).max().unwrap_or(0);
        return Ok(text.iter().map(|t| format!("{t:>width$}")).collect());
    }
    let v = a.to_complexes()?;
    let re: Vec<f64> = picked.iter().map(|&i| v[i].0).collect();
    if d == DType::BF16 {
        return Ok(re.iter().map(|&x| general(x, 6)).collect());
    }
    let real = FloatFormat::new(&re, d, false);
    if !d.is_complex() {
        return Ok(re.iter().map(|&x| real.format(x)).collect());
    }
    let im: Vec<f64> = picked.iter().map(|&i| v[i].1).collect();
    let imag = FloatFormat::new(&im, d, true);
    Ok(re
        .iter()
        .zip(&im)
        .map(|(&r, &i)| {
            let t = imag.format(i);
            let end = t.trim_end().len();
            format!("{}{}j{}", real.format(r), &t[..end], &t[end..])
        })
        .collect())
}

/// C's `%.{p}g`.
pub fn general(x: f64, p: usize) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf".into() } else { "-inf".into() };
    }
    if x == 0.0 {
        return if x.is_sign_negative() { "-0".into() } else { "0".into() };
    }
    let p = p.max(1);
    let sci = format!("{x:.q$e}", q = p - 1);
    let (m, e) = sci.split_once('e').unwrap_or((&sci, "0"));
    let e: i32 = e.parse().unwrap_or(0);
    let trim = |s: &str| {
        if s.contains('.') { s.trim_end_matches('0').trim_end_matches('.').to_string() } else { s.to_string() }
    };
    if e < -4 || e >= p as i32 {
        format!("{}e{}{:02}", trim(m), if e < 0 { '-' } else { '+' }, e.abs())
    } else {
        trim(&format!("{x:.q$}", q = (p as i32 - 1 - e).max(0) as usize))
    }
}

/// Which positions of an axis are shown.
fn shown(len: usize, summary: bool) -> (Vec<usize>, bool) {
    if summary && len > 2 * EDGE {
        ((0..EDGE).chain(len - EDGE..len).collect(), true)
    } else {
        ((0..len).collect(), false)
    }
}

struct Layout<'a> {
    shape: &'a [usize],
    summary: bool,
    separator: &'a str,
    words: std::collections::HashMap<usize, String>,
}

impl Layout<'_> {
    fn recurse(&self, axis: usize, base: usize, indent: &str, width: isize) -> String {
        if axis == self.shape.len() {
            return self.words.get(&base).cloned().unwrap_or_default();
        }
        let stride: usize = self.shape[axis + 1..].iter().product();
        let (positions, cut) = shown(self.shape[axis], self.summary);
        let inner_indent = format!("{indent} ");
        let sep_trimmed = self.separator.trim_end();
        let mut s = String::new();
        if axis + 1 == self.shape.len() {
            let elem_width = width - sep_trimmed.len().max(1) as isize;
            let mut line = indent.to_string();
            let mut extend = |line: &mut String, word: &str| {
                if (line.len() + word.len()) as isize > elem_width && line.len() > indent.len() {
                    s.push_str(line.trim_end());
                    s.push('\n');
                    *line = indent.to_string();
                }
                line.push_str(word);
            };
            for (k, &i) in positions.iter().enumerate() {
                if cut && k == EDGE {
                    extend(&mut line, "...");
                    line.push_str(self.separator);
                }
                let word = self.recurse(axis + 1, base + i, &inner_indent, width - 1);
                extend(&mut line, &word);
                if k + 1 < positions.len() {
                    line.push_str(self.separator);
                }
            }
            s.push_str(&line);
        } else {
            let line_sep = format!("{sep_trimmed}{}", "\n".repeat(self.shape.len() - axis - 1));
            for (k, &i) in positions.iter().enumerate() {
                if cut && k == EDGE {
                    s.push_str(indent);
                    s.push_str("...");
                    s.push_str(&line_sep);
                }
                s.push_str(indent);
                s.push_str(&self.recurse(axis + 1, base + i * stride, &inner_indent, width - 1));
                if k + 1 < positions.len() {
                    s.push_str(&line_sep);
                }
            }
        }
        format!("[{}]", &s[indent.len().min(s.len())..])
    }
}

/// `np.array2string(a, separator=..., prefix=..., suffix=...)`.
pub fn array2string(a: &Array, separator: &str, prefix: usize, suffix: usize) -> Result<String> {
    let shape = a.shape();
    let n = a.aval().size();
    if n == 0 {
        return Ok("[]".into());
    }
    let summary = n > THRESHOLD;
    let mut picked = vec![0usize];
    for (axis, &len) in shape.iter().enumerate() {
        let stride: usize = shape[axis + 1..].iter().product();
        let (positions, _) = shown(len, summary);
        picked = picked.iter().flat_map(|b| positions.iter().map(move |p| b + p * stride)).collect();
    }
    let words = elements(a, &picked)?;
    let layout = Layout { shape, summary, separator, words: picked.into_iter().zip(words).collect() };
    let indent = " ".repeat(prefix + usize::from(!shape.is_empty()));
    let text = layout.recurse(0, 0, &indent, LINE_WIDTH as isize - suffix as isize);
    Ok(if shape.is_empty() { text.trim_start().to_string() } else { text })
}

/// The text of one real scalar: `str(np.float32(x))`, Python's `repr(float)` for f64.
pub fn float_text(x: f64, dtype: DType) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf".into() } else { "-inf".into() };
    }
    if dtype == DType::BF16 {
        return general(x, 6);
    }
    let limit = if dtype == DType::F64 || dtype == DType::C128 { 1e16 } else { 10f64.powi(decimal_precision(dtype)) };
    let low = match dtype {
        DType::F32 => 1e-4f32 as f64,
        DType::F16 => half::f16::from_f64(1e-4).to_f64(),
        _ => 1e-4,
    };
    if x == 0.0 || (x.abs() < limit && x.abs() >= low) {
        let (int, frac) = positional(x, dtype, None, false);
        return format!("{int}.{}", if frac.is_empty() { "0" } else { &frac });
    }
    let (int, frac, exp) = scientific(x, dtype, None, false);
    if frac.is_empty() { format!("{int}e{exp}") } else { format!("{int}.{frac}e{exp}") }
}

/// Python's `repr(complex)`.
pub fn complex_text(re: f64, im: f64, dtype: DType) -> String {
    let part = |x: f64| {
        let t = float_text(x, dtype);
        t.strip_suffix(".0").map(str::to_string).unwrap_or(t)
    };
    let i = part(im);
    if re == 0.0 && !re.is_sign_negative() {
        return format!("{i}j");
    }
    let sign = if i.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{i}j)", part(re))
}

/// `str(a)` of a concrete array.
pub fn array_str(a: &Array) -> Result<String> {
    if a.dtype() == DType::Key {
        return array_repr(a);
    }
    if !a.shape().is_empty() {
        return array2string(a, " ", 0, 0);
    }
    let d = a.dtype();
    Ok(match d {
        DType::Bool => if a.to_i64s()?[0] != 0 { "True" } else { "False" }.into(),
        d if d.is_integer() => elements(a, &[0])?.remove(0),
        d if d.is_complex() => {
            let (re, im) = a.to_complexes()?[0];
            complex_text(re, im, d)
        }
        DType::Float0 => "(b'',)".into(),
        d => float_text(a.to_f64s()?[0], d),
    })
}

/// `repr(a)` of a JAX array.
pub fn array_repr(a: &Array) -> Result<String> {
    if a.dtype() == DType::Key {
        let words = key_words(a)?;
        return Ok(format!("Array({}, dtype=key<fry>) overlaying:\n{}", tuple_text(a.shape()), array_str(&words)?));
    }
    let weak = if a.aval().weak_type { ", weak_type=True" } else { "" };
    let dtype = format!("dtype={}{weak}", a.dtype());
    let body = if a.aval().size() == 0 {
        format!("[], shape={}", tuple_text(a.shape()))
    } else {
        array2string(a, ", ", 6, 1)?
    };
    let last = body.len() as isize - body.rfind('\n').map_or(-1, |i| i as isize) + 1;
    let gap = if last as usize + dtype.len() + 2 > LINE_WIDTH { 6 } else { 1 };
    Ok(format!("Array({body},{}{dtype})", " ".repeat(gap)))
}

/// The raw `uint32` words of a key array: one more axis of two.
pub fn key_words(a: &Array) -> Result<Array> {
    let mut shape = a.shape().to_vec();
    shape.push(2);
    Ok(Array::from_host(gradlens_ir::ShapedArray::new(&shape, DType::U32), a.host()?))
}

/// `repr(a)` of a NumPy array.
pub fn numpy_repr(a: &Array) -> Result<String> {
    let d = a.dtype();
    let size = a.aval().size();
    let body = if size > 0 || a.shape().as_slice() == [0] {
        array2string(a, ", ", 6, 1)?
    } else {
        format!("[], shape={}", tuple_text(a.shape()))
    };
    let mut tail = String::new();
    if size > THRESHOLD {
        tail = format!("shape={}", tuple_text(a.shape()));
    }
    let implied = matches!(d, DType::F64 | DType::I64 | DType::Bool | DType::C128) && size > 0;
    if !implied {
        tail = format!("{tail}{}dtype={d}", if tail.is_empty() { "" } else { ", " });
    }
    if tail.is_empty() {
        return Ok(format!("array({body})"));
    }
    let last = 6 * usize::from(!body.contains('\n')) + body.len() - body.rfind('\n').map_or(0, |i| i + 1);
    let gap = if last + tail.len() + 3 > LINE_WIDTH { format!("\n{}", " ".repeat(6)) } else { " ".into() };
    Ok(format!("array({body},{gap}{tail})"))
}

/// `str(x)`.
pub fn str(cx: &Cx, x: &Arg) -> Result<String> {
    match x {
        Arg::Str(s) => Ok(s.to_string()),
        Arg::Array(Value::Array(a)) => array_str(a),
        Arg::Array(v @ Value::Tracer(_)) => match gradlens_transform::tracer_class(v) {
            Some(_) => tracer(v),
            None => cx.peek(v).map_or_else(|| tracer(v), |a| array_str(&a)),
        },
        Arg::NpArray(a) | Arg::NpScalar(a) => array_str(a),
        Arg::DType(d) => Ok(d.name().into()),
        Arg::Object(o) => o.str(cx),
        other => repr(cx, other),
    }
}

fn joined(cx: &Cx, xs: &[Arg]) -> Result<String> {
    Ok(xs.iter().map(|x| repr(cx, x)).collect::<Result<Vec<_>>>()?.join(", "))
}

fn items(cx: &Cx, xs: &[(Arg, Arg)]) -> Result<String> {
    let all = xs.iter().map(|(k, v)| Ok(format!("{}: {}", repr(cx, k)?, repr(cx, v)?))).collect::<Result<Vec<_>>>()?;
    Ok(format!("{{{}}}", all.join(", ")))
}

/// `repr(x)`.
pub fn repr(cx: &Cx, x: &Arg) -> Result<String> {
    Ok(match x {
        Arg::Array(Value::Array(a)) => array_repr(a)?,
        Arg::Array(v @ Value::Tracer(_)) => tracer(v)?,
        Arg::NpArray(a) => numpy_repr(a)?,
        Arg::NpScalar(a) => {
            let t = array_str(a)?;
            match a.dtype() {
                DType::Bool => format!("np.{t}"),
                d => format!("np.{d}({t})"),
            }
        }
        Arg::Tuple(v) if v.len() == 1 => format!("({},)", repr(cx, &v[0])?),
        Arg::Tuple(v) => format!("({})", joined(cx, v)?),
        Arg::List(v) => format!("[{}]", joined(cx, v)?),
        Arg::Dict(v) => items(cx, v)?,
        Arg::OrderedDict(v) => format!("OrderedDict({})", items(cx, v)?),
        Arg::DefaultDict(f, v) => format!("defaultdict({}, {})", repr(cx, f)?, items(cx, v)?),
        Arg::NamedTuple(t, v) => {
            let fields =
                t.fields.iter().zip(v).map(|(n, x)| Ok(format!("{n}={}", repr(cx, x)?))).collect::<Result<Vec<_>>>()?;
            format!("{}({})", t.name, fields.join(", "))
        }
        Arg::Object(o) => o.repr(cx)?,
        other => repr_short(other),
    })
}

/// The text of a tracer, or of the array behind an invisible one.
fn tracer(v: &Value) -> Result<String> {
    use gradlens_transform::trace::{Kind, kind};
    let inner = |v: &Value| match v {
        Value::Array(a) => array_str(a),
        Value::Tracer(_) => tracer(v),
    };
    Ok(match kind(v) {
        Kind::Jvp(t) => format!("JVPTracer(primal={}, tangent={})", inner(&t.primal)?, inner(&t.tangent)?),
        Kind::Lin(t) => {
            format!("GradTracer(primal={}, typeof(tangent)={})", inner(&t.primal)?, t.tangent.aval().short())
        }
        Kind::Batch(t) => format!("VmapTracer(aval={}, batched={})", v.aval(), t.value.aval()),
        Kind::Stage(_) => format!("JitTracer({})", v.aval()),
        Kind::Array(a) => array_repr(a)?,
        Kind::Record(t) => array_repr(&t.value)?,
        Kind::Foreign => v.aval().to_string(),
    })
}

/// A string literal as Python's `repr` quotes it.
pub fn quoted(s: &str) -> String {
    let q = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
    let mut out = String::from(q);
    for c in s.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            c if c == q => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.push(q);
    out
}

/// `str(x)` without an engine: for messages and keys.
pub fn str_short(x: &Arg) -> String {
    match x {
        Arg::Str(s) => s.to_string(),
        Arg::DType(d) => d.name().into(),
        other => repr_short(other),
    }
}

/// `repr(x)` without an engine: for messages and keys. Tracers show their aval.
pub fn repr_short(x: &Arg) -> String {
    let all = |v: &[Arg]| v.iter().map(repr_short).collect::<Vec<_>>().join(", ");
    match x {
        Arg::None => "None".into(),
        Arg::NotImplemented => "NotImplemented".into(),
        Arg::Bool(b) => if *b { "True" } else { "False" }.into(),
        Arg::Int(i) => i.to_string(),
        Arg::BigInt(s) => s.to_string(),
        Arg::Float(f) => float_text(*f, DType::F64),
        Arg::Complex(r, i) => complex_text(*r, *i, DType::C128),
        Arg::Str(s) => quoted(s),
        Arg::Array(Value::Array(a)) => array_repr(a).unwrap_or_else(|_| a.aval().to_string()),
        Arg::Array(v) => v.aval().to_string(),
        Arg::NpArray(a) | Arg::NpScalar(a) => numpy_repr(a).unwrap_or_else(|_| a.aval().to_string()),
        Arg::DType(DType::Float0) => "dtype([('float0', 'V')])".into(),
        Arg::DType(DType::BF16) => "dtype(bfloat16)".into(),
        Arg::DType(DType::Key) => "key<fry>".into(),
        Arg::DType(d) => format!("dtype('{d}')"),
        Arg::Type(t) => type_text(*t),
        Arg::Tuple(v) if v.len() == 1 => format!("({},)", repr_short(&v[0])),
        Arg::Tuple(v) => format!("({})", all(v)),
        Arg::List(v) => format!("[{}]", all(v)),
        Arg::Dict(v) | Arg::OrderedDict(v) | Arg::DefaultDict(_, v) => {
            let t: Vec<String> = v.iter().map(|(k, v)| format!("{}: {}", repr_short(k), repr_short(v))).collect();
            format!("{{{}}}", t.join(", "))
        }
        Arg::NamedTuple(t, v) => format!("{}({})", t.name, all(v)),
        Arg::Custom(c) => format!("<{} object>", c.ty.name),
        Arg::Slice(s) => format!("slice({}, {}, {})", repr_short(&s[0]), repr_short(&s[1]), repr_short(&s[2])),
        Arg::Ellipsis => "Ellipsis".into(),
        Arg::Callable(c) => c.repr(),
        Arg::Object(o) => format!("<{}>", o.type_name()),
        Arg::Opaque(o) => o.repr(),
    }
}

fn type_text(t: TypeArg) -> String {
    let name = match t {
        TypeArg::Jnp(d) => format!("jax.numpy.{}", if d == DType::Bool { "bool_" } else { d.name() }),
        TypeArg::Np(d) => format!("numpy.{d}"),
        TypeArg::Python(p) => match p {
            PyType::Bool => "bool",
            PyType::Int => "int",
            PyType::Float => "float",
            PyType::Complex => "complex",
        }
        .into(),
        TypeArg::Abstract(a) => match a {
            AbstractType::Generic => "numpy.generic",
            AbstractType::Number => "numpy.number",
            AbstractType::Integer => "numpy.integer",
            AbstractType::SignedInteger => "numpy.signedinteger",
            AbstractType::UnsignedInteger => "numpy.unsignedinteger",
            AbstractType::Inexact => "numpy.inexact",
            AbstractType::Floating => "numpy.floating",
            AbstractType::ComplexFloating => "numpy.complexfloating",
            AbstractType::Extended => "jax.dtypes.extended",
            AbstractType::PrngKey => "jax.dtypes.prng_key",
        }
        .into(),
    };
    format!("<class '{name}'>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn f32s(v: &[f32]) -> Array {
        Array::from_slice(&[v.len()], DType::F32, v)
    }

    #[test]
    fn arrays_print_as_numpy_prints_them() {
        let rows: &[(&[f32], &str)] = &[
            (&[1.0, 10.5, 100.25], "[  1.    10.5  100.25]"),
            (&[0.001, 1.0, 1000.0], "[1.e-03 1.e+00 1.e+03]"),
            (&[1e10, 1.0], "[1.e+10 1.e+00]"),
            (&[123_456.79, 0.5], "[1.2345679e+05 5.0000000e-01]"),
            (&[1.0, f32::INFINITY, f32::NEG_INFINITY], "[  1.  inf -inf]"),
            (&[f32::NAN, f32::NAN], "[nan nan]"),
            (&[0.1, 0.12345679, 0.33333334], "[0.1        0.12345679 0.33333334]"),
            (&[1e-30, 1e30], "[1.e-30 1.e+30]"),
            (&[-0.0, 2.5], "[-0.   2.5]"),
            (&[1e6], "[1.e+06]"),
            (&[], "[]"),
        ];
        for (v, want) in rows {
            assert_eq!(&array_str(&f32s(v)).unwrap(), want);
        }
        let scalars: &[(f64, DType, &str)] = &[
            (1e-5, DType::F32, "1e-05"),
            (0.1, DType::F32, "0.1"),
            (1.17549435e-38, DType::F32, "1.1754944e-38"),
            (1234567.0, DType::F32, "1.234567e+06"),
            (1e15, DType::F64, "1000000000000000.0"),
            (65504.0, DType::F16, "6.55e+04"),
            (0.1, DType::BF16, "0.100098"),
        ];
        for &(v, d, want) in scalars {
            assert_eq!(array_str(&Array::full(&[], d, v)).unwrap(), want, "{d}");
        }
    }

    #[test]
    fn reprs() {
        let eye = Array::from_slice(&[2, 2], DType::F32, &[1f32, 0., 0., 1.]);
        let rows: Vec<(String, &str)> = vec![
            (array_repr(&eye).unwrap(), "Array([[1., 0.],\n       [0., 1.]], dtype=float32)"),
            (
                array_repr(&Array::full(&[], DType::F32, 1.0).with_weak(true)).unwrap(),
                "Array(1., dtype=float32, weak_type=True)",
            ),
            (array_repr(&Array::full(&[0, 3], DType::F32, 0.0)).unwrap(), "Array([], shape=(0, 3), dtype=float32)"),
            (array_repr(&Array::full_complex(&[], DType::C64, 1.0, 2.0)).unwrap(), "Array(1.+2.j, dtype=complex64)"),
            (
                array_repr(&Array::from_slice(&[2], DType::Bool, &[1u8, 0])).unwrap(),
                "Array([ True, False], dtype=bool)",
            ),
            (numpy_repr(&Array::from_slice(&[2], DType::I32, &[1i32, 2])).unwrap(), "array([1, 2], dtype=int32)"),
            (complex_text(1.5, -0.0, DType::C64), "(1.5-0j)"),
        ];
        for (got, want) in rows {
            assert_eq!(got, want);
        }
        let long: Vec<i32> = (0..1001).collect();
        assert_eq!(
            array_str(&Array::from_slice(&[1001], DType::I32, &long)).unwrap(),
            "[   0    1    2 ...  998  999 1000]"
        );
        let lin: Vec<f32> = (0..20).map(|i| i as f32 / 19.0).collect();
        let text = array_repr(&f32s(&lin)).unwrap();
        assert!(
            text.starts_with("Array([0.        , 0.05263158, 0.10526316, 0.15789473, 0.21052632,\n       0.2631579 ,")
                && text.ends_with("1.        ],      dtype=float32)"),
            "{text}"
        );
    }
}
