// The share link: the whole state in the URL's hash, compressed, so that no server ever sees it. Whatever comes out of a
// stranger's link is checked field by field; it is text and numbers, and nothing in it is ever evaluated here.
import type { BackendChoice, Precision } from "./protocol";

/** What a link carries. */
export interface Shared {
  source: string;
  function: string | null;
  axis: string | null;
  window: [number, number];
  sliders: Record<string, number>;
  backend: BackendChoice;
  precision: Precision;
  /** x of the selected event. */
  selected: number | null;
}

const MAX_SOURCE = 200_000;

/** The hash for a state. */
export async function encode(state: Shared): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify(state));
  const packed = await through(text, new CompressionStream("deflate-raw"));
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return "#1." + btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The state of a hash; `null` if it is none of ours. */
export async function decode(hash: string): Promise<Shared | null> {
  if (!hash.startsWith("#1.")) return null;
  try {
    const binary = atob(hash.slice(3).replaceAll("-", "+").replaceAll("_", "/"));
    const packed = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    const text = await through(packed, new DecompressionStream("deflate-raw"), 4 * MAX_SOURCE);
    return check(JSON.parse(new TextDecoder().decode(text)));
  } catch {
    return null;
  }
}

function check(raw: any): Shared | null {
  if (typeof raw !== "object" || raw === null || typeof raw.source !== "string") return null;
  if (raw.source.length > MAX_SOURCE) return null;
  const name = (v: unknown) => (typeof v === "string" && v.length < 200 ? v : null);
  const finite = (v: unknown): v is number => typeof v === "number" && Number.isFinite(v);
  const [lo, hi] = Array.isArray(raw.window) ? raw.window : [];
  const sliders: Record<string, number> = Object.create(null);
  if (typeof raw.sliders === "object" && raw.sliders !== null) {
    for (const [key, value] of Object.entries(raw.sliders).slice(0, 50)) if (finite(value)) sliders[key] = value;
  }
  return {
    source: raw.source,
    function: name(raw.function),
    axis: name(raw.axis),
    window: finite(lo) && finite(hi) && lo < hi ? [lo, hi] : [-4, 4],
    sliders,
    backend: ["auto", "webgpu", "cpu", "reference"].includes(raw.backend) ? raw.backend : "auto",
    precision: raw.precision === "x64" ? "x64" : "f32",
    selected: finite(raw.selected) ? raw.selected : null,
  };
}

/** Bytes through a stream; an error once more than `limit` come out (a small link must not fill the memory). */
async function through(
  bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream, limit = Infinity,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) throw new Error("too large");
    parts.push(value);
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
