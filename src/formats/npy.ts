import { shown } from "../check.ts";
import type { Dtype, Tensor } from "../tensors/tensor.ts";
import { Bytes } from "./bytes.ts";
import { gather, swapped } from "./strided.ts";

/** numpy's kinds and sizes of elements that a Tensor can hold. */
const TYPES: ReadonlyMap<string, Dtype> = /* @__PURE__ */ new Map([
  ["f8", "F64"],
  ["f4", "F32"],
  ["f2", "F16"],
  ["i8", "I64"],
  ["i4", "I32"],
  ["i2", "I16"],
  ["i1", "I8"],
  ["u8", "U64"],
  ["u4", "U32"],
  ["u2", "U16"],
  ["u1", "U8"],
  ["b1", "BOOL"],
]);

/** An array as the header has it. */
interface Header {
  /** As numpy writes it: byte order, kind, bytes of an element, as in "<f4". */
  readonly type: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/**
 * Reads one array of a .npy file under a name: magic, version, and a Python dict {'descr', 'fortran_order', 'shape'},
 * padded with spaces, then the elements, of the first axis last where the order is Fortran's. Throws FormatError for
 * types without numbers, and where the elements are not as many as the shape says.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function readNpy(name: string, file: Uint8Array): Tensor {
  const bytes = new Bytes(file, `npy: ${name}`);
  const { type, fortran, shape } = readHeader(bytes);
  const dtype = TYPES.get(type.slice(1));
  if (!dtype) throw bytes.error("dtype", `expected floats, integers or booleans, got ${describe(type)}`);
  const size = Number(type.slice(2));
  const data = readData(bytes, shape, size);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, n) => product * n, 1));
  const ordered = fortran && shape.length > 1 ? gather(data, size, shape, strides) : data;
  return { name, dtype, shape, bytes: type[0] === ">" && size > 1 ? swapped(ordered, size) : ordered };
}

/** The text in an array of no axes and of numpy's type U, 32 bits a character; undefined for another. */
export function readText(name: string, file: Uint8Array): string | undefined {
  const bytes = new Bytes(file, `npy: ${name}`);
  const { type, shape } = readHeader(bytes);
  if (type[1] !== "U" || shape.length > 0) return undefined;
  const data = readData(bytes, shape, 4 * Number(type.slice(2)));
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let text = "";
  for (let at = 0; at < data.length; at += 4) {
    const code = view.getUint32(at, type[0] === "<");
    if (code > 0x10ffff) throw bytes.bad(`expected characters up to 10ffff, got ${code.toString(16)}`);
    text += String.fromCodePoint(code);
  }
  return text.replace(/\0+$/, "");
}

const MAGIC = "\x93NUMPY";
/** Characters of a header; numpy itself takes 10,000 from files that are not trusted. */
const LONGEST = 10_000;
/** A key, and after it a string [2], records [3], a boolean [4] or a tuple [5]. */
const FIELD = /\s*'(descr|fortran_order|shape)'\s*:\s*(?:'([^']*)'|(\[.*\])|(True|False)|\(([^()]*)\))\s*(?:,|(?=}))/sy;

function readHeader(bytes: Bytes): Header {
  if (String.fromCharCode(...bytes.raw(6)) !== MAGIC) throw bytes.bad("expected numpy's magic, got other bytes");
  const [major, minor] = bytes.raw(2);
  if (major < 1 || major > 3 || minor !== 0) throw bytes.bad(`expected a version of 1.0 to 3.0, got ${major}.${minor}`);
  const length = bytes.uint(major === 1 ? 2 : 4);
  if (length > LONGEST) throw bytes.bad(`expected a header of at most ${LONGEST} bytes, got ${length}`);
  const text = bytes.text(length).trim();
  const { descr, fortran_order: order, shape } = readFields(bytes, text);
  const bad = (what: string) => bytes.bad(`expected ${what}, got ${shown(text)}`);
  if (descr?.[3] !== undefined) throw bytes.error("dtype", `expected numbers, got records ${shown(descr[3])}`);
  const type = descr?.[2];
  if (type === undefined || !/^[<>|][a-zA-Z]\d*/.test(type)) throw bad("a type such as '<f4'");
  if (order?.[4] === undefined) throw bad("fortran_order True or False");
  const axes = (shape?.[5] ?? "?").split(",").map((axis) => axis.trim());
  if (axes[axes.length - 1] === "") axes.pop(); // behind the last comma
  if (!axes.every((axis) => /^\d+L?$/.test(axis))) throw bad("a shape of whole numbers");
  return { type, fortran: order[4] === "True", shape: axes.map((axis) => parseInt(axis, 10)) };
}

/** The fields of the dict, each once. */
function readFields(bytes: Bytes, text: string): Record<string, RegExpExecArray> {
  const fields: Record<string, RegExpExecArray> = {};
  let at = 1;
  for (let match: RegExpExecArray | null; (FIELD.lastIndex = at), (match = FIELD.exec(text)); at = FIELD.lastIndex) {
    if (Object.hasOwn(fields, match[1])) throw bytes.bad(`expected ${match[1]} once, got ${shown(text)}`);
    fields[match[1]] = match;
  }
  if (text[0] !== "{" || text.slice(at).trim() !== "}") {
    throw bytes.bad(`expected {'descr': ..., 'fortran_order': ..., 'shape': ...}, got ${shown(text)}`);
  }
  return fields;
}

function readData(bytes: Bytes, shape: readonly number[], size: number): Uint8Array {
  const length = shape.reduce((product, n) => product * n, size);
  const left = bytes.bytes.length - bytes.at;
  if (length !== left) {
    const message = `expected ${length} bytes for [${shape.join(", ")}] of ${size}, got ${left}`;
    throw bytes.error(left < length ? "truncated" : "shape", message);
  }
  return bytes.raw(length);
}

const KINDS: Record<string, string> = {
  O: "pickled objects, which are never loaded",
  c: "complex numbers",
  U: "text",
  S: "bytes",
  V: "raw bytes, perhaps bfloat16, which numpy has no name for",
  M: "dates",
  m: "spans of time",
};

const describe = (type: string): string => `${type} (${KINDS[type[1]] ?? "an unknown type"})`;
