import { shown } from "../../check.ts";
import type { GraphWriter } from "../../graph/writer.ts";
import { Fields, numbers } from "../json.ts";
import { binary, unary, type Activation } from "../layers.ts";
import { wrong } from "../wrong.ts";

/** What a capture applies to each value: one function, or a piece of a graph over [.., channels]. */
export type NamActivation = Activation | ((g: GraphWriter, x: string, name: string) => string);

/** The largest float32. */
const MOST = 3.4028234663852886e38;

const SIMPLE: Readonly<Record<string, Activation>> = {
  Tanh: { function: "tanh" },
  Hardtanh: { function: "clip", alpha: -1, beta: 1 },
  ReLU: { function: "relu" },
  Sigmoid: { function: "sigmoid" },
  SiLU: { function: "swish", alpha: 1 },
  Hardswish: { function: "hard_swish" },
};

/** A word, or {"type": word, parameters}. */
export function readActivation(label: string, value: unknown, channels: number): NamActivation {
  const fields = new Fields(label, typeof value === "string" ? { type: value } : value);
  const word = fields.text("type");
  const activation = Object.hasOwn(SIMPLE, word) ? SIMPLE[word] : parametric(word, fields, channels);
  if (!activation) throw wrong("unsupported", label, KNOWN, shown(word));
  fields.close();
  return activation;
}

const KNOWN = `${Object.keys(SIMPLE).join(", ")}, LeakyReLU, PReLU, LeakyHardtanh, Softsign`;

function parametric(word: string, fields: Fields, channels: number): NamActivation | undefined {
  if (word === "LeakyReLU") return { function: "leaky_relu", alpha: fields.number("negative_slope", 0.01) };
  if (word === "PReLU") return prelu(fields, channels);
  if (word === "LeakyHardtanh" || word === "LeakyHardTanh") return leakyHardtanh(fields);
  if (word !== "Softsign") return undefined;
  const alpha = fields.number("alpha", 1);
  if (alpha !== 1) throw wrong("unsupported", fields.path("alpha"), 1, alpha);
  return { function: "softsign" };
}

/** The plug-in applies a single slope to the first channel alone: only one channel has one meaning. */
function prelu(fields: Fields, channels: number): NamActivation {
  const many = fields.has("negative_slopes");
  const slopes = many ? fields.take("negative_slopes") : [fields.number("negative_slope", 0.01)];
  const data = numbers(fields.path("negative_slopes"), slopes, [channels]);
  return (g, x, name) => binary(g, "prelu", x, g.constant(data, "float32", [channels]), name);
}

/** clip(x, min, max) + min_slope * min(x - min, 0) + max_slope * max(x - max, 0) */
function leakyHardtanh(fields: Fields): NamActivation {
  const [min, max] = [fields.number("min_val", -1), fields.number("max_val", 1)].map(Math.fround);
  const slopes = [fields.number("min_slope", 0.01), fields.number("max_slope", 0.01)];
  if (min > max) throw wrong("unsupported", fields.label, "min_val of at most max_val", `${min}, ${max}`);
  return (g, x, name) => {
    const middle = unary(g, x, { function: "clip", alpha: min, beta: max }, name);
    return [
      [min, -MOST, 0],
      [max, 0, MOST],
    ].reduce((sum, [edge, alpha, beta], i) => {
      const moved = unary(g, x, { function: "affine", alpha: 1, beta: -edge }, name);
      const side = unary(g, moved, { function: "clip", alpha, beta }, name);
      return binary(g, "add", sum, unary(g, side, { function: "affine", alpha: slopes[i], beta: 0 }, name), name);
    }, middle);
  };
}

export function activate(g: GraphWriter, x: string, activation: NamActivation, name: string): string {
  return typeof activation === "function" ? activation(g, x, name) : unary(g, x, activation, name);
}
