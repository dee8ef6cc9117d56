// What this host runs and compiles. The modules themselves stand in load.ts and full.ts: a bundle has those it runs.
import { instantiateSync } from "@assemblyscript/loader";
import { ABI } from "../abi/layout.ts";
import { kindOf } from "../check.ts";
import { decodeHex } from "./hex.ts";
import { unpack, type Packed } from "./unpack.ts";
import type { Build, Exports } from "./kernels.ts";
import { relaxedIsFaster, SIMD_PROBE } from "./probes.ts";

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
      "unrolled: expected a runtime with WebAssembly SIMD, got one without (Chrome has it from 91, Firefox 89, Safari 16.4, Node 16.4)",
    );
  }
  return relaxedIsFaster() ? "relaxed" : "base";
}

/** A module packed, as hex, or as the host has imported it: build/build.ts. @internal */
export function compileBinary(binary: Packed | string | WebAssembly.Module): WebAssembly.Module {
  if (binary instanceof WebAssembly.Module) return binary;
  return permitted(() => new WebAssembly.Module(typeof binary === "string" ? decodeHex(binary) : unpack(binary)));
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
        'a Cloudflare Worker must be bundled with the export condition "workerd", or pass a module of its own as ModelOptions.module',
      { cause },
    );
  }
}

/** The user's module, checked; undefined where there is none. @internal */
export function givenModule(given: object | undefined): WebAssembly.Module | undefined {
  if (given === undefined || given instanceof WebAssembly.Module) return given;
  throw new TypeError(`module: expected a WebAssembly.Module, got ${kindOf(given)}`);
}

/** An instance of a module of this package on `memory`, and which build it is. @internal */
export function instantiate<K extends Exports>(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): { build: Build; kernels: K } {
  const kernels = permitted(() => instantiateSync<K>(module, { env: { memory } })).instance.exports as unknown as K;
  if (kernels.ABI?.value !== ABI)
    throw new Error(`module: expected ABI ${ABI} of unrolled, got ${kernels.ABI?.value ?? "another module"}`);
  kernels.prepare();
  return { build: kernels.INTEGER.value ? "integer" : kernels.FUSED.value ? "relaxed" : "base", kernels };
}
