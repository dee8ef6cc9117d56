import type { Builder } from "./builder.ts";
import type { Carry, Constant, Port, Type } from "../graph/graph.ts";

/** What a file says its net is: a graph for each set of types. */
export interface Program {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** The state of its streams, where the file says it. */
  readonly carried?: Carry;
  /** Writes the graph; an input that comes with its numbers becomes a constant. */
  build(builder: Builder, types: ReadonlyMap<string, Type | Constant>): void;
}
