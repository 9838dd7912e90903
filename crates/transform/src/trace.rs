//! Traces and their tracers: what `bind` may go to, and what stands for a value in each.

use gradlens_ir::{Array, ShapedArray, TracerObj, Value, Var};
use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use crate::record::Recorder;
use crate::stage::Stager;

/// Identity of a trace; later ones are greater.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct TraceId(pub u64);

/// Where a primitive application goes. Every trace but evaluation, staging and recording has a parent.
#[derive(Clone)]
pub enum Trace {
    /// Run it now on concrete arrays.
    Eval,
    /// Forward mode: primals and tangents at the parent's level.
    Jvp(Rc<JvpTrace>),
    /// Linearization: primals at the parent's level, tangents staged.
    Linearize(Rc<LinTrace>),
    /// Inside a derivative rule of a linearization: what touches a staged tangent is staged, the rest goes to the parent.
    Linear(Rc<LinTrace>),
    /// `vmap`.
    Batch(Rc<BatchTrace>),
    /// Staging to a Jaxpr.
    Stage(Rc<Stager>),
    /// Evaluation and staging at once, with path conditions.
    Record(Rc<Recorder>),
}

impl Trace {
    /// The trace below.
    pub fn parent(&self) -> Option<Trace> {
        match self {
            Trace::Eval => None,
            Trace::Stage(_) | Trace::Record(_) => Some(Trace::Eval),
            Trace::Jvp(t) => Some(t.parent.clone()),
            Trace::Linearize(t) | Trace::Linear(t) => Some(t.parent.clone()),
            Trace::Batch(t) => Some(t.parent.clone()),
        }
    }
}

/// A forward-mode level.
pub struct JvpTrace {
    /// Its identity.
    pub id: TraceId,
    /// The level below.
    pub parent: Trace,
    /// False once the transformation has ended.
    pub live: Cell<bool>,
}

/// A linearization level.
pub struct LinTrace {
    /// Its identity.
    pub id: TraceId,
    /// The level of the primals.
    pub parent: Trace,
    /// Where tangents are staged.
    pub tangents: Rc<Stager>,
    /// False once the transformation has ended.
    pub live: Cell<bool>,
}

/// A `vmap` level.
pub struct BatchTrace {
    /// Its identity.
    pub id: TraceId,
    /// The level below.
    pub parent: Trace,
    /// Length of the mapped axis.
    pub size: usize,
    /// `axis_name`.
    pub axis_name: Option<Rc<str>>,
    /// False once the transformation has ended.
    pub live: Cell<bool>,
}

/// A value at a forward-mode level.
pub struct JvpTracer {
    /// Its level.
    pub trace: Rc<JvpTrace>,
    /// The value below.
    pub primal: Value,
    /// The tangent, at the level below.
    pub tangent: Value,
}

/// A value at a linearization level.
pub struct LinTracer {
    /// Its level.
    pub trace: Rc<LinTrace>,
    /// The value below.
    pub primal: Value,
    /// The tangent: a tracer of the level's tangent stager.
    pub tangent: Value,
}

/// A value at a `vmap` level.
pub struct BatchTracer {
    /// Its level.
    pub trace: Rc<BatchTrace>,
    /// The whole batch, at the level below.
    pub value: Value,
    /// Its mapped axis.
    pub dim: usize,
    aval: ShapedArray,
}

impl BatchTracer {
    /// A tracer for `value` mapped along `dim`.
    pub fn wrap(trace: &Rc<BatchTrace>, value: Value, dim: usize) -> Value {
        let mut aval = value.aval().clone();
        aval.shape.remove(dim);
        Value::Tracer(Rc::new(BatchTracer { trace: trace.clone(), value, dim, aval }))
    }
}

/// A variable of a Jaxpr being staged.
pub struct StageTracer {
    /// The Jaxpr being built.
    pub stager: Rc<Stager>,
    /// Its variable.
    pub var: Var,
    /// Its aval.
    pub aval: ShapedArray,
}

/// A variable of a Jaxpr being recorded, with its value.
pub struct RecordTracer {
    /// The recording.
    pub recorder: Rc<Recorder>,
    /// Its variable.
    pub var: Var,
    /// Its value at the point of the recording.
    pub value: Array,
}

macro_rules! tracer_obj {
    ($t:ident, $self:ident => $aval:expr) => {
        impl TracerObj for $t {
            fn aval(&$self) -> &ShapedArray {
                $aval
            }
            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    };
}

tracer_obj!(JvpTracer, self => self.primal.aval());
tracer_obj!(LinTracer, self => self.primal.aval());
tracer_obj!(BatchTracer, self => &self.aval);
tracer_obj!(StageTracer, self => &self.aval);
tracer_obj!(RecordTracer, self => self.value.aval());

impl fmt::Debug for JvpTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JVPTracer(primal={:?}, tangent={:?})", self.primal, self.tangent)
    }
}
impl fmt::Debug for LinTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GradTracer(primal={:?}, typeof(tangent)={})", self.primal, self.tangent.aval().short())
    }
}
impl fmt::Debug for BatchTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VmapTracer(aval={}, batched={})", self.aval, self.value.aval())
    }
}
impl fmt::Debug for StageTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JitTracer({})", self.aval)
    }
}
impl fmt::Debug for RecordTracer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.value)
    }
}

/// A tracer seen by kind.
pub enum Kind<'a> {
    /// Concrete.
    Array(&'a Array),
    /// Forward mode.
    Jvp(&'a JvpTracer),
    /// Linearization.
    Lin(&'a LinTracer),
    /// `vmap`.
    Batch(&'a BatchTracer),
    /// Staged.
    Stage(&'a StageTracer),
    /// Recorded.
    Record(&'a RecordTracer),
    /// A tracer of somebody else's.
    Foreign,
}

/// Looks at a value by kind.
pub fn kind(v: &Value) -> Kind<'_> {
    match v {
        Value::Array(a) => Kind::Array(a),
        Value::Tracer(t) => {
            let any = t.as_any();
            if let Some(t) = any.downcast_ref::<StageTracer>() {
                Kind::Stage(t)
            } else if let Some(t) = any.downcast_ref::<LinTracer>() {
                Kind::Lin(t)
            } else if let Some(t) = any.downcast_ref::<JvpTracer>() {
                Kind::Jvp(t)
            } else if let Some(t) = any.downcast_ref::<BatchTracer>() {
                Kind::Batch(t)
            } else if let Some(t) = any.downcast_ref::<RecordTracer>() {
                Kind::Record(t)
            } else {
                Kind::Foreign
            }
        }
    }
}

/// The class name JAX prints for a tracer of this kind.
pub fn tracer_class(v: &Value) -> Option<&'static str> {
    Some(match kind(v) {
        Kind::Jvp(_) => "JVPTracer",
        Kind::Lin(_) => "GradTracer",
        Kind::Batch(_) => "VmapTracer",
        Kind::Stage(_) => "JitTracer",
        Kind::Array(_) | Kind::Record(_) | Kind::Foreign => return None,
    })
}

/// Whether the transformation that made a tracer is still running.
pub fn is_live(v: &Value) -> bool {
    match kind(v) {
        Kind::Array(_) | Kind::Foreign => true,
        Kind::Jvp(t) => t.trace.live.get(),
        Kind::Lin(t) => t.trace.live.get(),
        Kind::Batch(t) => t.trace.live.get(),
        Kind::Stage(t) => t.stager.live.get(),
        Kind::Record(t) => t.recorder.live.get(),
    }
}
