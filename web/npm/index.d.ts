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
export declare class Array {
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

}

/** Loads the engine; await it before anything else. */
export declare function init(options?: { module?: WebAssembly.Module | BufferSource | Response | URL | string }): Promise<void>;
/** A step of an index. */
export declare function slice(start?: number | null, stop?: number | null, step?: number | null): any;
/** Makes an array; plain numbers become floats unless `dtype` says otherwise. */
export declare function array(value: Nested | ArrayLike | readonly ArrayLike[], options?: { dtype?: DTypeLike }): Array;

/** The gradient of a scalar function, with respect to its first argument unless `argnums` says otherwise. */
export declare function grad(fun: Callable, options?: { argnums?: number | readonly number[]; hasAux?: boolean; allowInt?: boolean }): (...args: any[]) => any;
/** The value and the gradient, as a pair. */
export declare function valueAndGrad(fun: Callable, options?: { argnums?: number | readonly number[]; hasAux?: boolean }): (...args: any[]) => [any, any];
/** Compiles a function, once per shape. */
export declare function jit<F extends Callable>(fun: F, options?: { staticArgnums?: number | readonly number[] }): F;
/** Maps a function over an axis of its arguments. */
export declare function vmap(fun: Callable, options?: { inAxes?: any; outAxes?: any }): (...args: any[]) => any;
/** The value, and the derivative along the tangents. */
export declare function jvp(fun: Callable, primals: readonly any[], tangents: readonly any[], options?: { hasAux?: boolean }): [any, any];
/** The value, and a function that pulls a cotangent back. */
export declare function vjp(fun: Callable, ...primals: any[]): [any, (cotangent: any) => any[]];
/** The value, and the linear map of the derivative. */
export declare function linearize(fun: Callable, ...primals: any[]): [any, (...tangents: any[]) => any];
export declare function jacfwd(fun: Callable, options?: { argnums?: number | readonly number[] }): (...args: any[]) => any;
export declare function jacrev(fun: Callable, options?: { argnums?: number | readonly number[] }): (...args: any[]) => any;
export declare function hessian(fun: Callable, options?: { argnums?: number | readonly number[] }): (...args: any[]) => any;
export declare function checkpoint<F extends Callable>(fun: F): F;
/** A function that gives the Jaxpr of `fun` at its arguments; `toString()` shows it. */
export declare function makeJaxpr(fun: Callable, options?: { staticArgnums?: number | readonly number[] }): (...args: any[]) => { toString(): string };

/** Sets JAX's configuration and where to run. */
export declare function configure(options: { x64?: boolean; backend?: "auto" | "webgpu" | "cpu" | "reference" }): void;

/** What came of running a Python module. */
export interface RunResult {
  /** Whether it ran to its end. */
  ok: boolean;
  /** What it printed. */
  stdout: string;
  diagnostics: { severity: "error" | "warning" | "note"; class: string | null; message: string; help: string | null; span: { start: number; end: number; line: number; column: number } | null }[];
}
/** Runs a Python module. */
export declare function run(source: string, options?: { x64?: boolean; backend?: "auto" | "webgpu" | "cpu" | "reference" }): Promise<RunResult>;
/** How many of the engine's values JavaScript still holds. */
export declare function heldCount(): number;

export declare const jax: Jax;
export declare const numpy: JaxNumpy;
export declare const lax: JaxLax;
export declare const nn: any;
export declare const random: any;
export declare const scipy: any;
export declare const tree: any;
export declare const jnp: JaxNumpy;

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
  readonly config: JaxConfig;
  readonly debug: JaxDebug;
  readonly dtypes: JaxDtypes;
  readonly lax: JaxLax;
  readonly numpy: JaxNumpy;
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
  /** A scan by an associative function, in logarithmic depth. */
  readonly associative_scan: Function_<(fn: Callable, elems: Arg, reverse?: boolean | Options, axis?: number | readonly number[] | null | Options, options?: { fn?: Callable; elems?: Arg; reverse?: boolean; axis?: number | readonly number[] | null }) => any>;
  /** The position along a named axis. */
  readonly axis_index: Function_<(axis_name: Arg, options?: { axis_name?: Arg }) => Array>;
  /** Runs one of two functions, chosen by a scalar predicate. */
  readonly cond: Function_<(pred: Arg, ...args: Arg[]) => any>;
  /** A counted loop. */
  readonly fori_loop: Function_<(lower: Arg, upper: Arg, body_fun: Callable, init_val: Arg, options?: { lower?: Arg; upper?: Arg; body_fun?: Callable; init_val?: Arg; unroll?: Arg }) => Array>;
  /** Applies a function to leading slices, one after another. */
  readonly map: Function_<(f: Callable, xs: Arg, options?: { f?: Callable; xs?: Arg; batch_size?: Arg }) => any>;
  /** Maximum over a named axis. */
  readonly pmax: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Mean over a named axis. */
  readonly pmean: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Minimum over a named axis. */
  readonly pmin: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Sum over a named axis. */
  readonly psum: Function_<(x: Arg, axis_name: Arg, options?: { x?: Arg; axis_name?: Arg; axis_index_groups?: Arg }) => Array>;
  /** Threads a carry through leading slices, stacking results. */
  readonly scan: Function_<(f: Callable, init: Arg, xs?: Arg | Options, length?: number | null | Options, reverse?: boolean | Options, unroll?: Arg | Options, _split_transpose?: Arg | Options, options?: { f?: Callable; init?: Arg; xs?: Arg; length?: number | null; reverse?: boolean; unroll?: Arg; _split_transpose?: Arg }) => any>;
  /** Runs one of several functions, chosen by an index. */
  readonly switch: Function_<(index: Arg, branches: Arg, ...operands: Arg[]) => any>;
  /** Repeats a function while a predicate holds. */
  readonly while_loop: Function_<(cond_fun: Callable, body_fun: Callable, init_val: Arg, options?: { cond_fun?: Callable; body_fun?: Callable; init_val?: Arg }) => any>;
}

/** `jax.numpy`. */
export interface JaxNumpy {
  readonly bfloat16: any;
  readonly bool: any;
  readonly bool_: any;
  readonly cdouble: any;
  readonly complex128: any;
  readonly complex64: any;
  readonly complex_: any;
  readonly complexfloating: any;
  readonly csingle: any;
  readonly double: any;
  readonly e: any;
  readonly euler_gamma: any;
  readonly float16: any;
  readonly float32: any;
  readonly float64: any;
  readonly float_: any;
  readonly floating: any;
  readonly generic: any;
  readonly half: any;
  readonly inexact: any;
  readonly inf: any;
  readonly int16: any;
  readonly int32: any;
  readonly int64: any;
  readonly int8: any;
  readonly int_: any;
  readonly integer: any;
  readonly nan: any;
  readonly newaxis: any;
  readonly number: any;
  readonly pi: any;
  readonly signedinteger: any;
  readonly single: any;
  readonly uint: any;
  readonly uint16: any;
  readonly uint32: any;
  readonly uint64: any;
  readonly uint8: any;
  readonly unsignedinteger: any;
}

