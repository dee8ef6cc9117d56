import { instantiateSync } from "@assemblyscript/loader";
import * as binaries from "../../build/full-binaries.js";
import { ABI } from "../abi/layout.ts";
import type { Build } from "./kernels.ts";
import { chooseBuild, compileBinary, givenModule, permitted } from "./host.ts";

/** The full module's exports. */
export type FullKernels = {
  /** Plays records from `at` to `end`; returns `end`, or the record that could not go on. */
  readonly play: (at: number, end: number) => number;
  readonly prepare: () => void;
  /** Vectors in the first group of `left`, `perPanel` to a panel's line. */
  readonly group: (left: number, perPanel: number) => number;
  readonly FUSED: WebAssembly.Global;
  /** The hash of assembly/abi.ts. */
  readonly ABI: WebAssembly.Global;
};

const modules = new Map<Build, WebAssembly.Module>();

function moduleOf(build: "base" | "relaxed"): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) modules.set(build, (module = compileBinary(build === "base" ? binaries.full : binaries.fullRelaxed)));
  return module;
}

/** An instance of the full module on `memory`, and which build it is. */
export function loadFull(
  memory: WebAssembly.Memory,
  deterministic: boolean,
  given: object | undefined,
): { build: Build; kernels: FullKernels } {
  const module = givenModule(given) ?? moduleOf(chooseBuild(deterministic, false) as "base" | "relaxed");
  const kernels = permitted(() => instantiateSync<FullKernels>(module, { env: { memory } })).instance
    .exports as unknown as FullKernels;
  if (kernels.ABI?.value !== ABI)
    throw new Error(`module: expected ABI ${ABI} of unrolled, got ${kernels.ABI?.value ?? "another module"}`);
  kernels.prepare();
  return { build: kernels.FUSED.value ? "relaxed" : "base", kernels };
}
