import { FormatError, kindOf as kindInWords, shown } from "../check.ts";
import type { Tensor } from "../tensors/tensor.ts";
import { Bytes } from "./bytes.ts";
import { unpickle, type Known } from "./pickle.ts";
import type { Safetensors } from "./safetensors.ts";
import { ElementType, kindOf, Storage, torchNames, View } from "./torch-names.ts";
import { isZip, readZip, type Zip } from "./zip.ts";

/** The value that was saved, and the bytes that there are for its tensors. */
interface Saved {
  readonly root: unknown;
  readonly size: number;
}

/**
 * Reads what torch.save writes: a state_dict, or a checkpoint with one; since PyTorch 1.6 a zip archive, before
 * a row of pickles. The tensors have the state_dict's names; the metadata is the checkpoint's entry `unrolled`, a
 * description, where it has one. Nothing in the file runs: names of Python other than those of tensors are refused.
 * Throws FormatError for anything else. https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
 */
export function readTorch(file: Uint8Array): Safetensors {
  if (!(file instanceof Uint8Array)) throw new TypeError(`file: expected a Uint8Array, got ${kindInWords(file)}`);
  const { root, size } = isZip(file) ? readArchive(readZip(file)) : readRow(file);
  if (!(root instanceof Map)) throw bad(`expected a dict of tensors, got ${kindOf(root)}`);
  const views = new Map<string, View>();
  flatten(stateDict(root as Dict), "", views, new Set());
  checkSize(views, size);
  const description: unknown = root.get(DESCRIPTION);
  return {
    tensors: [...views].map(([name, view]): Tensor => view.tensor(name)),
    metadata: new Map(typeof description === "string" ? [[DESCRIPTION, description]] : []),
  };
}

type Dict = ReadonlyMap<unknown, unknown>;

const DESCRIPTION = "unrolled";

/** The zip archive: data.pkl, byteorder, and a file for each storage under data/, all in one folder. */
function readArchive(zip: Zip): Saved {
  const pickles = zip.names.filter((name) => /(^|\/)data\.pkl$/.test(name));
  if (zip.names.some((name) => /(^|\/)(constants\.pkl|bytecode\.pkl|code\/.*)$/.test(name))) {
    throw no(
      "expected a state_dict, got a TorchScript program; save its weights alone: " +
        'torch.save(torch.jit.load("model.pt").state_dict(), "weights.pt")',
    );
  }
  if (pickles.length !== 1) throw bad(`expected one data.pkl in the archive, got ${shown(zip.names)}`);
  const folder = pickles[0].slice(0, -"data.pkl".length);
  const bigEndian = readOrder(zip, `${folder}byteorder`);
  const files = new Map<string, Uint8Array>();
  const find = (key: string, element: ElementType, count: number) => {
    const read = () => {
      const bytes = files.get(key) ?? zip.read(`${folder}data/${key}`);
      if (bytes.length !== count * element.size) {
        throw bad(`storage ${shown(key)}: expected ${count * element.size} bytes, got ${bytes.length}`);
      }
      files.set(key, bytes);
      return bytes;
    };
    return new Storage(element, count, bigEndian, read);
  };
  const bytes = new Bytes(zip.read(pickles[0]), "pickle");
  const root = unpickle(bytes, { names: torchNames(), persistent: (id) => storageOf(id, find) });
  if (bytes.at !== bytes.bytes.length) throw bad(`expected data.pkl to end at byte ${bytes.at}`);
  return { root, size: zip.size };
}

/** Whether numbers are big-endian: what is older than the flag is not. */
function readOrder(zip: Zip, name: string): boolean {
  const order = zip.has(name) ? String.fromCharCode(...zip.read(name).subarray(0, 10)) : "little";
  if (order !== "little" && order !== "big") throw bad(`${name}: expected little or big, got ${shown(order)}`);
  return order === "big";
}

/** How a pickle of the magic number begins: with its protocol, in protocol 1 with a long. */
const PICKLES = [0x80, 0x4c];
const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** The legacy row: pickles of magic, protocol, system, value and keys; then for each key its count and numbers. */
function readRow(file: Uint8Array): Saved {
  const bytes = new Bytes(file, "pickle");
  const names = torchNames();
  const plain = (): unknown => unpickle(bytes, { names: new Map<string, Known>() });
  const magic = PICKLES.includes(file[0]) ? unpickle(bytes, { names }) : undefined;
  if (magic !== MAGIC) throw bad("expected a file of torch.save: a zip archive, or a pickle of its magic number");
  const protocol = plain();
  if (protocol !== PROTOCOL) throw no(`torch: expected the protocol ${PROTOCOL}, got ${shown(protocol)}`);
  plain(); // the system: numbers are little-endian whatever it says
  const storages = new Map<string, Storage>();
  const data = new Map<string, Uint8Array>();
  const find = (key: string, element: ElementType, count: number) => {
    const known = storages.get(key);
    if (!known) storages.set(key, new Storage(element, count, false, () => data.get(key)!));
    else if (known.element.type !== element.type || known.count !== count) {
      throw no(`storage ${shown(key)}: expected one type and size, got ${known.element.type} and ${element.type}`);
    }
    return storages.get(key)!;
  };
  const root = unpickle(bytes, { names, persistent: (id) => storageOf(id, find) });
  const keys = plain();
  if (!Array.isArray(keys)) throw bad(`expected a list of storages, got ${kindOf(keys)}`);
  for (const key of keys as unknown[]) {
    const storage = typeof key === "string" && !data.has(key) ? storages.get(key) : undefined;
    if (!storage) throw bad(`storage ${shown(key)}: expected one that a tensor has, once`);
    const count = bytes.uint(8);
    if (count !== storage.count) throw bad(`storage ${shown(key)}: expected ${storage.count} elements, got ${count}`);
    data.set(key as string, bytes.raw(count * storage.element.size));
  }
  const missing = [...storages.keys()].find((key) => !data.has(key));
  if (missing !== undefined) throw bad(`storage ${shown(missing)}: expected its numbers, got none`);
  if (bytes.at !== file.length) throw bad(`expected the file's end at byte ${bytes.at}, got ${file.length}`);
  return { root, size: file.length };
}

/** ("storage", class, key, device, count), and in the legacy row a view on it: (key, offset, count) or None. */
function storageOf(id: unknown, find: (key: string, element: ElementType, count: number) => Storage): Storage {
  const [kind, element, key, , count, view = null] = Array.isArray(id) ? (id as unknown[]) : [];
  if (kind !== "storage" || !(element instanceof ElementType) || typeof key !== "string" || !isCount(count)) {
    throw bad(`expected the persistent id of a storage, got ${shown(kind)}`);
  }
  const storage = find(key, element, count);
  if (view === null) return storage;
  const [, offset, length] = Array.isArray(view) ? (view as unknown[]) : [];
  if (!isCount(offset) || !isCount(length) || offset + length > count) {
    throw bad(`storage ${shown(key)}: expected a view on ${count} elements, got ${shown(view)}`);
  }
  const { size } = element;
  return new Storage(element, length, false, () => storage.read().subarray(offset * size, (offset + length) * size));
}

/** Names under which checkpoints keep the state_dict beside an epoch, an optimizer's state and the like. */
const STATE = ["state_dict", "model_state_dict", "net_state_dict", "model_state", "model_dict"];
/** So may any other name, where it has the only dict of tensors; these also alone in the file. */
const MODULE = ["model", "module", "net", "network", "weights", "params"];
const NO_WEIGHTS = /optim|sched|scaler|rng|(^|_)ema/i;

/** The state_dict of a checkpoint, or the dict itself. */
function stateDict(root: Dict, depth = 0): Dict {
  const known = new Map<unknown, boolean>();
  const dicts = [...root].filter((entry): entry is [string, Dict] => holdsTensors(entry[1], known));
  const named = dicts.filter(([key]) => STATE.includes(key));
  if (named.length === 0 && ![...root.values()].some((value) => value instanceof View)) {
    const weights = dicts.filter(([key]) => !NO_WEIGHTS.test(String(key)));
    const beside = root.size - 1 - (root.has(DESCRIPTION) ? 1 : 0); // an epoch, an optimizer's state
    if (weights.length === 1 && (beside > 0 || MODULE.includes(weights[0][0]))) named.push(weights[0]);
  }
  if (named.length > 1) throw bad(`expected one state_dict, got ${named.map(([key]) => key).join(" and ")}`);
  return named.length === 1 && depth < DEEPEST ? stateDict(named[0][1], depth + 1) : root;
}

/** Whether a value is a dict with a tensor in it or in a dict within it; `known` keeps the answers. */
function holdsTensors(value: unknown, known: Map<unknown, boolean>, depth = 0): boolean {
  if (!(value instanceof Map) || depth > DEEPEST) return false;
  if (!known.has(value)) {
    known.set(value, false); // a dict may hold itself
    known.set(
      value,
      [...value.values()].some((v) => v instanceof View || holdsTensors(v, known, depth + 1)),
    );
  }
  return known.get(value)!;
}

/** Dicts in dicts, and characters of a name. */
const DEEPEST = 16;
const LONGEST = 1000;

/** All tensors of a dict, those of a dict within it under its name and a point. */
function flatten(dict: Dict, prefix: string, views: Map<string, View>, seen: Set<Dict>, depth = 0): void {
  if (depth > DEEPEST) throw no(`${prefix}: expected at most ${DEEPEST} dicts in each other, got more`);
  if (seen.has(dict)) throw no(`${prefix}: expected each dict once, got it again`);
  seen.add(dict);
  for (const [key, value] of dict) {
    if (depth === 0 && key === DESCRIPTION && typeof value === "string") continue;
    if (typeof key !== "string" && !isCount(key)) throw no(`${prefix}: expected names, got ${kindOf(key)}`);
    const name = `${prefix}${key}`;
    if (name.length > LONGEST) throw no(`expected names of at most ${LONGEST} characters, got ${shown(name)}`);
    if (views.has(name)) throw bad(`${name}: expected each name once`);
    if (value instanceof Map) flatten(value, `${name}.`, views, seen, depth + 1);
    else if (value instanceof View) views.set(name, value);
    else throw no(`${name}: expected a tensor, got ${kindOf(value)}`);
  }
}

/** Tensors may share a storage, or repeat it by strides of 0, as long as together they are no bomb. */
function checkSize(views: ReadonlyMap<string, View>, held: number): void {
  const most = 2 ** 26 + 4 * held;
  const size = [...views.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  if (!(size <= most)) throw no(`expected tensors of at most ${most} bytes from ${held}, got ${size}`);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const bad = (message: string) => new FormatError("header", `torch: ${message}`);
const no = (message: string) => new FormatError("unsupported", `torch: ${message}`);
