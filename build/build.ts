// assembly/ -> build/*.wasm -> dist/: the module in three targets, the bundles, the types.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { notices } from "./notices.ts";
import { flattenTypes } from "./types.ts";

const root = new URL("../", import.meta.url);
process.chdir(root.pathname);

const run = (bin: string, ...args: string[]) =>
  execFileSync(process.execPath, [`node_modules/${bin}`, ...args], { stdio: "inherit" });

for (const target of ["base", "relaxed", "integer", "debug"]) run("assemblyscript/bin/asc.js", "--config", "asconfig.json", "--target", target);

const MODULES = ["base", "relaxed", "integer"];

/**
 * The builds are alike: in turns, 10 KB of each, one stands within gzip's window of the
 * other, and as hex on the same bytes. Base and relaxed are 10.6 KB gzipped, base64 one after the other 14.6.
 */
function binaries(names: readonly string[]): string {
  const pieces = names.map((name) => readFileSync(`build/${name}.wasm`).toString("hex").match(/.{1,20000}/g) ?? []);
  const turns = Array.from({ length: Math.max(...pieces.map((p) => p.length)) }, (_, i) => pieces.map((p) => p[i] ?? ""));
  return [
    `const turns = ${JSON.stringify(turns, null, 1)};`,
    ...MODULES.map((name) => `export const ${name} = turns.map((pieces) => pieces[${names.indexOf(name)}] ?? "").join("");`),
    "",
  ].join("\n");
}
writeFileSync("build/binaries.js", binaries(MODULES));

/** The commands import the engine from the bundle beside them. */
const engineBeside: Plugin = {
  name: "engine-beside",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: "./index.js", external: true })),
};

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
const common = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", metafile: true } as const;
const library: BuildOptions = {
  ...common,
  entryPoints: ["src/index.ts"],
  platform: "neutral",
  mainFields: ["module", "main"],
  inject: ["build/shims.js"],
  minify: true,
};

/** workerd compiles no bytes: there the modules are imports that wrangler uploads beside the script. */
const imported: Plugin = {
  name: "imported-wasm",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/binaries\.js$/ }, ({ path }) => ({ path, namespace: "imported-wasm" }));
    onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: "imported-wasm" }, () => ({
      contents: MODULES.map((name) => `export { default as ${name} } from "./${name}.wasm";`).join("\n"),
    }));
  },
};

/** The core runs, encodes and streams: without the integers' module, and without what is built on top. */
const core: Plugin = {
  name: "core",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/(classify|forecast|generate|quantize|sampling|score|trace)\.ts$/ }, () => ({ path: resolve("build/left-out.ts") }));
    onLoad({ filter: /binaries\.js$/ }, () => ({ contents: binaries(["base", "relaxed"]) }));
  },
};

const engine = await build({ ...library, outfile: "dist/index.js" });
await build({ ...library, outfile: "dist/core.js", plugins: [core] });
await build({ ...library, outfile: "dist/index.cjs", format: "cjs" });
await build({ ...library, outfile: "dist/workerd.js", plugins: [imported] });
const commands = await build({
  ...common,
  entryPoints: ["src/cli/main.ts"],
  outfile: "dist/cli.js",
  platform: "node",
  banner: { js: '#!/usr/bin/env node\nimport { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  minifySyntax: true,
  plugins: [engineBeside],
});
chmodSync("dist/cli.js", 0o755);
writeFileSync("dist/THIRD-PARTY.txt", notices([engine.metafile!, commands.metafile]));
for (const name of MODULES) copyFileSync(`build/${name}.wasm`, `dist/${name}.wasm`);

rmSync("build/types", { recursive: true, force: true });
run("typescript/bin/tsc", "--project", "build/tsconfig.json");
const types = flattenTypes("build/types", "index.d.ts");
for (const extension of ["ts", "cts"]) writeFileSync(`dist/index.d.${extension}`, types);
