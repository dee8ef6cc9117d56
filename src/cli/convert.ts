import { InvalidArgumentError, Option, type Command } from "commander";
import { sessionFromSafetensors, writeGraph, type Carry } from "../graph.ts";
import { readSafetensors, toFloat32, writeSafetensors, type Dtype, type Safetensors, type Tensor } from "../index.ts";
import { unwrap } from "../model/unwrap.ts";
import { printable } from "../text.ts";
import { about, readBytes, readJson } from "./files.ts";
import { graphOf, isGraph, openNet, type GraphOptions } from "./graphs.ts";
import { examples, withSizes } from "./options.ts";
import { progress } from "./progress.ts";
import { writeJson } from "./terminal.ts";
import { readWeights } from "./weights.ts";
import { writeWhole } from "./write.ts";

/** A format of 16 bits: how many of them are the fraction, and the exponent of its smallest normal number. */
const FORMATS = {
  f16: { dtype: "F16", fraction: 10, least: -14 },
  bf16: { dtype: "BF16", fraction: 7, least: -126 },
} as const;

interface Options extends GraphOptions {
  readonly dtype?: keyof typeof FORMATS;
  readonly carry?: Carry;
  readonly json?: boolean;
}

export function convertCommand(program: Command): void {
  withSizes(program.command("convert"))
    .description(
      "write a model as safetensors, weights or a graph, in 16 bits where asked for: half the file, read by the same commands",
    )
    .argument("<in>", "file of a model: safetensors, .pt, .npz, .onnx, .keras, .h5 or another that run takes")
    .argument("<out>", "safetensors file to write")
    .addOption(
      new Option("--dtype <type>", "f16: 11 bits of precision, up to 65504; bf16: 8 bits, float32's range").choices(
        Object.keys(FORMATS),
      ),
    )
    .option(
      "--carry <output=input>",
      "an output of a graph that is an input of its stream's next step, as stateN=state; again for others",
      carried,
    )
    .option("-d, --description <file>", "JSON file with the description to write, in place of the model's own")
    .option("--json", 'one object: {"in", "out", "bytesIn", "bytesOut", "largestError"}')
    .addHelpText(
      "after",
      examples("unrolled convert examples/models/char-lm.safetensors small.safetensors --dtype f16"),
    )
    .action(convert);
}

function convert(from: string, to: string, options: Options): void {
  const { dtype, description, json } = options;
  const bytes = readBytes(from);
  const graph = about(from, () => converted(from, bytes, options));
  if (graph && description !== undefined) throw new Error(`--description ${description}: expected none for a graph`);
  const file = graph ?? about(from, () => readWeights(bytes));
  const metadata = new Map(file.metadata);
  if (description !== undefined)
    metadata.set(
      "unrolled",
      about(description, () => readJson(description)),
    );
  const tensors = graph ? graph.tensors : unwrap(file.tensors, {}, metadata.get("unrolled"));
  const bar = progress(tensors.length, "tensors");
  let largestError = 0;
  let bytesIn = 0;
  const scales = new Set(tensors.filter((t) => t.dtype === "I8" || t.dtype === "I16").map((t) => `${t.name}.scale`));
  const shortened = tensors.map((t, i) => {
    bytesIn += t.bytes.length;
    const result =
      dtype && (t.dtype === "F32" || t.dtype === "F64") && !scales.has(t.name)
        ? shorten(t, dtype)
        : { tensor: t, error: 0 };
    largestError = Math.max(largestError, result.error);
    bar.to(i + 1);
    return result.tensor;
  });
  bar.end();
  const written = writeSafetensors(shortened, Object.fromEntries(metadata));
  writeWhole(to, written);
  const bytesOut = shortened.reduce((n, t) => n + t.bytes.length, 0);
  if (json) writeJson({ in: from, out: to, bytesIn, bytesOut, largestError });
  else {
    const moved = `no weight moved by more than ${largestError.toPrecision(2)}`;
    process.stdout.write(`${printable(to)}: ${bytesIn} -> ${bytesOut} bytes of weights, ${moved}\n`);
  }
}

function carried(text: string, all: Carry = {}): Carry {
  const at = text.lastIndexOf("=");
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError("Expected OUTPUT=INPUT.");
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}

/** The file of a graph; undefined for weights alone. */
function converted(path: string, bytes: Uint8Array, options: Options): Safetensors | undefined {
  const { carry } = options;
  if (isGraph(bytes) && !carry) return readSafetensors(bytes);
  const net = openNet(path, bytes, options);
  if (!net && carry) throw new Error("--carry: expected a graph, got a list of layers");
  const file = net && writeGraph({ ...graphOf(net), ...(carry && { carried: carry }) });
  if (file && carry) sessionFromSafetensors(file).dispose();
  return file && readSafetensors(file);
}

function shorten(t: Tensor, to: keyof typeof FORMATS): { tensor: Tensor; error: number } {
  const { dtype, fraction, least } = FORMATS[to];
  const values = t.dtype === "F64" ? doubles(t) : toFloat32(t);
  const bits = new DataView(new ArrayBuffer(values.length * 2));
  values.forEach((v, i) => bits.setUint16(i * 2, encode(v, fraction, least), true));
  const tensor = { name: t.name, dtype: dtype as Dtype, shape: t.shape, bytes: new Uint8Array(bits.buffer) };
  let error = 0;
  toFloat32(tensor).forEach((v, i) => {
    if (Number.isFinite(values[i]) && !Number.isFinite(v))
      throw new Error(`${t.name}: expected values within ${dtype}'s range, got ${values[i]}`);
    if (Number.isFinite(v)) error = Math.max(error, Math.abs(v - values[i]));
  });
  return { tensor, error };
}

function doubles(t: Tensor): Float64Array {
  return new Float64Array(new Uint8Array(t.bytes).buffer);
}

const view = new DataView(new ArrayBuffer(8));

/** The bits of x rounded to nearest, ties to even: sign, exponent, `fraction` bits, numbers below 2^least denormal. */
function encode(x: number, fraction: number, least: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const infinity = (3 - 2 * least) * 2 ** fraction; // an exponent of ones
  if (Number.isNaN(x)) return infinity | (1 << (fraction - 1));
  const a = Math.abs(x);
  if (a === Infinity) return sign | infinity;
  view.setFloat64(0, a);
  const exponent = Math.max((view.getUint32(0) >>> 20) - 1023, least);
  const scaled = a * 2 ** (fraction - exponent); // exact: a power of two
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return sign | Math.min(rounded + (exponent - least) * 2 ** fraction, infinity); // a carry goes on into the exponent
}
