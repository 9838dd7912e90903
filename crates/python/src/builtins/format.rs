//! Format specs, `str.format`, `%`.

use num_bigint::BigInt;
use num_traits::Signed;

use crate::obj::{E, Exc, Obj, PyDict, R, Str, intern, key_error, mem, type_error, value_error};
use crate::ops;
use crate::rt::Rt;

/// A parsed format spec.
#[derive(Clone, Debug)]
struct Spec {
    fill: char,
    align: Option<char>,
    sign: char,
    alt: bool,
    zero: bool,
    width: usize,
    group: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// Widths and precisions are memory: no more than this is plausible.
const MAX_WIDTH: usize = 1 << 24;

fn parse(spec: &str) -> R<Spec> {
    let c: Vec<char> = spec.chars().collect();
    let mut i = 0;
    let mut s = Spec {
        fill: ' ',
        align: None,
        sign: '-',
        alt: false,
        zero: false,
        width: 0,
        group: None,
        precision: None,
        kind: None,
    };
    let is_align = |c: Option<&char>| matches!(c, Some('<' | '>' | '^' | '='));
    if is_align(c.get(1)) {
        s.fill = c[0];
        s.align = Some(c[1]);
        i = 2;
    } else if is_align(c.first()) {
        s.align = Some(c[0]);
        i = 1;
    }
    if let Some(x @ ('+' | '-' | ' ')) = c.get(i) {
        s.sign = *x;
        i += 1;
    }
    if c.get(i) == Some(&'z') {
        i += 1;
    }
    if c.get(i) == Some(&'#') {
        s.alt = true;
        i += 1;
    }
    if c.get(i) == Some(&'0') {
        s.zero = true;
        if s.align.is_none() {
            s.fill = '0';
            s.align = Some('=');
        }
        i += 1;
    }
    let number = |i: &mut usize| -> R<Option<usize>> {
        let from = *i;
        let mut n = 0usize;
        while let Some(d) = c.get(*i).and_then(|c| c.to_digit(10)) {
            n = n.saturating_mul(10).saturating_add(d as usize);
            *i += 1;
        }
        if n > MAX_WIDTH {
            return Err(value_error("Too many decimal digits in format string"));
        }
        Ok((*i > from).then_some(n))
    };
    s.width = number(&mut i)?.unwrap_or(0);
    if let Some(x @ (',' | '_')) = c.get(i) {
        s.group = Some(*x);
        i += 1;
        if let Some(y @ (',' | '_')) = c.get(i) {
            return Err(value_error(if x == y {
                format!("Cannot specify '{x}' with '{y}'.")
            } else {
                "Cannot specify both ',' and '_'.".to_string()
            }));
        }
    }
    if c.get(i) == Some(&'.') {
        i += 1;
        s.precision = Some(number(&mut i)?.ok_or_else(|| value_error("Format specifier missing precision"))?);
    }
    if let Some(k) = c.get(i) {
        s.kind = Some(*k);
        i += 1;
    }
    if i < c.len() {
        return Err(value_error("Invalid format specifier"));
    }
    Ok(s)
}

fn unknown(kind: char, o: &Obj) -> Exc {
    value_error(format!("Unknown format code '{kind}' for object of type '{}'", o.type_name()))
}

/// Pads a text; `sign` is how many leading characters are sign and prefix.
fn pad(body: &str, s: &Spec, default: char, sign: usize) -> String {
    let n = body.chars().count();
    if n >= s.width {
        return body.to_string();
    }
    let fill = s.width - n;
    let f = |k: usize| s.fill.to_string().repeat(k);
    match s.align.unwrap_or(default) {
        '<' => format!("{body}{}", f(fill)),
        '>' => format!("{}{body}", f(fill)),
        '^' => format!("{}{body}{}", f(fill / 2), f(fill - fill / 2)),
        _ => {
            let (head, tail) = body.split_at(body.char_indices().nth(sign).map_or(body.len(), |(i, _)| i));
            format!("{head}{}{tail}", f(fill))
        }
    }
}

/// Puts separators into a run of digits. With zero fill, zeros are grouped too, up to `width`.
fn group(digits: &str, sep: char, every: usize, width: usize) -> String {
    let mut d = digits.to_string();
    let grouped = |d: &str| {
        let n = d.len();
        let mut out = String::new();
        for (i, c) in d.chars().enumerate() {
            if i > 0 && (n - i).is_multiple_of(every) {
                out.push(sep);
            }
            out.push(c);
        }
        out
    };
    let mut g = grouped(&d);
    while g.len() < width {
        d.insert(0, '0');
        g = grouped(&d);
    }
    g
}

fn sign_of(negative: bool, sign: char) -> &'static str {
    match (negative, sign) {
        (true, _) => "-",
        (false, '+') => "+",
        (false, ' ') => " ",
        _ => "",
    }
}

/// `format(o, spec)` of an integer.
fn int(o: &Obj, b: &BigInt, s: &Spec) -> R<String> {
    let kind = s.kind.unwrap_or('d');
    if matches!(kind, 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') {
        let f = ops::as_float(o)?.unwrap_or(0.0);
        return float(o, f, s);
    }
    if s.precision.is_some() {
        return Err(value_error("Precision not allowed in integer format specifier"));
    }
    if kind == 'c' {
        let c = num_traits::ToPrimitive::to_u32(b).and_then(char::from_u32);
        let c = c.ok_or_else(|| E::OverflowError.msg("%c arg not in range(0x110000)"))?;
        return Ok(pad(&c.to_string(), s, '<', 0));
    }
    let (radix, prefix) = match kind {
        'd' | 'n' => (10, ""),
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        k => return Err(unknown(k, o)),
    };
    let mut digits = if radix == 10 { ops::big_repr(&b.abs())? } else { b.abs().to_str_radix(radix) };
    if kind == 'X' {
        digits = digits.to_uppercase();
    }
    let prefix = if s.alt { prefix } else { "" };
    let head = format!("{}{prefix}", sign_of(b.is_negative(), s.sign));
    if let Some(sep) = s.group {
        if sep == ',' && radix != 10 {
            return Err(value_error(format!("Cannot specify ',' with '{kind}'.")));
        }
        let every = if radix == 10 { 3 } else { 4 };
        let fill = if s.fill == '0' && s.align == Some('=') { s.width.saturating_sub(head.len()) } else { 0 };
        digits = group(&digits, sep, every, fill);
    }
    Ok(pad(&format!("{head}{digits}"), s, '>', head.len()))
}

/// A float's digits by `kind`, without sign.
pub fn float_digits(f: f64, kind: char, precision: usize, alt: bool) -> String {
    let f = f.abs();
    if f.is_nan() {
        return if kind.is_uppercase() { "NAN".into() } else { "nan".into() };
    }
    if f.is_infinite() {
        return if kind.is_uppercase() { "INF".into() } else { "inf".into() };
    }
    let exponent = |p: usize| {
        let s = format!("{f:.p$e}");
        let (m, e) = s.split_once('e').unwrap_or((&s, "0"));
        (m.to_string(), e.parse::<i32>().unwrap_or(0))
    };
    match kind.to_ascii_lowercase() {
        'f' => {
            let s = format!("{f:.precision$}");
            if alt && precision == 0 { format!("{s}.") } else { s }
        }
        'e' => {
            let (mut m, e) = exponent(precision);
            if alt && precision == 0 {
                m.push('.');
            }
            let mark = if kind == 'E' { 'E' } else { 'e' };
            format!("{m}{mark}{}{:02}", if e < 0 { '-' } else { '+' }, e.abs())
        }
        _ => {
            let p = precision.max(1);
            let (m, e) = exponent(p - 1);
            let strip = |s: String| {
                if alt || !s.contains('.') {
                    return s;
                }
                s.trim_end_matches('0').trim_end_matches('.').to_string()
            };
            if e < -4 || e >= p as i32 {
                let mark = if kind == 'G' { 'E' } else { 'e' };
                format!("{}{mark}{}{:02}", strip(m), if e < 0 { '-' } else { '+' }, e.abs())
            } else {
                let digits = (p as i32 - 1 - e).max(0) as usize;
                strip(format!("{f:.digits$}"))
            }
        }
    }
}

/// `format(o, spec)` of a float.
fn float(o: &Obj, f: f64, s: &Spec) -> R<String> {
    let negative = f.is_sign_negative() && !f.is_nan();
    let mut tail = String::new();
    let mut digits = match s.kind {
        Some(k @ ('e' | 'E' | 'f' | 'F' | 'g' | 'G')) => float_digits(f, k, s.precision.unwrap_or(6), s.alt),
        Some('n') => float_digits(f, 'g', s.precision.unwrap_or(6), s.alt),
        Some('%') => {
            tail.push('%');
            float_digits(f * 100.0, 'f', s.precision.unwrap_or(6), s.alt)
        }
        None => match s.precision {
            None => ops::float_repr(f.abs()),
            Some(p) => {
                // As `g`, but with at least one digit past the point, and an exponent one step earlier.
                let p = p.max(1);
                let g = float_digits(f, 'g', p, s.alt);
                if !f.is_finite() || g.contains('.') || g.contains('e') {
                    g
                } else if g.len() >= p {
                    float_digits(f, 'e', p - 1, s.alt).pipe(|e| {
                        let (m, x) = e.split_once('e').unwrap_or((&e, "+00"));
                        let m = if m.contains('.') { m.trim_end_matches('0').trim_end_matches('.') } else { m };
                        format!("{m}e{x}")
                    })
                } else {
                    format!("{g}.0")
                }
            }
        },
        Some(k) => return Err(unknown(k, o)),
    };
    let head = sign_of(negative, s.sign);
    if let Some(sep) = s.group {
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (whole, rest) = digits.split_at(end);
        let fill = if s.fill == '0' && s.align == Some('=') {
            s.width.saturating_sub(head.len() + rest.len() + tail.len())
        } else {
            0
        };
        if !whole.is_empty() {
            digits = format!("{}{rest}", group(whole, sep, 3, fill));
        }
    }
    Ok(pad(&format!("{head}{digits}{tail}"), s, '>', head.len()))
}

trait Pipe: Sized {
    fn pipe<T>(self, f: impl FnOnce(Self) -> T) -> T {
        f(self)
    }
}
impl Pipe for String {}

fn text(t: &str, o: &Obj, s: &Spec) -> R<String> {
    match s.kind {
        None | Some('s') => {}
        Some(k) => return Err(unknown(k, o)),
    }
    if s.sign != '-' {
        return Err(value_error("Sign not allowed in string format specifier"));
    }
    if s.align == Some('=') && !s.zero {
        return Err(value_error("'=' alignment not allowed in string format specifier"));
    }
    if let Some(g) = s.group {
        return Err(value_error(format!("Cannot specify '{g}' with 's'.")));
    }
    let cut: String = match s.precision {
        Some(p) => t.chars().take(p).collect(),
        None => t.to_string(),
    };
    let mut s = s.clone();
    if s.align == Some('=') {
        s.align = Some('<');
    }
    mem::check(s.width)?;
    Ok(pad(&cut, &s, '<', 0))
}

/// `format(o, spec)` of plain values. None: not one.
pub fn format_value(o: &Obj, spec: &str) -> R<Option<String>> {
    let with_spec = |e: Exc| match &e {
        // CPython names the spec and the type.
        Exc::Py(x) => match x.exc().and_then(|d| d.args.borrow().first().and_then(Obj::as_str).cloned()) {
            Some(m) if m.as_str() == "Invalid format specifier" => {
                value_error(format!("Invalid format specifier '{spec}' for object of type '{}'", o.type_name()))
            }
            _ => e,
        },
        _ => e,
    };
    Ok(Some(match o {
        Obj::Int(_) | Obj::Big(_) | Obj::Bool(_) => {
            let s = parse(spec).map_err(with_spec)?;
            mem::check(s.width)?;
            if let (Obj::Bool(b), None) = (o, s.kind)
                && spec.is_empty()
            {
                return Ok(Some(if *b { "True".into() } else { "False".into() }));
            }
            int(o, &ops::to_big(o).unwrap_or_default(), &s)?
        }
        Obj::Float(f) => {
            let s = parse(spec).map_err(with_spec)?;
            mem::check(s.width + s.precision.unwrap_or(0))?;
            float(o, *f, &s)?
        }
        Obj::Str(t) => text(t.as_str(), o, &parse(spec).map_err(with_spec)?)?,
        Obj::Complex(c) => {
            let s = parse(spec).map_err(with_spec)?;
            let mut part = s.clone();
            part.width = 0;
            part.align = None;
            part.fill = ' ';
            if s.kind.is_none() && s.precision.is_none() {
                return Ok(Some(pad(&ops::complex_repr(c.0, c.1), &s, '>', 0)));
            }
            if s.kind.is_none() {
                part.kind = Some('g');
            }
            let re = float(o, c.0, &part)?;
            part.sign = '+';
            let im = float(o, c.1, &part)?;
            let body = if s.kind.is_none() { format!("({re}{im}j)") } else { format!("{re}{im}j") };
            pad(&body, &s, '>', 0)
        }
        _ => return Ok(None),
    }))
}

/// `format(o, spec)`.
pub async fn format(rt: &Rt, o: &Obj, spec: &str) -> R<String> {
    let own = match o {
        Obj::Instance(i) => i.class.borrow().lookup_user(&intern("__format__")),
        _ => None,
    };
    if let Some(f) = own {
        let r = rt.call(&f, [o.clone(), Obj::str(spec)]).await?;
        return match r.as_str() {
            Some(s) => Ok(s.to_string()),
            None => Err(type_error(format!("__format__ must return a str, not {}", r.type_name()))),
        };
    }
    format_plain(rt, o, spec).await
}

/// `object.__format__` and that of the builtin types.
pub async fn format_plain(rt: &Rt, o: &Obj, spec: &str) -> R<String> {
    if let Obj::Native(n) = o
        && let Some(s) = rt.retry(|| n.format(o, spec)).await?
    {
        return Ok(s);
    }
    if spec.is_empty() {
        return Ok(ops::to_str(rt, o).await?.to_string());
    }
    if let Some(s) = format_value(o.base(), spec)? {
        return Ok(s);
    }
    Err(type_error(format!("unsupported format string passed to {}.__format__", o.type_name())))
}

/// Where the arguments of `str.format` come from.
pub struct Fields {
    /// Positional.
    pub pos: Vec<Obj>,
    /// Named.
    pub kw: Obj,
}

/// `fmt.format(*args, **kw)`.
pub async fn format_method(rt: &Rt, fmt: &str, fields: &Fields) -> R<String> {
    let mut auto = 0;
    format_level(rt, fmt, fields, &mut auto, 2).await
}

async fn format_level(rt: &Rt, fmt: &str, fields: &Fields, auto: &mut i64, depth: u32) -> R<String> {
    if depth == 0 {
        return Err(value_error("Max string recursion exceeded"));
    }
    let c: Vec<char> = fmt.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    while i < c.len() {
        match c[i] {
            '{' if c.get(i + 1) == Some(&'{') => {
                out.push('{');
                i += 2;
            }
            '}' if c.get(i + 1) == Some(&'}') => {
                out.push('}');
                i += 2;
            }
            '}' => return Err(value_error("Single '}' encountered in format string")),
            '{' => {
                let from = i + 1;
                let mut nested = 1;
                i += 1;
                while i < c.len() && nested > 0 {
                    match c[i] {
                        '{' => nested += 1,
                        '}' => nested -= 1,
                        _ => {}
                    }
                    i += 1;
                }
                if nested > 0 {
                    return Err(value_error(if from == c.len() {
                        "Single '{' encountered in format string"
                    } else {
                        "expected '}' before end of string"
                    }));
                }
                let field: String = c[from..i - 1].iter().collect();
                let mut brackets = 0;
                let end = field
                    .char_indices()
                    .find(|(_, c)| {
                        match c {
                            '[' => brackets += 1,
                            ']' => brackets -= 1,
                            _ => {}
                        }
                        brackets == 0 && matches!(c, ':' | '!')
                    })
                    .map_or(field.len(), |(i, _)| i);
                let (name, rest) = field.split_at(end);
                let (conversion, spec) = match rest.strip_prefix('!') {
                    Some(r) => {
                        let k = r.chars().next();
                        let after = r.get(k.map_or(0, char::len_utf8)..).unwrap_or("");
                        if !after.is_empty() && !after.starts_with(':') {
                            return Err(value_error("expected ':' after conversion specifier"));
                        }
                        (k, after.strip_prefix(':').unwrap_or(""))
                    }
                    None => (None, rest.strip_prefix(':').unwrap_or("")),
                };
                let v = lookup(rt, name, fields, auto).await?;
                let v = match conversion {
                    None => v,
                    Some('s') => Obj::Str(ops::to_str(rt, &v).await?),
                    Some('r') => Obj::str(ops::repr(rt, &v).await?),
                    Some('a') => Obj::str(ops::ascii(&ops::repr(rt, &v).await?)),
                    Some(k) => return Err(value_error(format!("Unknown conversion specifier '{k}'"))),
                };
                let spec = if spec.contains(['{', '}']) {
                    Box::pin(format_level(rt, spec, fields, auto, depth - 1)).await?
                } else {
                    spec.to_string()
                };
                out.push_str(&format(rt, &v, &spec).await?);
                mem::check(out.len())?;
            }
            x => {
                out.push(x);
                i += 1;
            }
        }
    }
    Ok(out)
}

async fn lookup(rt: &Rt, name: &str, fields: &Fields, auto: &mut i64) -> R<Obj> {
    let end = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let at = |i: usize| {
        fields.pos.get(i).cloned().ok_or_else(|| {
            crate::obj::index_error(format!("Replacement index {i} out of range for positional args tuple"))
        })
    };
    let mut v = if first.is_empty() {
        if *auto < 0 {
            return Err(value_error("cannot switch from manual field specification to automatic field numbering"));
        }
        *auto += 1;
        at(*auto as usize - 1)?
    } else if let Ok(i) = first.parse::<usize>() {
        if *auto > 0 {
            return Err(value_error("cannot switch from automatic field numbering to manual field specification"));
        }
        *auto = -1;
        at(i)?
    } else {
        ops::get_item(rt, &fields.kw, &Obj::str(first)).await?
    };
    while !rest.is_empty() {
        if let Some(r) = rest.strip_prefix('.') {
            let end = r.find(['.', '[']).unwrap_or(r.len());
            if end == 0 {
                return Err(value_error("Empty attribute in format string"));
            }
            v = ops::get_attr(rt, &v, &intern(&r[..end])).await?;
            rest = &r[end..];
        } else if let Some(r) = rest.strip_prefix('[') {
            let end = r.find(']').ok_or_else(|| value_error("Missing ']' in format string"))?;
            let key = match r[..end].parse::<i64>() {
                Ok(i) => Obj::Int(i),
                Err(_) => Obj::str(&r[..end]),
            };
            v = ops::get_item(rt, &v, &key).await?;
            rest = &r[end + 1..];
        } else {
            return Err(value_error("Only '.' or '[' may follow ']' in format field specifier"));
        }
    }
    Ok(v)
}

/// `fmt % arg`.
pub async fn percent(rt: &Rt, fmt: &Str, arg: &Obj) -> R<Obj> {
    let c: Vec<char> = fmt.as_str().chars().collect();
    let (args, is_tuple) = match arg.as_tuple() {
        Some(t) => (t.to_vec(), true),
        None => (vec![arg.clone()], false),
    };
    let mapping = !is_tuple && !matches!(arg, Obj::Str(_)) && matches!(arg.base(), Obj::Dict(_) | Obj::Instance(_));
    let mut used = 0;
    let mut out = String::new();
    let mut i = 0;
    let next = |used: &mut usize| -> R<Obj> {
        *used += 1;
        args.get(*used - 1).cloned().ok_or_else(|| type_error("not enough arguments for format string"))
    };
    let mut by_key = false;
    while i < c.len() {
        if c[i] != '%' {
            out.push(c[i]);
            i += 1;
            continue;
        }
        i += 1;
        let mut key = None;
        if c.get(i) == Some(&'(') {
            let mut depth = 1;
            let from = i + 1;
            i += 1;
            while i < c.len() && depth > 0 {
                match c[i] {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                i += 1;
            }
            if depth > 0 {
                return Err(value_error("incomplete format key"));
            }
            key = Some(c[from..i - 1].iter().collect::<String>());
        }
        let mut s = Spec {
            fill: ' ',
            align: None,
            sign: '-',
            alt: false,
            zero: false,
            width: 0,
            group: None,
            precision: None,
            kind: None,
        };
        let mut left = false;
        while let Some(f @ ('-' | '+' | ' ' | '#' | '0')) = c.get(i) {
            match f {
                '-' => left = true,
                '+' => s.sign = '+',
                ' ' => {
                    if s.sign != '+' {
                        s.sign = ' ';
                    }
                }
                '#' => s.alt = true,
                _ => s.zero = true,
            }
            i += 1;
        }
        let number = |i: &mut usize, used: &mut usize| -> R<Option<i64>> {
            if c.get(*i) == Some(&'*') {
                *i += 1;
                return match next(used)? {
                    Obj::Int(n) => Ok(Some(n)),
                    _ => Err(type_error("* wants int")),
                };
            }
            let from = *i;
            let mut n = 0i64;
            while let Some(d) = c.get(*i).and_then(|c| c.to_digit(10)) {
                n = n.saturating_mul(10).saturating_add(i64::from(d));
                *i += 1;
            }
            Ok((*i > from).then_some(n))
        };
        if let Some(w) = number(&mut i, &mut used)? {
            left |= w < 0;
            s.width = w.unsigned_abs() as usize;
            mem::check(s.width)?;
        }
        if c.get(i) == Some(&'.') {
            i += 1;
            s.precision = Some(number(&mut i, &mut used)?.unwrap_or(0).clamp(0, MAX_WIDTH as i64) as usize);
        }
        mem::check(s.width + s.precision.unwrap_or(0))?;
        while matches!(c.get(i), Some('l' | 'h' | 'L')) {
            i += 1;
        }
        let Some(&kind) = c.get(i) else { return Err(value_error("incomplete format")) };
        i += 1;
        if kind == '%' {
            out.push('%');
            continue;
        }
        let v = match &key {
            Some(k) => {
                if !mapping {
                    return Err(type_error("format requires a mapping"));
                }
                by_key = true;
                match ops::get_item(rt, arg, &Obj::str(k.clone())).await {
                    Err(Exc::NeedsVm) => return Err(key_error(Obj::str(k.clone()))),
                    r => r?,
                }
            }
            None => next(&mut used)?,
        };
        s.align = Some(if left { '<' } else { '>' });
        if s.zero && !left && !matches!(kind, 's' | 'r' | 'a' | 'c') {
            s.fill = '0';
            s.align = Some('=');
        }
        out.push_str(&percent_one(rt, &v, kind, s, i - 1).await?);
        mem::check(out.len())?;
    }
    if !by_key && used < args.len() && !(mapping && !is_tuple && used == 0) {
        return Err(type_error("not all arguments converted during string formatting"));
    }
    Ok(Obj::str(out))
}

async fn percent_one(rt: &Rt, v: &Obj, kind: char, mut s: Spec, at: usize) -> R<String> {
    Ok(match kind {
        's' | 'r' | 'a' => {
            let t = match kind {
                's' => ops::to_str(rt, v).await?.to_string(),
                'r' => ops::repr(rt, v).await?,
                _ => ops::ascii(&ops::repr(rt, v).await?),
            };
            s.sign = '-';
            s.zero = false;
            text(&t, v, &s)?
        }
        'c' => {
            let t = match v.base() {
                Obj::Str(t) if t.len() == 1 => t.to_string(),
                Obj::Int(i) => match u32::try_from(*i).ok().and_then(char::from_u32) {
                    Some(c) => c.to_string(),
                    None => return Err(E::OverflowError.msg("%c arg not in range(0x110000)")),
                },
                _ => return Err(type_error("%c requires int or char")),
            };
            s.precision = None;
            s.sign = '-';
            text(&t, v, &s)?
        }
        'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
            let n = match v.base() {
                Obj::Float(f) if matches!(kind, 'd' | 'i' | 'u') => ops::float_to_int(*f)?,
                o => match ops::index(rt, o).await {
                    Ok(n) => n,
                    Err(Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) => {
                        let what = if matches!(kind, 'd' | 'i' | 'u') { "a real number" } else { "an integer" };
                        return Err(type_error(format!("%{kind} format: {what} is required, not {}", v.type_name())));
                    }
                    Err(e) => return Err(e),
                },
            };
            s.kind = Some(if matches!(kind, 'i' | 'u') { 'd' } else { kind });
            let b = ops::to_big(&n).unwrap_or_default();
            // A precision is the least number of digits.
            match s.precision.take() {
                Some(p) => {
                    let mut plain = s.clone();
                    plain.width = 0;
                    plain.align = None;
                    let t = int(&n, &b, &plain)?;
                    let digits = t.chars().filter(char::is_ascii_alphanumeric).count();
                    let (head, tail) = t.split_at(t.len() - digits);
                    let zeros = "0".repeat(p.saturating_sub(digits));
                    pad(&format!("{head}{zeros}{tail}"), &s, '>', head.len())
                }
                None => int(&n, &b, &s)?,
            }
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let f = match ops::to_float(rt, v).await {
                Err(Exc::Py(e)) if e.class().is_subclass(E::TypeError.class()) && !matches!(v, Obj::Native(_)) => {
                    return Err(type_error(format!("must be real number, not {}", v.type_name())));
                }
                r => r?,
            };
            s.kind = Some(kind);
            float(v, f, &s)?
        }
        k => {
            return Err(value_error(format!("unsupported format character '{k}' (0x{:x}) at index {at}", k as u32)));
        }
    })
}

/// The fields of `format_map`.
pub fn map_fields(m: &Obj) -> Fields {
    Fields { pos: Vec::new(), kw: m.clone() }
}

/// The fields of `format`.
pub fn call_fields(pos: Vec<Obj>, kw: &Obj) -> Fields {
    let kw = match kw {
        Obj::Dict(_) => kw.clone(),
        _ => Obj::Dict(PyDict::new()),
    };
    Fields { pos, kw }
}
