// assembly/ -> build/*.wasm -> dist/: the modules, the bundles, the types.
//
//   dist/*.js         a file an entry, minified, the modules inside: browsers, Deno, worklets
//   dist/node/        readable, with source maps, the modules in files beside it
//   dist/cjs/         the same for require
//   dist/workerd/     readable, the modules imported
//   dist/types/       declarations, once more in cjs/
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { BINARIES, CORE, FULL, MODULES } from "./entries.ts";
import { printAbi } from "./abi.ts";
import { notices } from "./notices.ts";
import { squeeze } from "./squeeze.ts";
import { copyTypes } from "./types.ts";

const root = new URL("../", import.meta.url);
process.chdir(root.pathname);

const run = (bin: string, ...args: string[]) =>
  execFileSync(process.execPath, [`node_modules/${bin}`, ...args], { stdio: "inherit" });

const abi = printAbi();
for (const target of [...MODULES, "debug", "unpack"]) {
  const entry = target.startsWith("full") ? "full" : target === "unpack" ? "unpack" : "index";
  run(
    "assemblyscript/bin/asc.js",
    `assembly/${entry}.ts`,
    "--config",
    "asconfig.json",
    "--target",
    target,
    "--use",
    `ABI_HASH=${abi}`,
  );
}

const wasm = (name: string) => readFileSync(`build/${name}.wasm`);

/** The modules as hex, a text each: what Node decodes in no time. */
function plain(file: string, names: readonly string[]): string {
  const line = (name: string) =>
    `export const ${name} = ${JSON.stringify(names.includes(name) ? wasm(name).toString("hex") : "")};\n`;
  return BINARIES[file].map(line).join("");
}

/** The modules in one text, the shortest that a synchronous load can have. */
function packed(file: string, names: readonly string[]): string {
  const binaries = names.map(wasm);
  const ends = binaries.map((_, i) => binaries.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
  const line = (name: string) => {
    const i = names.indexOf(name);
    const parts = `{ text, unpacker, from: ${ends[i] - binaries[i]?.length}, to: ${ends[i]} }`;
    return `export const ${name} = ${i < 0 ? '""' : parts};\n`;
  };
  return [
    `const text = ${JSON.stringify(squeeze(Buffer.concat(binaries)))};\n`,
    `const unpacker = ${JSON.stringify(wasm("unpack").toString("hex"))};\n`,
    ...BINARIES[file].map(line),
  ].join("");
}

/** workerd compiles no bytes: there the modules are imports that wrangler uploads beside the script. */
function imported(file: string, names: readonly string[]): string {
  const line = (name: string) =>
    names.includes(name) ? `export { default as ${name} } from "../${name}.wasm";\n` : `export const ${name} = "";\n`;
  return BINARIES[file].map(line).join("");
}

/** Entries that are bundled in one go: what they share is there once. */
interface Group {
  readonly entries: readonly string[];
  /** The modules of each of BINARIES' files, and what the file is called beside the bundle. */
  readonly binaries: { readonly [file: string]: { readonly modules: readonly string[]; readonly beside: string } };
}

const GROUPS: readonly Group[] = [
  {
    entries: FULL,
    binaries: Object.fromEntries(Object.entries(BINARIES).map(([file, modules]) => [file, { modules, beside: file }])),
  },
  { entries: CORE, binaries: { "binaries.js": { modules: ["base", "relaxed"], beside: "core-binaries.js" } } },
];

const common = { bundle: true, format: "esm", target: "es2022", logLevel: "warning", metafile: true } as const;
const made: Metafile[] = [];

/** Bundles a group into a folder. */
async function bundle({ entries }: Group, outdir: string, binaries: Plugin, options: BuildOptions): Promise<void> {
  const { metafile } = await build({
    ...common,
    entryPoints: entries.map((name) => `src/${name}.ts`),
    outdir,
    platform: "neutral",
    mainFields: ["module", "main"],
    inject: ["build/shims.js"],
    splitting: entries.length > 1,
    ...options,
    plugins: [binaries],
  });
  made.push(metafile!);
}

const fileOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

const inside = ({ binaries: files }: Group): Plugin => ({
  name: "binaries-inside",
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/build\/[a-z-]*binaries\.js$/ }, ({ path }) => ({
      contents: packed(fileOf(path), files[fileOf(path)].modules),
    })),
});

const beside = ({ binaries: files }: Group): Plugin => ({
  name: "binaries-beside",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/build\/[a-z-]*binaries\.js$/ }, ({ path }) => ({
      path: `./${files[fileOf(path)].beside}`,
      external: true,
    })),
});

for (const [file, names] of Object.entries(BINARIES)) writeFileSync(`build/${file}`, plain(file, names));
rmSync("dist", { recursive: true, force: true });
for (const folder of ["node", "cjs", "workerd"]) mkdirSync(`dist/${folder}`, { recursive: true });
for (const group of GROUPS) {
  await bundle(group, "dist", inside(group), { minify: true });
  await bundle(group, "dist/node", beside(group), { sourcemap: true, keepNames: true });
  await bundle(group, "dist/workerd", beside(group), { keepNames: true });
  for (const [file, { modules, beside }] of Object.entries(group.binaries)) {
    writeFileSync(`dist/node/${beside}`, plain(file, modules));
    writeFileSync(`dist/workerd/${beside}`, imported(file, modules));
  }
}
for (const name of readdirSync("dist/node").filter((file) => file.endsWith(".js"))) {
  const sourcemap = !name.endsWith("binaries.js");
  await build({ entryPoints: [`dist/node/${name}`], outdir: "dist/cjs", format: "cjs", platform: "node", sourcemap });
}
writeFileSync("dist/cjs/package.json", '{ "type": "commonjs" }\n');
for (const name of MODULES) copyFileSync(`build/${name}.wasm`, `dist/${name}.wasm`);

/** The commands import the engine from the bundles beside them. */
const ENGINE = new RegExp(`^\\.\\./(${FULL.join("|")})\\.ts$`);
const engineBeside: Plugin = {
  name: "engine-beside",
  setup: ({ onResolve }) =>
    onResolve({ filter: ENGINE }, ({ path }) => ({
      path: path.replace("..", "./node").replace(/ts$/, "js"),
      external: true,
    })),
};
const commands = await build({
  ...common,
  entryPoints: { cli: "src/cli/main.ts" },
  outdir: "dist",
  platform: "node",
  banner: {
    js: '#!/usr/bin/env node\nimport { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  minifySyntax: true,
  plugins: [engineBeside],
});
chmodSync("dist/cli.js", 0o755);
writeFileSync("dist/THIRD-PARTY.txt", notices([...made, commands.metafile]));

rmSync("build/types", { recursive: true, force: true });
run("typescript/bin/tsc", "--project", "build/tsconfig.json");
copyTypes("build/types", [...FULL, ...CORE], ["dist/types", "dist/cjs/types"]);
