// Cloudflare's workerd: wrangler bundles the Worker, miniflare runs what it made. Both need Node 22.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { writeFileSync } from "node:fs";
import { binaries, here, modules, packageVersion, quietly } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Answer, Relay } from "../relay.ts";

export async function workerd(relay: Relay, { folder }: Project): Promise<void> {
  await relay.turn(
    "workerd",
    packageVersion("workerd"),
    `wrangler ${packageVersion("wrangler")}, miniflare`,
    async (job) => {
      writeFileSync(
        join(folder, "wrangler.json"),
        JSON.stringify({ name: "user", main: "workerd.js", compatibility_date: "2025-01-01" }),
      );
      const out = bundleWorker(folder);
      const worker = spawn(binaries.node26, [join(here, "hosts/miniflare.ts"), out], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      worker.stdin.end(JSON.stringify(job));
      const [line] = await Promise.race([
        once(createInterface(worker.stdout), "line"),
        once(worker, "exit").then(() => {
          throw new Error("miniflare: no answer");
        }),
      ]);
      return JSON.parse(line) as Answer;
    },
  );
}

/** What wrangler would upload of the Worker in a folder, and where it is. */
export function bundleWorker(folder: string): string {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG: "error", CI: "true" };
  const wrangler = join(modules, "wrangler/bin/wrangler.js");
  quietly(binaries.node26, [wrangler, "deploy", "--dry-run", "--outdir", "uploaded"], { cwd: folder, env });
  return join(folder, "uploaded");
}
