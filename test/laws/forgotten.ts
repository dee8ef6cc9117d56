// The process that streams.test.ts measures: what becomes of streams and models that nobody disposes of.
import { Model, tensor } from "../../src/index.ts";
import { quietModel } from "./quiet.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

/** 8 MB of recurrent weights. */
function large(): Model {
  const H = 700;
  return Model.fromTensors(
    [
      tensor("weight_ih_l0", [4 * H, 1], new Float32Array(4 * H).fill(0.1)),
      tensor("weight_hh_l0", [4 * H, H], new Float32Array(4 * H * H).fill(0.1)),
    ],
    { layers: [{ type: "lstm", weights: "" }] },
  );
}

/** Bytes of the process: Node 26 does not count WebAssembly's memory as external. */
async function resident(): Promise<number> {
  for (let i = 0; i < 8; i++) {
    globalThis.gc!();
    await turn();
  }
  return process.memoryUsage.rss();
}

const model = quietModel();
for (let i = 0; i < 20; i++) {
  for (let s = 0; s < 2000; s++) model.stream().step(new Float32Array(7));
  globalThis.gc!();
  await turn();
}
const streams = model.memory.bytes;

for (let i = 0; i < 5; i++) large().stream().step([1]);
const start = await resident();
for (let i = 0; i < 30; i++) {
  large().stream();
  if (i % 10 === 9) await resident();
}
const models = (await resident()) - start;

const held = Array.from({ length: 20 }, large);
const kept = (await resident()) - start;
const handles = held.map((m) => {
  const stream = m.stream();
  stream.step([1], new Float32Array(m.outputSize));
  return [m, stream];
});
for (const m of held) m.dispose();
const disposed = (await resident()) - start;
console.log(JSON.stringify({ streams, models, disposed, kept, handles: handles.length }));
