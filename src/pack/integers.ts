import { FormatError } from "../check.ts";
import { LARGEST_SUM, type IntegerMaker, type IntegerPanels, type IntegerRows, type Integers } from "./matrix.ts";
import { LANES, type Block } from "./panels.ts";
import { quantize } from "./quantize.ts";

/** Float32 words before a matrix's biases: assembly/integer/matrix.ts. */
const HEAD = 16;

/** The fewest bits an input may have beside a matrix's sums. */
const FEWEST_BITS = 7;
const MOST_BITS = 14;

const width = (m: IntegerRows): number => m.values.BYTES_PER_ELEMENT;

/** Rounded up to regions' alignment, in float32 words. */
const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 16;

const panelBytes = (m: IntegerRows, p: IntegerPanels): number =>
  p.lanes * (4 + Math.ceil(p.columns / 4) * 4 * width(m));

/** Rows of integers as a net keeps them. */
class Packed implements Integers {
  readonly values: Int8Array | Int16Array;
  readonly scales: Float32Array;

  constructor({ values, scales }: IntegerRows) {
    this.values = values;
    this.scales = scales;
  }

  size(p: IntegerPanels): number {
    return HEAD + (p.bias ? p.panels * LANES : 0) + aligned(p.panels * panelBytes(this, p));
  }

  get tableSize(): number {
    return HEAD + aligned(this.scales.length * 4) + aligned(this.values.byteLength);
  }

  /** As assembly/integer/matrix.ts draws it. */
  pack(out: Float32Array, name: string, p: IntegerPanels): void {
    const { columns, lanes, panels, row, bias } = p;
    const biases = bias ? panels * LANES : 0;
    writeHead(out, this, limitOf(name, this), this.size(p) * 4, biases / 4);
    for (let i = 0; i < biases; i++) out[HEAD + i] = bias!(Math.floor(i / LANES), i % LANES);
    const panel = panelBytes(this, p);
    const size = width(this);
    const bytes = out.byteOffset + (HEAD + biases) * 4;
    const view = size === 1 ? new Int8Array(out.buffer, bytes) : new Int16Array(out.buffer, bytes);
    for (let i = 0; i < panels; i++) {
      for (let lane = 0; lane < lanes; lane++) {
        const r = row(i, lane);
        if (r < 0) continue;
        out[HEAD + biases + (i * panel) / 4 + lane] = this.scales[r];
        const to = (i * panel + lanes * 4) / size + lane * 2;
        scatter(view, to, lanes * 2, this.values, r * columns, columns);
      }
    }
  }

  packTable(out: Float32Array): void {
    const { values, scales } = this;
    const room = aligned(scales.length * 4);
    writeHead(out, this, 0, 0, room / 4);
    out.set(scales, HEAD);
    const at = out.byteOffset + (HEAD + room) * 4;
    (values instanceof Int8Array ? new Int8Array(out.buffer, at) : new Int16Array(out.buffer, at)).set(values);
  }
}

/** Pairs of columns, `step` apart; a function of its own is compiled sooner: panels.ts. */
function scatter(
  out: Int8Array | Int16Array,
  to: number,
  step: number,
  from: Int8Array | Int16Array,
  at: number,
  count: number,
): void {
  for (let k = 0; k < count; k++) out[to + (k >> 1) * step + (k & 1)] = from[at + k];
}

/** Reads a packed matrix back as floats, and its biases; returns where the next begins. */
export function unpackIntegers(
  packed: Float32Array,
  panels: number,
  b: Block,
  bias?: (panel: number, lane: number, value: number) => void,
): number {
  const { matrix, columns, lanes, row } = b;
  const [size, next, vectors] = new Int32Array(packed.buffer, packed.byteOffset + 4, 3);
  const first = HEAD + vectors * 4;
  for (let i = HEAD; i < first; i++) bias?.(Math.floor((i - HEAD) / LANES), (i - HEAD) % LANES, packed[i]);
  const at = packed.byteOffset + first * 4;
  const view = size === 1 ? new Int8Array(packed.buffer, at) : new Int16Array(packed.buffer, at);
  const panel = lanes * (4 + Math.ceil(columns / 4) * 4 * size);
  for (let p = 0; p < panels; p++) {
    for (let lane = 0; lane < lanes; lane++) {
      const r = row(p, lane);
      const from = (p * panel + lanes * 4) / size + lane * 2;
      for (let k = 0; r >= 0 && k < columns; k++) {
        matrix[r * columns + k] = packed[first + (p * panel) / 4 + lane] * view[from + (k >> 1) * lanes * 2 + (k & 1)];
      }
    }
  }
  return next / 4;
}

function writeHead(out: Float32Array, matrix: IntegerRows, limit: number, bytes: number, vectors: number): void {
  out[0] = limit;
  new Int32Array(out.buffer, out.byteOffset, HEAD).set([width(matrix), bytes, vectors], 1);
}

/** The largest power of two that quantized inputs may reach: no sum of products leaves int32. */
function limitOf(name: string, { values, scales }: IntegerRows): number {
  const columns = values.length / scales.length;
  let largest = 0;
  for (let r = 0; r < scales.length; r++) {
    let sum = 0;
    for (let i = r * columns; i < (r + 1) * columns; i++) sum += Math.abs(values[i]);
    if (sum > largest) largest = sum;
  }
  let bits = MOST_BITS;
  while (largest * 2 ** bits > LARGEST_SUM) bits--;
  if (bits < FEWEST_BITS) {
    throw new FormatError(
      "unsupported",
      `${name}: expected rows of integers whose magnitudes add up to less than 2^24, got ${largest}`,
    );
  }
  return 2 ** bits;
}

/** Bytes of the room for 32 quantized rows of `columns`, and for the sums of `panels`: assembly/integer/step.ts. */
export const roomFor = (columns: number, panels: number): number =>
  32 * (16 + Math.ceil(columns / 8) * 16) + panels * 64;

/** Makes the integers of a net. */
export const integers: IntegerMaker = { quantize, make: (rows) => new Packed(rows) };
