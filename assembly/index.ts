// The ABI. Addresses are bytes, counts are elements, output comes first.
export { forward } from "./net";
export { predict } from "./run/predict";
export { fromTimeMajor, toTimeMajor } from "./ops/rows";
export { prepare } from "./math/constants";
export { CHUNK } from "./cells/recurrence";
export { group } from "./linear/panels";
export { FUSED, INTEGER } from "./lanes";

/** The hash of abi.ts, given by build/build.ts. */
// @ts-ignore: a constant of the compiler's command line
export const ABI: i32 = ABI_HASH;
