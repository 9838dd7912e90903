//! The one engine context that JavaScript's calls share.

use gradlens_numpy::ir::{Error, Result};
use gradlens_numpy::{Arg, Cx, host};
use gradlens_session::{Engine, context};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

thread_local! {
    static CX: RefCell<Option<Cx>> = const { RefCell::new(None) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    fn console_log(text: &str);
}

/// What the library asks of JavaScript.
struct Console;

impl host::Host for Console {
    fn print(&self, text: &str) {
        console_log(text.strip_suffix('\n').unwrap_or(text));
    }
    fn format(&self, _: &Arg, spec: &str) -> Result<String> {
        Err(Error::not_implemented(format!("the format specification '{spec}' is Python's")))
    }
}

/// The context, made when it is first used.
pub fn cx() -> Result<Cx> {
    Ok(CX.with_borrow_mut(|held| held.get_or_insert_with(fresh).clone()))
}

fn fresh() -> Cx {
    let cx = context(&Engine::reference());
    host::install(&cx, Rc::new(Console));
    cx
}
