import type { Builder } from "./builder.ts";
import type { Constant, Port, Type } from "../graph/graph.ts";

/** What a file says its net is: a graph for each set of types. */
export interface Program {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Writes the graph; an input that comes with its numbers becomes a constant. */
  build(builder: Builder, types: ReadonlyMap<string, Type | Constant>): void;
}
