// What onnxruntime-node says of the same samples, each call given the last one's states.
import * as ort from "onnxruntime-node";
import { Frames, zeroStates, type Net } from "./nets.ts";
import type { Said } from "./replay.ts";

export async function theirs(file: Uint8Array, net: Net, samples: Float32Array): Promise<Omit<Said, "saved">> {
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const frames: Float32Array[] = [];
  new Frames(net).push(samples, (frame) => frames.push(frame.slice()));
  const [probabilities, states]: number[][] = [[], []];
  const rate: Record<string, ort.Tensor> = net.rated
    ? { sr: new ort.Tensor("int64", BigInt64Array.of(BigInt(net.rate)), []) }
    : {};
  let carried: Record<string, ort.Tensor> = Object.fromEntries(
    Object.entries(zeroStates(net)).map(([name, { data, dims }]) => [name, new ort.Tensor("float32", data, dims)]),
  );
  for (const frame of frames) {
    const outputs = await session.run({
      input: new ort.Tensor("float32", frame, [1, frame.length]),
      ...carried,
      ...rate,
    });
    probabilities.push(outputs.output.data[0] as number);
    carried = Object.fromEntries(Object.entries(net.carry).map(([from, to]) => [to, outputs[from]]));
    for (const { data } of Object.values(carried)) for (const v of data as Float32Array) states.push(v);
  }
  await session.release();
  return { probabilities: Float32Array.from(probabilities), states: Float32Array.from(states) };
}
