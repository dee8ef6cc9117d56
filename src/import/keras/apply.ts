import type { Emitter, Sym } from "./emitter.ts";
import type { Call, Layer } from "./layer.ts";

export const PLAIN: Call = { states: [], flags: [], operands: [] };

/** Calls a layer: its nodes, then its masks. Throws where the call or a key of the configuration is not known. */
export function applyLayer(g: Emitter, layer: Layer, inputs: readonly Sym[], call: Call): Sym[] {
  const { kind } = layer;
  g.call(layer);
  if (inputs.length === 0) throw layer.error("expected an input");
  if (call.states.length > 0 && !kind.calls?.states) throw layer.error("a call with states is not run");
  const flag = call.flags.find((f) => !kind.calls?.flags?.includes(f));
  if (flag !== undefined) throw layer.error(`a call with ${flag} is not run`);
  const floats = kind.integers
    ? inputs
    : inputs.map((x) => (x.integer ? { ...x, value: g.cast(layer, x.value, "float32"), integer: false } : x));
  const outputs = layer.generation === "tfjs" ? buildTfjs(g, layer, floats, call) : kind.build(g, layer, floats, call);
  layer.finish();
  const { mask } = inputs[0];
  return kind.masks && mask !== undefined ? outputs.map((y) => ({ ...y, mask })) : outputs;
}

/**
 * TensorFlow.js 4.22 runs all calls of a model with one set of arguments, in which the last mask that it met remains
 * (engine/executor.ts); a model within a model takes masks from there alone, and gives none.
 */
function buildTfjs(g: Emitter, layer: Layer, inputs: readonly Sym[], call: Call): Sym[] {
  if (inputs.some((x) => x.mask !== undefined)) [g.met] = inputs;
  const before = g.met;
  if (!layer.kind.model) return layer.kind.build(g, layer, inputs, call);
  const outputs = layer.kind.build(
    g,
    layer,
    inputs.map((x) => ({ ...x, mask: undefined })),
    call,
  );
  if (before === undefined) g.met = undefined;
  return outputs.map((y) => ({ ...y, mask: undefined }));
}

/** The mask of a merge in TensorFlow.js, which has axes that no layer can use. */
export const MANGLED = "mangled";

/**
 * The mask that a layer is given with x: its own, or in TensorFlow.js the last one, of which a scan takes the first
 * steps.
 */
export function givenMask(g: Emitter, layer: Layer, x: Sym): Sym {
  const mask = g.met?.mask;
  if ((x.mask ?? mask) === MANGLED) throw layer.error("a mask that TensorFlow.js merged is not run");
  if (layer.generation !== "tfjs" || x.mask !== undefined || mask === undefined) return x;
  const [time, whole] = [x.dims[1], g.met!.dims[1]];
  if (time === whole && time !== "?") return { ...x, mask };
  const turned = layer.config.go_backwards === true || layer.className === "Bidirectional";
  if (typeof time !== "number" || typeof whole !== "number" || time > whole || turned) {
    throw layer.error("a layer behind one that passes no mask on is not run");
  }
  return { ...x, mask: g.slice(layer, mask, 1, 0, time) };
}
