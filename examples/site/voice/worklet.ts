// The audio thread: Silero's net reads 512 samples at a time, with the 64 before them.
import { sessionFromSafetensors } from "unrolled/graph";

interface Options {
  /** The model's file. */
  readonly processorOptions: { readonly file: ArrayBuffer };
}

/** Steps that are timed at the start: a worklet has no finer clock than milliseconds in most browsers. */
const TIMED = 400;

const WINDOW = 512;
const BEFORE = 64;

class Detector extends AudioWorkletProcessor {
  readonly #stream;
  readonly #heard = new Float32Array(BEFORE + WINDOW);
  readonly #probability = new Float32Array(1);
  #filled = BEFORE;

  constructor({ processorOptions: { file } }: Options) {
    super();
    const session = sessionFromSafetensors(file);
    this.#stream = session.stream({ carry: { stateN: "state" } });
    const trial = session.stream({ carry: { stateN: "state" } });
    const start = Date.now();
    for (let i = 0; i < TIMED; i++) trial.step(this.#heard, this.#probability);
    this.port.postMessage({ milliseconds: (Date.now() - start) / TIMED });
    trial.dispose();
  }

  process([[input]]: Float32Array[][], [[output]]: Float32Array[][]): boolean {
    if (!input) return true;
    output.set(input);
    this.#heard.set(input, this.#filled);
    this.#filled += input.length;
    if (this.#filled < this.#heard.length) return true;
    this.#stream.step(this.#heard, this.#probability);
    this.port.postMessage({ probability: this.#probability[0], samples: this.#heard.slice(BEFORE) });
    this.#heard.copyWithin(0, WINDOW);
    this.#filled = BEFORE;
    return true;
  }
}

registerProcessor("detector", Detector);
