// NaN and infinity: they go where IEEE 754 takes them, as in a plain float64 loop, and nowhere else.
import { describe, expect, test } from "vitest";
import { Model, tensor, toFloat32, type LayerDescription, type Tensor } from "../../src/index.ts";
import { firstDifference } from "../support/bits.ts";
import { referenceCell } from "../support/float64.ts";
import { forSeeds, seeds } from "../support/laws.ts";
import { modelOf, part, randomItems, randomNet } from "../support/nets.ts";
import { Random } from "../support/random.ts";

type CellOptions = Extract<LayerDescription, { type: "rnn" | "lstm" | "gru" }>;

const SIZES = [1, 2, 3, 4, 5, 7, 9, 13, 16, 17, 19, 33];
const SPECIAL = [NaN, NaN, Infinity, -Infinity];

function drawCell(random: Random): { options: CellOptions; tensors: Tensor[]; inputs: number } {
  const some = (chance: number) => random.next() < chance;
  const type = random.pick(["rnn", "lstm", "gru"] as const);
  const [inputs, H] = [random.pick(SIZES), random.pick(SIZES)];
  const rows = { rnn: 1, lstm: 4, gru: 3 }[type] * H;
  const proj = type === "lstm" && some(0.3) ? random.pick(SIZES) : H;
  const options = {
    type,
    weights: "",
    ...(type === "rnn" && some(0.4) && { nonlinearity: "relu" }),
    ...(type === "gru" && some(0.4) && { reset: "before" }),
    ...(type === "lstm" && some(0.2) && { input_forget: true }),
    ...(some(0.2) && { clip: 1.5 }),
    ...(type !== "rnn" && some(0.2) && { gate: "hard_sigmoid", alpha: 0.2 }),
  } as CellOptions;
  const draw = (name: string, ...shape: number[]) =>
    tensor(
      `${name}_l0`,
      shape,
      random.floats(
        shape.reduce((a, b) => a * b, 1),
        0.7,
      ),
    );
  const tensors = [
    draw("weight_ih", rows, inputs),
    draw("weight_hh", rows, proj),
    draw("bias_ih", rows),
    draw("bias_hh", rows),
  ];
  if (proj !== H) tensors.push(draw("weight_hr", proj, H));
  if (type === "lstm" && some(0.2)) tensors.push(draw("weight_peephole", 3 * H));
  return { options, tensors, inputs };
}

const kind = (x: number) => (Number.isNaN(x) ? "NaN" : Math.abs(x) === Infinity ? `${x}` : "finite");

test("every output is NaN, infinite or finite just where the float64 loop's is", () => {
  let nan = 0;
  let finite = 0;
  forSeeds(seeds(90_000, 600, 20_000), (seed, note) => {
    const random = new Random(seed);
    const { options, tensors, inputs } = drawCell(random);
    note(`${JSON.stringify(options)} ${tensors.map((t) => `${t.name} [${t.shape}]`)}`);
    const steps = random.integer(1, 12);
    const x = random.floats(steps * inputs, 1);
    const where = random.pick(["x", "x", "weights", "state", "all"]);
    const poison = (values: Float32Array, count: number) => {
      for (let i = 0; i < count; i++) values[random.integer(0, values.length - 1)] = random.pick(SPECIAL);
    };
    if (where === "x" || where === "all") poison(x, random.integer(1, 3));
    if (where === "weights" || where === "all") poison(toFloat32(random.pick(tensors)), random.integer(1, 3));
    using model = Model.fromTensors(tensors, { layers: [options] });
    const width = model.outputSize;
    const h = random.floats(width, 1);
    if (where === "state" || where === "all") poison(h, 1);
    const units = tensors[1].shape[0] / 4;
    const c = options.type === "lstm" ? random.floats(units, 1) : undefined;
    if (c && where === "state") poison(c, 1);

    const reference = referenceCell(options, tensors, Math.fround);
    reference.state.h.set(h);
    if (c) reference.state.c.set(c);
    const { output, state } = model.run(x, { state: { h, ...(c && { c }) } });
    for (let t = 0; t < steps; t++) {
      reference.step(x.subarray(t * inputs, (t + 1) * inputs));
      for (let k = 0; k < width; k++) {
        const [got, expected] = [output[t * width + k], Math.fround(reference.state.h[k])];
        if (kind(got) !== kind(expected))
          throw new Error(`${where}, step ${t}, output ${k}: got ${got}, expected ${expected}`);
        if (Number.isNaN(got)) nan++;
        else finite++;
      }
    }
    if (c) state.c!.forEach((got, k) => expect(kind(got)).toBe(kind(Math.fround(reference.state.c[k]))));
  });
  if (process.env.UNROLLED_SEED === undefined) expect(Math.min(nan, finite)).toBeGreaterThan(1000); // both were seen
});

test("no row of a batch and no stream sees another's NaN", () => {
  forSeeds(seeds(95_000, 200, 5000), (seed, note) => {
    const random = new Random(seed);
    const net = randomNet(random);
    if (net.ids) return;
    note(JSON.stringify(net.description.layers));
    using model = modelOf(net);
    const [batch, steps] = [random.integer(2, 9), random.integer(1, 40)];
    const clean = randomItems(net, random, batch * steps) as Float32Array;
    const lengths = Array.from({ length: batch }, () => random.integer(1, steps));
    const options = { batch, lengths };
    const expected = model.run(clean, options);
    const sick = random.integer(0, batch - 1);
    const x = clean.slice();
    for (let i = sick * steps * net.inputs; i < (sick + 1) * steps * net.inputs; i++) x[i] = random.pick(SPECIAL);
    const got = model.run(x, options);
    const rows = (net.summed ? 1 : steps) * model.outputSize;
    for (let b = 0; b < batch; b++) {
      if (b === sick) continue;
      const difference = firstDifference(
        got.output.slice(b * rows, (b + 1) * rows),
        expected.output.slice(b * rows, (b + 1) * rows),
      );
      if (difference) throw new Error(`row ${b}, NaN in ${sick}${difference}`);
    }
    const past = net.summed ? rows : lengths[sick] * model.outputSize;
    if (got.output.slice(sick * rows + past, (sick + 1) * rows).some((v) => v !== 0))
      throw new Error("NaN past a length");
    // What the workspace was left with does not come back.
    const again = model.run(clean, options);
    const difference = firstDifference(again.output, expected.output);
    if (difference) throw new Error(`after NaN${difference}`);
    if (!net.streams) return;
    using healthy = model.stream();
    using ill = model.stream();
    using alone = model.stream();
    for (let t = 0; t < Math.min(steps, 8); t++) {
      ill.step(new Float32Array(net.inputs).fill(random.pick(SPECIAL)));
      const item = part(net, clean, t, t + 1);
      const between = firstDifference(healthy.step(item), alone.step(item));
      if (between) throw new Error(`stream, step ${t}${between}`);
    }
    ill.reset();
    using fresh = model.stream();
    const item = part(net, clean, 0, 1);
    const reset = firstDifference(ill.step(item), fresh.step(item));
    if (reset) throw new Error(`after reset${reset}`);
  });
});

describe("softmax", () => {
  test.each(Array.from({ length: 21 }, (_, i) => i + 1))("of %i values adds up to 1, as in float64", (width) => {
    const random = new Random(width);
    const head = tensor("head.weight", [width, 1], random.floats(width, 8));
    using model = Model.fromTensors(
      [tensor("weight_ih_l0", [1, 1], Float32Array.of(1)), tensor("weight_hh_l0", [1, 1], Float32Array.of(0)), head],
      {
        layers: [
          { type: "rnn", weights: "", nonlinearity: "relu" },
          { type: "linear", weights: "head" },
          { type: "softmax" },
        ],
      },
    );
    const { output } = model.run(Float32Array.of(1, 2, 3)); // rows follow each other: a row's padding is the next row
    for (let t = 0; t < 3; t++) {
      const e = Float64Array.from(toFloat32(head), (v) => Math.exp(Math.fround(v * (t + 1))));
      const sum = e.reduce((a, b) => a + b);
      e.forEach((v, k) => expect(Math.abs(output[t * width + k] - v / sum)).toBeLessThan(1e-6));
    }
  });

  test.each([[[NaN, 1, 2]], [[Infinity, 1, 2]], [[-Infinity, -Infinity, -Infinity]]])("of %s is NaN", (x) => {
    using model = Model.fromTensors(
      [
        tensor("weight_ih_l0", [3, 3], Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)),
        tensor("weight_hh_l0", [3, 3], new Float32Array(9)),
        tensor("head.weight", [3, 1], Float32Array.from(x)),
        tensor("head.bias", [3], new Float32Array(3)),
        tensor("up.weight", [1, 3], new Float32Array(3)),
        tensor("up.bias", [1], Float32Array.of(1)),
      ],
      {
        layers: [
          { type: "rnn", weights: "" },
          { type: "linear", weights: "up" },
          { type: "linear", weights: "head" },
          { type: "softmax" },
        ],
      },
    );
    expect([...model.run(new Float32Array(3)).output]).toEqual([NaN, NaN, NaN]);
  });
});
