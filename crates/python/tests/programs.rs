//! Programs run here print what CPython 3.11 printed: each `programs/*.py` beside its recorded `*.out`.
//! And programs that must be stopped are stopped, with a clear message at a place.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use gradlens_python::program::{Failure, Limits, Program};

/// What a program prints, and how it fails.
fn run(text: &str, limits: Limits) -> (String, Option<Failure>) {
    let out = Rc::new(RefCell::new(String::new()));
    let sink = out.clone();
    let failure = match Program::new("<test>", text, limits, Box::new(move |s| sink.borrow_mut().push_str(s))) {
        Ok(p) => p.run_blocking().err(),
        Err(found) => {
            let d = &found[0];
            Some(Failure {
                class: d.class.into(),
                message: d.message.clone(),
                span: Some(d.span),
                traceback: String::new(),
                frames: Vec::new(),
                exception: None,
            })
        }
    };
    let text = out.borrow().clone();
    (text, failure)
}

#[test]
fn programs_print_what_cpython_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of programs")
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "py"))
        .collect();
    names.sort();
    assert!(names.len() >= 6, "programs are missing");
    for py in names {
        let source = std::fs::read_to_string(&py).expect("a program");
        let want = std::fs::read_to_string(py.with_extension("out")).expect("its recorded output");
        let (mut got, failure) = run(&source, Limits::default());
        if let Some(f) = failure {
            got.push_str(&f.traceback);
        }
        for (i, (g, w)) in got.lines().zip(want.lines()).enumerate() {
            assert_eq!(g, w, "{} line {}", py.display(), i + 1);
        }
        assert_eq!(got.lines().count(), want.lines().count(), "{}", py.display());
    }
}

#[test]
fn what_must_be_stopped_is_stopped() {
    let limits = Limits { fuel: 3_000_000, memory: 64 << 20 };
    let big = "x = 1\n".repeat(300_000);
    let deep = format!("x = {}{}", "(".repeat(5000), ")".repeat(5000));
    let nots = format!("x = {}1", "not ".repeat(5000));
    let minus = format!("x = {}1", "-".repeat(5000));
    let lambdas = format!("x = {}1", "lambda: ".repeat(5000));
    let indents: String =
        (0..200).map(|i| format!("{}if 1:\n", " ".repeat(i))).collect::<String>() + &" ".repeat(200) + "pass\n";
    // Source, class, start of the message.
    let rows: &[(&str, &str, &str)] = &[
        ("while True: pass", "Limit", "the program took too many steps"),
        ("try:\n  while True: pass\nexcept BaseException: print('caught')", "Limit", "the program took too many steps"),
        ("x = [0] * 10**12", "Limit", "the program needs more memory"),
        ("x = 'a' * 10**12", "Limit", "the program needs more memory"),
        ("x = 10 ** 10 ** 8", "Limit", "the program"),
        ("x = 1 << 10 ** 12", "Limit", "the program needs more memory"),
        ("l = []\nwhile True: l.append('x' * 1000)", "Limit", "the program"),
        ("x = list(range(10 ** 9))", "Limit", "the program"),
        ("x = sum(range(10 ** 9))", "Limit", "the program"),
        ("x = '%1000000000d' % 5", "Limit", "the program needs more memory"),
        ("def f(x): return f(x)\nf(1)", "RecursionError", "maximum recursion depth exceeded"),
        (
            "class A:\n  def __repr__(self): return repr(self)\nrepr(A())",
            "RecursionError",
            "maximum recursion depth exceeded",
        ),
        (
            "class A:\n  def __eq__(self, o): return self == o\nA() == A()",
            "RecursionError",
            "maximum recursion depth exceeded",
        ),
        ("x = []\nfor i in range(100000): x = [x]\nrepr(x)", "RecursionError", "maximum recursion depth exceeded"),
        ("x = ()\nfor i in range(100000): x = (x,)\nhash(x)", "RecursionError", "maximum recursion depth exceeded"),
        (
            "it = iter([1])\nfor i in range(100000): it = map(abs, it)\nnext(it)",
            "RecursionError",
            "maximum recursion depth",
        ),
        (&big, "SyntaxError", "the source is too large"),
        (&deep, "SyntaxError", "too many nested parentheses"),
        (&nots, "SyntaxError", "the expression is nested too deeply"),
        (&minus, "SyntaxError", "the expression is nested too deeply"),
        (&lambdas, "SyntaxError", "the expression is nested too deeply"),
        (&indents, "IndentationError", "too many levels of indentation"),
        ("async def f(): pass", "Unsupported", "'async def' is not supported here"),
        ("import os", "Unsupported", "the module 'os' is not available here"),
        ("def f(:\n  pass", "SyntaxError", ""),
        ("return 1", "SyntaxError", "'return' outside function"),
        ("break", "SyntaxError", "'break' outside loop"),
        ("def f():\n  nonlocal x", "SyntaxError", "no binding for nonlocal 'x' found"),
        ("if 1:\npass", "IndentationError", "expected an indented block"),
    ];
    for (source, class, message) in rows {
        let (_, failure) = run(source, limits);
        let head: String = source.chars().take(60).collect();
        let f = failure.unwrap_or_else(|| panic!("not stopped: {head}"));
        assert_eq!(&f.class, class, "{head}: {}", f.message);
        assert!(f.message.starts_with(message), "{head}: {}", f.message);
    }
}

#[test]
fn several_syntax_errors_come_at_once() {
    let e = Program::new("<test>", "x = 1 +\ny = )\nz = [1, 2\n", Limits::default(), Box::new(|_| {})).err();
    let found = e.expect("it is refused");
    assert!(found.len() >= 2, "{found:?}");
    assert!(found.iter().all(|d| d.class == "SyntaxError"));
}

#[test]
fn deep_structures_are_dropped_in_a_loop() {
    let rows = [
        "x = []\nfor i in range(200000): x = [x]\ndel x",
        "x = ()\nfor i in range(200000): x = (x,)\ndel x",
        "x = {}\nfor i in range(200000): x = {1: x}\ndel x",
        "class N:\n  def __init__(self, n): self.n = n\nx = None\nfor i in range(200000): x = N(x)\ndel x",
        "def f(g): return lambda: g\nx = None\nfor i in range(200000): x = f(x)\ndel x",
        "it = iter([])\nfor i in range(200000): it = map(abs, it)\ndel it",
        "def g(x): yield x\nx = None\nfor i in range(100000): x = g(x)\ndel x",
    ];
    for source in rows {
        let (out, failure) = run(&format!("{source}\nprint('done')"), Limits::default());
        assert!(failure.is_none(), "{source}: {failure:?}");
        assert_eq!(out, "done\n", "{source}");
    }
}
