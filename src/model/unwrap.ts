import { parseDescription, type Description } from "../layers/description.ts";
import type { Tensor } from "../tensors/tensor.ts";

/** What DataParallel and torch.compile put before every name. */
const WRAPPERS = ["module.", "_orig_mod."];

/** The tensors without a wrapper's prefix, where all have it and no layer of the description does. */
export function unwrap(tensors: readonly Tensor[], given: Partial<Description>, json?: string): readonly Tensor[] {
  const layers = given.layers ?? (json === undefined ? [] : parseDescription(json).layers);
  if (!Array.isArray(layers)) return tensors; // refused where it is checked
  const weights = (layers as ({ weights?: unknown } | null)[]).map((layer) => String(layer?.weights ?? ""));
  const prefix = WRAPPERS.find((p) => tensors.length > 0 && tensors.every((t) => t.name.startsWith(p)));
  const named = weights.some((w) => `${w}.`.startsWith(prefix ?? ""));
  if (prefix === undefined || weights.length === 0 || named) return tensors;
  return unwrap(
    tensors.map((t) => ({ ...t, name: t.name.slice(prefix.length) })),
    given,
    json,
  );
}
