// @assemblyscript/loader makes one as it loads, and uses it for strings alone, which no kernel has.
// An AudioWorklet has none.
const TextDecoder = globalThis.TextDecoder ?? class {};
export { TextDecoder };
