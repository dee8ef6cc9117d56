// npm run site:build: a folder of files for any static host.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { quantizeSafetensors } from "../../src/tasks/quantize.ts";

const root = new URL(".", import.meta.url).pathname;
const dist = (entry: string) => resolve(root, `../../dist/${entry}.js`);

/** `import address from "x.safetensors?int8"`: the address of the model with weights of int8. */
const int8: Plugin = {
  name: "int8",
  enforce: "pre",
  load(id) {
    if (!id.endsWith("?int8")) return;
    const path = id.slice(0, -5);
    const source = quantizeSafetensors(readFileSync(path), "int8");
    const reference = this.emitFile({
      type: "asset",
      name: basename(path).replace(".safetensors", ".int8.safetensors"),
      source,
    });
    return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
  },
};

/** Files that a first visit does not keep: onnxruntime's megabytes. */
const ON_DEMAND = /\/ort[.-]/;

/** The service worker, which keeps every other file of the site. */
const serviceWorker: Plugin = {
  name: "service-worker",
  generateBundle(_, bundle) {
    const hash = createHash("sha256");
    for (const file of Object.values(bundle)) hash.update(file.type === "chunk" ? file.code : file.source);
    const files = ["./", ...Object.keys(bundle).filter((name) => !ON_DEMAND.test(name) && name !== "index.html")];
    const source = readFileSync(resolve(root, "service-worker.js"), "utf8")
      .replace("$VERSION", hash.digest("hex").slice(0, 12))
      .replace('"$FILES"', JSON.stringify(files));
    this.emitFile({ type: "asset", fileName: "worker.js", source });
  },
};

export default defineConfig({
  root,
  base: "./",
  publicDir: false,
  plugins: [int8, serviceWorker],
  resolve: {
    alias: [
      { find: /^unrolled$/, replacement: dist("index") },
      { find: /^unrolled\/(\w+)$/, replacement: `${dist("$1")}` },
    ],
  },
  worker: { format: "es" },
  build: {
    outDir: "build",
    license: { fileName: "licences.md" },
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
});
