//! Runs decoded blocks on a tile: up to [`W`] neighbouring iterations at once, lane by lane.

use super::code::{Code, Index, Ins, LoopCode, Reg};
use gradlens_kernel::dtype::{bf16_to_f32, f16_to_f32, f32_to_bf16, f32_to_f16};
use gradlens_kernel::eval::{self, Int};
use gradlens_kernel::{ArgDecl, BinOp, CmpOp, DType, IndexExpr, ScalarType, UnOp};

/// Lanes of a tile.
pub const W: usize = 64;

/// A nest's slot at run time.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// First byte, aligned to 8.
    pub ptr: *mut u8,
    /// Elements.
    pub len: usize,
    /// Element type.
    pub dtype: DType,
}

impl Slot {
    /// A slot over a buffer that is as long as declared.
    pub fn new(decl: &ArgDecl, ptr: *mut u8) -> Slot {
        Slot { ptr, len: decl.len, dtype: decl.dtype }
    }
}

/// Which iterations the lanes are.
#[derive(Clone, Debug)]
pub struct Tile {
    /// How many lanes.
    pub n: usize,
    /// Coordinates of lane 0.
    pub base: Vec<i64>,
    /// The dimension along which lanes are neighbours; `None` when `coords` tells.
    pub line: Option<usize>,
    /// Coordinates of every lane, dimension by dimension, `W` apart.
    coords: Vec<i64>,
}

impl Tile {
    /// A tile of one lane at the origin.
    pub fn new(rank: usize) -> Tile {
        Tile { n: 1, base: vec![0; rank], line: Some(0), coords: Vec::new() }
    }

    /// Lets the lanes run over the dimensions `dims` of `shape`, row-major, from linear position `start`.
    pub fn set(&mut self, shape: &[usize], dims: std::ops::Range<usize>, start: usize, n: usize) {
        self.n = n;
        let mut rest = start;
        for d in dims.clone().rev() {
            self.base[d] = (rest % shape[d]) as i64;
            rest /= shape[d];
        }
        let last = dims.end.wrapping_sub(1);
        if n == 1 || (!dims.is_empty() && self.base[last] as usize + n <= shape[last]) {
            self.line = Some(last);
            return;
        }
        self.line = None;
        let rank = self.base.len();
        self.coords.resize(rank * W, 0);
        for d in 0..rank {
            self.coords[d * W..d * W + n].fill(self.base[d]);
        }
        let mut at = self.base.clone();
        for lane in 1..n {
            for d in dims.clone().rev() {
                at[d] += 1;
                if (at[d] as usize) < shape[d] {
                    break;
                }
                at[d] = 0;
            }
            for d in dims.clone() {
                self.coords[d * W + lane] = at[d];
            }
        }
    }

    /// Fixes a dimension's coordinate for all lanes.
    pub fn fix(&mut self, dim: usize, at: i64) {
        self.base[dim] = at;
        if self.line.is_none() {
            self.coords[dim * W..dim * W + self.n].fill(at);
        }
    }

    fn coord(&self, dim: usize, lane: usize) -> i64 {
        match self.line {
            Some(l) if l == dim => self.base[dim] + lane as i64,
            Some(_) => self.base[dim],
            None => self.coords[dim * W + lane],
        }
    }

    /// The affine part of an index in every lane: start and step, or the list.
    fn offsets(&self, e: &IndexExpr, into: &mut [i64; W]) {
        match self.line {
            Some(l) => {
                let start = e.strides.iter().zip(&self.base).fold(e.offset, |s, (k, x)| s + k * x);
                let step = e.strides.get(l).copied().unwrap_or(0);
                for (lane, o) in into.iter_mut().enumerate().take(self.n) {
                    *o = start + step * lane as i64;
                }
            }
            None => {
                into[..self.n].fill(e.offset);
                for (d, &k) in e.strides.iter().enumerate() {
                    if k != 0 {
                        for (o, &x) in into.iter_mut().zip(&self.coords[d * W..d * W + self.n]) {
                            *o += k * x;
                        }
                    }
                }
            }
        }
    }
}

/// The lanes' registers of one block.
#[derive(Debug, Default)]
pub struct Regs {
    words: Vec<u64>,
}

impl Regs {
    /// Makes room for a block and sets its constants in the first `lanes` lanes.
    pub fn prepare(&mut self, code: &Code, lanes: usize) {
        let need = code.regs * W;
        if self.words.len() < need {
            self.words.resize(need, 0);
        }
        let lanes = lanes.min(W);
        for &(r, c) in &code.consts {
            if c.ty.bits() == 64 {
                self.row_mut::<u64>(r, lanes).fill(c.bits);
            } else {
                self.row_mut::<u32>(r, lanes).fill(c.bits as u32);
            }
        }
    }

    /// A register's first `n` lanes. `T` is 4 or 8 bytes; bool is u32.
    pub fn row<T: Lane>(&self, r: Reg, n: usize) -> &[T] {
        let at = r as usize * W;
        debug_assert!(n <= W && at + W <= self.words.len());
        // SAFETY: a register is W words, so n <= W lanes of at most 8 bytes lie inside; any bits are a `Lane`.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().add(at).cast::<T>(), n) }
    }

    /// A register's first `n` lanes, to be written.
    pub fn row_mut<T: Lane>(&mut self, r: Reg, n: usize) -> &mut [T] {
        let at = r as usize * W;
        debug_assert!(n <= W && at + W <= self.words.len());
        // SAFETY: as in `row`.
        unsafe { std::slice::from_raw_parts_mut(self.words.as_mut_ptr().add(at).cast::<T>(), n) }
    }

    /// One lane's bits.
    pub fn bits(&self, r: Reg, ty: ScalarType, lane: usize) -> u64 {
        if ty.bits() == 64 { self.row::<u64>(r, W)[lane] } else { self.row::<u32>(r, W)[lane] as u64 }
    }

    /// Sets one lane's bits.
    pub fn set_bits(&mut self, r: Reg, ty: ScalarType, lane: usize, bits: u64) {
        if ty.bits() == 64 {
            self.row_mut::<u64>(r, W)[lane] = bits;
        } else {
            self.row_mut::<u32>(r, W)[lane] = bits as u32;
        }
    }

    /// The target and operands of an instruction; registers are distinct, so nothing overlaps.
    fn split<D: Lane, A: Lane>(&mut self, dst: Reg, a: Reg, n: usize) -> (&mut [D], &[A]) {
        debug_assert!(dst != a);
        let p = self.words.as_mut_ptr();
        // SAFETY: both rows are inside (see `row`), and distinct registers do not overlap.
        unsafe {
            (
                std::slice::from_raw_parts_mut(p.add(dst as usize * W).cast::<D>(), n),
                std::slice::from_raw_parts(p.add(a as usize * W).cast::<A>(), n),
            )
        }
    }

    fn split2<D: Lane, A: Lane>(&mut self, dst: Reg, a: Reg, b: Reg, n: usize) -> (&mut [D], &[A], &[A]) {
        debug_assert!(dst != a && dst != b);
        let p = self.words.as_mut_ptr();
        // SAFETY: as in `split`; the operands may be the same register, and are only read.
        unsafe {
            (
                std::slice::from_raw_parts_mut(p.add(dst as usize * W).cast::<D>(), n),
                std::slice::from_raw_parts(p.add(a as usize * W).cast::<A>(), n),
                std::slice::from_raw_parts(p.add(b as usize * W).cast::<A>(), n),
            )
        }
    }

    fn map1<D: Lane, A: Lane>(&mut self, dst: Reg, a: Reg, n: usize, f: impl Fn(A) -> D) {
        let (d, a) = self.split::<D, A>(dst, a, n);
        // Tiny programs run one lane: spare them the loop's preparations.
        if let ([d], [a]) = (&mut *d, a) {
            *d = f(*a);
            return;
        }
        for (d, a) in d.iter_mut().zip(a) {
            *d = f(*a);
        }
    }

    fn map2<D: Lane, A: Lane>(&mut self, dst: Reg, a: Reg, b: Reg, n: usize, f: impl Fn(A, A) -> D) {
        let (d, a, b) = self.split2::<D, A>(dst, a, b, n);
        if let ([d], [a], [b]) = (&mut *d, a, b) {
            *d = f(*a, *b);
            return;
        }
        for ((d, a), b) in d.iter_mut().zip(a).zip(b) {
            *d = f(*a, *b);
        }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// What a lane holds.
pub trait Lane: Copy + sealed::Sealed {}
macro_rules! lanes { ($($t:ty),*) => { $(impl sealed::Sealed for $t {} impl Lane for $t {})* } }
lanes!(u32, i32, f32, u64, i64, f64);

/// Runs a block on a tile.
pub fn run(code: &Code, regs: &mut Regs, slots: &[Slot], tile: &Tile) {
    run_ins(&code.ins, code, regs, slots, tile);
}

fn run_ins(ins: &[Ins], code: &Code, regs: &mut Regs, slots: &[Slot], tile: &Tile) {
    let n = tile.n;
    for i in ins {
        match *i {
            Ins::Bin { op, ty, dst, a, b } => bin(regs, op, ty, dst, a, b, n),
            Ins::Un { op, ty, dst, a } => un(regs, op, ty, dst, a, n),
            Ins::Cmp { op, ty, dst, a, b } => cmp(regs, op, ty, dst, a, b, n),
            Ins::Select { wide, dst, c, a, b } => {
                if wide {
                    select::<u64>(regs, dst, c, a, b, n);
                } else {
                    select::<u32>(regs, dst, c, a, b, n);
                }
            }
            Ins::Cast { from, to, dst, a } => cast(regs, from, to, dst, a, n),
            Ins::Move { wide: true, dst, a } => regs.map1::<u64, u64>(dst, a, n, |x| x),
            Ins::Move { wide: false, dst, a } => regs.map1::<u32, u32>(dst, a, n, |x| x),
            Ins::Index { dst, dim } => {
                for (lane, d) in regs.row_mut::<i32>(dst, n).iter_mut().enumerate() {
                    *d = tile.coord(dim, lane) as i32;
                }
            }
            Ins::Load { dst, arg, index } => load(regs, dst, slots[arg.0 as usize], &code.indices[index], tile),
            Ins::Loop(ref l) => run_loop(l, code, regs, slots, tile),
        }
    }
}

fn run_loop(l: &LoopCode, code: &Code, regs: &mut Regs, slots: &[Slot], tile: &Tile) {
    let n = tile.n;
    let copy = |regs: &mut Regs, wide: bool, to: Reg, from: Reg| {
        if to == from {
        } else if wide {
            regs.map1::<u64, u64>(to, from, n, |x| x);
        } else {
            regs.map1::<u32, u32>(to, from, n, |x| x);
        }
    };
    for &(wide, home, init, _, _) in &l.carried {
        copy(regs, wide, home, init);
    }
    regs.row_mut::<u32>(l.active, n).fill(1);
    for _ in 0..l.limit {
        run_ins(&l.cond, code, regs, slots, tile);
        let (active, go) = regs.split::<u32, u32>(l.active, l.go, n);
        let mut any = 0;
        for (a, g) in active.iter_mut().zip(go) {
            *a &= g;
            any |= *a;
        }
        if any == 0 {
            break;
        }
        run_ins(&l.body, code, regs, slots, tile);
        // A next value may be another carried one, so all are merged before any is put in its place.
        for &(wide, home, _, next, merge) in &l.carried {
            if wide {
                select::<u64>(regs, merge, l.active, next, home, n);
            } else {
                select::<u32>(regs, merge, l.active, next, home, n);
            }
        }
        for &(wide, home, _, _, merge) in &l.carried {
            copy(regs, wide, home, merge);
        }
    }
}

fn select<T: Lane>(regs: &mut Regs, dst: Reg, c: Reg, a: Reg, b: Reg, n: usize) {
    debug_assert!(dst != c && dst != a && dst != b);
    let p = regs.words.as_mut_ptr();
    // SAFETY: as in `Regs::split`.
    let (d, c, a, b) = unsafe {
        (
            std::slice::from_raw_parts_mut(p.add(dst as usize * W).cast::<T>(), n),
            std::slice::from_raw_parts(p.add(c as usize * W).cast::<u32>(), n),
            std::slice::from_raw_parts(p.add(a as usize * W).cast::<T>(), n),
            std::slice::from_raw_parts(p.add(b as usize * W).cast::<T>(), n),
        )
    };
    if n == 1 {
        d[0] = if c[0] != 0 { a[0] } else { b[0] };
        return;
    }
    for i in 0..n {
        d[i] = if c[i] != 0 { a[i] } else { b[i] };
    }
}

fn bin(regs: &mut Regs, op: BinOp, ty: ScalarType, dst: Reg, a: Reg, b: Reg, n: usize) {
    macro_rules! ints {
        ($t:ty) => {
            match op {
                BinOp::Add => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x.wrapping_add(y)),
                BinOp::Sub => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x.wrapping_sub(y)),
                BinOp::Mul => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x.wrapping_mul(y)),
                BinOp::Div => regs.map2::<$t, $t>(dst, a, b, n, Int::xla_div),
                BinOp::Rem => regs.map2::<$t, $t>(dst, a, b, n, Int::xla_rem),
                BinOp::Min => regs.map2::<$t, $t>(dst, a, b, n, Ord::min),
                BinOp::Max => regs.map2::<$t, $t>(dst, a, b, n, Ord::max),
                BinOp::And => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x & y),
                BinOp::Or => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x | y),
                BinOp::Xor => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x ^ y),
                BinOp::Shl => regs.map2::<$t, $t>(dst, a, b, n, Int::xla_shl),
                BinOp::Shr => regs.map2::<$t, $t>(dst, a, b, n, Int::xla_shr),
                BinOp::MulHi => {
                    regs.map2::<$t, $t>(dst, a, b, n, |x, y| ((x as u32 as u64 * y as u32 as u64) >> 32) as $t)
                }
            }
        };
    }
    macro_rules! floats {
        ($t:ty, $min:path, $max:path) => {
            match op {
                BinOp::Add => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x + y),
                BinOp::Sub => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x - y),
                BinOp::Mul => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x * y),
                BinOp::Div => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x / y),
                BinOp::Rem => regs.map2::<$t, $t>(dst, a, b, n, |x, y| x % y),
                BinOp::Min => regs.map2::<$t, $t>(dst, a, b, n, $min),
                BinOp::Max => regs.map2::<$t, $t>(dst, a, b, n, $max),
                _ => unreachable!("validated: {op:?} of a float"),
            }
        };
    }
    match ty {
        ScalarType::F32 => floats!(f32, eval::min_f32, eval::max_f32),
        ScalarType::F64 => floats!(f64, eval::min_f64, eval::max_f64),
        ScalarType::I32 => ints!(i32),
        ScalarType::U32 | ScalarType::Bool => ints!(u32),
        ScalarType::I64 => ints!(i64),
        ScalarType::U64 => ints!(u64),
    }
}

fn un(regs: &mut Regs, op: UnOp, ty: ScalarType, dst: Reg, a: Reg, n: usize) {
    macro_rules! ints {
        ($t:ty, $u:ty, $abs:expr) => {
            match op {
                UnOp::Neg => regs.map1::<$t, $t>(dst, a, n, |x| x.wrapping_neg()),
                UnOp::Abs => regs.map1::<$t, $t>(dst, a, n, $abs),
                UnOp::Not => regs.map1::<$t, $t>(dst, a, n, |x| !x),
                UnOp::Popcount => regs.map1::<$t, $t>(dst, a, n, |x| x.count_ones() as $t),
                UnOp::Clz => regs.map1::<$t, $t>(dst, a, n, |x| x.leading_zeros() as $t),
                UnOp::Narrow(d) => regs.map1::<$t, $t>(dst, a, n, |x| eval::narrow(d, x as $u as u64) as $t),
                _ => unreachable!("validated: {op:?} of an integer"),
            }
        };
    }
    macro_rules! floats {
        ($t:ty, $u:ty, $flush:path) => {
            match op {
                UnOp::Neg => regs.map1::<$t, $t>(dst, a, n, |x| -x),
                UnOp::Abs => regs.map1::<$t, $t>(dst, a, n, |x| x.abs()),
                UnOp::Sqrt => regs.map1::<$t, $t>(dst, a, n, |x| x.sqrt()),
                UnOp::Floor => regs.map1::<$t, $t>(dst, a, n, |x| x.floor()),
                UnOp::Ceil => regs.map1::<$t, $t>(dst, a, n, |x| x.ceil()),
                UnOp::Trunc => regs.map1::<$t, $t>(dst, a, n, |x| x.trunc()),
                UnOp::RoundEven => regs.map1::<$t, $t>(dst, a, n, |x| x.round_ties_even()),
                UnOp::RoundAway => regs.map1::<$t, $t>(dst, a, n, |x| x.round()),
                UnOp::Flush => regs.map1::<$t, $t>(dst, a, n, $flush),
                UnOp::IsNan => regs.map1::<u32, $t>(dst, a, n, |x| x.is_nan() as u32),
                UnOp::IsInf => regs.map1::<u32, $t>(dst, a, n, |x| x.is_infinite() as u32),
                UnOp::IsFinite => regs.map1::<u32, $t>(dst, a, n, |x| x.is_finite() as u32),
                UnOp::Narrow(d) => {
                    regs.map1::<$t, $t>(dst, a, n, |x| <$t>::from_bits(eval::narrow(d, x.to_bits() as u64) as $u))
                }
                _ => unreachable!("validated: {op:?} of a float"),
            }
        };
    }
    match ty {
        ScalarType::F32 => floats!(f32, u32, eval::flush_f32),
        ScalarType::F64 => floats!(f64, u64, eval::flush_f64),
        ScalarType::I32 => ints!(i32, u32, |x| x.wrapping_abs()),
        ScalarType::I64 => ints!(i64, u64, |x| x.wrapping_abs()),
        ScalarType::U32 => ints!(u32, u32, |x| x),
        ScalarType::U64 => ints!(u64, u64, |x| x),
        ScalarType::Bool => regs.map1::<u32, u32>(dst, a, n, |x| if op == UnOp::Not { x ^ 1 } else { x }),
    }
}

fn cmp(regs: &mut Regs, op: CmpOp, ty: ScalarType, dst: Reg, a: Reg, b: Reg, n: usize) {
    macro_rules! by {
        ($t:ty) => {
            match op {
                CmpOp::Eq => regs.map2::<u32, $t>(dst, a, b, n, |x, y| (x == y) as u32),
                CmpOp::Ne => regs.map2::<u32, $t>(dst, a, b, n, |x, y| (x != y) as u32),
                CmpOp::Lt => regs.map2::<u32, $t>(dst, a, b, n, |x, y| (x < y) as u32),
                CmpOp::Le => regs.map2::<u32, $t>(dst, a, b, n, |x, y| (x <= y) as u32),
                CmpOp::Gt => regs.map2::<u32, $t>(dst, a, b, n, |x, y| (x > y) as u32),
                CmpOp::Ge => regs.map2::<u32, $t>(dst, a, b, n, |x, y| (x >= y) as u32),
            }
        };
    }
    match ty {
        ScalarType::F32 => by!(f32),
        ScalarType::F64 => by!(f64),
        ScalarType::I32 => by!(i32),
        ScalarType::U32 | ScalarType::Bool => by!(u32),
        ScalarType::I64 => by!(i64),
        ScalarType::U64 => by!(u64),
    }
}

fn cast(regs: &mut Regs, from: ScalarType, to: ScalarType, dst: Reg, a: Reg, n: usize) {
    macro_rules! from {
        ($t:ty, $zero:expr) => {
            match to {
                ScalarType::Bool => regs.map1::<u32, $t>(dst, a, n, |x| (x != $zero) as u32),
                ScalarType::I32 => regs.map1::<i32, $t>(dst, a, n, |x| x as i32),
                ScalarType::U32 => regs.map1::<u32, $t>(dst, a, n, |x| x as u32),
                ScalarType::I64 => regs.map1::<i64, $t>(dst, a, n, |x| x as i64),
                ScalarType::U64 => regs.map1::<u64, $t>(dst, a, n, |x| x as u64),
                ScalarType::F32 => regs.map1::<f32, $t>(dst, a, n, |x| x as f32),
                ScalarType::F64 => regs.map1::<f64, $t>(dst, a, n, |x| x as f64),
            }
        };
    }
    match from {
        ScalarType::Bool | ScalarType::U32 => from!(u32, 0),
        ScalarType::I32 => from!(i32, 0),
        ScalarType::I64 => from!(i64, 0),
        ScalarType::U64 => from!(u64, 0),
        ScalarType::F32 => from!(f32, 0.0),
        ScalarType::F64 => from!(f64, 0.0),
    }
}

/// Where every lane reads or writes: inside the slot, which must not be empty.
fn places(regs: &Regs, slot: Slot, index: &Index, tile: &Tile, into: &mut [i64; W]) {
    tile.offsets(&index.affine, into);
    if let Some(r) = index.dynamic {
        for (o, d) in into.iter_mut().zip(regs.row::<i32>(r, tile.n)) {
            *o += *d as i64;
        }
    }
    let top = slot.len as i64 - 1;
    for o in &mut into[..tile.n] {
        *o = (*o).clamp(0, top);
    }
}

/// Where the only lane reads or writes.
fn place(regs: &Regs, slot: Slot, index: &Index, tile: &Tile) -> usize {
    let e = &index.affine;
    let affine = e.strides.iter().enumerate().fold(e.offset, |o, (d, k)| o + k * tile.coord(d, 0));
    let dynamic = index.dynamic.map_or(0, |r| regs.row::<i32>(r, 1)[0] as i64);
    (affine + dynamic).clamp(0, slot.len as i64 - 1) as usize
}

fn load(regs: &mut Regs, dst: Reg, slot: Slot, index: &Index, tile: &Tile) {
    let n = tile.n;
    if slot.len == 0 {
        // Nothing to clamp to: zeros.
        regs.row_mut::<u64>(dst, n).fill(0);
        return;
    }
    if n == 1 {
        let bits = get_element(slot, place(regs, slot, index, tile));
        regs.set_bits(dst, slot.dtype.register(), 0, bits);
        return;
    }
    let mut at = [0i64; W];
    places(regs, slot, index, tile, &mut at);
    macro_rules! get {
        ($t:ty, $l:ty, $f:expr) => {{
            let p = slot.ptr.cast::<$t>();
            for (d, &o) in regs.row_mut::<$l>(dst, n).iter_mut().zip(&at) {
                // SAFETY: `places` clamps into the slot, whose bytes outlive the run.
                *d = $f(unsafe { *p.add(o as usize) });
            }
        }};
    }
    match slot.dtype {
        DType::Bool => get!(u8, u32, |x| (x != 0) as u32),
        DType::I8 => get!(i8, i32, |x| x as i32),
        DType::I16 => get!(i16, i32, |x| x as i32),
        DType::U8 => get!(u8, u32, |x| x as u32),
        DType::U16 => get!(u16, u32, |x| x as u32),
        DType::F16 => get!(u16, f32, f16_to_f32),
        DType::BF16 => get!(u16, f32, bf16_to_f32),
        DType::I32 | DType::U32 | DType::F32 => get!(u32, u32, |x| x),
        DType::I64 | DType::U64 | DType::F64 => get!(u64, u64, |x| x),
    }
}

/// Stores a register's lanes.
pub fn store(regs: &Regs, src: Reg, slot: Slot, index: &Index, tile: &Tile) {
    let n = tile.n;
    if slot.len == 0 {
        return;
    }
    if n == 1 {
        let bits = regs.bits(src, slot.dtype.register(), 0);
        set_element(slot, place(regs, slot, index, tile), bits);
        return;
    }
    let mut at = [0i64; W];
    places(regs, slot, index, tile, &mut at);
    macro_rules! put {
        ($t:ty, $l:ty, $f:expr) => {{
            let p = slot.ptr.cast::<$t>();
            for (&s, &o) in regs.row::<$l>(src, n).iter().zip(&at) {
                // SAFETY: `places` clamps into the slot, which is ours alone to write.
                unsafe { *p.add(o as usize) = $f(s) };
            }
        }};
    }
    match slot.dtype {
        DType::Bool => put!(u8, u32, |x| x as u8),
        DType::I8 | DType::U8 => put!(u8, u32, |x| x as u8),
        DType::I16 | DType::U16 => put!(u16, u32, |x| x as u16),
        DType::F16 => put!(u16, f32, f32_to_f16),
        DType::BF16 => put!(u16, f32, f32_to_bf16),
        DType::I32 | DType::U32 | DType::F32 => put!(u32, u32, |x| x),
        DType::I64 | DType::U64 | DType::F64 => put!(u64, u64, |x| x),
    }
}

/// One element's register bits.
pub fn get_element(slot: Slot, at: usize) -> u64 {
    debug_assert!(at < slot.len);
    // SAFETY: the caller checked `at`.
    unsafe {
        match slot.dtype {
            DType::Bool => (*slot.ptr.add(at) != 0) as u64,
            DType::I8 => *slot.ptr.cast::<i8>().add(at) as i32 as u32 as u64,
            DType::I16 => *slot.ptr.cast::<i16>().add(at) as i32 as u32 as u64,
            DType::U8 => *slot.ptr.add(at) as u64,
            DType::U16 => *slot.ptr.cast::<u16>().add(at) as u64,
            DType::F16 => f16_to_f32(*slot.ptr.cast::<u16>().add(at)).to_bits() as u64,
            DType::BF16 => bf16_to_f32(*slot.ptr.cast::<u16>().add(at)).to_bits() as u64,
            DType::I32 | DType::U32 | DType::F32 => *slot.ptr.cast::<u32>().add(at) as u64,
            DType::I64 | DType::U64 | DType::F64 => *slot.ptr.cast::<u64>().add(at),
        }
    }
}

/// Sets one element from register bits, narrowing.
pub fn set_element(slot: Slot, at: usize, bits: u64) {
    debug_assert!(at < slot.len);
    // SAFETY: the caller checked `at`, and the slot is ours alone to write.
    unsafe {
        match slot.dtype {
            DType::Bool | DType::I8 | DType::U8 => *slot.ptr.add(at) = bits as u8,
            DType::I16 | DType::U16 => *slot.ptr.cast::<u16>().add(at) = bits as u16,
            DType::F16 => *slot.ptr.cast::<u16>().add(at) = f32_to_f16(f32::from_bits(bits as u32)),
            DType::BF16 => *slot.ptr.cast::<u16>().add(at) = f32_to_bf16(f32::from_bits(bits as u32)),
            DType::I32 | DType::U32 | DType::F32 => *slot.ptr.cast::<u32>().add(at) = bits as u32,
            DType::I64 | DType::U64 | DType::F64 => *slot.ptr.cast::<u64>().add(at) = bits,
        }
    }
}
