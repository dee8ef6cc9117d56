import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("./limit/", import.meta.url));
const BUILDS = { base: ["simd"], relaxed: ["simd", "relaxed-simd"] };

export interface Yardstick {
  readonly memory: WebAssembly.Memory;
  readonly read4: (bytes: number, times: number, factor: number) => number;
  readonly read8: (bytes: number, times: number, factor: number) => number;
  readonly multiplyAdd: (rounds: number, factor: number) => number;
  readonly latency: (count: number) => number;
  /** Multiply-adds of a round. */
  readonly ROUND: WebAssembly.Global;
}

/** bench/limit/*.ts to bench/limit/base.wasm and relaxed.wasm. */
export function compileYardstick(): void {
  const asc = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");
  for (const [name, features] of Object.entries(BUILDS)) {
    const options = ["-O3", "--noAssert", "--runtime", "stub", "--initialMemory", "1"];
    const enable = features.flatMap((feature) => ["--enable", feature]);
    // From its own folder: asc would read the root's asconfig.json.
    execFileSync(process.execPath, [asc, "read.ts", "arithmetic.ts", "-o", `${name}.wasm`, ...options, ...enable], {
      cwd: FOLDER,
      stdio: "inherit",
    });
  }
}

/** The builds that this runtime takes, base first. */
export function loadYardsticks(): [Yardstick, ...Yardstick[]] {
  const [base, ...others] = Object.keys(BUILDS).map((name) => new Uint8Array(readFileSync(`${FOLDER}${name}.wasm`)));
  const load = (bytes: Uint8Array<ArrayBuffer>) =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Yardstick;
  return [load(base), ...others.filter((bytes) => WebAssembly.validate(bytes)).map(load)];
}
