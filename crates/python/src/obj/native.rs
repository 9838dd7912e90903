//! Builtins (signature, implementation, argument binding) and the trait of host objects.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use super::{Class, Obj, PyDict, R, Str, intern, type_error};
use crate::ops::{BinOp, CmpOp, UnOp};
use crate::rt::Rt;

/// A future that is a frame of the VM.
pub type Fut<T = R<Obj>> = Pin<Box<dyn Future<Output = T>>>;
/// What must be awaited before an operation can go on: the bytes of an array, a rule of the user's to be traced. Awaited
/// inside a native frame, as it may call Python itself.
pub type Wait = Fut<R<()>>;

/// The arguments of a call, unbound.
#[derive(Clone, Default, Debug)]
pub struct Args {
    /// By position.
    pub pos: Vec<Obj>,
    /// By name, in order.
    pub kw: Vec<(Str, Obj)>,
}

impl Args {
    /// Positional arguments only.
    pub fn pos(pos: Vec<Obj>) -> Args {
        Args { pos, kw: Vec::new() }
    }
    /// No arguments.
    pub fn none() -> Args {
        Args::default()
    }
}

impl<const N: usize> From<[Obj; N]> for Args {
    fn from(a: [Obj; N]) -> Args {
        Args::pos(a.into())
    }
}

/// How a builtin is implemented; the arguments are bound to the signature already, except for `Raw`.
pub enum Imp {
    /// Does not call Python.
    Sync(fn(&Rt, &[Obj]) -> R<Obj>),
    /// May call Python.
    Async(fn(Rt, Vec<Obj>) -> Fut),
    /// The sync part is tried first; `Err(NeedsVm)` goes to the async one.
    Both(fn(&Rt, &[Obj]) -> R<Obj>, fn(Rt, Vec<Obj>) -> Fut),
    /// A closure that does not call Python.
    Closure(Box<dyn Fn(&Rt, &[Obj]) -> R<Obj>>),
    /// A closure that gets the arguments as they came.
    Raw(Box<dyn Fn(Rt, Args) -> Fut>),
    /// The same, not calling Python.
    RawSync(Box<dyn Fn(&Rt, Args) -> R<Obj>>),
}

/// A function of the host.
pub struct Builtin {
    /// `__name__`.
    pub name: Str,
    /// `list.append`, for messages and repr.
    pub qualname: Str,
    /// `__module__`.
    pub module: Str,
    /// Parameters.
    pub sig: Sig,
    /// What it does.
    pub imp: Imp,
    /// `__doc__`.
    pub doc: Str,
    /// Whether looking it up on an instance binds it (a method of a builtin type).
    pub is_method: bool,
}

impl Builtin {
    /// A builtin of the `builtins` module.
    pub fn new(name: &str, sig: &str, imp: Imp) -> Builtin {
        Builtin {
            name: intern(name),
            qualname: intern(name),
            module: intern("builtins"),
            sig: Sig::parse(sig),
            imp,
            doc: intern(""),
            is_method: false,
        }
    }
    /// As an object.
    pub fn obj(self) -> Obj {
        Obj::Builtin(Rc::new(self))
    }
}

/// What kind of parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ParamKind {
    PosOnly,
    PosOrKw,
    VarPos,
    KwOnly,
    VarKw,
}

/// A parameter of a builtin.
#[derive(Clone)]
pub struct Param {
    /// Name.
    pub name: Str,
    /// Kind.
    pub kind: ParamKind,
    /// `None`: required. `Some(Null)`: stays null when not given.
    pub default: Option<Obj>,
}

/// A signature.
#[derive(Clone, Default)]
pub struct Sig {
    /// In order.
    pub params: Vec<Param>,
    /// Nothing but required positional parameters: arguments can be passed through.
    pub simple: bool,
}

impl Sig {
    /// Reads `"a, b=None, /, *args, c=, **kw"`. Defaults: `None`, `True`, `False`, integers, floats, quoted strings,
    /// empty for "not given". A mistake here is a bug of ours.
    pub fn parse(text: &str) -> Sig {
        let mut params: Vec<Param> = Vec::new();
        let mut kw_only = false;
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            match part {
                "/" => params.iter_mut().for_each(|p| p.kind = ParamKind::PosOnly),
                "*" => kw_only = true,
                _ => {
                    let (name, default) = match part.split_once('=') {
                        Some((n, d)) => (n.trim(), Some(literal(d.trim()))),
                        None => (part, None),
                    };
                    let (name, kind) = if let Some(n) = name.strip_prefix("**") {
                        (n, ParamKind::VarKw)
                    } else if let Some(n) = name.strip_prefix('*') {
                        kw_only = true;
                        (n, ParamKind::VarPos)
                    } else if kw_only {
                        (name, ParamKind::KwOnly)
                    } else {
                        (name, ParamKind::PosOrKw)
                    };
                    params.push(Param { name: intern(name), kind, default });
                }
            }
        }
        let simple =
            params.iter().all(|p| p.default.is_none() && matches!(p.kind, ParamKind::PosOnly | ParamKind::PosOrKw));
        Sig { params, simple }
    }

    /// Puts arguments where the parameters are, with CPython's messages.
    pub fn bind(&self, qual: &str, pos: &[Obj], kw: &[(Str, Obj)]) -> R<Vec<Obj>> {
        let fname = qual.rsplit('.').next().unwrap_or(qual);
        let n = self.params.len();
        let mut out = vec![Obj::Null; n];
        let positional =
            self.params.iter().filter(|p| matches!(p.kind, ParamKind::PosOnly | ParamKind::PosOrKw)).count();
        let taken = pos.len().min(positional);
        out[..taken].clone_from_slice(&pos[..taken]);
        if let Some(i) = self.params.iter().position(|p| p.kind == ParamKind::VarPos) {
            out[i] = Obj::tuple(pos[taken..].to_vec());
        } else if pos.len() > positional {
            return Err(self.too_many(qual, positional, pos.len()));
        }
        let rest = self.params.iter().position(|p| p.kind == ParamKind::VarKw);
        let extra = rest.map(|_| PyDict::new());
        for (name, value) in kw {
            let hit = self.params.iter().position(|p| {
                matches!(p.kind, ParamKind::PosOrKw | ParamKind::KwOnly) && p.name.as_str() == name.as_str()
            });
            match hit {
                Some(i) if out[i].given() => {
                    return Err(type_error(format!(
                        "argument for {fname}() given by name ('{name}') and position ({})",
                        i + 1
                    )));
                }
                Some(i) => out[i] = value.clone(),
                None => match &extra {
                    Some(d) => d.set_str(name, value.clone()),
                    None => {
                        let takes_kw =
                            self.params.iter().any(|p| matches!(p.kind, ParamKind::PosOrKw | ParamKind::KwOnly));
                        return Err(type_error(if takes_kw {
                            format!("'{name}' is an invalid keyword argument for {fname}()")
                        } else {
                            format!("{fname}() takes no keyword arguments")
                        }));
                    }
                },
            }
        }
        if let (Some(i), Some(d)) = (rest, extra) {
            out[i] = Obj::Dict(d);
        }
        for (i, p) in self.params.iter().enumerate() {
            if !out[i].given() && !matches!(p.kind, ParamKind::VarPos | ParamKind::VarKw) {
                match &p.default {
                    Some(d) => out[i] = d.clone(),
                    None => return Err(self.missing(qual, i, positional, pos.len())),
                }
            }
        }
        Ok(out)
    }

    fn required(&self) -> usize {
        self.params
            .iter()
            .filter(|p| p.default.is_none() && matches!(p.kind, ParamKind::PosOnly | ParamKind::PosOrKw))
            .count()
    }

    fn too_many(&self, qual: &str, positional: usize, given: usize) -> super::Exc {
        // Methods of one argument or none are named with their type, the others without.
        let fname = qual.rsplit('.').next().unwrap_or(qual);
        let required = self.required();
        // A method's `self` counts in neither number.
        let own = usize::from(self.params.first().is_some_and(|p| p.name.as_str() == "self"));
        let (required, positional, given) =
            (required - own.min(required), positional - own.min(positional), given - own);
        let only_pos = self.params.iter().all(|p| p.kind == ParamKind::PosOnly);
        type_error(match (positional, required == positional) {
            (0, _) if only_pos || own == 1 => {
                format!("{qual}() takes no arguments ({given} given)")
            }
            (1, true) if only_pos => {
                format!("{qual}() takes exactly one argument ({given} given)")
            }
            (n, true) if only_pos => format!("{fname} expected {n} arguments, got {given}"),
            (n, false) if only_pos => {
                format!("{fname} expected at most {n} argument{}, got {given}", if n == 1 { "" } else { "s" })
            }
            (n, exact) => format!(
                "{fname}() takes {} {n} positional argument{} ({given} given)",
                if exact { "exactly" } else { "at most" },
                if n == 1 { "" } else { "s" }
            ),
        })
    }

    fn missing(&self, qual: &str, i: usize, positional: usize, given: usize) -> super::Exc {
        let fname = qual.rsplit('.').next().unwrap_or(qual);
        let required = self.required();
        let own = usize::from(self.params.first().is_some_and(|p| p.name.as_str() == "self"));
        let only_pos = self.params.iter().all(|p| p.kind == ParamKind::PosOnly);
        let (required, positional, given) =
            (required - own.min(required), positional - own.min(positional), given.saturating_sub(own));
        if only_pos && positional == 1 && required == 1 {
            return type_error(format!("{qual}() takes exactly one argument ({given} given)"));
        }
        if only_pos && required == positional {
            return type_error(format!("{fname} expected {required} arguments, got {given}"));
        }
        if only_pos {
            return type_error(format!(
                "{fname} expected at least {required} argument{}, got {given}",
                if required == 1 { "" } else { "s" }
            ));
        }
        type_error(format!("{fname}() missing required argument '{}' (pos {})", self.params[i].name, i + 1 - own))
    }
}

fn literal(d: &str) -> Obj {
    match d {
        "" => Obj::Null,
        "None" => Obj::None,
        "True" => Obj::Bool(true),
        "False" => Obj::Bool(false),
        "()" => Obj::tuple(Vec::new()),
        _ => {
            if let Ok(i) = d.parse::<i64>() {
                Obj::Int(i)
            } else if let Ok(f) = d.parse::<f64>() {
                Obj::Float(f)
            } else {
                Obj::str(d.trim_matches(|c| c == '\'' || c == '"').replace("\\n", "\n"))
            }
        }
    }
}

/// An object of the host: arrays and tracers, dtypes, tree definitions, compiled functions, `x.at`, ...
///
/// `this` is the object itself, for results that keep it. Everything is sync; `Err(Exc::Read(..))` makes the VM wait and
/// do the same again. `Ok(None)` means "I do not do that": the VM then raises what CPython would.
#[allow(unused_variables)]
pub trait Native: Any {
    /// Its Python class. Attributes not answered by `get_attr` are looked up there.
    fn class(&self) -> Rc<Class>;
    /// An attribute; comes before the class's.
    fn get_attr(&self, rt: &Rt, this: &Obj, name: &Str) -> R<Option<Obj>> {
        Ok(None)
    }
    /// Sets an attribute; false: cannot.
    fn set_attr(&self, rt: &Rt, name: &Str, value: &Obj) -> R<bool> {
        Ok(false)
    }
    /// Names for `dir`.
    fn attrs(&self) -> Vec<Str> {
        Vec::new()
    }
    /// Called like a function.
    fn call(&self, rt: &Rt, this: &Obj, args: Args) -> Option<Fut> {
        None
    }
    /// Whether `call` answers.
    fn is_callable(&self) -> bool {
        false
    }
    /// `this op other`, or `other op this` where `reflected`; None: NotImplemented.
    fn binary(&self, rt: &Rt, op: BinOp, this: &Obj, other: &Obj, reflected: bool) -> R<Option<Obj>> {
        Ok(None)
    }
    /// `this op other`; None: NotImplemented.
    fn compare(&self, rt: Option<&Rt>, op: CmpOp, this: &Obj, other: &Obj) -> R<Option<Obj>> {
        Ok(None)
    }
    /// `-this`, `+this`, `~this`, `abs(this)`.
    fn unary(&self, rt: &Rt, op: UnOp, this: &Obj) -> R<Option<Obj>> {
        Ok(None)
    }
    /// `bool(this)`; None: true.
    fn truth(&self, this: &Obj) -> R<Option<bool>> {
        Ok(None)
    }
    /// `repr(this)`; None: `<T object at 0x...>`.
    fn repr(&self, this: &Obj) -> R<Option<String>> {
        Ok(None)
    }
    /// `str(this)`; None: its repr.
    fn str(&self, this: &Obj) -> R<Option<String>> {
        Ok(None)
    }
    /// `format(this, spec)`; None: `str(this)`, an error with a spec.
    fn format(&self, this: &Obj, spec: &str) -> R<Option<String>> {
        Ok(None)
    }
    /// `len(this)`.
    fn len(&self, this: &Obj) -> R<Option<usize>> {
        Ok(None)
    }
    /// `this[key]`.
    fn get_item(&self, rt: &Rt, this: &Obj, key: &Obj) -> R<Option<Obj>> {
        Ok(None)
    }
    /// `this[key] = value`.
    fn set_item(&self, rt: &Rt, this: &Obj, key: &Obj, value: &Obj) -> R<Option<()>> {
        Ok(None)
    }
    /// `x in this`.
    fn contains(&self, rt: &Rt, this: &Obj, x: &Obj) -> R<Option<bool>> {
        Ok(None)
    }
    /// `iter(this)`.
    fn iter(&self, rt: &Rt, this: &Obj) -> R<Option<Obj>> {
        Ok(None)
    }
    /// `next(this)`, for what is an iterator; the outer None: is none.
    fn next(&self, rt: &Rt, this: &Obj) -> Option<R<Option<Obj>>> {
        None
    }
    /// `hash(this)`; an error for what is unhashable; None: by identity.
    fn hash(&self, this: &Obj) -> R<Option<u64>> {
        Ok(None)
    }
    /// `int(this)`.
    fn int(&self, this: &Obj) -> R<Option<Obj>> {
        Ok(None)
    }
    /// `this.__index__()`.
    fn index(&self, this: &Obj) -> R<Option<Obj>> {
        Ok(None)
    }
    /// `float(this)`.
    fn float(&self, this: &Obj) -> R<Option<f64>> {
        Ok(None)
    }
    /// `complex(this)`.
    fn complex(&self, this: &Obj) -> R<Option<(f64, f64)>> {
        Ok(None)
    }
    /// `isinstance(o, this)`, for what stands for a class.
    fn instance_check(&self, o: &Obj) -> Option<bool> {
        None
    }
    /// `round(this, n)`.
    fn round(&self, rt: &Rt, this: &Obj, n: &Obj) -> R<Option<Obj>> {
        Ok(None)
    }
}

/// Collects builtins into a dict: of a module, or of a builtin type.
pub struct Def {
    /// Where they go.
    pub dict: Rc<PyDict>,
    /// The type's name, for methods.
    pub class: Option<Str>,
    /// The module's name.
    pub module: Str,
}

impl Def {
    /// For the functions of a module.
    pub fn module(name: &str, dict: &Rc<PyDict>) -> Def {
        Def { dict: dict.clone(), class: None, module: intern(name) }
    }
    /// For the methods of a builtin type: their first parameter is `self`.
    pub fn class(class: &Rc<Class>) -> Def {
        Def { dict: class.dict.clone(), class: Some(class.name.borrow().clone()), module: intern("builtins") }
    }
    /// Adds any implementation.
    pub fn add(&self, name: &str, sig: &str, imp: Imp) {
        let mut b = Builtin::new(name, sig, imp);
        b.module = self.module.clone();
        if let Some(c) = &self.class {
            b.qualname = intern(&format!("{c}.{name}"));
            b.is_method = b.sig.params.first().is_some_and(|p| p.name.as_str() == "self");
        }
        self.dict.set_name(name, b.obj());
    }
    /// A builtin that does not call Python.
    pub fn sync(&self, name: &str, sig: &str, f: fn(&Rt, &[Obj]) -> R<Obj>) {
        self.add(name, sig, Imp::Sync(f));
    }
    /// A builtin that may call Python.
    pub fn asynch(&self, name: &str, sig: &str, f: fn(Rt, Vec<Obj>) -> Fut) {
        self.add(name, sig, Imp::Async(f));
    }
    /// A builtin with both forms.
    pub fn both(&self, name: &str, sig: &str, f: fn(&Rt, &[Obj]) -> R<Obj>, g: fn(Rt, Vec<Obj>) -> Fut) {
        self.add(name, sig, Imp::Both(f, g));
    }
    /// A constant.
    pub fn value(&self, name: &str, v: impl Into<Obj>) {
        self.dict.set_name(name, v.into());
    }
}
