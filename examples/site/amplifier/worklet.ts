// The audio thread: a timestep of the net a sample, a block of 128 in one call.
import { Model } from "unrolled";
import { graphFromSafetensors } from "unrolled/graph";

interface Options {
  /** A file of layers, or of a graph, whose timestep is a sample and the knobs. */
  readonly processorOptions: { readonly file: Uint8Array; readonly graph: boolean; readonly knobs: number };
}

/** What the page sets. */
export interface Settings {
  readonly on: boolean;
  readonly knobs: readonly number[];
}

const BLOCK = 128;

/** Blocks that are timed at the start: a worklet has no finer clock than milliseconds in most browsers. */
const TIMED = 100;

class Amplifier extends AudioWorkletProcessor {
  readonly #stream;
  /** [BLOCK, 1 + knobs] */
  readonly #rows: Float32Array;
  #settings: Settings = { on: true, knobs: [] };

  constructor({ processorOptions: { file, graph, knobs } }: Options) {
    super();
    const model = graph ? graphFromSafetensors(file) : Model.fromSafetensors(file);
    this.#stream = model.stream();
    this.#rows = new Float32Array(BLOCK * (1 + knobs));
    const trial = model.stream();
    const block = new Float32Array(BLOCK);
    const start = Date.now();
    for (let i = 0; i < TIMED; i++) trial.process(this.#rows, block);
    this.port.postMessage((Date.now() - start) / TIMED);
    trial.dispose();
    this.port.onmessage = ({ data }) => (this.#settings = data);
  }

  process([[input]]: Float32Array[][], [[output]]: Float32Array[][]): boolean {
    if (!input) return true;
    const { on, knobs } = this.#settings;
    const width = this.#rows.length / BLOCK;
    for (let t = 0; t < BLOCK; t++) {
      this.#rows[t * width] = input[t];
      for (let k = 1; k < width; k++) this.#rows[t * width + k] = knobs[k - 1] ?? 0;
    }
    this.#stream.process(this.#rows, output);
    if (!on) output.set(input);
    return true;
  }
}

registerProcessor("amplifier", Amplifier);
