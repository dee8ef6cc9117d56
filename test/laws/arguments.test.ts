// Wrong arguments are refused with the name, what was expected and what came; nothing changes.
import { describe, expect, test } from "vitest";
import { Model, tensor, type RunOptions } from "../../src/index.ts";
import { weights, cellShapes } from "../support/weights.ts";
import { quietModel } from "./quiet.ts";

const ids = (input: "ids" | "bytes") =>
  Model.fromTensors(weights({ "e.weight": [300, 4], ...cellShapes("rnn", "c.", 4, 3) }), {
    input,
    layers: [
      { type: "embedding", weights: "e" },
      { type: "rnn", weights: "c" },
    ],
  });

function overlapping() {
  const h = new Float32Array(48);
  return { output: h.subarray(0, 30), state: { h, c: new Float32Array(24) } };
}

describe("run", () => {
  const x = new Float32Array(7 * 6);
  const state = () => ({ h: new Float32Array(48), c: new Float32Array(24) });
  const fit = () => ({ output: new Float32Array(30), state: state() });
  test.each<[unknown, RunOptions | undefined, string, string]>([
    [undefined, {}, "TypeError", "x: expected an array of numbers, got undefined"],
    [null, {}, "TypeError", "x: expected an array of numbers, got null"],
    [5, {}, "TypeError", "x: expected an array of numbers, got number"],
    ["text", {}, "TypeError", 'x: expected features, got a text; only a net with input "bytes" takes one'],
    [{ length: -7 }, {}, "RangeError", "x: expected an array of numbers, got one of length -7"],
    [{ length: NaN }, {}, "RangeError", "x: expected an array of numbers, got one of length NaN"],
    [new Float32Array(0), {}, "RangeError", "x: expected rows of 7 features, at least one, got 0 values"],
    [new Float32Array(8), {}, "RangeError", "x: expected rows of 7 features, at least one, got 8 values"],
    [x, { batch: 0 }, "RangeError", "batch: expected a whole number of at least 1, got 0"],
    [x, { batch: 1.5 }, "RangeError", "batch: expected a whole number of at least 1, got 1.5"],
    [x, { batch: "2" as unknown as number }, "TypeError", "batch: expected a whole number, got string"],
    [x, { batch: 4 }, "RangeError", "x: expected items for 4 sequences of the same length, got 6"],
    [x, { batch: 2, lengths: [3] }, "RangeError", "lengths: expected 2 values, got 1"],
    [x, { batch: 2, lengths: [3, 0] }, "RangeError", "lengths[1]: expected a whole number of at least 1, got 0"],
    [x, { batch: 2, lengths: [4, 1] }, "RangeError", "lengths[0]: expected at most 3 timesteps, got 4"],
    [x, { batch: 2, lengths: [3, NaN] }, "RangeError", "lengths[1]: expected a whole number of at least 1, got NaN"],
    [x, { output: "first" as "last" }, "TypeError", 'output: expected "all" or "last", got "first"'],
    [x, { state: 3 as never }, "TypeError", "state: expected { h, c }, got number"],
    [x, { state: { h: new Float32Array(48) } }, "TypeError", "state.c: expected a Float32Array, got undefined"],
    [
      x,
      { state: { h: new Float32Array(47), c: new Float32Array(24) } },
      "RangeError",
      "state.h: expected 48 values, got 47",
    ],
    [
      x,
      { state: { h: [] as never, c: new Float32Array(24) } },
      "TypeError",
      "state.h: expected a Float32Array, got Array",
    ],
    [x, { batch: 2, state: state() }, "RangeError", "state.h: expected 96 values, got 48"],
    [x, { into: { ...fit(), output: new Float32Array(29) } }, "RangeError", "into.output: expected 30 values, got 29"],
    [x, { into: { ...fit(), state: null as never } }, "TypeError", "into.state: expected { h, c }, got null"],
    [
      x,
      { into: { ...fit(), state: { h: new Float32Array(48), c: new Float32Array(23) } } },
      "RangeError",
      "into.state.c: expected 24 values, got 23",
    ],
    [
      x,
      { into: { ...fit(), output: x.subarray(12, 42) } },
      "TypeError",
      "into.output: expected memory apart from x, got an array that shares it",
    ],
    [
      x,
      { into: overlapping() },
      "TypeError",
      "into.output: expected memory apart from into.state.h, got an array that shares it",
    ],
    [
      x,
      { bacth: 2 } as never,
      "TypeError",
      "bacth: expected one of batch, lengths, state, output, into; did you mean batch?",
    ],
    [x, "last" as never, "TypeError", "options: expected { batch, lengths, state, output, into }, got string"],
    [["1", "2", 3, 4, 5, 6, 7] as never, {}, "TypeError", "x[0]: expected a number, got string"],
    [Array(7), {}, "TypeError", "x[0]: expected a number, got undefined"],
  ])("%s %o: %s", (items, options, name, message) => {
    using model = quietModel();
    const before = model.run(x);
    expect(() => model.run(items as Float32Array, options)).toThrow(expect.objectContaining({ name, message }));
    expect(model.run(x)).toEqual(before);
  });

  test("arrays that are neighbours in one buffer are apart", () => {
    using model = quietModel();
    const buffer = new Float32Array(42 + 30);
    const into = { output: buffer.subarray(42), state: state() };
    expect(model.run(buffer.subarray(0, 42), { into }).output).toEqual(model.run(x).output);
  });

  test("what a run has read may be written over", () => {
    using model = quietModel();
    const x = Float32Array.from({ length: 7 * 300 }, (_, i) => Math.sin(i)); // more rows than go at once
    const start = () => ({ h: new Float32Array(96).fill(0.5), c: new Float32Array(48).fill(-0.5) });
    const apart = { output: new Float32Array(2 * 150 * 5), state: start() };
    model.run(x, { batch: 2, lengths: Int32Array.of(150, 90), state: start(), into: apart });
    const check = (x: Float32Array, options: RunOptions) => {
      const { output, state } = model.run(x, { batch: 2, lengths: Int32Array.of(150, 90), ...options });
      expect([output, state.h, state.c]).toEqual([apart.output, apart.state.h, apart.state.c]);
    };

    const same = start();
    check(x, { state: same, into: { output: new Float32Array(1500), state: same } });

    const output = new Float32Array(1500);
    const over = { h: output.subarray(0, 96).fill(0.5), c: output.subarray(700, 748).fill(-0.5) };
    check(x, { state: over, into: { output, state: start() } });

    const input = x.slice();
    check(input, {
      into: { output: new Float32Array(1500), state: { h: input.subarray(0, 96), c: input.subarray(2000, 2048) } },
      state: start(),
    });

    const bytes = new ArrayBuffer(6000);
    new Int32Array(bytes, 0, 2).set([150, 90]);
    check(x, {
      lengths: new Int32Array(bytes, 0, 2),
      state: start(),
      into: { output: new Float32Array(bytes), state: start() },
    });
  });

  test("a state with c for a net without LSTM", () => {
    using model = ids("ids");
    expect(() => model.run([1], { state: { h: new Float32Array(3), c: new Float32Array(3) } })).toThrow(
      "state.c: expected none for a net without LSTM, got Float32Array",
    );
  });

  test.each<[unknown, string]>([
    [[1, 300], "x[1]: expected an id from 0 to 299, got 300"],
    [[-1], "x[0]: expected an id from 0 to 299, got -1"],
    [[0.5], "x[0]: expected an id from 0 to 299, got 0.5"],
    [[NaN], "x[0]: expected an id from 0 to 299, got NaN"],
    [[], "x: expected at least one item, got 0 values"],
  ])("ids %o", (items, message) => {
    using model = ids("ids");
    expect(() => model.run(items as number[])).toThrow(new RangeError(message));
  });

  test("a text where ids are wanted, and bytes of a text", () => {
    using model = ids("ids");
    expect(() => model.run("hé")).toThrow(
      new TypeError('x: expected ids, got a text; only a net with input "bytes" takes one'),
    );
    using bytes = ids("bytes");
    expect(bytes.run("hé")).toEqual(bytes.run([104, 0xc3, 0xa9]));
    expect(() => bytes.run("")).toThrow(RangeError);
  });
});

test("process over a part of its input is refused, in place it gives the bits of two arrays", () => {
  using model = Model.fromTensors([
    tensor("weight_ih_l0", [1, 1], Float32Array.of(0.5)),
    tensor("weight_hh_l0", [1, 1], Float32Array.of(0.5)),
  ]);
  const x = Float32Array.from({ length: 300 }, (_, t) => Math.sin(t));
  const expected = model.stream().process(x);
  expect(() => model.stream().process(x.subarray(0, 299), x.subarray(1))).toThrow("output: expected input itself");
  expect(model.stream().process(x, x)).toEqual(expected);
});

test("an array whose memory was transferred is refused", () => {
  using model = quietModel();
  const x = new Float32Array(14);
  structuredClone(x, { transfer: [x.buffer] });
  expect(() => model.stream().process(x)).toThrow("input: expected an array with its memory");
});

test("a getter that disposes leaves nothing that plays", () => {
  const model = quietModel();
  const stream = model.stream();
  const saved = stream.save();
  const trap = (dispose: () => void) => Object.defineProperty([0, 0, 0, 0, 0, 0, 0], 3, { get: () => (dispose(), 1) });
  expect(() => stream.step(trap(() => stream.dispose()))).toThrow("expected an open stream");
  expect(() => model.stream().process(trap(() => model.dispose()))).toThrow("expected an open model");
  expect(() => model.stream(saved)).toThrow("expected an open model");
  const other = quietModel();
  expect(() => other.run(trap(() => other.dispose()))).toThrow("expected an open model");
});

test.each([
  [{ determinstic: true }, "did you mean deterministic?"],
  [{ deterministic: "false" }, 'deterministic: expected true or false, got "false"'],
])("model options %o", (options, words) => {
  const tensors = [
    tensor("weight_ih_l0", [1, 1], Float32Array.of(1)),
    tensor("weight_hh_l0", [1, 1], Float32Array.of(1)),
  ];
  expect(() => Model.fromTensors(tensors, options as never)).toThrow(words);
  Model.fromTensors(tensors, { labels: undefined }).dispose();
});

describe("step", () => {
  test.each<[unknown, unknown, string, string]>([
    [undefined, undefined, "TypeError", "x: expected an array of 7 features, got undefined"],
    [null, undefined, "TypeError", "x: expected an array of 7 features, got null"],
    [3, undefined, "TypeError", "x: expected an array of 7 features, got number"],
    [new Float32Array(6), undefined, "RangeError", "x: expected 7 values, got 6"],
    [new Float32Array(7), new Float32Array(4), "RangeError", "y: expected 5 values, got 4"],
    [new Float32Array(7), new Float64Array(5), "TypeError", "y: expected a Float32Array, got Float64Array"],
    [new Float32Array(7), [0, 0, 0, 0, 0], "TypeError", "y: expected a Float32Array, got Array"],
  ])("%o %o", (x, y, name, message) => {
    using model = quietModel();
    using stream = model.stream();
    stream.step(new Float32Array(7).fill(1));
    const saved = stream.save();
    expect(() => stream.step(x as number[], y as Float32Array)).toThrow(expect.objectContaining({ name, message }));
    expect(stream.save()).toEqual(saved);
  });

  test.each<[unknown, string, string]>([
    [300, "RangeError", "x: expected an id from 0 to 299, got 300"],
    [[3], "TypeError", "x: expected an id, got Array"],
    ["a", "TypeError", "x: expected an id, got string"],
  ])("id %o", (x, name, message) => {
    using model = ids("ids");
    using stream = model.stream();
    expect(() => stream.step(x as number)).toThrow(expect.objectContaining({ name, message }));
  });
});

test("a net that runs backward has no streams, and says why", () => {
  using model = Model.fromTensors(
    [tensor("weight_ih_l0", [1, 1], Float32Array.of(1)), tensor("weight_hh_l0", [1, 1], Float32Array.of(1))],
    { layers: [{ type: "rnn", weights: "", direction: "reverse" }] },
  );
  expect(() => model.stream()).toThrow(/^stream: expected a net that runs forward, .* use run$/);
});
