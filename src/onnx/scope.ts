import { FormatError } from "../check.ts";
import type { Builder } from "../bind/builder.ts";
import type { Item } from "./context.ts";
import type { OnnxNode } from "./model.ts";
import type { OnnxTensor } from "./tensor.ts";

/** An input that the caller of a function leaves out. */
export const ABSENT = "absent";

/** Names of values within a graph; a subgraph sees those of the graph around it. */
export class Scope {
  readonly #items = new Map<string, Item | OnnxTensor | FormatError | typeof ABSENT>();
  readonly #builder: Builder;
  readonly #parent: Scope | undefined;

  constructor(builder: Builder, parent?: Scope) {
    this.#builder = builder;
    this.#parent = parent;
  }

  /** A tensor becomes a constant when it is first used; an error is thrown when what it stands for is. */
  set(label: string, name: string, item: Item | OnnxTensor | FormatError | typeof ABSENT): void {
    if (this.#items.has(name)) {
      throw bad(`${label}: expected a new name for a value, got ${JSON.stringify(name)} twice`);
    }
    this.#items.set(name, item);
  }

  get(name: string): Item | typeof ABSENT | undefined {
    const item = this.#items.get(name);
    if (item === ABSENT) return ABSENT;
    if (!item) return this.#parent?.get(name);
    if (item instanceof Error) throw item;
    if (!("read" in item)) return item;
    const { data, dtype, shape } = item.read();
    const value = this.#builder.constant(data, dtype, shape, name);
    this.#items.set(name, value);
    return value;
  }
}

/** The value of a name; undefined where it is one that a function's caller leaves out. */
export function find(
  label: string,
  what: string,
  name: string,
  scope: Scope,
  nodes: readonly OnnxNode[],
): Item | undefined {
  const item = scope.get(name);
  if (item) return item === ABSENT ? undefined : item;
  const later = nodes.find(({ outputs }) => outputs.includes(name));
  throw bad(
    `${label}: ${what} ${JSON.stringify(name)}: ${later ? `expected a value made before it, got one of ${later.label}` : "expected a value, got none"}`,
  );
}

/** What a graph may not be. */
export const bad = (message: string): FormatError => new FormatError("graph", message);
