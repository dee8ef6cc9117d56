import * as binaries from "../../build/full-binaries.js";
import { checkBoolean, readOptions } from "../check.ts";
import { chooseBuild, compileBinary, givenModule, instantiate } from "./host.ts";
import type { Build, Exports } from "./kernels.ts";

/** The full module's exports. */
export type FullKernels = Exports & {
  /** Plays records from `at` to `end`; returns `end`, or the record that could not go on. */
  readonly play: (at: number, end: number) => number;
};

const modules = new Map<Build, WebAssembly.Module>();

/**
 * The WebAssembly.Module that this host runs graphs with, or with `deterministic` the base build's. Compiled once a
 * process. Post it to a Worker or an AudioWorklet and pass it there as `module` to a Session or GraphModel.
 */
export function compile(options: { readonly deterministic?: boolean } = {}): object {
  const { deterministic = false } = readOptions(options, ["deterministic"]);
  checkBoolean("deterministic", deterministic);
  return moduleOf(deterministic);
}

function moduleOf(deterministic: boolean): WebAssembly.Module {
  const build = chooseBuild(deterministic, false);
  let module = modules.get(build);
  if (!module) modules.set(build, (module = compileBinary(build === "base" ? binaries.full : binaries.fullRelaxed)));
  return module;
}

/** An instance of the full module on `memory`, and which build it is. @internal */
export function loadFull(
  memory: WebAssembly.Memory,
  deterministic: boolean,
  given: object | undefined,
): { build: Build; kernels: FullKernels } {
  const { build, kernels } = instantiate<FullKernels>(givenModule(given) ?? moduleOf(deterministic), memory);
  if (!kernels.play)
    throw new RangeError(`module: expected full.wasm or fullRelaxed.wasm for a graph, got ${build}.wasm`);
  if (deterministic && build === "relaxed")
    throw new RangeError("module: expected full.wasm with deterministic, got fullRelaxed.wasm");
  return { build, kernels };
}
