import { instantiateSync } from "@assemblyscript/loader";
import * as binaries from "../../build/binaries.js";
import { decodeBase64 } from "./base64.ts";
import type { Build, Kernels } from "./kernels.ts";
import { RELAXED_PROBE, SIMD_PROBE } from "./probes.ts";

/** The ABI version this code was written for. */
const ABI = 1;

const modules = new Map<Build, WebAssembly.Module>();
let supported: Build | undefined;

/** The fastest build that this host runs; `deterministic` asks for base, whose bits are the same everywhere. */
export function chooseBuild(deterministic: boolean): Build {
  supported ??= probe();
  return deterministic ? "base" : supported;
}

/** Throws where the host has no WebAssembly SIMD: better here than in the middle of a model. */
function probe(): Build {
  if (typeof WebAssembly === "undefined") throw new Error("unrolled: expected a runtime with WebAssembly, got one without");
  if (!WebAssembly.validate(SIMD_PROBE)) {
    throw new Error("unrolled: expected a runtime with WebAssembly SIMD, got one without (Chrome has it from 91, Firefox 89, Safari 16.4, Node 16.4)");
  }
  return WebAssembly.validate(RELAXED_PROBE) ? "relaxed" : "base";
}

/**
 * The WebAssembly.Module that this host runs fastest, or with `deterministic` the base
 * build's. Compiled once a process. Post it to a Worker or an AudioWorklet and pass it
 * there as `ModelOptions.module`: then nothing is decoded or compiled on that thread.
 */
export function compile({ deterministic = false }: { readonly deterministic?: boolean } = {}): object {
  return moduleOf(chooseBuild(deterministic));
}

function moduleOf(build: Build): WebAssembly.Module {
  let module = modules.get(build);
  if (!module) {
    const binary = binaries[build];
    modules.set(build, (module = typeof binary === "string" ? compileBytes(decodeBase64(binary)) : binary));
  }
  return module;
}

function compileBytes(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw new Error(
      "unrolled: expected leave to compile WebAssembly, got none: " +
        "a page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src; " +
        "a Cloudflare Worker must be bundled with the export condition \"workerd\", or pass a module of its own as ModelOptions.module",
      { cause },
    );
  }
}

/** Which build's module runs, and an instance of it on `memory`. */
export function loadKernels(memory: WebAssembly.Memory, deterministic: boolean, given?: object): { build: Build; kernels: Kernels } {
  const chosen = chooseBuild(deterministic);
  if (given !== undefined && !(given instanceof WebAssembly.Module)) {
    throw new TypeError(`module: expected a WebAssembly.Module, got ${given?.constructor?.name ?? typeof given}`);
  }
  const kernels = instantiateSync<Kernels>(given ?? moduleOf(chosen), { env: { memory } }).instance.exports as unknown as Kernels;
  if (kernels.ABI?.value !== ABI) throw new Error(`module: expected ABI ${ABI} of unrolled, got ${kernels.ABI?.value ?? "another module"}`);
  const build = kernels.FUSED.value ? "relaxed" : "base";
  if (deterministic && build !== "base") throw new RangeError("module: expected base.wasm with deterministic, got relaxed.wasm");
  return { build, kernels };
}
