import * as tf from "@tensorflow/tfjs-core";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { Generator, Weights } from "../generate.ts";
import { reorderGates } from "../weights.ts";

const { resolve } = createRequire(import.meta.url);
setWasmPaths(`${dirname(resolve("@tensorflow/tfjs-backend-wasm"))}/`);
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
setThreadsCount(1);
await tf.setBackend("wasm");

/** The language model in tfjs-core's operators; basicLSTMCell's gates are i g f o. */
export function generator(weights: Weights): Generator {
  const of = (name: string) => weights.get(name)!;
  const matrix = (name: string) => tf.tensor2d(of(name).values, of(name).shape as [number, number]);
  const gates = (name: string) => reorderGates(of(name).values, [0, 2, 1, 3]);
  const [rows, inputs] = of("cell.weight_ih_l0").shape;
  const H = rows / 4;
  const table = matrix("embedding.weight");
  const kernel = tf.transpose(
    tf.concat(
      [tf.tensor2d(gates("cell.weight_ih_l0"), [rows, inputs]), tf.tensor2d(gates("cell.weight_hh_l0"), [rows, H])],
      1,
    ),
  );
  const bias = tf.add<tf.Tensor1D>(tf.tensor1d(gates("cell.bias_ih_l0")), tf.tensor1d(gates("cell.bias_hh_l0")));
  const head = tf.transpose(matrix("head.weight")) as tf.Tensor2D;
  const headBias = tf.tensor1d(of("head.bias").values);
  const forget = tf.scalar(0);
  return {
    note: "tfjs-core 4.22: gather, basicLSTMCell, matMul, softmax a byte",
    make(prompt, count, draw) {
      let c = tf.zeros<tf.Rank.R2>([1, H]);
      let h = tf.zeros<tf.Rank.R2>([1, H]);
      const step = (id: number) => {
        const [c2, h2, p] = tf.tidy(() => {
          const x = tf.gather(table, [id]) as tf.Tensor2D;
          const [nextC, nextH] = tf.basicLSTMCell(forget, kernel as tf.Tensor2D, bias, x, c, h);
          return [nextC, nextH, tf.softmax(tf.add(tf.matMul(nextH, head), headBias))];
        });
        tf.dispose([c, h]);
        [c, h] = [c2, h2];
        const probabilities = p.dataSync();
        p.dispose();
        return probabilities;
      };
      let p: ArrayLike<number> = [];
      for (const byte of Buffer.from(prompt)) p = step(byte);
      const out = new Uint8Array(count);
      for (let i = 0; i < count; i++) {
        out[i] = draw(p);
        p = step(out[i]);
      }
      tf.dispose([c, h]);
      return out;
    },
  };
}
