// npm run test:site: every part of examples/site, used in Chromium, Firefox and WebKitGTK.
//   --write      also takes the pictures of docs/site, in Chromium
//   NAME...      these parts, or browsers, alone
import { mkdirSync } from "node:fs";
import type { BrowserName } from "../hosts/browser.ts";
import { installDebian } from "../hosts/machine.ts";
import { PARTS } from "./parts.ts";
import { firstView, keyboard, offline } from "./whole.ts";
import { Site, type Look } from "./visit.ts";

const LOOKS: Readonly<Record<string, Look>> = { light: {}, dark: { colorScheme: "dark" }, phone: { width: 390 } };

const BROWSERS: Readonly<Record<BrowserName, Readonly<Record<string, Look>>>> = {
  Chromium: LOOKS,
  Firefox: { light: {} },
  WebKit: { light: {} },
};

installDebian({
  chromium: "/usr/bin/chromium",
  "firefox-esr": "/usr/bin/firefox-esr",
  pulseaudio: "/usr/bin/pulseaudio",
  "webkit2gtk-driver": "/usr/bin/WebKitWebDriver",
  xvfb: "/usr/bin/Xvfb",
});
const PICTURE = { type: "webp", quality: 85, fullPage: true } as const;

const asked = process.argv.slice(2).filter((name) => !name.startsWith("--"));
const wants = (name: string, all: readonly string[]) => asked.includes(name) || !all.some((n) => asked.includes(n));
const write = process.argv.includes("--write");
if (write) mkdirSync("docs/site", { recursive: true });
let failed = 0;

async function trial(name: string, run: () => Promise<string>): Promise<void> {
  const start = performance.now();
  try {
    console.log(`${name}: ${await run()} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.error(`FAILED ${name}: ${error}`);
  }
}

const parts = [...Object.keys(PARTS), "site"];
for (const [browser, looks] of Object.entries(BROWSERS) as [BrowserName, typeof LOOKS][]) {
  if (!wants(browser, Object.keys(BROWSERS))) continue;
  const site = await Site.open(browser);
  for (const [name, use] of Object.entries(PARTS)) {
    if (!wants(name, parts)) continue;
    for (const [look, how] of Object.entries(looks)) {
      await trial(`${browser}, ${name}, ${look}`, () =>
        site.visit(
          `#${name}`,
          async ({ hand, page }) => {
            const said = await use(hand);
            if (write) await page?.screenshot({ ...PICTURE, path: `docs/site/${name}-${look}.webp` });
            return said;
          },
          how,
        ),
      );
    }
  }
  if (wants("site", parts)) {
    await trial(`${browser}, first view`, () => firstView(site));
    if (browser === "Chromium") await trial("keyboard", () => keyboard(site));
    await trial(`${browser}, offline`, () => offline(site));
  }
  await site.close();
}
process.exitCode = failed ? 1 : 0;
