import { FormatError } from "../check.ts";
import { readSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import { makeLayers } from "../layers/make.ts";
import { checkDescription, type Description } from "../model/description.ts";
import { toHalf } from "../model/half.ts";
import { inferDescription } from "../model/infer.ts";
import { scaleOf, tensor, Tensors, type Tensor } from "../model/tensor.ts";
import { isFloats, type Matrix } from "../pack/matrix.ts";

/** How a file keeps its matrices: quantized, or rounded to binary16 and widened as the net loads. */
export type Storage = "int8" | "int16" | "f16";

/**
 * The same model with smaller matrices, as a file: I8 or I16 [rows, columns] with F32 NAME.scale [rows],
 * or F16. A net from it has the bits of `ModelOptions.weights` on the original, and
 * never makes float32 weights of integers. Biases and metadata stay; a `description` takes the place of the file's.
 * Throws FormatError where the file cannot be run, or a weight is not finite.
 */
export function quantizeSafetensors(file: Uint8Array, storage: Storage, description?: Description): Uint8Array {
  if (!["int8", "int16", "f16"].includes(storage)) throw new TypeError(`weights: expected "int8", "int16" or "f16", got ${JSON.stringify(storage)}`);
  const { tensors, metadata } = readSafetensors(file);
  const json = metadata.get("unrolled");
  const taken = new Tensors(tensors, storage === "f16" ? "float32" : storage);
  makeLayers(checkDescription(description ?? (json === undefined ? inferDescription(new Tensors(tensors)) : JSON.parse(json))), taken);
  const old = new Set([...taken.matrices.keys()].map(scaleOf));
  const kept = tensors.filter((t) => !old.has(t.name));
  const described = description && { unrolled: JSON.stringify(description) };
  return writeSafetensors(kept.flatMap((t) => stored(t, taken.matrices.get(t.name))), { ...Object.fromEntries(metadata), ...described });
}

/** A matrix as it stands in the file; any other tensor as it came. */
function stored(t: Tensor, matrix: Matrix | undefined): Tensor[] {
  if (!matrix) return [t];
  if (isFloats(matrix)) {
    const large = matrix.findIndex((w) => !(Math.abs(w) < 65520)); // the rest rounds to at most 65504
    if (large >= 0) throw new FormatError("unsupported", `${t.name}: expected weights within float16, got ${matrix[large]} at ${large}`);
    return [{ name: t.name, dtype: "F16", shape: t.shape, bytes: new Uint8Array(Uint16Array.from(matrix, toHalf).buffer) }];
  }
  const { values, scales } = matrix;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [{ name: t.name, dtype: values instanceof Int8Array ? "I8" : "I16", shape: t.shape, bytes }, tensor(scaleOf(t.name), [t.shape[0]], scales)];
}
