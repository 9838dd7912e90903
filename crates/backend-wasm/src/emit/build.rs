//! The function under construction: instructions, locals, imported helpers, and scalar code for every operation.

use gradlens_kernel::{BinOp, CmpOp, DType, ScalarType, UnOp};
use std::collections::HashMap;
use wasm_encoder::{BlockType, Ieee32, Ieee64, Instruction as I, MemArg, ValType};

/// What a module imports because wasm has no instruction for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Helper {
    /// `(f32, f32) -> f32`: C's `fmodf`.
    FmodF32,
    /// `(f64, f64) -> f64`: C's `fmod`.
    FmodF64,
    /// `(i32) -> f32`: widens binary16 bits.
    F16ToF32,
    /// `(f32) -> i32`: rounds to binary16 bits.
    F32ToF16,
    /// `(f32) -> i32`: rounds to bfloat16 bits.
    F32ToBf16,
}

impl Helper {
    /// All of them.
    pub const ALL: [Helper; 5] =
        [Helper::FmodF32, Helper::FmodF64, Helper::F16ToF32, Helper::F32ToF16, Helper::F32ToBf16];

    /// The import's name.
    pub fn name(self) -> &'static str {
        match self {
            Helper::FmodF32 => "fmodf",
            Helper::FmodF64 => "fmod",
            Helper::F16ToF32 => "f16_to_f32",
            Helper::F32ToF16 => "f32_to_f16",
            Helper::F32ToBf16 => "f32_to_bf16",
        }
    }

    /// Parameters and result.
    pub fn signature(self) -> (Vec<ValType>, ValType) {
        use ValType::{F32, F64, I32};
        match self {
            Helper::FmodF32 => (vec![F32, F32], F32),
            Helper::FmodF64 => (vec![F64, F64], F64),
            Helper::F16ToF32 => (vec![I32], F32),
            Helper::F32ToF16 | Helper::F32ToBf16 => (vec![F32], I32),
        }
    }
}

/// An operand.
#[derive(Clone, Copy, Debug)]
pub enum Opd {
    /// A local.
    Local(u32),
    /// A constant's bits.
    Const(ScalarType, u64),
}

/// The function under construction. Local 0 is the address of the slots' addresses, local 1 that of scratch memory.
pub struct Gen {
    /// Its code.
    pub code: Vec<I<'static>>,
    /// Its locals, after the parameters.
    pub locals: Vec<ValType>,
    /// The helpers it calls, in the order of their imports.
    pub helpers: Vec<Helper>,
    scratch: HashMap<(ValType, u8), u32>,
}

/// Parameters of an emitted function.
pub const PARAMS: u32 = 2;

/// The wasm type of a register.
pub fn valtype(ty: ScalarType) -> ValType {
    match ty {
        ScalarType::Bool | ScalarType::I32 | ScalarType::U32 => ValType::I32,
        ScalarType::I64 | ScalarType::U64 => ValType::I64,
        ScalarType::F32 => ValType::F32,
        ScalarType::F64 => ValType::F64,
    }
}

/// A memory operand: alignment as a power of two.
pub fn mem(offset: u32, align: u32) -> MemArg {
    MemArg { offset: offset as u64, align, memory_index: 0 }
}

impl Gen {
    /// An empty function.
    pub fn new() -> Gen {
        Gen { code: Vec::new(), locals: Vec::new(), helpers: Vec::new(), scratch: HashMap::new() }
    }

    /// Appends.
    pub fn op(&mut self, i: I<'static>) {
        self.code.push(i);
    }

    /// Appends several.
    pub fn ops(&mut self, is: impl IntoIterator<Item = I<'static>>) {
        self.code.extend(is);
    }

    /// A new local.
    pub fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        PARAMS + self.locals.len() as u32 - 1
    }

    /// A local for the moment, the same for each `(ty, k)`.
    pub fn temp(&mut self, ty: ValType, k: u8) -> u32 {
        if let Some(&l) = self.scratch.get(&(ty, k)) {
            return l;
        }
        let l = self.local(ty);
        self.scratch.insert((ty, k), l);
        l
    }

    /// `local.get`.
    pub fn get(&mut self, l: u32) {
        self.op(I::LocalGet(l));
    }

    /// `local.set`.
    pub fn set(&mut self, l: u32) {
        self.op(I::LocalSet(l));
    }

    /// `i32.const`.
    pub fn i32(&mut self, x: i32) {
        self.op(I::I32Const(x));
    }

    /// Pushes a scalar operand.
    pub fn push(&mut self, o: Opd) {
        match o {
            Opd::Local(l) => self.get(l),
            Opd::Const(ty, bits) => self.op(match valtype(ty) {
                ValType::I64 => I::I64Const(bits as i64),
                ValType::F32 => I::F32Const(Ieee32::new(bits as u32)),
                ValType::F64 => I::F64Const(Ieee64::new(bits)),
                _ => I::I32Const(bits as u32 as i32),
            }),
        }
    }

    /// Calls a helper.
    pub fn call(&mut self, h: Helper) {
        let i = match self.helpers.iter().position(|x| *x == h) {
            Some(i) => i,
            None => {
                self.helpers.push(h);
                self.helpers.len() - 1
            }
        };
        self.op(I::Call(i as u32));
    }

    /// `i = from; do { body; i += step } while i < to`: at least one iteration is known to be wanted.
    pub fn repeat<R>(&mut self, i: u32, from: i32, to: i32, step: i32, body: impl FnOnce(&mut Gen) -> R) -> R {
        self.i32(from);
        self.set(i);
        self.op(I::Loop(BlockType::Empty));
        let r = body(self);
        self.get(i);
        self.i32(step);
        self.ops([I::I32Add, I::LocalTee(i)]);
        self.i32(to);
        self.ops([I::I32LtS, I::BrIf(0), I::End]);
        r
    }

    /// Pushes a scalar unary operation's value.
    pub fn un(&mut self, op: UnOp, ty: ScalarType, a: Opd) {
        let wide = ty.bits() == 64;
        if ty.is_float() {
            self.un_float(op, ty, a);
            return;
        }
        match op {
            UnOp::Neg => {
                self.push(Opd::Const(ty, 0));
                self.push(a);
                self.op(if wide { I::I64Sub } else { I::I32Sub });
            }
            UnOp::Abs => {
                self.push(Opd::Const(ty, 0));
                self.push(a);
                self.op(if wide { I::I64Sub } else { I::I32Sub });
                self.push(a);
                self.push(a);
                self.push(Opd::Const(ty, 0));
                self.ops([if wide { I::I64LtS } else { I::I32LtS }, I::Select]);
            }
            UnOp::Not => {
                self.push(a);
                self.push(Opd::Const(ty, if ty == ScalarType::Bool { 1 } else { u64::MAX }));
                self.op(if wide { I::I64Xor } else { I::I32Xor });
            }
            UnOp::Popcount => {
                self.push(a);
                self.op(if wide { I::I64Popcnt } else { I::I32Popcnt });
            }
            UnOp::Clz => {
                self.push(a);
                self.op(if wide { I::I64Clz } else { I::I32Clz });
            }
            UnOp::Narrow(d) => {
                self.push(a);
                match d {
                    DType::Bool => self.ops([I::I32Const(1), I::I32And]),
                    DType::I8 => self.op(I::I32Extend8S),
                    DType::I16 => self.op(I::I32Extend16S),
                    DType::U8 => self.ops([I::I32Const(0xff), I::I32And]),
                    DType::U16 => self.ops([I::I32Const(0xffff), I::I32And]),
                    _ => {}
                }
            }
            _ => self.push(a),
        }
    }

    fn un_float(&mut self, op: UnOp, ty: ScalarType, a: Opd) {
        let wide = ty == ScalarType::F64;
        let pick = |n: I<'static>, w: I<'static>| if wide { w } else { n };
        let lit = |x: f64| if wide { Opd::Const(ty, x.to_bits()) } else { Opd::Const(ty, (x as f32).to_bits() as u64) };
        match op {
            UnOp::Flush => {
                self.push(lit(0.0));
                self.push(a);
                self.op(pick(I::F32Copysign, I::F64Copysign));
                self.push(a);
                self.push(a);
                self.op(pick(I::F32Abs, I::F64Abs));
                self.push(lit(if wide { f64::MIN_POSITIVE } else { f32::MIN_POSITIVE as f64 }));
                self.ops([pick(I::F32Lt, I::F64Lt), I::Select]);
            }
            UnOp::RoundAway => {
                // A half or more away from zero's side: one more, with the sign. The difference is exact.
                let t = self.temp(valtype(ty), 7);
                self.push(a);
                self.ops([pick(I::F32Trunc, I::F64Trunc), I::LocalTee(t)]);
                self.push(lit(1.0));
                self.push(a);
                self.ops([pick(I::F32Copysign, I::F64Copysign), pick(I::F32Add, I::F64Add), I::LocalGet(t)]);
                self.push(a);
                self.ops([I::LocalGet(t), pick(I::F32Sub, I::F64Sub), pick(I::F32Abs, I::F64Abs)]);
                self.push(lit(0.5));
                self.ops([pick(I::F32Ge, I::F64Ge), I::Select]);
            }
            UnOp::IsNan => {
                self.push(a);
                self.push(a);
                self.op(pick(I::F32Ne, I::F64Ne));
            }
            UnOp::IsInf | UnOp::IsFinite => {
                self.push(a);
                self.op(pick(I::F32Abs, I::F64Abs));
                self.push(lit(f64::INFINITY));
                self.op(if op == UnOp::IsInf { pick(I::F32Eq, I::F64Eq) } else { pick(I::F32Lt, I::F64Lt) });
            }
            UnOp::Narrow(DType::F16) => {
                self.push(a);
                self.call(Helper::F32ToF16);
                self.call(Helper::F16ToF32);
            }
            UnOp::Narrow(DType::BF16) => {
                self.push(a);
                self.call(Helper::F32ToBf16);
                self.ops([I::I32Const(16), I::I32Shl, I::F32ReinterpretI32]);
            }
            _ => {
                self.push(a);
                match op {
                    UnOp::Neg => self.op(pick(I::F32Neg, I::F64Neg)),
                    UnOp::Abs => self.op(pick(I::F32Abs, I::F64Abs)),
                    UnOp::Sqrt => self.op(pick(I::F32Sqrt, I::F64Sqrt)),
                    UnOp::Floor => self.op(pick(I::F32Floor, I::F64Floor)),
                    UnOp::Ceil => self.op(pick(I::F32Ceil, I::F64Ceil)),
                    UnOp::Trunc => self.op(pick(I::F32Trunc, I::F64Trunc)),
                    UnOp::RoundEven => self.op(pick(I::F32Nearest, I::F64Nearest)),
                    _ => {}
                }
            }
        }
    }

    /// Pushes a scalar binary operation's value.
    pub fn bin(&mut self, op: BinOp, ty: ScalarType, a: Opd, b: Opd) {
        let wide = ty.bits() == 64;
        if ty.is_float() {
            self.push(a);
            self.push(b);
            let pick = |n: I<'static>, w: I<'static>| if wide { w } else { n };
            match op {
                BinOp::Add => self.op(pick(I::F32Add, I::F64Add)),
                BinOp::Sub => self.op(pick(I::F32Sub, I::F64Sub)),
                BinOp::Mul => self.op(pick(I::F32Mul, I::F64Mul)),
                BinOp::Div => self.op(pick(I::F32Div, I::F64Div)),
                BinOp::Min => self.op(pick(I::F32Min, I::F64Min)),
                BinOp::Max => self.op(pick(I::F32Max, I::F64Max)),
                _ => self.call(if wide { Helper::FmodF64 } else { Helper::FmodF32 }),
            }
            return;
        }
        let signed = ty.is_signed_int();
        let pick = |n: I<'static>, w: I<'static>| if wide { w } else { n };
        let int = |x: i64| Opd::Const(ty, x as u64);
        let vt = BlockType::Result(valtype(ty));
        match op {
            BinOp::Min | BinOp::Max if ty != ScalarType::Bool => {
                self.push(a);
                self.push(b);
                self.push(a);
                self.push(b);
                self.op(match (op == BinOp::Min, signed) {
                    (true, true) => pick(I::I32LtS, I::I64LtS),
                    (true, false) => pick(I::I32LtU, I::I64LtU),
                    (false, true) => pick(I::I32GtS, I::I64GtS),
                    (false, false) => pick(I::I32GtU, I::I64GtU),
                });
                self.op(I::Select);
            }
            BinOp::Div => {
                self.push(b);
                self.ops([pick(I::I32Eqz, I::I64Eqz), I::If(vt)]);
                self.push(int(-1));
                self.op(I::Else);
                if signed {
                    // The one quotient that overflows: wasm would trap.
                    self.push(b);
                    self.push(int(-1));
                    self.ops([pick(I::I32Eq, I::I64Eq), I::If(vt)]);
                    self.push(int(0));
                    self.push(a);
                    self.ops([pick(I::I32Sub, I::I64Sub), I::Else]);
                }
                self.push(a);
                self.push(b);
                self.op(if signed { pick(I::I32DivS, I::I64DivS) } else { pick(I::I32DivU, I::I64DivU) });
                if signed {
                    self.op(I::End);
                }
                self.op(I::End);
            }
            BinOp::Rem => {
                self.push(b);
                self.ops([pick(I::I32Eqz, I::I64Eqz), I::If(vt)]);
                self.push(a);
                self.op(I::Else);
                self.push(a);
                self.push(b);
                self.op(if signed { pick(I::I32RemS, I::I64RemS) } else { pick(I::I32RemU, I::I64RemU) });
                self.op(I::End);
            }
            BinOp::Shl | BinOp::Shr => {
                let width = ty.bits() as i64;
                self.push(a);
                self.push(b);
                self.op(match (op == BinOp::Shl, signed) {
                    (true, _) => pick(I::I32Shl, I::I64Shl),
                    (_, true) => pick(I::I32ShrS, I::I64ShrS),
                    _ => pick(I::I32ShrU, I::I64ShrU),
                });
                if op == BinOp::Shr && signed {
                    self.push(a);
                    self.push(int(width - 1));
                    self.op(pick(I::I32ShrS, I::I64ShrS));
                } else {
                    self.push(int(0));
                }
                self.push(b);
                self.push(int(width));
                self.ops([pick(I::I32LtU, I::I64LtU), I::Select]);
            }
            BinOp::MulHi => {
                self.push(a);
                self.op(I::I64ExtendI32U);
                self.push(b);
                self.ops([I::I64ExtendI32U, I::I64Mul, I::I64Const(32), I::I64ShrU, I::I32WrapI64]);
            }
            _ => {
                self.push(a);
                self.push(b);
                self.op(match op {
                    BinOp::Add => pick(I::I32Add, I::I64Add),
                    BinOp::Sub => pick(I::I32Sub, I::I64Sub),
                    BinOp::Mul => pick(I::I32Mul, I::I64Mul),
                    BinOp::And | BinOp::Min => pick(I::I32And, I::I64And),
                    BinOp::Or | BinOp::Max => pick(I::I32Or, I::I64Or),
                    _ => pick(I::I32Xor, I::I64Xor),
                });
            }
        }
    }

    /// Pushes a scalar comparison's value.
    pub fn cmp(&mut self, op: CmpOp, ty: ScalarType, a: Opd, b: Opd) {
        self.push(a);
        self.push(b);
        use CmpOp::*;
        self.op(match (valtype(ty), ty.is_signed_int(), op) {
            (ValType::F32, _, Eq) => I::F32Eq,
            (ValType::F32, _, Ne) => I::F32Ne,
            (ValType::F32, _, Lt) => I::F32Lt,
            (ValType::F32, _, Le) => I::F32Le,
            (ValType::F32, _, Gt) => I::F32Gt,
            (ValType::F32, _, Ge) => I::F32Ge,
            (ValType::F64, _, Eq) => I::F64Eq,
            (ValType::F64, _, Ne) => I::F64Ne,
            (ValType::F64, _, Lt) => I::F64Lt,
            (ValType::F64, _, Le) => I::F64Le,
            (ValType::F64, _, Gt) => I::F64Gt,
            (ValType::F64, _, Ge) => I::F64Ge,
            (ValType::I64, _, Eq) => I::I64Eq,
            (ValType::I64, _, Ne) => I::I64Ne,
            (ValType::I64, true, Lt) => I::I64LtS,
            (ValType::I64, true, Le) => I::I64LeS,
            (ValType::I64, true, Gt) => I::I64GtS,
            (ValType::I64, true, Ge) => I::I64GeS,
            (ValType::I64, false, Lt) => I::I64LtU,
            (ValType::I64, false, Le) => I::I64LeU,
            (ValType::I64, false, Gt) => I::I64GtU,
            (ValType::I64, false, Ge) => I::I64GeU,
            (_, _, Eq) => I::I32Eq,
            (_, _, Ne) => I::I32Ne,
            (_, true, Lt) => I::I32LtS,
            (_, true, Le) => I::I32LeS,
            (_, true, Gt) => I::I32GtS,
            (_, true, Ge) => I::I32GeS,
            (_, false, Lt) => I::I32LtU,
            (_, false, Le) => I::I32LeU,
            (_, false, Gt) => I::I32GtU,
            (_, false, Ge) => I::I32GeU,
        });
    }

    /// Pushes a scalar conversion's value.
    pub fn cast(&mut self, from: ScalarType, to: ScalarType, a: Opd) {
        use ScalarType as S;
        self.push(a);
        if to == S::Bool {
            if from != S::Bool {
                self.push(Opd::Const(from, 0));
                self.op(match valtype(from) {
                    ValType::I64 => I::I64Ne,
                    ValType::F32 => I::F32Ne,
                    ValType::F64 => I::F64Ne,
                    _ => I::I32Ne,
                });
            }
            return;
        }
        let signed = from.is_signed_int();
        match (valtype(from), to) {
            (ValType::I32, S::I64 | S::U64) => self.op(if signed { I::I64ExtendI32S } else { I::I64ExtendI32U }),
            (ValType::I32, S::F32) => self.op(if signed { I::F32ConvertI32S } else { I::F32ConvertI32U }),
            (ValType::I32, S::F64) => self.op(if signed { I::F64ConvertI32S } else { I::F64ConvertI32U }),
            (ValType::I64, S::I32 | S::U32) => self.op(I::I32WrapI64),
            (ValType::I64, S::F32) => self.op(if signed { I::F32ConvertI64S } else { I::F32ConvertI64U }),
            (ValType::I64, S::F64) => self.op(if signed { I::F64ConvertI64S } else { I::F64ConvertI64U }),
            (ValType::F32, S::I32) => self.op(I::I32TruncSatF32S),
            (ValType::F32, S::U32) => self.op(I::I32TruncSatF32U),
            (ValType::F32, S::I64) => self.op(I::I64TruncSatF32S),
            (ValType::F32, S::U64) => self.op(I::I64TruncSatF32U),
            (ValType::F32, S::F64) => self.op(I::F64PromoteF32),
            (ValType::F64, S::I32) => self.op(I::I32TruncSatF64S),
            (ValType::F64, S::U32) => self.op(I::I32TruncSatF64U),
            (ValType::F64, S::I64) => self.op(I::I64TruncSatF64S),
            (ValType::F64, S::U64) => self.op(I::I64TruncSatF64U),
            (ValType::F64, S::F32) => self.op(I::F32DemoteF64),
            _ => {}
        }
    }

    /// Pushes a scalar's bits as another type.
    pub fn bitcast(&mut self, from: ScalarType, to: ScalarType, a: Opd) {
        self.push(a);
        match (valtype(from), valtype(to)) {
            (ValType::F32, ValType::I32) => self.op(I::I32ReinterpretF32),
            (ValType::I32, ValType::F32) => self.op(I::F32ReinterpretI32),
            (ValType::F64, ValType::I64) => self.op(I::I64ReinterpretF64),
            (ValType::I64, ValType::F64) => self.op(I::F64ReinterpretI64),
            _ => {}
        }
    }
}
