import { FormatError } from "../check.ts";
import type { Builder } from "../bind/builder.ts";
import type { Constant, Port, Type } from "../graph/graph.ts";
import type { Program } from "../bind/program.ts";
import { Context, Sequence, type Bodies, type Item } from "./context.ts";
import {
  functionKey,
  readModel,
  type AttributeValue,
  type OnnxFunction,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type Opsets,
} from "./model.ts";
import { OPERATORS } from "./operators.ts";
import { ABSENT, bad, find, Scope } from "./scope.ts";
import { isFloat, type ExternalData } from "./tensor.ts";

/** The newest version of each domain's operators that is known here. */
const NEWEST: { readonly [domain: string]: number } = { "": 28, "com.microsoft": 1 };

/** Limits of what a small file may unfold to. */
const MOST_NODES = 100_000;
const MOST_UNROLLED = 1000;
const DEEPEST = 32;

/**
 * The graph of an ONNX file. `externalData`: the bytes of files beside the model, by location.
 * Throws FormatError where the file is none, or asks for what is not run; more is found when it is built.
 */
export function onnxProgram(file: Uint8Array, options: { readonly externalData?: ExternalData } = {}): Program {
  const model = readModel(file, options.externalData);
  const { graph } = model;
  const inputs = graph.inputs
    .filter(({ name }) => !graph.initializers.has(name))
    .map(({ name, dtype, dims }): Port => {
      if (!dtype || !dims) {
        throw new FormatError("unsupported", `input ${name}: expected a tensor whose dimensions are given`);
      }
      return { name, dtype, dims };
    });
  const outputs = graph.outputs.map(({ name, dtype, dims = [] }): Port => ({ name, dtype: dtype ?? "float32", dims }));
  for (const [kind, ports] of [
    ["input", inputs],
    ["output", outputs],
  ] as const) {
    const seen = new Set<string>();
    for (const { name } of ports) {
      if (seen.has(name)) throw bad(`${kind} ${name}: expected once, got it twice`);
      seen.add(name);
    }
  }
  return { inputs, outputs, build: (builder, types) => new Translation(builder, model).program(inputs, types) };
}

/** What holds for the nodes of a graph or a function: the versions of operators, and the function's attributes. */
interface Frame {
  readonly opsets: Opsets;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
  readonly depth: number;
  /** Whether nodes count as unrolled. */
  readonly unrolled: boolean;
}

class Translation {
  readonly #builder: Builder;
  readonly #model: OnnxModel;
  #nodes = 0;
  #unrolled = 0;

  constructor(builder: Builder, model: OnnxModel) {
    this.#builder = builder;
    this.#model = model;
  }

  program(inputs: readonly Port[], types: ReadonlyMap<string, Type | Constant>): void {
    const scope = new Scope(this.#builder);
    for (const { name } of inputs) {
      const type = types.get(name)!;
      const value =
        "data" in type
          ? this.#builder.constant(type.data, type.dtype, type.shape, name)
          : this.#builder.input(name, type.dtype, type.shape);
      scope.set("inputs", name, value);
    }
    const frame = { opsets: this.#model.opsets, attributes: new Map(), depth: 0, unrolled: false };
    const outputs = this.#graph("the graph", this.#model.graph, scope, frame);
    this.#model.graph.outputs.forEach(({ name, dtype }, i) => {
      const item = outputs[i];
      if (item instanceof Sequence) {
        throw new FormatError("unsupported", `output ${name}: expected a tensor, got a sequence`);
      }
      const got = item.type.dtype;
      if (dtype && isFloat(dtype) !== isFloat(got)) {
        throw new FormatError("dtype", `output ${name}: expected ${dtype}, got ${got}`);
      }
      this.#builder.output(
        name,
        dtype && dtype !== got ? this.#builder.emit("cast", [item], { to: dtype }, name) : item,
      );
    });
  }

  #graph(label: string, graph: OnnxGraph, scope: Scope, frame: Frame): Item[] {
    if (frame.depth > DEEPEST) {
      throw bad(`${label}: expected at most ${DEEPEST} graphs and functions within each other`);
    }
    for (const [name, tensor] of graph.initializers) scope.set(`initializer ${name}`, name, tensor);
    this.#list(graph.nodes, scope, frame);
    return graph.outputs.map(({ name }) => {
      const item = find(label, "output", name, scope, graph.nodes);
      if (!item) throw bad(`${label}: output ${JSON.stringify(name)}: expected a value, got none`);
      return item;
    });
  }

  #list(nodes: readonly OnnxNode[], scope: Scope, frame: Frame): void {
    for (const node of nodes) {
      const { label } = node;
      if (++this.#nodes > MOST_NODES) {
        throw bad(`${label}: expected at most ${MOST_NODES} nodes once functions and branches stand in place`);
      }
      const inputs = node.inputs.map((name, i) =>
        name === "" ? undefined : find(label, `input ${i}`, name, scope, nodes),
      );
      const outputs = this.#node(node, inputs, scope, frame);
      node.outputs.forEach((name, i) => {
        if (name === "") return;
        scope.set(
          label,
          name,
          outputs[i] ?? new FormatError("unsupported", `${label}: output ${i} (${name}) is not run, and is used`),
        );
      });
      if (
        frame.unrolled &&
        outputs.some((item) => item && !(item instanceof Sequence) && !item.constant) &&
        ++this.#unrolled > MOST_UNROLLED
      ) {
        throw new FormatError("unsupported", `${label}: expected loops that unroll to at most ${MOST_UNROLLED} nodes`);
      }
    }
  }

  #node(
    node: OnnxNode,
    inputs: readonly (Item | undefined)[],
    scope: Scope,
    frame: Frame,
  ): readonly (Item | undefined)[] {
    const { label, domain, operator } = node;
    const attributes = new Map<string, AttributeValue>();
    for (const [name, attribute] of node.attributes) {
      const value = attribute.kind === "reference" ? frame.attributes.get(attribute.value) : attribute;
      if (value) attributes.set(name, value);
    }
    const called = this.#model.functions.get(functionKey(domain, operator, node.overload));
    if (called) return this.#call(node, called, inputs, attributes, frame);
    const known = OPERATORS[domain]?.[operator];
    if (!known || !Object.hasOwn(OPERATORS[domain], operator)) {
      throw new FormatError(
        "unsupported",
        `${label}: the operator ${operator}${domain ? ` of ${domain}` : ""} is not run`,
      );
    }
    const opset = frame.opsets.get(domain);
    if (!opset || !(opset >= 1 && opset <= NEWEST[domain])) {
      throw new FormatError(
        "unsupported",
        `${label}: expected opset 1 to ${NEWEST[domain]} of ${domain || "ai.onnx"}, got ${opset ?? "none"}`,
      );
    }
    const body = (where: string, graph: OnnxGraph, items: readonly Item[], unrolled: boolean): Item[] => {
      const inner = new Scope(this.#builder, scope);
      if (items.length !== graph.inputs.length) {
        throw bad(`${where}: expected a graph of ${items.length} inputs, got ${graph.inputs.length}`);
      }
      graph.inputs.forEach(({ name }, i) => inner.set(where, name, items[i]));
      return this.#graph(where, graph, inner, {
        ...frame,
        depth: frame.depth + 1,
        unrolled: frame.unrolled || unrolled,
      });
    };
    const bodies: Bodies = {
      run: (where, graph, items) => body(where, graph, items, false),
      unroll: (where, graph, items) => body(where, graph, items, true),
    };
    const context = new Context(this.#builder, node, opset, inputs, attributes, bodies);
    let outputs: ReturnType<typeof known>;
    try {
      outputs = known(context);
    } catch (error) {
      throw error instanceof RangeError ? context.error(error.message) : error; // more numbers than there may be
    }
    context.close();
    return Array.isArray(outputs) ? outputs : [outputs as Item];
  }

  /** A function of the model, its nodes in place of the one that calls it. */
  #call(
    { label }: OnnxNode,
    called: OnnxFunction,
    inputs: readonly (Item | undefined)[],
    attributes: ReadonlyMap<string, AttributeValue>,
    frame: Frame,
  ): (Item | undefined)[] {
    const unknown = [...attributes.keys()].find(
      (name) => !called.attributes.includes(name) && !called.defaults.has(name),
    );
    if (unknown !== undefined) {
      throw new FormatError("unsupported", `${label}: attribute ${unknown} is none of the function's`);
    }
    if (inputs.length > called.inputs.length) {
      throw bad(`${label}: expected at most ${called.inputs.length} inputs, got ${inputs.length}`);
    }
    if (frame.depth >= DEEPEST) {
      throw bad(`${label}: expected at most ${DEEPEST} graphs and functions within each other`);
    }
    const scope = new Scope(this.#builder);
    called.inputs.forEach((name, i) => {
      scope.set(label, name, inputs[i] ?? ABSENT);
    });
    const given = new Map([...called.defaults, ...attributes]);
    const opsets = called.opsets.size > 0 ? called.opsets : frame.opsets;
    this.#list(called.nodes, scope, { opsets, attributes: given, depth: frame.depth + 1, unrolled: frame.unrolled });
    return called.outputs.map((name) => find(label, "output", name, scope, called.nodes));
  }
}
