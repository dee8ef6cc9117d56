import type { Convolution } from "../layers.ts";
import { wrong } from "../wrong.ts";

/** A capture's weights, one after the other: each is taken once. */
export class NamWeights {
  readonly #label: string;
  readonly #weights: Float32Array;
  #at = 0;

  constructor(label: string, weights: Float32Array) {
    this.#label = label;
    this.#weights = weights;
  }

  /** The next `count`, for what `name` says. */
  take(name: string, count: number): Float32Array {
    const end = this.#at + count;
    if (end > this.#weights.length) {
      const expected = `${end} or more (${name} takes ${count} from ${this.#at})`;
      throw wrong("tensor", this.#label, expected, this.#weights.length);
    }
    const part = this.#weights.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  /** A convolution's: for each output, each input of its group, each tap, the oldest first; then the biases. */
  convolution(name: string, shape: Omit<Convolution, "weight" | "bias">, biased: boolean): Convolution {
    const { out, kernel, groups = 1 } = shape;
    if (shape.in % groups || out % groups) {
      throw wrong("shape", name, `channels that ${groups} groups divide`, `${shape.in} to ${out}`);
    }
    const inputs = shape.in / groups;
    const stored = this.take(name, out * inputs * kernel);
    const weight = new Float32Array(stored.length);
    for (let o = 0, at = 0; o < out; o++) {
      for (let i = 0; i < inputs; i++) {
        for (let k = 0; k < kernel; k++) weight[(o * kernel + k) * inputs + i] = stored[at++];
      }
    }
    return { ...shape, weight, bias: biased ? this.take(`${name} bias`, out) : undefined };
  }

  close(): void {
    const left = this.#weights.length - this.#at;
    if (left > 0) throw wrong("tensor", this.#label, this.#at, this.#weights.length);
  }
}
