import {
  Model,
  tensor,
  type Description,
  type LayerDescription,
  type ModelOptions,
  type Tensor,
} from "../../src/index.ts";
import type { CellOptions } from "../../src/layers/description.ts";
import type { Random } from "./random.ts";

/** A net drawn at random: all cells and their options, deep, with layers around them. */
export interface RandomNet {
  readonly tensors: Tensor[];
  readonly description: Description;
  /** Features of an item, or the number of ids. */
  readonly inputs: number;
  readonly ids: boolean;
  /** All cells run forward. */
  readonly streams: boolean;
  /** Ends in one row a sequence. */
  readonly summed: boolean;
  /** h and c of one sequence. */
  readonly h: number;
  readonly c: number;
}

/** Sizes on both sides of a lane, a vector, a panel and two panels. */
const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33];
const GATES = { rnn: 1, lstm: 4, gru: 3 };

type Cell = keyof typeof GATES;
type Options = { -readonly [K in keyof CellOptions]: CellOptions[K] };

export function randomNet(random: Random, { streams = random.next() < 0.7, most = 33 } = {}): RandomNet {
  const sizes = SIZES.filter((n) => n <= most);
  const some = (chance: number) => random.next() < chance;
  const tensors: Tensor[] = [];
  const layers: LayerDescription[] = [];
  const scale = some(0.1) ? 30 : some(0.1) ? 0.01 : 1;
  let h = 0;
  let c = 0;
  const add = (name: string, shape: number[], range: number) =>
    tensors.push(
      tensor(
        name,
        shape,
        random.floats(
          shape.reduce((a, b) => a * b, 1),
          range * scale,
        ),
      ),
    );

  const ids = some(0.3);
  const inputs = ids ? random.integer(1, 40) : random.pick(sizes);
  let width = inputs;
  const linear = (name: string) => {
    const out = random.pick(sizes);
    add(`${name}.weight`, [out, width], 1 / Math.sqrt(width));
    if (some(0.7)) add(`${name}.bias`, [out], 0.5);
    layers.push({ type: "linear", weights: name });
    width = out;
  };

  if (ids) {
    width = random.pick(sizes);
    add("embedding.weight", [inputs, width], 1);
    layers.push({ type: "embedding", weights: "embedding" });
  }
  if (some(0.2)) linear("before");
  if (layers.length > 0 && some(0.1)) layers.push({ type: "softmax" });
  let both = false;
  const cells = some(0.25) ? 2 : 1;
  for (let i = 0; i < cells; i++) {
    if (i && some(0.3)) linear("between");
    const type = random.pick<Cell>(["rnn", "lstm", "gru"]);
    const name = `cell${i}`;
    const options: Options = { type, weights: name };
    const H = random.pick(sizes);
    const rows = GATES[type] * H;
    const out = type === "lstm" && some(0.3) ? random.pick(sizes) : H;
    const kind = streams ? "forward" : random.pick(["forward", "reverse", "both", "both"]);
    const directions = kind === "both" ? 2 : 1;
    if (kind === "reverse") options.direction = "reverse";
    both ||= kind !== "forward";
    if (type === "rnn" && some(0.4)) options.nonlinearity = "relu";
    if (type === "gru" && some(0.4)) options.reset = "before";
    if (type === "lstm" && some(0.2)) options.input_forget = true;
    if (some(0.2)) options.clip = random.pick([0.25, 1, 3]);
    if (type !== "rnn" && some(0.2)) Object.assign(options, { gate: "hard_sigmoid", alpha: random.pick([0.2, 1 / 6]) });
    const peepholes = type === "lstm" && some(0.2);
    const biases = [some(0.8), some(0.8)];
    const depth = some(0.6) ? 1 : random.integer(2, 3);
    for (let l = 0; l < depth; l++) {
      for (let d = 0; d < directions; d++) {
        const suffix = `_l${l}${d ? "_reverse" : ""}`;
        const range = 1 / Math.sqrt(H);
        add(`${name}.weight_ih${suffix}`, [rows, width], range);
        add(`${name}.weight_hh${suffix}`, [rows, out], range);
        if (biases[0]) add(`${name}.bias_ih${suffix}`, [rows], range);
        if (biases[1]) add(`${name}.bias_hh${suffix}`, [rows], range);
        if (out !== H) add(`${name}.weight_hr${suffix}`, [out, H], 1 / Math.sqrt(H));
        if (peepholes) add(`${name}.weight_peephole${suffix}`, [3 * H], range);
        h += out;
        if (type === "lstm") c += H;
      }
      width = directions * out;
    }
    layers.push(options);
  }
  const summed = some(0.3);
  if (summed) layers.push({ type: "last" });
  if (some(0.4)) linear("head");
  if (some(0.3)) layers.push({ type: "softmax" });
  return {
    tensors,
    description: { input: ids ? "ids" : "features", layers },
    inputs,
    ids,
    streams: !both,
    summed,
    h,
    c,
  };
}

export function modelOf(net: RandomNet, options: ModelOptions = {}): Model {
  return Model.fromTensors(net.tensors, { ...net.description, ...options });
}

/** Items for a net: features, or ids. */
export function randomItems(net: RandomNet, random: Random, count: number): Float32Array | Int32Array {
  if (net.ids) return Int32Array.from({ length: count }, () => random.integer(0, net.inputs - 1));
  return random.floats(count * net.inputs, random.pick([0.1, 1, 3]));
}

/** The items from `begin` to `end`, as the same kind of array. */
export function part<T extends Float32Array | Int32Array>(net: RandomNet, items: T, begin: number, end: number): T {
  const width = net.ids ? 1 : net.inputs;
  return items.slice(begin * width, end * width) as T;
}
