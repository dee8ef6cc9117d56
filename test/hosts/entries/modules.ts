// The raw modules, compiled by the user.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Model, tensor } from "unrolled";

const resolve = createRequire(import.meta.url).resolve;
const module = (name: string) => new WebAssembly.Module(readFileSync(resolve(`unrolled/${name}.wasm`)));
const tensors = [
  tensor("weight_ih_l0", [4, 1], new Float32Array(4).fill(0.5)),
  tensor("weight_hh_l0", [4, 1], new Float32Array(4).fill(0.5)),
];
const build = (name: string, deterministic: boolean) => {
  try {
    return Model.fromTensors(tensors, { layers: [{ type: "lstm", weights: "" }], deterministic, module: module(name) })
      .memory.build;
  } catch (error) {
    return String(error);
  }
};
console.log([build("base", true), build("relaxed", false), build("relaxed", true)].join("\n"));
