// The gradlens package: JAX's library for JavaScript. Everything is called by its JAX path through one generic door; what
// the names are comes from the engine's own table. Nothing here is freed by hand: wrappers carry a number, and a
// FinalizationRegistry gives it back.
import load, * as wasm from "./wasm/gradlens.js";

const ID = "__gradlens";
const registry = new FinalizationRegistry((id) => wasm.release(id));
let started = null;

/**
 * Loads the engine. Await it once before anything else; later calls return the same promise.
 * `module`: where the wasm is (a URL, a Response, its bytes, or a compiled module) if not beside this file.
 */
export function init({ module } = {}) {
  started ??= (async () => {
    await load({ module_or_path: module ?? (await beside()) });
    wasm.setWrap(wrap);
  })();
  return started;
}

/** The wasm beside this file: Node's fetch knows no file: URLs. */
async function beside() {
  const url = new URL("./wasm/gradlens_bg.wasm", import.meta.url);
  if (url.protocol !== "file:" || !globalThis.process?.versions?.node) return url;
  const { readFile } = await import("node:fs/promises");
  return readFile(url);
}

function wrap(kind, id) {
  if (kind === "array") return new Array_(id);
  if (kind === "function") return wrapFunction(id);
  return wrapObject(id);
}

function wrapFunction(id) {
  const f = (...args) => wasm.invoke(id, args);
  f.async = (...args) => wasm.invokeAsync(id, args);
  f[ID] = id;
  f.toString = () => wasm.text(id, true);
  registry.register(f, id);
  return new Proxy(f, {
    get: (target, name) => (typeof name === "symbol" || name in target ? Reflect.get(target, name) : wasm.attribute(id, name)),
  });
}

/** An object of the library: its attributes by name, its items by `item(index)`. */
function wrapObject(id) {
  const object = { [ID]: id, item: (...index) => wasm.item(id, one(index)), toString: () => wasm.text(id, true), [Symbol.for("nodejs.util.inspect.custom")]: () => wasm.text(id, true) };
  registry.register(object, id);
  return new Proxy(object, {
    // A promise is looked for in everything that is awaited.
    get: (target, name) => (typeof name === "symbol" || name in target || name === "then" ? target[name] : wasm.attribute(id, name)),
  });
}

const one = (index) => (index.length === 1 ? index[0] : index);

/** An array, or what stands for one in a transformation. */
class Array_ {
  constructor(id) {
    Object.defineProperty(this, ID, { value: id });
    registry.register(this, id);
  }
  /** Axis sizes. */
  get shape() { return globalThis.Array.from(wasm.shapeOf(this[ID])); }
  /** Number of axes. */
  get ndim() { return this.shape.length; }
  /** Number of elements. */
  get size() { return this.shape.reduce((a, b) => a * b, 1); }
  /** The dtype's name. */
  get dtype() { return wasm.dtypeOf(this[ID]); }
  /** Whether it stands for an array in a transformation. */
  get isTracer() { return wasm.isTracer(this[ID]); }
  /** The transpose. */
  get T() { return wasm.call("jax.numpy.transpose", [this]); }
  /** Its elements as a typed array, row-major; waits for the device. */
  data() { return wasm.data(this[ID]); }
  /** The same where they are on the host already. */
  dataSync() { return wasm.dataSync(this[ID]); }
  /** Its elements as nested JavaScript arrays, or a number; waits for the device. */
  async js() { return nest(await this.data(), this); }
  /** The same where they are on the host already. */
  jsSync() { return nest(this.dataSync(), this); }
  /** The one element of a scalar. */
  item() { return wasm.method(this[ID], "item", []); }
  toString() { return wasm.text(this[ID], false); }
  [Symbol.for("nodejs.util.inspect.custom")]() { return wasm.text(this[ID], true); }
  /** In arithmetic of JavaScript's a scalar is its number. */
  [Symbol.toPrimitive](hint) { return hint === "string" ? this.toString() : this.item(); }
  toJSON() { return this.jsSync(); }
  /** Along the first axis. */
  *[Symbol.iterator]() { for (let i = 0; i < this.shape[0]; i++) yield this.get(i); }
  /** `x[index]`: numbers, arrays, `slice(a, b)`, `"..."`, `null` for a new axis. */
  get(...index) { return wasm.method(this[ID], "__getitem__", [one(index)]); }
  /** `x.at[index]`, with `.set(y)`, `.add(y)`, `.get()` and kin. */
  at(...index) { return wasm.attribute(this[ID], "at").item(...index); }
}
Object.defineProperty(Array_, "name", { value: "Array" });
export { Array_ as Array };

/** A step of an index: `x.get(slice(1, 3))` is `x[1:3]`. */
export const slice = (start = null, stop = null, step = null) => wasm.makeSlice(start, stop, step);

function nest(data, { shape, dtype }) {
  const read = dtype === "bool" ? (v) => v !== 0 : dtype.startsWith("complex") ? (_, i) => ({ re: data[2 * i], im: data[2 * i + 1] }) : (v) => v;
  const flat = dtype.startsWith("complex") ? globalThis.Array.from({ length: data.length / 2 }, read) : globalThis.Array.from(data, read);
  const build = (axis, from, stride) => {
    if (axis === shape.length) return flat[from];
    const inner = shape[axis] ? stride / shape[axis] : 0;
    return globalThis.Array.from({ length: shape[axis] }, (_, i) => build(axis + 1, from + i * inner, inner));
  };
  return build(0, 0, flat.length);
}

/** Operators have methods, since JavaScript's own cannot be given a meaning. */
const OPERATORS = {
  add: "add", sub: "subtract", mul: "multiply", div: "divide", floordiv: "floor_divide", mod: "remainder", pow: "power",
  matmul: "matmul", neg: "negative", eq: "equal", ne: "not_equal", lt: "less", le: "less_equal", gt: "greater", ge: "greater_equal",
};
for (const [name, path] of Object.entries(OPERATORS)) {
  define(Array_.prototype, name, function (...args) { return wasm.call(`jax.numpy.${path}`, [this, ...args]); });
}
/** Elementwise functions read well as methods too; JAX's own array methods come on top. */
for (const name of ["abs", "exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tan", "tanh", "sign", "floor", "ceil", "square", "maximum", "minimum"]) {
  define(Array_.prototype, name, function (...args) { return wasm.call(`jax.numpy.${name}`, [this, ...args]); });
}
for (const name of [
  "all", "any", "argmax", "argmin", "argsort", "astype", "clip", "conj", "cumprod", "cumsum", "diagonal", "dot", "flatten", "max", "mean",
  "min", "nonzero", "prod", "ravel", "repeat", "reshape", "round", "sort", "squeeze", "std", "sum", "swapaxes", "take", "tolist", "trace", "transpose", "var",
]) {
  define(Array_.prototype, name, function (...args) { return wasm.method(this[ID], name, args); });
}
function define(target, name, value) {
  Object.defineProperty(value, "name", { value: name });
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

const snake = (name) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** A module of the library: its members are looked up in the engine's table when they are first used. */
function module(path) {
  const members = new Map();
  const find = (name) => {
    for (const tail of [name, snake(name)]) {
      const full = `${path}.${tail}`;
      const kind = wasm.kindOf(full);
      if (kind === "function") return callable(full);
      if (kind === "module") return module(full);
      if (kind === "constant") return wasm.constant(full);
    }
    return undefined;
  };
  return new Proxy(Object.create(null), {
    get(_, name) {
      if (typeof name === "symbol" || name === "then") return undefined;
      if (!members.has(name)) members.set(name, find(name));
      return members.get(name);
    },
    has: (_, name) => typeof name === "string" && (wasm.kindOf(`${path}.${name}`) ?? wasm.kindOf(`${path}.${snake(name)}`)) !== undefined,
  });
}

function callable(path) {
  const f = (...args) => wasm.call(path, args);
  define(f, "async", (...args) => wasm.callAsync(path, args));
  Object.defineProperty(f, "name", { value: path.slice(path.lastIndexOf(".") + 1) });
  return f;
}

/** `jax` itself: everything by its own name. */
export const jax = module("jax");
export const numpy = module("jax.numpy");
export const lax = module("jax.lax");
export const nn = module("jax.nn");
export const random = module("jax.random");
export const scipy = module("jax.scipy");
export const tree = module("jax.tree");
export { numpy as jnp };

/** Makes an array of numbers, nested arrays or a typed array. Plain numbers become floats unless `dtype` says otherwise. */
export const array = (value, options) => wasm.call("jax.numpy.array", options ? [value, options] : [value]);
export const grad = callable("jax.grad");
export const valueAndGrad = callable("jax.value_and_grad");
export const jit = callable("jax.jit");
export const vmap = callable("jax.vmap");
export const jvp = callable("jax.jvp");
export const vjp = callable("jax.vjp");
export const linearize = callable("jax.linearize");
export const jacfwd = callable("jax.jacfwd");
export const jacrev = callable("jax.jacrev");
export const hessian = callable("jax.hessian");
export const checkpoint = callable("jax.checkpoint");
export const makeJaxpr = callable("jax.make_jaxpr");

/** Sets what JAX's configuration holds (`x64`) and where to run (`backend`: auto, webgpu, cpu, reference). */
export const configure = (options) => wasm.configure(options);

/**
 * Runs a Python module. Resolves to what it printed, its diagnostics and whether it ran to its end.
 */
export const run = (source, options = {}) => wasm.runPython(source, options);

/** For tests of the memory: how many of the engine's values JavaScript still holds. */
export const heldCount = () => wasm.heldCount();
