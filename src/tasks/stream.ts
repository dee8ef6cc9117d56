import { layersOf, Stream as CoreStream } from "../run/stream.ts";
import { continueEach, continueStream } from "./generate.ts";
import type { Generated, GenerateOptions } from "./generation.ts";
import { showAs } from "./inspect.ts";

/** One recurrent state on a model's weights, which advances a timestep at a time, or goes on by itself. */
export class Stream extends CoreStream {
  static {
    showAs(Stream, "Stream", layersOf);
  }

  /**
   * Reads the prompt, if there is one, and goes on with items of the net's own, each of
   * which the state takes in. The whole goes on in the module. Throws TypeError for a net
   * whose outputs are not its inputs, RangeError for an option out of range, GenerateError where
   * a logit is NaN or infinite: its `generated` is what was made before.
   */
  generate(options: GenerateOptions): Generated {
    return continueStream(this, options);
  }

  /** The same in pieces of `each` items, made when they are asked for: the stream stands after the last piece. */
  generateEach(options: GenerateOptions & { readonly each?: number }): Generator<Generated, void, void> {
    return continueEach(this, options);
  }
}
