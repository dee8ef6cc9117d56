// Captures of amplifiers and voices: each layer and architecture against PyTorch in float64 (audio.py),
// and what is refused, by name.
import { describe, expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { stateDictJson } from "../../src/import/statedict.ts";
import { FormatError } from "../../src/index.ts";
import { Session } from "../../src/run/session.ts";
import { bytesOf, caseOf, CASES, graphOf, READERS, type Json } from "./cases.ts";

/** Absolute below 1, relative above; the files' weights are decimals, so a rounding more than elsewhere. */
const BOUND = 2e-5;

function run(graph: ReturnType<typeof graphOf>, x: readonly (readonly number[])[], batch = 1): Float32Array {
  using session = new Session({
    inputs: graph.inputs,
    outputs: graph.outputs,
    build: (builder, types) => bind(graph, builder, types),
  });
  const rows = Float32Array.from(x.flat());
  const data = new Float32Array(batch * rows.length);
  for (let b = 0; b < batch; b++) data.set(rows, b * rows.length);
  return session.run({ x: { type: "float32", dims: [batch, x.length, x[0].length], data } }).output
    .data as Float32Array;
}

function difference(got: Float32Array, expected: readonly number[]): number {
  expect(got.length).toBe(expected.length);
  return Math.max(...expected.map((e, i) => Math.abs(got[i] - e) / Math.max(1, Math.abs(e))));
}

describe("the producer's answer", () => {
  test.each(CASES.map((c) => [`${c.format}: ${c.name}`, c] as const))("%s", (_, c) => {
    const graph = graphOf(c);
    expect(graph.inputs).toEqual([{ name: "x", dtype: "float32", dims: ["batch", "time", c.x[0].length] }]);
    expect(graph.outputs).toEqual([{ name: "output", dtype: "float32", dims: ["batch", "time", c.output[0].length] }]);
    expect(difference(run(graph, c.x), c.output.flat())).toBeLessThan(BOUND);
    expect(difference(run(graph, c.x, 2), [...c.output, ...c.output].flat())).toBeLessThan(BOUND);
  });
});

describe("SlimmableContainer", () => {
  const [small, large] = ["ConvNet", "WaveNet"].map((name) => caseOf(name));
  const container = (sizes: readonly number[], parts = [small, large]): Json => ({
    version: "0.7.0",
    architecture: "SlimmableContainer",
    config: { submodels: parts.map(({ file }, i) => ({ max_value: sizes[i], model: file })) },
    weights: [],
    sample_rate: 48000,
  });
  const graph = (file: Json) => graphOf({ format: "nam", file });

  test("the last net runs, as NAM has it by default", () => {
    expect(difference(run(graph(container([0.5, 1])), large.x), large.output.flat())).toBeLessThan(BOUND);
  });

  test.each<[string, Json, RegExp]>([
    ["sizes that fall", container([1, 0.5]), /^config\.submodels\[1\]\.max_value: expected more than 1, got 0\.5$/],
    ["no full size", container([0.2, 0.5]), /^config\.submodels: expected a last max_value of at least 1, got 0\.5$/],
    ["nothing", container([], []), /^config\.submodels: expected a last max_value of at least 1/],
    [
      "a container within",
      container([1], [{ ...large, file: container([1], [large]) }]),
      /^config\.submodels\[0\]\.model\.architecture: expected LSTM, ConvNet, WaveNet, got "SlimmableContainer"$/,
    ],
  ])("%s is refused", (_, file, message) => expect(() => graph(file)).toThrow(message));
});

/** A copy with one place changed; undefined takes it out. */
function changed(file: Json, path: readonly (string | number)[], value: Json | undefined): Json {
  const copy = structuredClone(file);
  let at = copy as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) at = at[key] as typeof at;
  if (value === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = value;
  return copy;
}

const weights = (name: string): number[] => (caseOf(name).file as { weights: number[] }).weights;

describe("refused by name", () => {
  test.each<[string, string, (string | number)[], Json | undefined, RegExp]>([
    [
      "a layer the exporter did not know",
      "every layer",
      ["layers", 1, "type"],
      "unknown",
      /^layers\[1\] \(unknown\): expected a layer of dense, .*, got "unknown"$/,
    ],
    [
      "a function",
      "every layer",
      ["layers", 0, "activation"],
      "swish",
      /^layers\[0\] \(time-distributed-dense\)\.activation: expected tanh, .*, got "swish"$/,
    ],
    [
      "a function lost",
      "every layer",
      ["layers", 11, "activation"],
      "",
      /^layers\[11\] \(activation\)\.activation: expected a function, got "", /,
    ],
    [
      "a cell's function",
      "every layer",
      ["layers", 4, "activation"],
      "relu",
      /^layers\[4\] \(gru\)\.activation: expected tanh, got "relu"$/,
    ],
    [
      "a GRU that resets before",
      "every layer",
      ["layers", 4, "weights", 2],
      new Array(15).fill(0),
      /^layers\[4\] \(gru\)\.weights\[2\]: expected 2 values/,
    ],
    ["strides", "every layer", ["layers", 1, "strides"], [2], /^layers\[1\] \(conv1d\)\.strides: expected 1, got 2$/],
    [
      "a field it does not know",
      "every layer",
      ["layers", 1, "padding_mode"],
      "circular",
      /^layers\[1\]: expected no fields but those it knows, got padding_mode$/,
    ],
    [
      "a field missing",
      "every layer",
      ["layers", 1, "kernel_size"],
      undefined,
      /^layers\[1\]\.kernel_size: expected this field, got none$/,
    ],
    [
      "groups that divide nothing",
      "every layer",
      ["layers", 1, "groups"],
      4,
      /^layers\[1\] \(conv1d\): expected sizes that 4 groups divide, got 4 to 6$/,
    ],
    [
      "a kernel of another size",
      "every layer",
      ["layers", 1, "kernel_size"],
      [4],
      /^layers\[1\] \(conv1d\)\.weights\[0\]: expected 4 values/,
    ],
    [
      "a row too short",
      "every layer",
      ["layers", 4, "weights", 1, 3],
      [1, 2],
      /^layers\[4\] \(gru\)\.weights\[1\]\[3\]: expected 15 values .*, got 2$/,
    ],
    [
      "a shape that is not the weights'",
      "every layer",
      ["layers", 8, "shape"],
      [null, null, 4],
      /^layers\[8\] \(dense\)\.weights\[0\]\[0\]: expected 4 values/,
    ],
    [
      "a normalisation of 3 rows",
      "every layer",
      ["layers", 7, "weights"],
      [[1], [1], [1]],
      /^layers\[7\] \(batchnorm\)\.weights: expected \[gamma/,
    ],
    [
      "a negative variance",
      "every layer",
      ["layers", 7, "weights", 1],
      [1, 1, -2, 1],
      /^layers\[7\] \(batchnorm\): expected variances/,
    ],
    [
      "a weight that is no number",
      "every layer",
      ["layers", 8, "weights", 1, 0],
      "1",
      /^layers\[8\] \(dense\)\.weights\[1\]\[0\]: expected a number, got "1"$/,
    ],
    [
      "a weight beyond float32",
      "every layer",
      ["layers", 8, "weights", 1, 0],
      1e39,
      /^layers\[8\] .*: expected a number that float32 can hold, got 1e\+39$/,
    ],
    [
      "a name of two lines",
      "every layer",
      ["layers", 0, "two\nlines\u2028"],
      1,
      /^layers\[0\]: expected no fields but those it knows, got two lines $/,
    ],
    [
      "padding",
      "two axes",
      ["layers", 0, "padding"],
      "causal",
      /^layers\[0\] \(conv2d\)\.padding: expected valid or same, got "causal"$/,
    ],
    ["a skip of two", "a knob, gains and the sample added", ["in_skip"], 2, /^in_skip: expected 0 or 1, got 2$/],
    ["an older version", "WaveNet", ["version"], "0.4.0", /^version: expected 0.5.0 to 0.7, got "0.4.0"$/],
    ["a newer version", "WaveNet", ["version"], "0.8.0", /^version: expected 0.5.0 to 0.7, got "0.8.0"$/],
    [
      "Linear",
      "WaveNet",
      ["architecture"],
      "Linear",
      /^architecture: expected LSTM, ConvNet, WaveNet, SlimmableContainer, got "Linear", whose weights/,
    ],
    [
      "a slimmable net",
      "WaveNet",
      ["config", "layers", 0, "slimmable"],
      { method: "slice_channels_uniform" },
      /^config\.layers\[0\]\.slimmable: expected null, got a slimmable WaveNet$/,
    ],
    [
      "a function of NAM's",
      "WaveNet",
      ["config", "layers", 0, "activation"],
      "Fasttanh",
      /^config\.layers\[0\]\.activation: expected Tanh, .*, got "Fasttanh"$/,
    ],
    [
      "slopes for other channels",
      "WaveNet A2",
      ["config", "layers", 1, "activation", 0, "negative_slopes"],
      [0.1],
      /^config\.layers\[1\]\.activation\[0\]\.negative_slopes: expected 4 values/,
    ],
    [
      "a softer Softsign",
      "WaveNet A2",
      ["config", "layers", 0, "activation", 0],
      { type: "Softsign", alpha: 2 },
      /^config\.layers\[0\]\.activation\[0\]\.alpha: expected 1, got 2$/,
    ],
    [
      "no layer1x1",
      "WaveNet A2",
      ["config", "layers", 0, "layer1x1", "active"],
      false,
      /^config\.layers\[0\]\.layer1x1\.active: expected true, got false, where NAM's trainer/,
    ],
    [
      "what trainer and plug-in see otherwise",
      "WaveNet A2",
      ["config", "layers", 0, "layer1x1_post_film"],
      {},
      /^config\.layers\[0\]\.layer1x1_post_film: expected blended gating, got it with another gating/,
    ],
    [
      "gating",
      "WaveNet A2",
      ["config", "layers", 0, "gating_mode", 1],
      "mixed",
      /^config\.layers\[0\]\.gating_mode\[1\]: expected none, gated, blended, got "mixed"$/,
    ],
    [
      "a list of another length",
      "WaveNet A2",
      ["config", "layers", 0, "kernel_sizes"],
      [3, 2],
      /^config\.layers\[0\]\.kernel_sizes: length: expected 3, got 2$/,
    ],
    [
      "a width that does not follow",
      "WaveNet",
      ["config", "layers", 1, "input_size"],
      4,
      /^config\.layers\[1\]\.input_size: expected 3, got 4$/,
    ],
    [
      "a condition of another rate",
      "WaveNet with a condition",
      ["config", "condition_dsp", "sample_rate"],
      44100,
      /^config\.condition_dsp\.sample_rate: expected 48000, .*, got 44100$/,
    ],
    [
      "a condition that is recurrent",
      "WaveNet with a condition",
      ["config", "condition_dsp", "architecture"],
      "LSTM",
      /^config\.condition_dsp\.architecture: expected ConvNet, WaveNet, got "LSTM"$/,
    ],
    [
      "a reach of hours",
      "ConvNet",
      ["config", "dilations", 1],
      1_000_000,
      /^config: expected a reach of at most 131072 samples, got 1000003$/,
    ],
    [
      "weights missing",
      "LSTM",
      ["weights"],
      weights("WaveNet").slice(0, 60),
      /^weights: expected 72 or more \(LSTM layer 0 takes 12 from 60\), got 60$/,
    ],
    ["a weight too many", "WaveNet", ["weights"], [...weights("WaveNet"), 0], /^weights: expected 193, got 194$/],
    [
      "a field of a config",
      "ConvNet",
      ["config", "kernel_size"],
      3,
      /^config: expected no fields but those it knows, got kernel_size$/,
    ],
    [
      "another recurrent model",
      "SimpleRNN, GRU",
      ["model_data", "model"],
      "GatedConvNet",
      /^model_data\.model: expected SimpleRNN, got "GatedConvNet"$/,
    ],
    [
      "another unit",
      "SimpleRNN, GRU",
      ["model_data", "unit_type"],
      "MGU",
      /^model_data\.unit_type: expected LSTM, GRU or RNN, got "MGU"$/,
    ],
    ["a tensor left over", "SimpleRNN, GRU", ["state_dict", "lin2.bias"], [1], /^no layer uses lin2\.bias$/],
    [
      "a tensor missing",
      "SimpleRNN, GRU",
      ["state_dict", "lin.bias"],
      undefined,
      /^lin\.bias: expected a tensor of this name, got none/,
    ],
    [
      "a tensor of another shape",
      "SimpleRNN, GRU",
      ["state_dict", "lin.bias"],
      [1, 2],
      /^lin\.bias: expected \[1\], got \[2\]$/,
    ],
  ])("%s", (_, name, path, value, message) => {
    const { format, file } = caseOf(name);
    const read = () => graphOf({ format, file: changed(file, path, value) });
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
  });

  const rnnoise = caseOf("RNNoise").file as string;
  test.each<[string, string, RegExp]>([
    [
      "another first line",
      rnnoise.replace("version 1", "version 2"),
      /^file: expected a first line "rnnoise-nu model file version 1", got /,
    ],
    [
      "another function",
      rnnoise.replace("5 3 0", "5 3 3"),
      /^input_dense activation: expected a whole number from 0 to 2, got "3"$/,
    ],
    [
      "a weight of more than a byte",
      rnnoise.replace(/\n(\S+) /, "\n5 ").replace(/0\n\S+/, "0\n128"),
      /^input_dense input weights: expected a whole number from -128 to 127, got "128"$/,
    ],
    ["layers that do not fit", rnnoise.replace("12 3 2", "11 3 2"), /^(noise_gru|denoise_gru)/],
    [
      "an end too early",
      rnnoise.trimEnd().replace(/\s\S+$/, ""),
      /^vad_output bias: expected a number, got the file's end$/,
    ],
    ["numbers too many", `${rnnoise} 1 2`, /^file: expected an end after vad_output, got 2 numbers more$/],
  ])("RNNoise: %s", (_, text, message) => {
    expect(() => READERS.rnnoise(bytesOf(text))).toThrow(message);
  });
});

test("a state_dict as JSON is its tensors", () => {
  const tensors = stateDictJson(
    bytesOf({
      "a.weight": [
        [1, 2, 3],
        [4, 5, 6],
      ],
      "a.bias": [7, 8],
    }),
  );
  expect(tensors.map(({ name, dtype, shape }) => ({ name, dtype, shape }))).toEqual([
    { name: "a.weight", dtype: "F32", shape: [2, 3] },
    { name: "a.bias", dtype: "F32", shape: [2] },
  ]);
  expect(new Float32Array(new Uint8Array(tensors[0].bytes).buffer)).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(() => stateDictJson(bytesOf({ a: [[1, 2], [3]] }))).toThrow(
    /^a\[1\]: expected 2 values \(a is \[2, 2\]\), got 1$/,
  );
  expect(() => stateDictJson(bytesOf({ a: "b" }))).toThrow(/^a: expected nested arrays of numbers/);
});
