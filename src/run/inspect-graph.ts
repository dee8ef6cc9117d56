import { bind } from "../bind/bind.ts";
import { Builder } from "../bind/builder.ts";
import type { Graph, Type } from "../graph/graph.ts";
import type { Value } from "../graph/value.ts";
import { countOf } from "../ops/op.ts";
import { OPS } from "../ops/registry.ts";
import { fused } from "../passes/fuse.ts";
import { planGraph, type BoundNode } from "../plan/plan.ts";
import { Evaluator } from "./player.ts";

/** A node as it runs. */
export interface NodeFacts {
  /** A word of docs/model-file.md. */
  readonly op: string;
  /** The producer's name of it. */
  readonly name: string;
  /** Of its first output. */
  readonly shape: readonly number[];
  /** Numbers that are known before anything runs. */
  readonly parameters: number;
  /** Of one run. */
  readonly multiplyAdds: number;
  /** Of its outputs. */
  readonly bytes: number;
}

/** Bytes of a graph's memory. */
export interface GraphMemory {
  /** Packed weights. */
  readonly weights: number;
  /** Values that come and go. */
  readonly values: number;
  /** What is played. */
  readonly records: number;
}

/** A value of a graph by name. */
export interface NamedType extends Type {
  /** The caller's name of it. */
  readonly name: string;
}

/** What a graph is at given sizes. */
export interface GraphFacts {
  /** What is given. */
  readonly inputs: readonly NamedType[];
  /** What is answered. */
  readonly outputs: readonly NamedType[];
  /** In the order in which they run. */
  readonly nodes: readonly NodeFacts[];
  /** Of all nodes. */
  readonly parameters: number;
  /** Of one run. */
  readonly multiplyAdds: number;
  /** What it takes of memory. */
  readonly memory: GraphMemory;
}

/** What a graph is made of once its sizes are bound by `dims`. Throws FormatError where it cannot run at these. */
export function inspectGraph(graph: Graph, dims: { readonly [name: string]: number } = {}): GraphFacts {
  const evaluator = new Evaluator();
  try {
    const builder = new Builder(evaluator.evaluate);
    const shapeOf = (sizes: readonly (number | string)[]) =>
      sizes.map((d) => (typeof d === "number" ? d : (dims[d] ?? 1)));
    bind(graph, builder, new Map(graph.inputs.map((p) => [p.name, { dtype: p.dtype, shape: shapeOf(p.dims) }])));
    const bound = builder.graph();
    const words = new Map(Object.entries(OPS).map(([word, op]) => [op, word]));
    const nodes = bound.nodes.map((node): NodeFacts => ({
      op: words.get(node.op)!,
      name: node.call.name,
      shape: node.outputs[0].type.shape,
      parameters: node.call.inputs.reduce((sum, v) => sum + (v?.constant ? count(v) : 0), 0),
      multiplyAdds: multiplyAdds(words.get(node.op)!, node),
      bytes: node.outputs.reduce((sum, v) => sum + 4 * count(v), 0),
    }));
    const known = new Set(bound.nodes.flatMap((node) => node.call.inputs.map((v) => v?.constant?.data)));
    const plan = planGraph(fused(bound));
    return {
      inputs: bound.inputs.map((v) => ({ name: v.name, ...v.type })),
      outputs: bound.outputs.map(({ name, value }) => ({ name, ...value.type })),
      nodes,
      parameters: [...known].reduce((sum, data) => sum + (data?.length ?? 0), 0),
      multiplyAdds: nodes.reduce((sum, node) => sum + node.multiplyAdds, 0),
      memory: {
        weights: plan.weights.reduce((sum, slot) => sum + slot.bytes, 0),
        values: plan.bytes,
        records: plan.recordBytes,
      },
    };
  } finally {
    evaluator.close();
  }
}

const count = (v: Value): number => countOf(v.type.shape);

/** Products that a node sums. */
function multiplyAdds(word: string, { call: { inputs }, outputs }: BoundNode): number {
  const [x, weight, more] = inputs;
  const last = (v: Value) => v.type.shape[v.type.shape.length - 1] ?? 1;
  switch (word) {
    case "linear":
    case "conv":
      return (count(outputs[0]) * count(weight!)) / (weight!.type.shape[0] || 1);
    case "conv_transpose":
      return (count(x!) * count(weight!)) / (weight!.type.shape[0] || 1);
    case "matmul":
      return count(outputs[0]) * last(x!);
    case "resample":
      return count(outputs[0]) * last(weight!);
    case "rnn":
    case "gru":
    case "lstm": {
      const [steps, batch] = x!.type.shape;
      return steps * batch * (count(weight!) + count(more!) + (inputs[9] ? count(inputs[9]) : 0));
    }
    default:
      return 0;
  }
}
