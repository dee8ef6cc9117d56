/** Kinds of files that are text, apart from a description. */
export type TextKind = "rtneural" | "nam" | "guitarml" | "rnnoise" | "state_dict";

const KEYS: readonly (readonly [TextKind, readonly string[]])[] = [
  ["nam", ["version", "architecture", "config"]],
  ["rtneural", ["in_shape", "layers"]],
  ["guitarml", ["model_data", "state_dict"]],
];

/** Which of these JSON is, by the names it has; undefined for any other. */
export function sniffJson(json: unknown): TextKind | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const found = KEYS.find(([, keys]) => keys.every((key) => Object.hasOwn(json, key)));
  if (found) return found[0];
  const values = Object.values(json);
  return values.length > 0 && values.every(Array.isArray) ? "state_dict" : undefined;
}

/** Whether a file begins as RNNoise's text does. */
export function sniffRnnoise(bytes: Uint8Array): boolean {
  return String.fromCharCode(...bytes.subarray(0, 10)) === "rnnoise-nu";
}
