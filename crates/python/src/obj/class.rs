//! Classes, instances and the registry of builtin types.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use super::exc::HIERARCHY;
use super::{Builtin, ExcData, Obj, PyDict, R, Str, intern, mem, type_error};

/// A class.
pub struct Class {
    /// `__name__`.
    pub name: RefCell<Str>,
    /// `__qualname__`.
    pub qualname: RefCell<Str>,
    /// `__module__`.
    pub module: RefCell<Str>,
    /// Its direct bases.
    pub bases: Vec<Rc<Class>>,
    /// Itself is not in it: the rest of the method resolution order.
    pub mro: Vec<Rc<Class>>,
    /// Its attributes.
    pub dict: Rc<PyDict>,
    /// Written in Python (attributes can be set; instances have a `__dict__`).
    pub user: bool,
    /// Makes the builtin value: `int(x)`, `list(it)`. Gets the class first. Inherited.
    pub make: RefCell<Option<Rc<Builtin>>>,
    /// Whether instances are exceptions.
    pub is_exception: bool,
    /// May not be subclassed (`bool`, `range`, ...).
    pub is_final: Cell<bool>,
}

thread_local! {
    static VERSION: Cell<u32> = const { Cell::new(1) };
}

impl Class {
    /// A new class; an error where the bases have no consistent order.
    pub fn new(name: &str, bases: Vec<Rc<Class>>, user: bool) -> R<Rc<Class>> {
        let mro = linearize(&bases).ok_or_else(|| {
            let names: Vec<String> = bases.iter().map(|b| b.name.borrow().to_string()).collect();
            type_error(format!(
                "Cannot create a consistent method resolution\norder (MRO) for bases {}",
                names.join(", ")
            ))
        })?;
        let is_exception = bases.iter().any(|b| b.is_exception);
        let name = intern(name);
        Ok(Rc::new(Class {
            name: RefCell::new(name.clone()),
            qualname: RefCell::new(name),
            module: RefCell::new(intern(if user { "__main__" } else { "builtins" })),
            bases,
            mro,
            dict: PyDict::new(),
            user,
            make: RefCell::new(None),
            is_exception,
            is_final: Cell::new(false),
        }))
    }
    /// A builtin class under `object` (or a base).
    pub fn builtin(name: &str, base: Option<&Rc<Class>>) -> Rc<Class> {
        let bases: Vec<_> = base.into_iter().cloned().collect();
        let mro = bases.iter().flat_map(|b| std::iter::once(b.clone()).chain(b.mro.iter().cloned())).collect();
        let is_exception = bases.iter().any(|b| b.is_exception) || name == "BaseException";
        let name = intern(name);
        Rc::new(Class {
            name: RefCell::new(name.clone()),
            qualname: RefCell::new(name),
            module: RefCell::new(intern("builtins")),
            bases,
            mro,
            dict: PyDict::new(),
            user: false,
            make: RefCell::new(None),
            is_exception,
            is_final: Cell::new(false),
        })
    }
    /// An attribute of this class or of one it inherits from.
    pub fn lookup(&self, name: &Str) -> Option<Obj> {
        if let Some(v) = self.dict.get_str(name) {
            return Some(v);
        }
        self.mro.iter().find_map(|c| c.dict.get_str(name))
    }
    /// The same, for a name not interned yet.
    pub fn lookup_name(&self, name: &str) -> Option<Obj> {
        self.lookup(&intern(name))
    }
    /// The attribute where a class written in Python defines it: what overrides builtin behaviour.
    pub fn lookup_user(&self, name: &Str) -> Option<Obj> {
        if self.user
            && let Some(v) = self.dict.get_str(name)
        {
            return Some(v);
        }
        self.mro.iter().filter(|c| c.user).find_map(|c| c.dict.get_str(name))
    }
    /// Whether it is `other` or inherits from it.
    pub fn is_subclass(&self, other: &Rc<Class>) -> bool {
        std::ptr::eq(self, Rc::as_ptr(other)) || self.mro.iter().any(|c| Rc::ptr_eq(c, other))
    }
    /// What makes its builtin value.
    pub fn maker(&self) -> Option<Rc<Builtin>> {
        if let Some(m) = &*self.make.borrow() {
            return Some(m.clone());
        }
        self.mro.iter().find_map(|c| c.make.borrow().clone())
    }
    /// Tells caches that some class has changed.
    pub fn touch() {
        VERSION.with(|v| v.set(v.get().wrapping_add(1)));
    }
    /// Changes whenever any class does.
    pub fn version() -> u32 {
        VERSION.with(Cell::get)
    }
    /// As `repr` and messages show it: with its module, unless that is `builtins`.
    pub fn full_name(&self) -> String {
        let m = self.module.borrow();
        let q = self.qualname.borrow();
        if m.as_str() == "builtins" { q.to_string() } else { format!("{m}.{q}") }
    }
}

/// C3: the order of the ancestors.
fn linearize(bases: &[Rc<Class>]) -> Option<Vec<Rc<Class>>> {
    if let [b] = bases {
        return Some(std::iter::once(b.clone()).chain(b.mro.iter().cloned()).collect());
    }
    let mut lists: Vec<Vec<Rc<Class>>> =
        bases.iter().map(|b| std::iter::once(b.clone()).chain(b.mro.iter().cloned()).collect()).collect();
    lists.push(bases.to_vec());
    let mut out = Vec::new();
    loop {
        lists.retain(|l| !l.is_empty());
        if lists.is_empty() {
            return Some(out);
        }
        let next =
            lists.iter().map(|l| &l[0]).find(|c| !lists.iter().any(|l| l[1..].iter().any(|d| Rc::ptr_eq(c, d))))?;
        let next = next.clone();
        for l in &mut lists {
            if Rc::ptr_eq(&l[0], &next) {
                l.remove(0);
            }
        }
        out.push(next);
    }
}

/// An instance of a class written in Python, or of an exception class.
pub struct Instance {
    /// Its class.
    pub class: RefCell<Rc<Class>>,
    /// `__dict__`, once something is set.
    pub dict: OnceCell<Rc<PyDict>>,
    /// For subclasses of a builtin type, the builtin value; null otherwise.
    pub base: Obj,
    /// For exceptions.
    pub exc: Option<Box<ExcData>>,
}

impl Instance {
    /// A plain instance.
    pub fn new(class: Rc<Class>, base: Obj) -> Instance {
        mem::force(96);
        Instance { class: RefCell::new(class), dict: OnceCell::new(), base, exc: None }
    }
    /// An exception.
    pub fn with_exc(class: Rc<Class>, data: ExcData) -> Instance {
        mem::force(96);
        Instance { class: RefCell::new(class), dict: OnceCell::new(), base: Obj::Null, exc: Some(Box::new(data)) }
    }
    /// `__dict__`.
    pub fn dict(&self) -> &Rc<PyDict> {
        self.dict.get_or_init(PyDict::new)
    }
    /// An attribute of the instance itself.
    pub fn get(&self, name: &Str) -> Option<Obj> {
        self.dict.get().and_then(|d| d.get_str(name))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        mem::shrink(96);
        let base = std::mem::take(&mut self.base);
        if !base.is_atom() {
            mem::trash(vec![base]);
        }
    }
}

macro_rules! registry {
    ($($field:ident $name:literal $(: $base:ident)? $(final $f:tt)?),* $(,)?) => {
        /// The builtin types.
        #[allow(missing_docs)]
        pub struct Types {
            pub object: Rc<Class>,
            $(pub $field: Rc<Class>,)*
            /// The exception classes, by [`super::E`].
            pub exceptions: Vec<Rc<Class>>,
            iterators: RefCell<Vec<(&'static str, Rc<Class>)>>,
        }
        impl Types {
            fn new() -> Types {
                let object = Class::builtin("object", None);
                $(let $field = Class::builtin($name, Some(registry!(@base object $($base)?)));
                  $(registry!(@final $f); $field.is_final.set(true);)?)*
                let mut exceptions = vec![Class::builtin("BaseException", Some(&object))];
                for (_, name, base) in HIERARCHY {
                    let c = Class::builtin(name, Some(&exceptions[*base as usize]));
                    exceptions.push(c);
                }
                Types { object, $($field,)* exceptions, iterators: RefCell::default() }
            }
            /// Every builtin type by name, exceptions included, internal ones too.
            pub fn all(&self) -> Vec<Rc<Class>> {
                let mut v = vec![self.object.clone(), $(self.$field.clone()),*];
                v.extend(self.exceptions.iter().cloned());
                v
            }
        }
    };
    (@base $o:ident) => { &$o };
    (@base $o:ident $b:ident) => { &$b };
    (@final $f:tt) => {};
}

registry! {
    type_ "type", none "NoneType" final y, not_implemented "NotImplementedType" final y, ellipsis "ellipsis" final y,
    int "int", bool "bool": int final y, float "float", complex "complex", str "str", bytes "bytes",
    tuple "tuple", list "list", dict "dict", set "set", frozenset "frozenset",
    range "range" final y, slice "slice" final y,
    dict_keys "dict_keys" final y, dict_values "dict_values" final y, dict_items "dict_items" final y,
    function "function" final y, method "method" final y, builtin "builtin_function_or_method" final y,
    module "module", generator "generator" final y, iterator "iterator" final y, cell "cell" final y,
    property "property", staticmethod "staticmethod", classmethod "classmethod", super_ "super",
    code "code" final y, traceback "traceback" final y,
}

impl Types {
    /// The class of a builtin iterator by name.
    pub fn iterator(&self, name: &'static str) -> Rc<Class> {
        let mut v = self.iterators.borrow_mut();
        if let Some((_, c)) = v.iter().find(|(n, _)| *n == name) {
            return c.clone();
        }
        let c = Class::builtin(name, Some(&self.iterator));
        v.push((name, c.clone()));
        c
    }
}

thread_local! {
    // Leaked on purpose: builtin types live as long as their thread.
    static TYPES: &'static Types = Box::leak(Box::new(Types::new()));
}

/// The builtin types of this thread.
pub fn types() -> &'static Types {
    TYPES.with(|t| *t)
}
