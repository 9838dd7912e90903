//! What holds wherever the engine runs: on a page's main thread and in a worker.

use gradlens_js::library;
use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(inline_js = "
export function wrapper() { return (kind, id) => { const f = kind === 'function' ? () => {} : {}; f.__gradlens = id; return f; }; }
export function idOf(x) { return x.__gradlens; }
")]
extern "C" {
    fn wrapper() -> Function;
    #[wasm_bindgen(js_name = idOf)]
    fn id_of(x: &JsValue) -> u32;
}

fn list(values: &[JsValue]) -> Array {
    values.iter().collect()
}

fn number(x: &JsValue) -> f64 {
    let data = library::data_sync(id_of(x)).expect("on the host");
    js_sys::Reflect::get_u32(&data, 0).expect("an element").as_f64().expect("a number")
}

fn call(path: &str, args: &[JsValue]) -> JsValue {
    library::call(path, &list(args)).unwrap_or_else(|e| panic!("{path}: {e:?}"))
}

/// The table is there, calls compute, and JavaScript functions are differentiated.
pub fn calls_and_gradients() {
    library::set_wrap(wrapper());
    assert_eq!(library::kind_of("jax.numpy.sin").as_deref(), Some("function"));
    assert_eq!(library::kind_of("jax.numpy").as_deref(), Some("module"));
    assert_eq!(library::kind_of("jax.numpy.no_such_name"), None);
    assert_eq!(number(&call("jax.numpy.add", &[1.into(), 2.5.into()])), 3.5);
    // d/dx x * x at 3, through a JavaScript callback.
    let square = Closure::<dyn Fn(JsValue) -> JsValue>::new(|x: JsValue| call("jax.numpy.multiply", &[x.clone(), x]));
    let grad = call("jax.grad", &[square.as_ref().clone()]);
    let slope = library::invoke(id_of(&grad), &list(&[3.into()])).expect("a gradient");
    assert_eq!(number(&slope), 6.0);
}

/// Errors reach JavaScript with JAX's class and words.
pub fn errors() {
    library::set_wrap(wrapper());
    let two = call("jax.numpy.ones", &[list(&[2.into()]).into()]);
    let same = Closure::<dyn Fn(JsValue) -> JsValue>::new(|x: JsValue| x);
    let grad = call("jax.grad", &[same.as_ref().clone()]);
    let error = library::invoke(id_of(&grad), &list(&[two])).expect_err("no scalar");
    let error: js_sys::Error = error.into();
    assert_eq!(String::from(error.name()), "TypeError");
    let message = String::from(error.message());
    assert!(
        message.starts_with("Gradient only defined for scalar-output functions. Output had shape: (2,)."),
        "{message}"
    );
}

/// What is let go of is let go of.
pub fn handles_come_back() {
    library::set_wrap(wrapper());
    let before = library::held_count();
    let x = call("jax.numpy.ones", &[list(&[2.into()]).into()]);
    assert_eq!(library::held_count(), before + 1);
    library::release(id_of(&x));
    assert_eq!(library::held_count(), before);
    assert!(library::data_sync(id_of(&x)).is_err());
}
