//! Prints each shape of nest as a compute shader: one invocation for each element, line or sum, in the interpreter's order.

use crate::emit::{Emitter, Place, binary, cast, constant, narrow, unsupported_type};
use gradlens_backend::BackendError;
use gradlens_kernel::{
    Access, BinOp, Block, Combine, Const, Contraction, IndexExpr, Map, MapReduce, Nest, NestKind, ScalarType, Scan,
    Scatter, ScatterOp, Sort,
};
use std::collections::HashSet;

/// Invocations of one group.
pub const GROUP: usize = 64;
/// Groups along one dimension of a dispatch.
const GROUPS: usize = 65_535;
/// The longest line that is sorted by counting.
const SORT_LIMIT: usize = 1 << 16;

const FLOATS: &str = include_str!("../shaders/floats.wgsl");
const INTS: &str = include_str!("../shaders/ints.wgsl");

/// A nest's shader and how many groups run it; no groups where there is nothing to do.
#[derive(Clone, Debug)]
pub struct Shader {
    /// WGSL, with the entry point `main` and the slots as bindings 0.. of group 0.
    pub wgsl: String,
    /// Groups along x and y.
    pub groups: (u32, u32),
}

/// Prints a nest.
pub fn shader(nest: &Nest) -> Result<Shader, BackendError> {
    let mut e = Emitter::new(&nest.args);
    let total = match &nest.kind {
        NestKind::Map(m) => map(&mut e, m)?,
        NestKind::MapReduce(r) => reduce(&mut e, r)?,
        NestKind::Contraction(c) => contraction(&mut e, c, nest)?,
        NestKind::Scan(s) => scan(&mut e, s)?,
        NestKind::Scatter(s) => scatter(&mut e, s, nest)?,
        NestKind::Sort(s) => sort(&mut e, s, nest)?,
    };
    let groups = total.div_ceil(GROUP);
    let x = groups.min(GROUPS);
    let y = if x == 0 { 0 } else { groups.div_ceil(x) };
    if y > GROUPS || total > 1 << 31 {
        return Err(BackendError::Unsupported(format!("{total} invocations of one WebGPU kernel")));
    }
    let mut wgsl = String::from("// A kernel printed from a loop nest.\n");
    for (k, a) in nest.args.iter().enumerate() {
        let access = if a.access == Access::Read { "read" } else { "read_write" };
        wgsl.push_str(&format!("@group(0) @binding({k}) var<storage, {access}> a{k}: array<u32>;\n"));
    }
    wgsl.push_str(&library(&e.out));
    wgsl.push_str(&format!(
        "@compute @workgroup_size({GROUP})\nfn main(@builtin(global_invocation_id) id: vec3<u32>) {{\n\
         let me: u32 = id.x + id.y * {}u;\nif me >= {total}u {{ return; }}\n{}}}\n",
        x * GROUP,
        e.out
    ));
    Ok(Shader { wgsl, groups: (x as u32, y as u32) })
}

/// The functions of the library that `code` needs, and what those need.
pub fn library(code: &str) -> String {
    let functions: Vec<(&str, String)> = [FLOATS, INTS]
        .iter()
        .flat_map(|file| file.split("\nfn ").skip(1))
        .map(|text| (text.split('(').next().unwrap_or(text), format!("fn {text}\n")))
        .collect();
    let mut wanted = HashSet::new();
    let mut work = vec![code];
    while let Some(text) = work.pop() {
        for (name, body) in &functions {
            if !wanted.contains(name) && text.contains(&format!("{name}(")) {
                wanted.insert(*name);
                work.push(body);
            }
        }
    }
    functions.iter().filter(|f| wanted.contains(f.0)).map(|f| f.1.as_str()).collect()
}

fn size(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// Names the loop variables of the row-major position `linear` (a u32 expression) over `shape`.
fn coordinates(e: &mut Emitter, linear: &str, shape: &[usize], prefix: &str) -> Vec<String> {
    let mut step = size(shape).max(1);
    shape
        .iter()
        .enumerate()
        .map(|(d, &n)| {
            let n = n.max(1);
            step /= n;
            let name = format!("{prefix}{d}");
            let text = match (n, d) {
                (1, _) => "0i".to_owned(),
                (_, 0) => format!("i32({linear} / {step}u)"),
                _ => format!("i32(({linear} / {step}u) % {n}u)"),
            };
            e.line(format!("let {name}: i32 = {text};"));
            name
        })
        .collect()
}

fn results(b: &Block, place: &Place) -> Vec<String> {
    b.results().iter().map(|&v| Emitter::name(place, v)).collect()
}

fn map(e: &mut Emitter, m: &Map) -> Result<usize, BackendError> {
    let mut stores = m.stores.clone();
    let body = m.body.without_dead(&mut stores);
    let index = coordinates(e, "me", &m.shape, "i");
    let place = Place { prefix: "v", index: &index, params: &[], shape: &m.shape };
    e.block(&body, &place)?;
    e.stores(&body, &stores, &place)?;
    Ok(size(&m.shape))
}

/// `acc[k] = combine(acc, x)` for all k at once; `acc` are variables, `x` expressions.
fn fold(
    e: &mut Emitter,
    combine: &Combine,
    init: &[Const],
    acc: &[String],
    x: &[String],
    prefix: &str,
) -> Result<(), BackendError> {
    match combine {
        Combine::Each(ops) => {
            for (k, op) in ops.iter().enumerate() {
                e.line(format!("{} = {};", acc[k], binary(*op, init[k].ty, false, &acc[k], &x[k])));
            }
        }
        Combine::Block(b) => {
            let params: Vec<String> = acc.iter().chain(x).cloned().collect();
            let place = Place { prefix, index: &[], params: &params, shape: &[] };
            e.line("{");
            e.block(b, &place)?;
            for (a, r) in acc.iter().zip(results(b, &place)) {
                e.line(format!("{a} = {r};"));
            }
            e.line("}");
        }
    }
    Ok(())
}

fn accumulators(e: &mut Emitter, init: &[Const], prefix: &str) -> Result<Vec<String>, BackendError> {
    let mut names = Vec::new();
    for (k, c) in init.iter().enumerate() {
        e.line(format!("var {prefix}{k}: u32 = {};", constant(*c)?));
        names.push(format!("{prefix}{k}"));
    }
    Ok(names)
}

fn reduce(e: &mut Emitter, r: &MapReduce) -> Result<usize, BackendError> {
    let outer = coordinates(e, "me", &r.outer, "i");
    let inner = size(&r.inner);
    let shape = [&r.outer[..], &r.inner].concat();
    let body = r.body.without_dead(&mut []);
    let total = accumulators(e, &r.init, "t")?;
    let floats = |op: &BinOp, c: &Const| c.ty == ScalarType::F32 && matches!(op, BinOp::Add | BinOp::Mul);
    let step = |e: &mut Emitter, at: &str, acc: &[String]| -> Result<(), BackendError> {
        let mut index = outer.clone();
        index.extend(coordinates(e, at, &r.inner, "j"));
        let place = Place { prefix: "v", index: &index, params: &[], shape: &shape };
        e.block(&body, &place)?;
        fold(e, &r.combine, &r.init, acc, &results(&body, &place), "c")
    };
    match &r.combine {
        Combine::Each(ops) if inner > 1 && ops.iter().zip(&r.init).any(|(op, c)| floats(op, c)) => {
            // Blocks and lanes as the CPU's; only the totals of many blocks are added in another order.
            let (block, lanes) = (Combine::BLOCK, Combine::LANES);
            e.line(format!("for (var at: u32 = 0u; at < {inner}u; at += {block}u) {{"));
            for (k, c) in r.init.iter().enumerate() {
                e.line(format!("var lane{k}: array<u32, {lanes}>;"));
                e.line(format!("for (var l: u32 = 0u; l < {lanes}u; l++) {{ lane{k}[l] = {}; }}", constant(*c)?));
            }
            e.line(format!("for (var n: u32 = at; n < min(at + {block}u, {inner}u); n++) {{"));
            let acc: Vec<String> = (0..r.init.len()).map(|k| format!("s{k}")).collect();
            for (k, a) in acc.iter().enumerate() {
                e.line(format!("var {a}: u32 = lane{k}[n & 7u];"));
            }
            step(e, "n", &acc)?;
            for (k, a) in acc.iter().enumerate() {
                e.line(format!("lane{k}[n & 7u] = {a};"));
            }
            e.line("}");
            for (k, op) in ops.iter().enumerate() {
                let at = |i: usize| format!("lane{k}[{i}]");
                let ty = r.init[k].ty;
                for (to, from) in [(0, 4), (2, 6), (0, 2), (1, 5), (3, 7), (1, 3), (0, 1)] {
                    e.line(format!("{} = {};", at(to), binary(*op, ty, false, &at(to), &at(from))));
                }
                let sum = binary(*op, ty, false, &total[k], &at(0));
                e.line(format!("if at == 0u {{ {0} = {1}; }} else {{ {0} = {sum}; }}", total[k], at(0)));
            }
            e.line("}");
        }
        _ => {
            e.line(format!("for (var n: u32 = 0u; n < {inner}u; n++) {{"));
            step(e, "n", &total)?;
            e.line("}");
        }
    }
    let mut stores = r.stores.clone();
    let epilogue = r.epilogue.without_dead(&mut stores);
    let place = Place { prefix: "e", index: &outer, params: &total, shape: &r.outer };
    e.block(&epilogue, &place)?;
    e.stores(&epilogue, &stores, &place)?;
    Ok(size(&r.outer))
}

fn contraction(e: &mut Emitter, c: &Contraction, nest: &Nest) -> Result<usize, BackendError> {
    if c.ty.bits() == 64 {
        return Err(unsupported_type(c.ty.name()));
    }
    let outer_shape = [&c.batch[..], &c.m, &c.n].concat();
    let shape = [&outer_shape[..], &c.k].concat();
    let k = size(&c.k);
    let outer = coordinates(e, "me", &outer_shape, "i");
    e.line("var total: u32 = 0u;");
    e.line(format!("for (var at: u32 = 0u; at < {k}u; at += {}u) {{", Contraction::BLOCK));
    e.line("var sum: u32 = 0u;");
    e.line(format!("for (var n: u32 = at; n < min(at + {}u, {k}u); n++) {{", Contraction::BLOCK));
    let mut index = outer.clone();
    index.extend(coordinates(e, "n", &c.k, "k"));
    let place = Place { prefix: "v", index: &index, params: &[], shape: &shape };
    for (name, (arg, expr)) in [("left", &c.lhs), ("right", &c.rhs)] {
        let decl = nest.args[arg.0 as usize];
        let at = e.element(expr, None, &place, decl.len)?;
        let load = if decl.len == 0 { "0u".to_owned() } else { format!("a{}[{at}]", arg.0) };
        e.line(format!("let {name}_bits: u32 = {load};"));
        e.line(format!("let {name}: u32 = {};", cast(decl.dtype.register(), c.ty, &format!("{name}_bits"))));
    }
    e.line(format!("let product: u32 = {};", binary(BinOp::Mul, c.ty, false, "left", "right")));
    e.line(format!("sum = {};", binary(BinOp::Add, c.ty, false, "sum", "product")));
    e.line("}");
    let more = binary(BinOp::Add, c.ty, false, "total", "sum");
    e.line(format!("if at == 0u {{ total = sum; }} else {{ total = {more}; }}"));
    e.line("}");
    let mut stores = c.stores.clone();
    let epilogue = c.epilogue.without_dead(&mut stores);
    let params = ["total".to_owned()];
    let place = Place { prefix: "e", index: &outer, params: &params, shape: &outer_shape };
    e.block(&epilogue, &place)?;
    e.stores(&epilogue, &stores, &place)?;
    Ok(size(&outer_shape))
}

fn scan(e: &mut Emitter, s: &Scan) -> Result<usize, BackendError> {
    let shape = [&s.outer[..], &[s.len]].concat();
    let mut index = coordinates(e, "me", &s.outer, "i");
    index.push("along".to_owned());
    let acc = accumulators(e, &s.init, "t")?;
    e.line(format!("for (var n: i32 = 0i; n < {}i; n++) {{", s.len));
    e.line(if s.reverse {
        format!("let along: i32 = {}i - n;", s.len as i64 - 1)
    } else {
        "let along: i32 = n;".into()
    });
    let body = s.body.without_dead(&mut []);
    let place = Place { prefix: "v", index: &index, params: &[], shape: &shape };
    e.block(&body, &place)?;
    fold(e, &s.combine, &s.init, &acc, &results(&body, &place), "c")?;
    let mut stores = s.stores.clone();
    let epilogue = s.epilogue.without_dead(&mut stores);
    let place = Place { prefix: "e", index: &index, params: &acc, shape: &shape };
    e.block(&epilogue, &place)?;
    e.stores(&epilogue, &stores, &place)?;
    e.line("}");
    Ok(if s.len == 0 { 0 } else { size(&s.outer) })
}

/// In order, by one invocation: updates may meet, and the later one wins.
fn scatter(e: &mut Emitter, s: &Scatter, nest: &Nest) -> Result<usize, BackendError> {
    let dest = nest.args[s.dest.0 as usize];
    let ty = dest.dtype.register();
    let total = size(&s.shape);
    // Where no two meet, each update can be an invocation of its own.
    let parallel = s.unique;
    if !parallel {
        e.line(format!("for (var n: u32 = 0u; n < {total}u; n++) {{"));
    }
    let index = coordinates(e, if parallel { "me" } else { "n" }, &s.shape, "i");
    let body = s.body.without_dead(&mut []);
    let place = Place { prefix: "v", index: &index, params: &[], shape: &s.shape };
    e.block(&body, &place)?;
    let r = results(&body, &place);
    e.line(format!("if {} < {}u {{", r[0], dest.len));
    e.line(format!("let old: u32 = a{}[{}];", s.dest.0, r[0]));
    let new = match &s.op {
        ScatterOp::Replace => r[1].clone(),
        ScatterOp::Each(op) => binary(*op, ty, false, "old", &r[1]),
        ScatterOp::Block(b) => {
            let params = ["old".to_owned(), r[1].clone()];
            let place = Place { prefix: "c", index: &[], params: &params, shape: &[] };
            e.block(b, &place)?;
            results(b, &place).swap_remove(0)
        }
    };
    e.line(format!("let new_bits: u32 = {new};"));
    e.line(format!("a{}[{}] = {};", s.dest.0, r[0], narrow(dest.dtype, "new_bits")));
    e.line("}");
    if !parallel {
        e.line("}");
    }
    Ok(if parallel { total } else { total.min(1) })
}

/// By counting: an element's place is the number of those that come before it. Stable, and no invocation waits for another.
fn sort(e: &mut Emitter, s: &Sort, nest: &Nest) -> Result<usize, BackendError> {
    if s.len > SORT_LIMIT {
        return Err(BackendError::Unsupported(format!("lines of {} are sorted on the CPU", s.len)));
    }
    let shape = [&s.outer[..], &[s.len]].concat();
    let mut index = coordinates(e, "me", &shape, "i");
    let own = index[s.outer.len()].clone();
    let load =
        |e: &Emitter, op: &(gradlens_kernel::Arg, IndexExpr), index: &[String]| -> Result<String, BackendError> {
            let place = Place { prefix: "", index, params: &[], shape: &shape };
            let len = nest.args[op.0.0 as usize].len;
            Ok(format!("a{}[{}]", op.0.0, e.element(&op.1, None, &place, len)?))
        };
    let key = |op: &(gradlens_kernel::Arg, IndexExpr), x: String| match nest.args[op.0.0 as usize].dtype.register() {
        ScalarType::F32 => format!("f_sort_key({x})"),
        ScalarType::I32 => format!("{x} ^ 0x80000000u"),
        _ => x,
    };
    for (k, op) in s.operands[..s.num_keys].iter().enumerate() {
        let x = load(e, &op.src, &index)?;
        e.line(format!("let mine{k}: u32 = {};", key(&op.src, x)));
    }
    e.line("var before: i32 = 0i;");
    e.line(format!("for (var other: i32 = 0i; other < {}i; other++) {{", s.len));
    // The first key that differs decides; else the place in the line.
    e.line(format!("var first: bool = other < {own};"));
    index[s.outer.len()] = "other".to_owned();
    for (k, op) in s.operands[..s.num_keys].iter().enumerate().rev() {
        let x = load(e, &op.src, &index)?;
        e.line(format!("let theirs{k}: u32 = {};", key(&op.src, x)));
        let o = if s.descending { ">" } else { "<" };
        e.line(format!("if theirs{k} != mine{k} {{ first = theirs{k} {o} mine{k}; }}"));
    }
    e.line("if first { before = before + 1i; }");
    e.line("}");
    for op in &s.operands {
        index[s.outer.len()] = own.clone();
        let from = load(e, &op.src, &index)?;
        index[s.outer.len()] = "before".to_owned();
        let to = load(e, &op.dst, &index)?;
        e.line(format!("{to} = {from};"));
    }
    Ok(size(&shape))
}
