// Writes amp.safetensors: an LSTM(1, 40) whose cells are drawn and whose output layer is
// fitted by least squares to a valve-like amplifier, y = lowpass(tanh(drive * x + bias)).
//   tsx examples/audio-worklet/make-model.ts
import { writeFileSync } from "node:fs";
import { Model, tensor, writeSafetensors } from "unrolled";

const HIDDEN = 40;
const RATE = 48000;
const random = mulberry32(7);
const between = (low: number, high: number) => low + (high - low) * random();
const floats = (count: number, draw: (i: number) => number) => Float32Array.from({ length: count }, (_, i) => draw(i));

/**
 * Gates in PyTorch's order: input, forget, cell, output. Forget biases spread the cells' memories over 1 to 100
 * samples.
 */
const gate = (i: number) => Math.floor(i / HIDDEN);
const cell = [
  tensor(
    "cell.weight_ih_l0",
    [4 * HIDDEN, 1],
    floats(4 * HIDDEN, (i) => (gate(i) === 2 ? between(-8, 8) : between(-2, 2))),
  ),
  tensor(
    "cell.weight_hh_l0",
    [4 * HIDDEN, HIDDEN],
    floats(4 * HIDDEN * HIDDEN, () => between(-0.3, 0.3)),
  ),
  tensor(
    "cell.bias_ih_l0",
    [4 * HIDDEN],
    floats(4 * HIDDEN, (i) => (gate(i) === 1 ? between(-2, 4) : between(-1, 1))),
  ),
  tensor("cell.bias_hh_l0", [4 * HIDDEN], new Float32Array(4 * HIDDEN)),
];

const x = plucks(4 * RATE);
const y = amplifier(x);
const { output: h } = Model.fromTensors(cell, { layers: [{ type: "lstm", weights: "cell" }] }).run(x);
const { weight, bias } = fit(h, y);

const layers = [
  { type: "lstm", weights: "cell" },
  { type: "linear", weights: "head" },
];
const tensors = [...cell, tensor("head.weight", [1, HIDDEN], weight), tensor("head.bias", [1], bias)];
const file = writeSafetensors(tensors, {
  unrolled: JSON.stringify({ format: "unrolled/1", input: "features", layers }),
});
writeFileSync(new URL("amp.safetensors", import.meta.url), file);

const fresh = plucks(RATE);
const wanted = amplifier(fresh);
const { output } = Model.fromSafetensors(file).run(fresh);
const energy = (values: Float32Array) => values.reduce((sum, v) => sum + v * v, 0);
console.log(
  `error to signal on fresh sound: ${((100 * energy(output.map((v, i) => v - wanted[i]))) / energy(wanted)).toFixed(2)} %`,
);

function amplifier(input: Float32Array): Float32Array {
  let low = 0;
  let slow = 0;
  return input.map((v) => {
    low += 0.35 * (Math.tanh(5 * v + 0.3) - low);
    slow += 0.002 * (low - slow);
    return 0.7 * (low - slow);
  });
}

/** Strings plucked at random: decaying harmonics, loud and soft. */
function plucks(samples: number): Float32Array {
  const out = new Float32Array(samples);
  for (let start = 0; start < samples; start += RATE / 8) {
    const pitch = (2 * Math.PI * between(80, 800)) / RATE;
    const loud = between(0.05, 0.5);
    for (let i = start; i < Math.min(samples, start + RATE / 2); i++) {
      for (let k = 1; k < 8; k++)
        out[i] += (loud / k) * Math.exp(((start - i) * k) / 9000) * Math.sin(pitch * k * (i - start));
    }
  }
  return out;
}

/** Ridge regression of y on [h, 1]: (A'A + r I) w = A'y, by Gauss elimination. */
function fit(features: Float32Array, target: Float32Array): { weight: Float32Array; bias: Float32Array } {
  const n = HIDDEN + 1;
  const m = Array.from({ length: n }, () => new Float64Array(n + 1));
  const row = new Float64Array(n + 1).fill(1);
  for (let t = 0; t < target.length; t++) {
    for (let k = 0; k < HIDDEN; k++) row[k] = features[t * HIDDEN + k];
    row[n] = target[t];
    for (let i = 0; i < n; i++) for (let k = 0; k <= n; k++) m[i][k] += row[i] * row[k];
  }
  for (let i = 0; i < n; i++) m[i][i] += 1e-3;
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const factor = m[r][i] / m[i][i];
      for (let k = i; k <= n; k++) m[r][k] -= factor * m[i][k];
    }
  }
  const w = m.map((r, i) => r[n] / r[i]);
  return { weight: Float32Array.from(w.slice(0, HIDDEN)), bias: Float32Array.of(w[HIDDEN]) };
}

function mulberry32(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
