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
const post = (rounds: number, ...time: string[]) =>
  miniflare
    .dispatchFetch("http://localhost/", { method: "POST", body: JSON.stringify({ ...job, rounds, time }) })
    .then((r) => r.json() as Promise<object>);

const ROUNDS = 20;

try {
  await miniflare.ready;
  const [, first] = await timed(get);
  const [, second] = await timed(get);
  await post(0);
  const [report, without] = await timed(() => post(0));
  const step = async (build: string) => {
    const spent = [];
    for (let i = 0; i < 5; i++) spent.push((await timed(() => post(ROUNDS, build)))[1]);
    return ((Math.min(...spent) - without) / (10_000 * (ROUNDS + 1))) * 1000; // and one round to warm up
  };
  console.log(
    JSON.stringify({
      ...report,
      microseconds: { best: await step("best"), base: await step("base") },
      cold: first - second,
    }),
  );
} finally {
  await miniflare.dispose();
}
