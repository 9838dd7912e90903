//! `str` and its methods.

use std::rc::Rc;

use super::maker;
use crate::obj::native::Def;
use crate::obj::{Imp, Obj, PyDict, R, Str, mem, type_error, types as all, value_error};
use crate::ops;
use crate::rt::Rt;

/// The text of `self`.
fn this(a: &[Obj]) -> R<&Str> {
    a[0].as_str().ok_or_else(|| type_error("descriptor requires a 'str' object"))
}

/// A text argument.
fn arg<'a>(o: &'a Obj, f: &str) -> R<&'a str> {
    match o.as_str() {
        Some(s) => Ok(s.as_str()),
        None => Err(type_error(format!("{f}() argument must be str, not {}", o.type_name()))),
    }
}

/// Adds a method that maps the text to a text.
macro_rules! map {
    ($d:ident, $($name:literal => |$s:ident| $e:expr),* $(,)?) => {
        $($d.sync($name, "self, /", |rt, a| {
            let $s = this(a)?.as_str();
            rt.charge(($s.len() / 32) as u64)?;
            Ok(Obj::str($e))
        });)*
    };
}

/// Adds a method that tests all characters of a text.
macro_rules! test {
    ($d:ident, $($name:literal => |$c:ident| $e:expr),* $(,)?) => {
        $($d.sync($name, "self, /", |_, a| {
            let s = this(a)?;
            Ok(Obj::Bool(!s.is_empty() && s.as_str().chars().all(|$c| $e)))
        });)*
    };
}

pub(super) fn types() {
    let t = all();
    maker(
        &t.str,
        "cls, object=, encoding=, errors=",
        Imp::Async(|rt, a| {
            Box::pin(async move {
                Ok(match &a[1] {
                    Obj::Null => Obj::str(""),
                    Obj::Bytes(b) if a[2].given() => Obj::str(String::from_utf8_lossy(b).to_string()),
                    o => Obj::Str(ops::to_str(&rt, o).await?),
                })
            })
        }),
    );
    let d = Def::class(&t.str);
    map!(d,
        "upper" => |s| s.to_uppercase(),
        "lower" => |s| s.to_lowercase(),
        "casefold" => |s| s.to_lowercase().replace('ß', "ss"),
        "swapcase" => |s| s.chars().flat_map(|c| -> Vec<char> {
            if c.is_uppercase() { c.to_lowercase().collect() } else { c.to_uppercase().collect() }
        }).collect::<String>(),
        "capitalize" => |s| capitalize(s),
        "title" => |s| title(s),
    );
    test!(d,
        "isdigit" => |c| c.is_ascii_digit() || (c.is_numeric() && c.to_digit(10).is_none() && "²³¹".contains(c)),
        "isdecimal" => |c| c.is_ascii_digit(),
        "isnumeric" => |c| c.is_numeric(),
        "isalpha" => |c| c.is_alphabetic(),
        "isalnum" => |c| c.is_alphanumeric(),
        "isspace" => |c| c.is_whitespace(),
    );
    d.sync("isascii", "self, /", |_, a| Ok(Obj::Bool(this(a)?.as_str().is_ascii())));
    d.sync("isprintable", "self, /", |_, a| Ok(Obj::Bool(this(a)?.as_str().chars().all(|c| !c.is_control()))));
    d.sync("isupper", "self, /", |_, a| {
        let s = this(a)?.as_str();
        Ok(Obj::Bool(s.chars().any(char::is_uppercase) && !s.chars().any(char::is_lowercase)))
    });
    d.sync("islower", "self, /", |_, a| {
        let s = this(a)?.as_str();
        Ok(Obj::Bool(s.chars().any(char::is_lowercase) && !s.chars().any(char::is_uppercase)))
    });
    d.sync("istitle", "self, /", |_, a| {
        let s = this(a)?.as_str();
        Ok(Obj::Bool(s.chars().any(char::is_alphabetic) && title(s) == s))
    });
    d.sync("isidentifier", "self, /", |_, a| {
        let s = this(a)?.as_str();
        let first = s.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        Ok(Obj::Bool(first && s.chars().all(|c| c.is_alphanumeric() || c == '_')))
    });
    for (name, left, right) in [("strip", true, true), ("lstrip", true, false), ("rstrip", false, true)] {
        d.add(
            name,
            "self, chars=None, /",
            Imp::Closure(Box::new(move |_, a| {
                let s = this(a)?.as_str();
                let chars: Option<Vec<char>> = match &a[1] {
                    Obj::None => None,
                    o => Some(arg(o, name)?.chars().collect()),
                };
                let hit = |c: char| chars.as_ref().map_or(c.is_whitespace(), |v| v.contains(&c));
                let s = if left { s.trim_start_matches(hit) } else { s };
                let s = if right { s.trim_end_matches(hit) } else { s };
                Ok(Obj::str(s))
            })),
        );
    }
    for (name, right) in [("split", false), ("rsplit", true)] {
        d.add(
            name,
            "self, sep=None, maxsplit=-1",
            Imp::Closure(Box::new(move |rt, a| {
                let s = this(a)?.as_str();
                rt.charge((s.len() / 8) as u64)?;
                let max = usize::try_from(ops::index_i64(&a[2])?).unwrap_or(usize::MAX);
                Ok(Obj::list(split(s, &a[1], max, right)?.into_iter().map(Obj::str).collect()))
            })),
        );
    }
    d.sync("splitlines", "self, keepends=False", |_, a| {
        let s = this(a)?.as_str();
        let keep = ops::plain_truth(&a[1]);
        let mut out = Vec::new();
        let mut from = 0;
        let b = s.as_bytes();
        let mut i = 0;
        while i < b.len() {
            if b[i] == b'\n' || b[i] == b'\r' {
                let end = if b[i] == b'\r' && b.get(i + 1) == Some(&b'\n') { i + 2 } else { i + 1 };
                out.push(Obj::str(&s[from..if keep { end } else { i }]));
                from = end;
                i = end;
            } else {
                i += 1;
            }
        }
        if from < s.len() {
            out.push(Obj::str(&s[from..]));
        }
        Ok(Obj::list(out))
    });
    d.asynch("join", "self, iterable, /", |rt, a| {
        Box::pin(async move {
            let sep = this(&a)?.clone();
            let items = match ops::to_vec(&rt, &a[1]).await {
                Err(crate::obj::Exc::Py(e))
                    if e.class().is_subclass(crate::obj::E::TypeError.class())
                        && !matches!(a[1], Obj::Instance(_) | Obj::Native(_) | Obj::Generator(_) | Obj::Iter(_)) =>
                {
                    return Err(type_error("can only join an iterable"));
                }
                r => r?,
            };
            let mut total = 0usize;
            for (i, x) in items.iter().enumerate() {
                match x.as_str() {
                    Some(s) => total = total.saturating_add(s.as_str().len() + sep.as_str().len()),
                    None => {
                        return Err(type_error(format!(
                            "sequence item {i}: expected str instance, {} found",
                            x.type_name()
                        )));
                    }
                }
            }
            mem::check(total)?;
            rt.charge((total / 32) as u64)?;
            let parts: Vec<&str> = items.iter().filter_map(Obj::as_str).map(|s| s.as_str()).collect();
            Ok(Obj::str(parts.join(sep.as_str())))
        })
    });
    d.sync("replace", "self, old, new, count=-1, /", |rt, a| {
        let s = this(a)?.as_str();
        let (old, new) = (arg(&a[1], "replace")?, arg(&a[2], "replace")?);
        rt.charge((s.len() / 8) as u64)?;
        let n = ops::index_i64(&a[3])?;
        let hits = if old.is_empty() { s.chars().count() + 1 } else { s.matches(old).count() };
        mem::check(s.len().saturating_add(hits.saturating_mul(new.len())))?;
        Ok(Obj::str(if n < 0 { s.replace(old, new) } else { s.replacen(old, new, n as usize) }))
    });
    for (name, right, raises) in
        [("find", false, false), ("rfind", true, false), ("index", false, true), ("rindex", true, true)]
    {
        d.add(
            name,
            "self, sub, start=None, end=None, /",
            Imp::Closure(Box::new(move |rt, a| {
                let s = this(a)?;
                let sub = arg(&a[1], name)?;
                rt.charge((s.as_str().len() / 16) as u64)?;
                let (from, to) = bounds(s, &a[2], &a[3])?;
                let found = if from <= to {
                    let part = s.slice(from, to);
                    let at = if right { part.rfind(sub) } else { part.find(sub) };
                    at.map(|i| from + part[..i].chars().count())
                } else {
                    None
                };
                match found {
                    Some(i) => Ok(Obj::Int(i as i64)),
                    None if raises => Err(value_error("substring not found")),
                    None => Ok(Obj::Int(-1)),
                }
            })),
        );
    }
    d.sync("count", "self, sub, start=None, end=None, /", |rt, a| {
        let s = this(a)?;
        let sub = arg(&a[1], "count")?;
        rt.charge((s.as_str().len() / 16) as u64)?;
        let (from, to) = bounds(s, &a[2], &a[3])?;
        if from > to {
            return Ok(Obj::Int(0));
        }
        let part = s.slice(from, to);
        let n = if sub.is_empty() { part.chars().count() + 1 } else { part.matches(sub).count() };
        Ok(Obj::Int(n as i64))
    });
    for (name, end) in [("startswith", false), ("endswith", true)] {
        d.add(
            name,
            "self, prefix, start=None, end=None, /",
            Imp::Closure(Box::new(move |_, a| {
                let s = this(a)?;
                let (from, to) = bounds(s, &a[2], &a[3])?;
                if from > to {
                    return Ok(Obj::Bool(false));
                }
                let part = s.slice(from, to);
                let hit = |p: &str| if end { part.ends_with(p) } else { part.starts_with(p) };
                match &a[1] {
                    Obj::Tuple(t) => {
                        for p in t.iter() {
                            if hit(arg(p, name)?) {
                                return Ok(Obj::Bool(true));
                            }
                        }
                        Ok(Obj::Bool(false))
                    }
                    o => match o.as_str() {
                        Some(p) => Ok(Obj::Bool(hit(p.as_str()))),
                        None => Err(type_error(format!(
                            "{name} first arg must be str or a tuple of str, not {}",
                            o.type_name()
                        ))),
                    },
                }
            })),
        );
    }
    d.sync("removeprefix", "self, prefix, /", |_, a| {
        let s = this(a)?.as_str();
        Ok(Obj::str(s.strip_prefix(arg(&a[1], "removeprefix")?).unwrap_or(s)))
    });
    d.sync("removesuffix", "self, suffix, /", |_, a| {
        let s = this(a)?.as_str();
        Ok(Obj::str(s.strip_suffix(arg(&a[1], "removesuffix")?).unwrap_or(s)))
    });
    for (name, right) in [("partition", false), ("rpartition", true)] {
        d.add(
            name,
            "self, sep, /",
            Imp::Closure(Box::new(move |_, a| {
                let s = this(a)?.as_str();
                let sep = arg(&a[1], name)?;
                if sep.is_empty() {
                    return Err(value_error("empty separator"));
                }
                let parts = if right { s.rsplit_once(sep) } else { s.split_once(sep) };
                let three = match (parts, right) {
                    (Some((x, y)), _) => [x, sep, y],
                    (None, false) => [s, "", ""],
                    (None, true) => ["", "", s],
                };
                Ok(Obj::tuple(three.into_iter().map(Obj::str).collect()))
            })),
        );
    }
    for (name, how) in [("ljust", '<'), ("rjust", '>'), ("center", '^')] {
        d.add(
            name,
            "self, width, fillchar=' ', /",
            Imp::Closure(Box::new(move |_, a| {
                let s = this(a)?;
                let width = ops::index_i64(&a[1])?.max(0) as usize;
                let fill = arg(&a[2], name)?;
                if fill.chars().count() != 1 {
                    return Err(type_error("The fill character must be exactly one character long"));
                }
                let n = width.saturating_sub(s.len());
                mem::check(n.saturating_mul(fill.len()))?;
                Ok(Obj::str(match how {
                    '<' => format!("{s}{}", fill.repeat(n)),
                    '>' => format!("{}{s}", fill.repeat(n)),
                    _ => {
                        // CPython puts the odd one left where the width is odd too.
                        let left = n / 2 + (n & width & 1);
                        format!("{}{s}{}", fill.repeat(left), fill.repeat(n - left))
                    }
                }))
            })),
        );
    }
    d.sync("zfill", "self, width, /", |_, a| {
        let s = this(a)?;
        let n = (ops::index_i64(&a[1])?.max(0) as usize).saturating_sub(s.len());
        mem::check(n)?;
        let zeros = "0".repeat(n);
        Ok(Obj::str(match s.as_str().strip_prefix(['+', '-']) {
            Some(rest) => format!("{}{zeros}{rest}", &s.as_str()[..1]),
            None => format!("{zeros}{s}"),
        }))
    });
    d.sync("expandtabs", "self, tabsize=8", |_, a| {
        let size = ops::index_i64(&a[1])?.max(0) as usize;
        let mut out = String::new();
        let mut column = 0;
        for c in this(a)?.as_str().chars() {
            match c {
                '\t' => {
                    let n = if size > 0 { size - column % size } else { 0 };
                    mem::check(out.len() + n)?;
                    out.push_str(&" ".repeat(n));
                    column += n;
                }
                c => {
                    column = if c == '\n' || c == '\r' { 0 } else { column + 1 };
                    out.push(c);
                }
            }
        }
        Ok(Obj::str(out))
    });
    d.sync("encode", "self, encoding='utf-8', errors='strict'", |_, a| {
        Ok(Obj::Bytes(Rc::new(this(a)?.as_str().as_bytes().to_vec())))
    });
    d.asynch("format", "self, /, *args, **kw", |rt, a| {
        Box::pin(async move {
            let pos = a[1].as_tuple().map(|t| t.to_vec()).unwrap_or_default();
            let fields = super::format::call_fields(pos, &a[2]);
            super::format::format_method(&rt, this(&a)?.as_str(), &fields).await.map(Obj::str)
        })
    });
    d.asynch("format_map", "self, mapping, /", |rt, a| {
        Box::pin(async move {
            let fields = super::format::map_fields(&a[1]);
            super::format::format_method(&rt, this(&a)?.as_str(), &fields).await.map(Obj::str)
        })
    });
    d.asynch("translate", "self, table, /", |rt, a| Box::pin(translate(rt, a)));
    let make = crate::obj::Builtin::new(
        "maketrans",
        "x, y=, z=, /",
        Imp::Sync(|_, a| {
            let d = PyDict::new();
            let code = |c: char| Obj::Int(i64::from(c as u32));
            match (&a[0], &a[1]) {
                (Obj::Dict(m), Obj::Null) => {
                    for (k, v) in m.items() {
                        let k = match k.as_str() {
                            Some(s) => code(s.as_str().chars().next().unwrap_or('\0')),
                            None => k,
                        };
                        d.set(k, v)?;
                    }
                }
                (x, y) => {
                    let (x, y) = (arg(x, "maketrans")?, arg(y, "maketrans")?);
                    if x.chars().count() != y.chars().count() {
                        return Err(value_error("the first two maketrans arguments must have equal length"));
                    }
                    for (p, q) in x.chars().zip(y.chars()) {
                        d.set(code(p), code(q))?;
                    }
                    if a[2].given() {
                        for c in arg(&a[2], "maketrans")?.chars() {
                            d.set(code(c), Obj::None)?;
                        }
                    }
                }
            }
            Ok(Obj::Dict(d))
        }),
    );
    d.dict.set_name("maketrans", Obj::Static(Rc::new(crate::obj::Wrapper { func: make.obj() })));
}

async fn translate(rt: Rt, a: Vec<Obj>) -> R<Obj> {
    let s = this(&a)?.clone();
    let mut out = String::new();
    for c in s.as_str().chars() {
        rt.charge(1)?;
        match ops::get_item(&rt, &a[1], &Obj::Int(i64::from(c as u32))).await {
            Ok(Obj::None) => {}
            Ok(Obj::Int(i)) => out.extend(u32::try_from(i).ok().and_then(char::from_u32)),
            Ok(o) => out.push_str(arg(&o, "translate")?),
            Err(crate::obj::Exc::Py(e)) if e.class().is_subclass(crate::obj::E::LookupError.class()) => out.push(c),
            Err(e) => return Err(e),
        }
    }
    Ok(Obj::str(out))
}

fn capitalize(s: &str) -> String {
    let mut c = s.chars();
    match c.next() {
        Some(f) => f.to_uppercase().collect::<String>() + &c.as_str().to_lowercase(),
        None => String::new(),
    }
}

fn title(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    let mut inside = false;
    for c in s.chars() {
        if c.is_alphabetic() {
            if inside {
                out.extend(c.to_lowercase());
            } else {
                out.extend(c.to_uppercase());
            }
            inside = true;
        } else {
            out.push(c);
            inside = false;
        }
    }
    out
}

/// The character range that `start` and `end` mean.
fn bounds(s: &Str, start: &Obj, end: &Obj) -> R<(usize, usize)> {
    let n = s.len() as i64;
    let at = |o: &Obj, default: i64| -> R<i64> {
        if o.is_none() {
            return Ok(default);
        }
        let i = ops::index_i64(o)?;
        Ok(if i < 0 { (i + n).max(0) } else { i })
    };
    let from = at(start, 0)?;
    let to = at(end, n)?.min(n);
    // Past the end nothing is found, not even the empty text.
    if from > n { Ok((1, 0)) } else { Ok((from as usize, to as usize)) }
}

fn split(s: &str, sep: &Obj, max: usize, right: bool) -> R<Vec<String>> {
    if sep.is_none() {
        let mut out: Vec<String> = Vec::new();
        let mut rest = if right { s.trim_end() } else { s.trim_start() };
        while !rest.is_empty() {
            if out.len() == max {
                out.push(if right { rest.trim_end().to_string() } else { rest.trim_start().to_string() });
                break;
            }
            let cut = if right { rest.rfind(char::is_whitespace) } else { rest.find(char::is_whitespace) };
            match cut {
                Some(i) if right => {
                    let w = rest[i..].chars().next().map_or(1, char::len_utf8);
                    out.push(rest[i + w..].to_string());
                    rest = rest[..i].trim_end();
                }
                Some(i) => {
                    out.push(rest[..i].to_string());
                    rest = rest[i..].trim_start();
                }
                None => {
                    out.push(rest.to_string());
                    break;
                }
            }
        }
        if right {
            out.reverse();
        }
        return Ok(out);
    }
    let Some(sep) = sep.as_str() else {
        return Err(type_error(format!("must be str or None, not {}", sep.type_name())));
    };
    let sep = sep.as_str();
    if sep.is_empty() {
        return Err(value_error("empty separator"));
    }
    let n = max.saturating_add(1);
    Ok(if right {
        let mut v: Vec<String> = s.rsplitn(n, sep).map(str::to_string).collect();
        v.reverse();
        v
    } else {
        s.splitn(n, sep).map(str::to_string).collect()
    })
}
