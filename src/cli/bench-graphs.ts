import type { GraphModel } from "../import.ts";
import type { Dtype, Feeds, Port, Session, SessionData, SessionTensor } from "../onnx.ts";
import type { Tensor } from "../index.ts";
import { feedOf, type GraphOptions } from "./graphs.ts";

/** A piece of work on `items` items. */
export interface Task {
  readonly name: string;
  readonly items: number;
  readonly run: () => void;
}

/**
 * A graph of named inputs on the tensors that are given, on waves and zeros where none are. Sizes that stay open are 1.
 */
export function sessionTasks(
  session: Session,
  { dim = {}, constant = {} }: GraphOptions,
  given: readonly Tensor[],
): Task[] {
  const feeds: Record<string, SessionTensor> = {};
  for (const port of session.inputs) {
    const tensor = given.find((t) => t.name === port.name);
    if (tensor) feeds[port.name] = feedOf(tensor);
    else if (!Object.hasOwn(constant, port.name)) feeds[port.name] = drawn(port, dim);
  }
  const outputs = session.run(feeds as Feeds);
  const into = Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data]));
  return [{ name: "run", items: 1, run: () => void session.run(feeds as Feeds, { into }) }];
}

function drawn({ dtype, dims }: Port, sizes: { readonly [name: string]: number }): SessionTensor {
  const shape = dims.map((d) => (typeof d === "number" ? d : Object.hasOwn(sizes, d) ? sizes[d] : 1));
  return {
    type: dtype,
    dims: shape,
    data: numbers(
      dtype,
      shape.reduce((a, b) => a * b, 1),
    ),
  };
}

const WHOLE: Partial<Record<Dtype, new (count: number) => SessionData>> = {
  int64: BigInt64Array,
  uint64: BigUint64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int8: Int8Array,
};

function numbers(dtype: Dtype, count: number): SessionData {
  if (dtype === "float64") return Float64Array.from({ length: count }, (_, i) => Math.sin(i));
  if (dtype.includes("float")) return Float32Array.from({ length: count }, (_, i) => Math.sin(i));
  return new (WHOLE[dtype] ?? Uint8Array)(count);
}

/**
 * A sequence net as a graph: a timestep of a stream where it streams, and a whole sequence where its length is open.
 */
export function graphTasks(model: GraphModel, steps: number): Task[] {
  const [, ...rest] = model.inputDims;
  const open = rest.some((d) => typeof d === "string");
  const dims = [1, ...rest.map((d) => (typeof d === "number" ? d : steps))];
  const count = dims.reduce((a, b) => a * b, 1);
  const { dtype } = model.graph.inputs[0];
  const x = numbers(dtype, count);
  const tasks: Task[] = [];
  try {
    const stream = model.stream();
    const one = Array.from(numbers(dtype, model.inputSize) as ArrayLike<number>);
    const y = new Float32Array(model.outputSize);
    tasks.push({ name: "step", items: 1, run: () => void stream.step(one, y) });
  } catch {
    // It needs the whole sequence.
  }
  const items = open ? steps : 1;
  model.run(x, { dims });
  return [...tasks, { name: open ? `sequence of ${steps}` : "run", items, run: () => void model.run(x, { dims }) }];
}
