// One answer, however it is asked for, from nets of integers: bit for bit.
import { describe, expect, test } from "vitest";
import { Model, quantizeSafetensors, writeSafetensors, type Description } from "../../src/index.ts";
import { Random } from "../support/random.ts";
import { cellShapes, weights as draw } from "../support/weights.ts";

const SIZES = [1, 3, 5, 7, 13, 16, 17, 33, 64, 127];
type Layer = Description["layers"][0];

/** Cells of every kind, each with a size of its own for x and h. */
const NETS = SIZES.flatMap((H, i) => {
  const inputs = SIZES[(i * 7 + 2) % SIZES.length];
  const cells: [string, Layer, Record<string, number[]>][] = [
    ["rnn", { type: "rnn", weights: "cell" }, cellShapes("rnn", "cell.", inputs, H)],
    [
      "rnn relu",
      { type: "rnn", weights: "cell", nonlinearity: "relu" },
      cellShapes("rnn", "cell.", inputs, H, { bias: false }),
    ],
    ["lstm", { type: "lstm", weights: "cell" }, cellShapes("lstm", "cell.", inputs, H, { layers: 2 })],
    [
      "lstm projected",
      { type: "lstm", weights: "cell" },
      cellShapes("lstm", "cell.", inputs, H + 1, { proj: Math.max(1, H >> 1) }),
    ],
    ["gru", { type: "gru", weights: "cell" }, cellShapes("gru", "cell.", inputs, H, { layers: 2 })],
    ["gru before", { type: "gru", weights: "cell", reset: "before" }, cellShapes("gru", "cell.", inputs, H)],
    [
      "lstm clipped, hard",
      { type: "lstm", weights: "cell", clip: 0.7, gate: "hard_sigmoid", alpha: 0.2 },
      cellShapes("lstm", "cell.", inputs, H),
    ],
  ];
  return cells.map(([name, layer, shapes]) => ({ name: `${name} (${inputs}, ${H})`, inputs, layer, shapes }));
});

const bits = (a: Float32Array) => Buffer.from(a.buffer, a.byteOffset, a.byteLength).toString("hex");
const same = (a: Float32Array, b: Float32Array, label: string) => expect(bits(a) === bits(b), label).toBe(true);

describe.each(["int8", "int16"] as const)("%s", (weights) => {
  test.each(NETS)("$name", ({ inputs, layer, shapes }) => {
    const { weight_hr_l0 } = shapes as { weight_hr_l0?: number[] };
    const width = shapes["cell.weight_hr_l0"]?.[0] ?? weight_hr_l0?.[0] ?? shapes["cell.weight_hh_l0"][1];
    const description: Description = { layers: [layer, { type: "linear", weights: "head" }] };
    const tensors = draw({ ...shapes, "head.weight": [19, width], "head.bias": [19] });
    const file = writeSafetensors(tensors, { unrolled: JSON.stringify(description) });
    using model = Model.fromSafetensors(file, { weights });
    using again = Model.fromSafetensors(quantizeSafetensors(file, weights), { deterministic: true });
    const random = new Random(inputs);
    const [B, T] = [5, 37];
    const x = random.floats(B * T * inputs, 2);
    const lengths = [37, 1, 20, 36, 37];
    const batch = model.run(x, { batch: B, lengths });
    same(batch.output, again.run(x, { batch: B, lengths }).output, "a file of integers");
    for (let b = 0; b < B; b++) {
      const row = x.subarray(b * T * inputs, (b * T + lengths[b]) * inputs);
      const run = model.run(row);
      same(run.output, batch.output.subarray(b * T * 19, (b * T + lengths[b]) * 19), `row ${b}`);
      const holder = b % 2 ? model : again; // a state is its source's: floats and integers are two
      let stream = holder.stream();
      for (let t = 0; t < lengths[b]; t++) {
        if (t === 11) stream = holder.stream(stream.save());
        same(
          stream.step(row.subarray(t * inputs, (t + 1) * inputs)),
          run.output.subarray(t * 19, (t + 1) * 19),
          `step ${t} of row ${b}`,
        );
      }
      const head = model.run(row.subarray(0, inputs));
      if (lengths[b] > 1)
        same(model.run(row.subarray(inputs), { state: head.state }).output, run.output.subarray(19), "in two parts");
    }
  });

  test("bidirectional, embedded, last", () => {
    const description: Description = {
      input: "ids",
      layers: [
        { type: "embedding", weights: "e" },
        { type: "lstm", weights: "cell" },
        { type: "last" },
        { type: "linear", weights: "head" },
        { type: "softmax" },
      ],
    };
    const shapes = {
      "e.weight": [50, 13],
      ...cellShapes("lstm", "cell.", 13, 21, { layers: 2, directions: 2 }),
      "head.weight": [7, 42],
    };
    using model = Model.fromTensors(draw(shapes), { ...description, weights });
    const random = new Random(3);
    const ids = Int32Array.from({ length: 3 * 40 }, () => random.integer(0, 49));
    const { output } = model.run(ids, { batch: 3 });
    for (let b = 0; b < 3; b++)
      same(model.run(ids.subarray(b * 40, (b + 1) * 40)).output, output.subarray(b * 7, (b + 1) * 7), `row ${b}`);
  });

  test("near the float32 net of the same weights", () => {
    const description: Description = { layers: [{ type: "gru", weights: "cell" }] };
    const file = writeSafetensors(draw(cellShapes("gru", "cell.", 24, 48)), { unrolled: JSON.stringify(description) });
    const small = quantizeSafetensors(file, weights);
    using integers = Model.fromSafetensors(small);
    using floats = Model.fromSafetensors(small, { weights: "float32" });
    expect([integers.memory.build, floats.memory.build]).toEqual(["integer", expect.not.stringContaining("integer")]);
    const x = new Random(8).floats(24 * 50, 1);
    const a = integers.run(x).output;
    const b = floats.run(x).output;
    const worst = a.reduce((w, v, i) => Math.max(w, Math.abs(v - b[i])), 0);
    expect(worst).toBeLessThan(weights === "int8" ? 5e-4 : 2e-3); // only x and h are rounded
    expect(worst).toBeGreaterThan(0);
  });
});
