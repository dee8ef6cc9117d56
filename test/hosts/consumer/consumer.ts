// A user's program: what it names must be declared, and be what it seems.
import * as core from "unrolled/core";
import {
  compile,
  FormatError,
  Model,
  readSafetensors,
  tensor,
  type Description,
  type Label,
  type ModelOptions,
  type RunResult,
  type State,
  type Stream,
  type Tensor,
} from "unrolled";

const description: Description = { input: "features", layers: [{ type: "lstm", weights: "" }, { type: "last" }] };
const tensors: Tensor[] = [tensor("weight_hh_l0", [4, 1], new Float32Array(4))];
const options: ModelOptions = { ...description, deterministic: true, module: compile({ deterministic: true }) };

export function run(file: Uint8Array): Float32Array {
  using model = Model.fromSafetensors(file, options);
  const { output, state }: RunResult = model.run(new Float32Array(8), { batch: 2, lengths: [4, 3], output: "last" });
  const next: State = model.run("text", { state }).state;
  const stream: Stream = model.stream();
  const y: Float32Array = stream.step([1], new Float32Array(model.outputSize));
  stream.process(new Float32Array(128), new Float32Array(128));
  const saved: Uint8Array = stream.save();
  model.stream(saved).dispose();
  // @ts-expect-error a stream takes no text
  stream.step("text");
  // @ts-expect-error the private parts stay private
  stream.net;
  // @ts-expect-error the kernels' records are not what a layer shows
  model.layers[0].records;
  return next.c ? output : y;
}

export function best(model: Model): string {
  // @ts-expect-error a net without last gives a list an item
  model.classify("text")[0].label;
  return model.classify<Label[]>("text")[0].label + model.classify<Label[][]>("text")[0][0].label;
}

// @ts-expect-error a gru has no nonlinearity
export const gru: Description = { layers: [{ type: "gru", weights: "", nonlinearity: "relu" }] };
// @ts-expect-error an rnn has no gates
export const rnn: Description = { layers: [{ type: "rnn", weights: "", gate: "sigmoid" }] };
export const lstm: Description = {
  layers: [{ type: "lstm", weights: "", input_forget: true, gate: "hard_sigmoid", alpha: 0.2 }],
};

export function small(file: Uint8Array): Float32Array {
  using model: core.Model = core.Model.fromSafetensors(file, { deterministic: true });
  const stream: core.Stream = model.stream().clone();
  // @ts-expect-error the core generates nothing
  stream.generate({ prompt: "", length: 1 });
  // @ts-expect-error the core classifies nothing
  model.classify("text");
  // @ts-expect-error the core has no integers
  core.Model.fromSafetensors(file, { weights: "int8" });
  // @ts-expect-error the core quantizes nothing
  core.quantizeSafetensors;
  return model instanceof core.Model ? model.run([1]).output : model;
}

export function code(error: unknown): "truncated" | undefined {
  return error instanceof FormatError && error.code === "truncated" ? error.code : undefined;
}

export const names: string[] = readSafetensors(new Uint8Array())
  .tensors.concat(tensors)
  .map((t) => t.name);
