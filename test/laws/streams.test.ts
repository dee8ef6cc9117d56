// Law 2: many streams on one model. No cross-talk, memory bounded and reused, nothing usable after its end.
import { execFileSync } from "node:child_process";
import { describe, expect, test, vi } from "vitest";
import { Model, stepAll, tensor } from "../../src/index.ts";
import { Arena } from "../../src/memory/arena.ts";
import { firstDifference } from "../support/bits.ts";
import { forSeeds, seeds } from "../support/laws.ts";
import { modelOf, randomItems, randomNet } from "../support/nets.ts";
import { Random } from "../support/random.ts";
import { quietModel } from "./quiet.ts";

test("10,000 streams, opened, stepped in random order and closed, as if each were alone", () => {
  const random = new Random(71);
  using model = quietModel();
  const x = random.floats(997 * model.inputSize, 1);
  const item = (k: number) => x.subarray((k % 997) * model.inputSize, ((k % 997) + 1) * model.inputSize);
  const streams = Array.from({ length: 10_000 }, () => model.stream());
  const steps = new Int32Array(streams.length);
  for (let i = 0; i < 60_000; i++) {
    const s = random.integer(0, streams.length - 1);
    streams[s].step(item(s * 31 + steps[s]++));
    if (i % 10 === 0) {
      // closed and opened anew
      streams[s].dispose();
      streams[s] = model.stream();
      steps[s] = 0;
    }
  }
  const { bytes } = model.memory;
  expect(bytes).toBeLessThan(10_000 * 512 + 200_000); // h and c of 24, h of 24: 288 bytes, in lines of 64: 320
  using lone = model.stream();
  streams.forEach((stream, s) => {
    lone.reset();
    for (let t = 0; t < steps[s]; t++) lone.step(item(s * 31 + t));
    expect(Buffer.compare(stream.save(), lone.save()), `stream ${s}`).toBe(0);
  });
  for (const stream of streams) stream.dispose();
  for (let i = 0; i < 10_000; i++) streams[i] = model.stream();
  expect(model.memory.bytes).toBe(bytes);
  expect(streams[4711].step(item(3))).toEqual(model.run(item(3)).output);
});

test("streams that step together give and keep what each gives alone", () => {
  forSeeds(seeds(61_000, 60, 2000), (seed, note) => {
    const random = new Random(seed);
    const net = randomNet(random, { streams: true });
    note(JSON.stringify(net.description.layers));
    using model = modelOf(net);
    const n = random.pick([1, 2, 3, 17, 128, 129, 300]);
    const together = Array.from({ length: n }, () => model.stream());
    const alone = Array.from({ length: n }, () => model.stream());
    const width = net.ids ? 1 : net.inputs;
    const outputs = model.outputSize;
    for (let t = 0; t < 3; t++) {
      const order = together.map((_, i) => i).sort(() => random.next() - 0.5);
      const some = order.slice(0, random.integer(1, n));
      const x = randomItems(net, random, some.length);
      const y = stepAll(
        some.map((i) => together[i]),
        x,
      );
      some.forEach((i, r) => {
        const expected = alone[i].step(net.ids ? x[r] : x.slice(r * width, (r + 1) * width));
        expect(firstDifference(y.subarray(r * outputs, (r + 1) * outputs), expected)).toBeUndefined();
      });
    }
    together.forEach((stream, i) => expect(Buffer.compare(stream.save(), alone[i].save())).toBe(0));
  });
});

test("a net heavy enough for a batch, likewise", () => {
  const random = new Random(61);
  const H = 130;
  using model = Model.fromTensors([
    tensor("weight_ih_l0", [4 * H, 3], random.floats(12 * H, 0.3)),
    tensor("weight_hh_l0", [4 * H, H], random.floats(4 * H * H, 0.3)),
    tensor("bias_ih_l0", [4 * H], random.floats(4 * H, 0.3)),
    tensor("bias_hh_l0", [4 * H], random.floats(4 * H, 0.3)),
  ]);
  for (const n of [8, 128, 129, 300]) {
    const together = Array.from({ length: n }, () => model.stream());
    const alone = together.map((stream) => stream.clone());
    for (let t = 0; t < 3; t++) {
      const x = random.floats(n * 3, 1);
      const y = stepAll(together, x);
      alone.forEach((stream, r) => {
        const expected = stream.step(x.slice(r * 3, r * 3 + 3));
        expect(firstDifference(y.subarray(r * H, (r + 1) * H), expected)).toBeUndefined();
      });
    }
    together.forEach((stream, i) => expect(Buffer.compare(stream.save(), alone[i].save())).toBe(0));
  }
});

test("streams that cannot step together are refused, and stand as they stood", () => {
  using model = quietModel();
  using other = quietModel();
  const [a, b, c] = [model.stream(), model.stream(), other.stream()];
  const before = a.save();
  const x = new Float32Array(2 * model.inputSize).fill(1);
  expect(() => stepAll([], x)).toThrow("streams: expected at least one, got none");
  expect(() => stepAll([a, a], x)).toThrow("streams[1]: expected every stream once, got one again");
  expect(() => stepAll([a, c], x)).toThrow("streams[1]: expected a stream of the model of streams[0], got another's");
  expect(() => stepAll([a, {} as never], x)).toThrow("streams[1]: expected a stream, got Object");
  expect(() => stepAll([a], x)).toThrow("x: expected an item a stream, 1, got 2");
  expect(() => stepAll([a, b], x, new Float32Array(3))).toThrow(/^y: expected/);
  b.dispose();
  expect(() => stepAll([a, b], x)).toThrow("stream: expected an open stream, got a disposed one");
  expect(a.save()).toEqual(before);
});

test("a run between the steps of a stream changes nothing", () => {
  forSeeds(seeds(60_000, 60, 2000), (seed, note) => {
    const random = new Random(seed);
    const net = randomNet(random, { streams: true });
    note(JSON.stringify(net.description.layers));
    using model = modelOf(net);
    const steps = random.integer(1, 20);
    const x = randomItems(net, random, steps);
    const width = net.ids ? 1 : net.inputs;
    const item = (t: number) => (net.ids ? x[t] : x.slice(t * width, (t + 1) * width));
    using lone = model.stream();
    using busy = model.stream();
    for (let t = 0; t < steps; t++) {
      const expected = lone.step(item(t));
      const batch = random.integer(1, 70); // grows what streams and runs share
      model.run(randomItems(net, random, batch * 3), {
        batch,
        ...(random.next() < 0.5 && { lengths: Array.from({ length: batch }, () => random.integer(1, 3)) }),
      });
      const difference = firstDifference(busy.step(item(t)), expected);
      if (difference) throw new Error(`step ${t}${difference}`);
    }
  });
});

describe("an end", () => {
  test("a disposed stream", () => {
    using model = quietModel();
    const stream = model.stream();
    const saved = stream.save();
    stream.dispose();
    stream.dispose();
    const refused = { name: "TypeError", message: "stream: expected an open stream, got a disposed one" };
    for (const use of [
      () => stream.step(new Float32Array(7)),
      () => stream.reset(),
      () => stream.save(),
      () => stream.load(saved),
      () => stream.clone(),
    ]) {
      expect(use).toThrow(expect.objectContaining(refused));
    }
  });

  test("a disposed model, and its streams", () => {
    const model = quietModel();
    const stream = model.stream();
    const saved = stream.save();
    model.dispose();
    model.dispose();
    for (const use of [
      () => stream.step(new Float32Array(7)),
      () => stream.reset(),
      () => stream.save(),
      () => stream.load(saved),
      () => stream.clone(),
      () => model.run(new Float32Array(7)),
      () => model.encode(new Float32Array(7)),
      () => model.stream(),
    ]) {
      expect(use).toThrow(
        expect.objectContaining({
          name: "TypeError",
          message: expect.stringMatching(/expected an open model, got a disposed one/),
        }),
      );
    }
    stream.dispose();
    expect(model.memory.bytes).toBe(0);
  });

  test("a stream's block goes to the next, zero", () => {
    using model = quietModel();
    const first = model.stream();
    first.step(new Float32Array(7).fill(1));
    first.dispose();
    using next = model.stream();
    using fresh = quietModel().stream();
    expect(next.save()).toEqual(fresh.save());
  });

  test("what is forgotten is reclaimed", { retry: 2 }, () => {
    const child = new URL("forgotten.ts", import.meta.url).pathname;
    const found = JSON.parse(
      execFileSync(process.execPath, ["--expose-gc", "--import", "tsx", child], { encoding: "utf8" }),
    );
    // 40,000 streams of 320 bytes at 2,000 a turn: 13 MB if none came back.
    expect(found.streams).toBeLessThan(2 * 2 ** 20);
    expect(found.models).toBeLessThan(100 * 2 ** 20); // 30 models of 8 MB
    expect(found.disposed).toBeLessThan(30 * 2 ** 20); // 20 of 8 MB, still referred to
    expect(found.kept).toBeGreaterThan(150 * 2 ** 20); // 20 of 8 MB, open: the measure sees them
    expect(found.kept).toBeLessThan(200 * 2 ** 20); // and their tensors are not kept besides
  });
});

describe("memory refused", () => {
  test("says how much was wanted, and leaves model and streams as they were", () => {
    using model = quietModel();
    using stream = model.stream();
    using twin = quietModel().stream();
    const x = new Random(3).floats(7 * 40, 1);
    const before = model.run(x, { batch: 40 });
    let left = 0; // times that the host still gives memory: states first, then rows, then scratch
    const host = WebAssembly.Memory.prototype.grow;
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(function (
      this: WebAssembly.Memory,
      pages: number,
    ) {
      if (left-- > 0) return host.call(this, pages);
      throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
    });
    try {
      for (let i = 0; i < 3; i++) {
        const batch = 3000 * (i + 1);
        left = [0, 1, 1][i]; // the third time rows take the room that the first states left
        expect(() => model.run(new Float32Array(7 * batch), { batch })).toThrow(
          /memory: expected \d{5,} more bytes from the host, got none/,
        );
        left = 0;
        expect(() => Array.from({ length: 10_000 }, () => model.stream())).toThrow(/memory: expected 288 more bytes/);
      }
    } finally {
      grow.mockRestore();
    }
    expect(model.run(x, { batch: 40 })).toEqual(before);
    const many = Array.from({ length: 3000 }, () => model.stream());
    for (let t = 0; t < 40; t++) {
      for (const other of many) if (t === 0) other.step(x.subarray(0, 7));
      expect(stream.step(x.subarray(t * 7, t * 7 + 7))).toEqual(twin.step(x.subarray(t * 7, t * 7 + 7)));
      if (t % 10 === 0) model.run(x, { batch: 40 });
    }
  });

  test("for rows: what streams open later does not lie where rows are written", () => {
    const IN = 4000; // rows are long, states short: the states of a batch still fit
    const random = new Random(9);
    using model = Model.fromTensors(
      [tensor("weight_ih_l0", [1, IN], random.floats(IN, 0.01)), tensor("weight_hh_l0", [1, 1], Float32Array.of(0.5))],
      { layers: [{ type: "rnn", weights: "" }] },
    );
    using stream = model.stream();
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow").mockImplementation(() => {
      throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
    });
    try {
      expect(() => model.run(new Float32Array(IN * 200), { batch: 200 })).toThrow(
        /memory: expected 6400000 more bytes/,
      );
    } finally {
      grow.mockRestore();
    }
    const later = Array.from({ length: 200 }, () => model.stream());
    const zero = later[0].save();
    stream.step(random.floats(IN, 1));
    for (const other of later) expect(other.save()).toEqual(zero);
  });

  test("for another memory, where models alive hold all addresses", () => {
    const Host = WebAssembly.Memory;
    WebAssembly.Memory = function () {
      throw new RangeError("WebAssembly.Memory(): could not allocate memory");
    } as never;
    try {
      expect(() => quietModel()).toThrow(
        /^memory: expected \d+ more bytes from the host, got none \(.*; thousands fill the address space\)$/,
      );
    } finally {
      WebAssembly.Memory = Host;
    }
    quietModel().dispose();
  });

  test("at once, where a model needs more than there can be", () => {
    for (const bytes of [2 ** 31 - 2048, 2 ** 31, 2 ** 32, 2 ** 40]) {
      expect(() => new Arena(bytes)).toThrow(
        new RangeError(
          `memory: expected ${bytes} more bytes from the host, got none (a model has at most 2147483648; thousands fill the address space)`,
        ),
      );
    }
  });
});

describe("blocks", () => {
  test("never overlap, are zero, and are used again", () => {
    forSeeds(seeds(70_000, 20, 500), (seed) => {
      const random = new Random(seed);
      const arena = new Arena(1000);
      const blocks: { address: number; bytes: number; mark: number }[] = [];
      let live = 0;
      let most = 0;
      for (let i = 0; i < 600; i++) {
        if (blocks.length > 0 && random.next() < 0.48) {
          const [block] = blocks.splice(random.integer(0, blocks.length - 1), 1);
          const view = arena.i32.subarray(block.address >> 2, (block.address >> 2) + (block.bytes >> 2));
          if (view.some((word) => word !== block.mark)) throw new Error(`block ${block.mark} was overwritten`);
          arena.release(block.address, block.bytes);
          live -= block.bytes;
        } else {
          const bytes = 4 * random.pick([1, 16, 17, 80, 80, 80, random.integer(1, 3000)]);
          const address = arena.allocate(bytes);
          expect(address % 64).toBe(0);
          const view = arena.i32.subarray(address >> 2, (address + bytes) >> 2);
          if (view.length !== bytes >> 2 || view.some((word) => word !== 0))
            throw new Error(`a block of ${bytes} is not zero`);
          view.fill(i + 1);
          blocks.push({ address, bytes, mark: i + 1 });
          most = Math.max(most, (live += bytes));
        }
      }
      expect(arena.bytes).toBeLessThan(3 * most + 150_000);
    });
  });

  test("a buffer that grows turn by turn takes the room it left", () => {
    const arena = new Arena(64);
    let address = 0;
    for (let n = 1; n <= 1000; n++) {
      const larger = arena.allocate(64 * n);
      if (address) arena.release(address, 64 * (n - 1));
      address = larger;
    }
    expect(arena.bytes).toBeLessThan(4 * 64_000); // 32 MB if nothing was joined
  });
});
