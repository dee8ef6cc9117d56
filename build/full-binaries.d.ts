import type { Packed } from "../src/wasm/unpack.ts";

/** The compiled modules as build.ts writes them: packed, as hex, or for workerd as modules. */
export const full: Packed | string | WebAssembly.Module;
export const fullRelaxed: Packed | string | WebAssembly.Module;
