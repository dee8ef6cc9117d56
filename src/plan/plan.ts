import { recordBytes, type OpenRecord } from "../abi/records.ts";
import type { Call, Op, Value } from "../ops/op.ts";
import { countOf } from "../ops/op.ts";
import { place, type Life } from "./lifetimes.ts";
import type { At, Lowering, Slot } from "../abi/lowering.ts";

/** A node whose sizes are bound. */
export interface BoundNode {
  readonly op: Op;
  readonly call: Call;
  readonly outputs: readonly Value[];
}

/** A graph whose sizes are bound, in the order in which it runs. */
export interface BoundGraph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  readonly nodes: readonly BoundNode[];
}

/** Where everything stands, and what is played; nothing is allocated. */
export interface Plan {
  /** Bytes of the values. */
  readonly bytes: number;
  readonly weights: readonly Slot[];
  readonly records: readonly OpenRecord[];
  /** Bytes of the records. */
  readonly recordBytes: number;
  readonly inputs: readonly At[];
  readonly outputs: readonly At[];
}

/** Readable bytes past a value: a kernel may load a whole vector at a row's end. */
const SLACK = 16;

/** Lays out a bound graph: one offset for each value, from its first use to its last. */
export function planGraph(graph: BoundGraph): Plan {
  const homes = new Map<Value, Slot>();
  const lives = new Map<Slot, Life>();
  const weights = new Map<object, Map<string, Slot>>();
  const records: OpenRecord[] = [];
  let now = -1;

  const open = (bytes: number): Slot => {
    const slot: Slot = { space: "values", bytes: bytes + SLACK, offset: -1 };
    lives.set(slot, { slot, first: now, last: now });
    return slot;
  };
  const weightsOf: Lowering["weights"] = (source, layout, bytes, write) => {
    let layouts = weights.get(source);
    if (!layouts) weights.set(source, (layouts = new Map<string, Slot>()));
    let slot = layouts.get(layout);
    if (!slot)
      layouts.set(layout, (slot = { space: "weights", bytes: bytes + SLACK, offset: -1, source, layout, write }));
    return { slot, offset: 0 };
  };
  const at = (value: Value): At => {
    const home = homes.get(value);
    if (home) {
      lives.get(home)!.last = Math.max(lives.get(home)!.last, now);
      return { slot: home, offset: 0 };
    }
    const { data } = value.constant!;
    return weightsOf(data, "as it stands", data.byteLength, (floats, integers) =>
      data instanceof Float32Array ? floats.set(data) : integers.set(data),
    );
  };

  for (const input of graph.inputs) homes.set(input, open(countOf(input.type.shape) * 4));
  graph.nodes.forEach(({ op, call, outputs }, i) => {
    now = i;
    const [x] = call.inputs;
    if (op.view && x && homes.has(x)) homes.set(outputs[0], at(x).slot);
    else for (const y of outputs) homes.set(y, open(countOf(y.type.shape) * 4));
    for (const v of call.inputs) if (v && homes.has(v)) at(v);
    op.lower(call, outputs, {
      at,
      weights: weightsOf,
      scratch: (bytes) => ({ slot: open(bytes), offset: 0 }),
      record: (name, words, lists = []) => records.push({ name, node: call.name, words, lists }),
    });
  });
  now = graph.nodes.length;
  const outputs = graph.outputs.map(({ value }) => at(value));
  return {
    bytes: place([...lives.values()]),
    weights: [...weights.values()].flatMap((layouts) => [...layouts.values()]),
    records,
    recordBytes: records.reduce((sum, r) => sum + recordBytes(r), 0),
    inputs: graph.inputs.map(at),
    outputs,
  };
}
