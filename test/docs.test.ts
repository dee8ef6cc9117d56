// The README and the pages say what is so: programs run, commands and links exist, numbers are the last run's.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { summary } from "../bench/report-readme.ts";
import { CORE, FULL } from "../build/entries.ts";
import { readJson, type Results, type StartResults } from "../bench/results.ts";
import { unrolled } from "./support/cli.ts";
import { blocksOf, pages, readersFolder, root, textOf } from "./support/pages.ts";

/** Pages whose programs other tests run: test/recipes.test.ts, test/clients. */
const ELSEWHERE = ["docs/recipes.md", "docs/onnxruntime.md", "docs/clients.md"];

/** Written by typedoc from the doc comments: declarations, no programs. */
const REFERENCE = "docs/reference/";

const folder = readersFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const json = <T>(path: string) => JSON.parse(readFileSync(join(root, path), "utf8")) as T;
const { scripts } = json<{ scripts: Record<string, string> }>("package.json");
const programs = pages
  .filter((page) => !ELSEWHERE.includes(page) && !page.startsWith(REFERENCE))
  .flatMap((page) => {
    const blocks = blocksOf(page).filter(({ language }) => ["js", "ts", "html"].includes(language));
    return blocks.map((block, i) => ({ name: `${page} ${i + 1}`, ...block }));
  });

describe("programs run as they stand and print what the page says", () => {
  test.each(programs)("$name", ({ name, language, code, prints }) => {
    expect(language, "a program in ts is not run").not.toBe("ts");
    const file = `${name.replace(/\W+/g, "-")}.mjs`;
    const script = language === "html" ? /<script type="module">([^]*)<\/script>/.exec(code)![1] : code;
    writeFileSync(join(folder, file), script);
    const how = { cwd: folder, encoding: "utf8", timeout: 50_000 } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "./page.mjs", file], how);
    expect(stderr).toBe("");
    if (language === "js" || prints) expect(stdout).toBe(prints);
  });

  test("there are some on each page for beginners", () => {
    for (const page of ["README.md", ...pages.filter((p) => p.startsWith("docs/getting-started/"))]) {
      expect(programs.filter(({ name }) => name.startsWith(page)).length, page).toBeGreaterThan(0);
    }
  });
});

/** Commands of the shell in blocks, and in the text where they say all: `npm run x`, `npx unrolled x`. */
function commandsOf(page: string): string[] {
  const blocks = blocksOf(page)
    .filter((b) => b.language === "sh")
    .flatMap((b) => b.code.split("\n"));
  const inline = [...textOf(page).matchAll(/`((?:npm|npx|unrolled) [^`]+)`/g)].map(([, c]) => c.replace(/\s+/g, " "));
  const lines = [...blocks, ...inline].map((line) => line.replace(/ #.*/, ""));
  return lines
    .flatMap((line) => line.split(/ && | \| /))
    .map((c) => c.trim())
    .filter(Boolean);
}

describe("commands exist, with their options and files", () => {
  const helps = new Map<string, string>();
  const helpOf = (command: string) => {
    if (!helps.has(command)) helps.set(command, unrolled([command, "--help"]).stdout);
    return helps.get(command)!;
  };

  test.each(pages)("%s", (page) => {
    for (const command of commandsOf(page)) {
      const words = command.match(/"[^"]*"|\S+/g)!;
      const [first, second, third] = words;
      if (first === "npm" && second === "run") expect(scripts, command).toHaveProperty([third]);
      else if (first === "npm") expect("ci start test install version pack".split(" "), command).toContain(second);
      if (first !== "unrolled" && !(first === "npx" && second === "unrolled")) continue;
      const [name, ...rest] = words.slice(first === "npx" ? 2 : 1);
      expect(helpOf(name), command).toMatch(new RegExp(`^Usage: unrolled ${name} `));
      for (const word of rest) {
        if (/^--?[a-z]/.test(word)) expect(helpOf(name), command).toMatch(new RegExp(`(^|[\\s,])${word}\\b`));
        if (word.startsWith("examples/")) expect(existsSync(join(root, word)), command).toBe(true);
      }
    }
  });
});

describe("links lead to what is there", () => {
  const anchor = (heading: string) =>
    heading
      .trim()
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replace(/\s/g, "-");

  test.each(pages)("%s", (page) => {
    for (const [, target] of textOf(page)
      .replace(/```[^]*?```/g, "")
      .matchAll(/\]\(([^)]+)\)/g)) {
      const [path, name] = target.split("#");
      const to = path ? join(dirname(page), path) : page;
      expect(target, "a page that names a host").not.toMatch(/^https?:/);
      if (ELSEWHERE.includes(to)) continue;
      expect(existsSync(join(root, to)), `${page}: ${target}`).toBe(true);
      if (!name || page.startsWith(REFERENCE)) continue; // typedoc checks its own
      const anchors = [...textOf(to).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading));
      expect(anchors, target).toContain(name);
    }
  });
});

describe("docs/api.md names all that an entry exports", () => {
  test.each([...FULL, ...CORE])("%s", async (entry) => {
    const names = Object.keys((await import(`../src/${entry}.ts`)) as object).filter((name) => name !== "default");
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(textOf("docs/api.md")))).toEqual([]);
  });
});

describe("README", () => {
  const readme = textOf("README.md");

  test("has at most 8 KB", () => expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(8192));

  test("its numbers are those of the last run", () => {
    const numbers = summary(readJson<Results>("node20")!, readJson<StartResults>("startup-node20")!);
    expect(readme).toContain(`<!-- numbers -->\n${numbers}\n<!-- /numbers -->`);
  });

  test("counts what the lists have", () => {
    const { hosts } = json<{ hosts: { result: string }[] }>("test/hosts/results.json");
    expect(readme).toContain(`${hosts.filter((h) => h.result === "passed").length} ways in`);
    const counts = /Of (\d+) tests of the onnx package, (\d+) are right, (\d+) refused, 0 wrong/.exec(
      textOf("docs/onnx-operators.md"),
    )!;
    const [, all, right, refused] = counts;
    expect(readme).toContain(
      `${right} of ${all} of ONNX's own operator tests are right, ${refused} refused, none wrong`,
    );
  });
});
