// Captures that are wrong somewhere: refused with a FormatError, or a graph that binds; nothing else, and soon.
import { expect, test } from "vitest";
import { stateDictJson } from "../../src/import/statedict.ts";
import { FormatError } from "../../src/index.ts";
import { attackCapture } from "../fuzz/captures.ts";
import type { Tally } from "../fuzz/attack.ts";
import { seeds } from "../support/laws.ts";
import { Random } from "../support/random.ts";
import { READERS } from "./cases.ts";

test("2,000 mutated captures", () => {
  const tally: Tally = { inputs: 0, accepted: 0, refused: {}, slowest: 0 };
  for (const seed of seeds(1, 2_000, 50_000)) {
    try {
      attackCapture(new Random(seed), tally);
    } catch (error) {
      throw new Error(`UNROLLED_SEED=${seed}: ${error}`, { cause: error });
    }
  }
  if (tally.inputs > 1) expect(tally.accepted).toBeGreaterThan(100);
});

const text = (t: string) => new TextEncoder().encode(t);

test.each<[string, Uint8Array]>([
  ["nothing", new Uint8Array()],
  ["half of a file", text('{"version": "0.5.4", "weights": [1, 2')],
  ["no UTF-8", Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
  ["an array", text("[]")],
  ["a number that is none", text('{"weights": [NaN]}')],
  ["two million levels", text("[".repeat(2_000_000))],
  ["10 million objects", text(`{"weights":[${"{},".repeat(10_000_000)}{}]}`)],
  ["100 MB", new Uint8Array(100 << 20).fill(0x20)],
  ["a name of __proto__", text('{"__proto__": {"version": "0.5.4"}, "in_shape": {"__proto__": []}}')],
  [
    "sizes of a million without weights",
    text(
      `{"version":"0.5.4","architecture":"LSTM","config":{"input_size":1000000,"hidden_size":1000000,"num_layers":1000000},"weights":[]}`,
    ),
  ],
  [
    "a million layers without weights",
    text(`{"model_data":{"unit_type":"LSTM","input_size":1,"hidden_size":1,"num_layers":1000000},"state_dict":{}}`),
  ],
  [
    "a weight that claims a large shape",
    text(
      `{"in_shape":[null,1000000],"layers":[{"type":"dense","shape":[null,1000000],"weights":[[[1]]],"activation":""}]}`,
    ),
  ],
])("%s: refused at once, in one line", (_, bytes) => {
  for (const read of [...Object.values(READERS), stateDictJson]) {
    const begin = performance.now();
    let message = "";
    try {
      read(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      ({ message } = error as FormatError);
    }
    expect(message).toMatch(/^.+$/);
    expect(performance.now() - begin).toBeLessThan(2000);
  }
});

test.each([[undefined], ["text"], [[1, 2]], [new ArrayBuffer(8)]])("what is no file: %s", (value) => {
  for (const read of Object.values(READERS))
    expect(() => read(value as unknown as Uint8Array)).toThrow(/^file: expected a Uint8Array, got /);
});
