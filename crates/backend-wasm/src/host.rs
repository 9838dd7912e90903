//! Kernels on the engine that runs us: compiled at once, put into our own function table, called like any function.

use crate::emit::{Helper, Kernel};
use gradlens_backend::Slot;
use gradlens_kernel::dtype::{f16_to_f32, f32_to_bf16, f32_to_f16};
use js_sys::{Function, Object, Reflect, Uint8Array, WebAssembly};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    /// Places in the function table whose kernels are gone.
    static FREE: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// A kernel in the function table, taken out when dropped.
pub struct Compiled {
    place: u32,
    scratch: RefCell<Vec<u128>>,
}

extern "C" fn fmodf(a: f32, b: f32) -> f32 {
    a % b
}
extern "C" fn fmod(a: f64, b: f64) -> f64 {
    a % b
}
extern "C" fn widen_f16(bits: u32) -> f32 {
    f16_to_f32(bits as u16)
}
extern "C" fn narrow_f16(x: f32) -> u32 {
    f32_to_f16(x) as u32
}
extern "C" fn narrow_bf16(x: f32) -> u32 {
    f32_to_bf16(x) as u32
}

/// A helper's place in the function table.
fn helper(h: Helper) -> u32 {
    let pointer = match h {
        Helper::FmodF32 => fmodf as extern "C" fn(f32, f32) -> f32 as usize,
        Helper::FmodF64 => fmod as extern "C" fn(f64, f64) -> f64 as usize,
        Helper::F16ToF32 => widen_f16 as extern "C" fn(u32) -> f32 as usize,
        Helper::F32ToF16 => narrow_f16 as extern "C" fn(f32) -> u32 as usize,
        Helper::F32ToBf16 => narrow_bf16 as extern "C" fn(f32) -> u32 as usize,
    };
    pointer as u32
}

fn table() -> WebAssembly::Table {
    wasm_bindgen::function_table().unchecked_into()
}

fn compile(kernel: &Kernel) -> Result<u32, JsValue> {
    let table = table();
    let m = Object::new();
    Reflect::set(&m, &"memory".into(), &wasm_bindgen::memory())?;
    for &h in &kernel.helpers {
        Reflect::set(&m, &h.name().into(), &table.get(helper(h))?.into())?;
    }
    let imports = Object::new();
    Reflect::set(&imports, &"m".into(), &m)?;
    let module = WebAssembly::Module::new(&Uint8Array::from(&kernel.bytes[..]))?;
    let instance = WebAssembly::Instance::new(&module, &imports)?;
    let f: Function = Reflect::get(&instance.exports(), &"f".into())?.dyn_into()?;
    let place = match FREE.with_borrow_mut(Vec::pop) {
        Some(place) => place,
        None => table.grow(1)?,
    };
    table.set(place, &f)?;
    Ok(place)
}

impl Compiled {
    /// Compiles; `None` where the engine will not (a page may forbid it).
    pub fn new(kernel: &Kernel) -> Option<Compiled> {
        let place = compile(kernel).ok()?;
        Some(Compiled { place, scratch: RefCell::new(vec![0; kernel.scratch.div_ceil(16)]) })
    }

    /// Runs on slots, which must be as the nest declares them.
    pub fn run(&self, slots: &[Slot]) {
        let addresses: Vec<u32> = slots.iter().map(|s| s.ptr as usize as u32).collect();
        // SAFETY: `place` holds a function of this type until `self` is dropped. The interpreter vouches for the slots:
        // as long as declared, and only ours where they are written.
        unsafe {
            let f = std::mem::transmute::<usize, extern "C" fn(u32, u32)>(self.place as usize);
            f(addresses.as_ptr() as usize as u32, self.scratch.borrow_mut().as_mut_ptr() as usize as u32);
        }
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        // An empty place lets the engine collect the module. Should the engine refuse, the place is used again all the same.
        let clear = Reflect::get(&table(), &"set".into())
            .and_then(|set| set.unchecked_into::<Function>().call2(&table(), &self.place.into(), &JsValue::NULL));
        drop(clear);
        FREE.with_borrow_mut(|free| free.push(self.place));
    }
}
