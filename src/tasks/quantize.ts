import { readSafetensors } from "../formats/read.ts";
import { writeSafetensors } from "../formats/safetensors.ts";
import { checkDescription, parseDescription, type Description } from "../layers/description.ts";
import { inferDescription } from "../model/infer.ts";
import { integers } from "../pack/integers.ts";
import { isFloats, type Matrix, type Precisions } from "../pack/matrix.ts";
import { makeLayers } from "../layers/make.ts";
import { checkPrecision, scaleOf, tensor, Tensors, type Tensor } from "../tensors/tensor.ts";

/** Hears of each matrix as it is done, and how many tensors there are. */
type Report = (done: number, tensors: number) => void;

/**
 * The same model with its matrices, or those of some layers, as integers, as a file: I8 or I16 [rows, columns], and
 * F32 [rows] under NAME.scale. A net from it has the bits of `ModelOptions.weights` on the original and never makes
 * float32 weights. Biases and metadata stay; a `description` takes the place of the file's. Throws FormatError where
 * the file cannot be run, or a weight is not finite.
 */
export function quantizeSafetensors(
  file: Uint8Array,
  weights: Precisions,
  description?: Description,
  report: Report = () => {},
): Uint8Array {
  checkPrecision(weights);
  const { tensors, metadata } = readSafetensors(file);
  const json = metadata.get("unrolled");
  const known = checkDescription(
    description ?? (json === undefined ? inferDescription(new Tensors(tensors)) : parseDescription(json)),
  );
  const described = description && { unrolled: JSON.stringify(description) };
  return writeSafetensors(quantizeTensors(known, tensors, weights, report), {
    ...Object.fromEntries(metadata),
    ...described,
  });
}

/** Tensors that say how many are left. */
class Reporting extends Tensors {
  readonly #report: Report;
  readonly #count: number;

  constructor(tensors: readonly Tensor[], precision: Precisions, report: Report) {
    super(tensors, precision, integers);
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
function quantizeTensors(
  description: Description,
  tensors: readonly Tensor[],
  precision: Precisions,
  report: Report,
): Tensor[] {
  const taken = new Reporting(tensors, precision, report);
  makeLayers(description, taken);
  const old = new Set([...taken.matrices.keys()].map(scaleOf));
  return tensors.filter((t) => !old.has(t.name)).flatMap((t) => stored(t, taken.matrices.get(t.name)));
}

/** A matrix of integers as it stands in the file; any other tensor as it came. */
function stored(t: Tensor, matrix: Matrix | undefined): Tensor[] {
  if (!matrix) return [t];
  if (isFloats(matrix)) return [t.dtype === "I8" || t.dtype === "I16" ? tensor(t.name, t.shape, matrix) : t];
  const { values, scales } = matrix;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [
    { name: t.name, dtype: values instanceof Int8Array ? "I8" : "I16", shape: t.shape, bytes },
    tensor(scaleOf(t.name), [t.shape[0]], scales),
  ];
}
