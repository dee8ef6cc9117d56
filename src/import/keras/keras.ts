import { FormatError, kindOf, shown } from "../../check.ts";
import { isHdf5, openHdf5, type Hdf5Object } from "../../formats/hdf5/hdf5.ts";
import { isZip, readZip } from "../../formats/zip.ts";
import type { Graph } from "../../graph/graph.ts";
import { decodeUtf8 } from "../../text.ts";
import { graphOf } from "./graph.ts";
import type { Generation } from "./layer.ts";
import { readLayer } from "./read.ts";
import { findByOrder, findByPlace } from "./weights.ts";

/**
 * Reads a model that Keras saved: `.keras`, or `.h5` of Keras 3 or of any Keras 2. The graph takes `x` and gives
 * `output` as model.predict does. Throws FormatError for what is damaged, or not run: by layer and attribute.
 */
export function kerasGraph(bytes: Uint8Array): Graph {
  if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes: expected a Uint8Array, got ${kindOf(bytes)}`);
  if (isZip(bytes)) return fromArchive(bytes);
  if (isHdf5(bytes)) return fromHdf5(openHdf5(bytes));
  throw new FormatError("header", "Keras: expected a .keras archive or an HDF5 file");
}

function fromArchive(bytes: Uint8Array): Graph {
  const zip = readZip(bytes);
  for (const name of ["config.json", "model.weights.h5"]) {
    if (!zip.has(name)) {
      throw new FormatError("header", `Keras: expected ${name} in the archive, got ${shown(zip.names)}`);
    }
  }
  const { keras_version: version } = zip.has("metadata.json")
    ? (parse("metadata.json", zip.read("metadata.json")) as { keras_version?: unknown })
    : {};
  const model = readLayer(parse("config.json", zip.read("config.json")), generationOf(version));
  findByPlace(model, openHdf5(zip.read("model.weights.h5")));
  return graphOf(model);
}

function fromHdf5(file: Hdf5Object): Graph {
  const [config] = file.texts("model_config") ?? [];
  if (config === undefined) {
    const weights = file.texts("layer_names") !== undefined || file.find("layers") !== undefined;
    const got = weights ? "weights alone: save the whole model" : "an HDF5 file that is no model";
    throw new FormatError("header", `Keras: expected model_config in the file, got ${got}`);
  }
  const [version] = file.texts("keras_version") ?? file.find("model_weights")?.texts("keras_version") ?? [];
  const model = readLayer(parseText("model_config", config), generationOf(version));
  findByOrder(model, file);
  return graphOf(model);
}

/** What a file's words mean: only its version tells. */
function generationOf(version: unknown): Generation {
  const major = typeof version === "string" ? parseInt(version, 10) : NaN;
  if (!(major >= 2 && major <= 3)) {
    throw new FormatError("unsupported", `Keras: expected keras_version 2 or 3, got ${shown(version)}`);
  }
  return major === 3 ? "keras 3" : "keras 2";
}

function parse(name: string, bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decodeUtf8(bytes);
  } catch {
    throw new FormatError("header", `Keras: ${name}: expected UTF-8`);
  }
  return parseText(name, text);
}

function parseText(name: string, text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FormatError("header", `Keras: ${name}: expected JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null) {
    throw new FormatError("header", `Keras: ${name}: expected an object, got ${shown(value)}`);
  }
  return value;
}
