// The shell alone, with recorded answers in the engine's place (tests/shell/door.ts): what the page does with answers, with
// an engine that hangs or dies, with keys, themes, links and fixes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, open, serve, type } from "./browser.mjs";

const web = join(dirname(fileURLToPath(import.meta.url)), "..");
let folder, server, browser;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gradlens-shell-"));
  const env = { ...process.env, GRADLENS_DIST: folder, GRADLENS_DOOR: join(web, "tests/shell/door.ts") };
  execFileSync(process.execPath, ["build.mjs"], { cwd: web, stdio: "inherit", env });
  server = await serve(folder);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function fresh(options) {
  const opened = await open(browser, server.url, options);
  await opened.page.waitForSelector('.plot[data-stage="refined"]');
  return opened;
}

test("events come as a table, and selecting one explains it", async () => {
  const { page, context, problems } = await fresh();
  await page.waitForSelector(".events tbody tr");
  assert.deepEqual(await page.locator(".events tbody .kind").allTextContents(), ["NaN region", "pole", "kink", "jump"]);
  await type(page, "import jax.numpy as jnp\ndef f(x):\n    return jnp.abs(x - 1)\n");
  await page.locator(".events tbody tr", { hasText: "kink" }).click();
  await page.waitForSelector(".explanation h3");
  assert.match(await page.locator(".explanation").innerText(), /every number in between is a subgradient/i);
  assert.match(await page.locator(".facts").innerText(), /−0\.611/);
  // The expression at fault is marked in the code, and its node in the graph.
  await page.waitForSelector(".ev-selected");
  assert.match(await page.locator(".ev-selected").allInnerTexts().then((all) => all.join("")), /abs\(x - 1\)/);
  assert.equal((await page.locator(".node.chosen").count()) > 0, true);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a fix is plotted beside the original and applied", async () => {
  const { page, context, problems } = await fresh();
  await type(page, "import jax.numpy as jnp\ndef f(x):\n    return jnp.where(x > 0, jnp.sqrt(x), 0)\n");
  await page.locator(".events tbody tr", { hasText: "NaN region" }).click();
  await page.getByRole("button", { name: "Plot beside" }).click();
  await page.waitForSelector(".fix.shown");
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForFunction(() => document.querySelector(".cm-content").innerText.includes("jnp.where(x > 0, x, 1)"));
  assert.deepEqual(problems, []);
  await context.close();
});

test("an error is marked in the editor, and the text can be mended", async () => {
  const { page, context, problems } = await fresh();
  await type(page, "def f(x:\n    return x\n");
  await page.waitForSelector(".problem");
  assert.match(await page.locator(".problem").innerText(), /SyntaxError.*line 1.*never closed/s);
  await page.waitForSelector(".cm-lintRange-error");
  await type(page, "def f(x):\n    return x\n");
  await page.waitForSelector(".problem", { state: "detached" });
  assert.deepEqual(problems, []);
  await context.close();
});

test("an engine that hangs is replaced, and the text stays", async () => {
  const { page, context } = await fresh();
  await type(page, "while True:\n    pass\n");
  await page.waitForSelector(".stop.on");
  // The page is alive: it takes keys and draws.
  await page.locator(".cm-content").press("End");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.waitForSelector(".notice");
  assert.match(await page.locator(".notice").innerText(), /restarted; your text/);
  assert.match(await page.locator(".cm-content").innerText(), /while True/);
  await type(page, "def f(x):\n    return x\n");
  await page.waitForFunction(() => document.querySelector(".plot").dataset.shown === "f" && !document.querySelector(".stop.on"));
  await context.close();
});

test("a hanging engine is overtaken by an edit without anybody pressing Stop", async () => {
  const { page, context } = await fresh();
  await type(page, "while True:\n    pass\n");
  await page.waitForTimeout(2800);
  await type(page, "def f(x):\n    return x + 1\n");
  await page.waitForSelector(".notice");
  await page.waitForFunction(() => !document.querySelector(".stop.on"));
  assert.match(await page.locator(".cm-content").innerText(), /x \+ 1/);
  await context.close();
});

test("an engine that crashes is replaced and not run into the same wall again", async () => {
  const { page, context } = await fresh();
  await type(page, "crash\n");
  await page.waitForSelector(".notice.error");
  assert.match(await page.locator(".notice").innerText(), /fault of ours/);
  await type(page, "def f(x):\n    return x\n");
  await page.waitForFunction(() => document.querySelector(".plot").dataset.shown === "f");
  await context.close();
});

test("the text survives a reload", async () => {
  const { page, context } = await fresh();
  await type(page, "# mine\ndef f(x):\n    return x\n");
  await page.waitForTimeout(400);
  await page.reload();
  await page.waitForSelector(".plot[data-stage]");
  assert.match(await page.locator(".cm-content").innerText(), /# mine/);
  await context.close();
});

test("a link carries the state, and one's own text is kept beside a stranger's", async () => {
  const first = await fresh();
  await type(first.page, "# shared\ndef f(x, a=1.0):\n    return a * x\n");
  await first.page.getByLabel("Left end of the window").fill("-7");
  await first.page.getByLabel("Left end of the window").press("Enter");
  await first.page.getByLabel("a, exactly").fill("2.5");
  await first.page.getByLabel("a, exactly").press("Enter");
  await first.page.getByRole("button", { name: "Share" }).click();
  await first.page.waitForFunction(() => location.hash.startsWith("#1."));
  const link = first.page.url();
  await first.context.close();

  const { page, context, problems } = await fresh();
  await type(page, "# my own\ndef f(x):\n    return x\n");
  await page.waitForTimeout(400);
  await page.goto("about:blank");
  await page.goto(link);
  await page.waitForSelector(".plot[data-stage]");
  assert.match(await page.locator(".cm-content").innerText(), /# shared/);
  assert.equal(await page.getByLabel("Left end of the window").inputValue(), "-7");
  assert.equal(await page.getByLabel("a, exactly").inputValue(), "2.5");
  await page.getByRole("button", { name: "Go back to it" }).click();
  await page.waitForFunction(() => document.querySelector(".cm-content").innerText.includes("# my own"));
  assert.deepEqual(problems, []);
  await context.close();
});

test("a broken or hostile link changes nothing", async () => {
  for (const hash of ["#1.!!!", "#1.AAAA", "#1.", "#nonsense"]) {
    const { page, context, problems } = await open(browser, server.url + hash);
    await page.waitForSelector(".plot[data-stage]");
    assert.match(await page.locator(".cm-content").innerText(), /Start here/);
    assert.deepEqual(problems, []);
    await context.close();
  }
});

test("everything can be reached by keys", async () => {
  const { page, context, problems } = await fresh();
  await page.waitForSelector(".events tbody tr");
  const left = () => page.getByLabel("Left end of the window").inputValue();
  await page.locator(".plot").focus();
  await page.keyboard.press("n");
  await page.waitForSelector(".events tr.chosen");
  await page.keyboard.press("n");
  assert.match(await page.locator(".events tr.chosen").innerText(), /pole/);
  await page.keyboard.press("p");
  assert.match(await page.locator(".events tr.chosen").innerText(), /NaN region/);
  const before = await page.locator(".plot").getAttribute("aria-valuenow");
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await page.locator(".plot").getAttribute("aria-valuenow"), before);
  await page.keyboard.press("+");
  assert.notEqual(await left(), "-4");
  await page.keyboard.press("0");
  assert.equal(await left(), "-4");
  await page.waitForFunction(() => document.querySelectorAll(".events tbody tr").length === 4);
  await page.locator(".events tbody tr").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.match(await page.locator(".events tr.chosen").innerText(), /pole/);
  await page.locator("#tab-graph").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("#tab-gradient").getAttribute("aria-selected"), "true");
  assert.deepEqual(problems, []);
  await context.close();
});

test("both themes, by the system and by the button", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, context, problems } = await fresh({ colorScheme });
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--paper").trim());
    const same = async (want) => assert.match(await paper(), want);
    const [light, dark] = [/^#fff(fff)?$/, /^#14171b$/];
    await same(colorScheme === "light" ? light : dark);
    await page.locator(".theme").click();
    await same(light);
    await page.locator(".theme").click();
    await same(dark);
    assert.deepEqual(problems, []);
    await context.close();
  }
});

test("pointing at a node lights its code, and a cursor fills the graph with values", async () => {
  const { page, context, problems } = await fresh();
  await page.waitForSelector(".node");
  const plot = await page.locator(".plot").boundingBox();
  await page.mouse.move(plot.x + plot.width * 0.7, plot.y + 100);
  await page.waitForSelector(".node .val");
  await page.locator(".node", { hasText: "sqrt" }).first().hover();
  await page.waitForSelector(".pointed");
  assert.match((await page.locator(".pointed").allInnerTexts()).join(""), /jnp\.sqrt\(x\)/);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a slider redraws, and a fallback is said", async () => {
  const { page, context, problems } = await fresh();
  await page.getByLabel("a, exactly").fill("-2");
  await page.getByLabel("a, exactly").press("Enter");
  await page.waitForFunction(() => Math.abs(document.querySelector("#slider-a").value - -2) < 0.02);
  await page.getByRole("radio", { name: "WebGPU" }).click();
  await page.waitForSelector(".fallback");
  assert.match(await page.locator("footer").innerText(), /not WebGPU: the page has no WebGPU adapter/);
  assert.deepEqual(problems, []);
  await context.close();
});

test("no width breaks the page", async () => {
  for (const [width, height] of [[1440, 900], [1024, 768], [600, 900], [360, 700]]) {
    const { page, context, problems } = await fresh({ viewport: { width, height } });
    const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
    assert.equal(fits, true, `${width} scrolls sideways`);
    assert.deepEqual(problems, []);
    await context.close();
  }
});
