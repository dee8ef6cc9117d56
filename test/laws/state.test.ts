// A state is a value: versioned, fingerprinted, refused where a bit of it is wrong.
import { describe, expect, test } from "vitest";
import { FormatError, Model, tensor, toFloat32, type Description, type Tensor } from "../../src/index.ts";
import { forSeeds, seeds } from "../support/laws.ts";
import { modelOf, randomNet } from "../support/nets.ts";
import { Random } from "../support/random.ts";

const H = 5;
const IN = 3;

function draw(type: "rnn" | "lstm" | "gru", seed = 1): Tensor[] {
  const random = new Random(seed);
  const rows = { rnn: 1, lstm: 4, gru: 3 }[type] * H;
  return [
    tensor("weight_ih_l0", [rows, IN], random.floats(rows * IN, 0.5)),
    tensor("weight_hh_l0", [rows, H], random.floats(rows * H, 0.5)),
    tensor("bias_ih_l0", [rows], random.floats(rows, 0.5)),
    tensor("bias_hh_l0", [rows], random.floats(rows, 0.5)),
  ];
}

function open(tensors: Tensor[], ...layers: object[]): Model {
  return Model.fromTensors(tensors, { layers } as unknown as Description);
}

const lstm = { type: "lstm", weights: "" };

/**
 * A stream in the middle of a sequence, its saved bytes, and a check that loading `bytes` is refused and changes
 * nothing.
 */
function middle(model: Model) {
  const stream = model.stream();
  for (let t = 0; t < 3; t++) stream.step(new Random(t).floats(model.inputSize, 1));
  const saved = stream.save();
  const refused = (bytes: Uint8Array): string => {
    for (const load of [() => stream.load(bytes), () => model.stream(bytes)]) {
      try {
        load();
      } catch (error) {
        if (!(error instanceof FormatError) || error.code !== "state") throw error;
        expect(Buffer.compare(stream.save(), saved)).toBe(0);
        if (load.toString().includes("model")) return error.message;
        continue;
      }
      throw new Error("expected a refusal, got none");
    }
    return "";
  };
  return { stream, saved, refused };
}

describe("refused", () => {
  test("every single bit that flips", () => {
    using model = open(draw("lstm"), lstm);
    const { saved, refused } = middle(model);
    for (let bit = 0; bit < saved.length * 8; bit++) {
      const bytes = saved.slice();
      bytes[bit >> 3] ^= 1 << (bit & 7);
      expect(refused(bytes), `bit ${bit}`).toMatch(/^state: expected .* got /s);
    }
  });

  test("cut short at every length, and too long", () => {
    using model = open(draw("lstm"), lstm);
    const { saved, refused } = middle(model);
    for (let length = 0; length < saved.length; length++)
      expect(refused(saved.slice(0, length))).toMatch(/^state: expected (bytes of length|magic|version)/);
    for (const extra of [1, 4, 1000])
      expect(refused(Uint8Array.of(...saved, ...new Uint8Array(extra)))).toContain(
        `expected bytes of length ${saved.length}, got ${saved.length + extra}`,
      );
  });

  test("a random wrong byte or several", () => {
    using model = open(draw("gru"), { type: "gru", weights: "" });
    const { saved, refused } = middle(model);
    const random = new Random(5);
    for (let i = 0; i < 2000; i++) {
      const bytes = saved.slice();
      for (let n = random.integer(1, 4); n > 0; n--)
        bytes[random.integer(0, bytes.length - 1)] = random.integer(0, 255);
      if (Buffer.compare(bytes, saved) !== 0) refused(bytes);
    }
  });

  test("another version, under a checksum that is right", () => {
    using model = open(draw("lstm"), lstm);
    const { saved, refused } = middle(model);
    const bytes = saved.slice();
    const view = new DataView(bytes.buffer);
    view.setUint32(4, 3, true);
    view.setUint32(bytes.length - 4, fnv1a(bytes.subarray(0, -4)), true);
    expect(refused(bytes)).toBe("state: expected version 2, got 3");
    view.setUint32(4, 1, true);
    view.setUint32(bytes.length - 4, fnv1a(bytes.subarray(0, -4)), true);
    expect(refused(bytes)).toBe("state: expected version 2, got 1, of an older release");
  });

  const last = { type: "last" };
  const tensors = draw("lstm");
  /** The first two columns of every row changed for each other. */
  const columns = (): Tensor[] => {
    const all = draw("lstm");
    const values = toFloat32(all[0]);
    for (let at = 0; at < values.length; at += IN) [values[at], values[at + 1]] = [values[at + 1], values[at]];
    return all;
  };
  const swapped = (): Tensor[] => {
    const all = draw("lstm");
    const values = toFloat32(all[1]);
    [values[0], values[1]] = [values[1], values[0]];
    return all;
  };
  const off = (): Tensor[] => {
    const all = draw("lstm");
    toFloat32(all[0])[4] += 1e-7;
    return all;
  };
  test.each<[string, () => Model]>([
    ["other weights", () => open(draw("lstm", 2), lstm)],
    ["one weight that differs in its last bit", () => open(off(), lstm)],
    ["two weights changed for each other", () => open(swapped(), lstm)],
    ["input columns swapped", () => open(columns(), lstm)],
    ["another layer after it", () => open(tensors, lstm, last)],
    ["a clip", () => open(tensors, { ...lstm, clip: 3 })],
    ["input_forget", () => open(tensors, { ...lstm, input_forget: true })],
    ["hard gates", () => open(tensors, { ...lstm, gate: "hard_sigmoid", alpha: 0.2 })],
  ])("of a model with %s", (_, other) => {
    using a = open(tensors, lstm);
    using b = other();
    expect(middle(b).refused(middle(a).saved)).toMatch(
      /^state: expected a state of model [0-9a-f]{16}, got [0-9a-f]{16}$/,
    );
  });

  test("of a model with its layers swapped", () => {
    const [a, b] = [1, 2].map((seed) =>
      draw("lstm", seed).map((t, i) =>
        i === 0 ? tensor(t.name, [4 * H, H], new Random(seed).floats(4 * H * H, 0.5)) : t,
      ),
    );
    const named = (name: string, all: Tensor[]) => all.map((t) => ({ ...t, name: `${name}.${t.name}` }));
    const layers = [
      { type: "lstm", weights: "a" },
      { type: "lstm", weights: "b" },
    ];
    using one = open([...named("a", a), ...named("b", b)], ...layers);
    using other = open([...named("a", b), ...named("b", a)], ...layers);
    using turned = open([...named("a", a), ...named("b", b)], ...layers.toReversed());
    const { saved } = middle(one);
    for (const net of [other, turned]) expect(middle(net).refused(saved)).toMatch(/^state: expected a state of model /);
    using same = open([...named("b", b), ...named("a", a)], ...layers.map((l) => ({ direction: "forward", ...l })));
    expect(same.stream(saved).save()).toEqual(saved);
  });

  test("of a model with any one weight another", () => {
    using a = open(tensors, lstm);
    const { saved } = middle(a);
    for (let which = 0; which < tensors.length; which++) {
      for (let i = 0; i < toFloat32(tensors[which]).length; i++) {
        const changed = draw("lstm");
        toFloat32(changed[which])[i] *= 1.000001;
        using b = open(changed, lstm);
        expect(() => b.stream(saved), `${tensors[which].name}[${i}]`).toThrow(FormatError);
      }
    }
  });

  test("of a net with the other slope, activation or reset", () => {
    const hard = { ...lstm, gate: "hard_sigmoid" };
    using a = open(tensors, { ...hard, alpha: 0.2 });
    using b = open(tensors, { ...hard, alpha: 1 / 6 });
    middle(b).refused(middle(a).saved);
    const rnn = { type: "rnn", weights: "" };
    using c = open(draw("rnn"), rnn);
    using d = open(draw("rnn"), { ...rnn, nonlinearity: "relu" });
    middle(d).refused(middle(c).saved);
    const gru = { type: "gru", weights: "" };
    using e = open(draw("gru"), gru);
    using f = open(draw("gru"), { ...gru, reset: "before" });
    middle(f).refused(middle(e).saved);
  });

  test.each([[null], [5e9], ["UNRL"], [{}], [[1, 2]], [new ArrayBuffer(100)], [new DataView(new ArrayBuffer(100))]])(
    "what is no Uint8Array: %s",
    (value) => {
      using model = open(tensors, lstm);
      expect(() => model.stream(value as Uint8Array)).toThrow(/^state: expected a Uint8Array, got /);
      expect(() => model.stream().load(value as Uint8Array)).toThrow(TypeError);
    },
  );
});

describe("taken", () => {
  test("from a view at any alignment", () => {
    using model = open(tensors(), lstm);
    const { saved, stream } = middle(model);
    for (let offset = 0; offset < 8; offset++) {
      const at = new Uint8Array(saved.length + 16);
      at.set(saved, offset);
      expect(model.stream(at.subarray(offset, offset + saved.length)).save()).toEqual(stream.save());
    }
  });

  test("from an equal model, and from the other build", () => {
    forSeeds(seeds(80_000, 60, 1000), (seed, note) => {
      const random = new Random(seed);
      const net = randomNet(random, { streams: true });
      note(JSON.stringify(net.description.layers));
      using a = modelOf(net);
      using b = modelOf(net, { deterministic: true });
      const stream = a.stream();
      stream.step(net.ids ? 0 : random.floats(net.inputs, 1));
      expect(b.stream(stream.save()).save()).toEqual(stream.save());
    });
  });

  test("by a clone, which goes its own way", () => {
    using model = open(tensors(), lstm);
    const { stream, saved } = middle(model);
    const clones = Array.from({ length: 2000 }, () => stream.clone()); // the memory grows meanwhile
    const a = clones[0].step(Float32Array.of(1, 2, 3));
    const b = clones[1999].step(Float32Array.of(3, 2, 1));
    expect(a).not.toEqual(b);
    expect(stream.save()).toEqual(saved);
    expect(clones[1000].save()).toEqual(saved);
    stream.dispose();
    expect(clones[5].step(Float32Array.of(1, 2, 3))).toEqual(a);
  });
});

function tensors(): Tensor[] {
  return draw("lstm");
}

function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
