// What holds for the site as a whole.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { fill, says } from "./hand.ts";
import { BUILD, type Site } from "./visit.ts";

/** Bytes of a first view without models, gzipped, that the page may take. */
const BUDGET = 300_000;

const PARTS = ["language", "inside", "drop", "voice", "amplifier", "race"];

/** What a first visit loads. */
export async function firstView(site: Site): Promise<string> {
  return site.visit("", async ({ hand }) => {
    const ready = await hand.run(() => performance.now());
    const loaded = await hand.run(() => performance.getEntriesByType("resource").map((entry) => entry.name));
    const files = loaded
      .map((name) => basename(name))
      .filter((name) => /\.(js|css|svg|wasm)$/.test(name) && !/^(worker|recorder)\.js$/.test(name));
    const paths = ["index.html", ...files.map((name) => join("assets", name))].map((path) => join(BUILD, path));
    const total = [...new Set(paths)].reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
    if (files.length < 3 || total > BUDGET) throw new Error(`expected at most ${BUDGET} bytes, got ${total}`);
    return `${total} bytes gzipped in ${paths.length} files, ready within ${ready.toFixed(0)} ms`;
  });
}

/** The tab key reaches every link, button and field of every part, and each has a name. */
export async function keyboard(site: Site): Promise<string> {
  const reached: string[] = [];
  for (const part of PARTS) {
    await site.visit(`#${part}`, async ({ page }) => {
      const count = await page!.evaluate(() => {
        const all = document.querySelectorAll("a, button, input, select, textarea, summary, [tabindex='0']");
        const open = [...all].filter((e) => e.checkVisibility() && !(e as HTMLButtonElement).disabled);
        for (const element of open) element.setAttribute("data-waits", "");
        return open.length;
      });
      for (let i = 0; i < count + 5; i++) {
        await page!.keyboard.press("Tab");
        await page!.evaluate(() => document.activeElement?.removeAttribute("data-waits"));
      }
      const left = await page!.evaluate(() => [...document.querySelectorAll("[data-waits]")].map((e) => e.outerHTML));
      if (left.length > 0) throw new Error(`${part}: expected the tab key to reach ${left.join(", ")}`);
      reached.push(`${part} ${count}`);
    });
  }
  return reached.join(", ");
}

/** Every part opens again without a network. The last visit to a site: its server is gone. */
export async function offline(site: Site): Promise<string> {
  return site.visit("", async ({ hand }) => {
    await hand.run(async () => void (await navigator.serviceWorker.ready));
    await hand.reload(); // from here on the worker answers
    await says(hand, "#verdict", /^German/);
    await site.unplug();
    await hand.reload();
    await says(hand, "#verdict", /^German/);
    await fill(hand, "#text", "Kaikki ihmiset syntyvät vapaina ja tasavertaisina.");
    const said = await says(hand, "#verdict", /^Finnish/);
    for (const part of PARTS) {
      await hand.run((name) => void (location.hash = name), part);
      await says(hand, `#part-${part} h2`, /\w/);
      await says(hand, "main", /^(?!.*Failed to fetch)/);
    }
    return said;
  });
}
