import { Model } from "../../dist/index.js";
import type { Prepare } from "../peer.ts";
import { writeSafetensors } from "../safetensors.ts";

export const prepare: Prepare = async (c, net, x) => {
  const model = Model.fromSafetensors(writeSafetensors(c, net));
  if (c.mode !== "stream") {
    const into = model.run(x, { batch: c.batch });
    const call = () => void model.run(x, { batch: c.batch, into });
    return { call, check: () => (call(), into.output) };
  }

  const stream = model.stream();
  const inputs = Array.from({ length: c.steps }, (_, t) => x.slice(t * c.input, (t + 1) * c.input));
  const answer = new Float32Array(c.hidden);
  let t = 0;
  return {
    check() {
      stream.reset();
      const y = new Float32Array(c.steps * c.hidden);
      inputs.forEach((input, s) => {
        stream.step(input, answer);
        y.set(answer, s * c.hidden);
      });
      return y;
    },
    call() {
      stream.step(inputs[t], answer);
      t = (t + 1) % c.steps;
    },
  };
};
