type Native = {
  readonly Uint8Array: { fromHex?(text: string): Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: "hex"): Uint8Array<ArrayBuffer> };
};

/** Bytes of hexadecimal text, which keeps bytes apart for compression: build/build.ts. */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  const { Uint8Array, Buffer } = globalThis as unknown as Native;
  return Uint8Array.fromHex?.(text) ?? Buffer?.from(text, "hex") ?? decode(text);
}

function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = digit(text.charCodeAt(2 * i)) * 16 + digit(text.charCodeAt(2 * i + 1));
  return bytes;
}

/** 0-9 and a-f to 0 to 15. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}
