//! The text form of blocks, nests and programs: for people and goldens, not read back.

use crate::dtype::ScalarType;
use crate::nest::{Combine, Nest, NestKind, ScatterOp, Store};
use crate::program::{BufferRole, Program, Step};
use crate::scalar::{Block, Const, IndexExpr, Op, RegionId, Value};
use std::fmt::{self, Write};

impl fmt::Display for Const {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ty {
            ScalarType::Bool => write!(f, "{}", self.bits != 0),
            ScalarType::F32 if self.as_f32().is_nan() => write!(f, "f32:{:#x}", self.bits),
            ScalarType::F64 if self.as_f64().is_nan() => write!(f, "f64:{:#x}", self.bits),
            ScalarType::F32 => write!(f, "{:?}f32", self.as_f32()),
            ScalarType::F64 => write!(f, "{:?}f64", self.as_f64()),
            ty => write!(f, "{}{ty}", self.as_i128()),
        }
    }
}

fn list<T>(out: &mut String, items: &[T], mut each: impl FnMut(&mut String, &T)) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        each(out, item);
    }
}

fn values(vs: &[Value]) -> String {
    let mut s = String::new();
    list(&mut s, vs, |s, v| s.push_str(&format!("%{}", v.0)));
    s
}

fn index(e: &IndexExpr) -> String {
    let mut s = String::new();
    for (d, &k) in e.strides.iter().enumerate() {
        if k != 0 {
            let sep = if s.is_empty() { "" } else { " + " };
            let _ = if k == 1 { write!(s, "{sep}i{d}") } else { write!(s, "{sep}{k}*i{d}") };
        }
    }
    if let Some(v) = e.dynamic {
        let sep = if s.is_empty() { "" } else { " + " };
        let _ = write!(s, "{sep}%{}", v.0);
    }
    if e.offset != 0 || s.is_empty() {
        let sep = if s.is_empty() { "" } else { " + " };
        let _ = write!(s, "{sep}{}", e.offset);
    }
    s
}

impl Block {
    fn write_region(&self, out: &mut String, region: RegionId, depth: usize) {
        let pad = "  ".repeat(depth);
        for &v in &self.region(region).code {
            let inst = self.inst(v);
            if let Op::Loop(l) = inst.op {
                let lp = self.loop_(l);
                let _ =
                    writeln!(out, "{pad}%{} = loop {} ({}) at most {} while {{", v.0, l.0, values(&lp.init), lp.limit);
                self.write_region(out, lp.cond, depth + 1);
                let _ = writeln!(out, "{pad}  {}", values(&self.region(lp.cond).results));
                let _ = writeln!(out, "{pad}}} do {{");
                self.write_region(out, lp.body, depth + 1);
                let _ = writeln!(out, "{pad}  {}", values(&self.region(lp.body).results));
                let _ = writeln!(out, "{pad}}}");
                continue;
            }
            let raw = if inst.raw { "raw " } else { "" };
            let _ = write!(out, "{pad}%{}: {} = {raw}", v.0, inst.ty);
            let _ = match inst.op {
                Op::Const(bits) => writeln!(out, "{}", Const { ty: inst.ty, bits }),
                Op::Index(d) => writeln!(out, "i{d}"),
                Op::Param(k) => writeln!(out, "param {k}"),
                Op::Load(a, id) => writeln!(out, "load a{}[{}]", a.0, index(self.index_expr(id))),
                Op::Un(op, x) => writeln!(out, "{op:?} %{}", x.0),
                Op::Bin(op, x, y) => writeln!(out, "{op:?} %{} %{}", x.0, y.0),
                Op::Cmp(op, x, y) => writeln!(out, "{op:?} %{} %{}", x.0, y.0),
                Op::Select(c, x, y) => writeln!(out, "Select %{} %{} %{}", c.0, x.0, y.0),
                Op::Cast(x) => writeln!(out, "Cast %{}", x.0),
                Op::Bitcast(x) => writeln!(out, "Bitcast %{}", x.0),
                Op::Carried(l, k) => writeln!(out, "carried {} of loop {}", k, l.0),
                Op::Result(u, k) => writeln!(out, "result {k} of %{}", u.0),
                Op::Loop(_) => Ok(()),
            };
        }
    }

    fn write_into(&self, out: &mut String, name: &str, stores: &[Store]) {
        let _ = write!(out, "  {name}(");
        list(out, &self.params, |s, t| s.push_str(t.name()));
        out.push_str(") {\n");
        self.write_region(out, RegionId(0), 2);
        for s in stores {
            let _ = writeln!(out, "    a{}[{}] = %{}", s.arg.0, index(self.index_expr(s.index)), s.value.0);
        }
        if !self.results().is_empty() {
            let _ = writeln!(out, "    yield {}", values(self.results()));
        }
        out.push_str("  }\n");
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = String::new();
        self.write_into(&mut s, "block", &[]);
        f.write_str(&s)
    }
}

fn combine(out: &mut String, c: &Combine) {
    match c {
        Combine::Each(ops) => {
            let _ = writeln!(out, "  combine {ops:?}");
        }
        Combine::Block(b) => b.write_into(out, "combine", &[]),
    }
}

fn inits(out: &mut String, init: &[Const]) {
    out.push_str("  init ");
    list(out, init, |s, c| s.push_str(&c.to_string()));
    out.push('\n');
}

impl fmt::Display for Nest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = String::from("nest(");
        list(&mut s, &self.args, |s, a| {
            let _ = write!(s, "{:?} {}[{}]", a.access, a.dtype, a.len);
        });
        s.push_str(") ");
        match &self.kind {
            NestKind::Map(m) => {
                let _ = writeln!(s, "map {:?} {{", m.shape);
                m.body.write_into(&mut s, "body", &m.stores);
            }
            NestKind::MapReduce(r) => {
                let _ = writeln!(s, "reduce {:?} over {:?} {{", r.outer, r.inner);
                r.body.write_into(&mut s, "body", &[]);
                inits(&mut s, &r.init);
                combine(&mut s, &r.combine);
                r.epilogue.write_into(&mut s, "epilogue", &r.stores);
            }
            NestKind::Contraction(c) => {
                let _ = writeln!(s, "contract batch {:?} m {:?} n {:?} k {:?} in {} {{", c.batch, c.m, c.n, c.k, c.ty);
                let _ = writeln!(s, "  lhs a{}[{}]", c.lhs.0.0, index(&c.lhs.1));
                let _ = writeln!(s, "  rhs a{}[{}]", c.rhs.0.0, index(&c.rhs.1));
                c.epilogue.write_into(&mut s, "epilogue", &c.stores);
            }
            NestKind::Scan(c) => {
                let dir = if c.reverse { " reverse" } else { "" };
                let _ = writeln!(s, "scan {:?} along {}{dir} {{", c.outer, c.len);
                c.body.write_into(&mut s, "body", &[]);
                inits(&mut s, &c.init);
                combine(&mut s, &c.combine);
                c.epilogue.write_into(&mut s, "epilogue", &c.stores);
            }
            NestKind::Scatter(c) => {
                let _ =
                    writeln!(s, "scatter {:?} into a{}{} {{", c.shape, c.dest.0, if c.unique { " unique" } else { "" });
                c.body.write_into(&mut s, "body", &[]);
                match &c.op {
                    ScatterOp::Replace => s.push_str("  combine Replace\n"),
                    ScatterOp::Each(op) => {
                        let _ = writeln!(s, "  combine {op:?}");
                    }
                    ScatterOp::Block(b) => b.write_into(&mut s, "combine", &[]),
                }
            }
            NestKind::Sort(c) => {
                let dir = if c.descending { " descending" } else { "" };
                let _ = writeln!(s, "sort {:?} along {} by {} keys{dir} {{", c.outer, c.len, c.num_keys);
                for o in &c.operands {
                    let _ = writeln!(s, "  a{}[{}] -> a{}[{}]", o.src.0.0, index(&o.src.1), o.dst.0.0, index(&o.dst.1));
                }
            }
        }
        s.push('}');
        f.write_str(&s)
    }
}

impl Program {
    fn write_steps(&self, out: &mut String, steps: &[Step], depth: usize) {
        let pad = "  ".repeat(depth);
        let block = |out: &mut String, name: &str, steps: &[Step]| {
            let _ = writeln!(out, "{pad}{name} {{");
            self.write_steps(out, steps, depth + 1);
            let _ = writeln!(out, "{pad}}}");
        };
        for step in steps {
            match step {
                Step::Nest(c) => {
                    let args: Vec<String> = c.args.iter().map(|b| format!("b{}", b.0)).collect();
                    for (i, line) in c.nest.to_string().lines().enumerate() {
                        let head = if i == 0 { format!("({}) ", args.join(", ")) } else { String::new() };
                        let _ = writeln!(out, "{pad}{head}{line}");
                    }
                }
                Step::Copy { src, src_at, dst, dst_at, len } => {
                    let _ = writeln!(out, "{pad}copy b{}[{dst_at}..] = b{}[{src_at}..] of {len}", dst.0, src.0);
                }
                Step::Loop { cond, predicate, body, carries, trips, counter } => {
                    let _ = write!(out, "{pad}loop");
                    if let Some(p) = predicate {
                        let _ = write!(out, " while b{}", p.0);
                    }
                    if let Some(n) = trips {
                        let _ = write!(out, " {n} times");
                    }
                    if let Some(c) = counter {
                        let _ = write!(out, " counting b{}", c.0);
                    }
                    for (to, from) in carries {
                        let _ = write!(out, " b{}<-b{}", to.0, from.0);
                    }
                    out.push('\n');
                    block(out, "cond", cond);
                    block(out, "body", body);
                }
                Step::Branch { selector, cases } => {
                    let _ = writeln!(out, "{pad}branch b{}", selector.0);
                    for c in cases {
                        block(out, "case", c);
                    }
                }
                Step::Routine(r) => {
                    let _ = writeln!(out, "{pad}routine {r:?}");
                }
            }
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut s = String::from("program(");
        list(&mut s, &self.inputs, |s, b| s.push_str(&format!("b{}", b.0)));
        s.push_str(") -> (");
        list(&mut s, &self.outputs, |s, b| s.push_str(&format!("b{}", b.0)));
        s.push_str(") {\n");
        for (i, d) in self.buffers.iter().enumerate() {
            let role = match &d.role {
                BufferRole::Input => "input",
                BufferRole::Temp => "temp",
                BufferRole::Const(_) => "const",
            };
            let _ = writeln!(s, "  b{i}: {role} {}[{}]", d.dtype, d.len);
        }
        self.write_steps(&mut s, &self.steps, 1);
        s.push('}');
        f.write_str(&s)
    }
}
