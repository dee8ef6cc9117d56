import type { LayerDescription } from "../layers/description.ts";

/** A layer as inference found it. */
interface Found {
  readonly layer: LayerDescription;
}

/** Layers of which no order fits, as nets mostly have them. */
export function guess<F extends Found>(found: readonly F[][]): F[] {
  const rank = ({ layer }: Found) => (layer.type === "embedding" ? 0 : layer.type === "linear" ? 2 : 1);
  return found.map((readings) => readings[readings.length - 1]).sort((a, b) => rank(a) - rank(b));
}

/** The reading to offer, as JSON. */
export function example(order: readonly Found[]): string {
  const layers = order.map((f) => f.layer);
  const input = layers[0].type === "embedding" ? "ids" : "features";
  return `. Pass one, in the right order, for example ${JSON.stringify({ format: "unrolled/1", input, layers })}, or write it into the file: unrolled describe MODEL JSON`;
}
