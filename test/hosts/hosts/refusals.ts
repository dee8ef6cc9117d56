// Hosts that cannot run the engine, or only with less: what a user is told.
import { build } from "esbuild";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, PageServer, type BrowserName } from "../browser.ts";
import { binaries, here, quietly, version } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Relay } from "../relay.ts";
import type { Trials } from "../trials.ts";

const SIMD = "Error: unrolled: expected a runtime with WebAssembly SIMD, got one without";
const DIRECTIVE = "a page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src";
const CONDITION = 'a Cloudflare Worker must be bundled with the export condition "workerd"';

export async function refusals(relay: Relay, trials: Trials, { folder }: Project): Promise<void> {
  const cwd = folder;

  for (const node of [binaries.node, binaries.node26]) {
    await trials.expect(`Node ${version(node)}`, "no SIMD", SIMD, () =>
      quietly(node, ["--no-enable-sse4-1", "refused.js"], { cwd }),
    );
  }
  await trials.expect("Deno", "no SIMD", SIMD, () =>
    quietly(binaries.deno, ["run", "--v8-flags=--no-enable-sse4-1", "refused.js"], { cwd }),
  );
  await trials.expect("Bun", "no SIMD", SIMD, () =>
    quietly(binaries.bun, ["refused.js"], { cwd, env: { ...process.env, BUN_JSC_useWasmSIMD: "0" } }),
  );
  await trials.expect(
    `Node ${version(binaries.node26)}`,
    "no WebAssembly",
    "expected a runtime with WebAssembly, got one without",
    () => quietly(binaries.node26, ["--jitless", "refused.js"], { cwd }),
  );

  await trials.expect("workerd", "bundled without its condition", CONDITION, async () => {
    const worker = join(folder, "refused-worker");
    mkdirSync(worker);
    await build({
      absWorkingDir: folder,
      entryPoints: ["refused-worker.js"],
      outdir: worker,
      bundle: true,
      format: "esm",
      logLevel: "error",
    });
    return quietly(binaries.node26, [join(here, "hosts/miniflare-get.ts"), worker]);
  });

  const site = join(folder, "refused");
  await build({
    absWorkingDir: folder,
    entryPoints: ["refused.js"],
    outdir: site,
    bundle: true,
    format: "esm",
    logLevel: "error",
  });
  for (const page of ["strict", "open", "plain"])
    writeFileSync(join(site, `${page}.html`), `<!doctype html>\n<script type="module" src="/refused.js"></script>\n`);
  const visit = async (browser: BrowserName, page: string, flags: string[] = [], env: Record<string, string> = {}) => {
    const server = new PageServer([site]);
    server.headers.set("/strict", { "content-security-policy": "default-src 'self'; script-src 'self'" });
    server.headers.set("/open", {
      "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    });
    const report = server.hear<{ said: string }>();
    const opened = await openBrowser(browser, `${await server.listen()}/${page}.html`, flags, env);
    try {
      return (await report).said;
    } finally {
      await opened.close();
      await server.close();
    }
  };
  for (const browser of ["Chromium", "Firefox", "WebKit"] as const) {
    await trials.expect(browser, "CSP script-src 'self'", DIRECTIVE, () => visit(browser, "strict"));
    await trials.expect(browser, "CSP script-src 'self' 'wasm-unsafe-eval'", "ran", () => visit(browser, "open"));
  }
  await trials.expect("Chromium", "no SIMD", SIMD, () => visit("Chromium", "plain", ["--js-flags=--no-enable-sse4-1"]));
  await trials.expect("WebKit", "no SIMD", SIMD, () => visit("WebKit", "plain", [], { JSC_useWasmSIMD: "0" }));

  await trials.expect(
    `Node ${version(binaries.node26)}`,
    "base.wasm and relaxed.wasm as modules",
    "base\nrelaxed\nRangeError: module: expected base.wasm with deterministic, got relaxed.wasm",
    () => quietly(binaries.node26, ["modules.js"], { cwd }),
  );
  await relay.turn(
    "Node",
    version(binaries.node),
    "without Buffer, atob, TextEncoder, TextDecoder, FinalizationRegistry",
    (job) => JSON.parse(quietly(binaries.node, ["poorest.js", JSON.stringify(job)], { cwd })),
  );
}
