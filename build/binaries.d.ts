/** The compiled modules as hex, or for workerd as modules, written by build.ts. */
export const base: string | WebAssembly.Module;
export const relaxed: string | WebAssembly.Module;
export const integer: string | WebAssembly.Module;
