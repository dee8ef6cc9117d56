// The functions' constants, in memory from 1024 to 1279: a release module has no
// data segment, so that it can be instantiated on any memory.
import { expConstants } from "./exp";
import { sigmoidConstants } from "./sigmoid";
import { tanhConstants } from "./tanh";

/** Once for each memory, before anything else is called. */
export function prepare(): void {
  tanhConstants();
  sigmoidConstants();
  expConstants();
}
