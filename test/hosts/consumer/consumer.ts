// A user's program: what it names must be declared, and be what it seems.
import { compile, FormatError, Model, readSafetensors, tensor, type Description, type ModelOptions, type RunResult, type State, type Stream, type Tensor } from "unrolled";

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
  return next.c ? output : y;
}

export function code(error: unknown): "truncated" | undefined {
  return error instanceof FormatError && error.code === "truncated" ? error.code : undefined;
}

export const names: string[] = readSafetensors(new Uint8Array()).tensors.concat(tensors).map((t) => t.name);
