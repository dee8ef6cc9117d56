import { kindOf, shown } from "../check.ts";
import type { Graph } from "../graph/graph.ts";
import { GraphWriter } from "../graph/writer.ts";
import { decodeUtf8 } from "../text.ts";
import { causal, cell, resetFirst, transposed, type Activation } from "./layers.ts";
import { wrong } from "./wrong.ts";

const MAGIC = "rnnoise-nu model file version 1";
/** The format's own limits: neurons of a layer, and what a weight may be; each is in 1/256. */
const [NEURONS, LEAST, MOST, SCALE] = [128, -128, 127, 256];
const FUNCTIONS: readonly Activation[] = [{ function: "tanh" }, { function: "sigmoid" }, { function: "relu" }];
/** Six layers of 128 neurons on 128 inputs, at most 5 characters a number, are 2 MB. */
const LARGEST = 4 << 20;

/**
 * The net of an RNNoise model as text (`.rnnn`): "x" [batch, time, features], a row of features (42) each
 * 10 ms, to "output" [batch, time, gains + 1]: the gains of the bands (22), then the voice's probability.
 * RNNoise itself computes tanh and sigmoid from a table; these are exact, up to 5e-4 away.
 * https://github.com/xiph/rnnoise/blob/v0.1/src/rnn_reader.c
 */
export function rnnoiseGraph(bytes: Uint8Array): Graph {
  const read = new Reader(bytes);
  const dense = read.layer("input_dense", 1);
  const vadGru = read.layer("vad_gru", 3);
  const noiseGru = read.layer("noise_gru", 3);
  const denoiseGru = read.layer("denoise_gru", 3);
  const denoise = read.layer("denoise_output", 1);
  const voice = read.layer("vad_output", 1);
  read.close();
  const features = dense.in;
  fits(vadGru, dense.size);
  fits(voice, vadGru.size);
  fits(noiseGru, dense.size + vadGru.size + features);
  fits(denoiseGru, vadGru.size + noiseGru.size + features);
  fits(denoise, denoiseGru.size);

  const g = new GraphWriter();
  const join = (parts: string[], name: string) => g.node("concat", parts, { axis: 2 }, name);
  const x = g.input("x", "float32", ["batch", "time", features]);
  const first = addDense(g, x, dense);
  const vad = addGru(g, first, vadGru);
  const noise = addGru(g, join([first, vad, x], "noise_input"), noiseGru);
  const gains = addDense(g, addGru(g, join([vad, noise, x], "denoise_input"), denoiseGru), denoise);
  const y = join([gains, addDense(g, vad, voice)], "output");
  g.output("output", y, "float32", ["batch", "time", denoise.size + voice.size]);
  return g.graph();
}

interface Layer {
  readonly name: string;
  readonly in: number;
  readonly size: number;
  readonly activation: Activation;
  /** [in, gates * size] */
  readonly weights: Float32Array;
  /** [size, gates * size]; empty for a dense layer. */
  readonly recurrent: Float32Array;
  /** [gates * size] */
  readonly bias: Float32Array;
}

function addDense(g: GraphWriter, x: string, l: Layer): string {
  const weight = transposed(l.weights, l.in, l.size);
  return causal(g, x, { weight, bias: l.bias, in: l.in, out: l.size, kernel: 1 }, l.name, l.activation);
}

/** Gates z r h, reset before the product. */
function addGru(g: GraphWriter, x: string, l: Layer): string {
  const { size } = l;
  return cell(
    g,
    x,
    {
      op: "gru",
      in: l.in,
      size,
      ih: resetFirst(transposed(l.weights, l.in, 3 * size), size, l.in),
      hh: resetFirst(transposed(l.recurrent, size, 3 * size), size, size),
      biasIh: resetFirst(l.bias, size),
      attributes: { reset: "before", activations: [{ function: "sigmoid" }, l.activation as { function: string }] },
    },
    l.name,
  );
}

function fits(layer: Layer, expected: number): void {
  if (layer.in !== expected) throw wrong("shape", layer.name, `${expected} inputs`, layer.in);
}

/** Whole numbers in text, one after the other. */
class Reader {
  readonly #words: string[];
  #at = 0;

  constructor(bytes: Uint8Array) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${kindOf(bytes)}`);
    if (bytes.byteLength > LARGEST) throw wrong("unsupported", "file", `at most ${LARGEST} bytes`, bytes.byteLength);
    let text: string;
    try {
      text = decodeUtf8(bytes);
    } catch {
      throw wrong("header", "file", `text that begins with "${MAGIC}"`, "other bytes");
    }
    const line = text.split(/\r?\n/, 1)[0];
    if (line.trim() !== MAGIC) throw wrong("header", "file", `a first line "${MAGIC}"`, shown(line));
    this.#words = text.slice(line.length).split(/\s+/).filter(Boolean);
  }

  layer(name: string, gates: 1 | 3): Layer {
    const inputs = this.#number(`${name} inputs`, 1, NEURONS);
    const size = this.#number(`${name} neurons`, 1, NEURONS);
    const activation = FUNCTIONS[this.#number(`${name} activation`, 0, FUNCTIONS.length - 1)];
    const weights = this.#weights(`${name} input weights`, inputs * gates * size);
    const recurrent = this.#weights(`${name} recurrent weights`, gates === 3 ? size * gates * size : 0);
    const bias = this.#weights(`${name} bias`, gates * size);
    return { name, in: inputs, size, activation, weights, recurrent, bias };
  }

  close(): void {
    const left = this.#words.length - this.#at;
    if (left > 0) throw wrong("tensor", "file", "an end after vad_output", `${left} numbers more`);
  }

  #weights(label: string, count: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.#number(label, LEAST, MOST) / SCALE);
  }

  #number(label: string, least: number, most: number): number {
    const word = this.#words[this.#at++];
    if (word === undefined) throw wrong("truncated", label, "a number", "the file's end");
    const value = /^[+-]?\d{1,9}$/.test(word) ? Number(word) : NaN;
    if (!(value >= least && value <= most)) {
      throw wrong("description", label, `a whole number from ${least} to ${most}`, shown(word));
    }
    return value;
  }
}
