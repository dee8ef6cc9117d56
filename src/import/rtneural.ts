import type { Graph } from "../graph/graph.ts";
import { GraphWriter } from "../graph/writer.ts";
import { Fields, parseJson } from "./json.ts";
import { binary, channels, unary } from "./layers.ts";
import { addLayer, rowSize, type Row } from "./rtneural/layers.ts";
import { wrong } from "./wrong.ts";

/**
 * The net of an RTNeural JSON file, or of an AIDA-X model, which is one with `in_skip`, `in_gain` and
 * `out_gain`: "x" [batch, time, features] to "output" [batch, time, features]. Convolutions are causal,
 * as RTNeural runs them. Throws FormatError for a layer, an activation or a field that RTNeural would
 * leave out or read otherwise than the program that wrote it.
 * https://github.com/jatinchowdhury18/RTNeural/blob/main/RTNeural/model_loader.h
 */
export function rtneuralGraph(bytes: Uint8Array): Graph {
  const file = new Fields("", parseJson(bytes));
  const features = rowSize("in_shape", file.list("in_shape"));
  const layers = file.list("layers");
  const g = new GraphWriter();
  const x = g.input("x", "float32", ["batch", "time", features]);
  const aida = readAida(file);
  const input = aida.inGain === 1 ? x : scaleSample(g, x, features, aida.inGain);

  let row: Row = { value: input, size: features };
  layers.forEach((value, i) => (row = addLayer(g, row, new Fields(`layers[${i}]`, value))));
  if (aida.skip) {
    if (row.size !== 1) throw wrong("unsupported", "in_skip", "a net of 1 output", row.size);
    const sample = features === 1 ? input : channels(g, input, 0, 1, "in_skip");
    row = { value: binary(g, "add", row.value, sample, "in_skip"), size: 1 };
  }
  const { outGain } = aida;
  const scale = { function: "affine", alpha: outGain, beta: 0 };
  const y = outGain === 1 ? row.value : unary(g, row.value, scale, "out_gain");
  g.output("output", y, "float32", ["batch", "time", row.size]);
  return g.graph();
}

interface Aida {
  readonly inGain: number;
  readonly outGain: number;
  readonly skip: boolean;
}

/** AIDA-X: y = out_gain (net(in_gain x) + in_skip in_gain x), gains in dB. */
function readAida(file: Fields): Aida {
  const skip = file.count("in_skip", 0, 0);
  if (skip > 1) throw wrong("unsupported", "in_skip", "0 or 1", skip);
  const gain = (key: string): number => {
    const decibels = file.number(key, 0);
    return decibels > -90 ? Math.fround(10 ** (decibels / 20)) : 0;
  };
  return { inGain: gain("in_gain"), outGain: gain("out_gain"), skip: skip === 1 };
}

/** The first feature, the sample, times `gain`; the knobs beside it stay. */
function scaleSample(g: GraphWriter, x: string, features: number, gain: number): string {
  const scale = new Float32Array(features).fill(1);
  scale[0] = gain;
  return binary(g, "mul", x, g.constant(scale, "float32", [features]), "in_gain");
}
