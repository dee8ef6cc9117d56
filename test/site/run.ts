// npm run test:site: every part of examples/site, used in Chromium.
//   --write      also takes the pictures of docs/site
//   NAME...      these parts alone
import { mkdirSync } from "node:fs";
import { installDebian } from "../hosts/machine.ts";
import { PARTS } from "./parts.ts";
import { firstView, offline } from "./whole.ts";
import { Site, type Look } from "./visit.ts";

const LOOKS: Readonly<Record<string, Look>> = { light: {}, dark: { colorScheme: "dark" }, phone: { width: 390 } };

installDebian({ chromium: "/usr/bin/chromium" });
const asked = process.argv.slice(2).filter((name) => !name.startsWith("--"));
const write = process.argv.includes("--write");
if (write) mkdirSync("docs/site", { recursive: true });
const site = await Site.open();
let failed = 0;

async function trial(name: string, run: () => Promise<string>): Promise<void> {
  try {
    console.log(`${name}: ${await run()}`);
  } catch (error) {
    failed++;
    console.error(`FAILED ${name}: ${error}`);
  }
}

for (const [name, use] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const [look, how] of Object.entries(LOOKS)) {
    await trial(`${name}, ${look}`, () =>
      site.visit(
        `#${name}`,
        async (page) => {
          const said = await use(page);
          if (write) await page.screenshot({ path: `docs/site/${name}-${look}.png`, fullPage: true });
          return said;
        },
        how,
      ),
    );
  }
}
if (asked.length === 0 || asked.includes("site")) {
  await trial("first view", () => firstView(site));
  await trial("offline", () => offline(site));
}
await site.close();
process.exitCode = failed ? 1 : 0;
