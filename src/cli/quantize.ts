import { InvalidArgumentError, type Command } from "commander";
import { quantizeSafetensors, type Description, type Storage } from "../index.ts";
import { about, readBytes, readJson, writeWhole } from "./files.ts";

interface Options {
  readonly weights: Storage;
  readonly description?: string;
}

export function quantizeCommand(program: Command): void {
  program
    .command("quantize")
    .description("write the model with smaller weights: int8, int16 or float16")
    .argument("<in>", "safetensors file with the weights")
    .argument("<out>", "safetensors file to write")
    .requiredOption("-w, --weights <type>", "int8 (a quarter of the bytes), int16 or f16 (half)", parseStorage)
    .option("-d, --description <file>", "JSON file with the description, written in place of the model's own")
    .addHelpText("after", HELP)
    .action(quantize);
}

const HELP = `
int8 and int16 keep one scale a row, in NAME.scale, and are computed with as integers; f16 only makes
the file smaller. Biases stay as they are. Then see what it costs:

Example:
  unrolled quantize model.safetensors small.safetensors --weights int8
  unrolled compare model.safetensors small.safetensors --input texts.txt`;

function quantize(from: string, to: string, { weights, description }: Options): void {
  const file = readBytes(from);
  const described = description === undefined ? undefined : (JSON.parse(about(description, () => readJson(description))) as Description);
  const small = about(from, () => quantizeSafetensors(file, weights, described));
  writeWhole(to, small);
  const bytes = (n: number) => n.toLocaleString("en-US");
  process.stdout.write(`${to}: ${bytes(small.length)} bytes in ${weights}, ${from} has ${bytes(file.length)} (${(file.length / small.length).toFixed(2)} times as many)\n`);
}

function parseStorage(value: string): Storage {
  if (value !== "int8" && value !== "int16" && value !== "f16") throw new InvalidArgumentError("Expected int8, int16 or f16.");
  return value;
}
