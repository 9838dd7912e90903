// The page: header, editor, plots, graphs, events, output; everything that is seen is put together here.
import { createEffect, createSignal } from "solid-js";
import { each, el, type Child } from "./dom";
import { createEditor } from "./editor";
import { createEvents, createExplanation } from "./events";
import { createFigure } from "./figure";
import { number } from "./format";
import { examples, type Example } from "./gallery";
import { createGraph } from "./graph";
import { createPlot } from "./plot";
import type { BackendChoice, Diagnostic, Param, Precision } from "./protocol";
import type { State, Tab, Theme } from "./state";

/** Build the page into `root`. */
export function createApp(root: HTMLElement, state: State): void {
  const editorBox = el("div", { class: "editor-box" });
  let goTo: (span: NonNullable<Diagnostic["span"]>) => void = () => {};

  createEffect(() => {
    const theme = state.theme();
    if (theme === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  });

  const [gallery, setGallery] = createSignal(false);
  const main = el("main", null,
    el("div", { class: "column left" },
      el("section", { class: "code", "aria-label": "Code" }, editorBox, problems(state, (span) => goTo(span))),
      el("div", { class: "splitter row", "data-split": "code" }),
      tabs(state)),
    el("div", { class: "splitter col", "data-split": "left" }),
    el("div", { class: "column right" },
      el("section", { class: "plots", "aria-label": "Plot" }, controls(state), createPlot(state)),
      el("div", { class: "splitter row", "data-split": "plots" }),
      el("div", { class: "findings" }, createEvents(state), createExplanation(state, (event) => event.span && goTo(event.span)))));
  root.append(header(state, () => setGallery(true)), el("div", { class: "notices" }, notices(state)), main, footer(state), galleryDialog(state, gallery, setGallery));
  splitters(main);
  const editor = createEditor(editorBox, state);
  goTo = (span) => { if (state.spansHold()) editor.goTo(span); };
}


function header(state: State, openGallery: () => void): HTMLElement {
  const [copied, setCopied] = createSignal("");
  async function share(): Promise<void> {
    const hash = await state.share();
    history.replaceState(null, "", hash);
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied("Link copied");
    } catch {
      setCopied("Link is in the address bar");
    }
    setTimeout(() => setCopied(""), 2500);
  }
  const logo = document.createElement("span");
  logo.className = "logo";
  logo.append(mark());
  const choice = (name: string, get: () => string, set: (v: string) => void, options: [string, string, string][]) =>
    el("div", { class: "segmented", role: "radiogroup", "aria-label": name }, options.map(([value, label, title]) =>
      el("button", {
        role: "radio", title, "aria-checked": () => String(get() === value), tabindex: () => (get() === value ? 0 : -1),
        onclick: () => set(value),
        onkeydown: (event: KeyboardEvent) => {
          const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
          if (!by) return;
          const next = options[(options.findIndex((o) => o[0] === value) + by + options.length) % options.length]!;
          set(next[0]);
          const all = (event.currentTarget as HTMLElement).parentElement!.children;
          (all[options.indexOf(next)] as HTMLElement).focus();
        },
      }, label)));
  return el("header", null,
    el("h1", null, logo, "Gradlens"),
    el("button", { class: "gallery-button", onclick: openGallery, "aria-haspopup": "dialog" }, "Examples"),
    el("span", { class: "grow" }),
    el("button", { class: () => (state.busy() ? "stop on" : "stop"), disabled: () => !state.busy(), onclick: () => state.stop(), title: "Stop the engine (the text stays)" }, "Stop"),
    choice("Precision", state.precision, (v) => state.setPrecision(v as Precision), [
      ["f32", "f32", "float32 and int32, JAX's defaults"], ["x64", "f64", "float64 and int64, as under jax_enable_x64"]]),
    choice("Backend", state.backend, (v) => state.setBackend(v as BackendChoice), [
      ["auto", "Auto", "Let the engine choose"], ["webgpu", "WebGPU", "Run on the GPU"],
      ["cpu", "CPU", "Run wasm kernels on the CPU"], ["reference", "Reference", "Run the reference interpreter"]]),
    el("button", { onclick: share, title: "Put everything into a link" }, () => copied() || "Share"),
    el("button", {
      class: "theme", "aria-label": () => `Theme: ${state.theme()}`, title: () => `Theme: ${state.theme()}`,
      onclick: () => {
        const order: Theme[] = ["auto", "light", "dark"];
        state.setTheme(order[(order.indexOf(state.theme()) + 1) % 3]!);
      },
    }, () => ({ auto: "◐", light: "☀", dark: "☾" })[state.theme()]));
}

function mark(): SVGSVGElement {
  const NS = "http://www.w3.org/2000/svg";
  const s = document.createElementNS(NS, "svg");
  s.setAttribute("viewBox", "0 0 24 24");
  s.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of [
    ["circle", { cx: "10", cy: "10", r: "8", class: "logo-lens" }],
    ["path", { d: "M16 16l6 6", class: "logo-lens" }],
    ["path", { d: "M4.5 6l5.5 7 5.5-7", class: "logo-kink" }],
  ] as const) {
    const part = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    s.append(part);
  }
  return s;
}

function notices(state: State): () => Child {
  return () => {
    const failed = state.failed();
    if (failed) return el("div", { class: "notice error", role: "alert" }, failed);
    const notice = state.notice();
    return notice && el("div", { class: `notice ${notice.kind}`, role: "status" }, el("span", null, notice.text),
      notice.action && el("button", { onclick: () => { const run = notice.action!.run; state.setNotice(null); run(); } }, notice.action.label),
      el("button", { class: "close", "aria-label": "Dismiss", onclick: () => state.setNotice(null) }, "×"));
  };
}

/** The first problem below the editor; the others are in the editor and under Output. */
function problems(state: State, goTo: (span: NonNullable<Diagnostic["span"]>) => void): () => Child {
  return () => {
    const all = state.module()?.diagnostics.filter((d) => d.severity === "error") ?? [];
    const first = all[0];
    if (!first) return null;
    return el("div", { class: "problem", role: "alert" },
      el("button", { onclick: () => first.span && goTo(first.span), title: "Go there" },
        el("b", null, first.class ?? "Error"), first.span && el("span", { class: "dim" }, ` line ${first.span.line} `), el("span", { class: "message" }, first.message),
        first.help && el("span", { class: "help" }, first.help)),
      first.fixes.map((fix) => el("button", { class: "primary", onclick: () => { const text = state.applyFix(fix); if (text !== null) state.setSource(text); } }, fix.title)),
      all.length > 1 && el("span", { class: "dim" }, `and ${all.length - 1} more`));
  };
}

function controls(state: State): HTMLElement {
  const shown = () => state.module()?.functions.find((f) => f.name === state.module()?.shown);
  const scalars = () => shown()?.params.filter((q) => q.scalar) ?? [];
  const others = () => scalars().filter((q) => q.name !== state.module()?.axis);
  const slider = (item: () => Param) => {
    const value = () => state.sliders()[item().name] ?? item().default ?? 1;
    // The range is set when the slider appears and grows when a value is typed past it.
    const start = Math.abs(item().default ?? 1) || 1;
    const [reach, setReach] = createSignal(Math.max(2, Math.ceil(start * 3)));
    createEffect(() => { if (Math.abs(value()) > reach()) setReach(Math.ceil(Math.abs(value()) * 1.5)); });
    const id = `slider-${item().name}`;
    return el("div", { class: "slider" }, el("label", { for: id }, () => item().name),
      el("input", { id, type: "range", min: () => -reach(), max: reach, step: () => reach() / 400, value: () => value(), oninput: (e: InputEvent) => state.slide(item().name, Number((e.target as HTMLInputElement).value)) }),
      el("input", { type: "number", "aria-label": () => `${item().name}, exactly`, step: "any", value: () => Number(value().toPrecision(6)), onchange: (e: globalThis.Event) => { const v = Number((e.target as HTMLInputElement).value); if (Number.isFinite(v)) state.slide(item().name, v); } }));
  };
  const ends = (which: 0 | 1) => el("input", {
    type: "number", step: "any", class: "end", "aria-label": which ? "Right end of the window" : "Left end of the window",
    value: () => Number(state.window()[which].toPrecision(6)),
    onchange: (e: globalThis.Event) => {
      const v = Number((e.target as HTMLInputElement).value), [lo, hi] = state.window();
      if (which ? v > lo : v < hi) state.setWindow(which ? lo : v, which ? v : hi);
    },
  });
  return el("div", { class: "controls" },
    el("label", { class: "pick" }, el("span", null, "Show"), el("select", { "aria-label": "Function", onchange: (e: globalThis.Event) => state.choose((e.target as HTMLSelectElement).value) },
      () => (state.module()?.functions ?? []).map((f) => el("option", { value: f.name, selected: f.name === state.module()?.shown }, f.name)))),
    () => scalars().length > 1 && el("label", { class: "pick" }, el("span", null, "over"), el("select", { "aria-label": "Parameter along x", onchange: (e: globalThis.Event) => state.setAxis((e.target as HTMLSelectElement).value) },
      scalars().map((q) => el("option", { value: q.name, selected: q.name === state.module()?.axis }, q.name)))),
    el("span", { class: "window" }, ends(0), el("span", { class: "dim" }, () => `≤ ${state.module()?.axis ?? "x"} ≤`), ends(1)),
    el("span", { class: "zoomers" },
      el("button", { title: "Zoom in", "aria-label": "Zoom in", onclick: () => around(state, 0.6) }, "+"),
      el("button", { title: "Zoom out", "aria-label": "Zoom out", onclick: () => around(state, 1 / 0.6) }, "−"),
      el("button", { title: "Back to the first window", onclick: () => state.resetWindow() }, "Reset")),
    el("div", { class: "sliders" }, each(others, (q) => q.name, slider)));
}

function around(state: State, factor: number): void {
  const [lo, hi] = state.window();
  const cursor = state.cursor();
  const at = cursor !== null && cursor > lo && cursor < hi ? cursor : (lo + hi) / 2;
  state.setWindow(at - (at - lo) * factor, at + (hi - at) * factor);
}

function tabs(state: State): HTMLElement {
  const output = () => {
    const m = state.module();
    return (m?.output.length ?? 0) + (m?.figures.length ?? 0) + (m?.diagnostics.length ?? 0);
  };
  const all: [Tab, () => string, () => HTMLElement][] = [
    ["graph", () => "Function", () => createGraph(state, "function")],
    ["gradient", () => "Gradient", () => createGraph(state, "gradient")],
    ["jaxpr", () => "Jaxpr", () => createJaxpr(state)],
    ["output", () => (output() ? `Output · ${output()}` : "Output"), () => createOutput(state)],
  ];
  const panels = all.map(([name, , make]) => el("div", { class: "tab-panel", role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, hidden: () => state.tab() !== name }, make()));
  return el("section", { class: "tabs", "aria-label": "Inside" },
    el("div", { class: "bar", role: "tablist" }, all.map(([name, label], i) => el("button", {
      role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, "aria-selected": () => String(state.tab() === name), tabindex: () => (state.tab() === name ? 0 : -1),
      onclick: () => state.setTab(name),
      onkeydown: (event: KeyboardEvent) => {
        const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
        if (!by) return;
        const next = all[(i + by + all.length) % all.length]![0];
        state.setTab(next);
        document.getElementById(`tab-${next}`)?.focus();
      },
    }, label)),
      el("span", { class: "grow" }),
      () => (state.tab() === "graph" || state.tab() === "gradient") && el("span", { class: "key" },
        state.tab() === "gradient" && [el("i", { class: "role-primal" }), "forward ", el("i", { class: "role-tangent" }), "linear ", el("i", { class: "role-cotangent" }), "backward"],
        state.tab() === "graph" && (state.cursor() === null ? "move over the plot to see values" : [el("i", { class: "val" }), "value ", el("i", { class: "cot" }), "∂ cotangent"]))),
    panels);
}

const TOKENS = /([fiuc](?:8|16|32|64|128)\[[^\]]*\]|bool\[[^\]]*\]|key<[^>]*>\[[^\]]*\])|\b(lambda|let|in)\b|(?<=[=]\s|:\s?\S*\s?=\s)([a-z_][a-z_0-9]*)|(-?\d[\d.e+-]*|\binf\b|\bnan\b)/g;

function coloured(text: string): Child[] {
  const out: Child[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKENS)) {
    out.push(text.slice(at, found.index));
    const kind = found[1] ? "t-aval" : found[2] ? "t-word" : found[3] ? "t-prim" : "t-num";
    out.push(el("span", { class: kind }, found[0]));
    at = found.index + found[0].length;
  }
  out.push(text.slice(at));
  return out;
}

function createJaxpr(state: State): HTMLElement {
  const name = () => state.module()?.shown ?? "f";
  return el("div", { class: "scroll jaxprs" }, () => {
    const graphs = state.graphs();
    if (!graphs) return el("p", { class: "empty" }, "The Jaxpr of the function and of its gradient appear here.");
    return [
      el("h3", null, el("code", null, `jax.make_jaxpr(${name()})`)), el("pre", { tabindex: "0" }, coloured(graphs.functionJaxpr)),
      graphs.gradientJaxpr !== null && [el("h3", null, el("code", null, `jax.make_jaxpr(jax.grad(${name()}))`)), el("pre", { tabindex: "0" }, coloured(graphs.gradientJaxpr))],
    ];
  });
}

function createOutput(state: State): HTMLElement {
  return el("div", { class: "scroll output" }, () => {
    const module = state.module();
    if (!module) return null;
    const nothing = !module.output.length && !module.figures.length && !module.diagnostics.length;
    return [
      nothing && el("p", { class: "empty" }, "What the module prints appears here."),
      module.output.length > 0 && el("pre", { tabindex: "0" }, module.output.map((o) => (o.stderr ? el("span", { class: "bad" }, o.text) : o.text))),
      module.figures.map(createFigure),
      module.diagnostics.map((d) => el("div", { class: `diagnostic ${d.severity}` },
        d.trace.length > 0 && el("pre", { class: "trace" }, "Traceback (most recent call last):\n", d.trace.map((f) => `  line ${f.span.line}, in ${f.name}\n`)),
        el("p", null, el("b", null, d.class ?? d.severity), d.span && el("span", { class: "dim" }, ` line ${d.span.line}, column ${d.span.column}`)),
        el("pre", null, d.message), d.help && el("p", { class: "help" }, d.help))),
    ];
  });
}

const ms = (value: number) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

function footer(state: State): HTMLElement {
  const names: Record<string, string> = { webgpu: "WebGPU", cpu: "CPU (wasm kernels)", reference: "reference interpreter" };
  return el("footer", { role: "contentinfo" },
    el("span", { class: () => (state.busy() ? "dot on" : "dot"), "aria-hidden": "true" }),
    el("span", null, () => {
      if (!state.loaded()) return "Loading the engine…";
      const done = state.done();
      if (!done) return state.busy() ? "Working…" : "Ready";
      return `Ran on ${names[done.backend.ran]}${done.backend.device ? `, ${done.backend.device}` : ""}`;
    }),
    () => state.done()?.backend.reason && el("span", { class: "fallback", role: "status" }, `not ${names[state.done()!.backend.asked] ?? "as asked"}: ${state.done()!.backend.reason}`),
    () => state.done()?.stopped && el("span", { class: "fallback" }, "stopped at a limit"),
    el("span", { class: "grow" }),
    el("span", { class: "dim timings" }, () => {
      const timings = state.done()?.timings ?? [];
      const total = timings.reduce((sum, t) => sum + t.ms, 0);
      return timings.length ? `${timings.map((t) => `${t.phase} ${ms(t.ms)}`).join(" · ")} = ${ms(total)} ms` : "";
    }));
}

function galleryDialog(state: State, open: () => boolean, setOpen: (is: boolean) => void): HTMLElement {
  const dialog: HTMLDialogElement = el("dialog", { class: "gallery", "aria-label": "Examples", onclose: () => setOpen(false), onclick: (e: MouseEvent): void => { if (e.target === dialog) dialog.close(); } },
    el("div", { class: "gallery-head" }, el("h2", null, "The limits of differentiation, one example each"), el("button", { class: "close", "aria-label": "Close", onclick: () => dialog.close() }, "×")),
    el("div", { class: "cards" }, examples.map((example: Example) => el("button", { class: "card", "data-example": example.name, onclick: () => { state.open(example.source, example.window); history.replaceState(null, "", location.pathname + location.search); dialog.close(); } },
      el("b", null, example.title), el("span", null, example.description)))));
  createEffect(() => { if (open() && !dialog.open) dialog.showModal(); });
  return dialog;
}

/** Drag the lines between the panes; the arrows do it too. */
function splitters(main: HTMLElement): void {
  for (const bar of main.querySelectorAll<HTMLElement>(".splitter")) {
    const name = `--${bar.dataset["split"]}`;
    const across = bar.classList.contains("col");
    bar.tabIndex = 0;
    bar.setAttribute("role", "separator");
    bar.setAttribute("aria-orientation", across ? "vertical" : "horizontal");
    bar.setAttribute("aria-label", "Resize");
    const set = (share: number) => main.style.setProperty(name, `${Math.max(15, Math.min(85, share))}%`);
    const share = () => {
      const box = bar.parentElement!.getBoundingClientRect(), at = bar.getBoundingClientRect();
      return across ? ((at.left - box.left) / box.width) * 100 : ((at.top - box.top) / box.height) * 100;
    };
    bar.addEventListener("pointerdown", (event) => {
      bar.setPointerCapture(event.pointerId);
      const move = (e: PointerEvent) => {
        const box = bar.parentElement!.getBoundingClientRect();
        set(across ? ((e.clientX - box.left) / box.width) * 100 : ((e.clientY - box.top) / box.height) * 100);
      };
      bar.addEventListener("pointermove", move);
      bar.addEventListener("lostpointercapture", () => bar.removeEventListener("pointermove", move), { once: true });
    });
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -2, ArrowUp: -2, ArrowRight: 2, ArrowDown: 2 }[event.key];
      if (!by) return;
      event.preventDefault();
      set(share() + by);
    });
  }
}
