// The two engines: where they are, what they weigh.
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";

export const here = new URL(".", import.meta.url).pathname;
export const root = join(here, "../..");

/** A command that everything timed runs under, as `chrt -f 50 taskset -c 1`, where a machine does much else. */
const under = process.argv.includes("--under") ? process.argv[process.argv.indexOf("--under") + 1].split(" ") : [];

/** Node with arguments, as a command and its arguments. */
export function node(...args: string[]): [command: string, args: string[]] {
  const [command, ...rest] = [...under, process.execPath, ...args];
  return [command, rest];
}

const size = (file: string) => statSync(file).size;

/** unrolled/ort as a bundler makes it of what npm installs. */
export function ownBundle(): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "dist/ort.js")],
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return outputFiles[0].contents;
}

/** The files that an engine loads: ours in one bundle; onnxruntime's binary, or its wasm with the code beside. */
export function filesOf(engine: string): string[] {
  if (engine.includes("onnxruntime-node")) {
    const bin = join(dirname(engine), "../bin");
    const [napi] = readdirSync(bin);
    const folder = join(bin, napi, process.platform, process.arch);
    return readdirSync(folder).map((file) => join(folder, file));
  }
  const wasm = ["ort-wasm-simd-threaded.wasm", "ort-wasm-simd.wasm"].map((name) => join(dirname(engine), name));
  return [engine, wasm.find((file) => readdirSync(dirname(engine)).includes(file.slice(dirname(engine).length + 1)))!];
}

export function bytesOf(engine: string): number {
  if (!/onnxruntime-(node|web)/.test(engine)) return ownBundle().length;
  return filesOf(engine).reduce((sum, file) => sum + size(file), 0);
}
