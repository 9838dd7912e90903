// Builds the page into web/dist: `npm run build`. See README.md for what it needs.
import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const pkg = resolve(process.env.GRADLENS_WASM ?? join(here, "npm/wasm"));
const dist = resolve(process.env.GRADLENS_DIST ?? join(here, "dist"));
/** The shell's own tests put recorded answers in the engine's place. */
const door = process.env.GRADLENS_DOOR && resolve(process.env.GRADLENS_DOOR);

for (const file of ["gradlens.js", "gradlens_bg.wasm"]) {
  if (existsSync(join(pkg, file))) continue;
  console.error(`${join(pkg, file)} is missing: build the engine first (cargo xtask build), or set GRADLENS_WASM`);
  process.exit(1);
}

const provided = {
  name: "gradlens",
  setup(build) {
    build.onResolve({ filter: /^gradlens-wasm$/ }, () => ({ path: join(pkg, "gradlens.js") }));
    build.onResolve({ filter: /^gradlens-examples$/ }, () => ({ path: "examples", namespace: "examples" }));
    build.onLoad({ filter: /.*/, namespace: "examples" }, () => {
      const folder = join(here, "examples");
      const files = readdirSync(folder).filter((name) => name.endsWith(".py")).sort();
      const contents = `export default ${JSON.stringify(files.map((name) => [name.slice(0, -3), readFileSync(join(folder, name), "utf8")]))}`;
      return { contents, loader: "js", watchFiles: files.map((name) => join(folder, name)) };
    });
    if (door) build.onResolve({ filter: /^\.\/door$/ }, () => ({ path: door }));
  },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({
  entryPoints: { main: join(here, "src/main.ts"), worker: join(here, "src/worker.ts"), style: join(here, "styles/style.css") },
  outdir: dist, bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none",
  conditions: ["browser"], logLevel: "warning", sourcemap: process.env.GRADLENS_SOURCEMAP ? "linked" : false,
  // wasm-bindgen's loader knows a default place for the module, which we never use: the page compiles it itself.
  plugins: [provided], nodePaths: [join(here, "node_modules")],
});
cpSync(join(here, "index.html"), join(dist, "index.html"));
cpSync(join(pkg, "gradlens_bg.wasm"), join(dist, "gradlens_bg.wasm"));
console.log(`built ${dist}`);
