// The yardstick of a step: 128-bit load, multiply, add, over every byte of the weights once; `times` steps.
// `bytes` is a multiple of 128. The factor is a parameter: V8 14 builds a constant anew at every use,
// three instructions each, which halves the speed.
import { madd } from "./madd";

export function read4(bytes: i32, times: i32, factor: f32): f32 {
  const k = f32x4.splat(factor);
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let time = 0; time < times; time++) {
    for (let from = 0; from < bytes; from += 64) {
      a = madd(k, v128.load(from), a);
      b = madd(k, v128.load(from, 16), b);
      c = madd(k, v128.load(from, 32), c);
      d = madd(k, v128.load(from, 48), d);
    }
  }
  return f32x4.extract_lane(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), 0);
}

export function read8(bytes: i32, times: i32, factor: f32): f32 {
  const k = f32x4.splat(factor);
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (let time = 0; time < times; time++) {
    for (let from = 0; from < bytes; from += 128) {
      a = madd(k, v128.load(from), a);
      b = madd(k, v128.load(from, 16), b);
      c = madd(k, v128.load(from, 32), c);
      d = madd(k, v128.load(from, 48), d);
      e = madd(k, v128.load(from, 64), e);
      f = madd(k, v128.load(from, 80), f);
      g = madd(k, v128.load(from, 96), g);
      h = madd(k, v128.load(from, 112), h);
    }
  }
  const left = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  const right = f32x4.add(f32x4.add(e, f), f32x4.add(g, h));
  return f32x4.extract_lane(f32x4.add(left, right), 0);
}
