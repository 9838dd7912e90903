//! Memory under a cap, and drops that never recurse: the two things a heap of user-made containers needs in a browser.
//!
//! `grow`/`shrink` account for what containers and strings hold; past the cap a limit error is raised that `except`
//! cannot catch. `trash` takes the children of a dying container when drops are already nested deeply, so that a list
//! nested a hundred thousand times is freed in a loop.

use std::cell::{Cell, RefCell};

use super::{Exc, Fatal, Obj, R};

thread_local! {
    static USED: Cell<usize> = const { Cell::new(0) };
    static CAP: Cell<usize> = const { Cell::new(usize::MAX) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static TRASH: RefCell<Vec<Vec<Obj>>> = const { RefCell::new(Vec::new()) };
}

/// Sets how many bytes may be added to what is in use now.
pub fn set_cap(bytes: usize) {
    CAP.with(|c| c.set(used().saturating_add(bytes)));
}

/// Bytes that containers and strings hold now, as far as they are accounted for.
pub fn used() -> usize {
    USED.with(Cell::get)
}

/// Asks for `bytes` more; a limit error past the cap.
pub fn grow(bytes: usize) -> R<()> {
    check(bytes)?;
    USED.with(|u| u.set(u.get() + bytes));
    Ok(())
}

/// Whether `bytes` more would fit, without taking them: for one-off results such as strings before they are built.
pub fn check(bytes: usize) -> R<()> {
    let cap = CAP.with(Cell::get);
    if bytes > cap || used().saturating_add(bytes) > cap {
        return Err(Exc::Fatal(Box::new(Fatal::memory(bytes))));
    }
    Ok(())
}

/// Takes without a check; the next check sees it. For places that cannot fail.
pub fn force(bytes: usize) {
    USED.with(|u| u.set(u.get().saturating_add(bytes)));
}

/// Gives bytes back.
pub fn shrink(bytes: usize) {
    // `try_with`: drops may run while the thread's locals are being torn down.
    let _ = USED.try_with(|u| u.set(u.get().saturating_sub(bytes)));
}

/// How deep drops may nest before children are put aside.
const DROP_DEPTH: u32 = 40;

/// Drops the children of a dying container without deep recursion.
pub fn trash(children: Vec<Obj>) {
    if children.iter().all(Obj::is_atom) {
        return;
    }
    let Ok(depth) = DEPTH.try_with(Cell::get) else {
        std::mem::forget(children);
        return;
    };
    if depth >= DROP_DEPTH {
        let _ = TRASH.try_with(|t| t.borrow_mut().push(children));
        return;
    }
    DEPTH.with(|d| d.set(depth + 1));
    drop(children);
    if depth == 0 {
        while let Some(more) = TRASH.with(|t| t.borrow_mut().pop()) {
            drop(more);
        }
    }
    DEPTH.with(|d| d.set(depth));
}
