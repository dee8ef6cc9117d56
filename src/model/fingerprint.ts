import type { Precision } from "../pack/matrix.ts";
import { encodeUtf8 } from "../text.ts";
import type { Description, LayerDescription } from "../layers/description.ts";
import type { Tensor } from "../tensors/tensor.ts";

/** 64 bits that tell nets apart. */
export type Fingerprint = readonly [number, number];

/** What a layer is where its description does not say. */
const DEFAULTS: Record<string, unknown> = {
  direction: "forward",
  nonlinearity: "tanh",
  gate: "sigmoid",
  beta: 0.5,
  input_forget: false,
  reset: "after",
};

/**
 * Of the tensors as they came, in the order of their names, of the layers, and of how the matrices are kept: packing
 * and build leave no trace. Each lane takes a word w as h <- (rotl(h ^ w, r) + a) * m mod 2^32, one to one in h and w.
 */
export function fingerprintOf(
  { input = "features", layers }: Description,
  tensors: readonly Tensor[],
  kept: readonly Precision[],
): Fingerprint {
  let a = 0x9e3779b9;
  let b = 0x7f4a7c15;
  const take = (bytes: DataView) => {
    const whole = bytes.byteLength & ~3;
    for (let i = 0; i < bytes.byteLength; i += i < whole ? 4 : 1) {
      const word = i < whole ? bytes.getInt32(i, true) : bytes.getUint8(i);
      a ^= word;
      a = Math.imul(((a << 13) | (a >>> 19)) + 0x52dce729, 0x85ebca6b);
      b ^= word;
      b = Math.imul(((b << 17) | (b >>> 15)) + 0x38495ab5, 0xc2b2ae35);
    }
  };
  const takeText = (text: string) => {
    take(new DataView(encodeUtf8(text).buffer));
  };
  takeText(JSON.stringify([input, layers.map(canonical), kept]));
  for (const { name, dtype, shape, bytes } of [...tensors].sort((s, t) => (s.name < t.name ? -1 : 1))) {
    takeText(JSON.stringify([name, dtype, shape]));
    take(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  return [spread(a), spread(b)];
}

/** The fields in one order, without those that say nothing. */
function canonical(layer: LayerDescription): [string, unknown][] {
  return Object.entries(layer)
    .filter(([name, value]) => value !== DEFAULTS[name])
    .sort(([s], [t]) => (s < t ? -1 : 1));
}

/** Each bit of the last word reaches all. */
function spread(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
