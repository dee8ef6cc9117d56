import { checkCount, readOptions } from "../check.ts";
import { checkOpen } from "../model/build.ts";
import { readItems, type Items } from "../run/items.ts";
import { runnerOf, type Model } from "../run/model.ts";
import { bodyOf, checkForward, feed } from "./feed.ts";

/** Bytes of rows that one call writes. */
const BLOCK = 16384;

/**
 * Reads `series` [T, features] from the zero state, then feeds each output
 * back as the next item: [steps, features]. Row 0 is the net's output at the series' last item.
 */
export function forecast(model: Model, series: Items, options: { readonly steps: number }): Float32Array {
  const runner = runnerOf(model);
  const { steps } = readOptions(options, ["steps"]);
  const { net, workspace } = runner;
  const { program, next, kernels, arena } = net;
  const width = program.outputSize;
  if ((net.description.input ?? "features") !== "features")
    throw new TypeError(`forecast: expected a net with input "features", got ${JSON.stringify(net.description.input)}`);
  if (width !== net.layers[0].inputSize)
    throw new TypeError(
      `forecast: expected a net with as many outputs as features, got ${width} outputs and ${net.layers[0].inputSize} features`,
    );
  checkForward("forecast", net);
  checkCount("steps", steps, 1);
  const items = readItems(net, series, "series");
  checkOpen("model", net);
  const out = new Float32Array(steps * width);
  const state = runner.begin(1);
  feed(net, workspace, bodyOf(net), items, state);
  const rows = Math.max(1, Math.floor(BLOCK / 4 / width));
  workspace.reserveItems(rows * width * 4);
  for (let t = 0; t < steps; t += rows) {
    const count = Math.min(rows, steps - t);
    const { a, b, scratch, items } = workspace;
    kernels.predict(
      items,
      0,
      count,
      width,
      next.address,
      next.body,
      next.records,
      state,
      a,
      b,
      scratch,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    out.set(arena.f32.subarray(items >> 2, (items >> 2) + count * width), t * width);
  }
  return out;
}
