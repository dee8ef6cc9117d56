import { describe, expect, test, vi } from "vitest";
import { Model, tensor, type Generated, type GenerateError } from "../../src/index.ts";
import { example, languageModel, linesOf } from "../support/models.ts";
import { distribution } from "../support/chance.ts";

const calls = vi.hoisted(() => ({ count: 0 }));

// Every call of an exported function is counted.
vi.mock("../../src/wasm/host.ts", async (original) => {
  const host = await original<typeof import("../../src/wasm/host.ts")>();
  const counted = (kernels: object) =>
    Object.fromEntries(
      Object.entries(kernels).map(([name, value]) => [
        name,
        typeof value === "function" ? (...args: number[]) => (calls.count++, value(...args)) : value,
      ]),
    );
  const instantiate = (...args: Parameters<typeof host.instantiate>) => {
    const { build, kernels } = host.instantiate(...args);
    return { build, kernels: counted(kernels) };
  };
  return { ...host, instantiate };
});

const PROMPT = "Time flies like ";

describe.each([{ deterministic: false }, { deterministic: true }])("%o", (options) => {
  test("at temperature 0 the text is PyTorch's, byte by byte", () => {
    const model = example("char-lm", options);
    const lines = linesOf<{ prompt: string; text: string }>("char-lm.greedy.jsonl");
    expect(lines.length).toBe(5);
    for (const { prompt, text } of lines)
      expect(model.generate({ prompt, length: 60, temperature: 0 }).text).toBe(text);
  });

  test.each(["rnn", "lstm", "gru"] as const)("%s: each item is drawn from what a step gives", (type) => {
    for (const net of [
      {},
      { softmax: true },
      { layers: 3 },
      { layers: 2, softmax: true },
      { last: true },
      { last: true, softmax: true },
    ]) {
      const model = languageModel(type, 23, 9, 7, net, options);
      const how = { temperature: 0.8, topK: 6, topP: 0.9 };
      const { ids } = model.generate({ prompt: [3, 1, 4], length: 200, seed: 9, ...how });
      const greedy = model.generate({ prompt: [3, 1, 4], length: 200, temperature: 0 }).ids;
      const stream = model.stream();
      const follow = (made: Int32Array, allowed: (id: number, y: Float32Array) => boolean) => {
        stream.reset();
        let y = [3, 1, 4].map((id) => stream.step(id)).at(-1)!;
        for (const id of made) {
          expect(allowed(id, y)).toBe(true);
          y = stream.step(id);
        }
      };
      follow(greedy, (id, y) => id === y.indexOf(Math.max(...y)));
      follow(
        ids,
        (id, y) => distribution("softmax" in net ? y.map(Math.log) : y, how.temperature, how.topK, how.topP)[id] > 0,
      );
    }
  });
});

const model = example("char-lm");

test("the same seed gives the same text, another seed another", () => {
  const text = (seed?: number) => model.generate({ prompt: PROMPT, length: 200, seed }).text;
  expect(text(7)).toBe(text(7));
  expect(text(7)).not.toBe(text(8));
  expect(text()).toBe(text(0));
});

test("deterministic mode gives this text on every runtime", () => {
  const { text, seed } = example("char-lm", { deterministic: true }).generate({
    prompt: PROMPT,
    length: 80,
    temperature: 0.8,
    topK: 40,
    topP: 0.95,
    seed: 42,
  });
  expect({ text, seed }).toMatchInlineSnapshot(`
    {
      "seed": 496377018,
      "text": "the computer generally a close the machine group of the wisdom of a well this is",
    }
  `);
});

test("in pieces, from an iterator, from a saved stream: as at once", () => {
  const how = { temperature: 0.9, topK: 50, topP: 0.97, seed: 4294967295 };
  const whole = model.generate({ prompt: PROMPT, length: 300, ...how });
  expect(whole.ids.length).toBe(300);
  expect(whole.text).toBe(String.fromCharCode(...whole.ids));

  for (const each of [undefined, 1, 7, 64, 300, 1000]) {
    const pieces = [...model.generateEach({ prompt: PROMPT, length: 300, each, ...how })];
    expect(pieces.length).toBe(Math.ceil(300 / (each ?? 1)));
    expect(pieces.map((p) => p.text).join("")).toBe(whole.text);
    expect(pieces.flatMap((p) => [...p.ids])).toEqual([...whole.ids]);
    expect(pieces.at(-1)!.seed).toBe(whole.seed);
  }

  const stream = model.stream();
  let made: Generated = stream.generate({ prompt: PROMPT, length: 0, ...how });
  let text = "";
  for (const length of [1, 2, 0, 97, 200]) {
    made = stream.generate({ ...how, length, seed: made.seed });
    text += made.text;
    const saved = stream.save();
    stream.reset();
    stream.load(saved);
  }
  expect(text).toBe(whole.text);
  expect(stream.save()).toEqual(streamAfter(model, PROMPT + text));
});

test("a generator stands where it was left, whatever else runs on the model", () => {
  const whole = model.generate({ prompt: PROMPT, length: 60, seed: 1 }).text;
  let text = "";
  for (const piece of model.generateEach({ prompt: PROMPT, length: 60, seed: 1, each: 5 })) {
    text += piece.text;
    model.score("something else");
    model.generate({ prompt: "another", length: 5 });
  }
  expect(text).toBe(whole);

  const stream = model.stream();
  for (const piece of stream.generateEach({ prompt: PROMPT, length: 60, seed: 1, each: 4 }))
    if (piece.text.length) break;
  expect(stream.save()).toEqual(streamAfter(model, PROMPT + whole.slice(0, 4)));
});

test("ends with the item that completes a stop", () => {
  const whole = model.generate({ prompt: PROMPT, length: 500, seed: 3 }).text;
  for (const stop of [
    " ",
    "the",
    ["zzz", whole.slice(100, 103)],
    [whole.slice(20, 60)],
    [32],
    [[113, 113], "a"],
  ] as const) {
    const texts =
      typeof stop === "string"
        ? [stop]
        : typeof stop[0] === "number"
          ? [" "]
          : stop.map((s) => (typeof s === "string" ? s : "qq"));
    const end = Math.min(
      ...texts.map((t) => (whole.includes(t as string) ? whole.indexOf(t as string) + t.length : Infinity)),
    );
    const made = model.generate({ prompt: PROMPT, length: 500, seed: 3, stop });
    expect(made.text).toBe(whole.slice(0, end));
    expect(made.stopped).toBe(true);
    const pieces = [...model.generateEach({ prompt: PROMPT, length: 500, seed: 3, stop, each: 3 })];
    expect(pieces.map((p) => p.text).join("")).toBe(made.text);
    expect(pieces.at(-1)!.stopped).toBe(true);
    expect(pieces.at(-1)!.seed).toBe(made.seed);
  }
  expect(model.generate({ prompt: PROMPT, length: 50, seed: 3, stop: "\0" }).stopped).toBe(false);
  expect(model.generate({ prompt: "zz", length: 1, temperature: 0, stop: PROMPT }).stopped).toBe(false);
});

test("10,000 bytes cross into the module a handful of times", () => {
  calls.count = 0;
  expect(model.generate({ prompt: PROMPT, length: 10_000 }).text.length).toBe(10_000);
  expect(calls.count).toBeLessThanOrEqual(4); // the prompt, and a call for 4096 bytes
});

test("memory does not grow with what is made", () => {
  const make = () => model.generate({ prompt: PROMPT, length: 5000, stop: "\0\0\0" });
  make();
  const { bytes } = model.memory;
  for (let i = 0; i < 20; i++) make();
  expect(model.memory.bytes).toBe(bytes);
});

test("bytes that are no UTF-8 become U+FFFD, a character that is cut is completed by the next piece", () => {
  const utf8 = languageModel("rnn", 256, 4, 1, {}, { input: "bytes" });
  const whole = utf8.generate({ prompt: "a", length: 400 });
  expect(whole.text).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(whole.ids)));
  expect([...utf8.generateEach({ prompt: "a", length: 400, each: 3 })].map((p) => p.text).join("")).toBe(whole.text);
});

describe("errors say what was expected and what came", () => {
  const ids = languageModel("gru", 12, 5, 1);
  test.each<[string, () => unknown, RegExp, new (...args: never[]) => Error]>([
    ["no prompt", () => model.generate({ length: 3 }), /^prompt: expected a text or ids, got undefined$/, TypeError],
    [
      "an empty prompt",
      () => model.generate({ prompt: "", length: 3 }),
      /^prompt: expected at least one item, got 0 values$/,
      RangeError,
    ],
    [
      "an id out of range",
      () => ids.generate({ prompt: [12], length: 3 }),
      /^prompt\[0\]: expected an id from 0 to 11, got 12$/,
      RangeError,
    ],
    ["a text for ids", () => ids.generate({ prompt: "a", length: 3 }), /^prompt: expected ids, got a text/, TypeError],
    [
      "a length",
      () => model.generate({ prompt: "a", length: -1 }),
      /^length: expected a whole number of at least 0, got -1$/,
      RangeError,
    ],
    [
      "no length",
      () => model.generate({ prompt: "a" } as never),
      /^length: expected a whole number, got undefined$/,
      TypeError,
    ],
    [
      "a temperature",
      () => model.generate({ prompt: "a", length: 1, temperature: -1 }),
      /^temperature: expected a number of at least 0, got -1$/,
      RangeError,
    ],
    [
      "temperature NaN",
      () => model.generate({ prompt: "a", length: 1, temperature: NaN }),
      /^temperature: expected a number of at least 0, got NaN$/,
      RangeError,
    ],
    [
      "topK 0",
      () => model.generate({ prompt: "a", length: 1, topK: 0 }),
      /^topK: expected a whole number of at least 1, got 0$/,
      RangeError,
    ],
    [
      "topP 0",
      () => model.generate({ prompt: "a", length: 1, topP: 0 }),
      /^topP: expected a number above 0, at most 1, got 0$/,
      RangeError,
    ],
    [
      "topP as text",
      () => model.generate({ prompt: "a", length: 1, topP: "1" as never }),
      /^topP: expected a number, got string$/,
      TypeError,
    ],
    [
      "a seed",
      () => model.generate({ prompt: "a", length: 1, seed: 2 ** 32 }),
      /^seed: expected at most 4294967295, got 4294967296$/,
      RangeError,
    ],
    [
      "an empty stop",
      () => model.generate({ prompt: "a", length: 1, stop: "" }),
      /^stop\[0\]: expected at least one item, got none$/,
      RangeError,
    ],
    [
      "a stop as text",
      () => ids.generate({ prompt: [1], length: 1, stop: "a" }),
      /^stop\[0\]: expected ids, got a text/,
      TypeError,
    ],
    [
      "each 0",
      () => [...model.generateEach({ prompt: "a", length: 1, each: 0 })],
      /^each: expected a whole number of at least 1, got 0$/,
      RangeError,
    ],
    [
      "features",
      () => example("sunspots").generate({ prompt: [1], length: 1 }),
      /^generate: expected a net with input "ids" or "bytes", got "features"$/,
      TypeError,
    ],
  ])("%s", (_, action, message, type) => {
    expect(action).toThrow(message);
    expect(action).toThrow(type);
  });

  test("a refused call leaves the stream as it was", () => {
    const stream = model.stream();
    stream.step(65);
    const before = stream.save();
    expect(() => stream.generate({ prompt: "abc", length: 3, topK: 0 })).toThrow(RangeError);
    expect(stream.save()).toEqual(before);
  });

  test("a disposed model", () => {
    const gone = languageModel("rnn", 5, 3, 1);
    gone.dispose();
    expect(() => gone.generate({ prompt: [1], length: 1 })).toThrow(/disposed/);
  });
});

describe("logits that are no numbers", () => {
  // h doubles until float32 cannot hold it
  const doubling = () =>
    Model.fromTensors(
      [
        tensor("e.weight", [2, 1], Float32Array.of(1, 1)),
        tensor("c.weight_ih_l0", [1, 1], Float32Array.of(1)),
        tensor("c.weight_hh_l0", [1, 1], Float32Array.of(2)),
        tensor("head.weight", [2, 1], Float32Array.of(-1, 1)),
      ],
      {
        input: "ids",
        layers: [
          { type: "embedding", weights: "e" },
          { type: "rnn", weights: "c", nonlinearity: "relu" },
          { type: "linear", weights: "head" },
        ],
      },
    );
  const caught = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      return error as GenerateError;
    }
    throw new Error("expected an error, got none");
  };

  test("leave what was made before, as if it alone had been asked for", () => {
    using net = doubling();
    const how = { prompt: [0], temperature: 1, seed: 3, stop: [[0, 1, 0, 1]] };
    const error = caught(() => net.generate({ ...how, length: 10_000 }));
    const made = error.generated.ids.length;
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe(`generate: expected finite logits, got NaN or Infinity at item ${made}`);
    expect(made).toBeGreaterThan(100);
    expect(error.generated).toEqual(net.generate({ ...how, length: made }));
  });

  test("in pieces: those before are yielded, the last is the error's", () => {
    using net = doubling();
    const all = caught(() => net.generate({ prompt: [0], length: 10_000 })).generated.ids;
    const ids: number[] = [];
    const last = caught(() => {
      for (const piece of net.generateEach({ prompt: [0], length: 10_000, each: 50 })) ids.push(...piece.ids);
    }).generated;
    expect(ids.length).toBe(100);
    expect([...ids, ...last.ids]).toEqual([...all]);
  });
});

/** The state after a text, a byte at a time. */
function streamAfter(model: Model, text: string): Uint8Array {
  const stream = model.stream();
  for (const byte of new TextEncoder().encode(text)) stream.step(byte);
  return stream.save();
}
