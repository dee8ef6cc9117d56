import { FormatError, Model, writeSafetensors } from "../../src/index.ts";
import { randomNet } from "../support/nets.ts";
import { Random } from "../support/random.ts";
import { mutate } from "./mutate.ts";

/** Milliseconds that a file of a few kilobytes may take. */
const PATIENCE = 1000;

/** What became of the files. */
export interface Tally {
  inputs: number;
  accepted: number;
  refused: Record<string, number>;
  slowest: number;
}

/** Valid files of small nets, half of them without a description. */
export function corpus(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const net = randomNet(new Random(i), { most: 5 });
    return writeSafetensors(
      net.tensors,
      i % 2 ? { unrolled: JSON.stringify({ format: "unrolled/1", ...net.description }) } : {},
    );
  });
}

/** Loads one mutated file; throws unless it is refused as it should be, or runs. */
export function attack(seed: number, files: readonly Uint8Array[], tally: Tally): void {
  const random = new Random(seed);
  const file = mutate(random, random.pick(files));
  const begin = performance.now();
  tally.inputs++;
  try {
    using model = Model.fromSafetensors(file);
    tally.accepted++;
    checkAccepted(file, model);
  } catch (error) {
    if (!(error instanceof FormatError)) throw new Error(`UNROLLED_SEED=${seed}: ${error}`, { cause: error });
    if (error.message.length > 5000)
      throw new Error(`UNROLLED_SEED=${seed}: expected a short message, got one of ${error.message.length} characters`);
    tally.refused[error.code] = (tally.refused[error.code] ?? 0) + 1;
  }
  const time = performance.now() - begin;
  if (time > PATIENCE) throw new Error(`UNROLLED_SEED=${seed}: ${time} ms for ${file.length} bytes`);
  tally.slowest = Math.max(tally.slowest, time);
}

/** What was accepted has used every number of the file, takes memory in proportion, and runs. */
function checkAccepted(file: Uint8Array, model: Model): void {
  const end = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, end))) as Record<
    string,
    { shape: number[]; data_offsets: number[] }
  >;
  delete header.__metadata__;
  const numbers = Object.values(header).reduce((n, t) => n + t.shape.reduce((a, b) => a * b, 1), 0);
  const used = model.layers.reduce((n, l) => n + l.parameters, 0);
  if (numbers !== used) throw new Error(`expected ${numbers} parameters, got ${used}`);
  const bytes = Object.values(header).reduce((n, t) => n + t.data_offsets[1] - t.data_offsets[0], 0);
  if (bytes !== file.length - end) throw new Error(`expected ${file.length - end} bytes of tensors, got ${bytes}`);
  if (model.memory.bytes > 2 ** 20 + 200 * file.length)
    throw new Error(`expected memory in proportion to ${file.length} bytes, got ${model.memory.bytes}`);
  const ids = model.description.input === "ids" || model.description.input === "bytes";
  const { output } = model.run(ids ? [0, 0] : new Float32Array(2 * model.inputSize));
  if (output.length === 0 || output.length % model.outputSize !== 0)
    throw new Error(`expected rows of ${model.outputSize}, got ${output.length} values`);
}
