// Places of a window that moves along three axes.
import { WindowRecord } from "../abi";

/**
 * Bytes from the image's first row to the row that tap (k0, k1, k2) of output (o0, o1, o2) reads; below 0 where that is
 * a pad.
 */
@inline export function tapOf(r: WindowRecord, o0: i32, o1: i32, o2: i32, k0: i32, k1: i32, k2: i32): i32 {
  const i0 = o0 * r.stride0 + k0 * r.dilation0 - r.pad0;
  const i1 = o1 * r.stride1 + k1 * r.dilation1 - r.pad1;
  const i2 = o2 * r.stride2 + k2 * r.dilation2 - r.pad2;
  if (<u32>i0 >= <u32>r.in0 || <u32>i1 >= <u32>r.in1 || <u32>i2 >= <u32>r.in2) return -1;
  return (i0 * r.in1 + i1) * r.in2 + i2;
}

/** Outputs of one image, and taps of a window. */
@inline export function places(r: WindowRecord): i32 {
  return r.out0 * r.out1 * r.out2;
}


@inline export function taps(r: WindowRecord): i32 {
  return r.kernel0 * r.kernel1 * r.kernel2;
}
