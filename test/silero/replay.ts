// What a net says of samples in the built package: a stream with its state inside, or each call given the last one's.
import type { fromOnnx as open } from "unrolled/onnx";
import { constantsOf, Frames, openStream, zeroStates, type Net } from "./nets.ts";

/**
 * Probabilities, one a chunk; the states behind each, one after the other; and the last of them as a stream saves it.
 */
export interface Said {
  readonly probabilities: Float32Array;
  readonly states: Float32Array;
  readonly saved: Uint8Array;
}

const { fromOnnx } = (await import(new URL("../../dist/onnx.js", import.meta.url).href)) as { fromOnnx: typeof open };

export function inside(file: Uint8Array, net: Net, samples: Float32Array, saved?: Uint8Array): Omit<Said, "states"> {
  using session = fromOnnx(file);
  const stream = openStream(session, net, saved);
  const probabilities: number[] = [];
  const y = new Float32Array(1);
  new Frames(net).push(samples, (frame) => probabilities.push(stream.step(frame, y)[0]));
  return { probabilities: Float32Array.from(probabilities), saved: stream.save() };
}

export function byHand(file: Uint8Array, net: Net, samples: Float32Array): Omit<Said, "saved"> {
  using session = fromOnnx(file);
  const [probabilities, states]: number[][] = [[], []];
  let carried = zeroStates(net);
  new Frames(net).push(samples, (data) => {
    const input = { type: "float32", dims: [1, data.length], data } as const;
    const outputs = session.run({ input, ...carried, ...constantsOf(net) });
    probabilities.push(outputs.output.data[0] as number);
    carried = Object.fromEntries(Object.entries(net.carry).map(([from, to]) => [to, outputs[from]])) as typeof carried;
    for (const { data } of Object.values(carried)) for (const v of data) states.push(v);
  });
  return { probabilities: Float32Array.from(probabilities), states: Float32Array.from(states) };
}
