import { FormatError } from "../check.ts";
import { LARGEST_SUM, type IntegerRows } from "./matrix.ts";

/**
 * Quantizes a matrix [rows, columns], symmetric: integer = round(w / scale), one scale a row.
 *
 *   int8   scale = max |w| / 127
 *   int16  scale = max(max |w| / 32767, sum |w| / S),  S = (2^31 - 1) / 2^p - columns / 2
 *
 * With 16 bits on both sides the sum of products is what limits: |x| <= 2^p and sum |w| <= S share
 * 31 bits. p = (33 - log2 columns) / 2, at most 14, makes the errors of both alike for inputs as
 * spread as weights: 12 at 512 columns, where a weight of average magnitude has 10 bits.
 * Throws FormatError where a weight is not finite.
 */
export function quantize(name: string, w: Float32Array, rows: number, precision: "int8" | "int16"): IntegerRows {
  const columns = w.length / rows;
  const values = precision === "int8" ? new Int8Array(w.length) : new Int16Array(w.length);
  const scales = new Float32Array(rows);
  const most = precision === "int8" ? 127 : 32767;
  const bits = Math.min(14, Math.floor((33 - Math.ceil(Math.log2(columns))) / 2));
  const room = precision === "int8" ? Infinity : Math.floor(LARGEST_SUM / 2 ** bits) - columns / 2 - 2;
  for (let r = 0; r < rows; r++) {
    const end = (r + 1) * columns;
    let largest = 0;
    let sum = 0;
    for (let i = r * columns; i < end; i++) {
      const magnitude = Math.abs(w[i]);
      if (!(magnitude < Infinity))
        throw new FormatError(
          "unsupported",
          `${name}: expected finite weights for ${precision}, got ${w[i]} in row ${r}`,
        );
      if (magnitude > largest) largest = magnitude;
      sum += magnitude;
    }
    const scale = (scales[r] = Math.max(largest / most, sum / room));
    if (scales[r] === 0) continue; // a row of zeros, or of less than float32 can scale
    for (let i = r * columns; i < end; i++) values[i] = Math.max(-most, Math.min(most, Math.round(w[i] / scale)));
  }
  return { values, scales };
}
