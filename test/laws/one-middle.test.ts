// A list of layers as a graph gives the bits that the list gives: two walks over the same kernels.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  FormatError,
  Model,
  quantizeSafetensors,
  readSafetensors,
  tensor,
  writeSafetensors,
  type Description,
} from "../../src/index.ts";
import { graphFromSafetensors, writeGraph } from "../../src/graph.ts";
import { fromSafetensors } from "../../src/import.ts";
import { listGraph } from "../../src/import/list.ts";
import { GraphModel } from "../../src/run/graph-model.ts";
import { drawGolden, goldenLayer, goldenModel, readGoldens } from "../support/goldens.ts";
import { Random } from "../support/random.ts";
import { weights } from "../support/weights.ts";

const words = (data: Float32Array) => new Int32Array(data.buffer, data.byteOffset, data.length);

describe.each(["rnn", "lstm", "gru", "onnx"])("goldens of %s", (name) => {
  const cases = readGoldens(name).cases.filter((g) => g.steps * g.batch < 3000);
  test.each(cases.map((g) => [g.name, g] as const))("%s", (_, g) => {
    const { tensors, x } = drawGolden(g);
    const batch = g.batch || 1;
    for (const deterministic of [true, false]) {
      using list = goldenModel(g, tensors, { deterministic });
      using graph = new GraphModel(listGraph({ layers: [goldenLayer(g)] }, tensors), { deterministic });
      const expected = list.run(x, { batch }).output;
      expect(words(graph.run(x, { batch }).output), "run").toEqual(words(expected));
    }
  });
});

describe("nets", () => {
  const random = new Random(11);
  const of = (name: string, ...shape: number[]) => weights({ [name]: shape }, random, 0.4)[0];
  const cell = (name: string, gates: number, inputs: number, units: number, ...suffixes: string[]) =>
    suffixes.flatMap((suffix) => [
      of(`${name}.weight_ih_${suffix}`, gates * units, inputs),
      of(`${name}.weight_hh_${suffix}`, gates * units, units),
      of(`${name}.bias_ih_${suffix}`, gates * units),
    ]);
  const nets: Record<string, [Description, ReturnType<typeof of>[]]> = {
    "embedding, gru of two depths, linear, softmax": [
      {
        input: "ids",
        layers: [
          { type: "embedding", weights: "e" },
          { type: "gru", weights: "g" },
          { type: "linear", weights: "head" },
          { type: "softmax" },
        ],
      },
      [of("e.weight", 40, 9), ...cell("g", 3, 9, 13, "l0"), ...cell("g", 3, 13, 13, "l1"), of("head.weight", 7, 13)],
    ],
    "linear, lstm both ways, last, linear": [
      {
        layers: [
          { type: "linear", weights: "in" },
          { type: "lstm", weights: "c" },
          { type: "last" },
          { type: "linear", weights: "head" },
        ],
      },
      [
        of("in.weight", 6, 5),
        of("in.bias", 6),
        ...cell("c", 4, 6, 10, "l0", "l0_reverse"),
        of("head.weight", 3, 20),
        of("head.bias", 3),
      ],
    ],
    "rnn, gru that resets before, lstm from the end": [
      {
        layers: [
          { type: "rnn", weights: "a", nonlinearity: "relu" },
          { type: "gru", weights: "b", reset: "before" },
          { type: "lstm", weights: "c", direction: "reverse" },
        ],
      },
      [...cell("a", 1, 4, 17, "l0"), ...cell("b", 3, 17, 8, "l0"), ...cell("c", 4, 8, 5, "l0")],
    ],
  };

  test.each(Object.entries(nets))("%s", (_, [description, tensors]) => {
    using list = Model.fromTensors(tensors, description);
    const graph = listGraph(description, tensors);
    using model = graphFromSafetensors(writeGraph(graph));
    const ids = description.input === "ids";
    const x = ids
      ? Int32Array.from({ length: 3 * 150 }, () => random.integer(0, 39))
      : random.floats(3 * 150 * list.inputSize, 1);
    expect(words(model.run(x, { batch: 3 }).output)).toEqual(words(list.run(x, { batch: 3 }).output));
    if (list.layers.some((l) => l.directions === 2) || description.layers.some((l) => "direction" in l)) return;
    using steps = list.stream();
    using others = model.stream();
    const one = x.subarray(0, x.length / 3);
    expect(words(others.process(one))).toEqual(words(steps.process(one)));
  });
});

describe("files", () => {
  const file = readFileSync(new URL("../../examples/models/language-id-lstm.safetensors", import.meta.url));

  test("a file of layers opens as a graph, which is written as one", () => {
    const text = new TextEncoder().encode("Guten Morgen");
    using list = Model.fromSafetensors(file);
    using graph = fromSafetensors(file);
    using again = graphFromSafetensors(writeGraph(graph.graph));
    const { output } = list.run(text);
    expect(graph.run(Int32Array.from(text)).output).toEqual(output);
    expect(again.run(Int32Array.from(text)).output).toEqual(output);
  });

  test("one of integers is refused, and one without its tensors", () => {
    const { tensors, metadata } = readSafetensors(file);
    expect(() => fromSafetensors(quantizeSafetensors(file, "int8"))).toThrow("weights: expected float32 for a graph");
    expect(() => fromSafetensors(writeSafetensors(tensors))).toThrow('metadata key "unrolled": expected a description');
    const description = JSON.parse(metadata.get("unrolled")!) as Description;
    expect(() =>
      listGraph(
        description,
        tensors.filter((t) => !t.name.includes("weight_hh")),
      ),
    ).toThrow(FormatError);
    expect(() => listGraph(description, [...tensors, tensor("more", [1], new Float32Array(1))])).toThrow(
      "no layer uses more",
    );
  });
});
