//! Loads and stores of a block, one element or four.

use super::build::{Gen, Helper, Opd, mem};
use super::lane::{LANES, Lane, extract, replace};
use gradlens_kernel::{DType, ScalarType, Store};
use wasm_encoder::{Instruction as I, ValType};

/// Loads the element whose address is on the stack, `offset` bytes on.
fn load_scalar(g: &mut Gen, dtype: DType, offset: u32) {
    match dtype {
        DType::Bool => g.ops([I::I32Load8U(mem(offset, 0)), I::I32Const(0), I::I32Ne]),
        DType::I8 => g.op(I::I32Load8S(mem(offset, 0))),
        DType::U8 => g.op(I::I32Load8U(mem(offset, 0))),
        DType::I16 => g.op(I::I32Load16S(mem(offset, 1))),
        DType::U16 => g.op(I::I32Load16U(mem(offset, 1))),
        DType::F16 => {
            g.op(I::I32Load16U(mem(offset, 1)));
            g.call(Helper::F16ToF32);
        }
        DType::BF16 => {
            g.ops([I::I32Load16U(mem(offset, 1)), I::I32Const(16), I::I32Shl, I::F32ReinterpretI32]);
        }
        DType::I32 | DType::U32 => g.op(I::I32Load(mem(offset, 2))),
        DType::F32 => g.op(I::F32Load(mem(offset, 2))),
        DType::I64 | DType::U64 => g.op(I::I64Load(mem(offset, 3))),
        DType::F64 => g.op(I::F64Load(mem(offset, 3))),
    }
}

/// Stores the scalar on the stack at the address below it, narrowing.
fn store_scalar(g: &mut Gen, dtype: DType) {
    match dtype {
        DType::Bool | DType::I8 | DType::U8 => g.op(I::I32Store8(mem(0, 0))),
        DType::I16 | DType::U16 => g.op(I::I32Store16(mem(0, 1))),
        DType::F16 => {
            g.call(Helper::F32ToF16);
            g.op(I::I32Store16(mem(0, 1)));
        }
        DType::BF16 => {
            g.call(Helper::F32ToBf16);
            g.op(I::I32Store16(mem(0, 1)));
        }
        DType::I32 | DType::U32 => g.op(I::I32Store(mem(0, 2))),
        DType::F32 => g.op(I::F32Store(mem(0, 2))),
        DType::I64 | DType::U64 => g.op(I::I64Store(mem(0, 3))),
        DType::F64 => g.op(I::F64Store(mem(0, 3))),
    }
}

impl Lane<'_> {
    /// Pushes the address of a lane's element.
    fn address(&self, g: &mut Gen, arg: u16, id: u32, lane: usize) {
        let (a, slot) = (&self.addresses[id as usize], self.slots[arg as usize]);
        let size = slot.dtype.size() as i64;
        let along = self.vector.map_or(0, |d| a.strides[d]) * lane as i64;
        if let Some(p) = self.pointer(arg, id) {
            g.get(p);
            if along != 0 {
                g.i32((along * size) as i32);
                g.op(I::I32Add);
            }
            return;
        }
        // Clamped: in 64 bits, since the parts may be anything.
        let at = g.temp(ValType::I64, 6);
        g.op(I::I64Const(a.offset + along));
        for (d, &s) in a.strides.iter().enumerate() {
            if s != 0 {
                g.get(self.loops.vars[d]);
                g.ops([I::I64ExtendI32U, I::I64Const(s), I::I64Mul, I::I64Add]);
            }
        }
        if let Some(v) = a.dynamic {
            match self.opd(v) {
                o if self.vector.is_none() => g.push(o),
                o => {
                    self.push(g, o);
                    extract(g, ScalarType::I32, lane as u8);
                }
            }
            g.ops([I::I64ExtendI32S, I::I64Add]);
        }
        let top = slot.len as i64 - 1;
        g.ops([I::LocalTee(at), I::I64Const(0), I::LocalGet(at), I::I64Const(0), I::I64GtS, I::Select]);
        g.ops([I::LocalTee(at), I::I64Const(top), I::LocalGet(at), I::I64Const(top), I::I64LtS, I::Select]);
        g.op(I::I32WrapI64);
        if size != 1 {
            g.i32(size.trailing_zeros() as i32);
            g.op(I::I32Shl);
        }
        g.get(slot.base);
        g.op(I::I32Add);
    }

    /// `dst = slot[address]`.
    pub fn load(&self, g: &mut Gen, dst: u32, arg: u16, id: u32) {
        let slot = self.slots[arg as usize];
        let ty = slot.dtype.register();
        if slot.len == 0 {
            self.push(g, Opd::Const(ty, 0));
            g.set(dst);
            return;
        }
        let Some(d) = self.vector else {
            self.address(g, arg, id, 0);
            load_scalar(g, slot.dtype, 0);
            g.set(dst);
            return;
        };
        let affine = self.pointer(arg, id).is_some();
        let stride = self.addresses[id as usize].strides[d];
        match (affine, stride, slot.dtype) {
            (true, 0, DType::I32 | DType::U32 | DType::F32) => {
                self.address(g, arg, id, 0);
                g.ops([I::V128Load32Splat(mem(0, 2)), I::LocalSet(dst)]);
            }
            (true, 0, dtype) => {
                self.address(g, arg, id, 0);
                load_scalar(g, dtype, 0);
                match ty {
                    ScalarType::F32 => g.op(I::F32x4Splat),
                    ScalarType::Bool => g.ops([I::I32x4Splat, I::I32x4Neg]),
                    _ => g.op(I::I32x4Splat),
                }
                g.set(dst);
            }
            (true, 1, DType::I32 | DType::U32 | DType::F32) => {
                self.address(g, arg, id, 0);
                g.ops([I::V128Load(mem(0, 2)), I::LocalSet(dst)]);
            }
            (true, 1, DType::I16 | DType::U16 | DType::BF16) => {
                self.address(g, arg, id, 0);
                g.op(match slot.dtype {
                    DType::I16 => I::V128Load16x4S(mem(0, 1)),
                    _ => I::V128Load16x4U(mem(0, 1)),
                });
                if slot.dtype == DType::BF16 {
                    g.ops([I::I32Const(16), I::I32x4Shl]);
                }
                g.set(dst);
            }
            (true, 1, DType::Bool | DType::I8 | DType::U8) => {
                self.address(g, arg, id, 0);
                g.op(I::V128Load32Zero(mem(0, 0)));
                match slot.dtype {
                    DType::I8 => g.ops([I::I16x8ExtendLowI8x16S, I::I32x4ExtendLowI16x8S]),
                    _ => g.ops([I::I16x8ExtendLowI8x16U, I::I32x4ExtendLowI16x8U]),
                }
                if slot.dtype == DType::Bool {
                    g.ops([I::V128Const(0), I::I32x4Ne]);
                }
                g.set(dst);
            }
            _ => {
                let into = g.temp(ValType::V128, 1);
                for lane in 0..LANES {
                    g.get(into);
                    self.address(g, arg, id, lane);
                    load_scalar(g, slot.dtype, 0);
                    replace(g, ty, lane as u8);
                    g.set(into);
                }
                g.ops([I::LocalGet(into), I::LocalSet(dst)]);
            }
        }
    }

    /// Emits the stores of the block's values.
    pub fn stores(&self, g: &mut Gen, stores: &[Store]) {
        for s in stores {
            let slot = self.slots[s.arg.0 as usize];
            if slot.len == 0 {
                continue;
            }
            let o = self.opd(s.value);
            let (arg, id) = (s.arg.0, s.index.0);
            let Some(d) = self.vector else {
                self.address(g, arg, id, 0);
                g.push(o);
                store_scalar(g, slot.dtype);
                continue;
            };
            let affine = self.pointer(arg, id).is_some();
            let stride = self.addresses[id as usize].strides[d];
            match (affine, stride, slot.dtype) {
                (true, 1, DType::I32 | DType::U32 | DType::F32) => {
                    self.address(g, arg, id, 0);
                    self.push(g, o);
                    g.op(I::V128Store(mem(0, 2)));
                }
                (true, 1, DType::Bool | DType::I8 | DType::U8) => {
                    self.address(g, arg, id, 0);
                    self.push(g, o);
                    if slot.dtype == DType::Bool {
                        g.ops([I::V128Const(super::lane::splat(1)), I::V128And]);
                    }
                    let bytes = [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12];
                    g.ops([I::V128Const(0), I::I8x16Shuffle(bytes)]);
                    g.op(I::V128Store32Lane { memarg: mem(0, 0), lane: 0 });
                }
                (true, 1, DType::I16 | DType::U16) => {
                    self.address(g, arg, id, 0);
                    self.push(g, o);
                    let bytes = [0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13];
                    g.ops([I::V128Const(0), I::I8x16Shuffle(bytes)]);
                    g.op(I::V128Store64Lane { memarg: mem(0, 1), lane: 0 });
                }
                _ => {
                    for lane in 0..LANES {
                        self.address(g, arg, id, lane);
                        self.push(g, o);
                        extract(g, slot.dtype.register(), lane as u8);
                        store_scalar(g, slot.dtype);
                    }
                }
            }
        }
    }
}
