import type { Command } from "commander";
import { kindOf } from "../formats/kind.ts";
import { Model, writeSafetensors } from "../index.ts";
import { unwrap } from "../model/unwrap.ts";
import { about, readBytes, readJson } from "./files.ts";
import { readWeights } from "./weights.ts";
import { writeWhole } from "./write.ts";

export function describeCommand(program: Command): void {
  program
    .command("describe")
    .description("check a description and write it into a model's file")
    .argument("<model>", "safetensors file with the weights")
    .argument(
      "[description]",
      "the description, as JSON or a JSON file's name; without it the model's own, or what its tensors say",
    )
    .option("-o, --out <file>", "safetensors file to write, in place of the model's")
    .option("--json", "prints the description alone")
    .addHelpText("after", HELP)
    .action(describe);
}

const HELP = `
Weights and other metadata stay as they are, but for names' module. and _orig_mod. that the description has
not; a description that does not run exactly is not written.

Example:
  unrolled describe model.safetensors '{"layers": [{"type": "lstm", "weights": "lstm"}]}'`;

function describe(
  path: string,
  given: string | undefined,
  { out = path, json }: { readonly out?: string; readonly json?: boolean },
): void {
  const bytes = readBytes(path);
  if (out === path && kindOf(bytes) !== "safetensors")
    throw new Error(`${path}: expected --out for a file that is no safetensors`);
  const { tensors: stored, metadata } = about(path, () => readWeights(bytes));
  const text =
    given === undefined
      ? metadata.get("unrolled")
      : given.trimStart().startsWith("{")
        ? given
        : about(given, () => readJson(given));
  const tensors = about(path, () => unwrap(stored, {}, text));
  using model = about(path, () => Model.fromTensors(tensors, {}, text));
  const unrolled = JSON.stringify({ format: "unrolled/1", ...model.description });
  writeWhole(out, writeSafetensors(tensors, { ...Object.fromEntries(metadata), unrolled }));
  process.stdout.write(json ? `${unrolled}\n` : `${out}: ${unrolled}\n`);
}
