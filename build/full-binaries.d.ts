/** The full module as hex, or for workerd as a module, written by build.ts. */
export const full: string | WebAssembly.Module;
export const fullRelaxed: string | WebAssembly.Module;
