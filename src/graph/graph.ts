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
  /** What an element is. */
  readonly dtype: Dtype;
  /** Whole numbers, [] for one number. */
  readonly shape: readonly number[];
}

/**
 * A value that is known before anything runs. Numbers of every float type are
 * float32, of every other type int32 (bool: 0 or 1), which is how they run.
 */
export interface Constant extends Type {
  /** As many as the shape says. */
  readonly data: Float32Array | Int32Array;
}

/** What an attribute may hold: plain JSON. */
export type Attribute = number | string | boolean | readonly Attribute[] | { readonly [name: string]: Attribute };

/** A node's attributes by name. */
export type Attributes = { readonly [name: string]: Attribute | undefined };

/** One operation; `inputs` and `outputs` name values, "" where one is left out. */
export interface Node {
  /** A word of src/ops. */
  readonly op: string;
  /** The producer's name of it, for errors. */
  readonly name: string;
  /** In the order of the op's inputs. */
  readonly inputs: readonly string[];
  /** In the order of the op's outputs. */
  readonly outputs: readonly string[];
  /** What the op is told besides its inputs. */
  readonly attributes: Attributes;
}

/** An input or an output of a net. */
export interface Port {
  /** The name that feeds and answers go by. */
  readonly name: string;
  /** What the caller gives or is given. */
  readonly dtype: Dtype;
  /** Sizes; a name is one that is open. */
  readonly dims: readonly Dim[];
}

/** Which output becomes which input of the next step. */
export type Carry = { readonly [output: string]: string };

/** A net: pure data, in the order in which it runs. */
export interface Graph {
  /** Named values that the caller gives. */
  readonly inputs: readonly Port[];
  /** Named values, with the types that the caller is given. */
  readonly outputs: readonly Port[];
  /** Each after those whose values it reads. */
  readonly nodes: readonly Node[];
  /** Weights, and every other value that is known. */
  readonly constants: ReadonlyMap<string, Constant>;
  /** The state of its streams, from zero. */
  readonly carried?: Carry;
}
