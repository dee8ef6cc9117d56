// The examples that are pages, driven in Chromium as a person would.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { CHROMIUM_FLAGS } from "../browser.ts";
import { root } from "../machine.ts";

/** Serves an example by its own script and opens it; a picture of how it looked at the end is left in `pictures`. */
export async function visitExample<T>(
  name: string,
  pictures: string,
  use: (page: Page) => Promise<T>,
  flags: readonly string[] = [],
): Promise<T> {
  const server = spawn("npm", ["run", `example:${name}`, "--", "--serve=127.0.0.1:0"], {
    cwd: root,
    detached: true,
    stdio: "pipe",
  });
  const ended = once(server, "exit");
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: [...CHROMIUM_FLAGS, ...flags] });
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 760 } });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(await addressOf(server.stderr, server.stdout));
    const result = await use(page);
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    if (errors.length > 0) throw new Error(errors.join("; "));
    return result;
  } finally {
    await browser.close();
    if (server.exitCode === null) process.kill(-server.pid!, "SIGTERM");
    await ended;
  }
}

/** The address that a server prints. */
export async function addressOf(...outputs: NodeJS.ReadableStream[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    for (const output of outputs) {
      output.on("data", (chunk) => {
        const address = /http:\/\/[\w.:]+\//.exec((text += chunk));
        if (address) resolve(address[0]);
      });
      output.on("end", () => reject(new Error(`expected a server's address, got ${text}`)));
    }
  });
}
