//! Convolutions as contractions with overlapping strides, over a padded copy of the operand where there is padding.

use crate::Unsupported;
use crate::contract::{Loops, contract_from};
use crate::control::atom_buffer;
use crate::index::{Lin, flatten};
use crate::schedule::{Lowerer, Schedule};
use crate::storage::storage;
use gradlens_ir::params::{ConvDims, Window};
use gradlens_ir::{Eqn, ShapedArray};
use gradlens_kernel::BufId;

fn loop_var(len: usize, d: usize) -> Lin {
    if len == 1 { Lin::at(0) } else { Lin::var(d) }
}

/// `conv_general_dilated`.
pub(crate) fn conv(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    w: &Window,
    dims: &ConvDims,
    feature_groups: usize,
    batch_groups: usize,
) -> Result<(), Unsupported> {
    let l = s.lv.jaxpr.atom_aval(&e.ins[0]).clone();
    let r = s.lv.jaxpr.atom_aval(&e.ins[1]).clone();
    let out = s.lv.aval(e.outs[0]).clone();
    let (lhs_buf, l) = padded(lo, s, e, &l, w, dims)?;
    let spatial = dims.lhs_spec.len() - 2;
    let groups = feature_groups.max(batch_groups);
    let features = r.shape[dims.rhs_spec[0]] / groups;
    let images = out.shape[dims.out_spec[0]];
    let channels = r.shape[dims.rhs_spec[1]];
    let places: Vec<usize> = dims.out_spec[2..].iter().map(|&a| out.shape[a]).collect();
    let taps: Vec<usize> = dims.rhs_spec[2..].iter().map(|&a| r.shape[a]).collect();

    // Loops: group | image, places | feature | channel, taps.
    let m: Vec<usize> = std::iter::once(images).chain(places.iter().copied()).collect();
    let k: Vec<usize> = std::iter::once(channels).chain(taps.iter().copied()).collect();
    let k_at = 1 + m.len() + 1;
    let group = loop_var(groups, 0);
    let image = loop_var(images, 1);
    let feature = loop_var(features, 1 + m.len());
    let channel = loop_var(channels, k_at);
    let of_group = |x: &Lin, step: usize| x.plus(&group.scaled(step as i64));

    let mut lhs = vec![Lin::at(0); l.ndim()];
    lhs[dims.lhs_spec[0]] = if batch_groups > 1 { of_group(&image, images) } else { image.clone() };
    lhs[dims.lhs_spec[1]] = if feature_groups > 1 { of_group(&channel, channels) } else { channel.clone() };
    let mut rhs = vec![Lin::at(0); r.ndim()];
    rhs[dims.rhs_spec[0]] = of_group(&feature, features);
    rhs[dims.rhs_spec[1]] = channel;
    let mut ox = vec![Lin::at(0); out.ndim()];
    ox[dims.out_spec[0]] = image;
    ox[dims.out_spec[1]] = of_group(&feature, features);
    for d in 0..spatial {
        let place = loop_var(places[d], 2 + d);
        let tap = loop_var(taps[d], k_at + 1 + d);
        lhs[dims.lhs_spec[2 + d]] = place.scaled(w.strides[d] as i64).plus(&tap.scaled(w.window_dilation[d] as i64));
        rhs[dims.rhs_spec[2 + d]] = tap;
        ox[dims.out_spec[2 + d]] = place;
    }
    let loops = Loops { batch: vec![groups], m, n: vec![features], k, lhs, rhs, out: ox };
    let at = lhs_buf.map(|buf| (buf, flatten(&loops.lhs, &l.shape)));
    contract_from(lo, s, e, loops, at, &l)
}

/// The operand with its padding and dilation written out, if it has any.
fn padded(
    lo: &mut Lowerer,
    s: &mut Schedule,
    e: &Eqn,
    l: &ShapedArray,
    w: &Window,
    dims: &ConvDims,
) -> Result<(Option<BufId>, ShapedArray), Unsupported> {
    let mut config = vec![(0, 0, 0); l.ndim()];
    let mut shape = l.shape.clone();
    for (d, &a) in dims.lhs_spec[2..].iter().enumerate() {
        let (low, high) = w.padding[d];
        config[a] = (low, high, w.base_dilation[d] as i64 - 1);
        let spread = ((l.shape[a] as i64 - 1) * w.base_dilation[d] as i64 + 1).max(0);
        shape[a] = (spread + low + high).max(0) as usize;
    }
    if config.iter().all(|&c| c == (0, 0, 0)) {
        return Ok((None, l.clone()));
    }
    let aval = l.with_shape(&shape);
    let source = atom_buffer(lo, s, &e.ins[0])?;
    let buf = lo.map_temp(s, &aval, &e.ins[..1], |em, ix| {
        let ty = storage(l.dtype).0.register();
        let zero = em.cx.b.int(ty, 0);
        if l.size() == 0 {
            let x = em.load(source, &aval, &Lin::at(0));
            return Ok(x.map(|_| zero));
        }
        let (inner, inside) = em.unpad(&l.shape, &config, ix);
        let x = em.load(source, l, &flatten(&inner, &l.shape));
        Ok(match inside {
            Some(c) => em.select(c, x, x.map(|_| zero)),
            None => x,
        })
    })?;
    Ok((Some(buf), aval))
}
