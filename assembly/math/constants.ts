// The functions' constants, in memory from 1024 to 1279, and to 2047 for a graph's: a release module has no
// data segment, so that it can be instantiated on any memory.
import { FULL } from "../lanes";
import { expConstants } from "./exp";
import { flushConstants } from "./flush";
import { float64Constants } from "./float64";
import { sigmoidConstants } from "./sigmoid";
import { tanhConstants } from "./tanh";
import { unaryConstants } from "../ops/unary";

/** Once for each memory, before anything else is called. */
export function prepare(): void {
  tanhConstants();
  sigmoidConstants();
  expConstants();
  flushConstants();
  if (FULL) {
    float64Constants();
    unaryConstants();
  }
}
