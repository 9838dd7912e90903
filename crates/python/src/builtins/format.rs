//! Format specs, `str.format`, `%`.

use crate::obj::{Obj, R, Str, type_error};
use crate::rt::Rt;

/// `fmt % arg`.
pub async fn percent(_rt: &Rt, _fmt: &Str, _arg: &Obj) -> R<Obj> {
    Err(type_error("not all arguments converted during string formatting"))
}

/// `format(o, spec)`.
pub async fn format(rt: &Rt, o: &Obj, _spec: &str) -> R<String> {
    Ok(crate::ops::to_str(rt, o).await?.to_string())
}
