import { shown } from "../check.ts";
import type { Graph } from "../graph/graph.ts";
import { GraphWriter } from "../graph/writer.ts";
import { Tensors } from "../tensors/tensor.ts";
import { Fields, parseJson } from "./json.ts";
import { binary, causal, cell, channels, type Cell } from "./layers.ts";
import { readStateDict } from "./statedict.ts";
import { wrong } from "./wrong.ts";

type Unit = Pick<Cell, "op" | "attributes"> & { readonly gates: number };

const UNITS: Readonly<Record<string, Unit>> = {
  LSTM: { op: "lstm", gates: 4 },
  GRU: { op: "gru", gates: 3 },
  RNN: { op: "rnn", gates: 1, attributes: { activations: [{ function: "tanh" }] } },
};

/**
 * The net of a capture by GuitarML (Proteus, NeuralPi, Chameleon), which is a SimpleRNN of
 * Automated-GuitarAmpModelling with its state_dict as JSON: "x" [batch, time, input_size] (the sample,
 * then the knobs) to "output" [batch, time, output_size]: y = lin(rec(x)) + skip * sample.
 * Throws FormatError for any other model.
 * https://github.com/Alec-Wright/CoreAudioML/blob/main/networks.py
 */
export function guitarmlGraph(bytes: Uint8Array): Graph {
  const file = new Fields("", parseJson(bytes));
  const data = file.fields("model_data");
  const model = data.text("model", "SimpleRNN");
  if (model !== "SimpleRNN") throw wrong("unsupported", "model_data.model", "SimpleRNN", shown(model));
  const word = data.text("unit_type");
  const unit = Object.hasOwn(UNITS, word) ? UNITS[word] : undefined;
  if (!unit) throw wrong("unsupported", "model_data.unit_type", "LSTM, GRU or RNN", shown(word));
  const inputs = data.count("input_size");
  const size = data.count("hidden_size");
  const outputs = data.count("output_size", 1);
  const layers = data.count("num_layers", 1);
  const skip = data.count("skip", 0, 0);
  if (skip > 1) throw wrong("unsupported", "model_data.skip", "0 or 1", skip);
  const biased = data.flag("bias_fl", true);
  data.close();

  const tensors = new Tensors(readStateDict(file.fields("state_dict")));
  const g = new GraphWriter();
  const x = g.input("x", "float32", ["batch", "time", inputs]);
  const rows = unit.gates * size;
  let y = x;
  for (let l = 0; l < layers; l++) {
    const width = l === 0 ? inputs : size;
    y = cell(
      g,
      y,
      {
        op: unit.op,
        in: width,
        size,
        ih: tensors.take(`rec.weight_ih_l${l}`, [rows, width]),
        hh: tensors.take(`rec.weight_hh_l${l}`, [rows, size]),
        biasIh: tensors.take(`rec.bias_ih_l${l}`, [rows]),
        biasHh: tensors.take(`rec.bias_hh_l${l}`, [rows]),
        attributes: unit.attributes,
      },
      `rec layer ${l}`,
    );
  }
  const weight = tensors.take("lin.weight", [outputs, size]);
  const bias = biased ? tensors.take("lin.bias", [outputs]) : undefined;
  y = causal(g, y, { weight, bias, in: size, out: outputs, kernel: 1 }, "lin");
  tensors.close();
  if (skip) y = binary(g, "add", y, inputs === 1 ? x : channels(g, x, 0, 1, "skip"), "skip");
  g.output("output", y, "float32", ["batch", "time", outputs]);
  return g.graph();
}
