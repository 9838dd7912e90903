//! Which names of a function are its own, which are shared with inner functions, and which are global.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ast::*;
use super::parse::Diagnostic;
use crate::obj::Str;
use gradlens_numpy::ir::Span;

/// What kind of code a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Module,
    Function,
    Comprehension,
    Class,
}

/// How a name is reached from a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    Local,
    /// A cell of its own or of an enclosing function.
    Cell,
    Global,
    /// In the namespace of a module or class body.
    Name,
}

/// The key of a scope: the address of the node that opens it.
pub type Key = usize;

/// The key of a node.
pub fn key<T>(node: &T) -> Key {
    std::ptr::from_ref(node) as usize
}

#[derive(Default, Clone, Copy)]
struct Use {
    bound: bool,
    used: bool,
    global: bool,
    nonlocal: bool,
}

/// A scope.
pub struct Scope {
    /// What it is.
    pub kind: Kind,
    parent: Option<Key>,
    names: BTreeMap<String, Use>,
    /// In order of first binding, for slots.
    pub order: Vec<Str>,
    children: Vec<Key>,
    /// Contains `yield`.
    pub is_generator: bool,
    /// Cells of its own that inner functions use.
    pub own_cells: Vec<String>,
    /// Names that come from enclosing functions.
    pub free: Vec<String>,
}

/// All scopes of a module.
pub struct Scopes {
    /// By key.
    pub map: HashMap<Key, Scope>,
    /// The module's.
    pub root: Key,
    nonlocals: Vec<(Key, Str, Span)>,
    errors: Vec<Diagnostic>,
}

impl Scope {
    /// How a name is reached.
    pub fn place(&self, name: &str) -> Place {
        if self.kind == Kind::Class && self.names.get(name).is_some_and(|u| u.bound && !u.global && !u.nonlocal) {
            return Place::Name;
        }
        if self.own_cells.iter().any(|n| n == name) && self.kind != Kind::Class || self.free.iter().any(|n| n == name) {
            return Place::Cell;
        }
        match self.names.get(name) {
            Some(u) if u.global => Place::Global,
            Some(u) if u.bound => match self.kind {
                Kind::Module => Place::Global,
                Kind::Class => Place::Name,
                _ => Place::Local,
            },
            _ if self.kind == Kind::Class => Place::Name,
            _ => Place::Global,
        }
    }
    /// Whether the name is bound here.
    pub fn binds(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(|u| u.bound)
    }
}

/// Finds the scopes of a module.
pub fn scopes(body: &Block) -> Result<Scopes, Vec<Diagnostic>> {
    let root = key(body);
    let mut s = Scopes { map: HashMap::new(), root, nonlocals: Vec::new(), errors: Vec::new() };
    s.open(root, Kind::Module, None);
    s.block(root, body);
    s.resolve(root, &BTreeSet::new());
    for (k, n, span) in std::mem::take(&mut s.nonlocals) {
        if k != root && !s.map.get(&k).is_some_and(|s| s.free.iter().any(|f| f == n.as_str())) {
            s.error(format!("no binding for nonlocal '{n}' found"), span);
        }
    }
    if s.errors.is_empty() { Ok(s) } else { Err(s.errors) }
}

impl Scopes {
    fn open(&mut self, k: Key, kind: Kind, parent: Option<Key>) {
        let scope = Scope {
            kind,
            parent,
            names: BTreeMap::new(),
            order: Vec::new(),
            children: Vec::new(),
            is_generator: false,
            own_cells: Vec::new(),
            free: Vec::new(),
        };
        self.map.insert(k, scope);
        if let Some(p) = parent.and_then(|p| self.map.get_mut(&p)) {
            p.children.push(k);
        }
    }

    fn name(&mut self, k: Key, n: &Str) -> &mut Use {
        let s = self.map.entry(k).or_insert_with(|| unreachable!("scopes are opened before they are filled"));
        s.names.entry(n.as_str().to_string()).or_default()
    }

    fn bind(&mut self, k: Key, n: &Str) {
        let u = self.name(k, n);
        let new = !u.bound;
        u.bound = true;
        if new && let Some(s) = self.map.get_mut(&k) {
            s.order.push(n.clone());
        }
    }

    fn error(&mut self, message: String, span: Span) {
        self.errors.push(Diagnostic { class: "SyntaxError", message, span });
    }

    fn block(&mut self, k: Key, b: &Block) {
        for s in b {
            self.stmt(k, s);
        }
    }

    fn opt(&mut self, k: Key, e: &Option<Expr>) {
        if let Some(e) = e {
            self.expr(k, e);
        }
    }

    fn exprs(&mut self, k: Key, e: &[Expr]) {
        for e in e {
            self.expr(k, e);
        }
    }

    fn target(&mut self, k: Key, e: &Expr) {
        match &e.kind {
            ExprKind::Name(n) => self.bind(k, n),
            ExprKind::Tuple(v) | ExprKind::List(v) => v.iter().for_each(|e| self.target(k, e)),
            ExprKind::Starred(e) => self.target(k, e),
            _ => self.expr(k, e),
        }
    }

    fn stmt(&mut self, k: Key, s: &Stmt) {
        match &s.kind {
            StmtKind::Expr(e) => self.expr(k, e),
            StmtKind::Assign(t, v) => {
                self.expr(k, v);
                t.iter().for_each(|t| self.target(k, t));
            }
            StmtKind::Aug(_, t, v) => {
                self.expr(k, t);
                self.expr(k, v);
                self.target(k, t);
            }
            StmtKind::Ann { target, annotation, value, .. } => {
                self.opt(k, value);
                if self.map.get(&k).is_some_and(|s| matches!(s.kind, Kind::Module | Kind::Class)) {
                    self.expr(k, annotation);
                }
                self.target(k, target);
            }
            StmtKind::Return(e) => self.opt(k, e),
            StmtKind::Del(t) => t.iter().for_each(|t| self.target(k, t)),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
            StmtKind::If(arms) => {
                for (t, b) in arms {
                    self.opt(k, t);
                    self.block(k, b);
                }
            }
            StmtKind::While(t, a, b) => {
                self.expr(k, t);
                self.block(k, a);
                self.block(k, b);
            }
            StmtKind::For(t, i, a, b) => {
                self.expr(k, i);
                self.target(k, t);
                self.block(k, a);
                self.block(k, b);
            }
            StmtKind::With(items, b) => {
                for (e, t) in items {
                    self.expr(k, e);
                    if let Some(t) = t {
                        self.target(k, t);
                    }
                }
                self.block(k, b);
            }
            StmtKind::Raise(a, b) => {
                self.opt(k, a);
                self.opt(k, b);
            }
            StmtKind::Try { body, handlers, orelse, finally } => {
                self.block(k, body);
                for h in handlers {
                    self.opt(k, &h.class);
                    if let Some(n) = &h.name {
                        self.bind(k, n);
                    }
                    self.block(k, &h.body);
                }
                self.block(k, orelse);
                self.block(k, finally);
            }
            StmtKind::Assert(a, b) => {
                self.expr(k, a);
                self.opt(k, b);
            }
            StmtKind::Import(names) => {
                for (m, a, _) in names {
                    let top = crate::obj::intern(m.as_str().split('.').next().unwrap_or(m.as_str()));
                    self.bind(k, a.as_ref().unwrap_or(&top));
                }
            }
            StmtKind::ImportFrom(_, names) => {
                for (m, a, _) in names {
                    self.bind(k, a.as_ref().unwrap_or(m));
                }
                if names.is_empty() && self.map.get(&k).is_some_and(|s| s.kind != Kind::Module) {
                    self.error("import * only allowed at module level".into(), s.span);
                }
            }
            StmtKind::Global(names) => {
                for n in names {
                    let u = *self.name(k, n);
                    let module = self.map.get(&k).is_some_and(|s| s.kind == Kind::Module);
                    if u.bound && !module {
                        self.error(format!("name '{n}' is assigned to before global declaration"), s.span);
                    } else if u.used && !module {
                        self.error(format!("name '{n}' is used prior to global declaration"), s.span);
                    }
                    self.name(k, n).global = true;
                    let root = self.root;
                    self.bind(root, n);
                }
            }
            StmtKind::Nonlocal(names) => {
                if k == self.root {
                    self.error("nonlocal declaration not allowed at module level".into(), s.span);
                }
                for n in names {
                    let u = *self.name(k, n);
                    if u.bound {
                        self.error(format!("name '{n}' is assigned to before nonlocal declaration"), s.span);
                    }
                    self.name(k, n).nonlocal = true;
                    self.nonlocals.push((k, n.clone(), s.span));
                }
            }
            StmtKind::Def(f) => {
                self.exprs(k, &f.decorators);
                self.signature(k, &f.params);
                self.opt(k, &f.returns);
                self.bind(k, &f.name);
                let inner = key(&**f);
                self.open(inner, Kind::Function, Some(k));
                f.params.all().for_each(|p| self.bind(inner, &p.name));
                self.block(inner, &f.body);
            }
            StmtKind::Class(c) => {
                self.exprs(k, &c.decorators);
                self.exprs(k, &c.bases);
                c.keywords.iter().for_each(|(_, e)| self.expr(k, e));
                self.bind(k, &c.name);
                let inner = key(&**c);
                self.open(inner, Kind::Class, Some(k));
                self.block(inner, &c.body);
            }
            StmtKind::Match(e, cases) => {
                self.expr(k, e);
                for (p, g, b) in cases {
                    self.pattern(k, p);
                    self.opt(k, g);
                    self.block(k, b);
                }
            }
        }
    }

    fn signature(&mut self, k: Key, p: &Params) {
        for p in p.all() {
            self.opt(k, &p.default);
            self.opt(k, &p.annotation);
        }
    }

    fn pattern(&mut self, k: Key, p: &Pattern) {
        match p {
            Pattern::Value(e) => self.expr(k, e),
            Pattern::Singleton(_) => {}
            Pattern::Sequence(v) | Pattern::Or(v) => v.iter().for_each(|p| self.pattern(k, p)),
            Pattern::Star(n) => {
                if let Some(n) = n {
                    self.bind(k, n);
                }
            }
            Pattern::Mapping(items, rest) => {
                for (e, p) in items {
                    self.expr(k, e);
                    self.pattern(k, p);
                }
                if let Some(n) = rest {
                    self.bind(k, n);
                }
            }
            Pattern::Class(c, pos, kw) => {
                self.expr(k, c);
                pos.iter().for_each(|p| self.pattern(k, p));
                kw.iter().for_each(|(_, p)| self.pattern(k, p));
            }
            Pattern::As(p, n) => {
                if let Some(p) = p {
                    self.pattern(k, p);
                }
                if let Some(n) = n {
                    self.bind(k, n);
                }
            }
        }
    }

    fn fparts(&mut self, k: Key, parts: &[FPart]) {
        for p in parts {
            if let FPart::Value { value, spec, .. } = p {
                self.expr(k, value);
                if let Some(s) = spec {
                    self.fparts(k, s);
                }
            }
        }
    }

    fn expr(&mut self, k: Key, e: &Expr) {
        match &e.kind {
            ExprKind::Const(_) => {}
            ExprKind::Name(n) => {
                self.name(k, n).used = true;
                // `super()` needs the class it is written in.
                if n.as_str() == "super" && self.map.get(&k).is_some_and(|s| s.kind != Kind::Module) {
                    self.name(k, &crate::obj::intern("__class__")).used = true;
                }
            }
            ExprKind::Tuple(v) | ExprKind::List(v) | ExprKind::Set(v) | ExprKind::And(v) | ExprKind::Or(v) => {
                self.exprs(k, v);
            }
            ExprKind::Dict(v) => {
                for (a, b) in v {
                    self.opt(k, a);
                    self.expr(k, b);
                }
            }
            ExprKind::Attr(o, _, _) => self.expr(k, o),
            ExprKind::Item(a, b) => {
                self.expr(k, a);
                self.expr(k, b);
            }
            ExprKind::Bin(..) => {
                let mut at = e;
                while let ExprKind::Bin(_, l, r) = &at.kind {
                    self.expr(k, r);
                    at = l;
                }
                self.expr(k, at);
            }
            ExprKind::Slice(a, b, c) => {
                for e in [a, b, c].into_iter().flatten() {
                    self.expr(k, e);
                }
            }
            ExprKind::Starred(e) | ExprKind::Unary(_, e) | ExprKind::Not(e) => self.expr(k, e),
            ExprKind::YieldFrom(e) => {
                self.generator(k, e.span);
                self.expr(k, e);
            }
            ExprKind::Yield(v) => {
                self.generator(k, e.span);
                if let Some(v) = v {
                    self.expr(k, v);
                }
            }
            ExprKind::Call(f, a, kw) => {
                self.expr(k, f);
                self.exprs(k, a);
                kw.iter().for_each(|(_, e)| self.expr(k, e));
            }
            ExprKind::Compare(l, rest) => {
                self.expr(k, l);
                rest.iter().for_each(|(_, e)| self.expr(k, e));
            }
            ExprKind::If(a, b, c) => {
                self.expr(k, a);
                self.expr(k, b);
                self.expr(k, c);
            }
            ExprKind::Lambda(p, b) => {
                self.signature(k, p);
                let inner = key(e);
                self.open(inner, Kind::Function, Some(k));
                p.all().for_each(|p| self.bind(inner, &p.name));
                self.expr(inner, b);
            }
            ExprKind::Comp(kind, a, b, gens) => {
                if let Some(g) = gens.first() {
                    self.expr(k, &g.iter);
                }
                let inner = key(e);
                self.open(inner, Kind::Comprehension, Some(k));
                self.bind(inner, &crate::obj::intern(".0"));
                for (i, g) in gens.iter().enumerate() {
                    if i > 0 {
                        self.expr(inner, &g.iter);
                    }
                    self.target(inner, &g.target);
                    self.exprs(inner, &g.ifs);
                }
                self.expr(inner, a);
                if let Some(b) = b {
                    self.expr(inner, b);
                }
                if *kind == CompKind::Gen
                    && let Some(s) = self.map.get_mut(&inner)
                {
                    s.is_generator = true;
                }
            }
            ExprKind::Walrus(n, v) => {
                self.expr(k, v);
                // In a comprehension it binds in the function around it.
                let mut at = k;
                let mut inside = false;
                while let Some(s) = self.map.get(&at) {
                    if s.kind != Kind::Comprehension {
                        break;
                    }
                    inside = true;
                    match s.parent {
                        Some(p) => at = p,
                        None => break,
                    }
                }
                self.bind(at, n);
                if inside {
                    let module = at == self.root;
                    let mut c = k;
                    while c != at {
                        let u = self.name(c, n);
                        u.used = true;
                        if module {
                            u.global = true;
                        } else {
                            u.nonlocal = true;
                        }
                        match self.map.get(&c).and_then(|s| s.parent) {
                            Some(p) => c = p,
                            None => break,
                        }
                    }
                }
            }
            ExprKind::FString(parts) => self.fparts(k, parts),
        }
    }

    fn generator(&mut self, k: Key, span: Span) {
        match self.map.get_mut(&k) {
            Some(s) if s.kind == Kind::Function => s.is_generator = true,
            Some(s) if s.kind == Kind::Comprehension => {
                self.error("'yield' inside a comprehension".into(), span);
            }
            _ => self.error("'yield' outside function".into(), span),
        }
    }

    /// Decides the places of all names; gives back the free names of the scope.
    fn resolve(&mut self, k: Key, visible: &BTreeSet<String>) -> BTreeSet<String> {
        let Some(s) = self.map.get(&k) else { return BTreeSet::new() };
        let (kind, children) = (s.kind, s.children.clone());
        let own: BTreeSet<String> =
            s.names.iter().filter(|(_, u)| u.bound && !u.global && !u.nonlocal).map(|(n, _)| n.clone()).collect();
        let mut inner_visible = visible.clone();
        let globals: Vec<String> = s.names.iter().filter(|(_, u)| u.global).map(|(n, _)| n.clone()).collect();
        match kind {
            Kind::Function | Kind::Comprehension => inner_visible.extend(own.iter().cloned()),
            Kind::Class => {
                inner_visible.insert("__class__".into());
            }
            Kind::Module => {}
        }
        if kind != Kind::Class {
            for g in &globals {
                inner_visible.remove(g);
            }
        }
        let mut wanted = BTreeSet::new();
        for c in children {
            wanted.extend(self.resolve(c, &inner_visible));
        }
        let Some(s) = self.map.get_mut(&k) else { return BTreeSet::new() };
        let mut free = BTreeSet::new();
        for n in wanted {
            let mine = match kind {
                Kind::Class => n == "__class__",
                Kind::Module => false,
                _ => own.contains(&n),
            };
            if mine {
                s.own_cells.push(n);
            } else {
                free.insert(n);
            }
        }
        for (n, u) in &s.names {
            if (u.used || u.nonlocal) && !u.global && !own.contains(n) && visible.contains(n) && kind != Kind::Module {
                free.insert(n.clone());
            }
        }
        s.free = free.iter().cloned().collect();
        free
    }
}
