import { Option, type Command } from "commander";
import { quantizeSafetensors, type Description } from "../index.ts";
import { printable } from "../text.ts";
import { about, readBytes, readJson } from "./files.ts";
import { examples, QUANTIZED } from "./options.ts";
import { asSafetensors } from "./weights.ts";
import { progress, type Progress } from "./progress.ts";
import { writeWhole } from "./write.ts";

interface Options {
  readonly weights: "int8" | "int16";
  readonly description?: string;
}

export function quantizeCommand(program: Command): void {
  program
    .command("quantize")
    .description("write a model's weights as integers of 8 or 16 bits, and compute with these")
    .argument("<in>", "file with the weights")
    .argument("<out>", "safetensors file to write")
    .addOption(
      new Option("-w, --weights <type>", "int8: a quarter of the bytes; int16: half")
        .choices(["int8", "int16"])
        .makeOptionMandatory(),
    )
    .option("-d, --description <file>", "JSON file with the description, written in place of the model's own")
    .addHelpText("after", HELP)
    .action(quantize);
}

const HELP = `
Integers have one scale a row, in NAME.scale; biases stay as they are. convert makes only the file
smaller. compare shows what it costs.
${examples(...QUANTIZED)}`;

function quantize(from: string, to: string, { weights, description }: Options): void {
  const file = readBytes(from);
  const json = description === undefined ? undefined : about(description, () => readJson(description));
  const described = json === undefined ? undefined : (JSON.parse(json) as Description);
  let bar: Progress | undefined;
  const report = (done: number, tensors: number) => (bar ??= progress(tensors, "tensors")).to(done);
  const small = about(from, () => quantizeSafetensors(asSafetensors(file, json), weights, described, report));
  bar?.end();
  writeWhole(to, small);
  const bytes = (n: number) => n.toLocaleString("en-US");
  const times = (file.length / small.length).toFixed(2);
  const before = `${printable(from)} has ${bytes(file.length)} (${times} times as many)`;
  process.stdout.write(`${printable(to)}: ${bytes(small.length)} bytes in ${weights}, ${before}\n`);
}
