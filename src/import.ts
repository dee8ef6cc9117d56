import { readNpz } from "./formats/npz.ts";
import type { Safetensors } from "./formats/safetensors.ts";
import { readTorch } from "./formats/torch.ts";
import { unwrap } from "./model/unwrap.ts";
import { Model } from "./run/model.ts";
import type { ModelOptions } from "./run/options.ts";

export { readNpz } from "./formats/npz.ts";
export { readTorch } from "./formats/torch.ts";

/**
 * Loads a state_dict, or a checkpoint with one, from a file of torch.save (.pt, .pth, .bin), of any version. The
 * description is in `options`, `json`, the checkpoint's entry `unrolled`, or inferred where the tensors leave one
 * reading. Nothing in the file runs. Throws FormatError where file or description cannot be run exactly.
 */
export function fromTorch(file: Uint8Array | ArrayBuffer, options?: ModelOptions, json?: string): Model {
  return load(readTorch(asBytes(file)), options, json);
}

/** Loads a model from a file of numpy.savez or savez_compressed, its arrays named as a state_dict's tensors. */
export function fromNpz(file: Uint8Array | ArrayBuffer, options?: ModelOptions, json?: string): Model {
  return load(readNpz(asBytes(file)), options, json);
}

function load({ tensors, metadata }: Safetensors, options: ModelOptions = {}, json = metadata.get("unrolled")): Model {
  return Model.fromTensors(unwrap(tensors, options, json), options, json);
}

const asBytes = (file: Uint8Array | ArrayBuffer) => (file instanceof ArrayBuffer ? new Uint8Array(file) : file);
