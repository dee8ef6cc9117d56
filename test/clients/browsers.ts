// MicVAD in a browser, whose microphone plays the speech: on both engines at once, each with its own audio graph.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { build, type Plugin } from "esbuild";
import { openBrowser, PageServer } from "../hosts/browser.ts";
import { openMicrophone } from "./microphone.ts";
import { bytesOf, here, root } from "./engines.ts";
import type { Outcome, Pair } from "./table.ts";

const require = createRequire(import.meta.url);
/** Longest wait for the page, which listens for 19 seconds, on a machine that does much else. */
const PATIENCE = 180_000;

const alias: Plugin = {
  name: "onnxruntime-is-unrolled",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^onnxruntime-web(\/wasm)?$/ }, () => ({ path: join(root, "dist/ort.js") })),
};

interface Heard {
  /** What MicVAD on ours said while it listened. */
  readonly live: readonly unknown[];
  /** Of the frames that theirs heard and of those that ours heard: what theirs says of them, and ours. */
  readonly replayed: readonly (readonly [theirs: readonly unknown[], ours: readonly unknown[]])[];
  readonly difference: number;
  readonly frames: number;
  readonly start: Pair;
  readonly run: Pair;
}

export async function inBrowser(name: "Chromium" | "Firefox", folder: string): Promise<Outcome> {
  const assets = join(folder, "page");
  mkdirSync(assets, { recursive: true });
  const vad = dirname(require.resolve("@ricky0123/vad-web"));
  const web = dirname(require.resolve("onnxruntime-web"));
  const bundle = (entry: string, outfile: string, globalName?: string, plugins: Plugin[] = []) =>
    build({
      entryPoints: [entry],
      outfile: join(assets, outfile),
      bundle: true,
      format: "iife",
      platform: "browser",
      define: { "process.env.NODE_ENV": '"production"' },
      logLevel: "error",
      globalName,
      plugins,
    });
  await bundle(join(vad, "index.js"), "theirs.js", "theirVad");
  await bundle(join(vad, "index.js"), "ours.js", "ourVad", [alias]);
  await bundle(join(here, "page.ts"), "page.js");
  const scripts = ["theirs.js", "ours.js", "page.js"].map((file) => `<script src="${file}"></script>`);
  writeFileSync(join(assets, "index.html"), `<!doctype html>${scripts.join("")}`);

  const speech = join(folder, "speech.wav");
  const server = new PageServer([assets, vad, web]);
  const url = await server.listen();
  const fake = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${speech}%noloop`,
  ];
  const microphone = name === "Firefox" ? await openMicrophone(speech) : undefined;
  const heard = server.hear<Heard>(PATIENCE);
  const flags = microphone ? [] : fake;
  const browser = await openBrowser(name, `${url}/index.html`, flags, microphone?.env);
  try {
    const { live, replayed, difference, frames, start, run } = await heard;
    return {
      engine: "onnxruntime-web",
      events: replayed.flatMap(([theirs]) => theirs).length,
      runs: frames,
      outputs: frames,
      difference,
      within: 2e-3,
      same:
        live.length > 0 &&
        JSON.stringify(replayed[1][0]) === JSON.stringify(live) &&
        replayed.every(([theirs, ours]) => theirs.length > 0 && JSON.stringify(theirs) === JSON.stringify(ours)),
      start,
      run,
      bytes: [bytesOf(join(web, "ort.wasm.min.js")), bytesOf("unrolled")],
      memory: [NaN, NaN],
    };
  } finally {
    await browser.close();
    await server.close();
    await microphone?.close();
  }
}
