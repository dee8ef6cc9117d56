import type { Command } from "commander";
import { inspectGraph, type GraphFacts } from "../graph.ts";
import type { Model, Safetensors } from "../index.ts";
import { printable } from "../text.ts";
import { about, loadModel, readBytes, type LoadOptions } from "./files.ts";
import { graphOf, openNet, type GraphOptions } from "./graphs.ts";
import { examples, withSizes } from "./options.ts";
import { bold, writeJson } from "./terminal.ts";

export function inspectCommand(program: Command): void {
  withSizes(program.command("inspect"))
    .description("print what a model is made of and where it stands in memory")
    .argument("<model>", "file of a model: weights, or a graph at the sizes of --dim, 1 where there are none")
    .option("--json", "one JSON object")
    .option("-d, --description <file>", "JSON file with the description, in place of the model's own")
    .option("--deterministic", "the build that gives the same bits on every machine")
    .addHelpText("after", examples("unrolled inspect examples/models/language-id-lstm.safetensors"))
    .action(inspect);
}

function inspect(path: string, options: LoadOptions & GraphOptions & { readonly json?: boolean }): void {
  const net = about(path, () => openNet(path, readBytes(path), options));
  if (net) {
    const graph = about(path, () => inspectGraph(graphOf(net), options.dim));
    if (options.json) writeJson(graph);
    else process.stdout.write(graphPage(path, graph));
    return;
  }
  const { model, file } = loadModel(path, options);
  if (options.json) writeJson(facts(model, file));
  else process.stdout.write(page(path, model, file));
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

function facts(model: Model, { tensors }: Safetensors): object {
  const { description, inputSize, outputSize, states, memory } = model;
  const layers = model.layers.map(({ type, weights, inputSize, outputSize, directions, parameters }) => ({
    type,
    weights,
    inputSize,
    outputSize,
    directions,
    parameters,
  }));
  return {
    description,
    inputSize,
    outputSize,
    layers,
    states,
    parameters: sum(layers.map((l) => l.parameters)),
    tensors: tensors.map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes: bytes.length })),
    memory,
  };
}

const number = (n: number) => n.toLocaleString("en-US");
const shaped = (dims: readonly (number | string)[]) => `[${dims.join(", ")}]`;

function graphPage(path: string, g: GraphFacts): string {
  const ports = (values: GraphFacts["inputs"]) => values.map((v) => [printable(v.name), v.dtype, shaped(v.shape)]);
  const nodes = g.nodes.map((n) => [
    n.op,
    printable(n.name),
    shaped(n.shape),
    number(n.parameters),
    number(n.multiplyAdds),
    number(n.bytes),
  ]);
  const { weights, values, records } = g.memory;
  return [
    printable(path),
    `${g.nodes.length} nodes, ${number(g.parameters)} parameters, ${number(g.multiplyAdds)} multiply-adds`,
    section("inputs", ["name", "type", "shape"], ports(g.inputs), 3),
    section("outputs", ["name", "type", "shape"], ports(g.outputs), 3),
    section("nodes", ["op", "name", "shape", "parameters", "multiply-adds", "bytes"], nodes, 3),
    section("memory", ["weights", "values", "records"], [[weights, values, records].map(number)], 0),
    "",
  ].join("\n");
}

function page(path: string, model: Model, { tensors }: Safetensors): string {
  const { description, memory } = model;
  const shape = shaped;
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
function section(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: number,
): string {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i].length)));
  const line = (cells: readonly string[]) =>
    `  ${cells.map((c, i) => (i < numbers ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join("  ")}`;
  return `\n${bold(title)}\n${[head, ...rows].map(line).join("\n")}`;
}
