import { makeLayers } from "../layers/make.ts";
import type { Matrix, Precision } from "../pack/matrix.ts";
import type { Description } from "./description.ts";
import { Tensors, type Tensor } from "./tensor.ts";

/** The matrices of a net by their tensors' names, in `weights`; throws FormatError where the net cannot be run. */
export function quantizedMatrices(description: Description, tensors: readonly Tensor[], weights: Precision): ReadonlyMap<string, Matrix> {
  const taken = new Tensors(tensors, weights);
  makeLayers(description, taken);
  return taken.matrices;
}
