/** The full module as hex, or where the host imports modules, as one. */
export const base: string | WebAssembly.Module;
export const relaxed: string | WebAssembly.Module;
