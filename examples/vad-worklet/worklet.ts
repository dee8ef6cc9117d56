// The audio thread: Silero whole, in one call of `process` out of four, with no other thread asked.
import { SpeechListener, type SpeechEvent } from "../speech.ts";

interface Options {
  /** The model file. */
  readonly processorOptions: { readonly file: ArrayBuffer };
}

/** What the page is told: an event, or every second how it stands. */
export type Told = SpeechEvent | { readonly type: "report"; readonly probability: number; readonly share: number };

/** Blocks of 128 samples between two reports: a second, at 16 kHz. */
const REPORT = 125;

/** A worklet has no finer clock in most browsers; over many blocks the milliseconds even out. */
const clock: { now(): number } = globalThis.performance ?? Date;

class Listener extends AudioWorkletProcessor {
  readonly #listener: SpeechListener;
  #blocks = 0;
  #spent = 0;

  constructor({ processorOptions: { file } }: Options) {
    super();
    this.#listener = new SpeechListener(file);
  }

  process([[input]]: Float32Array[][]): boolean {
    if (!input) return true;
    const start = clock.now();
    this.#listener.hear(input, (event) => this.#tell(event));
    this.#spent += clock.now() - start;
    if (++this.#blocks === REPORT) {
      this.#tell({ type: "report", probability: this.#listener.probability, share: this.#spent / 1000 });
      this.#blocks = this.#spent = 0;
    }
    return true;
  }

  #tell(told: Told): void {
    this.port.postMessage(told);
  }
}

registerProcessor("listener", Listener);
