// assembly/ -> build/*.wasm -> dist/: the module in three targets, the bundles, the types.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";

const root = new URL("../", import.meta.url);
process.chdir(root.pathname);

const run = (bin: string, ...args: string[]) =>
  execFileSync(process.execPath, [`node_modules/${bin}`, ...args], { stdio: "inherit" });

for (const target of ["base", "relaxed", "integer", "debug"]) run("assemblyscript/bin/asc.js", "--config", "asconfig.json", "--target", target);

const base64 = (name: string) => JSON.stringify(readFileSync(`build/${name}.wasm`).toString("base64"));
writeFileSync("build/binaries.js", ["base", "relaxed", "integer"].map((name) => `export const ${name} = ${base64(name)};\n`).join(""));

/** The commands import the engine from the bundle beside them. */
const engineBeside: Plugin = {
  name: "engine-beside",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: "./index.js", external: true })),
};

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
const common = { bundle: true, format: "esm", target: "es2022", logLevel: "warning" } as const;
await build({ ...common, entryPoints: ["src/index.ts"], outfile: "dist/index.js", platform: "neutral", mainFields: ["module", "main"], minify: true });
await build({
  ...common,
  entryPoints: ["src/cli/main.ts"],
  outfile: "dist/cli.js",
  platform: "node",
  banner: { js: '#!/usr/bin/env node\nimport { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  minifySyntax: true,
  plugins: [engineBeside],
});
chmodSync("dist/cli.js", 0o755);
run("typescript/bin/tsc", "--project", "build/tsconfig.json");
for (const name of ["base", "relaxed", "integer"]) copyFileSync(`build/${name}.wasm`, `dist/${name}.wasm`);
