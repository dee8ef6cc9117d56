import { checkCount } from "../check.ts";
import { runnerOf, type Model } from "../run/model.ts";
import { insideOf, type Stream } from "../run/stream.ts";
import { Generation, readGenerateOptions, type Generated, type GenerateOptions } from "./generation.ts";
import { checkGenerator } from "./sampling.ts";

type PieceOptions = GenerateOptions & { readonly each?: number };

/** Goes on from a stream's state. */
export function continueStream(stream: Stream, options: GenerateOptions): Generated {
  options = readGenerateOptions(options);
  return begin(stream, options).next(insideOf(stream).state, options.length);
}

/** The same in pieces. */
export function* continueEach(stream: Stream, given: PieceOptions): Generator<Generated, void, void> {
  const { each = 1, ...options } = readGenerateOptions(given, ["each"]);
  checkCount("each", each, 1);
  const generation = begin(stream, options);
  while (!generation.done) yield generation.next(insideOf(stream).state, each);
}

/** Goes on from the zero state, after a prompt. */
export function generate(model: Model, options: GenerateOptions): Generated {
  options = readGenerateOptions(options);
  const stream = promptedStream(model, options);
  try {
    return continueStream(stream, options);
  } finally {
    stream.dispose();
  }
}

/** The same in pieces. */
export function* generateEach(model: Model, options: PieceOptions): Generator<Generated, void, void> {
  options = readGenerateOptions(options, ["each"]);
  const stream = promptedStream(model, options);
  try {
    yield* continueEach(stream, options);
  } finally {
    stream.dispose();
  }
}

function begin(stream: Stream, options: GenerateOptions): Generation {
  const { net, workspace } = insideOf(stream);
  const generation = new Generation(net, workspace, options);
  generation.begin(insideOf(stream).state); // reading the options may have disposed it
  return generation;
}

function promptedStream(model: Model, options: GenerateOptions): Stream {
  checkGenerator(runnerOf(model).net);
  if (options.prompt === undefined) throw new TypeError("prompt: expected a text or ids, got undefined");
  return model.stream();
}
