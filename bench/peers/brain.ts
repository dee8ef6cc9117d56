import { createRequire } from "node:module";
import { GATES, type Cell } from "../cases.ts";
import type { Prepare } from "../peer.ts";
import { layerWeights } from "../weights.ts";

interface Matrix {
  readonly weights: Float32Array;
}

interface RecurrentNet {
  readonly model: {
    readonly hiddenLayers: readonly Record<string, Matrix>[];
    readonly equations: readonly { runInput(x: Float32Array): Matrix }[];
    readonly equationConnections: readonly (readonly Matrix[])[];
  };
  readonly initialLayerInputs: readonly Matrix[];
  initialize(): void;
  bindEquation(): void;
}

type RecurrentClass = new (options: { inputSize: number; hiddenLayers: number[]; outputSize: number }) => RecurrentNet;

// The self-contained build: the package's main entry needs gpu.js and, through it, native OpenGL.
const { recurrent } = createRequire(import.meta.url)("brain.js/dist/browser.js") as {
  recurrent: Record<string, RecurrentClass>;
};

const CLASS: Record<Cell, string> = { lstm: "LSTMTimeStep", gru: "GRUTimeStep", rnn: "RNNTimeStep" };

/** Names of the matrices W_ih, W_hh and the bias, gate by gate in PyTorch's order. */
const NAMES: Record<Cell, readonly (readonly [string, string, string])[]> = {
  lstm: [
    ["inputMatrix", "inputHidden", "inputBias"],
    ["forgetMatrix", "forgetHidden", "forgetBias"],
    ["cellActivationMatrix", "cellActivationHidden", "cellActivationBias"],
    ["outputMatrix", "outputHidden", "outputBias"],
  ],
  gru: [
    ["resetGateInputMatrix", "resetGateHiddenMatrix", "resetGateBias"],
    ["updateGateInputMatrix", "updateGateHiddenMatrix", "updateGateBias"],
    ["cellWriteInputMatrix", "cellWriteHiddenMatrix", "cellWriteBias"],
  ],
  rnn: [["weight", "transition", "bias"]],
};

const DIFFERS: Record<Cell, string> = {
  lstm: "its LSTM has no cell state: c' = f*h + i*g",
  gru: "its GRU resets before the product: n = tanh(W x + U (r*h) + b)",
  rnn: "its RNN is relu(W x + U h + b), the case is tanh",
};

export const prepare: Prepare = async (c, net, x) => {
  if (c.layers > 1) return { unsupported: "brain.js has no bidirectional net" };
  const Net = recurrent[CLASS[c.cell]];
  const brain = new Net({ inputSize: c.input, hiddenLayers: [c.hidden], outputSize: 1 });
  brain.initialize();
  brain.bindEquation();

  const w = layerWeights(net, 0, 0);
  const layer = brain.model.hiddenLayers[0];
  NAMES[c.cell].forEach(([ih, hh, bias], gate) => {
    const part = (source: Float32Array) =>
      source.subarray((gate * source.length) / GATES[c.cell], ((gate + 1) * source.length) / GATES[c.cell]);
    layer[ih].weights.set(part(w.ih));
    layer[hh].weights.set(part(w.hh));
    layer[bias].weights.set(part(w.bih).map((v, j) => v + part(w.bhh)[j]));
  });

  // run() starts from zero, answers the last output only and wants as many outputs as inputs:
  // the equation behind it is stepped instead, its hidden state fed back.
  const equation = brain.model.equations[0];
  const state = brain.initialLayerInputs[0].weights;
  const hidden = brain.model.equationConnections[0][0];
  const inputs = Array.from({ length: c.batch * c.steps }, (_, i) => x.slice(i * c.input, (i + 1) * c.input));
  const y = new Float32Array(c.batch * c.steps * c.hidden);
  const step = (i: number) => {
    equation.runInput(inputs[i]);
    state.set(hidden.weights);
  };
  const whole = () => {
    for (let i = 0; i < inputs.length; i++) {
      if (i % c.steps === 0) state.fill(0);
      step(i);
      y.set(hidden.weights, i * c.hidden);
    }
  };
  let t = 0;
  const one = () => {
    step(t);
    t = (t + 1) % c.steps;
  };
  return { differs: DIFFERS[c.cell], check: () => (whole(), y), call: c.mode === "stream" ? one : whole };
};
