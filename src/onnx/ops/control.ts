import type { Value } from "../../graph/value.ts";
import { range, Sequence, type Context, type Item, type Operator, type Operators } from "../context.ts";

/** The branch that the condition, which must be known, takes. */
const ifOperator: Operator = (c) => {
  const branches = { then_branch: c.graph("then_branch"), else_branch: c.graph("else_branch") };
  const taken = c.number(0, "condition") ? "then_branch" : "else_branch";
  const outputs = c.bodies.run(`${c.node.label}: ${taken}`, branches[taken](), []);
  if (outputs.length !== c.node.outputs.length) {
    throw c.error(`attribute ${taken}: expected ${c.node.outputs.length} outputs, got ${outputs.length}`);
  }
  return outputs;
};

const tensorOf = (c: Context, item: Item): Value => {
  if (item instanceof Sequence) throw c.error("expected a tensor, got a sequence");
  return item;
};

/** What a scan output is, one of each step put together along a new axis. */
export function stacked(c: Context, values: readonly Value[], axis: number): Value {
  const wide = values.map((v) => c.reshape(v, v.type.shape.toSpliced(axis, 0, 1)));
  return c.concat(wide, axis);
}

/** The body once for each step: (step, condition, carried) to (condition, carried, scan outputs). */
const loop: Operator = (c) => {
  const body = c.graph("body")();
  const trips = c.optional(0) ? c.number(0, "trip count") : Infinity;
  let going = c.optional(1) ? c.number(1, "condition") !== 0 : true;
  let carried: Item[] = range(2, c.count).map((i) => c.item(i) ?? c.input(i));
  const scans = Array.from({ length: c.node.outputs.length - carried.length }, (): Value[] => []);
  if (body.outputs.length !== 1 + carried.length + scans.length) {
    throw c.error(`attribute body: expected ${1 + carried.length + scans.length} outputs, got ${body.outputs.length}`);
  }
  const one = c.constant([1], "bool", []);
  for (let step = 0; going && step < trips; step++) {
    if (step >= MOST_STEPS) throw c.error(`expected at most ${MOST_STEPS} steps`);
    const [condition, ...rest] = c.bodies.unroll(`${c.node.label}: body`, body, [
      c.constant([step], "int64", []),
      one,
      ...carried,
    ]);
    carried = rest.slice(0, carried.length);
    rest.slice(carried.length).forEach((item, i) => scans[i].push(tensorOf(c, item)));
    going = c.known(tensorOf(c, condition), "condition of its body").data[0] !== 0;
  }
  return [
    ...carried,
    ...scans.map((values, i) => {
      if (values.length > 0) return stacked(c, values, 0);
      const { dims, dtype } = body.outputs[1 + carried.length + i];
      if (!dims?.every((d) => typeof d === "number") || !dtype) throw c.error("expected at least one step, got none");
      return c.constant([], dtype, [0, ...dims]);
    }),
  ];
};

/** Steps of one loop, whatever they do. */
const MOST_STEPS = 10_000;

/** The body once for each place along the scanned axes: (states, places) to (states, scan outputs). */
const scan: Operator = (c) => {
  const body = c.graph("body")();
  const old = c.opset < 9; // with a batch, and lengths as input 0
  const count = c.int("num_scan_inputs");
  const first = old ? 1 : 0;
  if (old && c.optional(0)) throw c.error("input 0 (sequence_lens): expected none");
  const states = c.count - first - count;
  if (states < 0 || count < 1) {
    throw c.error(`attribute num_scan_inputs: expected 1 to ${c.count - first}, got ${count}`);
  }
  const scanned = range(0, count).map((i) => c.input(first + states + i));
  const outputs = c.node.outputs.length - states;
  const lead = old ? 1 : 0;
  const list = (name: string, length: number): readonly number[] => {
    const given = c.ints(name) ?? new Array<number>(length).fill(0);
    if (given.length !== length) throw c.error(`attribute ${name}: expected ${length} numbers, got [${given}]`);
    return given;
  };
  const backwards = old ? list("directions", count) : list("scan_input_directions", count);
  const axes = old
    ? scanned.map(() => 0)
    : list("scan_input_axes", count).map((axis, i) => c.axis(axis, scanned[i].type.shape.length));
  const outputsBackwards = old ? new Array<number>(outputs).fill(0) : list("scan_output_directions", outputs);
  const outputAxes = old ? new Array<number>(outputs).fill(0) : list("scan_output_axes", outputs);
  const run = (initial: readonly Item[], xs: readonly Value[]): Value[] => {
    const steps = xs[0].type.shape[axes[0]];
    if (!(steps >= 1) || xs.some((x, i) => x.type.shape[axes[i]] !== steps)) {
      throw c.error(
        `expected scan inputs of one length of at least 1, got ${xs.map((x) => `[${x.type.shape}]`).join(" and ")}`,
      );
    }
    let carried = [...initial];
    const made = Array.from({ length: outputs }, (): Value[] => []);
    for (let step = 0; step < steps; step++) {
      const places = xs.map((x, i) => {
        const at = backwards[i] ? steps - 1 - step : step;
        return c.reshape(c.slice(x, axes[i], at, at + 1), x.type.shape.toSpliced(axes[i], 1));
      });
      const results = c.bodies.unroll(`${c.node.label}: body`, body, [...carried, ...places]);
      if (results.length !== states + outputs) {
        throw c.error(`attribute body: expected ${states + outputs} outputs, got ${results.length}`);
      }
      carried = results.slice(0, states);
      results.slice(states).forEach((item, i) => made[i].push(tensorOf(c, item)));
    }
    return [
      ...carried.map((item) => tensorOf(c, item)),
      ...made.map((values, i) => {
        const ordered = outputsBackwards[i] ? values.toReversed() : values;
        return stacked(c, ordered, c.axis(outputAxes[i], ordered[0].type.shape.length + 1));
      }),
    ];
  };
  const initial = range(0, states).map((i) => c.item(first + i) ?? c.input(first + i));
  if (!old) return run(initial, scanned);
  // Before opset 9 each row of a batch is scanned by itself.
  const row = (value: Value, b: number): Value => c.reshape(c.slice(value, 0, b, b + 1), value.type.shape.slice(lead));
  const rows = range(0, scanned[0].type.shape[0]).map((b) =>
    run(
      initial.map((item) => row(tensorOf(c, item), b)),
      scanned.map((x) => row(x, b)),
    ),
  );
  if (rows.length === 0) throw c.error("expected a batch of at least 1, got 0");
  return range(0, states + outputs).map((i) =>
    stacked(
      c,
      rows.map((values) => values[i]),
      0,
    ),
  );
};

export const control: Operators = { If: ifOperator, Loop: loop, Scan: scan };
