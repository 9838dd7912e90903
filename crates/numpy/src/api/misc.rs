//! `jax.debug.print`, configuration, devices, and other small things of the top level.

use super::support::*;
use crate::arg::{Arg, Object};
use crate::object::native;
use crate::table::{Bound, Entry, Imp::*, entry};
use crate::tree::flatten;
use crate::{Cx, convert};
use gradlens_ir::rule_objects::{CallbackObj, FlatFn};
use gradlens_ir::{Bind, Error, ErrorClass, LocalBoxFuture, Params, Prim, Result, Value};
use gradlens_transform as tf;
use std::any::Any;
use std::rc::Rc;

pub(super) const TABLE: &[Entry] = &[
    entry(
        "jax.debug.print",
        "fmt, *args, ordered=False, **kwargs",
        "Prints values when they are computed, also inside jit, vmap and grad.",
        Sync(debug_print),
    ),
    entry("jax.config.update", "name, val", "Changes a configuration option.", Sync(config_update)),
    entry("jax.config.read", "name", "The value of a configuration option.", Sync(config_read)),
    entry(
        "jax.named_call",
        "fun, *, name=None",
        "The function itself: names are for profilers.",
        Sync(identity_function),
    ),
    entry("jax.block_until_ready", "x", "Waits for arrays to be computed.", Async(block_until_ready)),
    entry(
        "jax.device_put",
        "x, device=None, *, src=None, donate=False, may_alias=None",
        "The arrays, on the device.",
        Sync(device_put),
    ),
    entry("jax.device_get", "x", "The arrays as NumPy arrays.", Async(device_get)),
    entry("jax.device_count", "backend=None", "How many devices there are.", Sync(one)),
    entry("jax.local_device_count", "backend=None", "How many devices there are.", Sync(one)),
    entry("jax.default_backend", "", "The platform's name.", Sync(default_backend)),
    entry("jax.devices", "backend=None", "The devices.", Sync(devices)),
    entry("jax.local_devices", "process_index=None, backend=None, host_id=None", "The devices.", Sync(devices)),
    entry(
        "jax.disable_jit",
        "disable=True",
        "A context in which jit runs its functions as they are.",
        Sync(disable_jit),
    ),
    entry("jax.debug_nans", "new_val=True", "A context that raises where a NaN appears.", Sync(debug_nans)),
    entry("jax.enable_x64", "new_val=True", "A context with 64-bit types.", Sync(enable_x64)),
    entry("jax.lax.psum", "x, axis_name, *, axis_index_groups=None", "Sum over a named axis.", Sync(psum)),
    entry("jax.lax.pmean", "x, axis_name, *, axis_index_groups=None", "Mean over a named axis.", Sync(pmean)),
    entry("jax.lax.pmax", "x, axis_name, *, axis_index_groups=None", "Maximum over a named axis.", Sync(pmax)),
    entry("jax.lax.pmin", "x, axis_name, *, axis_index_groups=None", "Minimum over a named axis.", Sync(pmin)),
    entry("jax.lax.axis_index", "axis_name", "The position along a named axis.", Sync(axis_index)),
];

/// A dict of keyword arguments as pairs.
pub fn keywords(x: &Arg) -> Kwargs {
    match x {
        Arg::Dict(items) => items.iter().filter_map(|(k, v)| k.as_str().map(|k| (Rc::from(k), v.clone()))).collect(),
        _ => vec![],
    }
}

/// Formats and prints when its arguments are known.
struct Printer {
    cx: Cx,
    format: Rc<str>,
    names: Vec<Option<Rc<str>>>,
    tree: crate::tree::TreeDef,
}

impl FlatFn for Printer {
    fn name(&self) -> String {
        "debug_print".into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>> {
        let run = || -> Result<Vec<Value>> {
            let Arg::Tuple(values) = self.tree.unflatten(args.into_iter().map(Arg::Array).collect())? else {
                return Err(Error::internal("printed values are a tuple"));
            };
            let text = crate::host::format_fields(&self.cx, &self.format, &values, &self.names)?;
            crate::host::print(&self.cx, &format!("{text}\n"));
            Ok(vec![])
        };
        done(run())
    }
}

fn debug_print(cx: &Cx, b: &Bound) -> Result<Arg> {
    let Arg::Str(format) = &b["fmt"] else {
        return Err(Error::type_error("jax.debug.print format must be a str"));
    };
    let mut values = b["args"].sequence().unwrap_or(&[]).to_vec();
    let mut names: Vec<Option<Rc<str>>> = vec![None; values.len()];
    for (k, v) in keywords(&b["kwargs"]) {
        names.push(Some(k));
        values.push(v);
    }
    let (leaves, tree) = flatten(&Arg::Tuple(values))?;
    let values = leaf_values(cx, &leaves)?;
    let ordered = convert::truth(cx, &b["ordered"])?;
    let printer = Printer { cx: cx.clone(), format: format.clone(), names, tree };
    let params = Params::Callback { callback: CallbackObj(Rc::new(printer)), out_avals: vec![], ordered };
    cx.bind(Prim::DebugCallback, params, &values)?;
    Ok(Arg::None)
}

fn flag(cx: &Cx, x: &Arg) -> Result<bool> {
    convert::truth(cx, x)
}

fn config_update(cx: &Cx, b: &Bound) -> Result<Arg> {
    let name = b["name"].as_str().unwrap_or_default();
    let val = &b["val"];
    let text = val.as_str().unwrap_or_default().to_string();
    match name {
        "jax_enable_x64" => {
            let on = flag(cx, val)?;
            cx.configure(|c| c.x64 = on);
        }
        "jax_debug_nans" => {
            let on = flag(cx, val)?;
            cx.configure(|c| c.debug_nans = on);
        }
        "jax_debug_infs" => {
            let on = flag(cx, val)?;
            cx.configure(|c| c.debug_infs = on);
        }
        "jax_disable_jit" => {
            let on = flag(cx, val)?;
            cx.configure(|c| c.disable_jit = on);
        }
        "jax_numpy_dtype_promotion" => match text.as_str() {
            "standard" | "strict" => cx.configure(|c| c.strict_promotion = text == "strict"),
            _ => {
                return Err(Error::value_error(format!(
                    "new enum value must be in ('standard', 'strict'), got {text}"
                )));
            }
        },
        "jax_numpy_rank_promotion" => {
            let to = match text.as_str() {
                "allow" => tf::RankPromotion::Allow,
                "warn" => tf::RankPromotion::Warn,
                "raise" => tf::RankPromotion::Raise,
                _ => {
                    return Err(Error::value_error(format!(
                        "new enum value must be in ('allow', 'warn', 'raise'), got {text}"
                    )));
                }
            };
            cx.configure(|c| c.rank_promotion = to);
        }
        // These change where and how fast things run, or are already as JAX has them by default; not what comes out.
        "jax_platform_name"
        | "jax_platforms"
        | "jax_default_matmul_precision"
        | "jax_log_compiles"
        | "jax_compilation_cache_dir"
        | "jax_traceback_filtering"
        | "jax_check_tracer_leaks"
        | "jax_default_device"
        | "jax_threefry_partitionable"
        | "jax_debug_key_reuse"
        | "jax_default_prng_impl"
        | "jax_transfer_guard"
        | "jax_explain_cache_misses"
        | "jax_array_garbage_collection_guard" => {}
        _ => {
            return Err(Error::new(ErrorClass::AttributeError, format!("Unrecognized config option: {name}")));
        }
    }
    Ok(Arg::None)
}

fn config_read(cx: &Cx, b: &Bound) -> Result<Arg> {
    let c = cx.config();
    Ok(match b["name"].as_str().unwrap_or_default() {
        "jax_enable_x64" => Arg::Bool(c.x64),
        "jax_debug_nans" => Arg::Bool(c.debug_nans),
        "jax_debug_infs" => Arg::Bool(c.debug_infs),
        "jax_disable_jit" => Arg::Bool(c.disable_jit),
        "jax_numpy_dtype_promotion" => Arg::str(if c.strict_promotion { "strict" } else { "standard" }),
        name => return Err(Error::new(ErrorClass::AttributeError, format!("Unrecognized config option: {name}"))),
    })
}

fn identity_function(cx: &Cx, b: &Bound) -> Result<Arg> {
    Ok(Arg::Callable(callable(cx, &b["fun"])?))
}

fn block_until_ready(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        for leaf in flatten(&b["x"])?.0 {
            if let Arg::Array(Value::Array(a)) = &leaf {
                cx.retrying(|| a.host()).await?;
            }
        }
        Ok(b["x"].clone())
    })
}

fn device_put(cx: &Cx, b: &Bound) -> Result<Arg> {
    let (leaves, tree) = flatten(&b["x"])?;
    tree.unflatten(leaf_values(cx, &leaves)?.into_iter().map(Arg::Array).collect())
}

fn device_get(cx: Cx, b: Bound) -> LocalBoxFuture<Result<Arg>> {
    Box::pin(async move {
        let (leaves, tree) = flatten(&b["x"])?;
        let mut out = vec![];
        for leaf in leaves {
            out.push(match &leaf {
                Arg::Array(v) => {
                    let a = cx.concrete(v, crate::Look::Array)?;
                    cx.retrying(|| a.host()).await?;
                    Arg::NpArray(a)
                }
                other => other.clone(),
            });
        }
        tree.unflatten(out)
    })
}

fn one(_: &Cx, _: &Bound) -> Result<Arg> {
    Ok(Arg::Int(1))
}

fn default_backend(_: &Cx, _: &Bound) -> Result<Arg> {
    Ok(Arg::str("cpu"))
}

/// The one device there is, as JAX shows a CPU.
struct Device;

impl Object for Device {
    fn type_name(&self) -> String {
        "jaxlib._jax.Device".into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok("CpuDevice(id=0)".into())
    }
    fn str(&self, _: &Cx) -> Result<String> {
        Ok("TFRT_CPU_0".into())
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        Ok(match name {
            "platform" | "device_kind" => Some(Arg::str("cpu")),
            "id" | "process_index" => Some(Arg::Int(0)),
            _ => None,
        })
    }
    fn eq(&self, other: &dyn Object) -> bool {
        other.as_any().is::<Device>()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn devices(_: &Cx, _: &Bound) -> Result<Arg> {
    Ok(Arg::List(vec![Arg::Object(Rc::new(Device))]))
}

/// `with jax.disable_jit(): ...`: sets a switch on entry and restores it on exit.
struct Switch {
    value: bool,
    get: fn(&tf::Config) -> bool,
    set: fn(&mut tf::Config, bool),
    before: std::cell::Cell<bool>,
}

impl Object for Rc<Switch> {
    fn type_name(&self) -> String {
        "context manager".into()
    }
    fn repr(&self, _: &Cx) -> Result<String> {
        Ok("<jax configuration context>".into())
    }
    fn attr(&self, _: &Cx, name: &str) -> Result<Option<Arg>> {
        let this = (*self).clone();
        Ok(match name {
            "__enter__" => Some(native("__enter__", move |cx, _| {
                this.before.set((this.get)(&cx.config()));
                cx.configure(|c| (this.set)(c, this.value));
                Ok(Arg::None)
            })),
            "__exit__" => Some(native("__exit__", move |cx, _| {
                cx.configure(|c| (this.set)(c, this.before.get()));
                Ok(Arg::Bool(false))
            })),
            _ => None,
        })
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn switch(value: bool, get: fn(&tf::Config) -> bool, set: fn(&mut tf::Config, bool)) -> Result<Arg> {
    Ok(Arg::Object(Rc::new(Rc::new(Switch { value, get, set, before: Default::default() }))))
}

fn disable_jit(cx: &Cx, b: &Bound) -> Result<Arg> {
    switch(flag(cx, &b["disable"])?, |c| c.disable_jit, |c, v| c.disable_jit = v)
}

fn debug_nans(cx: &Cx, b: &Bound) -> Result<Arg> {
    switch(flag(cx, &b["new_val"])?, |c| c.debug_nans, |c, v| c.debug_nans = v)
}

fn enable_x64(cx: &Cx, b: &Bound) -> Result<Arg> {
    switch(flag(cx, &b["new_val"])?, |c| c.x64, |c, v| c.x64 = v)
}

fn axis_name(cx: &Cx, x: &Arg) -> Result<Rc<str>> {
    Ok(match x {
        Arg::Str(s) => s.clone(),
        other => crate::print::repr(cx, other)?.into(),
    })
}

/// JAX's error for a collective outside any axis of that name.
fn check_bound(cx: &Cx, what: &str, name: &Rc<str>) -> Result<()> {
    if cx.axis_size(name).is_some() {
        return Ok(());
    }
    let nested = cx.has_axes();
    Err(Error::new(
        ErrorClass::NameError,
        if nested {
            format!("Found an unbound axis name: {name}. To fix this, please call {what} under `jax.shard_map`.")
        } else {
            format!("unbound axis name: {name}")
        },
    )
    .with_help("give the axis its name with jax.vmap(..., axis_name=...)"))
}

fn reduce_over(cx: &Cx, b: &Bound, what: &str, prim: Prim) -> Result<Arg> {
    let name = axis_name(cx, &b["axis_name"])?;
    check_bound(cx, what, &name)?;
    let (leaves, tree) = flatten(&b["x"])?;
    let outs = leaf_values(cx, &leaves)?
        .iter()
        .map(|v| {
            cx.bind1(prim, Params::Collective { axis_name: name.clone() }, std::slice::from_ref(v)).map(Arg::Array)
        })
        .collect::<Result<Vec<_>>>()?;
    tree.unflatten(outs)
}

fn psum(cx: &Cx, b: &Bound) -> Result<Arg> {
    let name = axis_name(cx, &b["axis_name"])?;
    // psum of a Python number is that number times the size of the axis.
    if let (Arg::Int(k), Some(n)) = (&b["x"], cx.axis_size(&name)) {
        return Ok(Arg::Int(k * n as i64));
    }
    reduce_over(cx, b, "psum", Prim::Psum)
}

fn pmean(cx: &Cx, b: &Bound) -> Result<Arg> {
    let name = axis_name(cx, &b["axis_name"])?;
    check_bound(cx, "pmean", &name)?;
    let n = cx.axis_size(&name).unwrap_or(1) as f64;
    let sum = reduce_over(cx, b, "pmean", Prim::Psum)?;
    let (leaves, tree) = flatten(&sum)?;
    let outs = leaf_values(cx, &leaves)?
        .iter()
        .map(|v| gradlens_ir::ops::div(cx, v, &gradlens_ir::ops::scalar_like(v, n)).map(Arg::Array))
        .collect::<Result<Vec<_>>>()?;
    tree.unflatten(outs)
}

fn pmax(cx: &Cx, b: &Bound) -> Result<Arg> {
    reduce_over(cx, b, "pmax", Prim::Pmax)
}

fn pmin(cx: &Cx, b: &Bound) -> Result<Arg> {
    reduce_over(cx, b, "pmin", Prim::Pmin)
}

fn axis_index(cx: &Cx, b: &Bound) -> Result<Arg> {
    let name = axis_name(cx, &b["axis_name"])?;
    check_bound(cx, "axis_index", &name)?;
    cx.bind1(Prim::AxisIndex, Params::Collective { axis_name: name }, &[]).map(Arg::Array)
}
