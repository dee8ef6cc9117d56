import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { GATES, layerInput, type Case } from "../cases.ts";
import { layerWeights, type Net } from "../weights.ts";
import type { TfNet } from "./tfjs.ts";

/** LSTM and RNN as tfjs-layers has them. Gate order i f c o is PyTorch's; matrices are transposed, biases summed. */
export function layersNet(c: Case, net: Net): TfNet {
  const model = layers.sequential();
  for (let layer = 0; layer < c.layers; layer++) {
    const recurrent = makeLayer(c);
    const inputShape = [c.steps, layerInput(c, layer)];
    const wrapped =
      c.directions === 2
        ? layers.layers.bidirectional({ layer: recurrent, mergeMode: "concat", inputShape })
        : recurrent;
    model.add(wrapped);
    wrapped.setWeights(Array.from({ length: c.directions }, (_, d) => tensors(c, net, layer, d)).flat());
  }
  const { cell } = model.layers[0] as unknown as {
    cell: { call(inputs: tf.Tensor[], options: object): tf.Tensor2D[] };
  };
  return {
    // The cell answers [h, h] for an RNN and [h, h, c] for an LSTM.
    step: (x, state) => cell.call([x, ...state], {}).slice(1),
    sequence: (x) => model.predict(x, { batchSize: c.batch }) as tf.Tensor3D,
  };
}

function makeLayer(c: Case) {
  const common = {
    units: c.hidden,
    returnSequences: true,
    inputShape: [c.steps, c.input],
    // The default initializer factorizes a matrix with an operator that the wasm back end lacks.
    recurrentInitializer: "zeros" as const,
  };
  return c.cell === "lstm"
    ? layers.layers.lstm({ ...common, recurrentActivation: "sigmoid", unitForgetBias: false })
    : layers.layers.simpleRNN({ ...common, activation: "tanh" });
}

function tensors(c: Case, net: Net, layer: number, direction: number): tf.Tensor[] {
  const w = layerWeights(net, layer, direction);
  const rows = GATES[c.cell] * c.hidden;
  return [
    tf.transpose(tf.tensor2d(w.ih, [rows, layerInput(c, layer)])),
    tf.transpose(tf.tensor2d(w.hh, [rows, c.hidden])),
    tf.add(tf.tensor1d(w.bih), tf.tensor1d(w.bhh)),
  ];
}
