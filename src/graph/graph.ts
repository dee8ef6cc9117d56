/** Types of elements, by their names in ONNX and NumPy. */
export type Dtype =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool";

/** A size, or the name of one that is known when the graph is run. */
export type Dim = number | string;

/** What a value is: rows of a static shape, row-major, channels last. */
export interface Type {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/**
 * A value that is known before anything runs. Numbers of every float type are
 * float32, of every other type int32 (bool: 0 or 1), which is how they run.
 */
export interface Constant extends Type {
  readonly data: Float32Array | Int32Array;
}

/** What an attribute may hold: plain JSON. */
export type Attribute = number | string | boolean | readonly Attribute[] | { readonly [name: string]: Attribute };

export type Attributes = { readonly [name: string]: Attribute | undefined };

/** One operation; `inputs` and `outputs` name values, "" where one is left out. */
export interface Node {
  /** A word of src/ops. */
  readonly op: string;
  /** The producer's name of it, for errors. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface Port {
  readonly name: string;
  readonly dtype: Dtype;
  readonly dims: readonly Dim[];
}

/** Which output becomes which input of the next step. */
export type Carry = { readonly [output: string]: string };

/** A net: pure data, in the order in which it runs. */
export interface Graph {
  readonly inputs: readonly Port[];
  /** Named values, with the types that the caller is given. */
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** The state of its streams, from zero. */
  readonly carried?: Carry;
}
