//! The facade: source and settings in, plain data out.

pub mod executor;
pub mod protocol;

pub use executor::Engine;

use gradlens_transform::Cx;
use std::rc::Rc;

/// A fresh context over an engine.
pub fn context(engine: &Rc<Engine>) -> Cx {
    Cx::new(Rc::new(executor::Shared(engine.clone())))
}
