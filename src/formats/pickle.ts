import { FormatError, shown } from "../check.ts";
import type { Bytes } from "./bytes.ts";

/** A Python name that a pickle may use: a constant, or a function of plain values. */
export class Known {
  readonly call: ((args: readonly unknown[]) => unknown) | undefined;

  constructor(call?: (args: readonly unknown[]) => unknown) {
    this.call = call;
  }
}

/** What a pickle may ask for besides plain values. */
export interface Surroundings {
  /** By `module.name`; any other name is refused before it is touched. */
  readonly names: ReadonlyMap<string, Known>;
  /** What a persistent id stands for. */
  readonly persistent?: (id: unknown) => unknown;
}

/** Operations of one pickle: a tensor of a state_dict takes 40. */
const MOST_OPERATIONS = 2 ** 21;

/**
 * Reads one pickle, protocols 1 to 5, and leaves `bytes` at its end. Plain values become JavaScript's:
 * None null, an int a number or bigint, bytes a Uint8Array, a tuple or list an array, a dict a Map, a set a Set.
 * Throws FormatError for all else. https://github.com/python/cpython/blob/3.13/Lib/pickletools.py
 */
export function unpickle(bytes: Bytes, surroundings: Surroundings): unknown {
  const machine = new Machine(bytes, surroundings);
  for (let n = 0; n < MOST_OPERATIONS; n++) {
    if (!machine.step()) return machine.result();
  }
  throw no(`expected at most ${MOST_OPERATIONS} operations, got more`);
}

class Machine {
  readonly #bytes: Bytes;
  readonly #names: ReadonlyMap<string, Known>;
  readonly #persistent: ((id: unknown) => unknown) | undefined;
  readonly #stack: unknown[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Bytes, { names, persistent }: Surroundings) {
    this.#bytes = bytes;
    this.#names = names;
    this.#persistent = persistent;
  }

  result(): unknown {
    const value = this.#pop();
    if (this.#stack.length > 0) throw this.#bytes.bad(`expected one value, got ${this.#stack.length + 1}`);
    return value;
  }

  /** One operation; false for the last. */
  step(): boolean {
    const bytes = this.#bytes;
    const code = bytes.uint(1);
    switch (String.fromCharCode(code)) {
      case "\x80":
        this.#protocol(bytes.uint(1));
        break;
      case "\x95":
        bytes.skip(8);
        break; // FRAME: a hint of how much follows
      case ".":
        return false;
      // values
      case "N":
        this.#push(null);
        break;
      case "\x88":
        this.#push(true);
        break;
      case "\x89":
        this.#push(false);
        break;
      case "I":
      case "L":
        this.#push(this.#decimal(bytes.line()));
        break;
      case "K":
        this.#push(bytes.uint(1));
        break;
      case "M":
        this.#push(bytes.uint(2));
        break;
      case "J":
        this.#push(bytes.uint(4) | 0);
        break;
      case "\x8a":
        this.#push(plain(bytes.long(bytes.uint(1))));
        break;
      case "\x8b":
        this.#push(plain(bytes.long(bytes.uint(4))));
        break;
      case "G":
        this.#push(bytes.view.getFloat64(bytes.skip(8)));
        break;
      case "U":
      case "\x8c":
        this.#push(bytes.text(bytes.uint(1)));
        break;
      case "T":
      case "X":
        this.#push(bytes.text(bytes.uint(4)));
        break;
      case "\x8d":
        this.#push(bytes.text(bytes.uint(8)));
        break;
      case "C":
        this.#push(bytes.raw(bytes.uint(1)));
        break;
      case "B":
        this.#push(bytes.raw(bytes.uint(4)));
        break;
      case "\x8e":
      case "\x96":
        this.#push(bytes.raw(bytes.uint(8)));
        break;
      // containers
      case "(":
        this.#marks.push(this.#stack.length);
        break;
      case ")":
      case "]":
        this.#push([]);
        break;
      case "}":
        this.#push(new Map());
        break;
      case "\x8f":
        this.#push(new Set());
        break;
      case "t":
      case "l":
        this.#push(this.#marked());
        break;
      case "\x85":
        this.#push(this.#last(1));
        break;
      case "\x86":
        this.#push(this.#last(2));
        break;
      case "\x87":
        this.#push(this.#last(3));
        break;
      case "d":
        this.#push(this.#set(new Map(), this.#marked()));
        break;
      case "\x91":
        this.#push(new Set(this.#marked()));
        break;
      case "a":
        this.#append(this.#last(1));
        break;
      case "e":
        this.#append(this.#marked());
        break;
      case "s":
        this.#setItems(this.#last(2));
        break;
      case "u":
        this.#setItems(this.#marked());
        break;
      case "\x90":
        this.#add(this.#marked());
        break;
      // the stack and the memo
      case "0":
        this.#pop();
        break;
      case "1":
        this.#marked();
        break;
      case "2":
        this.#push(this.#top());
        break;
      case "q":
        this.#memo.set(bytes.uint(1), this.#top());
        break;
      case "r":
        this.#memo.set(bytes.uint(4), this.#top());
        break;
      case "\x94":
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case "h":
        this.#get(bytes.uint(1));
        break;
      case "j":
        this.#get(bytes.uint(4));
        break;
      // names, and what is made by them
      case "c":
        this.#name(bytes.line(), bytes.line());
        break;
      case "i":
        this.#refuse(bytes.line(), bytes.line());
        break;
      case "\x93":
        this.#name(...(this.#last(2) as [unknown, unknown]));
        break;
      case "R":
      case "\x81":
        this.#call(...(this.#last(2) as [unknown, unknown]));
        break;
      case "b":
        this.#attributes(this.#pop());
        break;
      case "Q":
        this.#persist(this.#pop());
        break;
      default:
        throw no(`expected an operation on plain values, got 0x${code.toString(16)} at byte ${bytes.at - 1}`);
    }
    return true;
  }

  #protocol(version: number): void {
    if (version > 5) throw no(`expected a protocol up to 5, got ${version}`);
  }

  /** Protocol 1 writes booleans as 00 and 01. */
  #decimal(line: string): unknown {
    if (line === "00" || line === "01") return line === "01";
    if (!/^-?\d+L?$/.test(line)) throw this.#bytes.bad(`expected an integer, got ${shown(line)}`);
    return plain(BigInt(line.replace("L", "")));
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }

  /** How many values are behind the last mark. */
  get #count(): number {
    return this.#stack.length - (this.#marks[this.#marks.length - 1] ?? 0);
  }

  #need(count: number): void {
    const { at } = this.#bytes;
    if (this.#count < count)
      throw this.#bytes.bad(`expected ${count} on the stack at byte ${at - 1}, got ${this.#count}`);
  }

  #last(count: number): unknown[] {
    this.#need(count);
    return this.#stack.splice(this.#stack.length - count);
  }

  #pop(): unknown {
    this.#need(1);
    return this.#stack.pop();
  }

  #top(): unknown {
    this.#need(1);
    return this.#stack[this.#stack.length - 1];
  }

  /** Takes the values behind the last mark, and the mark. */
  #marked(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#bytes.bad(`expected a mark before byte ${this.#bytes.at - 1}, got none`);
    return this.#stack.splice(mark);
  }

  #get(index: number): void {
    if (!this.#memo.has(index)) throw this.#bytes.bad(`expected a value kept as ${index}, got none`);
    this.#push(this.#memo.get(index));
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#bytes.bad(`expected a list to append to, got ${kindOf(list)}`);
    for (const item of items) list.push(item);
  }

  #add(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw this.#bytes.bad(`expected a set to add to, got ${kindOf(set)}`);
    for (const item of items) set.add(item);
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw this.#bytes.bad(`expected a dict to set items of, got ${kindOf(dict)}`);
    this.#set(dict, items);
  }

  #set(dict: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
    if (items.length % 2 !== 0) throw this.#bytes.bad(`expected keys and values, got ${items.length}`);
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
    return dict;
  }

  #name(module: unknown, name: unknown): void {
    this.#push(this.#names.get(`${asString(module)}.${asString(name)}`) ?? this.#refuse(module, name));
  }

  #refuse(module: unknown, name: unknown): never {
    throw no(
      `${asString(module)}.${asString(name)}: expected tensors and plain values, got a Python name, ` +
        'which is never looked up or called; save the weights alone: torch.save(model.state_dict(), "model.pt")',
    );
  }

  #call(f: unknown, args: unknown): void {
    if (!(f instanceof Known && f.call)) throw no(`expected a known function to call, got ${kindOf(f)}`);
    if (!Array.isArray(args)) throw no(`expected a tuple of arguments, got ${kindOf(args)}`);
    this.#push(f.call(args));
  }

  /** Attributes are let go: an OrderedDict's alone, a state_dict's `_metadata`, which are no weights. */
  #attributes(state: unknown): void {
    const target = this.#top();
    if (!(target instanceof Map)) throw no(`expected attributes of an OrderedDict, got of ${kindOf(target)}`);
    if (!(state instanceof Map)) throw no(`expected a dict of attributes, got ${kindOf(state)}`);
  }

  #persist(id: unknown): void {
    if (!this.#persistent) throw no("expected no persistent id, got one");
    this.#push(this.#persistent(id));
  }
}

/** A value's kind in Python's words. */
export function kindOf(value: unknown): string {
  if (value === null) return "None";
  if (Array.isArray(value)) return "a list";
  if (value instanceof Map) return "a dict";
  if (value instanceof Uint8Array) return "bytes";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? "a str" : typeof value === "boolean" ? "a bool" : "a number";
}

function asString(value: unknown): string {
  if (typeof value !== "string") throw no(`expected a name, got ${kindOf(value)}`);
  return value;
}

const plain = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
const no = (message: string) => new FormatError("unsupported", `pickle: ${message}`);
