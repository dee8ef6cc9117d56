// Configurations that no file of a recipe has: what is refused names the layer and the attribute.
import { expect, test } from "vitest";
import { FormatError } from "../../src/index.ts";
import { tfjsGraph } from "../../src/import/tfjs/tfjs.ts";

type Json = { readonly [key: string]: unknown };

const input = {
  name: "in",
  class_name: "InputLayer",
  config: { name: "in", batch_input_shape: [null, 5, 3] },
  inbound_nodes: [],
};

const sequential = (layers: readonly Json[], name = "model"): Json => ({
  class_name: "Sequential",
  config: { name, layers },
});

/** A functional model in which each layer is called on the one before. */
const chain = (layers: readonly Json[]): Json => ({
  class_name: "Model",
  config: {
    name: "model",
    layers: [input, ...layers],
    input_layers: [["in", 0, 0]],
    output_layers: [[(layers.at(-1)!.config as Json).name, 0, 0]],
  },
});

const graph = (topology: Json, weights: readonly Json[] = []) => {
  const bytes = weights.reduce((sum, w) => sum + (w.shape as number[]).reduce((a, b) => a * b, 4), 0);
  const weightsManifest = [{ paths: ["w"], weights }];
  return tfjsGraph({ modelTopology: topology, weightsManifest }, { "./w": new Uint8Array(bytes) });
};

const dropout = (name: string, more: Json = {}): Json => ({
  class_name: "Dropout",
  config: { name, rate: 0.1, ...more },
});

const says = (topology: Json, words: string, weights?: readonly Json[]) => {
  expect(() => graph(topology, weights)).toThrow(FormatError);
  expect(() => graph(topology, weights)).toThrow(words);
};

test("an attribute that is not known", () => {
  says(sequential([input, dropout("d", { slope: 2 })]), 'layer "d" (Dropout): slope = 2 is not known');
});

test("a class that is not run, and one of the author's own", () => {
  says(sequential([input, { class_name: "Lambda", config: { name: "l" } }]), 'layer "l" (Lambda)');
  const own = { class_name: "Dense", registered_name: "mine>Dense", config: { name: "d" } };
  says(sequential([input, own]), 'registered as "mine>Dense"');
  says(sequential([input, { class_name: "toString", config: { name: "t" } }]), "toString");
});

test("weights of another shape, missing, or left over", () => {
  const dense = { class_name: "Dense", config: { name: "d", units: 2, use_bias: false } };
  const kernel = { name: "d/kernel", dtype: "float32", shape: [3, 2] };
  expect(graph(sequential([input, dense]), [kernel]).outputs[0].dims).toEqual(["batch", 5, 2]);
  says(sequential([input, dense]), "kernel: expected shape [3, 2], got [2, 2]", [{ ...kernel, shape: [2, 2] }]);
  says(sequential([input, dense]), 'layer "d" (Dense): expected weights kernel');
  says(sequential([input, dense]), 'weights "e/bias" belong to no layer', [kernel, { ...kernel, name: "e/bias" }]);
});

test("masks as TensorFlow.js mixes them up", () => {
  const masked = { class_name: "Masking", config: { name: "m", mask_value: 0 } };
  const gru = { class_name: "GRU", config: { name: "g", units: 1, use_bias: false } };
  const weights = ["kernel", "recurrent_kernel"].map((w, i) => ({
    name: `g/${w}`,
    dtype: "float32",
    shape: [i === 0 ? 3 : 1, 3],
  }));
  const pool = { class_name: "MaxPooling1D", config: { name: "p", pool_size: 2 } };
  expect(graph(sequential([input, masked, pool, gru]), weights).outputs[0].dims).toEqual(["batch", 1]);
  const turned = { ...gru, config: { ...gru.config, go_backwards: true } };
  says(sequential([input, masked, pool, turned]), "behind one that passes no mask on", weights);
  const softmax = { class_name: "Softmax", config: { name: "s", axis: -1 } };
  says(sequential([input, masked, pool, softmax]), 'layer "s" (Softmax)');
  const normal = { class_name: "BatchNormalization", config: { name: "b", axis: 1 } };
  says(sequential([input, normal]), "axis 1 is not run", batchNorm("b", 5));
});

const batchNorm = (layer: string, size: number): Json[] =>
  ["gamma", "beta", "moving_mean", "moving_variance"].map((w) => ({
    name: `${layer}/${w}`,
    dtype: "float32",
    shape: [size],
  }));

test("a call whose mask or operand is a list of nothing", () => {
  const call = (kwargs: Json) => ({
    ...dropout("d"),
    name: "d",
    inbound_nodes: [{ args: [{ class_name: "__keras_tensor__", config: { keras_history: ["in", 0, 0] } }], kwargs }],
  });
  expect(graph(chain([call({ mask: null })])).outputs[0].dims).toEqual(["batch", 5, 3]);
  says(chain([call({ mask: [[]] })]), 'layer "d" (Dropout): a call with [] is not run');
});

test("a cycle of layers, a layer that is not there", () => {
  const after = (layer: Json, name: string) => ({
    ...layer,
    name: (layer.config as Json).name,
    inbound_nodes: [[[name, 0, 0, {}]]],
  });
  says(chain([after(dropout("a"), "b"), after(dropout("b"), "a")]), "cycle");
  says(chain([after(dropout("a"), "nowhere")]), 'call 0 of layer "nowhere"');
});

test("models that call each other again and again end", () => {
  /** A model that calls another twice. */
  const twice = (inner: Json): Json => ({
    class_name: "Model",
    config: {
      name: "outer",
      layers: [input, { ...inner, name: "inner", inbound_nodes: [[["in", 0, 0, {}]], [["inner", 1, 0, {}]]] }],
      input_layers: [["in", 0, 0]],
      output_layers: [["inner", 2, 0]],
    },
  });
  const named = (model: Json): Json => ({ ...model, config: { ...(model.config as Json), name: "inner" } });
  let model = sequential([input, dropout("d")], "inner");
  for (let i = 0; i < 5; i++) model = named(twice(model));
  expect(graph(model).nodes).toHaveLength(1);
  for (let i = 0; i < 25; i++) model = named(twice(model));
  says(model, "at most 20000 calls of layers");
  says(twice(named(twice(model))), "at most 32 layers within each other");
});

test("a graph model says what to do", () => {
  expect(() => tfjsGraph({ format: "graph-model", modelTopology: { node: [] }, weightsManifest: [] }, {})).toThrow(
    "ONNX",
  );
});
