import type { Tensor } from "../../src/index.ts";
import { toFloat32 } from "../../src/index.ts";

/** The final states of every cell, in PyTorch's order, and the outputs of the last layer. */
export interface Answer {
  readonly output: Float64Array[];
  readonly h: Float64Array[];
  readonly c: Float64Array[];
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Row `r` of W v + b. */
function affine(w: Float32Array, v: Float64Array, b: Float32Array | undefined, r: number): number {
  let sum = b ? b[r] : 0;
  for (let k = 0; k < v.length; k++) sum += w[r * v.length + k] * v[k];
  return sum;
}

/**
 * nn.RNN, nn.LSTM and nn.GRU on one sequence, in float64, as their documentation writes them:
 *   rnn   h' = f(W_ih x + b_ih + W_hh h + b_hh)
 *   lstm  i, f, g, o = sigmoid, sigmoid, tanh, sigmoid;  c' = f c + i g;  h' = o tanh(c'), then W_hr h'
 *   gru   r, z = sigmoid;  n = tanh(W_in x + b_in + r (W_hn h + b_hn));  h' = (1 - z) n + z h
 */
export function reference(
  cell: "rnn" | "lstm" | "gru",
  tensors: readonly Tensor[],
  x: readonly Float64Array[],
  { layers = 1, directions = 1, relu = false }: { layers?: number; directions?: number; relu?: boolean } = {},
): Answer {
  const named = new Map(tensors.map((t) => [t.name, toFloat32(t)]));
  const shapes = new Map(tensors.map((t) => [t.name, t.shape]));
  const answer = { h: [] as Float64Array[], c: [] as Float64Array[] };
  let rows = x;
  for (let layer = 0; layer < layers; layer++) {
    const halves: Float64Array[][] = [];
    for (let d = 0; d < directions; d++) {
      const suffix = `_l${layer}${d ? "_reverse" : ""}`;
      const weight = (name: string) => named.get(name + suffix);
      const [gates, width] = shapes.get("weight_hh" + suffix)!;
      const H = gates / { rnn: 1, lstm: 4, gru: 3 }[cell];
      let h: Float64Array = new Float64Array(width);
      let c: Float64Array = new Float64Array(H);
      const half: Float64Array[] = [];
      for (const t of d ? rows.map((_, i) => rows.length - 1 - i) : rows.keys()) {
        const before = h;
        const input = (r: number) => affine(weight("weight_ih")!, rows[t], weight("bias_ih"), r);
        const recurrent = (r: number) => affine(weight("weight_hh")!, before, weight("bias_hh"), r);
        const gate = (g: number, j: number) => input(g * H + j) + recurrent(g * H + j);
        const next = new Float64Array(H);
        const nextC = new Float64Array(H);
        for (let j = 0; j < H; j++) {
          if (cell === "rnn") {
            next[j] = relu ? Math.max(0, gate(0, j)) : Math.tanh(gate(0, j));
          } else if (cell === "lstm") {
            nextC[j] = sigmoid(gate(1, j)) * c[j] + sigmoid(gate(0, j)) * Math.tanh(gate(2, j));
            next[j] = sigmoid(gate(3, j)) * Math.tanh(nextC[j]);
          } else {
            const z = sigmoid(gate(1, j));
            const n = Math.tanh(input(2 * H + j) + sigmoid(gate(0, j)) * recurrent(2 * H + j));
            next[j] = (1 - z) * n + z * before[j];
          }
        }
        const projection = weight("weight_hr");
        h = projection ? Float64Array.from({ length: width }, (_, r) => affine(projection, next, undefined, r)) : next;
        c = nextC;
        half[t] = h;
      }
      halves.push(half);
      answer.h.push(h);
      if (cell === "lstm") answer.c.push(c);
    }
    rows = halves[0].map((row, t) => (directions === 2 ? Float64Array.of(...row, ...halves[1][t]) : row));
  }
  return { output: [...rows], ...answer };
}
