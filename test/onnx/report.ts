// Runs ONNX's operator tests and writes how many are right, by operator, into docs/onnx-operators.md:
// npx tsx test/onnx/report.ts CASES, where CASES is a folder of folders with model.onnx, in.safetensors,
// expect.safetensors and meta.json ({ ops, tolerance }): test/goldens/onnx/node_tests.py writes them.
// Exit status 1 where an answer is wrong.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FormatError, readSafetensors } from "../../src/index.ts";
import { fromOnnx, type SessionTensor } from "../../src/onnx.ts";
import { numbersOf, sessionTensor } from "../support/onnx.ts";

interface Tally {
  right: number;
  readonly refused: string[];
  readonly wrong: string[];
}

const folder = process.argv[2];
const tallies = new Map<string, Tally>();
const total = { right: 0, refused: 0, wrong: 0 };
const tallyOf = (operator: string): Tally => {
  if (!tallies.has(operator)) tallies.set(operator, { right: 0, refused: [], wrong: [] });
  return tallies.get(operator)!;
};
for (const name of readdirSync(folder).sort()) {
  const { ops, tolerance } = JSON.parse(readFileSync(join(folder, name, "meta.json"), "utf8")) as {
    ops: string[];
    tolerance: number;
  };
  try {
    const wrong = check(join(folder, name), tolerance);
    if (wrong) tallyOf(ops[0]).wrong.push(`${name}: ${wrong}`);
    else for (const operator of ops) tallyOf(operator).right++;
    total[wrong ? "wrong" : "right"]++;
  } catch (error) {
    if (!(error instanceof FormatError || error instanceof RangeError)) throw new Error(name, { cause: error });
    const { message } = error as Error;
    tallyOf(ops.find((operator) => message.startsWith(`${operator} `)) ?? ops[0]).refused.push(message);
    total.refused++;
  }
}

/** What is wrong with the answer to a case; undefined where nothing is. */
function check(path: string, tolerance: number): string | undefined {
  const tensors = (file: string) =>
    existsSync(join(path, file)) ? readSafetensors(readFileSync(join(path, file))).tensors : [];
  const feeds: { [input: string]: SessionTensor } = {};
  for (const t of tensors("in.safetensors")) feeds[t.name] = sessionTensor(t);
  using session = fromOnnx(readFileSync(join(path, "model.onnx")));
  const outputs = session.run(feeds);
  for (const t of tensors("expect.safetensors")) {
    const [got, expected] = [outputs[t.name], sessionTensor(t)];
    if (!got || String(got.dims) !== String(expected.dims))
      return `${t.name}: expected [${expected.dims}], got [${got?.dims}]`;
    const [a, b] = [got, expected].map(({ data }) => numbersOf(data));
    const bound = got.type.includes("float") ? tolerance : 0;
    const at = a.findIndex(
      (v, i) => !Object.is(v, b[i]) && !(Math.abs(v - b[i]) <= bound * Math.max(1, Math.abs(b[i]))),
    );
    if (at >= 0) return `${t.name}[${at}]: expected ${b[at]}, got ${a[at]}`;
  }
  return undefined;
}

const rows = [...tallies]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(
    ([operator, t]) =>
      `| ${operator} | ${t.right} | ${t.refused.length || ""} | ${[...new Set(t.refused.map((m) => m.replaceAll("|", "\\|")))].slice(0, 2).join("; ").slice(0, 160)} |`,
  );
const text = `# ONNX's operator tests

Of ${total.right + total.refused + total.wrong} tests of the onnx package, ${total.right} are right, ${total.refused} refused, ${total.wrong} wrong: all of numbers that JavaScript has
arrays for. \`test/goldens/onnx/node_tests.py\` writes them as files, \`npx tsx test/onnx/report.ts\` this table.
A test counts for each operator in it; one that is refused, for the operator that the refusal names.

| operator | right | refused | why |
| --- | --: | --: | --- |
${rows.join("\n")}
`;
mkdirSync("docs", { recursive: true });
writeFileSync("docs/onnx-operators.md", text);
for (const t of tallies.values()) for (const line of t.wrong) console.log(line);
console.log(JSON.stringify(total));
process.exitCode = total.wrong > 0 ? 1 : 0;
