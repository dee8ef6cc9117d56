// The yardstick of a product whose weights are reused: 128-bit multiply-adds between registers.
import { madd } from "./madd";

/** Multiply-adds of a round: twelve independent chains of four lanes. */
export const ROUND: i32 = 48;

export function multiplyAdd(rounds: i32, factor: f32): f32 {
  const k = f32x4.splat(factor);
  let a = f32x4.splat(1);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  let i = a;
  let j = a;
  let l = a;
  let m = a;
  for (let round = 0; round < rounds; round++) {
    a = madd(k, a, k);
    b = madd(k, b, k);
    c = madd(k, c, k);
    d = madd(k, d, k);
    e = madd(k, e, k);
    f = madd(k, f, k);
    g = madd(k, g, k);
    h = madd(k, h, k);
    i = madd(k, i, k);
    j = madd(k, j, k);
    l = madd(k, l, k);
    m = madd(k, m, k);
  }
  const left = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
  const right = f32x4.add(f32x4.add(f32x4.add(g, h), f32x4.add(i, j)), f32x4.add(l, m));
  return f32x4.extract_lane(f32x4.add(left, right), 0);
}

/** One chain of dependent additions: tells the clock rate. */
export function latency(count: i32): f64 {
  let a: f64 = 0.1;
  for (let i = 0; i < count; i++) a += 0.5;
  return a;
}
