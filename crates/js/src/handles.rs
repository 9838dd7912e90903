//! The table of what JavaScript holds on to: arrays, tracers, functions, objects of the library, each under a number.
//! JavaScript's wrappers carry the number and give it back when they are collected (a FinalizationRegistry); nobody
//! frees by hand.

use gradlens_numpy::ir::Value;
use gradlens_numpy::{Arg, Callable, Object};
use std::cell::RefCell;
use std::rc::Rc;

/// What a number stands for.
#[derive(Clone)]
pub enum Held {
    /// An array or tracer.
    Value(Value),
    /// A function made by the library (`grad(f)`, a pullback).
    Callable(Rc<dyn Callable>),
    /// An object of the library (`x.at`, a Jaxpr).
    Object(Rc<dyn Object>),
    /// Anything else of the library that JavaScript only passes along (a dtype, a slice).
    Other(Arg),
}

impl Held {
    /// As an argument.
    pub fn arg(self) -> Arg {
        match self {
            Held::Value(v) => Arg::Array(v),
            Held::Callable(c) => Arg::Callable(c),
            Held::Object(o) => Arg::Object(o),
            Held::Other(a) => a,
        }
    }
}

#[derive(Default)]
struct Slab {
    slots: Vec<Option<Held>>,
    free: Vec<u32>,
}

thread_local! {
    static SLAB: RefCell<Slab> = RefCell::default();
}

/// Keep something; the number that stands for it.
pub fn keep(held: Held) -> u32 {
    SLAB.with_borrow_mut(|slab| match slab.free.pop() {
        Some(id) => {
            slab.slots[id as usize] = Some(held);
            id
        }
        None => {
            slab.slots.push(Some(held));
            (slab.slots.len() - 1) as u32
        }
    })
}

/// What a number stands for, if it still stands for something.
pub fn get(id: u32) -> Option<Held> {
    SLAB.with_borrow(|slab| slab.slots.get(id as usize).cloned().flatten())
}

/// Let go of a number.
pub fn release(id: u32) {
    // The drop may run other drops, which must find the slab free.
    let dropped = SLAB.with_borrow_mut(|slab| {
        let held = slab.slots.get_mut(id as usize).and_then(Option::take);
        if held.is_some() {
            slab.free.push(id);
        }
        held
    });
    drop(dropped);
}

/// How many numbers stand for something.
pub fn count() -> usize {
    SLAB.with_borrow(|slab| slab.slots.len() - slab.free.len())
}
