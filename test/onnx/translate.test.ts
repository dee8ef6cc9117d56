// From nodes to ops: every attribute and input is read or refused, graphs are checked, branches and loops unfold.
import { describe, expect, test } from "vitest";
import type { SessionData } from "../../src/run/feeds.ts";
import { FormatError, fromOnnx } from "../../src/onnx.ts";
import type { GraphProto, ModelProto, NodeProto } from "../../src/onnx/schema.ts";
import { OPERATORS } from "../../src/onnx/operators.ts";
import { Random } from "../support/random.ts";
import { FLOAT, floats, INT, integers, node, numbersOf, onnx, port } from "../support/onnx.ts";

const X = Float32Array.of(1, -2, 3, -4);

/** A graph of x [2, 2] to y. */
const graph = (nodes: NodeProto[], more: Partial<GraphProto> = {}): GraphProto => ({
  node: nodes,
  input: [port("x", FLOAT, [2, 2])],
  output: [port("y", FLOAT, [2, 2])],
  ...more,
});

function run(
  g: GraphProto,
  model: Partial<ModelProto> = {},
  feeds: { [name: string]: SessionData } = { x: X },
): number[] {
  using session = fromOnnx(onnx(g, model));
  return numbersOf(session.run(feeds).y.data);
}

const opset = (version: number, domain = "") => ({ opset_import: [{ domain, version }] });

describe("strictness", () => {
  test("an attribute that no operator reads is refused by node and name, for every operator", () => {
    const inputs = ["x", "x", "x"];
    for (const operator of Object.keys(OPERATORS[""])) {
      for (const count of [0, 1, 2, 3]) {
        const g = graph([node(operator, inputs.slice(0, count), ["y"], { surprise: 1 })]);
        expect(() => run(g, opset(20)), operator).toThrow(); // whatever else it lacks, it is not run
      }
    }
    expect(() => run(graph([node("Relu", ["x"], ["y"], { alpha: 1 })]))).toThrow(
      /^Relu "the Relu": attribute alpha is unknown at opset 17/,
    );
  });

  test("any number of inputs, any of them left out, is run or refused with a FormatError, for every operator", () => {
    for (const [domain, operators] of Object.entries(OPERATORS))
      for (const operator of Object.keys(operators))
        for (const input of ["x", "one"])
          for (let left = 0; left < 64; left++) {
            const inputs = Array.from({ length: 6 }, (_, i) => (left & (1 << i) ? input : ""));
            const g = graph([node(operator, inputs.slice(0, 32 - Math.clz32(left)), ["y"], {}, { domain })], {
              initializer: [integers("one", [1], [1])],
            });
            const opset_import = [
              { domain: "", version: 17 },
              { domain: "com.microsoft", version: 1 },
            ];
            try {
              run(g, { opset_import });
            } catch (error) {
              if (!/expected indices and whole numbers in range/.test(String(error)))
                expect(error, `${operator} ${inputs}`).toBeInstanceOf(FormatError);
            }
          }
  });

  test("refuses a cell that would round h over the range of sequences of their own lengths", () => {
    const cell = node("DynamicQuantizeLSTM", ["rows", "", "", "", "lens"], ["y"], {}, { domain: "com.microsoft" });
    const initializer = [floats("rows", [1, 2, 1], [1, 2]), integers("lens", [2], [1, 1])];
    expect(() => run(graph([cell], { initializer }), opset(1, "com.microsoft"))).toThrow(
      /^DynamicQuantizeLSTM "the DynamicQuantizeLSTM": sequence_lens: expected none for more than one sequence/,
    );
  });

  test.each<[string, NodeProto[], RegExp]>([
    ["an operator that is none", [node("Reluu", ["x"], ["y"])], /^Reluu "the Reluu": the operator Reluu is not run$/],
    ["one that every object has", [node("constructor", ["x"], ["y"])], /the operator constructor is not run/],
    [
      "a domain that is not known",
      [node("Relu", ["x"], ["y"], {}, { domain: "org.x" })],
      /the operator Relu of org.x is not run/,
    ],
    [
      "an input too many",
      [node("Relu", ["x", "x"], ["y"])],
      /Relu "the Relu": input 1: expected at most 1 inputs, got 2/,
    ],
    ["an input too few", [node("Add", ["x"], ["y"])], /Add "the Add": input 1: expected a value, got none/],
    [
      "an attribute of another kind",
      [node("LeakyRelu", ["x"], ["y"], { alpha: 1 })],
      /attribute alpha: expected float, got int/,
    ],
    [
      "an attribute that must be there",
      [node("Concat", ["x", "x"], ["y"])],
      /Concat "the Concat": attribute axis: expected int, got none/,
    ],
    ["a flag of 2", [node("ReduceSum", ["x"], ["y"], { keepdims: 2 })], /attribute keepdims: expected 0 or 1, got 2/],
    [
      "a word that is none",
      [node("Pad", ["x"], ["y"], { mode: "mirror" })],
      /attribute mode: expected constant or reflect or edge or wrap, got "mirror"/,
    ],
    ["an output that is not made, and used", [node("MaxPool", ["x"], ["", "y"])], /./],
    [
      "an axis past the end",
      [node("Flatten", ["x"], ["y"], { axis: 3 })],
      /Flatten "the Flatten": expected an axis of 2, got 3/,
    ],
    ["random numbers", [node("RandomNormalLike", ["x"], ["y"])], /the operator RandomNormalLike is not run/],
    [
      "training",
      [node("BatchNormalization", ["x", "x", "x", "x", "x"], ["y"], { training_mode: 1 })],
      /attribute training_mode: training is not run/,
    ],
  ])("%s", (_, nodes, message) => expect(() => run(graph(nodes))).toThrow(message));

  test("opsets from 1 to the newest", () => {
    for (const version of [1, 7, 28])
      expect(run(graph([node("Abs", ["x"], ["y"])]), opset(version))).toEqual([1, 2, 3, 4]);
    for (const version of [0, 29, 2 ** 40, -1])
      expect(() => run(graph([node("Abs", ["x"], ["y"])]), opset(version))).toThrow(
        /Abs "the Abs": expected opset 1 to 28 of ai.onnx, got/,
      );
    expect(() => run(graph([node("Abs", ["x"], ["y"])]), { opset_import: [] })).toThrow(/got none/);
  });
});

describe("the graph", () => {
  test.each<[string, GraphProto, RegExp]>([
    [
      "a value that nothing makes",
      graph([node("Add", ["x", "z"], ["y"])]),
      /^Add "the Add": input 1 "z": expected a value, got none$/,
    ],
    [
      "a cycle",
      graph([node("Add", ["x", "b"], ["a"]), node("Add", ["a", "x"], ["b"]), node("Abs", ["b"], ["y"])]),
      /input 1 "b": expected a value made before it, got one of Add/,
    ],
    ["a node that needs itself", graph([node("Add", ["x", "y"], ["y"])]), /expected a value made before it/],
    [
      "two nodes that write one value",
      graph([node("Abs", ["x"], ["y"]), node("Neg", ["x"], ["y"])]),
      /Neg "the Neg": expected a new name for a value, got "y" twice/,
    ],
    ["a node that writes an input", graph([node("Abs", ["x"], ["x"])]), /got "x" twice/],
    ["an output that nothing makes", graph([]), /output "y": expected a value, got none/],
    [
      "an input of no tensor",
      graph([], { input: [{ name: "x", type: { sequence_type: {} } }] }),
      /input x: expected a tensor whose dimensions are given/,
    ],
    [
      "an output of another kind",
      graph([node("Cast", ["x"], ["y"], { to: INT })]),
      /output y: expected float32, got int64/,
    ],
    [
      "a branch that is not known",
      graph([
        node("ReduceMax", ["x"], ["m"], { keepdims: 0 }),
        node("If", ["m"], ["y"], { then_branch: { graph: {} } }),
      ]),
      /If "the If": attribute else_branch: expected graph, got none/,
    ],
  ])("refuses %s", (_, g, message) => expect(() => run(g)).toThrow(message));

  test("outputs and inputs may be left out, and an inner value be an output", () => {
    const nodes = [node("Clip", ["x", "", "most"], ["a"]), node("Neg", ["a"], ["y"])];
    const g = graph(nodes, {
      initializer: [floats("most", [], [2])],
      output: [port("y", FLOAT, [2, 2]), port("a", FLOAT, [2, 2])],
    });
    using session = fromOnnx(onnx(g));
    const { y, a } = session.run({ x: X });
    expect([numbersOf(y.data), numbersOf(a.data)]).toEqual([
      [-1, 2, -2, 4],
      [1, -2, 2, -4],
    ]);
  });
});

describe("what unfolds", () => {
  const branch = (nodes: NodeProto[], output: string): { graph: GraphProto } => ({
    graph: { node: nodes, output: [port(output, FLOAT, [2, 2])] },
  });
  const chooses = (depth: number): NodeProto =>
    node("If", ["c"], [`y${depth}`], {
      then_branch:
        depth === 0 ? branch([node("Neg", ["x"], ["t"])], "t") : branch([chooses(depth - 1)], `y${depth - 1}`),
      else_branch: branch([node("Abs", ["x"], [`e${depth}`])], `e${depth}`),
    });
  const input = [port("x", FLOAT, [2, 2]), port("c", INT, [])];

  test("the branch of an If, four deep, by an input, for each of its values", () => {
    using session = fromOnnx(onnx(graph([chooses(3), node("Identity", ["y3"], ["y"])], { input })));
    const at = (c: number) => numbersOf(session.run({ x: X, c: BigInt64Array.of(BigInt(c)) }).y.data);
    expect([at(1), at(0), at(1)]).toEqual([
      [-1, 2, -3, 4],
      [1, 2, 3, 4],
      [-1, 2, -3, 4],
    ]);
  });

  test("refuses graphs within graphs without end", () => {
    expect(() =>
      run(graph([chooses(40), node("Identity", ["y40"], ["y"])], { input }), {}, { x: X, c: Int32Array.of(1) }),
    ).toThrow(/within each other/);
  });

  /** y = x + x for each of n steps. */
  const loop = (trips: number, nodes: NodeProto[] = [node("Add", ["h", "h"], ["h2"])]): GraphProto =>
    graph(
      [
        node("Loop", ["n", "", "x"], ["y"], {
          body: {
            graph: {
              node: [...nodes, node("Identity", ["c"], ["c2"])],
              input: [port("i", INT, []), port("c", 9, []), port("h", FLOAT, [2, 2])],
              output: [port("c2", 9, []), port("h2", FLOAT, [2, 2])],
            },
          },
        }),
      ],
      { initializer: [integers("n", [], [trips])] },
    );

  test("a Loop of known length", () => {
    expect(run(loop(3))).toEqual([8, -16, 24, -32]);
    expect(run(loop(0))).toEqual([...X]);
  });

  test.each([
    ["MatMul", [node("MatMul", ["h", "w"], ["h2"])]],
    ["Gemm", [node("Gemm", ["h", "w"], ["h2"], { transB: 1 })]],
  ])("the steps of a loop share the matrix of a %s", (_, nodes) => {
    const g = loop(5, nodes);
    const w = floats("w", [2, 2], [1, 0, 0, 1]);
    using session = fromOnnx(onnx({ ...g, initializer: [...g.initializer!, w] }));
    expect(numbersOf(session.run({ x: X }).y.data)).toEqual([...X]);
    const matrices = new Set([...session.graph().constants.values()].map(({ data }) => data));
    expect(matrices.size).toBe(1);
  });

  test("refuses a Loop of more than a thousand nodes, and one that turns without end", () => {
    expect(() => run(loop(1001))).toThrow(/Add "the Add": expected loops that unroll to at most 1000 nodes/);
    expect(() => run(loop(2 ** 31 - 1, [node("Identity", ["x"], ["h2"])]))).toThrow(
      /Loop "the Loop": expected at most \d+ steps|at most 1000 nodes/,
    );
  });

  const double = {
    name: "Double",
    domain: "own",
    input: ["a", "b"],
    output: ["c"],
    attribute: ["slope"],
    opset_import: [{ domain: "", version: 17 }],
  };
  const opsets = {
    opset_import: [
      { domain: "", version: 17 },
      { domain: "own", version: 1 },
    ],
  };
  const call = (attributes = {}, input = ["x"]) => graph([node("Double", input, ["y"], attributes, { domain: "own" })]);

  test("a function, its attribute by reference, its second input left out", () => {
    const leaky: NodeProto = {
      op_type: "LeakyRelu",
      input: ["a"],
      output: ["l"],
      attribute: [{ name: "alpha", ref_attr_name: "slope", type: 1 }],
    };
    const functions = [{ ...double, node: [leaky, node("Clip", ["l", "b"], ["c"])] }];
    expect(run(call({ slope: { float: 0.5 } }), { ...opsets, functions })).toEqual([1, -1, 3, -2]);
    expect(run(call(), { ...opsets, functions }).map((v) => Math.fround(v))).toEqual([
      1,
      Math.fround(-0.02),
      3,
      Math.fround(-0.04),
    ]);
    expect(() => run(call({ other: 1 }), { ...opsets, functions })).toThrow(
      /Double "the Double": attribute other is none of the function's/,
    );
    expect(() => run(call({}, ["x", "x", "x"]), { ...opsets, functions })).toThrow(/expected at most 2 inputs, got 3/);
  });

  test("refuses a function that calls itself, and functions that double without end", () => {
    const self = [
      { ...double, opset_import: opsets.opset_import, node: [node("Double", ["a"], ["c"], {}, { domain: "own" })] },
    ];
    expect(() => run(call(), { ...opsets, functions: self })).toThrow(
      /Double "the Double": expected at most 32 graphs and functions within each other/,
    );
    const twice = Array.from({ length: 25 }, (_, i) => ({
      ...double,
      name: i === 24 ? "Double" : `D${i}`,
      opset_import: opsets.opset_import,
      node:
        i === 0
          ? [node("Abs", ["a"], ["c"])]
          : [
              node(`D${i - 1}`, ["a"], ["m"], {}, { domain: "own" }),
              node(`D${i - 1}`, ["m"], ["c"], {}, { domain: "own" }),
            ],
    }));
    expect(() => run(call(), { ...opsets, functions: twice })).toThrow(/expected at most 100000 nodes/);
  });
});

describe("bombs are refused at once", () => {
  const big = 2 ** 20;
  test.each<[string, NodeProto[], GraphProto["initializer"]]>([
    ["Tile", [node("Tile", ["x", "n"], ["y"])], [integers("n", [2], [big, big])]],
    ["Expand", [node("Expand", ["one", "n"], ["y"])], [integers("n", [2], [big, big]), floats("one", [], [1])]],
    ["ConstantOfShape", [node("ConstantOfShape", ["n"], ["y"])], [integers("n", [3], [big, big, big])]],
    [
      "Range",
      [node("Range", ["a", "b", "c"], ["y"])],
      [floats("a", [], [0]), floats("b", [], [1e30]), floats("c", [], [1])],
    ],
    [
      "Range of step 0",
      [node("Range", ["a", "b", "c"], ["y"])],
      [floats("a", [], [0]), floats("b", [], [1]), floats("c", [], [0])],
    ],
    ["Pad", [node("Pad", ["x", "n"], ["y"])], [integers("n", [4], [big, big, big, big])]],
    ["Resize", [node("Resize", ["x", "", "n"], ["y"])], [floats("n", [2], [1e9, 1e9])]],
    [
      "OneHot",
      [node("OneHot", ["i", "n", "v"], ["y"])],
      [integers("i", [1], [0]), integers("n", [], [2 ** 31 - 1]), floats("v", [2], [0, 1])],
    ],
    ["HannWindow", [node("HannWindow", ["n"], ["y"])], [integers("n", [], [2 ** 31 - 1])]],
    ["DFT", [node("DFT", ["x", "n"], ["y"], { axis: 0 })], [integers("n", [], [2 ** 30])]],
  ])("%s", (_, nodes, initializer) => {
    const begin = performance.now();
    expect(() => run(graph(nodes, { initializer }))).toThrow(expect.objectContaining({ name: "FormatError" }));
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

describe("windows", () => {
  const wide = 2 ** 20;
  /** y of AveragePool over x of ones, [1, 1, n]. */
  const average = (n: number, attributes: Parameters<typeof node>[3]) => {
    const g = graph([node("AveragePool", ["x"], ["y"], attributes)], {
      input: [port("x", FLOAT, [1, 1, n])],
      output: [port("y", FLOAT, [1, 1, "places"])],
    });
    return run(g, opset(19), { x: new Float32Array(n).fill(1) });
  };

  test("time goes by what a window sees, not by how wide it is", () => {
    const begin = performance.now();
    const all = average(100, { kernel_shape: [wide], pads: [wide - 1, wide - 1], strides: [1000] });
    const counted = average(100, {
      kernel_shape: [wide],
      pads: [wide - 1, wide - 1],
      count_include_pad: 1,
      strides: [1000],
    });
    expect(performance.now() - begin).toBeLessThan(1000);
    const seen = all.filter((v) => v === 1);
    expect(seen.length).toBeGreaterThan(1000);
    expect(counted.filter((v) => v === Math.fround(100 / wide)).length).toBeGreaterThan(1000);
  });

  test("of any dilation, pads, stride and ceil, as a loop over its taps has it", () => {
    const random = new Random(5);
    for (let n = 0; n < 300; n++) {
      const [size, kernel, dilation, stride] = [
        random.integer(1, 9),
        random.integer(1, 5),
        random.integer(1, 3),
        random.integer(1, 3),
      ];
      const [before, after] = [random.integer(0, kernel - 1), random.integer(0, kernel - 1)];
      if (size + before + after < dilation * (kernel - 1) + 1) continue;
      const included = random.integer(0, 1);
      const got = average(size, {
        kernel_shape: [kernel],
        dilations: [dilation],
        strides: [stride],
        pads: [before, after],
        count_include_pad: included,
      });
      const places = Math.floor((size + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
      const want = Array.from({ length: places }, (_, o) => {
        const taps = Array.from({ length: kernel }, (__, k) => o * stride - before + k * dilation);
        const seen = taps.filter((i) => i >= 0 && i < size).length;
        return Math.fround(seen / (included ? kernel : seen));
      });
      expect(got).toEqual(want);
    }
  });

  test("a transposed convolution to a shape beyond its own, by less than a stride", () => {
    const to = (places: number, attributes = {}) =>
      run(
        graph([node("ConvTranspose", ["x", "w"], ["y"], { strides: [3], output_shape: [places], ...attributes })], {
          input: [port("x", FLOAT, [1, 1, 2])],
          output: [port("y", FLOAT, [1, 1, places])],
          initializer: [floats("w", [1, 1, 2], [1, 10])],
        }),
        opset(17),
        { x: Float32Array.of(1, 2) },
      );
    expect(to(5)).toEqual([1, 10, 0, 2, 20]);
    expect(to(7)).toEqual([1, 10, 0, 2, 20, 0, 0]);
    expect(() => to(8)).toThrow(/attribute output_shape: expected at most \[7\], got \[8\]/);
    expect(() => to(6, { auto_pad: "SAME_UPPER" })).toThrow(
      /attribute output_shape: expected at most \[5\], got \[6\]/,
    );
  });

  test("refuses corners aligned by a scale to no whole size: ONNX and onnxruntime differ", () => {
    const resize = (scale: number) =>
      run(
        graph(
          [node("Resize", ["x", "", "s"], ["y"], { mode: "linear", coordinate_transformation_mode: "align_corners" })],
          { initializer: [floats("s", [2], [1, scale])], output: [port("y", FLOAT, [2, "n"])] },
        ),
        opset(19),
      );
    expect(resize(1.5)).toEqual([1, -0.5, -2, 3, -0.5, -4]);
    expect(() => resize(1.6)).toThrow(/Resize "the Resize": scales: expected a whole size for align_corners, got 1\.6/);
  });
});

test.each([20, 300, 4000])("sums of %i products of bytes, each exact", (inputs) => {
  const [U8, I8] = [2, 3];
  const random = new Random(inputs);
  const draw = (least: number, most: number, count: number) =>
    Array.from({ length: count }, () => random.integer(least, most));
  const outputs = 3;
  const x = Uint8Array.from([...draw(250, 255, inputs), ...draw(0, 255, inputs)]);
  const weights = [...draw(-128, -120, inputs), ...draw(-128, 127, inputs * (outputs - 1))];
  const dot = (row: number, o: number) =>
    draw(0, 0, inputs).reduce((sum, _, k) => sum + (x[row * inputs + k] - 1) * (weights[o * inputs + k] - 127), 0);
  const bytes = (name: string, data_type: number, dims: number[], int32_data: number[]) => ({
    name,
    dims,
    data_type,
    int32_data,
  });
  const zeros = [bytes("xz", U8, [], [1]), bytes("wz", I8, [], [127])];
  const conv = run(
    graph([node("ConvInteger", ["x", "w", "xz", "wz"], ["y"])], {
      input: [port("x", U8, [2, inputs, 1])],
      output: [port("y", 6, [2, outputs, 1])],
      initializer: [...zeros, bytes("w", I8, [outputs, inputs, 1], weights)],
    }),
    opset(17),
    { x },
  );
  const matrix = Array.from(weights, (_, i) => weights[(i % outputs) * inputs + Math.floor(i / outputs)]);
  const product = run(
    graph([node("MatMulInteger", ["x", "w", "xz", "wz"], ["y"])], {
      input: [port("x", U8, [2, inputs])],
      output: [port("y", 6, [2, outputs])],
      initializer: [...zeros, bytes("w", I8, [inputs, outputs], matrix)],
    }),
    opset(17),
    { x },
  );
  const want = [0, 1].flatMap((row) => [0, 1, 2].map((o) => dot(row, o)));
  expect(conv).toEqual(want);
  expect(product).toEqual(want);
});

test("BitCast between types of as many bits", () => {
  const [U8, I8, F64] = [2, 3, 11];
  const cast = (from: number, to: number, x: Int8Array | Uint8Array) =>
    run(
      graph([node("BitCast", ["x"], ["y"], { to })], {
        input: [port("x", from, [x.length])],
        output: [port("y", to, [x.length])],
      }),
      opset(26),
      { x },
    );
  expect(cast(I8, U8, Int8Array.of(-1, 5, -128))).toEqual([255, 5, 128]);
  expect(cast(U8, I8, Uint8Array.of(255, 5, 128))).toEqual([-1, 5, -128]);
  expect(() => cast(U8, F64, Uint8Array.of(1))).toThrow(
    /attribute to: expected a type of the bits of uint8, got float64/,
  );
});

describe("feeds", () => {
  const DOUBLE = 11;
  const doubles = graph([node("Neg", ["x"], ["y"])], {
    input: [port("x", DOUBLE, [2])],
    output: [port("y", DOUBLE, [2])],
  });
  const give = (type: "float64" | "float16", data: Float64Array | Float32Array, number: number) => {
    const g = { ...doubles, input: [port("x", number, [2])], output: [port("y", number, [2])] };
    using session = fromOnnx(onnx(g));
    return session.run({ x: { type, dims: [2], data } }).y;
  };

  test("float64 as Float64Array, float16 as Float32Array, run as float32", () => {
    expect(give("float64", Float64Array.of(0.1, 2), DOUBLE)).toEqual({
      type: "float64",
      dims: [2],
      data: Float64Array.of(-Math.fround(0.1), -2),
    });
    expect(give("float16", Float32Array.of(0.5, 2), 10)).toEqual({
      type: "float16",
      dims: [2],
      data: Float32Array.of(-0.5, -2),
    });
  });

  test("refuses a float64 that float32 cannot hold", () => {
    expect(() => give("float64", Float64Array.of(1, 1e39), DOUBLE)).toThrow(
      /^x\[1\]: expected a number that float32 holds, got 1e\+39$/,
    );
  });

  test("arithmetic of uint32 beyond int32 is an error, within it right", () => {
    const g = graph([node("Mul", ["x", "x"], ["y"])], { input: [port("x", 12, [2])], output: [port("y", 12, [2])] });
    using session = fromOnnx(onnx(g));
    expect(session.run({ x: Uint32Array.of(3, 40000) }).y.data).toEqual(Uint32Array.of(9, 1_600_000_000));
    expect(() => session.run({ x: Uint32Array.of(3, 50000) })).toThrow(RangeError);
  });
});
