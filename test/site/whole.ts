// What holds for the site as a whole.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { says } from "./parts.ts";
import type { Site } from "./visit.ts";

const BUILD = "examples/site/build";

/** Bytes of a first view without models, gzipped, that the page may take. */
const BUDGET = 300_000;

/** What a first visit loads. */
export async function firstView(site: Site): Promise<string> {
  return site.visit("", async (page) => {
    const ready = await page.evaluate(() => performance.now());
    const loaded = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.name));
    const files = loaded
      .map((name) => basename(name))
      .filter((name) => /\.(js|css|svg|wasm)$/.test(name) && name !== "worker.js");
    const paths = ["index.html", ...files.map((name) => join("assets", name))].map((path) => join(BUILD, path));
    const total = paths.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
    if (files.length < 3 || total > BUDGET) throw new Error(`expected at most ${BUDGET} bytes, got ${total}`);
    return `${total} bytes gzipped in ${paths.length} files, ready within ${ready.toFixed(0)} ms`;
  });
}

/** Every part opens again without a network. */
export async function offline(site: Site): Promise<string> {
  return site.visit("", async (page) => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.context().setOffline(true);
    await page.reload();
    await page.locator("#text").fill("Kaikki ihmiset syntyvät vapaina ja tasavertaisina.");
    return says(page, "#verdict", /^Finnish/);
  });
}
