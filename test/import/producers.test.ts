// The cases of ../shared/nets for Keras and TensorFlow.js, where they are beside the project.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kerasGraph } from "../../src/import/keras/keras.ts";
import { tfjsGraph } from "../../src/import/tfjs/tfjs.ts";
import { FormatError, readSafetensors, toFloat32 } from "../../src/index.ts";
import { predict } from "../support/imported.ts";

const root = new URL("../../../shared/nets/cases/", import.meta.url).pathname;

interface Meta {
  readonly model: string;
  readonly must: "run" | "refuse" | "either";
  readonly tolerance: number;
}

const graphOf = (folder: string, model: string) => {
  const bytes = new Uint8Array(readFileSync(join(folder, model)));
  if (!model.endsWith(".json")) return kerasGraph(bytes);
  const shard = (path: string) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : undefined);
  return tfjsGraph(JSON.parse(new TextDecoder().decode(bytes)), shard);
};

const first = (folder: string, name: string) => readSafetensors(readFileSync(join(folder, name))).tensors[0];

describe.skipIf(!existsSync(root)).each(["keras", "tfjs"])("%s", (group) => {
  const names = existsSync(root) ? readdirSync(join(root, group)) : [];

  test.each(names)("%s", (name) => {
    const folder = join(root, group, name);
    const { model, must, tolerance } = JSON.parse(readFileSync(join(folder, "meta.json"), "utf8")) as Meta;
    if (must === "refuse") {
      expect(() => graphOf(folder, model)).toThrow(FormatError);
      return;
    }
    let graph: ReturnType<typeof graphOf>;
    try {
      graph = graphOf(folder, model);
    } catch (error) {
      if (must === "either" && error instanceof FormatError) return;
      throw error;
    }
    const { dims, data } = predict(graph, first(folder, "in.safetensors"));
    const expected = first(folder, "expect.safetensors");
    expect(dims).toEqual(expected.shape);
    const values = toFloat32(expected);
    const worst = values.reduce((most, e, i) => Math.max(most, Math.abs(data[i] - e) / Math.max(1, Math.abs(e))), 0);
    expect(worst).toBeLessThanOrEqual(tolerance);
    expect(data.every(Number.isFinite)).toBe(true);
  });
});
