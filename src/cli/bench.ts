import { cpus } from "node:os";
import type { Command } from "commander";
import { Bench } from "tinybench";
import type { Items, Model } from "../index.ts";
import { printable } from "../text.ts";
import { graphTasks, sessionTasks, type Task } from "./bench-graphs.ts";
import { about, loadModel, readBytes, readTensors } from "./files.ts";
import { openNet, type GraphOptions } from "./graphs.ts";
import { examples, numberWithin, withSizes } from "./options.ts";
import { progress } from "./progress.ts";
import { bold, writeJson } from "./terminal.ts";

interface Options extends GraphOptions {
  readonly input?: string;
  readonly json?: boolean;
  readonly seconds: number;
}

/** Items of a sequence, and sequences of a batch. */
const STEPS = 256;
const BATCH = 16;

export function benchCommand(program: Command): void {
  withSizes(program.command("bench"))
    .description("measure this model on this machine")
    .argument("<model>", "file with the weights")
    .option("-i, --input <file>", "safetensors file with a graph's inputs; zeros and waves where it has none")
    .option("--seconds <number>", "how long each measurement takes", numberWithin(0, 3600, true), 1)
    .option(
      "--json",
      'one object: {"machine", "build", "results": [{"name", "items", "microseconds", "itemsPerSecond"}]}',
    )
    .option("-d, --description <file>", "JSON file with the description, in place of the model's own")
    .option("--deterministic", "the build that gives the same bits on every machine")
    .addHelpText("after", examples("unrolled bench examples/models/language-id-lstm.safetensors"))
    .action(bench);
}

async function bench(path: string, options: Options): Promise<void> {
  const { build, tasks } = workOf(path, options);
  const bar = progress(tasks.length, "measurements");
  const results = [];
  for (const [i, { name, items, run }] of tasks.entries()) {
    const b = new Bench({ time: options.seconds * 1000, warmupTime: options.seconds * 250, throws: true });
    await b.add(name, run).run();
    const { result } = b.tasks[0];
    if (!("latency" in result)) throw new Error(`${name}: expected a measurement, got ${result.state}`);
    const microseconds = result.latency.p50 * 1000;
    results.push({ name, items, microseconds, itemsPerSecond: items > 0 ? (items / microseconds) * 1e6 : undefined });
    bar.to(i + 1);
  }
  bar.end();
  const machine = `${cpus()[0]?.model ?? process.arch}, ${process.platform}, Node ${process.versions.node}`;
  if (options.json) writeJson({ machine, build, results });
  else
    process.stdout.write(
      `${bold(printable(path))} on ${machine}, build ${build}; medians\n${results.map(line).join("\n")}\n`,
    );
}

/** What is measured of a file, and the build that runs it. */
function workOf(path: string, options: Options): { build: string; tasks: Task[] } {
  const file = readBytes(path);
  const open = () => about(path, () => openNet(path, file, options));
  const net = open();
  if (!net) {
    const { model } = loadModel(path, options);
    const load = { name: "load", items: 0, run: () => loadModel(path, options).model.dispose() };
    return { build: model.memory.build, tasks: [load, ...tasksOf(model)] };
  }
  const given = options.input === undefined ? [] : readTensors(options.input).tensors;
  const tasks = about(path, () => ("inputs" in net ? sessionTasks(net, options, given) : graphTasks(net, STEPS)));
  const load = { name: "load", items: 0, run: () => open()!.dispose() };
  return { build: net.build, tasks: [load, ...tasks] };
}

function line({
  name,
  microseconds,
  items,
  itemsPerSecond,
}: {
  name: string;
  microseconds: number;
  items: number;
  itemsPerSecond: number | undefined;
}): string {
  const rate =
    itemsPerSecond === undefined ? "" : `${Math.round(itemsPerSecond).toLocaleString("en-US").padStart(14)} items/s`;
  const each = items > 1 ? `${(microseconds / items).toFixed(2).padStart(10)} µs an item` : "";
  return `  ${name.padEnd(24)}${microseconds.toFixed(1).padStart(12)} µs${rate}${each}`;
}

function tasksOf(model: Model): Task[] {
  const { description, inputSize, outputSize } = model;
  const ids = (description.input ?? "features") !== "features";
  const most = description.input === "bytes" ? 128 : inputSize;
  const items = (count: number): Items =>
    ids
      ? Int32Array.from({ length: count }, (_, i) => (i * 31) % most)
      : Float32Array.from({ length: count * inputSize }, (_, i) => Math.sin(i));
  const tasks: Task[] = [];
  const [one, many] = [items(STEPS), items(STEPS * BATCH)];
  try {
    const stream = model.stream();
    const x = ids ? 1 : (items(1) as Float32Array);
    const y = new Float32Array(outputSize);
    tasks.push({ name: "step", items: 1, run: () => void stream.step(x, y) });
  } catch {
    // A net that runs backward too has no step.
  }
  const into = model.run(one);
  const batchInto = model.run(many, { batch: BATCH });
  tasks.push({ name: `sequence of ${STEPS}`, items: STEPS, run: () => void model.run(one, { into }) });
  tasks.push({
    name: `batch of ${BATCH} x ${STEPS}`,
    items: STEPS * BATCH,
    run: () => void model.run(many, { batch: BATCH, into: batchInto }),
  });
  try {
    const prompt = items(1);
    model.generate({ prompt, length: 1 });
    tasks.push({ name: `generate ${STEPS}`, items: STEPS, run: () => void model.generate({ prompt, length: STEPS }) });
  } catch {
    // Its outputs are not its inputs.
  }
  return tasks;
}
