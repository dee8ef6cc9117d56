import type { Command } from "commander";
import { tensor, writeSafetensors, type Model, type RunResult, type Tensor } from "../index.ts";
import { about, loadModel, readBytes, readTensors } from "./files.ts";
import { openNet, runNet, type GraphOptions } from "./graphs.ts";
import { prefixOf, readInput, type Input } from "./input.ts";
import { examples, withSizes } from "./options.ts";
import { runInPieces, summed } from "./pieces.ts";
import { writeWhole } from "./write.ts";

interface Options extends GraphOptions {
  readonly input?: string;
  readonly output: string;
  readonly last?: boolean;
}

export function runCommand(program: Command): void {
  withSizes(program.command("run"))
    .description("run sequences from a file through a model")
    .argument("<model>", "file with the weights")
    .option(
      "-i, --input <file>",
      "safetensors file with x, and optionally h0, c0 and lengths; none for a graph without inputs",
    )
    .requiredOption("-o, --output <file>", "safetensors file to write: output, h_n, and for an LSTM c_n")
    .option("-d, --description <file>", "JSON file with the description, in place of the model's own")
    .option("--deterministic", "the build that gives the same bits on every machine")
    .option("--last", "only each sequence's last output")
    .addHelpText("after", HELP)
    .action(run);
}

const HELP = `
Input:
  x        [T, in] or [B, T, in] floats, or [T] or [B, T] token ids
  h0, c0   [layers * directions, (B,) size], zero where absent
  lengths  [B] timesteps of each sequence, where they differ
Output:
  output   [T, out] or [B, T, out], zero past each length; [out] or [B, out] with --last, and for a net with "last"
  h_n, c_n as h0 and c0
Where a net has several recurrent layers, the states' names carry the layer's: cell.h0, cell.h_n.
${examples("unrolled run examples/models/sunspots.safetensors -i examples/models/sunspots.x.safetensors -o out.safetensors")}`;

function run(path: string, options: Options): void {
  const bytes = readBytes(path);
  const net = about(path, () => openNet(path, bytes, options));
  if (net)
    return writeWhole(
      options.output,
      about(path, () => runNet(net, tensorsOf(options))),
    );
  const { model } = loadModel(path, options);
  const tensors = tensorsOf(options);
  let written: Uint8Array;
  try {
    const input = readInput(model, tensors);
    const result = runInPieces(model, input, options.last ? "last" : "all");
    written = writeSafetensors(resultTensors(model, input, result, options.last));
  } catch (error) {
    throw new Error(`${options.input ?? "--input"}: ${(error as Error).message}`);
  }
  writeWhole(options.output, written);
}

function tensorsOf({ input }: Options): readonly Tensor[] {
  return input === undefined ? [] : readTensors(input).tensors;
}

/** The result under PyTorch's names, in the shapes of `batch_first`. */
function resultTensors(model: Model, { steps, batch }: Input, { output, state }: RunResult, last = false): Tensor[] {
  const rows = batch === undefined ? [] : [batch];
  const tensors = [tensor("output", [...rows, ...(last || summed(model) ? [] : [steps]), model.outputSize], output)];
  let h = 0;
  let c = 0;
  for (const s of model.states) {
    const prefix = prefixOf(model, s.weights);
    const count = s.cells * (batch ?? 1);
    tensors.push(tensor(`${prefix}h_n`, [s.cells, ...rows, s.h], state.h.subarray(h, (h += count * s.h))));
    if (s.c > 0)
      tensors.push(tensor(`${prefix}c_n`, [s.cells, ...rows, s.c], state.c!.subarray(c, (c += count * s.c))));
  }
  return tensors;
}
