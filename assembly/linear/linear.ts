// y[row] = b + W x[row]: one row by gemv, several by gemm.
import { affine } from "./gemm";
import { gemv } from "./gemv";
import { BIAS } from "./panels";

/** y [rows, outputs] in rows of `yRow` bytes from x [rows, inputs] in rows of `xRow` bytes. */
export function linear(
  y: usize, yRow: usize, w: usize, panel: usize,
  x: usize, xRow: usize, inputs: i32, outputs: i32, rows: i32,
): void {
  if (rows == 1) gemv(y, 0, w, panel, BIAS, x, inputs, x, 0, outputs);
  else affine(y, yRow, w, panel, x, xRow, inputs, outputs, rows, 4);
}
