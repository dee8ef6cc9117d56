// y[row] = scale[id] * table[id], a table of integers: matrix.ts
import { storeUpTo } from "../lanes";
import { HEAD, Matrix } from "./matrix";

/** y [rows, width] from table [vocabulary, width]; ids [rows] are i32 within the vocabulary. */
export function embedding(y: usize, table: usize, ids: usize, width: i32, rows: i32): void {
  const m = changetype<Matrix>(table);
  const scales = table + HEAD, first = scales + (<usize>m.vectors << 4);
  const bytes = <usize>width * <usize>m.bytes;
  for (; rows > 0; --rows) {
    const id = <usize>load<i32>(ids);
    const scale = v128.load32_splat(scales + (id << 2));
    let from = first + bytes * id;
    let out = y;
    for (let n = width; n > 0; n -= 4) {
      const w = m.bytes == 1 ? i32x4.extend_low_i16x8_s(v128.load8x8_s(from)) : v128.load16x4_s(from);
      storeUpTo(out, f32x4.mul(f32x4.convert_i32x4_s(w), scale), n);
      from += m.bytes << 2;
      out += 16;
    }
    y += <usize>width << 2;
    ids += 4;
  }
}
