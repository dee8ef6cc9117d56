// What `unrolled/core` has in the place of the modules that build.ts leaves out of it.
function refuse(): never {
  throw new Error(
    'unrolled/core: expected run, encode or stream on float32 weights, got a call of what only "unrolled" has',
  );
}

/** The core knows safetensors alone. */
export const foreign = () => undefined;

/** Its errors say what was expected, not what was meant. */
const nothing = () => "";
export { nothing as example, nothing as guess, nothing as nearest };

/** A console shows the class alone. */
export const showAs = () => {};

/** Layers of integers have a size, so that the module is chosen, which refuses them. */
const none = () => 0;
export { none as integerSize, none as roomFor, none as tableSize };

export {
  refuse as cellGates,
  refuse as checkClassifier,
  refuse as checkGenerator,
  refuse as forecastRows,
  refuse as Generation,
  refuse as labelRows,
  refuse as packIntegers,
  refuse as packTable,
  refuse as quantize,
  refuse as quantizeSafetensors,
  refuse as readGenerateOptions,
  refuse as scoreItems,
  refuse as traceItems,
  refuse as unpackIntegers,
};
