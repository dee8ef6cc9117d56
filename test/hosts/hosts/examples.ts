// The examples, run as their READMEs say, and used.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { join } from "node:path";
import { binaries, here, quietly, root } from "../machine.ts";
import type { Project } from "../project.ts";
import type { SpeechEvent, SpeechListener } from "../../../examples/speech.ts";
import type { Unrolled } from "../nets.ts";
import type { Trials } from "../trials.ts";
import { samplesOf, speak } from "../speech.ts";
import { addressOf, visitExample } from "./pages.ts";
import { bundleWorker } from "./workerd.ts";

const TEXT = "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.";

/** A WaveNet as a .nam file. */
function capture(): Buffer {
  const cases = JSON.parse(readFileSync(join(root, "test/import/audio.json"), "utf8")) as {
    name: string;
    file: object;
  }[];
  return Buffer.from(JSON.stringify(cases.find(({ name }) => name === "WaveNet")!.file));
}

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
      const told = `${share < 1 ? "in time" : "late"}: ${await page.locator("output").textContent()}`;
      await page.locator("meter").evaluate((meter: HTMLMeterElement) => (meter.value = 0));
      await page.locator("#own").setInputFiles({ name: "capture.nam", mimeType: "", buffer: capture() });
      await page.waitForFunction(() => document.querySelector("meter")!.value > 0, undefined, { timeout: 20_000 });
      return told;
    }),
  );

  const speech = join(folder, "speech.wav");
  speak(speech);

  await trials.expect("Chromium", "examples/vad-worklet", "start, end; in time: ", () =>
    visitExample(
      "vad-worklet",
      folder,
      async (page) => {
        await page.locator("#listen").click();
        await page.locator("li[data-type=end]").nth(1).waitFor({ timeout: 30_000 });
        const heard = await page.locator("li").evaluateAll((items) => items.map((item) => item.dataset.type));
        const share = await page.locator("meter").evaluate((meter: HTMLMeterElement) => meter.value);
        return `${heard.slice(0, 2).join(", ")}; ${share < 0.5 ? "in time" : "late"}: ${await page.locator("output").textContent()}`;
      },
      [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        `--use-file-for-fake-audio-capture=${speech}`,
      ],
    ),
  );

  await trials.expect(
    "workerd",
    "examples/cloudflare/vad",
    "start, end; woken mid-word 3 times of 3; the same bits",
    async () => {
      const samples = samplesOf(speech);
      const built = join(folder, "speech.js");
      await build({
        absWorkingDir: folder,
        entryPoints: ["examples/speech.ts"],
        outfile: built,
        bundle: true,
        format: "esm",
        external: ["unrolled"],
      });
      const { SpeechListener: Listener } = await import(pathToFileURL(built).href);
      const listener: SpeechListener = new Listener(
        readFileSync(join(root, "examples/models/silero-vad.f16.safetensors")),
        { deterministic: true },
      );
      const events: SpeechEvent[] = [];
      listener.hear(
        Float32Array.from(samples, (v) => v / 32768),
        (event) => events.push(event),
      );

      const out = bundleWorker(join(folder, "examples/cloudflare/vad"));
      const size = readdirSync(out)
        .filter((name) => !/\.md$|\.map$/.test(name))
        .reduce((sum, name) => sum + gzipSync(readFileSync(join(out, name))).length, 0);
      if (size > 1e6) throw new Error(`bundle: expected at most 1 MB gzipped, got ${size} bytes`);
      const driver = join(here, "hosts/miniflare-vad.ts");
      const heard = JSON.parse(
        quietly(binaries.node26, [driver, out, join(folder, "heard")], { input: new Uint8Array(samples.buffer) }),
      );
      const same =
        JSON.stringify(heard.events) === JSON.stringify(events) &&
        heard.state === Buffer.from(listener.save().stream).toString("hex");
      return (
        `${events.map(({ type }) => type).join(", ")}; ` +
        `woken mid-word ${heard.halts.filter((said: number) => said === 1).length} times of ${heard.made - 1}; ` +
        `${same ? "the same bits" : `expected ${JSON.stringify(events)}, got ${JSON.stringify(heard.events)}`}; ${size} bytes gzipped`
      );
    },
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
