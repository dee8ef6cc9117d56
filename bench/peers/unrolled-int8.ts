import { prepareIn } from "./unrolled.ts";

export const prepare = prepareIn("int8");
