import { checkCount, readOptions } from "../check.ts";
import type { Net } from "../model/build.ts";
import { readItems, type Items, type Sequence } from "../run/items.ts";
import type { Workspace } from "../run/workspace.ts";
import { bodyOf, feed } from "./feed.ts";
import { checkGenerator, readSampling, type Sampling, type SamplingOptions } from "./sampling.ts";

/** How to go on with a sequence. */
export interface GenerateOptions extends SamplingOptions {
  /** Items to read first. */
  readonly prompt?: Items;
  /** Items to make, unless a stop comes first. */
  readonly length: number;
}

/** What was made. */
export interface Generated {
  /** The items made. */
  readonly ids: Int32Array;
  /**
   * The ids as UTF-8, what is none as U+FFFD; empty for a net on ids, and in an AudioWorklet, which has no TextDecoder.
   */
  readonly text: string;
  /** Whether a stop ended it. */
  readonly stopped: boolean;
  /** The seed with which the next piece goes on as if it had been made at once. */
  readonly seed: number;
}

/** Logits were no numbers: the RangeError of `generate`, and what was made before. */
export interface GenerateError extends RangeError {
  /** The items before. */
  readonly generated: Generated;
}

const NAMES = ["prompt", "length", "temperature", "topK", "topP", "seed", "stop"] as const;

/** The options, each read once; `more` are names of others. @internal */
export function readGenerateOptions<T extends GenerateOptions>(
  options: T,
  more: readonly (keyof T & string)[] = [],
): T {
  return readOptions(options, [...NAMES, ...more]);
}

/** Items that one call into the module makes. */
const BLOCK = 4096;

/** mulberry32's step, assembly/run/predict.ts. */
const STEP = 0x6d2b79f5;

/** Items made one after the other on one recurrent state. @internal */
export class Generation {
  readonly #net: Net;
  readonly #workspace: Workspace;
  readonly #sampling: Sampling;
  readonly #prompt: Sequence | undefined;
  readonly #utf8: TextDecoder | undefined;
  #left: number;
  #made = 0;
  #seed: number;
  #stopped = false;
  #failed = false;
  /** The items before, as many as a stop can reach back to. */
  #tail = new Int32Array();

  /** Checks everything; nothing has run. */
  constructor(net: Net, workspace: Workspace, options: GenerateOptions) {
    checkGenerator(net);
    checkCount("length", options.length, 0);
    this.#net = net;
    this.#workspace = workspace;
    this.#utf8 =
      net.description.input === "bytes" && globalThis.TextDecoder
        ? new TextDecoder("utf-8", { ignoreBOM: true })
        : undefined;
    this.#sampling = readSampling(net, options);
    this.#prompt = options.prompt === undefined ? undefined : readItems(net, options.prompt, "prompt");
    this.#left = options.length;
    this.#seed = this.#sampling.seed;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  /** Reads the prompt into the state at `state`. */
  begin(state: number): void {
    if (this.#prompt) feed(this.#net, this.#workspace, bodyOf(this.#net), this.#prompt, state);
  }

  /** The next `count` items, or all that are left. Throws GenerateError where a logit is none. */
  next(state: number, count: number): Generated {
    const wanted = Math.min(count, this.#left);
    const parts: Int32Array[] = [];
    for (let got = 0; got < wanted && this.#left > 0;) {
      const ids = this.#block(state, Math.min(wanted - got, BLOCK));
      parts.push(ids);
      got += ids.length;
    }
    const ids = parts.length === 1 ? parts[0] : concatenate(parts);
    const text = this.#utf8?.decode(Uint8Array.from(ids), { stream: !this.done }) ?? "";
    const generated = { ids, text, stopped: this.#stopped, seed: this.#seed };
    if (!this.#failed) return generated;
    const error = new RangeError(`generate: expected finite logits, got NaN or Infinity at item ${this.#made}`);
    throw Object.assign(error, { generated }) satisfies GenerateError;
  }

  /** One call into the module. */
  #block(state: number, count: number): Int32Array {
    const { kernels, arena, next } = this.#net;
    const workspace = this.#workspace;
    const { scale, topK, topP, stops, longest } = this.#sampling;
    const from = this.#tail.length;
    workspace.reserveItems((stops.length + Math.max(0, longest - 1) + count) * 4);
    const { a, b, scratch, items } = workspace;
    const out = items + stops.length * 4;
    arena.i32.set(stops, items >> 2);
    arena.i32.set(this.#tail, out >> 2);
    let end = kernels.predict(
      out,
      from,
      from + count,
      0,
      next.address,
      next.body,
      next.records - this.#net.softmax,
      state,
      a,
      b,
      scratch,
      next.outputSize,
      scale,
      topK,
      topP,
      this.#seed,
      items,
    );
    this.#failed = end < 0;
    if (this.#failed) end = -1 - end;
    const all = arena.i32.slice(out >> 2, (out >> 2) + end);
    const made = end - from;
    this.#made += made;
    this.#seed = (this.#seed + Math.imul(made, STEP)) >>> 0;
    this.#stopped = stops.length > 1 && endsInStop(all, stops);
    this.#left = this.#stopped || this.#failed ? 0 : this.#left - made;
    if (longest > 1) this.#tail = all.slice(-(longest - 1));
    return all.subarray(from);
  }
}

/** Whether `ids` end in one of `stops`, [length, ids...] each, then 0. */
function endsInStop(ids: Int32Array, stops: Int32Array): boolean {
  for (let at = 0; stops[at] > 0; at += stops[at] + 1) {
    const length = stops[at];
    const from = ids.length - length;
    if (from >= 0 && stops.subarray(at + 1, at + 1 + length).every((id, i) => ids[from + i] === id)) return true;
  }
  return false;
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
