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
  const outputs = kind.build(g, layer, floats, call);
  layer.finish();
  const { mask } = inputs[0];
  return kind.masks && mask !== undefined ? outputs.map((y) => ({ ...y, mask })) : outputs;
}
