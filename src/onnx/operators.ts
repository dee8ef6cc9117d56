import type { Operators } from "./context.ts";
import { control } from "./ops/control.ts";
import { convolutions } from "./ops/conv.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/index.ts";
import { products } from "./ops/matmul.ts";
import { norms } from "./ops/norm.ts";
import { cells } from "./ops/recurrent.ts";
import { reductions } from "./ops/reduce.ts";
import { resizing } from "./ops/resize.ts";
import { shapes } from "./ops/shape.ts";

/** Every operator that is run, by domain; "" is ai.onnx. */
export const OPERATORS: { readonly [domain: string]: Operators } = {
  "": {
    ...cells, ...control, ...convolutions, ...elementwise, ...indexing, ...norms, ...products, ...reductions, ...resizing, ...shapes,
  },
};
