//! The facade: source and settings in, plain data out.

mod analyze;
mod case;
pub mod encode;
pub mod executor;
mod graph;
mod listen;
pub mod module;
pub mod page;
pub mod protocol;
mod remedies;

pub use case::run_case;
pub use executor::Engine;
pub use listen::Listener;
pub use page::Session;

use gradlens_transform::Cx;
use std::rc::Rc;

/// A fresh context over an engine.
pub fn context(engine: &Rc<Engine>) -> Cx {
    Cx::new(Rc::new(executor::Shared(engine.clone())))
}
