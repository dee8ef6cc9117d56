import { GATES, layerInput, type Case } from "./cases.ts";

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** One direction of one layer, PyTorch's gate order: `i f g o`, `r z n`. */
export interface LayerWeights {
  readonly ih: Float32Array; // [G*H, I]
  readonly hh: Float32Array; // [G*H, H]
  readonly bih: Float32Array; // [G*H]
  readonly bhh: Float32Array; // [G*H]
}

export type Net = ReadonlyMap<string, Tensor>;

export const PREFIX = "cell";

/** mulberry32, uniform in [-1, 1). */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** PyTorch's names and PyTorch's default distribution, U(-1/sqrt(H), 1/sqrt(H)). */
export function makeNet(c: Case): Net {
  const next = uniform(c.seed);
  const bound = 1 / Math.sqrt(c.hidden);
  const rows = GATES[c.cell] * c.hidden;
  const net = new Map<string, Tensor>();
  const add = (name: string, ...shape: number[]) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b));
    for (let i = 0; i < data.length; i++) data[i] = bound * next();
    net.set(`${PREFIX}.${name}`, { shape, data });
  };
  for (let layer = 0; layer < c.layers; layer++) {
    for (let direction = 0; direction < c.directions; direction++) {
      const suffix = layerSuffix(layer, direction);
      add(`weight_ih${suffix}`, rows, layerInput(c, layer));
      add(`weight_hh${suffix}`, rows, c.hidden);
      add(`bias_ih${suffix}`, rows);
      add(`bias_hh${suffix}`, rows);
    }
  }
  return net;
}

/** The input of a case, `[B, T, I]`. */
export function makeInput(c: Case): Float32Array {
  const next = uniform(c.seed + 1);
  return Float32Array.from({ length: c.batch * c.steps * c.input }, next);
}

export function layerWeights(net: Net, layer: number, direction: number): LayerWeights {
  const suffix = layerSuffix(layer, direction);
  const tensor = (name: string): Float32Array => {
    const found = net.get(`${PREFIX}.${name}${suffix}`);
    if (!found) throw new Error(`no tensor ${name}${suffix}`);
    return found.data;
  };
  return { ih: tensor("weight_ih"), hh: tensor("weight_hh"), bih: tensor("bias_ih"), bhh: tensor("bias_hh") };
}

/** `source` cut into `count` blocks of equal length, put together in another order. */
export function reorderGates(source: Float32Array, order: readonly number[]): Float32Array {
  const size = source.length / order.length;
  const result = new Float32Array(source.length);
  order.forEach((from, to) => result.set(source.subarray(from * size, (from + 1) * size), to * size));
  return result;
}

const layerSuffix = (layer: number, direction: number): string => `_l${layer}${direction === 1 ? "_reverse" : ""}`;
