//! The f32 mathematics on a float unit as bad as WebGPU allows: a raw instruction that meets or makes infinity or NaN gives
//! garbage, a raw zero has the wrong sign, a raw subnormal is gone. What comes out must not change.

use gradlens_kernel::*;

/// Walks a block for one element, honestly or not.
struct Walk<'a> {
    block: &'a Block,
    args: &'a [u64],
    hostile: bool,
    values: Vec<u64>,
    carried: Vec<Vec<u64>>,
}

const GARBAGE: u64 = 0x4640_e6b7; // 12345.678

impl Walk<'_> {
    fn get(&self, v: Value) -> u64 {
        self.values[v.0 as usize]
    }

    fn bad(&self, v: Value) -> bool {
        self.block.ty(v) == ScalarType::F32 && !f32::from_bits(self.get(v) as u32).is_finite()
    }

    fn region(&mut self, r: RegionId) -> Vec<u64> {
        let block = self.block;
        for &v in &block.region(r).code {
            let inst = block.inst(v);
            let mut operands = Vec::new();
            let value = match inst.op {
                Op::Const(bits) => bits,
                Op::Param(k) => self.args[k as usize],
                Op::Un(op, x) => eval::unary(op, block.ty(x), self.get(x)).expect("valid"),
                Op::Bin(op, x, y) => eval::binary(op, inst.ty, self.get(x), self.get(y)).expect("valid"),
                Op::Cmp(op, x, y) => eval::compare(op, block.ty(x), self.get(x), self.get(y)) as u64,
                Op::Select(c, x, y) => self.get(if self.get(c) != 0 { x } else { y }),
                Op::Cast(x) => eval::cast(block.ty(x), inst.ty, self.get(x)),
                Op::Bitcast(x) => self.get(x),
                Op::Carried(l, k) => self.carried[l.0 as usize][k as usize],
                Op::Result(u, k) => match block.inst(u).op {
                    Op::Loop(l) => self.carried[l.0 as usize][k as usize],
                    _ => panic!("a result of no loop"),
                },
                Op::Loop(l) => {
                    let lp = block.loop_(l);
                    self.carried[l.0 as usize] = lp.init.iter().map(|&i| self.get(i)).collect();
                    for _ in 0..lp.limit {
                        if self.region(lp.cond)[0] == 0 {
                            break;
                        }
                        self.carried[l.0 as usize] = self.region(lp.body);
                    }
                    0
                }
                Op::Index(_) | Op::Load(..) => panic!("a formula loads nothing"),
            };
            block.operands(v, &mut operands);
            self.values[v.0 as usize] = self.spoil(inst, value, &operands);
        }
        block.region(r).results.iter().map(|&v| self.get(v)).collect()
    }

    /// What a bad float unit makes of a raw instruction.
    fn spoil(&self, inst: Inst, value: u64, operands: &[Value]) -> u64 {
        // Sign changes are done on bits everywhere, and the tests of class too.
        let by_bits = matches!(
            inst.op,
            Op::Un(UnOp::Neg | UnOp::Abs | UnOp::IsNan | UnOp::IsInf | UnOp::IsFinite | UnOp::Flush, _)
        );
        if !self.hostile || !inst.raw || by_bits {
            return value;
        }
        let met = operands.iter().any(|&v| self.bad(v));
        if inst.ty != ScalarType::F32 {
            return match (met, inst.ty) {
                (true, ScalarType::Bool) => value ^ 1,
                (true, _) => 77,
                _ => value,
            };
        }
        let x = f32::from_bits(value as u32);
        if met || !x.is_finite() {
            GARBAGE
        } else if x == 0.0 {
            value ^ 0x8000_0000
        } else if x.is_subnormal() {
            value & 0x8000_0000
        } else {
            value
        }
    }
}

fn formula(f: MathFn) -> Block {
    let mut b = BlockBuilder::new(0);
    let xs: Vec<Value> = (0..f.arity()).map(|_| b.param(ScalarType::F32)).collect();
    let r = b.math(f, &xs);
    b.finish(vec![r]).without_dead(&mut [])
}

fn call(block: &Block, args: &[u64], hostile: bool) -> f32 {
    let mut w =
        Walk { block, args, hostile, values: vec![0; block.insts.len()], carried: vec![Vec::new(); block.loops.len()] };
    f32::from_bits(w.region(RegionId(0))[0] as u32)
}

#[test]
fn specials_survive_a_hostile_float_unit() {
    let edges: Vec<f32> = [
        0.0,
        1e-40,
        1.2e-38,
        1e-20,
        0.25,
        0.5,
        0.75,
        1.0,
        1.5,
        2.0,
        2.5,
        3.0,
        7.0,
        10.0,
        50.5,
        87.5,
        88.9,
        104.0,
        130.0,
        1e10,
        1e30,
        f32::MAX,
        f32::INFINITY,
        f32::NAN,
    ]
    .iter()
    .flat_map(|&x: &f32| [x, -x])
    .collect();
    let mut wrong = Vec::new();
    for f in MathFn::ALL {
        let block = formula(f);
        let few: Vec<f32> = if f.arity() == 1 {
            edges.clone()
        } else {
            edges.iter().copied().step_by(f.arity()).chain(edges[12..20].to_vec()).collect()
        };
        let mut rows: Vec<Vec<f32>> = vec![vec![]];
        for _ in 0..f.arity() {
            rows = rows.iter().flat_map(|r| few.iter().map(|&x| [&r[..], &[x]].concat())).collect();
        }
        if f.arity() == 3 {
            rows = rows.into_iter().step_by(7).collect();
        }
        // The iterations' own terms overflow where a parameter is enormous, and JAX's then never end.
        let bounded = matches!(
            f,
            MathFn::Igamma
                | MathFn::Igammac
                | MathFn::IgammaGradA
                | MathFn::RandomGammaGrad
                | MathFn::RegularizedIncompleteBeta
        );
        if bounded {
            rows.retain(|r| r.iter().all(|x| !(x.abs() > 1e10 && x.is_finite())));
        }
        for row in rows {
            let args: Vec<u64> = row.iter().map(|x| x.to_bits() as u64).collect();
            let (honest, hostile) = (call(&block, &args, false), call(&block, &args, true));
            let ok = if honest.is_nan() || hostile.is_nan() {
                honest.is_nan() == hostile.is_nan()
            } else if honest.is_infinite() || hostile.is_infinite() {
                honest == hostile
            } else {
                (honest - hostile).abs() <= 1e-4 * honest.abs() + 1e-36
                    && (honest == 0.0 || honest.is_sign_positive() == hostile.is_sign_positive())
            };
            let zero = honest != 0.0 || hostile != 0.0 || honest.to_bits() == hostile.to_bits();
            if !ok || !zero {
                wrong.push(format!("{f:?}{row:?} = {hostile:e}, honestly {honest:e}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}
