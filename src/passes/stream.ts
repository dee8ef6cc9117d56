import { FormatError } from "../check.ts";
import { bind, type Emits } from "../bind/bind.ts";
import { Builder, type Evaluate } from "../bind/builder.ts";
import type { Attributes, Dtype, Graph, Type } from "../graph/graph.ts";
import { isFloat, readAttributes, type Call, type Value } from "../ops/op.ts";
import { OPS } from "../ops/registry.ts";
import type { BoundGraph } from "../plan/plan.ts";

/** A graph for one block of rows: inputs x and what is carried, outputs y and what is carried. */
export interface Block {
  readonly rows: number;
  readonly graph: BoundGraph;
}

/** A graph as one that takes rows as they come. */
export interface Streamed {
  readonly blocks: readonly Block[];
  /** Computes what is carried into the first row. */
  readonly start: BoundGraph;
  readonly carried: readonly Type[];
  readonly input: Type;
  readonly output: Type;
}

/** Two lengths of time that are tried: an axis whose size is one more for the second is the time axis. */
const LENGTH = 4096;

/**
 * A value in every builder at once. `time`: its axis, undefined for one that is the same at all times, or
 * that `fed` by rows is that of the present one. `ahead`: rows that it has before the first.
 */
interface Clocked {
  readonly probes: readonly [Value, Value];
  readonly blocks: readonly Value[];
  readonly start?: Value;
  readonly fed: boolean;
  readonly time?: number;
  readonly ahead: number;
}

/**
 * The graph as one for each of `sizes` rows at a time, largest first; one row at a time where the output is that of
 * the last row. What a row depends on is carried: rows of history before windows, states of cells. It starts as
 * the graph has it at time 0, pads in front included: it is computed of no rows at all.
 * Throws FormatError, with the node, where one needs the whole sequence.
 */
export function streamGraph(graph: Graph, sizes: readonly number[], evaluate: Evaluate): Streamed {
  const [{ name, dtype, dims }] = graph.inputs;
  const timed = dims.length > 2 || !isFloat(dtype) || typeof dims[1] === "string";
  if (dims.length < 2 || !timed || dims.slice(2).some((d) => typeof d !== "number")) {
    throw new FormatError(
      "unsupported",
      `stream: expected an input of [batch, time, ...sizes], got ${name} [${dims.join(", ")}]: use run`,
    );
  }
  const streamer = new Streamer(sizes, evaluate);
  bind(graph, streamer, new Map([[name, { dtype, shape: [1, LENGTH, ...(dims.slice(2) as number[])] }]]));
  return streamer.streamed();
}

class Streamer implements Emits<Clocked> {
  readonly #probes: readonly [Builder, Builder];
  readonly #blocks: readonly Builder[];
  readonly #start: Builder;
  readonly #sizes: readonly number[];
  readonly #carried: Type[] = [];
  #input: Type | undefined;
  #output: Clocked | undefined;

  constructor(sizes: readonly number[], evaluate: Evaluate) {
    this.#sizes = sizes;
    this.#probes = [new Builder(evaluate), new Builder(evaluate)];
    this.#blocks = sizes.map(() => new Builder(evaluate));
    this.#start = new Builder(evaluate);
  }

  input(name: string, dtype: Dtype, [, , ...row]: readonly number[]): Clocked {
    const of = (builder: Builder, rows: number) => builder.input(name, dtype, [1, rows, ...row]);
    this.#input = { dtype, shape: row };
    return {
      probes: [of(this.#probes[0], LENGTH), of(this.#probes[1], LENGTH + 1)],
      blocks: this.#blocks.map((b, i) => of(b, this.#sizes[i])),
      start: of(this.#start, 0),
      fed: true,
      time: 1,
      ahead: 0,
    };
  }

  constant(data: Float32Array | Int32Array, dtype: Dtype, shape: readonly number[], name?: string): Clocked {
    return this.#still(this.#probes[0].constant(data, dtype, shape, name));
  }

  emitAll(word: string, inputs: readonly (Clocked | undefined)[], attributes: Attributes, name: string): Clocked[] {
    const [first, second] = this.#probe(word, inputs, attributes, name);
    if (!inputs.some((v) => v?.fed)) return first.map((v) => this.#still(v));
    const time = inputs.map((v) => v?.time);
    if (time.every((axis) => axis === undefined)) {
      const blocks = this.#blocks.map((b, i) =>
        b.emitAll(
          word,
          inputs.map((v) => v?.blocks[i]),
          attributes,
          name,
        ),
      );
      return first.map((v, k) => ({
        probes: [v, second[k]],
        blocks: blocks.map((made) => made[k]),
        fed: true,
        ahead: 0,
      }));
    }
    const refuse = () =>
      new FormatError(
        "unsupported",
        `stream: expected nodes that look back alone; ${name} (${word}) needs the whole sequence: use run`,
      );
    if (inputs.some((v) => v?.fed && v.time === undefined)) throw refuse();
    const call: Call = {
      name,
      inputs: inputs.map((v) => v?.probes[0]),
      attributes: readAttributes(name, OPS[word].attributes, attributes),
      given: attributes,
    };
    const reach = OPS[word].reach?.(call, time) ?? "whole";
    if (reach === "whole") throw refuse();
    const clocks = first.map((v, k) => clockOf(v.type.shape, second[k].type.shape));
    if (clocks.includes(undefined)) throw refuse();

    const carried = reach.carried ?? [];
    const { history = 0 } = reach;
    const [x] = inputs;
    const start = this.#startOf(word, inputs, attributes, name, first, clocks[0]!, carried.length > 0);
    if (history > 0) this.#carry(historyOf(this.#start, x!.start!, x!.time!, history));
    for (const [output] of carried) this.#carry(start[output]!);
    const blocks = this.#blocks.map((b, i) => {
      const given = inputs.map((v) => v?.blocks[i]);
      const before = this.#carried.length - carried.length;
      for (const [k, [, input]] of carried.entries())
        given[input] = b.input(
          `carried ${before + k}`,
          this.#carried[before + k].dtype,
          this.#carried[before + k].shape,
        );
      if (history > 0) {
        const last = this.#carried.length - 1;
        given[0] = b.emit(
          "concat",
          [b.input(`carried ${last}`, this.#carried[last].dtype, this.#carried[last].shape), given[0]],
          { axis: x!.time! },
          name,
        );
        b.output(
          `carried ${last}`,
          b.emit("slice", [given[0]], { axes: [x!.time!], starts: [-history], ends: [2 ** 31 - 1] }, name),
        );
      }
      const made = b.emitAll(word, Array.from(given), { ...attributes, ...reach.attributes }, name);
      for (const [k, [output]] of carried.entries()) b.output(`carried ${before + k}`, made[output]);
      return made;
    });
    return first.map((v, k) => ({
      probes: [v, second[k]],
      blocks: blocks.map((made) => made[k]),
      start: start[k],
      fed: true,
      ...clocks[k]!,
    }));
  }

  output(_: string, value: Clocked): void {
    this.#output = value;
  }

  streamed(): Streamed {
    const {
      time,
      ahead,
      probes: [{ type }],
      fed,
    } = this.#output!;
    const row = time === undefined ? type.shape : type.shape.slice(time + 1);
    if (ahead !== 0 || !fed || (time !== undefined && type.shape.slice(0, time).some((d) => d !== 1))) {
      throw new FormatError(
        "unsupported",
        `stream: expected an output of a row a timestep, got [${type.shape}] of ${LENGTH}: use run`,
      );
    }
    const blocks = this.#blocks.map((b, i): Block => {
      b.output("output", this.#output!.blocks[i]);
      return { rows: this.#sizes[i], graph: b.graph() };
    });
    return {
      blocks: time === undefined ? blocks.filter((b) => b.rows === 1) : blocks,
      start: this.#start.graph(),
      carried: this.#carried,
      input: this.#input!,
      output: { dtype: type.dtype, shape: row },
    };
  }

  #probe(word: string, inputs: readonly (Clocked | undefined)[], attributes: Attributes, name: string): Value[][] {
    try {
      return this.#probes.map((b, i) =>
        b.emitAll(
          word,
          inputs.map((v) => v?.probes[i]),
          attributes,
          name,
        ),
      );
    } catch (error) {
      if (!(error instanceof FormatError) || !inputs.some((v) => v?.fed)) throw error;
      throw new FormatError(
        "unsupported",
        `stream: expected nodes for any number of timesteps, got, at ${LENGTH}, ${error.message}: use run`,
      );
    }
  }

  #still(value: Value): Clocked {
    return { probes: [value, value], blocks: this.#blocks.map(() => value), start: value, fed: false, ahead: 0 };
  }

  #carry(value: Value): void {
    this.#start.output(`carried ${this.#carried.length}`, value);
    this.#carried.push(value.type);
  }

  /** A node's rows before the first; where there are none, and no state is wanted, nothing is computed. */
  #startOf(
    word: string,
    inputs: readonly (Clocked | undefined)[],
    attributes: Attributes,
    name: string,
    types: readonly Value[],
    { time, ahead }: { time?: number; ahead: number },
    hasState: boolean,
  ): (Value | undefined)[] {
    if (time === undefined) return [];
    if (ahead > 0 || hasState)
      return this.#start.emitAll(
        word,
        inputs.map((v) => v?.start),
        attributes,
        name,
      );
    return types.map(({ type }) =>
      this.#start.input(
        name,
        type.dtype,
        type.shape.map((d, axis) => (axis === time ? 0 : d)),
      ),
    );
  }
}

/** Where two lengths of time differ, and rows beyond them; undefined where that is no time axis. */
function clockOf(a: readonly number[], b: readonly number[]): { time?: number; ahead: number } | undefined {
  const axes = a.map((_, axis) => axis).filter((axis) => a[axis] !== b[axis]);
  if (axes.length === 0) return { ahead: 0 };
  const [time] = axes;
  const ahead = a[time] - LENGTH;
  return axes.length === 1 && b[time] === a[time] + 1 && ahead >= 0 ? { time, ahead } : undefined;
}

/** The last rows before the first: x's own, behind zeros. */
function historyOf(start: Builder, x: Value, time: number, history: number): Value {
  const still = x.type.shape.map(() => 0);
  const before = still.map((_, axis) => (axis === time ? history : 0));
  return start.emit("slice", [start.emit("pad", [x], { before, after: still })], {
    axes: [time],
    starts: [-history],
    ends: [2 ** 31 - 1],
  });
}
