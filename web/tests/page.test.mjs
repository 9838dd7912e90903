// The built page with the real engine: first plot, every example, errors at their place, limits, backends.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, open, serve, type } from "./browser.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = process.env.GRADLENS_DIST ?? join(web, "dist");
let server, browser;

before(async () => {
  assert.ok(existsSync(join(dist, "main.js")), `${dist} is not built`);
  server = await serve(dist);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
});

const settled = (page) => page.waitForFunction(() => !document.querySelector(".stop.on") && document.querySelector("footer").innerText.startsWith("Ran on"), null, { timeout: 60_000 });
async function fresh(options) {
  const opened = await open(browser, server.url, options);
  await opened.page.waitForSelector('.plot[data-stage]', { timeout: 60_000 });
  await settled(opened.page);
  return opened;
}
const kinds = (page) => page.locator(".events tbody .kind").allTextContents();
const places = (page) => page.locator(".events tbody tr td:nth-child(2)").allTextContents();
const set = async (page, text) => {
  await type(page, text);
  await page.waitForTimeout(60);
  await settled(page);
};
const module = (body) => `import jax\nimport jax.numpy as jnp\n\n\ndef f(x):\n    return ${body}\n`;

test("the first example is drawn, with its events, graph and output", async () => {
  const { page, context, problems } = await fresh();
  assert.equal(await page.locator(".plot").getAttribute("data-shown"), "f");
  const found = await kinds(page);
  for (const kind of ["kink", "jump", "pole"]) assert.ok(found.includes(kind), `${kind} in ${found}`);
  assert.ok((await page.locator("#panel-graph .node").count()) > 5);
  await page.locator("#tab-jaxpr").click();
  assert.match(await page.locator(".jaxprs").innerText(), /\{ lambda ;.*select_n.*make_jaxpr\(jax\.grad\(f\)\)/s);
  await page.locator("#tab-output").click();
  assert.match(await page.locator(".scroll.output").innerText(), /f\(2\)\s+= 2\.66/);
  assert.deepEqual(problems, []);
  await context.close();
});

/** [function of x, kinds in order, places in order] over [-4, 4]. */
const FUNCTIONS = [
  ["jnp.sin(x) * x", [], []],
  ["jnp.abs(x - 1)", ["kink"], ["1"]],
  ["jnp.maximum(x, 0.5)", ["kink"], ["0.5"]],
  ["1 / (x - 2)", ["pole"], ["2"]],
  ["jnp.where(x > 1, x + 1, x)", ["jump"], ["1"]],
];
test("events are found where they are, and nowhere else", async () => {
  const { page, context, problems } = await fresh();
  for (const [body, wantKinds, wantPlaces] of FUNCTIONS) {
    await set(page, module(body));
    const points = (await kinds(page)).map((kind, i) => [kind, i]).filter(([kind]) => kind !== "flat region");
    assert.deepEqual(points.map(([kind]) => kind), wantKinds, body);
    const at = await places(page);
    assert.deepEqual(points.map(([, i]) => at[i]), wantPlaces, body);
  }
  assert.deepEqual(problems, []);
  await context.close();
});

test("an error stands at its place, in JAX's words", async () => {
  const { page, context, problems } = await fresh();
  const rows = [
    ["x = 1\ny = = 2\n", /SyntaxError/, 2],
    ["x = 1\ny = x + z\n", /NameError.*name 'z' is not defined/s, 2],
    ["import jax\nimport jax.numpy as jnp\njax.grad(lambda x: x > 0)(1.0)\n", /TypeError.*grad requires real-valued outputs/s, 3],
    ["import jax\nfrom jax import jit\n\n@jit\ndef f(x):\n    if x > 0:\n        return x\n    return -x\n\nf(1.0)\n", /TracerBoolConversionError.*Attempted boolean conversion of traced array with shape bool\[\]/s, 6],
  ];
  for (const [source, message, line] of rows) {
    await set(page, source);
    const text = await page.locator(".problem").innerText();
    assert.match(text, message);
    assert.match(text, new RegExp(`line ${line}\\b`), text);
    await page.waitForSelector(".cm-lintRange-error");
  }
  await set(page, module("x * x"));
  assert.equal(await page.locator(".problem").count(), 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test("endless loops, endless recursion and huge allocations end by themselves, and the text stays", async () => {
  const { page, context, problems } = await fresh();
  for (const source of ["while True:\n    pass\n", "def g(n):\n    return g(n + 1)\ng(0)\n", "a = [0] * 10\nwhile True:\n    a = a + a\n", "x = 'a' * 10 ** 12\n"]) {
    await set(page, source);
    assert.match(await page.locator(".problem").innerText(), /Error|Limit/, source);
    assert.equal((await page.locator(".cm-content").innerText()).trim().split("\n")[0], source.split("\n")[0]);
    // By a limit of the engine's, not by losing the worker.
    assert.equal(await page.locator(".notice").count(), 0, source);
  }
  await set(page, module("x * x"));
  assert.equal(await page.locator(".plot").getAttribute("data-shown"), "f");
  assert.deepEqual(problems, []);
  await context.close();
});

test("a fix makes the gradient whole", async () => {
  const { page, context, problems } = await fresh();
  await set(page, module("jnp.where(x > 0, jnp.sqrt(x), 0.0)"));
  const nan = page.locator(".events tbody tr", { hasText: /NaN|mismatch/ }).first();
  await nan.click();
  await page.waitForSelector(".fix");
  await page.getByRole("button", { name: "Plot beside" }).first().click();
  await page.waitForSelector(".fix.shown");
  await page.getByRole("button", { name: "Apply" }).first().click();
  await page.waitForTimeout(100);
  await settled(page);
  assert.equal(await page.locator(".problem").count(), 0);
  assert.ok(!(await kinds(page)).includes("NaN region"));
  assert.deepEqual(problems, []);
  await context.close();
});

test("the cursor shows the value and the cotangent of every node", async () => {
  const { page, context, problems } = await fresh();
  await set(page, module("jnp.sin(x) * 2.0"));
  await page.locator(".plot").focus();
  await page.keyboard.press("Home");
  await page.waitForSelector("#panel-graph .node .val");
  assert.match(await page.locator("#panel-graph .node", { hasText: "sin" }).textContent(), /0\.7568.*∂ 2/s);
  assert.deepEqual(problems, []);
  await context.close();
});

test("every backend gives a plot, and says which one ran", async () => {
  const { page, context, problems } = await fresh();
  for (const [name, ran] of [["Reference", /reference/], ["CPU", /CPU|not CPU/], ["WebGPU", /WebGPU/]]) {
    await page.getByRole("radio", { name }).click();
    await page.waitForTimeout(60);
    await settled(page);
    assert.match(await page.locator("footer").innerText(), ran);
    assert.ok((await kinds(page)).includes("kink"), name);
  }
  await page.getByRole("radio", { name: "f64" }).click();
  await page.waitForTimeout(60);
  await settled(page);
  assert.match(await page.locator(".jaxprs").textContent(), /f64\[\]/);
  assert.deepEqual(problems, []);
  await context.close();
});

test("every example runs and shows its function", { timeout: 300_000 }, async () => {
  const { page, context, problems } = await fresh();
  const failed = [];
  for (const file of readdirSync(join(web, "examples")).filter((name) => name.endsWith(".py")).sort()) {
    await page.getByRole("button", { name: "Examples" }).click();
    await page.locator(`.card[data-example="${file.slice(0, -3)}"]`).click();
    await page.waitForTimeout(60);
    await settled(page);
    const problem = await page.locator(".problem").count() ? await page.locator(".problem").innerText() : "";
    if (problem || (await page.locator(".plot").getAttribute("data-shown")) !== "f") failed.push(`${file}: ${problem}`);
  }
  assert.deepEqual(failed, []);
  assert.deepEqual(problems, []);
  await context.close();
});
