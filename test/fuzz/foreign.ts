import { readZip } from "../../src/formats/zip.ts";
import { FormatError, readSafetensors, writeSafetensors, type Safetensors } from "../../src/index.ts";
import { foreignFiles, readers, type Foreign } from "../support/foreign.ts";
import { Random } from "../support/random.ts";
import { zipOf } from "../support/zip.ts";
import { mutateBytes } from "./mutate.ts";
import type { Tally } from "./attack.ts";

/** Milliseconds that a file of a few kilobytes may take; strides of 0 may make 64 MB of one. */
const PATIENCE = 2000;

/** Operations of a pickle, some with their argument. */
const OPERATIONS = [
  "(",
  ")",
  "]",
  "}",
  "0",
  "1",
  "2",
  ".",
  "t",
  "\x85",
  "\x86",
  "\x87",
  "R",
  "b",
  "s",
  "u",
  "e",
  "a",
  "Q",
  "\x93",
  "\x81",
  "N",
  "\x88",
  "K\x00",
  "K\x01",
  "M\xff\xff",
  "J\xff\xff\xff\xff",
  "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
  "h\x00",
  "h\x01",
  "h\x02",
  "q\x00",
  "q\x05",
  "\x94",
  "X\x01\x00\x00\x00a",
  "X\xff\xff\xff\x7f",
  "ctorch\nFloatStorage\n",
  "ctorch._utils\n_rebuild_tensor_v2\n",
  "ccollections\nOrderedDict\n",
  "cos\nsystem\n",
  "ctorch._tensor\n_rebuild_from_type_v2\n",
];

/** Files that are read, the parts of archives apart. */
export function foreignCorpus(): Foreign[] {
  return foreignFiles().filter((f) => f.says === null);
}

/** A file like one of these, but wrong in one place or a few; in an archive, most often in one of its files. */
function mutate(random: Random, file: Uint8Array): Uint8Array {
  if (file[0] !== 0x50) return random.next() < 0.5 ? mutateBytes(random, file) : splice(random, file);
  if (random.next() < 0.2) return mutateBytes(random, file);
  const zip = readZip(file);
  const parts = zip.names.map((name) => [name, zip.read(name)] as [string, Uint8Array]);
  for (let n = random.integer(1, 2); n > 0; n--) {
    const pickle = parts.find(([name]) => name.endsWith("data.pkl"));
    const part = pickle && random.next() < 0.7 ? pickle : random.pick(parts);
    part[1] = random.next() < 0.5 ? mutateBytes(random, part[1]) : splice(random, part[1]);
  }
  if (random.next() < 0.05) parts.splice(random.integer(0, parts.length - 1), 1);
  return zipOf(parts);
}

/** An operation, or a part of the file, put at a random place, over what is there or before it. */
function splice(random: Random, file: Uint8Array): Uint8Array {
  const at = random.integer(0, file.length);
  const from = random.integer(0, file.length);
  const piece =
    random.next() < 0.7
      ? Buffer.from(random.pick(OPERATIONS), "latin1")
      : file.subarray(from, from + random.integer(1, 60));
  return new Uint8Array(
    Buffer.concat([file.subarray(0, at), piece, file.subarray(random.next() < 0.5 ? at : at + piece.length)]),
  );
}

/** Reads one mutated file; throws unless it is refused as it should be, or what is read is whole. */
export function attackForeign(seed: number, corpus: readonly Foreign[], tally: Tally): void {
  const random = new Random(seed);
  const { kind, file } = random.pick(corpus);
  const mutated = mutate(random, file);
  const begin = performance.now();
  tally.inputs++;
  try {
    checkRead(readers[kind](mutated), mutated);
    tally.accepted++;
  } catch (error) {
    if (!(error instanceof FormatError)) throw new Error(`UNROLLED_SEED=${seed}: ${error}`, { cause: error });
    if (error.message.length > 5000)
      throw new Error(`UNROLLED_SEED=${seed}: expected a short message, got ${error.message.length} characters`);
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
  }
  const time = performance.now() - begin;
  if (time > PATIENCE) throw new Error(`UNROLLED_SEED=${seed}: ${time} ms for ${file.length} bytes`);
  tally.slowest = Math.max(tally.slowest, time);
}

/** Tensors fit their shapes, take memory in proportion, and make a safetensors file. */
function checkRead({ tensors, metadata }: Safetensors, file: Uint8Array): void {
  const size = tensors.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size > 2 ** 26 + 100 * file.length)
    throw new Error(`expected tensors in proportion to ${file.length} bytes, got ${size}`);
  const again = readSafetensors(writeSafetensors(tensors, Object.fromEntries(metadata)));
  if (again.tensors.length !== tensors.length)
    throw new Error(`expected ${tensors.length} tensors, got ${again.tensors.length}`);
}
