// UTF-8. An AudioWorklet has no TextEncoder, and a TextDecoder only in WebKit.

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

/** Control and format characters, as U+202E, which turns a line around; lone surrogates; not the joiners of words. */
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** The text in one line that shows all that is in it: what is hidden as \u{202e}. */
export function printable(text: string): string {
  return text.replace(HIDDEN, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}
