// Law 4: the walls, read from the sources and the binaries.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { instantiateSync } from "@assemblyscript/loader";
import { describe, expect, test } from "vitest";
import { bytesToShip } from "../bench/loaded.ts";
import { parseModule } from "./support/wasm.ts";

const root = new URL("..", import.meta.url).pathname;

/** A file's path below the root, and its code without comments. */
interface Source {
  readonly path: string;
  readonly code: string;
}

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({
      path: `${folder}/${name}`,
      code: withoutComments(readFileSync(join(root, folder, name), "utf8")),
    }));
}

function withoutComments(code: string): string {
  return code.replace(
    /("(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[^]*?\*\/|\/\/[^\n]*/g,
    (_, text: string | undefined) => text ?? "",
  );
}

interface Import {
  readonly target: string;
  readonly type: boolean;
}

/** What a file imports: paths below the root, or packages. */
function importsOf({ path, code }: Source): Import[] {
  const found: Import[] = [];
  for (const m of code.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g,
  )) {
    const name = m[2] ?? m[3];
    found.push({
      target: name.startsWith(".") ? relative(root, join(root, dirname(path), name)) : name,
      type: m[1] !== undefined,
    });
  }
  return found;
}

const src = sources("src");
const assembly = sources("assembly");

/** The folder under src/, or the file where it stands alone. */
const room = (path: string) => path.split("/")[1];

/**
 * What each folder may import besides itself and the leaves check.ts and text.ts:
 * cli -> index -> tasks -> run -> { model, passes }; model -> layers -> tensors -> pack; passes -> bind -> plan -> ops
 * -> abi.
 */
const MAY: Record<string, readonly string[]> = {
  cli: [
    "src/index.ts",
    "src/import.ts",
    "src/import/statedict.ts",
    "src/onnx.ts",
    "src/graph.ts",
    "src/formats/",
    "src/model/unwrap.ts",
    "package.json",
  ],
  "import.ts": ["src/formats/", "src/graph/", "src/import/", "src/model/", "src/run/", "src/tasks/"],
  "onnx.ts": ["src/graph/", "src/onnx/", "src/run/", "src/wasm/full.ts"],
  "ort.ts": ["src/ort/"],
  ort: ["src/graph/", "src/onnx/", "src/run/"],
  onnx: ["src/bind/", "src/graph/", "src/tensors/", "src/run/"],
  import: ["src/formats/", "src/graph/", "src/layers/", "src/tensors/"],
  "graph.ts": ["src/bind/", "src/graph/", "src/run/", "src/wasm/full.ts"],
  graph: [],
  bind: ["src/formats/", "src/graph/", "src/ops/", "src/plan/", "src/tensors/"],
  passes: ["src/bind/", "src/graph/", "src/ops/", "src/plan/"],
  ops: ["src/abi/", "src/graph/", "src/layers/", "src/pack/"],
  plan: ["src/abi/", "src/graph/", "src/memory/plan.ts", "src/ops/"],
  abi: ["src/graph/", "src/pack/"],
  "index.ts": [
    "src/formats/",
    "src/layers/description.ts",
    "src/tensors/",
    "src/run/",
    "src/tasks/",
    "src/wasm/load.ts",
  ],
  "core.ts": ["src/formats/", "src/layers/description.ts", "src/tensors/", "src/run/", "src/wasm/load.ts"],
  tasks: ["src/abi/layout.ts", "src/formats/", "src/layers/", "src/model/", "src/pack/", "src/run/", "src/tensors/"],
  run: [
    "src/abi/",
    "src/bind/",
    "src/graph/",
    "src/layers/description.ts",
    "src/model/",
    "src/formats/",
    "src/memory/",
    "src/ops/",
    "src/pack/",
    "src/passes/",
    "src/tensors/",
    "src/plan/",
    "src/wasm/",
  ],
  model: ["src/abi/", "src/layers/", "src/memory/", "src/pack/", "src/tensors/", "src/wasm/"],
  layers: ["src/abi/", "src/pack/", "src/tensors/"],
  formats: ["src/tensors/"],
  tensors: ["src/pack/"],
  wasm: ["build/binaries.js", "build/full-binaries.js", "src/abi/layout.ts", "src/memory/arena.ts"],
  memory: [],
  pack: [],
  "check.ts": [],
  "nearest.ts": [],
  "text.ts": [],
};
/** Types, which leave nothing in the code. */
const MAY_TYPES: Record<string, readonly string[]> = {
  "core.ts": ["src/layers/", "src/memory/"],
  "index.ts": ["src/layers/", "src/memory/"],
  run: ["src/layers/", "src/memory/", "src/wasm/"],
};
const LEAVES = ["src/check.ts", "src/nearest.ts", "src/text.ts"];

test("no line of code is over 120 columns, its texts aside", () => {
  const texts = /'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|`[^`]*`|\/(?:[^/\\\n]|\\.)+\/[a-z]*/g;
  const written = [...src, ...assembly].filter(({ path }) => !/^src\/abi\/(layout|played)\.ts$/.test(path)); // by hand
  const long = written.flatMap(({ path }) =>
    readFileSync(join(root, path), "utf8")
      .split("\n")
      .filter((line) => line.length > 120 && line.replace(texts, "").length > 120)
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(long).toEqual([]);
});

describe("imports", () => {
  test.each(src.map((s) => [s.path, s] as const))("%s", (path, source) => {
    const own = room(path);
    expect(MAY, `a folder that design.md does not know: ${own}`).toHaveProperty([own]);
    for (const { target, type } of importsOf(source)) {
      if (!target.includes("/") || /^(node:|@)/.test(target) || !/^(src|build|package)/.test(target)) continue; // packages: below
      const allowed = [
        ...MAY[own],
        ...LEAVES,
        ...(own.endsWith(".ts") ? [] : [`src/${own}/`]),
        ...(type ? (MAY_TYPES[own] ?? []) : []),
      ];
      expect(
        allowed.some((a) => target.startsWith(a)),
        `${path} imports ${type ? "types of " : ""}${target}`,
      ).toBe(true);
    }
  });

  /** Files and what they import; with `of`, their rooms and what those import of others, types too. */
  const importsWithin = (files: readonly Source[], of = (path: string) => path): Map<string, string[]> => {
    const graph = new Map<string, string[]>(files.map((s) => [of(s.path), []]));
    for (const s of files) {
      for (const { target } of importsOf(s)) {
        const found = files.find((f) => f.path === target || f.path === `${target}.ts`)?.path;
        if (found !== undefined && of(found) !== of(s.path)) graph.get(of(s.path))!.push(of(found));
      }
    }
    return graph;
  };

  test.each([
    ["src", importsWithin(src)],
    ["assembly", importsWithin(assembly)],
    ["folders of src", importsWithin(src, room)],
  ] as const)("%s: no cycles", (_, graph) => {
    const done = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) throw new Error(`a cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" -> ")}`);
      if (done.has(path)) return;
      for (const next of graph.get(path)!) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect([...graph.values()].flat().length).toBeGreaterThan(graph.size / 2); // the graph was read
  });

  test("packages: the loader in wasm/ alone, fflate in two readers, node: and all others in cli/ alone", () => {
    const packages = src.flatMap((s) =>
      importsOf(s)
        .filter((i) => !/^(src|build|package\.json)/.test(i.target))
        .map((i) => [s.path, i.target] as const),
    );
    expect(
      packages
        .filter(([, name]) => name === "@assemblyscript/loader")
        .map(([path]) => room(path))
        .every((r) => r === "wasm"),
    ).toBe(true);
    expect(
      packages
        .filter(([, name]) => name.startsWith("fflate"))
        .map(([path]) => path)
        .sort(),
    ).toEqual(["src/formats/hdf5/dataset.ts", "src/formats/zip.ts"]);
    expect(
      packages.filter(
        ([path, name]) => room(path) !== "cli" && name !== "@assemblyscript/loader" && !name.startsWith("fflate"),
      ),
    ).toEqual([]);
  });
});

describe("words that belong to one place", () => {
  const holders = (files: readonly Source[], word: RegExp) => files.filter((s) => word.test(s.code)).map((s) => s.path);

  test("memory.buffer and views on it", () => {
    expect(holders(src, /memory!?\??\.buffer/)).toEqual(["src/memory/arena.ts"]);
    expect(holders(src, /new WebAssembly\.Memory/)).toEqual(["src/memory/arena.ts"]);
  });

  test("relaxed SIMD", () => {
    expect(holders(assembly, /relaxed_|RELAXED/)).toEqual(["assembly/lanes.ts"]);
    expect(holders(assembly, /\bunchecked\b|memory\.grow|\bStaticArray\b|\bnew [A-Z]/)).toEqual([]);
  });

  test("foreign orders of gates", () => {
    expect(holders(src, /"(ifgo|rzn|zrn|iofc|ifco)"/).every((path) => /^src\/(pack|layers)\//.test(path))).toBe(true);
  });

  test("hosts' names: ort/load.ts asks for files, all others in cli/ alone", () => {
    expect(
      holders(
        src.filter((s) => room(s.path) !== "cli" && s.path !== "src/ort/load.ts"),
        /\bprocess\.|\brequire\(|\bwindow\.|\bnavigator\.|\bDeno\b|\bBun\b/,
      ),
    ).toEqual([]);
  });
});

describe.each([
  ["base", 8192],
  ["relaxed", 8192],
  ["integer", 8192],
  ["full", 20480],
  ["fullRelaxed", 20480],
] as const)("%s.wasm", (name, most) => {
  const bytes = readFileSync(join(root, `build/${name}.wasm`));
  const module = parseModule(bytes);

  test("imports one memory and has none of its own", () => {
    expect(module.imports).toEqual(["memory env.memory"]);
    expect(module.memories).toBe(0);
  });

  test("has types, functions, globals, exports and code, and nothing else", () => {
    expect(
      [...module.sections].filter((s) => !["type", "import", "function", "global", "export", "code"].includes(s)),
    ).toEqual([]);
    expect(module.sections).not.toContain("data");
  });

  test("exports the ABI alone", () => {
    expect(
      module.exports.filter(
        (e) =>
          !/^(function (forward|group|play|predict|prepare|toTimeMajor|fromTimeMajor)|global [A-Z]+|memory memory)$/.test(
            e,
          ),
      ),
    ).toEqual([]);
    expect(module.exports).toContain("function forward");
  });

  test("never calls through a table, grows the memory, or asks for its size", () => {
    for (const forbidden of ["call_indirect", "memory.grow", "memory.size", "memory.init"])
      expect(module.instructions).not.toContain(forbidden);
    expect(module.instructions).toContain("v128 e4"); // f32x4.add: the code was read
  });

  test(`has ${/relaxed/i.test(name) ? "a" : "no"} fused multiply-add, and no other relaxed instruction`, () => {
    expect([...module.instructions].filter((i) => i.startsWith("relaxed"))).toEqual(
      /relaxed/i.test(name) ? ["relaxed 105"] : [],
    );
  });

  test(`is at most ${most} bytes, gzipped`, () => {
    expect(gzipSync(bytes, { level: 9 }).length).toBeLessThanOrEqual(most);
  });
});

test.each([
  ["core", 30],
  ["index", 60],
  ["onnx", 83],
  ["graph", 67],
])("dist/%s.js, its chunks and binaries, are at most %i KB gzipped", (name, most) => {
  expect(bytesToShip(join(root, "dist"), `${name}.js`)).toBeLessThanOrEqual(most * 1024);
});

describe("debug.wasm", () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const kernels = instantiateSync(readFileSync(join(root, "build/debug.wasm")), { env: { memory } })
    .exports as unknown as { forward(...args: number[]): number };
  /**
   * net, layers, state, a, b, scratch, steps, batch, active, rows; the records are zero: an embedding of no columns.
   */
  const good = [2048, 1, 4096, 8192, 16384, 32768, 1, 1, 0, 1];
  const call = (change: Record<number, number>) => () => kernels.forward(...good.map((v, i) => change[i] ?? v));

  test.each<[string, Record<number, number>, RegExp]>([
    ["records out of line", { 0: 2052 }, /abort: a region out of line/],
    ["records in the module's own memory", { 0: 1024 }, /abort: a region below/],
    ["records past the end", { 0: 131072 - 64, 1: 2 }, /abort: a region past the memory's end/],
    ["no records", { 1: 0 }, /abort: nothing to run/],
    ["no sequences", { 7: 0 }, /abort: nothing to run/],
    ["rows that are not steps times batch", { 6: 3, 7: 2, 9: 5 }, /abort: rows that do not add up/],
    ["a layer of no inputs", {}, /abort: no columns/],
  ])("asserts: %s", (_, change, message) => {
    expect(call(change)).toThrow(message);
  });
});
