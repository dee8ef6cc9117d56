import { instantiateSync } from "@assemblyscript/loader";
import * as binaries from "../../build/binaries.js";
import { ABI } from "../abi/layout.ts";
import { checkBoolean, readOptions } from "../check.ts";
import { chooseBuild, compileBinary, givenModule, permitted } from "./host.ts";
import type { Build, Kernels } from "./kernels.ts";

const modules = new Map<Build, WebAssembly.Module>();

/**
 * The WebAssembly.Module that this host runs fastest, or with `deterministic` the base
 * build's, or with `integers` that of int8 and int16 weights. Compiled once a process. Post it to a Worker or an AudioWorklet and pass it
 * there as `ModelOptions.module`: then nothing is decoded or compiled on that thread.
 */
export function compile(options: { readonly deterministic?: boolean; readonly integers?: boolean } = {}): object {
  const { deterministic = false, integers = false } = readOptions(options, ["deterministic", "integers"]);
  checkBoolean("deterministic", deterministic);
  checkBoolean("integers", integers);
  return moduleOf(chooseBuild(deterministic, integers));
}

/** What a package without their module and their packing says. @internal */
export const noIntegers = () =>
  new TypeError('weights: expected float32 from "unrolled/core", got integers: these need "unrolled"');

function moduleOf(build: Build): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    const binary = binaries[build];
    if (!binary) throw noIntegers();
    module = compileBinary(binary);
    modules.set(build, module);
  }
  return module;
}

/** The module that runs: the user's, or the best of the package's. @internal */
export function chooseModule(deterministic: boolean, integers: boolean, given: object | undefined): WebAssembly.Module {
  return givenModule(given) ?? moduleOf(chooseBuild(deterministic, integers));
}

/** An instance of the module on `memory`, and which build it is. @internal */
export function loadKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): { build: Build; kernels: Kernels } {
  const kernels = permitted(() => instantiateSync<Kernels>(module, { env: { memory } })).instance
    .exports as unknown as Kernels;
  if (kernels.ABI?.value !== ABI)
    throw new Error(`module: expected ABI ${ABI} of unrolled, got ${kernels.ABI?.value ?? "another module"}`);
  kernels.prepare();
  return { build: kernels.INTEGER.value ? "integer" : kernels.FUSED.value ? "relaxed" : "base", kernels };
}
