import { LAYER_WORDS } from "../abi/layout.ts";
import { Flag, Kind, type LayerRecord } from "../layers/layer.ts";
import { cellPanels, unpackCell, whole, type CellWeights, type GateOrder } from "../pack/gates.ts";
import type { Net } from "../model/build.ts";

/** Words of a record, assembly/layer.ts. */
const wordOf = (word: (typeof LAYER_WORDS)[number]) => LAYER_WORDS.indexOf(word);
const WORD = {
  size: LAYER_WORDS.length,
  weights: wordOf("weights"),
  second: wordOf("second"),
  peepholes: wordOf("peepholes"),
};

type PackedWeights = CellWeights & {
  weightIh: Float32Array;
  weightHh: Float32Array;
  biasIh: Float32Array;
  biasHh: Float32Array;
  peephole(gate: number, unit: number): number;
};

/** A cell's weights, read back from memory; `index` is its record's in the program. */
function weightsOf(net: Net, r: LayerRecord, index: number): PackedWeights {
  const { f32, i32 } = net.arena;
  const at = (word: number) => i32[(net.program.address >> 2) + index * WORD.size + word] >> 2;
  const { units, inputs } = r;
  const width = r.state!.h;
  const rows = r.gates!.torch.length * units;
  const floats = (count: number) => new Float32Array(count);
  const w = {
    inputs,
    units,
    width,
    weightIh: floats(rows * inputs),
    weightHh: floats(rows * width),
    biasIh: floats(rows),
    biasHh: floats(rows),
  };
  const read = (order: GateOrder, from: number) => {
    const { panel, panels } = cellPanels(order, w);
    const { integers = false } = r;
    unpackCell(f32.subarray(from, integers ? undefined : from + panel * panels), net.kernels.group, integers, order, w);
  };
  read(r.gates!, at(WORD.weights));
  if (r.candidate) read(r.candidate, at(WORD.second));
  const peepholes = at(WORD.peepholes);
  return { ...w, peephole: (gate, unit) => (peepholes ? f32[peepholes + gate * whole(units) + unit] : 0) };
}

/**
 * A cell's gates [steps, units] by their letters, and an LSTM's cell state, from its
 * inputs x [steps, inputs] and its hidden states h [steps, width]: the equations of
 * assembly/cells in float64. `index` is the cell's record in the program; `tell` hears of each timestep.
 */
export function cellGates(
  net: Net,
  r: LayerRecord,
  index: number,
  x: Float32Array,
  h: Float32Array,
  steps: number,
  tell: (done: number) => void,
): { reverse: boolean; c: Float32Array | undefined; gates: Record<string, Float32Array> } {
  const { kind, units, flags, clip = Infinity } = r;
  const w = weightsOf(net, r, index);
  const letters = kind === Kind.RNN ? "" : r.gates!.torch;
  const reverse = (flags & Flag.REVERSE) !== 0;
  const gates = Object.fromEntries([...letters].map((letter) => [letter, new Float32Array(steps * units)]));
  const c = kind === Kind.LSTM ? new Float32Array(steps * units) : undefined;
  const before = new Float64Array(w.width);
  const cell = new Float64Array(units);
  const clipped = (v: number) => Math.min(Math.max(v, -clip), clip);
  const gate = (v: number) =>
    flags & Flag.HARD ? Math.min(Math.max(r.alpha! * clipped(v) + r.beta!, 0), 1) : 1 / (1 + Math.exp(-clipped(v)));

  for (let k = 0; k < steps && letters; k++) {
    const t = reverse ? steps - 1 - k : k;
    const now = x.subarray(t * r.inputs, (t + 1) * r.inputs);
    const input = (letter: string, u: number) => row(w.weightIh, w.biasIh, letters.indexOf(letter) * units + u, now);
    const hidden = (letter: string, u: number, from = before) =>
      row(w.weightHh, w.biasHh, letters.indexOf(letter) * units + u, from);
    const sum = (letter: string, u: number) => input(letter, u) + hidden(letter, u);
    const reset = kind === Kind.LSTM ? before : before.map((_, u) => gate(sum("r", u)));
    const gated = reset.map((v, u) => v * before[u]);
    for (let u = 0; u < units; u++) {
      const put = (letter: string, v: number) => (gates[letter][t * units + u] = v);
      if (c) {
        const i = gate(sum("i", u) + w.peephole(0, u) * cell[u]);
        const f = flags & Flag.COUPLED ? 1 - i : gate(sum("f", u) + w.peephole(1, u) * cell[u]);
        const g = Math.tanh(clipped(sum("g", u)));
        cell[u] = f * cell[u] + i * g;
        c[t * units + u] = cell[u];
        put("i", i);
        put("f", f);
        put("g", g);
        put("o", gate(sum("o", u) + w.peephole(2, u) * cell[u]));
      } else {
        put("r", reset[u]);
        put("z", gate(sum("z", u)));
        put(
          "n",
          Math.tanh(clipped(input("n", u) + (kind === Kind.GRU ? reset[u] * hidden("n", u) : hidden("n", u, gated)))),
        );
      }
    }
    before.set(h.subarray(t * w.width, (t + 1) * w.width));
    tell(k + 1);
  }
  return { reverse, c, gates };
}

/** bias[i] + matrix[i] . x */
function row(matrix: Float32Array, bias: Float32Array, i: number, x: Float32Array | Float64Array): number {
  let sum = bias[i];
  for (let k = 0; k < x.length; k++) sum += matrix[i * x.length + k] * x[k];
  return sum;
}
