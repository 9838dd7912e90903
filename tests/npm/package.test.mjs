// The npm package as somebody gets it: installed from its tarball, imported by its name, used in Node.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { array, grad, hessian, init, jit, jnp, makeJaxpr, run, valueAndGrad, vmap } from "gradlens";

before(() => init());

/** JAX's numbers, in single precision. */
function near(got, want) {
  const [g, w] = [[got].flat(Infinity), [want].flat(Infinity)];
  assert.equal(g.length, w.length);
  w.forEach((x, i) => assert.ok(Math.abs(g[i] - x) <= 2e-5 * Math.abs(x) + 2e-6, `${g[i]} is not ${x}`));
}

test("gradients are JAX's", async () => {
  const f = (x) => jnp.sum(jnp.sin(x).mul(x));
  near(await grad(f)(array([1, 2, 3])).js(), [1.381773, 0.077004, -2.828857]);
  const relu = (x) => jnp.maximum(jnp.sin(x), 0);
  near(await vmap(grad(relu))(jnp.linspace(-3, 3, 7)).js(), [0, 0, 0, 0.5, 0.540302, -0.416147, -0.989992]);
});

test("second derivatives are JAX's", async () => {
  near(await hessian((x) => jnp.prod(x))(array([1, 2, 3])).js(), [[0, 3, 2], [3, 0, 1], [2, 1, 0]]);
});

test("trees go in and out as plain objects", () => {
  const loss = ({ w, b }, x, y) => jnp.mean(x.mul(w).add(b).sub(y).pow(2));
  const [value, { w, b }] = jit(valueAndGrad(loss))({ w: 1, b: 0 }, array([0, 1, 2]), array([1, 3, 5]));
  near([value.item(), w.item(), b.item()], [4.6666665, -5.3333335, -4]);
});

test("a Jaxpr prints as JAX prints it", () => {
  const jaxpr = makeJaxpr((x) => jnp.sin(x).mul(2))(1.5);
  assert.equal(String(jaxpr), "{ lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = mul b 2.0:f32[] in (c,) }");
});

test("Python runs", async () => {
  const { ok, stdout } = await run("import jax, jax.numpy as jnp\nprint(jax.grad(jnp.abs)(0.0))\n");
  assert.equal(ok, true);
  assert.equal(stdout.trim(), "1.0");
});

test("errors are JAX's", () => {
  assert.throws(() => grad((x) => jnp.sin(x))(array([1, 2])), {
    name: "TypeError",
    message: /^Gradient only defined for scalar-output functions\. Output had shape: \(2,\)\./,
  });
});

test("the types name the library", () => {
  const types = readFileSync(new URL("../node_modules/gradlens/index.d.ts", import.meta.url), "utf8");
  for (const name of ["export function init", "grad", "vmap"]) assert.ok(types.includes(name), name);
});
