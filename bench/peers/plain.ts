import type { Case } from "../cases.ts";
import type { Prepare } from "../peer.ts";
import { layerWeights, type LayerWeights, type Net } from "../weights.ts";

type Floats = Float32Array | Float64Array;
type FloatsConstructor = new (source: number | ArrayLike<number>) => Floats;
type Layer = { readonly [K in keyof LayerWeights]: Floats };

/**
 * y[r] = b[r] + sum_k w[r, k] x[at + k].
 * Four rows at once: four independent chains of additions, x loaded once: 1.4 GMAC/s, one row 0.7.
 * Sums in double precision: `Math.fround` around every operation halves the speed in V8.
 */
function gemv(y: Floats, w: Floats, b: Floats, x: Floats, at: number, rows: number, columns: number): void {
  let r = 0;
  for (; r + 3 < rows; r += 4) {
    const w0 = r * columns;
    const w1 = w0 + columns;
    const w2 = w1 + columns;
    const w3 = w2 + columns;
    let y0 = b[r];
    let y1 = b[r + 1];
    let y2 = b[r + 2];
    let y3 = b[r + 3];
    for (let k = 0; k < columns; k++) {
      const v = x[at + k];
      y0 += w[w0 + k] * v;
      y1 += w[w1 + k] * v;
      y2 += w[w2 + k] * v;
      y3 += w[w3 + k] * v;
    }
    y[r] = y0;
    y[r + 1] = y1;
    y[r + 2] = y2;
    y[r + 3] = y3;
  }
  for (; r < rows; r++) {
    let sum = b[r];
    for (let k = 0; k < columns; k++) sum += w[r * columns + k] * x[at + k];
    y[r] = sum;
  }
}

const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));

/** Advances h (and c) by one input vector. */
type Step = (x: Floats, at: number) => void;

function lstmStep(w: Layer, h: Floats, gates: Floats, c: Floats, input: number): Step {
  const n = h.length;
  const bias = w.bih.map((v, j) => v + w.bhh[j]);
  return (x, at) => {
    gemv(gates, w.ih, bias, x, at, 4 * n, input);
    gemv(gates, w.hh, gates, h, 0, 4 * n, n);
    for (let j = 0; j < n; j++) {
      c[j] = sigmoid(gates[n + j]) * c[j] + sigmoid(gates[j]) * Math.tanh(gates[2 * n + j]);
      h[j] = sigmoid(gates[3 * n + j]) * Math.tanh(c[j]);
    }
  };
}

function gruStep(w: Layer, h: Floats, gates: Floats, recurrent: Floats, input: number): Step {
  const n = h.length;
  return (x, at) => {
    gemv(gates, w.ih, w.bih, x, at, 3 * n, input);
    gemv(recurrent, w.hh, w.bhh, h, 0, 3 * n, n);
    for (let j = 0; j < n; j++) {
      const z = sigmoid(gates[n + j] + recurrent[n + j]);
      const r = sigmoid(gates[j] + recurrent[j]);
      h[j] = (1 - z) * Math.tanh(gates[2 * n + j] + r * recurrent[2 * n + j]) + z * h[j];
    }
  };
}

function rnnStep(w: Layer, h: Floats, gates: Floats, input: number): Step {
  const n = h.length;
  const bias = w.bih.map((v, j) => v + w.bhh[j]);
  return (x, at) => {
    gemv(gates, w.ih, bias, x, at, n, input);
    gemv(gates, w.hh, gates, h, 0, n, n);
    for (let j = 0; j < n; j++) h[j] = Math.tanh(gates[j]);
  };
}

interface Direction {
  readonly h: Floats;
  readonly step: Step;
  readonly reset: () => void;
}

function makeDirection(c: Case, weights: LayerWeights, input: number, F: FloatsConstructor): Direction {
  const w: Layer = { ih: new F(weights.ih), hh: new F(weights.hh), bih: new F(weights.bih), bhh: new F(weights.bhh) };
  const h = new F(c.hidden);
  const cell = new F(c.hidden);
  const gates = new F(w.bih.length);
  const step = {
    lstm: () => lstmStep(w, h, gates, cell, input),
    gru: () => gruStep(w, h, gates, new F(w.bih.length), input),
    rnn: () => rnnStep(w, h, gates, input),
  }[c.cell]();
  return { h, step, reset: () => void (h.fill(0), cell.fill(0)) };
}

export interface PlainNet {
  readonly reset: () => void;
  /** One step of a one-layer, one-direction net: y = h'. */
  readonly step: (x: Floats, at: number, y: Floats) => void;
  /** `[T, I]` from `at` on, to `[T, D*H]`, from the zero state. */
  readonly sequence: (x: Floats, at: number, y: Floats, yAt: number) => void;
}

export function makePlainNet(c: Case, net: Net, F: FloatsConstructor): PlainNet {
  const width = c.directions * c.hidden;
  const stack = Array.from({ length: c.layers }, (_, layer) =>
    Array.from({ length: c.directions }, (_, d) =>
      makeDirection(c, layerWeights(net, layer, d), layer === 0 ? c.input : width, F),
    ),
  );
  const between = stack.slice(1).map(() => new F(c.steps * width));
  const first = stack[0][0];
  return {
    reset: () => stack.flat().forEach((direction) => direction.reset()),
    step(x, at, y) {
      first.step(x, at);
      y.set(first.h);
    },
    sequence(x, at, y, yAt) {
      let source = x;
      let sourceAt = at;
      stack.forEach((layer, index) => {
        const target = between[index] ?? y;
        const targetAt = target === y ? yAt : 0;
        const input = index === 0 ? c.input : width;
        layer.forEach((direction, d) => {
          direction.reset();
          for (let s = 0; s < c.steps; s++) {
            const t = d === 0 ? s : c.steps - 1 - s;
            direction.step(source, sourceAt + t * input);
            target.set(direction.h, targetAt + t * width + d * c.hidden);
          }
        });
        source = target;
        sourceAt = 0;
      });
    },
  };
}

export const prepare: Prepare = async (c, net, x) => {
  const plain = makePlainNet(c, net, Float32Array);
  const width = c.directions * c.hidden;
  const y = new Float32Array(c.batch * c.steps * width);
  const whole = () => {
    for (let b = 0; b < c.batch; b++) plain.sequence(x, b * c.steps * c.input, y, b * c.steps * width);
  };
  if (c.mode !== "stream") return { check: () => (whole(), y), call: whole };
  const answer = new Float32Array(width);
  let t = 0;
  return {
    check() {
      plain.reset();
      for (let s = 0; s < c.steps; s++) {
        plain.step(x, s * c.input, answer);
        y.set(answer, s * width);
      }
      return y;
    },
    call() {
      plain.step(x, t * c.input, answer);
      t = (t + 1) % c.steps;
    },
  };
};
