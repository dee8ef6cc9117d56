import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Answer, Failed, Request } from "./protocol.ts";

const WORKER = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** The driver's end of a worker: one request at a time. A dead worker answers `failed` for ever. */
export class Client {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #complaints = "";
  /** The fastest probes this process has shown: what a quiet machine looks like to it. */
  readonly calm: [number, number] = [Infinity, Infinity];

  constructor(binary: string, module: string) {
    const peer = new URL(module, import.meta.url).href;
    this.#process = spawn(binary, ["--import", "tsx", WORKER, peer]);
    this.#process.stdin.on("error", () => {});
    this.#process.stderr.on("data", (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk.toString()).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async ask<T extends Answer>(request: Request): Promise<T | Failed> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    return done ? { failed: errorLine(this.#complaints) } : (JSON.parse(value as string) as T | Failed);
  }

  quit(): void {
    this.#process.stdin.end();
  }
}

const errorLine = (text: string): string =>
  text.split("\n").find((line) => /^\w*Error\b/.test(line)) ?? text.trim().split("\n").at(-1) ?? "no answer";
