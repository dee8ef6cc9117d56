import { tensor, type Tensor } from "../tensors/tensor.ts";
import { Fields, numbers, parseJson, shapeOf } from "./json.ts";
import { wrong } from "./wrong.ts";

/** The tensors of a PyTorch state_dict that is written as JSON: an object of nested arrays of numbers. */
export function stateDictJson(bytes: Uint8Array): Tensor[] {
  return readStateDict(new Fields("", parseJson(bytes)));
}

export function readStateDict(fields: Fields): Tensor[] {
  return fields.names().map((name) => {
    const label = fields.path(name);
    const value = fields.take(name);
    const shape = shapeOf(value);
    if (shape.length === 0 || shape.includes(0)) {
      throw wrong("shape", label, "nested arrays of numbers", `[${shape.join(", ")}]`);
    }
    return tensor(name, shape, numbers(label, value, shape));
  });
}
