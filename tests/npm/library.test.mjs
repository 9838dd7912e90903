// The installed package in Node: calls, transformations of JavaScript functions, trees, errors, memory.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as gradlens from "gradlens";
import { array, grad, hessian, init, jacfwd, jacrev, jit, jvp, makeJaxpr, numpy as np, slice, valueAndGrad, vjp, vmap } from "gradlens";

before(() => init());

const near = (got, want, tolerance = 1e-5) => {
  const flat = (v) => [v].flat(Infinity);
  const [a, b] = [flat(got), flat(want)];
  assert.equal(a.length, b.length, `${a} for ${b}`);
  a.forEach((x, i) => assert.ok(Object.is(x, b[i]) || Math.abs(x - b[i]) <= tolerance * Math.max(1, Math.abs(b[i])), `${a} for ${b}`));
};

test("arrays: shapes, dtypes, text, data", async () => {
  const x = array([[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(x.shape, [2, 3]);
  assert.equal(x.dtype, "float32");
  assert.equal(x.toString(), "[[1. 2. 3.]\n [4. 5. 6.]]");
  assert.deepEqual(await x.data(), new Float32Array([1, 2, 3, 4, 5, 6]));
  assert.deepEqual(await x.js(), [[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(x.T.jsSync(), [[1, 4], [2, 5], [3, 6]]);
  assert.equal(array([1, 2], { dtype: "int32" }).dtype, "int32");
  assert.equal(np.asarray(new Int32Array([1, 2])).dtype, "int32");
  assert.equal(np.asarray(new Float64Array([1, 2])).dtype, "float32");
  assert.deepEqual(np.arange(4).jsSync(), [0, 1, 2, 3]);
  assert.equal(np.arange(4).dtype, "int32");
  assert.deepEqual(array([true, false]).jsSync(), [true, false]);
});

test("operators are methods, and values promote as in JAX", () => {
  const x = array([1, 2, 3]);
  near(x.add(1).mul(x).sub(0.5).div(2).jsSync(), [0.75, 2.75, 5.75]);
  near(x.pow(2).neg().jsSync(), [-1, -4, -9]);
  near(np.matmul(array([[1, 2], [3, 4]]), array([1, 1])).jsSync(), [3, 7]);
  assert.deepEqual(x.gt(1).jsSync(), [false, true, true]);
  assert.equal(x.sum().item(), 6);
  assert.equal(+np.max(x), 3);
});

test("keyword arguments come as a last object, in either spelling", () => {
  const x = array([[1, 2], [3, 4]]);
  assert.deepEqual(np.sum(x, { axis: 0 }).jsSync(), [4, 6]);
  assert.deepEqual(np.sum(x, { axis: 1, keepdims: true }).shape, [2, 1]);
  assert.deepEqual(vmap((a, b) => a.mul(b), { inAxes: [0, null] })(array([1, 2]), 3).jsSync(), [3, 6]);
  assert.deepEqual(vmap((a, b) => a.mul(b), { in_axes: [0, null] })(array([1, 2]), 3).jsSync(), [3, 6]);
});

test("gradients of JavaScript functions, with JAX's conventions", () => {
  near(grad((x) => np.sin(x).mul(x))(2).item(), Math.sin(2) + 2 * Math.cos(2));
  near(grad((x) => np.abs(x))(0).item(), 1);
  near(grad((x) => np.maximum(x, 0))(0).item(), 0.5);
  near(grad(grad((x) => x.pow(3)))(2).item(), 12);
  near(grad((x, y) => x.mul(y), { argnums: [0, 1] })(2, 5).map((g) => g.item()), [5, 2]);
  const [value, slope] = valueAndGrad((x) => np.sum(x.mul(x)))(array([1, 2]));
  near(value.item(), 5);
  near(slope.jsSync(), [2, 4]);
});

test("every transformation", () => {
  const f = (x) => np.sin(x).mul(x);
  const [y, dy] = jvp(f, [2], [1]);
  near([y.item(), dy.item()], [2 * Math.sin(2), Math.sin(2) + 2 * Math.cos(2)]);
  const [, pull] = vjp(f, 2);
  near(pull(1)[0].item(), Math.sin(2) + 2 * Math.cos(2));
  const g = (x) => np.stack([x.get(0).mul(x.get(1)), x.get(0).pow(2)]);
  near(jacfwd(g)(array([2, 3])).jsSync(), [[3, 2], [4, 0]]);
  near(jacrev(g)(array([2, 3])).jsSync(), [[3, 2], [4, 0]]);
  near(hessian((x) => np.sum(x.pow(3)))(array([1, 2])).jsSync(), [[6, 0], [0, 12]]);
  near(vmap(grad(f))(array([0, 1])).jsSync(), [0, Math.sin(1) + Math.cos(1)]);
  let traced = 0;
  const fast = jit((x) => { traced++; return x.mul(2); });
  near([fast(1).item(), fast(3).item()], [2, 6]);
  assert.equal(traced, 1);
  assert.match(String(makeJaxpr((x) => np.sin(x))(1)), /\{ lambda ; a:f32\[\]\. let b:f32\[\] = sin a in \(b,\) \}/);
});

test("trees are arrays and plain objects", () => {
  const loss = ({ w, b }, x, y) => np.mean(x.mul(w).add(b).sub(y).pow(2));
  let params = { w: 0, b: 0 };
  const [x, y] = [array([0, 1, 2, 3]), array([1, 3, 5, 7])];
  const step = jit(grad(loss));
  for (let i = 0; i < 200; i++) {
    const slope = step(params, x, y);
    params = gradlens.tree.map((p, g) => p.sub(g.mul(0.1)), { w: np.asarray(params.w), b: np.asarray(params.b) }, slope);
  }
  near([params.w.item(), params.b.item()], [2, 1], 1e-2);
});

test("indexing", () => {
  const x = array([[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(x.get(1).jsSync(), [4, 5, 6]);
  assert.deepEqual(x.get("...", 0).jsSync(), [1, 4]);
  assert.deepEqual(x.get(slice(), slice(1)).jsSync(), [[2, 3], [5, 6]]);
  assert.deepEqual(x.at(0, 0).set(9).get(0).jsSync(), [9, 2, 3]);
  assert.deepEqual([...array([1, 2])].map(Number), [1, 2]);
});

test("errors have JAX's class and words", () => {
  const is = (name, message) => (e) => e.name === name && message.test(e.message);
  assert.throws(() => grad((x) => x)(array([1, 2])), is("TypeError", /^Gradient only defined for scalar-output functions. Output had shape: \(2,\)\./));
  assert.throws(() => jit((x) => x.item())(1), is("ConcretizationTypeError", /Abstract tracer value encountered/));
  assert.throws(() => np.reshape(array([1, 2, 3]), [2, 2]), is("TypeError", /cannot reshape/));
  assert.throws(() => np.nothing_of_that_name(1), TypeError);
  const own = new Error("mine");
  assert.throws(() => grad(() => { throw own; })(1), (e) => e === own);
  let leaked;
  grad((x) => { leaked = x; return x; })(1);
  assert.throws(() => leaked.add(1), is("UnexpectedTracerError", /./));
});

test("an async function is awaited", async () => {
  const f = async (x) => { await null; return x.mul(x); };
  near((await grad(f).async(3)).item(), 6);
});

test("memory comes back by itself", { skip: !globalThis.gc && "needs --expose-gc" }, async () => {
  const before = gradlens.heldCount();
  for (let i = 0; i < 1000; i++) np.sin(i);
  for (let i = 0; i < 50 && gradlens.heldCount() > before + 100; i++) {
    globalThis.gc();
    await new Promise((done) => setTimeout(done, 20));
  }
  assert.ok(gradlens.heldCount() <= before + 100, `${gradlens.heldCount()} still held`);
});
