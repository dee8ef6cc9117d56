// In place of build/binaries.js: modules of the build under test.
import { readFileSync } from "node:fs";

const build = process.env.UNROLLED_BUILD!;
const module = (name: string) =>
  new WebAssembly.Module(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));

/** What `deterministic` asks for: unfused, whatever is under test. */
export const base = module({ relaxed: "base", "debug-relaxed": "debug" }[build] ?? build);
export const relaxed = build.endsWith("relaxed") ? module(build) : base;
export const integer = module("integer");
