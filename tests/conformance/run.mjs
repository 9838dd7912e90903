// Answers conformance requests, one JSON line each, with the built engine in Node: its wasm backend, as people get it.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as engine from "../../web/npm/wasm/gradlens.js";

engine.initSync({ module: readFileSync(new URL("../../web/npm/wasm/gradlens_bg.wasm", import.meta.url)) });

for await (const line of createInterface({ input: process.stdin })) {
  // A trap leaves the instance in an unknown state: let it end this process, and xtask start another.
  process.stdout.write((await engine.runCase(line)) + "\n");
}
