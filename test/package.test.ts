// The package as npm packs it, in a user's folder: its entries, their types, and what an error prints.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CORE, exportsOf, FULL, MODULES } from "../build/entries.ts";
import { installPacked } from "./support/packed.ts";

const root = new URL("..", import.meta.url).pathname;
const user = mkdtempSync(join(tmpdir(), "unrolled-package-"));
const installed = join(user, "node_modules/unrolled");
const entries = [...FULL, ...CORE];
let tarball: string;

const run = (command: string, args: string[], cwd = user) => spawnSync(command, args, { cwd, encoding: "utf8" });
const node = (...args: string[]) => run(process.execPath, args);

beforeAll(() => {
  tarball = installPacked(user);
});
afterAll(() => rmSync(user, { recursive: true }));

test("package.json exports the entries of build/entries.ts", () => {
  expect(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).exports).toEqual(exportsOf(entries));
});

test("publint finds nothing", async () => {
  expect((await publint({ pkgDir: installed, pack: false, strict: true })).messages).toEqual([]);
});

test("attw finds the types of every entry, by import and by require", () => {
  const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const { status, stdout } = node(
    attw,
    tarball,
    "--profile",
    "node16",
    "--exclude-entrypoints",
    ...MODULES.map((name) => `${name}.wasm`),
  );
  expect(status, stdout).toBe(0);
  for (const name of entries) expect(stdout).toContain(name === "index" ? '"unrolled"' : `"unrolled/${name}"`);
});

describe("a user's program compiles", () => {
  const ways = {
    NodeNext: { module: "NodeNext", moduleResolution: "NodeNext" },
    Bundler: { module: "ESNext", moduleResolution: "Bundler" },
  };
  test.each(Object.entries(ways))("%s, without lib DOM", (way, options) => {
    const folder = join(user, way);
    cpSync(join(root, "test/hosts/consumer"), folder, { recursive: true });
    const files = way === "NodeNext" ? ["consumer.ts", "consumer.cts"] : ["consumer.ts"];
    const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [], noEmit: true };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...options, ...strict, lib: ["ES2022"], target: "ES2022" }, files }),
    );
    const { status, stdout } = node(join(root, "node_modules/typescript/bin/tsc"), "--project", folder);
    expect(status, stdout).toBe(0);
  });
});

describe.each(entries)("%s", (name) => {
  const specifier = name === "index" ? "unrolled" : `unrolled/${name}`;

  test("has by require what it has by import", () => {
    const program = `import { createRequire } from "node:module";
      const names = (m) => Object.keys(m).filter((n) => n !== "default" && n !== "module.exports").sort().join();
      console.log(names(await import("${specifier}")) === names(createRequire(import.meta.url)("${specifier}")));`;
    writeFileSync(join(user, "both.js"), program);
    expect(node("both.js").stdout).toBe("true\n");
  });

  test("is the same code in workerd, which imports the modules", () => {
    const program = `console.log(import.meta.resolve("${specifier}"))`;
    expect(node("--conditions=workerd", "--input-type=module", "--eval", program).stdout.trim()).toMatch(
      new RegExp(`/dist/workerd/${name}\\.js$`),
    );
    const bare = (text: string) =>
      text
        .replace(/\n\/\/# sourceMappingURL=.*/, "")
        .replace(/chunk-\w+/g, "chunk")
        .trim();
    const code = (folder: string) => {
      const names = readdirSync(join(installed, "dist", folder)).filter(
        (file) => file === `${name}.js` || /^chunk-\w+\.js$/.test(file),
      );
      return names.map((file) => bare(readFileSync(join(installed, "dist", folder, file), "utf8"))).sort();
    };
    expect(code("workerd")).toEqual(code("node"));
  });

  test.skipIf(!["index", "core"].includes(name)).each(["import", "require"])(
    "an error that nobody catches is short and is called FormatError: %s",
    (way) => {
      const load =
        way === "import" ? `import { Model } from "${specifier}";` : `const { Model } = require("${specifier}");`;
      writeFileSync(
        join(user, way === "import" ? "fails.mjs" : "fails.cjs"),
        `${load}\nModel.fromSafetensors(new Uint8Array(4));\n`,
      );
      const { stderr } = node("--enable-source-maps", way === "import" ? "fails.mjs" : "fails.cjs");
      expect(stderr).toMatch(/^FormatError: safetensors: expected at least 8 bytes, got 4$/m);
      expect(stderr).toMatch(/at readSafetensors .*src\/formats\/safetensors\.ts:\d+/);
      expect(stderr.length).toBeLessThan(4000);
    },
  );
});

test("a FormatError is called so in its stack, a model shows its layers", () => {
  const program = `import { FormatError, Model, tensor } from "unrolled";
    console.log(new FormatError("shape", "x").stack.split("\\n")[0]);
    const model = Model.fromTensors([tensor("weight_ih_l0", [8, 3], new Float32Array(24)), tensor("weight_hh_l0", [8, 2], new Float32Array(16))], { layers: [{ type: "lstm", weights: "" }] });
    console.log(model, [model.stream()]);
    console.log(Model.name, model.stream().constructor.name);`;
  writeFileSync(join(user, "shown.js"), program);
  expect(node("shown.js").stdout).toBe(
    "FormatError: x\nModel [ lstm (3, 2) ] [ Stream [ lstm (3, 2) ] ]\nModel Stream\n",
  );
});
