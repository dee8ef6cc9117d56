import type { Constant, Type } from "./graph.ts";

/** A value of a graph whose sizes are bound; its numbers too, where they are known before anything runs. */
export interface Value {
  readonly name: string;
  readonly type: Type;
  readonly constant?: Constant;
}
