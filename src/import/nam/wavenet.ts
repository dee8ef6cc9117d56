import { shown } from "../../check.ts";
import { asCount, Fields } from "../json.ts";
import type { Convolution } from "../layers.ts";
import { readActivation, type NamActivation } from "./activation.ts";
import type { NamWeights } from "./weights.ts";
import { wrong } from "../wrong.ts";

/** Arrays of layers, each given the input (or what a net makes of it) as condition; then an optional head. */
export interface WaveNet {
  readonly in: number;
  readonly out: number;
  /** Rows before the present one that the output depends on. */
  readonly reach: number;
  readonly arrays: readonly LayerArray[];
  readonly scale: number;
  readonly head: { readonly activation: NamActivation[]; readonly convolutions: Convolution[] } | undefined;
}

interface LayerArray {
  readonly rechannel: Convolution;
  readonly layers: readonly Layer[];
  readonly head: Convolution;
}

/** y = x + layer1x1(a), the head is given head1x1(a) or a, where a = activation(conv(x) + mixin(condition)). */
export interface Layer {
  readonly conv: Convolution;
  readonly mixin: Convolution;
  readonly layer1x1: Convolution;
  readonly head1x1: Convolution | undefined;
  readonly films: Readonly<Partial<Record<Film, Modulation>>>;
  readonly activation: NamActivation;
  readonly gating: Gating;
  readonly second: NamActivation | undefined;
  /** Channels of a. */
  readonly bottleneck: number;
}

const GATINGS = ["none", "gated", "blended"] as const;
type Gating = (typeof GATINGS)[number];

/** Where a layer may be modulated by the condition, in the order of the weights. */
const FILMS = [
  "conv_pre_film",
  "conv_post_film",
  "input_mixin_pre_film",
  "input_mixin_post_film",
  "activation_pre_film",
  "activation_post_film",
  "layer1x1_post_film",
  "head1x1_post_film",
] as const;
export type Film = (typeof FILMS)[number];

/** x * scale (+ shift), both from the condition. */
export interface Modulation {
  readonly convolution: Convolution;
  readonly size: number;
  readonly shift: boolean;
}

const depth = ({ kernel, dilation = 1 }: Convolution): number => (kernel - 1) * dilation;

/** Reads a configuration with its weights; `condition` are the channels that another net makes of the input. */
export function planWaveNet(config: Fields, weights: NamWeights, condition: number | undefined): WaveNet {
  const lists = config.list("layers").map((value, i) => new Fields(`${config.path("layers")}[${i}]`, value));
  if (lists.length === 0) throw wrong("description", config.path("layers"), "at least one", "none");
  let inputs = 0;
  let width = 0;
  let head = 0;
  const arrays = lists.map((fields, a) => {
    if (fields.has("slimmable")) throw wrong("unsupported", fields.path("slimmable"), "null", "a slimmable WaveNet");
    const size = fields.count("input_size");
    if (a === 0) inputs = config.count("in_channels", size);
    expectSize(fields.path("input_size"), size, a === 0 ? inputs : width);
    expectSize(fields.path("condition_size"), fields.count("condition_size"), condition ?? inputs);
    const array = readArray(fields, weights, size, condition ?? inputs);
    if (a > 0) expectSize(`${fields.label}: channels to the head`, array.head.in, head);
    width = array.rechannel.out;
    head = array.head.out;
    fields.close();
    return array;
  });
  const post = config.has("head") ? readHead(config.fields("head"), weights, head) : undefined;
  config.number("head_scale"); // the one behind the weights is what counts
  const [scale] = weights.take("WaveNet head_scale", 1);
  const all = arrays.flatMap((a) => [...a.layers.map((l) => l.conv), a.head]).concat(post?.convolutions ?? []);
  const reach = all.reduce((sum, convolution) => sum + depth(convolution), 0);
  return { in: inputs, out: post?.convolutions.at(-1)?.out ?? head, reach, arrays, scale, head: post };
}

function readArray(fields: Fields, weights: NamWeights, inputs: number, condition: number): LayerArray {
  const size = fields.count("channels");
  const dilations = fields.counts("dilations");
  if (dilations.length === 0) throw wrong("description", fields.path("dilations"), "at least one", "none");
  const bottleneck = fields.count("bottleneck", size);
  const groups = fields.count("groups_input", 1);
  const mixinGroups = fields.count("groups_input_mixin", 1);
  const count = dilations.length;
  const key = fields.has("kernel_sizes") ? "kernel_sizes" : "kernel_size";
  const kernels = each(fields, key, count).map(([label, k]) => asCount(label, k));
  const activations = each(fields, "activation", count).map(([label, a]) => readActivation(label, a, bottleneck));
  const gatings = readGatings(fields, count);
  const seconds = readSeconds(fields, gatings, bottleneck);
  const layer1x1 = fields.has("layer1x1") ? readProjection(fields, "layer1x1", size) : { out: size, groups: 1 };
  const head1x1 = fields.has("head1x1") ? readProjection(fields, "head1x1") : undefined;
  if (!layer1x1) {
    const why = "false, where NAM's trainer adds the activation to the input and its plug-in does not";
    throw wrong("unsupported", fields.path("layer1x1.active"), "true", why);
  }
  const films = FILMS.flatMap((film) => readFilm(fields, film));
  const headInputs = head1x1 ? head1x1.out : bottleneck;
  const headShape = readHeadShape(fields, headInputs);

  const rechannel = weights.convolution(`${fields.label} rechannel`, { in: inputs, out: size, kernel: 1 }, false);
  const layers = dilations.map((dilation, l): Layer => {
    const name = `${fields.label} layer ${l}`;
    const gating = gatings[l];
    const wide = gating === "none" ? bottleneck : 2 * bottleneck;
    const convShape = { in: size, out: wide, kernel: kernels[l], dilation, groups };
    const conv = weights.convolution(`${name} conv`, convShape, true);
    const mixinShape = { in: condition, out: wide, kernel: 1, groups: mixinGroups };
    const mixin = weights.convolution(`${name} input_mixin`, mixinShape, false);
    const project = (part: Projection, label: string): Convolution =>
      weights.convolution(`${name} ${label}`, { in: bottleneck, out: part.out, kernel: 1, groups: part.groups }, true);
    const one = project(layer1x1, "layer1x1");
    const two = head1x1 && project(head1x1, "head1x1");
    const sizes: Record<Film, number | undefined> = {
      conv_pre_film: size,
      conv_post_film: wide,
      input_mixin_pre_film: condition,
      input_mixin_post_film: wide,
      activation_pre_film: wide,
      activation_post_film: bottleneck,
      layer1x1_post_film: size,
      head1x1_post_film: two?.out,
    };
    const modulations = films.map(({ film, shift, groups }): [Film, Modulation] => {
      const width = sizes[film];
      if (width === undefined) throw wrong("unsupported", fields.path(film), "a head1x1 to modulate", "none");
      if (film === "layer1x1_post_film" && gating !== "blended") {
        const why = "it with another gating, where NAM's trainer applies it and its plug-in does not";
        throw wrong("unsupported", fields.path(film), "blended gating", why);
      }
      const out = shift ? 2 * width : width;
      const convolution = weights.convolution(`${name} ${film}`, { in: condition, out, kernel: 1, groups }, true);
      return [film, { convolution, size: width, shift }];
    });
    return {
      conv,
      mixin,
      layer1x1: one,
      head1x1: two,
      films: Object.fromEntries(modulations),
      activation: activations[l],
      gating,
      second: seconds[l],
      bottleneck,
    };
  });
  return { rechannel, layers, head: weights.convolution(`${fields.label} head`, headShape, headShape.bias) };
}

/** One value for all layers, or a list of one for each; with its label. */
function each(fields: Fields, key: string, count: number, fallback?: unknown): [string, unknown][] {
  const value = fields.take(key, fallback);
  if (!Array.isArray(value)) return Array.from({ length: count }, () => [fields.path(key), value]);
  expectSize(`${fields.path(key)}: length`, value.length, count);
  return value.map((v, i) => [`${fields.path(key)}[${i}]`, v]);
}

function readGatings(fields: Fields, count: number): Gating[] {
  const old = fields.has("gated") ? fields.flag("gated") : false;
  return each(fields, "gating_mode", count, old ? "gated" : "none").map(([label, word]) => {
    const gating = GATINGS.find((g) => g === word);
    if (!gating) throw wrong("unsupported", label, GATINGS.join(", "), shown(word));
    return gating;
  });
}

function readSeconds(fields: Fields, gatings: readonly Gating[], size: number): (NamActivation | undefined)[] {
  return each(fields, "secondary_activation", gatings.length, "Sigmoid").map(([label, word], l) =>
    gatings[l] === "none" ? undefined : readActivation(label, word, size),
  );
}

type Projection = { readonly out: number; readonly groups: number };

/** A projection that is active; `size` where the field does not say its outputs. */
function readProjection(fields: Fields, key: string, size?: number): Projection | undefined {
  const part = fields.fields(key);
  const active = part.flag("active");
  const out = size ?? part.count("out_channels");
  const groups = part.count("groups", 1);
  part.close();
  return active ? { out, groups } : undefined;
}

function readFilm(fields: Fields, film: Film): { film: Film; shift: boolean; groups: number }[] {
  const value = fields.take(film, false);
  if (value === false) return [];
  const part = new Fields(fields.path(film), value);
  const active = part.flag("active", true);
  const shift = part.flag("shift", true);
  const groups = part.count("groups", 1);
  part.close();
  return active ? [{ film, shift, groups }] : [];
}

function readHeadShape(fields: Fields, inputs: number): { in: number; out: number; kernel: number; bias: boolean } {
  if (!fields.has("head")) {
    return { in: inputs, out: fields.count("head_size"), kernel: 1, bias: fields.flag("head_bias") };
  }
  const head = fields.fields("head");
  const [out, kernel, bias] = [head.count("out_channels"), head.count("kernel_size"), head.flag("bias")];
  head.close();
  return { in: inputs, out, kernel, bias };
}

function readHead(fields: Fields, weights: NamWeights, inputs: number): WaveNet["head"] {
  expectSize(fields.path("in_channels"), fields.count("in_channels", inputs), inputs);
  const width = fields.count("channels");
  const out = fields.count("out_channels");
  const kernels = fields.counts("kernel_sizes");
  const word = fields.take("activation");
  if (kernels.length === 0) throw wrong("description", fields.path("kernel_sizes"), "at least one", "none");
  const sizes = kernels.map((_, i) => (i === 0 ? inputs : width));
  const convolutions = kernels.map((kernel, i) => {
    const shape = { in: sizes[i], out: i === kernels.length - 1 ? out : width, kernel };
    return weights.convolution(`WaveNet head ${i}`, shape, true);
  });
  const activation = sizes.map((size) => readActivation(fields.path("activation"), word, size));
  fields.close();
  return { activation, convolutions };
}

function expectSize(label: string, got: number, expected: number): void {
  if (got !== expected) throw wrong("shape", label, expected, got);
}
