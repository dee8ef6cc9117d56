// Models of Keras and TensorFlow.js predict what their producers say (recipe.py, recipe.mjs), or are refused by name.
import { describe, expect, test } from "vitest";
import { FormatError, toFloat32 } from "../../src/index.ts";
import { kerasModels, predict, tfjsModels } from "../support/imported.ts";

describe.each([
  ["Keras", kerasModels()],
  ["TensorFlow.js", tfjsModels()],
])("%s", (_, models) => {
  test.each(models.filter((m) => m.says === null).map((m) => [m.name, m] as const))(
    "%s",
    (_, { graph, files, x, output }) => {
      const { dims, data } = predict(graph(files), x!);
      const expected = toFloat32(output!);
      expect(dims).toEqual(output!.shape);
      const worst = expected.reduce(
        (most, e, i) => Math.max(most, Math.abs(data[i] - e) / Math.max(1, Math.abs(e))),
        0,
      );
      expect(worst).toBeLessThan(2e-5);
      expect(data.every(Number.isFinite)).toBe(true);
    },
  );

  test.each(models.filter((m) => m.says !== null).map((m) => [m.name, m] as const))(
    "%s is refused",
    (_, { graph, files, says }) => {
      expect(() => graph(files)).toThrow(FormatError);
      expect(() => graph(files)).toThrow(says!);
    },
  );
});
