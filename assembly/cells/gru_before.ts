// GRU, reset before the product (ONNX's default):
//   r, z = sigmoid(b + W x + U h)
//   n = tanh(b_n + W_n x + U_n (r * h)),  h' = (1 - z) * n + z * h
//
// U_n needs r * h whole, so a timestep is two of linear/gemv.ts: r and z together
// by sigmoid, then n by tanh with r * h in the place of h. Between them
// stands `gated`: r * h [units, whole vectors], then z.
import { madd, padded, storeUpTo } from "../lanes";

/** gated = r * h, from r in its place. */
export function resetHidden(gated: usize, h: usize, units: i32): void {
  for (; units > 0; units -= 4) {
    v128.store(gated, f32x4.mul(v128.load(gated), v128.load(h)));
    gated += 16;
    h += 16;
  }
}

/** y = (1 - z) * n + z * h, from n in its place. */
export function update(y: usize, gated: usize, h: usize, units: i32): void {
  for (let z = gated + (<usize>padded(units) << 2); units > 0; units -= 4) {
    const keep = v128.load(z);
    const rest = f32x4.mul(f32x4.sub(f32x4.splat(1), keep), v128.load(y));
    storeUpTo(y, madd(keep, v128.load(h), rest), units);
    y += 16;
    z += 16;
    h += 16;
  }
}
