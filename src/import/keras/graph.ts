import { FormatError, shown } from "../../check.ts";
import type { Dim, Graph } from "../../graph/graph.ts";
import { applyLayer, PLAIN } from "./apply.ts";
import { readCall } from "./calls.ts";
import { Emitter } from "./emitter.ts";
import type { Layer } from "./layer.ts";
import { endsOf } from "./model.ts";

/** The graph of a model whose weights are found: `x` in, `output` out, as model.predict has them. */
export function graphOf(model: Layer): Graph {
  if (!model.kind.model) throw model.error("expected a model: Sequential or functional");
  const g = new Emitter();
  const { dims, integer } = inputOf(model);
  const value = g.writer.input("x", integer ? "int32" : "float32", dims);
  const outputs = applyLayer(g, model, [{ value, dims, integer }], PLAIN);
  if (outputs.length !== 1) throw model.error(`expected one output, got ${outputs.length}`);
  const [y] = outputs;
  g.writer.output("output", y.value, y.integer ? "int32" : "float32", y.dims);
  return g.writer.graph();
}

interface Input {
  readonly dims: Dim[];
  readonly integer: boolean;
}

/** The model's one input; its elements are integers where the file says so, or where they are only looked up. */
function inputOf(model: Layer): Input {
  const first = inputLayer(model);
  const {
    batch_shape: newer,
    batch_input_shape: older,
    dtype,
    input_shape: bare,
    input_dim: wide,
    input_length: long,
  } = first.config;
  const shape =
    newer ??
    older ??
    (Array.isArray(bare) ? [null, ...bare] : undefined) ??
    model.config.build_input_shape ??
    (typeof wide === "number" && first.className !== "Embedding"
      ? [null, ...(typeof long === "number" || long === null ? [long] : []), wide]
      : undefined);
  for (const key of ["sparse", "ragged", "optional"]) if (first.className === "InputLayer") first.only(key, false);
  const ids = consumers(model).every((layer) => layer.className === "Embedding") && consumers(model).length > 0;
  const fits =
    Array.isArray(shape) &&
    shape.length >= 2 &&
    shape.length <= 8 &&
    shape.every((n) => n === null || n === undefined || (Number.isSafeInteger(n) && n >= 0 && n <= 2 ** 28));
  if (!fits) throw first.error(`expected the shape of an input, got ${shown(shape)}`);
  const dims = shape.map((n: number | null, i: number): Dim => (i === 0 ? "batch" : (n ?? (i === 1 ? "time" : "?"))));
  if (dims.slice(2).includes("?")) {
    throw first.error(`expected an input of at most one axis of unknown length, got ${shown(shape)}`);
  }
  return { dims, integer: ids || (typeof dtype === "string" && /int|bool/.test(dtype)) };
}

/** The layer that says what goes into a model. */
function inputLayer(model: Layer): Layer {
  if (model.className === "Sequential") {
    const first = model.children[0]?.layer;
    if (first === undefined) throw model.error("expected layers, got none");
    return first.kind.model ? inputLayer(first) : first;
  }
  const ends = endsOf(model, "input_layers");
  if (ends.length !== 1) {
    throw model.error(`expected one input, got ${ends.length}: ${ends.map((e) => shown(e.name)).join(", ")}`);
  }
  const found = model.children.find(({ layer }) => layer.name === ends[0].name);
  if (found === undefined) {
    throw new FormatError("unsupported", `${model.label}: expected a layer ${shown(ends[0].name)}, got none`);
  }
  return found.layer;
}

/** The layers that take the model's input, operations (a mask of ids) left out. */
function consumers(model: Layer): Layer[] {
  const inner = (layer: Layer): Layer[] => (layer.kind.model ? consumers(layer) : [layer]);
  if (model.className === "Sequential") {
    const first = model.children.find(({ layer }) => layer.className !== "InputLayer");
    return first === undefined ? [] : inner(first.layer);
  }
  const names = endsOf(model, "input_layers").map((ref) => ref.name);
  return model.children.flatMap(({ layer }) => {
    const calls = Array.isArray(layer.inbound) ? layer.inbound : [];
    const takes =
      !layer.kind.operation &&
      layer.className !== "InputLayer" &&
      calls.some((node) => readCall(layer, node).inputs.some((ref) => names.includes(ref.name)));
    return takes ? inner(layer) : [];
  });
}
