// The audio thread: one timestep of the LSTM a sample, a block of 128 in one call.
import { Model, type Stream } from "unrolled";

interface Options {
  /** The model file, and the WebAssembly.Module that the page has compiled. */
  readonly processorOptions: { readonly file: ArrayBuffer; readonly module: object };
}

/** Blocks between two reports: a second. */
const REPORT = 375;

/** A worklet has no finer clock in most browsers; over many blocks the milliseconds even out. */
const clock: { now(): number } = globalThis.performance ?? Date;

class Amplifier extends AudioWorkletProcessor {
  readonly #stream: Stream;
  #on = true;
  #blocks = 0;
  #spent = 0;

  constructor({ processorOptions: { file, module } }: Options) {
    super();
    this.#stream = Model.fromSafetensors(file, { module }).stream();
    this.port.onmessage = ({ data }) => (this.#on = data);
  }

  process([[input]]: Float32Array[][], [[output]]: Float32Array[][]): boolean {
    if (!input) return true;
    const start = clock.now();
    if (this.#on) this.#stream.process(input, output);
    else output.set(input);
    this.#spent += clock.now() - start;
    if (++this.#blocks === REPORT) {
      this.port.postMessage(this.#spent / REPORT);
      this.#blocks = this.#spent = 0;
    }
    return true;
  }
}

registerProcessor("amplifier", Amplifier);
