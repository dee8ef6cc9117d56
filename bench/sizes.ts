import { readFileSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes. */
export interface Sizes {
  /** What npm installs of its own: the package and the siblings it is split into. */
  readonly installed: number;
  /** A bundle for the browser, minified, and the binaries it fetches; gzipped. */
  readonly script: number;
  readonly binary: number;
}

interface Shipment {
  readonly packages: readonly string[];
  readonly source: string;
  /** Binaries that the script fetches at run time. */
  readonly binaries: readonly string[];
}

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PEERS = fileURLToPath(new URL("./peers/", import.meta.url));
const modules = (name: string) => `${PEERS}node_modules/${name}`;

const SHIPMENTS: Record<string, Shipment> = {
  unrolled: {
    packages: [`${ROOT}dist`],
    source: `export { Model } from "../../dist/index.js";`, // the binaries are inside, as base64
    binaries: [],
  },
  "onnxruntime-web": {
    packages: ["onnxruntime-web", "onnxruntime-common"].map(modules),
    source: `export { InferenceSession, Tensor, env } from "onnxruntime-web/wasm";`,
    binaries: [modules("onnxruntime-web/dist/ort-wasm-simd-threaded.wasm")],
  },
  tfjs: {
    packages: ["core", "layers", "backend-wasm"].map((part) => modules(`@tensorflow/tfjs-${part}`)),
    source: `export { tensor2d, tidy, setBackend } from "@tensorflow/tfjs-core";
      export { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
      export { layers, sequential } from "@tensorflow/tfjs-layers";`,
    binaries: [modules("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm")],
  },
  "brain.js": {
    packages: [modules("brain.js")],
    source: `export { recurrent } from "brain.js/dist/browser.js";`,
    binaries: [],
  },
  plain: { packages: [], source: `export { makePlainNet } from "./plain.ts";`, binaries: [] },
};

export async function measureSizes(): Promise<Record<string, Sizes>> {
  const entries = Object.entries(SHIPMENTS).map(async ([name, { packages, source, binaries }]) => {
    const script = gzipped(await bundle(source));
    const binary = sum(binaries.map((path) => gzipped(readFileSync(path))));
    return [name, { installed: sum(packages.map(folderSize)), script, binary }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Bytes of a bundle for the browser, minified and gzipped. */
export const bundled = async (source: string): Promise<number> => gzipped(await bundle(source));

async function bundle(source: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: PEERS, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    // Branches for Node that no browser takes.
    external: ["fs", "path", "os", "module", "worker_threads", "perf_hooks", "crypto", "util", "node:*"],
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;
const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);

function folderSize(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return sum(files.map((file) => statSync(`${folder}/${file}`)).map((stat) => (stat.isFile() ? stat.size : 0)));
}
