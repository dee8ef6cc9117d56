// What a person sees of the built command: help, examples that run, colour and bars on a terminal, nothing hidden.
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tensor } from "../src/index.ts";
import { printable } from "../src/text.ts";
import { CLI, save, scratch, unrolled } from "./support/cli.ts";
import { cellShapes, weights } from "./support/weights.ts";

const COMMANDS = [
  "run",
  "classify",
  "encode",
  "generate",
  "score",
  "forecast",
  "trace",
  "inspect",
  "convert",
  "quantize",
  "compare",
  "bench",
];
const models = new URL("../examples/models/", import.meta.url).pathname;

/** Runs a line of a shell with `unrolled` in it on a terminal; what it shows, stderr included. */
function onTerminal(line: string, env: Record<string, string> = {}): string {
  const command = line.replace(/\bunrolled\b/, `"${process.execPath}" "${CLI}"`);
  const { TERM: _, NO_COLOR: __, CI: ___, ...rest } = process.env;
  return spawnSync("script", ["-qefc", command, "/dev/null"], {
    encoding: "utf8",
    env: { ...rest, TERM: "xterm-256color", ...env },
  }).stdout;
}

describe("help", () => {
  test("comes by itself and names every command", () => {
    const { status, stdout, stderr } = unrolled([]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
    expect(unrolled(["--help"]).stdout).toBe(stdout);
  });

  test.each(COMMANDS)("the examples of %s run in a clone", (name) => {
    const { stdout } = unrolled([name, "--help"]);
    const [, ...lines] = stdout.slice(stdout.indexOf("Example:\n")).trim().split("\n");
    expect(lines.pop()).toBe("in a clone of the repository, where examples/models is; there it is npx unrolled.");
    const folder = scratch();
    symlinkSync(join(models, ".."), join(folder, "examples"));
    for (const line of lines) {
      expect(line).toMatch(/^ {2}(.* \| )?unrolled /);
      const command =
        line.replace("unrolled ", `"${process.execPath}" "${CLI}" `) + (name === "bench" ? " --seconds 0.01" : "");
      const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", command], {
        cwd: folder,
        encoding: "utf8",
      });
      expect({ status, stderr }, line).toEqual({ status: 0, stderr: "" });
      expect(stdout).not.toContain("\x1b");
    }
  });
});

describe("forecast --file", () => {
  const sunspots = ["forecast", `${models}sunspots.safetensors`, "--steps", "3", "--file"];
  const values = readFileSync(`${models}sunspots.csv`, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[1]);

  test("takes a heading", () => {
    const folder = scratch();
    const [plain, headed, twice] = ["plain", "headed", "twice"].map((name) => join(folder, name));
    writeFileSync(plain, values.join("\n"));
    writeFileSync(headed, `sun spots, "a year"\r\n${values.join("\r\n")}`);
    writeFileSync(twice, `year\nsunspots\n${values.join("\n")}`);
    const { stdout } = unrolled([...sunspots, plain]);
    expect(stdout.trim().split("\n").length).toBe(3);
    expect(unrolled([...sunspots, headed])).toEqual({ status: 0, stdout, stderr: "" });
    expect(unrolled(sunspots.slice(0, -1), `sunspots\n${values.join("\n")}`).stdout).toBe(stdout);
    expect(unrolled([...sunspots, twice])).toMatchObject({
      status: 1,
      stderr: "unrolled: sunspots: expected numbers, got sunspots\n",
    });
    expect(unrolled([...sunspots.slice(0, -1), "year", "5"]).stderr).toBe(
      "unrolled: year: expected numbers, got year\n",
    );
  });

  test("goes on in pieces to the same bits", () => {
    const forecast = (steps: number) =>
      unrolled(["forecast", `${models}sunspots.safetensors`, "5", "3", "--json", "--steps", String(steps)]).stdout;
    const long = JSON.parse(forecast(9000)).forecast as number[];
    expect(long.slice(0, 4096)).toEqual(JSON.parse(forecast(4096)).forecast);
    expect(
      unrolled([
        "forecast",
        `${models}sunspots.safetensors`,
        "5",
        "3",
        ...long.slice(0, 4500).map(String),
        "--json",
        "--steps",
        "100",
      ]).stdout,
    ).toBe(`${JSON.stringify({ steps: 100, forecast: long.slice(4500, 4600) })}\n`);
  });
});

/** util-linux's, which makes a terminal of its own. */
const hasScript = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");

describe.skipIf(!hasScript)("on a terminal", () => {
  test("headings are bold, unless NO_COLOR", () => {
    const line = `unrolled inspect ${models}sunspots.safetensors`;
    expect(onTerminal(line)).toContain("\x1b[1mlayers\x1b[22m");
    expect(onTerminal(line, { NO_COLOR: "1" })).not.toContain("\x1b");
    expect(unrolled(["inspect", `${models}sunspots.safetensors`]).stdout).not.toContain("\x1b");
  });

  test("bars are shown while the results go elsewhere, and cleared", () => {
    const folder = scratch();
    const texts = join(folder, "texts");
    writeFileSync(texts, "Guten Morgen\n".repeat(500));
    const lm = `${models}language-id-rnn.safetensors`;
    const shown = (line: string, unit: string) => {
      const page = onTerminal(line);
      expect(page).toMatch(new RegExp(` \\d+ %  \\d+ of \\d+ ${unit}`));
      expect(page).toMatch(/\x1b\[2K[^█░]*$/);
    };
    for (const name of ["classify", "encode"]) shown(`unrolled ${name} ${lm} --file ${texts} > /dev/null`, "bytes");
    shown(`unrolled score ${models}char-lm.safetensors --file ${texts} > /dev/null`, "bytes");
    shown(`unrolled compare ${lm} ${lm} --input ${texts}`, "sequences");
    shown(`unrolled forecast ${models}sunspots.safetensors --steps 20000 5 3 > /dev/null`, "steps");
    shown(`unrolled convert ${lm} ${join(folder, "out")} --dtype f16`, "tensors");
    shown(`unrolled quantize ${lm} ${join(folder, "out")} --weights int8`, "tensors");
    shown(`unrolled trace ${lm} "Guten Morgen" --svg ${join(folder, "out")}`, "timesteps");
    shown(
      `unrolled run ${models}sunspots.safetensors --input ${models}sunspots.x.safetensors --output ${join(folder, "out")}`,
      "timesteps",
    );
    expect(onTerminal(`unrolled encode ${lm} a b`)).not.toContain("%");
  });

  test("a failure clears the bar and is one line", () => {
    const folder = scratch();
    writeFileSync(join(folder, "texts"), "Guten Morgen\n\n");
    const page = onTerminal(
      `unrolled encode ${models}language-id-rnn.safetensors --file ${join(folder, "texts")} > /dev/null`,
    );
    expect(page).toMatch(
      /\x1b\[2K(\x1b\[\?25h)?\x1b\[31munrolled:\x1b\[39m line 2: expected a text, got an empty line\r\n$/,
    );
  });
});

describe("what is hidden in names and texts is shown", () => {
  const evil = "a\x1b[31m\u202e\u009bb\n";
  const shown = "a\\u{1b}[31m\\u{202e}\\u{9b}b\\u{a}";
  const hidden = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]/;

  test("printable", () => {
    expect(printable(evil)).toBe(shown);
    expect(printable("Grüße, 世界 \u{1f468}\u200d\u{1f469} می\u200cخواهم")).toBe(
      "Grüße, 世界 \u{1f468}\u200d\u{1f469} می\u200cخواهم",
    );
    expect(printable("\ud800 \u2028\ufeff\u{e0041}")).toBe("\\u{d800} \\u{2028}\\u{feff}\\u{e0041}");
  });

  const folder = () => {
    const path = scratch();
    const tagger = weights({
      [`${evil}.weight`]: [256, 4],
      ...cellShapes("rnn", `${evil}2.`, 4, 3),
      "head.weight": [2, 3],
    });
    const layers = [
      { type: "embedding", weights: evil },
      { type: "rnn", weights: `${evil}2` },
      { type: "last" },
      { type: "linear", weights: "head" },
    ];
    return { path, model: save(path, "m", tagger, { input: "bytes", labels: [evil, "b"], layers }) };
  };

  test("inspect, classify, errors", () => {
    const { path, model } = folder();
    const inspected = unrolled(["inspect", model]).stdout;
    expect(inspected).toContain(shown);
    const classified = unrolled(["classify", model, `x\x1b[2J`]).stdout;
    expect(classified).toContain(`${shown} `);
    expect(classified).toContain("x\\u{1b}[2J");
    const failed = unrolled([
      "inspect",
      save(path, "bad", [tensor(evil, [1], new Float32Array(1))], { layers: [{ type: "last" }] }),
    ]).stderr;
    for (const page of [inspected, classified, failed]) expect(page).not.toMatch(hidden);
  });

  test("JSON has it as escapes of the same value", () => {
    const { model } = folder();
    const { stdout } = unrolled(["classify", model, "x", "--json"]);
    expect(stdout).not.toMatch(hidden);
    expect(
      JSON.parse(stdout)
        .top.map((l: { label: string }) => l.label)
        .sort(),
    ).toEqual([evil, "b"].sort());
  });

  test("an SVG drops it", () => {
    const { path, model } = folder();
    expect(unrolled(["trace", model, "x\x01\x1b<\u202ey\u0085", "--svg", join(path, "t.svg")]).stderr).toBe("");
    const svg = readFileSync(join(path, "t.svg"), "utf8");
    expect(svg).toContain("a[31mb2 layer 0");
    expect(svg).toContain("&lt;");
    expect(svg).not.toMatch(hidden);
  });

  test.skipIf(!hasScript)("generate: on a terminal alone, a pipe gets the text", () => {
    const lm = `${models}char-lm.safetensors`;
    expect(onTerminal(`unrolled generate ${lm} 'a\x1bb' --length 0`)).toBe("a\\u{1b}b\r\n");
    expect(unrolled(["generate", lm, "a\x1bb", "--length", "0"]).stdout).toBe("a\x1bb\n");
  });

  test("a failure's line has a bound", () => {
    expect(
      unrolled(["forecast", `${models}sunspots.safetensors`, `1 ${"x".repeat(100_000)}`]).stderr.length,
    ).toBeLessThan(600);
  });
});
