//! Handles to user code held in Jaxprs: custom derivative rules and callbacks. Compared by identity.

use crate::array::LocalBoxFuture;
use crate::error::Result;
use crate::value::Value;
use std::any::Any;
use std::fmt;
use std::rc::Rc;

/// User code applied to flat lists of values; the future resolves when it has returned.
pub trait FlatFn {
    /// A name for messages.
    fn name(&self) -> String;
    /// Calls it.
    fn call(&self, args: Vec<Value>) -> LocalBoxFuture<Result<Vec<Value>>>;
    /// The binding's own type.
    fn as_any(&self) -> &dyn Any;
}

macro_rules! identity_handle {
    ($(#[$doc:meta])* $name:ident, $object:ty $(, $(#[$fdoc:meta])* $label:ty)*) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(pub Rc<$object> $(, $(#[$fdoc])* pub $label)*);
        impl PartialEq for $name {
            fn eq(&self, other: &$name) -> bool {
                Rc::ptr_eq(&self.0, &other.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

identity_handle!(
    /// A `custom_jvp` rule: what it is, `transform` knows (it stages the user's rule on demand).
    CustomJvpRule,
    dyn Any,
    /// The name of the rule's function, as Jaxprs print it.
    Rc<str>
);
identity_handle!(
    /// A `custom_vjp`'s `fwd` and `bwd`.
    CustomVjpRules,
    dyn Any,
    /// The name of `fwd`.
    Rc<str>,
    /// The name of `bwd`.
    Rc<str>
);
identity_handle!(
    /// The pullback of a custom vjp at known residuals.
    PullbackRule,
    dyn Any,
    /// The name of `bwd`.
    Rc<str>,
    /// How many operands are residuals; the rest are tangents.
    usize
);
identity_handle!(
    /// A host callback (`jax.debug.print`, `pure_callback`).
    CallbackObj,
    dyn FlatFn
);
