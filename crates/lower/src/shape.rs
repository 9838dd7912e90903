//! Loop shapes of finished nests: dimensions of one are dropped, neighbours that are walked as one are merged.
//!
//! It gives emitters long inner loops and lets programs over different shapes share kernels.

use gradlens_kernel::fast::FastSet;
use gradlens_kernel::{Block, IndexExpr, IndexId, NestCall, NestKind, Op, Store};
use std::sync::Arc;

/// A block, its stores, and where the dimensions in question start among its own.
struct Part<'a> {
    block: &'a mut Block,
    stores: &'a [Store],
    first: usize,
}

impl Part<'_> {
    fn uses_index(&self, d: usize) -> bool {
        self.block.insts.iter().any(|i| i.op == Op::Index((self.first + d) as u8))
    }

    fn used(&self) -> FastSet<IndexId> {
        let loads = self.block.insts.iter().filter_map(|i| match i.op {
            Op::Load(_, id) => Some(id),
            _ => None,
        });
        loads.chain(self.stores.iter().map(|s| s.index)).collect()
    }

    /// Whether all accesses walk dimensions d and d+1 (of `inner` elements) as one.
    fn walks_as_one(&self, d: usize, inner: usize) -> bool {
        let d = self.first + d;
        !self.uses_index(d - self.first)
            && !self.uses_index(d + 1 - self.first)
            && self.used().iter().all(|id| {
                let IndexExpr { strides, .. } = &self.block.indices[id.0 as usize];
                strides[d] == strides[d + 1] * inner as i64
            })
    }

    fn drop_dim(&mut self, d: usize) {
        let d = self.first + d;
        self.block.rank -= 1;
        for e in &mut self.block.indices {
            e.strides.remove(d);
        }
        for i in &mut self.block.insts {
            if let Op::Index(k) = &mut i.op
                && *k as usize > d
            {
                *k -= 1;
            }
        }
    }
}

/// Merges what can be merged among `dims`.
fn merge(dims: &mut Vec<usize>, parts: &mut [Part]) {
    let mut d = 0;
    while d < dims.len() {
        if dims[d] == 1 && parts.iter().all(|p| !p.uses_index(d)) {
            parts.iter_mut().for_each(|p| p.drop_dim(d));
            dims.remove(d);
            continue;
        }
        let next = dims.get(d + 1).copied();
        if let Some(n) = next
            && n != 1
            && parts.iter().all(|p| p.walks_as_one(d, n))
        {
            parts.iter_mut().for_each(|p| p.drop_dim(d));
            dims[d + 1] *= dims[d];
            dims.remove(d);
            d = d.saturating_sub(1);
            continue;
        }
        d += 1;
    }
}

/// The same call with as few dimensions as its accesses allow.
pub(crate) fn collapse(mut call: NestCall) -> NestCall {
    let nest = Arc::make_mut(&mut call.nest);
    match &mut nest.kind {
        NestKind::Map(m) => {
            merge(&mut m.shape, &mut [Part { block: &mut m.body, stores: &m.stores, first: 0 }]);
        }
        NestKind::MapReduce(r) => {
            let inner_at = r.outer.len();
            merge(&mut r.inner, &mut [Part { block: &mut r.body, stores: &[], first: inner_at }]);
            merge(
                &mut r.outer,
                &mut [
                    Part { block: &mut r.body, stores: &[], first: 0 },
                    Part { block: &mut r.epilogue, stores: &r.stores, first: 0 },
                ],
            );
        }
        _ => {}
    }
    call
}
