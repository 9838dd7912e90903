//! TEMP rows until the real ones land.
use crate::rows::*;
macro_rules! tmp { ($($id:ident $name:literal $accept:expr, $out:ident;)*) => { $(
    /// tmp
    pub static $id: Row = Row { name: $name, doc: "", typing: Typing::Elementwise($accept, OutDType::$out), jvp: Jvp::Zero, transpose: Transpose::Nonlinear, batch: Batch::Elementwise, effects: Effects::Pure, lower: Lower::Structural, bounds: Bounds::Unknown, domain: &[], flush: Flush::Keeps, switching: &[] };
)* } }
tmp! { SUB "sub" &[Accept::Any], Same; DIV "div" &[Accept::Any], Same; EQ "eq" &[Accept::Any], Bool; NE "ne" &[Accept::Any], Bool; OR "or" &[Accept::Any], Same; NOT "not" &[Accept::Any], Same; MAX "max" &[Accept::Any], Same; MIN "min" &[Accept::Any], Same; LOG1P "log1p" &[Accept::Any], Same; EXP "exp" &[Accept::Any], Same; ABS "abs" &[Accept::Any], Same; SELECT_N "select_n" &[Accept::Any], Same; INTEGER_POW "integer_pow" &[Accept::Any], Same; CONVERT "convert_element_type" &[Accept::Any], Same; }
