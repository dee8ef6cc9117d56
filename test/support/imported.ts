import { readFileSync } from "node:fs";
import { bind } from "../../src/bind/bind.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { kerasGraph } from "../../src/import/keras/keras.ts";
import { tfjsGraph } from "../../src/import/tfjs/tfjs.ts";
import { readSafetensors, toFloat32, toIntegers, type Tensor } from "../../src/index.ts";
import { Session } from "../../src/run/session.ts";

/** A model of another producer, from a recipe in test/import. */
export interface Imported {
  readonly name: string;
  /** What it takes to make its graph. */
  readonly files: readonly Uint8Array[];
  readonly graph: (files: readonly Uint8Array[]) => Graph;
  /** A part of the refusal; null where it is to be run. */
  readonly says: string | null;
  readonly x?: Tensor;
  readonly output?: Tensor;
}

function read(file: string): { find: (name: string) => Tensor | undefined; names: string[]; cases?: string } {
  const { tensors, metadata } = readSafetensors(readFileSync(new URL(`../import/${file}`, import.meta.url)));
  return {
    find: (name) => tensors.find((t) => t.name === name),
    names: tensors.map((t) => t.name),
    cases: metadata.get("cases"),
  };
}

export const keras = ([file]: readonly Uint8Array[]) => kerasGraph(file);

export const tfjs = ([json, shard]: readonly Uint8Array[]) =>
  tfjsGraph(JSON.parse(new TextDecoder().decode(json)), () => shard);

export function kerasModels(): Imported[] {
  const { find, cases } = read("keras.safetensors");
  return (JSON.parse(cases!) as { name: string; says: string | null }[]).map(({ name, says }) => ({
    name,
    says,
    graph: keras,
    files: [Uint8Array.from(find(name)!.bytes)],
    x: find(`${name}/x`),
    output: find(`${name}/output`),
  }));
}

export function tfjsModels(): Imported[] {
  const { find, names } = read("tfjs.safetensors");
  return names
    .filter((name) => !name.includes("/"))
    .map((name) => ({
      name,
      says: null,
      graph: tfjs,
      files: [name, `${name}/shard`].map((n) => Uint8Array.from(find(n)!.bytes)),
      x: find(`${name}/x`),
      output: find(`${name}/output`),
    }));
}

/** A session of a graph whose sizes are not bound. */
export function sessionOf(graph: Graph): Session {
  return new Session({
    inputs: graph.inputs,
    outputs: graph.outputs,
    build: (builder, types) => bind(graph, builder, types),
  });
}

/** What a graph gives for x. */
export function predict(graph: Graph, x: Tensor): { dims: readonly number[]; data: Float32Array } {
  using session = sessionOf(graph);
  const feed =
    x.dtype === "I32"
      ? { type: "int32" as const, data: Int32Array.from(toIntegers(x)) }
      : { type: "float32" as const, data: toFloat32(x) };
  const { dims, data } = session.run({ x: { ...feed, dims: [...x.shape] } }).output;
  return { dims, data: data as Float32Array };
}
