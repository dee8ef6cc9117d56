// npm start: trained nets read real text and listen. npm start -- "a sentence": they read yours.
import { readFileSync } from "node:fs";
import { Model } from "unrolled";
import { hearing } from "./hearing.ts";
import { heatMap } from "./heatmap.ts";
import { ORDERS, SENTENCES } from "./sentences.ts";
import { bold, clip, COLUMNS, dim, green, red } from "./terminal.ts";

const file = (name: string) => readFileSync(new URL(`models/${name}`, import.meta.url));
const lstm = Model.fromSafetensors(file("language-id-lstm.safetensors"));
const rnn = Model.fromSafetensors(file("language-id-rnn.safetensors"));
const bytesOf = (text: string) => Buffer.byteLength(text);

/** The most probable labels of a text. */
function classify(model: Model, text: string, count: number): { label: string; probability: number }[] {
  const { output } = model.run(text);
  return Array.from(output, (probability, i) => ({ label: model.description.labels![i], probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}

/** Below this the nets do not say: docs/model-card-language-id.md. */
const SURE = 0.6;

const percent = (p: number) => `${(100 * p).toFixed(0).padStart(3)} %`;

/** Microseconds a byte, the median of passes over the texts: the first ones only warm up. */
function pace(model: Model, texts: readonly string[]): string {
  const bytes = texts.reduce((n, text) => n + bytesOf(text), 0);
  const count = Math.max(9, Math.ceil(20_000 / bytes));
  const passes = Array.from({ length: count }, () => {
    const start = performance.now();
    for (const text of texts) model.run(text);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return `${((1000 * passes[count >> 1]) / bytes).toFixed(1)} µs`;
}

/** Bytes of a sentence that a net is shown. */
const PIECES = [10, 20, 30, 40, 60];

function labelOf(model: Model, bytes: Uint8Array): string {
  const { output } = model.run(bytes);
  return model.description.labels![output.indexOf(Math.max(...output))];
}

const heading = (text: string) => `\n${bold(text)}\n`;

function languages(): string {
  const verdict = (model: Model, language: string, text: string) => {
    const [{ label, probability }] = classify(model, text, 1);
    if (probability < SURE) return dim("not sure   ");
    return (label === language ? green : red)(`${label} ${percent(probability)}${label === language ? "  " : " x"}`);
  };
  const texts = SENTENCES.map(([, text]) => text);
  return [
    heading("What language is it?"),
    dim("  is      LSTM         RNN          bytes  sentence"),
    ...SENTENCES.map(([language, text]) => {
      const verdicts = `${verdict(lstm, language, text)}  ${verdict(rnn, language, text)}`;
      return `  ${language}     ${verdicts}  ${String(bytesOf(text)).padStart(5)}  ${clip(text, COLUMNS - 44)}`;
    }),
    dim(`  a byte  ${pace(lstm, texts).padEnd(11)}  ${pace(rnn, texts)}`),
  ].join("\n");
}

/** Held-out sentences from their beginning: what does reading on bring? */
function memory(): string {
  const lines = file("language-id-lstm.expected.jsonl").toString().trim().split("\n");
  const sentences = lines
    .map((line) => JSON.parse(line) as { text: string; language: string })
    .map(({ text, language }) => ({ bytes: Buffer.from(text), language }));
  const long = sentences.filter(({ bytes }) => bytes.length >= 60);
  const row = (name: string, model: Model) =>
    `  ${name.padEnd(6)}` +
    PIECES.map((piece) => {
      const right = long.filter(({ bytes, language }) => labelOf(model, bytes.subarray(0, piece)) === language).length;
      return percent(right / long.length).padStart(9);
    }).join("");
  return [
    heading("The LSTM gains from every byte; the RNN forgets"),
    dim(`  right answers on ${long.length} held-out sentences, given the first`),
    dim(`  bytes ${PIECES.map((piece) => `${piece}  `.padStart(9)).join("")}`),
    row("LSTM", lstm),
    row("RNN", rnn),
  ].join("\n");
}

function order(): string {
  const cosine = (a: Float32Array, b: Float32Array) => {
    const dot = (u: Float32Array, v: Float32Array) => u.reduce((sum, x, i) => sum + x * v[i], 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  };
  const vectors = ORDERS.map((text) => lstm.encode(text));
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
  ].map(([a, b]) => `  ${cosine(vectors[a], vectors[b]).toFixed(3)}   ${ORDERS[a]}  |  ${ORDERS[b]}`);
  return [
    heading("Word order changes the final hidden state"),
    dim("  cosine similarity of the LSTM's last hidden states; a bag of words would see 1.000"),
    ...pairs,
  ].join("\n");
}

function own(text: string): string {
  const answer = (name: string, model: Model) =>
    `  ${name.padEnd(6)}${classify(model, text, 3)
      .map(({ label, probability }) => `${label} ${percent(probability)}`)
      .join("    ")}    ${dim(`${pace(model, [text])} a byte`)}`;
  return [
    heading(text),
    answer("LSTM", lstm),
    answer("RNN", rnn),
    dim("\n  They know 78 languages; below 60 % they are not sure."),
    heading("The LSTM's hidden state as it reads"),
    heatMap(lstm, text),
  ].join("\n");
}

const text = process.argv.slice(2).join(" ");
const demonstration = () =>
  [
    languages(),
    memory(),
    heading("The LSTM's hidden state as it reads"),
    heatMap(lstm, SENTENCES[1][1]),
    order(),
    heading("Silero VAD hears when somebody speaks"),
    hearing(new URL("north-wind.wav", import.meta.url), new URL("models/silero-vad.f16.safetensors", import.meta.url)),
    dim("\n  A page with more of this:  npm run site; what people do with sequences:  docs/examples.md"),
    dim('  Your own sentence:  npm start -- "Der Mond ist aufgegangen, die goldnen Sternlein prangen"'),
  ].join("\n");

process.stdout.on("error", () => process.exit()); // the reader went away
process.stdout.write(`${text ? own(text) : demonstration()}\n`);
