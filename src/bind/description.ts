import { FormatError, kindOf, shown } from "../check.ts";
import { readSafetensors } from "../formats/read.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import { toFloat32, toIntegers, type Dtype as Stored, type Tensor } from "../tensors/tensor.ts";
import { isFloat, readAttributes } from "../ops/op.ts";
import { OPS } from "../ops/registry.ts";
import type { Attribute, Attributes, Carry, Constant, Dtype, Graph, Node, Port } from "../graph/graph.ts";

/** Nodes of one file, and axes of a value. */
const MOST_NODES = 100_000;
const MOST_AXES = 8;

/** Levels of lists and objects in an attribute. */
const DEEPEST = 4;

/** How types are stored that are not float32. */
const STORED: { readonly [dtype: string]: Stored } = {
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint64: "U64",
  uint32: "U32",
  uint16: "U16",
  uint8: "U8",
  bool: "BOOL",
};

const DTYPES: readonly string[] = ["float32", "float64", "float16", "bfloat16", ...Object.keys(STORED)];

/** Numbers that JSON has not. */
const NUMBERS: { readonly [text: string]: number } = { Infinity, "-Infinity": -Infinity, NaN, "-0": -0 };

/**
 * Writes a graph as a safetensors file: its constants are the tensors, floats as F32, and under the metadata key
 * `unrolled` stands { format: "unrolled/2", inputs, outputs, nodes, carried }. Infinity, NaN and -0 in attributes are
 * texts.
 */
export function writeGraph({ inputs, outputs, nodes, constants, carried }: Graph): Uint8Array {
  const json = JSON.stringify({ format: "unrolled/2", inputs, outputs, nodes, carried }, (_, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? value === 0
        ? "-0"
        : String(value)
      : value,
  );
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map((port) => port.name)]);
  return writeSafetensors(
    [...constants].filter(([name]) => used.has(name)).map(([name, constant]) => stored(name, constant)),
    { unrolled: json },
  );
}

/**
 * Reads what `writeGraph` writes, every float type as float32. Throws FormatError, which names the node, the tensor
 * or the field, where it is no graph in the order in which it runs.
 */
export function readGraph(file: Uint8Array): Graph {
  const { tensors, metadata } = readSafetensors(file);
  const json = metadata.get("unrolled");
  if (json === undefined) throw bad('metadata key "unrolled": expected a graph, got none');
  const fields = asObject("description", parse(json));
  if (fields.format !== "unrolled/2") {
    throw new FormatError(
      "unsupported",
      `format: expected "unrolled/2", got ${shown(fields.format)}${fields.format === undefined || fields.format === "unrolled/1" ? ": Model.fromSafetensors reads it" : ""}`,
    );
  }
  checkFields("description", fields, ["format", "inputs", "outputs", "nodes", "carried", "ignore"]);
  const ignored = new Set(listOf("ignore", fields.ignore ?? []).map((name, i) => text(`ignore[${i}]`, name)));
  const left = tensors.filter((t) => !ignored.has(t.name));
  for (const name of ignored)
    if (!tensors.some((t) => t.name === name))
      throw new FormatError("tensor", `ignore: expected names of tensors, got ${name}`);
  const nodes = listOf("nodes", fields.nodes);
  if (nodes.length > MOST_NODES)
    throw new FormatError("unsupported", `nodes: expected at most ${MOST_NODES}, got ${nodes.length}`);
  const inputs = listOf("inputs", fields.inputs).map((port, i) => readPort(`inputs[${i}]`, port));
  const outputs = listOf("outputs", fields.outputs).map((port, i) => readPort(`outputs[${i}]`, port));
  if (outputs.length === 0) throw bad("outputs: expected at least one, got none");
  const graph = {
    inputs,
    outputs,
    nodes: nodes.map(readNode),
    constants: new Map(left.map((t) => [t.name, constantOf(t)])),
    ...(fields.carried !== undefined && { carried: readCarried(fields.carried, inputs, outputs) }),
  };
  checkNames(graph);
  return graph;
}

/** Every value is written once, before it is read; every tensor is read. */
function checkNames({ inputs, outputs, nodes, constants }: Graph): void {
  const writers = new Map<string, string>();
  const write = (label: string, name: string) => {
    const other = writers.get(name);
    if (other !== undefined)
      throw new FormatError(
        "graph",
        `${label}: ${shown(name)}: expected a name of its own, got one that ${other} writes`,
      );
    writers.set(name, label);
  };
  for (const { name } of inputs) write("inputs", name);
  for (const name of constants.keys()) write("tensors", name);
  const unread = new Set(constants.keys());
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node.name])));
  const read = (label: string, name: string) => {
    unread.delete(name);
    if (writers.has(name)) return;
    const later = makers.get(name);
    throw new FormatError(
      "graph",
      `${label}: ${shown(name)}: expected ${later === undefined ? "a value, got none" : `a value made before it, got one of ${later}`}`,
    );
  };
  for (const node of nodes) {
    node.inputs.forEach((name, i) => name !== "" && read(`${node.name}: input ${i}`, name));
    node.outputs.forEach((name, i) => name !== "" && write(`${node.name}: output ${i}`, name));
  }
  const named = new Set<string>();
  for (const { name } of outputs) {
    read("outputs", name);
    if (named.has(name)) throw bad(`outputs: ${name}: expected once, got it twice`);
    named.add(name);
  }
  if (unread.size > 0) throw new FormatError("tensor", `no node uses ${[...unread].slice(0, 20).join(", ")}`);
}

function readNode(value: unknown, i: number): Node {
  const fields = asObject(`nodes[${i}]`, value);
  const name = text(`nodes[${i}].name`, fields.name ?? fields.op);
  const label = `nodes[${i}] ${name}`;
  checkFields(label, fields, ["op", "name", "inputs", "outputs", "attributes"]);
  const op = text(`${label}: op`, fields.op);
  if (!Object.hasOwn(OPS, op))
    throw new FormatError("unsupported", `${label}: expected an op that this engine has, got ${shown(op)}`);
  const attributes = readAttribute(
    `${label}: attributes`,
    asObject(`${label}: attributes`, fields.attributes ?? {}),
    DEEPEST,
  ) as Attributes;
  readAttributes(label, OPS[op].attributes, attributes);
  const names = (field: "inputs" | "outputs") =>
    listOf(`${label}: ${field}`, fields[field]).map((v, k) => text(`${label}: ${field}[${k}]`, v));
  return { op, name, inputs: names("inputs"), outputs: names("outputs"), attributes };
}

function readPort(label: string, value: unknown): Port {
  const fields = asObject(label, value);
  checkFields(label, fields, ["name", "dtype", "dims"]);
  const name = text(`${label}.name`, fields.name);
  if (name === "") throw bad(`${label}.name: expected a name, got ""`);
  const dtype = text(`${label}.dtype`, fields.dtype);
  if (!DTYPES.includes(dtype))
    throw new FormatError("dtype", `${label}.dtype: expected one of ${DTYPES.join(", ")}, got ${shown(dtype)}`);
  const dims = listOf(`${label}.dims`, fields.dims);
  if (dims.length > MOST_AXES)
    throw new FormatError("shape", `${label}.dims: expected at most ${MOST_AXES} axes, got ${dims.length}`);
  for (const dim of dims) {
    if (!(typeof dim === "string" && dim !== "") && !(Number.isSafeInteger(dim) && (dim as number) >= 0)) {
      throw new FormatError("shape", `${label}.dims: expected sizes, or names of them, got ${shown(dim)}`);
    }
  }
  return { name, dtype: dtype as Dtype, dims: dims as Port["dims"] };
}

/** Outputs by the inputs that they become: both of one type, and an input of one output. */
function readCarried(value: unknown, inputs: readonly Port[], outputs: readonly Port[]): Carry {
  const carried = asObject("carried", value);
  const taken = new Map<string, string>();
  const names = (ports: readonly Port[]) => ports.map((p) => p.name).join(", ") || "none";
  for (const [output, name] of Object.entries(carried)) {
    const input = text(`carried.${output}`, name);
    const [from, to] = [outputs.find((p) => p.name === output), inputs.find((p) => p.name === input)];
    if (!from) throw bad(`carried: expected names of outputs: ${names(outputs)}, got ${shown(output)}`);
    if (!to) throw bad(`carried.${output}: expected the name of an input: ${names(inputs)}, got ${shown(input)}`);
    if (from.dtype !== to.dtype)
      throw new FormatError("dtype", `carried.${output}: expected ${to.dtype} of ${input}, got ${from.dtype}`);
    const other = taken.get(input);
    if (other !== undefined)
      throw bad(`carried.${output}: expected an input of its own, got ${shown(input)}, which ${other} becomes`);
    taken.set(input, output);
  }
  return carried as Carry;
}

/** An attribute with the numbers that JSON has not in place of their texts. */
function readAttribute(label: string, value: unknown, levels: number): Attribute {
  if (typeof value === "string") return Object.hasOwn(NUMBERS, value) ? NUMBERS[value] : value;
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null || levels === 0)
    throw bad(`${label}: expected numbers, texts, true or false, lists and objects of them, got ${shown(value)}`);
  if (Array.isArray(value)) return value.map((v) => readAttribute(label, v, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => [key, readAttribute(`${label}: ${key}`, v, levels - 1)]),
  );
}

function stored(name: string, { dtype, shape, data }: Constant): Tensor {
  const type = STORED[dtype] ?? "F32";
  const kept = type === "F32" || type === "I32" ? data : numbersOf(type, data);
  return { name, dtype: type, shape, bytes: new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength) };
}

function numbersOf(type: Stored, data: Constant["data"]): Exclude<ArrayBufferView, DataView> & { byteLength: number } {
  switch (type) {
    case "I64":
      return BigInt64Array.from(data, BigInt);
    case "U64":
      return BigUint64Array.from(data, BigInt);
    case "U32":
      return Uint32Array.from(data);
    case "I16":
    case "U16":
      return Int16Array.from(data);
    default:
      return Int8Array.from(data);
  }
}

function constantOf(t: Tensor): Constant {
  const dtype = (Object.keys(STORED).find((name) => STORED[name] === t.dtype) ?? "float32") as Dtype;
  if (isFloat(dtype)) return { dtype, shape: t.shape, data: toFloat32(t) };
  const values = toIntegers(t);
  const wrong = values.findIndex((v) => v !== (v | 0));
  if (wrong >= 0)
    throw new FormatError(
      "dtype",
      `${t.name}: expected whole numbers that int32 holds, got ${values[wrong]} at ${wrong}`,
    );
  return { dtype, shape: t.shape, data: Int32Array.from(values) };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw bad(`metadata key "unrolled": expected JSON: ${(error as Error).message}`);
  }
}

function checkFields(label: string, fields: object, known: readonly string[]): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new FormatError("unsupported", `${label}: ${unknown}: expected one of ${known.join(", ")}`);
}

function text(label: string, value: unknown): string {
  if (typeof value !== "string") throw bad(`${label}: expected a text, got ${kindOf(value)}`);
  return value;
}

function listOf(label: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw bad(`${label}: expected a list, got ${shown(value)}`);
  return value;
}

function asObject(label: string, value: unknown): { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad(`${label}: expected an object, got ${shown(value)}`);
  return value as { readonly [name: string]: unknown };
}

const bad = (message: string) => new FormatError("description", message);
