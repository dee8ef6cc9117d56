import type { Scan } from "./cells.ts";
import { featuresOf, type Emitter, type Sym } from "./emitter.ts";
import type { Json, Kind, Layer } from "./layer.ts";
import { readSequence, rowsOf, scanLayer, seenBy } from "./recurrent.ts";

/** Two recurrent layers, one each way; the second gives its rows in the order of time too. */
export const bidirectional: Kind = {
  calls: { states: true },
  children: ({ layer: forward, backward_layer: backward }) => [
    { at: "forward_layer", json: renamed(forward, "forward_", false) },
    { at: "backward_layer", json: backward ?? renamed(forward, "backward_", true) },
  ],
  build: (g, layer, inputs, call) => {
    const [x] = inputs;
    for (const key of ["layer", "backward_layer"]) layer.value(key);
    const initial = [...inputs.slice(1), ...call.states];
    if (layer.generation === "tfjs" && initial.length > 0) throw layer.error("states to begin with are not run");
    const [forward, backward] = layer.children.map((child, i) =>
      buildHalf(
        g,
        child.layer,
        seenBy(g, layer, x, initial, call),
        initial.slice((i * initial.length) / 2, ((i + 1) * initial.length) / 2),
      ),
    );
    const { sequences, states } = forward.said;
    if (
      forward.said.backwards === backward.said.backwards ||
      sequences !== backward.said.sequences ||
      states !== backward.said.states
    ) {
      throw layer.error("expected two layers of opposite directions that return the same");
    }
    const rest = sequences ? [x.dims[0], x.dims[1]] : [x.dims[0]];
    const mask = sequences ? x.mask : undefined;
    const pair = [forward, backward].map(({ scan, said }, i): Sym => {
      const value = sequences ? rowsOf(g, layer, scan.rows, said.backwards !== (i === 1)) : scan.last;
      return { value, dims: [...rest, scan.units], mask };
    });
    const finals = [...forward.scan.states, ...backward.scan.states];
    return [...merge(g, layer, pair), ...(states ? finals : [])];
  },
};

/** One direction. */
function buildHalf(
  g: Emitter,
  layer: Layer,
  x: Sym,
  initial: readonly Sym[],
): { scan: Scan; said: ReturnType<typeof readSequence> } {
  if (!["SimpleRNN", "GRU", "LSTM", "RNN"].includes(layer.className)) {
    throw layer.error("expected a recurrent layer within Bidirectional");
  }
  const scan = scanLayer(g, layer, x, initial);
  layer.value("cell");
  layer.finish();
  return { scan, said: readSequence(layer) };
}

/** The two directions as one, or as two outputs where merge_mode is null. */
function merge(g: Emitter, layer: Layer, [a, b]: Sym[]): Sym[] {
  if (layer.value("merge_mode") === null) return [a, b];
  const word = layer.word("merge_mode", ["concat", "sum", "mul", "ave"], "concat");
  const last = a.dims.length - 1;
  const [m, n] = [featuresOf(layer, a), featuresOf(layer, b)];
  if (word === "concat")
    return [
      {
        ...a,
        value: g.node(layer, "concat", [a.value, b.value], { axis: last }),
        dims: [...a.dims.slice(0, last), m + n],
      },
    ];
  if (m !== n) throw layer.error(`expected directions of one width, got ${m} and ${n}`);
  const value = g.binary(layer, word === "mul" ? "mul" : "add", a.value, b.value);
  return [{ ...a, value: word === "ave" ? g.unary(layer, value, "affine", 0.5, 0) : value }];
}

/** A layer's configuration under another name, and in the other direction where `turned`. */
function renamed(json: unknown, prefix: string, turned: boolean): unknown {
  const layer = json as { config?: Json | null } | null | undefined;
  const config = layer?.config;
  if (typeof config?.name !== "string") return json;
  const name = config.name.startsWith("forward_") ? config.name.slice(8) : config.name;
  return {
    ...layer,
    config: { ...config, name: prefix + name, ...(turned ? { go_backwards: config.go_backwards !== true } : {}) },
  };
}
