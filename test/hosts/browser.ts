// A server for pages and the browsers that open them. A page asks /next for what to do
// and posts the outcome to /report, so that every browser is driven alike and by nothing else.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { miniBrowser } from "./machine.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Longest wait for a page's answer. */
const PATIENCE = 60_000;

export class PageServer {
  readonly #folders: readonly string[];
  readonly #server: Server;
  /** Headers of pages, by the path that they begin with. */
  readonly headers = new Map<string, Record<string, string>>();
  #task: ((task: unknown) => void) | undefined;
  #asked: (() => void) | undefined;
  #report: ((report: never) => void) | undefined;

  /** Serves files of `folders`, the first that has one. */
  constructor(folders: readonly string[]) {
    this.#folders = folders;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hands a task to the page that asks for one, and waits for what it reports. */
  async ask<T>(task: unknown): Promise<T> {
    const report = this.hear<T>();
    if (!this.#task)
      await withPatience("a page that asks for a task", new Promise<void>((resolve) => (this.#asked = resolve)));
    this.#task!(task);
    this.#task = undefined;
    return report;
  }

  /** Waits for what a page reports. */
  async hear<T>(patience?: number): Promise<T> {
    const report = new Promise<T & { error?: string }>((resolve) => (this.#report = resolve));
    const answer = await withPatience("a page's report", report, patience);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  /** Sends the page that waits for a task home. */
  async close(): Promise<void> {
    this.#task?.(null);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://localhost").pathname));
    if (path === "/next") {
      const task = await new Promise((resolve) => {
        this.#task = resolve;
        this.#asked?.();
      });
      response.setHeader("content-type", "application/json").end(JSON.stringify(task));
    } else if (path === "/report") {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.end();
      this.#report?.(JSON.parse(Buffer.concat(chunks).toString()) as never);
    } else {
      const file = this.#folders.map((folder) => join(folder, path)).find((f) => existsSync(f) && statSync(f).isFile());
      if (!file) return void response.writeHead(404).end();
      for (const [prefix, headers] of this.headers)
        if (path.startsWith(prefix)) response.setHeaders(new Map(Object.entries(headers)));
      response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream").end(readFileSync(file));
    }
  }
}

async function withPatience<T>(what: string, promise: Promise<T>, patience = PATIENCE): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>(
    (_, reject) =>
      (timer = setTimeout(() => reject(new Error(`expected ${what} within ${patience / 1000} s`)), patience)),
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const CHROMIUM_FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** Preferences that keep Firefox from asking the network for anything but the page. */
export const FIREFOX_PREFERENCES = [
  ["app.normandy.enabled", false],
  ["app.update.auto", false],
  ["browser.safebrowsing.malware.enabled", false],
  ["browser.safebrowsing.phishing.enabled", false],
  ["browser.shell.checkDefaultBrowser", false],
  ["datareporting.policy.dataSubmissionEnabled", false],
  ["network.captive-portal-service.enabled", false],
  ["network.connectivity-service.enabled", false],
  ["services.settings.server", ""],
  ["toolkit.telemetry.enabled", false],
  ["extensions.getAddons.cache.enabled", false],
  ["media.autoplay.default", 0], // allowed, as by Chromium's flag
  ["media.navigator.permission.disabled", true], // a page that asks for the microphone has it
] as const;

export type BrowserName = "Chromium" | "Firefox" | "WebKit";

/** Opens a page in a fresh profile; `close` ends the browser. */
export async function openBrowser(
  name: BrowserName,
  url: string,
  flags: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<{ close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), "unrolled-profile-"));
  const started: ChildProcess[] = [];
  const start = (command: string, args: readonly string[], more: Record<string, string> = {}) => {
    const child = spawn(command, args, {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, HOME: profile, ...env, ...more },
    });
    started.push(child);
    child.stdout!.resume();
    return child;
  };
  if (name === "Chromium") {
    start("chromium", [...CHROMIUM_FLAGS, "--remote-debugging-port=0", `--user-data-dir=${profile}`, ...flags, url]);
  } else if (name === "Firefox") {
    writeFileSync(
      join(profile, "user.js"),
      FIREFOX_PREFERENCES.map(([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});\n`).join(
        "",
      ),
    );
    start("firefox-esr", ["--headless", "--no-remote", "--profile", profile, ...flags, url]);
  } else {
    const screen = start("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
    const [number] = await once(screen.stdout!, "data");
    const display = `:${String(number).trim()}`;
    start(miniBrowser(), [...flags, url], {
      DISPLAY: display,
      GDK_BACKEND: "x11",
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      NO_AT_BRIDGE: "1",
      LIBGL_ALWAYS_SOFTWARE: "1",
    });
  }
  return {
    async close() {
      for (const child of started.reverse()) {
        if (child.exitCode !== null || child.pid === undefined) continue;
        const ended = new Promise((resolve) => child.once("exit", resolve));
        process.kill(-child.pid, "SIGKILL");
        await ended;
      }
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
