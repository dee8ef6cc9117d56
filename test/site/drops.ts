// A file of every kind, what the page is fed, and what the file's own producer says it gives.
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import { readSafetensors, toFloat32 } from "../../src/index.ts";
import { bytesOf, caseOf } from "../import/cases.ts";
import { kerasModels, tfjsModels, type Imported } from "../support/imported.ts";
import type { File } from "./hand.ts";

export interface Drop {
  readonly files: readonly File[];
  /** What the page must say of it. */
  readonly says: RegExp;
  /** Sizes by their fields' names, set before it runs. */
  readonly sizes?: Readonly<Record<string, string>>;
  /** Numbers by their fields' ids, or a text. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The first numbers of what it gives. */
  readonly gives: readonly number[];
}

const kinds = unzipSync(readFileSync("test/formats/kinds.zip"));
export const kind = (name: string): File => ({ name, bytes: kinds[name] });

const torch = JSON.parse(readFileSync("test/site/torch.json", "utf8")) as Record<"pt" | "npz", string> &
  Record<"x" | "output" | "last", number[]>;

const join = (values: ArrayLike<number>) => Array.from(values).join(" ");

/** The first of the sequences that a producer's golden holds. */
function imported(models: readonly Imported[], name: string, says: RegExp): Drop {
  const { files, x, output } = models.find((model) => model.name === name)!;
  const [fed, given] = [x!, output!].map((t) => {
    const all = Array.from(toFloat32(t));
    return all.slice(0, all.length / t.shape[0]);
  });
  const [main, shard] = files;
  if (!shard) return { files: [{ name, bytes: main }], says, inputs: { "input-x": join(fed) }, gives: given };
  const json = JSON.parse(new TextDecoder().decode(main)) as { weightsManifest: { paths: string[] }[] };
  const beside = { name: json.weightsManifest[0].paths[0].split("/").at(-1)!, bytes: shard };
  return { files: [beside, { name: "model.json", bytes: main }], says, inputs: { "input-x": join(fed) }, gives: given };
}

function audio(name: string, file: string, says: RegExp): Drop {
  const { file: content, x, output } = caseOf(name);
  return {
    files: [{ name: file, bytes: bytesOf(content) }],
    says,
    inputs: { "input-x": join(x.flat()) },
    gives: output.flat().slice(0, 48),
  };
}

function vad(): Drop {
  const { tensors } = readSafetensors(readFileSync("test/goldens/onnx/vad.safetensors"));
  const of = (name: string) => tensors.find((t) => t.name === name)!;
  return {
    files: [{ name: "vad.onnx", bytes: readFileSync("test/goldens/onnx/vad.onnx") }],
    says: /onnx.*multiply-adds/,
    sizes: { "dims:samples": "64" },
    inputs: { "input-x": join(toFloat32(of("in.x"))), "input-state": join(toFloat32(of("in.state"))) },
    gives: [...toFloat32(of("out.output")), ...toFloat32(of("out.stateN"))],
  };
}

const pytorch = (name: string, from: "pt" | "npz", says: RegExp): Drop => ({
  files: [{ name, bytes: Buffer.from(torch[from], "base64") }],
  says,
  inputs: { "input-x": join(torch.x) },
  gives: torch.output,
});

const [sentence] = readFileSync("examples/models/language-id-rnn.expected.jsonl", "utf8").split("\n");
const { text, probability } = JSON.parse(sentence) as { text: string; probability: number };

export const DROPS: readonly Drop[] = [
  {
    files: [{ name: "language.safetensors", bytes: readFileSync("examples/models/language-id-rnn.safetensors") }],
    says: /safetensors.*parameters 45,134.*yes, a timestep at a time/,
    inputs: { "input-x": text },
    gives: [100 * probability],
  },
  vad(),
  imported(kerasModels(), "cells.keras", /keras.*multiply-adds/),
  imported(kerasModels(), "cells.h5", /hdf5.*multiply-adds/),
  imported(tfjsModels(), "stack", /tfjs.*multiply-adds/),
  pytorch("net.pt", "pt", /torch.*parameters/),
  {
    ...pytorch("net.pt", "pt", /torch.*parameters/),
    sizes: {
      description:
        '{"layers": [{"type": "lstm", "weights": "cell"}, {"type": "last"}, {"type": "linear", "weights": "head"}, {"type": "softmax"}]}',
    },
    gives: torch.last,
  },
  pytorch("net.npz", "npz", /npz.*parameters/),
  audio("LSTM", "capture.nam", /nam.*multiply-adds.*yes, a timestep at a time/),
  audio("every layer", "aida.json", /rtneural.*yes, a timestep at a time/),
  audio("SimpleRNN, GRU", "proteus.json", /guitarml.*yes, a timestep at a time/),
];

/** Files that are refused, and why. */
export const REFUSALS: readonly (readonly [file: File, says: RegExp])[] = [
  [
    { name: "net.gguf", bytes: new TextEncoder().encode("GGUF\x03 and more bytes") },
    /GGUF.*net\.gguf \(gguf, 20 bytes\)/,
  ],
  [kind("state.pt"), /at least one of rnn, lstm, gru.*state\.pt \(torch, \d+ bytes\)/],
  [kind("scripted.pt"), /TorchScript.*scripted\.pt \(torchscript, \d+ bytes\)/],
  [{ name: "empty.onnx", bytes: new Uint8Array() }, /empty\.onnx \(empty, 0 bytes\)/],
];
