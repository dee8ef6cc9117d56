// What a host may lack as the package loads.

// @assemblyscript/loader makes a TextDecoder at once, and uses it for strings alone, which no
// kernel has. An AudioWorklet has none.
const TextDecoder = globalThis.TextDecoder ?? class {};

// WebKit 2.50 has none; bundlers that lower `using` look for this one there.
const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

export { TextDecoder, dispose as "Symbol.dispose" };
