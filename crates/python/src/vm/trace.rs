//! Tracebacks as text.

use crate::obj::{E, Exc, Obj, intern};
use crate::ops;

/// The class name as the last line of a traceback has it.
pub fn class_name(e: &Obj) -> String {
    let c = e.class();
    let module = c.module.borrow().to_string();
    let name = c.qualname.borrow().to_string();
    if module == "builtins" || module == "__main__" { name } else { format!("{module}.{name}") }
}

/// The message, without calling Python: a user's `__str__` counts only where the VM asked it before.
pub fn message(e: &Obj) -> String {
    if let Some(s) = e.exc().and_then(|d| d.shown.borrow().clone()) {
        return s;
    }
    ops::str_sync(e).map_or_else(|_| "<exception str() failed>".into(), |s| s.to_string())
}

/// `ValueError: message`.
pub fn last_line(e: &Obj) -> String {
    let m = message(e);
    if m.is_empty() { class_name(e) } else { format!("{}: {m}", class_name(e)) }
}

/// The whole traceback, as CPython prints it.
pub fn format(e: &Obj) -> String {
    let mut out = String::new();
    write(&mut out, e, 0);
    out
}

fn write(out: &mut String, e: &Obj, depth: usize) {
    let Some(d) = e.exc() else { return };
    if depth < 20 {
        let cause = d.cause.borrow().clone();
        let context = d.context.borrow().clone();
        if cause.exc().is_some() {
            write(out, &cause, depth + 1);
            out.push_str("\nThe above exception was the direct cause of the following exception:\n\n");
        } else if context.exc().is_some() && !d.suppress.get() {
            write(out, &context, depth + 1);
            out.push_str("\nDuring handling of the above exception, another exception occurred:\n\n");
        }
    }
    let tb = d.tb.borrow();
    if !tb.is_empty() {
        out.push_str("Traceback (most recent call last):\n");
        let mut same = 0;
        let mut last: Option<(u32, &str)> = None;
        for t in tb.iter().rev() {
            let here = (t.line, t.name.as_str());
            same = if last == Some(here) { same + 1 } else { 0 };
            last = Some(here);
            if same < 3 {
                out.push_str(&format!("  File \"{}\", line {}, in {}\n    {}\n", t.file, t.line, t.name, t.text));
            } else if same == 3 {
                let n = tb.iter().filter(|u| (u.line, u.name.as_str()) == here).count() - 3;
                let plural = if n == 1 { "" } else { "s" };
                out.push_str(&format!("  [Previous line repeated {n} more time{plural}]\n"));
            }
        }
    }
    out.push_str(&last_line(e));
    out.push('\n');
    for n in d.notes.borrow().iter() {
        if let Some(s) = n.as_str() {
            out.push_str(s.as_str());
            out.push('\n');
        }
    }
}

/// Asks the user's `__str__` for what `message` will say.
pub async fn prepare(rt: &crate::rt::Rt, e: &Obj) {
    if let Some(d) = e.exc()
        && matches!(ops::str_sync(e), Err(Exc::NeedsVm))
        && let Ok(s) = ops::to_str(rt, e).await
    {
        *d.shown.borrow_mut() = Some(s.to_string());
    }
}

/// Whether it is a `SystemExit`, which ends a program without a traceback.
pub fn is_exit(e: &Obj) -> bool {
    e.class().is_subclass(E::SystemExit.class())
}

/// The name under which a file is shown.
pub fn file_name(name: &str) -> crate::obj::Str {
    intern(name)
}
