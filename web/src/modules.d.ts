// What the build provides under a name of its own.
declare module "gradlens-examples" {
  const files: [name: string, source: string][];
  export default files;
}
declare module "gradlens-wasm" {
  export default function init(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  /** The page's door; see crates/js. */
  export class Page {
    constructor();
    handle(request: import("./protocol").Request, draw: boolean, emit: (update: import("./update").Update) => void, breathe: () => Promise<boolean>): Promise<void>;
  }
  /** Adds what is to be drawn to a stream of answers. */
  export class Drawing {
    constructor();
    update(answer: import("./protocol").Answer): import("./update").Update;
  }
}
