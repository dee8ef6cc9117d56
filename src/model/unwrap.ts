import { parseDescription, type Description } from "../layers/description.ts";
import type { Tensor } from "../tensors/tensor.ts";

/** What DataParallel and torch.compile put before every name. */
const WRAPPERS = ["module.", "_orig_mod."];

/** The tensors without the wrappers' prefixes, where all have them and no layer of the description does. */
export function unwrap(tensors: readonly Tensor[], given: Partial<Description>, json?: string): readonly Tensor[] {
  const layers = given.layers ?? (json === undefined ? [] : parseDescription(json).layers);
  if (!Array.isArray(layers)) return tensors; // refused where it is checked
  const weights = (layers as ({ weights?: unknown } | null)[]).map((layer) => String(layer?.weights ?? ""));
  if (weights.length === 0 || tensors.length === 0) return tensors;
  const unused = WRAPPERS.filter((p) => !weights.some((w) => `${w}.`.startsWith(p)));
  let at = 0;
  for (;;) {
    const prefix = unused.find((p) => tensors.every((t) => t.name.startsWith(p, at)));
    if (prefix === undefined) return at === 0 ? tensors : tensors.map((t) => ({ ...t, name: t.name.slice(at) }));
    at += prefix.length;
  }
}
