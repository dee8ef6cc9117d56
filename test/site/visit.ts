// The built site in a browser: opened at a part, driven, and held against what a page must be.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { preview, type PreviewServer } from "vite";
import { CHROMIUM_FLAGS, type BrowserName } from "../hosts/browser.ts";
import { playwrightHand, type Hand } from "./hand.ts";
import { openDriven, type Driven } from "./webdriver.ts";

export const BUILD = "examples/site/build";

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

/** Keeps what a page says, for WebDriver has no command that tells it: it runs before the page's own script. */
const RECORDER = `globalThis.told = [];
for (const level of ["debug", "log", "info", "warn", "error"])
  console[level] = (...all) => told.push(level + ": " + all.join(" "));
addEventListener("error", (e) => told.push("error: " + (e.message ?? e.target.src ?? e.target.href)), true);
addEventListener("unhandledrejection", (e) => told.push("rejection: " + e.reason));
addEventListener("securitypolicyviolation", (e) => told.push("policy: " + e.effectiveDirective + " " + e.blockedURI));`;

const recorder = {
  name: "recorder",
  configurePreviewServer({ middlewares }: PreviewServer) {
    middlewares.use((request, response, next) => {
      const path = request.url!.split("?")[0];
      if (path === "/recorder.js") response.setHeader("content-type", "text/javascript").end(RECORDER);
      else if (path === "/") {
        const page = readFileSync(join(BUILD, "index.html"), "utf8");
        const first = page.replace("<script", '<script src="./recorder.js"></script><script');
        response.setHeader("content-type", "text/html").end(first);
      } else next();
    });
  },
};

/** A page as it is driven, with what it has said and asked for. */
export interface Visit {
  readonly hand: Hand;
  /** In Chromium alone. */
  readonly page?: Page;
}

export class Site {
  readonly name: BrowserName;
  readonly #server: PreviewServer;
  readonly #browser: Browser | Driven;
  readonly address: string;

  private constructor(name: BrowserName, server: PreviewServer, browser: Browser | Driven) {
    this.name = name;
    this.#server = server;
    this.#browser = browser;
    this.address = server.resolvedUrls!.local[0];
  }

  /** Serves what `npm run site:build` made. */
  static async open(name: BrowserName): Promise<Site> {
    const server = await preview({
      configFile: "examples/site/vite.config.ts",
      preview: { port: 0, open: false },
      plugins: name === "Chromium" ? [] : [recorder],
    });
    const args = [...CHROMIUM_FLAGS, "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"];
    const executablePath = "/usr/bin/chromium";
    const browser = name === "Chromium" ? chromium.launch({ executablePath, args }) : openDriven(name, 1000);
    return new Site(name, server, await browser);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }

  /** The server goes, the browser stays. */
  async unplug(): Promise<void> {
    await this.#server.close();
  }

  /**
   * Opens a part and uses it: throws where the console says anything, a request leaves, or axe finds something serious.
   */
  async visit<T>(hash: string, use: (visit: Visit) => Promise<T>, look: Look = {}): Promise<T> {
    return "hand" in this.#browser
      ? this.#visitDriven(this.#browser, hash, use)
      : this.#visitChromium(this.#browser, hash, use, look);
  }

  async #visitChromium<T>(
    browser: Browser,
    hash: string,
    use: (visit: Visit) => Promise<T>,
    { colorScheme = "light", width = 1000 }: Look,
  ): Promise<T> {
    const context = await browser.newContext({
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
      const hand = playwrightHand(page);
      await shown(hand);
      const result = await use({ hand, page });
      wrong.push(...(await unfit(page)), ...(await tooWide(hand)));
      if (wrong.length > 0) throw new Error(`${hash}: ${wrong.join("; ")}`);
      return result;
    } finally {
      await context.close();
    }
  }

  async #visitDriven<T>(driven: Driven, hash: string, use: (visit: Visit) => Promise<T>): Promise<T> {
    const wrong: string[] = [];
    const tell = async () => wrong.push(...(await told(driven.hand)));
    const hand: Hand = {
      ...driven.hand,
      async reload() {
        await tell();
        await driven.hand.reload();
        await shown(driven.hand);
      },
    };
    await driven.go("about:blank"); // another hash alone would load nothing
    await driven.go(this.address + hash);
    await shown(hand);
    const result = await use({ hand }).catch(async (error) => {
      throw new Error(`${error}; ${(await told(hand)).join("; ")}`);
    });
    await tell();
    wrong.push(...(await tooWide(hand)));
    if (wrong.length > 0) throw new Error(`${hash}: ${wrong.join("; ")}`);
    return result;
  }
}

/** Waits until a part is shown. */
async function shown(hand: Hand): Promise<void> {
  const end = Date.now() + 45_000;
  const there = () => hand.run(() => !document.querySelector("main")?.ariaBusy && !!document.querySelector("main h2"));
  while (!(await there()) && Date.now() < end);
}

/** What the recorder kept, and who was asked but the site itself. */
const told = (hand: Hand): Promise<string[]> =>
  hand.run(() => {
    const others = performance
      .getEntriesByType("resource")
      .map((entry) => entry.name)
      .filter((name) => !/^(blob|data):/.test(name) && !name.startsWith(location.origin));
    return [...((globalThis as never as { told?: string[] }).told ?? []), ...others];
  });

async function tooWide(hand: Hand): Promise<string[]> {
  const wide = await hand.run(() => document.documentElement.scrollWidth - innerWidth);
  return wide > 0 ? [`the page is ${wide} pixels wider than the window`] : [];
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
