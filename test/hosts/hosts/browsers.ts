// Chromium, Firefox and WebKit: a page, a module worker, a service worker, an AudioWorklet each.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, PageServer, type BrowserName } from "../browser.ts";
import { version } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Answer, Relay } from "../relay.ts";

const WAYS = { page: "page, import map", worker: "module worker", service: "service worker", worklet: "AudioWorklet" };

/** A page without any bundler: the package as npm installed it. */
const PAGE = `<!doctype html>
<title>unrolled</title>
<script type="importmap">{"imports": {"unrolled": "/node_modules/unrolled/dist/index.js"}}</script>
<script type="module" src="/page.js"></script>
`;

export const browsers: Record<BrowserName, () => string> = {
  Chromium: () => version("chromium"),
  Firefox: () => version("firefox-esr"),
  WebKit: () => version("dpkg-query", "--show", "webkit2gtk-driver"), // MiniBrowser tells its own to a display alone
};

export async function inBrowsers(relay: Relay, { folder }: Project): Promise<void> {
  writeFileSync(join(folder, "site/page.html"), PAGE);
  for (const [name, versionOf] of Object.entries(browsers) as [BrowserName, () => string][]) {
    const server = new PageServer([join(folder, "site"), folder]);
    const browser = await openBrowser(name, `${await server.listen()}/page.html`);
    try {
      for (const [way, title] of Object.entries(WAYS)) {
        await relay.turn(name, versionOf(), title, (job) => server.ask<Answer>({ way, job }));
      }
    } finally {
      await browser.close();
      await server.close();
    }
  }
}
