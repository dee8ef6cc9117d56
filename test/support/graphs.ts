import { GraphWriter } from "../../src/graph/writer.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { binary, causal, cell, unary, type Cell } from "../../src/import/layers.ts";
import { Random } from "./random.ts";

const FUNCTIONS = ["tanh", "relu", "sigmoid", "leaky_relu", "softsign", "elu", "swish", "hard_swish", "gelu"];

/** What rows [batch, time, width] can pass through: each returns a value of as many rows, and its width. */
type Layer = (g: GraphWriter, random: Random, x: string, width: number, name: string) => readonly [string, number];

const floats = (g: GraphWriter, random: Random, ...shape: number[]) =>
  g.constant(
    random.floats(
      shape.reduce((a, b) => a * b),
      0.4,
    ),
    "float32",
    shape,
  );

function conv(groups: (width: number) => number): Layer {
  return (g, random, x, width, name) => {
    const kernel = random.integer(1, 4);
    const of = groups(width);
    const out = of === width && width > 1 ? width : random.integer(1, 5) * of;
    const c = {
      weight: random.floats((out * kernel * width) / of, 0.5),
      bias: random.floats(out, 0.5),
      in: width,
      out,
      kernel,
    };
    const fused = random.next() < 0.5 ? { function: random.pick(FUNCTIONS) } : undefined;
    return [causal(g, x, { ...c, dilation: random.integer(1, 9), groups: of }, name, fused), out];
  };
}

function cellOf(op: Cell["op"], attributes: Cell["attributes"] = {}): Layer {
  return (g, random, x, width, name) => {
    const size = random.pick([1, 3, 8, 17]);
    const rows = { rnn: 1, gru: 3, lstm: 4 }[op] * size;
    const of = (count: number) => random.floats(count, 0.4);
    const stored = random.next() < 0.5;
    return [
      cell(
        g,
        x,
        {
          op,
          in: width,
          size,
          ih: of(rows * width),
          hh: of(rows * size),
          biasIh: of(rows),
          biasHh: of(rows),
          attributes,
          ...(stored ? { h0: of(size), ...(op === "lstm" ? { c0: of(size) } : {}) } : {}),
        },
        name,
      ),
      size,
    ];
  };
}

/** Over windows of rows that a pad of some number makes room for. */
function pooled(f: string, value: number): Layer {
  return (g, random, x, width, name) => {
    const kernel = random.integer(1, 5);
    const padded = g.node("pad", [x], { before: [0, kernel - 1, 0], after: [0, 0, 0], value }, name);
    return [g.node("pool", [padded], { function: f, kernel: [kernel] }, name), width];
  };
}

export const LAYERS: Readonly<Record<string, Layer>> = {
  linear: (g, random, x, width, name) => {
    const out = random.integer(1, 19);
    return [
      causal(
        g,
        x,
        { weight: random.floats(out * width, 0.5), bias: random.floats(out, 0.5), in: width, out, kernel: 1 },
        name,
      ),
      out,
    ];
  },
  unary: (g, random, x, width, name) => [unary(g, x, { function: random.pick(FUNCTIONS) }, name), width],
  prelu: (g, random, x, width, name) => [binary(g, "prelu", x, floats(g, random, width), name), width],
  where: (g, _, x, width, name) => [
    g.node(
      "where",
      [
        binary(g, "less", x, g.constant(new Float32Array(1), "float32", []), name),
        x,
        unary(g, x, { function: "tanh" }, name),
      ],
      {},
      name,
    ),
    width,
  ],
  cast: (g, _, x, width, name) => [
    g.node("cast", [g.node("cast", [x], { to: "int32" }, name)], { to: "float32" }, name),
    width,
  ],
  norm: (g, random, x, width, name) => [
    g.node("norm", [x, floats(g, random, width), floats(g, random, width)], { epsilon: 1e-3 }, name),
    width,
  ],
  softmax: (g, _, x, width, name) => [g.node("softmax", [x], { axis: -1 }, name), width],
  reduce: (g, _, x, width, name) => [
    binary(g, "sub", x, g.node("reduce", [x], { function: "mean", axes: [-1] }, name), name),
    width,
  ],
  arg_reduce: (g, _, x, _width, name) => [
    g.node("cast", [g.node("arg_reduce", [x], { function: "max", axis: 2 }, name)], { to: "float32" }, name),
    1,
  ],
  top_k: (g, _, x, width, name) => [g.nodes("top_k", [x], { k: Math.min(2, width) }, name, 2)[0], Math.min(2, width)],
  cumulate: (g, _, x, width, name) => [g.node("cumulate", [x], { axis: 2 }, name), width],
  roll: (g, _, x, width, name) => [g.node("roll", [x], { axis: 2, shift: 1 }, name), width],
  matmul: (g, random, x, width, name) => [g.node("matmul", [x, floats(g, random, width, 6)], {}, name), 6],
  slice: (g, random, x, width, name) => {
    const from = random.integer(0, width - 1);
    return [g.node("slice", [x], { axes: [2], starts: [from], ends: [width] }, name), width - from];
  },
  tile: (g, _, x, width, name) => [g.node("tile", [x], { repeats: [1, 1, 2] }, name), 2 * width],
  gather: (g, random, x, width, name) => [
    g.node("gather", [x, g.constant(Int32Array.of(random.integer(0, width - 1), 0), "int32", [2])], { axis: 2 }, name),
    2,
  ],
  reshape: (g, _, x, width, name) => {
    const turned = g.node(
      "transpose",
      [g.node("reshape", [x], { shape: [0, 0, width, 1] }, name)],
      { permutation: [1, 0, 3, 2] },
      name,
    );
    return [
      g.node(
        "reshape",
        [g.node("transpose", [turned], { permutation: [1, 0, 2, 3] }, name)],
        { shape: [0, 0, width] },
        name,
      ),
      width,
    ];
  },
  "resample over channels": (g, random, x, width, name) => [
    g.node(
      "resample",
      [x, g.constant(Int32Array.of(0, width - 1, width - 1, 0), "int32", [2, 2]), floats(g, random, 2, 2)],
      { axis: 2 },
      name,
    ),
    2,
  ],
  "expand and add": (g, random, x, width, name) => [
    binary(g, "add", x, g.node("expand", [floats(g, random, width)], { shape: [1, 1, width] }, name), name),
    width,
  ],
  embedding: (g, random, x, width, name) => {
    const ids = g.node("cast", [unary(g, x, { function: "clip", alpha: 0, beta: 2.5 }, name)], { to: "int64" }, name);
    return [
      g.node(
        "reshape",
        [g.node("embedding", [ids, floats(g, random, 3, 2)], {}, name)],
        { shape: [0, 0, 2 * width] },
        name,
      ),
      2 * width,
    ];
  },
  "conv_transpose within a row": (g, random, x, width, name) => {
    const rows = g.node("transpose", [x], { permutation: [1, 0, 2] }, name);
    const y = g.node("conv_transpose", [rows, floats(g, random, width, 1, 3)], {}, name);
    return [g.node("transpose", [y], { permutation: [1, 0, 2] }, name), 3];
  },
  conv: conv(() => 1),
  "conv in groups": conv((width) => (width % 2 === 0 ? 2 : 1)),
  "conv of each channel": conv((width) => width),
  "conv over time and features": (g, random, x, width, name) => {
    const [kernel, dilation] = [random.integer(1, 3), random.integer(1, 3)];
    const grid = g.node("reshape", [x], { shape: [0, 0, width, 1] }, name);
    const y = g.node(
      "conv",
      [grid, floats(g, random, 2, kernel, 3, 1)],
      { dilations: [dilation, 1], pads_before: [(kernel - 1) * dilation, 1], pads_after: [0, 1] },
      name,
    );
    return [g.node("reshape", [y], { shape: [0, 0, 2 * width] }, name), 2 * width];
  },
  "conv and batch norm with channels in front": (g, random, x, width, name) => {
    const [y, out] = LAYERS.conv(g, random, x, width, name);
    const turned = g.node("transpose", [y], { permutation: [0, 2, 1] }, name);
    const scaled = binary(g, "mul", turned, floats(g, random, out, 1), name);
    const moved = binary(g, "add", scaled, floats(g, random, out, 1), name);
    return [g.node("transpose", [moved], { permutation: [0, 2, 1] }, name), out];
  },
  "max pool": pooled("max", -Infinity),
  "average pool": pooled("average", 0.5),
  rnn: cellOf("rnn"),
  gru: cellOf("gru"),
  "gru that resets before": cellOf("gru", { reset: "before" }),
  lstm: cellOf("lstm"),
  "lstm of other functions": cellOf("lstm", {
    activations: [{ function: "hard_sigmoid" }, { function: "tanh" }, { function: "softsign" }],
  }),
  "rnn of int8": cellOf("rnn", { weights: "int8" }),
  "gru of int16": cellOf("gru", { weights: "int16" }),
  "gru of int8 that resets before": cellOf("gru", { weights: "int8", reset: "before" }),
  "lstm of int8": cellOf("lstm", { weights: "int8" }),
  "lstm of int8 with clip": cellOf("lstm", { weights: "int8", clip: 1 }),
  "linear of int8": (g, random, x, width, name) => [
    g.node("linear", [x, floats(g, random, 19, width), floats(g, random, 19)], { weights: "int8" }, name),
    19,
  ],
  "lstm of one gate for input and forget": cellOf("lstm", { input_forget: true }),
  "lstm with layer norm": (g, random, x, width, name) => {
    const size = random.pick([1, 3, 8, 17]);
    const rows = 4 * size;
    const inputs = [
      g.node("transpose", [x], { permutation: [1, 0, 2] }, name),
      floats(g, random, 1, rows, width),
      floats(g, random, 1, rows, size),
    ];
    while (inputs.length < 10) inputs.push("");
    for (const of of [rows, rows, rows, rows, size, size])
      inputs.push(random.next() < 0.8 ? floats(g, random, 1, of) : "");
    const [y] = g.nodes("lstm", inputs, { norm_epsilon: 1e-3, clip: 2 }, name, 3);
    return [g.node("transpose", [y], { permutation: [1, 0, 2] }, name), size];
  },
  residual: (g, random, x, width, name) => {
    const [y, out] = LAYERS.conv(g, random, x, width, name);
    return [
      binary(
        g,
        "add",
        x,
        causal(
          g,
          y,
          { weight: random.floats(out * width, 0.5), bias: undefined, in: out, out: width, kernel: 1 },
          name,
        ),
        name,
      ),
      width,
    ];
  },
  branches: (g, random, x, width, name) => {
    const [a, m] = any(g, random, x, width, name);
    const [b, n] = any(g, random, x, width, name);
    return [g.node("concat", [a, b], { axis: -1 }, name), m + n];
  },
  "pad and slice": (g, random, x, width, name) => {
    const rows = random.integer(1, 40);
    const padded = g.node("pad", [x], { before: [0, rows, 0], after: [0, 0, 0], value: 0.25 }, name);
    const [y, out] = any(g, random, padded, width, name);
    return [g.node("slice", [y], { axes: [1], starts: [rows], ends: [2 ** 31 - 1] }, name), out];
  },
};

const any: Layer = (g, random, x, width, name) => {
  const [word, layer] = random.pick(Object.entries(LAYERS));
  return layer(g, random, x, width, `${name} ${word}`);
};

/** A graph of layers one behind the other. */
export function graphOf(random: Random, layers: readonly Layer[]): Graph {
  const g = new GraphWriter();
  let width = random.integer(1, 6);
  let x = g.input("x", "float32", ["batch", "time", width]);
  layers.forEach((layer, i) => ([x, width] = layer(g, random, x, width, `${i}`)));
  g.output("output", x, "float32", ["batch", "time", width]);
  return g.graph();
}

/** A graph of one layer. */
export const layerGraph = (name: string, seed: number): Graph => graphOf(new Random(seed), [LAYERS[name]]);

/** A graph of several, any of them. */
export function randomGraph(seed: number): Graph {
  const random = new Random(seed);
  return graphOf(
    random,
    Array.from({ length: random.integer(2, 6) }, () => any),
  );
}
