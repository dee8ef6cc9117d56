import { readFileSync } from "node:fs";
import { Model, readSafetensors, tensor, type ModelOptions, type State, type Tensor } from "../../src/index.ts";
import type { CellOptions } from "../../src/layers/description.ts";
import { Random } from "./random.ts";

/** A case of test/goldens/recipe.py. */
export interface Golden {
  readonly name: string;
  readonly cell: "rnn" | "lstm" | "gru";
  readonly input: number;
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  readonly nonlinearity?: "tanh" | "relu";
  readonly proj: number;
  readonly steps: number;
  readonly batch: number;
  readonly lengths: number[] | null;
  readonly initial: boolean;
  readonly scale: number;
  readonly seed: number;
  readonly rows: number[] | null;
  readonly parameters: readonly (readonly [string, number[]])[];
  /** Only in onnx.safetensors. */
  readonly direction?: "forward" | "reverse" | "bidirectional";
  readonly resetAfter?: boolean;
  readonly peepholes?: boolean;
  readonly clip?: number | null;
  readonly inputForget?: boolean;
  readonly gate?: "sigmoid" | "hard_sigmoid";
  readonly alpha?: number | null;
  readonly beta?: number | null;
}

/** The cases of a golden file, and its tensors as float64 by name. */
export function readGoldens(name: string): { cases: Golden[]; expected: Map<string, Float64Array> } {
  const { tensors, metadata } = readSafetensors(
    readFileSync(new URL(`../goldens/${name}.safetensors`, import.meta.url)),
  );
  const expected = new Map(tensors.map((t) => [t.name, new Float64Array(new Uint8Array(t.bytes).buffer)]));
  return { cases: JSON.parse(metadata.get("cases")!) as Golden[], expected };
}

/** The weights, input and initial state of a case, drawn in the recipe's order. */
export function drawGolden(g: Golden): { tensors: Tensor[]; x: Float32Array; state: State | undefined } {
  const random = new Random(g.seed);
  const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const range = g.scale / Math.sqrt(g.hidden);
  const tensors = g.parameters.map(([name, shape]) => tensor(name, shape, random.floats(count(shape), range)));
  const batch = g.batch || 1;
  const x = random.floats(batch * g.steps * g.input, 1);
  if (!g.initial) return { tensors, x, state: undefined };
  const directions = g.bidirectional || g.direction === "bidirectional" ? 2 : 1;
  const cells = g.layers * directions * batch;
  const h = random.floats(cells * (g.proj || g.hidden), 1);
  return { tensors, x, state: g.cell === "lstm" ? { h, c: random.floats(cells * g.hidden, 1) } : { h } };
}

/** The description of a case's layer. */
export function goldenLayer(g: Golden): CellOptions {
  return {
    type: g.cell,
    weights: "",
    ...(g.direction === "reverse" && { direction: "reverse" }),
    ...(g.nonlinearity && { nonlinearity: g.nonlinearity }),
    ...(g.resetAfter === false && { reset: "before" }),
    ...(g.inputForget && { input_forget: true }),
    ...(g.clip && { clip: g.clip }),
    ...(g.gate === "hard_sigmoid" && { gate: g.gate, alpha: g.alpha!, beta: g.beta! }),
  };
}

/** The engine's model of a case. */
export function goldenModel(g: Golden, tensors: Tensor[], options: ModelOptions = {}): Model {
  return Model.fromTensors(tensors, { layers: [goldenLayer(g)], ...options });
}

/** The largest difference: absolute below 1, relative above. Infinite where either has NaN. */
export function difference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const d = Math.abs(got[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    if (!(d <= worst)) worst = Number.isNaN(d) ? Infinity : d;
  }
  return worst;
}

/** The kept timesteps of an output [batch, steps, width]. */
export function keepRows(output: Float32Array, batch: number, steps: number, rows: number[] | null): Float32Array {
  if (!rows) return output;
  const width = output.length / batch / steps;
  const kept = new Float32Array(batch * rows.length * width);
  for (let b = 0; b < batch; b++) {
    rows.forEach((t, i) =>
      kept.set(output.subarray((b * steps + t) * width, (b * steps + t + 1) * width), (b * rows.length + i) * width),
    );
  }
  return kept;
}
