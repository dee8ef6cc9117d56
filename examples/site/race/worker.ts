// One engine in a thread of its own, begun for this race: what it loads, how soon it answers, how long a step takes.
export type Engine = "unrolled" | "onnxruntime-web";

export type Ask =
  { readonly engine: Engine; readonly file: Uint8Array; readonly seed: number } | { readonly milliseconds: number };

export type Answer =
  | { readonly bytes: number; readonly startup: number; readonly output: Float32Array }
  | { readonly step: number }
  | { readonly error: string };

type Step = () => Promise<Float32Array> | Float32Array;

let step: Step;

addEventListener("message", async ({ data: ask }: MessageEvent<Ask>) => {
  const tell = (answer: Answer) => postMessage(answer);
  try {
    if ("engine" in ask) {
      const start = performance.now();
      step = await (ask.engine === "unrolled" ? ours : theirs)(ask.file, ask.seed);
      const output = await step();
      const startup = performance.now() - start;
      const resources = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      tell({ bytes: resources.reduce((sum, r) => sum + r.decodedBodySize, 0), startup, output });
    } else {
      const synchronous = !(step() instanceof Promise);
      const start = performance.now();
      let steps = 0;
      while (performance.now() - start < ask.milliseconds) {
        for (let i = 0; i < 10; i++) {
          if (synchronous) void step();
          else await step();
        }
        steps += 10;
      }
      tell({ step: (performance.now() - start) / steps });
    }
  } catch (error) {
    tell({ error: (error as Error).message });
  }
});

/** Numbers from -1 to 1, the same for both engines. */
function chance(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * (seed + 1)));
}

interface Port {
  readonly name: string;
  readonly dims: readonly (number | string)[];
}

/** What each input is fed: sizes that have names are 1. */
function feedsFor(inputs: readonly Port[], seed: number): { name: string; dims: number[]; data: Float32Array }[] {
  return inputs.map(({ name, dims }) => {
    const sizes = dims.map((d) => (typeof d === "number" ? d : 1));
    return {
      name,
      dims: sizes,
      data: chance(
        seed,
        sizes.reduce((a, b) => a * b, 1),
      ),
    };
  });
}

async function ours(file: Uint8Array, seed: number): Promise<Step> {
  const { fromOnnx } = await import("unrolled/onnx");
  const session = fromOnnx(file);
  checkFloats(session.inputs.map((port) => port.dtype));
  const feeds = Object.fromEntries(
    feedsFor(session.inputs, seed).map(({ name, dims, data }) => [name, { type: "float32" as const, dims, data }]),
  );
  const [{ name }] = session.outputs;
  return () => session.run(feeds)[name].data as Float32Array;
}

async function theirs(file: Uint8Array, seed: number): Promise<Step> {
  const ort = await import("onnxruntime-web/wasm");
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  const ports = session.inputMetadata.map((port) => ({ name: port.name, dims: port.isTensor ? port.shape : [] }));
  const feeds = Object.fromEntries(
    feedsFor(ports, seed).map(({ name, dims, data }) => [name, new ort.Tensor("float32", data, dims)]),
  );
  const [name] = session.outputNames;
  return async () => (await session.run(feeds))[name].data as Float32Array;
}

function checkFloats(types: readonly string[]): void {
  const other = types.find((type) => type !== "float32");
  if (other) throw new TypeError(`expected inputs of float32, got ${other}`);
}
