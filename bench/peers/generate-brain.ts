import { createRequire } from "node:module";
import type { Generator } from "../generate.ts";

interface Matrix {
  readonly weights: Float32Array;
}

interface TextNet {
  readonly model: {
    readonly equations: readonly { runIndex(index: number): Matrix }[];
    readonly equationConnections: readonly (readonly Matrix[])[];
  };
  readonly initialLayerInputs: readonly Matrix[];
  initialize(): void;
  bindEquation(): void;
}

// The self-contained build: the package's main entry needs gpu.js and, through it, native OpenGL.
const { recurrent } = createRequire(import.meta.url)("brain.js/dist/browser.js") as {
  recurrent: { LSTM: new (options: object) => TextNet };
};

/**
 * brain.js's own LSTM on indices with the language model's sizes and its own random weights: it has no cell state,
 * so that the trained ones mean nothing. `run` makes an equation a byte and ends at index 0: its first equation is
 * stepped instead, the hidden state fed back.
 */
export function generator(): Generator {
  const net = new recurrent.LSTM({ inputSize: 32, inputRange: 256, outputSize: 256, hiddenLayers: [192] });
  net.initialize();
  net.bindEquation();
  const [equation] = net.model.equations;
  const state = net.initialLayerInputs[0].weights;
  const hidden = net.model.equationConnections[0][0].weights;
  const step = (id: number) => {
    const logits = equation.runIndex(id + 1).weights.subarray(1); // 0 is the end
    state.set(hidden);
    const top = logits.reduce((a, b) => Math.max(a, b));
    const e = logits.map((x) => Math.exp(x - top));
    const sum = e.reduce((a, b) => a + b);
    return e.map((x) => x / sum);
  };
  return {
    note: "2.0.0-beta.24, its own cell (no cell state) and random weights of the same sizes",
    make(prompt, count, draw) {
      state.fill(0);
      let p: ArrayLike<number> = [];
      for (const byte of Buffer.from(prompt)) p = step(byte);
      const out = new Uint8Array(count);
      for (let i = 0; i < count; i++) {
        out[i] = draw(p);
        p = step(out[i]);
      }
      return out;
    },
  };
}
