import type { Dim } from "../../graph/graph.ts";
import { shapesOf, type Emitter, type Sym } from "./emitter.ts";
import type { Kind, Layer } from "./layer.ts";

/**
 * Keras 3 saves what a functional model does outside its layers as nodes of keras.ops: a formula of the author's,
 * and how masks come about. An operand is a tensor or a number.
 */
export const operation = (
  count: number | undefined,
  build: (g: Emitter, layer: Layer, operands: readonly Sym[]) => Sym,
): Kind => ({
  operation: true,
  integers: true,
  build: (g, layer, inputs, call) => {
    const operands = call.operands.map((o): Sym => (typeof o === "number" ? { value: g.scalar(o), dims: [] } : o));
    if (operands.length !== (count ?? Math.max(operands.length, 1))) {
      throw layer.error(`expected ${count ?? "some"} operands, got ${operands.length}`);
    }
    layer.value("name");
    return [{ ...build(g, layer, operands), mask: inputs[0].mask }];
  },
});

/** Sizes as NumPy broadcasts them. */
export function broadcast(layer: Layer, operands: readonly Sym[]): Dim[] {
  const rank = Math.max(...operands.map((x) => x.dims.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = operands.map((x) => x.dims[i - rank + x.dims.length] ?? 1).filter((d) => d !== 1);
    const numbers = [...new Set(sizes.filter((d) => typeof d === "number"))];
    if (numbers.length > 1) {
      throw layer.error(`expected operands that go together, got ${shapesOf(operands)}`);
    }
    return numbers[0] ?? sizes[0] ?? 1;
  });
}

export const float = (g: Emitter, layer: Layer, x: Sym): string =>
  x.integer ? g.cast(layer, x.value, "float32") : x.value;
export const bool = (g: Emitter, layer: Layer, x: Sym): string => g.cast(layer, x.value, "bool");
