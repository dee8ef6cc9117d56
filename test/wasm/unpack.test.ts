// build/squeeze.ts and assembly/unpack.ts: what is written is read.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { squeeze } from "../../build/squeeze.ts";
import { unpack } from "../../src/wasm/unpack.ts";
import { SLOW } from "../support/laws.ts";
import { Random } from "../support/random.ts";

const wasm = (name: string) => readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url));
const unpacker = wasm("unpack").toString("hex");
const read = (text: string, from: number, to: number) => unpack({ text, from, to, unpacker });

const random = new Random(7);
const bytes = (length: number, values: number) => Uint8Array.from({ length }, () => random.integer(0, values - 1));
const half = bytes(3000, 256);

test.each<[string, Uint8Array]>([
  ["nothing", new Uint8Array()],
  ["one byte", Uint8Array.of(255)],
  ["one byte often", new Uint8Array(20_000).fill(7)],
  ["zeros", new Uint8Array(5000)],
  ["noise", bytes(5000, 256)],
  ["a few letters", bytes(5000, 3)],
  ["a period", Uint8Array.from({ length: 9000 }, (_, i) => (i % 11) * 23)],
  ["a copy from far", Uint8Array.of(...half, ...bytes(40_000, 256), ...half)],
  ["a copy but for each tenth byte", Uint8Array.of(...half, ...half.map((byte, i) => (i % 10 ? byte : ~byte)))],
])("%s", (_, data) => {
  expect(read(squeeze(data), 0, data.length)).toEqual(data);
});

test.each([["base", "relaxed"], ...(SLOW ? [["full", "fullRelaxed", "integer"]] : [])])(
  "%s and the builds behind it, each by itself",
  (...names) => {
    const modules = names.map(wasm);
    const text = squeeze(Buffer.concat(modules));
    let from = 0;
    for (const module of modules) {
      const to = from + module.length;
      expect(Buffer.from(read(text, from, to)).equals(module)).toBe(true);
      from = to;
    }
  },
);

describe("the text", () => {
  const text = squeeze(wasm("base"));

  test("needs no escape in a string, nor ends a script", () => {
    expect(JSON.stringify(text).length).toBe(text.length + 2);
    expect(text).toMatch(/^[(-[\]-h]*$/);
  });

  test("carries 6 bits a character: gzip leaves it as long", () => {
    expect(text.length * 0.75).toBeLessThan(6200);
  });
});
