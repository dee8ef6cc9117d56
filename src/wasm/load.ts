import { instantiateSync } from "@assemblyscript/loader";
import * as binaries from "../../build/binaries.js";
import type { Build, Kernels } from "./kernels.ts";

/** The ABI version this code was written for. */
const ABI = 3;

/** A module with one `f32x4.relaxed_madd`: valid where relaxed SIMD runs. */
// prettier-ignore
const RELAXED_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0,
  65, 0, 253, 17, 65, 0, 253, 17, 65, 0, 253, 17, 253, 133, 2, 11,
);

const modules = new Map<Build, WebAssembly.Module>();
let supported: Build | undefined;

/**
 * The fastest build that this host runs; `deterministic` asks for base, whose bits are the same everywhere.
 * Nets of integers have one build, with the same bits everywhere.
 */
export function chooseBuild(deterministic: boolean, integers: boolean): Build {
  if (integers) return "integer";
  supported ??= WebAssembly.validate(RELAXED_PROBE) ? "relaxed" : "base";
  return deterministic ? "base" : supported;
}

/** An instance of the module on `memory`. Compiles once a process, when first asked. */
export function loadKernels(build: Build, memory: WebAssembly.Memory): Kernels {
  let module = modules.get(build);
  if (!module) modules.set(build, (module = new WebAssembly.Module(decode(binaries[build]))));
  const kernels = instantiateSync<Kernels>(module, { env: { memory } }).instance.exports as unknown as Kernels;
  if (kernels.ABI.value !== ABI) throw new Error(`module: expected ABI ${ABI}, got ${kernels.ABI.value}`);
  kernels.prepare();
  return kernels;
}

function decode(base64: string): BufferSource {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
