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
  readonly op: string;
  readonly name: string;
  /** Of its first output. */
  readonly shape: readonly number[];
  /** Numbers that are known before anything runs. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Of its outputs. */
  readonly bytes: number;
}

export interface GraphFacts {
  readonly inputs: readonly (Type & { readonly name: string })[];
  readonly outputs: readonly (Type & { readonly name: string })[];
  readonly nodes: readonly NodeFacts[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Bytes of packed weights, of values that come and go, and of what is played. */
  readonly memory: { readonly weights: number; readonly values: number; readonly records: number };
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
