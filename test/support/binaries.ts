// In place of build/binaries.js: the build under test under both names of float32, as a module.
import { readFileSync } from "node:fs";

const module = (name: string) => new WebAssembly.Module(readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)));
const binary = module(process.env.UNROLLED_BUILD!);

export { binary as base, binary as relaxed };
export const integer = module("integer");
