// Never run: the types of unrolled/ort stand where programs name those of onnxruntime-common.
import * as common from "onnxruntime-common";
import ort, * as own from "unrolled/ort";

export const sessions: common.InferenceSessionFactory = own.InferenceSession;
export const tensors: common.TensorConstructor = own.Tensor;
export const env: common.Env = own.env;
export const defaults: Pick<typeof common, "InferenceSession" | "Tensor" | "env"> = ort;
export const options: own.InferenceSession.SessionOptions = {} as Omit<
  common.InferenceSession.SessionOptions,
  "externalData"
>;
export const runOptions: own.InferenceSession.RunOptions = {} as common.InferenceSession.RunOptions;

/** A program's own functions, which name onnxruntime-common's types. */
export async function program(session: common.InferenceSession, x: common.Tensor): Promise<Float32Array> {
  const { y } = await session.run({ x, sr: new own.Tensor("int64", [16000n]) }, ["y"], { tag: "t" });
  return y.data as Float32Array;
}

export async function use(): Promise<void> {
  const session = await own.InferenceSession.create("net.onnx", {
    executionProviders: ["wasm", { name: "cpu" }],
    logSeverityLevel: 3,
  });
  await program(session, new own.Tensor("float32", [1, 2], [2]));
  const fed: common.Tensor = new common.Tensor("float32", [1, 2]);
  const outputs = await session.run({ x: fed });
  const again: common.Tensor = outputs.y;
  await session.run({ x: again });
  const typed: own.TypedTensor<"float32"> = new own.Tensor(new Float32Array(2));
  const kind: own.Tensor.Type = typed.type;
  const shape: common.InferenceSession.ValueMetadata = session.inputMetadata[0];
  // @ts-expect-error: a tensor of numbers is no feed of text
  void (typed.data satisfies string[]);
  void [kind, shape];
  await session.release();
}
