// docs/onnxruntime.md's aliases, each as the page has it: a program that imports onnxruntime, which is not there.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { binaries, modules, packageVersion, quietly, root, version } from "../machine.ts";
import type { Project } from "../project.ts";
import type { Trials } from "../trials.ts";

const PROGRAM = `
const net = Uint8Array.from(atob("NET"), (c) => c.charCodeAt(0));
const feeds = {
  x: new Tensor("float32", Array.from({ length: 64 }, (_, i) => Math.sin(i)), [1, 64]),
  state: new Tensor("float32", new Float32Array(12), [2, 1, 6]),
  sr: new Tensor("int64", [16000n]),
};
ort.InferenceSession.create(net)
  .then((session) => session.run(feeds))
  .then(({ output }) => console.log(output.data.join()));
`;

export async function aliases(trials: Trials, project: Project): Promise<void> {
  const folder = join(project.folder, "aliased");
  mkdirSync(join(folder, "node_modules/@rollup"), { recursive: true });
  symlinkSync(join(project.folder, "node_modules/unrolled"), join(folder, "node_modules/unrolled"));
  symlinkSync(join(modules, "@rollup/plugin-node-resolve"), join(folder, "node_modules/@rollup/plugin-node-resolve"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies: { unrolled: "*" } }));

  const page = readFileSync(join(root, "docs/onnxruntime.md"), "utf8");
  for (const [, code, name] of page.matchAll(/^```js\n(\/\/ ([\w.]+).*?)^```$/gms)) {
    writeFileSync(join(folder, name), code);
  }
  writeFileSync(join(folder, "deno.json"), /^```json\n(.*?)^```$/ms.exec(page)![1]);
  const program = PROGRAM.replace("NET", readFileSync(join(root, "test/goldens/onnx/vad.onnx")).toString("base64"));
  const imports = 'import * as ort from "onnxruntime-web";\n';
  writeFileSync(join(folder, "wasm.js"), `${imports}import { Tensor } from "onnxruntime-web/wasm";${program}`);
  writeFileSync(join(folder, "program.mjs"), `${imports}import { Tensor } from "onnxruntime-web";${program}`);
  writeFileSync(
    join(folder, "program.cjs"),
    `const ort = require("onnxruntime-node");\nconst { Tensor } = ort;${program}`,
  );
  writeFileSync(join(folder, "direct.cjs"), `const ort = require("unrolled/ort");\nconst { Tensor } = ort;${program}`);
  const node = (...args: string[]) => quietly(binaries.node, args, { cwd: folder }).trim();
  const expected = node("direct.cjs");

  const config = async (name: string) => (await import(pathToFileURL(join(folder, name)).href)).default;
  const bundlers: Record<string, () => Promise<unknown>> = {
    async vite() {
      const { build } = await import("vite");
      await build({
        root: folder,
        configFile: join(folder, "vite.config.js"),
        logLevel: "error",
        build: {
          outDir: "out",
          emptyOutDir: false,
          rollupOptions: { input: join(folder, "wasm.js"), output: { entryFileNames: "vite.js" } },
        },
      });
    },
    async webpack() {
      const { default: webpack } = await import("webpack");
      const compiler = webpack({
        ...createRequire(join(folder, "x.js"))("./webpack.config.cjs"),
        context: folder,
        mode: "production",
        entry: "./wasm.js",
        output: { path: join(folder, "out"), filename: "webpack.js" },
      });
      await new Promise<void>((resolve, reject) =>
        compiler.run((error, stats) =>
          error || stats!.hasErrors() ? reject(error ?? new Error(stats!.toString())) : compiler.close(() => resolve()),
        ),
      );
    },
    async esbuild() {
      const { build } = await import("esbuild");
      await build({
        ...(await config("esbuild.config.js")),
        absWorkingDir: folder,
        entryPoints: ["wasm.js"],
        bundle: true,
        format: "esm",
        outfile: "out/esbuild.js",
        logLevel: "error",
      });
    },
    async rollup() {
      const { rollup } = await import("rollup");
      const bundle = await rollup({ ...(await config("rollup.config.js")), input: join(folder, "wasm.js") });
      await bundle.write({ file: join(folder, "out/rollup.js") });
      await bundle.close();
    },
  };
  for (const [name, bundle] of Object.entries(bundlers)) {
    await trials.expect(`${name} ${packageVersion(name)}`, "onnxruntime-web aliased", expected, async () => {
      await bundle();
      return node(`out/${name}.js`);
    });
  }
  const release = `Node ${version(binaries.node)}`;
  await trials.expect(release, "onnxruntime-node aliased, require", expected, () =>
    node("--require", "./alias.cjs", "program.cjs"),
  );
  await trials.expect(release, "onnxruntime-web aliased, import", expected, () =>
    node("--import", "./alias.mjs", "program.mjs"),
  );
  await trials.expect("Deno", "onnxruntime-web aliased", expected, () =>
    quietly(binaries.deno, ["run", "--no-prompt", "--cached-only", "--allow-read", "program.mjs"], { cwd: folder }),
  );
}
