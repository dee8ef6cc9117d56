import { kindOf } from "../formats/kind.ts";
import { readNpz } from "../formats/npz.ts";
import { readTorch } from "../formats/torch.ts";
import { readSafetensors, writeSafetensors, type Safetensors } from "../index.ts";
import { unwrap } from "../model/unwrap.ts";

/** Reads a file of weights, told by its content: torch.save's, numpy.savez's, or safetensors. */
export function readWeights(file: Uint8Array): Safetensors {
<<<<<<< HEAD
  switch (kindOf(file)) {
    case "npz":
      return readNpz(file);
    case "torch":
    case "torchscript":
    case "pickle":
      return readTorch(file);
    default:
      return readSafetensors(file);
  }
=======
  return readerOf(file)(file);
}

/** The file itself, or the safetensors file of the same weights; `json` is a description of them. */
export function asSafetensors(file: Uint8Array, json?: string): Uint8Array {
  if (readerOf(file) === readSafetensors) return file;
  const { tensors, metadata } = readWeights(file);
  return writeSafetensors(unwrap(tensors, {}, json ?? metadata.get("unrolled")), Object.fromEntries(metadata));
}

function readerOf(file: Uint8Array): (file: Uint8Array) => Safetensors {
  if (file[8] === 0x7b) return readSafetensors; // { behind a length of 8 bytes
  if (startsWith(file, "PK\x03\x04")) return firstName(file).endsWith(".npy") ? readNpz : readTorch;
  return startsWith(file, "\x80") || startsWith(file, "L119547037146038801333356L") ? readTorch : readSafetensors;
>>>>>>> torch
}
