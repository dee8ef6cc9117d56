// RNN: h' = tanh(b + W x + U h), or relu in place of tanh
//
// The whole cell is linear/gemv.ts with an activation. A panel has 16 hidden
// units, its lines the `inputs` of x first and the `width` of h after them:
//
//   b    u0 .. u3 | u4 .. u7 | u8 .. u11 | u12 .. u15
//   x_0  u0 ..
//   ...
//   h_0  u0 ..
import { Flag, Layer } from "../abi";
import { Activation } from "../math/activation";

@inline export function nonlinearity(l: Layer): Activation {
  return l.flags & Flag.RELU ? Activation.RELU : Activation.TANH;
}
