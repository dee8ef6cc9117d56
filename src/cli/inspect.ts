import type { Command } from "commander";
import type { Model, Safetensors } from "../index.ts";
import { printable } from "../text.ts";
import { loadModel, type LoadOptions } from "./files.ts";
import { examples } from "./options.ts";
import { bold, writeJson } from "./terminal.ts";

export function inspectCommand(program: Command): void {
  program
    .command("inspect")
    .description("print what a model is made of and where it stands in memory")
    .argument("<model>", "file with the weights")
    .option("--json", "one JSON object")
    .option("-d, --description <file>", "JSON file with the description, in place of the model's own")
    .option("--deterministic", "the build that gives the same bits on every machine")
    .addHelpText("after", examples("unrolled inspect examples/models/language-id-lstm.safetensors"))
    .action(inspect);
}

function inspect(path: string, options: LoadOptions & { readonly json?: boolean }): void {
  const { model, file } = loadModel(path, options);
  if (options.json) writeJson(facts(model, file));
  else process.stdout.write(page(path, model, file));
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

function facts(model: Model, { tensors }: Safetensors): object {
  const { description, inputSize, outputSize, states, memory } = model;
  const layers = model.layers.map(({ type, weights, inputSize, outputSize, directions, parameters }) => ({ type, weights, inputSize, outputSize, directions, parameters }));
  return {
    description, inputSize, outputSize, layers, states,
    parameters: sum(layers.map((l) => l.parameters)),
    tensors: tensors.map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes: bytes.length })),
    memory,
  };
}

function page(path: string, model: Model, { tensors }: Safetensors): string {
  const { description, memory } = model;
  const number = (n: number) => n.toLocaleString("en-US");
  const shape = (dims: readonly (number | string)[]) => `[${dims.join(", ")}]`;
  let steps: (string | number)[] = ["T"];
  const layers = model.layers.map((l) => {
    const before = l.type === "embedding" ? steps : [...steps, l.inputSize];
    if (l.type === "last") steps = [];
    const name = printable(l.weights.replace(/\.$/, ""));
    return [l.type, name, `${shape(before)} -> ${shape([...steps, l.outputSize])}`, number(l.parameters)];
  });
  const held = tensors.map((t) => [printable(t.name), t.dtype, shape(t.shape), number(t.bytes.length)]);
  const regions = memory.regions.map((r) => [printable(r.name), number(r.offset), number(r.bytes)]);
  const parameters = sum(model.layers.map((l) => l.parameters));
  const matrices = new Set(tensors.filter((t) => t.shape.length === 2).map((t) => t.dtype));
  return [
    printable(path),
    `input ${description.input ?? "features"}${description.labels ? `, ${description.labels.length} labels` : ""}, ${number(parameters)} parameters, matrices in ${[...matrices].join(", ")}`,
    section("layers", ["layer", "weights", "shape", "parameters"], layers, 3),
    section("tensors", ["name", "dtype", "shape", "bytes"], held, 3),
    section(`memory: ${number(memory.bytes)} bytes, build ${memory.build}`, ["region", "from", "bytes"], regions, 1),
    "",
  ].join("\n");
}

/** A titled table; columns from `numbers` on are aligned to the right. */
function section(title: string, head: readonly string[], rows: readonly (readonly string[])[], numbers: number): string {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i].length)));
  const line = (cells: readonly string[]) => `  ${cells.map((c, i) => (i < numbers ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join("  ")}`;
  return `\n${bold(title)}\n${[head, ...rows].map(line).join("\n")}`;
}
