// Writes index.d.ts from the engine's own table of functions: names, parameters, defaults and documentation are the ones
// that Python sees. Run by `npm pack`; the transformations, whose types say more than a table can, are written out here.
import { readFile, writeFile } from "node:fs/promises";
import * as wasm from "./wasm/gradlens.js";

wasm.initSync({ module: await readFile(new URL("./wasm/gradlens_bg.wasm", import.meta.url)) });
wasm.setWrap((kind, id) => ({ kind, id }));
const table = wasm.describeLibrary();

/** What a parameter takes, where its name says so. */
const TYPES = {
  axis: "number | readonly number[] | null", axes: "number | readonly number[] | null", shape: "number | readonly number[]", dtype: "DTypeLike | null",
  keepdims: "boolean", keep_dims: "boolean", f: "Callable", fun: "Callable", fn: "Callable", body_fun: "Callable", cond_fun: "Callable", true_fun: "Callable", false_fun: "Callable",
  length: "number | null", num: "number", n: "number", reverse: "boolean", side: "string", method: "string", mode: "string | null", has_aux: "boolean",
};
/** Functions of array modules that give something else than one array. */
const OTHER = /\.(unique\w*|meshgrid|ix_|split|array_split|[hvd]split|nonzero|where_all|histogram\w*|divmod|modf|frexp|broadcast_arrays|broadcast_shapes|eigh?|svd|qr|lu\w*|slogdet|cho_factor|lstsq|finfo|iinfo|dtype|result_type|promote_types|issubdtype|shape|ndim|size|allclose|array_equal\w*|isscalar|iscomplexobj|isrealobj|average|gradient|polyfit|vectorize|apply_along_axis|indices|tri\w+_indices\w*|diag_indices\w*|unravel_index|save|load|unstack|atleast_\dd|cond|scan|switch|while_loop|map|associative_scan|custom_root|custom_linear_solve|top_k|sort_key_val|split_key)$/;

const type = (p) => TYPES[p.name] ?? "Arg";
const word = (name) => (/^(function|default|delete|in|new|var|with|case|class|enum|export|import|return|switch|this|throw|typeof|void|while|if|else|for|null|true|false|arguments|eval)$/.test(name) ? `${name}_` : name);

function signature(f, method) {
  const params = method ? f.params.slice(1) : f.params;
  const plain = params.filter((p) => p.kind === "positional" || p.kind === "normal");
  const named = params.filter((p) => p.kind === "normal" || p.kind === "keyword");
  const rest = params.find((p) => p.kind === "rest");
  let optional = false;
  const list = plain.map((p) => {
    optional ||= p.default !== null;
    return `${word(p.name)}${optional ? "?" : ""}: ${type(p)}${optional && named.length ? ` | Options` : ""}`;
  });
  if (rest) list.push(`...${word(rest.name)}: Arg[]`);
  else if (named.length) list.push(`options?: { ${named.map((p) => `${p.name}?: ${type(p)}`).join("; ")} }`);
  const array = /^jax\.(numpy|nn|lax|random|scipy|Array)\./.test(f.path) && !OTHER.test(f.path);
  return `(${list.join(", ")}): ${array ? "Array" : "any"}`;
}

const doc = (f, pad) => (f.doc ? `${pad}/** ${f.doc.replaceAll("*/", "* /")} */\n` : "");

/** One interface per module. */
const modules = new Map();
for (const entry of table) {
  const dot = entry.path.lastIndexOf(".");
  const path = entry.path.slice(0, dot);
  if (path === "jax.Array") continue;
  for (let p = path; p; p = p.slice(0, Math.max(0, p.lastIndexOf(".")))) if (!modules.has(p)) modules.set(p, []);
  modules.get(path).push({ ...entry, name: entry.path.slice(dot + 1) });
}
const title = (path) => path.split(".").map((part) => part.replace(/(^|_)([a-z])/g, (_, _u, c) => c.toUpperCase())).join("");
let interfaces = "";
for (const [path, members] of [...modules].sort(([a], [b]) => (a < b ? -1 : 1))) {
  if (path !== "jax" && !path.startsWith("jax.")) continue;
  interfaces += `/** \`${path}\`. */\nexport interface ${title(path)} {\n`;
  const seen = new Set();
  for (const m of members) {
    if (seen.has(m.name)) continue;
    seen.add(m.name);
    interfaces += doc(m, "  ");
    interfaces += m.kind === "constant" ? `  readonly ${m.name}: any;\n` : `  readonly ${m.name}: Function_<${signature(m, false).replace("): ", ") => ")}>;\n`;
  }
  for (const inner of modules.keys()) {
    const name = inner.slice(path.length + 1);
    if (inner.startsWith(`${path}.`) && !name.includes(".") && !seen.has(name)) interfaces += `  readonly ${name}: ${title(inner)};\n`;
  }
  interfaces += "}\n\n";
}
const has = (path) => modules.has(path);
const methods = table.filter((e) => e.path.startsWith("jax.Array.") && e.kind === "function" && !e.path.includes("__"))
  .map((f) => ({ ...f, name: f.path.slice("jax.Array.".length) }))
  .filter((f) => !["item", "at"].includes(f.name));

const operators = ["add", "sub", "mul", "div", "floordiv", "mod", "pow", "matmul", "eq", "ne", "lt", "le", "gt", "ge", "maximum", "minimum"];
const unary = ["neg", "abs", "exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "tanh", "sign", "floor", "ceil", "square"];
const METHODS = new Set("all any argmax argmin argsort astype clip conj cumprod cumsum diagonal dot flatten max mean min nonzero prod ravel repeat reshape round sort squeeze std sum swapaxes take tolist trace transpose var".split(" "));

const text = `// Types of the gradlens package, generated from the engine's table by types.mjs.

/** A dtype's name, or a dtype of the library (\`numpy.float32\`). */
export type DTypeLike = string | object;
export type TypedArray = Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;
/** Nested JavaScript arrays of numbers. */
export type Nested = number | boolean | readonly Nested[];
/** What stands for an array: an \`Array\`, a number, a typed array. */
export type ArrayLike = Array | number | bigint | boolean | TypedArray;
/** A tree of arrays: arrays in JavaScript's arrays and plain objects. */
export type Tree = ArrayLike | null | readonly Tree[] | { readonly [key: string]: Tree };
/** Any argument. */
export type Arg = any;
/** Keyword arguments, as the last argument. */
export type Options = { readonly [name: string]: any };
export type Callable = (...args: any[]) => any;
/** A function of the library; \`async\` is the same where it may have to wait for a device. */
export type Function_<F extends Callable> = F & { async(...args: Parameters<F>): Promise<ReturnType<F>> };

/** An array, or what stands for one in a transformation. */
export class Array {
  private constructor();
  readonly shape: number[];
  readonly ndim: number;
  readonly size: number;
  readonly dtype: string;
  readonly isTracer: boolean;
  readonly T: Array;
  /** Its elements as a typed array, row-major; waits for the device. */
  data(): Promise<TypedArray>;
  /** The same where they are on the host already. */
  dataSync(): TypedArray;
  /** Its elements as nested JavaScript arrays, or a number; waits for the device. */
  js(): Promise<any>;
  /** The same where they are on the host already. */
  jsSync(): any;
  /** The one element of a scalar. */
  item(): number;
  toString(): string;
  [Symbol.iterator](): Iterator<Array>;
  /** \`x[index]\`. */
  get(...index: any[]): Array;
  /** \`x.at[index]\`. */
  at(...index: any[]): any;
${operators.map((name) => `  ${name}(other: ArrayLike): Array;`).join("\n")}
${unary.filter((name) => !METHODS.has(name)).map((name) => `  ${name}(): Array;`).join("\n")}
${methods.filter((m) => METHODS.has(m.name)).map((m) => `${doc(m, "  ")}  ${m.name}${signature(m, true).replace(/: Array$/, m.name === "tolist" || m.name === "nonzero" ? ": any" : ": Array")};`).join("\n")}
}

/** Loads the engine; await it before anything else. */
export function init(options?: { module?: WebAssembly.Module | BufferSource | Response | URL | string }): Promise<void>;
/** A step of an index. */
export function slice(start?: number | null, stop?: number | null, step?: number | null): any;
/** Makes an array; plain numbers become floats unless \`dtype\` says otherwise. */
export function array(value: Nested | ArrayLike | readonly ArrayLike[], options?: { dtype?: DTypeLike }): Array;

/** The gradient of a scalar function, with respect to its first argument unless \`argnums\` says otherwise. */
export function grad(fun: Callable, options?: { argnums?: number | readonly number[]; hasAux?: boolean; allowInt?: boolean }): (...args: any[]) => any;
/** The value and the gradient, as a pair. */
export function valueAndGrad(fun: Callable, options?: { argnums?: number | readonly number[]; hasAux?: boolean }): (...args: any[]) => [any, any];
/** Compiles a function, once per shape. */
export function jit<F extends Callable>(fun: F, options?: { staticArgnums?: number | readonly number[] }): F;
/** Maps a function over an axis of its arguments. */
export function vmap(fun: Callable, options?: { inAxes?: any; outAxes?: any }): (...args: any[]) => any;
/** The value, and the derivative along the tangents. */
export function jvp(fun: Callable, primals: readonly any[], tangents: readonly any[], options?: { hasAux?: boolean }): [any, any];
/** The value, and a function that pulls a cotangent back. */
export function vjp(fun: Callable, ...primals: any[]): [any, (cotangent: any) => any[]];
/** The value, and the linear map of the derivative. */
export function linearize(fun: Callable, ...primals: any[]): [any, (...tangents: any[]) => any];
export function jacfwd(fun: Callable, options?: { argnums?: number | readonly number[] }): (...args: any[]) => any;
export function jacrev(fun: Callable, options?: { argnums?: number | readonly number[] }): (...args: any[]) => any;
export function hessian(fun: Callable, options?: { argnums?: number | readonly number[] }): (...args: any[]) => any;
export function checkpoint<F extends Callable>(fun: F): F;
/** A function that gives the Jaxpr of \`fun\` at its arguments; \`toString()\` shows it. */
export function makeJaxpr(fun: Callable, options?: { staticArgnums?: number | readonly number[] }): (...args: any[]) => { toString(): string };

/** Sets JAX's configuration and where to run. */
export function configure(options: { x64?: boolean; backend?: "auto" | "webgpu" | "cpu" | "reference" }): void;

/** What came of running a Python module. */
export interface RunResult {
  /** Whether it ran to its end. */
  ok: boolean;
  /** What it printed. */
  stdout: string;
  diagnostics: { severity: "error" | "warning" | "note"; class: string | null; message: string; help: string | null; span: { start: number; end: number; line: number; column: number } | null }[];
}
/** Runs a Python module. */
export function run(source: string, options?: { x64?: boolean; backend?: "auto" | "webgpu" | "cpu" | "reference" }): Promise<RunResult>;
/** How many of the engine's values JavaScript still holds. */
export function heldCount(): number;

export const jax: Jax;
${["numpy", "lax", "nn", "random", "scipy", "tree"].map((name) => `export const ${name}: ${has(`jax.${name}`) ? title(`jax.${name}`) : "any"};`).join("\n")}
export const jnp: ${has("jax.numpy") ? "JaxNumpy" : "any"};

${interfaces}`;
await writeFile(new URL("./index.d.ts", import.meta.url), text);
console.error(`index.d.ts: ${table.length} names`);
