// Starts and ends of speech, from Silero's probability that a frame holds speech.
import { sessionFromSafetensors } from "unrolled/graph";

/** Samples a second, and samples of a frame. */
export const RATE = 16000;
export const FRAME = 512;
/** A frame starts speech from the one probability on, and is quiet below the other. */
const START = 0.5;
const QUIET = 0.35;
/** Quiet frames that end speech: 0.64 s. */
const FRAMES = 20;

export interface SpeechEvent {
  readonly type: "start" | "end";
  /** The first sample of speech, or the first after it. */
  readonly sample: number;
}

/** All that a listener knows, as data. */
export interface Saved {
  readonly stream: Uint8Array;
  /** The samples of a frame that is not full. */
  readonly waiting: Float32Array;
  readonly frames: number;
  readonly speaking: boolean;
  readonly quiet: number;
}

export class SpeechListener {
  readonly #stream;
  readonly #frame = new Float32Array(FRAME);
  readonly #answer = new Float32Array(1);
  #filled = 0;
  #frames = 0;
  #speaking = false;
  #quiet = 0;

  /** `deterministic`: the same bits on every machine. */
  constructor(file: Uint8Array | ArrayBuffer, options: { readonly deterministic?: boolean } = {}) {
    this.#stream = sessionFromSafetensors(file, options).stream({ carry: { stateN: "state" } });
  }

  /** The probability of the last full frame. */
  get probability(): number {
    return this.#answer[0];
  }

  /** Hears samples of any number, at 16 kHz. Returns whether a frame became full, which is when the net runs. */
  hear(samples: Float32Array, say: (event: SpeechEvent) => void): boolean {
    const before = this.#frames;
    for (const sample of samples) {
      this.#frame[this.#filled++] = sample;
      if (this.#filled === FRAME) this.#judge(say);
    }
    return this.#frames > before;
  }

  #judge(say: (event: SpeechEvent) => void): void {
    this.#stream.step(this.#frame, this.#answer);
    this.#filled = 0;
    this.#frames++;
    if (this.probability >= START) {
      this.#quiet = 0;
      if (!this.#speaking) say({ type: "start", sample: (this.#frames - 1) * FRAME });
      this.#speaking = true;
    } else if (this.#speaking && this.probability < QUIET && ++this.#quiet === FRAMES) {
      say({ type: "end", sample: (this.#frames - FRAMES) * FRAME });
      this.#speaking = false;
      this.#quiet = 0;
    }
  }

  save(): Saved {
    return {
      stream: this.#stream.save(),
      waiting: this.#frame.slice(0, this.#filled),
      frames: this.#frames,
      speaking: this.#speaking,
      quiet: this.#quiet,
    };
  }

  load({ stream, waiting, frames, speaking, quiet }: Saved): void {
    this.#stream.load(stream);
    this.#frame.set(waiting);
    this.#filled = waiting.length;
    this.#frames = frames;
    this.#speaking = speaking;
    this.#quiet = quiet;
  }
}
