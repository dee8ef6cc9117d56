import { Model, type ModelOptions } from "../../dist/index.js";
import type { Prepare } from "../peer.ts";
import { writeSafetensors } from "../safetensors.ts";

/** Matrices in `weights`: integers cannot give the reference's outputs. */
export const prepareIn =
  (weights: NonNullable<ModelOptions["weights"]>): Prepare =>
  async (c, net, x) => {
    const model = Model.fromSafetensors(writeSafetensors(c, net), { weights });
    const differs = weights === "float32" ? {} : { differs: `${weights} weights` };
    if (c.mode !== "stream") {
      const into = model.run(x, { batch: c.batch });
      const call = () => void model.run(x, { batch: c.batch, into });
      return { ...differs, call, check: () => (call(), into.output) };
    }

    const stream = model.stream();
    const inputs = Array.from({ length: c.steps }, (_, t) => x.slice(t * c.input, (t + 1) * c.input));
    const answer = new Float32Array(c.hidden);
    let t = 0;
    return {
      ...differs,
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

export const prepare = prepareIn("float32");
