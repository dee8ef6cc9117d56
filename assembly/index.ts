// The ABI. Addresses are bytes, counts are elements, output comes first.
export { forward } from "./net";
export { predict } from "./run/predict";
export { fromTimeMajor, toTimeMajor } from "./ops/rows";
export { prepare } from "./math/constants";
export { CHUNK } from "./cells/recurrence";
export { group } from "./linear/panels";
export { FUSED, INTEGER } from "./lanes";

/** Raised with every change of the exports or of the layer record. */
export const ABI: i32 = 5;
