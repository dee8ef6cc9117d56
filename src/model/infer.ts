import { FormatError } from "../check.ts";
import type { Description, LayerDescription } from "../layers/description.ts";
import { example, guess } from "./offer.ts";
import type { Tensors } from "../tensors/tensor.ts";

/** What goes in and out of a layer found by its tensors. */
export interface Found {
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
 * show is assumed: no `last`, no `softmax`, no activation behind a linear layer.
 */
export function inferDescription(tensors: Tensors): Description {
  const found = prefixes(tensors).map((prefix) => inferLayer(tensors, prefix));
  const orders = found.length <= MOST_LAYERS ? chains(found).sort((a, b) => doubts(a) - doubts(b)) : [];
  const [likely] = orders;
  const what =
    orders.length === 0
      ? "no order of its layers is sure to fit"
      : orders.length > 1
        ? "more than one order of its layers fits"
        : hidden(likely);
  if (what) {
    throw new FormatError(
      "description",
      `expected the metadata key "unrolled" or a description, got a file without: ${what}${example(likely ?? guess(found))}`,
    );
  }
  return describe(likely);
}

/** What a net may have done where these layers meet and no tensor shows it; undefined where nothing is hidden. */
function hidden(order: readonly Found[]): string | undefined {
  const at = order.findIndex((f, i) => f.layer.type === "linear" && i + 1 < order.length);
  if (at >= 0)
    return `between ${nameOf(order[at])} and ${nameOf(order[at + 1])} an activation may stand, which no tensor shows`;
  const [first] = order;
  const head = order[order.length - 1];
  if (
    first !== head &&
    first.layer.type !== "embedding" &&
    head.layer.type === "linear" &&
    head.inputs === first.inputs &&
    head.outputs > 1
  ) {
    return `${nameOf(head)} may be tied to an embedding, which then must be in the file under a name of its own`;
  }
  return undefined;
}

/** How unlikely an order is: linear layers that are not the head. */
function doubts(order: readonly Found[]): number {
  return order.filter((f, i) => f.layer.type === "linear" && i + 1 < order.length).length;
}

function nameOf({ layer }: Found): string {
  return "weights" in layer ? layer.weights || layer.type : layer.type;
}

/** Prefixes of the tensors that layers are known by. */
function prefixes(tensors: Tensors): string[] {
  const found = new Set<string>();
  for (const name of tensors.names()) {
    const match = /^(.*?)(?:weight_hh(?:_l\d+(?:_reverse)?)?|weight)$/.exec(name);
    if (match) found.add(match[1]);
  }
  if (found.size === 0)
    throw new FormatError(
      "description",
      `expected tensors named as in a PyTorch state_dict, got ${tensors.names().join(", ") || "none"}`,
    );
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
  const type =
    tensors.has(`${prefix}weight_hr${suffix}`) || rows === 4 * width
      ? "lstm"
      : rows === 3 * width
        ? "gru"
        : rows === width
          ? "rnn"
          : undefined;
  if (!type) {
    throw new FormatError(
      "shape",
      `${prefix}weight_hh${suffix}: expected [H, H], [3 * H, H] or [4 * H, H], got [${rows}, ${width}]`,
    );
  }
  const directions = tensors.has(`${prefix}weight_ih${suffix}_reverse`) ? 2 : 1;
  return [{ layer: { type, weights }, inputs, outputs: directions * width }];
}

/**
 * Orders of all layers, one reading each, in which every output fits the next input. Where a linear layer
 * fits at both ends of the rest, it is the head unless it makes more of its inputs: nobody narrows to widen again.
 */
function chains(left: Found[][], last?: Found): Found[][] {
  if (left.length === 0) return [[]];
  return left.flatMap((readings, i) =>
    readings
      .filter((f) => fits(f, last))
      .flatMap((f) => {
        const rest = left.filter((_, j) => j !== i);
        return chains(rest, f)
          .filter((order) => !isNarrowing(f, order))
          .map((order) => [f, ...order]);
      }),
  );
}

function fits({ layer, inputs }: Found, last: Found | undefined): boolean {
  return layer.type === "embedding" ? !last : !last || last.outputs === inputs;
}

/** Whether `f` is a linear layer before `order` that could stand behind it, and narrows. */
function isNarrowing(f: Found, order: readonly Found[]): boolean {
  return (
    f.layer.type === "linear" &&
    order.length > 0 &&
    f.inputs > f.outputs &&
    order[order.length - 1].outputs === f.inputs
  );
}

function describe(order: readonly Found[]): Description {
  const layers = order.map((f) => f.layer);
  return { input: layers[0].type === "embedding" ? "ids" : "features", layers };
}
