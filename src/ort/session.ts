import { kindOf, shown } from "../check.ts";
import type { Port } from "../graph/graph.ts";
import { onnxProgram } from "../onnx/translate.ts";
import type { SessionData, SessionTensor } from "../run/feeds.ts";
import { Session } from "../run/session.ts";
import { load } from "./load.ts";
import { checkRunOptions, checkSessionOptions } from "./options.ts";
import { Tensor } from "./tensor.ts";
import type * as types from "./types.ts";
import type {
  FeedsType,
  FetchesType,
  OnnxValue,
  RunOptions,
  SessionOptions,
  TensorType,
  TensorValueMetadata,
} from "./types.ts";

type Outputs = { readonly [name: string]: Tensor };

/** A net, by the names of onnxruntime's API. `run` computes before it returns: its promise is resolved already. */
export interface InferenceSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly TensorValueMetadata[];
  readonly outputMetadata: readonly TensorValueMetadata[];
  /**
   * Outputs by name: fresh arrays, or those of the tensors in `fetches`. Rejects with TypeError or RangeError where a
   * feed is not what its input takes, FormatError where the net cannot run at these sizes.
   */
  run(feeds: FeedsType, options?: RunOptions): Promise<Outputs>;
  run(feeds: FeedsType, fetches: FetchesType, options?: RunOptions): Promise<Outputs>;
  /** Lets the memory go. */
  release(): Promise<void>;
  startProfiling(): void;
  endProfiling(): void;
}

export interface InferenceSessionFactory {
  /**
   * Opens an ONNX file: a path, a URL, or its bytes, which are copied. Rejects with FormatError where the file cannot
   * be run exactly, TypeError for an option that would change the answer.
   */
  create(uri: string | URL, options?: SessionOptions): Promise<InferenceSession>;
  create(buffer: ArrayBufferLike, options?: SessionOptions): Promise<InferenceSession>;
  create(
    buffer: ArrayBufferLike,
    byteOffset: number,
    byteLength?: number,
    options?: SessionOptions,
  ): Promise<InferenceSession>;
  create(buffer: Uint8Array, options?: SessionOptions): Promise<InferenceSession>;
}

export declare namespace InferenceSession {
  type SessionOptions = types.SessionOptions;
  type RunOptions = types.RunOptions;
  type FeedsType = types.FeedsType;
  type FetchesType = types.FetchesType;
  type OnnxValueMapType = types.FeedsType;
  type ReturnType = Outputs;
  type ValueMetadata = types.TensorValueMetadata;
}

class OrtSession implements InferenceSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly TensorValueMetadata[];
  readonly outputMetadata: readonly TensorValueMetadata[];
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.inputMetadata = session.inputs.map(metadata);
    this.outputMetadata = session.outputs.map(metadata);
    this.inputNames = session.inputs.map(({ name }) => name);
    this.outputNames = session.outputs.map(({ name }) => name);
  }

  static async create(source: unknown, ...rest: unknown[]): Promise<InferenceSession> {
    const [offset, length] =
      typeof rest[0] === "number" ? [rest[0], typeof rest[1] === "number" ? rest[1] : undefined] : [];
    const options = (rest.find((value) => typeof value === "object" && value !== null) ?? {}) as SessionOptions;
    checkSessionOptions(options);
    const externalData: Record<string, Uint8Array> = {};
    for (const file of options.externalData ?? []) {
      const { path, data } = typeof file === "string" ? { path: file, data: file } : file;
      externalData[path] = await load(`externalData ${path}`, data);
    }
    const program = onnxProgram(await load("InferenceSession.create", source, offset, length), { externalData });
    return new OrtSession(new Session(program, { dims: options.freeDimensionOverrides }));
  }

  async run(feeds: FeedsType, a: FetchesType | RunOptions = {}, b?: RunOptions): Promise<Outputs> {
    if (typeof feeds !== "object" || feeds === null)
      throw new TypeError(`feeds: expected tensors by name, got ${kindOf(feeds)}`);
    const fetches = b !== undefined || this.#areFetches(a) ? (a as FetchesType) : this.outputNames;
    checkRunOptions(b ?? (fetches === a ? {} : (a as RunOptions)));
    const names = Array.isArray(fetches) ? (fetches as readonly string[]) : Object.keys(fetches);
    const given = Array.isArray(fetches) ? {} : (fetches as { readonly [name: string]: OnnxValue | null });
    const unknown = names.find((name) => !this.outputNames.includes(name));
    if (unknown !== undefined)
      throw new TypeError(`fetches: expected ${this.outputNames.join(", ")}, got ${shown(unknown)}`);
    const known: Record<string, SessionTensor> = {}; // onnxruntime-node passes over feeds that are no inputs
    for (const { name, shape } of this.inputMetadata) {
      if (feeds[name] === undefined) continue;
      known[name] = checkTensor(`feeds.${name}`, feeds[name]);
      checkSizes(`feeds.${name}`, known[name].dims, shape);
    }
    const into: Record<string, SessionData> = {};
    for (const name of names) if (given[name]) into[name] = checkTensor(`fetches.${name}`, given[name]).data;
    const outputs = this.#session.run(known, { into });
    const tensors: Record<string, Tensor> = {};
    for (const name of names) {
      const { type, data, dims } = outputs[name];
      tensors[name] = new Tensor(type as TensorType, data, dims);
    }
    return tensors;
  }

  async release(): Promise<void> {
    this.#session.dispose();
  }

  startProfiling(): void {}

  endProfiling(): void {}

  /** Names, or an object with a name of an output: run's second argument may be options instead. */
  #areFetches(value: FetchesType | RunOptions): boolean {
    return Array.isArray(value) || Object.keys(value).some((name) => this.outputNames.includes(name));
  }

  static {
    Object.defineProperty(OrtSession, "name", { value: "InferenceSession" });
  }
}

export const InferenceSession = OrtSession as unknown as InferenceSessionFactory;

function metadata({ name, dtype, dims }: Port): TensorValueMetadata {
  return { name, isTensor: true, type: dtype as TensorType, shape: dims };
}

/** With onnxruntime's words for it: programs look into them for the size that a net wants. */
function checkSizes(label: string, dims: readonly number[], shape: readonly (number | string)[]): void {
  if (!Array.isArray(dims) || dims.length !== shape.length) return;
  const axis = shape.findIndex((size, i) => typeof size === "number" && size !== dims[i]);
  if (axis < 0) return;
  const words = `index: ${axis} Got: ${dims[axis]} Expected: ${shape[axis]}`;
  throw new RangeError(`${label}: expected [${shape.join(", ")}], got [${dims.join(", ")}] (${words})`);
}

function checkTensor(label: string, value: unknown): SessionTensor {
  if (typeof value !== "object" || value === null || !("data" in value && "dims" in value && "type" in value)) {
    throw new TypeError(`${label}: expected a Tensor, got ${kindOf(value)}`);
  }
  return value as SessionTensor;
}
