// quantize and compare as a user runs them, on the example models.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failure, open, save, scratch, unrolled } from "../support/cli.ts";
import { cellShapes, weights as draw } from "../support/weights.ts";

const models = new URL("../../examples/models/", import.meta.url).pathname;
const LSTM = `${models}language-id-lstm.safetensors`;

/** The texts that PyTorch answered, a line each. */
function texts(folder: string): string {
  const lines = readFileSync(`${models}language-id-lstm.expected.jsonl`, "utf8").trim().split("\n");
  const path = join(folder, "texts.txt");
  writeFileSync(
    path,
    lines.map((line) => (JSON.parse(line) as { text: string }).text.replaceAll("\n", " ")).join("\n"),
  );
  return path;
}

describe("quantize, then compare", () => {
  /** Arg-max that agree at least, the largest difference of probabilities, times smaller. */
  const BOUNDS = { int8: [0.99, 0.05, 3.6], int16: [0.999, 1e-3, 1.9] } as const;

  test.each(Object.entries(BOUNDS))("language-id LSTM in %s", (weights, [agreement, difference, smaller]) => {
    const folder = scratch();
    const small = join(folder, "small.safetensors");
    const quantized = unrolled(["quantize", LSTM, small, "--weights", weights]);
    expect(quantized).toMatchObject({ status: 0, stderr: "" });
    expect(quantized.stdout).toContain(`in ${weights}`);
    expect(statSync(LSTM).size / statSync(small).size).toBeGreaterThan(smaller);
    const { stdout, status } = unrolled(["compare", LSTM, small, "--input", texts(folder), "--json"]);
    expect(status).toBe(0);
    const found = JSON.parse(stdout) as Record<string, number>;
    expect(found).toMatchObject({ sequences: 252, rows: 252 });
    expect(found.sameArgMax / 252).toBeGreaterThanOrEqual(agreement);
    expect(found.largestDifference).toBeLessThan(difference);
    expect(found.meanDifference).toBeLessThan(found.largestDifference);
  });

  test("inspect says what the matrices are", () => {
    const small = join(scratch(), "small.safetensors");
    unrolled(["quantize", LSTM, small, "-w", "int8"]);
    const { stdout } = unrolled(["inspect", small]);
    expect(stdout).toContain("213,198 parameters, matrices in I8");
    expect(stdout).toMatch(/cell\.weight_hh_l0\.scale +F32 +\[768\]/);
    expect(stdout).toContain("build integer");
  });

  test("sequences from a file, with the run of an int8 model beside", () => {
    const folder = scratch();
    const model = save(folder, "m.safetensors", draw(cellShapes("gru", "", 5, 9)));
    const x = save(folder, "x.safetensors", draw({ x: [3, 12, 5] }));
    const small = join(folder, "small.safetensors");
    unrolled(["quantize", model, small, "-w", "int16"]);
    const page = unrolled(["compare", model, small, "-i", x]).stdout;
    expect(page).toMatch(
      /^1 input, 36 rows of outputs\nlargest difference +\d\.\d\de-[4-9]\nmean difference .*\nsame arg-max +3[56] of 36, .* %\n$/,
    );
    expect(unrolled(["run", small, "-i", x, "-o", join(folder, "y.safetensors")]).status).toBe(0);
    expect(open(join(folder, "y.safetensors")).get("output")!.shape).toEqual([3, 12, 9]);
  });
});

describe("refusals", () => {
  test("a type of weights that there is not, and none", () => {
    expect(failure(["quantize", LSTM, "out.safetensors", "-w", "int4"], 2)).toContain(
      "Allowed choices are int8, int16",
    );
    expect(failure(["quantize", LSTM, "out.safetensors"], 2)).toContain("--weights");
  });

  test("a file that is not there, or is no model", () => {
    expect(failure(["quantize", "none.safetensors", "out.safetensors", "-w", "int8"], 1)).toContain(
      "none.safetensors: expected a file, got none of this name",
    );
    expect(failure(["quantize", `${models}README.md`, "out.safetensors", "-w", "int8"], 1)).toContain("README.md: ");
  });

  test("models of other sizes, and no texts", () => {
    const folder = scratch();
    const other = save(folder, "m.safetensors", draw(cellShapes("gru", "", 5, 9)));
    expect(failure(["compare", LSTM, other, "-i", "texts.txt"], 1)).toContain(
      "m.safetensors: expected 256 inputs and 78 outputs",
    );
    writeFileSync(join(folder, "empty.txt"), "\n\n");
    expect(failure(["compare", LSTM, LSTM, "-i", join(folder, "empty.txt")], 1)).toContain(
      "empty.txt: expected a text a line, got none",
    );
  });
});
