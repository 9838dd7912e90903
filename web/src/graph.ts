// The graph's view: the function or its gradient as nodes and arrows, with the value and the cotangent of every node at
// the cursor. Where nodes go is the engine's doing; nodes that an edit leaves alone keep their element and glide.
import { createEffect, createMemo, createSignal, on } from "solid-js";
import { each, el, svg } from "./dom";
import { number } from "./format";
import type { Layout, Placed } from "./model";
import type { Edge, Graph, Node, NodeValue } from "./protocol";
import type { State } from "./state";

interface Drawn { node: Node; place: Placed }
interface Route { edge: Edge; points: [number, number][]; from: Node; to: Node }
const PAD = 22;

/** The view of one of the two graphs. */
export function createGraph(state: State, which: "function" | "gradient"): HTMLElement {
  const graph = createMemo<Graph | null>(() => state.graphs()?.[which] ?? null);
  const layout = createMemo<Layout | null>(() => state.layouts()?.[which] ?? null);
  const drawn = createMemo<Drawn[]>(() => {
    const g = graph(), l = layout();
    if (!g || !l) return [];
    return g.nodes.flatMap((node, i) => (l.nodes[i] ? [{ node, place: l.nodes[i]! }] : []));
  });
  const routes = createMemo<Route[]>(() => {
    const g = graph(), l = layout();
    if (!g || !l) return [];
    const byId = new Map(g.nodes.map((n) => [n.id, n]));
    return g.edges.flatMap((edge, i) => {
      const from = byId.get(edge.from), to = byId.get(edge.to), points = l.edges[i];
      return from && to && points ? [{ edge, points: points as [number, number][], from, to }] : [];
    });
  });
  /** The function's node that a node shows the values of. */
  const home = (node: Node) => (which === "function" ? node.id : node.primal);
  const values = createMemo(() => new Map<number, NodeValue>((state.values()?.nodes ?? []).map((v) => [v.node, v])));
  const [zoom, setZoom] = createSignal<number | null>(null);
  const [size, setSize] = createSignal<[number, number]>([400, 300]);
  const scale = createMemo(() => {
    const l = layout(), fixed = zoom();
    if (fixed !== null || !l || !l.width) return fixed ?? 1;
    const fit = Math.min(size()[0] / (l.width + 2 * PAD), size()[1] / (l.height + 2 * PAD));
    return Math.max(0.72, Math.min(1.15, fit));
  });

  const events = (node: Node) => {
    const id = home(node);
    return id === null ? [] : state.events().filter((e) => e.nodes.includes(id));
  };
  function point(node: Node | null): void {
    if (!node) {
      if (state.pointed()?.by === "graph") state.setPointed(null);
      return;
    }
    const id = home(node);
    state.setPointed({ by: "graph", span: node.span, nodes: id === null ? [] : [id], events: events(node).map((e) => e.id) });
  }

  const node = (item: () => Drawn) => {
    const n = () => item().node;
    const value = () => { const id = home(n()); return id === null ? undefined : values().get(id); };
    const lit = () => { const id = home(n()); return id !== null && (state.pointed()?.nodes.includes(id) ?? false); };
    const chosen = () => { const id = home(n()); return id !== null && (state.selectedEvent()?.nodes.includes(id) ?? false); };
    const mark = () => {
      const at = state.values(), id = home(n());
      if (!at || id === null) return "";
      if (n().role === "primal" && at.firstBadValue === id) return "first-bad";
      if ((n().role !== "primal" || which === "function") && at.firstBadCotangent === id) return "first-bad";
      if ((n().role !== "primal" || which === "function") && at.diesAt === id) return "dies";
      return "";
    };
    const badge = () => (mark() === "first-bad" ? "first non-finite" : mark() === "dies" ? "gradient dies here" : "");
    const w = () => item().place.w, h = () => item().place.h;
    const primalShown = () => n().role === "primal";
    return svg("g", {
      class: () => ["node", n().kind, `role-${n().role}`, lit() && "lit", chosen() && "chosen", mark(), events(n()).length && "eventful"].filter(Boolean).join(" "),
      style: () => `transform: translate(${item().place.x - w() / 2 + PAD}px, ${item().place.y - h() / 2 + PAD}px)`,
      tabindex: "0", role: "img",
      "aria-label": () => `${n().label || n().kind} ${n().aval}${value() ? `, value ${value()!.valueText}, cotangent ${value()!.cotangentText || "none"}` : ""}${badge() ? `, ${badge()}` : ""}`,
      onpointerenter: () => point(n()), onpointerleave: () => point(null), onfocus: () => point(n()), onblur: () => point(null),
      onclick: () => { const found = events(n())[0]; if (found) state.select(found, true); },
    },
      svg("title", null, () => [`${n().primitive || n().kind} ${n().aval}`, value() && `value ${value()!.valueText}`, value()?.cotangentText && `cotangent ${value()!.cotangentText}`, n().inner].filter(Boolean).join("\n")),
      svg("rect", { width: w, height: h, rx: () => (n().kind === "equation" ? 7 : h() / 2) }),
      svg("text", { class: "label", x: () => w() / 2, y: () => (value() ? 18 : h() / 2 + 4.5) },
        () => n().label || n().primitive, svg("tspan", { class: "aval", dx: "6" }, () => /^f(32|64)\[\]$/.test(n().aval) ? "" : n().aval.length > 12 ? `${n().aval.slice(0, 11)}…` : n().aval)),
      svg("text", { class: "held", x: () => w() / 2, y: 36 }, () => {
        const v = value();
        if (!v) return null;
        const room = Math.max(8, Math.floor((w() - 16) / 7));
        // An array gets one line for its value; its cotangent is in the tooltip.
        if (v.value === null && !/^-?(nan|inf)$/.test(v.valueText)) return svg("tspan", { class: which === "gradient" && !primalShown() ? "cot" : "val" }, short(which === "gradient" && !primalShown() ? v.cotangentText : v.valueText, room));
        const val = svg("tspan", { class: v.value === null || bad(v.value) ? "val bad" : "val" }, v.value === null ? v.valueText : number(v.value, 4));
        const none = v.cotangentText === "" && v.cotangent === null;
        const cot = none ? null
          : svg("tspan", { class: v.cotangent === null || bad(v.cotangent) ? "cot bad" : v.cotangent === 0 ? "cot zero" : "cot", dx: which === "gradient" ? "0" : "8" }, `∂ ${v.cotangent === null ? short(v.cotangentText, room) : number(v.cotangent, 4)}`);
        if (which === "gradient") return primalShown() ? val : cot;
        return [val, cot];
      }),
      () => badge() ? svg("text", { class: "badge", x: () => w() / 2, y: -5 }, badge()) : null,
    );
  };

  const path = (points: [number, number][]) => {
    const at = points.map(([x, y]) => [x + PAD, y + PAD] as const);
    let d = `M${at[0]![0]},${at[0]![1]}`;
    for (let i = 1; i < at.length; i++) {
      const [x0, y0] = at[i - 1]!, [x1, y1] = at[i]!, middle = (y0 + y1) / 2;
      d += ` C${x0},${middle} ${x1},${middle} ${x1},${y1 - (i === at.length - 1 ? 3 : 0)}`;
    }
    return d;
  };
  const litEdge = (route: Route) => {
    const on = state.pointed()?.nodes;
    return !!on?.length && [route.from, route.to].some((n) => { const id = home(n); return id !== null && on.includes(id); });
  };

  const arrow = `arrow-${which}`;
  const picture = svg("svg", {
    class: "graph", role: "group", "aria-label": which === "function" ? "Graph of the function" : "Graph of the gradient",
    width: () => ((layout()?.width ?? 0) + 2 * PAD) * scale(), height: () => ((layout()?.height ?? 0) + 2 * PAD) * scale(),
    viewBox: () => `0 0 ${(layout()?.width ?? 0) + 2 * PAD} ${(layout()?.height ?? 0) + 2 * PAD}`,
  },
    svg("defs", null, svg("marker", { id: arrow, viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 6.5, markerHeight: 6.5, orient: "auto" },
      svg("path", { d: "M0,0.5 L7,4 L0,7.5 Z", class: "arrow" }))),
    svg("g", { class: "edges" }, each(routes, (r) => `${r.from.key}>${r.to.key}.${r.edge.operand}`, (r) =>
      svg("path", { d: () => path(r().points), class: () => `edge role-${r().to.role}${litEdge(r()) ? " lit" : ""}`, "marker-end": `url(#${arrow})` }))),
    svg("g", { class: "nodes" }, each(drawn, (d) => d.node.key, node)),
  );

  const scroller = el("div", { class: "graph-scroll" }, picture);
  const empty = () => drawn().length === 0 && el("p", { class: "empty" }, () =>
    !state.loaded() ? "Loading the engine…"
    : which === "gradient" && state.graphs() && !graph() ? "This function has no gradient: see its diagnostics."
    : state.module()?.shown === null ? "Define a function of one scalar, and its graph appears here." : "");
  const root = el("div", { class: "graph-view" }, scroller, empty,
    el("div", { class: "zoom-buttons" },
      el("button", { title: "Larger", "aria-label": "Larger", onclick: () => setZoom(Math.min(2.5, scale() * 1.25)) }, "+"),
      el("button", { title: "Smaller", "aria-label": "Smaller", onclick: () => setZoom(Math.max(0.25, scale() / 1.25)) }, "−"),
      el("button", { title: "Fit", "aria-label": "Fit", onclick: () => setZoom(null) }, "fit")));
  new ResizeObserver(([entry]) => setSize([entry!.contentRect.width, entry!.contentRect.height])).observe(scroller);

  // What is pointed at elsewhere comes into sight.
  createEffect(on(state.pointed, (pointed) => {
    if (!pointed || pointed.by === "graph" || !pointed.nodes.length || !root.offsetParent) return;
    const found = drawn().find((d) => { const id = home(d.node); return id !== null && pointed.nodes.includes(id); });
    if (!found) return;
    const x = (found.place.x + PAD) * scale(), y = (found.place.y + PAD) * scale();
    const { scrollLeft: sx, scrollTop: sy, clientWidth: w, clientHeight: h } = scroller;
    if (x < sx + 30 || x > sx + w - 30 || y < sy + 20 || y > sy + h - 20) scroller.scrollTo({ left: x - w / 2, top: y - h / 2, behavior: "smooth" });
  }));
  return root;
}

const bad = (value: number | null) => value !== null && !Number.isFinite(value);
const short = (text: string, room: number) => { const line = text.replace(/\s+/g, " "); return line.length > room ? `${line.slice(0, room - 1)}…` : line; };
