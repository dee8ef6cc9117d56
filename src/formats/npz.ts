import { FormatError, shown } from "../check.ts";
import type { Tensor } from "../tensors/tensor.ts";
import { readNpy, readText } from "./npy.ts";
import type { Safetensors } from "./safetensors.ts";
import { readZip } from "./zip.ts";

const DESCRIPTION = "unrolled";

/**
 * Reads what numpy.savez and savez_compressed write: a zip archive of arrays, NAME.npy each. The metadata is the
 * text under the name `unrolled`, a description, where there is one. Throws FormatError for anything else.
 */
export function readNpz(file: Uint8Array): Safetensors {
  const zip = readZip(file);
  const tensors: Tensor[] = [];
  const metadata = new Map<string, string>();
  for (const path of zip.names) {
    if (!path.endsWith(".npy")) throw new FormatError("header", `npz: expected arrays, NAME.npy, got ${shown(path)}`);
    const name = path.slice(0, -".npy".length);
    const bytes = zip.read(path);
    const text = name === DESCRIPTION ? readText(name, bytes) : undefined;
    if (text === undefined) tensors.push(readNpy(name, bytes));
    else metadata.set(name, text);
  }
  return { tensors, metadata };
}
