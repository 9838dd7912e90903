//! `repr`, `str` and `format` of anything.

use super::{complex_repr, float_repr};
use crate::obj::{Exc, MAX_STR, Obj, PyStr, R, Str, intern, type_error};
use crate::rt::Rt;

/// `repr(o)`, where no user code has to run.
pub fn repr_sync(o: &Obj) -> R<String> {
    let mut out = String::new();
    write_repr(&mut out, o, &mut Vec::new())?;
    Ok(out)
}

/// Python's repr of a text.
pub fn str_repr(s: &str) -> String {
    let quote = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(s.len() + 2);
    out.push(quote);
    for c in s.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || c as u32 == 0x7f => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (0x80..0xa1).contains(&(c as u32)) || c as u32 == 0xad => {
                out.push_str(&format!("\\x{:02x}", c as u32));
            }
            c if matches!(c as u32, 0x200b..=0x200f | 0x2028..=0x202e | 0xfeff | 0xe000..=0xf8ff) => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

fn bytes_repr(b: &[u8]) -> String {
    let quote = if b.contains(&b'\'') && !b.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for &c in b {
        match c {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            c if c as char == quote => {
                out.push('\\');
                out.push(c as char);
            }
            0x20..=0x7e => out.push(c as char),
            c => out.push_str(&format!("\\x{c:02x}")),
        }
    }
    out.push(quote);
    out
}

/// Containers on the way down, for `[...]`, and how deep.
type Path = Vec<usize>;

fn enter(path: &mut Path, o: &Obj) -> R<bool> {
    if path.contains(&o.id()) {
        return Ok(false);
    }
    if path.len() as u32 >= super::MAX_NEST {
        return Err(crate::obj::exc::recursion_error(" while getting the repr of an object"));
    }
    path.push(o.id());
    Ok(true)
}

/// The brackets a container's repr has, and what it says of itself inside itself.
fn brackets(o: &Obj) -> (&'static str, &'static str, &'static str) {
    match o {
        Obj::List(_) => ("[", "]", "[...]"),
        Obj::Tuple(_) => ("(", ")", "(...)"),
        Obj::Dict(_) => ("{", "}", "{...}"),
        Obj::Set(s) if s.frozen => ("frozenset({", "})", "frozenset(...)"),
        Obj::Set(_) => ("{", "}", "set(...)"),
        _ => match o.class().name.borrow().as_str() {
            "dict_keys" => ("dict_keys([", "])", "dict_keys(...)"),
            "dict_values" => ("dict_values([", "])", "dict_values(...)"),
            _ => ("dict_items([", "])", "dict_items(...)"),
        },
    }
}

/// The parts of a container's repr: objects to show, each with what follows it.
fn parts(o: &Obj) -> Option<Vec<(Obj, &'static str)>> {
    let list = |v: Vec<Obj>| {
        let n = v.len();
        v.into_iter().enumerate().map(|(i, x)| (x, if i + 1 < n { ", " } else { "" })).collect::<Vec<_>>()
    };
    Some(match o {
        Obj::List(l) => list(l.items()),
        Obj::Tuple(t) => match &t[..] {
            [x] => vec![(x.clone(), ",")],
            t => list(t.to_vec()),
        },
        Obj::Set(s) => list(s.items()),
        Obj::Dict(d) => {
            let items = d.items();
            let n = items.len();
            let mut out = Vec::with_capacity(2 * n);
            for (i, (k, v)) in items.into_iter().enumerate() {
                out.push((k, ": "));
                out.push((v, if i + 1 < n { ", " } else { "" }));
            }
            out
        }
        Obj::View(v) => match v.what {
            crate::obj::ViewKind::Keys => list(v.dict.keys()),
            crate::obj::ViewKind::Values => list(v.dict.values()),
            crate::obj::ViewKind::Items => {
                list(v.dict.items().into_iter().map(|(k, v)| Obj::tuple(vec![k, v])).collect())
            }
        },
        _ => return None,
    })
}

fn empty_repr(o: &Obj) -> Option<&'static str> {
    match o {
        Obj::Set(s) if s.is_empty() => Some(if s.frozen { "frozenset()" } else { "set()" }),
        _ => None,
    }
}

fn write_repr(out: &mut String, o: &Obj, path: &mut Path) -> R<()> {
    if out.len() > MAX_STR {
        crate::obj::mem::check(out.len())?;
    }
    if let Some(s) = atom_repr(o)? {
        out.push_str(&s);
        return Ok(());
    }
    match o {
        Obj::Instance(i) => {
            if i.class.borrow().lookup_user(&intern("__repr__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            if let Some(e) = &i.exc {
                out.push_str(i.class.borrow().name.borrow().as_str());
                let args = e.args.borrow().clone();
                out.push('(');
                for (k, a) in args.iter().enumerate() {
                    if k > 0 {
                        out.push_str(", ");
                    }
                    if !enter(path, o)? {
                        out.push_str("...");
                        continue;
                    }
                    write_repr(out, a, path)?;
                    path.pop();
                }
                out.push(')');
                return Ok(());
            }
            if i.base.given() {
                return write_repr(out, &i.base, path);
            }
            out.push_str(&address_repr(o));
            Ok(())
        }
        o => {
            if let Some(s) = empty_repr(o) {
                out.push_str(s);
                return Ok(());
            }
            let (open, close, again) = brackets(o);
            if !enter(path, o)? {
                out.push_str(again);
                return Ok(());
            }
            out.push_str(open);
            for (x, after) in parts(o).unwrap_or_default() {
                write_repr(out, &x, path)?;
                out.push_str(after);
            }
            out.push_str(close);
            path.pop();
            Ok(())
        }
    }
}

/// `<T object at 0x7f...>`.
pub fn address_repr(o: &Obj) -> String {
    format!("<{} object at {}>", o.class().full_name(), address(o))
}

fn address(o: &Obj) -> String {
    format!("0x{:012x}", 0x7f00_0000_0000_u64 + o.id() as u64 % 0x1_0000_0000_0000)
}

/// The repr of what holds nothing that needs a repr of its own.
fn atom_repr(o: &Obj) -> R<Option<String>> {
    Ok(Some(match o {
        Obj::Null => "<NULL>".into(),
        Obj::None => "None".into(),
        Obj::NotImplemented => "NotImplemented".into(),
        Obj::Ellipsis => "Ellipsis".into(),
        Obj::Bool(true) => "True".into(),
        Obj::Bool(false) => "False".into(),
        Obj::Int(i) => i.to_string(),
        Obj::Big(b) => big_repr(b)?,
        Obj::Float(f) => float_repr(*f),
        Obj::Complex(c) => complex_repr(c.0, c.1),
        Obj::Str(s) => str_repr(s.as_str()),
        Obj::Bytes(b) => bytes_repr(b),
        Obj::Range(r) => {
            if r.step == 1 {
                format!("range({}, {})", r.start, r.stop)
            } else {
                format!("range({}, {}, {})", r.start, r.stop, r.step)
            }
        }
        Obj::Slice(s) => {
            format!("slice({}, {}, {})", repr_sync(&s.start)?, repr_sync(&s.stop)?, repr_sync(&s.step)?)
        }
        Obj::Function(f) => format!("<function {} at {}>", f.qualname.borrow(), address(o)),
        Obj::Builtin(b) => {
            if b.is_method {
                let (class, name) = b.qualname.as_str().split_once('.').unwrap_or(("object", &b.name));
                format!("<method '{name}' of '{class}' objects>")
            } else {
                format!("<built-in function {}>", b.name)
            }
        }
        Obj::Method(m) => match &m.func {
            Obj::Builtin(b) => {
                format!("<built-in method {} of {} object at {}>", b.name, m.this.type_name(), address(&m.this))
            }
            Obj::Function(f) => {
                let this = match &m.this {
                    Obj::Class(c) => format!("<class '{}'>", c.full_name()),
                    Obj::Instance(i) if i.class.borrow().lookup_user(&intern("__repr__")).is_some() => {
                        return Err(Exc::NeedsVm);
                    }
                    t => repr_sync(t)?,
                };
                format!("<bound method {} of {this}>", f.qualname.borrow())
            }
            _ => format!("<bound method of {}>", address_repr(&m.this)),
        },
        Obj::Class(c) => format!("<class '{}'>", c.full_name()),
        Obj::Module(m) => format!("<module '{}'>", m.name),
        Obj::Generator(g) => format!("<generator object {} at {}>", g.name, address(o)),
        Obj::Iter(_) | Obj::Property(_) | Obj::Static(_) | Obj::ClassMethod(_) | Obj::Cell(_) => {
            format!("<{} object at {}>", o.type_name(), address(o))
        }
        Obj::Super(s) => {
            format!("<super: <class '{}'>, <{} object>>", s.after.full_name(), s.this.type_name())
        }
        Obj::Native(n) => match n.repr(o)? {
            Some(s) => s,
            None => address_repr(o),
        },
        _ => return Ok(None),
    }))
}

/// Digits of a big integer; CPython's limit of 4300 digits, whose conversion takes quadratic time.
pub fn big_repr(b: &num_bigint::BigInt) -> R<String> {
    if b.bits() > 14_284 {
        let s = b.to_string();
        if s.trim_start_matches('-').len() > 4300 {
            return Err(crate::obj::value_error(
                "Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits() to increase the limit",
            ));
        }
        return Ok(s);
    }
    Ok(b.to_string())
}

/// `repr(o)`.
pub async fn repr(rt: &Rt, o: &Obj) -> R<String> {
    match rt.retry(|| repr_sync(o)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    // A user's `__repr__` runs in frames of the machine: only nesting without it takes Rust's stack.
    if let Obj::Instance(i) = o {
        let own = i.class.borrow().lookup_user(&intern("__repr__"));
        if let Some(f) = own {
            let r = rt.call(&f, [o.clone()]).await?;
            return match r.as_str() {
                Some(s) => Ok(s.to_string()),
                None => Err(type_error(format!("__repr__ returned non-string (type {})", r.type_name()))),
            };
        }
    }
    let _nest = rt.nest(" while getting the repr of an object")?;
    match o {
        Obj::Instance(i) => {
            let class = i.class.borrow().clone();
            if i.base.given() {
                return Box::pin(repr(rt, &i.base)).await;
            }
            let args = i.exc.as_ref().map(|e| e.args.borrow().clone()).unwrap_or_default();
            let mut out = class.name.borrow().to_string();
            out.push('(');
            for (k, a) in args.iter().enumerate() {
                if k > 0 {
                    out.push_str(", ");
                }
                out.push_str(&Box::pin(repr(rt, a)).await?);
            }
            out.push(')');
            Ok(out)
        }
        Obj::Method(m) => {
            let this = Box::pin(repr(rt, &m.this)).await?;
            let name = match &m.func {
                Obj::Function(f) => f.qualname.borrow().to_string(),
                f => f.type_name(),
            };
            Ok(format!("<bound method {name} of {this}>"))
        }
        o => {
            let (open, close, again) = brackets(o);
            let id = o.id();
            if rt.showing.borrow().contains(&id) {
                return Ok(again.to_string());
            }
            rt.showing.borrow_mut().push(id);
            let mut out = open.to_string();
            let mut failed = None;
            for (x, after) in parts(o).unwrap_or_default() {
                match Box::pin(repr(rt, &x)).await {
                    Ok(s) => out.push_str(&s),
                    Err(e) => {
                        failed = Some(e);
                        break;
                    }
                }
                out.push_str(after);
            }
            rt.showing.borrow_mut().pop();
            match failed {
                Some(e) => Err(e),
                None => {
                    out.push_str(close);
                    Ok(out)
                }
            }
        }
    }
}

/// `str(o)`, where no user code has to run.
pub fn str_sync(o: &Obj) -> R<Str> {
    match o {
        Obj::Str(s) => Ok(s.clone()),
        Obj::Native(n) => match n.str(o)? {
            Some(s) => Ok(PyStr::new(s)),
            None => repr_sync(o).map(PyStr::new),
        },
        Obj::Instance(i) => {
            let c = i.class.borrow().clone();
            if c.lookup_user(&intern("__str__")).is_some() || c.lookup_user(&intern("__repr__")).is_some() {
                return Err(Exc::NeedsVm);
            }
            if let Some(e) = &i.exc {
                let args = e.args.borrow().clone();
                return match &args[..] {
                    [] => Ok(intern("")),
                    [x] if c.is_subclass(crate::obj::E::KeyError.class()) => repr_sync(x).map(PyStr::new),
                    [x] => str_sync(x),
                    many => repr_sync(&Obj::tuple(many.to_vec())).map(PyStr::new),
                };
            }
            if i.base.given() {
                return str_sync(&i.base);
            }
            repr_sync(o).map(PyStr::new)
        }
        o => repr_sync(o).map(PyStr::new),
    }
}

/// `str(o)`.
pub async fn to_str(rt: &Rt, o: &Obj) -> R<Str> {
    match rt.retry(|| str_sync(o)).await {
        Err(Exc::NeedsVm) => {}
        r => return r,
    }
    let Obj::Instance(i) = o else {
        return Ok(PyStr::new(repr(rt, o).await?));
    };
    let class = i.class.borrow().clone();
    if let Some(f) = class.lookup_user(&intern("__str__")) {
        let r = rt.call(&f, [o.clone()]).await?;
        return match r.as_str() {
            Some(s) => Ok(s.clone()),
            None => Err(type_error(format!("__str__ returned non-string (type {})", r.type_name()))),
        };
    }
    if let Some(e) = &i.exc {
        let args = e.args.borrow().clone();
        return match &args[..] {
            [] => Ok(intern("")),
            [x] if !class.is_subclass(crate::obj::E::KeyError.class()) => Box::pin(to_str(rt, x)).await,
            [x] => Ok(PyStr::new(repr(rt, x).await?)),
            many => Ok(PyStr::new(repr(rt, &Obj::tuple(many.to_vec())).await?)),
        };
    }
    Ok(PyStr::new(repr(rt, o).await?))
}

/// A repr with everything outside ASCII escaped.
pub fn ascii(s: &str) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        match c as u32 {
            0..=0x7f => out.push(c),
            n @ 0x80..=0xff => out.push_str(&format!("\\x{n:02x}")),
            n @ 0x100..=0xffff => out.push_str(&format!("\\u{n:04x}")),
            n => out.push_str(&format!("\\U{n:08x}")),
        }
    }
    out
}
