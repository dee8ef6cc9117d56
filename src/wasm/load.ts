import * as binaries from "../../build/binaries.js";
import { checkBoolean, readOptions } from "../check.ts";
import { chooseBuild, compileBinary, givenModule } from "./host.ts";
import type { Build } from "./kernels.ts";

const modules = new Map<Build, WebAssembly.Module>();

/**
 * The WebAssembly.Module that this host runs fastest, or with `deterministic` the base
 * build's, or with `integers` that of int8 and int16 weights. Compiled once a process. Post it to a Worker or an
 * AudioWorklet and pass it there as `ModelOptions.module`: then nothing is decoded or compiled on that thread.
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
