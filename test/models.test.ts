// The example models against PyTorch in float64: every line of examples/models/*.expected.jsonl.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Model } from "../src/index.ts";

interface Line {
  readonly text: string;
  readonly predicted: string;
  readonly probability: number;
}

const file = (name: string) => readFileSync(new URL(`../examples/models/${name}`, import.meta.url));

describe.each(["language-id-lstm", "language-id-rnn"])("%s", (name) => {
  const lines = file(`${name}.expected.jsonl`)
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

  test.each([{ deterministic: false }, { deterministic: true }])("answers as PyTorch does, %o", (options) => {
    using model = Model.fromSafetensors(file(`${name}.safetensors`), options);
    expect(lines.length).toBe(252);
    for (const { text, predicted, probability } of lines) {
      const { output } = model.run(text);
      const best = output.indexOf(Math.max(...output));
      expect(model.description.labels![best], text).toBe(predicted);
      expect(Math.abs(output[best] - probability), text).toBeLessThan(1e-4);
      expect(Math.abs(output.reduce((a, b) => a + b) - 1)).toBeLessThan(1e-5);
    }
  });
});
