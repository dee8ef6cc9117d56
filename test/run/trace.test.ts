// The traced gates put together again by the cells' equations give the hidden state that the engine computed.
import { describe, expect, test } from "vitest";
import { toFloat32, type CellTrace, type Tensor } from "../../src/index.ts";
import { difference, drawGolden, goldenModel, readGoldens } from "../support/goldens.ts";
import { example } from "../support/models.ts";

const BOUND = 1e-5;

describe.each(["lstm", "gru", "onnx"])("%s", (file) => {
  const cases = readGoldens(file).cases.filter(
    (g) => !g.batch && !g.lengths && !g.initial && g.steps < 200 && g.hidden < 40,
  );
  test.each(cases.map((g) => [g.name, g] as const))("%s", (_, g) => {
    const { tensors, x } = drawGolden(g);
    const model = goldenModel(g, tensors);
    const { steps, cells } = model.trace(x);
    expect(steps).toBe(g.steps);
    const directions = model.layers[0].directions;
    expect(cells.length).toBe(g.layers * directions);
    expect(cells.map((c) => [c.depth, c.reverse])).toEqual(
      cells.map((_, i) => [Math.floor(i / directions), g.direction === "reverse" || i % directions === 1]),
    );
    for (const cell of cells)
      if (g.cell !== "rnn") expect(difference(again(cell, tensors, steps), cell.h)).toBeLessThan(BOUND);

    const { output } = model.run(x);
    const width = output.length / steps / directions;
    cells.slice(-directions).forEach((cell, d) => {
      for (let t = 0; t < steps; t++) {
        const from = (t * directions + d) * width;
        expect(cell.h.subarray(t * width, (t + 1) * width)).toEqual(output.subarray(from, from + width));
      }
    });
  });
});

/** h of every timestep from the gates alone. */
function again(
  { type, gates, units, width, reverse, depth, h, c }: CellTrace,
  tensors: readonly Tensor[],
  steps: number,
): Float64Array {
  const y = new Float64Array(steps * width);
  const projection = tensors.find((t) => t.name === `weight_hr_l${depth}${reverse ? "_reverse" : ""}`);
  for (let k = 0; k < steps; k++) {
    const t = reverse ? steps - 1 - k : k;
    const before = reverse ? t + 1 : t - 1;
    const at = (values: Float32Array, u: number, time = t) => (k === 0 && time !== t ? 0 : values[time * units + u]);
    const raw = Float64Array.from({ length: units }, (_, u) => {
      if (type === "gru") return (1 - at(gates.z, u)) * at(gates.n, u) + at(gates.z, u) * at(h, u, before);
      const cell = at(gates.f, u) * at(c!, u, before) + at(gates.i, u) * at(gates.g, u);
      expect(Math.abs(cell - at(c!, u)) / Math.max(1, Math.abs(cell))).toBeLessThan(BOUND);
      return at(gates.o, u) * Math.tanh(cell);
    });
    if (projection) {
      const w = toFloat32(projection);
      for (let p = 0; p < width; p++) for (let u = 0; u < units; u++) y[t * width + p] += w[p * units + u] * raw[u];
    } else {
      y.set(raw, t * width);
    }
  }
  return y;
}

test("a net of several layers: the cells between embedding and softmax", () => {
  const model = example("language-id-lstm");
  const text = "Alle Menschen sind frei.";
  const { steps, cells } = model.trace(text);
  expect(steps).toBe(24);
  expect(cells.length).toBe(1);
  const [cell] = cells;
  expect({ ...cell, h: cell.h.length, c: cell.c!.length, gates: Object.keys(cell.gates).join("") }).toEqual({
    layer: 1,
    type: "lstm",
    weights: "cell.",
    depth: 0,
    reverse: false,
    width: 192,
    units: 192,
    h: 24 * 192,
    c: 24 * 192,
    gates: "ifgo",
  });
  expect(cell.h.subarray(-192)).toEqual(model.encode(text));
  expect(difference(cell.c!.subarray(-192), model.run(text).state.c!)).toBeLessThan(1e-5);
});
