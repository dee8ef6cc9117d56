import { FormatError } from "../check.ts";
import { countOf, isFloat, readAttributes, type Call, type Op, type Value } from "../ops/op.ts";
import { OPS } from "../ops/registry.ts";
import { moved } from "../plan/moves.ts";
import type { BoundGraph, BoundNode } from "../plan/plan.ts";
import type { Attributes, Constant, Dtype, Type } from "../graph/graph.ts";
import { movesNothing, permutationOf, turned } from "./turns.ts";

/** Nodes of one graph. */
const MOST_NODES = 100_000;

/** Elements of one value. */
const MOST_ELEMENTS = 2 ** 28;

/** Elements of a value that is computed before anything runs, and of all of them: a small file may unfold to more. */
const MOST_KNOWN = 2 ** 24;
const MOST_KNOWN_TOGETHER = 2 ** 26;

/** Computes a node whose inputs are all known. */
export type Evaluate = (node: BoundNode) => Constant[];

/** Thrown where a number must be known now, and depends on what the caller feeds: these inputs. */
export class Unknown extends Error {
  readonly inputs: readonly string[];
  constructor(label: string, inputs: readonly string[]) {
    super(`${label}: expected a value that is known, got one that depends on ${inputs.join(", ")}`);
    this.inputs = inputs;
  }
}

/** Writes a graph whose sizes are bound: checks each node, infers its types, and computes at once what is known. */
export class Builder {
  readonly #inputs: Value[] = [];
  readonly #outputs: { name: string; value: Value }[] = [];
  readonly #nodes: BoundNode[] = [];
  readonly #makers = new Map<Value, BoundNode>();
  readonly #evaluate: Evaluate;
  #made = 0;
  /** Elements computed so far. */
  #computed = 0;

  constructor(evaluate: Evaluate) {
    this.#evaluate = evaluate;
  }

  input(name: string, dtype: Dtype, shape: readonly number[]): Value {
    const value = { name, type: checkType(name, { dtype, shape }) };
    this.#inputs.push(value);
    return value;
  }

  /** A value that is known: float32 for every float type, int32 for every other. */
  constant(data: Float32Array | Int32Array, dtype: Dtype, shape: readonly number[], name = "constant"): Value {
    const type = checkType(name, { dtype, shape });
    if (data.length !== countOf(shape))
      throw new FormatError("shape", `${name}: expected ${countOf(shape)} values for [${shape}], got ${data.length}`);
    if (data instanceof Float32Array !== isFloat(dtype))
      throw new FormatError("dtype", `${name}: expected numbers of ${dtype}, got ${data.constructor.name}`);
    return { name, type, constant: { ...type, data } };
  }

  /** A node of one output. */
  emit(word: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, name = word): Value {
    return this.emitAll(word, inputs, attributes, name)[0];
  }

  /** A node of any number of outputs. */
  emitAll(word: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}, name = word): Value[] {
    const op = Object.hasOwn(OPS, word) ? OPS[word] : undefined;
    if (!op)
      throw new FormatError("unsupported", `${name}: expected an op that this engine has, got ${JSON.stringify(word)}`);
    checkInputs(name, op, inputs);
    const call: Call = { name, inputs, attributes: readAttributes(name, op.attributes, attributes), given: attributes };
    const types = op.infer(call).map((t) => checkType(name, t));
    const same = op.same?.(call, types);
    if (same) return [same];
    const instead = this.#turned(word, call, types, attributes);
    if (instead) return [instead];
    if (inputs.every((v) => !v || v.constant) && (op.view || this.#affordable(types)))
      return this.#known(op, call, types);
    const node: BoundNode = { op, call, outputs: types.map((type) => ({ name: `${name}#${++this.#made}`, type })) };
    this.#nodes.push(node);
    if (this.#nodes.length > MOST_NODES)
      throw new FormatError("unsupported", `${name}: expected a graph of at most ${MOST_NODES} nodes, got more`);
    for (const y of node.outputs) this.#makers.set(y, node);
    return [...node.outputs];
  }

  /**
   * The numbers of a value that must be known. Throws Unknown where they are not: with the inputs of the graph that
   * they depend on.
   */
  known(value: Value, label: string): Constant {
    if (value.constant) return value.constant;
    throw new Unknown(label, this.#roots(value));
  }

  output(name: string, value: Value): void {
    this.#outputs.push({ name, value });
  }

  /** The graph, without what no output needs. */
  graph(): BoundGraph {
    const needed = new Set<Value>(this.#outputs.map((o) => o.value));
    const nodes: BoundNode[] = [];
    for (let i = this.#nodes.length - 1; i >= 0; i--) {
      const node = this.#nodes[i];
      if (!node.outputs.some((y) => needed.has(y))) continue;
      for (const v of node.call.inputs) if (v) needed.add(v);
      nodes.push(node);
    }
    return { inputs: this.#inputs, outputs: this.#outputs, nodes: nodes.reverse() };
  }

  #known(op: Op, call: Call, types: Type[]): Value[] {
    const { name, inputs } = call;
    if (op.view) return [this.constant(inputs[0]!.constant!.data, types[0].dtype, types[0].shape, name)];
    const node = { op, call, outputs: types.map((type) => ({ name, type })) };
    const copied = moved(node);
    return (copied ? [copied] : this.#evaluate(node)).map((constant) => ({ name, type: constant, constant }));
  }

  /**
   * The same value from a node before its inputs are turned, or from one transpose for two, or for one that moves
   * nothing.
   */
  #turned(word: string, { name, inputs }: Call, [type]: readonly Type[], attributes: Attributes): Value | undefined {
    const makerOf = (value: Value) => this.#makers.get(value);
    if (word !== "transpose") {
      const before = turned(word, inputs, attributes, makerOf);
      if (!before) return undefined;
      return this.emit(
        "transpose",
        [this.emit(word, before.inputs, before.attributes, name)],
        { permutation: before.permutation },
        name,
      );
    }
    const [x] = inputs;
    const permutation = (attributes.permutation as readonly number[]).map((p) => (p < 0 ? p + type.shape.length : p));
    if (movesNothing(x!.type.shape, permutation)) return this.emit("reshape", [x], { shape: [...type.shape] }, name);
    const first = permutationOf(makerOf(x!));
    if (!first) return undefined;
    return this.emit("transpose", makerOf(x!)!.call.inputs, { permutation: permutation.map((p) => first[p]) }, name);
  }

  /** Whether a node's outputs are few enough to be computed at once; what is not is left for the run. */
  #affordable(types: readonly Type[]): boolean {
    const count = types.reduce((sum, t) => sum + countOf(t.shape), 0);
    if (count > MOST_KNOWN || this.#computed + count > MOST_KNOWN_TOGETHER) return false;
    this.#computed += count;
    return true;
  }

  /** Names of the graph's inputs that a value depends on. */
  #roots(value: Value): string[] {
    const seen = new Set<Value>([value]);
    for (const v of seen) for (const u of this.#makers.get(v)?.call.inputs ?? []) if (u) seen.add(u);
    return this.#inputs.filter((v) => seen.has(v)).map((v) => v.name);
  }
}

function checkInputs(name: string, op: Op, inputs: readonly (Value | undefined)[]): void {
  const [least, most] = op.inputs;
  const missing = inputs.findIndex((v, i) => !v && i < least);
  if (inputs.length < least || inputs.length > most || missing >= 0) {
    throw new FormatError(
      "graph",
      `${name}: expected ${least === most ? least : `${least} to ${most}`} inputs, got ${missing >= 0 ? `none at ${missing}` : inputs.length}`,
    );
  }
}

function checkType(name: string, type: Type): Type {
  const { shape } = type;
  if (shape.some((d) => !Number.isSafeInteger(d) || d < 0) || countOf(shape) > MOST_ELEMENTS) {
    throw new FormatError("shape", `${name}: expected at most ${MOST_ELEMENTS} elements, got [${shape}]`);
  }
  return type;
}
