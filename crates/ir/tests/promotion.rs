//! Type promotion against JAX, for every pair of dtypes.

use gradlens_ir::DType;
use gradlens_ir::dtype::result_type;

fn operand(text: &str) -> (DType, bool) {
    let (weak, name) = text.strip_prefix('~').map_or((false, text), |t| (true, t));
    (DType::ALL.into_iter().find(|d| d.short_name() == name).expect("a dtype"), weak)
}

#[test]
fn promotion_is_jaxs() {
    let mut x64 = false;
    let mut wrong = Vec::new();
    for line in include_str!("promotion.txt").lines() {
        match line {
            "# x64 on" => x64 = true,
            l if l.starts_with('#') => {}
            l => {
                let (ins, want) = l.split_once(" -> ").expect("an arrow");
                let ins: Vec<(DType, bool)> = ins.split(' ').map(operand).collect();
                let got = result_type(&ins, x64);
                if got != Some(operand(want)) {
                    wrong.push(format!("x64 {x64}: {l}, ours {got:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
