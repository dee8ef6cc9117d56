// npm run example:orders: how probable a byte language model finds three orders of
// the same words, written into docs/examples.md between its `scores` marks.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ORDERS = ["Time flies like an arrow", "An arrow flies like time", "An arrow time like flies"];
const root = fileURLToPath(new URL("../", import.meta.url));

const scores = execFileSync(
  process.execPath,
  ["dist/cli.js", "score", "examples/models/char-lm.safetensors", ...ORDERS],
  { cwd: root, encoding: "utf8" },
);
process.stdout.write(scores);

const path = `${root}docs/examples.md`;
const page = readFileSync(path, "utf8");
const marked = /(<!-- scores -->\n)[^]*(<!-- \/scores -->)/;
if (!marked.test(page)) throw new Error("docs/examples.md: expected <!-- scores --> and <!-- /scores -->, got none");
writeFileSync(path, page.replace(marked, `$1\`\`\`\n${scores.trim()}\n\`\`\`\n$2`));
