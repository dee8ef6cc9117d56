import { GATES, layerInput, type Case, type Cell } from "../cases.ts";
import { layerWeights, reorderGates, type Net } from "../weights.ts";
import { OnnxGraph } from "./onnx.ts";

/** Where ONNX's gates stand in PyTorch's order: LSTM `i o f c` from `i f g o`, GRU `z r h` from `r z n`. */
const ORDER: Record<Cell, readonly number[]> = { lstm: [0, 3, 1, 2], gru: [1, 0, 2], rnn: [0] };
const OPERATOR: Record<Cell, string> = { lstm: "LSTM", gru: "GRU", rnn: "RNN" };

/**
 * Streaming: `x [1, 1, I]`, `h`, (`c`) `[1, 1, H]` to `h_n`, (`c_n`).
 * Otherwise: `x [T, B, I]` to `y [T, B, D*H]`.
 */
export function onnxNet(c: Case, net: Net): Uint8Array {
  const graph = new OnnxGraph();
  const streaming = c.mode === "stream";
  const state = [1, 1, c.hidden];
  let value = graph.input("x", [streaming ? 1 : c.steps, c.batch, c.input]);
  for (let layer = 0; layer < c.layers; layer++) {
    const inputs = [value, ...layerTensors(graph, c, net, layer)];
    const attributes = {
      hidden_size: c.hidden,
      direction: c.directions === 2 ? "bidirectional" : "forward",
      ...(c.cell === "gru" ? { linear_before_reset: 1 } : {}),
    };
    if (streaming) {
      const names = c.cell === "lstm" ? ["h", "c"] : ["h"];
      names.forEach((name) => graph.input(name, state));
      names.forEach((name) => graph.output(`${name}_n`, state));
      graph.node(OPERATOR[c.cell], [...inputs, "", ...names], ["", ...names.map((name) => `${name}_n`)], attributes);
      return graph.encode();
    }
    graph.node(OPERATOR[c.cell], inputs, [`raw${layer}`], attributes);
    value = joinDirections(graph, c, layer);
  }
  graph.output(value, [c.steps, c.batch, c.directions * c.hidden]);
  return graph.encode();
}

/** W `[D, G*H, I]`, R `[D, G*H, H]`, B `[D, 2*G*H]`. */
function layerTensors(graph: OnnxGraph, c: Case, net: Net, layer: number): string[] {
  const directions = Array.from({ length: c.directions }, (_, d) => layerWeights(net, layer, d));
  const reorder = (tensor: Float32Array) => reorderGates(tensor, ORDER[c.cell]);
  const rows = GATES[c.cell] * c.hidden;
  return [
    graph.floats(`W${layer}`, [c.directions, rows, layerInput(c, layer)], concat(directions.map((w) => reorder(w.ih)))),
    graph.floats(`R${layer}`, [c.directions, rows, c.hidden], concat(directions.map((w) => reorder(w.hh)))),
    graph.floats(
      `B${layer}`,
      [c.directions, 2 * rows],
      concat(directions.flatMap((w) => [reorder(w.bih), reorder(w.bhh)])),
    ),
  ];
}

/** `[T, D, B, H]` to `[T, B, D*H]`. */
function joinDirections(graph: OnnxGraph, c: Case, layer: number): string {
  graph.node("Transpose", [`raw${layer}`], [`turned${layer}`], { perm: [0, 2, 1, 3] });
  const shape = graph.ints(`shape${layer}`, [c.steps, c.batch, c.directions * c.hidden]);
  graph.node("Reshape", [`turned${layer}`, shape], [`y${layer}`]);
  return `y${layer}`;
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
