// The audio thread: a timestep of the net a sample, a block of 128 in one call.
import { Model } from "unrolled";
import { graphFromSafetensors } from "unrolled/graph";

interface Options {
  /** A file of layers, or of a graph. */
  readonly processorOptions: { readonly file: Uint8Array; readonly graph: boolean };
}

const BLOCK = 128;

/** Blocks that are timed at the start: a worklet has no finer clock than milliseconds in most browsers. */
const TIMED = 100;

class Amplifier extends AudioWorkletProcessor {
  readonly #stream;
  #on = true;

  constructor({ processorOptions: { file, graph } }: Options) {
    super();
    const model = graph ? graphFromSafetensors(file) : Model.fromSafetensors(file);
    this.#stream = model.stream();
    const trial = model.stream();
    const block = new Float32Array(BLOCK);
    const start = Date.now();
    for (let i = 0; i < TIMED; i++) trial.process(block, block);
    this.port.postMessage((Date.now() - start) / TIMED);
    trial.dispose();
    this.port.onmessage = ({ data }) => (this.#on = data);
  }

  process([[input]]: Float32Array[][], [[output]]: Float32Array[][]): boolean {
    if (!input) return true;
    this.#stream.process(input, output);
    if (!this.#on) output.set(input);
    return true;
  }
}

registerProcessor("amplifier", Amplifier);
