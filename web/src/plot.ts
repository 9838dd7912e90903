// The plot's view: the function above, its derivative below, over one x axis, on a canvas. Everything is drawn from data
// coordinates through one linear map, so that panning and zooming are immediate; geometry that needs thought (ranges,
// marks, where the modes disagree) comes from the engine.
import { createEffect, createMemo, onCleanup } from "solid-js";
import { el } from "./dom";
import {
  BOTTOM, certificates, curve, frame, GAP, hatch, LANE, LANES, LEFT, marks, palette, readout, RIGHT, sample, stroke, ticksOfEvents, titles, TOP,
  type Box, type Ink,
} from "./draw";
import { KINDS, number } from "./format";
import type { Event } from "./protocol";
import type { State } from "./state";


/** The plot's element. */
export function createPlot(state: State): HTMLElement {
  const canvas = el("canvas", { "aria-hidden": "true" });
  const tip = el("div", { class: "plot-tip", hidden: true });
  const said = createMemo(() => {
    const x = state.cursor(), values = state.values();
    if (x === null) return "no cursor";
    const near = values && Math.abs(values.x - x) < 1e-12 * Math.max(1, Math.abs(x)) ? values : null;
    return `x ${number(x)}` + (near ? `, value ${number(near.value)}, gradient ${number(near.reverse)}` : "");
  });
  const root = el("div", {
    class: "plot", tabindex: "0", role: "slider", "aria-label": "Plot of the function and its gradient; arrows move the cursor, plus and minus zoom, n and p go through the events",
    "data-stage": () => state.plot()?.stage ?? null, "data-shown": () => state.module()?.shown ?? null,
    "aria-valuemin": () => state.window()[0], "aria-valuemax": () => state.window()[1],
    "aria-valuenow": () => state.cursor() ?? (state.window()[0] + state.window()[1]) / 2, "aria-valuetext": said,
  }, canvas, tip);
  const context = canvas.getContext("2d")!;
  let width = 0, height = 0, dirty = false;
  // The y ranges on screen follow those of the model, a little behind.
  const shown: { value: [number, number] | null; slope: [number, number] | null } = { value: null, slope: null };

  const panels = (): { value: Box; slope: Box } => {
    const w = Math.max(10, width - LEFT - RIGHT), h = Math.max(20, height - TOP - GAP - BOTTOM);
    const upper = Math.round(h * 0.54);
    return { value: { x: LEFT, y: TOP, w, h: upper }, slope: { x: LEFT, y: TOP + upper + GAP, w, h: h - upper } };
  };
  const px = (x: number) => {
    const [lo, hi] = state.window();
    return LEFT + ((x - lo) / (hi - lo)) * (width - LEFT - RIGHT);
  };
  const toX = (pixel: number) => {
    const [lo, hi] = state.window();
    return lo + ((pixel - LEFT) / (width - LEFT - RIGHT)) * (hi - lo);
  };

  function schedule(): void {
    if (dirty) return;
    dirty = true;
    requestAnimationFrame(() => {
      dirty = false;
      if (draw()) schedule();
    });
  }

  function follow(key: "value" | "slope", target: [number, number] | undefined): boolean {
    if (!target) return false;
    const now = shown[key];
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!now || calm) {
      shown[key] = [...target];
      return false;
    }
    const size = Math.max(target[1] - target[0], now[1] - now[0]);
    let moving = false;
    for (const i of [0, 1] as const) {
      const step = target[i] - now[i];
      // A change of scale by orders of magnitude would only smear.
      if (Math.abs(step) < 0.002 * size || Math.abs(step) > 50 * Math.min(target[1] - target[0], now[1] - now[0])) now[i] = target[i];
      else {
        now[i] += step * 0.35;
        moving = true;
      }
    }
    return moving;
  }

  function draw(): boolean {
    const ink = palette(root);
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const c = context;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, width, height);
    const model = state.model(), plot = state.plot();
    const moving = [follow("value", model?.value.range), follow("slope", model?.slope.range)].includes(true);
    const { value, slope } = panels();
    const vr = shown.value ?? [-1, 1], sr = shown.slope ?? [-1, 1];
    const vy = (y: number) => value.y + value.h - ((y - vr[0]) / (vr[1] - vr[0])) * value.h;
    const sy = (y: number) => slope.y + slope.h - ((y - sr[0]) / (sr[1] - sr[0])) * slope.h;
    const stale = state.module()?.shown === null;
    c.globalAlpha = stale ? 0.35 : 1;

    const busyEvent = state.selectedEvent()?.id;
    const lit = new Set(state.pointed()?.events ?? []);
    for (const box of [value, slope]) frame(c, ink, box, box === value ? vr : sr, box === value ? vy : sy, state.window(), px);
    // Shaded stretches.
    for (const band of model?.bands ?? []) {
      const a = Math.max(px(band.lo), LEFT), b = Math.min(px(band.hi), width - RIGHT);
      if (b <= a) continue;
      for (const box of band.value ? [value, slope] : [slope]) {
        c.fillStyle = hatch(c, ink[`band-${band.kind}`]!, band.kind === "undecided" || band.kind === "nan");
        c.fillRect(a, box.y, b - a, box.h);
        if (band.event === busyEvent || lit.has(band.event)) {
          c.strokeStyle = ink[`band-${band.kind}`]!;
          c.lineWidth = 1.5;
          c.strokeRect(a + 0.5, box.y + 0.5, b - a - 1, box.h - 1);
        }
      }
    }
    for (const [a, b] of model?.disagree ?? []) {
      if (model!.bands.some((band) => band.lo <= a && b <= band.hi + (b - a) * 0.01)) continue;
      c.fillStyle = ink["disagree"]!;
      const left = Math.max(px(a), LEFT), right = Math.min(px(b), width - RIGHT);
      if (right > left) c.fillRect(left, slope.y, right - left, slope.h);
    }
    for (const [panel, box] of [[model?.value, value], [model?.slope, slope]] as const) {
      for (const line of panel?.asymptotes ?? []) {
        const x = Math.round(px(line.x)) + 0.5;
        if (x < LEFT || x > width - RIGHT) continue;
        stroke(c, ink["break"]!, line.event === busyEvent || lit.has(line.event) ? 2 : 1.25, [5, 4]);
        c.beginPath();
        c.moveTo(x, box.y);
        c.lineTo(x, box.y + box.h);
        c.stroke();
      }
    }
    c.setLineDash([]);
    // Curves.
    const over = state.preview()?.plot;
    const split = (model?.disagree.length ?? 0) > 0;
    if (plot) {
      if (plot.precise) {
        curve(c, plot.precise.value, px, vy, value, ink["precise"]!, 1.5, [1.5, 3]);
        curve(c, plot.precise.reverse, px, sy, slope, ink["precise"]!, 1.5, [1.5, 3]);
      }
      curve(c, plot.value, px, vy, value, ink["value"]!, 2.25);
      if (split) curve(c, plot.forward, px, sy, slope, ink["forward"]!, 2);
      curve(c, plot.reverse, px, sy, slope, ink["reverse"]!, 2.25, split ? [7, 4] : []);
    }
    if (over) {
      curve(c, over.value, px, vy, value, ink["preview"]!, 2.25, [6, 4]);
      curve(c, over.reverse, px, sy, slope, ink["preview"]!, 2.25, [6, 4]);
    }
    // Marks.
    if (model) {
      const kinds = new Map(state.events().map((e) => [e.id, e]));
      marks(c, ink, model.value, value, px, vy, kinds, busyEvent, lit);
      marks(c, ink, model.slope, slope, px, sy, kinds, busyEvent, lit);
    }
    ticksOfEvents(c, ink, state.events(), px, value, slope, busyEvent, lit, width);
    certificates(c, ink, state.lens()?.ranges ?? [], state.lensStale(), px, value.y + value.h + 22, LEFT, width - RIGHT);
    c.globalAlpha = 1;
    titles(c, ink, state, value, slope, split, !!over);
    cursorLine(c, ink, value, slope, vy, sy);
    return moving;
  }

  function cursorLine(c: CanvasRenderingContext2D, ink: Ink, value: Box, slope: Box, vy: (y: number) => number, sy: (y: number) => number): void {
    const x = state.cursor();
    if (x === null) return;
    const at = px(x);
    if (at < LEFT - 1 || at > width - RIGHT + 1) return;
    const line = Math.round(at) + 0.5;
    stroke(c, ink["cursor"]!, 1);
    c.beginPath();
    c.moveTo(line, value.y);
    c.lineTo(line, value.y + value.h);
    c.moveTo(line, slope.y);
    c.lineTo(line, slope.y + slope.h);
    c.stroke();
    const plot = state.plot();
    if (!plot) return;
    const dot = (y: number | null, to: (y: number) => number, box: Box, color: string) => {
      if (y === null || to(y) < box.y - 4 || to(y) > box.y + box.h + 4) return;
      c.fillStyle = color;
      c.strokeStyle = ink["paper"]!;
      c.lineWidth = 1.5;
      c.beginPath();
      c.arc(at, to(y), 4, 0, 7);
      c.fill();
      c.stroke();
    };
    dot(sample(plot.value, x), vy, value, ink["value"]!);
    if (state.model()?.disagree.length) dot(sample(plot.forward, x), sy, slope, ink["forward"]!);
    dot(sample(plot.reverse, x), sy, slope, ink["reverse"]!);
    // The readout, inside the frame.
    const values = state.values();
    const exact = values && values.x === x ? values : null;
    const f = exact ? exact.value : sample(plot.value, x);
    const r = exact ? exact.reverse : sample(plot.reverse, x);
    const w = exact ? exact.forward : sample(plot.forward, x);
    const same = r === w || (r !== null && w !== null && (Math.abs(r - w) <= 1e-5 * Math.max(Math.abs(r), 1e-3) || (Number.isNaN(r) && Number.isNaN(w))));
    readout(c, ink, line, value, [["x", number(x), ink["dim"]!], ["f", number(f), ink["value"]!]], width - RIGHT);
    readout(c, ink, line, slope, same
      ? [["f′", number(r), ink["reverse"]!]]
      : [["grad", number(r), ink["reverse"]!], ["jvp", number(w), ink["forward"]!]], width - RIGHT);
  }

  createEffect(() => {
    // Whatever is read here redraws.
    state.window(), state.model(), state.plot(), state.lens(), state.lensStale(), state.cursor(), state.values(), state.preview();
    state.pointed(), state.selectedEvent(), state.theme(), state.module();
    schedule();
  });
  const sized = new ResizeObserver(([entry]) => {
    width = entry!.contentRect.width;
    height = entry!.contentRect.height;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    schedule();
  });
  sized.observe(root);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", schedule);
  onCleanup(() => {
    sized.disconnect();
    dark.removeEventListener("change", schedule);
  });

  /** The event whose mark is near a pixel. */
  function near(x: number, y: number): Event | null {
    const { value, slope } = panels();
    if (y < value.y - 20 || y > slope.y + slope.h + 6) return null;
    let best: Event | null = null, distance = 8;
    for (const event of state.events()) {
      const d = Math.abs(px(event.x) - x);
      if (d < distance) [best, distance] = [event, d];
    }
    if (best) return best;
    const at = toX(x);
    return state.events().find((e) => e.xEnd !== null && e.x <= at && at <= e.xEnd) ?? null;
  }

  // Pointers: one drags, two pinch, none hovers.
  const down = new Map<number, number>();
  let moved = 0, last = 0, spread = 0;
  const local = (event: PointerEvent | WheelEvent | MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    root.setPointerCapture(event.pointerId);
    const [x] = local(event);
    down.set(event.pointerId, x);
    if (down.size === 1) [moved, last] = [0, x];
    else spread = Math.abs([...down.values()].reduce((a, b) => a - b));
    root.classList.add("dragging");
  });
  root.addEventListener("pointermove", (event) => {
    const [x, y] = local(event);
    if (down.has(event.pointerId)) {
      down.set(event.pointerId, x);
      if (down.size === 2) {
        const [a, b] = [...down.values()] as [number, number];
        const now = Math.max(10, Math.abs(a - b));
        zoom(toX((a + b) / 2), Math.max(10, spread) / now);
        spread = now;
        moved = 99;
        return;
      }
      moved += Math.abs(x - last);
      if (moved > 3) {
        const shift = toX(last) - toX(x);
        const [lo, hi] = state.window();
        state.setWindow(lo + shift, hi + shift);
      }
      last = x;
    }
    hover(x, y);
  });
  function hover(x: number, y: number): void {
    if (x < LEFT || x > width - RIGHT) return leave();
    const event = near(x, y);
    const snapped = event && Math.abs(px(event.x) - x) < 5 ? event.x : toX(x);
    state.setCursor(snapped);
    const lane = Math.floor((y - (panels().value.y + panels().value.h + 22)) / LANE);
    const range = lane >= 0 && lane < 3 ? state.lens()?.ranges.find((r) => r.lo <= toX(x) && toX(x) <= r.hi) : undefined;
    if (event || range) {
      tip.hidden = false;
      tip.style.transform = `translate(${Math.min(x + 14, width - 270)}px, ${Math.max(4, y - 46)}px)`;
      const text = range
        ? `${CLAIMS[LANES[lane]!.key]}: ${range[LANES[lane]!.key]}`
        : `${KINDS[event!.kind] ?? event!.kind} at x = ${event!.xText ?? number(Math.abs(event!.x) < 1e-9 * (state.window()[1] - state.window()[0]) ? 0 : event!.x)} – ${event!.cause}`;
      tip.textContent = text;
    } else tip.hidden = true;
    root.classList.toggle("on-event", !!event);
    if (event) state.setPointed({ by: "plot", span: event.span, nodes: event.nodes, events: [event.id] });
    else if (state.pointed()?.by === "plot") state.setPointed(null);
  }
  function leave(): void {
    tip.hidden = true;
    if (state.pointed()?.by === "plot") state.setPointed(null);
  }
  root.addEventListener("pointerleave", leave);
  const up = (event: PointerEvent) => {
    const was = down.delete(event.pointerId);
    root.classList.remove("dragging");
    if (was && moved <= 3 && event.type === "pointerup") {
      const found = near(...local(event));
      state.select(found);
    }
  };
  root.addEventListener("pointerup", up);
  root.addEventListener("pointercancel", up);
  root.addEventListener("dblclick", () => state.resetWindow());
  root.addEventListener("wheel", (event) => {
    event.preventDefault();
    const [x] = local(event);
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const shift = ((event.deltaX || event.deltaY) / width) * (state.window()[1] - state.window()[0]);
      state.setWindow(state.window()[0] + shift, state.window()[1] + shift);
    } else zoom(toX(x), Math.exp(Math.max(-0.5, Math.min(0.5, event.deltaY * 0.0022))));
  }, { passive: false });

  function zoom(at: number, factor: number): void {
    const [lo, hi] = state.window();
    state.setWindow(at - (at - lo) * factor, at + (hi - at) * factor);
  }

  root.addEventListener("keydown", (event) => {
    const [lo, hi] = state.window();
    const step = ((hi - lo) / 200) * (event.shiftKey ? 10 : 1);
    const middle = state.cursor() ?? (lo + hi) / 2;
    const go = (x: number) => {
      state.setCursor(x);
      if (x < lo || x > hi) state.setWindow(x - (hi - lo) / 2, x + (hi - lo) / 2);
    };
    const hop = (by: 1 | -1) => {
      const events = state.events();
      if (!events.length) return;
      const now = state.selectedEvent();
      const i = now ? events.findIndex((e) => e.id === now.id) + by : by > 0 ? 0 : events.length - 1;
      state.select(events[(i + events.length) % events.length]!, true);
    };
    const keys: Record<string, () => void> = {
      ArrowLeft: () => go(middle - step), ArrowRight: () => go(middle + step),
      ArrowUp: () => zoom(middle, 0.8), ArrowDown: () => zoom(middle, 1.25),
      "+": () => zoom(middle, 0.7), "=": () => zoom(middle, 0.7), "-": () => zoom(middle, 1 / 0.7),
      "0": () => state.resetWindow(), Home: () => go(lo), End: () => go(hi),
      n: () => hop(1), p: () => hop(-1), Escape: () => { state.select(null); state.setCursor(null); },
      PageUp: () => state.setWindow(lo - (hi - lo) / 2, hi - (hi - lo) / 2),
      PageDown: () => state.setWindow(lo + (hi - lo) / 2, hi + (hi - lo) / 2),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  return root;
}

const CLAIMS = {
  smooth: "The function is smooth here over the reals",
  finite: "Every number on the way is finite",
  faithful: "What AD returns is the derivative",
};
