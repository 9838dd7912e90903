// A figure that the module drew with matplotlib's pyplot, as SVG.
import { scaleLinear, scaleLog } from "d3-scale";
import { el, svg } from "./dom";
import { number } from "./format";
import type { Figure } from "./protocol";

const W = 460, H = 280, L = 52, R = 14, T = 26, B = 36;
const CYCLE = ["var(--value)", "var(--reverse)", "var(--forward)", "var(--break)", "var(--proven)", "var(--quiet)"];
const NAMES: Record<string, string> = {
  r: "#d62728", g: "#2ca02c", b: "#1f77b4", k: "var(--ink)", c: "#17becf", m: "#e377c2", y: "#bcbd22", w: "var(--paper)",
  red: "#d62728", green: "#2ca02c", blue: "#1f77b4", orange: "#ff7f0e", purple: "#9467bd", black: "var(--ink)", gray: "#7f7f7f", grey: "#7f7f7f",
};

function colour(given: string | null, at: number): string {
  if (given === null) return CYCLE[at % CYCLE.length]!;
  if (/^#[0-9a-f]{3,8}$/i.test(given)) return given;
  const cycle = /^C(\d)$/.exec(given);
  if (cycle) return CYCLE[Number(cycle[1]) % CYCLE.length]!;
  return NAMES[given] ?? (/^[a-z]+$/i.test(given) ? given : CYCLE[at % CYCLE.length]!);
}

/** The figure's element. */
export function createFigure(figure: Figure): HTMLElement {
  const extent = (values: number[], log: boolean): [number, number] => {
    let lo = Infinity, hi = -Infinity;
    for (const v of values) if (Number.isFinite(v) && (!log || v > 0)) [lo, hi] = [Math.min(lo, v), Math.max(hi, v)];
    if (lo > hi) return log ? [1, 10] : [0, 1];
    if (lo === hi) return log ? [lo / 2, lo * 2] : [lo - 1, hi + 1];
    const room = (hi - lo) * 0.05;
    return log ? [lo / 1.1, hi * 1.1] : [lo - room, hi + room];
  };
  const bars = figure.series.some((s) => s.mark === "bars");
  const ys = figure.series.flatMap((s) => s.y);
  const x = (figure.xLog ? scaleLog() : scaleLinear()).domain(extent(figure.series.flatMap((s) => s.x), figure.xLog)).range([L, W - R]);
  const y = (figure.yLog ? scaleLog() : scaleLinear()).domain(extent(bars ? [0, ...ys] : ys, figure.yLog)).range([H - B, T]);
  const legend = figure.series.filter((s) => s.label);
  const title = figure.title ?? "figure";
  return el("figure", null, svg("svg", { viewBox: `0 0 ${W} ${H}`, class: "figure", role: "img", "aria-label": title },
    svg("g", { class: "grid" },
      y.ticks(6).map((t) => [svg("line", { x1: L, x2: W - R, y1: y(t), y2: y(t) }), svg("text", { x: L - 6, y: y(t) + 3.5, "text-anchor": "end" }, number(t, 4))]),
      x.ticks(7).map((t) => [svg("line", { x1: x(t), x2: x(t), y1: T, y2: H - B }), svg("text", { x: x(t), y: H - B + 14, "text-anchor": "middle" }, number(t, 4))])),
    figure.series.map((s, i) => {
      const ink = colour(s.color, i);
      if (s.mark === "points") return s.x.map((v, k) => Number.isFinite(v) && Number.isFinite(s.y[k]!) && svg("circle", { cx: x(v), cy: y(s.y[k]!), r: 2.6, fill: ink }));
      if (s.mark === "bars") return s.x.map((v, k) => Number.isFinite(s.y[k]!) && svg("rect", { x: x(v) - 5, y: Math.min(y(0), y(s.y[k]!)), width: 10, height: Math.abs(y(0) - y(s.y[k]!)), fill: ink }));
      let d = "", pen = false;
      s.x.forEach((v, k) => {
        const w = s.y[k]!;
        if (!Number.isFinite(v) || !Number.isFinite(w)) pen = false;
        else {
          d += `${pen ? "L" : "M"}${x(v).toFixed(2)},${y(w).toFixed(2)}`;
          pen = true;
        }
      });
      return svg("path", { d, fill: "none", stroke: ink, "stroke-width": 1.8 });
    }),
    figure.title !== null && svg("text", { x: (L + W - R) / 2, y: 15, "text-anchor": "middle", class: "title" }, figure.title),
    figure.xLabel !== null && svg("text", { x: (L + W - R) / 2, y: H - 6, "text-anchor": "middle" }, figure.xLabel),
    figure.yLabel !== null && svg("text", { transform: `translate(12 ${(T + H - B) / 2}) rotate(-90)`, "text-anchor": "middle" }, figure.yLabel),
    legend.map((s, i) => [
      svg("line", { x1: W - R - 110, x2: W - R - 92, y1: T + 10 + i * 15, y2: T + 10 + i * 15, stroke: colour(s.color, figure.series.indexOf(s)), "stroke-width": 2.5 }),
      svg("text", { x: W - R - 86, y: T + 14 + i * 15 }, s.label!)])));
}
