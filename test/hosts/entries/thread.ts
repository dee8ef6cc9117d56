// A module worker, or a service worker.
import * as unrolled from "unrolled";
import { firstAnswer } from "../nets.ts";
import { suite, type Job } from "../suite.ts";

addEventListener("message", ({ data, source }: MessageEvent<Job>) => {
  const post = (message: unknown) =>
    source ? (source as Client | MessagePort).postMessage(message) : (postMessage as (m: unknown) => void)(message);
  try {
    firstAnswer(unrolled);
    post("first");
    post(suite(unrolled, data, () => performance.now()));
  } catch (error) {
    post({ error: String(error) });
  }
});
addEventListener("activate", (event) =>
  (event as ExtendableEvent).waitUntil((self as unknown as { clients: { claim(): Promise<void> } }).clients.claim()),
);

type Client = { postMessage(message: unknown): void };
type ExtendableEvent = Event & { waitUntil(promise: Promise<unknown>): void };
