import { shown } from "../../check.ts";
import type { Layer } from "./layer.ts";

/** A tensor of a functional model: an output of a call of a layer. */
export interface Ref {
  readonly name: string;
  readonly node: number;
  readonly tensor: number;
}

/** One call as the file has it. */
export interface ReadCall {
  readonly inputs: Ref[];
  readonly states: Ref[];
  /** Masks that are given, one an input. */
  readonly masks: (Ref | undefined)[];
  readonly flags: string[];
  /** What an operation is called on. */
  readonly operands: (Ref | number)[];
}

/** All tensors that a call needs. */
export function refsOfCall({ inputs, states, masks }: ReadCall): Ref[] {
  return [...inputs, ...states, ...masks.filter((ref) => ref !== undefined)];
}

/** An entry of inbound_nodes: `{args, kwargs}` of Keras 3, or `[[layer, call, output, kwargs], ...]` before it. */
export function readCall(layer: Layer, node: unknown): ReadCall {
  if (Array.isArray(node)) return readOld(layer, node);
  const { args, kwargs } = (node ?? {}) as { args?: unknown; kwargs?: Record<string, unknown> };
  if (!Array.isArray(args) || typeof kwargs !== "object" || kwargs === null) {
    throw layer.error(`inbound_nodes: expected args and kwargs, got ${shown(node)}`);
  }
  if (layer.kind.operation) return readOperation(layer, [...args, ...Object.values(kwargs)]);
  const [first, ...more] = args;
  const call: ReadCall = { inputs: refsOf(layer, first), states: [], masks: [], flags: [], operands: [] };
  const rest = { ...kwargs };
  if (more.length > 0 && layer.kind.calls?.states && rest.initial_state === undefined)
    rest.initial_state = more.shift();
  if (more.some((arg) => arg !== null && arg !== false)) throw layer.error(`a call with ${shown(more)} is not run`);
  return withArguments(layer, call, rest);
}

function readOld(layer: Layer, node: readonly unknown[]): ReadCall {
  const inputs: Ref[] = [];
  let call: ReadCall = { inputs, states: [], masks: [], flags: [], operands: [] };
  for (const entry of typeof node[0] === "string" ? [node] : node) {
    inputs.push(triple(layer, entry));
    const kwargs = (entry as unknown[])[3] ?? {};
    if (typeof kwargs !== "object" || Array.isArray(kwargs)) {
      throw layer.error(`inbound_nodes: expected arguments, got ${shown(kwargs)}`);
    }
    call = withArguments(layer, call, kwargs as Record<string, unknown>);
  }
  return call;
}

/** Tensors and numbers in the order in which they are given. */
function readOperation(layer: Layer, values: readonly unknown[]): ReadCall {
  const operands = values
    .flat()
    .filter((v) => v !== null)
    .map((v) => (typeof v === "number" ? v : refOf(layer, v)));
  return { inputs: operands.filter((o) => typeof o !== "number"), states: [], masks: [], flags: [], operands };
}

/** What is null or false asks for nothing. */
function withArguments(layer: Layer, call: ReadCall, kwargs: Record<string, unknown>): ReadCall {
  let { states, masks } = call;
  const flags = [...call.flags];
  for (const [key, value] of Object.entries(kwargs)) {
    if (value === null || value === false) continue;
    if (key === "initial_state") states = refsOf(layer, value);
    else if (key === "mask" && typeof value === "object") masks = masksOf(layer, value, call.inputs.length);
    else if (value === true) flags.push(key);
    else throw layer.error(`a call with ${key} = ${shown(value)} is not run`);
  }
  return { ...call, states, masks, flags };
}

function masksOf(layer: Layer, value: unknown, inputs: number): (Ref | undefined)[] {
  const list = Array.isArray(value) && typeof value[0] !== "string" ? value : [value];
  if (list.length !== inputs) throw layer.error(`a call with ${list.length} masks of ${inputs} inputs is not run`);
  return list.map((v) => (v === null ? undefined : refOf(layer, v)));
}

function refOf(layer: Layer, value: unknown): Ref {
  const refs = refsOf(layer, value);
  if (refs.length !== 1) throw layer.error(`a call with ${shown(value)} is not run`);
  return refs[0];
}

/** One tensor or a list of them, of either generation. */
function refsOf(layer: Layer, value: unknown): Ref[] {
  if (Array.isArray(value) && typeof value[0] !== "string") return value.flatMap((v) => refsOf(layer, v));
  if (Array.isArray(value)) return [triple(layer, value)];
  const { class_name: kind, config } = (value ?? {}) as { class_name?: unknown; config?: { keras_history?: unknown } };
  if (kind !== "__keras_tensor__") throw layer.error(`a call with ${shown(value)} is not run`);
  return [triple(layer, config?.keras_history)];
}

function triple(layer: Layer, value: unknown): Ref {
  const [name, node, tensor] = Array.isArray(value) ? value : [];
  const index = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (typeof name !== "string" || !index(node) || !index(tensor)) {
    throw layer.error(`inbound_nodes: expected [layer, call, output], got ${shown(value)}`);
  }
  return { name, node, tensor };
}
