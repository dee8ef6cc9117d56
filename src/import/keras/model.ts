import { shown } from "../../check.ts";
import { applyLayer, PLAIN } from "./apply.ts";
import { readCall, refsOfCall, type ReadCall, type Ref } from "./calls.ts";
import type { Emitter, Sym } from "./emitter.ts";
import type { Call, Kind, Layer } from "./layer.ts";
import { counted } from "./names.ts";

/** Layers one after the other. */
const sequential: Kind = {
  model: true,
  integers: true,
  children: (config) => counted("layers", config.layers),
  build: (g, layer, inputs) => {
    for (const key of ["layers", "build_input_shape"]) layer.value(key);
    if (inputs.length !== 1) throw layer.error(`expected one input, got ${inputs.length}`);
    let xs = [...inputs];
    for (const { layer: child } of layer.children) {
      if (child.className === "InputLayer") continue;
      if (xs.length !== 1) throw child.error(`expected one input, got the ${xs.length} outputs of the layer before`);
      xs = applyLayer(g, child, xs, PLAIN);
    }
    return xs;
  },
};

/** Layers that are called on what others give. */
const functional: Kind = {
  model: true,
  integers: true,
  children: sequential.children,
  build: (g, layer, inputs) => {
    for (const key of ["layers", "input_layers", "output_layers"]) layer.value(key);
    return new Network(layer, inputs).run(g);
  },
};

/** The ends of a functional model: references to tensors. */
export function endsOf(layer: Layer, key: "input_layers" | "output_layers"): Ref[] {
  const value = layer.config[key];
  const list = Array.isArray(value) ? value : typeof value === "object" && value !== null ? Object.values(value) : [];
  const refs = typeof list[0] === "string" ? [list] : list;
  return refs.map((ref) => {
    const [name, node, tensor] = Array.isArray(ref) ? ref : [];
    if (typeof name !== "string" || !isIndex(node) || !isIndex(tensor)) {
      throw layer.error(`${key}: expected [layer, call, output], got ${shown(ref)}`);
    }
    return { name, node, tensor };
  });
}

const isIndex = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;

/** One call of a functional model: what each call of each layer gives, made when it is asked for. */
class Network {
  readonly #model: Layer;
  readonly #layers = new Map<string, Layer>();
  readonly #calls = new Map<string, ReadCall & { readonly layer: Layer }>();
  readonly #done = new Map<string, Sym[]>();

  constructor(model: Layer, inputs: readonly Sym[]) {
    this.#model = model;
    for (const { layer } of model.children) {
      if (this.#layers.has(layer.name)) {
        throw model.error(`expected layers of different names, got two called ${shown(layer.name)}`);
      }
      this.#layers.set(layer.name, layer);
      const nodes = layer.className === "InputLayer" ? [] : layer.inbound;
      if (!Array.isArray(nodes)) throw layer.error(`inbound_nodes: expected a list, got ${shown(nodes)}`);
      nodes.forEach((node, i) => this.#calls.set(`${i} ${layer.name}`, { layer, ...readCall(layer, node) }));
    }
    const ends = endsOf(model, "input_layers");
    if (ends.length !== inputs.length) throw model.error(`expected ${ends.length} inputs, got ${inputs.length}`);
    ends.forEach((ref, i) => this.#done.set(`0 ${ref.name}`, [inputs[i]]));
    this.#shiftModels();
  }

  /** Keras counts the calls of a functional model from 1: what made it is its call 0. */
  #shiftModels(): void {
    const refs = [...endsOf(this.#model, "output_layers")];
    for (const call of this.#calls.values()) refs.push(...refsOfCall(call));
    const last = new Map<string, number>();
    for (const { name, node } of refs) last.set(name, Math.max(last.get(name) ?? 0, node));
    for (const layer of this.#layers.values()) {
      const count = Array.isArray(layer.inbound) ? layer.inbound.length : 0;
      if (!layer.kind.model || last.get(layer.name) !== count) continue;
      for (let i = count; i > 0; i--) this.#calls.set(`${i} ${layer.name}`, this.#calls.get(`${i - 1} ${layer.name}`)!);
      this.#calls.delete(`0 ${layer.name}`);
    }
  }

  run(g: Emitter): Sym[] {
    return endsOf(this.#model, "output_layers").map((ref) => this.#get(g, ref));
  }

  #get(g: Emitter, wanted: Ref): Sym {
    const pending = [wanted];
    const begun = new Set<string>();
    while (pending.length > 0) {
      const ref = pending[pending.length - 1];
      const key = `${ref.node} ${ref.name}`;
      if (this.#done.has(key)) {
        pending.pop();
        continue;
      }
      const call = this.#calls.get(key);
      if (call === undefined) {
        throw this.#model.error(`expected call ${ref.node} of layer ${shown(ref.name)}, got none`);
      }
      const needs = refsOfCall(call).filter((r) => !this.#done.has(`${r.node} ${r.name}`));
      if (needs.length > 0) {
        if (begun.has(key)) throw call.layer.error("expected no cycle of layers, got one through it");
        begun.add(key);
        pending.push(...needs);
        continue;
      }
      pending.pop();
      this.#done.set(key, this.#apply(g, call));
    }
    return this.#tensor(wanted);
  }

  #apply(g: Emitter, call: ReadCall & { readonly layer: Layer }): Sym[] {
    const inputs = call.inputs.map((ref, i) => {
      const mask = call.masks[i];
      return mask === undefined ? this.#tensor(ref) : { ...this.#tensor(ref), mask: this.#tensor(mask).value };
    });
    const given: Call = {
      states: call.states.map((ref) => this.#tensor(ref)),
      masked: call.masks[0] !== undefined,
      flags: call.flags,
      operands: call.operands.map((o) => (typeof o === "number" ? o : this.#tensor(o))),
    };
    return applyLayer(g, call.layer, inputs, given);
  }

  #tensor(ref: Ref): Sym {
    const outputs = this.#done.get(`${ref.node} ${ref.name}`) ?? [];
    const output = outputs[ref.tensor];
    if (output === undefined) {
      throw this.#model.error(
        `expected output ${ref.tensor} of layer ${shown(ref.name)}, got ${outputs.length} outputs`,
      );
    }
    return output;
  }
}

const input: Kind = {
  integers: true,
  build: (_, layer) => {
    throw layer.error("an input cannot be called");
  },
};

export const MODELS: Readonly<Record<string, Kind>> = {
  InputLayer: input,
  Sequential: sequential,
  Functional: functional,
  Model: functional,
};
