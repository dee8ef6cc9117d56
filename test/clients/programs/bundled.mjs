import { createRequire, Module } from "node:module";
import { dirname } from "node:path";
import { buildSync } from "esbuild";

const require = createRequire(import.meta.url);

/** What a bundler makes of a package's file, with onnxruntime outside, run as if it stood where that file stands. */
export function bundled(name) {
  const file = require.resolve(name);
  const { outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    external: ["onnxruntime-*"],
    logLevel: "error",
  });
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(dirname(file));
  module._compile(outputFiles[0].text, file);
  return module.exports;
}
