/**
 * What a WebAssembly module imports, exports, and which sections and instructions it has. Core specification 2.0, 5.5.
 */
export interface Module {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly sections: ReadonlySet<string>;
  /** Opcodes by name where the walls speak of them, else by number. */
  readonly instructions: ReadonlySet<string>;
  readonly memories: number;
}

const SECTIONS = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "datacount",
  "tag",
];
const KINDS = ["function", "table", "memory", "global", "tag"];

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}

  byte(): number {
    if (this.at >= this.bytes.length) throw new Error(`expected a byte at ${this.at}, got the end`);
    return this.bytes[this.at++];
  }

  /** LEB128, unsigned; the value of a signed one is of no interest here. */
  leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  text(): string {
    const length = this.leb();
    return new TextDecoder().decode(this.bytes.subarray(this.at, (this.at += length)));
  }

  skip(count: number): void {
    this.at += count;
  }
}

export function parseModule(bytes: Uint8Array): Module {
  const r = new Reader(bytes);
  if (String.fromCharCode(...bytes.subarray(0, 8)) !== "\0asm\x01\0\0\0")
    throw new Error("expected a WebAssembly module");
  r.skip(8);
  const sections = new Set<string>();
  const imports: string[] = [];
  const exports: string[] = [];
  const instructions = new Set<string>();
  let memories = 0;
  while (r.at < bytes.length) {
    const id = r.byte();
    const end = r.leb() + r.at;
    const name = id === 0 ? `custom ${r.text()}` : SECTIONS[id];
    if (name === undefined) throw new Error(`expected a section, got ${id}`);
    sections.add(name);
    if (name === "import") {
      for (let n = r.leb(); n > 0; n--) {
        const from = `${r.text()}.${r.text()}`;
        const kind = KINDS[r.byte()];
        imports.push(`${kind} ${from}`);
        if (kind === "memory") limits(r);
        else if (kind === "table") {
          r.byte();
          limits(r);
        } else if (kind === "global") r.skip(2);
        else r.leb();
      }
    } else if (name === "export") {
      for (let n = r.leb(); n > 0; n--) {
        const what = r.text();
        exports.push(`${KINDS[r.byte()]} ${what}`);
        r.leb();
      }
    } else if (name === "memory") memories += r.leb();
    else if (name === "code") {
      for (let n = r.leb(); n > 0; n--) {
        const last = r.leb() + r.at;
        for (let groups = r.leb(); groups > 0; groups--) {
          r.leb();
          r.byte();
        }
        while (r.at < last) instructions.add(instruction(r));
        if (r.at !== last) throw new Error("expected an instruction to end with its function");
      }
    }
    r.at = end;
  }
  return { imports, exports, sections, instructions, memories };
}

function limits(r: Reader): void {
  const flags = r.byte();
  r.leb();
  if (flags & 1) r.leb();
}

/** Reads one instruction and its immediates. */
function instruction(r: Reader): string {
  const op = r.byte();
  switch (op) {
    case 0x02:
    case 0x03:
    case 0x04:
      r.leb();
      break; // block, loop, if
    case 0x0c:
    case 0x0d:
    case 0x20:
    case 0x21:
    case 0x22:
    case 0x23:
    case 0x24:
      r.leb();
      break; // br, locals, globals
    case 0x0e:
      for (let n = r.leb() + 1; n > 0; n--) r.leb();
      break; // br_table
    case 0x10:
      r.leb();
      return "call";
    case 0x11:
      r.leb();
      r.leb();
      return "call_indirect";
    case 0x3f:
      r.leb();
      return "memory.size";
    case 0x40:
      r.leb();
      return "memory.grow";
    case 0x41:
    case 0x42:
      r.leb();
      break; // const
    case 0x43:
      r.skip(4);
      break;
    case 0x44:
      r.skip(8);
      break;
    case 0xfc: {
      const sub = r.leb();
      if (sub === 8) {
        r.leb();
        r.leb();
        return "memory.init";
      }
      if (sub === 10) {
        r.leb();
        r.leb();
        return "memory.copy";
      }
      if (sub === 11) {
        r.leb();
        return "memory.fill";
      }
      if (sub > 7) throw new Error(`expected no table instruction, got 0xfc ${sub}`);
      break;
    }
    case 0xfd: {
      const sub = r.leb();
      if (sub <= 11 || sub === 92 || sub === 93) {
        r.leb();
        r.leb();
      } else if (sub === 12 || sub === 13) r.skip(16);
      else if (sub >= 21 && sub <= 34) r.byte();
      else if (sub >= 84 && sub <= 91) {
        r.leb();
        r.leb();
        r.byte();
      }
      return sub >= 0x100 ? `relaxed ${sub.toString(16)}` : `v128 ${sub.toString(16)}`;
    }
    default:
      if (op >= 0x28 && op <= 0x3e) {
        r.leb();
        r.leb();
      } // loads and stores
      else if (!(
        op <= 0x01 ||
        op === 0x05 ||
        op === 0x0b ||
        op === 0x0f ||
        op === 0x1a ||
        op === 0x1b ||
        (op >= 0x45 && op <= 0xc4)
      )) {
        throw new Error(`expected a known instruction, got 0x${op.toString(16)} at ${r.at - 1}`);
      }
  }
  return op.toString(16);
}
