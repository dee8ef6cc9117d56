// MicVAD in Chromium, whose microphone plays the speech: on both engines at once, each with its own audio graph.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { build, type Plugin } from "esbuild";
import { openBrowser, PageServer } from "../hosts/browser.ts";
import type { Row } from "./table.ts";

const here = new URL(".", import.meta.url).pathname;
const require = createRequire(import.meta.url);

const alias: Plugin = {
  name: "onnxruntime-is-unrolled",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^onnxruntime-web(\/wasm)?$/ }, () => ({ path: join(here, "../../dist/ort.js") })),
};

interface Heard {
  /** What MicVAD on ours said while it listened. */
  readonly live: readonly unknown[];
  /** Of the frames that theirs heard and of those that ours heard: what theirs says of them, and ours. */
  readonly replayed: readonly (readonly [theirs: readonly unknown[], ours: readonly unknown[]])[];
  readonly difference: number;
  readonly frames: number;
  readonly start: readonly [number, number];
  readonly run: readonly [number, number];
}

export async function inChromium(folder: string, bytesOf: (engine: string) => number): Promise<Row> {
  const assets = join(folder, "page");
  mkdirSync(assets);
  const vad = dirname(require.resolve("@ricky0123/vad-web"));
  const web = dirname(require.resolve("onnxruntime-web"));
  const common = {
    bundle: true,
    format: "iife",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  } as const;
  await build({
    ...common,
    entryPoints: [join(vad, "index.js")],
    globalName: "theirVad",
    outfile: join(assets, "theirs.js"),
    platform: "browser",
  });
  await build({
    ...common,
    entryPoints: [join(vad, "index.js")],
    globalName: "ourVad",
    outfile: join(assets, "ours.js"),
    platform: "browser",
    plugins: [alias],
  });
  await build({ ...common, entryPoints: [join(here, "page.ts")], outfile: join(assets, "page.js") });
  writeFileSync(
    join(assets, "index.html"),
    '<!doctype html><script src="theirs.js"></script><script src="ours.js"></script><script src="page.js"></script>',
  );
  const server = new PageServer([assets, vad, web]);
  const url = await server.listen();
  const microphone = [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${join(folder, "speech.wav")}%noloop`,
  ];
  const heard = server.hear<Heard>();
  const browser = await openBrowser("Chromium", `${url}/index.html`, microphone);
  const { version } = JSON.parse(readFileSync(join(vad, "../package.json"), "utf8"));
  const row = {
    client: "@ricky0123/vad-web",
    version,
    ran: "MicVAD in Chromium, Silero v5, a microphone that speaks",
    engine: "onnxruntime-web",
  };
  try {
    const { live, replayed, difference, frames, start, run } = await heard;
    const said = JSON.stringify(live);
    return {
      ...row,
      events: replayed.flatMap(([theirs]) => theirs).length,
      runs: frames,
      outputs: frames,
      difference,
      same:
        live.length > 0 &&
        JSON.stringify(replayed[1][0]) === said &&
        replayed.every(([theirs, ours]) => theirs.length > 0 && JSON.stringify(theirs) === JSON.stringify(ours)),
      start,
      run,
      bytes: [bytesOf(join(web, "ort.wasm.min.js")), bytesOf("unrolled")],
      memory: [NaN, NaN],
    };
  } catch (error) {
    return {
      ...row,
      events: 0,
      runs: 0,
      outputs: 0,
      difference: Infinity,
      same: false,
      start: [0, 0],
      run: [0, 0],
      bytes: [0, 0],
      memory: [0, 0],
      error: (error as Error).message,
    };
  } finally {
    await browser.close();
    await server.close();
  }
}
