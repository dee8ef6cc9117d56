// Run by Node 26: a job on stdin, the Worker in a folder, the answer on stdout.
// The Worker's clock stands still, so the watch is here: each time is the difference of two requests.
import { readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { modulesOf } from "./modules.ts";

const [folder] = process.argv.slice(2);
const job = JSON.parse(readFileSync(0, "utf8"));
const miniflare = new Miniflare(
  convertV4MiniflareOptions({ modulesRoot: folder, modules: modulesOf(folder), compatibilityDate: "2025-01-01" }),
);

async function timed<T>(run: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await run();
  return [result, performance.now() - start];
}

const get = () => miniflare.dispatchFetch("http://localhost/").then((r) => r.text());
const post = (rounds: number) =>
  miniflare.dispatchFetch("http://localhost/", { method: "POST", body: JSON.stringify({ ...job, rounds }) }).then((r) => r.json() as Promise<object>);

try {
  await miniflare.ready;
  const [, first] = await timed(get);
  const [, second] = await timed(get);
  await post(0);
  const [report, without] = await timed(() => post(0));
  const rounds = 40;
  const [, withRounds] = await timed(() => post(rounds));
  const microseconds = ((withRounds - without) / (10_000 * (rounds + 1))) * 1000; // and one round to warm up
  console.log(JSON.stringify({ ...report, microseconds, cold: first - second }));
} finally {
  await miniflare.dispose();
}
