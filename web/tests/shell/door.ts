// A door with recorded answers in the engine's place, for the shell's own tests: one function with a pole, a kink, a
// jump and a NaN region, whatever the text says; texts that name an endless loop, a crash or a syntax error behave so.
import init, { Drawing } from "gradlens-wasm";
import type { Door } from "../../src/door";
import type * as p from "../../src/protocol";

const f = (x: number, a: number) => a * Math.abs(x - 1) + (x > 0 ? Math.sqrt(x) : 0) + 1 / (x + 2) + (x >= 2.5 ? 1.5 : 0);
const df = (x: number, a: number) => a * (x >= 1 ? 1 : -1) + (x > 0 ? 0.5 / Math.sqrt(x) : 0) - 1 / (x + 2) ** 2;

function curve(g: (x: number) => number, { lo, hi }: p.Window, cuts: number[], n: number): p.Curve {
  const ends = [lo, ...cuts.filter((c) => c > lo && c < hi), hi];
  return {
    segments: ends.slice(1).map((b, i) => {
      const a = ends[i]!, x: number[] = [], y: number[] = [];
      const e = (hi - lo) * 1e-6, count = Math.max(2, Math.round((n * (b - a)) / (hi - lo)));
      for (let k = 0; k <= count; k++) {
        const at = a + (i ? e : 0) + ((b - a - e * (i ? 2 : 1)) * k) / count, v = g(at);
        if (Number.isFinite(v)) { x.push(at); y.push(v); }
      }
      return { x, y };
    }).filter((s) => s.x.length),
  };
}

const NONE = { left: null, at: null, right: null };
const span = (source: string, text: string): p.Span | null => {
  const at = source.indexOf(text);
  if (at < 0) return null;
  const before = source.slice(0, at);
  const start = new TextEncoder().encode(before).length;
  return { start, end: start + new TextEncoder().encode(text).length, line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
};

function events(source: string, a: number): p.Event[] {
  const base = { xEnd: null, xText: null, floatOnly: false, value: NONE, slope: NONE, clarke: null, grad: null, jvp: null, order: null, span: null, primitive: null, nodes: [], explanation: "", fixes: [] };
  const abs = span(source, "abs(x - 1)"), root = span(source, "jnp.where(x > 0, jnp.sqrt(x), 0)");
  return [
    { ...base, id: 4, kind: "nan_region", x: -100, xEnd: 0, span: root, cause: "sqrt(x) in the branch not taken: its derivative is inf there, and 0 · inf is NaN", nodes: [4, 5],
      grad: { value: NaN, rule: "sqrt: 0.5 / sqrt(x)" }, jvp: { value: -1.2, rule: null },
      explanation: "For every `x < 0` reverse mode returns NaN although the value is fine.\n\n`where` picks the value of one branch, but its transpose sends a zero cotangent into the other one, where `sqrt` multiplies it by infinity.",
      fixes: root ? [{ title: "Use the double where", note: "Guard the argument too, so that the branch not taken has a finite derivative.", edits: [{ start: root.start, end: root.end, text: "jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1)), 0)" }] }] : [] },
    { ...base, id: 1, kind: "pole", x: -2, cause: "1 / (x + 2): the denominator is zero", order: 1, value: { left: -Infinity, at: Infinity, right: Infinity }, grad: { value: -Infinity, rule: "div: -1 / y**2" }, nodes: [7], span: span(source, "1 / (x + 2)") },
    { ...base, id: 2, kind: "kink", x: 1, span: abs, cause: "abs(x - 1): its argument is zero", primitive: "abs", nodes: [2], value: { left: f(1, a), at: f(1, a), right: f(1, a) }, slope: { left: -a + 0.389, at: null, right: a + 0.389 }, clarke: [-a + 0.389, a + 0.389], grad: { value: a + 0.389, rule: "abs: +1 where its argument is >= 0" }, jvp: { value: a + 0.389, rule: null },
      explanation: "The slope jumps from one side to the other. Every number in between is a subgradient; `jax.grad` returns the right-hand slope.",
      fixes: abs ? [{ title: "Use a smooth stand-in", note: "`sqrt(u**2 + eps)` differs from `abs` by at most `sqrt(eps)`.", edits: [{ start: abs.start, end: abs.end, text: "jnp.sqrt((x - 1) ** 2 + 1e-2)" }] }] : [] },
    { ...base, id: 3, kind: "jump", x: 2.5, cause: "x >= 2.5 changes its answer", value: { left: f(2.4999999, a), at: f(2.5, a), right: f(2.5, a) }, slope: { left: df(2.5, a), at: null, right: df(2.5, a) }, grad: { value: df(2.5, a), rule: "select_n: the branch taken" }, jvp: { value: df(2.5, a), rule: null }, nodes: [8] },
  ];
}

function graphs(source: string): p.Graphs {
  const at = (text: string) => span(source, text);
  const node = (id: number, kind: p.NodeKind, label: string, where: string, role: p.Role = "primal", primal: number | null = null): p.Node =>
    ({ id, key: `${role}.${label}.${id}`, kind, primitive: kind === "equation" ? label : "", label, aval: "f32[]", span: at(where), role, primal, inner: null });
  const nodes = [
    node(0, "input", "x", "x"), node(1, "equation", "sub", "x - 1"), node(2, "equation", "abs", "abs(x - 1)"), node(9, "input", "a", "a"),
    node(3, "equation", "gt", "x > 0"), node(4, "equation", "sqrt", "jnp.sqrt(x)"), node(5, "equation", "select_n", "jnp.where(x > 0, jnp.sqrt(x), 0)"),
    node(6, "equation", "add", "x + 2"), node(7, "equation", "div", "1 / (x + 2)"), node(8, "equation", "select_n", "jnp.where(x >= 2.5, 1.5, 0)"), node(10, "equation", "mul", "a * abs(x - 1)"),
    node(11, "equation", "add", "a * abs(x - 1) + jnp.where(x > 0, jnp.sqrt(x), 0)"), node(12, "equation", "add", "a * abs(x - 1) + jnp.where(x > 0, jnp.sqrt(x), 0) + 1 / (x + 2)"), node(13, "output", "", "return"),
  ];
  const pairs = [[0, 1], [1, 2], [9, 10], [2, 10], [0, 3], [0, 4], [3, 5], [4, 5], [0, 6], [6, 7], [0, 8], [10, 11], [5, 11], [11, 12], [7, 12], [8, 12], [12, 13]];
  const edges = pairs.map(([from, to]) => ({ from: from!, to: to!, operand: 0 }));
  const back = [node(20, "input", "1.0", "return", "cotangent", 13), node(21, "equation", "mul", "1 / (x + 2)", "cotangent", 7), node(22, "equation", "mul", "abs(x - 1)", "cotangent", 2), node(23, "equation", "add_any", "x", "cotangent", 0), node(24, "output", "", "x", "cotangent", 0)];
  const text = "{ lambda ; a:f32[]. let\n    b:f32[] = sub a 1.0:f32[]\n    c:f32[] = abs b\n    d:bool[] = gt a 0.0:f32[]\n    e:f32[] = sqrt a\n    f:f32[] = select_n d 0.0:f32[] e\n  in (f,) }";
  return {
    function: { nodes, edges },
    gradient: { nodes: [...nodes.slice(0, 13).map((n) => ({ ...n, primal: n.id })), ...back], edges: [...edges.slice(0, 16), ...[[7, 21], [20, 21], [20, 22], [2, 22], [21, 23], [22, 23], [23, 24]].map(([from, to]) => ({ from: from!, to: to!, operand: 0 }))] },
    functionJaxpr: text, gradientJaxpr: text,
  };
}

export async function open(module: WebAssembly.Module): Promise<Door> {
  await init({ module_or_path: module });
  const drawing = new Drawing();
  let last: Extract<p.Task, { type: "analyze" }> | null = null;
  return {
    async handle({ id, task }, draw, emit) {
      const say = (body: p.Body, end = false) => {
        const answer = { id, last: end, body };
        emit(draw ? drawing.update(answer) : { answer, plotModel: null, layouts: null });
      };
      const done: p.Body = { type: "done", stopped: false, timings: [{ phase: "trace", ms: 0.4 }, { phase: "plot", ms: 1.9 }],
        backend: { asked: "backend" in task ? task.backend : "auto", ran: "cpu", reason: "backend" in task && task.backend === "webgpu" ? "the page has no WebGPU adapter" : null, device: null } };
      if (task.type === "library") {
        say({ type: "library", functions: [{ path: "jax.numpy.sin", signature: "(x, /)", doc: "Sine, element by element." }, { path: "jax.numpy.sinh", signature: "(x, /)", doc: "Hyperbolic sine." }, { path: "jax.numpy.where", signature: "(condition, x=None, y=None)", doc: "Picks from two arrays." }] }, true);
      } else if (task.type === "inspect") {
        const a = last?.sliders.find((s) => s.name === "a")?.value ?? 1, x = task.x, dead = x <= 0;
        say({ type: "values", x, value: f(x, a), forward: df(x, a), reverse: dead ? NaN : df(x, a), firstBadValue: null, firstBadCotangent: dead ? 4 : null, diesAt: x < 2.5 ? 8 : null,
          nodes: [[0, x, dead ? NaN : df(x, a)], [1, x - 1, x >= 1 ? a : -a], [2, Math.abs(x - 1), a], [4, Math.sqrt(x), dead ? 0 : 1], [5, x > 0 ? Math.sqrt(x) : 0, 1], [6, x + 2, -1 / (x + 2) ** 2], [7, 1 / (x + 2), 1], [8, x >= 2.5 ? 1.5 : 0, 0], [13, f(x, a), 1]]
            .map(([node, value, cotangent]) => ({ node: node!, value: value!, valueText: String(value), cotangent: cotangent!, cotangentText: String(cotangent) })) }, true);
      } else if (task.type === "analyze") {
        if (task.source.includes("while True")) for (;;);
        if (task.source.includes("crash")) throw new Error("unreachable");
        if (draw) last = task;
        const wrong = task.source.includes("def f(x:");
        const params = [{ name: "x", default: null, scalar: true }, { name: "a", default: 1, scalar: true }];
        say({ type: "module", output: [{ stderr: false, text: "hello from the module\n" }], figures: [], shown: wrong ? null : "f", axis: wrong ? null : "x",
          functions: wrong ? [] : [{ name: "f", params, span: null, doc: null }],
          diagnostics: wrong ? [{ severity: "error", span: span(task.source, "def f(x:"), class: "SyntaxError", message: "'(' was never closed", help: "Close the parenthesis.", trace: [], fixes: [] }] : [] });
        if (!wrong) {
          const a = task.sliders.find((s) => s.name === "a")?.value ?? 1;
          const w = task.window, cuts = [-2, 0, 1, 2.5];
          const fixed = task.source.includes("jnp.where(x > 0, x, 1)");
          const plot = (stage: p.Stage, n: number): p.Body => ({ type: "plot", stage, window: w, value: curve((x) => f(x, a), w, cuts, n), forward: curve((x) => df(x, a), w, cuts, n), reverse: curve((x) => (x <= 0 && !fixed ? NaN : df(x, a)), w, cuts, n), precise: null, noDerivative: null });
          say(plot("coarse", 200));
          say(plot("refined", task.samples));
          if (task.want.lens) {
            const r = (lo: number, hi: number, smooth: p.Verdict, finite: p.Verdict, faithful: p.Verdict) => ({ lo, hi, smooth, finite, faithful });
            say({ type: "lens", finished: true, events: events(task.source, a).filter((e) => e.x <= w.hi && (e.xEnd ?? e.x) >= w.lo).map((e) => ({ ...e, x: Math.max(e.x, w.lo) })), ranges: [r(-1e9, -2, "proven", "proven", "refuted"), r(-2, 0, "proven", "proven", "refuted"), r(0, 1, "proven", "proven", "proven"), r(1, 2.5, "proven", "proven", "proven"), r(2.5, 3, "undecided", "proven", "undecided"), r(3, 1e9, "proven", "proven", "proven")] });
          }
          if (task.want.graphs) say({ type: "graphs", ...graphs(task.source) });
        }
        say(done, true);
      } else say(done, true);
    },
  };
}
