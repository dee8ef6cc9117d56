// UTF-8 and JSON. An AudioWorklet has no TextEncoder, and a TextDecoder only in WebKit.

/** Throws where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (globalThis.TextDecoder) return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  let escaped = "";
  for (const byte of bytes) escaped += byte < 16 ? `%0${byte.toString(16)}` : `%${byte.toString(16)}`;
  return decodeURIComponent(escaped);
}

/** A surrogate without its pair becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  if (globalThis.TextEncoder) return new TextEncoder().encode(text);
  const escaped = encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, "\ufffd"));
  const bytes = escaped.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Uint8Array.from(bytes, (char) => char.charCodeAt(0));
}

/** JSON in which each object has each key once, of which JSON.parse keeps only the last. Throws SyntaxError. */
export function parseJson(json: string): unknown {
  const value: unknown = JSON.parse(json);
  let keys = 0;
  const open = [value];
  for (let v = open.pop(); v !== undefined; v = open.pop()) {
    if (typeof v !== "object" || v === null) continue;
    const values = Object.values(v);
    if (!Array.isArray(v)) keys += values.length;
    for (const inner of values) open.push(inner);
  }
  const repeated = countOutside(json, (char) => char === ":") - keys;
  if (repeated > 0) throw new SyntaxError(`expected each name once, got ${repeated} repeated`);
  return value;
}

/** Whether all numbers of a JSON text are digits alone: no 6.0, 1e0 or -0. */
export function hasWholeNumbers(json: string): boolean {
  return countOutside(json, (char, before) => "+-.E".includes(char) || (char === "e" && before <= "9")) === 0;
}

/** Characters that are `wanted`, outside of strings. */
function countOutside(json: string, wanted: (char: string, before: string) => boolean): number {
  let count = 0;
  let text = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === "\\") i++;
    else if (char === '"') text = !text;
    else if (!text && wanted(char, json[i - 1])) count++;
  }
  return count;
}

/** Control and format characters, as U+202E, which turns a line around; lone surrogates; not the joiners of words. */
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** The text in one line that shows all that is in it: what is hidden as \u{202e}. */
export function printable(text: string): string {
  return text.replace(HIDDEN, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}
