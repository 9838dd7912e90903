//! Nests to wasm modules: one exported function `f(slots, scratch)`, shapes and strides fixed in its code.
//!
//! `slots` is the address of a list of addresses, one for each slot; `scratch` that of [`Kernel::scratch`] bytes, aligned
//! to 16. What the function computes is what the interpreter does, bit for bit (NaN payloads aside).

mod build;
mod lane;
mod memory;
mod reduce;

pub use build::Helper;

use build::{Gen, PARAMS, mem};
use gradlens_kernel::{Block, IndexExpr, Map, Nest, NestKind, Op};
use lane::{Address, LANES, Lane, Loops, SlotInfo};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, Instruction as I,
    MemoryType, Module, TypeSection, ValType,
};

/// A module and what it needs.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The module: imports `m.memory` and the helpers, exports `f`.
    pub bytes: Vec<u8>,
    /// The functions it imports from `m`.
    pub helpers: Vec<Helper>,
    /// Bytes of scratch memory that a run needs.
    pub scratch: usize,
}

/// A module for a nest, or `None` if nests of its kind or shape are left to the interpreter.
pub fn emit(nest: &Nest) -> Option<Kernel> {
    let mut g = Gen::new();
    let slots: Vec<SlotInfo> = nest
        .args
        .iter()
        .enumerate()
        .map(|(k, a)| {
            let base = g.local(ValType::I32);
            g.get(0);
            g.ops([I::I32Load(mem(4 * k as u32, 2)), I::LocalSet(base)]);
            SlotInfo { base, dtype: a.dtype, len: a.len }
        })
        .collect();
    let scratch = match &nest.kind {
        NestKind::Map(m) => emit_map(&mut g, m, &slots).map(|()| 0)?,
        NestKind::MapReduce(r) => reduce::emit(&mut g, r, &slots)?,
        _ => return None,
    };
    Some(Kernel { bytes: module(&g), helpers: g.helpers, scratch })
}

fn module(g: &Gen) -> Vec<u8> {
    let mut types = TypeSection::new();
    let mut imports = ImportSection::new();
    imports.import(
        "m",
        "memory",
        EntityType::Memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        }),
    );
    types.ty().function([ValType::I32; PARAMS as usize], []);
    for (k, h) in g.helpers.iter().enumerate() {
        let (params, result) = h.signature();
        types.ty().function(params, [result]);
        imports.import("m", h.name(), EntityType::Function(k as u32 + 1));
    }
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, g.helpers.len() as u32);
    let mut f = Function::new_with_locals_types(g.locals.iter().copied());
    for i in &g.code {
        f.instruction(i);
    }
    f.instruction(&I::End);
    let mut code = CodeSection::new();
    code.function(&f);
    let mut m = Module::new();
    m.section(&types).section(&imports).section(&functions).section(&exports).section(&code);
    m.finish()
}

/// The loops that a nest's dimensions become: neighbours that are walked as one are made one.
struct Plan {
    shape: Vec<usize>,
    of_dim: Vec<Option<usize>>,
    /// The dimension whose stride a loop has.
    from: Vec<usize>,
    /// How many loops are before the barrier.
    before: usize,
}

impl Plan {
    /// `rows` are the strides of everything accessed; loops are not joined across `barrier`.
    fn new(shape: &[usize], barrier: usize, rows: &[Vec<i64>], locked: &[bool]) -> Option<Plan> {
        if shape.iter().any(|&n| n == 0) || shape.iter().try_fold(1usize, |a, &n| a.checked_mul(n))? > i32::MAX as usize
        {
            return None;
        }
        let mut plan = Plan { shape: Vec::new(), of_dim: Vec::new(), from: Vec::new(), before: 0 };
        for (d, &n) in shape.iter().enumerate() {
            if d == barrier {
                plan.before = plan.shape.len();
            }
            if n == 1 {
                plan.of_dim.push(None);
                continue;
            }
            let joined = match plan.from.last() {
                Some(&p) if (d < barrier || p >= barrier) && !locked[d] && !locked[p] => {
                    rows.iter().all(|r| r[p] == r[d] * n as i64)
                }
                _ => false,
            };
            if joined {
                let k = plan.shape.len() - 1;
                plan.shape[k] *= n;
                plan.from[k] = d;
            } else {
                plan.shape.push(n);
                plan.from.push(d);
            }
            plan.of_dim.push(Some(plan.shape.len() - 1));
        }
        if barrier >= shape.len() {
            plan.before = plan.shape.len();
        }
        Some(plan)
    }

    fn loops(&self, g: &mut Gen) -> Loops {
        Loops { vars: self.shape.iter().map(|_| g.local(ValType::I32)).collect(), of_dim: self.of_dim.clone() }
    }

    /// A block's accesses; `shape` is what it runs over, in the nest's dimensions.
    fn addresses(&self, indices: &[IndexExpr], shape: &[usize]) -> Option<Vec<Address>> {
        indices
            .iter()
            .map(|e| {
                let range = e.range(shape)?;
                let strides = self.from.iter().map(|&d| e.strides.get(d).copied().unwrap_or(0)).collect();
                Some(Address { offset: e.offset, strides, dynamic: e.dynamic, range })
            })
            .collect()
    }
}

/// Strides of a block's accesses, padded to `rank` dimensions.
fn rows(block: &Block, rank: usize) -> impl Iterator<Item = Vec<i64>> + '_ {
    block.indices.iter().map(move |e| {
        let mut s = e.strides.clone();
        s.resize(rank, 0);
        s
    })
}

/// Marks the dimensions whose variables a block reads.
fn lock(block: &Block, locked: &mut [bool]) {
    for i in &block.insts {
        if let Op::Index(d) = i.op {
            locked[d as usize] = true;
        }
    }
}

/// Loops over `shape[dims]`, the innermost of them included.
fn loops_over(g: &mut Gen, vars: &[u32], shape: &[usize], body: &mut dyn FnMut(&mut Gen)) {
    match (vars, shape) {
        ([v, vars @ ..], [n, shape @ ..]) => g.repeat(*v, 0, *n as i32, 1, |g| loops_over(g, vars, shape, body)),
        _ => body(g),
    }
}

fn emit_map(g: &mut Gen, m: &Map, slots: &[SlotInfo]) -> Option<()> {
    let rank = m.shape.len();
    let mut locked = vec![false; rank];
    lock(&m.body, &mut locked);
    let plan = Plan::new(&m.shape, rank, &rows(&m.body, rank).collect::<Vec<_>>(), &locked)?;
    let loops = plan.loops(g);
    let addresses = plan.addresses(&m.body.indices, &m.shape)?;
    let Some(inner) = plan.shape.len().checked_sub(1) else {
        let mut lane = Lane::new(g, &m.body, None, &addresses, slots, &loops, &m.stores);
        lane.point(g);
        lane.code(g);
        lane.stores(g, &m.stores);
        return Some(());
    };
    let n = plan.shape[inner];
    let whole = if Lane::can_vectorise(&m.body) { n / LANES * LANES } else { 0 };
    loops_over(g, &loops.vars[..inner], &plan.shape[..inner], &mut |g| {
        for (from, to, vector, step) in [(0, whole, Some(inner), LANES), (whole, n, None, 1)] {
            if from == to {
                continue;
            }
            let mut lane = Lane::new(g, &m.body, vector, &addresses, slots, &loops, &m.stores);
            g.i32(from as i32);
            g.set(loops.vars[inner]);
            lane.point(g);
            g.repeat(loops.vars[inner], from as i32, to as i32, step as i32, |g| {
                lane.code(g);
                lane.stores(g, &m.stores);
                lane.advance(g, inner, step as i64);
            });
        }
    });
    Some(())
}
