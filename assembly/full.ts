// The full module: what the core has, and every op of a graph.
export * from "./index";
export { play } from "./graph/play";

/** The hash of assembly/abi.ts, given by build/build.ts. */
// @ts-ignore: a constant of the compiler's command line
export const GRAPH_ABI: i32 = ABI_HASH;
