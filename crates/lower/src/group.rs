//! Nests under construction: a root computation, the results that joined it, and what is stored.

use crate::emit::{Args, Ctx};
use crate::index::{Lin, identity};
use gradlens_ir::Var;
use gradlens_kernel::fast::FastSet;
use gradlens_kernel::{
    Access, Arg, ArgDecl, Block, BufId, BufferDecl, Combine, Const, Contraction, IndexExpr, Map, MapReduce, Nest,
    NestCall, NestKind, Op, ScalarType, Scan, Store, Value,
};
use std::sync::Arc;

/// What kind of nest, with what only that kind has.
pub(crate) enum Kind {
    Map,
    Reduce {
        inner: Vec<usize>,
        body: Ctx,
        results: Vec<Value>,
        init: Vec<Const>,
        combine: Combine,
    },
    Contraction {
        batch: Vec<usize>,
        m: Vec<usize>,
        n: Vec<usize>,
        k: Vec<usize>,
        lhs: (Arg, IndexExpr),
        rhs: (Arg, IndexExpr),
        ty: ScalarType,
    },
    Scan {
        len: usize,
        reverse: bool,
        body: Ctx,
        results: Vec<Value>,
        init: Vec<Const>,
        combine: Combine,
    },
}

/// A nest being built. Its main block is a map's body, or the epilogue of the other kinds.
pub(crate) struct Group {
    pub kind: Kind,
    /// The shape of the arrays it computes element by element.
    pub shape: Vec<usize>,
    /// Where the main block is in such an array.
    pub ix: Vec<Lin>,
    pub main: Ctx,
    pub args: Args,
    pub stores: Vec<Store>,
    /// Variables whose value at `ix` the main block has.
    pub members: FastSet<Var>,
    /// The buffers it stores to.
    pub written: FastSet<BufId>,
    /// Those of them that somebody else may read.
    open: Vec<BufId>,
}

impl Group {
    /// An empty map over arrays of this shape.
    pub fn map(shape: &[usize]) -> Group {
        Group {
            kind: Kind::Map,
            shape: shape.to_vec(),
            ix: identity(shape, 0),
            main: Ctx::new(shape.to_vec()),
            args: Args::default(),
            stores: Vec::new(),
            members: FastSet::default(),
            written: FastSet::default(),
            open: Vec::new(),
        }
    }

    /// Adds a store of one register.
    pub fn store(&mut self, buffers: &[BufferDecl], buf: BufId, index: &Lin, value: Value) {
        let arg = self.args.slot(buffers, buf, Access::Write);
        if self.written.insert(buf) {
            self.open.push(buf);
        }
        let rank = self.main.rank();
        let expr = index.expr(&mut self.main.b, rank);
        let index = self.main.b.index_expr(expr);
        self.stores.push(Store { arg, index, value });
    }

    /// How many slots it needs when stores that nobody else will read (as `wanted` tells) are left out.
    pub fn slots(&mut self, wanted: impl Fn(BufId) -> bool) -> usize {
        self.open.retain(|&b| wanted(b));
        self.args.reads + self.open.len()
    }

    /// The finished nest with the stores to live buffers; `None` when there are none.
    pub fn finish(self, live: &FastSet<BufId>) -> Option<NestCall> {
        let Group { kind, main, args, stores, .. } = self;
        let mut stores: Vec<Store> =
            stores.into_iter().filter(|s| live.contains(&args.bufs[s.arg.0 as usize])).collect();
        if stores.is_empty() {
            return None;
        }
        let outer = main.shape.clone();
        let epilogue = main.b.finish(Vec::new()).without_dead(&mut stores);
        let kind = match kind {
            Kind::Map => NestKind::Map(Map { shape: outer, body: epilogue, stores }),
            Kind::Reduce { inner, body, results, init, combine } => {
                let body = body.b.finish(results).without_dead(&mut []);
                NestKind::MapReduce(MapReduce { outer, inner, body, init, combine, epilogue, stores })
            }
            Kind::Contraction { batch, m, n, k, lhs, rhs, ty } => {
                NestKind::Contraction(Contraction { batch, m, n, k, lhs, rhs, ty, epilogue, stores })
            }
            Kind::Scan { len, reverse, body, results, init, combine } => {
                let body = body.b.finish(results).without_dead(&mut []);
                let mut outer = outer;
                outer.pop();
                NestKind::Scan(Scan { outer, len, reverse, body, init, combine, epilogue, stores })
            }
        };
        Some(compact(Nest { args: args.decls, kind }, args.bufs))
    }
}

/// Leaves out the slots that nothing uses, and numbers the rest in the order of first use.
pub(crate) fn compact(mut nest: Nest, bufs: Vec<BufId>) -> NestCall {
    let mut order: Vec<Arg> = Vec::new();
    let mut see = |a: Arg| {
        if !order.contains(&a) {
            order.push(a);
        }
    };
    visit_args(&mut nest.kind, &mut |a| see(*a));
    visit_args(&mut nest.kind, &mut |a| {
        let at = order.iter().position(|o| o == a).unwrap_or_default();
        *a = Arg(at as u16);
    });
    let decls: Vec<ArgDecl> = order.iter().map(|a| nest.args[a.0 as usize]).collect();
    let args = order.iter().map(|a| bufs[a.0 as usize]).collect();
    NestCall { nest: Arc::new(Nest { args: decls, kind: nest.kind }), args }
}

fn visit_block(b: &mut Block, f: &mut impl FnMut(&mut Arg)) {
    for inst in &mut b.insts {
        if let Op::Load(a, _) = &mut inst.op {
            f(a);
        }
    }
}

/// Every mention of a slot.
fn visit_args(kind: &mut NestKind, f: &mut impl FnMut(&mut Arg)) {
    match kind {
        NestKind::Map(m) => {
            visit_block(&mut m.body, f);
            m.stores.iter_mut().for_each(|s| f(&mut s.arg));
        }
        NestKind::MapReduce(r) => {
            visit_block(&mut r.body, f);
            visit_block(&mut r.epilogue, f);
            r.stores.iter_mut().for_each(|s| f(&mut s.arg));
        }
        NestKind::Contraction(c) => {
            f(&mut c.lhs.0);
            f(&mut c.rhs.0);
            visit_block(&mut c.epilogue, f);
            c.stores.iter_mut().for_each(|s| f(&mut s.arg));
        }
        NestKind::Scan(s) => {
            visit_block(&mut s.body, f);
            visit_block(&mut s.epilogue, f);
            s.stores.iter_mut().for_each(|s| f(&mut s.arg));
        }
        NestKind::Scatter(s) => {
            visit_block(&mut s.body, f);
            f(&mut s.dest);
        }
        NestKind::Sort(s) => {
            for o in &mut s.operands {
                f(&mut o.src.0);
                f(&mut o.dst.0);
            }
        }
    }
}
