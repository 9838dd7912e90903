//! One block's code inside another.

use super::{BlockBuilder, Mode};
use crate::dtype::ScalarType;
use crate::scalar::{Block, Const, LoopId, Op, RegionId, Value};
use std::collections::HashMap;

impl BlockBuilder {
    /// A whole block's code here, its parameters being `params`; gives its results. Loads keep their slots.
    pub fn inline(&mut self, block: &Block, params: &[Value]) -> Vec<Value> {
        let types: Vec<ScalarType> = params.iter().map(|&v| self.ty(v)).collect();
        assert_eq!(types, block.params, "inlined parameters");
        self.with_mode(Mode::Ieee, |b| {
            let mut map = HashMap::new();
            b.inline_region(block, RegionId(0), params, &mut map, &[]);
            block.results().iter().map(|v| map[v]).collect()
        })
    }

    fn inline_region(
        &mut self,
        from: &Block,
        region: RegionId,
        params: &[Value],
        map: &mut HashMap<Value, Value>,
        carried: &[(LoopId, Vec<Value>)],
    ) {
        for &v in &from.region(region).code {
            let inst = from.inst(v);
            let new = match inst.op {
                Op::Const(bits) => self.constant(Const { ty: inst.ty, bits }),
                Op::Index(d) => self.index(d as usize),
                Op::Param(k) => params[k as usize],
                Op::Load(arg, id) => {
                    let mut e = from.index_expr(id).clone();
                    e.dynamic = e.dynamic.map(|d| map[&d]);
                    let id = self.index_expr(e);
                    self.push(Op::Load(arg, id), inst.ty, inst.raw)
                }
                Op::Un(op, x) => {
                    let x = map[&x];
                    self.with_raw(inst.raw, |b| b.un(op, x))
                }
                Op::Bin(op, x, y) => {
                    let (x, y) = (map[&x], map[&y]);
                    self.with_raw(inst.raw, |b| b.bin(op, x, y))
                }
                Op::Cmp(op, x, y) => {
                    let (x, y) = (map[&x], map[&y]);
                    self.with_raw(inst.raw, |b| b.cmp(op, x, y))
                }
                Op::Select(c, x, y) => self.select(map[&c], map[&x], map[&y]),
                Op::Cast(x) => {
                    let x = map[&x];
                    self.with_raw(inst.raw, |b| b.cast(inst.ty, x))
                }
                Op::Bitcast(x) => self.bitcast(inst.ty, map[&x]),
                Op::Carried(l, k) => match carried.iter().rev().find(|(id, _)| *id == l) {
                    Some((_, values)) => values[k as usize],
                    None => unreachable!("carried value outside its loop"),
                },
                Op::Loop(l) => {
                    let lp = from.loop_(l).clone();
                    let init: Vec<Value> = lp.init.iter().map(|v| map[v]).collect();
                    // The two regions each extend their own copy of what is known, since neither sees the other's values.
                    let (outer, carried_outer) = (map.clone(), carried.to_vec());
                    let go = |b: &mut BlockBuilder, c: &[Value], r: RegionId| {
                        let mut map = outer.clone();
                        let mut carried = carried_outer.clone();
                        carried.push((l, c.to_vec()));
                        b.inline_region(from, r, params, &mut map, &carried);
                        from.region(r).results.iter().map(|v| map[v]).collect::<Vec<Value>>()
                    };
                    let results = self.loop_(&init, lp.limit, |b, c| go(b, c, lp.cond)[0], |b, c| go(b, c, lp.body));
                    // Results are looked up through the loop's own id; a loop that carries nothing has none.
                    for (k, &r) in results.iter().enumerate() {
                        for &u in &from.region(region).code {
                            if from.inst(u).op == Op::Result(v, k as u16) {
                                map.insert(u, r);
                            }
                        }
                    }
                    continue;
                }
                Op::Result(..) => continue,
            };
            map.insert(v, new);
        }
    }

    fn with_raw<R>(&mut self, raw: bool, f: impl FnOnce(&mut BlockBuilder) -> R) -> R {
        self.with_mode(if raw { Mode::Raw } else { Mode::Ieee }, f)
    }
}
