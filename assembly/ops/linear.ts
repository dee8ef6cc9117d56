// y = activation(b + W x), row by row.
import { LinearRecord, Unary } from "../abi";
import { linear } from "../linear/linear";
import { row } from "./unary";

export function linears(r: LinearRecord): void {
  linear(r.y, r.yRow, r.weights, r.panel, r.x, r.xRow, r.inputs, r.outputs, r.rows);
  if (r.activation == Unary.IDENTITY) return;
  for (let n = r.rows, y = r.y; n > 0; --n, y += r.yRow) row(y, y, r.outputs, r.activation, r.alpha, r.beta);
}
