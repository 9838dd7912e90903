// What the plot's canvas is drawn with: axes, curves, marks, certificates, titles, readouts.
import { scaleLinear } from "d3-scale";
import { family, number } from "./format";
import type { Panel } from "./model";
import type { Curve, Event, Range, Verdict } from "./protocol";
import type { State } from "./state";

/** Room around and between the panels. */
export const LEFT = 62, RIGHT = 18, TOP = 26, GAP = 68, BOTTOM = 26;
/** Lanes of the strip of certificates between the panels. */
export const LANES: { key: "smooth" | "finite" | "faithful"; label: string }[] = [
  { key: "smooth", label: "smooth" }, { key: "finite", label: "finite" }, { key: "faithful", label: "AD = f′" },
];
/** Height of one lane. */
export const LANE = 11;

/** A panel, in CSS pixels. */
export type Box = { x: number; y: number; w: number; h: number };

/** The palette, read from the styles: a colour per name. */
export type Ink = Record<string, string>;
const INKS = [
  "paper", "ink", "dim", "grid", "axis", "cursor", "value", "forward", "reverse", "precise", "preview", "disagree",
  "bend", "break", "range", "void", "quiet", "unknown", "proven", "refuted", "undecided",
  "band-flat", "band-nan", "band-range", "band-mismatch", "band-undecided",
];

/** The palette as the styles have it now. */
export function palette(root: HTMLElement): Ink {
  const style = getComputedStyle(root);
  return Object.fromEntries(INKS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Set the pen. */
export function stroke(c: CanvasRenderingContext2D, color: string, width: number, dash: number[] = []): void {
  c.strokeStyle = color;
  c.lineWidth = width;
  c.setLineDash(dash);
}

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

/** Grid, axes and their numbers. */
export function frame(
  c: CanvasRenderingContext2D, ink: Ink, box: Box, range: number[], to: (y: number) => number, window: number[], px: (x: number) => number,
): void {
  c.font = `11px ${FONT}`;
  const ys = scaleLinear().domain(range).ticks(Math.max(2, Math.round(box.h / 38)));
  const xs = scaleLinear().domain(window).ticks(Math.max(2, Math.round(box.w / 85)));
  c.setLineDash([]);
  c.lineWidth = 1;
  for (const y of ys) {
    const at = Math.round(to(y)) + 0.5;
    if (at < box.y - 1 || at > box.y + box.h + 1) continue;
    c.strokeStyle = Math.abs(y) < 1e-12 * (range[1]! - range[0]!) ? ink["axis"]! : ink["grid"]!;
    c.beginPath();
    c.moveTo(box.x, at);
    c.lineTo(box.x + box.w, at);
    c.stroke();
    c.fillStyle = ink["dim"]!;
    c.textAlign = "right";
    c.textBaseline = "middle";
    c.fillText(number(tidy(y, range)), box.x - 8, at);
  }
  for (const x of xs) {
    const at = Math.round(px(x)) + 0.5;
    c.strokeStyle = Math.abs(x) < 1e-12 * (window[1]! - window[0]!) ? ink["axis"]! : ink["grid"]!;
    c.beginPath();
    c.moveTo(at, box.y);
    c.lineTo(at, box.y + box.h);
    c.stroke();
    c.fillStyle = ink["dim"]!;
    c.textAlign = "center";
    c.textBaseline = "top";
    c.fillText(number(tidy(x, window)), at, box.y + box.h + 6);
  }
}

/** A tick without the dust of binary fractions. */
function tidy(tick: number, range: number[]): number {
  const digits = Math.max(0, Math.min(15, 3 - Math.floor(Math.log10(Math.abs(range[1]! - range[0]!) || 1))));
  return Math.abs(tick) < 1e-12 * Math.abs(range[1]! - range[0]!) ? 0 : Number(tick.toFixed(digits)) || tick;
}

/** A curve in its pieces, cut to its panel. */
export function curve(
  c: CanvasRenderingContext2D, curve: Curve, px: (x: number) => number, py: (y: number) => number, box: Box, color: string, width: number, dash: number[] = [],
): void {
  c.save();
  c.beginPath();
  c.rect(box.x, box.y - 1, box.w, box.h + 2);
  c.clip();
  stroke(c, color, width, dash);
  c.lineJoin = "round";
  c.lineCap = "round";
  const far = box.h * 4;
  const clamp = (y: number) => Math.max(box.y - far, Math.min(box.y + box.h + far, y));
  for (const { x, y } of curve.segments) {
    c.beginPath();
    if (x.length === 1) {
      c.fillStyle = color;
      c.arc(px(x[0]!), clamp(py(y[0]!)), width * 0.8, 0, 7);
      c.fill();
      continue;
    }
    for (let i = 0; i < x.length; i++) c.lineTo(px(x[i]!), clamp(py(y[i]!)));
    c.stroke();
  }
  c.restore();
}

/** The marks of the events on one panel. */
export function marks(
  c: CanvasRenderingContext2D, ink: Ink, panel: Panel, box: Box, px: (x: number) => number, py: (y: number) => number,
  kinds: Map<number, Event>, selected: number | undefined, lit: Set<number>,
): void {
  c.save();
  c.beginPath();
  c.rect(box.x - 8, box.y - 8, box.w + 16, box.h + 16);
  c.clip();
  const color = (event: number) => ink[family(kinds.get(event)?.kind ?? "")]!;
  for (const span of panel.spans) {
    stroke(c, color(span.event), 5);
    c.lineCap = "butt";
    c.globalAlpha *= 0.28;
    c.beginPath();
    c.moveTo(px(span.x), py(span.lo));
    c.lineTo(px(span.x), py(span.hi));
    c.stroke();
    c.globalAlpha /= 0.28;
  }
  for (const w of panel.whiskers) {
    // 26 pixels along the slope, whatever the axes' scales.
    const dx = px(w.x + 1) - px(w.x), dy = (py(w.y + 1) - py(w.y)) * w.slope;
    const size = 26 / Math.hypot(dx, dy);
    stroke(c, color(w.event), 2.5);
    c.lineCap = "round";
    c.beginPath();
    c.moveTo(px(w.x), py(w.y));
    c.lineTo(px(w.x) + w.side * dx * size, py(w.y) + w.side * dy * size);
    c.stroke();
  }
  c.setLineDash([]);
  for (const dot of panel.dots) {
    const x = px(dot.x), y = py(dot.y), here = color(dot.event);
    if (dot.event === selected || lit.has(dot.event)) {
      c.fillStyle = here;
      c.globalAlpha *= 0.22;
      c.beginPath();
      c.arc(x, y, 11, 0, 7);
      c.fill();
      c.globalAlpha /= 0.22;
    }
    c.beginPath();
    c.lineWidth = 2;
    c.strokeStyle = here;
    c.fillStyle = here;
    switch (dot.shape) {
      case "closed":
        c.arc(x, y, 4.5, 0, 7);
        c.fill();
        break;
      case "open":
        c.arc(x, y, 4.5, 0, 7);
        c.fillStyle = ink["paper"]!;
        c.fill();
        c.stroke();
        break;
      case "diamond":
        c.moveTo(x, y - 5);
        c.lineTo(x + 5, y);
        c.lineTo(x, y + 5);
        c.lineTo(x - 5, y);
        c.closePath();
        c.fillStyle = ink["paper"]!;
        c.fill();
        c.stroke();
        break;
      case "grad":
      case "jvp": {
        c.fillStyle = ink[dot.shape === "grad" ? "reverse" : "forward"]!;
        c.strokeStyle = ink["paper"]!;
        c.lineWidth = 1.5;
        const s = dot.shape === "grad" ? 5 : -5;
        c.moveTo(x - 5, y + s * 0.8);
        c.lineTo(x + 5, y + s * 0.8);
        c.lineTo(x, y - s);
        c.closePath();
        c.fill();
        c.stroke();
      }
    }
  }
  c.restore();
}

/** A small flag over the plot for each event, so that none is lost where curves are busy. */
export function ticksOfEvents(
  c: CanvasRenderingContext2D, ink: Ink, events: Event[], px: (x: number) => number, value: Box, slope: Box,
  selected: number | undefined, lit: Set<number>, width: number,
): void {
  for (const event of events) {
    const x = px(event.x);
    if (x < LEFT - 1 || x > width - RIGHT + 1) continue;
    const strong = event.id === selected || lit.has(event.id);
    c.fillStyle = ink[family(event.kind)]!;
    c.beginPath();
    c.moveTo(x, value.y - 1);
    c.lineTo(x - (strong ? 6 : 4), value.y - (strong ? 11 : 8));
    c.lineTo(x + (strong ? 6 : 4), value.y - (strong ? 11 : 8));
    c.closePath();
    c.fill();
    if (!strong) continue;
    stroke(c, ink[family(event.kind)]!, 1, [2, 3]);
    c.beginPath();
    c.moveTo(Math.round(x) + 0.5, value.y);
    c.lineTo(Math.round(x) + 0.5, value.y + value.h);
    c.moveTo(Math.round(x) + 0.5, slope.y);
    c.lineTo(Math.round(x) + 0.5, slope.y + slope.h);
    c.stroke();
    c.setLineDash([]);
  }
}

/** The strip of what is proven. */
export function certificates(
  c: CanvasRenderingContext2D, ink: Ink, ranges: Range[], stale: boolean, px: (x: number) => number, top: number, left: number, right: number,
): void {
  const color = (v: Verdict) => ink[v]!;
  const alpha = c.globalAlpha;
  LANES.forEach(({ key, label }, i) => {
    const y = top + i * LANE;
    c.fillStyle = ink["grid"]!;
    c.fillRect(left, y + 3, right - left, LANE - 5);
    if (stale) c.globalAlpha = alpha * 0.4;
    for (const range of ranges) {
      const a = Math.max(left, px(range.lo)), b = Math.min(right, px(range.hi));
      if (b <= left || a >= right) continue;
      c.fillStyle = color(range[key]);
      c.fillRect(a, y + 3, Math.max(1, b - a), LANE - 5);
    }
    c.globalAlpha = alpha;
    c.fillStyle = ink["dim"]!;
    c.font = `10px ${FONT}`;
    c.textAlign = "right";
    c.textBaseline = "middle";
    c.fillText(label, left - 6, y + LANE / 2 + 0.5);
  });
}

/** What is drawn, in the colours it is drawn with. */
export function titles(c: CanvasRenderingContext2D, ink: Ink, state: State, value: Box, slope: Box, split: boolean, preview: boolean): void {
  const module = state.module();
  const name = module?.shown ?? "f", axis = module?.axis ?? "x";
  const write = (parts: [string, string][], y: number) => {
    let x = LEFT + 8;
    c.textAlign = "left";
    c.textBaseline = "top";
    c.font = `600 12px ${FONT}`;
    for (const [text, color] of parts) {
      const w = c.measureText(text).width;
      c.fillStyle = ink["paper"]!;
      c.globalAlpha = 0.82;
      c.fillRect(x - 4, y - 3, w + 8, 18);
      c.globalAlpha = 1;
      c.fillStyle = color;
      c.fillText(text, x, y);
      x += w + 14;
    }
  };
  const upper: [string, string][] = [[`${name}(${axis})`, ink["value"]!]];
  const lower: [string, string][] = split
    ? [[`jax.grad(${name})`, ink["reverse"]!], [`jax.jvp(${name})`, ink["forward"]!]]
    : [[`jax.grad(${name})`, ink["reverse"]!]];
  if (state.plot()?.precise) upper.push(["in float64", ink["precise"]!]);
  if (preview) upper.push([state.preview()!.title, ink["preview"]!]);
  write(upper, value.y + 6);
  write(lower, slope.y + 6);
  const why = state.plot()?.noDerivative;
  if (!why || !module?.shown) return;
  c.fillStyle = ink["refuted"]!;
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.font = `12px ${FONT}`;
  const text = `${why.class ? `${why.class}: ` : ""}${why.message}`;
  const line = text.length > 110 ? `${text.slice(0, 108)}…` : text;
  c.fillText(line, slope.x + slope.w / 2, slope.y + slope.h / 2, slope.w - 20);
}

/** The numbers at the cursor. */
export function readout(c: CanvasRenderingContext2D, ink: Ink, at: number, box: Box, rows: [string, string, string][], right: number): void {
  c.font = `12px ${FONT}`;
  const w = Math.max(...rows.map(([name, text]) => c.measureText(`${name}  ${text}`).width)) + 18;
  const h = rows.length * 17 + 8;
  const x = at + 10 + w > right ? at - 10 - w : at + 10;
  const y = box.y + box.h - h - 8;
  c.fillStyle = ink["paper"]!;
  c.strokeStyle = ink["axis"]!;
  c.globalAlpha = 0.94;
  c.lineWidth = 1;
  c.setLineDash([]);
  c.beginPath();
  c.roundRect(x, y, w, h, 5);
  c.fill();
  c.stroke();
  c.globalAlpha = 1;
  c.textBaseline = "top";
  rows.forEach(([name, text, color], i) => {
    c.textAlign = "left";
    c.fillStyle = color;
    c.fillText(name, x + 9, y + 6 + i * 17);
    c.textAlign = "right";
    c.fillStyle = ink["ink"]!;
    c.fillText(text, x + w - 9, y + 6 + i * 17);
  });
}

/** The curve's y at x, interpolated; `null` where it has a gap. */
export function sample(curve: Curve, at: number): number | null {
  for (const { x, y } of curve.segments) {
    if (!x.length || at < x[0]! || at > x[x.length - 1]!) continue;
    let lo = 0, hi = x.length - 1;
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (x[mid]! <= at) lo = mid;
      else hi = mid;
    }
    const t = hi === lo ? 0 : (at - x[lo]!) / (x[hi]! - x[lo]!);
    return y[lo]! + t * (y[hi]! - y[lo]!);
  }
  return null;
}

const hatches = new Map<string, CanvasPattern>();
/** A translucent fill, hatched for what is unknown. */
export function hatch(c: CanvasRenderingContext2D, color: string, lines: boolean): string | CanvasPattern {
  const name = `${color} ${lines}`;
  const held = hatches.get(name);
  if (held) return held;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const t = tile.getContext("2d")!;
  t.fillStyle = color;
  t.globalAlpha = lines ? 0.1 : 0.16;
  t.fillRect(0, 0, 8, 8);
  if (lines) {
    t.globalAlpha = 0.4;
    t.strokeStyle = color;
    t.lineWidth = 1;
    t.beginPath();
    for (const shift of [-8, 0, 8]) {
      t.moveTo(shift, 8);
      t.lineTo(shift + 8, 0);
    }
    t.stroke();
  }
  const pattern = c.createPattern(tile, "repeat")!;
  hatches.set(name, pattern);
  return pattern;
}
