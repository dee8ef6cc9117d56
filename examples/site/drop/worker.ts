// Reads, opens and runs off the page's thread: a file may take seconds, a button never.
import { Model } from "unrolled";
import { kindOf } from "../../../src/formats/kind.ts";
import { DESCRIBED, describe, open, type Bytes, type Facts, type Net, type Sizes } from "./open.ts";

/** Inputs by name: numbers of a shape, or a text. */
export interface Feeds {
  readonly [name: string]: { readonly dims: readonly number[]; readonly data: Float32Array } | string;
}

export type Ask = { readonly open: readonly File[] } | { readonly sizes: Sizes } | { readonly run: Feeds };

export type Answer =
  | { readonly progress: number }
  | { readonly facts: Facts; readonly milliseconds: number }
  | { readonly outputs: readonly Output[]; readonly milliseconds: number }
  | { readonly refused: string; readonly kind: string; readonly sizes?: Sizes };

export interface Output {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

const tell = (answer: Answer) => postMessage(answer);

let files: Bytes[] = [];
let net: Net | undefined;
let sizes: Sizes = { dims: {}, constants: {} };

addEventListener("message", async ({ data: ask }: MessageEvent<Ask>) => {
  try {
    if ("open" in ask) {
      files = await readAll(ask.open);
      sizes = { dims: {}, constants: {} };
      load();
    } else if ("sizes" in ask) {
      sizes = ask.sizes;
      load();
    } else run(ask.run);
  } catch (error) {
    const kind = files[0] ? kindOf(files[0].bytes) : "unknown";
    const described = DESCRIBED.includes(kind) && { ...sizes, description: sizes.description ?? "" };
    tell({ refused: (error as Error).message, kind, sizes: described || (net && sizes) });
  }
});

async function readAll(given: readonly File[]): Promise<Bytes[]> {
  const total = given.reduce((sum, file) => sum + file.size, 0);
  let done = 0;
  const all: Bytes[] = [];
  for (const file of given) {
    const bytes = new Uint8Array(file.size);
    let at = 0;
    for (const reader = file.stream().getReader(); ;) {
      const { value } = await reader.read();
      if (!value) break;
      bytes.set(value, at);
      at += value.length;
      tell({ progress: (done += value.length) / total });
    }
    all.push({ name: file.name, bytes });
  }
  return all;
}

function load(): void {
  net?.dispose();
  net = undefined;
  const start = performance.now();
  const opened = open(files, sizes);
  const milliseconds = performance.now() - start;
  net = opened.net;
  const named = namedSizes(net, sizes);
  const more = Object.keys(named.constants).length > Object.keys(sizes.constants).length;
  sizes = named;
  if (more) load();
  else tell({ facts: describe(net, opened.kind, sizes), milliseconds });
}

/** The sizes of a graph that have names, 1 where none was given; its integers of no dimension are constants. */
function namedSizes(net: Net, { dims, constants }: Sizes): Sizes {
  const ports = "inputs" in net ? net.inputs : [];
  const names = ports.flatMap((port) => port.dims.filter((d) => typeof d === "string"));
  const scalars = ports.filter((port) => port.dims.length === 0 && /int/.test(port.dtype)).map((port) => port.name);
  return {
    dims: Object.fromEntries(names.map((name) => [name, dims[name] ?? 1])),
    ...(net instanceof Model && { description: JSON.stringify(net.description, null, 1) }),
    constants: Object.fromEntries(scalars.map((name) => [name, constants[name] ?? (name === "sr" ? 16000 : 1)])),
  };
}

/** Runs once for the answer, then for 200 ms for the time: a page's clock is coarse. */
function run(feeds: Feeds): void {
  const outputs = runOnce(feeds);
  const start = performance.now();
  let runs = 0;
  for (; runs === 0 || performance.now() - start < 200; runs++) runOnce(feeds);
  tell({ outputs, milliseconds: (performance.now() - start) / runs });
}

function runOnce(feeds: Feeds): Output[] {
  if (!net) throw new TypeError("expected an open net");
  if (net instanceof Model) {
    const { x } = feeds;
    const { output } = net.run(typeof x === "string" ? x : x.data);
    const width = net.outputSize;
    return [{ name: "output", dims: output.length === width ? [width] : [output.length / width, width], data: output }];
  }
  if (!("inputs" in net)) {
    const { dims, data } = Object.values(feeds)[0] as { dims: readonly number[]; data: Float32Array };
    const whole = net.graph.inputs[0].dtype === "float32" ? data : Int32Array.from(data);
    const { output, dims: shape } = net.run(whole, { dims });
    return [{ name: "output", dims: shape, data: output }];
  }
  const given = net.inputs
    .filter((port) => !(port.name in sizes.constants))
    .map((port) => {
      const { dims, data } = feeds[port.name] as { dims: readonly number[]; data: Float32Array };
      return [port.name, { type: port.dtype, dims, data: typed(port.dtype, data) }];
    });
  const outputs = net.run(Object.fromEntries(given));
  return Object.entries(outputs).map(([name, { dims, data }]) => ({
    name,
    dims,
    data: Float32Array.from(data as never, Number),
  }));
}

function typed(
  dtype: string,
  data: Float32Array,
): Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array {
  if (dtype === "float32") return data;
  if (dtype === "float64") return Float64Array.from(data);
  if (dtype === "int64") return BigInt64Array.from(data, (v) => BigInt(Math.round(v)));
  return dtype === "bool" || dtype === "uint8" ? Uint8Array.from(data) : Int32Array.from(data);
}
