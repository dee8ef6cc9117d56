import { instantiateSync } from "@assemblyscript/loader";
import * as binaries from "../../build/binaries.js";
import { ABI } from "../abi/layout.ts";
import { checkBoolean, kindOf, readOptions } from "../check.ts";
import { decodeHex } from "./hex.ts";
import type { Build, Kernels } from "./kernels.ts";
import { relaxedIsFaster, SIMD_PROBE } from "./probes.ts";

const modules = new Map<Build, WebAssembly.Module>();
let supported: Build | undefined;

/**
 * The fastest build that this host runs; `deterministic` asks for base, whose bits are the same everywhere.
 * Nets of integers have one build, with the same bits everywhere.
 * @internal
 */
export function chooseBuild(deterministic: boolean, integers: boolean): Build {
  supported ??= probe();
  if (integers) return "integer";
  return deterministic ? "base" : supported;
}

/** Throws where the host has no WebAssembly SIMD: better here than in the middle of a model. */
function probe(): Build {
  if (typeof WebAssembly === "undefined")
    throw new Error("unrolled: expected a runtime with WebAssembly, got one without");
  if (!WebAssembly.validate(SIMD_PROBE)) {
    throw new Error(
      "unrolled: expected a runtime with WebAssembly SIMD, got one without (Chrome 91, Firefox 89, Safari 16.4)",
    );
  }
  return relaxedIsFaster() ? "relaxed" : "base";
}

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

function moduleOf(build: Build): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    const binary = binaries[build];
    if (!binary)
      throw new TypeError('weights: expected float32 from "unrolled/core", got integers: these need "unrolled"');
    module = compileBinary(binary);
    modules.set(build, module);
  }
  return module;
}

/** A module from a binary as hex, or as the host has imported it. @internal */
export function compileBinary(binary: string | WebAssembly.Module): WebAssembly.Module {
  return typeof binary === "string" ? permitted(() => new WebAssembly.Module(decodeHex(binary))) : binary;
}

/** A page's policy refuses with a CompileError: Chromium and Firefox the module, WebKit the instance. @internal */
export function permitted<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof WebAssembly.CompileError)) throw cause;
    throw new Error(
      "unrolled: expected leave to compile WebAssembly, got none: " +
        "a page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src; " +
        'a Cloudflare Worker must be bundled with the export condition "workerd" or a module of its own as ModelOptions.module',
      { cause },
    );
  }
}

/** The module that runs: the user's, or the best of the package's. @internal */
export function chooseModule(deterministic: boolean, integers: boolean, given: object | undefined): WebAssembly.Module {
  return givenModule(given) ?? moduleOf(chooseBuild(deterministic, integers));
}

/** The user's module, checked; undefined where there is none. @internal */
export function givenModule(given: object | undefined): WebAssembly.Module | undefined {
  if (given === undefined || given instanceof WebAssembly.Module) return given;
  throw new TypeError(`module: expected a WebAssembly.Module, got ${kindOf(given)}`);
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
