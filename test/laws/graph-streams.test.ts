// Streams of graphs: what they refuse, and states that outlive them.
import { describe, expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { GraphWriter } from "../../src/graph/writer.ts";
import { causal, cell } from "../../src/import/layers.ts";
import { FormatError } from "../../src/index.ts";
import { GraphModel } from "../../src/run/graph-model.ts";
import { Session } from "../../src/run/session.ts";
import { layerGraph } from "../support/graphs.ts";
import { Random } from "../support/random.ts";

type Nodes = (g: GraphWriter, x: string) => string;

function modelOf(nodes: Nodes, features = 3): GraphModel {
  const g = new GraphWriter();
  g.output("output", nodes(g, g.input("x", "float32", ["batch", "time", features])), "float32", [
    "batch",
    "time",
    features,
  ]);
  return new GraphModel(g.graph());
}

const weight = (count: number) => new Random(3).floats(count, 0.5);

describe("refused by the node", () => {
  const last = { axes: [1], starts: [-1], ends: [2 ** 31 - 1] };
  test.each<[string, Nodes]>([
    ["pool (reduce)", (g, x) => g.node("reduce", [x], { function: "mean", axes: [1] }, "pool")],
    ["norm (norm)", (g, x) => g.node("norm", [x], { axes_from: 1 }, "norm")],
    ["soft (softmax)", (g, x) => g.node("softmax", [x], { axis: 1 }, "soft")],
    ["sum (cumulate)", (g, x) => g.node("cumulate", [x], { axis: 1 }, "sum")],
    [
      "attention (matmul)",
      (g, x) => g.node("matmul", [x, g.node("transpose", [x], { permutation: [0, 2, 1] })], {}, "attention"),
    ],
    [
      "after (conv)",
      (g, x) =>
        g.node(
          "conv",
          [x, g.constant(weight(27), "float32", [3, 3, 3])],
          { pads_before: [1], pads_after: [1] },
          "after",
        ),
    ],
    ["fewer (conv)", (g, x) => g.node("conv", [x, g.constant(weight(27), "float32", [3, 3, 3])], {}, "fewer")],
    [
      "stride (conv)",
      (g, x) => g.node("conv", [x, g.constant(weight(9), "float32", [3, 1, 3])], { strides: [2] }, "stride"),
    ],
    ["behind (pad)", (g, x) => g.node("pad", [x], { before: [0, 0, 0], after: [0, 1, 0] }, "behind")],
    ["mirror (pad)", (g, x) => g.node("pad", [x], { before: [0, 1, 0], after: [0, 0, 0], mode: "reflect" }, "mirror")],
    ["shorter (slice)", (g, x) => g.node("slice", [x], { axes: [1], starts: [0], ends: [-1] }, "shorter")],
    ["fixed (slice)", (g, x) => g.node("slice", [x], { axes: [1], starts: [0], ends: [4] }, "fixed")],
    ["late (slice)", (g, x) => g.node("slice", [x], { axes: [1], starts: [1], ends: [2 ** 31 - 1] }, "late")],
    ["join (binary)", (g, x) => g.node("binary", [x, g.node("slice", [x], last, "end")], { function: "add" }, "join")],
    ["rows (reshape)", (g, x) => g.node("reshape", [x], { shape: [1, -1, 1] }, "rows")],
    [
      "turned (reshape)",
      (g, x) =>
        g.node("reshape", [g.node("transpose", [x], { permutation: [0, 2, 1] })], { shape: [1, -1, 3] }, "turned"),
    ],
    [
      "cell (gru)",
      (g, x) =>
        cell(
          g,
          x,
          {
            op: "gru",
            in: 3,
            size: 2,
            ih: weight(18),
            hh: weight(12),
            biasIh: undefined,
            attributes: { direction: "reverse" },
          },
          "cell",
        ),
    ],
  ])("%s", (node, nodes) => {
    using model = modelOf(nodes);
    const refusal = `stream: expected nodes that look back alone; ${node} needs the whole sequence: use run`;
    expect(() => model.stream()).toThrow(new FormatError("unsupported", refusal));
    expect(() => model.inputSize).toThrow(refusal);
  });

  test("an output that begins before the first row", () => {
    using model = modelOf((g, x) => g.node("pad", [x], { before: [0, 2, 0], after: [0, 0, 0] }, "before"));
    expect(() => model.stream()).toThrow(
      /^stream: expected an output of a row a timestep, got \[1,4098,3\] of 4096: use run$/,
    );
  });

  test("an attribute that holds the length", () => {
    using model = modelOf((g, x) => g.node("reshape", [x], { shape: [1, 15] }, "flat"));
    expect(() => model.stream()).toThrow(
      /^stream: expected nodes for any number of timesteps, got, at 4096, flat: expected a shape/,
    );
  });
});

describe("a saved state", () => {
  const net = () => new GraphModel(layerGraph("lstm", 2));
  test("goes on in another model of the same net, and nowhere else", () => {
    using model = net();
    using stream = model.stream();
    const x = new Random(1).floats(model.inputSize, 1);
    stream.step(x);
    const saved = stream.save();
    const next = stream.step(x);
    using twin = net();
    using resumed = twin.stream(saved);
    expect(resumed.step(x)).toEqual(next);
    resumed.reset();
    resumed.load(saved);
    expect(resumed.step(x)).toEqual(next);
    using other = new GraphModel(layerGraph("lstm", 3));
    expect(() => other.stream(saved)).toThrow(/^state: expected a state of model [0-9a-f]{16}, got [0-9a-f]{16}$/);
    for (let i = 0; i < saved.length; i++) {
      const broken = saved.slice();
      broken[i] ^= 4;
      expect(() => stream.load(broken)).toThrow(/^state: expected /);
      expect(() => stream.load(saved.subarray(0, i))).toThrow(/^state: expected /);
    }
    stream.load(saved);
    expect(stream.step(x)).toEqual(next);
  });

  test("one weight of another value, and one attribute, is another net", () => {
    const dense = (w: Float32Array, f: string) =>
      modelOf((g, x) =>
        causal(g, x, { weight: w, bias: undefined, in: 3, out: 3, kernel: 2 }, "conv", { function: f }),
      );
    const [w, v] = [weight(18), weight(18)];
    v[17] += 1e-6;
    using model = dense(w, "tanh");
    using stream = model.stream();
    for (const other of [dense(v, "tanh"), dense(w, "relu")])
      expect(() => other.stream(stream.save())).toThrow(/expected a state of model/);
  });
});

test("wrong calls change nothing", () => {
  using model = new GraphModel(layerGraph("gru", 2));
  const stream = model.stream();
  const before = stream.save();
  const { inputSize, outputSize } = model;
  expect(() => stream.step(new Float32Array(inputSize + 1))).toThrow(RangeError);
  expect(() => stream.step(1)).toThrow(TypeError);
  expect(() => stream.step(new Float32Array(inputSize), new Float32Array(outputSize + 1))).toThrow(RangeError);
  expect(() => stream.process(null as never)).toThrow(TypeError);
  expect(() => stream.process(new Float32Array(2 * inputSize), new Float32Array(outputSize))).toThrow(RangeError);
  expect(stream.save()).toEqual(before);
  stream.dispose();
  stream.dispose();
  expect(() => stream.step(new Float32Array(inputSize))).toThrow(
    /^stream: expected an open stream, got a disposed one$/,
  );
  const open = model.stream();
  model.dispose();
  expect(() => open.step(new Float32Array(inputSize))).toThrow(/^stream: expected an open model, got a disposed one$/);
  expect(() => model.stream()).toThrow(TypeError);
  open.dispose();
});

test("a state of a session's stream goes on in another session of the same graph, and nowhere else", () => {
  /** y = s' = tanh(w x + s) */
  const sessionOf = (w: number) => {
    const g = new GraphWriter();
    const [x, s] = [g.input("x", "float32", [2]), g.input("s", "float32", [2])];
    const wx = g.node("binary", [x, g.constant(Float32Array.of(w), "float32", [1])], { function: "mul" });
    const y = g.node("unary", [g.node("binary", [wx, s], { function: "add" })], { function: "tanh" });
    g.output("y", y, "float32", [2]);
    g.output("t", y, "float32", [2]);
    const graph = g.graph();
    return new Session({
      inputs: graph.inputs,
      outputs: graph.outputs,
      build: (builder, types) => bind(graph, builder, types),
    });
  };
  const carry = { t: "s" };
  using a = sessionOf(0.5);
  using b = sessionOf(0.5);
  using c = sessionOf(0.25);
  const [from, to, other] = [a, b, c].map((session) => session.stream({ carry }));
  const x = Float32Array.of(1, -2);
  from.step(x);
  const saved = from.save();
  to.load(saved);
  expect(to.step(x)).toEqual(from.step(x));
  expect(() => other.load(saved)).toThrow(/^state: expected a state of model/);
  expect(() => to.load(saved.subarray(1))).toThrow(FormatError);
  to.dispose();
  expect(() => to.save()).toThrow(TypeError);
});
