// The engine's worker: takes requests, answers the newest of each channel, drops the rest.
import { open, type Door } from "./door";
import type { Update } from "./update";
import type { Request } from "./protocol";

/** Requests on one channel replace each other. */
export type Channel = "analyze" | "inspect" | "preview" | "library";
export type ToWorker =
  | { type: "start"; module: WebAssembly.Module }
  | { type: "ask"; channel: Channel; request: Request };
export type FromWorker =
  | { type: "ready" }
  | { type: "update"; channel: Channel; update: Update }
  | { type: "crash"; message: string };

const ORDER: Channel[] = ["analyze", "inspect", "preview", "library"];
/** A request that has shown nothing for so long may be dropped for a newer one. */
const PATIENCE = 250;

let door: Door | null = null;
let busy = false;
const waiting = new Map<Channel, Request>();

const send = (message: FromWorker) => postMessage(message);

/** Resolves once the messages that have come meanwhile are read: a task, where a promise alone would be a microtask. */
const turn = new MessageChannel();
const turns: (() => void)[] = [];
turn.port1.onmessage = () => turns.shift()?.();
const messages = () => new Promise<void>((done) => {
  turns.push(done);
  turn.port2.postMessage(0);
});

async function pump(): Promise<void> {
  if (busy || !door) return;
  busy = true;
  try {
    for (;;) {
      const channel = ORDER.find((name) => waiting.has(name));
      if (!channel) break;
      const request = waiting.get(channel)!;
      waiting.delete(channel);
      const begun = performance.now();
      let drawn = false;
      await door.handle(request, channel === "analyze", (update) => {
        send({ type: "update", channel, update });
        drawn ||= update.answer.body.type === "plot";
      }, async () => {
        await messages();
        // While a slider is dragged every request is overtaken: let each one draw before it makes way.
        return !waiting.has(channel) || (!drawn && performance.now() - begun < PATIENCE);
      });
    }
  } catch (error) {
    // The instance may be left half way through anything: the page starts a new worker.
    send({ type: "crash", message: error instanceof Error ? error.message : String(error) });
    return;
  }
  busy = false;
}

onmessage = (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  if (message.type === "ask") {
    waiting.set(message.channel, message.request);
    void pump();
    return;
  }
  open(message.module).then(
    (opened) => {
      door = opened;
      send({ type: "ready" });
      void pump();
    },
    (error) => send({ type: "crash", message: String(error) }),
  );
};
