// The activations over a region of memory, for measuring them: y [n] from x [n], n a multiple of 4.
import { prepare as writeConstants } from "../../assembly/math/constants";
import { exp as vectorExp } from "../../assembly/math/exp";
import { sigmoid as vectorSigmoid } from "../../assembly/math/sigmoid";
import { tanh as vectorTanh } from "../../assembly/math/tanh";

export function prepare(): void {
  writeConstants();
}

export function exp(y: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, x += 16, y += 16) v128.store(y, vectorExp(v128.load(x)));
}

export function sigmoid(y: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, x += 16, y += 16) v128.store(y, vectorSigmoid(v128.load(x)));
}

export function tanh(y: usize, x: usize, n: i32): void {
  for (; n > 0; n -= 4, x += 16, y += 16) v128.store(y, vectorTanh(v128.load(x)));
}
