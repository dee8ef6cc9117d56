import { FormatError } from "../check.ts";
import type { CellOptions, Description, LayerDescription } from "./description.ts";
import type { Tensors } from "../tensors/tensor.ts";
import { embedding } from "./embedding.ts";
import { gru, gruBefore } from "./gru.ts";
import { last } from "./last.ts";
import { MOST_LAYERS, type Layer } from "./layer.ts";
import { linear } from "./linear.ts";
import { lstm } from "./lstm.ts";
import type { Cell } from "./cell.ts";
import { recurrent } from "./recurrent.ts";
import { rnn } from "./rnn.ts";
import { softmax } from "./softmax.ts";

/** The layers of a description, in order; takes their tensors out of the set and lets none be left. */
export function makeLayers(description: Description, tensors: Tensors): Layer[] {
  const layers: Layer[] = [];
  let count = 0;
  description.layers.forEach((d, i) => {
    layers.push(makeLayer(d, `layers[${i}]`, tensors, layers[i - 1]));
    count += layers[i].records.length;
    if (count > MOST_LAYERS)
      throw new FormatError("unsupported", `layers: expected at most ${MOST_LAYERS}, got more by layers[${i}]`);
  });
  tensors.close();
  checkEnds(description, layers);
  return layers;
}

function makeLayer(d: LayerDescription, label: string, tensors: Tensors, before: Layer | undefined): Layer {
  const refuse = (expected: string) =>
    new FormatError("description", `${label}: expected ${expected} before ${d.type}, got ${before?.type ?? "none"}`);
  const prefix = "weights" in d && d.weights !== "" ? d.weights.replace(/\.?$/, ".") : "";
  switch (d.type) {
    case "embedding":
      if (before) throw refuse("no layer");
      return embedding(prefix, tensors);
    case "linear":
      return linear(prefix, tensors, before?.outputSize);
    case "rnn":
    case "lstm":
    case "gru":
      if (before?.type === "last") throw refuse("a layer of every timestep");
      return recurrent(cellOf(d), d, prefix, tensors, before?.outputSize);
    case "last":
      if (!before?.directions) throw refuse("rnn, lstm or gru");
      return last(before);
    case "softmax":
      if (!before) throw refuse("a layer");
      return softmax(before.outputSize);
  }
}

function cellOf(d: CellOptions): Cell {
  if (d.type === "gru") return d.reset === "before" ? gruBefore : gru;
  return d.type === "lstm" ? lstm : rnn;
}

/** What goes in must be what the first layer takes, and the labels must name what comes out. */
function checkEnds({ input = "features", labels }: Description, layers: readonly Layer[]): void {
  const [first] = layers;
  const { outputSize } = layers[layers.length - 1];
  if ((first.type === "embedding") !== (input !== "features")) {
    throw new FormatError(
      "description",
      `input: expected ${first.type === "embedding" ? '"ids" or "bytes"' : '"features"'} before ${first.type}, got ${JSON.stringify(input)}`,
    );
  }
  if (input === "bytes" && first.inputSize < 256) {
    throw new FormatError(
      "shape",
      `layers[0]: expected an embedding of 256 rows or more for bytes, got ${first.inputSize}`,
    );
  }
  if (!layers.some((l) => l.directions))
    throw new FormatError("description", "layers: expected at least one of rnn, lstm, gru, got none");
  if (labels && labels.length !== outputSize) {
    throw new FormatError("description", `labels: expected ${outputSize}, one an output, got ${labels.length}`);
  }
}
