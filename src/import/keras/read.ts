import { FormatError, shown } from "../../check.ts";
import { ATTENTION } from "./attention.ts";
import { CONVOLUTION } from "./convolution.ts";
import { CORE } from "./core.ts";
import { Layer, type Generation, type Json, type Kind } from "./layer.ts";
import { MERGING } from "./merging.ts";
import { MODELS } from "./model.ts";
import { NORMALIZATION } from "./normalization.ts";
import { OPERATIONS } from "./operations.ts";
import { POOLING } from "./pooling.ts";
import { RECURRENT } from "./recurrent.ts";
import { SHAPES } from "./shapes.ts";
import { WRAPPERS } from "./wrappers.ts";

/** Every class of layers that is run, by its name in Keras. */
const KINDS: Readonly<Record<string, Kind>> = {
  ...CORE,
  ...RECURRENT,
  ...WRAPPERS,
  ...SHAPES,
  ...CONVOLUTION,
  ...POOLING,
  ...NORMALIZATION,
  ...MERGING,
  ...ATTENTION,
  ...MODELS,
};

const DEEPEST = 32;

/** float16 and bfloat16 are computed in float32. */
const DTYPES = /^(mixed_)?(b?float16|float32|float64)$/;

/** Reads a layer and what is within it. Throws FormatError for a class that is not Keras's own, or that is not run. */
export function readLayer(json: unknown, generation: Generation, depth = 0): Layer {
  const said = object("a layer", json);
  const className = said.class_name;
  if (typeof className !== "string") throw bad(`expected a layer with a class_name, got ${shown(json)}`);
  const config: Json = Array.isArray(said.config) ? { layers: said.config } : object(className, said.config);
  const name = typeof config.name === "string" ? config.name : typeof said.name === "string" ? said.name : className;
  const label = `layer ${shown(name)} (${shown(className).slice(1, -1)})`;
  if (depth > DEEPEST) throw bad(`${label}: expected at most ${DEEPEST} layers within each other`);
  checkOwn(label, said);
  const kinds = isOperation(said, config) ? OPERATIONS : KINDS;
  const kind = Object.hasOwn(kinds, className) ? kinds[className] : undefined;
  if (kind === undefined) {
    throw bad(`${label}: ${kinds === KINDS ? "a layer" : "an operation"} of class ${shown(className)} is not run`);
  }
  checkDtype(label, kind, className, config.dtype);
  const children = (kind.children?.(config, name) ?? []).map(({ at, json: child }) => ({
    at,
    layer: readLayer(child, generation, depth + 1),
  }));
  return new Layer({ className, name, kind, config, generation, children, inbound: said.inbound_nodes });
}

/** A class of the author's own may be called like one of Keras's: only where it is registered tells. */
function checkOwn(label: string, said: Json): void {
  const { registered_name: registered, module, class_name: className } = said;
  if (registered !== undefined && registered !== null && registered !== className) {
    throw bad(`${label}: a class of its author's own, registered as ${shown(registered)}, is not run`);
  }
  const own = module === undefined || (typeof module === "string" && /^(keras|tf_keras|tensorflow)(\.|$)/.test(module));
  if (!own) throw bad(`${label}: a class of module ${shown(module)} is not run`);
}

/** Operations and layers share names: where the module is not told, an operation is not trainable and has no dtype. */
function isOperation({ module, class_name: className }: Json, config: Json): boolean {
  if (typeof module === "string") return /^keras(\.src)?\.ops(\.|$)/.test(module);
  return (
    Object.hasOwn(OPERATIONS, className as string) &&
    !("trainable" in config) &&
    (config.dtype === null || typeof config.dtype !== "object") &&
    "name" in config &&
    Object.keys(config).every((key) => ["name", "axis", "keepdims", "dtype", "sparse", "ragged"].includes(key))
  );
}

function checkDtype(label: string, kind: Kind, className: string, dtype: unknown): void {
  if (dtype === undefined || dtype === null) return;
  const policy =
    typeof dtype === "object" ? (dtype as { class_name?: unknown; config?: { name?: unknown } }) : undefined;
  const name = policy ? policy.config?.name : dtype;
  const known =
    typeof name === "string" &&
    (DTYPES.test(name) || (kind.integers === true && /^(u?int(8|16|32|64)|bool)$/.test(name)));
  const plain = policy === undefined || policy.class_name === "DTypePolicy" || policy.class_name === "Policy";
  if (!known || !plain) throw bad(`${label}: dtype ${shown(name)} of ${className} is not run`);
}

function object(label: string, value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad(`${label}: expected an object, got ${shown(value)}`);
  }
  return value as Json;
}

const bad = (message: string) => new FormatError("unsupported", message);
