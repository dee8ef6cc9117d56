import { Flag, Kind, type LayerRecord } from "../layers/layer.ts";
import { isFloats, type Matrix } from "../pack/matrix.ts";

/**
 * A cell's gates, and an LSTM's cell state, from its inputs x [steps, inputs] and
 * its hidden states h [steps, width]: the equations of assembly/cells in float64.
 */
export function cellGates(r: LayerRecord, x: Float32Array, h: Float32Array, steps: number): { reverse: boolean; c: Float32Array; gates: Record<string, Float32Array> } {
  const { units, flags } = r;
  const { order, weights: w } = r.trained!;
  const reverse = (flags & Flag.REVERSE) !== 0;
  const c = new Float32Array(steps * units);
  const gates = Object.fromEntries(r.kind === Kind.RNN ? [] : [...order].map((gate) => [gate, new Float32Array(steps * units)]));
  const before = new Float64Array(w.width);
  const cell = new Float64Array(units);
  const clip = r.clip ?? Infinity;
  const clipped = (v: number) => Math.min(Math.max(v, -clip), clip);
  const gate = (v: number) => (flags & Flag.HARD ? Math.min(Math.max(r.alpha! * clipped(v) + r.beta!, 0), 1) : 1 / (1 + Math.exp(-clipped(v))));
  const peephole = (k: number, u: number) => (w.peepholes ? w.peepholes[k * units + u] : 0);

  for (let k = 0; k < steps && r.kind !== Kind.RNN; k++) {
    const t = reverse ? steps - 1 - k : k;
    const xt = x.subarray(t * r.inputs, (t + 1) * r.inputs);
    const input = (letter: string, u: number) => row(w.weightIh, w.biasIh, order.indexOf(letter) * units + u, xt);
    const hidden = (letter: string, u: number, from: ArrayLike<number> = before) => row(w.weightHh, w.biasHh, order.indexOf(letter) * units + u, from);
    const sum = (letter: string, u: number) => input(letter, u) + hidden(letter, u);
    const put = (letter: string, u: number, v: number) => (gates[letter][t * units + u] = v);
    if (r.kind === Kind.LSTM) {
      for (let u = 0; u < units; u++) {
        const i = gate(sum("i", u) + peephole(0, u) * cell[u]);
        const f = flags & Flag.COUPLED ? 1 - i : gate(sum("f", u) + peephole(1, u) * cell[u]);
        const g = Math.tanh(clipped(sum("g", u)));
        cell[u] = f * cell[u] + i * g;
        const o = gate(sum("o", u) + peephole(2, u) * cell[u]);
        [i, f, g, o].forEach((v, at) => put("ifgo"[at], u, v));
        c[t * units + u] = cell[u];
      }
    } else {
      const reset = new Float64Array(units);
      for (let u = 0; u < units; u++) {
        reset[u] = gate(sum("r", u));
        put("r", u, reset[u]);
        put("z", u, gate(sum("z", u)));
      }
      const gated = r.kind === Kind.GRU_BEFORE ? reset.map((v, u) => v * before[u]) : undefined;
      for (let u = 0; u < units; u++) {
        put("n", u, Math.tanh(clipped(input("n", u) + (gated ? hidden("n", u, gated) : reset[u] * hidden("n", u)))));
      }
    }
    before.set(h.subarray(t * w.width, (t + 1) * w.width));
  }
  return { reverse, c, gates };
}

/** bias[i] + matrix[i] . x */
function row(matrix: Matrix, bias: Float32Array | undefined, i: number, x: ArrayLike<number>): number {
  let sum = bias ? bias[i] : 0;
  const at = i * x.length;
  const [weights, scale] = isFloats(matrix) ? [matrix, 1] : [matrix.values, matrix.scales[i]];
  for (let k = 0; k < x.length; k++) sum += scale * weights[at + k] * x[k];
  return sum;
}
