// Opens a file of any kind, told by its content, and says what it is.
import { Model, readSafetensors } from "unrolled";
import { graphFromSafetensors, inspectGraph, sessionFromSafetensors, type Graph } from "unrolled/graph";
import * as other from "unrolled/import";
import { fromOnnx, type Session } from "unrolled/onnx";
import { kindOf } from "../../../src/formats/kind.ts";

export interface Bytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Net = Model | other.GraphModel | Session;

/** Sizes by their names, and inputs that never change. */
export interface Sizes {
  readonly dims: { readonly [name: string]: number };
  readonly constants: { readonly [name: string]: number };
  /** The layers of a file of tensors, as JSON: docs/model-file.md. */
  readonly description?: string;
}

export interface Facts {
  readonly kind: string;
  readonly parameters: number;
  readonly multiplyAdds?: number;
  readonly streams: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly dims: readonly (number | string)[];
  }[];
  readonly outputs: readonly { readonly name: string; readonly dims: readonly (number | string)[] }[];
  /** Columns: op, name, shape, parameters, multiply-adds. */
  readonly table: readonly (readonly (string | number)[])[];
  /** What is drawn: words, and who feeds whom. */
  readonly drawn: { readonly words: readonly string[]; readonly edges: readonly (readonly [number, number])[] };
  readonly sizes: Sizes;
  /** The input is a text. */
  readonly text: boolean;
  readonly labels?: readonly string[];
}

/** Opens the first of the files that is a model; the rest are its weights. */
export function open(files: readonly Bytes[], sizes: Sizes): { net: Net; kind: string } {
  const main = files.find((file) => /\.(json|onnx)$/.test(file.name)) ?? files[0];
  const kind = kindOf(main.bytes);
  const beside = Object.fromEntries(files.map((file) => [file.name, file.bytes]));
  return { kind, net: read(kind, main.bytes, beside, sizes) };
}

function read(kind: string, bytes: Uint8Array, beside: Record<string, Uint8Array>, sizes: Sizes): Net {
  switch (kind) {
    case "onnx":
      return fromOnnx(bytes, { externalData: beside, constants: sizes.constants });
    case "torch":
    case "pickle":
      return other.fromTorch(bytes, {}, sizes.description || undefined);
    case "npz":
      return other.fromNpz(bytes, {}, sizes.description || undefined);
    case "keras":
    case "hdf5":
      return other.fromKeras(bytes);
    case "tfjs":
      return other.fromTfjs(JSON.parse(new TextDecoder().decode(bytes)), (path) => beside[path.split("/").at(-1)!]);
    case "rtneural":
      return other.fromRtNeural(bytes);
    case "nam":
      return other.fromNam(bytes);
    case "guitarml":
      return other.fromGuitarMl(bytes);
    case "rnnoise":
      return other.fromRnnoise(bytes);
    default: // what is none of these, the reader of safetensors names
      return isGraph(bytes) ? readGraph(bytes, sizes) : readLayers(bytes, sizes);
  }
}

/** Kinds whose layers a description may tell. */
export const DESCRIBED: readonly string[] = ["safetensors", "torch", "pickle", "npz"];

const isGraph = (bytes: Uint8Array) =>
  kindOf(bytes) === "safetensors" && /"unrolled\/2"/.test(readSafetensors(bytes).metadata.get("unrolled") ?? "");

function readLayers(bytes: Uint8Array, { description }: Sizes): Model {
  const { tensors, metadata } = readSafetensors(bytes);
  return Model.fromTensors(tensors, {}, description || metadata.get("unrolled"));
}

/** A graph of x and output is a net of one sequence, any other one of named inputs. */
function readGraph(bytes: Uint8Array, { constants }: Sizes): Net {
  const session = sessionFromSafetensors(bytes, { constants });
  const names = [...session.inputs, ...session.outputs].map((port) => port.name).join();
  return names === "x,output" ? graphFromSafetensors(bytes) : session;
}

export function describe(net: Net, kind: string, sizes: Sizes): Facts {
  if (net instanceof Model) return describeModel(net, kind, sizes);
  const sequence = !("inputs" in net);
  const inputs = sequence ? net.graph.inputs : net.inputs;
  const graph = sequence ? net.graph : net.graph(sizes.dims);
  const { nodes, parameters, multiplyAdds } = inspectGraph(graph, sizes.dims);
  return {
    kind,
    parameters,
    multiplyAdds,
    inputs,
    outputs: sequence ? net.graph.outputs : net.outputs,
    streams: sequence ? attempt(() => net.stream().dispose()) : "a call a step; what it gives back can be carried",
    sizes,
    text: false,
    table: nodes.map((n) => [n.op, n.name, `[${n.shape.join(", ")}]`, n.parameters, n.multiplyAdds]),
    drawn: drawGraph(graph),
  };
}

function describeModel(model: Model, kind: string, sizes: Sizes): Facts {
  const { layers, description } = model;
  const features = (description.input ?? "features") === "features";
  const last = layers.some((layer) => layer.type === "last");
  return {
    kind,
    parameters: layers.reduce((sum, layer) => sum + layer.parameters, 0),
    streams: attempt(() => model.stream().dispose()),
    inputs: [{ name: "x", dtype: features ? "float32" : "int32", dims: features ? ["T", model.inputSize] : ["T"] }],
    outputs: [{ name: "output", dims: last ? [model.outputSize] : ["T", model.outputSize] }],
    sizes,
    text: description.input === "bytes",
    labels: last ? description.labels : undefined,
    table: layers.map((l) => [
      l.type + (l.directions === 2 ? ", both ways" : ""),
      l.weights,
      `${l.inputSize} → ${l.outputSize}`,
      l.parameters,
      "",
    ]),
    drawn: {
      words: ["x", ...layers.map((l) => l.type), "output"],
      edges: Array.from({ length: layers.length + 1 }, (_, i) => [i, i + 1] as const),
    },
  };
}

function attempt(action: () => void): string {
  try {
    action();
    return "yes, a timestep at a time";
  } catch (error) {
    return `no: ${(error as Error).message}`;
  }
}

function drawGraph({ inputs, outputs, nodes }: Graph): Facts["drawn"] {
  const made = new Map(inputs.map((port, i) => [port.name, i]));
  const words = inputs.map((port) => port.name);
  const edges: [number, number][] = [];
  for (const node of nodes) {
    const at = words.push(node.op) - 1;
    for (const input of new Set(node.inputs)) if (made.has(input)) edges.push([made.get(input)!, at]);
    for (const output of node.outputs) if (output) made.set(output, at);
  }
  for (const port of outputs) {
    const at = words.push(port.name) - 1;
    if (made.has(port.name)) edges.push([made.get(port.name)!, at]);
  }
  return { words, edges };
}
