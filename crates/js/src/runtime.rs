//! The one engine context that JavaScript's calls share.

use gradlens_numpy::Cx;
use gradlens_numpy::ir::{Error, Result};
use std::cell::RefCell;

thread_local! {
    static CX: RefCell<Option<Cx>> = const { RefCell::new(None) };
}

/// The context.
pub fn cx() -> Result<Cx> {
    CX.with_borrow(Clone::clone).ok_or_else(|| Error::internal("init() has not been awaited"))
}
