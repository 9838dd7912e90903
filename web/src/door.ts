// The worker's door to the engine in wasm.
import type { Update } from "./update";
import type { Request } from "./protocol";
import init, { Page } from "gradlens-wasm";

/** Answers requests. */
export interface Door {
  /**
   * Answers one request. `emit` gets each update; `breathe` is awaited between the stages of the work, lets the worker's
   * messages in and says whether to go on; `draw` asks for the drawing as well.
   */
  handle(request: Request, draw: boolean, emit: (update: Update) => void, breathe: () => Promise<boolean>): Promise<void>;
}

/** Opens the door, once per worker. */
export async function open(module: WebAssembly.Module): Promise<Door> {
  await init({ module_or_path: module });
  const page = new Page();
  return { handle: (request, draw, emit, breathe) => page.handle(request, draw, emit, breathe) };
}
