import { describe, expect, test } from "vitest";
import { Model, tensor } from "../../src/index.ts";
import { difference } from "../support/goldens.ts";
import { example, linesOf, sunspots } from "../support/models.ts";
import { Random } from "../support/random.ts";
import { cellShapes } from "../support/weights.ts";

describe.each([{ deterministic: false }, { deterministic: true }])("%o", (options) => {
  test("sunspots as PyTorch forecasts them in float64", () => {
    const model = example("sunspots", options);
    const lines = linesOf<{ from: number; to: number; steps: number; forecast: number[] }>("sunspots.expected.jsonl");
    expect(lines.length).toBe(4);
    for (const { from, to, steps, forecast } of lines) {
      expect(difference(model.forecast(sunspots(from, to), { steps }), forecast)).toBeLessThan(1e-5);
    }
  });

  test.each([
    { width: 1, last: false },
    { width: 3, last: true },
    { width: 5, last: false },
  ])("every output is the next input, %o", ({ width, last }) => {
    const random = new Random(width);
    const shapes = {
      ...cellShapes("lstm", "cell.", width, 7, { layers: 2 }),
      "head.weight": [width, 7],
      "head.bias": [width],
    };
    const tensors = Object.entries(shapes).map(([name, shape]) =>
      tensor(
        name,
        shape,
        random.floats(
          shape.reduce((a, b) => a * b, 1),
          1,
        ),
      ),
    );
    const model = Model.fromTensors(tensors, {
      layers: [
        { type: "lstm", weights: "cell" },
        ...(last ? [{ type: "last" } as const] : []),
        { type: "linear", weights: "head" },
      ],
      ...options,
    });
    const series = random.floats(90 * width, 1);
    const stream = model.stream();
    let y: Float32Array = new Float32Array(width);
    for (let t = 0; t < 90; t++) y = stream.step(series.subarray(t * width, (t + 1) * width));
    const expected: number[] = [];
    for (let t = 0; t < 5000; t++) {
      expected.push(...y);
      y = stream.step(y);
    }
    expect(Array.from(model.forecast(series, { steps: 5000 }))).toEqual(expected);
    expect(Array.from(model.forecast(series, { steps: 1 }))).toEqual(expected.slice(0, width));
  });
});

test.each<[string, () => unknown, string]>([
  [
    "bytes",
    () => example("char-lm").forecast("a", { steps: 1 }),
    'TypeError: forecast: expected a net with input "features", got "bytes"',
  ],
  [
    "no steps",
    () => example("sunspots").forecast([1], {} as never),
    "TypeError: steps: expected a whole number, got undefined",
  ],
  [
    "0 steps",
    () => example("sunspots").forecast([1], { steps: 0 }),
    "RangeError: steps: expected a whole number of at least 1, got 0",
  ],
  [
    "no series",
    () => example("sunspots").forecast([], { steps: 1 }),
    "RangeError: series: expected at least one item, got 0 values",
  ],
])("refuses %s", (_, action, message) => {
  let error: unknown;
  try {
    action();
  } catch (e) {
    error = e;
  }
  expect(String(error)).toBe(message);
});
