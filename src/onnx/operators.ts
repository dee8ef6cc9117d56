import type { Operators } from "./context.ts";
import { attentions } from "./ops/attention.ts";
import { constants } from "./ops/constant.ts";
import { control } from "./ops/control.ts";
import { convolutions } from "./ops/conv.ts";
import { elementwise } from "./ops/elementwise.ts";
import { indexing } from "./ops/index.ts";
import { linearAttentions } from "./ops/linear-attention.ts";
import { losses } from "./ops/loss.ts";
import { products } from "./ops/matmul.ts";
import { microsoft } from "./ops/microsoft.ts";
import { norms } from "./ops/norm.ts";
import { planes } from "./ops/plane.ts";
import { pools } from "./ops/pool.ts";
import { quantized8 } from "./ops/quantize.ts";
import { cells } from "./ops/recurrent.ts";
import { reductions } from "./ops/reduce.ts";
import { resizing } from "./ops/resize.ts";
import { sequences } from "./ops/sequence.ts";
import { shapes } from "./ops/shape.ts";
import { signals } from "./ops/signal.ts";

/** Every operator that is run, by domain; "" is ai.onnx. */
export const OPERATORS: { readonly [domain: string]: Operators } = {
  "": {
    ...attentions,
    ...cells,
    ...constants,
    ...control,
    ...convolutions,
    ...elementwise,
    ...indexing,
    ...linearAttentions,
    ...losses,
    ...norms,
    ...planes,
    ...pools,
    ...products,
    ...quantized8,
    ...reductions,
    ...resizing,
    ...sequences,
    ...shapes,
    ...signals,
  },
  "com.microsoft": microsoft,
};
