// Writes tfjs.safetensors: models that TensorFlow.js 4.22 saved, with what they predict.
//
//   node recipe.mjs FOLDER      FOLDER/node_modules has @tensorflow/tfjs 4.22.0
//
// The tensor NAME is model.json, NAME/shard its weights, NAME/x an input, NAME/output the prediction (float32).
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
const tf = createRequire(resolve(process.argv[2], "x.js"))("@tensorflow/tfjs");
await tf.setBackend("cpu");

const tensors = {};
let seed = 3;
const random = () => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff) * 2 - 1;
const floats = (...shape) => tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, random), shape);
const put = (name, dtype, shape, data) =>
  (tensors[name] = { dtype, shape, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength) });

async function add(name, x, model, change = (_json, shard) => shard) {
  const steps = (w) => w.mul(128).round().div(128); // a number of 8 bits
  model.setWeights(
    model
      .getWeights()
      .map((w) => steps(w.name.includes("variance") ? floats(...w.shape).add(1.5) : floats(...w.shape))),
  );
  const y = model.predict(x);
  await model.save(
    tf.io.withSaveHandler(async (a) => {
      const json = {
        modelTopology: a.modelTopology,
        format: a.format,
        generatedBy: a.generatedBy,
        convertedBy: a.convertedBy,
        weightsManifest: [{ paths: ["./model.weights.bin"], weights: a.weightSpecs }],
      };
      const shard = change(json, Buffer.from(a.weightData));
      const text = Buffer.from(JSON.stringify(json));
      put(name, "U8", [text.length], text);
      put(`${name}/shard`, "U8", [shard.length], shard);
      return { modelArtifactsInfo: {} };
    }),
  );
  put(`${name}/x`, x.dtype === "int32" ? "I32" : "F32", x.shape, x.dataSync());
  put(`${name}/output`, "F32", y.shape, y.dataSync());
}

const L = tf.layers;
const sequence = (...layers) => tf.sequential({ layers });
await add(
  "recurrent",
  floats(2, 5, 3),
  sequence(
    L.bidirectional({ layer: L.lstm({ units: 2, returnSequences: true }), mergeMode: "mul", inputShape: [null, 3] }),
    L.gru({ units: 2, recurrentActivation: "sigmoid", goBackwards: true }),
    L.dense({ units: 2, activation: "elu" }),
  ),
);
await add(
  "stack",
  floats(2, 5, 3),
  sequence(
    L.rnn({ cell: [L.lstmCell({ units: 3 }), L.gruCell({ units: 2 })], returnSequences: true, inputShape: [5, 3] }),
    L.timeDistributed({ layer: L.dense({ units: 2 }) }),
  ),
);
await add(
  "mask",
  tf.tensor(
    [
      [3, 1, 0, 0],
      [0, 2, 0, 5],
      [0, 0, 0, 0],
    ],
    [3, 4],
    "int32",
  ),
  sequence(
    L.embedding({ inputDim: 6, outputDim: 3, maskZero: true, inputLength: 4 }),
    L.simpleRNN({ units: 2, returnSequences: true }),
    L.lstm({ units: 2 }),
  ),
);
const input = tf.input({ shape: [6, 4] });
await add(
  "functional",
  floats(2, 6, 4),
  tf.model({
    inputs: input,
    outputs: L.concatenate().apply([
      L.globalMaxPooling1d().apply(
        L.batchNormalization().apply(
          L.conv1d({ filters: 3, kernelSize: 3, padding: "same", activation: "relu" }).apply(input),
        ),
      ),
      sequence(L.dense({ units: 3, inputShape: [6, 4] }), L.gru({ units: 2 })).apply(input),
    ]),
  }),
);
// A mask reaches layers behind one that passes none on, and rows before the first that counts are the state.
const ids = tf.tensor(
  [
    [3, 1, 0, 0],
    [0, 2, 0, 5],
    [0, 0, 0, 0],
  ],
  [3, 4],
  "int32",
);
const seen = tf.input({ shape: [4], dtype: "int32" });
const embedded = L.embedding({ inputDim: 6, outputDim: 3, maskZero: true }).apply(seen);
const [, state] = L.gru({ units: 2, returnState: true }).apply(embedded);
await add(
  "met",
  ids,
  tf.model({
    inputs: seen,
    outputs: L.concatenate().apply([
      L.globalMaxPooling1d({}).apply(
        L.gru({ units: 2, returnSequences: true }).apply(embedded, { initialState: [state] }),
      ),
      L.globalAveragePooling1d({}).apply(embedded),
      L.lstm({ units: 2 }).apply(L.conv1d({ filters: 3, kernelSize: 2, padding: "same" }).apply(embedded)),
      L.lstm({ units: 2 }).apply(L.conv1d({ filters: 3, kernelSize: 2 }).apply(embedded)),
    ]),
  }),
);
// The kernel in 8 bits.
await add(
  "quantized",
  floats(2, 5, 3),
  sequence(L.dense({ units: 2, inputShape: [5, 3], useBias: false })),
  (json, shard) => {
    const [weight] = json.weightsManifest[0].weights;
    weight.quantization = { dtype: "uint8", original_dtype: "float32", scale: 1 / 128, min: -1 };
    return Buffer.from(new Float32Array(shard.buffer, shard.byteOffset, 6).map((v) => Math.round((v + 1) * 128)));
  },
);

const header = {};
let at = 0;
for (const [name, { dtype, shape, bytes }] of Object.entries(tensors))
  header[name] = { dtype, shape, data_offsets: [at, (at += bytes.length)] };
let text = JSON.stringify(header);
text += " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
const size = Buffer.alloc(8);
size.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
writeFileSync(
  new URL("tfjs.safetensors", import.meta.url),
  Buffer.concat([size, Buffer.from(text), ...Object.values(tensors).map((t) => t.bytes)]),
);
