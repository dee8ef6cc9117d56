// Law 1: the answer does not depend on how the question was asked. Random nets,
// random splits, bit for bit.
import { expect, test } from "vitest";
import type { Model, RunResult, State, Stream } from "../../src/index.ts";
import { firstDifference } from "../support/bits.ts";
import { forSeeds, seeds } from "../support/laws.ts";
import { modelOf, part, randomItems, randomNet, type RandomNet } from "../support/nets.ts";
import { Random } from "../support/random.ts";

type Items = Float32Array | Int32Array;

function same(what: string, got: Float32Array, expected: Float32Array): void {
  const difference = firstDifference(got, expected);
  if (difference) throw new Error(`${what}${difference}`);
}

function sameState(what: string, got: State, expected: State): void {
  same(`${what}: h`, got.h, expected.h);
  if (expected.c) same(`${what}: c`, got.c!, expected.c);
}

/** h and c of a stream, from its saved bytes (src/run/save.ts). */
function stateOf(stream: Stream, net: RandomNet): State {
  const bytes = stream.save().slice(24, -4);
  const values = new Float32Array(bytes.buffer);
  return { h: values.slice(0, net.h), ...(net.c > 0 && { c: values.slice(net.h) }) };
}

const cut = (state: State | undefined): State | undefined =>
  state && { h: state.h.slice(), ...(state.c && { c: state.c.slice() }) };

/** The steps of a sequence as pieces, most of them short, some across a chunk. */
function pieces(random: Random, steps: number): [number, number][] {
  const all: [number, number][] = [];
  for (let t = 0; t < steps;) {
    const end = Math.min(steps, t + random.pick([1, 1, 2, 3, random.integer(1, 200)]));
    all.push([t, end]);
    t = end;
  }
  return all;
}

/** Runs piece after piece, each from the state that the one before left. */
function chained(model: Model, net: RandomNet, x: Items, random: Random, steps: number): RunResult {
  const output: number[] = [];
  let state: State | undefined;
  for (const [begin, end] of pieces(random, steps)) {
    const piece = model.run(part(net, x, begin, end), { state });
    if (net.summed) output.length = 0;
    output.push(...piece.output);
    state = piece.state;
  }
  return { output: Float32Array.from(output), state: state! };
}

/** Steps and blocks on a stream; saved, loaded and cloned on the way. */
function streamed(model: Model, net: RandomNet, x: Items, random: Random, steps: number): RunResult {
  const output: number[] = [];
  let stream = model.stream();
  const y = new Float32Array(model.outputSize);
  for (const [begin, end] of pieces(random, steps)) {
    if (random.next() < 0.3) {
      const rows = stream.process(part(net, x, begin, end));
      if (net.summed) output.length = 0;
      output.push(...(net.summed ? rows.slice(-model.outputSize) : rows));
    } else
      for (let t = begin; t < end; t++) {
        const item = part(net, x, t, t + 1);
        if (net.summed) output.length = 0;
        output.push(
          ...(random.next() < 0.5 ? stream.step(net.ids ? item[0] : item, y) : stream.step(net.ids ? item[0] : item)),
        );
      }
    const how = random.integer(0, 4);
    if (how > 2) continue;
    const before = stream;
    if (how === 0) stream = model.stream(before.save());
    else if (how === 1) (stream = model.stream()).load(before.save());
    else stream = before.clone();
    before.step(net.ids ? 0 : new Float32Array(net.inputs).fill(9)); // what became of it does not matter
    before.dispose();
  }
  const state = stateOf(stream, net);
  stream.dispose();
  return { output: Float32Array.from(output), state };
}

test("a sequence in one run, in pieces and step by step", () => {
  forSeeds(seeds(10_000, 250, 10_000), (seed, note) => {
    const random = new Random(seed);
    const net = randomNet(random, { streams: true });
    note(JSON.stringify(net.description.layers));
    using model = modelOf(net);
    const steps = random.pick([1, 2, 5, 127, 129, random.integer(1, 300)]);
    const x = randomItems(net, random, steps);
    const whole = model.run(x);
    for (const [what, other] of [
      ["pieces", chained(model, net, x, random, steps)],
      ["stream", streamed(model, net, x, random, steps)],
    ] as const) {
      same(what, other.output, whole.output);
      sameState(what, other.state, whole.state);
    }
  });
});

test("a sequence alone and as a row of a batch, whatever its place, length and company", () => {
  forSeeds(seeds(20_000, 250, 10_000), (seed, note) => {
    const random = new Random(seed);
    const net = randomNet(random);
    note(JSON.stringify(net.description.layers));
    using model = modelOf(net);
    const batch = random.pick([1, 2, 3, 4, 5, 8, 17, random.integer(30, 40)]);
    const steps = random.pick([1, 2, 7, 40, random.integer(1, 90)]);
    const lengths = Array.from({ length: batch }, () => random.integer(1, steps));
    const ragged = random.next() < 0.7;
    const x = randomItems(net, random, batch * steps);
    const initial = random.next() < 0.5;
    const state: State = {
      h: random.floats(net.h * batch, 1),
      ...(net.c > 0 && { c: random.floats(net.c * batch, 1) }),
    };
    const options = { batch, ...(ragged && { lengths }), ...(initial && { state: cut(state)! }) };
    const all = model.run(x, options);
    const final = model.run(x, { ...options, output: "last" });
    const summary = model.encode(x, options);
    sameState("last", final.state, all.state);
    const width = model.outputSize;
    for (const b of new Set([0, batch - 1, random.integer(0, batch - 1), random.integer(0, batch - 1)])) {
      const length = ragged ? lengths[b] : steps;
      const row = (values: Float32Array) => rowOf(model, values, batch, b);
      const alone = model.run(part(net, x, b * steps, b * steps + length), {
        state: initial
          ? { h: row(state.h), ...(net.c > 0 && { c: rowOf(model, state.c!, batch, b, true) }) }
          : undefined,
      });
      const rows = net.summed ? 1 : steps;
      const output = all.output.subarray(b * rows * width, (b + 1) * rows * width);
      same("row", output.slice(0, alone.output.length), alone.output);
      same("past its length", output.slice(alone.output.length), new Float32Array(output.length - alone.output.length));
      same("final h", row(all.state.h), alone.state.h);
      if (net.c > 0) same("final c", rowOf(model, all.state.c!, batch, b, true), alone.state.c!);
      checkLast(model, net, final.output.subarray(b * width, (b + 1) * width), alone);
      const wide = summary.length / batch;
      same("encode", summary.slice(b * wide, (b + 1) * wide), alone.state.h.slice(-wide));
    }
  });
});

/** `output: "last"` is the last row; where a net ends in a cell, the final h, of both directions. */
function checkLast(model: Model, net: RandomNet, last: Float32Array, alone: RunResult): void {
  const ends = net.description.layers[net.description.layers.length - 1].type;
  const cell = ends === "rnn" || ends === "lstm" || ends === "gru";
  const expected = cell ? alone.state.h.slice(-model.outputSize) : alone.output.slice(-model.outputSize);
  same("last", last.slice(), expected);
}

/** One sequence's part of a batch's h or c: each cell's block holds all sequences. */
function rowOf(model: Model, values: Float32Array, batch: number, b: number, c = false): Float32Array {
  const out: number[] = [];
  let at = 0;
  for (const size of cellSizes(model, c)) {
    out.push(...values.subarray(at + b * size, at + (b + 1) * size));
    at += batch * size;
  }
  if (at !== values.length) throw new Error(`expected ${at} values of state, got ${values.length}`);
  return Float32Array.from(out);
}

/** Features of h, or units of c, cell by cell in PyTorch's order. */
function cellSizes(model: Model, c: boolean): number[] {
  const layers = model.layers as unknown as { records: { state?: { h: number; c: number } }[] }[];
  return layers.flatMap((l) => l.records).flatMap((r) => (r.state ? [c ? r.state.c : r.state.h] : []));
}

test("into arrays in use and into fresh ones", () => {
  forSeeds(seeds(30_000, 80, 3000), (seed, note) => {
    const random = new Random(seed);
    const net = randomNet(random);
    note(JSON.stringify(net.description.layers));
    using model = modelOf(net);
    const batch = random.integer(1, 5);
    const steps = random.integer(1, 50);
    const first = model.run(randomItems(net, random, batch * steps), { batch });
    const dirty = model.run(randomItems(net, random, batch * steps), { batch });
    dirty.output.fill(NaN);
    for (let i = 0; i < 3; i++) {
      const x = randomItems(net, random, batch * steps);
      const options = {
        batch,
        ...(i > 0 && { state: cut(first.state) }),
        ...(random.next() < 0.5 && { lengths: Array.from({ length: batch }, () => random.integer(1, steps)) }),
      };
      const fresh = model.run(x, options);
      const into = model.run(x, { ...options, into: dirty });
      expect(into).toBe(dirty);
      same("output", into.output, fresh.output);
      sameState("state", into.state, fresh.state);
    }
  });
});

test("a state that a run reads and writes in place", () => {
  forSeeds(seeds(40_000, 40, 1500), (seed, note) => {
    const random = new Random(seed);
    const net = randomNet(random, { streams: true });
    note(JSON.stringify(net.description.layers));
    using model = modelOf(net);
    const x = randomItems(net, random, 24);
    const whole = model.run(x);
    const carried = model.run(part(net, x, 0, 12));
    model.run(part(net, x, 12, 24), { state: carried.state, into: carried });
    sameState("state", carried.state, whole.state);
    same("output", carried.output, net.summed ? whole.output : whole.output.slice(12 * model.outputSize));
  });
});
