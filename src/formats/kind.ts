// What a file is, told by its content: first bytes, names in a zip, keys of a JSON object.

/** A kind of file that people bring. */
export type Kind =
  | "safetensors"
  | "torch" // a zip of torch.save
  | "torchscript" // a zip of torch.jit.save
  | "pickle" // of torch.save before 1.6, or of pickle
  | "keras" // a zip of config.json and model.weights.h5
  | "hdf5"
  | "npz"
  | "npy"
  | "onnx"
  | "tfjs" // a model.json
  | "rtneural"
  | "nam"
  | "guitarml" // Proteus
  | "rnnoise"
  | "state_dict" // JSON of a PyTorch state_dict, as RTNeural's helpers read it
  | "tflite"
  | "gguf"
  | "zip"
  | "gzip"
  | "json"
  | "html"
  | "git-lfs" // the pointer that stands for a file
  | "empty"
  | "unknown";

const AGAIN = "download the file itself";
const unsupported = "of another tool: its weights must come as safetensors";
const reader = (name: string, entry: string) => `${name} of unrolled/${entry} reads it`;

/** What a file of another kind is, and what to do with it. */
const ADVICE: Partial<Record<Kind, string>> = {
  torch: `a PyTorch zip: ${reader("fromTorch", "import")}`,
  torchscript: 'a TorchScript zip: in Python, safetensors.torch.save_file(module.state_dict(), "model.safetensors")',
  pickle: `a pickle, as torch.save wrote before PyTorch 1.6: ${reader("fromTorch", "import")}`,
  keras: `a Keras archive: ${reader("fromKeras", "import")}`,
  hdf5: `an HDF5 file: if Keras wrote it, ${reader("fromKeras", "import")}`,
  npz: `a NumPy archive: ${reader("fromNpz", "import")}`,
  npy: `a NumPy array, ${unsupported}`,
  onnx: `an ONNX model: ${reader("fromOnnx", "onnx")}`,
  tfjs: `a TensorFlow.js model.json: ${reader("fromTfjs", "import")}`,
  rtneural: `an RTNeural model: ${reader("fromRtNeural", "import")}`,
  nam: `a Neural Amp Modeler capture: ${reader("fromNam", "import")}`,
  guitarml: `a GuitarML capture: ${reader("fromGuitarMl", "import")}`,
  rnnoise: `RNNoise's weights: ${reader("fromRnnoise", "import")}`,
  tflite: `a TensorFlow Lite model, ${unsupported}`,
  gguf: `a GGUF file, ${unsupported}`,
  zip: "a zip: unpack it",
  gzip: "a gzip file: unpack it",
  json: "JSON: a description goes into the options, or after --description",
  html: `an HTML page, as a server sends for a file that is not there: ${AGAIN}`,
  "git-lfs": `a Git LFS pointer: git lfs pull, or ${AGAIN}`,
};

/** What was passed for a safetensors file, and what to do with it; undefined where that is unknown. */
export function foreign(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return ADVICE[kindOf(value)];
  if (typeof value === "string") return "a text: pass readFileSync(path), or what fetch gives";
  const { then, arrayBuffer } = Object(value) as { readonly then?: unknown; readonly arrayBuffer?: unknown };
  if (typeof then === "function") return "a Promise: await it";
  return typeof arrayBuffer === "function" ? "a Response or a Blob: pass await r.arrayBuffer()" : undefined;
}

const HDF5 = "\x89HDF\r\n\x1a\n";

/** Each kind's first bytes, in Latin-1, from an offset on. */
const MAGIC: readonly [Kind, string, number?][] = [
  ["hdf5", HDF5],
  ["npy", "\x93NUMPY"],
  ["tflite", "TFL3", 4],
  ["gguf", "GGUF"],
  ["gzip", "\x1f\x8b"],
  ["git-lfs", "version https://git-lfs"],
  ["rnnoise", "rnnoise-nu"],
  ["pickle", "L119547037146038801333356L"], // of protocol 1: torch.save's magic number
];

/** The kind of a file: reads at most a zip's directory, a JSON object's keys, an ONNX model's outermost fields. */
export function kindOf(file: Uint8Array): Kind {
  if (file.length === 0) return "empty";
  if (isSafetensors(file)) return "safetensors";
  if (startsWith(file, "PK\x03\x04") || startsWith(file, "PK\x05\x06")) return zipKind(file);
  for (const [kind, magic, at] of MAGIC) if (startsWith(file, magic, at)) return kind;
  for (let at = 512; at < file.length; at *= 2) if (startsWith(file, HDF5, at)) return "hdf5"; // after a user block
  if (file[0] === 0x80 && file[1] >= 2 && file[1] <= 5) return "pickle";
  if (isOnnx(file)) return "onnx";
  const text = latin1(file, 0, 1000)
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (/^<(!doctype|!--|html|head|body|\?xml)/i.test(text)) return "html";
  return /^[{[]/.test(text) ? jsonKind(file) : "unknown";
}

/** A header's length below 2^32, and a header that begins as one. */
function isSafetensors(file: Uint8Array): boolean {
  return file.length > 8 && file[8] === 0x7b && (file[4] | file[5] | file[6] | file[7]) === 0;
}

function zipKind(file: Uint8Array): Kind {
  let kind: Kind = "zip";
  for (const name of zipNames(file)) {
    if (/^[^/]*\/code\//.test(name)) return "torchscript"; // which has a data.pkl too
    if (/^[^/]*\/data\.pkl$/.test(name)) kind = "torch";
    else if (kind !== "zip") continue;
    else if (name === "config.json" || name === "model.weights.h5") kind = "keras";
    else if (name.endsWith(".npy")) kind = "npz";
  }
  return kind;
}

/** The names in a zip's directory; where it is cut off or beyond 4 GB the first file's. */
function* zipNames(file: Uint8Array): Generator<string> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - 22; // a record of 22 bytes, and a comment of up to 65535
  while (end >= 0 && end >= file.length - 22 - 65535 && !startsWith(file, "PK\x05\x06", end)) end--;
  let at = end >= 0 && startsWith(file, "PK\x05\x06", end) ? view.getUint32(end + 16, true) : file.length;
  if (!startsWith(file, "PK\x01\x02", at) && file.length >= 30) yield latin1(file, 30, 30 + view.getUint16(26, true));
  while (startsWith(file, "PK\x01\x02", at) && at + 46 <= file.length) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    yield latin1(file, at + 46, at + 46 + name);
    at += 46 + name + extra + comment;
  }
}

/** The wire types of a ModelProto's fields: 0 a varint, 2 bytes with their length before. */
const MODEL_PROTO: Readonly<Record<number, number>> = {
  1: 0,
  2: 2,
  3: 2,
  4: 2,
  5: 0,
  6: 2,
  7: 2,
  8: 2,
  14: 2,
  20: 2,
  25: 2,
  26: 2,
};

/** Its outermost fields are a ModelProto's, ir_version and the graph among them, whose end may be cut off. */
function isOnnx(file: Uint8Array): boolean {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; at < file.length && scale < 2 ** 64; scale *= 128) {
      const byte = file[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    return NaN;
  };
  const seen = new Set<number>();
  while (at < file.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    if (MODEL_PROTO[field] !== tag % 8) return false;
    seen.add(field);
    const value = varint();
    if (tag % 8 === 2) at += value;
  }
  return seen.has(1) && seen.has(7);
}

function jsonKind(file: Uint8Array): Kind {
  const keys = outermostKeys(file);
  if (keys.has("modelTopology")) return "tfjs";
  if (keys.has("in_shape") && keys.has("layers")) return "rtneural";
  if (keys.has("architecture") && (keys.has("config") || keys.has("weights"))) return "nam";
  if (keys.has("model_data") && keys.has("state_dict")) return "guitarml";
  return /^\s*\{\s*"[^"]*"\s*:\s*\[/.test(latin1(file, 0, 1000)) ? "state_dict" : "json";
}

/** Keys of the object that a JSON file is, the first hundred. */
function outermostKeys(file: Uint8Array): Set<string> {
  const keys = new Set<string>();
  let depth = 0;
  let from = -1; // where the text that is being read begins
  let text = "";
  for (let at = 0; at < file.length && keys.size < 100; at++) {
    const byte = file[at];
    if (from >= 0) {
      if (byte === 0x5c) at++; // a backslash
      if (byte !== 0x22) continue;
      text = depth === 1 ? latin1(file, from, Math.min(at, from + 100)) : "";
      from = -1;
    } else if (byte === 0x22) from = at + 1;
    else if (byte === 0x7b || byte === 0x5b)
      depth++; // { [
    else if (byte === 0x7d || byte === 0x5d) depth--;
    else if (byte === 0x3a && depth === 1) keys.add(text);
  }
  return keys;
}

function startsWith(file: Uint8Array, magic: string, at = 0): boolean {
  for (let i = 0; i < magic.length; i++) if (file[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}

function latin1(file: Uint8Array, from: number, to: number): string {
  return Array.from(file.subarray(from, to), (byte) => String.fromCharCode(byte)).join("");
}
