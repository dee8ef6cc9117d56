// A page: takes tasks from the server until there are none, in itself and in the threads it can start.
import { answer, type Answer } from "./answer.ts";
import { ask } from "./ask.ts";
import type { Job } from "../suite.ts";

const ways: Record<string, (job: Job) => Promise<Answer>> = {
  page: (job) => answer(() => import("unrolled"), job),

  async worker(job) {
    const start = performance.now();
    const worker = new Worker("/worker.js", { type: "module" });
    return ask(worker, (message) => worker.postMessage(message), job, start);
  },

  async service(job) {
    const start = performance.now();
    await navigator.serviceWorker.register("/service.js");
    const { active } = await navigator.serviceWorker.ready;
    return ask(navigator.serviceWorker, (message) => active!.postMessage(message), job, start);
  },

  async worklet(job) {
    const start = performance.now();
    const { compile } = await import("unrolled");
    const context = new OfflineAudioContext(1, 128, 48000);
    await context.audioWorklet.addModule("/worklet.js");
    const processorOptions = { job: { ...job, module: compile({ deterministic: true }) } };
    const { port } = new AudioWorkletNode(context, "suite", { processorOptions });
    const answered = new Promise<Answer>((resolve, reject) => {
      let cold = 0;
      port.onmessage = ({ data }) => {
        if (data === "first") cold = performance.now() - start;
        else if (data.error) reject(new Error(data.error));
        else resolve({ ...data, cold });
      };
    });
    await context.startRendering();
    return answered;
  },
};

for (;;) {
  const task = (await (await fetch("/next")).json()) as { way: string; job: Job } | null;
  if (!task) break;
  const body = await ways[task.way](task.job).catch((error: Error) => ({ error: `${error?.name}: ${error?.message}` }));
  await fetch("/report", { method: "POST", body: JSON.stringify(body) });
}
document.title = "done";
