// Nets that people train around recurrent cells, from PyTorch by test/goldens/nets/recipe.py: its answer in float64,
// and one answer however asked: each of a batch alone, and where a net looks back alone step by step, in blocks,
// resumed.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { graphFromSafetensors, sessionFromSafetensors, type SessionTensor } from "../src/graph.ts";
import { FormatError, readSafetensors } from "../src/index.ts";
import { difference } from "./support/goldens.ts";
import { holds, same } from "./support/one-answer.ts";
import { numbersOf, sessionTensor } from "./support/onnx.ts";
import { Random } from "./support/random.ts";

/** Absolute below 1, relative above: test/goldens/README.md. */
const BOUND = 2e-5;

type Tensors = { [name: string]: SessionTensor };

const folder = new URL("goldens/nets/", import.meta.url);
const nets = readdirSync(folder)
  .filter((file) => file.endsWith(".safetensors"))
  .map((file) => {
    const bytes = readFileSync(new URL(file, folder));
    const { tensors, metadata } = readSafetensors(bytes);
    const golden = (prefix: string): Tensors =>
      Object.fromEntries(
        tensors.filter((t) => t.name.startsWith(prefix)).map((t) => [t.name.slice(prefix.length), sessionTensor(t)]),
      );
    return {
      name: file.replace(".safetensors", ""),
      bytes,
      carried: JSON.parse(metadata.get("unrolled")!).carried as Readonly<Record<string, string>> | undefined,
      streams: metadata.get("stream") === "true",
      inputs: golden("golden.in."),
      outputs: golden("golden.out."),
    };
  });

/** Sequence `b` of a batch, its first `rows` where they are given. */
function one({ type, dims, data }: SessionTensor, b: number, rows?: number): SessionTensor {
  const size = data.length / dims[0];
  const kept = rows === undefined ? size : (size / dims[1]) * rows;
  const shape = [1, ...(rows === undefined ? dims.slice(1) : [rows, ...dims.slice(2)])];
  return { type, dims: shape, data: data.slice(b * size, b * size + kept) };
}

test("there are at least 30, of streams and others", () => {
  expect(nets.length).toBeGreaterThanOrEqual(30);
  expect(nets.filter((n) => n.streams).length).toBeGreaterThanOrEqual(10);
});

describe.each(nets.map((n) => [n.name, n] as const))("%s", (_, { bytes, carried, streams, inputs, outputs }) => {
  const names = Object.keys(outputs);

  test("PyTorch's answer in float64", () => {
    using session = sessionFromSafetensors(bytes);
    const made = session.run(inputs);
    for (const name of names) {
      expect(made[name].dims, name).toEqual(outputs[name].dims);
      expect(difference(numbersOf(made[name].data), numbersOf(outputs[name].data)), name).toBeLessThan(BOUND);
    }
  });

  test("each of a batch alone, as long as it is", () => {
    using session = sessionFromSafetensors(bytes);
    const whole = session.run(inputs);
    const { lengths } = inputs;
    for (let b = 0; b < outputs[names[0]].dims[0]; b++) {
      const rows = lengths && Number(lengths.data[b]);
      const alone = session.run(
        Object.fromEntries(
          Object.entries(inputs).map(([name, t]) => [name, one(t, b, name === "x" ? rows : undefined)]),
        ),
      );
      for (const name of names) {
        const part = one(whole[name], b, name === "output" ? rows : undefined);
        expect(alone[name].dims).toEqual(part.dims);
        same(alone[name].data as Float32Array, part.data as Float32Array, `${name} of ${b}`);
      }
    }
  });

  test.runIf(streams)("step by step, in blocks, saved and resumed", () => {
    using model = graphFromSafetensors(bytes);
    holds(model, 1);
  });

  test.runIf(carried)("a stream carries what the file says", () => {
    using session = sessionFromSafetensors(bytes);
    using stream = session.stream();
    const random = new Random(2);
    const zero = ({ type, dims, data }: SessionTensor) => ({ type, dims, data: data.slice().fill(0 as never) });
    let feeds: Tensors = Object.fromEntries(Object.entries(inputs).map(([name, t]) => [name, zero(t)]));
    for (let step = 0; step < 5; step++) {
      const x = { ...inputs.x, data: random.floats(inputs.x.data.length, 1) };
      const made = session.run({ ...feeds, x });
      same(stream.step(x.data), made.output.data as Float32Array, `step ${step}`);
      feeds = Object.fromEntries(Object.entries(carried!).map(([output, input]) => [input, made[output]]));
    }
  });

  test.runIf(!streams && Object.keys(inputs).length === 1 && names.length === 1)(
    "a stream is refused by the node",
    () => {
      using model = graphFromSafetensors(bytes);
      expect(() => model.stream()).toThrow(FormatError);
      expect(() => model.stream()).toThrow(/^stream: expected .*: use run$/);
    },
  );
});
