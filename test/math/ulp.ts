import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Name = "tanh" | "sigmoid" | "exp";
export type Build = "base" | "relaxed";
type Regions = { memory: WebAssembly.Memory; prepare(): void } & Record<
  Name,
  (y: number, x: number, n: number) => void
>;

/** What a function must keep to: the worst error, and between which values it stays. */
export const BOUNDS: Record<Name, { ulp: number; low: number; high: number; odd: boolean; back: number }> = {
  tanh: { ulp: 1.89, low: -1, high: 1, odd: true, back: 2 },
  sigmoid: { ulp: 2.44, low: 0, high: 1, odd: false, back: 1 },
  exp: { ulp: 1.02, low: 0, high: Infinity, odd: false, back: 0 },
};

/** The exact value to float64's precision. */
const REFERENCE: Record<Name, (x: number) => number> = {
  tanh: (x) => (Math.abs(x) < 2 ** -13 ? x - (x * x * x) / 3 : Math.tanh(x)),
  sigmoid: (x) => (x < -110 ? 0 : 1 / (1 + Math.exp(-x))),
  exp: (x) => Math.exp(x),
};

/** Compiles test/math/regions.ts with the release's options. */
export function compileRegions(build: Build): Regions {
  const directory = mkdtempSync(join(tmpdir(), "unrolled-"));
  try {
    const out = join(directory, "regions.wasm");
    const relaxed = build === "relaxed" ? ["--enable", "relaxed-simd", "--use", "RELAXED=1"] : [];
    execFileSync(process.execPath, [
      "node_modules/assemblyscript/bin/asc.js",
      "test/math/regions.ts",
      "--config",
      "none",
      "-o",
      out,
      "-O3",
      "--noAssert",
      "--runtime",
      "stub",
      "--enable",
      "simd",
      "--initialMemory",
      "4",
      ...relaxed,
    ]);
    const regions = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(out)), {})
      .exports as unknown as Regions;
    regions.prepare();
    return regions;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What was seen of a function over the inputs it was asked for. */
export interface Measured {
  /** The largest error, in units of float32's spacing at the exact value, and where. */
  worst: number;
  at: number;
  got: number;
  want: number;
  /** The same by binade of |x|: index 0 denormals, then 2^-126 up; positive and negative. */
  binades: { positive: number; negative: number }[];
  outside: number;
  lostNaN: number;
  notOdd: number;
  /** Neighbours (in the inputs asked for) where the function falls, and the deepest fall in ULP. */
  falls: number;
  deepest: number;
  inputs: number;
}

const COUNT = 8192;
const X = 65536;
const Y = X + 4 * COUNT;

/** Evaluates a function on the float32s of both signs whose bits are start, start + stride, ... */
export function measure(regions: Regions, name: Name, stride: number, start = 0): Measured {
  const { low, high, odd } = BOUNDS[name];
  const x = new Float32Array(regions.memory.buffer, X, COUNT);
  const bits = new Uint32Array(regions.memory.buffer, X, COUNT);
  const y = new Float32Array(regions.memory.buffer, Y, COUNT);
  const yBits = new Int32Array(regions.memory.buffer, Y, COUNT);
  const positive = new Int32Array(COUNT);
  const seen: Measured = {
    worst: 0,
    at: 0,
    got: 0,
    want: 0,
    binades: Array.from({ length: 255 }, () => ({ positive: 0, negative: 0 })),
    outside: 0,
    lostNaN: 0,
    notOdd: 0,
    falls: 0,
    deepest: 0,
    inputs: 0,
  };
  const last = [-Infinity, Infinity]; // of the positive inputs, rising, and the negative, falling
  for (let base = start; base < 0x80000000; base += COUNT * stride) {
    for (const negative of [0, 1]) {
      for (let j = 0; j < COUNT; j++) bits[j] = Math.min(base + j * stride, 0x7fffffff) + negative * 0x80000000;
      regions[name](Y, X, COUNT);
      for (let j = 0; j < COUNT; j++) {
        const v = x[j];
        const got = y[j];
        if (v !== v) {
          if (got === got) seen.lostNaN++;
          continue;
        }
        if (!(got >= low && got <= high)) seen.outside++;
        if (odd && negative && (positive[j] ^ yBits[j]) !== -0x80000000) seen.notOdd++;
        const step = negative ? got - last[1] : last[0] - got;
        if (step > 0) {
          seen.falls++;
          seen.deepest = Math.max(seen.deepest, Math.round(step / spacing(got)));
        }
        last[negative] = got;
        const want = REFERENCE[name](v);
        const error = ulps(got, want);
        const binade = seen.binades[Math.min(254, (bits[j] >>> 23) & 255)];
        const side = negative ? "negative" : "positive";
        if (error > binade[side]) binade[side] = error;
        if (error > seen.worst) Object.assign(seen, { worst: error, at: v, got, want });
        seen.inputs++;
      }
      if (!negative) positive.set(yBits);
    }
  }
  return seen;
}

const f64 = new Float64Array(1);
const words = new Uint32Array(f64.buffer);

/** float32's spacing at a value. */
function spacing(value: number): number {
  f64[0] = value;
  const exponent = ((words[1] >>> 20) & 2047) - 1023;
  return 2 ** (Math.min(127, Math.max(-126, exponent)) - 23);
}

/** |got - want| in float32's spacing at `want`; past the largest float32, Infinity is where rounding leads. */
function ulps(got: number, want: number): number {
  if (got === want) return 0;
  const most = 2 ** 128;
  const error = Math.abs(Math.min(got, most) - Math.min(want, most)) / spacing(Math.min(want, 3.4028234663852886e38));
  return Number.isNaN(error) ? Infinity : error;
}
