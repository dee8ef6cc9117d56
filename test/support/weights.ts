import { tensor, type Tensor } from "../../src/index.ts";
import { Random } from "./random.ts";

const endless = new Random(11);

/** Random tensors from names and shapes, within +-`scale`; of a `random` of one's own the same each time. */
export function weights(shapes: Readonly<Record<string, readonly number[]>>, random = endless, scale = 0.5): Tensor[] {
  return Object.entries(shapes).map(([name, shape]) =>
    tensor(
      name,
      shape,
      random.floats(
        shape.reduce((a, b) => a * b, 1),
        scale,
      ),
    ),
  );
}

const GATES = { rnn: 1, lstm: 4, gru: 3 };

/** Names and shapes of nn.RNN, nn.LSTM, nn.GRU under a prefix; `cell`: of their Cell classes. */
export function cellShapes(
  type: keyof typeof GATES,
  prefix: string,
  inputs: number,
  H: number,
  { layers = 1, directions = 1, bias = true, proj = 0, cell = false } = {},
): Record<string, number[]> {
  const rows = GATES[type] * H;
  const width = proj || H;
  const shapes: Record<string, number[]> = {};
  for (let l = 0; l < layers; l++) {
    for (let d = 0; d < directions; d++) {
      const suffix = cell ? "" : `_l${l}${d ? "_reverse" : ""}`;
      shapes[`${prefix}weight_ih${suffix}`] = [rows, l ? directions * width : inputs];
      shapes[`${prefix}weight_hh${suffix}`] = [rows, width];
      if (bias) shapes[`${prefix}bias_ih${suffix}`] = shapes[`${prefix}bias_hh${suffix}`] = [rows];
      if (proj) shapes[`${prefix}weight_hr${suffix}`] = [proj, H];
    }
  }
  return shapes;
}
