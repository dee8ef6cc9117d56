// A cell state below 2^-100 is 0, whichever way the question is asked.
import { describe, expect, test } from "vitest";
import { Model, stepAll, tensor, type Description, type ModelOptions } from "../../src/index.ts";

const UNITS = 5;

/** 100 steps from 1, or -1, at f = 1/2. */
const DECAYED = 101;

/** x = 1 sets c of units 0, 2, 4 to 1 and of 1, 3 to -1; with x = 0 it halves in every step. */
function halving(layer: object, projected: boolean, options: ModelOptions): Model {
  const gates = [400, 0, 20, 0].flatMap((w) => Array.from({ length: UNITS }, (_, u) => (w === 20 && u % 2 ? -w : w)));
  const bias = new Float32Array(4 * UNITS).fill(-200, 0, UNITS);
  const width = projected ? 3 : UNITS;
  return Model.fromTensors(
    [
      tensor("weight_ih_l0", [4 * UNITS, 1], Float32Array.from(gates)),
      tensor("weight_hh_l0", [4 * UNITS, width], new Float32Array(4 * UNITS * width)),
      tensor("bias_ih_l0", [4 * UNITS], bias),
      tensor("bias_hh_l0", [4 * UNITS], new Float32Array(4 * UNITS)),
      ...(projected ? [tensor("weight_hr_l0", [width, UNITS], new Float32Array(width * UNITS).fill(1))] : []),
    ],
    { ...options, layers: [{ type: "lstm", weights: "", ...layer }] as Description["layers"] },
  );
}

/** c of a saved stream (src/run/save.ts). */
const cellOf = (saved: Uint8Array) => new Float32Array(saved.slice(-4 - 4 * UNITS, -4).buffer);

/** c after `steps` steps without a signal, in every way. */
function* cells(model: Model, steps: number): Generator<[string, Float32Array]> {
  const x = new Float32Array(steps + 1);
  x[0] = 1;
  yield ["run", model.run(x).state.c!];
  const batch = Float32Array.from({ length: 3 * x.length }, (_, i) => x[i % x.length]);
  const { c } = model.run(batch, { batch: 3 }).state;
  for (let row = 0; row < 3; row++) yield [`row ${row}`, c!.slice(row * UNITS, (row + 1) * UNITS)];
  const streams = [model.stream(), model.stream(), model.stream()];
  streams[0].process(x);
  for (const v of x) {
    streams[1].step([v]);
    stepAll([streams[2]], [v]);
  }
  yield ["process", cellOf(streams[0].save())];
  yield ["step", cellOf(streams[1].save())];
  yield ["stepAll", cellOf(streams[2].save())];
}

const LAYERS: [string, object, boolean][] = [
  ["plain", {}, false],
  ["projected", {}, true],
  ["clipped", { clip: 1000 }, false],
];

const OPTIONS: ModelOptions[] = [{}, { deterministic: true }, { weights: "int8" }, { weights: "int16" }];

describe.each(LAYERS)("%s", (_, layer, projected) => {
  test.each(OPTIONS)("%j", (options) => {
    using model = halving(layer, projected, options);
    const sign = Float32Array.from({ length: UNITS }, (_, u) => (u % 2 ? -1 : 1));
    const kept = sign.map((s) => s * 2 ** -100);
    for (const [way, c] of cells(model, DECAYED - 1)) expect(c, way).toEqual(kept);
    for (const [way, c] of cells(model, DECAYED))
      expect(
        [...c].every((v) => v === 0),
        way,
      ).toBe(true);
    const { output } = model.run(new Float32Array(1), {
      state: model.run(Float32Array.of(1, ...new Array(DECAYED).fill(0))).state,
    });
    expect([...output].every((v) => v === 0)).toBe(true);
  });
});
