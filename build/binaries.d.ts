import type { Packed } from "../src/wasm/unpack.ts";

/** The compiled modules as build.ts writes them: packed, as hex, or for workerd as modules. */
export const base: Packed | string | WebAssembly.Module;
export const relaxed: Packed | string | WebAssembly.Module;
export const integer: Packed | string | WebAssembly.Module;
