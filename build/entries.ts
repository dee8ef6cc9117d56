// What the package exports. `unrolled/NAME` is src/NAME.ts; to add an entry is to add its name to FULL here
// and what `exportsOf` gives to package.json.

/** Entries with every build of the module, which share their code and so their classes. */
export const FULL = ["index", "import", "onnx", "ort", "graph"];

/** Entries with base and relaxed alone, bundled by themselves: they share no code with the others. */
export const CORE = ["core"];

/** The compiled modules, in the files that carry them into a bundle: cells and integers, and the ops of a graph. */
export const BINARIES: { readonly [file: string]: readonly string[] } = {
  "binaries.js": ["base", "relaxed", "integer"],
  "full-binaries.js": ["full", "fullRelaxed"],
};

/** All of them, which are exported raw too. */
export const MODULES = Object.values(BINARIES).flat();

/** `exports` of package.json: readable code for Node and workerd, which imports the modules, minified for all else. */
export function exportsOf(entries: readonly string[]): Record<string, unknown> {
  const code = entries.map((name) => [
    name === "index" ? "." : `./${name}`,
    {
      types: { require: `./dist/cjs/types/${name}.d.ts`, default: `./dist/types/${name}.d.ts` },
      workerd: `./dist/workerd/${name}.js`,
      require: `./dist/cjs/${name}.js`,
      node: `./dist/node/${name}.js`,
      default: `./dist/${name}.js`,
    },
  ]);
  const files = [
    ...MODULES.map((name) => [`./${name}.wasm`, `./dist/${name}.wasm`]),
    ["./package.json", "./package.json"],
  ];
  return Object.fromEntries([...code, ...files]);
}
