//! Prints the scalar code of a block as WGSL statements.
//!
//! Every register is a `u32` of bits (a bool is 0 or 1), so no float exists outside an operation. A raw instruction is the
//! plain operator between bitcasts; every other float operation is a function of `shaders/floats.wgsl`.

use gradlens_backend::BackendError;
use gradlens_kernel::{
    ArgDecl, BinOp, Block, CmpOp, Const, DType, IndexExpr, Op, RegionId, ScalarType, Store, UnOp, Value,
};
use std::fmt::Write;

/// A text under construction, with the slots that loads and stores name.
pub struct Emitter<'a> {
    /// What has been printed.
    pub out: String,
    args: &'a [ArgDecl],
}

/// Where a block is printed: the names of its values, of its loop variables and of its parameters, and the nest's shape.
pub struct Place<'a> {
    /// Put before each of the block's names.
    pub prefix: &'a str,
    /// An i32 expression for each dimension.
    pub index: &'a [String],
    /// A u32 expression for each parameter.
    pub params: &'a [String],
    /// The dimensions, for what the affine indices can reach.
    pub shape: &'a [usize],
}

/// That a register type cannot be had.
pub fn unsupported_type(what: &str) -> BackendError {
    BackendError::Unsupported(format!("WebGPU has no {what}"))
}

fn check(ty: ScalarType) -> Result<(), BackendError> {
    if ty.bits() == 64 { Err(unsupported_type(ty.name())) } else { Ok(()) }
}

/// The bits of a constant of a type that fits.
pub fn constant(c: Const) -> Result<String, BackendError> {
    check(c.ty)?;
    Ok(format!("0x{:x}u", c.bits as u32))
}

/// `op` of two registers of type `ty`.
pub fn binary(op: BinOp, ty: ScalarType, raw: bool, a: &str, b: &str) -> String {
    let float = ty == ScalarType::F32;
    let signed = ty == ScalarType::I32;
    let call = |f: &str| format!("{f}({a}, {b})");
    let infix = |o: &str| format!("{a} {o} {b}");
    let plain = |o: &str| format!("bitcast<u32>(bitcast<f32>({a}) {o} bitcast<f32>({b}))");
    let as_signed = |f: &str| format!("bitcast<u32>({f}(bitcast<i32>({a}), bitcast<i32>({b})))");
    match op {
        BinOp::Add if float && raw => plain("+"),
        BinOp::Sub if float && raw => plain("-"),
        BinOp::Mul if float && raw => plain("*"),
        BinOp::Div if float && raw => plain("/"),
        BinOp::Add if float => call("f_add"),
        BinOp::Sub if float => call("f_sub"),
        BinOp::Mul if float => call("f_mul"),
        BinOp::Div if float => call("f_div"),
        BinOp::Rem if float => call("f_rem"),
        BinOp::Min if float => call("f_min"),
        BinOp::Max if float => call("f_max"),
        BinOp::Add => infix("+"),
        BinOp::Sub => infix("-"),
        BinOp::Mul => infix("*"),
        BinOp::Div => call(if signed { "i_div" } else { "u_div" }),
        BinOp::Rem => call(if signed { "i_rem" } else { "u_rem" }),
        BinOp::Min if signed => as_signed("min"),
        BinOp::Max if signed => as_signed("max"),
        BinOp::Min => call("min"),
        BinOp::Max => call("max"),
        BinOp::And => infix("&"),
        BinOp::Or => infix("|"),
        BinOp::Xor => infix("^"),
        BinOp::Shl => call("u_shl"),
        BinOp::Shr => call(if signed { "i_shr" } else { "u_shr" }),
        BinOp::MulHi => call("u_mulhi"),
    }
}

fn unary(op: UnOp, ty: ScalarType, raw: bool, a: &str) -> String {
    let float = ty == ScalarType::F32;
    match op {
        UnOp::Neg if float => format!("{a} ^ 0x80000000u"),
        UnOp::Neg => format!("~{a} + 1u"),
        UnOp::Abs if float => format!("{a} & 0x7fffffffu"),
        UnOp::Abs => format!("select({a}, ~{a} + 1u, ({a} >> 31u) != 0u)"),
        UnOp::Not if ty == ScalarType::Bool => format!("{a} ^ 1u"),
        UnOp::Not => format!("~{a}"),
        UnOp::Sqrt if raw => format!("bitcast<u32>(sqrt(bitcast<f32>({a})))"),
        UnOp::Sqrt => format!("f_sqrt({a})"),
        UnOp::Floor => format!("f_floor({a})"),
        UnOp::Ceil => format!("f_ceil({a})"),
        UnOp::Trunc => format!("f_trunc({a})"),
        UnOp::RoundEven => format!("f_round_even({a})"),
        UnOp::RoundAway => format!("f_round_away({a})"),
        UnOp::Popcount => format!("countOneBits({a})"),
        UnOp::Clz => format!("countLeadingZeros({a})"),
        UnOp::Flush => format!("f_flush({a})"),
        UnOp::IsNan => format!("select(0u, 1u, f_nan({a}))"),
        UnOp::IsInf => format!("select(0u, 1u, ({a} & 0x7fffffffu) == 0x7f800000u)"),
        UnOp::IsFinite => format!("select(0u, 1u, ({a} & 0x7fffffffu) < 0x7f800000u)"),
        UnOp::Narrow(d) => narrow(d, a),
    }
}

/// What a store to `dtype` and a load would make of a register.
pub fn narrow(dtype: DType, a: &str) -> String {
    match dtype {
        DType::Bool => format!("{a} & 1u"),
        DType::I8 => format!("i_narrow({a}, 24u)"),
        DType::I16 => format!("i_narrow({a}, 16u)"),
        DType::U8 => format!("{a} & 255u"),
        DType::U16 => format!("{a} & 65535u"),
        DType::F16 => format!("f_narrow_f16({a})"),
        DType::BF16 => format!("f_narrow_bf16({a})"),
        _ => a.to_owned(),
    }
}

fn compare(op: CmpOp, ty: ScalarType, a: &str, b: &str) -> String {
    let test = match (ty, op) {
        (ScalarType::F32, CmpOp::Eq) => format!("f_eq({a}, {b})"),
        (ScalarType::F32, CmpOp::Ne) => format!("!f_eq({a}, {b})"),
        (ScalarType::F32, CmpOp::Lt) => format!("f_lt({a}, {b})"),
        (ScalarType::F32, CmpOp::Le) => format!("f_le({a}, {b})"),
        (ScalarType::F32, CmpOp::Gt) => format!("f_lt({b}, {a})"),
        (ScalarType::F32, CmpOp::Ge) => format!("f_le({b}, {a})"),
        _ => {
            let o = match op {
                CmpOp::Eq => "==",
                CmpOp::Ne => "!=",
                CmpOp::Lt => "<",
                CmpOp::Le => "<=",
                CmpOp::Gt => ">",
                CmpOp::Ge => ">=",
            };
            match ty {
                ScalarType::I32 => format!("bitcast<i32>({a}) {o} bitcast<i32>({b})"),
                _ => format!("{a} {o} {b}"),
            }
        }
    };
    format!("select(0u, 1u, {test})")
}

/// A numeric conversion.
pub fn cast(from: ScalarType, to: ScalarType, a: &str) -> String {
    use ScalarType as S;
    match (from, to) {
        (S::F32, S::Bool) => format!("select(0u, 1u, ({a} & 0x7fffffffu) != 0u)"),
        (S::F32, S::I32) => format!("f_to_i32({a})"),
        (S::F32, S::U32) => format!("f_to_u32({a})"),
        (S::I32, S::F32) => format!("f_from_i32({a})"),
        (S::U32, S::F32) => format!("f_from_u32({a})"),
        (S::Bool, S::F32) => format!("{a} * 0x3f800000u"),
        (S::I32 | S::U32, S::Bool) => format!("min({a}, 1u)"),
        _ => a.to_owned(),
    }
}

impl<'a> Emitter<'a> {
    /// Nothing yet, over these slots.
    pub fn new(args: &'a [ArgDecl]) -> Emitter<'a> {
        Emitter { out: String::new(), args }
    }

    /// A line.
    pub fn line(&mut self, text: impl AsRef<str>) {
        self.out.push_str(text.as_ref());
        self.out.push('\n');
    }

    /// The name of a block's value.
    pub fn name(place: &Place, v: Value) -> String {
        format!("{}{}", place.prefix, v.0)
    }

    /// A u32 expression of the element that an index expression means in a buffer of `len`, inside it.
    pub fn element(
        &self,
        e: &IndexExpr,
        dynamic: Option<String>,
        place: &Place,
        len: usize,
    ) -> Result<String, BackendError> {
        let Some((lo, hi)) = e.range(place.shape) else {
            return Ok("0u".into());
        };
        if lo < -(1 << 30) || hi > (1 << 30) || len > 1 << 30 {
            return Err(BackendError::Unsupported("indices beyond 2^30 do not fit WebGPU's 32 bits".into()));
        }
        let mut text = format!("{}i", e.offset);
        for (d, &stride) in e.strides.iter().enumerate() {
            match stride {
                0 => {}
                1 => write!(text, " + {}", place.index[d]).unwrap_or(()),
                s => write!(text, " + {} * {s}i", place.index[d]).unwrap_or(()),
            }
        }
        let last = len as i64 - 1;
        Ok(match dynamic {
            Some(d) => format!("clamp_index({text}, {d}, {last}i)"),
            None if lo >= 0 && hi <= last => format!("u32({text})"),
            None => format!("u32(clamp({text}, 0i, {last}i))"),
        })
    }

    /// The block's code; its results are named by [`Emitter::name`] afterwards.
    pub fn block(&mut self, b: &Block, place: &Place) -> Result<(), BackendError> {
        self.region(b, RegionId(0), place)
    }

    fn region(&mut self, b: &Block, r: RegionId, place: &Place) -> Result<(), BackendError> {
        for &v in &b.region(r).code {
            self.inst(b, v, place)?;
        }
        Ok(())
    }

    fn inst(&mut self, b: &Block, v: Value, place: &Place) -> Result<(), BackendError> {
        let inst = b.inst(v);
        let p = place.prefix;
        let name = |v: Value| Self::name(place, v);
        check(inst.ty)?;
        let text = match inst.op {
            Op::Const(bits) => constant(Const { ty: inst.ty, bits })?,
            Op::Index(d) => format!("bitcast<u32>({})", place.index[d as usize]),
            Op::Param(k) => place.params[k as usize].clone(),
            Op::Load(arg, id) => {
                let decl = &self.args[arg.0 as usize];
                let e = b.index_expr(id);
                match decl.len {
                    0 => "0u".into(),
                    len => format!("a{}[{}]", arg.0, self.element(e, e.dynamic.map(name), place, len)?),
                }
            }
            Op::Un(op, x) => unary(op, b.ty(x), inst.raw, &name(x)),
            Op::Bin(op, x, y) => binary(op, inst.ty, inst.raw, &name(x), &name(y)),
            Op::Cmp(op, x, y) => compare(op, b.ty(x), &name(x), &name(y)),
            Op::Select(c, x, y) => format!("select({}, {}, {} != 0u)", name(y), name(x), name(c)),
            Op::Cast(x) => cast(b.ty(x), inst.ty, &name(x)),
            Op::Bitcast(x) => name(x),
            Op::Carried(l, k) => format!("{p}l{}_{k}", l.0),
            Op::Result(u, k) => match b.inst(u).op {
                Op::Loop(l) => format!("{p}l{}_{k}", l.0),
                _ => return Err(BackendError::Invalid("a result of what is no loop".into())),
            },
            Op::Loop(l) => {
                let lp = b.loop_(l);
                for (k, &init) in lp.init.iter().enumerate() {
                    self.line(format!("var {p}l{}_{k}: u32 = {};", l.0, name(init)));
                }
                let turn = format!("{p}l{}_turn", l.0);
                self.line(format!("var {turn}: u32 = 0u;"));
                self.line("loop {");
                self.line(format!("if {turn} >= {}u {{ break; }}", lp.limit));
                self.line(format!("{turn} = {turn} + 1u;"));
                self.region(b, lp.cond, place)?;
                for &go in &b.region(lp.cond).results {
                    self.line(format!("if {} == 0u {{ break; }}", name(go)));
                }
                self.region(b, lp.body, place)?;
                // Every next value is named already, so the assignments are at once.
                for (k, &next) in b.region(lp.body).results.iter().enumerate() {
                    self.line(format!("{p}l{}_{k} = {};", l.0, name(next)));
                }
                self.line("}");
                return Ok(());
            }
        };
        self.line(format!("let {}: u32 = {text};", name(v)));
        Ok(())
    }

    /// The stores that follow a block.
    pub fn stores(&mut self, b: &Block, stores: &[Store], place: &Place) -> Result<(), BackendError> {
        for s in stores {
            let decl = self.args[s.arg.0 as usize];
            if decl.len == 0 {
                continue;
            }
            let e = b.index_expr(s.index);
            let at = self.element(e, e.dynamic.map(|d| Self::name(place, d)), place, decl.len)?;
            let value = narrow(decl.dtype, &Self::name(place, s.value));
            self.line(format!("a{}[{at}] = {value};", s.arg.0));
        }
        Ok(())
    }
}
