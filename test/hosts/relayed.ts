// The stream that is handed from host to host.
import type { Stream } from "unrolled";
import { Random } from "../support/random.ts";
import { Hash } from "./expect.ts";
import { subject, type Unrolled } from "./nets.ts";

/** Steps that a host goes on with the stream it is given. */
export const LEG = 24;

/** LEG steps from step `from` on; each step's input depends on its number alone. */
export function goOn(stream: Stream, from: number, hash: Hash): void {
  for (let t = from; t < from + LEG; t++) hash.add(stream.step(new Random(1000 + t).floats(64, 1)));
}

/** The state after `steps` steps in one host, in hexadecimal digits. */
export function stateAfter(u: Unrolled, steps: number): string {
  using model = subject(u, { deterministic: true });
  const stream = model.stream();
  for (let t = 0; t < steps; t += LEG) goOn(stream, t, new Hash());
  return toHex(stream.save());
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
