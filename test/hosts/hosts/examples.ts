// The examples, run as their READMEs say, and used.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { binaries, here, quietly, root } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Unrolled } from "../nets.ts";
import type { Trials } from "../trials.ts";
import { addressOf, visitExample } from "./pages.ts";
import { bundleWorker } from "./workerd.ts";

const TEXT = "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.";

export async function examples(trials: Trials, { folder }: Project): Promise<void> {
  const isUsers = (path: string) => !path.endsWith("deno.json"); // it points into the repository
  cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true, filter: isUsers });

  await trials.expect("Chromium", "examples/browser", "Finnish 100 %, then German", () =>
    visitExample("browser", folder, async (page) => {
      const first = async () =>
        (await page
          .locator("li")
          .first()
          .evaluate((item) => `${item.dataset.name} ${item.dataset.percent}`)) as string;
      await page.locator("textarea").pressSequentially(TEXT);
      const finnish = await first();
      await page.locator("textarea").fill("Alle Menschen sind frei und gleich an Würde und Rechten geboren.");
      return `${finnish}, then ${await first()}`;
    }),
  );

  await trials.expect("Chromium", "examples/audio-worklet", "in time: ", () =>
    visitExample("audio-worklet", folder, async (page) => {
      await page.locator("#play").click();
      await page.waitForFunction(() => document.querySelector("meter")!.value > 0, undefined, { timeout: 20_000 });
      await page.waitForTimeout(3000);
      const share = await page.locator("meter").evaluate((meter: HTMLMeterElement) => meter.value);
      return `${share < 1 ? "in time" : "late"}: ${await page.locator("output").textContent()}`;
    }),
  );

  await trials.expect("workerd", "examples/cloudflare", "fin, fin; the same bits after a restart", () => {
    const { Model } = createRequire(join(folder, "x.js"))("unrolled") as Unrolled;
    const file = readFileSync(join(root, "examples/models/language-id-lstm.safetensors"));
    const stream = Model.fromSafetensors(file, { deterministic: true }).stream();
    for (const byte of new TextEncoder().encode(TEXT)) stream.step(byte);
    const expected = Buffer.from(stream.save()).toString("hex");

    const out = bundleWorker(join(folder, "examples/cloudflare"));
    const driver = join(here, "hosts/miniflare-streams.ts");
    const { language, live, state } = JSON.parse(
      quietly(binaries.node26, [driver, out, join(folder, "storage"), TEXT]),
    );
    return `${language}, ${live}; ${state === expected ? "the same bits after a restart" : `expected ${expected}, got ${state}`}`;
  });

  await trials.expect("Deno", "examples/deno", '"language":"fin"', async () => {
    const server = spawn(
      binaries.deno,
      ["run", "--no-prompt", "--cached-only", "--allow-net", "--allow-read", "examples/deno/server.ts", "0"],
      { cwd: folder, stdio: "pipe" },
    );
    const ended = once(server, "exit");
    try {
      return await (await fetch(await addressOf(server.stderr, server.stdout), { method: "POST", body: TEXT })).text();
    } finally {
      server.kill();
      await ended;
    }
  });
}
