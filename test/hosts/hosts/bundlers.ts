// Each bundler builds a page and a worklet that import the package, with no option but
// where to put them; Chromium runs them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openBrowser, PageServer } from "../browser.ts";
import { packageVersion } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Answer, Relay } from "../relay.ts";

const PAGE = (script: string) =>
  `<!doctype html>\n<title>unrolled</title>\n<script type="module" src="${script}"></script>\n`;

/** Bundles each entry of the user's folder to a file of its name in `out`. */
const bundlers: Record<string, (folder: string, out: string, entries: string[]) => Promise<unknown>> = {
  async esbuild(folder, out, entries) {
    const { build } = await import("esbuild");
    await build({
      absWorkingDir: folder,
      entryPoints: entries,
      bundle: true,
      format: "esm",
      outdir: out,
      logLevel: "error",
    });
  },

  async rollup(folder, out, entries) {
    const { rollup } = await import("rollup");
    const { nodeResolve } = await import("@rollup/plugin-node-resolve");
    for (const entry of entries) {
      const bundle = await rollup({ input: join(folder, entry), plugins: [nodeResolve()] });
      await bundle.write({ file: join(out, entry) });
      await bundle.close();
    }
  },

  async webpack(folder, out, entries) {
    const { default: webpack } = await import("webpack");
    const entry = Object.fromEntries(entries.map((name) => [name.replace(".js", ""), `./${name}`]));
    const compiler = webpack({
      context: folder,
      mode: "production",
      entry,
      output: { path: out, filename: "[name].js" },
    });
    await new Promise<void>((resolve, reject) =>
      compiler.run((error, stats) =>
        error || stats!.hasErrors() ? reject(error ?? new Error(stats!.toString())) : compiler.close(() => resolve()),
      ),
    );
  },

  async vite(folder, out, entries) {
    const { build } = await import("vite");
    for (const input of entries) {
      await build({
        root: folder,
        configFile: false,
        logLevel: "error",
        build: {
          outDir: out,
          emptyOutDir: false,
          rollupOptions: { input, output: { entryFileNames: "[name].js", codeSplitting: false } },
        },
      });
    }
  },
};

export async function bundled(relay: Relay, { folder }: Project): Promise<void> {
  for (const [name, bundle] of Object.entries(bundlers)) {
    const out = join(folder, "out", name);
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "index.html"), PAGE("/bundled.js"));
    await bundle(folder, out, ["bundled.js", "worklet.js"]);
    const serve = () => new PageServer([out, join(folder, "site"), folder]);
    await relay.turn(name, packageVersion(name), "Chromium page", (job) => visit(serve(), "index.html", { job }));
    await relay.turn(name, packageVersion(name), "Chromium AudioWorklet", (job) =>
      visit(serve(), "page.html", { way: "worklet", job }),
    );
  }

  writeFileSync(join(folder, "index.html"), PAGE("/bundled-worker.js"));
  await relay.turn("webpack", packageVersion("webpack"), "Chromium worker by new URL", async (job) => {
    const out = join(folder, "out/webpack-worker");
    await bundlers.webpack(folder, out, ["bundled-worker.js"]);
    writeFileSync(join(out, "index.html"), PAGE("/bundled-worker.js"));
    return visit(new PageServer([out]), "index.html", { job });
  });
  await relay.turn("vite", packageVersion("vite"), "Chromium worker by new URL", async (job) => {
    const { build } = await import("vite");
    const out = join(folder, "out/vite-worker");
    await build({ root: folder, configFile: false, logLevel: "error", build: { outDir: out, emptyOutDir: true } });
    return visit(new PageServer([out]), "index.html", { job });
  });

  writeFileSync(join(folder, "index.html"), PAGE("/bundled.js"));
  await relay.turn("vite", packageVersion("vite"), "Chromium page, dev server", async (job) => {
    const { createServer } = await import("vite");
    const server = new PageServer([]);
    const target = await server.listen();
    const vite = await createServer({
      root: folder,
      configFile: false,
      logLevel: "error",
      server: { port: 0, host: "localhost", proxy: { "/next": target, "/report": target } },
    });
    await vite.listen();
    try {
      return await visit(server, "", { job }, vite.resolvedUrls!.local[0]);
    } finally {
      await vite.close();
    }
  });
}

async function visit(server: PageServer, page: string, task: unknown, address?: string): Promise<Answer> {
  const browser = await openBrowser("Chromium", address ?? `${await server.listen()}/${page}`);
  try {
    return await server.ask<Answer>(task);
  } finally {
    await browser.close();
    await server.close();
  }
}
