import type { Carry, Constant, Dim, Port } from "../graph/graph.ts";
import type { Program } from "../bind/program.ts";
import { countOf, isFloat } from "../ops/op.ts";
import type { Binding, Bindings } from "./bindings.ts";
import { readFeed, type Feed } from "./feeds.ts";

/** Sizes by name. */
export type Sizes = { readonly [name: string]: number };

/** One carried value: where the graph reads and writes it, and where it is kept between steps. */
export interface Carried {
  /** The input's place among all: the order in which a state is saved. */
  readonly place: number;
  readonly input: number;
  readonly output: number;
  readonly bytes: number;
  readonly kept: number;
}

/** A stream's graph, its sizes known, in memory. */
export interface StreamBinding {
  readonly binding: Binding;
  /** Addresses of the inputs that a step gives, and their elements. */
  readonly addresses: readonly number[];
  readonly counts: readonly number[];
  readonly carried: readonly Carried[];
  /** Which of the outputs a step gives back. */
  readonly result: number;
}

/** Sizes that are open: of these inputs, and in neither the graph nor `sizes`. */
export function openDims(ports: readonly Port[], sizes: Sizes): string[] {
  const open = (dim: Dim): dim is string => typeof dim === "string" && !Object.hasOwn(sizes, dim);
  return [...new Set(ports.flatMap((port) => port.dims.filter(open)))];
}

/** The sizes with those that these counts of values give: an input's last open one, those before it 1. */
export function sizesOf(ports: readonly Port[], counts: readonly number[], sizes: Sizes): Sizes {
  const found: Record<string, number> = { ...sizes };
  ports.forEach((port, i) => {
    const open = openDims([port], found);
    const last = open.pop();
    for (const name of open) found[name] = 1;
    if (last === undefined) return;
    const known = countOf(port.dims.map((d) => (d === last ? 1 : typeof d === "number" ? d : found[d])));
    const size = Math.round((counts[i] / known) ** (1 / port.dims.filter((d) => d === last).length));
    found[last] = size;
    if (countOf(port.dims.map((d) => (typeof d === "number" ? d : found[d]))) !== counts[i])
      throw new RangeError(`${port.name}: expected values for [${port.dims.join(", ")}], got ${counts[i]}`);
  });
  return found;
}

/** Binds a stream's graph; carried values are zero. Sizes that are not given are 1. */
export function bindStream(
  program: Program,
  bindings: Bindings,
  sizes: Sizes,
  carry: Carry,
  constants: { readonly [name: string]: Feed },
): StreamBinding {
  const read = program.inputs.map((port): Constant => {
    if (Object.hasOwn(constants, port.name)) return readFeed(port.name, constants[port.name], port, sizes);
    const shape = port.dims.map((d) => (typeof d === "number" ? d : Object.hasOwn(sizes, d) ? sizes[d] : 1));
    const Numbers = isFloat(port.dtype) ? Float32Array : Int32Array;
    return { dtype: port.dtype, shape, data: new Numbers(countOf(shape)) };
  });
  bindings.pin(Object.keys(constants));
  const binding = bindings.for(read);
  const places = Object.entries(carry).map(([output, input]) => {
    const place = program.inputs.findIndex((p) => p.name === input);
    const from = binding.outputs.find((o) => o.name === output)!;
    const { shape } = read[place];
    if (from.type.shape.join() !== shape.join())
      throw new RangeError(`carry.${output}: expected the shape of ${input}, [${shape}], got [${from.type.shape}]`);
    return { place, input: binding.addresses[place], output: from.address, bytes: 4 * countOf(shape) };
  });
  bindings.hold(binding);
  const fed = program.inputs.flatMap(({ name }, i) =>
    Object.values(carry).includes(name) || Object.hasOwn(constants, name) ? [] : [i],
  );
  return {
    binding,
    addresses: fed.map((i) => binding.addresses[i]),
    result: binding.outputs.findIndex(({ name }) => !Object.hasOwn(carry, name)),
    counts: fed.map((i) => countOf(read[i].shape)),
    carried: places
      .map((c) => ({ ...c, kept: bindings.player.arena.allocate(c.bytes) }))
      .sort((a, b) => a.place - b.place),
  };
}
