//! `scan`: operands are constants, the initial carry, arrays whose leading axis is walked.

use super::while_loop::carry_fixpoint;
use super::{Batched, compact, nonzeros, spread};
use crate::backward::backward_pass_sync;
use crate::cx::Cx;
use crate::interp::{Axis, OutDims, Residual, batch_jaxpr, eval_jaxpr, jvp_jaxpr, linearize_jaxpr, to_front};
use crate::process::{at, instantiate};
use crate::stage::stage_sync;
use crate::trace::LinTrace;
use gradlens_ir::rows::{Operand, Tangent};
use gradlens_ir::{Array, Bind, ClosedJaxpr, Error, HostBuf, Outs, Params, Prim, Result, ShapedArray, Value, ops};
use std::rc::Rc;

struct Scan<'a> {
    jaxpr: &'a ClosedJaxpr,
    length: usize,
    reverse: bool,
    unroll: usize,
    num_consts: usize,
    num_carry: usize,
}

impl Scan<'_> {
    fn with(&self, jaxpr: ClosedJaxpr, num_consts: usize, num_carry: usize) -> Params {
        self.with_direction(jaxpr, num_consts, num_carry, self.reverse)
    }
    fn with_direction(&self, jaxpr: ClosedJaxpr, num_consts: usize, num_carry: usize, reverse: bool) -> Params {
        Params::Scan { jaxpr, length: self.length, reverse, unroll: self.unroll, num_consts, num_carry }
    }
    /// Splits a list into its parts for constants, carry and xs.
    fn split<'b, T>(&self, list: &'b [T]) -> (&'b [T], &'b [T], &'b [T]) {
        let (consts, rest) = list.split_at(self.num_consts);
        let (carry, xs) = rest.split_at(self.num_carry);
        (consts, carry, xs)
    }
}

fn parts(params: &Params) -> Result<Scan<'_>> {
    match params {
        Params::Scan { jaxpr, length, reverse, unroll, num_consts, num_carry } => Ok(Scan {
            jaxpr,
            length: *length,
            reverse: *reverse,
            unroll: *unroll,
            num_consts: *num_consts,
            num_carry: *num_carry,
        }),
        _ => Err(Error::internal("scan without its parameters")),
    }
}

fn stacked(aval: &ShapedArray, length: usize) -> ShapedArray {
    let mut a = aval.clone();
    a.shape.insert(0, length);
    a
}

/// The carry, then the stacked results.
pub fn out_avals(jaxpr: &ClosedJaxpr, length: usize, num_carry: usize) -> Vec<ShapedArray> {
    let outs = jaxpr.out_avals();
    outs.iter().enumerate().map(|(i, a)| if i < num_carry { a.clone() } else { stacked(a, length) }).collect()
}

/// Runs the loop now, step by step.
pub fn eval(cx: &Cx, params: &Params, args: &[Array]) -> Result<Vec<Array>> {
    let s = parts(params)?;
    let (consts, init, xs) = s.split(args);
    let mut carry = init.to_vec();
    let y_avals: Vec<ShapedArray> = s.jaxpr.out_avals().split_off(s.num_carry);
    let mut ys: Vec<HostBuf> = y_avals.iter().map(|a| HostBuf::zeroed(a.size() * a.dtype.size() * s.length)).collect();
    let rows = xs.iter().map(|x| x.host()).collect::<Result<Vec<_>>>()?;
    for step in 0..s.length {
        let i = if s.reverse { s.length - 1 - step } else { step };
        let mut ins = [consts, &carry].concat();
        for (x, row) in xs.iter().zip(&rows) {
            let aval = x.aval().with_shape(&x.shape()[1..]);
            let bytes = aval.size() * aval.dtype.size();
            ins.push(Array::from_host(aval, Rc::new(HostBuf::from_bytes(&row.bytes()[i * bytes..(i + 1) * bytes]))));
        }
        let mut outs = cx.run(s.jaxpr, &ins)?;
        for (y, buf) in outs.drain(s.num_carry..).zip(&mut ys) {
            let host = y.host()?;
            let bytes = host.bytes().len();
            buf.bytes_mut()[i * bytes..(i + 1) * bytes].copy_from_slice(host.bytes());
        }
        carry = outs;
    }
    carry.extend(y_avals.iter().zip(ys).map(|(a, b)| Array::from_host(stacked(a, s.length), Rc::new(b))));
    Ok(carry)
}

/// Scan over (carry, carry tangents).
pub fn jvp(cx: &Cx, params: &Params, primals: &[Value], tangents: &[Tangent]) -> Result<(Outs, Vec<Tangent>)> {
    let s = parts(params)?;
    let (consts, init, xs) = s.split(primals);
    let (consts_dot, init_dot, xs_dot) = s.split(tangents);
    let (c_nz, x_nz) = (nonzeros(consts_dot), nonzeros(xs_dot));
    let ny = s.jaxpr.jaxpr.outs.len() - s.num_carry;
    let carry_nz = carry_fixpoint(nonzeros(init_dot), |carry| {
        let inst = [carry, &vec![false; ny][..]].concat();
        let (_, out) = jvp_jaxpr(cx, s.jaxpr, &[&c_nz[..], carry, &x_nz].concat(), &inst)?;
        Ok(out[..s.num_carry].to_vec())
    })?;
    let inst = [&carry_nz[..], &vec![false; ny]].concat();
    let (body_jvp, out_nz) = jvp_jaxpr(cx, s.jaxpr, &[&c_nz[..], &carry_nz, &x_nz].concat(), &inst)?;
    let y_nz = &out_nz[s.num_carry..];
    let in_avals = s.jaxpr.in_avals();
    let (c_avals, k_avals, x_avals) = s.split(&in_avals);
    let dots = |avals: &[ShapedArray], nz: &[bool]| -> Vec<ShapedArray> {
        avals.iter().zip(nz).filter(|(_, nz)| **nz).map(|(a, _)| a.tangent()).collect()
    };
    let (c_dots, k_dots, x_dots) = (dots(c_avals, &c_nz), dots(k_avals, &carry_nz), dots(x_avals, &x_nz));
    let avals = [c_avals, &c_dots, k_avals, &k_dots, x_avals, &x_dots].concat();
    let sizes = [c_avals.len(), c_dots.len(), k_avals.len(), k_dots.len(), x_avals.len(), x_dots.len()];
    let body = stage_sync(cx, &avals, |args| {
        let [c, cd, k, kd, x, xd] = pieces(args, sizes);
        let outs = eval_jaxpr(cx, &body_jvp, &[c, k, x, cd, kd, xd].concat())?;
        let (ps, ds) = outs.split_at(s.num_carry + ny);
        Ok([&ps[..s.num_carry], &ds[..k_dots.len()], &ps[s.num_carry..], &ds[k_dots.len()..]].concat())
    })?;
    let mut init_dots = vec![];
    for ((p, t), nz) in init.iter().zip(init_dot).zip(&carry_nz) {
        if *nz {
            init_dots.push(instantiate(cx, p.aval(), t)?);
        }
    }
    let args = [consts, &compact(consts_dot), init, &init_dots, xs, &compact(xs_dot)].concat();
    let new_params = s.with(body.closed, sizes[0] + sizes[1], sizes[2] + sizes[3]);
    let outs = cx.bind(Prim::Scan, new_params, &args)?;
    let y_dots = y_nz.iter().filter(|nz| **nz).count();
    let [k, kd, y, yd, _, _] = pieces(&outs, [s.num_carry, k_dots.len(), ny, y_dots, 0, 0]);
    let result = [k, y].concat();
    let mut out_tangents = spread(&carry_nz, kd.to_vec());
    out_tangents.extend(spread(y_nz, yd.to_vec()));
    Ok((result.into(), out_tangents))
}

fn pieces<T>(list: &[T], sizes: [usize; 6]) -> [&[T]; 6] {
    let mut rest = list;
    sizes.map(|n| {
        let (head, tail) = rest.split_at(n);
        rest = tail;
        head
    })
}

/// The known scan stacks the body's residuals; the linear scan walks them. Residuals that are constants or xs of the scan are passed on.
pub fn linearize(
    cx: &Cx,
    t: &Rc<LinTrace>,
    params: &Params,
    primals: &[Value],
    tangents: &[Tangent],
) -> Result<(Outs, Vec<Tangent>)> {
    let s = parts(params)?;
    let (consts_dot, init_dot, xs_dot) = s.split(tangents);
    let (c_nz, x_nz) = (nonzeros(consts_dot), nonzeros(xs_dot));
    let n_outs = s.jaxpr.jaxpr.outs.len();
    let ny = n_outs - s.num_carry;
    let carry_nz = carry_fixpoint(nonzeros(init_dot), |carry| {
        let inst = [carry, &vec![false; ny][..]].concat();
        let lin = linearize_jaxpr(cx, s.jaxpr, &[&c_nz[..], carry, &x_nz].concat(), &inst)?;
        Ok(lin.nonzero_outs[..s.num_carry].to_vec())
    })?;
    let inst = [&carry_nz[..], &vec![false; ny]].concat();
    let lin = linearize_jaxpr(cx, s.jaxpr, &[&c_nz[..], &carry_nz, &x_nz].concat(), &inst)?;
    let first_x = s.num_consts + s.num_carry;
    // Each residual: a constant of the scan, one of its xs, or a new stacked result.
    #[derive(Clone, Copy)]
    enum From {
        Const(usize),
        Xs(usize),
        Stacked(usize),
    }
    let mut to_stack: Vec<Residual> = vec![];
    let sources: Vec<From> = lin
        .residuals
        .iter()
        .map(|r| match r {
            Residual::Argument(i) if *i < s.num_consts => From::Const(*i),
            Residual::Argument(i) if *i >= first_x => From::Xs(*i),
            r => {
                to_stack.push(*r);
                From::Stacked(to_stack.len() - 1)
            }
        })
        .collect();
    let known_body = stage_sync(cx, &s.jaxpr.in_avals(), |args| {
        let outs = eval_jaxpr(cx, &lin.primal, args)?;
        let mut results = outs[..n_outs].to_vec();
        for r in &to_stack {
            results.push(match r {
                Residual::Argument(i) => args[*i].clone(),
                Residual::Result(i) => outs[n_outs + i].clone(),
            });
        }
        Ok(results)
    })?;
    let mut outs = at(cx, &t.parent, Prim::Scan, s.with(known_body.closed, s.num_consts, s.num_carry), primals)?;
    let stacks: Vec<Value> = outs.drain(n_outs..).collect();
    if lin.nonzero_outs.iter().all(|nz| !nz) {
        return Ok((outs, vec![None; n_outs]));
    }
    let res_avals: Vec<ShapedArray> = lin.tangent.in_avals().into_iter().take(lin.residuals.len()).collect();
    let in_avals = s.jaxpr.in_avals();
    let (c_avals, k_avals, x_avals) = s.split(&in_avals);
    let dots = |avals: &[ShapedArray], nz: &[bool]| -> Vec<ShapedArray> {
        avals.iter().zip(nz).filter(|(_, nz)| **nz).map(|(a, _)| a.tangent()).collect()
    };
    let of = |constant: bool| -> Vec<usize> {
        (0..sources.len()).filter(|i| matches!(sources[*i], From::Const(_)) == constant).collect()
    };
    let (const_res, moving_res) = (of(true), of(false));
    let pick = |which: &[usize]| which.iter().map(|i| res_avals[*i].clone()).collect::<Vec<_>>();
    let (cr, mr) = (pick(&const_res), pick(&moving_res));
    let (cd, kd, xd) = (dots(c_avals, &c_nz), dots(k_avals, &carry_nz), dots(x_avals, &x_nz));
    let sizes = [cr.len(), cd.len(), kd.len(), mr.len(), xd.len(), 0];
    let body = stage_sync(cx, &[&cr[..], &cd, &kd, &mr, &xd].concat(), |args| {
        let [cr, cd, kd, mr, xd, _] = pieces(args, sizes);
        let mut ins: Vec<Option<Value>> = vec![None; sources.len()];
        const_res.iter().zip(cr).chain(moving_res.iter().zip(mr)).for_each(|(i, v)| ins[*i] = Some(v.clone()));
        let ins: Vec<Value> = ins.into_iter().flatten().collect();
        eval_jaxpr(cx, &lin.tangent, &[&ins[..], cd, kd, xd].concat())
    })?;
    let value_of = |i: &usize| match sources[*i] {
        From::Const(k) | From::Xs(k) => primals[k].clone(),
        From::Stacked(k) => stacks[k].clone(),
    };
    let mut args: Vec<Value> = const_res.iter().map(value_of).collect();
    args.extend(compact(consts_dot));
    let (_, init, _) = s.split(primals);
    for ((p, tan), nz) in init.iter().zip(init_dot).zip(&carry_nz) {
        if *nz {
            args.push(instantiate_staged(cx, t, p.aval(), tan)?);
        }
    }
    args.extend(moving_res.iter().map(value_of));
    args.extend(compact(xs_dot));
    let new_params = s.with(body.closed, sizes[0] + sizes[1], kd.len());
    let out_tangents = t.tangents.emit(cx, Prim::Scan, new_params, &args)?;
    Ok((outs, spread(&lin.nonzero_outs, out_tangents)))
}

/// A tangent made explicit in the tangent program.
pub fn instantiate_staged(cx: &Cx, t: &Rc<LinTrace>, aval: &ShapedArray, tangent: &Tangent) -> Result<Value> {
    match tangent {
        Some(v) => Ok(v.clone()),
        None => cx.within(&t.parent, || ops::zeros(cx, &aval.tangent())),
    }
}

/// The scan run the other way over (cotangents of the constants, cotangents of the carry).
pub fn transpose(cx: &Cx, params: &Params, cts: &[Tangent], operands: &[Operand]) -> Result<Vec<Tangent>> {
    let s = parts(params)?;
    let is_linear = |o: &Operand| matches!(o, Operand::Linear(_));
    let (consts, carry, xs) = s.split(operands);
    let (c_lin, x_lin): (Vec<bool>, Vec<bool>) =
        (consts.iter().map(is_linear).collect(), xs.iter().map(is_linear).collect());
    let in_avals = s.jaxpr.in_avals();
    let (c_avals, k_avals, x_avals) = s.split(&in_avals);
    let (ct_carry, ct_ys) = cts.split_at(s.num_carry);
    let y_nz = nonzeros(ct_ys);
    let marked = |avals: &[ShapedArray], marks: &[bool], want: bool| -> Vec<ShapedArray> {
        avals.iter().zip(marks).filter(|(_, m)| **m == want).map(|(a, _)| a.clone()).collect()
    };
    let y_avals = s.jaxpr.out_avals().split_off(s.num_carry);
    let (c_known, c_ct) = (marked(c_avals, &c_lin, false), marked(c_avals, &c_lin, true));
    let (x_known, y_ct) = (marked(x_avals, &x_lin, false), marked(&y_avals, &y_nz, true));
    let sizes = [c_known.len(), c_ct.len(), k_avals.len(), y_ct.len(), x_known.len(), 0];
    let body = stage_sync(cx, &[&c_known[..], &c_ct, k_avals, &y_ct, &x_known].concat(), |args| {
        let [c_known, c_ct, k_ct, y_ct, x_known, _] = pieces(args, sizes);
        let (mut ck, mut xk) = (c_known.iter(), x_known.iter());
        let operand = |aval: &ShapedArray, linear: bool, known: &mut dyn Iterator<Item = &Value>| {
            if linear {
                Operand::Linear(aval.clone())
            } else {
                Operand::Known(known.next().expect("one per known").clone())
            }
        };
        let mut ins: Vec<Operand> = c_avals.iter().zip(&c_lin).map(|(a, l)| operand(a, *l, &mut ck)).collect();
        ins.extend(k_avals.iter().map(|a| Operand::Linear(a.clone())));
        ins.extend(x_avals.iter().zip(&x_lin).map(|(a, l)| operand(a, *l, &mut xk)));
        let mut out_cts: Vec<Tangent> = k_ct.iter().cloned().map(Some).collect();
        out_cts.extend(spread(&y_nz, y_ct.to_vec()));
        let got = backward_pass_sync(cx, s.jaxpr, &ins, &out_cts)?;
        let (got_c, got_k, got_x) = s.split(&got);
        let mut results = vec![];
        let linear_c = got_c.iter().zip(&c_lin).filter(|(_, l)| **l).map(|(g, _)| g);
        for (acc, g) in c_ct.iter().zip(linear_c) {
            results.push(match g {
                Some(g) => ops::add_any(cx, acc, g)?,
                None => acc.clone(),
            });
        }
        for (g, a) in got_k.iter().zip(k_avals) {
            results.push(instantiate(cx, a, g)?);
        }
        for ((g, a), _) in got_x.iter().zip(x_avals).zip(&x_lin).filter(|(_, l)| **l) {
            results.push(instantiate(cx, a, g)?);
        }
        Ok(results)
    })?;
    let mut args = super::jit::known(consts);
    for a in &c_ct {
        args.push(ops::zeros(cx, a)?);
    }
    for (ct, a) in ct_carry.iter().zip(k_avals) {
        args.push(instantiate(cx, a, ct)?);
    }
    args.extend(compact(ct_ys));
    args.extend(super::jit::known(xs));
    let new_params = s.with_direction(body.closed, c_known.len(), c_ct.len() + s.num_carry, !s.reverse);
    let outs = cx.bind(Prim::Scan, new_params, &args)?;
    let mut outs = outs.into_iter();
    let mut result = spread(&c_lin, outs.by_ref().take(c_ct.len()).collect::<Vec<_>>());
    for (o, ct) in carry.iter().zip(outs.by_ref().take(s.num_carry).collect::<Vec<_>>()) {
        result.push(is_linear(o).then_some(ct));
    }
    result.extend(spread(&x_lin, outs));
    Ok(result)
}

/// Constants and carry batched in front, xs behind the walked axis.
pub fn batch(cx: &Cx, axis: &Axis, params: &Params, xs: &[Batched]) -> Result<Vec<Batched>> {
    let s = parts(params)?;
    let (consts, init, walked) = s.split(xs);
    let marks = |xs: &[Batched]| xs.iter().map(|x| x.1.is_some()).collect::<Vec<_>>();
    let (c_b, x_b) = (marks(consts), marks(walked));
    let dims = |carry: &[bool]| -> Vec<Option<usize>> {
        [&c_b[..], carry, &x_b].concat().iter().map(|b| b.then_some(0)).collect()
    };
    let carry_b = carry_fixpoint(marks(init), |carry| {
        let (_, out) = batch_jaxpr(cx, s.jaxpr, axis, &dims(carry), &OutDims::Natural)?;
        Ok(out[..s.num_carry].iter().map(|d| d.is_some()).collect())
    })?;
    let (_, natural) = batch_jaxpr(cx, s.jaxpr, axis, &dims(&carry_b), &OutDims::Natural)?;
    let y_b: Vec<bool> = natural[s.num_carry..].iter().map(|d| d.is_some()).collect();
    let front = OutDims::Front([&carry_b[..], &y_b].concat());
    let (body, _) = batch_jaxpr(cx, s.jaxpr, axis, &dims(&carry_b), &front)?;
    let mut args = vec![];
    for ((v, d), b) in consts.iter().chain(init).zip(c_b.iter().chain(&carry_b)) {
        args.push(if *b { to_front(cx, v, *d, axis.size)? } else { v.clone() });
    }
    for (v, d) in walked {
        args.push(match d {
            Some(d) => ops::move_axis(cx, v, *d, 1)?,
            None => v.clone(),
        });
    }
    let outs = cx.bind(Prim::Scan, s.with(body, s.num_consts, s.num_carry), &args)?;
    Ok(outs
        .into_iter()
        .enumerate()
        .map(|(i, o)| {
            let dim = if i < s.num_carry { carry_b[i].then_some(0) } else { y_b[i - s.num_carry].then_some(1) };
            (o, dim)
        })
        .collect())
}
