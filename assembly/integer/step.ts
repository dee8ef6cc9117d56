// One timestep of one sequence over matrices of integers: all sums, then all gates.
// The arguments of cells/lstm.ts, cells/gru.ts and linear/gemv.ts, where `panel` is the room
// for quantized x, quantized h and the sums, and W_hh the matrix that follows W_ih.
//
// Gates on a panel's sums before the next panel's wait for their own divisions: 17 % slower at (32, 32).
// Two pairs of inputs a turn: int16 4 to 8 % faster, int8 5 % slower on Node 26, the same on Node 20.
//
// Order of summation: bias, the whole dot with x, the whole dot with h.
import { scaled } from "./gemm";
import { HEAD, Matrix, pairsOf, panelBytes } from "./matrix";
import { quantize, quantizedRow, SCALE } from "./quantize";

/** Where the sums of all panels stand: [panels][16] f32. V: i32 for lines of 4 vectors, i16 for a GRU's 3. */
export function sums<V>(init: usize, w: usize, room: usize, x: usize, inputs: i32, h: usize, width: i32,
    panels: i32): usize {
  const vectors: usize = sizeof<V>() == 4 ? 4 : 3;
  const mx = changetype<Matrix>(w), mh = changetype<Matrix>(w + mx.size);
  const qh = room + quantizedRow(inputs);
  const xPairs = pairsOf(inputs), hPairs = pairsOf(width);
  let vx = w + HEAD + (<usize>mx.vectors << 4), vh = w + mx.size + HEAD;
  if (init == w) init += HEAD;
  if (inputs) quantize(room, x, 0, inputs, 1, mx.limit);
  let xPanel: usize = 0, hPanel: usize = 0;
  if (inputs) xPanel = panelBytes(mx, xPairs, <i32>vectors);
  if (width) {
    quantize(qh, h, 0, width, 1, mh.limit);
    hPanel = panelBytes(mh, hPairs, <i32>vectors);
  }
  const first = qh + quantizedRow(width);
  for (let out = first; panels > 0; --panels) {
    let f0 = v128.load(init), f1 = v128.load(init, 16), f2 = v128.load(init, 32), f3 = v128.load(init, 48);
    for (let half = inputs ? 0 : 1, last = width ? 1 : 0; half <= last; ++half) {
      let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
      const q = half ? qh : room, scales = half ? vh : vx;
      let v = scales + (vectors << 4), k = q + SCALE;
      const end = k + (<usize>(half ? hPairs : xPairs) << 2);
      if ((half ? mh : mx).bytes == 1) {
        for (; k < end; k += 4) {
          const s = v128.load32_splat(k);
          a0 = i32x4.add(a0, i32x4.dot_i16x8_s(v128.load8x8_s(v), s));
          a1 = i32x4.add(a1, i32x4.dot_i16x8_s(v128.load8x8_s(v, 8), s));
          a2 = i32x4.add(a2, i32x4.dot_i16x8_s(v128.load8x8_s(v, 16), s));
          if (sizeof<V>() == 4) a3 = i32x4.add(a3, i32x4.dot_i16x8_s(v128.load8x8_s(v, 24), s));
          v += vectors << 3;
        }
      } else {
        for (; k < end; k += 8) {
          const s = v128.load32_splat(k), t = v128.load32_splat(k, 4);
          const u = v + (vectors << 4);
          a0 = i32x4.add(a0, i32x4.add(i32x4.dot_i16x8_s(v128.load(v), s), i32x4.dot_i16x8_s(v128.load(u), t)));
          a1 = i32x4.add(a1, i32x4.add(i32x4.dot_i16x8_s(v128.load(v, 16), s), i32x4.dot_i16x8_s(v128.load(u, 16), t)));
          a2 = i32x4.add(a2, i32x4.add(i32x4.dot_i16x8_s(v128.load(v, 32), s), i32x4.dot_i16x8_s(v128.load(u, 32), t)));
          if (sizeof<V>() == 4) {
            const p = i32x4.dot_i16x8_s(v128.load(v, 48), s), q = i32x4.dot_i16x8_s(v128.load(u, 48), t);
            a3 = i32x4.add(a3, i32x4.add(p, q));
          }
          v = u + (vectors << 4);
        }
      }
      const by = v128.load32_splat(q);
      if (sizeof<V>() == 4) {
        f0 = scaled(f0, scales, by, a0);
        f1 = scaled(f1, scales + 16, by, a1);
        f2 = scaled(f2, scales + 32, by, a2);
        f3 = scaled(f3, scales + 48, by, a3);
      } else if (half) {
        f1 = scaled(f1, scales, by, a0);
        f2 = scaled(f2, scales + 16, by, a1);
        f3 = scaled(f3, scales + 32, by, a2);
      } else {
        f0 = scaled(f0, scales, by, a0);
        f1 = scaled(f1, scales + 16, by, a1);
        f2 = scaled(f2, scales + 32, by, a2);
      }
    }
    v128.store(out, f0);
    v128.store(out, f1, 16);
    v128.store(out, f2, 32);
    v128.store(out, f3, 48);
    out += 64;
    init += 64;
    vx += xPanel;
    vh += hPanel;
  }
  return first;
}
