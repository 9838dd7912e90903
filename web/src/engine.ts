// The page's side of the engine: starts the worker, asks, hears answers, and replaces a worker that hangs or dies. The
// text lives in the page, so that nothing is lost with a worker.
import type { Update } from "./update";
import type { Task } from "./protocol";
import type { Channel, FromWorker, ToWorker } from "./worker";

/** What the page is told. */
export interface Listener {
  update(channel: Channel, update: Update): void;
  /** Work has begun or ended. */
  busy(is: boolean): void;
  /** The worker was replaced: why. */
  restarted(why: "stopped" | "hung" | "crashed", detail: string): void;
  /** The engine cannot be started at all. */
  failed(message: string): void;
}

/** Silence after which a worker is taken to hang; fuel ends an endless loop long before. */
const HUNG = 10_000;
/** Silence after which a worker is not waited for when the text has changed meanwhile. */
const OVERTAKEN = 2_500;

/** The engine as the page sees it. */
export class Engine {
  private worker: Worker | null = null;
  private module: Promise<WebAssembly.Module> | null = null;
  private ready = false;
  private nextId = 1;
  private sign = 0;
  private newest = new Map<Channel, { id: number; task: Task; done: boolean }>();
  private timer = 0;

  constructor(private readonly listener: Listener) {}

  /** Load and start; asks may come before it is done. */
  start(): void {
    this.module ??= compile();
    this.module.then(
      (module) => this.launch(module),
      (error) => this.listener.failed(`The engine could not be loaded: ${error instanceof Error ? error.message : error}`),
    );
  }

  private launch(module: WebAssembly.Module): void {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "gradlens" });
    this.worker = worker;
    this.ready = false;
    worker.onmessage = (event: MessageEvent<FromWorker>) => {
      if (this.worker === worker) this.hear(event.data);
    };
    worker.onerror = (event) => {
      if (this.worker !== worker) return;
      event.preventDefault();
      if (this.ready) this.replace("crashed", event.message);
      else this.listener.failed(`The engine's worker could not be started. ${event.message ?? ""}`);
    };
    this.post({ type: "start", module });
  }

  private post(message: ToWorker): void {
    this.worker?.postMessage(message);
  }

  /** Ask; a newer question on the same channel replaces this one. */
  ask(channel: Channel, task: Task): number {
    const id = this.nextId++;
    if (!this.pending()) this.sign = performance.now();
    const before = this.newest.get(channel);
    this.newest.set(channel, { id, task, done: false });
    if (this.ready) {
      const silent = performance.now() - this.sign;
      const edited = before && !before.done && source(before.task) !== source(task);
      if (silent > OVERTAKEN && edited) this.replace("hung", "");
      else this.post({ type: "ask", channel, request: { id, task } });
    }
    this.watch();
    return id;
  }

  /** End whatever is running, at once. */
  stop(): void {
    if (!this.pending()) return;
    for (const asked of this.newest.values()) asked.done = true;
    this.replace("stopped", "");
  }

  private pending(): boolean {
    return [...this.newest.values()].some((asked) => !asked.done);
  }

  private hear(message: FromWorker): void {
    this.sign = performance.now();
    if (message.type === "ready") {
      this.ready = true;
      for (const [channel, { id, task, done }] of this.newest) {
        if (!done) this.post({ type: "ask", channel, request: { id, task } });
      }
    } else if (message.type === "crash") {
      // Running the same thing again would only crash again.
      for (const asked of this.newest.values()) asked.done = true;
      this.replace("crashed", message.message);
    } else {
      const { channel, update } = message;
      const asked = this.newest.get(channel);
      if (!asked || asked.id !== update.answer.id) return;
      if (update.answer.last) asked.done = true;
      this.listener.update(channel, update);
    }
    this.watch();
  }

  private replace(why: "stopped" | "hung" | "crashed", detail: string): void {
    this.worker?.terminate();
    this.worker = null;
    this.sign = performance.now();
    this.listener.restarted(why, detail);
    this.start();
    this.watch();
  }

  private watch(): void {
    const pending = this.pending();
    this.listener.busy(pending);
    clearTimeout(this.timer);
    if (!pending) return;
    this.timer = window.setTimeout(() => {
      if (!this.pending()) return;
      if (this.ready && this.worker && performance.now() - this.sign >= HUNG) {
        for (const asked of this.newest.values()) asked.done = true;
        this.replace("hung", "");
      } else this.watch();
    }, 500);
  }
}

function source(task: Task): string | null {
  return "source" in task ? task.source : null;
}

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("./gradlens_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  // Some static hosts serve wasm with another media type, which streaming refuses.
  if (response.headers.get("content-type") === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}
