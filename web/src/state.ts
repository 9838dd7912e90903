// The page's state as signals: what the person set, what the engine said, and what is being pointed at.
import { batch, createMemo, createSignal } from "solid-js";
import type { Channel } from "./worker";
import { Engine } from "./engine";
import { Offsets } from "./format";
import { decode, encode, type Shared } from "./link";
import type { PlotModel } from "./model";
import type * as p from "./protocol";
import type { Layouts, Update } from "./update";

export type Tab = "graph" | "gradient" | "jaxpr" | "output";
export type Theme = "auto" | "light" | "dark";
/** What the pointer or the keyboard is on; every view lights up what belongs to it. */
export interface Pointed {
  /** Who says so, so that a view does not scroll because of itself. */
  by: "code" | "graph" | "plot" | "events";
  span: p.Span | null;
  nodes: number[];
  events: number[];
}
export interface Notice {
  kind: "info" | "error";
  text: string;
  action?: { label: string; run: () => void };
}

const TEXT_KEY = "gradlens.text";
const THEME_KEY = "gradlens.theme";
const HOME: [number, number] = [-4, 4];

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A full or forbidden store costs the text's safety across reloads, and nothing else.
  }
}

/** Make the state; `first` is the text to show when there is none of the person's own. */
export function createState(first: { source: string; window: [number, number] | null }) {
  // What the person set.
  const [source, setSourceRaw] = createSignal(first.source);
  const [chosen, setChosen] = createSignal<string | null>(null);
  const [axis, setAxis] = createSignal<string | null>(null);
  const [window_, setWindowRaw] = createSignal<[number, number]>(first.window ?? HOME);
  const [home, setHome] = createSignal<[number, number]>(first.window ?? HOME);
  const [sliders, setSliders] = createSignal<Record<string, number>>({});
  const [backend, setBackend] = createSignal<p.BackendChoice>("auto");
  const [precision, setPrecision] = createSignal<p.Precision>("f32");
  const [tab, setTab] = createSignal<Tab>("graph");
  const [theme, setThemeRaw] = createSignal<Theme>((stored(THEME_KEY) as Theme) ?? "auto");
  // What the engine said.
  const [module, setModule] = createSignal<p.Module | null>(null);
  const [plot, setPlot] = createSignal<p.Plot | null>(null);
  const [model, setModel] = createSignal<PlotModel | null>(null);
  const [lens, setLens] = createSignal<p.Lens | null>(null);
  const [lensStale, setLensStale] = createSignal(false);
  const [graphs, setGraphs] = createSignal<p.Graphs | null>(null);
  const [layouts, setLayouts] = createSignal<Layouts | null>(null);
  const [values, setValues] = createSignal<p.Values | null>(null);
  const [done, setDone] = createSignal<p.Done | null>(null);
  const [library, setLibrary] = createSignal<p.LibraryFunction[]>([]);
  const [busy, setBusy] = createSignal(false);
  const [loaded, setLoaded] = createSignal(false);
  const [failed, setFailed] = createSignal<string | null>(null);
  const [notice, setNotice] = createSignal<Notice | null>(null);
  // What is pointed at.
  const [pointed, setPointed] = createSignal<Pointed | null>(null);
  const [cursor, setCursorRaw] = createSignal<number | null>(null);
  const [selected, setSelected] = createSignal<{ kind: p.EventKind; x: number } | null>(null);
  const [preview, setPreview] = createSignal<{ title: string; source: string; plot: p.Plot | null } | null>(null);

  const offsets = createMemo(() => new Offsets(source()));
  /** The events; those that name no nodes get the ones of the expression they blame. */
  const events = createMemo(() => (lens()?.events ?? []).map((event) => {
    const span = event.span;
    if (event.nodes.length || !span) return event;
    const there = (graphs()?.function.nodes ?? []).filter((n) => n.span?.start === span.start && n.span.end === span.end);
    const exact = there.filter((n) => n.primitive === event.primitive);
    return { ...event, nodes: (exact.length ? exact : there).map((n) => n.id) };
  }));
  const selectedEvent = createMemo(() => {
    const wanted = selected();
    if (!wanted) return null;
    const [lo, hi] = window_();
    let best: p.Event | null = null, distance = (hi - lo) * 0.02;
    for (const event of events()) {
      const d = Math.abs(event.x - wanted.x) + (event.kind === wanted.kind ? 0 : (hi - lo) * 0.01);
      if (d <= distance) [best, distance] = [event, d];
    }
    return best;
  });

  /** The text that the answers at hand are about; their spans mean nothing in another. */
  const [answered, setAnswered] = createSignal("");
  const spansHold = createMemo(() => answered() === source());
  let asked: { id: number; task: Extract<p.Task, { type: "analyze" }> } | null = null;

  const engine = new Engine({
    update: (channel, update) => batch(() => hear(channel, update)),
    busy: setBusy,
    restarted(why, detail) {
      const text = {
        stopped: "Stopped. The engine was restarted; your text is as it was.",
        hung: "The engine did not answer and was restarted; your text is as it was.",
        crashed: `The engine failed and was restarted (a fault of ours, not of your code). ${detail}`,
      }[why];
      setNotice({ kind: why === "crashed" ? "error" : "info", text, action: { label: "Run again", run: analyze } });
    },
    failed: setFailed,
  });

  function hear(channel: Channel, update: Update): void {
    const { body, last } = update.answer;
    if (channel === "preview") {
      if (body.type === "plot") setPreview((shown) => shown && { ...shown, plot: body });
      return;
    }
    setLoaded(true);
    if (update.plotModel) setModel(update.plotModel);
    switch (body.type) {
      case "module":
        setAnswered(asked?.task.source ?? "");
        setModule(body);
        if (body.shown === null) {
          // Nothing to show: what is drawn belongs to a text that is gone, or that is being typed; keep it, greyed.
          setLensStale(true);
        }
        break;
      case "plot":
        setPlot(body);
        break;
      case "lens":
        setLens(body);
        setLensStale(false);
        break;
      case "graphs":
        setGraphs(body);
        setLayouts(update.layouts);
        if (cursor() !== null) inspect(cursor()!);
        break;
      case "values":
        setValues(body);
        break;
      case "library":
        setLibrary(body.functions);
        break;
      case "done":
        if (channel === "analyze") setDone(body);
        break;
    }
    if (last && channel === "analyze") setNotice((n) => (n?.kind === "info" && !n.action ? null : n));
  }

  function task(text: string, want: p.Want): Extract<p.Task, { type: "analyze" }> {
    const [lo, hi] = window_();
    return {
      type: "analyze",
      source: text,
      function: chosen(),
      axis: axis(),
      sliders: Object.entries(sliders()).map(([name, value]) => ({ name, value })),
      window: { lo, hi },
      samples: 1000,
      backend: backend(),
      precision: precision(),
      want,
    };
  }

  /** Ask for everything, for the state as it is. */
  function analyze(): void {
    const next = task(source(), { plot: true, lens: true, graphs: true });
    const same = asked && JSON.stringify({ ...asked.task, window: null }) === JSON.stringify({ ...next, window: null });
    if (!same) setLensStale(true);
    asked = { id: engine.ask("analyze", next), task: next };
    const shown = preview();
    if (shown) engine.ask("preview", task(shown.source, { plot: true, lens: false, graphs: false }));
  }

  let waiting = 0;
  /** Ask soon: several changes in one frame are one question. */
  function analyzeSoon(ms = 0): void {
    clearTimeout(waiting);
    waiting = globalThis.setTimeout(analyze, ms) as unknown as number;
  }

  let saving = 0;
  function setSource(text: string): void {
    if (text === source()) return;
    batch(() => {
      setSourceRaw(text);
      setPreview(null);
      setNotice(null);
    });
    clearTimeout(saving);
    saving = globalThis.setTimeout(() => store(TEXT_KEY, text), 150) as unknown as number;
    analyzeSoon(15);
  }

  function setWindow(lo: number, hi: number): void {
    // Past these widths neighbouring samples are the same float, or the axis overflows.
    const middle = (lo + hi) / 2, least = Math.max(1e-9, Math.abs(middle) * 1e-12);
    if (!Number.isFinite(lo) || !Number.isFinite(hi) || hi - lo < least || hi - lo > 1e30) return;
    setWindowRaw([lo, hi]);
    analyzeSoon();
  }

  let inspecting = 0;
  function inspect(x: number): void {
    cancelAnimationFrame(inspecting);
    inspecting = requestAnimationFrame(() => engine.ask("inspect", { type: "inspect", x }));
  }

  function setCursor(x: number | null): void {
    setCursorRaw(x);
    if (x !== null) inspect(x);
    else setValues(null);
  }

  function select(event: p.Event | null, look = false): void {
    batch(() => {
      if (preview() && event?.id !== selectedEvent()?.id) setPreview(null);
      setSelected(event && { kind: event.kind, x: event.x });
      if (!event) return;
      const [lo, hi] = window_();
      // A stretch is looked at in its middle, as far as that is in view.
      const x = event.xEnd === null ? event.x : (Math.max(lo, event.x) + Math.min(hi, event.xEnd)) / 2;
      if (look && (x < lo || x > hi)) setWindow(x - (hi - lo) / 2, x + (hi - lo) / 2);
      setCursor(x);
    });
  }

  function apply(text: string, edits: p.Edit[]): string {
    const at = new Offsets(text);
    let out = text;
    for (const edit of [...edits].sort((a, b) => b.start - a.start)) {
      out = out.slice(0, at.char(edit.start)) + edit.text + out.slice(at.char(edit.end));
    }
    return out;
  }

  function previewFix(fix: p.Fix | null): void {
    if (!fix || !spansHold()) {
      setPreview(null);
      return;
    }
    const edited = apply(source(), fix.edits);
    setPreview({ title: fix.title, source: edited, plot: null });
    engine.ask("preview", task(edited, { plot: true, lens: false, graphs: false }));
  }

  function setTheme(next: Theme): void {
    setThemeRaw(next);
    store(THEME_KEY, next);
  }

  /** A new text with its own window and nothing left of the old one's settings. */
  function open(text: string, window: [number, number] | null): void {
    batch(() => {
      setChosen(null);
      setAxis(null);
      setSliders({});
      setSelected(null);
      setCursor(null);
      setHome(window ?? HOME);
      setWindowRaw(window ?? HOME);
      setSource(text);
    });
    analyzeSoon();
  }

  function share(): Promise<string> {
    return encode({
      source: source(), function: chosen(), axis: axis(), window: window_(), sliders: sliders(),
      backend: backend(), precision: precision(), selected: selectedEvent()?.x ?? null,
    });
  }

  function restore(shared: Shared): void {
    batch(() => {
      open(shared.source, shared.window);
      setChosen(shared.function);
      setAxis(shared.axis);
      setSliders(shared.sliders);
      setBackend(shared.backend);
      setPrecision(shared.precision);
      if (shared.selected !== null) setSelected({ kind: "kink", x: shared.selected });
    });
  }

  /** Begin: the link's state, else the person's last text, else the first example. */
  async function begin(): Promise<void> {
    engine.start();
    const mine = stored(TEXT_KEY);
    const linked = await decode(location.hash);
    if (linked) {
      restore(linked);
      if (mine !== null && mine !== linked.source) {
        setNotice({
          kind: "info",
          text: "This is a shared state. Your own last text is kept.",
          action: { label: "Go back to it", run: () => { history.replaceState(null, "", "#"); setNotice(null); open(mine, null); } },
        });
      }
    } else if (mine !== null && mine.trim() !== "") setSourceRaw(mine);
    analyze();
    engine.ask("library", { type: "library" });
    window.addEventListener("hashchange", async () => {
      const next = await decode(location.hash);
      if (next) restore(next);
    });
  }

  return {
    source, setSource, chosen, axis, window: window_, setWindow, home, sliders, backend, precision, tab, setTab,
    theme, setTheme, module, plot, model, lens, lensStale, events, graphs, layouts, values, done, library, busy, loaded,
    failed, notice, setNotice, pointed, setPointed, cursor, setCursor, selectedEvent, select, preview, previewFix,
    offsets, spansHold, analyze, open, share, begin,
    stop: () => engine.stop(),
    resetWindow: () => setWindow(...home()),
    choose(name: string): void {
      batch(() => { setChosen(name); setAxis(null); setSelected(null); });
      analyzeSoon();
    },
    setAxis(name: string): void {
      setAxis(name);
      analyzeSoon();
    },
    slide(name: string, value: number): void {
      setSliders((all) => ({ ...all, [name]: value }));
      analyzeSoon();
    },
    setBackend(next: p.BackendChoice): void {
      setBackend(next);
      analyzeSoon();
    },
    setPrecision(next: p.Precision): void {
      setPrecision(next);
      analyzeSoon();
    },
    applyFix(fix: p.Fix): string | null {
      return spansHold() ? apply(source(), fix.edits) : null;
    },
  };
}

export type State = ReturnType<typeof createState>;
