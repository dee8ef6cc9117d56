import type { Attributes, Carry, Constant, Dim, Dtype, Graph, Node, Port } from "./graph.ts";

/** Writes a graph a node at a time; names are made here where none is given. Nothing is checked before `bind`. */
export class GraphWriter {
  readonly #inputs: Port[] = [];
  readonly #outputs: Port[] = [];
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Constant>();
  #carried: Carry | undefined;
  #made = 0;

  /** An input of the graph; a dim that is a name is known when the graph is bound. */
  input(name: string, dtype: Dtype, dims: readonly Dim[]): string {
    this.#inputs.push({ name, dtype, dims });
    return name;
  }

  /** A value that is known: float32 for every float type, int32 for every other. */
  constant(
    data: Float32Array | Int32Array,
    dtype: Dtype,
    shape: readonly number[],
    name = this.#fresh("constant"),
  ): string {
    this.#constants.set(name, { dtype, shape, data });
    return name;
  }

  /** A node of one output, whose name is returned; "" stands for an input that is left out. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}, name = op): string {
    return this.nodes(op, inputs, attributes, name, 1)[0];
  }

  /** A node of several outputs. */
  nodes(op: string, inputs: readonly string[], attributes: Attributes, name: string, outputs: number): string[] {
    const names = Array.from({ length: outputs }, () => this.#fresh(name));
    this.#nodes.push({ op, name, inputs, outputs: names, attributes });
    return names;
  }

  /** Makes a value an output of the graph under `name`. */
  output(name: string, value: string, dtype: Dtype = "float32", dims: readonly Dim[] = []): void {
    this.#nodes.push({ op: "identity", name, inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, dtype, dims });
  }

  /** Makes streams begin each step with what some outputs were in the one before. */
  carry(carried: Carry): void {
    this.#carried = carried;
  }

  graph(): Graph {
    const [inputs, outputs, nodes, constants] = [this.#inputs, this.#outputs, this.#nodes, this.#constants];
    return { inputs, outputs, nodes, constants, ...(this.#carried && { carried: this.#carried }) };
  }

  #fresh(name: string): string {
    return `${name}#${++this.#made}`;
  }
}
