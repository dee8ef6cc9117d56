import { FormatError, shown } from "../check.ts";
import type { Dtype, Tensor } from "../tensors/tensor.ts";
import { kindOf as kindInPython, Known } from "./pickle.ts";
import { gather, isRowMajor, swapped } from "./strided.ts";

/** torch's element types: bytes of one, and safetensors' name of those that a Tensor can hold. */
const TYPES: Record<string, { readonly size: number; readonly dtype?: Dtype }> = {
  float64: { size: 8, dtype: "F64" },
  float32: { size: 4, dtype: "F32" },
  float16: { size: 2, dtype: "F16" },
  bfloat16: { size: 2, dtype: "BF16" },
  int64: { size: 8, dtype: "I64" },
  int32: { size: 4, dtype: "I32" },
  int16: { size: 2, dtype: "I16" },
  int8: { size: 1, dtype: "I8" },
  uint64: { size: 8, dtype: "U64" },
  uint32: { size: 4, dtype: "U32" },
  uint16: { size: 2, dtype: "U16" },
  uint8: { size: 1, dtype: "U8" },
  bool: { size: 1, dtype: "BOOL" },
  complex32: { size: 4 },
  complex64: { size: 8 },
  complex128: { size: 16 },
  float8_e5m2: { size: 1 },
  float8_e4m3fn: { size: 1 },
  float8_e5m2fnuz: { size: 1 },
  float8_e4m3fnuz: { size: 1 },
  float8_e8m0fnu: { size: 1 },
  float4_e2m1fn_x2: { size: 1 },
  qint8: { size: 1 },
  quint8: { size: 1 },
  qint32: { size: 4 },
  quint4x2: { size: 1 },
  quint2x4: { size: 1 },
};

const STORAGES: Record<string, string> = {
  Double: "float64",
  Float: "float32",
  Half: "float16",
  BFloat16: "bfloat16",
  Long: "int64",
  Int: "int32",
  Short: "int16",
  Char: "int8",
  Byte: "uint8",
  Bool: "bool",
  Untyped: "uint8",
  ComplexFloat: "complex64",
  ComplexDouble: "complex128",
  QInt8: "qint8",
  QUInt8: "quint8",
  QInt32: "qint32",
  QUInt4x2: "quint4x2",
  QUInt2x4: "quint2x4",
};

/** A class of storages, or a dtype. */
export class ElementType extends Known {
  readonly type: string;
  readonly size: number;

  constructor(type: string) {
    super();
    this.type = type;
    this.size = TYPES[type].size;
  }
}

/** The numbers that one or several tensors are views on. */
export class Storage {
  readonly element: ElementType;
  readonly count: number;
  readonly bigEndian: boolean;
  readonly read: () => Uint8Array;

  constructor(element: ElementType, count: number, bigEndian: boolean, read: () => Uint8Array) {
    this.element = element;
    this.count = count;
    this.bigEndian = bigEndian;
    this.read = read;
  }
}

/** A tensor as the pickle has it: x[i, j, ...] at offset + i strides[0] + j strides[1] + ..., in elements. */
export class View {
  readonly storage: Storage;
  readonly type: string;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: unknown, type: string | undefined, offset: unknown, shape: unknown, strides: unknown) {
    if (!(storage instanceof Storage)) throw bad(`expected a tensor's storage, got ${kindOf(storage)}`);
    if (!isCounts([offset])) throw bad(`expected a tensor's offset, got ${kindOf(offset)}`);
    if (!isCounts(shape) || !isCounts(strides) || shape.length !== strides.length || shape.length > MOST_AXES) {
      throw bad(`expected a tensor's shape and as many strides, got ${shown(shape)} and ${shown(strides)}`);
    }
    this.storage = storage;
    this.type = type ?? storage.element.type;
    this.offset = offset as number;
    this.shape = shape;
    this.strides = strides;
  }

  get count(): number {
    return this.shape.reduce((product, n) => product * n, 1);
  }

  get bytes(): number {
    return this.count * TYPES[this.type].size;
  }

  /** The tensor under a name, little-endian and row-major; a view on the storage where that is how it lies. */
  tensor(name: string): Tensor {
    const { storage, shape, strides, offset, count } = this;
    const { size, dtype } = TYPES[this.type];
    const bad = (what: string) => new FormatError("dtype", `torch: ${name}: expected ${what}`);
    if (!dtype) throw bad(`floats, integers or booleans, got ${this.type}`);
    const last = count === 0 ? -1 : shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis], offset);
    const held = Math.floor((storage.count * storage.element.size) / size);
    if (last >= held) throw bad(`a storage up to element ${last}, got ${held} elements`);
    const stored = storage.read();
    const bytes = isRowMajor(shape, strides)
      ? stored.subarray(offset * size, (offset + count) * size)
      : gather(stored, size, shape, strides, offset);
    return { name, dtype, shape, bytes: storage.bigEndian ? swapped(bytes, size) : bytes };
  }
}

/** A tensor or value of a kind that no weights are read from; it may lie in a checkpoint, beside them. */
export class Other {
  readonly kind: string;

  constructor(kind: string) {
    this.kind = kind;
  }
}

/** Axes of a tensor, as many as torch has. */
const MOST_AXES = 64;

/** What a torch pickle may name: the data among what torch.load(weights_only=True) knows, and nothing that runs. */
export function torchNames(): Map<string, Known> {
  const names = new Map<string, Known>();
  for (const type of Object.keys(TYPES)) names.set(`torch.${type}`, new ElementType(type));
  for (const [storage, type] of Object.entries(STORAGES)) {
    for (const module of ["torch", "torch.cuda", "torch.storage"]) {
      names.set(`${module}.${storage}Storage`, new ElementType(type));
    }
  }
  for (const name of CONSTANTS) names.set(name, new Known());
  for (const [name, kind] of Object.entries(OTHERS)) names.set(name, new Known(() => new Other(kind)));
  for (const [name, call] of Object.entries(FUNCTIONS)) names.set(name, new Known(call));
  return names;
}

const CONSTANTS = [
  "torch.Tensor",
  "torch.nn.parameter.Parameter",
  "torch.nn.parameter.Buffer",
  "torch.per_tensor_affine",
  "torch.per_tensor_symmetric",
  "torch.per_channel_affine",
  "torch.per_channel_symmetric",
  "torch.per_channel_affine_float_qparams",
];

const OTHERS: Record<string, string> = {
  "torch._utils._rebuild_qtensor": "a quantized tensor (dequantize() it first)",
  "torch._utils._rebuild_sparse_tensor": "a sparse tensor (to_dense() it first)",
  "torch._utils._rebuild_nested_tensor": "a nested tensor",
  "torch._utils._rebuild_meta_tensor_no_storage": "a tensor on the meta device, without numbers",
  "torch.serialization._get_layout": "a layout",
  "torch.device": "a device",
  "collections.Counter": "a Counter",
  "builtins.set": "a set",
  "__builtin__.set": "a set",
  "_codecs.encode": "bytes",
};

type Call = (args: readonly unknown[]) => unknown;

const FUNCTIONS: Record<string, Call> = {
  "collections.OrderedDict": orderedDict,
  "torch.Size": ([sizes = []]) => sizes,
  "torch._utils._rebuild_tensor": ([storage, offset, shape, strides]) =>
    new View(storage, undefined, offset, shape, strides),
  "torch._utils._rebuild_tensor_v2": ([storage, offset, shape, strides, , , metadata]) =>
    plainView(new View(storage, undefined, offset, shape, strides), metadata),
  "torch._utils._rebuild_tensor_v3": ([storage, offset, shape, strides, , , type, metadata]) => {
    if (!(type instanceof ElementType)) throw bad(`expected a dtype, got ${kindOf(type)}`);
    return plainView(new View(storage, type.type, offset, shape, strides), metadata);
  },
  "torch._utils._rebuild_parameter": ([data]) => data,
  "torch._utils._rebuild_parameter_with_state": ([data]) => data,
  "torch._tensor._rebuild_from_type_v2": fromType,
};

/** A tensor with attributes, by one of the functions above. */
function fromType([f, , args]: readonly unknown[]): unknown {
  if (!(f instanceof Known && f.call && f.call !== fromType)) throw bad("expected a tensor's function, got another");
  if (!Array.isArray(args)) throw bad(`expected the arguments of a tensor, got ${kindOf(args)}`);
  return f.call(args);
}

/** Empty, or from pairs: Python 2 writes them as the argument. */
function orderedDict([pairs = []]: readonly unknown[]): Map<unknown, unknown> {
  if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    throw bad(`expected an OrderedDict of pairs, got ${kindOf(pairs)}`);
  }
  return new Map(pairs as [unknown, unknown][]);
}

/** Metadata is of lazy conjugates and negatives: the numbers in the storage are not the tensor's. */
function plainView(view: View, metadata: unknown): View | Other {
  const lazy = metadata instanceof Map && metadata.size > 0;
  return lazy ? new Other("a lazy conjugate or negative (resolve it first)") : view;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
}

/** A value's kind in words. */
export function kindOf(value: unknown): string {
  if (value instanceof Other) return value.kind;
  if (value instanceof View) return "a tensor";
  return value instanceof Storage ? "a storage" : kindInPython(value);
}

const bad = (message: string) => new FormatError("header", `torch: ${message}`);
