//! The text form of Jaxprs: what JAX 0.10.2 prints, to the letter. It is the debugging tool and the golden format.
//!
//! Names are given in the order in which things are printed: a, b, ..., z, ba, ... A result that nothing uses is `_`. A
//! Jaxpr that occurs more than once, or has more than ten equations, is printed first, as `let name = { .. } in`; inside
//! `jit` arguments and results go by the names they have outside.

mod layout;
mod params;

use crate::array::Array;
use crate::dtype::DType;
use crate::jaxpr::{Atom, ClosedJaxpr, Eqn, Jaxpr, Var};
use crate::params::Params;
use crate::prim::Prim;
use layout::{Doc, group, join, nest, text};
use params::Item;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::rc::Rc;

const WIDTH: usize = 80;

/// A variable of one of the Jaxprs being printed.
type Key = (*const Jaxpr, Var);

#[derive(Default)]
struct Printer {
    names: HashMap<Key, String>,
    fresh: usize,
    /// Jaxprs printed first, by name.
    shared: Vec<(String, Rc<Jaxpr>)>,
    /// The update functions of scatters, one per primitive and dtype.
    updates: Vec<(Prim, DType, Rc<Jaxpr>)>,
}

/// `a`, ..., `z`, `ba`, `bb`, ...: the number in base 26.
pub fn variable_name(n: usize) -> String {
    let (mut n, mut s) = (n, Vec::new());
    loop {
        s.push(b'a' + (n % 26) as u8);
        n /= 26;
        if n == 0 {
            break;
        }
    }
    s.iter().rev().map(|&b| b as char).collect()
}

/// A float as Python's `repr` writes it.
pub fn python_float(x: f64) -> String {
    if x.is_nan() {
        return "nan".into();
    }
    if x.is_infinite() {
        return if x > 0.0 { "inf" } else { "-inf" }.into();
    }
    // Rust's shortest digits are Python's; only the notation differs.
    let sci = format!("{x:e}");
    let (digits, exp) = sci.split_once('e').unwrap_or((&sci, "0"));
    let exp: i32 = exp.parse().unwrap_or(0);
    if (-4..16).contains(&exp) {
        let s = format!("{x}");
        return if s.contains('.') { s } else { s + ".0" };
    }
    format!("{digits}e{}{:02}", if exp < 0 { '-' } else { '+' }, exp.abs())
}

/// A complex number as Python's `str` writes it.
pub fn python_complex(re: f64, im: f64) -> String {
    let part = |x: f64| {
        let s = python_float(x);
        s.strip_suffix(".0").map_or(s.clone(), |s| s.to_string())
    };
    if re == 0.0 && re.is_sign_positive() {
        return format!("{}j", part(im));
    }
    let sign = if im.is_sign_negative() && !im.is_nan() { "" } else { "+" };
    format!("({}{sign}{}j)", part(re), part(im))
}

/// A literal's value as Python prints it.
fn literal(a: &Array) -> String {
    let value = || -> Option<String> {
        Some(match a.dtype() {
            DType::Bool => if *a.to_i64s().ok()?.first()? != 0 { "True" } else { "False" }.into(),
            DType::U64 => (*a.to_i64s().ok()?.first()? as u64).to_string(),
            d if d.is_integer() => a.to_i64s().ok()?.first()?.to_string(),
            d if d.is_complex() => {
                let &(re, im) = a.to_complexes().ok()?.first()?;
                python_complex(re, im)
            }
            DType::Float0 | DType::Key => return None,
            _ => python_float(a.written().map_or_else(|| a.to_f64s().ok()?.first().copied(), Some)?),
        })
    };
    let value = if a.aval().ndim() == 0 { value() } else { None };
    value.unwrap_or_else(|| "[...]".into())
}

impl Printer {
    fn name(&mut self, jaxpr: &Jaxpr, v: Var) -> String {
        let key = (jaxpr as *const Jaxpr, v);
        if let Some(n) = self.names.get(&key) {
            return n.clone();
        }
        let name = loop {
            let n = variable_name(self.fresh);
            self.fresh += 1;
            if !self.shared.iter().any(|(s, _)| *s == n) {
                break n;
            }
        };
        self.names.insert(key, name.clone());
        name
    }

    fn atom(&mut self, jaxpr: &Jaxpr, a: &Atom) -> String {
        match a {
            Atom::Var(v) => self.name(jaxpr, *v),
            Atom::Lit(l) => format!("{}:{}", literal(l), l.aval().short()),
        }
    }

    fn binders(&mut self, jaxpr: &Jaxpr, vars: &[Var]) -> Doc {
        let docs = vars.iter().map(|&v| text(format!("{}:{}", self.name(jaxpr, v), jaxpr.aval(v).short()))).collect();
        words("", docs)
    }

    fn atoms(&mut self, jaxpr: &Jaxpr, atoms: &[Atom], separator: &'static str) -> Doc {
        let docs = atoms.iter().map(|a| text(self.atom(jaxpr, a))).collect();
        words(separator, docs)
    }

    /// Gives `inner`'s variables the names of the outer ones they stand for, where they are free.
    fn alias(&mut self, inner: (&Rc<Jaxpr>, &[Atom]), outer: (&Jaxpr, &[Atom])) {
        if inner.1.len() != outer.1.len() {
            return;
        }
        let mut used = HashSet::new();
        for (i, o) in inner.1.iter().zip(outer.1) {
            let (Atom::Var(i), Atom::Var(o)) = (i, o) else { continue };
            let key = (Rc::as_ptr(inner.0), *i);
            if used.contains(o) || self.names.contains_key(&key) {
                continue;
            }
            used.insert(*o);
            let name = self.name(outer.0, *o);
            self.names.insert(key, name);
        }
    }

    fn update(&mut self, prim: Prim, dtype: DType) -> Rc<Jaxpr> {
        if let Some((_, _, j)) = self.updates.iter().find(|u| u.0 == prim && u.1 == dtype) {
            return j.clone();
        }
        let mut j = Jaxpr::default();
        let aval = crate::ShapedArray::scalar(dtype, false);
        let [x, y, z] = [0; 3].map(|_| j.new_var(aval.clone()));
        j.invars = vec![x, y];
        j.eqns.push(Eqn {
            prim,
            params: Params::None,
            ins: vec![Atom::Var(x), Atom::Var(y)],
            outs: vec![z],
            span: Default::default(),
            role: Default::default(),
        });
        j.outs = vec![Atom::Var(z)];
        let j = Rc::new(j);
        self.updates.push((prim, dtype, j.clone()));
        j
    }

    fn eqn(&mut self, jaxpr: &Jaxpr, e: &Eqn) -> Doc {
        if let Params::Jit { jaxpr: inner, .. } = &e.params
            && !self.shared.iter().any(|(_, j)| Rc::ptr_eq(j, &inner.jaxpr))
        {
            let inner = &inner.jaxpr;
            let ins: Vec<Atom> = inner.invars.iter().map(|v| Atom::Var(*v)).collect();
            self.alias((inner, &ins), (jaxpr, &e.ins));
            let outs: Vec<Atom> = e.outs.iter().map(|v| Atom::Var(*v)).collect();
            self.alias((inner, &inner.outs), (jaxpr, &outs));
        }
        let mut docs = Vec::new();
        if !e.outs.is_empty() {
            docs.push(self.binders(jaxpr, &e.outs));
            docs.push(text(" = "));
        }
        docs.push(text(e.prim.name()));
        let of = |i: usize| jaxpr.atom_aval(&e.ins[i]).clone();
        let items = params::items(e, &of, &mut |p, d| self.update(p, d), &|j| jaxpr_text(j));
        if !items.is_empty() {
            let pairs = items
                .into_iter()
                .map(|(k, v)| {
                    let v = match v {
                        Item::Text(s) => text(s),
                        Item::Jaxpr(j) => self.reference(&j),
                        Item::Jaxprs(js) => {
                            let js = js.iter().map(|j| self.reference(j)).collect();
                            bracketed("(", js, ")")
                        }
                    };
                    Doc::Concat(vec![text(format!("{k}=")), v])
                })
                .collect();
            docs.push(bracketed("[", pairs, "]"));
        }
        docs.push(text(" "));
        docs.push(self.atoms(jaxpr, &e.ins, ""));
        Doc::Concat(docs)
    }

    /// The name of a Jaxpr printed before, or the Jaxpr.
    fn reference(&mut self, j: &Rc<Jaxpr>) -> Doc {
        match self.shared.iter().find(|(_, s)| Rc::ptr_eq(s, j)) {
            Some((name, _)) => text(name.clone()),
            None => self.jaxpr(j),
        }
    }

    fn jaxpr(&mut self, j: &Jaxpr) -> Doc {
        let consts = self.binders(j, &j.constvars);
        let ins = self.binders(j, &j.invars);
        let eqns = j.eqns.iter().map(|e| self.eqn(j, e)).collect();
        let outs = self.atoms(j, &j.outs, ",");
        let head = [text("{ lambda "), consts, text("; "), ins, text(". let")];
        let body = nest(2, Doc::Concat(vec![Doc::Break(" "), join(Doc::Break("; "), eqns)]));
        let tail = [Doc::Break(" "), text("in ("), outs, text(if j.outs.len() == 1 { ",)" } else { ")" })];
        let all = head.into_iter().chain([body]).chain(tail).collect();
        group(Doc::Concat(vec![nest(2, Doc::Concat(all)), text(" }")]))
    }

    /// Finds the Jaxprs that are printed first: breadth first, counting each use, long ones once more.
    fn find_shared(&mut self, top: &Jaxpr) {
        let mut found: Vec<(Rc<Jaxpr>, usize, Option<Rc<str>>)> = Vec::new();
        let mut queue: VecDeque<(Rc<Jaxpr>, Option<Rc<str>>)> = VecDeque::new();
        self.push_inner(top, &mut queue);
        // Sharing inside sharing multiplies the visits; the count only has to tell one from many.
        let mut steps = 0;
        while let Some((j, name)) = queue.pop_front() {
            steps += 1;
            if steps > 20_000 {
                break;
            }
            let long = (j.eqns.len() > 10) as usize;
            match found.iter_mut().find(|(f, ..)| Rc::ptr_eq(f, &j)) {
                Some((_, count, _)) => *count += 1 + long,
                None => found.push((j.clone(), 1 + long, name)),
            }
            self.push_inner(&j, &mut queue);
        }
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (j, count, name) in found {
            if count == 1 {
                continue;
            }
            let base = name.as_ref().map_or("jaxpr", |n| n.trim_matches(['<', '>'])).to_string();
            let used = counts.entry(base.clone()).or_insert(0);
            let unique = if *used > 0 { format!("{base}{used}") } else { base };
            *used += 1;
            if *used > 1 {
                *counts.entry(unique.clone()).or_insert(0) += 1;
            }
            self.shared.push((unique, j));
        }
    }

    fn push_inner(&mut self, j: &Jaxpr, queue: &mut VecDeque<(Rc<Jaxpr>, Option<Rc<str>>)>) {
        for e in &j.eqns {
            let (name, inner) = params::inner(e, &mut |p| {
                let dtype = j.atom_aval(&e.ins[0]).dtype;
                params::update_prim(p).map(|p| self.update(p, dtype))
            });
            queue.extend(inner.into_iter().map(|j| (j, name.clone())));
        }
    }

    /// Results that nothing uses, of the outermost Jaxpr.
    fn mark_dropped(&mut self, j: &Jaxpr) {
        let is_var = |a: &Atom| if let Atom::Var(v) = a { Some(*v) } else { None };
        let mut used: HashSet<Var> = j.outs.iter().filter_map(is_var).collect();
        for e in j.eqns.iter().rev() {
            for v in &e.outs {
                if !used.contains(v) {
                    self.names.insert((j as *const Jaxpr, *v), "_".into());
                }
            }
            used.extend(e.ins.iter().filter_map(is_var));
        }
    }

    fn toplevel(&mut self, j: &Jaxpr) -> String {
        self.mark_dropped(j);
        self.find_shared(j);
        let mut docs = Vec::new();
        for (name, shared) in self.shared.clone() {
            let doc = self.jaxpr(&shared);
            docs.extend([text(format!("let {name} = ")), doc, text(" in"), Doc::Break(" ")]);
        }
        docs.push(self.jaxpr(j));
        layout::format(&Doc::Concat(docs), WIDTH)
    }
}

/// Words that are broken one by one, only where the next would not fit.
fn words(separator: &'static str, docs: Vec<Doc>) -> Doc {
    let sep = Doc::Concat(vec![text(separator), group(Doc::Break(" "))]);
    nest(2, group(join(sep, docs)))
}

/// Items between brackets: all on one line, or each on its own.
fn bracketed(open: &'static str, items: Vec<Doc>, close: &'static str) -> Doc {
    group(Doc::Concat(vec![
        nest(2, Doc::Concat(vec![text(open), Doc::Break(""), join(Doc::Break(" "), items)])),
        Doc::Break(""),
        text(close),
    ]))
}

/// What `print(jax.make_jaxpr(f)(x))` prints, without the final line end.
pub fn jaxpr_text(j: &Jaxpr) -> String {
    Printer::default().toplevel(j)
}

impl fmt::Display for Jaxpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&jaxpr_text(self))
    }
}

impl fmt::Display for ClosedJaxpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&jaxpr_text(&self.jaxpr))
    }
}

#[cfg(test)]
mod tests;
