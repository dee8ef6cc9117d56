// The recipes of docs/recipes.md, run on the real weights where they are at hand.
import { existsSync, readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import { describe, expect, test } from "vitest";
import * as unrolled from "../src/index.ts";
import * as imports from "../src/import.ts";
import { difference } from "./support/goldens.ts";

type Model = unrolled.Model;

const real = new URL("../../shared/nets/real/", import.meta.url).pathname;
const bytes = (path: string) => readFileSync(real + path);
const page = readFileSync(new URL("../docs/recipes.md", import.meta.url), "utf8");

/** The functions of the page's code, each block a module. */
const recipes = Object.assign(
  {},
  ...[...page.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => {
    const module = { exports: {} };
    const modules: Record<string, unknown> = { unrolled, "unrolled/import": imports };
    new Function("require", "module", transformSync(code, { loader: "ts", format: "cjs" }).code)(
      (name: string) => modules[name],
      module,
    );
    return module.exports;
  }),
) as {
  charRnn(vocabulary: number, hidden: number, read: (name: string) => Float32Array): Model;
  g2p(npz: Uint8Array): { encoder: Model; decoder: Model };
  phonemes(nets: { encoder: Model; decoder: Model }, graphemes: readonly number[]): number[];
  segmenter(net: object): Model;
  words(model: Model, net: object, parts: readonly string[]): string[];
};

function expected(path: string) {
  const { tensors, metadata } = unrolled.readSafetensors(bytes(path));
  const find = (name: string) => tensors.find((t) => t.name === name)!;
  return {
    metadata,
    floats: (name: string) => unrolled.toFloat32(find(name)),
    ids: (name: string) => [...unrolled.toIntegers(find(name))],
  };
}

test("the page has the three", () => {
  expect(Object.keys(recipes).sort()).toEqual(["charRnn", "g2p", "phonemes", "segmenter", "words"]);
});

describe.skipIf(!existsSync(real))("real weights", () => {
  test.each(["darwin", "shakespeare"])("ml5 charRNN: %s", (name) => {
    const folder = `ml5-charrnn/${name}/`;
    const manifest = JSON.parse(bytes(`${folder}manifest.json`).toString()) as Record<
      string,
      { filename: string; shape: number[] }
    >;
    const vocabulary = JSON.parse(bytes(`${folder}vocab.json`).toString()) as Record<string, number>;
    const read = (entry: string) => new Float32Array(new Uint8Array(bytes(folder + manifest[entry].filename)).buffer);
    const [count, hidden] = manifest.embedding.shape;
    using model = recipes.charRnn(count, hidden, read);
    const { metadata, ids, floats } = expected(`ml5-charrnn/${name}.expected.safetensors`);
    expect(difference(model.run(ids("ids")).output, floats("logits"))).toBeLessThan(2e-5);
    const characters = new Map(Object.entries(vocabulary).map(([character, id]) => [id, character]));
    const greedy = metadata.get("greedy")!;
    const { ids: next } = model.generate({ prompt: ids("ids"), length: greedy.length, temperature: 0 });
    expect(Array.from(next, (id) => characters.get(id)).join("")).toBe(greedy);
  });

  test("g2p_en: the sounds of a word", () => {
    const nets = recipes.g2p(bytes("g2p-en/checkpoint20.npz"));
    const { ids, floats } = expected("g2p-en/recurrence.expected.safetensors");
    const h = nets.encoder.encode(ids("grapheme_ids"));
    expect(difference(h, floats("encoder_state"))).toBeLessThan(2e-5);
    expect(
      difference(nets.decoder.run([2, ...ids("phoneme_ids")], { state: { h } }).output, floats("logits")),
    ).toBeLessThan(2e-5);
    expect(recipes.phonemes(nets, ids("grapheme_ids"))).toEqual(ids("phoneme_ids"));
  });

  test.each<[string, string, string]>([
    ["Thai_graphclust", "ผมรักประเทศไทย", "ผม รัก ประเทศ ไทย"],
    ["Thai_graphclust", "วันนี้อากาศดีมาก", "วัน นี้ อากาศ ดี มาก"],
    ["Burmese_codepoints_exclusive", "ဘာသာစကား", "ဘာသာ စကား"],
  ])("ICU's segmenter: %s, %s", (name, text, words) => {
    const path = `icu-lstm-segmenter/${name}_model4_heavy`;
    const net = JSON.parse(bytes(`${path}.json`).toString()) as { dic: Record<string, number> };
    using model = recipes.segmenter(net);
    const { ids, floats } = expected(`${path}.expected.safetensors`);
    const { output } = model.run(ids("ids"));
    expect(difference(output, floats("output"))).toBeLessThan(2e-5);
    const parts = name.startsWith("Thai")
      ? Array.from(new Intl.Segmenter("th").segment(text), (s) => s.segment)
      : [...text];
    expect(recipes.words(model, net, parts).join(" ")).toBe(words);
  });
});
