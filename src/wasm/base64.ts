type Native = {
  readonly Uint8Array: { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer> };
};

/**
 * Bytes of standard base64. Cold, 21 KB: fromBase64 0.1 ms, Buffer (Node up to 24) 0.15 ms,
 * by hand 1.5 ms; atob takes as long as by hand, and an AudioWorklet has none.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const { Uint8Array, Buffer } = globalThis as unknown as Native;
  return Uint8Array.fromBase64?.(text) ?? Buffer?.from(text, "base64") ?? decode(text);
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const length = text.indexOf("=") < 0 ? text.length : text.indexOf("=");
  const bytes = new Uint8Array((length * 3) >> 2);
  for (let i = 0, at = 0, bits = 0, held = 0; i < length; i++) {
    held = (held << 6) | digit(text.charCodeAt(i));
    bits += 6;
    if (bits >= 8) bytes[at++] = held >> (bits -= 8);
  }
  return bytes;
}

/** A-Z a-z 0-9 + / to 0 to 63. */
function digit(code: number): number {
  if (code > 96) return code - 71;
  if (code > 64) return code - 65;
  if (code > 47) return code + 4;
  return code === 43 ? 62 : 63;
}
