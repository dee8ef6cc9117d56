import { readSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import { checkDescription, type Description } from "../model/description.ts";
import { inferDescription } from "../model/infer.ts";
import { quantizedMatrices } from "../model/quantize.ts";
import { scaleOf, tensor, Tensors, type Tensor } from "../model/tensor.ts";
import { checkPrecision, isFloats, type Matrix } from "../pack/matrix.ts";

/**
 * The same model with its matrices as integers, as a file: I8 or I16 [rows, columns], and F32 [rows] under
 * NAME.scale. A net from it has the bits of `ModelOptions.weights` on the original and never makes float32
 * weights. Biases and metadata stay; a `description` takes the place of the file's.
 * Throws FormatError where the file cannot be run, or a weight is not finite.
 */
export function quantizeSafetensors(file: Uint8Array, weights: "int8" | "int16", description?: Description): Uint8Array {
  checkPrecision(weights);
  const { tensors, metadata } = readSafetensors(file);
  const json = metadata.get("unrolled");
  const described = checkDescription(description ?? (json === undefined ? inferDescription(new Tensors(tensors)) : JSON.parse(json)));
  const matrices = quantizedMatrices(described, tensors, weights);
  const old = new Set([...matrices.keys()].map(scaleOf));
  const kept = tensors.filter((t) => !old.has(t.name));
  const given = description && { unrolled: JSON.stringify(description) };
  return writeSafetensors(kept.flatMap((t) => stored(t, matrices.get(t.name))), { ...Object.fromEntries(metadata), ...given });
}

/** A matrix of integers as it stands in the file; any other tensor as it came. */
function stored(t: Tensor, matrix: Matrix | undefined): Tensor[] {
  if (!matrix || isFloats(matrix)) return [t];
  const { values, scales } = matrix;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [{ name: t.name, dtype: values instanceof Int8Array ? "I8" : "I16", shape: t.shape, bytes }, tensor(scaleOf(t.name), [t.shape[0]], scales)];
}
