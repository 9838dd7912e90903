// The events as a real table, and the explanation of the one that is selected, with its fixes.
import { createEffect, createMemo, on } from "solid-js";
import { each, el, type Child } from "./dom";
import { family, KINDS, number } from "./format";
import type { Event, Fix, Range, Returned } from "./protocol";
import type { State } from "./state";

/** Where an event is, as exactly as the window lets one see. */
function place(e: Event, [lo, hi]: [number, number]): string {
  const digits = Math.max(6, Math.min(12, Math.ceil(Math.log10(Math.max(Math.abs(lo), Math.abs(hi)) / (hi - lo))) + 5));
  const at = (x: number) => number(Math.abs(x) < 1e-9 * (hi - lo) ? 0 : x, digits);
  return e.xText ?? (e.xEnd !== null ? `${at(e.x)} … ${at(e.xEnd)}` : at(e.x));
}

const returned = (r: Returned | null): string => (r ? number(r.value, 4) : "–");

/** How much of the window a claim is proven for. */
function share(ranges: Range[], key: "smooth" | "finite" | "faithful", [lo, hi]: [number, number]): number {
  let proven = 0;
  for (const r of ranges) if (r[key] === "proven") proven += Math.max(0, Math.min(hi, r.hi) - Math.max(lo, r.lo));
  return Math.min(1, proven / (hi - lo));
}

/** The table. */
export function createEvents(state: State): HTMLElement {
  const differ = createMemo(() => state.events().some((e) => e.grad && e.jvp && !Object.is(e.grad.value, e.jvp.value) && !(e.grad.value === e.jvp.value)));
  const summary = () => {
    if (state.module()?.shown == null) return state.loaded() ? "Nothing to look at yet." : "";
    if (state.lensStale()) return "Looking…";
    const lens = state.lens();
    if (!lens) return "";
    const n = lens.events.length;
    const proven = share(lens.ranges, "smooth", state.window());
    const open = lens.ranges.some((r) => r.smooth === "undecided" && r.hi > r.lo);
    const rest = proven > 0.999999 ? "all else proven smooth" : `${(proven * 100).toFixed(proven > 0.99 ? 1 : 0)} % proven smooth`;
    return `${n === 0 ? "none" : n} in this window · ${rest}${open ? " · the rest undecided" : ""}${lens.finished ? "" : " · still looking…"}`;
  };
  const row = (item: () => Event) => {
    const chosen = () => state.selectedEvent()?.id === item().id;
    const point = (is: boolean) => {
      if (is) state.setPointed({ by: "events", span: item().span, nodes: item().nodes, events: [item().id] });
      else if (state.pointed()?.by === "events") state.setPointed(null);
    };
    const choose = () => state.select(item(), true);
    return el("tr", {
      class: () => [chosen() && "chosen", state.pointed()?.events.includes(item().id) && "lit"].filter(Boolean).join(" "),
      "aria-selected": () => String(chosen()), tabindex: "0", "data-event": () => item().id,
      onclick: choose, onpointerenter: () => point(true), onpointerleave: () => point(false), onfocus: () => point(true), onblur: () => point(false),
      onkeydown: (event: KeyboardEvent) => {
        const at = event.currentTarget as HTMLElement;
        const next = event.key === "ArrowDown" ? at.nextElementSibling : event.key === "ArrowUp" ? at.previousElementSibling : null;
        if (event.key === "Enter" || event.key === " ") choose();
        else if (next instanceof HTMLElement) next.focus();
        else return;
        event.preventDefault();
      },
    },
      el("td", null, el("span", { class: () => `kind fam-${family(item().kind)}` }, () => KINDS[item().kind] ?? item().kind), () => item().floatOnly && el("span", { class: "tag", title: "Only in this float type; the real function has nothing here" }, "float only")),
      el("td", { class: "num" }, () => place(item(), state.window())),
      el("td", { class: "cause" }, () => item().cause),
      el("td", { class: () => `num${item().grad && !Number.isFinite(item().grad!.value) ? " bad" : ""}` }, () => returned(item().grad)),
      () => differ() && el("td", { class: "num" }, () => returned(item().jvp)));
  };
  const root = el("section", { class: "events", "aria-label": "Events" },
    el("div", { class: "bar" }, el("h2", null, "Events"), el("span", { class: "dim", role: "status" }, summary)),
    el("div", { class: "scroll" },
      el("table", { class: () => (state.lensStale() ? "stale" : "") },
        el("caption", { class: "sr" }, "Places in the window where the function is not smooth or its numbers go wrong"),
        el("thead", null, el("tr", null, el("th", { scope: "col", class: "w-kind" }, "Kind"), el("th", { scope: "col", class: "num w-x" }, "x"),
          el("th", { scope: "col" }, "Cause"), el("th", { scope: "col", class: "num w-d" }, "grad"),
          () => differ() && el("th", { scope: "col", class: "num w-d" }, "jvp"))),
        el("tbody", null, each(state.events, (e) => e.id, row))),
      () => state.lens()?.finished && !state.lensStale() && !state.events().length && state.module()?.shown != null &&
        el("p", { class: "empty" }, "No kink, jump, pole or NaN in this window.")));
  createEffect(on(state.selectedEvent, (event) => {
    const found = event && root.querySelector<HTMLElement>(`tr[data-event="${event.id}"]`);
    found?.scrollIntoView({ block: "nearest" });
  }));
  return root;
}

/** Text whose backquotes mark code. */
function prose(text: string): Child[] {
  return text.split(/\n\s*\n/).filter(Boolean).map((paragraph) =>
    el("p", null, paragraph.split("`").map((part, i) => (i % 2 ? el("code", null, part) : part))));
}

/** The explanation of the selected event. */
export function createExplanation(state: State, goTo: (event: Event) => void): HTMLElement {
  const fact = (name: string, left: number | null, at: number | null, right: number | null) =>
    (left ?? at ?? right) !== null && el("tr", null, el("th", { scope: "row" }, name), ...[left, at, right].map((v) => el("td", { class: v !== null && !Number.isFinite(v) ? "bad" : "" }, number(v))));
  const rule = (name: string, r: Returned | null) =>
    r && el("div", { class: "rule" }, el("code", null, name), el("b", { class: Number.isFinite(r.value) ? "" : "bad" }, number(r.value)), r.rule && el("span", { class: "dim" }, r.rule));
  const fix = (f: Fix) => {
    const shown = () => state.preview()?.title === f.title;
    return el("li", { class: () => (shown() ? "fix shown" : "fix") },
      el("div", { class: "fix-head" }, el("b", null, f.title),
        f.edits.length > 0 && el("span", { class: "fix-buttons" },
          el("button", { "aria-pressed": () => String(shown()), disabled: () => !state.spansHold(), onclick: () => state.previewFix(shown() ? null : f) }, () => (shown() ? "Hide" : "Plot beside")),
          el("button", { class: "primary", disabled: () => !state.spansHold(), onclick: () => { const text = state.applyFix(f); if (text !== null) { state.previewFix(null); state.setSource(text); } } }, "Apply"))),
      prose(f.note), diff(state, f));
  };
  const body = (): Child => {
    const e = state.selectedEvent();
    if (!e) {
      return el("div", { class: "hint" }, el("p", null, state.events().length
        ? "Select an event – in the table, on the plot, or with the keys n and p – to see why it is there and what to write instead."
        : "Where the function bends, breaks or loses its numbers, the reason appears here."),
        el("ul", { class: "legend" }, LEGEND.map(([name, text]) => el("li", null, el("span", { class: `swatch fam-${name}` }), text))));
    }
    return [
      el("h3", null, el("span", { class: `kind fam-${family(e.kind)}` }, KINDS[e.kind] ?? e.kind), ` at ${state.module()?.axis ?? "x"} = ${place(e, state.window())}`),
      e.span && el("button", { class: "blame", title: "Show in the code", onclick: () => goTo(e) },
        el("code", null, () => state.spansHold() ? clip(state.source().slice(state.offsets().char(e.span!.start), state.offsets().char(e.span!.end))) : "…"), el("span", { class: "dim" }, ` line ${e.span.line}`)),
      prose(e.explanation || e.cause),
      e.xEnd === null && [...Object.values(e.value), ...Object.values(e.slope)].some((v) => v !== null) && el("table", { class: "facts" },
        el("thead", null, el("tr", null, el("th", null), el("th", { scope: "col" }, "from the left"), el("th", { scope: "col" }, "there"), el("th", { scope: "col" }, "from the right"))),
        el("tbody", null, fact("value", e.value.left, e.value.at, e.value.right), fact("slope", e.slope.left, e.slope.at, e.slope.right))),
      el("div", { class: "rules" }, rule("jax.grad", e.grad), rule("jax.jvp", e.jvp),
        e.clarke && el("div", { class: "rule" }, el("span", null, "Clarke interval"), el("b", null, `[${number(e.clarke[0])}, ${number(e.clarke[1])}]`)),
        e.order !== null && el("div", { class: "rule" }, el("span", null, "order"), el("b", null, number(e.order)))),
      e.fixes.length > 0 && el("div", { class: "fixes" }, el("h4", null, "What to write instead"), el("ul", null, e.fixes.map(fix))),
    ];
  };
  const root = el("section", { class: "explanation", "aria-label": "Explanation", "aria-live": "polite" }, el("div", { class: "scroll" }, body));
  return root;
}

const LEGEND: [string, string][] = [
  ["bend", "kink, cusp, vertical tangent: the slope is not one number"],
  ["break", "jump, pole, edge, hole: the value breaks"],
  ["range", "overflow, underflow: only the floats break"],
  ["void", "NaN, or a derivative that is not the function's"],
  ["quiet", "flat or masked: the gradient tells nothing"],
  ["unknown", "undecided"],
];

const clip = (text: string) => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

/** The lines that a fix changes, before and after. */
function diff(state: State, f: Fix): Child {
  if (!state.spansHold() || !f.edits.length) return null;
  const before = state.source(), after = state.applyFix(f) ?? before;
  const a = before.split("\n"), b = after.split("\n");
  let top = 0, tail = 0;
  while (top < Math.min(a.length, b.length) && a[top] === b[top]) top++;
  while (tail < Math.min(a.length, b.length) - top && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const lines = (all: string[], sign: string, kind: string) =>
    all.slice(top, all.length - tail).slice(0, 8).map((line) => el("span", { class: kind }, `${sign} ${line}\n`));
  return el("pre", { class: "diff" }, lines(a, "−", "old"), lines(b, "+", "new"));
}
