import { FormatError } from "../check.ts";
import { readSafetensors } from "../formats/read.ts";
import type { Attribute, Graph } from "../graph/graph.ts";
import { GraphWriter } from "../graph/writer.ts";
import { checkDescription, parseDescription, type CellOptions, type Description } from "../layers/description.ts";
import { makeLayers } from "../layers/make.ts";
import { Tensors, toFloat32, type Tensor } from "../tensors/tensor.ts";

/** The net of a safetensors file: it has a description, `unrolled/1`. */
export function fileGraph(file: Uint8Array): Graph {
  const { tensors, metadata } = readSafetensors(file);
  const json = metadata.get("unrolled");
  if (json === undefined)
    throw new FormatError("description", 'metadata key "unrolled": expected a description, got none');
  return listGraph(checkDescription(parseDescription(json)), tensors);
}

/**
 * A list of layers as a graph: "x" [batch, time, features], or ids [batch, time], to "output" [batch, time, outputs],
 * or [batch, outputs] behind `last`, with the bits that Model.run gives. Throws FormatError as Model does, and for
 * weights of integers.
 */
export function listGraph(description: Description, tensors: readonly Tensor[]): Graph {
  const set = new Tensors(tensors);
  if (set.integers)
    throw new FormatError("unsupported", "weights: expected float32 for a graph, got integers: Model.fromSafetensors");
  const layers = makeLayers(description, set);
  const floats = new Map(tensors.map((t) => [t.name, t]));
  const find = (name: string): Float32Array | undefined =>
    (floats.has(name) && toFloat32(floats.get(name)!)) || undefined;
  const g = new GraphWriter();
  const constant = (data: Float32Array | undefined, shape: readonly number[]) =>
    data ? g.constant(data, "float32", shape) : "";
  const ids = layers[0].type === "embedding";
  let x = g.input("x", ids ? "int32" : "float32", ids ? ["batch", "time"] : ["batch", "time", layers[0].inputSize]);
  /** [directions, batch, width], of the cell before. */
  let final = "";
  layers.forEach((layer, i) => {
    const { type, weights: prefix, inputSize, outputSize, directions, records } = layer;
    const options = description.layers[i];
    if (options.type === "embedding") {
      const table = constant(find(`${prefix}weight`), [inputSize, outputSize]);
      x = g.node("gather", [table, x], { axis: 0 }, type);
    } else if (options.type === "linear") {
      const weight = constant(find(`${prefix}weight`), [outputSize, inputSize]);
      x = g.node("linear", [x, weight, constant(find(`${prefix}bias`), [outputSize])], {}, prefix);
    } else if (options.type === "softmax") {
      x = g.node("softmax", [x], { axis: -1 }, type);
    } else if (options.type === "last") {
      const rows = g.node("transpose", [final], { permutation: [1, 0, 2] }, type);
      x = g.node("reshape", [rows], { shape: [0, outputSize] }, type);
    } else {
      x = g.node("transpose", [x], { permutation: [1, 0, 2] }, prefix);
      const single = floats.has(`${prefix}weight_ih`);
      for (let at = 0; at < records.length; at += directions) {
        const { inputs, units, gates, state } = records[at];
        const rows = gates!.torch.length * units;
        /** The tensors of one name, one a direction; where but one has it, zeros for the other. */
        const both = (tensor: string, ...shape: number[]) => {
          const size = shape.reduce((product, n) => product * n, 1);
          const found = Array.from({ length: directions }, (_, d) =>
            find(prefix + tensor + (single ? "" : `_l${at / directions}${d === 1 ? "_reverse" : ""}`)),
          );
          if (!found.some((data) => data)) return "";
          const all = new Float32Array(directions * size);
          found.forEach((data, d) => data && all.set(data, d * size));
          return g.constant(all, "float32", [directions, ...shape]);
        };
        const width = state!.h;
        const lstm = options.type === "lstm";
        const from = [
          x,
          both("weight_ih", rows, inputs),
          both("weight_hh", rows, width),
          both("bias_ih", rows),
          both("bias_hh", rows),
          ...(lstm ? ["", "", "", both("weight_peephole", 3 * units), both("weight_hr", width, units)] : []),
        ];
        while (from.at(-1) === "") from.pop();
        [x, final] = g.nodes(type, from, attributesOf(options, directions), prefix || type, lstm ? 3 : 2);
      }
      x = g.node("transpose", [x], { permutation: [1, 0, 2] }, prefix);
    }
  });
  const ended = layers.some((l) => l.type === "last");
  const { outputSize } = layers[layers.length - 1];
  g.output("output", x, "float32", ended ? ["batch", outputSize] : ["batch", "time", outputSize]);
  return g.graph();
}

/** What a cell's options are as a node's attributes. */
function attributesOf(d: CellOptions, directions: number): Record<string, Attribute> {
  const tanh = { function: d.nonlinearity ?? "tanh" };
  const gate = { function: "hard_sigmoid", alpha: d.alpha ?? 0, beta: d.beta ?? 0.5 };
  const functions = d.type === "rnn" ? [tanh] : d.type === "gru" ? [gate, tanh] : [gate, tanh, tanh];
  const own = d.gate === "hard_sigmoid" || d.nonlinearity === "relu";
  return {
    direction: directions === 2 ? "bidirectional" : (d.direction ?? "forward"),
    ...(own && { activations: Array.from({ length: directions }, () => functions).flat() }),
    ...(d.clip !== undefined && { clip: d.clip }),
    ...(d.type === "lstm" && { input_forget: d.input_forget ?? false }),
    ...(d.type === "gru" && { reset: d.reset ?? "after" }),
  };
}
