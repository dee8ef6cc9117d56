// npm run bench:accuracy: what int8 and int16 cost the example models, against PyTorch's answers in float64.
import { existsSync, readFileSync } from "node:fs";
import { Model } from "../dist/index.js";
import { argv } from "node:process";

const folder = argv[2] ?? new URL("../examples/models/", import.meta.url).pathname;
const PRECISIONS = ["float32", "int8", "int16"] as const;

const read = <T>(name: string): T[] =>
  readFileSync(`${folder}/${name}`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
const argMax = (row: Float32Array) => row.indexOf(Math.max(...row));

for (const name of ["language-id-lstm", "language-id-rnn"]) {
  if (!existsSync(`${folder}/${name}.safetensors`)) continue;
  const lines = read<{ text: string; predicted: string; probability: number }>(`${name}.expected.jsonl`);
  for (const weights of PRECISIONS) {
    using model = Model.fromSafetensors(readFileSync(`${folder}/${name}.safetensors`), { weights });
    const labels = model.description.labels!;
    let same = 0;
    let worst = 0;
    for (const { text, predicted, probability } of lines) {
      const { output } = model.run(text);
      if (labels[argMax(output)] === predicted) same++;
      worst = Math.max(worst, Math.abs(output[labels.indexOf(predicted)] - probability));
    }
    console.log(
      `${name} ${weights}: ${same} of ${lines.length} answers as PyTorch's (${((100 * same) / lines.length).toFixed(2)} %), probability off by at most ${worst.toExponential(1)}`,
    );
  }
}

if (existsSync(`${folder}/char-lm.safetensors`)) {
  const lines = read<{ input: string; bits: number; items: number }>("char-lm.scores.jsonl");
  const items = lines.reduce((n, l) => n + l.items, 0);
  const expected = lines.reduce((n, l) => n + l.bits, 0) / items;
  for (const weights of PRECISIONS) {
    using model = Model.fromSafetensors(readFileSync(`${folder}/char-lm.safetensors`), { weights });
    let bits = 0;
    for (const { input } of lines) {
      const ids = new TextEncoder().encode(input);
      const { output } = model.run(input);
      for (let t = 1; t < ids.length; t++) bits -= Math.log2(output[(t - 1) * model.outputSize + ids[t]]);
    }
    console.log(
      `char-lm ${weights}: ${(bits / items).toFixed(5)} bits a byte over ${items} bytes, PyTorch ${expected.toFixed(5)}, ${(bits / items - expected).toFixed(5)} more`,
    );
  }
}
