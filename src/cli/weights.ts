import { kindOf } from "../formats/kind.ts";
import { readNpz } from "../formats/npz.ts";
import { readTorch } from "../formats/torch.ts";
import { readSafetensors, type Safetensors } from "../index.ts";

/** Reads a file of weights, told by its content: torch.save's, numpy.savez's, or safetensors. */
export function readWeights(file: Uint8Array): Safetensors {
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
}
