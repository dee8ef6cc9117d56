// The built site in Chromium: opened at a part, driven, and held against what a page must be.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type Page } from "playwright-core";
import { preview } from "vite";
import { CHROMIUM_FLAGS } from "../hosts/browser.ts";

/** Evaluated past the page's policy, which allows no script from elsewhere. */
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

export interface Look {
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
}

export class Site {
  readonly #browser: Browser;
  readonly #server: Awaited<ReturnType<typeof preview>>;
  readonly address: string;

  private constructor(browser: Browser, server: Awaited<ReturnType<typeof preview>>) {
    this.#browser = browser;
    this.#server = server;
    this.address = server.resolvedUrls!.local[0];
  }

  /** Serves what `npm run site:build` made; `sound` is a wav file that the microphone hears. */
  static async open(sound?: string): Promise<Site> {
    const server = await preview({ configFile: "examples/site/vite.config.ts", preview: { port: 0, open: false } });
    const args = [...CHROMIUM_FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
    if (sound) args.push(`--use-file-for-fake-audio-capture=${sound}`);
    return new Site(await chromium.launch({ executablePath: "/usr/bin/chromium", args }), server);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }

  /** Opens a part and uses it: throws where the console says anything, a request leaves, or axe finds something serious. */
  async visit<T>(
    hash: string,
    use: (page: Page) => Promise<T>,
    { colorScheme = "light", width = 1000 }: Look = {},
  ): Promise<T> {
    const context = await this.#browser.newContext({
      colorScheme,
      viewport: { width, height: 800 },
      permissions: ["microphone"],
    });
    try {
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on("console", (message) => wrong.push(`console: ${message.text()}`));
      page.on("pageerror", (error) => wrong.push(String(error)));
      page.on("request", (request) => {
        if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(this.address))
          wrong.push(`a request to ${request.url()}`);
      });
      await page.goto(this.address + hash);
      await page.waitForFunction(() => !document.querySelector("main")!.ariaBusy && document.querySelector("main h2"));
      const result = await use(page);
      wrong.push(...(await unfit(page)));
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) wrong.push(`the page is ${wide} pixels wider than the window`);
      if (wrong.length > 0) throw new Error(`${hash}: ${wrong.join("; ")}`);
      return result;
    } finally {
      await context.close();
    }
  }
}

/** What axe finds that is serious or worse. */
async function unfit(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    (globalThis as never as { axe: { run(): Promise<{ violations: Violation[] }> } }).axe.run(),
  );
  return found.violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map(
      (v) =>
        `axe: ${v.id} at ${v.nodes.map((n) => `${n.target.join(" ")}: ${n.failureSummary.replace(/\s+/g, " ")}`).join(", ")}`,
    );
}
