//! Buffers that are never alive together become one, and those that nothing uses go.
//!
//! A temp belongs to the innermost list of steps that holds all its uses, and is alive there from its first to its last.
//! Temps of one type and length take turns in one buffer when their lives do not touch. Lists nested in one step are never
//! run at once (an iteration starts anew, one case is taken), so all of a step's lists draw on the same buffers.

use gradlens_kernel::fast::FastMap;
use gradlens_kernel::{BufId, BufferDecl, BufferRole, DType, Program, Step};

/// Every buffer that the step itself names, nested steps left out.
fn own(step: &Step, f: &mut impl FnMut(BufId)) {
    match step {
        Step::Nest(call) => call.args.iter().for_each(|&b| f(b)),
        Step::Copy { src, dst, .. } => {
            f(*src);
            f(*dst);
        }
        Step::Loop { predicate, carries, counter, .. } => {
            predicate.iter().chain(counter).for_each(|&b| f(b));
            carries.iter().for_each(|&(to, from)| {
                f(to);
                f(from);
            });
        }
        Step::Branch { selector, .. } => f(*selector),
        Step::Routine(r) => r.inputs.iter().chain(&r.outputs).for_each(|&b| f(b)),
    }
}

fn lists(step: &Step) -> Vec<&Vec<Step>> {
    match step {
        Step::Loop { cond, body, .. } => vec![cond, body],
        Step::Branch { cases, .. } => cases.iter().collect(),
        _ => Vec::new(),
    }
}

/// Every buffer of a step and of what is nested in it.
fn all(step: &Step, f: &mut impl FnMut(BufId)) {
    own(step, f);
    for list in lists(step) {
        list.iter().for_each(|s| all(s, f));
    }
}

fn rename(step: &mut Step, map: &impl Fn(BufId) -> BufId) {
    let go = |b: &mut BufId| *b = map(*b);
    match step {
        Step::Nest(call) => call.args.iter_mut().for_each(go),
        Step::Copy { src, dst, .. } => {
            go(src);
            go(dst);
        }
        Step::Loop { cond, predicate, body, carries, counter, .. } => {
            predicate.iter_mut().chain(counter).for_each(go);
            carries.iter_mut().for_each(|(to, from)| {
                *to = map(*to);
                *from = map(*from);
            });
            cond.iter_mut().chain(body).for_each(|s| rename(s, map));
        }
        Step::Branch { selector, cases } => {
            go(selector);
            cases.iter_mut().flatten().for_each(|s| rename(s, map));
        }
        Step::Routine(r) => r.inputs.iter_mut().chain(&mut r.outputs).for_each(go),
    }
}

struct Planner<'a> {
    buffers: &'a [BufferDecl],
    /// The buffer that each temp is to be.
    home: FastMap<BufId, BufId>,
}

/// Buffers to take turns in, by type and length.
type Pool = FastMap<(DType, usize), Vec<BufId>>;

impl Planner<'_> {
    fn is_temp(&self, b: BufId) -> bool {
        self.buffers[b.0 as usize].role == BufferRole::Temp
    }

    /// Plans the temps whose innermost list this is; `pool` is free when the list starts.
    fn list(&mut self, steps: &[Step], pool: &mut Pool, outputs: &[BufId]) {
        // First and last use, and whether one step's nested lists have all uses.
        let mut life: FastMap<BufId, (usize, usize, bool)> = FastMap::default();
        let mut order = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            let mut named = Vec::new();
            own(step, &mut |b| named.push(b));
            all(step, &mut |b| {
                if !self.is_temp(b) || self.home.contains_key(&b) {
                    return;
                }
                let nested = !named.contains(&b);
                let l = life.entry(b).or_insert_with(|| {
                    order.push(b);
                    (i, i, nested)
                });
                l.2 &= nested && l.1 == i;
                l.1 = i;
            });
        }
        for &b in outputs {
            if let Some(l) = life.get_mut(&b) {
                *l = (l.0, usize::MAX, false);
            }
        }
        let mut starts: Vec<Vec<BufId>> = vec![Vec::new(); steps.len()];
        let mut ends: Vec<Vec<BufId>> = vec![Vec::new(); steps.len()];
        for &b in &order {
            let (first, last, nested) = life[&b];
            if nested {
                continue;
            }
            starts[first].push(b);
            if let Some(e) = ends.get_mut(last) {
                e.push(b);
            }
        }
        let mut inner = Pool::default();
        let mut taken: Vec<BufId> = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            for &b in &starts[i] {
                let free = pool.entry(self.key(b)).or_default();
                let home = free.pop().unwrap_or(b);
                self.home.insert(b, home);
                taken.push(home);
            }
            for list in lists(step) {
                self.list(list, &mut inner, &[]);
            }
            for &b in &ends[i] {
                let home = self.home[&b];
                pool.entry(self.key(b)).or_default().push(home);
                taken.retain(|&t| t != home);
            }
        }
        // Lists that draw on the same pool later find everything free.
        for t in taken {
            if outputs.is_empty() {
                pool.entry(self.key(t)).or_default().push(t);
            }
        }
    }

    fn key(&self, b: BufId) -> (DType, usize) {
        let d = &self.buffers[b.0 as usize];
        (d.dtype, d.len)
    }
}

/// The same program with fewer buffers.
pub(crate) fn reuse(program: Program) -> Program {
    let mut planner = Planner { buffers: &program.buffers, home: FastMap::default() };
    // An output that is read nowhere must not be shared either: outputs are alive to the end.
    planner.list(&program.steps, &mut Pool::default(), &program.outputs);
    let home = planner.home;
    let settle = |b: BufId| *home.get(&b).unwrap_or(&b);
    let mut steps = program.steps;
    steps.iter_mut().for_each(|s| rename(s, &settle));
    let outputs: Vec<BufId> = program.outputs.iter().map(|&b| settle(b)).collect();

    let mut used = vec![false; program.buffers.len()];
    let mut mark = |b: BufId| used[b.0 as usize] = true;
    program.inputs.iter().chain(&outputs).for_each(|&b| mark(b));
    steps.iter().for_each(|s| all(s, &mut mark));
    let mut number = vec![BufId(0); used.len()];
    let mut buffers = Vec::new();
    for (i, decl) in program.buffers.into_iter().enumerate() {
        if used[i] {
            number[i] = BufId(buffers.len() as u32);
            buffers.push(decl);
        }
    }
    let renumber = |b: BufId| number[b.0 as usize];
    steps.iter_mut().for_each(|s| rename(s, &renumber));
    Program {
        buffers,
        inputs: program.inputs.iter().map(|&b| renumber(b)).collect(),
        outputs: outputs.iter().map(|&b| renumber(b)).collect(),
        steps,
    }
}
