import type { Value } from "../../graph/value.ts";
import { countOf, type Context, type Operator, type Operators } from "../context.ts";
import { channelsFirst, channelsLast, readPads, readWindow, type Window } from "./conv.ts";

const pool =
  (name: string): Operator =>
  (c) => {
    const x = c.input(0);
    const { shape, dtype } = x.type;
    if (shape.length < 3 || shape.length > 5) throw c.error(`expected 1 to 3 spatial axes, got [${shape}]`);
    const frame = readWindow(c, undefined);
    if (frame.kernel.length !== shape.length - 2) {
      throw c.error(`attribute kernel_shape: expected ${shape.length - 2} numbers, got [${frame.kernel}]`);
    }
    const { before, after } = readPads(c, shape.slice(2), frame);
    c.ignore("storage_order"); // of indices alone, which are not made
    const p = name === "lp" ? c.int("p", 2) : undefined;
    const attributes = { ...frame, pads_before: before, pads_after: after, ceil: c.flag("ceil_mode") };
    if (p !== undefined && p !== 1 && p !== 2) return channelsFirst(c, powerPool(c, channelsLast(c, x), p, attributes));
    const small = dtype === "int8" || dtype === "uint8"; // exact as float32
    const included = name === "average" ? c.flag("count_include_pad") : undefined;
    const pooled = c.emit("pool", [channelsLast(c, small ? c.cast(x, "float32") : x)], {
      ...attributes,
      function: name,
      count_include_pad: included,
      p,
    });
    return c.cast(channelsFirst(c, pooled), dtype);
  };

/** (sum |x|^p)^(1/p) over windows, the sum being the mean times what it is over. */
function powerPool(
  c: Context,
  x: Value,
  p: number,
  attributes: Window & { readonly ceil: boolean; readonly [name: string]: boolean | readonly number[] },
): Value {
  if (attributes.ceil || !(p >= 1)) {
    throw c.error(
      attributes.ceil
        ? `attribute ceil_mode: expected 0 for p ${p}, got 1`
        : `attribute p: expected at least 1, got ${p}`,
    );
  }
  const powers = c.binary("pow", c.unary("abs", x), c.scalar(p, x));
  const means = c.emit("pool", [powers], { ...attributes, function: "average", count_include_pad: true });
  return c.binary("pow", c.unary("affine", means, countOf(attributes.kernel), 0), c.scalar(1 / p, x));
}

export const pools: Operators = { AveragePool: pool("average"), LpPool: pool("lp"), MaxPool: pool("max") };
