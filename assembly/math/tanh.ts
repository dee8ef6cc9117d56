import { exp } from "./exp";
@inline export function tanh(x: v128): v128 {
  const e = exp(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)));
  const t = f32x4.div(f32x4.sub(f32x4.splat(1), e), f32x4.add(f32x4.splat(1), e));
  return v128.or(t, v128.and(x, f32x4.splat(-0.0)));
}
