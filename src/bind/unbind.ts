import { FormatError } from "../check.ts";
import { OPS } from "../ops/registry.ts";
import type { BoundGraph } from "../plan/plan.ts";
import type { Carry, Constant, Graph, Node, Port } from "../graph/graph.ts";
import type { Value } from "../graph/value.ts";

/** Writes a graph whose sizes are bound as data: the constants that its nodes use, what is carried into its inputs. */
export function unbind({ inputs, outputs, nodes }: BoundGraph, carry: Carry = {}): Graph {
  const words = new Map(Object.entries(OPS).map(([word, op]) => [op, word]));
  const names = new Map<Value, string>();
  const taken = new Set(["", "__metadata__"]);
  let made = 0;
  const constants = new Map<string, Constant>();
  const written: Node[] = [];

  const take = (name: string): string => {
    if (taken.has(name))
      throw new FormatError("graph", `${name}: expected a name of its own, got one that another value has`);
    taken.add(name);
    return name;
  };
  const fresh = (name: string): string => {
    let free = name;
    while (taken.has(free)) free = `${name}#${++made}`;
    return take(free);
  };
  const nameOf = (value: Value): string => {
    let name = names.get(value);
    if (name === undefined) {
      names.set(value, (name = fresh(value.name)));
      constants.set(name, value.constant!);
    }
    return name;
  };

  for (const input of inputs) names.set(input, take(input.name));
  const copied: (typeof outputs)[number][] = [];
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  for (const output of outputs) {
    if (names.get(output.value) === output.name) continue;
    take(output.name);
    if (computed.has(output.value) && !names.has(output.value)) names.set(output.value, output.name);
    else copied.push(output);
  }
  for (const node of nodes) for (const y of node.outputs) if (!names.has(y)) names.set(y, fresh(y.name));
  for (const { op, call, outputs } of nodes) {
    const from = call.inputs.map((v) => (v ? nameOf(v) : ""));
    written.push({
      op: words.get(op)!,
      name: call.name,
      inputs: from,
      outputs: outputs.map(nameOf),
      attributes: call.given,
    });
  }
  for (const { name, value } of copied) {
    written.push({ op: "identity", name, inputs: [nameOf(value)], outputs: [name], attributes: {} });
  }
  const port = (name: string, { type: { dtype, shape } }: Value): Port => ({ name, dtype, dims: shape });
  const carried = Object.entries(carry).filter(([, name]) => inputs.some((v) => v.name === name));
  return {
    ...(carried.length > 0 && { carried: Object.fromEntries(carried) }),
    inputs: inputs.map((v) => port(v.name, v)),
    outputs: outputs.map(({ name, value }) => port(name, value)),
    nodes: written,
    constants,
  };
}
