import { FormatError } from "../check.ts";
import { packLinear } from "../layers/packed.ts";
import type { Precision } from "../pack/matrix.ts";
import { LANES } from "../pack/panels.ts";
import { identityOf, type At, type Lowering } from "../abi/lowering.ts";
import { integerPanel, kept, precision } from "./integers.ts";
import { beside, countOf, op, type Value } from "./op.ts";
import { activation, unaryOf } from "./unary.ts";

/**
 * Packed panels of a matrix [rows, columns] and its bias as they are kept: where they will stand, and `panel` of
 * abi.ts.
 */
export function panelsOf(
  to: Lowering,
  name: string,
  matrix: Float32Array,
  bias: Float32Array | undefined,
  rows: number,
  columns: number,
  precision: Precision,
): { weights: At; panel: number | At } {
  const m = kept(name, matrix, matrix, rows, precision);
  const { weights, panel = 0, integers } = packLinear(name, m, bias, rows, columns);
  const key = `panels ${rows} ${columns} ${identityOf(m)} ${identityOf(bias)}`;
  const at = to.weights(matrix, key, 4 * weights.size, (floats, _, group) => weights.write(floats, group));
  return { weights: at, panel: integers ? integerPanel(to, columns, Math.ceil(rows / LANES)) : panel * 4 };
}

/** The same of floats: bytes of a panel. */
export function panels(
  to: Lowering,
  matrix: Float32Array,
  bias: Float32Array | undefined,
  rows: number,
  columns: number,
): { weights: At; panel: number } {
  const { weights, panel } = panelsOf(to, "weight", matrix, bias, rows, columns, "float32");
  return { weights, panel: panel as number };
}

/** The numbers of an input that must be known: a float32 tensor of `shape`, undefined where it is left out. */
export function weightsOf(
  call: { readonly name: string },
  label: string,
  value: Value | undefined,
  shape: readonly number[],
): Float32Array | undefined {
  if (!value) return undefined;
  if (!value.constant)
    throw new FormatError(
      "unsupported",
      `${call.name}: ${label} ${value.name}: expected numbers that are known, got a value that is computed`,
    );
  if (!(value.constant.data instanceof Float32Array))
    throw new FormatError("dtype", `${call.name}: ${label}: expected float32, got ${value.type.dtype}`);
  if (value.type.shape.length !== shape.length || value.type.shape.some((d, axis) => d !== shape[axis])) {
    throw new FormatError("shape", `${call.name}: ${label}: expected [${shape}], got [${value.type.shape}]`);
  }
  return value.constant.data;
}

/** y = activation(weight x + bias), over the last axis; weight [out, in], kept as `weights` says. */
export const linear = op({
  inputs: [2, 3],
  attributes: { activation, weights: precision },
  infer(call) {
    const [x, weight, bias] = call.inputs;
    const { shape } = x!.type;
    const inputs = shape[shape.length - 1];
    const outputs = weight!.type.shape[0];
    if (shape.length === 0) throw new FormatError("shape", `${call.name}: expected rows, got a scalar`);
    weightsOf(call, "weight", weight, [outputs, inputs]);
    weightsOf(call, "bias", bias, [outputs]);
    return [{ dtype: x!.type.dtype, shape: [...shape.slice(0, -1), outputs] }];
  },
  reach: ({ inputs: [x] }, [time]) => beside([x!.type.shape.length - 1], time),
  lower({ name, inputs: [x, weight, bias], attributes }, [y], to) {
    const [outputs, inputs] = weight!.type.shape;
    const rows = countOf(x!.type.shape.slice(0, -1));
    if (rows === 0 || outputs === 0) return;
    const { function: f, alpha, beta } = attributes.activation;
    to.record("LinearRecord", {
      y: to.at(y),
      yRow: outputs * 4,
      ...panelsOf(
        to,
        name,
        weight!.constant!.data as Float32Array,
        bias?.constant?.data as Float32Array | undefined,
        outputs,
        inputs,
        attributes.weights,
      ),
      x: to.at(x!),
      xRow: inputs * 4,
      inputs,
      outputs,
      rows,
      activation: unaryOf(f),
      alpha,
      beta,
    });
  },
});
