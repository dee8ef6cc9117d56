import type { Job } from "../suite.ts";
import type { Answer } from "./answer.ts";

type Thread = EventTarget & { startMessages?(): void };

/** Posts a job to thread.ts in another thread; cold from `start` to its first answer. */
export function ask(thread: Thread, post: (message: unknown) => void, job: Job, start: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let cold = 0;
    thread.addEventListener("error", (event) => reject(new Error((event as ErrorEvent).message)));
    thread.addEventListener("message", (event) => {
      const { data } = event as MessageEvent;
      if (data === "first") cold = performance.now() - start;
      else if (data.error) reject(new Error(data.error));
      else resolve({ ...data, cold });
    });
    thread.startMessages?.();
    post(job);
  });
}
