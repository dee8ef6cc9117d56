// An AudioWorklet that listens: blocks of 128 samples, a probability for each chunk of them.
import { fromOnnx } from "unrolled/onnx";
import { Frames, openStream, type Net } from "./nets.ts";

interface Options {
  readonly net: Net;
  readonly file: Uint8Array;
  readonly saved: Uint8Array;
}

class Listener extends AudioWorkletProcessor {
  readonly #frames: Frames;
  readonly #step: (frame: Float32Array) => void;

  constructor({ processorOptions: { net, file, saved } }: { processorOptions: Options }) {
    super();
    const stream = openStream(fromOnnx(file), net, saved);
    const y = new Float32Array(1);
    this.#frames = new Frames(net);
    this.#step = (frame) => this.port.postMessage(stream.step(frame, y)[0]);
  }

  process([[samples]]: Float32Array[][]): boolean {
    if (samples) this.#frames.push(samples, this.#step);
    return true;
  }
}

registerProcessor("listener", Listener);
