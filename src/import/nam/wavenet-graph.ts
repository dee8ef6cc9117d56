import type { GraphWriter } from "../../graph/writer.ts";
import { binary, causal, channels, unary } from "../layers.ts";
import { activate } from "./activation.ts";
import type { Film, Layer, Modulation, WaveNet } from "./wavenet.ts";

/** Adds the net to a graph: [batch, time, in] and the condition to [batch, time, out]. */
export function addWaveNet(g: GraphWriter, net: WaveNet, x: string, condition: string): string {
  let y = x;
  let head: string | undefined;
  net.arrays.forEach((array, a) => {
    y = causal(g, y, array.rechannel, `WaveNet array ${a}`);
    array.layers.forEach((layer, l) => {
      const name = `WaveNet array ${a} layer ${l}`;
      const activated = addLayer(g, layer, y, condition, name);
      const part = projected(g, layer, "head1x1", activated, condition, name);
      head = head === undefined ? part : binary(g, "add", head, part, name);
      const unused = a === net.arrays.length - 1 && l === array.layers.length - 1;
      if (!unused) y = binary(g, "add", y, projected(g, layer, "layer1x1", activated, condition, name), name);
    });
    head = causal(g, head!, array.head, `WaveNet array ${a} head`);
  });
  const scaled = unary(g, head!, { function: "affine", alpha: net.scale, beta: 0 }, "head_scale");
  return (net.head?.convolutions ?? []).reduce(
    (v, convolution, i) =>
      causal(g, activate(g, v, net.head!.activation[i], `WaveNet head ${i}`), convolution, `WaveNet head ${i}`),
    scaled,
  );
}

/** What a layer makes of its input, before its projections. */
function addLayer(g: GraphWriter, layer: Layer, x: string, condition: string, name: string): string {
  const film = (key: Film, v: string): string => modulated(g, layer.films[key], v, condition, name);
  const conv = film("conv_post_film", causal(g, film("conv_pre_film", x), layer.conv, name));
  const mixin = film("input_mixin_post_film", causal(g, film("input_mixin_pre_film", condition), layer.mixin, name));
  const z = film("activation_pre_film", binary(g, "add", conv, mixin, name));
  return film("activation_post_film", gated(g, layer, z, name));
}

/** gated: f(a) s(b). blended: s(b) f(a) + (1 - s(b)) a = a + s(b) (f(a) - a). a, b: the halves of z. */
function gated(g: GraphWriter, { activation, gating, second, bottleneck }: Layer, z: string, name: string): string {
  if (!second) return activate(g, z, activation, name);
  const a = channels(g, z, 0, bottleneck, name);
  const s = activate(g, channels(g, z, bottleneck, 2 * bottleneck, name), second, name);
  const f = activate(g, a, activation, name);
  if (gating === "gated") return binary(g, "mul", f, s, name);
  return binary(g, "add", a, binary(g, "mul", s, binary(g, "sub", f, a, name), name), name);
}

type Key = "layer1x1" | "head1x1";

function projected(g: GraphWriter, layer: Layer, key: Key, x: string, condition: string, name: string): string {
  const projection = layer[key];
  if (!projection) return x;
  return modulated(g, layer.films[`${key}_post_film`], causal(g, x, projection, name), condition, name);
}

function modulated(g: GraphWriter, film: Modulation | undefined, x: string, condition: string, name: string): string {
  if (!film) return x;
  const both = causal(g, condition, film.convolution, name);
  if (!film.shift) return binary(g, "mul", x, both, name);
  const scaled = binary(g, "mul", x, channels(g, both, 0, film.size, name), name);
  return binary(g, "add", scaled, channels(g, both, film.size, 2 * film.size, name), name);
}
