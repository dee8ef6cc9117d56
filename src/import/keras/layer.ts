import { FormatError, shown } from "../../check.ts";
import type { Dataset } from "../../formats/hdf5/dataset.ts";
import type { Emitter, Sym } from "./emitter.ts";

/** Whose words the file speaks: what "hard_sigmoid" means, how masks merge. */
export type Generation = "keras 3" | "keras 2" | "tfjs";

/** What a call of a layer was given beside its tensors. */
export interface Call {
  /** States to begin with. */
  readonly states: readonly Sym[];
  /** The masks of its inputs are arguments of the call. */
  readonly masked?: boolean;
  /** Arguments that are true: others change nothing. */
  readonly flags: readonly string[];
  /** What an operation of keras.ops is called on. */
  readonly operands: readonly (Sym | number)[];
}

/** A class of layers. */
export interface Kind {
  /** Names of its own variables in Keras's order; the ones that are never trained are told by their name. */
  readonly variables?: (layer: Layer) => string[];
  /** Its variables belong to a cell within it. */
  readonly cell?: boolean;
  /** Layers within it, not read yet, and the attribute in Keras that holds each: its place in a .keras file. */
  readonly children?: (config: Json, name: string) => { readonly at: string; readonly json: unknown }[];
  /** Works on the last axis alone, whatever comes before it. */
  readonly pointwise?: (layer: Layer) => boolean;
  /** Takes integers as they are. */
  readonly integers?: boolean;
  /** Is of keras.ops: it is called on operands. */
  readonly operation?: boolean;
  /** Is a model: what it is made of, it calls. */
  readonly model?: boolean;
  /** Calls it may be given states or these flags in; none is the rule. */
  readonly calls?: { readonly states?: boolean; readonly flags?: readonly string[] };
  /** The mask of its input is its output's. */
  readonly masks?: boolean;
  readonly build: (g: Emitter, layer: Layer, inputs: readonly Sym[], call: Call) => Sym[];
}

export interface Child {
  readonly at: string;
  readonly layer: Layer;
}

export type Json = Readonly<Record<string, unknown>>;

/** Keys that change nothing when a model predicts, or are read for every layer. */
const HARMLESS = new Set([
  "name",
  "trainable",
  "dtype",
  "batch_input_shape",
  "batch_shape",
  "seed",
  "implementation",
  "autocast",
]);
const HARMLESS_ENDS = /_(initializer|regularizer|constraint)$/;

/** One layer of a file: its configuration, every key of which must be read, and its variables. */
export class Layer {
  readonly className: string;
  readonly name: string;
  readonly kind: Kind;
  readonly config: Json;
  readonly generation: Generation;
  readonly trainable: boolean;
  readonly children: readonly Child[];
  /** Calls of it in the model that it is in, as the file has them. */
  readonly inbound: unknown;
  /** Its variables by their names, once they are found. */
  readonly variables = new Map<string, Dataset>();
  readonly #read = new Set<string>();

  constructor(said: Pick<Layer, "className" | "name" | "kind" | "config" | "generation" | "children" | "inbound">) {
    this.className = said.className;
    this.name = said.name;
    this.kind = said.kind;
    this.config = said.config;
    this.generation = said.generation;
    this.children = said.children;
    this.inbound = said.inbound;
    this.trainable = said.config.trainable !== false;
  }

  /** How an error calls it. */
  get label(): string {
    return `layer ${shown(this.name)} (${this.className})`;
  }

  error(message: string): FormatError {
    return new FormatError("unsupported", `${this.label}: ${message}`);
  }

  /** The value of a key, which is now known. */
  value(key: string): unknown {
    this.#read.add(key);
    return this.config[key];
  }

  flag(key: string, absent = false): boolean {
    const value = this.value(key) ?? absent;
    if (typeof value !== "boolean") throw this.error(`${key}: expected true or false, got ${shown(value)}`);
    return value;
  }

  number(key: string, absent?: number): number {
    const value = this.value(key) ?? absent;
    if (typeof value !== "number") throw this.error(`${key}: expected a number, got ${shown(value)}`);
    return value;
  }

  count(key: string, least = 1, absent?: number): number {
    const value = this.number(key, absent);
    if (!Number.isSafeInteger(value) || value < least || value > 2 ** 30) {
      throw this.error(`${key}: expected a whole number of at least ${least}, got ${value}`);
    }
    return value;
  }

  /** A count that may be written as a list of one. */
  single(key: string, least = 1, absent?: number): number {
    const value = this.value(key) ?? absent;
    const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (!Number.isSafeInteger(one) || (one as number) < least || (one as number) > 2 ** 30) {
      throw this.error(`${key}: expected a whole number of at least ${least}, got ${shown(value)}`);
    }
    return one as number;
  }

  /** Whole numbers in which null is -1. */
  sizes(key: string): number[] {
    const value = this.value(key);
    return this.#whole(key, Array.isArray(value) ? value.map((n) => n ?? -1) : value);
  }

  /** Whole numbers, of any sign; one alone is a list of one. */
  integers(key: string, absent?: number): number[] {
    return this.#whole(key, this.value(key) ?? absent);
  }

  #whole(key: string, value: unknown): number[] {
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((n) => Number.isSafeInteger(n))) {
      throw this.error(`${key}: expected whole numbers, got ${shown(value)}`);
    }
    return list as number[];
  }

  word<const W extends string>(key: string, words: readonly W[], absent?: W): W {
    const value = this.value(key) ?? absent;
    if (!words.includes(value as W)) throw this.error(`${key}: expected ${words.join(" or ")}, got ${shown(value)}`);
    return value as W;
  }

  /** Throws unless a key is absent, null, or one of the values that ask for nothing. */
  only(key: string, ...values: unknown[]): void {
    const value = this.value(key);
    if (value === undefined || value === null || values.includes(value)) return;
    throw this.error(`${key} = ${shown(value)} is not run`);
  }

  /** Throws where a key of the configuration was never asked for. */
  finish(): void {
    for (const [key, value] of Object.entries(this.config)) {
      if (this.#read.has(key) || HARMLESS.has(key) || HARMLESS_ENDS.test(key)) continue;
      throw this.error(`${key} = ${shown(value)} is not known`);
    }
  }

  /** A variable's numbers, of the shape that is expected. */
  weights(name: string, shape: readonly number[]): Float32Array {
    const found = this.variables.get(name);
    if (found === undefined) throw new FormatError("tensor", `${this.label}: expected weights ${name}`);
    if (`${found.shape}` !== `${shape}`) {
      throw new FormatError(
        "shape",
        `${this.label}: ${name}: expected shape [${shape.join(", ")}], got [${found.shape.join(", ")}]`,
      );
    }
    if (!(found.data instanceof Float32Array)) {
      throw new FormatError("dtype", `${this.label}: ${name}: expected floats, got integers`);
    }
    return found.data;
  }

  /** The shape that a variable has in the file. */
  shapeOf(name: string): readonly number[] {
    const found = this.variables.get(name);
    if (found === undefined) throw new FormatError("tensor", `${this.label}: expected weights ${name}`);
    return found.shape;
  }
}
