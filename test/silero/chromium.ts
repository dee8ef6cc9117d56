// A net resumed in an AudioWorklet of Chromium, which hears the samples as its input.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { openBrowser, PageServer } from "../hosts/browser.ts";
import type { Net } from "./nets.ts";

const here = new URL(".", import.meta.url).pathname;

export async function inWorklet(
  file: Uint8Array,
  net: Net,
  samples: Float32Array,
  saved: Uint8Array,
): Promise<Float32Array> {
  const assets = mkdtempSync(join(tmpdir(), "unrolled-worklet-"));
  await build({
    entryPoints: [join(here, "page.ts"), join(here, "worklet.ts")],
    bundle: true,
    format: "esm",
    outdir: assets,
    alias: { "unrolled/onnx": join(here, "../../dist/onnx.js") },
    logLevel: "error",
  });
  writeFileSync(join(assets, "index.html"), '<!doctype html><script type="module" src="page.js"></script>');
  writeFileSync(join(assets, "net.json"), JSON.stringify(net));
  writeFileSync(join(assets, "model.onnx"), file);
  writeFileSync(join(assets, "state.bin"), saved);
  writeFileSync(join(assets, "samples.f32"), new Uint8Array(samples.slice().buffer));
  const server = new PageServer([assets]);
  const heard = server.hear<{ probabilities: number[] }>();
  const browser = await openBrowser("Chromium", `${await server.listen()}/index.html`);
  try {
    return Float32Array.from((await heard).probabilities);
  } finally {
    await browser.close();
    await server.close();
    rmSync(assets, { recursive: true });
  }
}
