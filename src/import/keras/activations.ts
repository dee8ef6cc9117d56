import { shown } from "../../check.ts";
import type { Attributes } from "../../graph/graph.ts";
import type { Emitter, Sym } from "./emitter.ts";
import type { Generation, Layer } from "./layer.ts";

/** A function of each element, as the ops name it. */
type Elementwise = { readonly function: string; readonly alpha?: number; readonly beta?: number };

/** What hard_sigmoid was before Keras 3, and is in TensorFlow.js. */
const OLD_HARD: Elementwise = { function: "hard_sigmoid", alpha: 0.2, beta: 0.5 };

/** Keras's activations of each element (keras/src/activations/activations.py). */
const ELEMENTWISE: Readonly<Record<string, Elementwise>> = {
  linear: { function: "identity" },
  relu: { function: "relu" },
  relu6: { function: "clip", alpha: 0, beta: 6 },
  leaky_relu: { function: "leaky_relu", alpha: 0.2 },
  elu: { function: "elu", alpha: 1 },
  celu: { function: "celu", alpha: 1 },
  selu: { function: "selu", alpha: 1.6732632423543772, beta: 1.0507009873554805 },
  gelu: { function: "gelu" },
  gelu_new: { function: "gelu_tanh" },
  sigmoid: { function: "sigmoid" },
  hard_sigmoid: { function: "hard_sigmoid", alpha: 1 / 6, beta: 0.5 },
  tanh: { function: "tanh" },
  hard_tanh: { function: "clip", alpha: -1, beta: 1 },
  softplus: { function: "softplus" },
  softsign: { function: "softsign" },
  silu: { function: "silu" },
  swish: { function: "silu" },
  hard_silu: { function: "hard_swish" },
  hard_swish: { function: "hard_swish" },
  mish: { function: "mish" },
  exponential: { function: "exp" },
  soft_shrink: { function: "shrink", alpha: 0.5, beta: 0.5 },
  sparse_sigmoid: { function: "hard_sigmoid", alpha: 0.5, beta: 0.5 },
  hard_shrink: { function: "shrink", alpha: 0.5, beta: 0 },
};

/** Those that are made of several nodes. */
const COMPOSED: Readonly<Record<string, (g: Emitter, layer: Layer, x: string) => string>> = {
  softmax: (g, layer, x) => g.node(layer, "softmax", [x], { axis: -1 }),
  log_softmax: (g, layer, x) => g.node(layer, "softmax", [x], { axis: -1, log: true }),
  tanh_shrink: (g, layer, x) => g.binary(layer, "sub", x, g.unary(layer, x, "tanh")),
  log_sigmoid: (g, layer, x) => g.unary(layer, g.unary(layer, g.unary(layer, x, "neg"), "softplus"), "neg"),
  sparse_plus: (g, layer, x) => {
    const inner = g.unary(layer, g.unary(layer, x, "clip", -1, 1), "affine", 0.5, 0.5);
    return g.binary(
      layer,
      "add",
      g.unary(layer, inner, "square"),
      g.unary(layer, g.unary(layer, x, "affine", 1, -1), "relu"),
    );
  },
  squareplus: (g, layer, x) => {
    const root = g.unary(layer, g.unary(layer, g.unary(layer, x, "square"), "affine", 1, 4), "sqrt");
    return g.unary(layer, g.binary(layer, "add", x, root), "affine", 0.5, 0);
  },
};

/** The word of an activation: a string, nothing, or what Keras 3 writes of a function of its own. */
function wordOf(layer: Layer, key: string, absent: string): string {
  const value = layer.value(key) ?? absent;
  if (typeof value === "string") return snake(value);
  const { class_name: kind, config, registered_name: registered } = value as Record<string, unknown>;
  const own = kind === "function" && typeof config === "string" && !config.includes(">");
  if (own && (registered === undefined || registered === null || registered === config || registered === "function"))
    return snake(config);
  throw layer.error(`${key}: expected one of Keras's own activations, got ${shown(config ?? value)}`);
}

const snake = (word: string) => word.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

function elementwise(word: string, generation: Generation): Elementwise | undefined {
  if (word === "hard_sigmoid" && generation !== "keras 3") return OLD_HARD;
  return Object.hasOwn(ELEMENTWISE, word) ? ELEMENTWISE[word] : undefined;
}

/** An activation within a cell: always one of each element. */
export function cellActivation(layer: Layer, key: string, absent: string): Elementwise {
  const word = wordOf(layer, key, absent);
  const fn = elementwise(word, layer.generation);
  if (fn === undefined) throw layer.error(`${key} = ${shown(word)} is not run in a cell`);
  return fn;
}

/** An activation after a sum: attributes of the op that sums, and what is left to be done to its output. */
export function readActivation(
  layer: Layer,
  key = "activation",
): { attributes: Attributes; after: (g: Emitter, x: string) => string } {
  const word = wordOf(layer, key, "linear");
  if (word === "linear") return { attributes: {}, after: (_, x) => x };
  const fn = elementwise(word, layer.generation);
  if (fn !== undefined) return { attributes: { activation: { ...fn } }, after: (_, x) => x };
  if (!Object.hasOwn(COMPOSED, word)) throw layer.error(`${key} = ${shown(word)} is not run`);
  return { attributes: {}, after: (g, x) => COMPOSED[word](g, layer, x) };
}

/** An activation by itself. */
export function activate(g: Emitter, layer: Layer, x: Sym): Sym {
  const { attributes, after } = readActivation(layer);
  const fn = attributes.activation as Attributes | undefined;
  return { ...x, value: fn === undefined ? after(g, x.value) : g.node(layer, "unary", [x.value], fn) };
}
