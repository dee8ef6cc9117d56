import * as tf from "@tensorflow/tfjs-core";
import { layerInput, type Case } from "../cases.ts";
import { layerWeights, type Net } from "../weights.ts";
import type { TfNet } from "./tfjs.ts";

interface Direction {
  readonly ih: tf.Tensor2D; // [I, 3H]
  readonly hh: tf.Tensor2D; // [H, 3H]
  readonly bih: tf.Tensor1D;
  readonly bhh: tf.Tensor1D;
}

/** x W + b in one kernel: a broadcast addition is slow in the wasm back end. */
const affine = (a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D) => tf.fused.matMul({ a, b, bias }) as tf.Tensor2D;

/** PyTorch's GRU in tfjs-core operators; the input half of a sequence is one product. */
export function gruNet(c: Case, net: Net): TfNet {
  const stack = Array.from({ length: c.layers }, (_, layer) =>
    Array.from({ length: c.directions }, (_, d) => loadDirection(c, net, layer, d)),
  );
  return {
    step(x, [h]) {
      const w = stack[0][0];
      return [gate(affine(x, w.ih, w.bih), h!, w)];
    },
    sequence: (x) =>
      stack.reduce((value, layer) => {
        const parts = layer.map((w, d) => direction(c, value, w, d === 1));
        return parts.length === 1 ? parts[0] : tf.concat(parts, 2);
      }, x),
  };
}

/** r, z = sigmoid(.), n = tanh(i_n + r h_n), h' = n + z (h - n). `inputs` is W_ih x + b_ih, `[B, 3H]`. */
function gate(inputs: tf.Tensor2D, h: tf.Tensor2D, w: Direction): tf.Tensor2D {
  const recurrent = affine(h, w.hh, w.bhh);
  const [ir, iz, inew] = tf.split(inputs, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const [hr, hz, hnew] = tf.split(recurrent, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const r = tf.sigmoid(tf.add(ir, hr));
  const z = tf.sigmoid(tf.add(iz, hz));
  const n = tf.tanh(tf.add<tf.Tensor2D>(inew, tf.mul(r, hnew)));
  return tf.add(n, tf.mul(z, tf.sub(h, n)));
}

function direction(c: Case, x: tf.Tensor3D, w: Direction, backward: boolean): tf.Tensor3D {
  const [batch, steps, features] = x.shape;
  const product = affine(tf.reshape(x, [batch * steps, features]), w.ih, w.bih);
  const inputs = tf.unstack(tf.reshape(product, [batch, steps, 3 * c.hidden]), 1) as tf.Tensor2D[];
  const outputs: tf.Tensor2D[] = Array(steps);
  let h = tf.zeros<tf.Rank.R2>([batch, c.hidden]);
  for (let s = 0; s < steps; s++) {
    const t = backward ? steps - 1 - s : s;
    const previous = h;
    h = tf.tidy(() => gate(inputs[t], previous, w));
    outputs[t] = h;
  }
  return tf.stack(outputs, 1) as tf.Tensor3D;
}

function loadDirection(c: Case, net: Net, layer: number, d: number): Direction {
  const w = layerWeights(net, layer, d);
  return {
    ih: tf.transpose(tf.tensor2d(w.ih, [3 * c.hidden, layerInput(c, layer)])),
    hh: tf.transpose(tf.tensor2d(w.hh, [3 * c.hidden, c.hidden])),
    bih: tf.tensor1d(w.bih),
    bhh: tf.tensor1d(w.bhh),
  };
}
