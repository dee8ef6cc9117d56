// Nets whose weights are drawn: a worklet, which can fetch nothing, has them too.
import type { Model, Tensor } from "unrolled";
import { Random } from "../support/random.ts";

export type Unrolled = typeof import("unrolled");

const GATES = { rnn: 1, lstm: 4, gru: 3 } as const;

export interface Shape {
  readonly cell: keyof typeof GATES;
  readonly inputs: number;
  readonly hidden: number;
  readonly layers?: number;
  readonly bidirectional?: boolean;
}

/** The tensors of a stack of cells, named as PyTorch names them; zeros without a seed. */
export function cells(
  u: Unrolled,
  seed: number | undefined,
  prefix: string,
  { cell, inputs, hidden, layers = 1, bidirectional = false }: Shape,
): Tensor[] {
  const random = seed === undefined ? undefined : new Random(seed);
  const rows = GATES[cell] * hidden;
  const suffixes = bidirectional ? ["", "_reverse"] : [""];
  const draw = (count: number) => random?.floats(count, 1 / Math.sqrt(hidden)) ?? new Float32Array(count);
  return Array.from({ length: layers }, (_, l) => {
    const width = l === 0 ? inputs : hidden * suffixes.length;
    return suffixes.flatMap((suffix) =>
      (
        [
          ["weight_ih", [rows, width]],
          ["weight_hh", [rows, hidden]],
          ["bias_ih", [rows]],
          ["bias_hh", [rows]],
        ] as const
      ).map(([name, shape]) =>
        u.tensor(`${prefix}${name}_l${l}${suffix}`, shape, draw(shape.reduce((a, b) => a * b, 1))),
      ),
    );
  }).flat();
}

/** The (64, 64) LSTM that is timed and handed from host to host. */
export function subject(u: Unrolled, options: { deterministic?: boolean; module?: object } = {}): Model {
  return u.Model.fromTensors(cells(u, 64, "", { cell: "lstm", inputs: 64, hidden: 64 }), options);
}

/** The first answer of a fresh host: a (64, 64) LSTM and one step. Drawing weights would take longer than all of it. */
export function firstAnswer(u: Unrolled): number {
  using model = u.Model.fromTensors(cells(u, undefined, "", { cell: "lstm", inputs: 64, hidden: 64 }));
  return model.stream().step(new Float32Array(64))[0];
}

/** A classifier of texts: every kind of layer, and a file with a description. */
export function classifier(u: Unrolled): Uint8Array {
  const random = new Random(5);
  const layers = [
    { type: "embedding", weights: "embedding" },
    { type: "gru", weights: "cell" },
    { type: "last" },
    { type: "linear", weights: "head" },
    { type: "softmax" },
  ];
  const tensors = [
    u.tensor("embedding.weight", [256, 13], random.floats(256 * 13, 1)),
    ...cells(u, 6, "cell.", { cell: "gru", inputs: 13, hidden: 33 }),
    u.tensor("head.weight", [5, 33], random.floats(5 * 33, 1)),
    u.tensor("head.bias", [5], random.floats(5, 1)),
  ];
  return u.writeSafetensors(tensors, {
    unrolled: JSON.stringify({ format: "unrolled/1", input: "bytes", labels: ["α", "b", "c", "d", "e"], layers }),
  });
}
