// In place of build/binaries.js: the build under test under both names.
import { readFileSync } from "node:fs";

const binary = readFileSync(new URL(`../../build/${process.env.UNROLLED_BUILD}.wasm`, import.meta.url)).toString("base64");

export { binary as base, binary as relaxed };
