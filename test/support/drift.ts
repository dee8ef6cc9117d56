import { Model, tensor, type LayerDescription } from "../../src/index.ts";
import { referenceCell } from "./float64.ts";
import { Random } from "./random.ts";

export const IN = 16;
export const H = 64;

type CellOptions = Extract<LayerDescription, { type: "rnn" | "lstm" | "gru" }>;
export const CELLS: [string, CellOptions][] = [
  ["rnn", { type: "rnn", weights: "" }],
  ["lstm", { type: "lstm", weights: "" }],
  ["gru", { type: "gru", weights: "" }],
  ["gru, reset before", { type: "gru", weights: "", reset: "before" }],
];

/** Weights as PyTorch draws them at first, uniform within 1 / sqrt(H), times `scale`. */
export function draw(type: CellOptions["type"], scale: number) {
  const random = new Random(2024);
  const rows = { rnn: 1, lstm: 4, gru: 3 }[type] * H;
  const of = (name: string, ...shape: number[]) =>
    tensor(
      `${name}_l0`,
      shape,
      random.floats(
        shape.reduce((a, b) => a * b),
        scale / Math.sqrt(H),
      ),
    );
  return [of("weight_ih", rows, IN), of("weight_hh", rows, H), of("bias_ih", rows), of("bias_hh", rows)];
}

/** The largest difference of any output from the float64 loop's, up to each of `marks` steps. */
export function drift(
  options: CellOptions,
  scale: number,
  deterministic: boolean,
  marks: readonly number[],
): { build: string; worst: number[] } {
  const tensors = draw(options.type, scale);
  using model = Model.fromTensors(tensors, { layers: [options], deterministic });
  using stream = model.stream();
  const reference = referenceCell(options, tensors);
  const random = new Random(7);
  const y = new Float32Array(H);
  const worst: number[] = [];
  let most = 0;
  for (let t = 1; t <= marks[marks.length - 1]; t++) {
    const x = random.floats(IN, 1);
    stream.step(x, y);
    reference.step(x);
    for (let k = 0; k < H; k++) most = Math.max(most, Math.abs(y[k] - reference.state.h[k]));
    if (marks.includes(t)) worst.push(most);
  }
  return { build: model.memory.build, worst };
}
