import type { LayerRecord } from "../layers/layer.ts";
import { checkOpen, type Net } from "../model/build.ts";
import { readItems, type Items } from "../run/items.ts";
import { runnerOf, type Model } from "../run/model.ts";
import { feed } from "./feed.ts";
import { cellGates } from "./gates.ts";

/** What one direction of one cell does over a sequence, timestep by timestep in the sequence's order. */
export interface CellTrace {
  /** Index in `model.layers`. */
  readonly layer: number;
  /** "rnn", "lstm" or "gru". */
  readonly type: string;
  /** Prefix of the layer's tensors. */
  readonly weights: string;
  /** Which of a layer's stacked cells, from 0. */
  readonly depth: number;
  /** Walks the sequence from its end. */
  readonly reverse: boolean;
  /** Features of h: `units` unless projected. */
  readonly width: number;
  /** Numbers in each gate. */
  readonly units: number;
  /** Hidden state after each timestep, [steps, width]: the same bits as `run`. */
  readonly h: Float32Array;
  /** LSTM: cell state after each timestep, [steps, units]. */
  readonly c?: Float32Array;
  /** LSTM i, f, g, o; GRU r, z, n; none for an RNN: [steps, units] each, after their activation. */
  readonly gates: Readonly<Record<string, Float32Array>>;
}

/** What all cells do over a sequence. */
export interface Trace {
  /** Timesteps. */
  readonly steps: number;
  /** In the order of the layers, in each by depth, forward before reverse. */
  readonly cells: readonly CellTrace[];
}

/** Hears how many timesteps are done, of those of all cells. */
export type TraceReport = (done: number, total: number) => void;

/** Runs the net layer by layer from the zero state. The gates are computed again, in float64. */
export function trace(model: Model, x: Items, report: TraceReport = () => {}): Trace {
  const runner = runnerOf(model);
  const { net, workspace } = runner;
  const items = readItems(net, x);
  checkOpen("model", net);
  const steps = items.count;
  const cells: CellTrace[] = [];
  const rowsAfter = (records: number, width: number) => {
    const y = new Float32Array(steps * width);
    feed(
      net,
      workspace,
      { address: net.program.address, body: records, records, outputSize: width },
      items,
      runner.begin(1),
      y,
    );
    return y;
  };
  const total = steps * net.layers.reduce((n, l) => n + (l.directions > 0 ? l.records.length : 0), 0);
  const tell = (done: number) => report(cells.length * steps + done, total);
  let at = 0;
  for (const [layer, { type, weights, directions, records, inputSize }] of net.layers.entries()) {
    if (directions > 0) {
      let input = at === 0 ? Float32Array.from(items.values) : rowsAfter(at, inputSize);
      for (let depth = 0; depth < records.length / directions; depth++) {
        const pair = records.slice(depth * directions, (depth + 1) * directions);
        const output = rowsAfter(at + (depth + 1) * directions, pair[0].columns);
        pair.forEach((r, d) => {
          cells.push({
            layer,
            type,
            weights,
            depth,
            ...cellOf(net, r, at + depth * directions + d, input, output, steps, tell),
          });
          tell(0);
        });
        input = output;
      }
    }
    at += records.length;
  }
  return { steps, cells };
}

function cellOf(
  net: Net,
  r: LayerRecord,
  index: number,
  x: Float32Array,
  y: Float32Array,
  steps: number,
  tell: (done: number) => void,
): Omit<CellTrace, "layer" | "type" | "weights" | "depth"> {
  const width = r.state!.h;
  const h = new Float32Array(steps * width);
  for (let t = 0; t < steps; t++)
    h.set(y.subarray(t * r.columns + r.column, t * r.columns + r.column + width), t * width);
  const { reverse, c, gates } = cellGates(net, r, index, x, h, steps, tell);
  return { reverse, width, units: r.units, h, ...(c && { c }), gates };
}
