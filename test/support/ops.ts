import { expect } from "vitest";
import { Builder } from "../../src/bind/builder.ts";
import type { Attributes, Constant, Dtype } from "../../src/graph/graph.ts";
import { countOf, isFloat } from "../../src/ops/op.ts";
import { planGraph } from "../../src/plan/plan.ts";
import { Evaluator, Player } from "../../src/run/player.ts";
import type { Random } from "./random.ts";

/** Sizes that hurt. */
export const SIZES = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65];

/** NaN that nothing computes. */
const CANARY = 0x7fc12345;

export interface Operand extends Constant {
  /** Known before anything runs. */
  readonly known?: boolean;
}

export function floats(shape: readonly number[], data: ArrayLike<number>): Operand {
  return { dtype: "float32", shape, data: Float32Array.from(data) };
}

export function whole(shape: readonly number[], data: ArrayLike<number>, dtype: Dtype = "int32"): Operand {
  return { dtype, shape, data: Int32Array.from(data) };
}

export function known(operand: Operand): Operand {
  return { ...operand, known: true };
}

export function randomFloats(random: Random, shape: readonly number[], range = 4): Operand {
  return floats(shape, random.floats(countOf(shape), range));
}

export function randomWhole(
  random: Random,
  shape: readonly number[],
  least: number,
  most: number,
  dtype: Dtype = "int32",
): Operand {
  return whole(
    shape,
    Array.from({ length: countOf(shape) }, () => random.integer(least, most)),
    dtype,
  );
}

let player: Player | undefined;
const evaluator = new Evaluator();

/** Plays one node; nothing but its outputs may change in memory, unless it has `scratch`. */
export function play(
  op: string,
  inputs: readonly (Operand | undefined)[],
  attributes: Attributes = {},
  scratch = false,
): Constant[] {
  player ??= new Player();
  const builder = new Builder(evaluator.evaluate);
  const values = inputs.map(
    (v, i) => v && (v.known ? builder.constant(v.data, v.dtype, v.shape) : builder.input(`x${i}`, v.dtype, v.shape)),
  );
  const made = builder.emitAll(op, values, attributes, "node");
  made.forEach((value, i) => builder.output(`y${i}`, value));
  const plan = planGraph(builder.graph());
  const loaded = player.load(plan);
  const i32 = player.arena.i32;
  const region = i32.subarray(loaded.values >> 2, (loaded.values + plan.bytes) >> 2).fill(CANARY);
  const fed = inputs.filter((v) => v && !v.known) as Operand[];
  fed.forEach((v, i) =>
    i32.set(new Int32Array(v.data.buffer, v.data.byteOffset, v.data.length), loaded.inputs[i] >> 2),
  );
  const before = region.slice();
  try {
    player.play(loaded);
    const after = region.slice();
    const outputs = made.map(({ type }, i) => {
      const from = (loaded.outputs[i] - loaded.values) >> 2;
      const count = countOf(type.shape);
      const words = after.slice(from, from + count);
      after.set(before.subarray(from, from + count), from);
      return { ...type, data: isFloat(type.dtype) ? new Float32Array(words.buffer) : words };
    });
    if (!scratch)
      expect(
        after.findIndex((word, i) => word !== before[i]),
        "a word that changed",
      ).toBe(-1);
    return outputs;
  } finally {
    player.unload(loaded);
  }
}

/** Every place of a shape, in order. */
export function* places(shape: readonly number[]): Generator<number[]> {
  for (let i = 0, n = countOf(shape); i < n; i++) {
    let rest = i;
    yield shape.map((_, axis) => {
      const below = countOf(shape.slice(axis + 1));
      const at = Math.floor(rest / below);
      rest -= at * below;
      return at;
    });
  }
}

/** The number at a place, counted from the last axis; an axis of 1 stands for any. */
export function at({ shape, data }: Constant, place: readonly number[]): number {
  const ahead = place.length - shape.length;
  return data[shape.reduce((index, d, axis) => index * d + (d === 1 ? 0 : place[axis + ahead]), 0)];
}

const f64 = new Float64Array(1);
const words = new Uint32Array(f64.buffer);

/** |got - want| in float32's spacing at `want`; NaN, infinities and the sign of 0 must agree. */
export function ulps(got: number, want: number): number {
  const rounded = Math.fround(want);
  if (Object.is(got, rounded)) return got === want || !Number.isFinite(got) ? 0 : error(got, want);
  if (Number.isNaN(got) || Number.isNaN(want) || (got === 0 && rounded === 0 && want === 0)) return Infinity;
  return error(got, want);
}

function error(got: number, want: number): number {
  const most = 2 ** 128;
  const clamp = (v: number) => Math.min(Math.max(v, -most), most);
  f64[0] = Math.min(Math.abs(want), 3.4028234663852886e38);
  const exponent = ((words[1] >>> 20) & 2047) - 1023;
  return Math.abs(clamp(got) - clamp(want)) / 2 ** (Math.max(-126, exponent) - 23);
}
