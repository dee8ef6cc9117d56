import { readSafetensors, writeSafetensors } from "../formats/safetensors.ts";
import { checkDescription, parseDescription, type Description } from "../layers/description.ts";
import { inferDescription } from "../model/infer.ts";
import { quantizeTensors } from "../model/quantize.ts";
import { checkPrecision, Tensors } from "../tensors/tensor.ts";

/**
 * The same model with its matrices as integers, as a file: I8 or I16 [rows, columns], and F32 [rows] under
 * NAME.scale. A net from it has the bits of `ModelOptions.weights` on the original and never makes float32
 * weights. Biases and metadata stay; a `description` takes the place of the file's.
 * `report` hears of each matrix as it is done, and how many tensors there are.
 * Throws FormatError where the file cannot be run, or a weight is not finite.
 */
export function quantizeSafetensors(
  file: Uint8Array,
  weights: "int8" | "int16",
  description?: Description,
  report?: (done: number, tensors: number) => void,
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
