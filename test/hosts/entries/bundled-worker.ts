// A page whose worker the bundler finds by itself.
import { ask } from "./ask.ts";

const { job } = (await (await fetch("/next")).json()) as { job: Parameters<typeof ask>[2] };
const start = performance.now();
const worker = new Worker(new URL("./thread.js", import.meta.url), { type: "module" });
const body = await ask(worker, (message) => worker.postMessage(message), job, start).catch((error: Error) => ({
  error: `${error.name}: ${error.message}`,
}));
await fetch("/report", { method: "POST", body: JSON.stringify(body) });
