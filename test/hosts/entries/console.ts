// Node, Deno, Bun: the job is the argument, the answer a line of output.
import { answer } from "./answer.ts";

const { Deno, process } = globalThis as unknown as { Deno?: { args: string[] }; process?: { argv: string[] } };
const [job] = Deno?.args ?? process!.argv.slice(2);
console.log(JSON.stringify(await answer(() => import("unrolled"), JSON.parse(job))));
