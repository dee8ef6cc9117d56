// How each part is used, and what it must say then.
import { readFileSync } from "node:fs";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { bytesOf, CASES } from "../import/cases.ts";

/** Text of an element, once it matches. */
export async function says(page: Page, selector: string, pattern: RegExp): Promise<string> {
  const found = page.locator(selector);
  const end = Date.now() + 30_000;
  for (;;) {
    const text = ((await found.first().textContent({ timeout: 30_000 })) ?? "").replace(/\s+/g, " ");
    if (pattern.test(text)) return text.trim();
    if (Date.now() > end) throw new Error(`${selector}: expected ${pattern}, got ${text}`);
    await page.waitForTimeout(50);
  }
}

const kinds = unzipSync(readFileSync("test/formats/kinds.zip"));
const capture = (name: string) => bytesOf(CASES.find((c) => c.name === name)!.file);

/** Files that are dropped, and what the page must say of them. */
const DROPS: readonly (readonly [name: string, bytes: Uint8Array, says: RegExp])[] = [
  ["model.keras", kinds["model.keras"], /keras.*multiply-adds/],
  ["model.h5", kinds["model.h5"], /hdf5.*multiply-adds/],
  ["capture.nam", capture("LSTM"), /nam.*a timestep at a time/],
  ["aida.json", capture("every layer"), /rtneural.*a timestep at a time/],
  ["language.safetensors", readFileSync("examples/models/language-id-rnn.safetensors"), /safetensors.*parameters/],
];

export const PARTS: Readonly<Record<string, (page: Page) => Promise<string>>> = {
  async language(page) {
    await says(page, "#verdict", /^German/);
    await page.locator("#text").fill("");
    await page.locator("#text").pressSequentially("hello");
    await says(page, "#verdict", /^Not sure/);
    await page.locator("#text").fill("Kaikki ihmiset syntyvät vapaina ja tasavertaisina.");
    await says(page, "#verdict", /^Finnish, (9\d|100) %/);
    await page.getByRole("button", { name: "Hungarian" }).click();
    return says(page, "#verdict", /^Hungarian, (9\d|100) %/);
  },

  async inside(page) {
    await page.locator("#text").fill("Kaikki ihmiset syntyvät vapaina.");
    const moves = await says(page, "#counts", /LSTM.*plain RNN/);
    const [lstm, rnn] = [...moves.matchAll(/\d\.\d+/g)].map(Number);
    if (!(lstm > rnn)) throw new Error(`expected the LSTM to remember more, got ${moves}`);
    await page.locator("#heat").hover({ position: { x: 20, y: 40 } });
    await says(page, "#cell", /^LSTM: input gate i, unit \d+, after “a”: [01]\.\d+/);
    await page.locator("#map").press("ArrowRight");
    await page.locator("#map").press("Enter");
    await says(page, "#history .u-title", /^LSTM, unit \d+/);
    await page.locator("#from").fill("1900");
    const forecast = await says(page, "#missed", /^1900: .*off by \d+/);
    await page.locator("#go").click();
    await says(page, "#made", /^And the LORD said unto .{20}/);
    return `${moves} ${forecast}`;
  },

  async drop(page) {
    const give = (name: string, bytes: Uint8Array) =>
      page.locator("#file").setInputFiles({ name, mimeType: "", buffer: Buffer.from(bytes) });
    const times: string[] = [];
    await give("net.gguf", new TextEncoder().encode("GGUF\x03 and more bytes"));
    await says(page, "#refused", /GGUF.*net\.gguf \(gguf, 20 bytes\) is refused: /);
    await give("state.pt", kinds["state.pt"]);
    await says(page, "#refused", /at least one of rnn, lstm, gru.*state\.pt \(torch, \d+ bytes\) is refused: /);
    await give("vad.onnx", readFileSync("test/goldens/onnx/vad.onnx"));
    await says(page, "#refused", /window, got/); // of one sample
    await page.locator('[name="dims:samples"]').fill("64");
    await page.getByRole("button", { name: "Set the sizes" }).click();
    await says(page, "#what", /onnx.*multiply-adds/);
    await page.locator("#run").click();
    await says(page, "#time", /a run/);
    for (const [name, bytes, said] of DROPS) {
      await give(name, bytes);
      await says(page, "#what, .refusal", said).catch((error) => {
        throw new Error(`${name}: ${error}`);
      });
      await page.locator("#run").click();
      times.push(`${name} ${(await says(page, "#time, .refusal", /a run|expected/)).replace(" a run", "")}`);
      await says(page, "#outputs", /%|output|\d/);
    }
    return times.join(", ");
  },

  async voice(page) {
    await says(page, "#verdict", /^Silence$/);
    await page.locator("#sample").click();
    await says(page, "#verdict", /^Speech$/);
    await page.waitForTimeout(3000);
    const share = await says(page, "#facts", /takes [1-9][\d.]* [µm]s on the audio thread, \d+\.\d %/);
    await page.locator("#stop").click();
    await page.locator("#microphone").click(); // Chromium's fake one beeps
    await page.waitForTimeout(1000);
    await says(page, "#facts", /takes [1-9][\d.]* [µm]s on the audio thread, \d+\.\d %/);
    await says(page, "#verdict", /^Silence$/);
    await page.locator("#sample").click();
    await says(page, "#verdict", /^Speech$/);
    await page.waitForTimeout(3000);
    return share;
  },

  async amplifier(page) {
    const wave = () => page.locator("#waves").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL().length);
    const silent = await wave();
    await page.locator("#play").click();
    const ours = await says(page, "#facts", /^LSTM\(1, 40\), 28 KB: a block of 128 samples takes/);
    await page.waitForTimeout(500);
    if (!((await wave()) > 1.2 * silent)) throw new Error("expected waves, got silence");
    await page.locator("#ab").click();
    await says(page, "#ab", /off/);
    const give = (name: string, bytes: Uint8Array) =>
      page.locator("#file").setInputFiles({ name, mimeType: "", buffer: Buffer.from(bytes) });
    await give("net.onnx", readFileSync("test/goldens/onnx/vad.onnx"));
    await says(page, "#refused", /expected a \.nam.*got onnx/);
    await give("aida.json", capture("every layer"));
    await says(page, "#refused", /^aida\.json: expected a net of one sample/);
    await give("capture.nam", capture("WaveNet"));
    await says(page, "#facts", /^capture\.nam, \d+ KB/);
    await page.reload();
    await page.locator("#play").click();
    await says(page, "#facts", /^LSTM/);
    await page.waitForTimeout(1000);
    return ours;
  },

  async race(page) {
    await page.locator("#start").click();
    await says(page, "#result .facts", /differ by at most \d\.\de-[6-9]/);
    const said = await says(page, "#result table", /unrolled/);
    const sent = page.url();
    if (!/#race\?net=.*&unrolled=\d+.*&onnxruntime-web=\d+/.test(sent))
      throw new Error(`expected a result, got ${sent}`);
    await page.reload();
    await says(page, "#result .facts", /From the link/);
    if ((await says(page, "#result table", /unrolled/)) !== said) throw new Error("expected the result in the link");
    return said;
  },
};
