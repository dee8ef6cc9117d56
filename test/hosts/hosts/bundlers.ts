// Each bundler builds a page that imports the package, with no option but where to put it; Chromium runs it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, PageServer } from "../browser.ts";
import { packageVersion } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Answer, Relay } from "../relay.ts";

const PAGE = (script: string) => `<!doctype html>\n<title>unrolled</title>\n<script type="module" src="${script}"></script>\n`;

/** Writes a page and its script to `out`. */
const bundlers: Record<string, (folder: string, out: string) => Promise<unknown>> = {
  async esbuild(folder, out) {
    const { build } = await import("esbuild");
    await build({ absWorkingDir: folder, entryPoints: ["bundled.js"], bundle: true, format: "esm", outfile: join(out, "main.js"), logLevel: "error" });
  },

  async rollup(folder, out) {
    const { rollup } = await import("rollup");
    const { nodeResolve } = await import("@rollup/plugin-node-resolve");
    const bundle = await rollup({ input: join(folder, "bundled.js"), plugins: [nodeResolve()] });
    await bundle.write({ file: join(out, "main.js") });
    await bundle.close();
  },

  async webpack(folder, out) {
    const { default: webpack } = await import("webpack");
    const compiler = webpack({ context: folder, mode: "production", entry: "./bundled.js", output: { path: out, filename: "main.js" } });
    await new Promise<void>((resolve, reject) =>
      compiler.run((error, stats) => (error || stats!.hasErrors() ? reject(error ?? new Error(stats!.toString())) : compiler.close(() => resolve()))),
    );
  },

  async vite(folder, out) {
    const { build } = await import("vite");
    await build({ root: folder, configFile: false, logLevel: "error", build: { outDir: out, emptyOutDir: true } });
  },
};

export async function bundled(relay: Relay, { folder }: Project): Promise<void> {
  writeFileSync(join(folder, "index.html"), PAGE("/bundled.js"));
  for (const [name, bundle] of Object.entries(bundlers)) {
    await relay.turn(name, packageVersion(name), "Chromium page", async (job) => {
      const out = join(folder, "out", name);
      mkdirSync(out, { recursive: true });
      writeFileSync(join(out, "index.html"), PAGE("/main.js"));
      await bundle(folder, out);
      const server = new PageServer([out]);
      return visit(server, `${await server.listen()}/index.html`, job);
    });
  }

  await relay.turn("vite", packageVersion("vite"), "dev server, Chromium page", async (job) => {
    const { createServer } = await import("vite");
    const server = new PageServer([]);
    const target = await server.listen();
    const vite = await createServer({
      root: folder, configFile: false, logLevel: "error",
      server: { port: 0, host: "localhost", proxy: { "/next": target, "/report": target } },
    });
    await vite.listen();
    try {
      return await visit(server, vite.resolvedUrls!.local[0], job);
    } finally {
      await vite.close();
    }
  });
}

async function visit(server: PageServer, url: string, job: unknown): Promise<Answer> {
  const browser = await openBrowser("Chromium", url);
  try {
    return await server.ask<Answer>({ job });
  } finally {
    await browser.close();
    await server.close();
  }
}
