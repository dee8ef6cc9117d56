import * as tf from "@tensorflow/tfjs-core";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Prepare } from "../peer.ts";
import { gruNet } from "./tfjs-gru.ts";
import { layersNet } from "./tfjs-layers.ts";

const { resolve } = createRequire(import.meta.url);
setWasmPaths(`${dirname(resolve("@tensorflow/tfjs-backend-wasm"))}/`);
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
setThreadsCount(1);
await tf.setBackend("wasm");

/** A net of tfjs: a step on owned state tensors, or a whole `[B, T, I]` to `[B, T, D*H]`. */
export interface TfNet {
  readonly step: (x: tf.Tensor2D, state: readonly tf.Tensor2D[]) => tf.Tensor2D[];
  readonly sequence: (x: tf.Tensor3D) => tf.Tensor3D;
}

export const prepare: Prepare = async (c, net, x) => {
  // GRUCell of tfjs-layers throws on resetAfter: PyTorch's GRU can only be written in the core's operators.
  const model = c.cell === "gru" ? gruNet(c, net) : layersNet(c, net);
  const note = c.cell === "gru" ? "GRU written in tfjs-core operators: tfjs-layers has no reset_after" : undefined;
  const input = tf.tensor3d(x, [c.batch, c.steps, c.input]);
  if (c.mode !== "stream") {
    const run = () => tf.tidy(() => model.sequence(input).dataSync() as Float32Array);
    return { check: run, call: () => void run(), ...(note !== undefined && { note }) };
  }

  const steps = Array.from({ length: c.steps }, (_, t) =>
    tf.tensor2d(x.slice(t * c.input, (t + 1) * c.input), [1, c.input]),
  );
  const zeros = () => Array.from({ length: c.cell === "lstm" ? 2 : 1 }, () => tf.zeros<tf.Rank.R2>([1, c.hidden]));
  let state = zeros();
  const step = (t: number): Float32Array => {
    const next = tf.tidy(() => model.step(steps[t], state));
    tf.dispose(state);
    state = next;
    return state[0].dataSync() as Float32Array;
  };
  let t = 0;
  return {
    ...(note !== undefined && { note }),
    check() {
      tf.dispose(state);
      state = zeros();
      const y = new Float32Array(c.steps * c.hidden);
      for (let s = 0; s < c.steps; s++) y.set(step(s), s * c.hidden);
      return y;
    },
    call() {
      step(t);
      t = (t + 1) % c.steps;
    },
  };
};
