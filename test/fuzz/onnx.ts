// Mutated ONNX files: of their bytes, and of the tree of their messages.
import { readdirSync, readFileSync } from "node:fs";
import { FormatError } from "../../src/index.ts";
import { fromOnnx, type Port, type SessionTensor } from "../../src/onnx.ts";
import { readMessage, type Message, type Schema } from "../../src/onnx/protobuf.ts";
import { MODEL } from "../../src/onnx/schema.ts";
import { encode } from "../support/onnx.ts";
import type { Random } from "../support/random.ts";
import type { Tally } from "./attack.ts";
import { mutateBytes } from "./mutate.ts";

/**
 * Milliseconds of a processor that a file of a few kilobytes may take, and those for each number that it gives: some
 * ask for 2^27.
 */
const PATIENCE = 2000;
const A_NUMBER = 5e-5;

/** Elements of the inputs that are fed. */
const MOST_FED = 4096;

const INTEGERS = [
  0,
  1,
  2,
  3,
  7,
  -1,
  -2,
  16,
  255,
  1000,
  2 ** 20,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 40,
  2 ** 53 - 1,
];
const FLOATS = [0, 1, -1, 0.5, 1e-30, 1e30, -1e30, Infinity, -Infinity, NaN];
const WORDS = [
  "",
  "x",
  "y",
  "Relu",
  "Add",
  "If",
  "Loop",
  "Scan",
  "LSTM",
  "GRU",
  "Conv",
  "Reshape",
  "Tile",
  "Expand",
  "Range",
  "Pad",
  "Gather",
  "Slice",
  "Resize",
  "Einsum",
  "Concat",
  "TopK",
  "Identity",
  "Constant",
  "ConstantOfShape",
  "own",
  "com.microsoft",
  "axis",
  "axes",
  "perm",
  "pads",
  "body",
  "toString",
  "__proto__",
];

export function onnxCorpus(): Uint8Array[] {
  const folder = new URL("../goldens/onnx/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".onnx"))
    .map((name) => new Uint8Array(readFileSync(new URL(name, folder))));
}

/** A message within the tree of a file, and its schema. */
interface Place {
  readonly schema: Schema;
  readonly message: Message;
}

function placesOf(schema: Schema, message: Message, into: Place[] = []): Place[] {
  into.push({ schema, message });
  for (const { name, kind } of schema.fields.values()) {
    if (typeof message[name] === "function") message[name] = (message[name] as () => unknown)(); // read later
    const value = message[name];
    if (typeof kind === "function" && value !== undefined)
      for (const inner of Array.isArray(value) ? value : [value]) placesOf(kind(), inner as Message, into);
  }
  return into;
}

function mutateTree(random: Random, file: Uint8Array): Uint8Array {
  const tree = readMessage(file, MODEL);
  for (let n = random.integer(1, 3); n > 0; n--) {
    const places = placesOf(MODEL, tree);
    const { schema, message } = random.pick(places.filter((p) => p.schema.fields.size > 0));
    const field = random.pick([...schema.fields.values()]);
    const old = message[field.name];
    const anything = (): unknown => {
      if (field.kind === "int") return random.pick(INTEGERS);
      if (field.kind === "float" || field.kind === "double") return random.pick(FLOATS);
      if (field.kind === "string") return random.next() < 0.5 ? random.pick(WORDS) : namesOf(places, random);
      if (field.kind === "bytes")
        return Uint8Array.from({ length: random.integer(0, 16) }, () => random.integer(0, 255));
      const same = places.filter((p) => p.schema === (field.kind as () => Schema)());
      return same.length > 0 ? structuredClone(random.pick(same).message) : {};
    };
    const change = random.next();
    if (change < 0.2) delete message[field.name];
    else if (!field.repeated) message[field.name] = anything();
    else {
      const list = Array.isArray(old) ? [...(old as unknown[])] : [];
      const at = random.integer(0, list.length);
      if (change < 0.4) list.splice(at, 1);
      else if (change < 0.7 && list.length > 0) list[Math.min(at, list.length - 1)] = anything();
      else list.splice(at, 0, anything());
      message[field.name] = list;
    }
  }
  return Uint8Array.from(encode(MODEL, tree));
}

/** A name that the file has somewhere. */
function namesOf(places: readonly Place[], random: Random): string {
  const { message } = random.pick(places);
  const texts = Object.values(message)
    .flat()
    .filter((v) => typeof v === "string");
  return texts.length > 0 ? (random.pick(texts) as string) : "x";
}

/** Feeds of small sizes for these inputs; undefined where they would be large. */
export function feedsFor(random: Random, ports: readonly Port[]): { [name: string]: SessionTensor } | undefined {
  const sizes = new Map<string, number>();
  const feeds: { [name: string]: SessionTensor } = {};
  let fed = 0;
  for (const { name, dtype, dims } of ports) {
    const shape = dims.map((d) => {
      if (typeof d === "number") return d;
      if (!sizes.has(d)) sizes.set(d, d === "samples" ? 64 : random.integer(1, 3));
      return sizes.get(d)!;
    });
    const count = shape.reduce((a, b) => a * b, 1);
    if ((fed += count) > MOST_FED) return undefined;
    const Numbers = {
      float32: Float32Array,
      int64: BigInt64Array,
      int32: Int32Array,
      bool: Uint8Array,
      uint8: Uint8Array,
      int8: Int8Array,
    }[dtype as string];
    if (!Numbers) return undefined;
    const data = new Numbers(count) as Float32Array | BigInt64Array;
    for (let i = 0; i < count; i++)
      data[i] =
        dtype === "float32"
          ? random.next() * 2 - 1
          : dtype === "int64"
            ? BigInt(random.pick([0, 1, 2, 16000]))
            : (random.integer(0, 1) as never);
    feeds[name] = { type: dtype, dims: shape, data };
  }
  return feeds;
}

/** Opens and runs one mutated file; throws unless it is refused as it should be, or runs. */
export function attackOnnx(random: Random, corpus: readonly Uint8Array[], tally: Tally): void {
  const original = random.pick(corpus);
  const file = random.next() < 0.3 ? mutateBytes(random, original) : mutateTree(random, original);
  const begin = process.cpuUsage();
  tally.inputs++;
  let given = 0;
  try {
    using session = fromOnnx(file);
    const feeds = feedsFor(random, session.inputs);
    if (feeds) given = Object.values(session.run(feeds)).reduce((sum, { data }) => sum + data.length, 0);
    tally.accepted++;
  } catch (error) {
    if (error instanceof RangeError && /expected indices and whole numbers in range/.test(error.message)) return; // numbers that were fed
    if (!(error instanceof FormatError)) throw error;
    if (error.message.length > 5000 || error.message.includes("\n"))
      throw new Error(`expected a short line, got ${error.message.length} characters`);
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
  }
  const used = process.cpuUsage(begin);
  const time = (used.user + used.system) / 1000;
  if (time > PATIENCE + given * A_NUMBER) throw new Error(`${time} ms for ${file.length} bytes and ${given} numbers`);
  tally.slowest = Math.max(tally.slowest, time);
}
