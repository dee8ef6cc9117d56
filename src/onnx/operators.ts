import type { Operators } from "./context.ts";
import { attentions } from "./ops/attention.ts";
import { control } from "./ops/control.ts";
import { convolutions } from "./ops/conv.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/index.ts";
import { losses } from "./ops/loss.ts";
import { products } from "./ops/matmul.ts";
import { norms } from "./ops/norm.ts";
import { quantized8 } from "./ops/quantize.ts";
import { cells } from "./ops/recurrent.ts";
import { reductions } from "./ops/reduce.ts";
import { resizing } from "./ops/resize.ts";
import { shapes } from "./ops/shape.ts";
import { signals } from "./ops/signal.ts";

/** Every operator that is run, by domain; "" is ai.onnx. */
export const OPERATORS: { readonly [domain: string]: Operators } = {
  "": {
    ...attentions, ...cells, ...control, ...convolutions, ...elementwise, ...indexing, ...losses, ...norms, ...products, ...quantized8,
    ...reductions, ...resizing, ...shapes, ...signals,
  },
};
