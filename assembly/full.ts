// The full module: what the core has, and every op of a graph.
export * from "./index";
export { play } from "./graph/play";
