// The audio thread: one timestep of the net a sample, a block of 128 in one call.
import { Model } from "unrolled";
import { graphFromSafetensors } from "unrolled/graph";

/** What the page hands over. */
export interface Net {
  /** A model file of layers, or of a graph. */
  readonly file: Uint8Array;
  readonly graph: boolean;
  /** Numbers that a timestep takes: the sample, and the knobs that stay in their middle. */
  readonly inputs: number;
  /** What the page has compiled: the audio thread compiles nothing. */
  readonly module: object;
}

interface Options {
  readonly processorOptions: Net;
}

const BLOCK = 128;

/** Blocks between two reports: a second. */
const REPORT = 375;

/** A worklet has no finer clock in most browsers; over many blocks the milliseconds even out. */
const clock: { now(): number } = globalThis.performance ?? Date;

class Amplifier extends AudioWorkletProcessor {
  readonly #stream;
  /** [BLOCK, inputs] */
  readonly #rows: Float32Array;
  #on = true;
  #blocks = 0;
  #spent = 0;

  constructor({ processorOptions: { file, graph, inputs, module } }: Options) {
    super();
    const model = graph ? graphFromSafetensors(file, { module }) : Model.fromSafetensors(file, { module });
    this.#stream = model.stream();
    this.#rows = new Float32Array(BLOCK * inputs).fill(0.5);
    this.port.onmessage = ({ data }) => (this.#on = data);
  }

  process([[input]]: Float32Array[][], [[output]]: Float32Array[][]): boolean {
    if (!input) return true;
    const start = clock.now();
    const inputs = this.#rows.length / BLOCK;
    for (let t = 0; t < BLOCK; t++) this.#rows[t * inputs] = input[t];
    this.#stream.process(this.#rows, output);
    if (!this.#on) output.set(input);
    this.#spent += clock.now() - start;
    if (++this.#blocks === REPORT) {
      this.port.postMessage(this.#spent / REPORT);
      this.#blocks = this.#spent = 0;
    }
    return true;
  }
}

registerProcessor("amplifier", Amplifier);
