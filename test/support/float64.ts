import { toFloat32, type Tensor } from "../../src/index.ts";
import type { CellOptions } from "../../src/layers/description.ts";

/** State of one cell. */
export interface Reference {
  readonly h: Float64Array;
  readonly c: Float64Array;
}

/** What rounds a gate: nothing for float64, Math.fround where underflow must be float32's. */
type Round = (x: number) => number;

/**
 * One forward cell of depth 1 in float64, with every option: the equations of
 * notes/semantics.md, in the plainest loop. `step` goes one timestep on.
 */
export function referenceCell(
  options: CellOptions,
  tensors: readonly Tensor[],
  round: Round = (x) => x,
): { state: Reference; step(x: ArrayLike<number>): void } {
  const named = new Map(tensors.map((t) => [t.name, t]));
  const values = (name: string) => (named.has(`${name}_l0`) ? toFloat32(named.get(`${name}_l0`)!) : undefined);
  const U = values("weight_hh")!;
  const W = values("weight_ih")!;
  const [rows, width] = named.get("weight_hh_l0")!.shape;
  const inputs = named.get("weight_ih_l0")!.shape[1];
  const [bi, bh, P, R] = ["bias_ih", "bias_hh", "weight_peephole", "weight_hr"].map(values);
  const H = rows / { rnn: 1, lstm: 4, gru: 3 }[options.type];
  const clip = options.clip ?? Infinity;
  const bound = (x: number) => (x > clip ? clip : x < -clip ? -clip : x); // keeps NaN
  const within = (x: number) => (x > 1 ? 1 : x < 0 ? 0 : x);
  const gate = (x: number) =>
    round(
      options.gate === "hard_sigmoid"
        ? within(options.alpha! * bound(x) + (options.beta ?? 0.5))
        : 1 / (1 + Math.exp(-bound(x))),
    );
  const tanh = (x: number) => round(Math.tanh(bound(x)));
  const state = { h: new Float64Array(width), c: new Float64Array(options.type === "lstm" ? H : 0) };

  const input = (r: number, x: ArrayLike<number>) => {
    let sum = bi ? bi[r] : 0;
    for (let k = 0; k < inputs; k++) sum += W[r * inputs + k] * x[k];
    return sum;
  };
  const recurrent = (r: number, h: ArrayLike<number>) => {
    let sum = bh ? bh[r] : 0;
    for (let k = 0; k < width; k++) sum += U[r * width + k] * h[k];
    return sum;
  };

  function step(x: ArrayLike<number>): void {
    const { h, c } = state;
    const old = h.slice();
    const sum = (g: number, j: number) => input(g * H + j, x) + recurrent(g * H + j, old);
    const next = new Float64Array(H);
    const reset = options.reset === "before" ? Float64Array.from(old, (v, k) => gate(sum(0, k)) * v) : old;
    for (let j = 0; j < H; j++) {
      if (options.type === "rnn") {
        const a = bound(sum(0, j));
        next[j] = options.nonlinearity === "relu" ? (a < 0 ? 0 : a) : tanh(a);
      } else if (options.type === "lstm") {
        const peep = (g: number, cell: number) => (P ? P[g * H + j] * cell : 0);
        const i = gate(sum(0, j) + peep(0, c[j]));
        const f = options.input_forget ? 1 - i : gate(sum(1, j) + peep(1, c[j]));
        c[j] = f * c[j] + i * tanh(sum(2, j));
        next[j] = gate(sum(3, j) + peep(2, c[j])) * round(Math.tanh(c[j]));
      } else {
        const z = gate(sum(1, j));
        const r = options.reset === "before" ? 1 : gate(sum(0, j));
        const n = tanh(input(2 * H + j, x) + r * recurrent(2 * H + j, reset));
        next[j] = (1 - z) * n + z * old[j];
      }
    }
    for (let r = 0; r < width; r++) {
      if (!R) h[r] = next[r];
      else {
        h[r] = 0;
        for (let k = 0; k < H; k++) h[r] += R[r * H + k] * next[k];
      }
    }
  }
  return { state, step };
}
