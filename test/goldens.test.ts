// Every option of PyTorch's modules against PyTorch in float64, and what the ONNX operators add
// against a float64 loop that ONNX Runtime reproduces: test/goldens/README.md.
import { describe, expect, test } from "vitest";
import { difference, drawGolden, goldenModel, keepRows, readGoldens } from "./support/goldens.ts";

/** Absolute below 1, relative above. */
const BOUND = 2e-5;

for (const name of ["rnn", "lstm", "gru", "onnx"]) {
  describe(name, () => {
    const { cases, expected } = readGoldens(name);
    test.each(cases.map((g) => [g.name, g] as const))("%s", (_, g) => {
      const { tensors, x, state } = drawGolden(g);
      using model = goldenModel(g, tensors);
      const result = model.run(x, { batch: g.batch || 1, lengths: g.lengths ?? undefined, state });
      const output = keepRows(result.output, g.batch || 1, g.steps, g.rows);
      expect(difference(output, expected.get(`${g.name}.output`)!), "output").toBeLessThan(BOUND);
      expect(difference(result.state.h, expected.get(`${g.name}.h_n`)!), "h_n").toBeLessThan(BOUND);
      if (g.cell === "lstm")
        expect(difference(result.state.c!, expected.get(`${g.name}.c_n`)!), "c_n").toBeLessThan(BOUND);
    });
  });
}
