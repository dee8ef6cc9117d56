import { FormatError } from "../check.ts";
import type { Value } from "../ops/op.ts";
import type { Attributes, Constant, Dtype, Graph, Type } from "../graph/graph.ts";

/** What a graph is replayed through: a Builder, or several in step. */
export interface Emits<V> {
  input(name: string, dtype: Dtype, shape: readonly number[]): V;
  constant(data: Float32Array | Int32Array, dtype: Dtype, shape: readonly number[], name?: string): V;
  emitAll(word: string, inputs: readonly (V | undefined)[], attributes: Attributes, name: string): V[];
  output(name: string, value: V): void;
}

/** Replays a graph through a builder, its inputs of the types that are given. */
export function bind<V = Value>(graph: Graph, builder: Emits<V>, types: ReadonlyMap<string, Type | Constant>): void {
  const values = new Map<string, V>();
  for (const { name } of graph.inputs) {
    const type = types.get(name)!;
    values.set(
      name,
      "data" in type
        ? builder.constant(type.data, type.dtype, type.shape, name)
        : builder.input(name, type.dtype, type.shape),
    );
  }
  for (const [name, { data, dtype, shape }] of graph.constants)
    values.set(name, builder.constant(data, dtype, shape, name));
  const find = (node: string, name: string): V | undefined => {
    if (name === "") return undefined;
    const value = values.get(name);
    if (!value) throw new FormatError("graph", `${node}: input ${name}: expected a value made before it, got none`);
    return value;
  };
  for (const { op, name, inputs, outputs, attributes } of graph.nodes) {
    const made = builder.emitAll(
      op,
      inputs.map((input) => find(name, input)),
      attributes,
      name,
    );
    outputs.forEach((output, i) => {
      if (output === "") return;
      if (values.has(output))
        throw new FormatError(
          "graph",
          `${name}: output ${output}: expected a name of its own, got one that another node writes`,
        );
      if (!made[i]) throw new FormatError("graph", `${name}: expected ${made.length} outputs, got ${outputs.length}`);
      values.set(output, made[i]);
    });
  }
  for (const { name } of graph.outputs) builder.output(name, find("graph", name)!);
}
