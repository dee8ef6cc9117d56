import { kindOf } from "../formats/kind.ts";
import { readNpz } from "../formats/npz.ts";
import { readTorch } from "../formats/torch.ts";
import { stateDictJson } from "../import/statedict.ts";
import { readSafetensors, writeSafetensors, type Safetensors } from "../index.ts";
import { unwrap } from "../model/unwrap.ts";

/** Reads a file of weights, told by its content: torch.save's, numpy.savez's, or safetensors. */
export function readWeights(file: Uint8Array): Safetensors {
  return readerOf(file)(file);
}

/** The file itself, or the safetensors file of the same weights; `json` is a description of them. */
export function asSafetensors(file: Uint8Array, json?: string): Uint8Array {
  if (readerOf(file) === readSafetensors) return file;
  const { tensors, metadata } = readWeights(file);
  return writeSafetensors(unwrap(tensors, {}, json ?? metadata.get("unrolled")), Object.fromEntries(metadata));
}

function readerOf(file: Uint8Array): (file: Uint8Array) => Safetensors {
  switch (kindOf(file)) {
    case "npz":
      return readNpz;
    case "torch":
    case "torchscript":
    case "pickle":
      return readTorch;
    case "state_dict":
      return (bytes) => ({ tensors: stateDictJson(bytes), metadata: new Map<string, string>() });
    default:
      return readSafetensors;
  }
}
