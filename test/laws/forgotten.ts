// The process that streams.test.ts measures: what becomes of streams and models that nobody disposes of.
import { Model, tensor } from "../../src/index.ts";
import { quietModel } from "./quiet.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** 8 MB of recurrent weights. */
function large(): Model {
  const H = 700;
  return Model.fromTensors(
    [tensor("weight_ih_l0", [4 * H, 1], new Float32Array(4 * H)), tensor("weight_hh_l0", [4 * H, H], new Float32Array(4 * H * H))],
    { layers: [{ type: "lstm", weights: "" }] },
  );
}

async function external(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc!();
    await turn();
  }
  const { external, arrayBuffers } = process.memoryUsage();
  return Math.max(external, arrayBuffers);
}

const model = quietModel();
for (let i = 0; i < 20; i++) {
  for (let s = 0; s < 2000; s++) model.stream().step(new Float32Array(7));
  globalThis.gc!();
  await turn();
}
const streams = model.memory.bytes;

const start = await external();
for (let i = 0; i < 60; i++) {
  large().stream();
  if (i % 10 === 9) await external();
}
const models = (await external()) - start;

const held = Array.from({ length: 20 }, large);
const kept = (await external()) - start;
const handles = held.map((m) => [m, m.stream()]);
for (const m of held) m.dispose();
const disposed = (await external()) - start;
console.log(JSON.stringify({ streams, models, disposed, kept, handles: handles.length }));
