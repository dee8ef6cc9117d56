// Captures that are wrong somewhere: refused with a FormatError, or a graph that binds; nothing else, and soon.
import { expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import { Builder } from "../../src/bind/builder.ts";
import { stateDictJson } from "../../src/import/statedict.ts";
import { FormatError } from "../../src/index.ts";
import { seeds } from "../support/laws.ts";
import { Random } from "../support/random.ts";
import { bytesOf, CASES, READERS, type Case, type Json } from "./cases.ts";

const VALUES: Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  3,
  7,
  0.5,
  1e6,
  2 ** 31,
  1e308,
  -1e308,
  "",
  "tanh",
  "Tanh",
  "gated",
  "0.7.0",
  "__proto__",
  [],
  {},
  [1],
  [[1]],
];

/** One place of a tree changed, a name taken away or a value doubled. */
function mutateTree(random: Random, root: Json): void {
  const places: [Record<string | number, Json>, string | number][] = [];
  const walk = (at: Json): void => {
    if (typeof at !== "object" || at === null) return;
    const keys = Array.isArray(at) ? at.map((_, i) => i) : Object.keys(at);
    for (const key of keys.slice(0, 12)) {
      places.push([at as Record<string | number, Json>, key]);
      walk((at as Record<string | number, Json>)[key]);
    }
  };
  walk(root);
  const [parent, key] = random.pick(places);
  const kind = random.next();
  if (kind < 0.15) {
    if (Array.isArray(parent)) parent.splice(key as number, 1);
    else delete parent[key];
  } else if (kind < 0.3 && Array.isArray(parent))
    parent.splice(key as number, 0, structuredClone(parent[key as number]));
  else if (kind < 0.5 && typeof parent[key] === "number")
    parent[key] = (parent[key] as number) + random.pick([1, -1, 2]);
  else parent[key] = structuredClone(random.pick(VALUES));
}

function mutate(random: Random, { file }: Case): Uint8Array {
  if (typeof file !== "string" && random.next() < 0.8) {
    const copy = structuredClone(file);
    for (let n = random.integer(1, 2); n > 0; n--) mutateTree(random, copy);
    return bytesOf(copy);
  }
  const bytes = bytesOf(file).slice();
  for (let n = random.integer(1, 3); n > 0; n--)
    bytes[random.integer(0, bytes.length - 1)] = random.pick([...'0123456789-.[]{},:" \n\\', "\xff"]).charCodeAt(0);
  return random.next() < 0.2 ? bytes.subarray(0, random.integer(0, bytes.length)) : bytes;
}

test("2,000 mutated captures", () => {
  const builder = () =>
    new Builder(() => {
      throw new Error("nothing to evaluate");
    });
  let accepted = 0;
  for (const seed of seeds(1, 2_000, 50_000)) {
    const random = new Random(seed);
    const c = random.pick(CASES);
    const bytes = mutate(random, c);
    const begin = performance.now();
    try {
      const graph = READERS[c.format](bytes);
      const features = graph.inputs[0].dims[2] as number;
      bind(graph, builder(), new Map([["x", { dtype: "float32", shape: [1, 3, features] }]]));
      accepted++;
    } catch (error) {
      if (!(error instanceof FormatError) || error.code === "graph")
        throw new Error(`UNROLLED_SEED=${seed}: ${error}`, { cause: error });
    }
    expect(performance.now() - begin, `UNROLLED_SEED=${seed}`).toBeLessThan(1000);
  }
  expect(accepted).toBeGreaterThan(100);
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
