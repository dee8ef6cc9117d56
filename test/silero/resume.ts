// A process of its own that resumes a saved state: NET (its place in the list), and files of the model, the state,
// the samples and what it says.
import { readFileSync, writeFileSync } from "node:fs";
import { NETS } from "./nets.ts";
import { inside } from "./replay.ts";

const [net, model, state, samples, said] = process.argv.slice(2);
const rest = new Float32Array(new Uint8Array(readFileSync(samples)).buffer);
const { probabilities } = inside(readFileSync(model), NETS[Number(net)], rest, readFileSync(state));
writeFileSync(said, new Uint8Array(probabilities.buffer));
