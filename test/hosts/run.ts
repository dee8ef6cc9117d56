// npm run test:hosts: one suite in every host, from the packed package.
//   --write   puts the table into docs/hosts.md and results.json
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { aliases } from "./hosts/aliases.ts";
import { inBrowsers } from "./hosts/browsers.ts";
import { bundled } from "./hosts/bundlers.ts";
import { consoles } from "./hosts/console.ts";
import { examples } from "./hosts/examples.ts";
import { refusals } from "./hosts/refusals.ts";
import { types } from "./hosts/types.ts";
import { workerd } from "./hosts/workerd.ts";
import { here, root } from "./machine.ts";
import { makeProject } from "./project.ts";
import { Relay } from "./relay.ts";
import type { Unrolled } from "./nets.ts";
import { replaceBetween } from "./replace.ts";
import { markdown } from "./table.ts";
import { Trials } from "./trials.ts";

async function part<T>(name: string, run: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  console.log(`\n${name}`);
  try {
    return await run();
  } finally {
    console.log(`(${((performance.now() - start) / 1000).toFixed(1)} s)`);
  }
}

const project = await part("the package, packed and installed", makeProject);
console.log(
  `${project.tarball.files.length} files, ${project.tarball.size} bytes packed: ${project.tarball.files.join(" ")}`,
);
const relay = new Relay(createRequire(join(project.folder, "x.js"))("unrolled") as Unrolled);

await part("Node, Deno, Bun", () => consoles(relay, project));
await part("workerd", () => workerd(relay, project));
await part("browsers", () => inBrowsers(relay, project));
await part("bundlers", () => bundled(relay, project));
const table = [...relay.rows];
const trials = new Trials();
await part("refusals", () => refusals(relay, trials, project));
await part("onnxruntime aliased", () => aliases(trials, project));
await part("types", () => types(trials, project));
await part("examples", () => examples(trials, project));

if (process.argv.includes("--write")) {
  replaceBetween(join(root, "docs/hosts.md"), "hosts", markdown(table));
  writeFileSync(
    join(here, "results.json"),
    JSON.stringify(
      { hosts: table, trials: trials.all.map(({ host, what, said }) => ({ host, what, said })) },
      null,
      2,
    ) + "\n",
  );
}

const strayed = relay.finish();
const failed = [
  ...relay.rows.filter((r) => r.result !== "passed").map((r) => `${r.host} ${r.version}, ${r.way}: ${r.result}`),
  ...trials.failed.map((t) => `${t.host}, ${t.what}: expected "${t.expected}", got "${t.said}"`),
  ...(strayed ? [strayed] : []),
];
const total = relay.rows.length + trials.all.length + 1;
for (const failure of failed) console.error(`FAILED ${failure}`);
if (failed.length === 0) rmSync(project.folder, { recursive: true });
console.log(`\n${total - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length ? 1 : 0;
