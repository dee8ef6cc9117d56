// One engine, one net: times in milliseconds from nothing to the first answer, of a run, and the memory at the end.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [engine, file, sizes] = process.argv.slice(2);
const begin = performance.now();
const { InferenceSession, Tensor } = createRequire(import.meta.url)(engine);
const loaded = performance.now();
const session = await InferenceSession.create(readFileSync(file));
const created = performance.now();
const feeds = {};
for (const name of session.inputNames) {
  const dims = JSON.parse(sizes)[name];
  const count = dims?.reduce((a, b) => a * b);
  feeds[name] = dims
    ? new Tensor(
        "float32",
        Float32Array.from({ length: count }, (_, i) => Math.sin(i) / 10),
        dims,
      )
    : new Tensor("int64", [16000n], []);
}
await session.run(feeds);
const first = performance.now();
const times = [];
while (times.length < 5 || (performance.now() - first < 1000 && times.length < 2000)) {
  const from = performance.now();
  await session.run(feeds);
  times.push(performance.now() - from);
}
const run = times.sort((a, b) => a - b)[times.length >> 1];
const report = { load: loaded - begin, create: created - loaded, first: first - created, run };
console.log(JSON.stringify({ ...report, rss: process.memoryUsage().rss }));
process.exit(0);
