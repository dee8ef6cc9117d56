import { FormatError } from "../check.ts";
import type { Description, LayerDescription } from "./description.ts";
import type { Tensors } from "./tensor.ts";

/** What goes in and out of a layer found by its tensors. */
interface Found {
  readonly layer: LayerDescription;
  readonly inputs: number;
  readonly outputs: number;
}

/** Layers whose orders are tried: six have 720. */
const MOST_LAYERS = 6;

/**
 * The description of a plain state_dict, where its structure leaves one reading:
 * cells by the shape of their recurrent matrix, 2-D `weight`s as embedding or
 * linear by the one order in which all sizes fit. Nothing that tensors do not
 * show is assumed: no `last`, no `softmax`.
 */
export function inferDescription(tensors: Tensors): Description {
  const found = prefixes(tensors).map((prefix) => inferLayer(tensors, prefix));
  const orders = found.length <= MOST_LAYERS ? chains(found) : [];
  if (orders.length !== 1) {
    const what = orders.length === 0 ? "no order of its layers is sure to fit" : "more than one order of its layers fits";
    throw new FormatError("description", `expected the metadata key "unrolled" or a description, got a file without: ${what}. ${example(orders[0] ?? found.map((readings) => readings[readings.length - 1]))}`);
  }
  const layers = orders[0].map((f) => f.layer);
  return { input: layers[0].type === "embedding" ? "ids" : "features", layers };
}

/** Prefixes of the tensors that layers are known by. */
function prefixes(tensors: Tensors): string[] {
  const found = new Set<string>();
  for (const name of tensors.names()) {
    const match = /^(.*?)(?:weight_hh(?:_l\d+(?:_reverse)?)?|weight)$/.exec(name);
    if (match) found.add(match[1]);
  }
  if (found.size === 0) throw new FormatError("description", `expected tensors named as in a PyTorch state_dict, got ${tensors.names().join(", ") || "none"}`);
  return [...found];
}

/** The readings of the tensors under one prefix. */
function inferLayer(tensors: Tensors, prefix: string): Found[] {
  const suffix = tensors.has(prefix + "weight_hh_l0") ? "_l0" : "";
  const weights = prefix.replace(/\.$/, "");
  if (!tensors.has(`${prefix}weight_hh${suffix}`)) {
    const [rows, columns] = tensors.shape(prefix + "weight", 2);
    const linear: Found = { layer: { type: "linear", weights }, inputs: columns, outputs: rows };
    if (tensors.has(prefix + "bias")) return [linear];
    return [linear, { layer: { type: "embedding", weights }, inputs: 0, outputs: columns }];
  }
  const [rows, width] = tensors.shape(`${prefix}weight_hh${suffix}`, 2);
  const [, inputs] = tensors.shape(`${prefix}weight_ih${suffix}`, 2);
  const type = tensors.has(`${prefix}weight_hr${suffix}`) || rows === 4 * width ? "lstm" : rows === 3 * width ? "gru" : rows === width ? "rnn" : undefined;
  if (!type) {
    throw new FormatError("shape", `${prefix}weight_hh${suffix}: expected [H, H], [3 * H, H] or [4 * H, H], got [${rows}, ${width}]`);
  }
  const directions = tensors.has(`${prefix}weight_ih${suffix}_reverse`) ? 2 : 1;
  return [{ layer: { type, weights }, inputs, outputs: directions * width }];
}

/** Orders of all layers, one reading each, in which every output fits the next input; two at the most. */
function chains(left: Found[][], last?: Found): Found[][] {
  if (left.length === 0) return [[]];
  const orders: Found[][] = [];
  left.forEach((readings, i) => {
    for (const f of readings) {
      const fits = f.layer.type === "embedding" ? !last : !last || last.outputs === f.inputs;
      if (!fits || orders.length > 1) continue;
      for (const rest of chains(left.filter((_, j) => j !== i), f)) orders.push([f, ...rest]);
    }
  });
  return orders;
}

function example(found: readonly Found[]): string {
  const layers = found.map((f) => f.layer);
  const input = layers[0].type === "embedding" ? "ids" : "features";
  return `Pass one, in the right order, for example ${JSON.stringify({ format: "unrolled/1", input, layers })}`;
}
