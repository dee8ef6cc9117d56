import { foreign } from "./kind.ts";
import { another, readSafetensors as read, type Safetensors } from "./safetensors.ts";

/**
 * Reads a safetensors file: its tensors, which are views on `file`, and its metadata. Throws FormatError for
 * anything else, and says what it is and what reads it. https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  const other = foreign(file);
  if (other === undefined) return read(file);
  if (!(file instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${other}`);
  throw another(other);
}
