import type { Attributes, Dim, Dtype } from "../../graph/graph.ts";
import { GraphWriter } from "../../graph/writer.ts";

/** A tensor on its way: batch first. A dim that is a name is known when the graph runs; "?" is another one. */
export interface Sym {
  readonly value: string;
  readonly dims: readonly Dim[];
  /** Its elements are integers. */
  readonly integer?: boolean;
  /** A bool [batch, time] of the steps that count. */
  readonly mask?: string;
}

export const LARGEST = 2 ** 31 - 1;

/** Calls of layers: models within each other may call each other many times. */
const MOST_CALLS = 20_000;

/** What nodes are named after: a layer. */
export interface Named {
  readonly name: string;
  error(message: string): Error;
}

/** Writes nodes that are named after a layer. */
export class Emitter {
  readonly writer = new GraphWriter();
  /**
   * In TensorFlow.js, the first input of the last call of which any input had a mask: later layers are given its mask.
   */
  met?: Sym;
  readonly #constants = new Map<Named, Map<string, string>>();
  #calls = 0;

  node(layer: Named, op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodes(layer, op, inputs, attributes, 1)[0];
  }

  nodes(layer: Named, op: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[] {
    return this.writer.nodes(op, inputs, attributes, layer.name, outputs);
  }

  /** Counts one more call of a layer. */
  call(layer: Named): void {
    if (++this.#calls > MOST_CALLS) throw layer.error(`expected a model of at most ${MOST_CALLS} calls of layers`);
  }

  /** Weights of a layer, which are made once however often it is called. */
  weights(layer: Named, key: string, shape: readonly number[], make: () => Float32Array): string {
    let own = this.#constants.get(layer);
    if (own === undefined) this.#constants.set(layer, (own = new Map()));
    let name = own.get(key);
    if (name === undefined) own.set(key, (name = this.writer.constant(make(), "float32", shape)));
    return name;
  }

  scalar(value: number): string {
    return this.writer.constant(Float32Array.of(value), "float32", []);
  }

  unary(layer: Named, x: string, fn: string, alpha?: number, beta?: number): string {
    return this.node(layer, "unary", [x], {
      function: fn,
      ...(alpha === undefined ? {} : { alpha }),
      ...(beta === undefined ? {} : { beta }),
    });
  }

  binary(layer: Named, fn: string, a: string, b: string): string {
    return this.node(layer, "binary", [a, b], { function: fn });
  }

  /** -1 is the rest, 0 as it was. */
  reshape(layer: Named, x: string, shape: readonly number[]): string {
    return this.node(layer, "reshape", [x], { shape });
  }

  transpose(layer: Named, x: string, permutation: readonly number[]): string {
    return this.node(layer, "transpose", [x], { permutation });
  }

  slice(layer: Named, x: string, axis: number, start: number, end: number, step = 1): string {
    return this.node(layer, "slice", [x], { axes: [axis], starts: [start], ends: [end], steps: [step] });
  }

  /** The same from its end to its beginning along an axis. */
  flip(layer: Named, x: string, axis: number): string {
    return this.slice(layer, x, axis, -1, -LARGEST, -1);
  }

  cast(layer: Named, x: string, to: Dtype): string {
    return this.node(layer, "cast", [x], { to });
  }
}

/** Sizes in an error: "[batch, 6, 4] and [batch, 4]". */
export const shapesOf = (inputs: readonly Sym[]) => inputs.map((x) => `[${x.dims.join(", ")}]`).join(" and ");

/** Features of a row: the last size, which must be known. */
export function featuresOf(layer: Named, x: Sym): number {
  return sizeOf(layer, x, x.dims.length - 1);
}

/** A size that must be known. */
export function sizeOf(layer: Named, x: Sym, axis: number): number {
  const size = x.dims[axis];
  if (typeof size !== "number") {
    throw layer.error(`expected an input whose axis ${axis} has a size that is known, got [${x.dims.join(", ")}]`);
  }
  return size;
}

/** Throws unless the input has `rank` axes, the batch's included. */
export function checkRank(layer: Named, x: Sym, rank: number): void {
  if (x.dims.length !== rank) throw layer.error(`expected an input of ${rank} axes, got [${x.dims.join(", ")}]`);
}

/** An axis as a number from 0. */
export function axisOf(layer: Named, axis: number, rank: number): number {
  const from = axis < 0 ? axis + rank : axis;
  if (!(from >= 0 && from < rank)) throw layer.error(`axis ${axis} of ${rank}`);
  return from;
}

/** bool [batch, time, 1], true throughout, for x [batch, time, features]. */
export function everyStep(g: Emitter, layer: Named, x: Sym): string {
  const first = g.slice(layer, x.value, 2, 0, 1);
  return g.unary(layer, g.binary(layer, "less", first, first), "not");
}
