import { kindOf } from "../formats/kind.ts";
import type { GraphModel } from "../import.ts";
import { readSafetensors, toFloat32, toIntegers, type Tensor } from "../index.ts";
import type { Session } from "../onnx.ts";
import { about, readBytes, readTensors } from "./files.ts";
import { openNet, runNet, type GraphOptions } from "./graphs.ts";

/** What one file of inputs gives in two graphs: rows are those of the last axes of all outputs. */
export interface GraphComparison {
  readonly sequences: 1;
  readonly rows: number;
  readonly sameArgMax: number;
  readonly largestDifference: number;
  readonly meanDifference: number;
}

/**
 * Two graphs on one file of inputs; undefined where neither file holds a graph. Sizes and constants are those of ONNX
 * files.
 */
export function compareGraphs(a: string, b: string, input: string, options: GraphOptions): GraphComparison | undefined {
  const [one, two] = [a, b].map((path) => open(path, options));
  if (!one && !two) return undefined;
  if (!one || !two) throw new Error(`${one ? b : a}: expected a graph, as ${one ? a : b}, got a net of layers`);
  const { tensors } = readTensors(input);
  const [left, right] = [
    [a, one],
    [b, two],
  ].map(([path, net]) => about(path as string, () => outputsOf(net as GraphModel | Session, tensors)));
  return about(b, () => apart(left, right));
}

function open(path: string, options: GraphOptions): GraphModel | Session | undefined {
  const file = readBytes(path);
  const { deterministic } = options;
  return about(path, () => openNet(path, file, kindOf(file) === "onnx" ? options : { deterministic }));
}

/** The outputs of a graph: what is constant in it is not fed. */
function outputsOf(net: GraphModel | Session, tensors: readonly Tensor[]): readonly Tensor[] {
  const fed = "inputs" in net ? tensors.filter((t) => net.inputs.some((p) => p.name === t.name)) : tensors;
  return readSafetensors(runNet(net, fed)).tensors;
}

const numbersOf = (t: Tensor): ArrayLike<number> => (/^B?F/.test(t.dtype) ? toFloat32(t) : toIntegers(t));

function apart(left: readonly Tensor[], right: readonly Tensor[]): GraphComparison {
  const names = (tensors: readonly Tensor[]) =>
    tensors.map(({ name, shape }) => `${name} [${shape.join(", ")}]`).sort();
  if (names(left).join() !== names(right).join())
    throw new Error(`expected outputs ${names(left).join(", ")}, got ${names(right).join(", ")}`);
  let [rows, sameArgMax, largest, sum, count] = [0, 0, 0, 0, 0];
  for (const t of left) {
    const [p, q] = [t, right.find(({ name }) => name === t.name)!].map((x) => Array.from(numbersOf(x)));
    const width = t.shape.at(-1) ?? 1;
    for (let at = 0; at < p.length; at += width, rows++)
      if (argMax(p.slice(at, at + width)) === argMax(q.slice(at, at + width))) sameArgMax++;
    for (let i = 0; i < p.length; i++, count++) {
      const d = Object.is(p[i], q[i]) || p[i] === q[i] ? 0 : Math.abs(p[i] - q[i]); // two infinities agree, two NaNs
      largest = Math.max(largest, d);
      sum += d;
    }
  }
  const meanDifference = count > 0 ? sum / count : 0;
  return { sequences: 1, rows, sameArgMax, largestDifference: largest, meanDifference };
}

export function argMax(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
  return best;
}
