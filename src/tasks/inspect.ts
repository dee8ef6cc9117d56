import type { Layer } from "../layers/layer.ts";

/** Layers in the text. */
const MOST = 20;

/** What the consoles of Node and Bun show of an object: its class and the layers of its net. */
export function showAs<T>(
  type: { readonly prototype: T },
  name: string,
  layersOf: (object: T) => readonly Pick<Layer, "type" | "inputSize" | "outputSize" | "parameters" | "directions">[],
): void {
  Object.defineProperty(type.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: T) {
      const layers = layersOf(this);
      const texts = layers
        .slice(0, MOST)
        .map(
          ({ type, inputSize, outputSize, parameters, directions }) =>
            type + (directions === 2 ? ", both ways" : "") + (parameters ? ` (${inputSize}, ${outputSize})` : ""),
        );
      return `${name} [ ${texts.join(", ")}${layers.length > MOST ? `, ${layers.length - MOST} more` : ""} ]`;
    },
  });
}
