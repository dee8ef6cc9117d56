import { makeLayers } from "../layers/make.ts";
import { isFloats, type Matrix, type Precision } from "../pack/matrix.ts";
import type { Description } from "../layers/description.ts";
import { scaleOf, tensor, Tensors, type Tensor } from "../tensors/tensor.ts";

type Report = (done: number, tensors: number) => void;

/** Tensors that say how many are left. */
class Reporting extends Tensors {
  readonly #report: Report;
  readonly #count: number;

  constructor(tensors: readonly Tensor[], precision: Precision, report: Report) {
    super(tensors, precision);
    this.#count = tensors.length;
    this.#report = report;
  }

  override matrix(name: string, shape: readonly number[]): Matrix {
    const matrix = super.matrix(name, shape);
    this.#report(this.#count - this.names().length, this.#count);
    return matrix;
  }
}

/** A file's tensors with the matrices of the description's layers as integers, each with its scales. */
export function quantizeTensors(
  description: Description,
  tensors: readonly Tensor[],
  precision: Precision,
  report: Report = () => {},
): Tensor[] {
  const taken = new Reporting(tensors, precision, report);
  makeLayers(description, taken);
  const old = new Set([...taken.matrices.keys()].map(scaleOf));
  return tensors.filter((t) => !old.has(t.name)).flatMap((t) => stored(t, taken.matrices.get(t.name)));
}

/** A matrix of integers as it stands in the file; any other tensor as it came. */
function stored(t: Tensor, matrix: Matrix | undefined): Tensor[] {
  if (!matrix || isFloats(matrix)) return [t];
  const { values, scales } = matrix;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [
    { name: t.name, dtype: values instanceof Int8Array ? "I8" : "I16", shape: t.shape, bytes },
    tensor(scaleOf(t.name), [t.shape[0]], scales),
  ];
}
