// Seeded random nets of awkward sizes against the float64 loop of test/support/reference.ts.
import { describe, expect, test } from "vitest";
import { Model, tensor, type Description, type Tensor } from "../src/index.ts";
import { difference } from "./support/goldens.ts";
import { Random } from "./support/random.ts";
import { reference } from "./support/reference.ts";

const BOUND = 2e-5;
const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65];

describe.each(["rnn", "lstm", "gru"] as const)("%s", (cell) => {
  test.each(Array.from({ length: 40 }, (_, i) => 1000 + i))("seed %i", (seed) => {
    const random = new Random(seed);
    const inputs = random.pick(SIZES);
    const H = random.pick(SIZES);
    const layers = random.integer(1, 3);
    const directions = random.integer(1, 2);
    const bias = random.next() < 0.8;
    const relu = cell === "rnn" && random.next() < 0.5;
    const width = cell === "lstm" && H > 1 && random.next() < 0.4 ? random.integer(1, H - 1) : H;
    const rows = { rnn: 1, lstm: 4, gru: 3 }[cell] * H;
    const tensors: Tensor[] = [];
    const draw = (name: string, ...shape: number[]) =>
      tensors.push(
        tensor(
          name,
          shape,
          random.floats(
            shape.reduce((a, b) => a * b),
            1 / Math.sqrt(H),
          ),
        ),
      );
    for (let l = 0; l < layers; l++) {
      for (let d = 0; d < directions; d++) {
        const suffix = `_l${l}${d ? "_reverse" : ""}`;
        draw("weight_ih" + suffix, rows, l ? directions * width : inputs);
        draw("weight_hh" + suffix, rows, width);
        if (bias) for (const b of ["bias_ih", "bias_hh"]) draw(b + suffix, rows);
        if (width < H) draw("weight_hr" + suffix, width, H);
      }
    }
    const steps = random.pick([1, 2, 3, 5, 16, 33, 70]);
    const x = random.floats(steps * inputs, 1);
    const layer = { type: cell, weights: "", ...(relu && { nonlinearity: "relu" }) } as Description["layers"][0];

    using model = Model.fromTensors(tensors, { layers: [layer] });
    const got = model.run(x);
    const sequence = Array.from({ length: steps }, (_, t) =>
      Float64Array.from(x.subarray(t * inputs, (t + 1) * inputs)),
    );
    const expected = reference(cell, tensors, sequence, { layers, directions, relu });
    const flat = (parts: Float64Array[]) => parts.flatMap((p) => [...p]);
    expect(difference(got.output, flat(expected.output)), "output").toBeLessThan(BOUND);
    expect(difference(got.state.h, flat(expected.h)), "h_n").toBeLessThan(BOUND);
    if (cell === "lstm") expect(difference(got.state.c!, flat(expected.c)), "c_n").toBeLessThan(BOUND);
  });
});
