import type { Prepare } from "../peer.ts";
import { onnxInt8 } from "./onnx-int8.ts";
import { prepareFrom } from "./onnxruntime-web.ts";

const prepareInt8 = prepareFrom(onnxInt8, "int8 weights, uint8 inputs");

export const prepare: Prepare = async (c, net, x) =>
  c.cell === "lstm" && c.layers === 1 && c.directions === 1
    ? prepareInt8(c, net, x)
    : { unsupported: "dynamic quantization of an LSTM of one layer and direction only" };
