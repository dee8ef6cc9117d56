import * as ort from "onnxruntime-web";
import type { Prepare } from "../peer.ts";
import { onnxNet } from "./onnx-net.ts";
import { swapBatchAndTime } from "./layout.ts";

ort.env.wasm.numThreads = 1;

/** A peer from a file of the net; `differs`: why its outputs cannot be the reference's. */
export const prepareFrom =
  (encode: typeof onnxNet, differs?: string): Prepare =>
  async (c, net, x) => {
    const session = await ort.InferenceSession.create(encode(c, net), {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "all",
    });
    if (c.mode !== "stream") {
      // The feeds are in the operator's own layout, [T, B, I].
      const feeds = {
        x: new ort.Tensor("float32", swapBatchAndTime(x, c.batch, c.steps), [c.steps, c.batch, c.input]),
      };
      // Pre-allocated outputs (`fetches`) on the CPU come back unwritten in 1.30: every run allocates.
      const run = async () => Object.values(await session.run(feeds))[0].data as Float32Array;
      return {
        asynchronous: true,
        ...(differs !== undefined && { differs }),
        check: async () => swapBatchAndTime(await run(), c.steps, c.batch),
        call: async () => void (await run()),
      };
    }

    const steps = Array.from(
      { length: c.steps },
      (_, t) => new ort.Tensor("float32", x.slice(t * c.input, (t + 1) * c.input), [1, 1, c.input]),
    );
    const zero = new ort.Tensor("float32", new Float32Array(c.hidden), [1, 1, c.hidden]);
    const feeds: Record<string, ort.Tensor> = {};
    const reset = () => Object.assign(feeds, c.cell === "lstm" ? { h: zero, c: zero } : { h: zero });
    let t = 0;
    const call = async () => {
      feeds.x = steps[t];
      t = (t + 1) % c.steps;
      const results = await session.run(feeds);
      feeds.h = results.h_n!;
      if (results.c_n) feeds.c = results.c_n;
    };
    reset();
    return {
      asynchronous: true,
      ...(differs !== undefined && { differs }),
      call,
      async check() {
        const y = new Float32Array(c.steps * c.hidden);
        reset();
        t = 0;
        for (let s = 0; s < c.steps; s++) {
          await call();
          y.set(feeds.h!.data as Float32Array, s * c.hidden);
        }
        return y;
      },
    };
  };

export const prepare = prepareFrom(onnxNet);
