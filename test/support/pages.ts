// The project's pages, and what their programs find where they run.
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor, writeSafetensors } from "../../src/index.ts";
import { bytesOf, caseOf } from "../import/cases.ts";
import { foreignFiles } from "./foreign.ts";
import { installPacked } from "./packed.ts";
import { kerasModels, tfjsModels } from "./imported.ts";

export const root = new URL("../../", import.meta.url).pathname;

export const pages = [
  ...readdirSync(root),
  ...readdirSync(`${root}docs`, { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
]
  .filter((name) => name.endsWith(".md"))
  .sort();

export const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

export interface Block {
  readonly language: string;
  readonly code: string;
  /** What it prints: a block `text` right behind it. */
  readonly prints: string;
}

export function blocksOf(page: string): Block[] {
  const found = textOf(page).matchAll(/```(\w+)\n([^]*?)```(?:\n\n```text\n([^]*?)```)?/g);
  return [...found].map(([, language, code, prints = ""]) => ({ language, code, prints }));
}

/** A folder in which the packed package is installed, with the files that the pages name. */
export function readersFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
  installPacked(folder);
  const write = (name: string, bytes: Uint8Array | string) => writeFileSync(join(folder, name), bytes);
  symlinkSync(join(root, "examples"), join(folder, "examples"));
  symlinkSync(join(root, "examples/models/language-id-lstm.safetensors"), join(folder, "language-id-lstm.safetensors"));
  write("net.safetensors", lstm());
  write("graph.safetensors", readFileSync(`${root}test/goldens/page.safetensors`));
  write("net.pt", foreignFiles().find((f) => f.name === "protocol-2")!.file);
  write("model.keras", kerasModels().find((m) => m.name === "cells.keras")!.files[0]);
  const [json, shard] = tfjsModels().find((m) => m.name === "recurrent")!.files;
  write("model.json", json);
  const { weightsManifest } = JSON.parse(new TextDecoder().decode(json)) as { weightsManifest: { paths: string[] }[] };
  for (const path of weightsManifest.flatMap((group) => group.paths)) write(path, shard);
  write("vad.onnx", readFileSync(`${root}test/goldens/onnx/vad.onnx`));
  write("capture.nam", bytesOf(caseOf("WaveNet").file));
  write("pedal.json", bytesOf(caseOf("a knob, gains and the sample added").file));
  write("page.mjs", PAGE);
  return folder;
}

/** What a page has beside Node: fetch of the files beside it, and a body whose text is printed. */
const PAGE = `import { readFileSync } from "node:fs";
globalThis.fetch = async (path) => new Response(readFileSync(path));
globalThis.document = { body: { set textContent(text) { console.log(text); } } };
`;

/** nn.LSTM(3, 64, num_layers=2) as "cell" and nn.Linear(64, 5) as "head". */
function lstm(): Uint8Array {
  const weights = (name: string, ...shape: number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return tensor(
      name,
      shape,
      Float32Array.from({ length: count }, (_, i) => Math.sin(i) / 8),
    );
  };
  const layer = (l: number, inputs: number) => [
    weights(`cell.weight_ih_l${l}`, 256, inputs),
    weights(`cell.weight_hh_l${l}`, 256, 64),
    weights(`cell.bias_ih_l${l}`, 256),
    weights(`cell.bias_hh_l${l}`, 256),
  ];
  return writeSafetensors([...layer(0, 3), ...layer(1, 64), weights("head.weight", 5, 64), weights("head.bias", 5)]);
}
