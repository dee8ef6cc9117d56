import { makeCase } from "../cases.ts";

/** What the cold starts run: one step of an LSTM. */
export const START_CASE = makeCase("lstm", "stream", 64, 64);
