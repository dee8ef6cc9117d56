// The types of onnxruntime-common, as far as programs name them, without lib DOM.

/** The array that keeps a tensor's numbers, by its type. */
export interface DataTypeMap {
  float32: Float32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  string: string[];
  bool: Uint8Array;
  float16: Uint16Array;
  float64: Float64Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  uint4: Uint8Array;
  int4: Int8Array;
}

export interface ElementTypeMap {
  float32: number;
  uint8: number;
  int8: number;
  uint16: number;
  int16: number;
  int32: number;
  int64: bigint;
  string: string;
  bool: boolean;
  float16: number;
  float64: number;
  uint32: number;
  uint64: bigint;
  uint4: number;
  int4: number;
}

export type TensorType = keyof DataTypeMap;
export type DataType = DataTypeMap[TensorType];
export type DataLocation = "none" | "cpu" | "cpu-pinned" | "texture" | "gpu-buffer" | "ml-tensor";

/** What `run` takes: a Tensor, of this package or of onnxruntime-common. */
export interface OnnxValue {
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: DataType;
  readonly location?: DataLocation;
}

export type FeedsType = { readonly [name: string]: OnnxValue };
export type FetchesType = readonly string[] | { readonly [name: string]: OnnxValue | null };

export type ExternalDataFile =
  string | { readonly data: string | Uint8Array | ArrayBufferLike | BlobLike; readonly path: string };

/** A Blob or a File. */
export interface BlobLike {
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface SessionOptions {
  /** Sizes of the dims that have names. */
  freeDimensionOverrides?: { readonly [name: string]: number };
  /** Files beside the model that its tensors stand in; a path is its location too. */
  externalData?: readonly ExternalDataFile[];
  /** "cpu", which is where outputs are. */
  preferredOutputLocation?: DataLocation | { readonly [output: string]: DataLocation };
  /** Refused: nothing is written. */
  optimizedModelFilePath?: string;
  /** Settings of onnxruntime: those that change no answer have no effect, all others are refused. */
  extra?: Record<string, unknown>;
  /** This and all that follow have no effect. */
  executionProviders?: readonly (string | { readonly name: string })[];
  intraOpNumThreads?: number;
  interOpNumThreads?: number;
  graphOptimizationLevel?: "disabled" | "basic" | "extended" | "layout" | "all";
  enableCpuMemArena?: boolean;
  enableMemPattern?: boolean;
  executionMode?: "sequential" | "parallel";
  enableProfiling?: boolean;
  profileFilePrefix?: string;
  logId?: string;
  logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  logVerbosityLevel?: number;
  enableGraphCapture?: boolean;
}

export interface RunOptions {
  /** Refused where true. */
  terminate?: boolean;
  extra?: Record<string, unknown>;
  /** This and all that follow have no effect. */
  logSeverityLevel?: 0 | 1 | 2 | 3 | 4;
  logVerbosityLevel?: number;
  tag?: string;
}

export interface TensorValueMetadata {
  readonly name: string;
  readonly isTensor: true;
  readonly type: TensorType;
  readonly shape: readonly (number | string)[];
}
