/** The compiled modules as base64, or for workerd as modules, written by build.ts. */
export const base: string | WebAssembly.Module;
export const relaxed: string | WebAssembly.Module;
