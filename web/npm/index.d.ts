// Types of the gradlens package, generated from the engine's table by types.mjs.

/** A dtype's name, or a dtype of the library (`numpy.float32`). */
export type DTypeLike = string | object;
export type TypedArray = Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;
/** Nested JavaScript arrays of numbers. */
export type Nested = number | boolean | readonly Nested[];
/** What stands for an array: an `Array`, a number, a typed array. */
export type ArrayLike = Array | number | bigint | boolean | TypedArray;
/** A tree of arrays: arrays in JavaScript's arrays and plain objects. */
export type Tree = ArrayLike | null | readonly Tree[] | { readonly [key: string]: Tree };
/** Any argument. */
export type Arg = any;
/** Keyword arguments, as the last argument. */
export type Options = { readonly [name: string]: any };
export type Callable = (...args: any[]) => any;
/** A function of the library; `async` is the same where it may have to wait for a device. */
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
  /** `x[index]`. */
  get(...index: any[]): Array;
  /** `x.at[index]`. */
  at(...index: any[]): any;
  add(other: ArrayLike): Array;
  sub(other: ArrayLike): Array;
  mul(other: ArrayLike): Array;
  div(other: ArrayLike): Array;
  floordiv(other: ArrayLike): Array;
  mod(other: ArrayLike): Array;
  pow(other: ArrayLike): Array;
  matmul(other: ArrayLike): Array;
  eq(other: ArrayLike): Array;
  ne(other: ArrayLike): Array;
  lt(other: ArrayLike): Array;
  le(other: ArrayLike): Array;
  gt(other: ArrayLike): Array;
  ge(other: ArrayLike): Array;
  maximum(other: ArrayLike): Array;
  minimum(other: ArrayLike): Array;
  neg(): Array;
  abs(): Array;
  exp(): Array;
  log(): Array;
  log1p(): Array;
  expm1(): Array;
  sqrt(): Array;
  sin(): Array;
  cos(): Array;
  tan(): Array;
  tanh(): Array;
  sign(): Array;
  floor(): Array;
  ceil(): Array;
  square(): Array;
  /** Whether all elements are true. */
  all(axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; where?: Arg }): Array;
  /** Whether any element is true. */
  any(axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; where?: Arg }): Array;
  /** Index of the first largest element. */
  argmax(axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean }): Array;
  /** Index of the first smallest element. */
  argmin(axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean }): Array;
  /** Indices that sort an axis. */
  argsort(axis?: number | readonly number[] | null | Options, options?: { axis?: number | readonly number[] | null; kind?: Arg; order?: Arg; stable?: Arg; descending?: Arg; dtype?: DTypeLike | null }): Array;
  /** Another dtype. */
  astype(dtype: DTypeLike | null, copy?: Arg | Options, device?: Arg | Options, options?: { dtype?: DTypeLike | null; copy?: Arg; device?: Arg }): Array;
  /** min(max(x, lo), hi). */
  clip(min?: Arg | Options, max?: Arg | Options, options?: { min?: Arg; max?: Arg }): Array;
  /** Complex conjugate. */
  conj(): Array;
  /** Running product. */
  cumprod(axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg }): Array;
  /** Running sum. */
  cumsum(axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg }): Array;
  /** A diagonal of two axes. */
  diagonal(offset?: Arg | Options, axis1?: Arg | Options, axis2?: Arg | Options, options?: { offset?: Arg; axis1?: Arg; axis2?: Arg }): Array;
  /** Product of vectors, matrices and stacks. */
  dot(b: Arg, options?: { b?: Arg; precision?: Arg; preferred_element_type?: Arg; out_sharding?: Arg }): Array;
  /** A flat array. */
  flatten(order?: Arg | Options, options?: { order?: Arg; out_sharding?: Arg }): Array;
  /** Largest element; tied ones share the gradient equally. */
  max(axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }): Array;
  /** Arithmetic mean over axes. */
  mean(axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; where?: Arg }): Array;
  /** Smallest element; tied ones share the gradient equally. */
  min(axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }): Array;
  /** Indices of elements that are not zero. */
  nonzero(options?: { size?: Arg; fill_value?: Arg }): any;
  /** Product of the elements over axes. */
  prod(axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, promote_integers?: Arg | Options, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg; promote_integers?: Arg }): Array;
  /** A flat array of the elements. */
  ravel(order?: Arg | Options, options?: { order?: Arg; out_sharding?: Arg }): Array;
  /** Elements repeated. */
  repeat(repeats: Arg, axis?: number | readonly number[] | null | Options, options?: { repeats?: Arg; axis?: number | readonly number[] | null; total_repeat_length?: Arg; out_sharding?: Arg }): Array;
  /** Another shape. */
  reshape(...args: Arg[]): Array;
  /** Rounds to decimals, ties to even. */
  round(decimals?: Arg | Options, out?: Arg | Options, options?: { decimals?: Arg; out?: Arg }): Array;
  /** Sorted along an axis. */
  sort(axis?: number | readonly number[] | null | Options, options?: { axis?: number | readonly number[] | null; kind?: Arg; order?: Arg; stable?: Arg; descending?: Arg }): Array;
  /** Axes of size 1 removed. */
  squeeze(axis?: number | readonly number[] | null | Options, options?: { axis?: number | readonly number[] | null }): Array;
  /** Standard deviation over axes; its gradient is NaN where it is 0. */
  std(axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, ddof?: Arg | Options, keepdims?: boolean | Options, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; ddof?: Arg; keepdims?: boolean; where?: Arg; mean?: Arg; correction?: Arg }): Array;
  /** Sum of the elements over axes. */
  sum(axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, promote_integers?: Arg | Options, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg; promote_integers?: Arg }): Array;
  /** Two axes swapped. */
  swapaxes(axis1: Arg, axis2: Arg, options?: { axis1?: Arg; axis2?: Arg }): Array;
  /** Elements at indices; NaN out of range. */
  take(indices: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, mode?: string | null | Options, unique_indices?: Arg | Options, indices_are_sorted?: Arg | Options, fill_value?: Arg | Options, options?: { indices?: Arg; axis?: number | readonly number[] | null; out?: Arg; mode?: string | null; unique_indices?: Arg; indices_are_sorted?: Arg; fill_value?: Arg }): Array;
  /** Nested lists of Python numbers. */
  tolist(): any;
  /** Sum of a diagonal. */
  trace(offset?: Arg | Options, axis1?: Arg | Options, axis2?: Arg | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { offset?: Arg; axis1?: Arg; axis2?: Arg; dtype?: DTypeLike | null; out?: Arg }): Array;
  /** Axes reversed or permuted. */
  transpose(...args: Arg[]): Array;
  /** Variance over axes. */
  var(axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, ddof?: Arg | Options, keepdims?: boolean | Options, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; ddof?: Arg; keepdims?: boolean; where?: Arg; mean?: Arg; correction?: Arg }): Array;
}

/** Loads the engine; await it before anything else. */
export function init(options?: { module?: WebAssembly.Module | BufferSource | Response | URL | string }): Promise<void>;
/** A step of an index. */
export function slice(start?: number | null, stop?: number | null, step?: number | null): any;
/** Makes an array; plain numbers become floats unless `dtype` says otherwise. */
export function array(value: Nested | ArrayLike | readonly ArrayLike[], options?: { dtype?: DTypeLike }): Array;

/** The gradient of a scalar function, with respect to its first argument unless `argnums` says otherwise. */
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
/** A function that gives the Jaxpr of `fun` at its arguments; `toString()` shows it. */
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
export const numpy: JaxNumpy;
export const lax: JaxLax;
export const nn: JaxNn;
export const random: JaxRandom;
export const scipy: JaxScipy;
export const tree: JaxTree;
export const jnp: JaxNumpy;

/** `jax`. */
export interface Jax {
  /** A shape and a dtype without data. */
  readonly ShapeDtypeStruct: Function_<(shape: number | readonly number[], dtype: DTypeLike | null, options?: { shape?: number | readonly number[]; dtype?: DTypeLike | null; sharding?: Arg; weak_type?: Arg; vma?: Arg }) => any>;
  /** Waits for arrays to be computed. */
  readonly block_until_ready: Function_<(x: Arg, options?: { x?: Arg }) => any>;
  /** Recomputes the function in the backward pass instead of storing its residuals. */
  readonly checkpoint: Function_<(fun: Callable, options?: { fun?: Callable; prevent_cse?: Arg; policy?: Arg; static_argnums?: Arg }) => any>;
  /** A function that returns its value and its pullback. */
  readonly custom_gradient: Function_<(fun: Callable, options?: { fun?: Callable }) => any>;
  /** A function whose forward-mode rule you define. */
  readonly custom_jvp: Function_<(fun: Callable, nondiff_argnums?: Arg | Options, nondiff_argnames?: Arg | Options, options?: { fun?: Callable; nondiff_argnums?: Arg; nondiff_argnames?: Arg }) => any>;
  /** A function whose reverse-mode rule you define. */
  readonly custom_vjp: Function_<(fun: Callable, nondiff_argnums?: Arg | Options, nondiff_argnames?: Arg | Options, options?: { fun?: Callable; nondiff_argnums?: Arg; nondiff_argnames?: Arg }) => any>;
  /** A context that raises where a NaN appears. */
  readonly debug_nans: Function_<(new_val?: Arg | Options, options?: { new_val?: Arg }) => any>;
  /** The platform's name. */
  readonly default_backend: Function_<() => any>;
  /** How many devices there are. */
  readonly device_count: Function_<(backend?: Arg | Options, options?: { backend?: Arg }) => any>;
  /** The arrays as NumPy arrays. */
  readonly device_get: Function_<(x: Arg, options?: { x?: Arg }) => any>;
  /** The arrays, on the device. */
  readonly device_put: Function_<(x: Arg, device?: Arg | Options, options?: { x?: Arg; device?: Arg; src?: Arg; donate?: Arg; may_alias?: Arg }) => any>;
  /** The devices. */
  readonly devices: Function_<(backend?: Arg | Options, options?: { backend?: Arg }) => any>;
  /** A context in which jit runs its functions as they are. */
  readonly disable_jit: Function_<(disable?: Arg | Options, options?: { disable?: Arg }) => any>;
  /** A context with 64-bit types. */
  readonly enable_x64: Function_<(new_val?: Arg | Options, options?: { new_val?: Arg }) => any>;
  /** Shapes and dtypes of a function's results, without running it. */
  readonly eval_shape: Function_<(fun: Callable, ...args: Arg[]) => any>;
  /** The gradient of a scalar function. */
  readonly grad: Function_<(fun: Callable, argnums?: Arg | Options, has_aux?: boolean | Options, holomorphic?: Arg | Options, allow_int?: Arg | Options, reduce_axes?: Arg | Options, options?: { fun?: Callable; argnums?: Arg; has_aux?: boolean; holomorphic?: Arg; allow_int?: Arg; reduce_axes?: Arg }) => any>;
  /** The Hessian: forward over reverse. */
  readonly hessian: Function_<(fun: Callable, argnums?: Arg | Options, has_aux?: boolean | Options, holomorphic?: Arg | Options, options?: { fun?: Callable; argnums?: Arg; has_aux?: boolean; holomorphic?: Arg }) => any>;
  /** The Jacobian, column by column (forward mode). */
  readonly jacfwd: Function_<(fun: Callable, argnums?: Arg | Options, has_aux?: boolean | Options, holomorphic?: Arg | Options, options?: { fun?: Callable; argnums?: Arg; has_aux?: boolean; holomorphic?: Arg }) => any>;
  /** The Jacobian, row by row (reverse mode). */
  readonly jacobian: Function_<(fun: Callable, argnums?: Arg | Options, has_aux?: boolean | Options, holomorphic?: Arg | Options, allow_int?: Arg | Options, options?: { fun?: Callable; argnums?: Arg; has_aux?: boolean; holomorphic?: Arg; allow_int?: Arg }) => any>;
  /** The Jacobian, row by row (reverse mode). */
  readonly jacrev: Function_<(fun: Callable, argnums?: Arg | Options, has_aux?: boolean | Options, holomorphic?: Arg | Options, allow_int?: Arg | Options, options?: { fun?: Callable; argnums?: Arg; has_aux?: boolean; holomorphic?: Arg; allow_int?: Arg }) => any>;
  /** Stages a function once per signature and runs it as one program. */
  readonly jit: Function_<(fun?: Callable | Options, options?: { in_shardings?: Arg; out_shardings?: Arg; static_argnums?: Arg; static_argnames?: Arg; donate_argnums?: Arg; donate_argnames?: Arg; keep_unused?: Arg; device?: Arg; backend?: Arg; inline?: Arg; compiler_options?: Arg }) => any>;
  /** Forward mode: value and directional derivative. */
  readonly jvp: Function_<(fun: Callable, primals: Arg, tangents: Arg, has_aux?: boolean | Options, options?: { fun?: Callable; primals?: Arg; tangents?: Arg; has_aux?: boolean }) => any>;
  /** The transpose of a linear function. */
  readonly linear_transpose: Function_<(fun: Callable, ...primals: Arg[]) => any>;
  /** Value and the linear map at a point. */
  readonly linearize: Function_<(fun: Callable, ...primals: Arg[]) => any>;
  /** How many devices there are. */
  readonly local_device_count: Function_<(backend?: Arg | Options, options?: { backend?: Arg }) => any>;
  /** The devices. */
  readonly local_devices: Function_<(process_index?: Arg | Options, backend?: Arg | Options, host_id?: Arg | Options, options?: { process_index?: Arg; backend?: Arg; host_id?: Arg }) => any>;
  /** The Jaxpr a function traces to. */
  readonly make_jaxpr: Function_<(fun: Callable, static_argnums?: Arg | Options, axis_env?: Arg | Options, return_shape?: Arg | Options, options?: { fun?: Callable; static_argnums?: Arg; axis_env?: Arg; return_shape?: Arg }) => any>;
  /** The function itself: names are for profilers. */
  readonly named_call: Function_<(fun: Callable, options?: { fun?: Callable; name?: Arg }) => any>;
  /** As vmap: one device maps its axis itself. */
  readonly pmap: Function_<(fun: Callable, axis_name?: Arg | Options, in_axes?: Arg | Options, out_axes?: Arg | Options, options?: { fun?: Callable; axis_name?: Arg; in_axes?: Arg; out_axes?: Arg }) => any>;
  /** Recomputes the function in the backward pass instead of storing its residuals. */
  readonly remat: Function_<(fun: Callable, options?: { fun?: Callable; prevent_cse?: Arg; policy?: Arg; static_argnums?: Arg }) => any>;
  /** A scalar function's value and gradient. */
  readonly value_and_grad: Function_<(fun: Callable, argnums?: Arg | Options, has_aux?: boolean | Options, holomorphic?: Arg | Options, allow_int?: Arg | Options, reduce_axes?: Arg | Options, options?: { fun?: Callable; argnums?: Arg; has_aux?: boolean; holomorphic?: Arg; allow_int?: Arg; reduce_axes?: Arg }) => any>;
  /** Reverse mode: value and pullback. */
  readonly vjp: Function_<(fun: Callable, ...primals: Arg[]) => any>;
  /** Maps a function over an axis of its arguments. */
  readonly vmap: Function_<(fun: Callable, in_axes?: Arg | Options, out_axes?: Arg | Options, axis_name?: Arg | Options, axis_size?: Arg | Options, spmd_axis_name?: Arg | Options, options?: { fun?: Callable; in_axes?: Arg; out_axes?: Arg; axis_name?: Arg; axis_size?: Arg; spmd_axis_name?: Arg }) => any>;
  readonly Array: JaxArray;
  readonly config: JaxConfig;
  readonly debug: JaxDebug;
  readonly dtypes: JaxDtypes;
  readonly lax: JaxLax;
  readonly nn: JaxNn;
  readonly numpy: JaxNumpy;
  readonly ops: JaxOps;
  readonly random: JaxRandom;
  readonly scipy: JaxScipy;
  readonly tree: JaxTree;
  readonly tree_util: JaxTreeUtil;
}

/** `jax.Array`. */
export interface JaxArray {
  readonly at: JaxArrayAt;
}

/** `jax.Array.at`. */
export interface JaxArrayAt {
  /** Added to selected elements. */
  readonly add: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** A function applied to selected elements. */
  readonly apply: Function_<(self: Arg, index: Arg, func: Arg, options?: { self?: Arg; index?: Arg; func?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Selected elements divided. */
  readonly divide: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Selected elements. */
  readonly get: Function_<(self: Arg, index: Arg, options?: { self?: Arg; index?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; fill_value?: Arg; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Maximum with selected elements. */
  readonly max: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Minimum with selected elements. */
  readonly min: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Selected elements multiplied. */
  readonly mul: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Selected elements multiplied. */
  readonly multiply: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Selected elements raised to a power. */
  readonly power: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Selected elements replaced. */
  readonly set: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Subtracted from selected elements. */
  readonly subtract: Function_<(self: Arg, index: Arg, values: Arg, options?: { self?: Arg; index?: Arg; values?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; mode?: string | null; out_sharding?: Arg; wrap_negative_indices?: Arg }) => Array>;
}

/** `jax.config`. */
export interface JaxConfig {
  /** The value of a configuration option. */
  readonly read: Function_<(name: Arg, options?: { name?: Arg }) => any>;
  /** Changes a configuration option. */
  readonly update: Function_<(name: Arg, val: Arg, options?: { name?: Arg; val?: Arg }) => any>;
}

/** `jax.debug`. */
export interface JaxDebug {
  /** Prints values when they are computed, also inside jit, vmap and grad. */
  readonly print: Function_<(fmt: Arg, ...args: Arg[]) => any>;
}

/** `jax.dtypes`. */
export interface JaxDtypes {
  readonly bfloat16: any;
  readonly extended: any;
  readonly float0: any;
  readonly prng_key: any;
}

/** `jax.lax`. */
export interface JaxLax {
  /** Absolute value. */
  readonly abs: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Inverse cosine. */
  readonly acos: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Inverse hyperbolic cosine. */
  readonly acosh: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x + y. */
  readonly add: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Index of the largest. */
  readonly argmax: Function_<(operand: Arg, axis: number | readonly number[] | null, index_dtype: Arg, options?: { operand?: Arg; axis?: number | readonly number[] | null; index_dtype?: Arg }) => Array>;
  /** Index of the smallest. */
  readonly argmin: Function_<(operand: Arg, axis: number | readonly number[] | null, index_dtype: Arg, options?: { operand?: Arg; axis?: number | readonly number[] | null; index_dtype?: Arg }) => Array>;
  /** Inverse sine. */
  readonly asin: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Inverse hyperbolic sine. */
  readonly asinh: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** A scan by an associative function, in logarithmic depth. */
  readonly associative_scan: Function_<(fn: Callable, elems: Arg, reverse?: boolean | Options, axis?: number | readonly number[] | null | Options, options?: { fn?: Callable; elems?: Arg; reverse?: boolean; axis?: number | readonly number[] | null }) => any>;
  /** Inverse tangent. */
  readonly atan: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Angle of the point (y, x). */
  readonly atan2: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Inverse hyperbolic tangent. */
  readonly atanh: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** The position along a named axis. */
  readonly axis_index: Function_<(axis_name: Arg, options?: { axis_name?: Arg }) => Array>;
  /** Batched matrix product. */
  readonly batch_matmul: Function_<(lhs: Arg, rhs: Arg, precision?: Arg | Options, options?: { lhs?: Arg; rhs?: Arg; precision?: Arg }) => Array>;
  /** Scaled Bessel function of order 0. */
  readonly bessel_i0e: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Scaled Bessel function of order 1. */
  readonly bessel_i1e: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Regularized incomplete beta function. */
  readonly betainc: Function_<(a: Arg, b: Arg, x: Arg, options?: { a?: Arg; b?: Arg; x?: Arg }) => Array>;
  /** The same bits as another dtype. */
  readonly bitcast_convert_type: Function_<(operand: Arg, new_dtype: Arg, options?: { operand?: Arg; new_dtype?: Arg }) => Array>;
  /** x & y. */
  readonly bitwise_and: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Bitwise not. */
  readonly bitwise_not: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x | y. */
  readonly bitwise_or: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** x ^ y. */
  readonly bitwise_xor: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** New leading axes. */
  readonly broadcast: Function_<(operand: Arg, sizes: Arg, options?: { operand?: Arg; sizes?: Arg; out_sharding?: Arg }) => Array>;
  /** Axes placed in a larger shape. */
  readonly broadcast_in_dim: Function_<(operand: Arg, shape: number | readonly number[], broadcast_dimensions: Arg, options?: { operand?: Arg; shape?: number | readonly number[]; broadcast_dimensions?: Arg; out_sharding?: Arg }) => Array>;
  /** The shape that shapes broadcast to. */
  readonly broadcast_shapes: Function_<(...shapes: Arg[]) => any>;
  /** Positions along an axis. */
  readonly broadcasted_iota: Function_<(dtype: DTypeLike | null, shape: number | readonly number[], dimension: Arg, options?: { dtype?: DTypeLike | null; shape?: number | readonly number[]; dimension?: Arg; out_sharding?: Arg }) => Array>;
  /** Cube root. */
  readonly cbrt: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Rounded up. */
  readonly ceil: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x clipped; derivative 0 at the bounds. */
  readonly clamp: Function_<(min: Arg, x: Arg, max: Arg, options?: { min?: Arg; x?: Arg; max?: Arg }) => Array>;
  /** Leading zero bits. */
  readonly clz: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Axes merged. */
  readonly collapse: Function_<(operand: Arg, start_dimension: Arg, stop_dimension?: Arg | Options, options?: { operand?: Arg; start_dimension?: Arg; stop_dimension?: Arg }) => Array>;
  /** x + 1j * y. */
  readonly complex: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Arrays joined. */
  readonly concatenate: Function_<(operands: Arg, dimension: Arg, options?: { operands?: Arg; dimension?: Arg }) => Array>;
  /** Runs one of two functions, chosen by a scalar predicate. */
  readonly cond: Function_<(pred: Arg, ...args: Arg[]) => any>;
  /** Complex conjugate. */
  readonly conj: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Convolution, batch and feature axes first. */
  readonly conv: Function_<(lhs: Arg, rhs: Arg, window_strides: Arg, padding: Arg, precision?: Arg | Options, preferred_element_type?: Arg | Options, options?: { lhs?: Arg; rhs?: Arg; window_strides?: Arg; padding?: Arg; precision?: Arg; preferred_element_type?: Arg }) => Array>;
  /** Convolution with strides, dilations and groups. */
  readonly conv_general_dilated: Function_<(lhs: Arg, rhs: Arg, window_strides: Arg, padding: Arg, lhs_dilation?: Arg | Options, rhs_dilation?: Arg | Options, dimension_numbers?: Arg | Options, feature_group_count?: Arg | Options, batch_group_count?: Arg | Options, precision?: Arg | Options, preferred_element_type?: Arg | Options, out_sharding?: Arg | Options, options?: { lhs?: Arg; rhs?: Arg; window_strides?: Arg; padding?: Arg; lhs_dilation?: Arg; rhs_dilation?: Arg; dimension_numbers?: Arg; feature_group_count?: Arg; batch_group_count?: Arg; precision?: Arg; preferred_element_type?: Arg; out_sharding?: Arg }) => Array>;
  /** Transposed (fractionally strided) convolution. */
  readonly conv_transpose: Function_<(lhs: Arg, rhs: Arg, strides: Arg, padding: Arg, rhs_dilation?: Arg | Options, dimension_numbers?: Arg | Options, transpose_kernel?: Arg | Options, precision?: Arg | Options, preferred_element_type?: Arg | Options, use_consistent_padding?: Arg | Options, options?: { lhs?: Arg; rhs?: Arg; strides?: Arg; padding?: Arg; rhs_dilation?: Arg; dimension_numbers?: Arg; transpose_kernel?: Arg; precision?: Arg; preferred_element_type?: Arg; use_consistent_padding?: Arg }) => Array>;
  /** Convolution with dilations, batch and feature axes first. */
  readonly conv_with_general_padding: Function_<(lhs: Arg, rhs: Arg, window_strides: Arg, padding: Arg, lhs_dilation: Arg, rhs_dilation: Arg, precision?: Arg | Options, preferred_element_type?: Arg | Options, options?: { lhs?: Arg; rhs?: Arg; window_strides?: Arg; padding?: Arg; lhs_dilation?: Arg; rhs_dilation?: Arg; precision?: Arg; preferred_element_type?: Arg }) => Array>;
  /** Another dtype. */
  readonly convert_element_type: Function_<(operand: Arg, new_dtype: Arg, options?: { operand?: Arg; new_dtype?: Arg }) => Array>;
  /** Cosine. */
  readonly cos: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Hyperbolic cosine. */
  readonly cosh: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Running log of sums of exponentials. */
  readonly cumlogsumexp: Function_<(operand: Arg, axis?: number | readonly number[] | null | Options, reverse?: boolean | Options, options?: { operand?: Arg; axis?: number | readonly number[] | null; reverse?: boolean }) => Array>;
  /** Running maximum. */
  readonly cummax: Function_<(operand: Arg, axis?: number | readonly number[] | null | Options, reverse?: boolean | Options, options?: { operand?: Arg; axis?: number | readonly number[] | null; reverse?: boolean }) => Array>;
  /** Running minimum. */
  readonly cummin: Function_<(operand: Arg, axis?: number | readonly number[] | null | Options, reverse?: boolean | Options, options?: { operand?: Arg; axis?: number | readonly number[] | null; reverse?: boolean }) => Array>;
  /** Running product. */
  readonly cumprod: Function_<(operand: Arg, axis?: number | readonly number[] | null | Options, reverse?: boolean | Options, options?: { operand?: Arg; axis?: number | readonly number[] | null; reverse?: boolean }) => Array>;
  /** Running sum. */
  readonly cumsum: Function_<(operand: Arg, axis?: number | readonly number[] | null | Options, reverse?: boolean | Options, options?: { operand?: Arg; axis?: number | readonly number[] | null; reverse?: boolean }) => Array>;
  /** Derivative of lgamma. */
  readonly digamma: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x / y; towards zero for integers. */
  readonly div: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Product of vectors and matrices. */
  readonly dot: Function_<(lhs: Arg, rhs: Arg, options?: { lhs?: Arg; rhs?: Arg; dimension_numbers?: Arg; precision?: Arg; preferred_element_type?: Arg; out_sharding?: Arg }) => Array>;
  /** General contraction. */
  readonly dot_general: Function_<(lhs: Arg, rhs: Arg, dimension_numbers: Arg, precision?: Arg | Options, preferred_element_type?: Arg | Options, options?: { lhs?: Arg; rhs?: Arg; dimension_numbers?: Arg; precision?: Arg; preferred_element_type?: Arg; out_sharding?: Arg }) => Array>;
  /** One traced position of one axis. */
  readonly dynamic_index_in_dim: Function_<(operand: Arg, index: Arg, axis?: number | readonly number[] | null | Options, keepdims?: boolean | Options, options?: { operand?: Arg; index?: Arg; axis?: number | readonly number[] | null; keepdims?: boolean; allow_negative_indices?: Arg }) => Array>;
  /** A slice at traced indices. */
  readonly dynamic_slice: Function_<(operand: Arg, start_indices: Arg, slice_sizes: Arg, options?: { operand?: Arg; start_indices?: Arg; slice_sizes?: Arg; allow_negative_indices?: Arg }) => Array>;
  /** A slice of one axis at a traced index. */
  readonly dynamic_slice_in_dim: Function_<(operand: Arg, start_index: Arg, slice_size: Arg, axis?: number | readonly number[] | null | Options, options?: { operand?: Arg; start_index?: Arg; slice_size?: Arg; axis?: number | readonly number[] | null; allow_negative_indices?: Arg }) => Array>;
  /** One position of one axis replaced. */
  readonly dynamic_update_index_in_dim: Function_<(operand: Arg, update: Arg, index: Arg, axis: number | readonly number[] | null, options?: { operand?: Arg; update?: Arg; index?: Arg; axis?: number | readonly number[] | null; allow_negative_indices?: Arg }) => Array>;
  /** A slice replaced at traced indices. */
  readonly dynamic_update_slice: Function_<(operand: Arg, update: Arg, start_indices: Arg, options?: { operand?: Arg; update?: Arg; start_indices?: Arg; allow_negative_indices?: Arg }) => Array>;
  /** A slice of one axis replaced. */
  readonly dynamic_update_slice_in_dim: Function_<(operand: Arg, update: Arg, start_index: Arg, axis: number | readonly number[] | null, options?: { operand?: Arg; update?: Arg; start_index?: Arg; axis?: number | readonly number[] | null; allow_negative_indices?: Arg }) => Array>;
  /** x == y. */
  readonly eq: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Error function. */
  readonly erf: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Inverse error function. */
  readonly erf_inv: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 1 - erf(x). */
  readonly erfc: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Exponential. */
  readonly exp: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Two to the power x. */
  readonly exp2: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** New axes of size 1. */
  readonly expand_dims: Function_<(array: Arg, dimensions: Arg, options?: { array?: Arg; dimensions?: Arg }) => Array>;
  /** exp(x) - 1. */
  readonly expm1: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Rounded down. */
  readonly floor: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** A counted loop. */
  readonly fori_loop: Function_<(lower: Arg, upper: Arg, body_fun: Callable, init_val: Arg, options?: { lower?: Arg; upper?: Arg; body_fun?: Callable; init_val?: Arg; unroll?: Arg }) => Array>;
  /** A constant array. */
  readonly full: Function_<(shape: number | readonly number[], fill_value: Arg, dtype?: DTypeLike | null | Options, options?: { shape?: number | readonly number[]; fill_value?: Arg; dtype?: DTypeLike | null; sharding?: Arg }) => Array>;
  /** A constant array of the same shape. */
  readonly full_like: Function_<(x: Arg, fill_value: Arg, dtype?: DTypeLike | null | Options, shape?: number | readonly number[] | Options, options?: { x?: Arg; fill_value?: Arg; dtype?: DTypeLike | null; shape?: number | readonly number[]; sharding?: Arg }) => Array>;
  /** x >= y. */
  readonly ge: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** x > y. */
  readonly gt: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Lower incomplete gamma function. */
  readonly igamma: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Upper incomplete gamma function. */
  readonly igammac: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Imaginary part. */
  readonly imag: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** One position of one axis. */
  readonly index_in_dim: Function_<(operand: Arg, index: Arg, axis?: number | readonly number[] | null | Options, keepdims?: boolean | Options, options?: { operand?: Arg; index?: Arg; axis?: number | readonly number[] | null; keepdims?: boolean }) => Array>;
  /** x to a static integer power. */
  readonly integer_pow: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** 0, 1, 2, ... */
  readonly iota: Function_<(dtype: DTypeLike | null, size: Arg, options?: { dtype?: DTypeLike | null; size?: Arg }) => Array>;
  /** Neither infinite nor NaN. */
  readonly is_finite: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x <= y. */
  readonly le: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** log |gamma(x)|. */
  readonly lgamma: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Natural logarithm. */
  readonly log: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** log(1 + x). */
  readonly log1p: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 1 / (1 + exp(-x)). */
  readonly logistic: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x < y. */
  readonly lt: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Applies a function to leading slices, one after another. */
  readonly map: Function_<(f: Callable, xs: Arg, options?: { f?: Callable; xs?: Arg; batch_size?: Arg }) => any>;
  /** The larger; a tie shares the gradient. */
  readonly max: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** The smaller; a tie shares the gradient. */
  readonly min: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** x * y. */
  readonly mul: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** x != y. */
  readonly ne: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** -x. */
  readonly neg: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** The next float from x towards y. */
  readonly nextafter: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Low, high and interior padding. */
  readonly pad: Function_<(operand: Arg, padding_value: Arg, padding_config: Arg, options?: { operand?: Arg; padding_value?: Arg; padding_config?: Arg }) => Array>;
  /** Maximum over a named axis. */
  readonly pmax: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Mean over a named axis. */
  readonly pmean: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Minimum over a named axis. */
  readonly pmin: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Derivatives of digamma. */
  readonly polygamma: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Number of one bits. */
  readonly population_count: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x to the power y. */
  readonly pow: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Sum over a named axis. */
  readonly psum: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Real part. */
  readonly real: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 1 / x. */
  readonly reciprocal: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Reduction by any associative function. */
  readonly reduce: Function_<(operands: Arg, init_values: Arg, computation: Arg, dimensions: Arg, out_sharding?: Arg | Options, options?: { operands?: Arg; init_values?: Arg; computation?: Arg; dimensions?: Arg; out_sharding?: Arg }) => Array>;
  /** Logical and over axes. */
  readonly reduce_and: Function_<(operand: Arg, axes: number | readonly number[] | null, options?: { operand?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Maximum over axes. */
  readonly reduce_max: Function_<(operand: Arg, axes: number | readonly number[] | null, options?: { operand?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Minimum over axes. */
  readonly reduce_min: Function_<(operand: Arg, axes: number | readonly number[] | null, options?: { operand?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Logical or over axes. */
  readonly reduce_or: Function_<(operand: Arg, axes: number | readonly number[] | null, options?: { operand?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Rounded to fewer bits. */
  readonly reduce_precision: Function_<(operand: Arg, exponent_bits: Arg, mantissa_bits: Arg, options?: { operand?: Arg; exponent_bits?: Arg; mantissa_bits?: Arg }) => Array>;
  /** Product over axes. */
  readonly reduce_prod: Function_<(operand: Arg, axes: number | readonly number[] | null, options?: { operand?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Sum over axes. */
  readonly reduce_sum: Function_<(operand: Arg, axes: number | readonly number[] | null, options?: { operand?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Reductions over sliding windows. */
  readonly reduce_window: Function_<(operand: Arg, init_value: Arg, computation: Arg, window_dimensions: Arg, window_strides: Arg, padding: Arg, base_dilation?: Arg | Options, window_dilation?: Arg | Options, options?: { operand?: Arg; init_value?: Arg; computation?: Arg; window_dimensions?: Arg; window_strides?: Arg; padding?: Arg; base_dilation?: Arg; window_dilation?: Arg }) => Array>;
  /** Exclusive or over axes. */
  readonly reduce_xor: Function_<(operand: Arg, axes: number | readonly number[] | null, options?: { operand?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Remainder with the sign of x. */
  readonly rem: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Another shape. */
  readonly reshape: Function_<(operand: Arg, new_sizes: Arg, dimensions?: Arg | Options, options?: { operand?: Arg; new_sizes?: Arg; dimensions?: Arg; out_sharding?: Arg }) => Array>;
  /** Axes reversed. */
  readonly rev: Function_<(operand: Arg, dimensions: Arg, options?: { operand?: Arg; dimensions?: Arg }) => Array>;
  /** Rounded to integers. */
  readonly round: Function_<(x: Arg, rounding_method?: Arg | Options, options?: { x?: Arg; rounding_method?: Arg }) => Array>;
  /** 1 / sqrt(x). */
  readonly rsqrt: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Threads a carry through leading slices, stacking results. */
  readonly scan: Function_<(f: Callable, init: Arg, xs?: Arg | Options, length?: number | null | Options, reverse?: boolean | Options, unroll?: Arg | Options, _split_transpose?: Arg | Options, options?: { f?: Callable; init?: Arg; xs?: Arg; length?: number | null; reverse?: boolean; unroll?: Arg; _split_transpose?: Arg }) => any>;
  /** Elementwise choice. */
  readonly select: Function_<(pred: Arg, on_true: Arg, on_false: Arg, options?: { pred?: Arg; on_true?: Arg; on_false?: Arg }) => Array>;
  /** Elementwise choice among cases. */
  readonly select_n: Function_<(which: Arg, ...cases: Arg[]) => Array>;
  /** x << y. */
  readonly shift_left: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** x >> y with the sign. */
  readonly shift_right_arithmetic: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** x >> y with zeros. */
  readonly shift_right_logical: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Sign. */
  readonly sign: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Sine. */
  readonly sin: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Hyperbolic sine. */
  readonly sinh: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** A static slice. */
  readonly slice: Function_<(operand: Arg, start_indices: Arg, limit_indices: Arg, strides?: Arg | Options, options?: { operand?: Arg; start_indices?: Arg; limit_indices?: Arg; strides?: Arg }) => Array>;
  /** A static slice of one axis. */
  readonly slice_in_dim: Function_<(operand: Arg, start_index: Arg, limit_index: Arg, stride?: Arg | Options, axis?: number | readonly number[] | null | Options, options?: { operand?: Arg; start_index?: Arg; limit_index?: Arg; stride?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Sorted along an axis. */
  readonly sort: Function_<(operand: Arg, dimension?: Arg | Options, is_stable?: Arg | Options, num_keys?: Arg | Options, options?: { operand?: Arg; dimension?: Arg; is_stable?: Arg; num_keys?: Arg }) => Array>;
  /** Values sorted by keys. */
  readonly sort_key_val: Function_<(keys: Arg, values: Arg, dimension?: Arg | Options, is_stable?: Arg | Options, options?: { keys?: Arg; values?: Arg; dimension?: Arg; is_stable?: Arg }) => any>;
  /** Pieces of given sizes. */
  readonly split: Function_<(operand: Arg, sizes: Arg, axis?: number | readonly number[] | null | Options, options?: { operand?: Arg; sizes?: Arg; axis?: number | readonly number[] | null }) => any>;
  /** Square root. */
  readonly sqrt: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x * x. */
  readonly square: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Axes of size 1 removed. */
  readonly squeeze: Function_<(array: Arg, dimensions: Arg, options?: { array?: Arg; dimensions?: Arg }) => Array>;
  /** The value, without its derivative. */
  readonly stop_gradient: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x - y. */
  readonly sub: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Runs one of several functions, chosen by an index. */
  readonly switch: Function_<(index: Arg, branches: Arg, ...operands: Arg[]) => any>;
  /** Tangent. */
  readonly tan: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Hyperbolic tangent. */
  readonly tanh: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** The value, without its derivative. */
  readonly tie_in: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** The k largest and their indices. */
  readonly top_k: Function_<(operand: Arg, k: Arg, options?: { operand?: Arg; k?: Arg; axis?: number | readonly number[] | null; recall_target?: Arg }) => any>;
  /** Axes permuted. */
  readonly transpose: Function_<(operand: Arg, permutation: Arg, options?: { operand?: Arg; permutation?: Arg }) => Array>;
  /** Repeats a function while a predicate holds. */
  readonly while_loop: Function_<(cond_fun: Callable, body_fun: Callable, init_val: Arg, options?: { cond_fun?: Callable; body_fun?: Callable; init_val?: Arg }) => any>;
  /** Hurwitz zeta function. */
  readonly zeta: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
}

/** `jax.nn`. */
export interface JaxNn {
  /** max(x, 0) + alpha * expm1(min(x, 0) / alpha). */
  readonly celu: Function_<(x: Arg, alpha?: Arg | Options, options?: { x?: Arg; alpha?: Arg }) => Array>;
  /** x, or alpha * expm1(x) below 0. */
  readonly elu: Function_<(x: Arg, alpha?: Arg | Options, options?: { x?: Arg; alpha?: Arg }) => Array>;
  /** x times the normal distribution function of x. */
  readonly gelu: Function_<(x: Arg, approximate?: Arg | Options, options?: { x?: Arg; approximate?: Arg }) => Array>;
  /** First half times sigmoid of the second. */
  readonly glu: Function_<(x: Arg, axis?: number | readonly number[] | null | Options, options?: { x?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** relu6(x + 3) / 6. */
  readonly hard_sigmoid: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x * hard_sigmoid(x). */
  readonly hard_silu: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x * hard_sigmoid(x). */
  readonly hard_swish: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x clipped to [-1, 1]. */
  readonly hard_tanh: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x. */
  readonly identity: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x, or negative_slope * x below 0. */
  readonly leaky_relu: Function_<(x: Arg, negative_slope?: Arg | Options, options?: { x?: Arg; negative_slope?: Arg }) => Array>;
  /** log(1 - exp(-x)). */
  readonly log1mexp: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** -softplus(-x). */
  readonly log_sigmoid: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** log(softmax(x)). */
  readonly log_softmax: Function_<(x: Arg, axis?: number | readonly number[] | null | Options, where?: Arg | Options, options?: { x?: Arg; axis?: number | readonly number[] | null; where?: Arg }) => Array>;
  /** log(mean(exp(x))). */
  readonly logmeanexp: Function_<(x: Arg, axis?: number | readonly number[] | null | Options, where?: Arg | Options, keepdims?: boolean | Options, options?: { x?: Arg; axis?: number | readonly number[] | null; where?: Arg; keepdims?: boolean }) => Array>;
  /** log(sum(exp(a))) without overflow. */
  readonly logsumexp: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, b?: Arg | Options, keepdims?: boolean | Options, return_sign?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; b?: Arg; keepdims?: boolean; return_sign?: Arg; where?: Arg }) => Array>;
  /** x * tanh(softplus(x)). */
  readonly mish: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 1 at index x, else 0. */
  readonly one_hot: Function_<(x: Arg, num_classes: Arg, options?: { x?: Arg; num_classes?: Arg; dtype?: DTypeLike | null; axis?: number | readonly number[] | null }) => Array>;
  /** max(x, 0); derivative 0 at 0. */
  readonly relu: Function_<(x: Arg) => Array>;
  /** min(max(x, 0), 6); derivative 0 at both ends. */
  readonly relu6: Function_<(x: Arg) => Array>;
  /** Scaled exponential linear unit. */
  readonly selu: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 1 / (1 + exp(-x)). */
  readonly sigmoid: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x * sigmoid(x). */
  readonly silu: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x / (1 + |x|). */
  readonly soft_sign: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** exp(x) / sum(exp(x)). */
  readonly softmax: Function_<(x: Arg, axis?: number | readonly number[] | null | Options, where?: Arg | Options, options?: { x?: Arg; axis?: number | readonly number[] | null; where?: Arg }) => Array>;
  /** log(1 + exp(x)). */
  readonly softplus: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 0, a parabola, then x. */
  readonly sparse_plus: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 0.5 * clip(x + 1, 0, 2). */
  readonly sparse_sigmoid: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** (x + sqrt(x**2 + b)) / 2. */
  readonly squareplus: Function_<(x: Arg, b?: Arg | Options, options?: { x?: Arg; b?: Arg }) => Array>;
  /** Subtracts the mean and divides by the standard deviation. */
  readonly standardize: Function_<(x: Arg, axis?: number | readonly number[] | null | Options, mean?: Arg | Options, variance?: Arg | Options, epsilon?: Arg | Options, where?: Arg | Options, options?: { x?: Arg; axis?: number | readonly number[] | null; mean?: Arg; variance?: Arg; epsilon?: Arg; where?: Arg; algorithm?: Arg }) => Array>;
  /** x * sigmoid(x). */
  readonly swish: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  readonly initializers: JaxNnInitializers;
}

/** `jax.nn.initializers`. */
export interface JaxNnInitializers {
  /** Constant weights. */
  readonly constant: Function_<(value: Arg, dtype?: DTypeLike | null | Options, options?: { value?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Normal weights, variance 2 / (fan_in + fan_out). */
  readonly glorot_normal: Function_<(in_axis?: Arg | Options, out_axis?: Arg | Options, batch_axis?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { in_axis?: Arg; out_axis?: Arg; batch_axis?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Uniform weights, variance 2 / (fan_in + fan_out). */
  readonly glorot_uniform: Function_<(in_axis?: Arg | Options, out_axis?: Arg | Options, batch_axis?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { in_axis?: Arg; out_axis?: Arg; batch_axis?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Normal weights, variance 2 / fan_in. */
  readonly he_normal: Function_<(in_axis?: Arg | Options, out_axis?: Arg | Options, batch_axis?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { in_axis?: Arg; out_axis?: Arg; batch_axis?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Uniform weights, variance 2 / fan_in. */
  readonly he_uniform: Function_<(in_axis?: Arg | Options, out_axis?: Arg | Options, batch_axis?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { in_axis?: Arg; out_axis?: Arg; batch_axis?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Normal weights, variance 1 / fan_in. */
  readonly lecun_normal: Function_<(in_axis?: Arg | Options, out_axis?: Arg | Options, batch_axis?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { in_axis?: Arg; out_axis?: Arg; batch_axis?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Uniform weights, variance 1 / fan_in. */
  readonly lecun_uniform: Function_<(in_axis?: Arg | Options, out_axis?: Arg | Options, batch_axis?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { in_axis?: Arg; out_axis?: Arg; batch_axis?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Normal weights. */
  readonly normal: Function_<(stddev?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { stddev?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Ones. */
  readonly ones: Function_<(key: Arg, shape: number | readonly number[], dtype?: DTypeLike | null | Options, out_sharding?: Arg | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Uniform weights in [0, scale). */
  readonly uniform: Function_<(scale?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { scale?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Weights of a variance set by the fans. */
  readonly variance_scaling: Function_<(scale: Arg, mode: string | null, distribution: Arg, in_axis?: Arg | Options, out_axis?: Arg | Options, batch_axis?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { scale?: Arg; mode?: string | null; distribution?: Arg; in_axis?: Arg; out_axis?: Arg; batch_axis?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Zeros. */
  readonly zeros: Function_<(key: Arg, shape: number | readonly number[], dtype?: DTypeLike | null | Options, out_sharding?: Arg | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
}

/** `jax.numpy`. */
export interface JaxNumpy {
  /** Absolute value. */
  readonly abs: Function_<(x: Arg) => Array>;
  /** Absolute value. */
  readonly absolute: Function_<(x: Arg) => Array>;
  /** Inverse cosine. */
  readonly acos: Function_<(x: Arg) => Array>;
  /** Inverse hyperbolic cosine. */
  readonly acosh: Function_<(x: Arg) => Array>;
  /** x + y. */
  readonly add: Function_<(x: Arg, y: Arg) => Array>;
  /** Whether all elements are true. */
  readonly all: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; where?: Arg }) => Array>;
  /** Whether all elements are equal up to a tolerance. */
  readonly allclose: Function_<(a: Arg, b: Arg, rtol?: Arg | Options, atol?: Arg | Options, equal_nan?: Arg | Options, options?: { a?: Arg; b?: Arg; rtol?: Arg; atol?: Arg; equal_nan?: Arg }) => any>;
  /** Largest element; tied ones share the gradient equally. */
  readonly amax: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** Smallest element; tied ones share the gradient equally. */
  readonly amin: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** Argument of a complex number. */
  readonly angle: Function_<(z: Arg, deg?: Arg | Options, options?: { z?: Arg; deg?: Arg }) => Array>;
  /** Whether any element is true. */
  readonly any: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; where?: Arg }) => Array>;
  /** Values joined to the end. */
  readonly append: Function_<(arr: Arg, values: Arg, axis?: number | readonly number[] | null | Options, options?: { arr?: Arg; values?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Evenly spaced numbers from start up to stop; sizes must be static. */
  readonly arange: Function_<(start: Arg, stop?: Arg | Options, step?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { start?: Arg; stop?: Arg; step?: Arg; dtype?: DTypeLike | null; device?: Arg; out_sharding?: Arg }) => Array>;
  /** Inverse cosine. */
  readonly arccos: Function_<(x: Arg) => Array>;
  /** Inverse hyperbolic cosine. */
  readonly arccosh: Function_<(x: Arg) => Array>;
  /** Inverse sine. */
  readonly arcsin: Function_<(x: Arg) => Array>;
  /** Inverse hyperbolic sine. */
  readonly arcsinh: Function_<(x: Arg) => Array>;
  /** Inverse tangent. */
  readonly arctan: Function_<(x: Arg) => Array>;
  /** Angle of the point (x2, x1). */
  readonly arctan2: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Inverse hyperbolic tangent. */
  readonly arctanh: Function_<(x: Arg) => Array>;
  /** Index of the first largest element. */
  readonly argmax: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean }) => Array>;
  /** Index of the first smallest element. */
  readonly argmin: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean }) => Array>;
  /** Indices that partition an axis. */
  readonly argpartition: Function_<(a: Arg, kth: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; kth?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Indices that sort an axis. */
  readonly argsort: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; kind?: Arg; order?: Arg; stable?: Arg; descending?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Coordinates of elements that are not zero. */
  readonly argwhere: Function_<(a: Arg, options?: { a?: Arg; size?: Arg; fill_value?: Arg }) => Array>;
  /** Rounds to decimals, ties to even. */
  readonly around: Function_<(a: Arg, decimals?: Arg | Options, out?: Arg | Options, options?: { a?: Arg; decimals?: Arg; out?: Arg }) => Array>;
  /** An array of numbers, lists or arrays. */
  readonly array: Function_<(object: Arg, dtype?: DTypeLike | null | Options, copy?: Arg | Options, order?: Arg | Options, ndmin?: Arg | Options, options?: { object?: Arg; dtype?: DTypeLike | null; copy?: Arg; order?: Arg; ndmin?: Arg; device?: Arg; out_sharding?: Arg }) => Array>;
  /** Same shape and elements. */
  readonly array_equal: Function_<(a1: Arg, a2: Arg, equal_nan?: Arg | Options, options?: { a1?: Arg; a2?: Arg; equal_nan?: Arg }) => any>;
  /** Same elements after broadcasting. */
  readonly array_equiv: Function_<(a1: Arg, a2: Arg, options?: { a1?: Arg; a2?: Arg }) => Array>;
  /** Pieces of an axis, perhaps unequal. */
  readonly array_split: Function_<(ary: Arg, indices_or_sections: Arg, axis?: number | readonly number[] | null | Options, options?: { ary?: Arg; indices_or_sections?: Arg; axis?: number | readonly number[] | null }) => any>;
  /** Its argument as an array. */
  readonly asarray: Function_<(a: Arg, dtype?: DTypeLike | null | Options, order?: Arg | Options, options?: { a?: Arg; dtype?: DTypeLike | null; order?: Arg; copy?: Arg; device?: Arg; out_sharding?: Arg }) => Array>;
  /** Inverse sine. */
  readonly asin: Function_<(x: Arg) => Array>;
  /** Inverse hyperbolic sine. */
  readonly asinh: Function_<(x: Arg) => Array>;
  /** Another dtype. */
  readonly astype: Function_<(x: Arg, dtype: DTypeLike | null, options?: { copy?: Arg; device?: Arg }) => Array>;
  /** Inverse tangent. */
  readonly atan: Function_<(x: Arg) => Array>;
  /** Angle of the point (x2, x1). */
  readonly atan2: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Inverse hyperbolic tangent. */
  readonly atanh: Function_<(x: Arg) => Array>;
  /** At least one axis. */
  readonly atleast_1d: Function_<(...arys: Arg[]) => any>;
  /** At least two axes. */
  readonly atleast_2d: Function_<(...arys: Arg[]) => any>;
  /** At least three axes. */
  readonly atleast_3d: Function_<(...arys: Arg[]) => any>;
  /** Weighted mean. */
  readonly average: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, weights?: Arg | Options, returned?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; weights?: Arg; returned?: Arg; keepdims?: boolean }) => any>;
  /** Triangular window. */
  readonly bartlett: Function_<(M: Arg, options?: { M?: Arg }) => Array>;
  readonly bfloat16: any;
  /** How often each integer occurs. */
  readonly bincount: Function_<(x: Arg, weights?: Arg | Options, minlength?: Arg | Options, options?: { x?: Arg; weights?: Arg; minlength?: Arg; length?: number | null; out_sharding?: Arg }) => Array>;
  /** x & y. */
  readonly bitwise_and: Function_<(x: Arg, y: Arg) => Array>;
  /** Number of one bits of |x|. */
  readonly bitwise_count: Function_<(x: Arg) => Array>;
  /** Bitwise not. */
  readonly bitwise_invert: Function_<(x: Arg) => Array>;
  /** x << y. */
  readonly bitwise_left_shift: Function_<(x: Arg, y: Arg) => Array>;
  /** Bitwise not. */
  readonly bitwise_not: Function_<(x: Arg) => Array>;
  /** x | y. */
  readonly bitwise_or: Function_<(x: Arg, y: Arg) => Array>;
  /** x1 >> x2. */
  readonly bitwise_right_shift: Function_<(x1: Arg, x2: Arg) => Array>;
  /** x ^ y. */
  readonly bitwise_xor: Function_<(x: Arg, y: Arg) => Array>;
  /** Blackman window. */
  readonly blackman: Function_<(M: Arg, options?: { M?: Arg }) => Array>;
  /** An array from nested lists of blocks. */
  readonly block: Function_<(arrays: Arg, options?: { arrays?: Arg }) => Array>;
  readonly bool: any;
  readonly bool_: any;
  /** Arrays broadcast against each other. */
  readonly broadcast_arrays: Function_<(...args: Arg[]) => any>;
  /** The shape that shapes broadcast to. */
  readonly broadcast_shapes: Function_<(...shapes: Arg[]) => any>;
  /** Repeated to a shape by broadcasting. */
  readonly broadcast_to: Function_<(array: Arg, shape: number | readonly number[], options?: { array?: Arg; shape?: number | readonly number[]; out_sharding?: Arg }) => Array>;
  readonly c_: any;
  /** Whether a cast keeps values. */
  readonly can_cast: Function_<(from_: Arg, to: Arg, casting?: Arg | Options, options?: { from_?: Arg; to?: Arg; casting?: Arg }) => Array>;
  /** Cube root. */
  readonly cbrt: Function_<(x: Arg) => Array>;
  readonly cdouble: any;
  /** Smallest integer not below x. */
  readonly ceil: Function_<(x: Arg) => Array>;
  /** min(max(x, lo), hi); at a bound half the gradient passes. */
  readonly clip: Function_<(arr?: Arg | Options, min?: Arg | Options, max?: Arg | Options, options?: { min?: Arg; max?: Arg }) => Array>;
  /** Arrays joined as columns. */
  readonly column_stack: Function_<(tup: Arg, options?: { tup?: Arg }) => Array>;
  readonly complex128: any;
  readonly complex64: any;
  readonly complex_: any;
  readonly complexfloating: any;
  /** Arrays joined along an axis. */
  readonly concat: Function_<(arrays: Arg, options?: { axis?: number | readonly number[] | null }) => Array>;
  /** Arrays joined along an axis. */
  readonly concatenate: Function_<(arrays: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, options?: { arrays?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null }) => Array>;
  /** Complex conjugate. */
  readonly conj: Function_<(x: Arg) => Array>;
  /** Complex conjugate. */
  readonly conjugate: Function_<(x: Arg) => Array>;
  /** Convolution of two vectors. */
  readonly convolve: Function_<(a: Arg, v: Arg, mode?: string | null | Options, options?: { a?: Arg; v?: Arg; mode?: string | null; precision?: Arg; preferred_element_type?: Arg }) => Array>;
  /** A copy. */
  readonly copy: Function_<(a: Arg, order?: Arg | Options, options?: { a?: Arg; order?: Arg }) => Array>;
  /** |x1| with the sign of x2. */
  readonly copysign: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Correlation coefficients. */
  readonly corrcoef: Function_<(x: Arg, y?: Arg | Options, rowvar?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { x?: Arg; y?: Arg; rowvar?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Correlation of two vectors. */
  readonly correlate: Function_<(a: Arg, v: Arg, mode?: string | null | Options, options?: { a?: Arg; v?: Arg; mode?: string | null; precision?: Arg; preferred_element_type?: Arg }) => Array>;
  /** Cosine. */
  readonly cos: Function_<(x: Arg) => Array>;
  /** Hyperbolic cosine. */
  readonly cosh: Function_<(x: Arg) => Array>;
  /** Number of elements that are not zero. */
  readonly count_nonzero: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; keepdims?: boolean }) => Array>;
  /** Covariance matrix. */
  readonly cov: Function_<(m: Arg, y?: Arg | Options, rowvar?: Arg | Options, bias?: Arg | Options, ddof?: Arg | Options, fweights?: Arg | Options, aweights?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { m?: Arg; y?: Arg; rowvar?: Arg; bias?: Arg; ddof?: Arg; fweights?: Arg; aweights?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Cross product. */
  readonly cross: Function_<(a: Arg, b: Arg, axisa?: Arg | Options, axisb?: Arg | Options, axisc?: Arg | Options, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; b?: Arg; axisa?: Arg; axisb?: Arg; axisc?: Arg; axis?: number | readonly number[] | null }) => Array>;
  readonly csingle: any;
  /** Running product. */
  readonly cumprod: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg }) => Array>;
  /** Running sum. */
  readonly cumsum: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg }) => Array>;
  /** Running product (array API). */
  readonly cumulative_prod: Function_<(x: Arg, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; include_initial?: Arg }) => Array>;
  /** Running sum (array API). */
  readonly cumulative_sum: Function_<(x: Arg, options?: { axis?: number | readonly number[] | null; dtype?: DTypeLike | null; include_initial?: Arg }) => Array>;
  /** Degrees to radians. */
  readonly deg2rad: Function_<(x: Arg) => Array>;
  /** Radians to degrees. */
  readonly degrees: Function_<(x: Arg) => Array>;
  /** Elements left out. */
  readonly delete: Function_<(arr: Arg, obj: Arg, axis?: number | readonly number[] | null | Options, options?: { arr?: Arg; obj?: Arg; axis?: number | readonly number[] | null; assume_unique_indices?: Arg }) => Array>;
  /** A diagonal matrix, or the diagonal of a matrix. */
  readonly diag: Function_<(v: Arg, k?: Arg | Options, options?: { v?: Arg; k?: Arg }) => Array>;
  /** Indices of the diagonal. */
  readonly diag_indices: Function_<(n: number, ndim?: Arg | Options, options?: { n?: number; ndim?: Arg }) => any>;
  /** A diagonal matrix of the flattened input. */
  readonly diagflat: Function_<(v: Arg, k?: Arg | Options, options?: { v?: Arg; k?: Arg }) => Array>;
  /** A diagonal of two axes. */
  readonly diagonal: Function_<(a: Arg, offset?: Arg | Options, axis1?: Arg | Options, axis2?: Arg | Options, options?: { a?: Arg; offset?: Arg; axis1?: Arg; axis2?: Arg }) => Array>;
  /** Differences of neighbours. */
  readonly diff: Function_<(a: Arg, n?: number | Options, axis?: number | readonly number[] | null | Options, prepend?: Arg | Options, append?: Arg | Options, options?: { a?: Arg; n?: number; axis?: number | readonly number[] | null; prepend?: Arg; append?: Arg }) => Array>;
  /** Which bin each element is in. */
  readonly digitize: Function_<(x: Arg, bins: Arg, right?: Arg | Options, options?: { x?: Arg; bins?: Arg; right?: Arg; method?: string }) => Array>;
  /** x1 / x2. */
  readonly divide: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Quotient and remainder. */
  readonly divmod: Function_<(x1: Arg, x2: Arg) => any>;
  /** Product of vectors, matrices and stacks. */
  readonly dot: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg; precision?: Arg; preferred_element_type?: Arg; out_sharding?: Arg }) => Array>;
  readonly double: any;
  /** Pieces of the third axis. */
  readonly dsplit: Function_<(ary: Arg, indices_or_sections: Arg, options?: { ary?: Arg; indices_or_sections?: Arg }) => any>;
  /** Arrays joined along the third axis. */
  readonly dstack: Function_<(tup: Arg, dtype?: DTypeLike | null | Options, options?: { tup?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** The dtype of a name or type. */
  readonly dtype: Function_<(dtype: DTypeLike | null) => any>;
  readonly e: any;
  /** Differences of the flattened array. */
  readonly ediff1d: Function_<(ary: Arg, to_end?: Arg | Options, to_begin?: Arg | Options, options?: { ary?: Arg; to_end?: Arg; to_begin?: Arg }) => Array>;
  /** Einstein summation. */
  readonly einsum: Function_<(subscripts: Arg, ...operands: Arg[]) => Array>;
  /** Zeros (JAX has no uninitialised arrays). */
  readonly empty: Function_<(shape: number | readonly number[], dtype?: DTypeLike | null | Options, options?: { shape?: number | readonly number[]; dtype?: DTypeLike | null; device?: Arg; out_sharding?: Arg }) => Array>;
  /** Zeros of the same shape and dtype. */
  readonly empty_like: Function_<(prototype: Arg, dtype?: DTypeLike | null | Options, shape?: number | readonly number[] | Options, options?: { prototype?: Arg; dtype?: DTypeLike | null; shape?: number | readonly number[]; device?: Arg }) => Array>;
  /** x == y. */
  readonly equal: Function_<(x: Arg, y: Arg) => Array>;
  readonly euler_gamma: any;
  /** Exponential. */
  readonly exp: Function_<(x: Arg) => Array>;
  /** Two to the power x. */
  readonly exp2: Function_<(x: Arg) => Array>;
  /** New axes of size 1. */
  readonly expand_dims: Function_<(a: Arg, axis: number | readonly number[] | null, options?: { a?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** exp(x) - 1, accurate near 0. */
  readonly expm1: Function_<(x: Arg) => Array>;
  /** Ones on a diagonal. */
  readonly eye: Function_<(N: Arg, M?: Arg | Options, k?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { N?: Arg; M?: Arg; k?: Arg; dtype?: DTypeLike | null; device?: Arg }) => Array>;
  /** Absolute value, as a float. */
  readonly fabs: Function_<(x: Arg) => Array>;
  /** Limits of a float dtype. */
  readonly finfo: Function_<(dtype: DTypeLike | null, options?: { dtype?: DTypeLike | null }) => any>;
  /** Flat indices of elements that are not zero. */
  readonly flatnonzero: Function_<(a: Arg, options?: { a?: Arg; size?: Arg; fill_value?: Arg }) => Array>;
  /** Axes reversed. */
  readonly flip: Function_<(m: Arg, axis?: number | readonly number[] | null | Options, options?: { m?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Columns reversed. */
  readonly fliplr: Function_<(m: Arg, options?: { m?: Arg }) => Array>;
  /** Rows reversed. */
  readonly flipud: Function_<(m: Arg, options?: { m?: Arg }) => Array>;
  readonly float16: any;
  readonly float32: any;
  readonly float64: any;
  readonly float_: any;
  /** x to the power y, as floats. */
  readonly float_power: Function_<(x: Arg, y: Arg) => Array>;
  readonly floating: any;
  /** Largest integer not above x. */
  readonly floor: Function_<(x: Arg) => Array>;
  /** x1 // x2. */
  readonly floor_divide: Function_<(x1: Arg, x2: Arg) => Array>;
  /** The larger of two, ignoring NaN; at a tie all gradient goes to the second. */
  readonly fmax: Function_<(x1: Arg, x2: Arg, options?: { x1?: Arg; x2?: Arg }) => Array>;
  /** The smaller of two, ignoring NaN; at a tie all gradient goes to the second. */
  readonly fmin: Function_<(x1: Arg, x2: Arg, options?: { x1?: Arg; x2?: Arg }) => Array>;
  /** Remainder with the sign of x1. */
  readonly fmod: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Mantissa and exponent. */
  readonly frexp: Function_<(x: Arg) => any>;
  /** A constant array. */
  readonly full: Function_<(shape: number | readonly number[], fill_value: Arg, dtype?: DTypeLike | null | Options, options?: { shape?: number | readonly number[]; fill_value?: Arg; dtype?: DTypeLike | null; device?: Arg; out_sharding?: Arg }) => Array>;
  /** A constant array of the same shape and dtype. */
  readonly full_like: Function_<(a: Arg, fill_value: Arg, dtype?: DTypeLike | null | Options, shape?: number | readonly number[] | Options, options?: { a?: Arg; fill_value?: Arg; dtype?: DTypeLike | null; shape?: number | readonly number[]; device?: Arg; out_sharding?: Arg }) => Array>;
  /** Greatest common divisor. */
  readonly gcd: Function_<(x1: Arg, x2: Arg, options?: { x1?: Arg; x2?: Arg }) => Array>;
  readonly generic: any;
  /** A geometric progression. */
  readonly geomspace: Function_<(start: Arg, stop: Arg, num?: number | Options, endpoint?: Arg | Options, dtype?: DTypeLike | null | Options, axis?: number | readonly number[] | null | Options, options?: { start?: Arg; stop?: Arg; num?: number; endpoint?: Arg; dtype?: DTypeLike | null; axis?: number | readonly number[] | null }) => Array>;
  /** Numerical derivative by central differences. */
  readonly gradient: Function_<(f: Callable, ...varargs: Arg[]) => any>;
  /** x > y. */
  readonly greater: Function_<(x: Arg, y: Arg) => Array>;
  /** x >= y. */
  readonly greater_equal: Function_<(x: Arg, y: Arg) => Array>;
  readonly half: any;
  /** Hamming window. */
  readonly hamming: Function_<(M: Arg, options?: { M?: Arg }) => Array>;
  /** Hann window. */
  readonly hanning: Function_<(M: Arg, options?: { M?: Arg }) => Array>;
  /** 0 below 0, 1 above, x2 at 0. */
  readonly heaviside: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Counts in bins. */
  readonly histogram: Function_<(a: Arg, bins?: Arg | Options, range?: Arg | Options, weights?: Arg | Options, density?: Arg | Options, options?: { a?: Arg; bins?: Arg; range?: Arg; weights?: Arg; density?: Arg }) => any>;
  /** Edges of bins. */
  readonly histogram_bin_edges: Function_<(a: Arg, bins?: Arg | Options, range?: Arg | Options, weights?: Arg | Options, options?: { a?: Arg; bins?: Arg; range?: Arg; weights?: Arg }) => any>;
  /** Pieces side by side. */
  readonly hsplit: Function_<(ary: Arg, indices_or_sections: Arg, options?: { ary?: Arg; indices_or_sections?: Arg }) => any>;
  /** Arrays joined side by side. */
  readonly hstack: Function_<(tup: Arg, dtype?: DTypeLike | null | Options, options?: { tup?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** sqrt(x1**2 + x2**2) without overflow. */
  readonly hypot: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Modified Bessel function of order 0. */
  readonly i0: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** The identity matrix. */
  readonly identity: Function_<(n: number, dtype?: DTypeLike | null | Options, options?: { n?: number; dtype?: DTypeLike | null }) => Array>;
  /** Limits of an integer dtype. */
  readonly iinfo: Function_<(int_type: Arg, options?: { int_type?: Arg }) => any>;
  /** Imaginary part. */
  readonly imag: Function_<(val: Arg) => Array>;
  /** Index grids of a shape. */
  readonly indices: Function_<(dimensions: Arg, dtype?: DTypeLike | null | Options, sparse?: Arg | Options, options?: { dimensions?: Arg; dtype?: DTypeLike | null; sparse?: Arg }) => any>;
  readonly inexact: any;
  readonly inf: any;
  /** Product over the last axes. */
  readonly inner: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg; precision?: Arg; preferred_element_type?: Arg }) => Array>;
  /** Elements put in. */
  readonly insert: Function_<(arr: Arg, obj: Arg, values: Arg, axis?: number | readonly number[] | null | Options, options?: { arr?: Arg; obj?: Arg; values?: Arg; axis?: number | readonly number[] | null }) => Array>;
  readonly int16: any;
  readonly int32: any;
  readonly int64: any;
  readonly int8: any;
  readonly int_: any;
  readonly integer: any;
  /** Piecewise linear interpolation. */
  readonly interp: Function_<(x: Arg, xp: Arg, fp: Arg, left?: Arg | Options, right?: Arg | Options, period?: Arg | Options, options?: { x?: Arg; xp?: Arg; fp?: Arg; left?: Arg; right?: Arg; period?: Arg }) => Array>;
  /** Distinct elements of both at once. */
  readonly intersect1d: Function_<(ar1: Arg, ar2: Arg, assume_unique?: Arg | Options, return_indices?: Arg | Options, options?: { ar1?: Arg; ar2?: Arg; assume_unique?: Arg; return_indices?: Arg; size?: Arg; fill_value?: Arg }) => Array>;
  /** Bitwise not. */
  readonly invert: Function_<(x: Arg) => Array>;
  /** Equal up to a tolerance. */
  readonly isclose: Function_<(a: Arg, b: Arg, rtol?: Arg | Options, atol?: Arg | Options, equal_nan?: Arg | Options, options?: { a?: Arg; b?: Arg; rtol?: Arg; atol?: Arg; equal_nan?: Arg }) => Array>;
  /** Where the imaginary part is not zero. */
  readonly iscomplex: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Whether the dtype is complex. */
  readonly iscomplexobj: Function_<(x: Arg, options?: { x?: Arg }) => any>;
  /** Whether a dtype is of a kind (array API). */
  readonly isdtype: Function_<(dtype: DTypeLike | null, kind: Arg, options?: { dtype?: DTypeLike | null; kind?: Arg }) => Array>;
  /** Neither infinite nor NaN. */
  readonly isfinite: Function_<(x: Arg) => Array>;
  /** Whether each element is among others. */
  readonly isin: Function_<(element: Arg, test_elements: Arg, assume_unique?: Arg | Options, invert?: Arg | Options, options?: { element?: Arg; test_elements?: Arg; assume_unique?: Arg; invert?: Arg; method?: string }) => Array>;
  /** Infinite. */
  readonly isinf: Function_<(x: Arg) => Array>;
  /** Not a number. */
  readonly isnan: Function_<(x: Arg) => Array>;
  /** Negative infinity. */
  readonly isneginf: Function_<(x: Arg, out?: Arg | Options, options?: { out?: Arg }) => Array>;
  /** Positive infinity. */
  readonly isposinf: Function_<(x: Arg, out?: Arg | Options, options?: { out?: Arg }) => Array>;
  /** Where the imaginary part is zero. */
  readonly isreal: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Whether the dtype is not complex. */
  readonly isrealobj: Function_<(x: Arg, options?: { x?: Arg }) => any>;
  /** Whether it is a scalar. */
  readonly isscalar: Function_<(element: Arg, options?: { element?: Arg }) => any>;
  /** Whether a dtype is of a kind. */
  readonly issubdtype: Function_<(arg1: Arg, arg2: Arg, options?: { arg1?: Arg; arg2?: Arg }) => any>;
  /** Kronecker product. */
  readonly kron: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg }) => Array>;
  /** Least common multiple. */
  readonly lcm: Function_<(x1: Arg, x2: Arg, options?: { x1?: Arg; x2?: Arg }) => Array>;
  /** x1 times two to the power x2. */
  readonly ldexp: Function_<(x1: Arg, x2: Arg) => Array>;
  /** x << y. */
  readonly left_shift: Function_<(x: Arg, y: Arg) => Array>;
  /** x < y. */
  readonly less: Function_<(x: Arg, y: Arg) => Array>;
  /** x <= y. */
  readonly less_equal: Function_<(x: Arg, y: Arg) => Array>;
  /** Indices that sort by several keys, the last first. */
  readonly lexsort: Function_<(keys: Arg, axis?: number | readonly number[] | null | Options, options?: { keys?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** num evenly spaced numbers. */
  readonly linspace: Function_<(start: Arg, stop: Arg, num?: number | Options, endpoint?: Arg | Options, retstep?: Arg | Options, dtype?: DTypeLike | null | Options, axis?: number | readonly number[] | null | Options, options?: { start?: Arg; stop?: Arg; num?: number; endpoint?: Arg; retstep?: Arg; dtype?: DTypeLike | null; axis?: number | readonly number[] | null; device?: Arg }) => Array>;
  /** Natural logarithm. */
  readonly log: Function_<(x: Arg) => Array>;
  /** Logarithm to base 10. */
  readonly log10: Function_<(x: Arg) => Array>;
  /** log(1 + x), accurate near 0. */
  readonly log1p: Function_<(x: Arg) => Array>;
  /** Logarithm to base 2. */
  readonly log2: Function_<(x: Arg) => Array>;
  /** log(exp(x1) + exp(x2)) without overflow. */
  readonly logaddexp: Function_<(x1: Arg, x2: Arg) => Array>;
  /** log2(2**x1 + 2**x2) without overflow. */
  readonly logaddexp2: Function_<(x1: Arg, x2: Arg) => Array>;
  /** x and y. */
  readonly logical_and: Function_<(x: Arg, y: Arg) => Array>;
  /** not x. */
  readonly logical_not: Function_<(x: Arg) => Array>;
  /** x or y. */
  readonly logical_or: Function_<(x: Arg, y: Arg) => Array>;
  /** Exactly one of x and y. */
  readonly logical_xor: Function_<(x: Arg, y: Arg) => Array>;
  /** Numbers whose logarithms are evenly spaced. */
  readonly logspace: Function_<(start: Arg, stop: Arg, num?: number | Options, endpoint?: Arg | Options, base?: Arg | Options, dtype?: DTypeLike | null | Options, axis?: number | readonly number[] | null | Options, options?: { start?: Arg; stop?: Arg; num?: number; endpoint?: Arg; base?: Arg; dtype?: DTypeLike | null; axis?: number | readonly number[] | null }) => Array>;
  /** Matrix product; leading axes are batches. */
  readonly matmul: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg; precision?: Arg; preferred_element_type?: Arg; out_sharding?: Arg }) => Array>;
  /** Last two axes swapped. */
  readonly matrix_transpose: Function_<(x: Arg) => Array>;
  /** Largest element; tied ones share the gradient equally. */
  readonly max: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** The larger of two; NaN wins; at a tie the gradient is shared. */
  readonly maximum: Function_<(x: Arg, y: Arg) => Array>;
  /** Arithmetic mean over axes. */
  readonly mean: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; where?: Arg }) => Array>;
  /** The middle element; for even counts the mean of two. */
  readonly median: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, overwrite_input?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; overwrite_input?: Arg; keepdims?: boolean }) => Array>;
  /** Coordinate grids from axes. */
  readonly meshgrid: Function_<(...xi: Arg[]) => any>;
  readonly mgrid: any;
  /** Smallest element; tied ones share the gradient equally. */
  readonly min: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** The smaller of two; NaN wins; at a tie the gradient is shared. */
  readonly minimum: Function_<(x: Arg, y: Arg) => Array>;
  /** x1 % x2, with the sign of x2. */
  readonly mod: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Fractional and integral part. */
  readonly modf: Function_<(x: Arg, out?: Arg | Options, options?: { out?: Arg }) => any>;
  /** Axes moved to new places. */
  readonly moveaxis: Function_<(a: Arg, source: Arg, destination: Arg, options?: { a?: Arg; source?: Arg; destination?: Arg }) => Array>;
  /** x * y. */
  readonly multiply: Function_<(x: Arg, y: Arg) => Array>;
  readonly nan: any;
  /** NaN and infinities replaced. */
  readonly nan_to_num: Function_<(x: Arg, copy?: Arg | Options, nan?: Arg | Options, posinf?: Arg | Options, neginf?: Arg | Options, options?: { x?: Arg; copy?: Arg; nan?: Arg; posinf?: Arg; neginf?: Arg }) => Array>;
  /** argmax that ignores NaN. */
  readonly nanargmax: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean }) => Array>;
  /** argmin that ignores NaN. */
  readonly nanargmin: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean }) => Array>;
  /** Running product with NaN as 1. */
  readonly nancumprod: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg }) => Array>;
  /** Running sum with NaN as 0. */
  readonly nancumsum: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg }) => Array>;
  /** Largest element, ignoring NaN. */
  readonly nanmax: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** Mean that ignores NaN. */
  readonly nanmean: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; where?: Arg }) => Array>;
  /** Median that ignores NaN. */
  readonly nanmedian: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, overwrite_input?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; overwrite_input?: Arg; keepdims?: boolean }) => Array>;
  /** Smallest element, ignoring NaN. */
  readonly nanmin: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** Percentiles that ignore NaN. */
  readonly nanpercentile: Function_<(a: Arg, q: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, overwrite_input?: Arg | Options, method?: string | Options, keepdims?: boolean | Options, options?: { a?: Arg; q?: Arg; axis?: number | readonly number[] | null; out?: Arg; overwrite_input?: Arg; method?: string; keepdims?: boolean; weights?: Arg }) => Array>;
  /** Product that ignores NaN. */
  readonly nanprod: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** Quantiles that ignore NaN. */
  readonly nanquantile: Function_<(a: Arg, q: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, overwrite_input?: Arg | Options, method?: string | Options, keepdims?: boolean | Options, options?: { a?: Arg; q?: Arg; axis?: number | readonly number[] | null; out?: Arg; overwrite_input?: Arg; method?: string; keepdims?: boolean; weights?: Arg }) => Array>;
  /** Standard deviation that ignores NaN. */
  readonly nanstd: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, ddof?: Arg | Options, keepdims?: boolean | Options, where?: Arg | Options, mean?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; ddof?: Arg; keepdims?: boolean; where?: Arg; mean?: Arg }) => Array>;
  /** Sum that ignores NaN. */
  readonly nansum: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg }) => Array>;
  /** Variance that ignores NaN. */
  readonly nanvar: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, ddof?: Arg | Options, keepdims?: boolean | Options, where?: Arg | Options, mean?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; ddof?: Arg; keepdims?: boolean; where?: Arg; mean?: Arg }) => Array>;
  /** Number of axes. */
  readonly ndim: Function_<(a: Arg, options?: { a?: Arg }) => any>;
  /** -x. */
  readonly negative: Function_<(x: Arg) => Array>;
  readonly newaxis: any;
  /** The next float from x towards y. */
  readonly nextafter: Function_<(x: Arg, y: Arg) => Array>;
  /** Indices of elements that are not zero. */
  readonly nonzero: Function_<(a: Arg, options?: { a?: Arg; size?: Arg; fill_value?: Arg }) => any>;
  /** x != y. */
  readonly not_equal: Function_<(x: Arg, y: Arg) => Array>;
  readonly number: any;
  readonly ogrid: any;
  /** Ones. */
  readonly ones: Function_<(shape: number | readonly number[], dtype?: DTypeLike | null | Options, options?: { shape?: number | readonly number[]; dtype?: DTypeLike | null; device?: Arg; out_sharding?: Arg }) => Array>;
  /** Ones of the same shape and dtype. */
  readonly ones_like: Function_<(a: Arg, dtype?: DTypeLike | null | Options, shape?: number | readonly number[] | Options, options?: { a?: Arg; dtype?: DTypeLike | null; shape?: number | readonly number[]; device?: Arg; out_sharding?: Arg }) => Array>;
  /** All products of elements. */
  readonly outer: Function_<(a: Arg, b: Arg, out?: Arg | Options, options?: { a?: Arg; b?: Arg; out?: Arg }) => Array>;
  /** Borders added to each axis. */
  readonly pad: Function_<(array: Arg, pad_width: Arg, mode?: string | null | Options, options?: { array?: Arg; pad_width?: Arg; mode?: string | null }) => Array>;
  /** The kth element in its sorted place. */
  readonly partition: Function_<(a: Arg, kth: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; kth?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Quantiles between 0 and 100. */
  readonly percentile: Function_<(a: Arg, q: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, overwrite_input?: Arg | Options, method?: string | Options, keepdims?: boolean | Options, options?: { a?: Arg; q?: Arg; axis?: number | readonly number[] | null; out?: Arg; overwrite_input?: Arg; method?: string; keepdims?: boolean; weights?: Arg }) => Array>;
  /** Axes permuted. */
  readonly permute_dims: Function_<(a: Arg, axes: number | readonly number[] | null, options?: { axes?: number | readonly number[] | null }) => Array>;
  readonly pi: any;
  /** Sum of polynomials. */
  readonly polyadd: Function_<(a1: Arg, a2: Arg, options?: { a1?: Arg; a2?: Arg }) => Array>;
  /** Derivative of a polynomial. */
  readonly polyder: Function_<(p: Arg, m?: Arg | Options, options?: { p?: Arg; m?: Arg }) => Array>;
  /** Polynomial of least squares. */
  readonly polyfit: Function_<(x: Arg, y: Arg, deg: Arg, rcond?: Arg | Options, full?: Arg | Options, w?: Arg | Options, cov?: Arg | Options, options?: { x?: Arg; y?: Arg; deg?: Arg; rcond?: Arg; full?: Arg; w?: Arg; cov?: Arg }) => any>;
  /** Integral of a polynomial. */
  readonly polyint: Function_<(p: Arg, m?: Arg | Options, k?: Arg | Options, options?: { p?: Arg; m?: Arg; k?: Arg }) => Array>;
  /** Product of polynomials. */
  readonly polymul: Function_<(a1: Arg, a2: Arg, options?: { a1?: Arg; a2?: Arg; trim_leading_zeros?: Arg }) => Array>;
  /** Difference of polynomials. */
  readonly polysub: Function_<(a1: Arg, a2: Arg, options?: { a1?: Arg; a2?: Arg }) => Array>;
  /** A polynomial at points. */
  readonly polyval: Function_<(p: Arg, x: Arg, options?: { p?: Arg; x?: Arg; unroll?: Arg }) => Array>;
  /** +x. */
  readonly positive: Function_<(x: Arg) => Array>;
  /** x1 to the power x2; a Python int exponent is exact. */
  readonly pow: Function_<(x1: Arg, x2: Arg) => Array>;
  /** x1 to the power x2; a Python int exponent is exact. */
  readonly power: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Product of the elements over axes. */
  readonly prod: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, promote_integers?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg; promote_integers?: Arg }) => Array>;
  /** The common dtype of two dtypes. */
  readonly promote_types: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg }) => any>;
  /** Largest minus smallest element. */
  readonly ptp: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; out?: Arg; keepdims?: boolean }) => Array>;
  /** Quantiles between 0 and 1. */
  readonly quantile: Function_<(a: Arg, q: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, overwrite_input?: Arg | Options, method?: string | Options, keepdims?: boolean | Options, options?: { a?: Arg; q?: Arg; axis?: number | readonly number[] | null; out?: Arg; overwrite_input?: Arg; method?: string; keepdims?: boolean; weights?: Arg }) => Array>;
  readonly r_: any;
  /** Radians to degrees. */
  readonly rad2deg: Function_<(x: Arg) => Array>;
  /** Degrees to radians. */
  readonly radians: Function_<(x: Arg) => Array>;
  /** A flat array of the elements. */
  readonly ravel: Function_<(a: Arg, order?: Arg | Options, options?: { a?: Arg; order?: Arg; out_sharding?: Arg }) => Array>;
  /** Flat indices of coordinates. */
  readonly ravel_multi_index: Function_<(multi_index: Arg, dims: Arg, mode?: string | null | Options, order?: Arg | Options, options?: { multi_index?: Arg; dims?: Arg; mode?: string | null; order?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Real part. */
  readonly real: Function_<(val: Arg) => Array>;
  /** 1 / x. */
  readonly reciprocal: Function_<(x: Arg) => Array>;
  /** x1 % x2, with the sign of x2. */
  readonly remainder: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Elements repeated. */
  readonly repeat: Function_<(a: Arg, repeats: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; repeats?: Arg; axis?: number | readonly number[] | null; total_repeat_length?: Arg; out_sharding?: Arg }) => Array>;
  /** The same elements in another shape. */
  readonly reshape: Function_<(a: Arg, shape: number | readonly number[], order?: Arg | Options, options?: { a?: Arg; shape?: number | readonly number[]; order?: Arg; copy?: Arg; out_sharding?: Arg }) => Array>;
  /** Repeated or cut to a new shape. */
  readonly resize: Function_<(a: Arg, new_shape: Arg, options?: { a?: Arg; new_shape?: Arg }) => Array>;
  /** The common dtype of values and dtypes. */
  readonly result_type: Function_<(...args: Arg[]) => any>;
  /** x1 >> x2. */
  readonly right_shift: Function_<(x1: Arg, x2: Arg) => Array>;
  /** Nearest integer, ties to even. */
  readonly rint: Function_<(x: Arg) => Array>;
  /** Elements shifted cyclically. */
  readonly roll: Function_<(a: Arg, shift: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; shift?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** An axis rolled back. */
  readonly rollaxis: Function_<(a: Arg, axis: number | readonly number[] | null, start?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; start?: Arg }) => Array>;
  /** Roots of a polynomial. */
  readonly roots: Function_<(p: Arg, options?: { p?: Arg; strip_zeros?: Arg }) => Array>;
  /** Rotated by quarter turns. */
  readonly rot90: Function_<(m: Arg, k?: Arg | Options, axes?: number | readonly number[] | null | Options, options?: { m?: Arg; k?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Rounds to decimals, ties to even. */
  readonly round: Function_<(a: Arg, decimals?: Arg | Options, out?: Arg | Options, options?: { a?: Arg; decimals?: Arg; out?: Arg }) => Array>;
  /** Where elements go into a sorted array. */
  readonly searchsorted: Function_<(a: Arg, v: Arg, side?: string | Options, sorter?: Arg | Options, options?: { a?: Arg; v?: Arg; side?: string; sorter?: Arg; method?: string }) => Array>;
  /** The first choice whose condition holds. */
  readonly select: Function_<(condlist: Arg, choicelist: Arg, default_?: Arg | Options, options?: { condlist?: Arg; choicelist?: Arg; default?: Arg }) => Array>;
  /** Distinct elements of the first alone. */
  readonly setdiff1d: Function_<(ar1: Arg, ar2: Arg, assume_unique?: Arg | Options, options?: { ar1?: Arg; ar2?: Arg; assume_unique?: Arg; size?: Arg; fill_value?: Arg }) => Array>;
  /** Distinct elements of exactly one. */
  readonly setxor1d: Function_<(ar1: Arg, ar2: Arg, assume_unique?: Arg | Options, options?: { ar1?: Arg; ar2?: Arg; assume_unique?: Arg; size?: Arg; fill_value?: Arg }) => Array>;
  /** Axis sizes. */
  readonly shape: Function_<(a: Arg, options?: { a?: Arg }) => any>;
  /** -1, 0 or 1 by the sign of x. */
  readonly sign: Function_<(x: Arg) => Array>;
  /** Whether the sign bit is set (true for -0.0). */
  readonly signbit: Function_<(x: Arg) => Array>;
  readonly signedinteger: any;
  /** Sine. */
  readonly sin: Function_<(x: Arg) => Array>;
  /** sin(pi x) / (pi x), 1 at 0. */
  readonly sinc: Function_<(x: Arg) => Array>;
  readonly single: any;
  /** Hyperbolic sine. */
  readonly sinh: Function_<(x: Arg) => Array>;
  /** Number of elements. */
  readonly size: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; axis?: number | readonly number[] | null }) => any>;
  /** Sorted along an axis. */
  readonly sort: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; kind?: Arg; order?: Arg; stable?: Arg; descending?: Arg }) => Array>;
  /** Distance to the next float away from zero. */
  readonly spacing: Function_<(x: Arg) => Array>;
  /** Pieces of an axis. */
  readonly split: Function_<(ary: Arg, indices_or_sections: Arg, axis?: number | readonly number[] | null | Options, options?: { ary?: Arg; indices_or_sections?: Arg; axis?: number | readonly number[] | null }) => any>;
  /** Square root. */
  readonly sqrt: Function_<(x: Arg) => Array>;
  /** x times x. */
  readonly square: Function_<(x: Arg) => Array>;
  /** Axes of size 1 removed. */
  readonly squeeze: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, options?: { a?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Arrays joined along a new axis. */
  readonly stack: Function_<(arrays: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { arrays?: Arg; axis?: number | readonly number[] | null; out?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Standard deviation over axes; its gradient is NaN where it is 0. */
  readonly std: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, ddof?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; ddof?: Arg; keepdims?: boolean; where?: Arg; mean?: Arg; correction?: Arg }) => Array>;
  /** x - y. */
  readonly subtract: Function_<(x: Arg, y: Arg) => Array>;
  /** Sum of the elements over axes. */
  readonly sum: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, keepdims?: boolean | Options, initial?: Arg | Options, where?: Arg | Options, promote_integers?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; keepdims?: boolean; initial?: Arg; where?: Arg; promote_integers?: Arg }) => Array>;
  /** Two axes swapped. */
  readonly swapaxes: Function_<(a: Arg, axis1: Arg, axis2: Arg, options?: { a?: Arg; axis1?: Arg; axis2?: Arg }) => Array>;
  /** Elements at indices; NaN out of range. */
  readonly take: Function_<(a: Arg, indices: Arg, axis?: number | readonly number[] | null | Options, out?: Arg | Options, mode?: string | null | Options, unique_indices?: Arg | Options, indices_are_sorted?: Arg | Options, fill_value?: Arg | Options, options?: { a?: Arg; indices?: Arg; axis?: number | readonly number[] | null; out?: Arg; mode?: string | null; unique_indices?: Arg; indices_are_sorted?: Arg; fill_value?: Arg }) => Array>;
  /** Elements at indices that vary along an axis. */
  readonly take_along_axis: Function_<(arr: Arg, indices: Arg, axis?: number | readonly number[] | null | Options, mode?: string | null | Options, fill_value?: Arg | Options, options?: { arr?: Arg; indices?: Arg; axis?: number | readonly number[] | null; mode?: string | null; fill_value?: Arg; wrap_negative_indices?: Arg }) => Array>;
  /** Tangent. */
  readonly tan: Function_<(x: Arg) => Array>;
  /** Hyperbolic tangent. */
  readonly tanh: Function_<(x: Arg) => Array>;
  /** Product over chosen axes. */
  readonly tensordot: Function_<(a: Arg, b: Arg, axes?: number | readonly number[] | null | Options, options?: { a?: Arg; b?: Arg; axes?: number | readonly number[] | null; precision?: Arg; preferred_element_type?: Arg; out_sharding?: Arg }) => Array>;
  /** The whole array repeated. */
  readonly tile: Function_<(A: Arg, reps: Arg, options?: { A?: Arg; reps?: Arg }) => Array>;
  /** Sum of a diagonal. */
  readonly trace: Function_<(a: Arg, offset?: Arg | Options, axis1?: Arg | Options, axis2?: Arg | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, options?: { a?: Arg; offset?: Arg; axis1?: Arg; axis2?: Arg; dtype?: DTypeLike | null; out?: Arg }) => Array>;
  /** Axes reversed or permuted. */
  readonly transpose: Function_<(a: Arg, axes?: number | readonly number[] | null | Options, options?: { a?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Integral by the trapezoidal rule. */
  readonly trapezoid: Function_<(y: Arg, x?: Arg | Options, dx?: Arg | Options, axis?: number | readonly number[] | null | Options, options?: { y?: Arg; x?: Arg; dx?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Ones on and below a diagonal. */
  readonly tri: Function_<(N: Arg, M?: Arg | Options, k?: Arg | Options, dtype?: DTypeLike | null | Options, options?: { N?: Arg; M?: Arg; k?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** Zero above a diagonal. */
  readonly tril: Function_<(m: Arg, k?: Arg | Options, options?: { m?: Arg; k?: Arg }) => Array>;
  /** Indices of the lower triangle. */
  readonly tril_indices: Function_<(n: number, k?: Arg | Options, m?: Arg | Options, options?: { n?: number; k?: Arg; m?: Arg }) => any>;
  /** Indices of the lower triangle of an array. */
  readonly tril_indices_from: Function_<(arr: Arg, k?: Arg | Options, options?: { arr?: Arg; k?: Arg }) => any>;
  /** Zero below a diagonal. */
  readonly triu: Function_<(m: Arg, k?: Arg | Options, options?: { m?: Arg; k?: Arg }) => Array>;
  /** Indices of the upper triangle. */
  readonly triu_indices: Function_<(n: number, k?: Arg | Options, m?: Arg | Options, options?: { n?: number; k?: Arg; m?: Arg }) => any>;
  /** Indices of the upper triangle of an array. */
  readonly triu_indices_from: Function_<(arr: Arg, k?: Arg | Options, options?: { arr?: Arg; k?: Arg }) => any>;
  /** x1 / x2. */
  readonly true_divide: Function_<(x1: Arg, x2: Arg) => Array>;
  /** x without its fraction, towards zero. */
  readonly trunc: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  readonly uint: any;
  readonly uint16: any;
  readonly uint32: any;
  readonly uint64: any;
  readonly uint8: any;
  /** Distinct elements of both. */
  readonly union1d: Function_<(ar1: Arg, ar2: Arg, options?: { ar1?: Arg; ar2?: Arg; size?: Arg; fill_value?: Arg }) => Array>;
  /** Distinct elements, ascending. */
  readonly unique: Function_<(ar: Arg, return_index?: Arg | Options, return_inverse?: Arg | Options, return_counts?: Arg | Options, axis?: number | readonly number[] | null | Options, options?: { ar?: Arg; return_index?: Arg; return_inverse?: Arg; return_counts?: Arg; axis?: number | readonly number[] | null; equal_nan?: Arg; size?: Arg; fill_value?: Arg; sorted?: Arg }) => any>;
  /** Coordinates of flat indices. */
  readonly unravel_index: Function_<(indices: Arg, shape: number | readonly number[], options?: { indices?: Arg; shape?: number | readonly number[] }) => any>;
  readonly unsignedinteger: any;
  /** The slices of an axis. */
  readonly unstack: Function_<(x: Arg, options?: { axis?: number | readonly number[] | null }) => any>;
  /** Phases without jumps. */
  readonly unwrap: Function_<(p: Arg, discont?: Arg | Options, axis?: number | readonly number[] | null | Options, period?: Arg | Options, options?: { p?: Arg; discont?: Arg; axis?: number | readonly number[] | null; period?: Arg }) => Array>;
  /** Powers of x as columns. */
  readonly vander: Function_<(x: Arg, N?: Arg | Options, increasing?: Arg | Options, options?: { x?: Arg; N?: Arg; increasing?: Arg }) => Array>;
  /** Variance over axes. */
  readonly var: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, dtype?: DTypeLike | null | Options, out?: Arg | Options, ddof?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; dtype?: DTypeLike | null; out?: Arg; ddof?: Arg; keepdims?: boolean; where?: Arg; mean?: Arg; correction?: Arg }) => Array>;
  /** Dot product of flattened arrays, the first conjugated. */
  readonly vdot: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg; precision?: Arg; preferred_element_type?: Arg }) => Array>;
  /** Dot products along an axis. */
  readonly vecdot: Function_<(x1: Arg, x2: Arg, options?: { axis?: number | readonly number[] | null; precision?: Arg; preferred_element_type?: Arg }) => Array>;
  /** Pieces by rows. */
  readonly vsplit: Function_<(ary: Arg, indices_or_sections: Arg, options?: { ary?: Arg; indices_or_sections?: Arg }) => any>;
  /** Arrays joined as rows. */
  readonly vstack: Function_<(tup: Arg, dtype?: DTypeLike | null | Options, options?: { tup?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** x where the condition holds, else y; with one argument, the indices where it holds. */
  readonly where: Function_<(condition: Arg, x?: Arg | Options, y?: Arg | Options, options?: { size?: Arg; fill_value?: Arg }) => Array>;
  /** Zeros. */
  readonly zeros: Function_<(shape: number | readonly number[], dtype?: DTypeLike | null | Options, options?: { shape?: number | readonly number[]; dtype?: DTypeLike | null; device?: Arg; out_sharding?: Arg }) => Array>;
  /** Zeros of the same shape and dtype. */
  readonly zeros_like: Function_<(a: Arg, dtype?: DTypeLike | null | Options, shape?: number | readonly number[] | Options, options?: { a?: Arg; dtype?: DTypeLike | null; shape?: number | readonly number[]; device?: Arg; out_sharding?: Arg }) => Array>;
  readonly fft: JaxNumpyFft;
  readonly linalg: JaxNumpyLinalg;
}

/** `jax.numpy.fft`. */
export interface JaxNumpyFft {
  /** Fourier transform along an axis. */
  readonly fft: Function_<(a: Arg, n?: number | Options, axis?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; n?: number; axis?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Fourier transform over two axes. */
  readonly fft2: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Frequencies of the bins of fft. */
  readonly fftfreq: Function_<(n: number, d?: Arg | Options, options?: { n?: number; d?: Arg; dtype?: DTypeLike | null; device?: Arg }) => Array>;
  /** Fourier transform over axes. */
  readonly fftn: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Frequency 0 moved to the middle. */
  readonly fftshift: Function_<(x: Arg, axes?: number | readonly number[] | null | Options, options?: { x?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Fourier transform of a Hermitian signal. */
  readonly hfft: Function_<(a: Arg, n?: number | Options, axis?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; n?: number; axis?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Inverse Fourier transform along an axis. */
  readonly ifft: Function_<(a: Arg, n?: number | Options, axis?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; n?: number; axis?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Inverse Fourier transform over two axes. */
  readonly ifft2: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Inverse Fourier transform over axes. */
  readonly ifftn: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Inverse of fftshift. */
  readonly ifftshift: Function_<(x: Arg, axes?: number | readonly number[] | null | Options, options?: { x?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Inverse of hfft. */
  readonly ihfft: Function_<(a: Arg, n?: number | Options, axis?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; n?: number; axis?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Inverse of rfft. */
  readonly irfft: Function_<(a: Arg, n?: number | Options, axis?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; n?: number; axis?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Inverse of rfft2. */
  readonly irfft2: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Inverse of rfftn. */
  readonly irfftn: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Fourier transform of real numbers: the nonnegative frequencies. */
  readonly rfft: Function_<(a: Arg, n?: number | Options, axis?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; n?: number; axis?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Fourier transform of real numbers over two axes. */
  readonly rfft2: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
  /** Frequencies of the bins of rfft. */
  readonly rfftfreq: Function_<(n: number, d?: Arg | Options, options?: { n?: number; d?: Arg; dtype?: DTypeLike | null; device?: Arg }) => Array>;
  /** Fourier transform of real numbers over axes. */
  readonly rfftn: Function_<(a: Arg, s?: Arg | Options, axes?: number | readonly number[] | null | Options, norm?: Arg | Options, options?: { a?: Arg; s?: Arg; axes?: number | readonly number[] | null; norm?: Arg }) => Array>;
}

/** `jax.numpy.linalg`. */
export interface JaxNumpyLinalg {
  /** Cholesky factor. */
  readonly cholesky: Function_<(a: Arg, options?: { a?: Arg; upper?: Arg; symmetrize_input?: Arg }) => Array>;
  /** Condition number. */
  readonly cond: Function_<(x: Arg, p?: Arg | Options, options?: { x?: Arg; p?: Arg }) => any>;
  /** Determinant. */
  readonly det: Function_<(a: Arg, options?: { a?: Arg }) => Array>;
  /** Eigenvalues and vectors. */
  readonly eig: Function_<(a: Arg, options?: { a?: Arg }) => any>;
  /** Eigenvalues and vectors of a symmetric matrix. */
  readonly eigh: Function_<(a: Arg, UPLO?: Arg | Options, symmetrize_input?: Arg | Options, options?: { a?: Arg; UPLO?: Arg; symmetrize_input?: Arg }) => any>;
  /** Eigenvalues. */
  readonly eigvals: Function_<(a: Arg, options?: { a?: Arg }) => Array>;
  /** Eigenvalues of a symmetric matrix. */
  readonly eigvalsh: Function_<(a: Arg, UPLO?: Arg | Options, options?: { a?: Arg; UPLO?: Arg; symmetrize_input?: Arg }) => Array>;
  /** Inverse matrix. */
  readonly inv: Function_<(a: Arg, options?: { a?: Arg }) => Array>;
  /** Least squares solution. */
  readonly lstsq: Function_<(a: Arg, b: Arg, rcond?: Arg | Options, options?: { a?: Arg; b?: Arg; rcond?: Arg; numpy_resid?: Arg }) => any>;
  /** Matrix norm. */
  readonly matrix_norm: Function_<(x: Arg, options?: { keepdims?: boolean; ord?: Arg }) => Array>;
  /** Power of a matrix. */
  readonly matrix_power: Function_<(a: Arg, n: number, options?: { a?: Arg; n?: number }) => Array>;
  /** Rank by singular values. */
  readonly matrix_rank: Function_<(M: Arg, rtol?: Arg | Options, hermitian?: Arg | Options, options?: { M?: Arg; rtol?: Arg; hermitian?: Arg; tol?: Arg }) => Array>;
  /** Product of several matrices. */
  readonly multi_dot: Function_<(arrays: Arg, options?: { arrays?: Arg; precision?: Arg }) => Array>;
  /** Vector or matrix norm; its gradient is NaN at 0. */
  readonly norm: Function_<(x: Arg, ord?: Arg | Options, axis?: number | readonly number[] | null | Options, keepdims?: boolean | Options, options?: { x?: Arg; ord?: Arg; axis?: number | readonly number[] | null; keepdims?: boolean }) => Array>;
  /** Pseudoinverse. */
  readonly pinv: Function_<(a: Arg, rtol?: Arg | Options, hermitian?: Arg | Options, options?: { a?: Arg; rtol?: Arg; hermitian?: Arg; rcond?: Arg }) => Array>;
  /** QR factorisation. */
  readonly qr: Function_<(a: Arg, mode?: string | null | Options, options?: { a?: Arg; mode?: string | null }) => any>;
  /** Sign and logarithm of the determinant. */
  readonly slogdet: Function_<(a: Arg, options?: { a?: Arg; method?: string }) => any>;
  /** x with a @ x == b. */
  readonly solve: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg }) => Array>;
  /** Singular value decomposition. */
  readonly svd: Function_<(a: Arg, full_matrices?: Arg | Options, compute_uv?: Arg | Options, hermitian?: Arg | Options, subset_by_index?: Arg | Options, options?: { a?: Arg; full_matrices?: Arg; compute_uv?: Arg; hermitian?: Arg; subset_by_index?: Arg }) => any>;
  /** Singular values. */
  readonly svdvals: Function_<(x: Arg) => Array>;
  /** Inverse for tensordot. */
  readonly tensorinv: Function_<(a: Arg, ind?: Arg | Options, options?: { a?: Arg; ind?: Arg }) => Array>;
  /** Solution for tensordot. */
  readonly tensorsolve: Function_<(a: Arg, b: Arg, axes?: number | readonly number[] | null | Options, options?: { a?: Arg; b?: Arg; axes?: number | readonly number[] | null }) => Array>;
  /** Vector norm. */
  readonly vector_norm: Function_<(x: Arg, options?: { axis?: number | readonly number[] | null; keepdims?: boolean; ord?: Arg }) => Array>;
}

/** `jax.ops`. */
export interface JaxOps {
  /** Maxima over segments. */
  readonly segment_max: Function_<(data: Arg, segment_ids: Arg, num_segments?: Arg | Options, indices_are_sorted?: Arg | Options, unique_indices?: Arg | Options, bucket_size?: Arg | Options, mode?: string | null | Options, options?: { data?: Arg; segment_ids?: Arg; num_segments?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; bucket_size?: Arg; mode?: string | null }) => any>;
  /** Minima over segments. */
  readonly segment_min: Function_<(data: Arg, segment_ids: Arg, num_segments?: Arg | Options, indices_are_sorted?: Arg | Options, unique_indices?: Arg | Options, bucket_size?: Arg | Options, mode?: string | null | Options, options?: { data?: Arg; segment_ids?: Arg; num_segments?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; bucket_size?: Arg; mode?: string | null }) => any>;
  /** Products over segments. */
  readonly segment_prod: Function_<(data: Arg, segment_ids: Arg, num_segments?: Arg | Options, indices_are_sorted?: Arg | Options, unique_indices?: Arg | Options, bucket_size?: Arg | Options, mode?: string | null | Options, options?: { data?: Arg; segment_ids?: Arg; num_segments?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; bucket_size?: Arg; mode?: string | null }) => any>;
  /** Sums over segments. */
  readonly segment_sum: Function_<(data: Arg, segment_ids: Arg, num_segments?: Arg | Options, indices_are_sorted?: Arg | Options, unique_indices?: Arg | Options, bucket_size?: Arg | Options, mode?: string | null | Options, options?: { data?: Arg; segment_ids?: Arg; num_segments?: Arg; indices_are_sorted?: Arg; unique_indices?: Arg; bucket_size?: Arg; mode?: string | null }) => any>;
}

/** `jax.random`. */
export interface JaxRandom {
  /** A raw key (two uint32 words) from an integer. */
  readonly PRNGKey: Function_<(seed: Arg, options?: { seed?: Arg; impl?: Arg }) => Array>;
  /** True with probability p. */
  readonly bernoulli: Function_<(key: Arg, p?: Arg | Options, shape?: number | readonly number[] | Options, mode?: string | null | Options, options?: { key?: Arg; p?: Arg; shape?: number | readonly number[]; mode?: string | null; out_sharding?: Arg }) => Array>;
  /** Random bits. */
  readonly bits: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Indices drawn by log-probabilities. */
  readonly categorical: Function_<(key: Arg, logits: Arg, axis?: number | readonly number[] | null | Options, shape?: number | readonly number[] | Options, replace?: Arg | Options, mode?: string | null | Options, options?: { key?: Arg; logits?: Arg; axis?: number | readonly number[] | null; shape?: number | readonly number[]; replace?: Arg; mode?: string | null; out_sharding?: Arg }) => Array>;
  /** Cauchy numbers. */
  readonly cauchy: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Random elements. */
  readonly choice: Function_<(key: Arg, a: Arg, shape?: number | readonly number[] | Options, replace?: Arg | Options, p?: Arg | Options, axis?: number | readonly number[] | null | Options, mode?: string | null | Options, options?: { key?: Arg; a?: Arg; shape?: number | readonly number[]; replace?: Arg; p?: Arg; axis?: number | readonly number[] | null; mode?: string | null }) => Array>;
  /** The same key, to be used again. */
  readonly clone: Function_<(key: Arg, options?: { key?: Arg }) => Array>;
  /** Exponential numbers. */
  readonly exponential: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** A new key from a key and an integer. */
  readonly fold_in: Function_<(key: Arg, data: Arg, options?: { key?: Arg; data?: Arg }) => Array>;
  /** Gumbel numbers. */
  readonly gumbel: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, mode?: string | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; mode?: string | null; out_sharding?: Arg }) => Array>;
  /** A key from an integer. */
  readonly key: Function_<(seed: Arg, options?: { seed?: Arg; impl?: Arg; dtype?: DTypeLike | null }) => Array>;
  /** The words of keys. */
  readonly key_data: Function_<(keys: Arg, options?: { keys?: Arg }) => Array>;
  /** The generator's name. */
  readonly key_impl: Function_<(keys: Arg, options?: { keys?: Arg }) => Array>;
  /** Laplace numbers. */
  readonly laplace: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Logistic numbers. */
  readonly logistic: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Log-normal numbers. */
  readonly lognormal: Function_<(key: Arg, sigma?: Arg | Options, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; sigma?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Normal vectors of a mean and covariance. */
  readonly multivariate_normal: Function_<(key: Arg, mean: Arg, cov: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, method?: string | Options, options?: { key?: Arg; mean?: Arg; cov?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; method?: string; out_sharding?: Arg }) => Array>;
  /** Standard normal numbers. */
  readonly normal: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Pareto numbers. */
  readonly pareto: Function_<(key: Arg, b: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; b?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** A random order. */
  readonly permutation: Function_<(key: Arg, x: Arg, axis?: number | readonly number[] | null | Options, independent?: Arg | Options, options?: { key?: Arg; x?: Arg; axis?: number | readonly number[] | null; independent?: Arg; out_sharding?: Arg }) => Array>;
  /** -1 or 1. */
  readonly rademacher: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Integers of a range. */
  readonly randint: Function_<(key: Arg, shape: number | readonly number[], minval: Arg, maxval: Arg, dtype?: DTypeLike | null | Options, options?: { key?: Arg; shape?: number | readonly number[]; minval?: Arg; maxval?: Arg; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** New keys from a key. */
  readonly split: Function_<(key: Arg, num?: number | Options, options?: { key?: Arg; num?: number }) => any>;
  /** Normal numbers between bounds. */
  readonly truncated_normal: Function_<(key: Arg, lower: Arg, upper: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, options?: { key?: Arg; lower?: Arg; upper?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; out_sharding?: Arg }) => Array>;
  /** Uniform numbers. */
  readonly uniform: Function_<(key: Arg, shape?: number | readonly number[] | Options, dtype?: DTypeLike | null | Options, minval?: Arg | Options, maxval?: Arg | Options, options?: { key?: Arg; shape?: number | readonly number[]; dtype?: DTypeLike | null; minval?: Arg; maxval?: Arg; out_sharding?: Arg }) => Array>;
  /** Keys from words. */
  readonly wrap_key_data: Function_<(key_bits_array: Arg, options?: { key_bits_array?: Arg; impl?: Arg; dtype?: DTypeLike | null }) => Array>;
}

/** `jax.scipy`. */
export interface JaxScipy {
  readonly linalg: JaxScipyLinalg;
  readonly signal: JaxScipySignal;
  readonly special: JaxScipySpecial;
  readonly stats: JaxScipyStats;
}

/** `jax.scipy.linalg`. */
export interface JaxScipyLinalg {
  /** Blocks on a diagonal. */
  readonly block_diag: Function_<(...arrs: Arg[]) => Array>;
  /** Cholesky factor for cho_solve. */
  readonly cho_factor: Function_<(a: Arg, lower?: Arg | Options, overwrite_a?: Arg | Options, check_finite?: Arg | Options, options?: { a?: Arg; lower?: Arg; overwrite_a?: Arg; check_finite?: Arg }) => any>;
  /** Solution by a Cholesky factor. */
  readonly cho_solve: Function_<(c_and_lower: Arg, b: Arg, overwrite_b?: Arg | Options, check_finite?: Arg | Options, options?: { c_and_lower?: Arg; b?: Arg; overwrite_b?: Arg; check_finite?: Arg }) => Array>;
  /** Cholesky factor, upper by default. */
  readonly cholesky: Function_<(a: Arg, lower?: Arg | Options, overwrite_a?: Arg | Options, check_finite?: Arg | Options, options?: { a?: Arg; lower?: Arg; overwrite_a?: Arg; check_finite?: Arg }) => Array>;
  /** Determinant. */
  readonly det: Function_<(a: Arg, overwrite_a?: Arg | Options, check_finite?: Arg | Options, options?: { a?: Arg; overwrite_a?: Arg; check_finite?: Arg }) => Array>;
  /** Matrix exponential. */
  readonly expm: Function_<(A: Arg, options?: { A?: Arg; upper_triangular?: Arg; max_squarings?: Arg }) => Array>;
  /** Inverse matrix. */
  readonly inv: Function_<(a: Arg, overwrite_a?: Arg | Options, check_finite?: Arg | Options, options?: { a?: Arg; overwrite_a?: Arg; check_finite?: Arg }) => Array>;
  /** LU factorisation. */
  readonly lu: Function_<(a: Arg, permute_l?: Arg | Options, overwrite_a?: Arg | Options, check_finite?: Arg | Options, options?: { a?: Arg; permute_l?: Arg; overwrite_a?: Arg; check_finite?: Arg }) => any>;
  /** x with a @ x == b. */
  readonly solve: Function_<(a: Arg, b: Arg, lower?: Arg | Options, overwrite_a?: Arg | Options, overwrite_b?: Arg | Options, debug?: Arg | Options, check_finite?: Arg | Options, assume_a?: Arg | Options, options?: { a?: Arg; b?: Arg; lower?: Arg; overwrite_a?: Arg; overwrite_b?: Arg; debug?: Arg; check_finite?: Arg; assume_a?: Arg }) => Array>;
  /** Solution of a triangular system. */
  readonly solve_triangular: Function_<(a: Arg, b: Arg, trans?: Arg | Options, lower?: Arg | Options, unit_diagonal?: Arg | Options, overwrite_b?: Arg | Options, debug?: Arg | Options, check_finite?: Arg | Options, options?: { a?: Arg; b?: Arg; trans?: Arg; lower?: Arg; unit_diagonal?: Arg; overwrite_b?: Arg; debug?: Arg; check_finite?: Arg }) => Array>;
}

/** `jax.scipy.signal`. */
export interface JaxScipySignal {
  /** Convolution of arrays. */
  readonly convolve: Function_<(in1: Arg, in2: Arg, mode?: string | null | Options, method?: string | Options, precision?: Arg | Options, options?: { in1?: Arg; in2?: Arg; mode?: string | null; method?: string; precision?: Arg }) => Array>;
  /** Convolution of matrices. */
  readonly convolve2d: Function_<(in1: Arg, in2: Arg, mode?: string | null | Options, boundary?: Arg | Options, fillvalue?: Arg | Options, precision?: Arg | Options, options?: { in1?: Arg; in2?: Arg; mode?: string | null; boundary?: Arg; fillvalue?: Arg; precision?: Arg }) => Array>;
}

/** `jax.scipy.special`. */
export interface JaxScipySpecial {
  /** Beta function. */
  readonly beta: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg }) => Array>;
  /** Regularized incomplete beta function. */
  readonly betainc: Function_<(a: Arg, b: Arg, x: Arg, options?: { a?: Arg; b?: Arg; x?: Arg }) => Array>;
  /** Logarithm of the beta function. */
  readonly betaln: Function_<(a: Arg, b: Arg, options?: { a?: Arg; b?: Arg }) => Array>;
  /** Derivative of gammaln. */
  readonly digamma: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** -x log(x), 0 at 0. */
  readonly entr: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Error function. */
  readonly erf: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** 1 - erf(x), accurate for large x. */
  readonly erfc: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Inverse error function. */
  readonly erfinv: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Exponential integral E1. */
  readonly exp1: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Exponential integral Ei. */
  readonly expi: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Logistic function 1 / (1 + exp(-x)). */
  readonly expit: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** n!. */
  readonly factorial: Function_<(n: number, exact?: Arg | Options, options?: { n?: number; exact?: Arg }) => Array>;
  /** Gamma function. */
  readonly gamma: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Regularized lower incomplete gamma function. */
  readonly gammainc: Function_<(a: Arg, x: Arg, options?: { a?: Arg; x?: Arg }) => Array>;
  /** Regularized upper incomplete gamma function. */
  readonly gammaincc: Function_<(a: Arg, x: Arg, options?: { a?: Arg; x?: Arg }) => Array>;
  /** Logarithm of |gamma(x)|. */
  readonly gammaln: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Sign of the gamma function. */
  readonly gammasgn: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Modified Bessel function of order 0. */
  readonly i0: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** exp(-|x|) * i0(x). */
  readonly i0e: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Modified Bessel function of order 1. */
  readonly i1: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** exp(-|x|) * i1(x). */
  readonly i1e: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** p * log(p / q) - p + q. */
  readonly kl_div: Function_<(p: Arg, q: Arg, options?: { p?: Arg; q?: Arg }) => Array>;
  /** log(ndtr(x)), accurate in the lower tail. */
  readonly log_ndtr: Function_<(x: Arg, series_order?: Arg | Options, options?: { x?: Arg; series_order?: Arg }) => Array>;
  /** log(softmax(x)). */
  readonly log_softmax: Function_<(x: Arg, axis?: number | readonly number[] | null | Options, options?: { x?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** log(x / (1 - x)), the inverse of expit. */
  readonly logit: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** log(sum(exp(a))) without overflow. */
  readonly logsumexp: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, b?: Arg | Options, keepdims?: boolean | Options, return_sign?: Arg | Options, where?: Arg | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; b?: Arg; keepdims?: boolean; return_sign?: Arg; where?: Arg }) => Array>;
  /** Logarithm of the multivariate gamma function. */
  readonly multigammaln: Function_<(a: Arg, d: Arg, options?: { a?: Arg; d?: Arg }) => Array>;
  /** Standard normal distribution function. */
  readonly ndtr: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Inverse of ndtr. */
  readonly ndtri: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** Pochhammer symbol gamma(z + m) / gamma(z). */
  readonly poch: Function_<(z: Arg, m: Arg, options?: { z?: Arg; m?: Arg }) => Array>;
  /** n-th derivative of digamma. */
  readonly polygamma: Function_<(n: number, x: Arg, options?: { n?: number; x?: Arg }) => Array>;
  /** p * log(p / q). */
  readonly rel_entr: Function_<(p: Arg, q: Arg, options?: { p?: Arg; q?: Arg }) => Array>;
  /** exp(x) / sum(exp(x)). */
  readonly softmax: Function_<(x: Arg, axis?: number | readonly number[] | null | Options, options?: { x?: Arg; axis?: number | readonly number[] | null }) => Array>;
  /** Spence's function, the dilogarithm of 1 - x. */
  readonly spence: Function_<(x: Arg, options?: { x?: Arg }) => Array>;
  /** x * log1p(y), 0 where x is 0. */
  readonly xlog1py: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** x * log(y), 0 where x is 0. */
  readonly xlogy: Function_<(x: Arg, y: Arg, options?: { x?: Arg; y?: Arg }) => Array>;
  /** Hurwitz zeta function. */
  readonly zeta: Function_<(x: Arg, q?: Arg | Options, options?: { x?: Arg; q?: Arg }) => Array>;
}

/** `jax.scipy.stats`. */
export interface JaxScipyStats {
  /** The most frequent element. */
  readonly mode: Function_<(a: Arg, axis?: number | readonly number[] | null | Options, nan_policy?: Arg | Options, keepdims?: boolean | Options, options?: { a?: Arg; axis?: number | readonly number[] | null; nan_policy?: Arg; keepdims?: boolean }) => Array>;
  /** Ranks, ties shared. */
  readonly rankdata: Function_<(a: Arg, method?: string | Options, options?: { a?: Arg; method?: string; axis?: number | readonly number[] | null; nan_policy?: Arg }) => Array>;
  readonly bernoulli: JaxScipyStatsBernoulli;
  readonly beta: JaxScipyStatsBeta;
  readonly cauchy: JaxScipyStatsCauchy;
  readonly expon: JaxScipyStatsExpon;
  readonly gamma: JaxScipyStatsGamma;
  readonly laplace: JaxScipyStatsLaplace;
  readonly logistic: JaxScipyStatsLogistic;
  readonly norm: JaxScipyStatsNorm;
  readonly poisson: JaxScipyStatsPoisson;
  readonly t: JaxScipyStatsT;
  readonly uniform: JaxScipyStatsUniform;
}

/** `jax.scipy.stats.bernoulli`. */
export interface JaxScipyStatsBernoulli {
  /** Log-probability of a Bernoulli outcome. */
  readonly logpmf: Function_<(k: Arg, p: Arg, loc?: Arg | Options, options?: { k?: Arg; p?: Arg; loc?: Arg }) => Array>;
}

/** `jax.scipy.stats.beta`. */
export interface JaxScipyStatsBeta {
  /** Log-density of the beta distribution. */
  readonly logpdf: Function_<(x: Arg, a: Arg, b: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; a?: Arg; b?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.cauchy`. */
export interface JaxScipyStatsCauchy {
  /** Cauchy distribution function. */
  readonly cdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Log-density of the Cauchy distribution. */
  readonly logpdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.expon`. */
export interface JaxScipyStatsExpon {
  /** Exponential distribution function. */
  readonly cdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Log-density of the exponential distribution. */
  readonly logpdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Density of the exponential distribution. */
  readonly pdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.gamma`. */
export interface JaxScipyStatsGamma {
  /** Log-density of the gamma distribution. */
  readonly logpdf: Function_<(x: Arg, a: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; a?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.laplace`. */
export interface JaxScipyStatsLaplace {
  /** Log-density of the Laplace distribution. */
  readonly logpdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.logistic`. */
export interface JaxScipyStatsLogistic {
  /** Logistic distribution function. */
  readonly cdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Log-density of the logistic distribution. */
  readonly logpdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.norm`. */
export interface JaxScipyStatsNorm {
  /** Normal distribution function. */
  readonly cdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Logarithm of the normal distribution function. */
  readonly logcdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Log-density of the normal distribution. */
  readonly logpdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** log(1 - cdf). */
  readonly logsf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Density of the normal distribution. */
  readonly pdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Inverse of the normal distribution function. */
  readonly ppf: Function_<(q: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { q?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** 1 - cdf. */
  readonly sf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.poisson`. */
export interface JaxScipyStatsPoisson {
  /** Log-probability of a Poisson count. */
  readonly logpmf: Function_<(k: Arg, mu: Arg, loc?: Arg | Options, options?: { k?: Arg; mu?: Arg; loc?: Arg }) => Array>;
}

/** `jax.scipy.stats.t`. */
export interface JaxScipyStatsT {
  /** Log-density of Student's t distribution. */
  readonly logpdf: Function_<(x: Arg, df: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; df?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.scipy.stats.uniform`. */
export interface JaxScipyStatsUniform {
  /** Log-density of the uniform distribution. */
  readonly logpdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
  /** Density of the uniform distribution. */
  readonly pdf: Function_<(x: Arg, loc?: Arg | Options, scale?: Arg | Options, options?: { x?: Arg; loc?: Arg; scale?: Arg }) => Array>;
}

/** `jax.tree`. */
export interface JaxTree {
  /** Whether all leaves are true. */
  readonly all: Function_<(tree: Arg, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** A prefix tree's leaves repeated to a full tree. */
  readonly broadcast: Function_<(prefix_tree: Arg, full_tree: Arg, is_leaf?: Arg | Options, options?: { prefix_tree?: Arg; full_tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves and structure of a tree. */
  readonly flatten: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves with their key paths, and structure. */
  readonly flatten_with_path: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves of a tree. */
  readonly leaves: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves with their key paths. */
  readonly leaves_with_path: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** A function applied to the leaves of trees. */
  readonly map: Function_<(f: Callable, tree: Arg, ...rest: Arg[]) => any>;
  /** A function applied to key paths and leaves. */
  readonly map_with_path: Function_<(f: Callable, tree: Arg, ...rest: Arg[]) => any>;
  /** Leaves combined from the left. */
  readonly reduce: Function_<(function_: Arg, tree: Arg, initializer?: Arg | Options, is_leaf?: Arg | Options, options?: { function?: Arg; tree?: Arg; initializer?: Arg; is_leaf?: Arg }) => any>;
  /** Structure of a tree. */
  readonly structure: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** A tree of trees turned inside out. */
  readonly transpose: Function_<(outer_treedef: Arg, inner_treedef: Arg, pytree_to_transpose: Arg, options?: { outer_treedef?: Arg; inner_treedef?: Arg; pytree_to_transpose?: Arg }) => any>;
  /** A tree of a structure from leaves. */
  readonly unflatten: Function_<(treedef: Arg, leaves: Arg, options?: { treedef?: Arg; leaves?: Arg }) => any>;
}

/** `jax.tree_util`. */
export interface JaxTreeUtil {
  /** A step into a dict. */
  readonly DictKey: Function_<(key: Arg, options?: { key?: Arg }) => any>;
  /** A step to a numbered child. */
  readonly FlattenedIndexKey: Function_<(key: Arg, options?: { key?: Arg }) => any>;
  /** A step to an attribute. */
  readonly GetAttrKey: Function_<(name: Arg, options?: { name?: Arg }) => any>;
  /** A step into a list or tuple. */
  readonly SequenceKey: Function_<(idx: Arg, options?: { idx?: Arg }) => any>;
  /** Whether every element is a leaf. */
  readonly all_leaves: Function_<(iterable: Arg, is_leaf?: Arg | Options, options?: { iterable?: Arg; is_leaf?: Arg }) => any>;
  /** A key path as text. */
  readonly keystr: Function_<(keys: Arg, options?: { keys?: Arg; simple?: Arg; separator?: Arg }) => any>;
  /** Whether all leaves are true. */
  readonly tree_all: Function_<(tree: Arg, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** A prefix tree's leaves repeated to a full tree. */
  readonly tree_broadcast: Function_<(prefix_tree: Arg, full_tree: Arg, is_leaf?: Arg | Options, options?: { prefix_tree?: Arg; full_tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves and structure of a tree. */
  readonly tree_flatten: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves with their key paths, and structure. */
  readonly tree_flatten_with_path: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves of a tree. */
  readonly tree_leaves: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** Leaves with their key paths. */
  readonly tree_leaves_with_path: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** A function applied to the leaves of trees. */
  readonly tree_map: Function_<(f: Callable, tree: Arg, ...rest: Arg[]) => any>;
  /** A function applied to key paths and leaves. */
  readonly tree_map_with_path: Function_<(f: Callable, tree: Arg, ...rest: Arg[]) => any>;
  /** Leaves combined from the left. */
  readonly tree_reduce: Function_<(function_: Arg, tree: Arg, initializer?: Arg | Options, is_leaf?: Arg | Options, options?: { function?: Arg; tree?: Arg; initializer?: Arg; is_leaf?: Arg }) => any>;
  /** Structure of a tree. */
  readonly tree_structure: Function_<(tree: Arg, is_leaf?: Arg | Options, options?: { tree?: Arg; is_leaf?: Arg }) => any>;
  /** A tree of trees turned inside out. */
  readonly tree_transpose: Function_<(outer_treedef: Arg, inner_treedef: Arg, pytree_to_transpose: Arg, options?: { outer_treedef?: Arg; inner_treedef?: Arg; pytree_to_transpose?: Arg }) => any>;
  /** A tree of a structure from leaves. */
  readonly tree_unflatten: Function_<(treedef: Arg, leaves: Arg, options?: { treedef?: Arg; leaves?: Arg }) => any>;
  /** The structures below the root. */
  readonly treedef_children: Function_<(treedef: Arg, options?: { treedef?: Arg }) => any>;
  /** Whether it is a single leaf. */
  readonly treedef_is_leaf: Function_<(treedef: Arg, options?: { treedef?: Arg }) => any>;
  /** A tuple of structures. */
  readonly treedef_tuple: Function_<(treedefs: Arg, options?: { treedefs?: Arg }) => any>;
}

