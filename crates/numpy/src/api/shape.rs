//! `jax.eval_shape` and `jax.ShapeDtypeStruct`.

use super::support::*;
use crate::arg::{Arg, Object};
use crate::table::{Bound, Entry, Imp::*, entry};
use crate::{Cx, convert};
use gradlens_ir::{LocalBoxFuture, Result, ShapedArray};
use gradlens_transform as tf;
use std::any::Any;
use std::rc::Rc;

pub(super) const TABLE: &[Entry] = &[
    entry(
        "jax.eval_shape",
        "fun, *args, **kwargs",
        "Shapes and dtypes of a function's results, without running it.",
        Async(eval_shape),
    ),
    entry(
        "jax.ShapeDtypeStruct",
        "shape, dtype, *, sharding=None, weak_type=False, vma=None",
        "A shape and a dtype without data.",
        Sync(make),
    ),
];

/// A shape and a dtype.
pub struct ShapeDtypeStruct(pub ShapedArray);

impl Object for ShapeDtypeStruct {
    fn type_name(&self) -> String {
        "ShapeDtypeStruct".into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        let weak = if self.0.weak_type { ", weak_type=True" } else { "" };
        Ok(format!(
            "ShapeDtypeStruct(shape={}, dtype={}{weak})",
            gradlens_ir::aval::tuple_text(&self.0.shape),
            self.0.dtype
        ))
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        Ok(Some(match name {
            "shape" => Arg::shape(&self.0.shape),
            "dtype" => Arg::DType(self.0.dtype),
            "ndim" => Arg::Int(self.0.ndim() as i64),
            "size" => Arg::Int(self.0.size() as i64),
            "weak_type" => Arg::Bool(self.0.weak_type),
            _ => return Ok(None),
        }))
    }
    fn attr_names(&self) -> &'static [&'static str] {
        &["shape", "dtype", "ndim", "size", "weak_type"]
    }
    fn eq(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<ShapeDtypeStruct>().is_some_and(|o| o.0 == self.0)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The aval behind a `ShapeDtypeStruct`.
pub fn aval_of(x: &Arg) -> Option<ShapedArray> {
    match x {
        Arg::Object(o) => o.as_any().downcast_ref::<ShapeDtypeStruct>().map(|s| s.0.clone()),
        _ => None,
    }
}

fn make(cx: &Cx, b: &Bound) -> Result<Arg> {
    let shape = convert::shape(cx, &b["shape"])?;
    let dtype = convert::dtype_named(&b["dtype"])?.0;
    let weak = convert::truth(cx, &b["weak_type"])?;
    Ok(Arg::Object(Rc::new(ShapeDtypeStruct(ShapedArray::new(shape, dtype).with_weak(weak)))))
}

/// The aval a leaf stands for: a struct's, or an array's.
pub fn leaf_aval(cx: &Cx, leaf: &Arg) -> Result<ShapedArray> {
    match aval_of(leaf) {
        Some(a) => Ok(a),
        None => Ok(value(cx, leaf)?.aval().clone()),
    }
}

fn eval_shape(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let cx = &cx;
        let f = callable(cx, &b["fun"])?;
        let args = b["args"].sequence().unwrap_or(&[]).to_vec();
        let kwargs = super::misc::keywords(&b["kwargs"]);
        let all = vec![true; args.len()];
        let (call, leaves) = FlatCall::new(cx, f, args, kwargs, &all, true, false)?;
        let avals = leaves.iter().map(|l| leaf_aval(cx, l)).collect::<Result<Vec<_>>>()?;
        let staged = tf::stage(cx, &*call, &avals).await?;
        let structs = staged
            .closed
            .out_avals()
            .into_iter()
            .map(|a| Arg::Object(Rc::new(ShapeDtypeStruct(a)) as Rc<dyn Object>))
            .collect();
        call.out()?.tree.unflatten(structs)
    })
}
