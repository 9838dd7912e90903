//! Random bits as functions of key and position: Threefry-2x32, counted the way JAX counts by default.
//!
//! Element i of a result is made from the key and the counter i alone, so it is an expression like any other.

use crate::Unsupported;
use crate::emit::{Emitter, Step, ready};
use crate::index::{Lin, broadcast_operand, flatten};
use crate::storage::Vals;
use gradlens_ir::{Eqn, Params, Prim};
use gradlens_kernel::{BlockBuilder, ScalarType, Value};

/// Whether the primitive makes or takes apart keys and random bits.
pub(crate) fn is_random(prim: Prim) -> bool {
    use Prim::*;
    matches!(prim, RandomSeed | RandomSplit | RandomFoldIn | RandomBits | RandomWrap | RandomUnwrap | Threefry2x32)
}

/// Rotations of the rounds, four at a time, alternately.
const ROTATIONS: [[u32; 4]; 2] = [[13, 15, 26, 6], [17, 29, 16, 24]];
/// The key schedule's parity word.
const PARITY: u32 = 0x1BD1_1BDA;

/// Threefry-2x32 with 20 rounds (Salmon et al., 2011).
fn threefry(b: &mut BlockBuilder, key: (Value, Value), counter: (Value, Value)) -> (Value, Value) {
    let parity = b.u32(PARITY);
    let mixed = b.xor(key.0, key.1);
    let schedule = [key.0, key.1, b.xor(mixed, parity)];
    let mut x = b.add(counter.0, schedule[0]);
    let mut y = b.add(counter.1, schedule[1]);
    for round in 0..5 {
        for r in ROTATIONS[round % 2] {
            x = b.add(x, y);
            let (high, low) = (b.shl_by(y, r), b.shr_by(y, 32 - r));
            let turned = b.or(high, low);
            y = b.xor(turned, x);
        }
        x = b.add(x, schedule[(round + 1) % 3]);
        let number = b.u32(round as u32 + 1);
        let k = b.add(schedule[(round + 2) % 3], number);
        y = b.add(y, k);
    }
    (x, y)
}

/// A seed's two words: an integer's upper and lower half (the upper of a 32-bit one is zero).
fn words(b: &mut BlockBuilder, seed: Value) -> (Value, Value) {
    let ty = b.ty(seed);
    if ty.bits() < 64 {
        let zero = b.u32(0);
        return (zero, b.cast(ScalarType::U32, seed));
    }
    let wide = b.bitcast(ScalarType::U64, seed);
    let high = b.shr_by(wide, 32);
    (b.cast(ScalarType::U32, high), b.cast(ScalarType::U32, wide))
}

impl Emitter<'_> {
    /// The counter of element `ix` of an array of this shape.
    fn count(&mut self, ix: &[Lin], shape: &[usize]) -> (Value, Value) {
        let b = &mut self.cx.b;
        let at = flatten(ix, shape).emit(b);
        let low = b.cast(ScalarType::U32, at);
        (b.u32(0), low)
    }

    fn key(&mut self, v: Vals) -> (Value, Value) {
        v.pair(|| self.cx.b.u32(0))
    }

    /// Result number `out` of a random primitive at `ix`.
    pub(crate) fn random(&mut self, e: &Eqn, out: usize, ix: &[Lin]) -> Step<Vals> {
        let first = &e.ins[0];
        let rank = self.lv.jaxpr.atom_aval(first).ndim();
        match (e.prim, &e.params) {
            (Prim::RandomSeed, _) => {
                let seed = ready!(self.want(first, ix)).one();
                let (high, low) = words(&mut self.cx.b, seed);
                Ok(Some(Vals::Two(high, low)))
            }
            (Prim::RandomWrap, _) => {
                let at = |i| [ix, &[Lin::at(i)]].concat();
                let got = ready!(self.want_all(&[(first, at(0)), (first, at(1))]));
                Ok(Some(Vals::Two(got[0].one(), got[1].one())))
            }
            (Prim::RandomUnwrap, _) => {
                let key = ready!(self.want(first, &ix[..rank]));
                let (a, c) = self.key(key);
                let b = &mut self.cx.b;
                let (i, zero) = (ix[rank].emit(b), b.i32(0));
                let is_first = b.eq(i, zero);
                Ok(Some(Vals::One(b.select(is_first, a, c))))
            }
            (Prim::RandomSplit, Params::RandomShape { shape }) => {
                let key = ready!(self.want(first, &ix[..rank]));
                let key = self.key(key);
                let counter = self.count(&ix[rank..], shape);
                let (x, y) = threefry(&mut self.cx.b, key, counter);
                Ok(Some(Vals::Two(x, y)))
            }
            (Prim::RandomBits, Params::RandomBits { bit_width, shape }) => {
                let key = ready!(self.want(first, &ix[..rank]));
                let key = self.key(key);
                let counter = self.count(&ix[rank..], shape);
                let b = &mut self.cx.b;
                let (x, y) = threefry(b, key, counter);
                Ok(Some(Vals::One(match bit_width {
                    64 => {
                        let (x, y) = (b.cast(ScalarType::U64, x), b.cast(ScalarType::U64, y));
                        let high = b.shl_by(x, 32);
                        b.or(high, y)
                    }
                    32 => b.xor(x, y),
                    narrow => {
                        let word = b.xor(x, y);
                        let mask = b.u32((1 << narrow) - 1);
                        b.and(word, mask)
                    }
                })))
            }
            (Prim::RandomFoldIn, _) => {
                let data = &e.ins[1];
                let shapes = [first, data].map(|a| self.lv.jaxpr.atom_aval(a).shape.clone());
                let at = |i: usize| broadcast_operand(ix, &shapes[i]);
                let got = ready!(self.want_all(&[(first, at(0)), (data, at(1))]));
                let key = self.key(got[0]);
                let counter = words(&mut self.cx.b, got[1].one());
                let (x, y) = threefry(&mut self.cx.b, key, counter);
                Ok(Some(Vals::Two(x, y)))
            }
            (Prim::Threefry2x32, _) => {
                let wanted: Vec<_> =
                    e.ins.iter().map(|a| (a, broadcast_operand(ix, &self.lv.jaxpr.atom_aval(a).shape))).collect();
                let got = ready!(self.want_all(&wanted));
                let w = |i: usize| got[i].one();
                let (x, y) = threefry(&mut self.cx.b, (w(0), w(1)), (w(2), w(3)));
                Ok(Some(Vals::One(if out == 0 { x } else { y })))
            }
            _ => Err(Unsupported::new(e.prim, "is no random primitive")),
        }
    }
}
