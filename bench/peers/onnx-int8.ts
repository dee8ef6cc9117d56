import type { Case } from "../cases.ts";
import { layerWeights, reorderGates, type Net } from "../weights.ts";
import { MICROSOFT, OnnxGraph } from "./onnx.ts";

/** `i o f c` from PyTorch's `i f g o`. */
const ORDER = [0, 3, 1, 2];

/**
 * One forward LSTM as ONNX Runtime's dynamic quantization leaves it: DynamicQuantizeLSTM, int8 weights with one
 * scale a matrix. Inputs and outputs as in onnx-net.ts.
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.DynamicQuantizeLSTM
 */
export function onnxInt8(c: Case, net: Net): Uint8Array {
  const graph = new OnnxGraph();
  const { ih, hh, bih, bhh } = layerWeights(net, 0, 0);
  const rows = 4 * c.hidden;
  const bias = new Float32Array(2 * rows);
  bias.set(reorderGates(bih, ORDER));
  bias.set(reorderGates(bhh, ORDER), rows);
  const x = graph.input("x", [c.mode === "stream" ? 1 : c.steps, c.batch, c.input]);
  const w = quantized(graph, "W", reorderGates(ih, ORDER), rows, c.input);
  const r = quantized(graph, "R", reorderGates(hh, ORDER), rows, c.hidden);
  const state = [1, c.batch, c.hidden];
  const inputs = [x, w.name, r.name, graph.floats("B", [1, 2 * rows], bias), ""];
  const scales = ["", w.scale, w.zero, r.scale, r.zero];
  if (c.mode === "stream") {
    for (const name of ["h", "c"]) {
      graph.input(name, state);
      graph.output(`${name}_n`, state);
    }
    graph.node(
      "DynamicQuantizeLSTM",
      [...inputs, "h", "c", ...scales],
      ["", "h_n", "c_n"],
      { hidden_size: c.hidden },
      MICROSOFT,
    );
  } else {
    graph.node("DynamicQuantizeLSTM", [...inputs, "", "", ...scales], ["raw"], { hidden_size: c.hidden }, MICROSOFT);
    graph.node("Reshape", ["raw", graph.ints("shape", [c.steps, c.batch, c.hidden])], ["y"]);
    graph.output("y", [c.steps, c.batch, c.hidden]);
  }
  return graph.encode();
}

/** The transpose [1, columns, rows] as int8, its scale [1] and zero point [1]. */
function quantized(
  graph: OnnxGraph,
  name: string,
  w: Float32Array,
  rows: number,
  columns: number,
): { name: string; scale: string; zero: string } {
  const scale = w.reduce((most, v) => Math.max(most, Math.abs(v)), 0) / 127;
  const values = new Int8Array(w.length);
  for (let r = 0; r < rows; r++)
    for (let k = 0; k < columns; k++) values[k * rows + r] = Math.round(w[r * columns + k] / scale);
  return {
    name: graph.bytes(name, [1, columns, rows], values),
    scale: graph.floats(`${name}_scale`, [1], Float32Array.of(scale)),
    zero: graph.bytes(`${name}_zero`, [1], Int8Array.of(0)),
  };
}
