// In place of build/binaries.js: the build under test under both names of float32.
import { readFileSync } from "node:fs";

const hex = (name: string) => readFileSync(new URL(`../../build/${name}.wasm`, import.meta.url)).toString("hex");
const binary = hex(process.env.UNROLLED_BUILD!);

export { binary as base, binary as relaxed };
export const integer = hex("integer");
