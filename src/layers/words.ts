import { LAYER_WORDS } from "../abi/layout.ts";
import { floatWord } from "../abi/words.ts";
import { LANES } from "../pack/panels.ts";
import { Kind, type LayerRecord, type Weights } from "./layer.ts";

type Words<A> = Record<(typeof LAYER_WORDS)[number], number | A>;

/** A Layer of assembly/abi.ts, word by word: `at` says where weights stand, `more` what the record cannot know. */
export function layerWords<A>(
  r: LayerRecord,
  at: (weights: Weights) => A,
  more: Pick<Words<A>, "width" | "h" | "c"> & Partial<Words<A>>,
): (number | A)[] {
  const place = (weights: Weights | undefined) => (weights ? at(weights) : 0);
  const words: Words<A> = {
    kind: r.kind,
    flags: r.flags,
    inputs: r.inputs,
    units: r.units,
    weights: place(r.weights),
    panel: (r.panel ?? 0) * 4,
    second: place(r.second),
    column: r.column * 4,
    row: r.columns * 4,
    peepholes: place(r.peepholes),
    clip: floatWord(r.clip ?? Infinity),
    alpha: floatWord(r.alpha ?? 0),
    beta: floatWord(r.beta ?? 0),
    own: 0,
    ...more,
  };
  return LAYER_WORDS.map((name) => words[name]);
}

/** Bytes of a cell's pre-activations of one row. */
export function rowBytes({ kind, units, panels = 0 }: LayerRecord): number {
  return 4 * LANES * (panels + (kind === Kind.GRU_BEFORE ? Math.ceil(units / LANES) : 0));
}
