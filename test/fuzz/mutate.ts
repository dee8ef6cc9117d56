// Seeded mutations of a valid safetensors file: of its bytes, of its header as JSON,
// and of the description within it.
import type { Random } from "../support/random.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  2,
  3,
  4,
  0.5,
  255,
  256,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  1e308,
  -1e308,
];
const WORDS = [
  "",
  "__proto__",
  "constructor",
  "toString",
  "__metadata__",
  "unrolled",
  "F32",
  "F64",
  "I64",
  "BF16",
  "BOOL",
  "lstm",
  "gru",
  "rnn",
  "last",
  "softmax",
  "linear",
  "embedding",
  "weights",
  "weight_ih_l0",
  "weight_hh_l0",
  "weight_ih_l1",
  "weight_hr_l0",
  "weight_ih_l0_reverse",
  "cell",
  "head",
  "type",
  "bytes",
  "ids",
  "features",
  "clip",
  "hard_sigmoid",
  "alpha",
  "gate",
  "reverse",
  "before",
  "relu",
  "\0",
  "\n",
  "\ud800",
  "a".repeat(300),
];
/** Numbers as no JSON.stringify writes them. */
const LITERALS = [
  "1e999",
  "-0",
  "1E400",
  "9007199254740993",
  "18446744073709551616",
  "01",
  "+1",
  ".5",
  "NaN",
  "Infinity",
  "0x10",
  "1e-400",
];

/** A file like `file`, but wrong in one to four places; sometimes still right. */
export function mutate(random: Random, file: Uint8Array): Uint8Array {
  const kind = random.next();
  if (kind < 0.3) return mutateBytes(random, file);
  const { header, data } = split(file);
  if (kind < 0.4) return join(mutateBytes(random, header), data);
  const tree = JSON.parse(new TextDecoder().decode(header)) as { [key: string]: Json };
  for (let n = random.integer(1, 4); n > 0; n--) {
    const metadata = tree.__metadata__ as { [key: string]: Json } | undefined;
    const description = metadata && typeof metadata === "object" ? metadata.unrolled : undefined;
    if (random.next() < 0.5 && typeof description === "string")
      metadata!.unrolled = mutateDescription(random, description);
    else mutateTree(random, tree);
  }
  let text = JSON.stringify(tree);
  if (random.next() < 0.2) text = mutateText(random, text);
  return join(new TextEncoder().encode(text), random.next() < 0.1 ? mutateBytes(random, data) : data);
}

function split(file: Uint8Array): { header: Uint8Array; data: Uint8Array } {
  const end = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { header: file.slice(8, end), data: file.slice(end) };
}

function join(header: Uint8Array, data: Uint8Array): Uint8Array {
  const file = new Uint8Array(8 + header.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  file.set(data, 8 + header.length);
  return file;
}

export function mutateBytes(random: Random, from: Uint8Array): Uint8Array {
  let bytes = [...from];
  for (let n = random.integer(1, 4); n > 0; n--) {
    const at = random.next() < 0.3 ? random.integer(0, Math.min(15, bytes.length)) : random.integer(0, bytes.length);
    const length = random.integer(1, 20);
    switch (random.integer(0, 7)) {
      case 0:
        if (at < bytes.length) bytes[at] ^= 1 << random.integer(0, 7);
        break;
      case 1:
        if (at < bytes.length)
          bytes[at] = random.pick([0, 1, 0x22, 0x5c, 0x7b, 0x7d, 0x7f, 0x80, 0xff, random.integer(0, 255)]);
        break;
      case 2:
        bytes.splice(at, length);
        break;
      case 3:
        bytes.splice(at, 0, ...Array.from({ length }, () => random.integer(0, 255)));
        break;
      case 4:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 5:
        bytes = bytes.slice(0, at);
        break;
      case 6:
        bytes.push(...new Array<number>(length).fill(random.integer(0, 255)));
        break;
      case 7:
        for (let i = 0, value = BigInt(random.pick(NUMBERS.filter(Number.isInteger))); i < 8 && i < bytes.length; i++)
          bytes[i] = Number((value >> BigInt(8 * i)) & 255n);
    }
  }
  return Uint8Array.from(bytes);
}

function mutateDescription(random: Random, text: string): string {
  if (random.next() < 0.2) return mutateText(random, text);
  try {
    const tree = JSON.parse(text) as Json;
    if (typeof tree !== "object" || tree === null) return text;
    mutateTree(random, tree as { [key: string]: Json });
    return JSON.stringify(tree);
  } catch {
    return mutateText(random, text);
  }
}

function mutateText(random: Random, text: string): string {
  const at = random.integer(0, text.length);
  switch (random.integer(0, 4)) {
    case 0:
      return (
        text.slice(0, at) +
        random.pick(['"', "{", "}", "[", "]", ":", ",", "\\", "null", "\ufeff", " ", "\\u0000"]) +
        text.slice(at)
      );
    case 1:
      return text.slice(0, at) + text.slice(at + random.integer(1, 9));
    case 2: {
      // a key a second time
      const keys = [...text.matchAll(/"[^"\\]*":/g)];
      const key = keys.length > 0 ? random.pick(keys) : undefined;
      return key
        ? `${text.slice(0, key.index)}${key[0]}${random.pick(["1", "{}", "[]", '"F32"', "null"])},${text.slice(key.index)}`
        : text;
    }
    case 3:
      return text.replace(/\d+(?!.*\d)/, random.pick(LITERALS));
    default: {
      const depth = random.pick([10, 1000, 20_000]);
      const numbers = [...text.matchAll(/\d+/g)];
      const number = numbers.length > 0 ? random.pick(numbers) : undefined;
      return number
        ? text.slice(0, number.index) +
            "[".repeat(depth) +
            "]".repeat(depth) +
            text.slice(number.index + number[0].length)
        : text;
    }
  }
}

export function mutateTree(random: Random, root: { [key: string]: Json }): void {
  const nodes: ({ [key: string]: Json } | Json[])[] = [];
  const visit = (node: Json) => {
    if (typeof node !== "object" || node === null || nodes.length > 500) return;
    nodes.push(node);
    for (const child of Object.values(node)) visit(child);
  };
  visit(root);
  const node = random.pick(nodes) as { [key: string]: Json };
  const keys = Object.keys(node);
  const key = keys.length > 0 ? random.pick(keys) : "0";
  const define = (name: string, value: Json) =>
    Object.defineProperty(node, name, { value, enumerable: true, configurable: true, writable: true });
  switch (random.integer(0, 7)) {
    case 0:
      if (Array.isArray(node)) node.splice(Number(key), 1);
      else delete node[key];
      break;
    case 1:
      define(key, anything(random));
      break;
    case 2:
      if (typeof node[key] === "number") node[key] = (node[key] as number) + random.pick([-4, -1, 1, 4, 0.5]);
      else define(key, anything(random));
      break;
    case 3:
      if (Array.isArray(node)) node.push(anything(random));
      else define(random.pick(WORDS), anything(random));
      break;
    case 4:
      if (!Array.isArray(node) && keys.length > 0) {
        const value = node[key];
        delete node[key];
        define(random.pick([...WORDS, key + "_l0", key.replace(/.$/, "1")]), value);
      }
      break;
    case 5: {
      // two values change places
      const [a, b] = [random.pick(nodes), random.pick(nodes)] as { [key: string]: Json }[];
      const [k, l] = [Object.keys(a), Object.keys(b)].map((all) => (all.length > 0 ? random.pick(all) : "0"));
      const [x, y] = [a[k], b[l]].map((v) => structuredClone(v ?? null));
      a[k] = y;
      b[l] = x;
      break;
    }
    case 6:
      if (Array.isArray(node) && node.length > 0) node.push(structuredClone(random.pick(node as Json[])));
      else define(random.pick(WORDS), structuredClone(node[key] ?? null));
      break;
    case 7:
      if (Array.isArray(node)) node.reverse();
      else define(key, anything(random));
      break;
  }
}

function anything(random: Random): Json {
  switch (random.integer(0, 6)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return random.pick(WORDS);
    case 2:
      return random.pick([null, true, false]);
    case 3:
      return [];
    case 4:
      return {};
    case 5:
      return Array.from({ length: random.integer(1, 4) }, () => random.pick(NUMBERS));
    default:
      return {
        dtype: random.pick(["F32", "F64", "I8", "?"]),
        shape: [random.integer(0, 4)],
        data_offsets: [0, random.integer(0, 16)],
      };
  }
}
