import { FormatError, shown } from "../check.ts";
import type { Builder } from "../bind/builder.ts";
import type { Constant, Dtype } from "../graph/graph.ts";
import type { Value } from "../graph/value.ts";
import { Emitter } from "./emitter.ts";
import type { AttributeValue, OnnxGraph, OnnxNode } from "./model.ts";
import { elementType } from "./tensor.ts";

export { countOf, MOST_NUMBERS, range } from "./emitter.ts";

/** A list of values, which is known while a graph is translated: none is there when it runs. */
export class Sequence {
  readonly values: readonly Value[];
  constructor(values: readonly Value[]) {
    this.values = values;
  }
}

/** What a name stands for while a graph is translated. */
export type Item = Value | Sequence;

/** Translates a node: its outputs in ONNX's order, undefined where one is not made. */
export type Operator = (c: Context) => Item | readonly (Item | undefined)[];

export type Operators = { readonly [operator: string]: Operator };

/** The part of the translation that a node's subgraphs need. */
export interface Bodies {
  /** Translates a subgraph in the node's scope; the values of its outputs. */
  run(label: string, graph: OnnxGraph, inputs: readonly Item[]): Item[];
  /** Translates a body of a loop, whose nodes count against the limit of what is unrolled. */
  unroll(label: string, graph: OnnxGraph, inputs: readonly Item[]): Item[];
}

type Kinds = { [V in AttributeValue as V["kind"]]: V["value"] };

/**
 * One node while it is translated. Every attribute and every input of the node is to be read: what is left is refused.
 */
export class Context extends Emitter {
  readonly node: OnnxNode;
  /** The version of the node's operators. */
  readonly opset: number;
  readonly bodies: Bodies;
  readonly #inputs: readonly (Item | undefined)[];
  readonly #attributes: ReadonlyMap<string, AttributeValue>;
  readonly #read = new Set<string>();
  #used = 0;

  constructor(
    builder: Builder,
    node: OnnxNode,
    opset: number,
    inputs: readonly (Item | undefined)[],
    attributes: ReadonlyMap<string, AttributeValue>,
    bodies: Bodies,
  ) {
    super(builder, node.name);
    this.node = node;
    this.opset = opset;
    this.bodies = bodies;
    this.#inputs = inputs;
    this.#attributes = attributes;
  }

  /** What the node asks for and cannot have. */
  error(message: string): FormatError {
    return new FormatError("unsupported", `${this.node.label}: ${message}`);
  }

  /** Throws where an attribute or an input was not read. */
  close(): void {
    const attribute = [...this.#attributes.keys()].find((name) => !this.#read.has(name));
    if (attribute !== undefined) {
      throw this.error(
        `attribute ${attribute} is unknown at opset ${this.opset}, or has no effect that this engine runs`,
      );
    }
    const input = this.#inputs.findIndex((value, i) => i >= this.#used && value !== undefined);
    if (input >= 0) {
      throw this.error(`input ${input}: expected at most ${this.#used} inputs, got ${this.#inputs.length}`);
    }
  }

  // Attributes

  #attribute<K extends keyof Kinds>(name: string, kind: K): Kinds[K] | undefined {
    this.#read.add(name);
    const attribute = this.#attributes.get(name);
    if (attribute && attribute.kind !== kind) {
      throw this.error(`attribute ${name}: expected ${kind}, got ${attribute.kind}`);
    }
    return attribute?.value as Kinds[K] | undefined;
  }

  #required<K extends keyof Kinds>(name: string, kind: K, fallback: Kinds[K] | undefined): Kinds[K] {
    const value = this.#attribute(name, kind) ?? fallback;
    if (value === undefined) throw this.error(`attribute ${name}: expected ${kind}, got none`);
    return value;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  int(name: string, fallback?: number): number {
    return this.#required(name, "int", fallback);
  }

  /** An int that is 0 or 1. */
  flag(name: string, fallback = false): boolean {
    const value = this.int(name, Number(fallback));
    if (value !== 0 && value !== 1) throw this.error(`attribute ${name}: expected 0 or 1, got ${value}`);
    return value === 1;
  }

  float(name: string, fallback?: number): number {
    return this.#required(name, "float", fallback);
  }

  /** Text, one of `words` where they are given. */
  string(name: string, fallback?: string, words?: readonly string[]): string {
    const value = this.#required(name, "string", fallback);
    if (words && !words.includes(value)) {
      throw this.error(`attribute ${name}: expected ${words.join(" or ")}, got ${shown(value)}`);
    }
    return value;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute(name, "ints");
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, "floats");
  }

  strings(name: string): readonly string[] | undefined {
    return this.#attribute(name, "strings");
  }

  tensor(name: string): Constant | undefined {
    return this.#attribute(name, "tensor")?.read();
  }

  /** A graph, which is read when it is called. */
  graph(name: string): () => OnnxGraph {
    return this.#required(name, "graph", undefined);
  }

  /** The element type that an attribute names by its number. */
  dtype(name: string, fallback?: Dtype): Dtype {
    const number = this.#attribute(name, "int");
    return number === undefined && fallback ? fallback : elementType(`${this.node.label}: attribute ${name}`, number);
  }

  /** Names attributes that change no answer. */
  ignore(...names: string[]): void {
    for (const name of names) this.#read.add(name);
  }

  // Inputs

  /** How many inputs the node names. */
  get count(): number {
    return this.#inputs.length;
  }

  item(i: number): Item | undefined {
    this.#used = Math.max(this.#used, i + 1);
    return this.#inputs[i];
  }

  optional(i: number): Value | undefined {
    const item = this.item(i);
    if (item instanceof Sequence) throw this.error(`input ${i}: expected a tensor, got a sequence`);
    return item;
  }

  input(i: number): Value {
    const value = this.optional(i);
    if (!value) throw this.error(`input ${i}: expected a value, got none`);
    return value;
  }

  /** All inputs, of which there must be one. */
  inputs(): Value[] {
    return Array.from({ length: Math.max(1, this.count) }, (_, i) => this.input(i));
  }

  sequence(i: number): readonly Value[] {
    const item = this.item(i);
    if (!(item instanceof Sequence)) {
      throw this.error(`input ${i}: expected a sequence, got ${item ? "a tensor" : "none"}`);
    }
    return item.values;
  }

  /** The numbers of a value that must be known before anything runs. */
  known(value: Value, word: string): Constant {
    return this.builder.known(value, `${this.node.label}: ${word}`);
  }

  /** The whole numbers of an input that must be known; undefined where it is left out. */
  numbers(i: number, word: string): number[] | undefined {
    const value = this.optional(i);
    return value && [...this.known(value, word).data];
  }

  /** A list as an attribute where the node has one, else as an input: how older and newer opsets give it. */
  list(name: string, i: number): readonly number[] | undefined {
    return this.has(name) ? this.ints(name) : this.numbers(i, name);
  }

  /** The one number of an input that must be known; `fallback` where it is left out. */
  number(i: number, word: string, fallback?: number): number {
    const numbers = this.numbers(i, word);
    if (numbers && numbers.length !== 1) throw this.error(`${word}: expected one number, got ${numbers.length}`);
    const value = numbers?.[0] ?? fallback;
    if (value === undefined) throw this.error(`input ${i} (${word}): expected a value, got none`);
    return value;
  }

  /** An axis counted from the front. */
  axis(axis: number, rank: number): number {
    if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
      throw this.error(`expected an axis of ${rank}, got ${axis}`);
    }
    return axis < 0 ? axis + rank : axis;
  }
}
